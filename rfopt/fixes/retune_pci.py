"""Give an LTE cell a physical cell identity that does not collide here."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import fixes, lte_blamed, settings
from rfopt.proofs.reuse import free_pcis

RULES = ("pci_mod3", "identity_confusion")


@fixes
def retune_pci(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """The nearest unused PCI of each other remainder modulo 3, of either cell of a collision."""
    moves, seen = [], set()
    for finding in findings:
        for cell in lte_blamed(evidence, [finding], RULES):
            if cell not in seen:
                seen.add(cell)
                free = [float(pci) for pci in free_pcis(evidence.network, cell)]
                moves += settings("retune_pci", evidence, cell, "pci", free, (finding.rule,))
    return moves
