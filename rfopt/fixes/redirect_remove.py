"""Take a stronger wrong carrier off the CSFB lists of the LTE cells that serve here."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, competitors, fixes, move
from rfopt.rules import serving_share

LEAST_SHARE = 0.02


@fixes
def redirect_remove(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """The carrier of another estate's das, at all LTE servers here that list it and have other entries.

    A macro's carrier stays: the LTE cell's other users need it.
    """
    cells = evidence.network.cells
    wanted = {cells.at[cell, "arfcn"] for cell in evidence.wanted}
    servers = [c for c, s in serving_share([evidence.logged, evidence.replay], "lte_idle").items() if s >= LEAST_SHARE]
    moves = []
    for cell in competitors(evidence):
        arfcn = int(cells.at[cell, "arfcn"])
        if cells.at[cell, "kind"] != "das" or arfcn in wanted:
            continue
        entries = tuple(
            change(evidence, lte, "redirect_arfcn", "absent", str(arfcn))
            for lte in servers
            if arfcn in (listed := evidence.network.redirect_arfcns(lte)) and len(listed) > 1
        )
        moves += move("redirect_remove", entries, because(findings, ("csfb_frequency", "das_leakage")))
    return moves
