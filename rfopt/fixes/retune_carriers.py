"""Move clashing carriers to free ones of the network's own."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import change, fixes, move
from rfopt.network import MOST_REDIRECTS, Plan
from rfopt.proofs.reuse import carriers_of, clashing, free_carriers

RULES = ("cochannel_interference",)


@fixes
def retune_carriers(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """BCCH and traffic carriers that clash, of the disturbing or of the disturbed cell: each kind alone and together.

    A free carrier is one that `rfopt.proofs.reuse.free_carriers` gives. Lists of LTE cells follow a BCCH that moves.
    """
    moves, seen = [], set()
    for finding in findings:
        if finding.rule not in RULES:
            continue
        for cell, other in (finding.cells[:2], finding.cells[1::-1]):
            if cell not in seen:
                seen.add(cell)
                for changes in _retuned(evidence, cell, other):
                    moves += move("retune_carriers", changes, (finding.rule,))
    return moves


def _retuned(evidence: Evidence, cell: str, other: str) -> list[Plan]:
    """Plans that take a cell's clashing carriers off another cell's, its BCCH first: as many as there are free ones."""
    network, heard = evidence.network, [str(name) for name in evidence.gsm.levels.cells]
    own = carriers_of(network, cell)
    odd = clashing(own, carriers_of(network, other))
    free = free_carriers(network, cell, heard)
    new = dict(zip(odd, free, strict=False))
    beacon: Plan = ()
    if own[0] in new:
        followed = _followed(evidence, own[0], new[own[0]])
        beacon = (change(evidence, cell, "arfcn", float(new[own[0]])), *(followed if cell in evidence.wanted else ()))
    traffic: Plan = ()
    if set(own[1:]) & set(new):
        text = ";".join(str(new.get(arfcn, arfcn)) for arfcn in own[1:])
        traffic = (change(evidence, cell, "tch_arfcns", text),)
    return [plan for plan in (beacon, traffic, (*beacon, *traffic) if beacon and traffic else ()) if plan]


def _followed(evidence: Evidence, old: int, new: int) -> Plan:
    """The new carrier listed wherever the old one is and there is room."""
    network = evidence.network
    holders = sorted(cell for cell, arfcn in network.redirects if arfcn == old)
    lists = {cell: network.redirect_arfcns(cell) for cell in holders}
    room = [cell for cell, held in lists.items() if len(held) < MOST_REDIRECTS and new not in held]
    return tuple(change(evidence, cell, "redirect_arfcn", "present", str(new)) for cell in room)
