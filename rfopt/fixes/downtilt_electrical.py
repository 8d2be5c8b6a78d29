"""Tilt a disturbing macro electrically, from the desk."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, culprits, fixes, ladder, move
from rfopt.rules import on_quantum

STEP_DEG, MOST_STEPS, MOST_DEG, LEAST_DEG = 1.0, 6, 12.0, 0.0
RULES = ("overshoot", "cochannel_interference")


@fixes
def downtilt_electrical(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Up to six degrees down or two up, a degree a step: beside a side lobe either way can weaken the flat."""
    moves = []
    cells = evidence.network.cells
    for cell in culprits(findings, RULES):
        if cells.at[cell, "kind"] != "macro" or not cells.at[cell, "antenna"]:
            continue
        tilt = on_quantum("cells", "elec_tilt_deg", evidence.number(cell, "elec_tilt_deg"))
        down = ladder(tilt, min(MOST_DEG, tilt + MOST_STEPS * STEP_DEG), STEP_DEG)
        up = ladder(tilt, max(LEAST_DEG, tilt - 2 * STEP_DEG), -STEP_DEG)
        for new in down + up:
            moves += move(
                "downtilt_electrical", (change(evidence, cell, "elec_tilt_deg", new),), because(findings, RULES, cell)
            )
    return moves
