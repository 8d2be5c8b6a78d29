"""A cell that the table has and the log should hear, but does not."""

from __future__ import annotations

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import when
from rfopt.radio.predict import predict
from rfopt.rules import Figures, rules

JUDGED = ("idle_camp_wanted", "rxlev_p10_dbm")


@rules
def outage(evidence: Evidence, figures: Figures, audible_dbm: float = -90.0, least_samples: int = 50) -> list[Finding]:
    """Fires for a wanted cell that is reported nowhere in the log though the model puts it above `audible_dbm` here."""
    everywhere = set(evidence.readings["cell"]) | set(evidence.outside["cell"])
    findings = []
    for cell in (name for name in evidence.case.wanted if name in evidence.network.cells.index):  # else it is far away
        samples = int(
            ((evidence.readings["rat"] == evidence.network.cells.at[cell, "rat"]) & evidence.readings["serving"]).sum()
        )
        if cell in everywhere or samples < least_samples:
            continue
        points = evidence.situation.gsm.levels.points.assign(building=evidence.case.building)
        levels = predict(evidence.network.subset([cell]), points)[:, 0]
        expected = float(np.fmax.reduce(levels, initial=-np.inf))
        if expected >= audible_dbm:
            findings.append(
                Finding(
                    "outage",
                    max(figures.severity(*JUDGED), 0.5),
                    (cell,),
                    evidence.points,
                    {
                        "expected_dbm": round(expected, 1),
                        "threshold_dbm": audible_dbm,
                        "samples": samples,
                        "reports": 0,
                        "when": when(evidence.readings[evidence.readings["serving"]]),
                    },
                    basis="measured",
                    figures=JUDGED,
                )
            )
    return findings
