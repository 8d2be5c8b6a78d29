"""Relations and redirect lists of the healthy network, and the faults that the complaint found in it."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from rfopt.network import Change, Plan

WANTED = "宝湖天下NG2-5"
LEAKING = "宝湖湾二期NG2-6"
WATERWORKS = "金凤自来水厂NG1-1"
HOSPITAL = "公安康复中心NG-1"
ONE_WAY = "艾依水郡NG1-1"
TOO_FLAT = "金凤五里宜居-NGH-2"
SERVING_LTE = ("金凤宝湖湾26号楼-NLH-1", "金凤宝湖湾二区27号楼-NLH-1", "建华中学-NLH-3", "金凤艾依水郡-NLH-1")
WANTED_ARFCN = "1003"

GSM_PAIRS = [
    (WANTED, "宝湖天下NG2-4"),
    (WANTED, LEAKING),
    (WANTED, WATERWORKS),
    (WANTED, "金凤自来水厂NG1-2"),
    (WANTED, HOSPITAL),
    (WANTED, "公安康复中心NG-3"),
    (WANTED, TOO_FLAT),
    ("宝湖天下NG2-4", LEAKING),
    ("宝湖天下NG2-4", HOSPITAL),
    (LEAKING, WATERWORKS),
    (LEAKING, HOSPITAL),
    (LEAKING, TOO_FLAT),
    (WATERWORKS, HOSPITAL),
    (WATERWORKS, ONE_WAY),
    (WATERWORKS, TOO_FLAT),
    (HOSPITAL, ONE_WAY),
    (HOSPITAL, TOO_FLAT),
    (ONE_WAY, "金凤自来水厂NG1-2"),
    (ONE_WAY, "金凤正源街-NGH-2"),
    *combinations(("金凤自来水厂NG1-1", "金凤自来水厂NG1-2", "金凤自来水厂NG1-3"), 2),
    *combinations(("公安康复中心NG-1", "公安康复中心NG-2", "公安康复中心NG-3"), 2),
    ("艾依水郡NG1-1", "艾依水郡NG1-2"),
    *combinations(("金凤五里宜居-NGH-1", "金凤五里宜居-NGH-2", "金凤五里宜居-NGH-3"), 2),
]
"""Relations that exist both ways."""

REDIRECTS = {
    "金凤宝湖湾26号楼-NLH-1": (66, 90, 1003),
    "金凤宝湖湾26号楼-NLH-2": (66, 1006),
    "金凤宝湖湾二区27号楼-NLH-1": (66, 1003, 1006),
    "金凤宝湖湾二区27号楼-NLH-2": (66, 1006),
    "建华中学-NLH-1": (78, 82),
    "建华中学-NLH-3": (78, 82, 90, 1003),
    "金凤艾依水郡-NLH-1": (46, 90, 1003),
    "金凤艾依水郡-NLH-2": (46,),
}
"""Fallback carriers of every LTE cell."""

MARGIN_DB, WANTED_MARGIN_DB = 4.0, 6.0
CALM_MARGIN_DB = 10.0
MARGINS_DB = {(WANTED, WATERWORKS): CALM_MARGIN_DB, (WANTED, HOSPITAL): CALM_MARGIN_DB, (WANTED, LEAKING): 8.0}

FAULTS: dict[str, Plan] = {
    "leak": (Change(LEAKING, None, "power_dbm", 25.0, 33.0),),
    "no_reward": (Change(WANTED, None, "cell_reselect_offset_db", 10.0, 0.0),),
    "margins": (
        Change(WANTED, WATERWORKS, "ho_margin_pbgt_db", CALM_MARGIN_DB, 4.0),
        Change(WANTED, HOSPITAL, "ho_margin_pbgt_db", CALM_MARGIN_DB, 4.0),
    ),
    "one_way": (
        Change(WANTED, ONE_WAY, "neighbour", "absent", "present"),
        Change(WANTED, ONE_WAY, "ho_margin_pbgt_db", 6.0, 5.0),
    ),
    "overshoot": (Change(TOO_FLAT, None, "mech_tilt_deg", 4.0, 1.0),),
    "redirect": tuple(Change(cell, WANTED_ARFCN, "redirect_arfcn", "present", "absent") for cell in SERVING_LTE),
}
"""What turns the healthy network into the one that was found."""

ENGINEERS_PLAN: Plan = (
    Change(LEAKING, None, "power_dbm", 33.0, 25.0),
    Change(LEAKING, None, "penalty_time_s", 20.0, 640.0),
    Change(LEAKING, None, "cell_reselect_offset_db", 0.0, 10.0),
    Change(WANTED, None, "cell_reselect_offset_db", 0.0, 10.0),
    Change(WANTED, WATERWORKS, "ho_margin_pbgt_db", 4.0, 8.0),
    Change(WANTED, HOSPITAL, "ho_margin_pbgt_db", 4.0, 8.0),
    Change(WANTED, ONE_WAY, "neighbour", "present", "absent"),
    Change(TOO_FLAT, None, "mech_tilt_deg", 1.0, 4.0),
    *(Change(cell, WANTED_ARFCN, "redirect_arfcn", "absent", "present") for cell in SERVING_LTE),
)
"""The six measures of the case against the network as found."""


def relation_table() -> pd.DataFrame:
    """The relations of the healthy network, columns as in neighbours.csv."""
    pairs = [pair for a, b in GSM_PAIRS for pair in ((a, b), (b, a))]
    rows = [
        {
            "cell": cell, "neighbour": other, "ho_margin_pbgt_db": _margin_db(cell, other), "ho_margin_lev_db": 3.0,
            "ho_margin_qual_db": 0.0, "rxlev_min_cell_dbm": -98.0,
        }
        for cell, other in pairs
    ]  # fmt: skip
    lte = [pair for a, b in combinations(SERVING_LTE, 2) for pair in ((a, b), (b, a))]
    rows += [{"cell": cell, "neighbour": other, "q_offset_db": 0.0, "cio_db": 0.0} for cell, other in lte]
    return pd.DataFrame(rows)


def _margin_db(cell: str, other: str) -> float:
    return MARGINS_DB.get((cell, other), WANTED_MARGIN_DB if cell == WANTED else MARGIN_DB)


def redirect_table() -> pd.DataFrame:
    """The redirect lists of the healthy network, columns as in redirects.csv."""
    entries = [(cell, arfcn) for cell, arfcns in REDIRECTS.items() for arfcn in arfcns]
    return pd.DataFrame(entries, columns=["cell", "arfcn"])
