"""Add the relation that a phone lacks to come back, or to go where it is better served."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import change, fixes, move
from rfopt.network import MOST_RELATIONS, Change, Plan

RULES = ("one_way_neighbour", "missing_neighbour")


@fixes
def neighbour_add(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """The missing relations of each one-way or missing pair, alone and together, where the list has room.

    Each with the margins that every relation begins with, and with margins that agree with the idle boundary.
    """
    counts = evidence.network.neighbours.index.get_level_values(0).value_counts()
    moves = []
    for finding in findings:
        if finding.rule not in RULES:
            continue
        room = [c for c in finding.cure if counts.get(c.cell, 0) < MOST_RELATIONS]
        bare: Plan = tuple(change(evidence, c.cell, "neighbour", "present", c.neighbour) for c in room if _adds(c))
        in_line = [tuple(c for c in room if c.cell == added.cell) for added in bare]
        plans = [*((added,) for added in bare), *in_line, bare, tuple(room)]
        for changes in dict.fromkeys(plans):
            moves += move("neighbour_add", changes, (finding.rule,))
    return moves


def _adds(entry: Change) -> bool:
    return entry.parameter == "neighbour"
