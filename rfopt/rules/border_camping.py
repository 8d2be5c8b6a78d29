"""Phones here are served by cells of another region, or by none that the table knows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import moves, served, when
from rfopt.rules import Figures, rules, serving_share, without

RATS = ("GSM", "LTE")
REGION = 256
"""Area codes of one high byte belong to one region: operators give regions their high bytes (from memory)."""
LEAST_STAY_S = 60.0
"""A phone that stays this long at a time camps there; one that comes and goes crosses a border (`area_boundary`)."""


@rules
def border_camping(evidence: Evidence, figures: Figures, least_share: float = 0.05) -> list[Finding]:
    """Fires where `least_share` of a technology's time or more is spent on strangers or on cells of another region.

    A stranger is a serving cell that the table does not have; another region's are area codes whose high byte no wanted
    cell has.
    """
    nameless = [finding for rat in RATS for finding in _strangers(evidence, rat, least_share)]
    return nameless + [finding for rat in RATS for finding in _other_region(evidence, figures, rat, least_share)]


def _strangers(evidence: Evidence, rat: str, least_share: float) -> list[Finding]:
    rows = evidence.readings[evidence.readings["serving"] & (evidence.readings["rat"] == rat)]
    nameless = rows[rows["cell"] == ""]
    strange = nameless[~_is_ambiguous(evidence, rat, nameless)]
    share = len(strange) / max(len(rows), 1)
    if share < least_share:
        return []
    facts = _facts(evidence, rat, strange, share, least_share)
    return [Finding("border_camping", min(1.0, 0.5 + share / 2), (), tuple(sorted(strange["point"].unique())), facts)]


def _other_region(evidence: Evidence, figures: Figures, rat: str, least_share: float) -> list[Finding]:
    """Cells of the table that serve here steadily under another region's area codes."""
    share = serving_share([evidence.logged], "gsm_idle" if rat == "GSM" else "lte_idle")
    regions = {area // REGION for area in _home(evidence)}
    odd = [cell for cell in share if regions and _area(evidence, cell) // REGION not in regions]
    odd = [cell for cell in odd if not math.isnan(_area(evidence, cell))]
    spent = sum(share[cell] for cell in odd)
    rows = served(evidence, *odd)
    rows = rows[rows["mode"] == "idle"]
    if spent < least_share or _stay_s(evidence, rat, odd, rows) < LEAST_STAY_S:
        return []
    gone = tuple(without(evidence, cell) for cell in odd)
    return [
        Finding(
            "border_camping", max(min(1.0, 0.5 + spent / 2), figures.severity("idle_camp_wanted")), tuple(odd),
            tuple(sorted(rows["point"].unique())), _facts(evidence, rat, rows, spent, least_share), basis="tables",
            cure=gone,
        )
    ]  # fmt: skip


def _area(evidence: Evidence, cell: str) -> float:
    """Location or tracking area code."""
    return evidence.number(cell, "lac" if evidence.network.cells.at[cell, "rat"] == "GSM" else "tac")


def _home(evidence: Evidence) -> list[float]:
    """Location areas of the wanted cells."""
    return sorted({area for cell in evidence.wanted if not math.isnan(area := _area(evidence, cell))})


def _facts(evidence: Evidence, rat: str, rows: pd.DataFrame, share: float, threshold: float) -> dict[str, Any]:
    """What a person can check of some serving rows; the area of a stranger is not known."""
    heard = rows["arfcn" if rat == "GSM" else "earfcn"].dropna().mode()
    areas = sorted({f"{_area(evidence, cell):.0f}" for cell in rows["cell"].unique() if cell})
    return {
        "rat": rat, "share": round(share, 3), "threshold": threshold, "samples": len(rows),
        "channel": int(heard.iloc[0]) if len(heard) else "?", "areas": ";".join(areas) or "?",
        "home": ";".join(f"{area:.0f}" for area in _home(evidence)) or "?", "when": when(rows),
    }  # fmt: skip


def _stay_s(evidence: Evidence, rat: str, cells: list[str], rows: pd.DataFrame) -> float:
    """How long a phone stays on some cells at a time, on average, in seconds."""
    step_s = float(rows.groupby(["file", "point"])["time"].diff().median()) if len(rows) > 1 else 0.0
    table = moves(evidence, rat, idle=True)
    left = table["from_cell"].isin(cells) & ~table["to_cell"].isin(cells)
    return step_s * len(rows) / (int(left.sum()) + 1)


def _is_ambiguous(evidence: Evidence, rat: str, rows: pd.DataFrame) -> NDArray[np.bool_]:
    table = evidence.ambiguous[evidence.ambiguous["rat"] == rat]
    known = set(zip(table["channel"], table["code"], strict=True))
    channel = rows["arfcn" if rat == "GSM" else "earfcn"]
    code = rows["bsic"] if rat == "GSM" else rows["pci"].map(lambda p: "" if np.isnan(p) else f"{p:.0f}")
    return np.array([key in known for key in zip(channel, code, strict=True)], dtype=bool)
