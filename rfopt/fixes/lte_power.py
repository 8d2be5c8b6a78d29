"""Turn a colliding LTE cell down."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, fixes, ladder, lte_blamed, settings
from rfopt.rules import on_quantum

STEP_DB, MOST_DB = 1.0, 3.0
RULES = ("pci_mod3", "overshoot", "das_leakage")


@fixes
def lte_power(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Reference signal power down by 3 dB at most, 1 dB a step."""
    moves = []
    for cell in lte_blamed(evidence, findings, RULES):
        power = on_quantum("cells", "power_dbm", evidence.number(cell, "power_dbm"))
        values = ladder(power, power - MOST_DB, -STEP_DB)
        moves += settings("lte_power", evidence, cell, "power_dbm", values, because(findings, RULES, cell))
    return moves
