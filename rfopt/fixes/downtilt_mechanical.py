"""Tilt a disturbing macro mechanically, with a crew on the tower."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, culprits, fixes, ladder, move
from rfopt.rules import on_quantum

STEP_DEG, MOST_STEPS, MOST_DEG = 1.0, 5, 10.0
RULES = ("overshoot", "cochannel_interference")


@fixes
def downtilt_mechanical(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Up to five degrees down, a degree a step, at most 10° in all: beyond that the pattern bulges sideways."""
    moves = []
    cells = evidence.network.cells
    for cell in culprits(findings, RULES):
        if cells.at[cell, "kind"] != "macro" or not cells.at[cell, "antenna"]:
            continue
        tilt = on_quantum("cells", "mech_tilt_deg", evidence.number(cell, "mech_tilt_deg"))
        for new in ladder(tilt, min(MOST_DEG, tilt + MOST_STEPS * STEP_DEG), STEP_DEG):
            moves += move(
                "downtilt_mechanical", (change(evidence, cell, "mech_tilt_deg", new),), because(findings, RULES, cell)
            )
    return moves
