"""Delete a relation that phones leave by and cannot come back."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import change, fixes, move


@fixes
def neighbour_delete(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Relations from a wanted cell that `one_way_neighbour` found; others would leave a one-way return."""
    moves = []
    for finding in findings:
        if finding.rule != "one_way_neighbour":
            continue
        other, cell = finding.cells
        if cell in evidence.wanted:
            moves += move("neighbour_delete", (change(evidence, cell, "neighbour", "absent", other),), (finding.rule,))
    return moves
