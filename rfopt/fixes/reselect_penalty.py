"""Penalise a disturbing cell in idle reselection."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, competitors, fixes, ladder, move
from rfopt.network import Plan
from rfopt.rules import on_quantum

STEP_DB, MOST_DB = 2.0, 16.0
SUBTRACTED_S = 640.0
RULES = ("das_leakage", "pingpong_reselection", "no_dominant_server", "overshoot")


@fixes
def reselect_penalty(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Take a reward off; from a das also subtract an offset up to 16 dB (PENALTY_TIME 640 s: C2 = C1 − offset).

    A macro is not penalised: all its users would pay, in places nobody has measured.
    """
    moves = []
    for cell in competitors(evidence):
        row = evidence.network.cells.loc[cell]
        flipped = row["penalty_time_s"] == SUBTRACTED_S
        offset = evidence.number(cell, "cell_reselect_offset_db")
        reasons = because(findings, RULES)
        if offset > 0 and not flipped:
            moves += move("reselect_penalty", (change(evidence, cell, "cell_reselect_offset_db", 0.0),), reasons)
        if row["kind"] != "das":
            continue
        flip: Plan = () if flipped else (change(evidence, cell, "penalty_time_s", SUBTRACTED_S),)
        for new in ladder(on_quantum("cells", "cell_reselect_offset_db", offset) if flipped else 0.0, MOST_DB, STEP_DB):
            step = () if new == offset else (change(evidence, cell, "cell_reselect_offset_db", new),)
            moves += move("reselect_penalty", (*flip, *step), reasons)
    return moves
