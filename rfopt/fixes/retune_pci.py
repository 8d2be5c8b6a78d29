"""Give one of two LTE cells whose reference signals collide a PCI of another remainder."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.audits.site_carriers import one_carrier, site_mates
from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import change, fixes, lte_blamed, move
from rfopt.network import Plan
from rfopt.proofs.reuse import free_pcis

RULES = ("pci_mod3", "identity_confusion")


@fixes
def retune_pci(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """The nearest PCI of each other remainder modulo 3 that nobody on the carrier within reuse distance has.

    Where another sector of the site has that remainder the two change PCIs: a site's sectors differ, and its PCIs stay
    where they were planned.
    """
    moves, seen = [], set()
    for finding in findings:
        for cell in lte_blamed(evidence, [finding], RULES):
            for changes in [] if cell in seen else _retuned(evidence, cell):
                moves += move("retune_pci", changes, (finding.rule,))
            seen.add(cell)
    return moves


def _retuned(evidence: Evidence, cell: str) -> list[Plan]:
    network = evidence.network
    mates = [name for name in site_mates(network, cell) if one_carrier(network, cell, name)]
    of_rest = {evidence.number(name, "pci") % 3: name for name in mates}
    plans: list[Plan] = []
    for pci in free_pcis(network, cell):
        mate = of_rest.get(pci % 3)
        if mate is None:
            plans.append((change(evidence, cell, "pci", float(pci)),))
        else:
            own, theirs = (evidence.number(name, "pci") for name in (cell, mate))
            plans.append((change(evidence, cell, "pci", theirs), change(evidence, mate, "pci", own)))
    return plans
