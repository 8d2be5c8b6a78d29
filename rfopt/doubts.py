"""Rows of the site table that a case's log contradicts: looked for before anything else."""

from __future__ import annotations

import math

import pandas as pd

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.mobility.anchor import anchor
from rfopt.radio.sector_errors import Doubt, sector_doubts
from rfopt.words import say

PARAMETER = {"azimuth": "azimuth_deg", "swapped": "azimuth_deg", "power": "power_dbm"}
UNIT = {"azimuth": "°", "swapped": "°", "power": " dBm"}
SEVERITY = 0.49
"""A wrong row of the table harms no user by itself: just below what a missed target weighs."""


def table_doubts(evidence: Evidence) -> tuple[Doubt, ...]:
    """Masts whose sectors contradict the table, over all places of the log, the surest first."""
    if evidence.outside.empty:
        levels = [evidence.gsm.levels, evidence.lte.levels]
    else:
        rows = pd.concat([evidence.readings, evidence.outside])
        levels = [anchor(rows, evidence.network, rat).levels for rat in ("GSM", "LTE")]
    return sector_doubts(levels, evidence.network)


def finding_of(evidence: Evidence, doubt: Doubt) -> Finding:
    """A certain doubt as a finding: the table's value, what fits, and the two levels that tell it."""
    return Finding(
        "wrong_parameters", SEVERITY, doubt.cells, evidence.points,
        {"parameter": PARAMETER.get(doubt.kind, "azimuth_deg / power_dbm"), "value": _value(doubt, doubt.table),
         "expected": _expected(doubt), "compared": " / ".join(doubt.pair), "measured_db": round(doubt.measured_db, 1),
         "expected_db": round(doubt.expected_db, 1), "places": doubt.places,
         "probability_share": round(doubt.probability, 4)},
    )  # fmt: skip


def note_on(doubt: Doubt, lang: str = "en") -> str:
    """A doubt in a sentence."""
    return say(
        f"doubt.{doubt.kind}", lang, cells=", ".join(doubt.cells), cell=doubt.cells[0],
        value=_value(doubt, doubt.table), expected=_expected(doubt), first=doubt.pair[0], second=doubt.pair[1],
        measured=f"{doubt.measured_db:+.0f}", due=f"{doubt.expected_db:+.0f}", places=doubt.places,
        probability=f"{100.0 * min(doubt.probability, 0.999):.3g}",
    )  # fmt: skip


def _value(doubt: Doubt, value: float) -> str:
    if math.isnan(value):
        return "?"
    return f"{value % 360.0 if UNIT[doubt.kind] == '°' else value:.0f}{UNIT[doubt.kind]}"


def _expected(doubt: Doubt) -> str:
    if math.isnan(doubt.fitted):
        return "?"
    best = _value(doubt, doubt.fitted)
    if doubt.low == doubt.high:
        return best
    return f"{best} ({_value(doubt, doubt.low)}…{_value(doubt, doubt.high)})"
