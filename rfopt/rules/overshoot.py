"""A macro cell reaches a flat that is not its to serve."""

from __future__ import annotations

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import above, count, when
from rfopt.rules import Figures, against, distance_km, highest_dbm, points_where, rivals, rules, without

JUDGED = ("idle_camp_wanted", "reselections_per_min", "handovers_per_min", "csfb_wanted_share")


@rules
def overshoot(
    evidence: Evidence, figures: Figures, within_db: float = 6.0, far_km: float = 1.0, flat_deg: float = 3.0
) -> list[Finding]:
    """Fires for a macro within `within_db` of the wanted cell, farther than `far_km` or tilted `flat_deg` or less."""
    findings = []
    for cell, excess in rivals(evidence, within_db, ("macro", "micro")).items():
        row = evidence.network.cells.loc[cell]
        tilt = float(np.nansum([row["mech_tilt_deg"], row["elec_tilt_deg"]]))
        distance = distance_km(evidence, cell)
        if distance < far_km and tilt > flat_deg:
            continue
        shown = above(evidence, cell, evidence.wanted, -within_db)
        findings.append(
            Finding(
                "overshoot",
                figures.severity(*JUDGED),
                (cell,),
                points_where(evidence, cell, within_db),
                {"level_dbm": highest_dbm(evidence, cell), "excess_db": round(excess, 1),
                 "against": against(evidence, cell), "threshold_db": -within_db,
                 "distance_km": round(distance, 2), "tilt_deg": tilt,
                 "samples": int((evidence.readings["cell"] == cell).sum()),
                 "instants": count(shown), "when": when(shown)},
                cure=(without(evidence, cell),),
                figures=JUDGED,
            )
        )  # fmt: skip
    return findings
