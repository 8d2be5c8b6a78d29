"""Delete a relation that takes phones where they should not go."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, competitors, fixes, move

RULES = ("one_way_neighbour", "das_leakage", "pingpong_handover", "overshoot")


@fixes
def neighbour_delete(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Relations from the wanted cell without a return, and those to cells of other estates."""
    moves = []
    for wanted in evidence.wanted:
        for other in competitors(evidence):
            if not evidence.network.related(wanted, other):
                continue
            one_way = not evidence.network.related(other, wanted)
            if one_way or evidence.network.cells.at[other, "kind"] == "das":
                reasons = because(findings, RULES, other)
                moves += move("neighbour_delete", (change(evidence, wanted, "neighbour", "absent", other),), reasons)
    return moves
