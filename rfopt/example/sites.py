"""The cells of the example as found: names and roles are facts of the case, everything else here is assumed."""

from __future__ import annotations

import math

import pandas as pd

from rfopt.example.antennas import LTE_COLUMN, PLAIN_GSM, SHAPED_GSM

LAT, LON = 38.4950, 106.2250
"""The complaint; places are metres east and north of it."""
M_PER_DEG = 111_195.0
AREA = 22817

SITES = {
    # site: east [m], north [m], antenna height [m]
    "宝湖天下": (-7.0, 0.0, 68.5),
    "宝湖天下3号楼": (6.0, -94.0, 56.5),
    "宝湖湾二期": (152.0, -4.0, 24.0),
    "金凤自来水厂": (-260.0, 840.0, 32.0),
    "公安康复中心": (330.0, -860.0, 30.0),
    "艾依水郡": (-930.0, 310.0, 36.0),
    "金凤五里宜居": (2750.0, 170.0, 45.0),
    "建华中学": (560.0, -480.0, 33.0),
    "金凤正源街": (-3300.0, 2100.0, 40.0),
    "金凤宝湖湾26号楼": (330.0, 210.0, 54.0),
    "金凤宝湖湾二区27号楼": (-260.0, 400.0, 51.0),
}
"""Where the antennas stand."""

PANEL = {"gain_dbi": 9.0, "h_beamwidth_deg": 65.0, "v_beamwidth_deg": 35.0}
CEILING = {"gain_dbi": 2.0}

DISTRIBUTIONS = [
    # cell, site, azimuth, power, most, buildings, BCCH, BSIC, further carriers, reselect offset
    ("宝湖天下NG2-5", "宝湖天下", None, 12.0, 12.0, "bhtx-1;bhtx-2", 1003, "4-5", "1007;1016;41;58", 10.0),
    ("宝湖天下NG2-4", "宝湖天下3号楼", None, 12.0, 12.0, "bhtx-3", 1013, "4-2", "1000;37", 10.0),
    ("宝湖湾二期NG2-6", "宝湖湾二期", 335.0, 25.0, 33.0, "bhw-1;bhw-2", 1006, "4-6", "1019;29", 0.0),
]
"""Distribution systems: ceiling antennas, and the neighbouring estate's panels that shine at its façades."""

MACROS = [
    # cell, site, azimuth, mechanical tilt, electrical tilt, BCCH, BSIC, further carriers
    ("金凤自来水厂NG1-1", "金凤自来水厂", 125.0, 3.0, 3.0, 62, "5-1", "8;21"),
    ("金凤自来水厂NG1-2", "金凤自来水厂", 245.0, 3.0, 3.0, 66, "5-2", "12;25"),
    ("金凤自来水厂NG1-3", "金凤自来水厂", 5.0, 3.0, 3.0, 70, "5-3", "16"),
    ("公安康复中心NG-1", "公安康复中心", 310.0, 3.0, 3.0, 74, "6-1", "5;18"),
    ("公安康复中心NG-2", "公安康复中心", 70.0, 3.0, 3.0, 78, "6-2", "10"),
    ("公安康复中心NG-3", "公安康复中心", 190.0, 3.0, 3.0, 82, "6-3", "14"),
    ("艾依水郡NG1-1", "艾依水郡", 80.0, 3.0, 3.0, 50, "3-1", "33;54"),
    ("艾依水郡NG1-2", "艾依水郡", 200.0, 3.0, 3.0, 46, "3-2", "27"),
    ("金凤五里宜居-NGH-1", "金凤五里宜居", 50.0, 4.0, 2.0, 86, "2-1", "2;23"),
    ("金凤五里宜居-NGH-2", "金凤五里宜居", 290.0, 4.0, 2.0, 90, "2-2", "41;7"),
    ("金凤五里宜居-NGH-3", "金凤五里宜居", 170.0, 4.0, 2.0, 93, "2-3", "31"),
    ("金凤正源街-NGH-2", "金凤正源街", 120.0, 3.0, 3.0, 33, "1-2", "1022"),
]
"""Macro cells of GSM."""
OLD_ANTENNAS = {"金凤五里宜居": PLAIN_GSM}

LTE = [
    # cell, site, azimuth, mechanical tilt, electrical tilt, EARFCN, PCI, load
    ("金凤宝湖湾26号楼-NLH-1", "金凤宝湖湾26号楼", 190.0, 3.0, 4.0, 38400, 120, 0.4),
    ("金凤宝湖湾26号楼-NLH-2", "金凤宝湖湾26号楼", 310.0, 3.0, 4.0, 38400, 121, 0.4),
    ("金凤宝湖湾二区27号楼-NLH-1", "金凤宝湖湾二区27号楼", 185.0, 3.0, 4.0, 37900, 213, 0.4),
    ("金凤宝湖湾二区27号楼-NLH-2", "金凤宝湖湾二区27号楼", 305.0, 3.0, 4.0, 37900, 214, 0.4),
    ("建华中学-NLH-1", "建华中学", 50.0, 3.0, 4.0, 38400, 301, 0.4),
    ("建华中学-NLH-3", "建华中学", 290.0, 3.0, 4.0, 38400, 302, 0.4),
    ("金凤艾依水郡-NLH-1", "艾依水郡", 100.0, 3.0, 4.0, 37900, 410, 0.4),
    ("金凤艾依水郡-NLH-2", "艾依水郡", 220.0, 3.0, 4.0, 37900, 411, 0.4),
]
"""Macro cells of LTE, on carriers of band 39 (F) and band 38 (D)."""

