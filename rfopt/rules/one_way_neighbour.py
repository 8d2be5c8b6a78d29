"""A relation without its return: phones go over and cannot come back."""

from __future__ import annotations

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import above, count, when
from rfopt.rules import Figures, highest_dbm, relation_in_line, rules

JUDGED = ("idle_camp_wanted", "handovers_per_min", "rxqual_0_4_share", "rxlev_p10_dbm")


@rules
def one_way_neighbour(evidence: Evidence, figures: Figures, within_db: float = 10.0) -> list[Finding]:
    """Fires for a relation from a wanted cell, or to one, whose return is missing, where the other cell is audible."""
    levels = evidence.gsm.levels
    findings = []
    start, end = evidence.network.ends_at(levels.cells)
    for cell, other in evidence.network.neighbours.index[start & end]:
        wanted = {cell, other} & set(evidence.wanted)
        if not wanted or evidence.network.related(other, cell):
            continue
        away = other if cell in wanted else cell
        excess = np.nanmax(
            np.append(np.where(levels.measured(away), levels.of(away) - evidence.wanted_dbm(), np.nan), -99.0)
        )
        if excess < -within_db:
            continue
        shown = above(evidence, str(away), evidence.wanted, -within_db)
        findings.append(
            Finding(
                "one_way_neighbour",
                figures.severity(*JUDGED),
                (other, cell),
                evidence.points,
                {
                    "from": cell,
                    "to": other,
                    "excess_db": round(float(excess), 1),
                    "against": "wanted",
                    "threshold_db": -within_db,
                    "level_dbm": highest_dbm(evidence, away),
                    "instants": count(shown),
                    "when": when(shown),
                },
                basis="tables",
                cure=relation_in_line(evidence, other, cell),
                figures=JUDGED,
            )
        )
    return findings
