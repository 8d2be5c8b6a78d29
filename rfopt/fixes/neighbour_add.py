"""Add the relation that a phone lacks to come back, or to go where it is better served."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import fixes, move
from rfopt.network import MOST_RELATIONS

RULES = ("one_way_neighbour", "missing_neighbour")


@fixes
def neighbour_add(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """The missing relations of each one-way or missing pair where the lists have room: never half of a pair.

    Each with the margins that every relation begins with, and with margins that agree with the idle boundary.
    """
    counts = evidence.network.neighbours.index.get_level_values(0).value_counts()
    moves = []
    for finding in findings:
        added = [entry for entry in finding.cure if entry.parameter == "neighbour"] if finding.rule in RULES else []
        if any(counts.get(entry.cell, 0) >= MOST_RELATIONS for entry in added):
            continue
        ways = [
            [(entry,), tuple(dict.fromkeys([entry, *(c for c in finding.cure if c.cell == entry.cell)]))]
            for entry in added
        ]
        for chosen in dict.fromkeys(itertools.product(*ways)):
            moves += move("neighbour_add", tuple(c for way in chosen for c in way), (finding.rule,))
    return moves