COLUMNS = [
    "cell", "site", "rat", "kind", "lat", "lon", "height_m", "azimuth_deg", "mech_tilt_deg", "elec_tilt_deg", "antenna",
    "gain_dbi", "h_beamwidth_deg", "v_beamwidth_deg", "power_dbm", "max_power_dbm", "building", "arfcn", "bsic", "lac",
    "ci", "tch_arfcns", "earfcn", "pci", "tac", "eci", "bandwidth_mhz", "load", "rxlev_access_min_dbm",
    "cell_reselect_offset_db", "temporary_offset_db", "penalty_time_s", "cell_reselect_hysteresis_db",
    "ho_averaging_sacch", "ho_period_pbgt_sacch", "ho_threshold_lev_dbm", "ho_threshold_qual", "radio_link_timeout",
    "q_rxlevmin_dbm", "q_hyst_db", "s_intra_search_db", "s_non_intra_search_db", "cell_reselection_priority",
    "thresh_serving_low_db", "t_reselection_s", "a3_offset_db", "a3_hysteresis_db", "a3_time_to_trigger_ms",
]  # fmt: skip

GSM_COMMON = {
    "rat": "GSM", "lac": AREA, "load": 0.4, "rxlev_access_min_dbm": -100, "cell_reselect_offset_db": 0,
    "temporary_offset_db": 0, "penalty_time_s": 20, "cell_reselect_hysteresis_db": 6, "ho_averaging_sacch": 24,
    "ho_period_pbgt_sacch": 6, "ho_threshold_lev_dbm": -95, "ho_threshold_qual": 5, "radio_link_timeout": 20,
}  # fmt: skip
LTE_COMMON = {
    "rat": "LTE", "kind": "macro", "tac": AREA, "bandwidth_mhz": 20, "power_dbm": 12.2, "max_power_dbm": 15.2,
    "antenna": LTE_COLUMN, "q_rxlevmin_dbm": -124, "q_hyst_db": 3, "s_intra_search_db": 62,
    "s_non_intra_search_db": 62, "cell_reselection_priority": 5, "thresh_serving_low_db": 4, "t_reselection_s": 1,
    "a3_offset_db": 3, "a3_hysteresis_db": 1, "a3_time_to_trigger_ms": 320,
}  # fmt: skip


def place(east_m: float, north_m: float) -> tuple[float, float]:
    """Latitude and longitude of a place given in metres from the complaint.

    >>> place(0.0, 111.195)
    (38.496, 106.225)
    """
    lat = LAT + north_m / M_PER_DEG
    lon = LON + east_m / (M_PER_DEG * math.cos(math.radians(LAT)))
    return round(lat, 6), round(lon, 6)


def cell_table() -> pd.DataFrame:
    """The cells of the healthy network, one row a cell, columns as in cells.csv."""
    rows = [_distribution(k, *facts) for k, facts in enumerate(DISTRIBUTIONS)]
    rows += [_macro(k, *facts) for k, facts in enumerate(MACROS)]
    rows += [_lte(k, *facts) for k, facts in enumerate(LTE)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _at(site: str) -> dict[str, object]:
    east, north, height = SITES[site]
    lat, lon = place(east, north)
    return {"site": site, "lat": lat, "lon": lon, "height_m": height}


def _distribution(
    number: int, cell: str, site: str, azimuth: float | None, power: float, most: float, buildings: str, arfcn: int,
    bsic: str, tch: str, reward: float,
) -> dict[str, object]:  # fmt: skip
    antenna = CEILING if azimuth is None else PANEL
    return {
        **GSM_COMMON, **_at(site), **antenna, "cell": cell, "kind": "das", "azimuth_deg": azimuth, "power_dbm": power,
        "max_power_dbm": most, "building": buildings, "arfcn": arfcn, "bsic": bsic, "tch_arfcns": tch,
        "ci": 41004 + number, "cell_reselect_offset_db": reward,
    }  # fmt: skip


def _macro(
    number: int, cell: str, site: str, azimuth: float, mech: float, elec: float, arfcn: int, bsic: str, tch: str
) -> dict[str, object]:
    return {
        **GSM_COMMON, **_at(site), "cell": cell, "kind": "macro", "azimuth_deg": azimuth, "mech_tilt_deg": mech,
        "elec_tilt_deg": elec, "antenna": OLD_ANTENNAS.get(site, SHAPED_GSM), "power_dbm": 40.0, "max_power_dbm": 40.0,
        "arfcn": arfcn, "bsic": bsic, "tch_arfcns": tch, "ci": 10211 + number,
    }  # fmt: skip


def _lte(
    number: int, cell: str, site: str, azimuth: float, mech: float, elec: float, earfcn: int, pci: int, load: float
) -> dict[str, object]:
    return {
        **LTE_COMMON, **_at(site), "cell": cell, "azimuth_deg": azimuth, "mech_tilt_deg": mech, "elec_tilt_deg": elec,
        "earfcn": earfcn, "pci": pci, "load": load, "eci": (182500 + number // 2) * 256 + 1 + number % 2,
    }  # fmt: skip
