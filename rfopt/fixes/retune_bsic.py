"""Give one of two GSM cells that cannot be told apart another colour code."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import change, fixes, move
from rfopt.proofs.reuse import free_bsic

RULES = ("identity_confusion",)


@fixes
def retune_bsic(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """A base station colour code that no cell of the carrier within reuse distance has; the network's own stays."""
    moves, cells = [], evidence.network.cells
    for finding in findings:
        if finding.rule not in RULES:
            continue
        for cell in finding.cells:
            free = free_bsic(evidence.network, cell) if cells.at[cell, "rat"] == "GSM" else ""
            moves += move("retune_bsic", (change(evidence, cell, "bsic", free),), (finding.rule,)) if free else []
    return moves
