"""Too many cells of about the same level, none that leads."""

from __future__ import annotations

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import count, when
from rfopt.instants import crowded as crowded_at
from rfopt.levels import Source
from rfopt.rules import Figures, change_to, rules

JUDGED = ("idle_camp_wanted", "reselections_per_min", "handovers_per_min")


@rules
def no_dominant_server(
    evidence: Evidence, figures: Figures, within_db: float = 6.0, least_cells: int = 3
) -> list[Finding]:
    """Fires where at least `least_cells` GSM cells lie within `within_db` of the best at some point."""
    levels = evidence.gsm.levels
    if levels.dbm.size == 0:
        return []
    known = np.where(levels.source == Source.MEASURED, levels.dbm, -np.inf)
    best = known.max(axis=1)
    close = np.isfinite(known) & (known >= best[:, None] - within_db)
    crowded = close.sum(axis=1) >= least_cells
    if not crowded.any():
        return []
    excess = np.where(close[crowded], known[crowded] - best[crowded, None], -within_db).max(axis=0)
    in_crowd = [c for c in np.argsort(-excess, kind="stable") if close[crowded][:, c].any()]
    cells = [*evidence.wanted, *(levels.cells[c] for c in in_crowd if levels.cells[c] not in evidence.wanted)]
    shown = crowded_at(evidence, within_db, least_cells)
    return [
        Finding(
            "no_dominant_server",
            figures.severity(*JUDGED),
            tuple(cells),
            tuple(levels.points.index[crowded]),
            {"cells_within": int(close.sum(axis=1).max()), "within_db": within_db, "threshold_cells": least_cells,
             "best_dbm": round(float(best[crowded].max()), 1), "instants": count(shown), "when": when(shown)},
            cure=tuple(change_to(evidence, cell, "cell_reselect_offset_db", 14.0) for cell in evidence.wanted),
            cause=False,
            figures=JUDGED,
        )
    ]  # fmt: skip
