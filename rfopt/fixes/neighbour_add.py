"""Add the relation that a phone lacks to come back, or to go where it is better served."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import change, fixes, move
from rfopt.network import MOST_RELATIONS

RULES = ("one_way_neighbour", "missing_neighbour")


@fixes
def neighbour_add(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """The missing relation of each one-way or missing pair, alone and both ways, where the list has room."""
    counts = evidence.network.neighbours.index.get_level_values(0).value_counts()
    moves = []
    for finding in findings:
        if finding.rule not in RULES:
            continue
        absent = [
            change(evidence, c.cell, "neighbour", "present", c.neighbour)
            for c in finding.cure
            if counts.get(c.cell, 0) < MOST_RELATIONS
        ]
        for single in absent:
            moves += move("neighbour_add", (single,), (finding.rule,))
        if len(absent) > 1:
            moves += move("neighbour_add", tuple(absent), (finding.rule,))
    return moves
