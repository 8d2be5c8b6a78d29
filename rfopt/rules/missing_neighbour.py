"""A server lacks the relation to a cell that could serve better."""

from __future__ import annotations

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import above, count, when
from rfopt.rules import Figures, highest_dbm, relation_in_line, rules, serving_share

JUDGED = ("idle_camp_wanted", "handovers_per_min", "rxqual_0_4_share", "rxlev_p10_dbm")


@rules
def missing_neighbour(
    evidence: Evidence, figures: Figures, least_share: float = 0.05, within_db: float = 3.0
) -> list[Finding]:
    """Fires for a pair of cells without a relation either way, one serving and the other as strong where it serves."""
    levels = evidence.gsm.levels
    idle = serving_share([evidence.logged, evidence.replay], "gsm_idle")
    calls = serving_share([evidence.logged], "gsm_call")
    share = {cell: max(idle.get(cell, 0.0), calls.get(cell, 0.0)) for cell in (*idle, *calls)}
    servers = [cell for cell, part in share.items() if part >= least_share]
    findings: list[Finding] = []
    for server in servers:
        for cell in levels.cells:
            related = evidence.network.related(server, cell) or evidence.network.related(cell, server)
            if cell == server or related or not (cell in evidence.wanted or server in evidence.wanted):
                continue
            gap = np.nanmax(
                np.append(np.where(levels.measured(cell), levels.of(cell) - levels.of(server), np.nan), -99.0)
            )
            if gap < -within_db or any({server, cell} == set(found.cells) for found in findings):
                continue
            shown = above(evidence, str(cell), (server,), -within_db)
            findings.append(
                Finding(
                    "missing_neighbour",
                    figures.severity(*JUDGED),
                    (server, cell),
                    evidence.points,
                    {"gap_db": round(float(gap), 1), "threshold_db": -within_db, "share": round(share[server], 2),
                     "level_dbm": highest_dbm(evidence, str(cell)), "instants": count(shown), "when": when(shown)},
                    cure=(
                        *relation_in_line(evidence, server, str(cell)),
                        *relation_in_line(evidence, str(cell), server),
                    ),
                    figures=JUDGED,
                )
            )  # fmt: skip
    return findings
