"""Take carriers off the CSFB lists of the LTE cells here that lead fallback calls to the wrong cell."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, fixes, move
from rfopt.network import Plan
from rfopt.rules import serving_share

LEAST_SHARE = 0.02
RULES = ("csfb_frequency", "das_leakage")


@fixes
def redirect_remove(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Each carrier that fallback calls wrongly land on, off all lists that hold it and a wanted carrier too.

    A list without the wanted carrier keeps its entries, and so does a carrier that a macro broadcasts: calls of other
    places may have nothing else to land on.
    """
    arfcn = evidence.network.cells["arfcn"]
    good = {int(arfcn[cell]) for cell in evidence.wanted}
    heard, moves = list(evidence.gsm.levels.cells), []
    lists = {cell: evidence.network.redirect_arfcns(cell) for cell in _servers(evidence)}
    for carrier in sorted(_landed(evidence) - good):
        users = [cell for cell in heard if arfcn[cell] == carrier]
        if any(evidence.network.cells.at[cell, "kind"] != "das" for cell in users):
            continue
        holders = [cell for cell, held in lists.items() if carrier in held and good & held]
        gone: Plan = tuple(change(evidence, cell, "redirect_arfcn", "absent", str(carrier)) for cell in holders)
        moves += move("redirect_remove", gone, because(findings, RULES))
    return moves


def _servers(evidence: Evidence) -> list[str]:
    """LTE cells that serve here."""
    share = serving_share([evidence.logged, evidence.replay], "lte_idle")
    return [cell for cell, part in share.items() if part >= LEAST_SHARE]


def _landed(evidence: Evidence) -> set[int]:
    """Carriers that simulated fallback calls land on."""
    names, arfcn = evidence.replay.gsm_cells, evidence.network.cells["arfcn"]
    landed = {int(k) for fallbacks in evidence.replay.fallbacks for k in set(fallbacks.cell.ravel().tolist()) if k >= 0}
    return {int(arfcn[names[k]]) for k in landed}
