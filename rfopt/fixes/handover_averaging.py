"""Look longer before a call is handed over: averaging window and period of the comparison."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, fixes, ladder, settings
from rfopt.rules import on_quantum

STEPS = {"ho_averaging_sacch": (4.0, 16.0), "ho_period_pbgt_sacch": (3.0, 15.0)}
"""Step and greatest value: beyond 16 SACCH (8 s) calls are lost in lifts and stairwells before they are handed over."""
RULES = ("pingpong_handover", "no_dominant_server")


@fixes(later=True)
def handover_averaging(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Averaging up to 16 SACCH and the power-budget period up to 15, of the wanted cell."""
    reasons, moves = because(findings, RULES), []
    for cell in evidence.wanted:
        for parameter, (step, most) in STEPS.items():
            now = on_quantum("cells", parameter, evidence.number(cell, parameter))
            moves += settings("handover_averaging", evidence, cell, parameter, ladder(now, most, step), reasons)
    return moves
