"""Another estate's distribution system leaks into the flat."""

from __future__ import annotations

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import above, count, when
from rfopt.rules import Figures, against, distance_km, highest_dbm, points_where, rivals, rules, without

JUDGED = ("idle_camp_wanted", "reselections_per_min", "handovers_per_min", "csfb_wanted_share")


@rules
def das_leakage(evidence: Evidence, figures: Figures, within_db: float = 6.0) -> list[Finding]:
    """Fires for a das cell not meant for this building that comes within `within_db` of the wanted cell."""
    findings = []
    served = evidence.network.cells["building"]
    for cell, excess in rivals(evidence, within_db, ("das",)).items():
        if evidence.case.building and evidence.case.building in served[cell]:
            continue
        shown = above(evidence, cell, evidence.wanted, -within_db)
        findings.append(
            Finding(
                "das_leakage",
                figures.severity(*JUDGED),
                (cell,),
                points_where(evidence, cell, within_db),
                {"level_dbm": highest_dbm(evidence, cell), "excess_db": round(excess, 1),
                 "against": against(evidence, cell), "threshold_db": -within_db,
                 "distance_km": round(distance_km(evidence, cell), 2),
                 "samples": int((evidence.readings["cell"] == cell).sum()),
                 "instants": count(shown), "when": when(shown)},
                cure=(without(evidence, cell),),
                figures=JUDGED,
            )
        )  # fmt: skip
    return findings
