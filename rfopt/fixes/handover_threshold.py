"""Make the wanted cell give up its calls later: level and quality thresholds."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import above, because, fixes, ladder, settings
from rfopt.rules import on_quantum

STEP_DB, LEAST_DBM, MOST_RXQUAL = -2.0, -101.0, 6.0
"""One decibel above reference sensitivity, below which a call is lost before it is handed over; RXQUAL 7 is lost."""
RULES = ("pingpong_handover", "no_dominant_server", "das_leakage", "cochannel_interference")


@fixes(later=True)
def handover_threshold(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Level threshold down to −101 dBm in steps of 2 dB, quality threshold up to RXQUAL 6."""
    reasons, moves = because(findings, RULES), []
    for cell in evidence.wanted:
        level = on_quantum("cells", "ho_threshold_lev_dbm", evidence.number(cell, "ho_threshold_lev_dbm"))
        lower = ladder(level, LEAST_DBM, STEP_DB)
        moves += settings("handover_threshold", evidence, cell, "ho_threshold_lev_dbm", lower, reasons)
        quality = evidence.number(cell, "ho_threshold_qual")
        worse = above("cells", "ho_threshold_qual", quality, MOST_RXQUAL)
        moves += settings("handover_threshold", evidence, cell, "ho_threshold_qual", worse, reasons)
    return moves
