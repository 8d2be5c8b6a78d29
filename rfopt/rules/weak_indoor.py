"""The wanted cell is heard in the flat, but too weakly."""

from __future__ import annotations

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import when
from rfopt.needed import needed_dbm, needed_text
from rfopt.rules import Figures, change_to, rules

JUDGED = ("rxlev_p10_dbm", "rxqual_0_4_share", "csfb_success_share")


@rules
def weak_indoor(evidence: Evidence, figures: Figures, weak_dbm: float = -85.0) -> list[Finding]:
    """Fires where the strongest wanted cell's mean level is below `weak_dbm` at half of the points or more."""
    level = evidence.wanted_dbm()
    heard = evidence.gsm.levels
    if not evidence.wanted or not any(heard.measured(cell).any() for cell in evidence.wanted):
        return []
    weak = np.isnan(level) | (level < weak_dbm)
    if weak.mean() < 0.5:
        return []
    raise_it = tuple(
        change_to(evidence, cell, "power_dbm", evidence.number(cell, "power_dbm") + 30.0) for cell in evidence.wanted
    )
    needed = needed_dbm(evidence)
    short = (needed["needed_dbm"] - needed["present_dbm"]).max()
    rows = evidence.readings[evidence.readings["cell"].isin(evidence.wanted)]
    return [
        Finding(
            "weak_indoor",
            figures.severity(*JUDGED),
            evidence.wanted,
            tuple(p for p, w in zip(heard.points.index, weak, strict=True) if w),
            {"wanted_dbm": round(float(np.nanmedian(level)), 1), "threshold_dbm": weak_dbm,
             "points_weak": int(weak.sum()), "rxlev_p10_dbm": round(figures.value("rxlev_p10_dbm"), 1),
             "samples": int((rows["rxlev_dbm"] < weak_dbm).sum()), "when": when(rows[rows["rxlev_dbm"] < weak_dbm]),
             "needed_dbm": round(float(needed["needed_dbm"].max()), 1), "short_db": round(float(short), 1),
             "needed": needed_text(needed)},
            cure=raise_it,
            figures=JUDGED,
        )
    ]  # fmt: skip
