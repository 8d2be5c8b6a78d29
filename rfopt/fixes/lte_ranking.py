"""Rank LTE cells apart so that an idle phone stays: Qoffset per relation, Qhyst and Treselection per cell."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import above, because, change, fixes, lte_blamed, move, settings

MOST_OFFSET_DB, MOST_HYSTERESIS_DB, MOST_TIME_S = 6.0, 8.0, 3.0
RULES = ("pingpong_reselection", "no_dominant_server")


@fixes
def lte_ranking(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Qoffset up to 6 dB from each LTE cell blamed to every other, Qhyst up to 8 dB, Treselection up to 3 s."""
    moves, blamed = [], lte_blamed(evidence, findings, RULES)
    for cell in blamed:
        reasons = because(findings, RULES, cell)
        for parameter, most in (("q_hyst_db", MOST_HYSTERESIS_DB), ("t_reselection_s", MOST_TIME_S)):
            now = evidence.number(cell, parameter)
            values = above("cells", parameter, now, most)
            moves += settings("lte_ranking", evidence, cell, parameter, values, reasons)
        for other in blamed:
            if evidence.network.related(cell, other):
                now = float(evidence.network.neighbours["q_offset_db"][(cell, other)])
                for new in above("neighbours", "q_offset_db", now, MOST_OFFSET_DB):
                    moves += move("lte_ranking", (change(evidence, cell, "q_offset_db", new, other),), reasons)
    return moves
