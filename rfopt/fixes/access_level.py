"""Let phones camp on the wanted cell at lower levels, and on a leaking one at higher levels only."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import above, because, below, culprits, fixes, settings

STEP = 2
LEAST_DBM, MOST_DBM = -110.0, -90.0
"""RXLEV_ACCESS_MIN below the phone's sensitivity admits nobody; above −90 dBm an estate's own flats are shut out."""
UP, DOWN = ("das_leakage",), ("weak_indoor",)
RULES = UP + DOWN


@fixes(later=True)
def access_level(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """RXLEV_ACCESS_MIN of the wanted cell down, of a leaking distribution up, 2 dB a step: C1, and where CSFB lands."""
    moves = []
    for cell in evidence.wanted:
        now = evidence.number(cell, "rxlev_access_min_dbm")
        lower = below("cells", "rxlev_access_min_dbm", now, LEAST_DBM)[STEP - 1 :: STEP]
        moves += settings("access_level", evidence, cell, "rxlev_access_min_dbm", lower, because(findings, DOWN))
    for cell in culprits(findings, UP):
        now = evidence.number(cell, "rxlev_access_min_dbm")
        if evidence.network.cells.at[cell, "kind"] == "das":
            higher = above("cells", "rxlev_access_min_dbm", now, MOST_DBM)[STEP - 1 :: STEP]
            reasons = because(findings, UP, cell)
            moves += settings("access_level", evidence, cell, "rxlev_access_min_dbm", higher, reasons)
    return moves
