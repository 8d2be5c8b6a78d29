"""Keep idle phones on an LTE carrier: its priority, and the level at which they may leave it for a lower one."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, below, fixes, lte_blamed, settings

STEP = 2
RULES = ("pingpong_reselection", "no_dominant_server")


@fixes(later=True)
def lte_priority(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Priority of the serving carrier one up or down, ThreshServing,Low down to 0 dB in steps of 4 dB.

    Priorities and thresholds that layers.csv gives are not among them: a plan changes cells and relations.
    """
    moves = []
    for cell in lte_blamed(evidence, findings, RULES):
        reasons = because(findings, RULES, cell)
        now = evidence.number(cell, "cell_reselection_priority")
        near = [v for v in (now + 1.0, now - 1.0) if 0.0 <= v <= 7.0]
        moves += settings("lte_priority", evidence, cell, "cell_reselection_priority", near, reasons)
        low = evidence.number(cell, "thresh_serving_low_db")
        values = below("cells", "thresh_serving_low_db", low, 0.0)[STEP - 1 :: STEP]
        moves += settings("lte_priority", evidence, cell, "thresh_serving_low_db", values, reasons)
    return moves
