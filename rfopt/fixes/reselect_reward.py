"""Reward the wanted cell in idle reselection."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, fixes, ladder, move
from rfopt.network import Plan
from rfopt.rules import on_quantum

STEP_DB, MOST_DB = 2.0, 20.0
PLAIN_PENALTY_S = 20.0
SUBTRACTED_S = 640.0
RULES = (
    "pingpong_reselection",
    "no_dominant_server",
    "das_leakage",
    "overshoot",
    "one_way_neighbour",
    "wrong_parameters",
    "area_boundary",
    "border_camping",
)


@fixes
def reselect_reward(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """CELL_RESELECT_OFFSET up to 20 dB in steps of 2 dB, without temporary offset; a sign flip is taken off first."""
    moves = []
    for cell in evidence.wanted:
        row = evidence.network.cells.loc[cell]
        flipped = row["penalty_time_s"] == SUBTRACTED_S
        base: Plan = (change(evidence, cell, "penalty_time_s", PLAIN_PENALTY_S),) if flipped else ()
        if row["temporary_offset_db"] > 0:
            base = (*base, change(evidence, cell, "temporary_offset_db", 0.0))
        start = 0.0 if flipped else evidence.number(cell, "cell_reselect_offset_db")
        for new in ladder(on_quantum("cells", "cell_reselect_offset_db", start), MOST_DB, STEP_DB):
            offset = (
                ()
                if new == row["cell_reselect_offset_db"]
                else (change(evidence, cell, "cell_reselect_offset_db", new),)
            )
            moves += move("reselect_reward", (*base, *offset), because(findings, RULES))
    return moves
