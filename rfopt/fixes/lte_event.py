"""Hand a connected phone over later: offset, hysteresis and time to trigger of event A3, offset of a pair."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import above, because, below, change, fixes, lte_blamed, move, settings

MOST = {"a3_offset_db": 6.0, "a3_hysteresis_db": 4.0, "a3_time_to_trigger_ms": 640.0}
LEAST_PAIR_DB = -6.0
RULES = ("pingpong_handover", "no_dominant_server")


@fixes
def lte_event(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """A3 of each LTE cell blamed up to 6 dB, 4 dB and 640 ms; the pair's individual offset down to −6 dB."""
    moves, blamed = [], lte_blamed(evidence, findings, RULES)
    for cell in blamed:
        reasons = because(findings, RULES, cell)
        for parameter, most in MOST.items():
            now = evidence.number(cell, parameter)
            values = above("cells", parameter, now, most)[::2]
            moves += settings("lte_event", evidence, cell, parameter, values, reasons)
        for other in blamed:
            if evidence.network.related(cell, other):
                now = float(evidence.network.neighbours["cio_db"][(cell, other)])
                for new in below("neighbours", "cio_db", now, LEAST_PAIR_DB):
                    moves += move("lte_event", (change(evidence, cell, "cio_db", new, other),), reasons)
    return moves
