"""Keep calls on the wanted cell: power-budget margins from it up, towards it down."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, competitors, fixes, ladder, move
from rfopt.rules import on_quantum

STEP_DB, MOST_DB, LEAST_DB = 2.0, 12.0, 0.0
LEAST_PAIR_DB = 4.0
"""R-HYST: margins of a pair must sum to this, or calls circle."""
RULES = (
    "pingpong_handover",
    "no_dominant_server",
    "das_leakage",
    "overshoot",
    "wrong_parameters",
    "cochannel_interference",
)


@fixes
def handover_margin(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """HO margin PBGT per relation on whole dB, from the wanted cell up to 12 dB, to it down to 0 dB.

    A relation without its return is mended, not tuned: `neighbour_add` and `neighbour_delete` see to it.
    """
    margins = evidence.network.neighbours["ho_margin_pbgt_db"]
    reasons = because(findings, RULES)
    moves = _all_at_once(evidence, reasons)
    for wanted, other in _pairs(evidence):
        out, back = (
            on_quantum("neighbours", "ho_margin_pbgt_db", float(margins[pair]))
            for pair in ((wanted, other), (other, wanted))
        )
        for new in ladder(out, MOST_DB, STEP_DB if (MOST_DB - out) % STEP_DB == 0 else 1.0):
            moves += move("handover_margin", (change(evidence, wanted, "ho_margin_pbgt_db", new, other),), reasons)
        least = max(LEAST_DB, LEAST_PAIR_DB - float(margins[(wanted, other)]))
        for new in ladder(back, least, -STEP_DB):
            moves += move("handover_margin", (change(evidence, other, "ho_margin_pbgt_db", new, wanted),), reasons)
    return moves


def _pairs(evidence: Evidence) -> list[tuple[str, str]]:
    """Wanted cells and their competitors with relations both ways."""
    related = evidence.network.related
    pairs = [(wanted, other) for wanted in evidence.wanted for other in competitors(evidence)]
    return [(wanted, other) for wanted, other in pairs if related(wanted, other) and related(other, wanted)]


def _all_at_once(evidence: Evidence, reasons: tuple[str, ...]) -> list[Move]:
    """The same margin towards every competitor: raising one alone only sends calls to the next."""
    margins = evidence.network.neighbours["ho_margin_pbgt_db"]
    moves = []
    for new in ladder(0.0, MOST_DB, STEP_DB):
        raised = tuple(
            change(evidence, wanted, "ho_margin_pbgt_db", new, other)
            for wanted, other in _pairs(evidence)
            if float(margins[(wanted, other)]) < new
        )
        moves += move("handover_margin", raised, reasons) if len(raised) > 1 else []
    return moves
