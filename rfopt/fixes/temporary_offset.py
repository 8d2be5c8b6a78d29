"""Hold idle phones back from a disturbing cell until it has been heard for a while."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import above, because, competitors, fixes, settings

MOST_DB = 40.0
SUBTRACTED_S = 640.0
RULES = ("pingpong_reselection", "no_dominant_server", "das_leakage")


@fixes(later=True)
def temporary_offset(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """TEMPORARY_OFFSET of competing distributions up to 40 dB, 10 dB a step; with penalty time 640 s it has no effect.

    It acts for the penalty time after a cell enters the list of six, so it calms cells that come and go and leaves
    those heard steadily. A macro is left alone: all its users would wait, in places nobody has measured.
    """
    moves, cells = [], evidence.network.cells
    for cell in competitors(evidence):
        if cells.at[cell, "kind"] == "das" and cells.at[cell, "penalty_time_s"] != SUBTRACTED_S:
            now, reasons = evidence.number(cell, "temporary_offset_db"), because(findings, RULES)
            values = above("cells", "temporary_offset_db", now, MOST_DB)
            moves += settings("temporary_offset", evidence, cell, "temporary_offset_db", values, reasons)
    return moves
