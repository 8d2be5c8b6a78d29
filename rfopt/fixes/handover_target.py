"""Ask more of a competitor before calls go to it for level or quality, or at all."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, competitors, fixes, ladder, move
from rfopt.rules import on_quantum

STEPS = {
    "ho_margin_lev_db": (2.0, 9.0), "ho_margin_qual_db": (2.0, 6.0), "rxlev_min_cell_dbm": (6.0, -74.0),
}  # fmt: skip
"""Step and greatest value of what a relation asks of its target."""
RULES = ("pingpong_handover", "das_leakage", "no_dominant_server", "cochannel_interference")


@fixes(later=True)
def handover_target(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Margins for level and quality, and the least level of a target, from the wanted cell to each competitor."""
    relations, reasons, moves = evidence.network.neighbours, because(findings, RULES), []
    pairs = [(wanted, other) for wanted in evidence.wanted for other in competitors(evidence)]
    for wanted, other in (pair for pair in pairs if pair in relations.index):
        for parameter, (step, most) in STEPS.items():
            now = on_quantum("neighbours", parameter, float(relations[parameter][(wanted, other)]))
            for new in ladder(now, most, step):
                moves += move("handover_target", (change(evidence, wanted, parameter, new, other),), reasons)
    return moves
