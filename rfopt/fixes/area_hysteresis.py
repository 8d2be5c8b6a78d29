"""Hold idle phones in their location area: a hysteresis that only changes of area have to overcome."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, fixes, ladder, move
from rfopt.rules import on_quantum

STEP_DB, MOST_DB = 2.0, 14.0
RULES = ("area_boundary", "border_camping")


@fixes
def area_hysteresis(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """CELL_RESELECT_HYSTERESIS of the wanted cells up to 14 dB, 2 dB a step: it holds back from other areas only."""
    moves = []
    for cell in evidence.wanted:
        now = on_quantum("cells", "cell_reselect_hysteresis_db", evidence.number(cell, "cell_reselect_hysteresis_db"))
        for new in ladder(now, MOST_DB, STEP_DB):
            changes = (change(evidence, cell, "cell_reselect_hysteresis_db", new),)
            moves += move("area_hysteresis", changes, because(findings, RULES))
    return moves
