"""List the wanted cell's carrier for CSFB at the LTE cells that serve here."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import fixes, move
from rfopt.network import MOST_REDIRECTS


@fixes
def redirect_add(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """The lacking entry at all LTE servers together: a phone may camp on any of them."""
    moves = []
    for finding in findings:
        if finding.rule == "csfb_frequency":
            room = tuple(c for c in finding.cure if len(evidence.network.redirect_arfcns(c.cell)) < MOST_REDIRECTS)
            moves += move("redirect_add", room, (finding.rule,))
    return moves
