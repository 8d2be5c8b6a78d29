"""List the wanted cell's carrier for CSFB at the LTE cells that serve here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import fixes, move
from rfopt.network import MOST_REDIRECTS, Plan


@fixes
def redirect_add(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """The lacking entry at all LTE servers together: a phone may camp on any of them."""
    moves = []
    for finding in findings:
        if finding.rule == "csfb_frequency":
            held = Counter(cell for cell, _ in evidence.network.redirects)
            room: Plan = ()
            for entry in finding.cure:
                if held[entry.cell] < MOST_REDIRECTS:
                    held[entry.cell] += 1
                    room = (*room, entry)
            moves += move("redirect_add", room, (finding.rule,))
    return moves
