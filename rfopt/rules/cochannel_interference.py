"""Another cell's carriers fall on the server's, or beside them."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd

from rfopt.bands import GSM_BANDS, gsm_band
from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import above, count, when
from rfopt.kpis import aim
from rfopt.mobility.interference import carriers, gsm_coupling
from rfopt.network import Plan
from rfopt.rules import Figures, change_to, rules
from rfopt.units import dbm, mw

JUDGED = ("ci_p10_db", "rxqual_0_4_share", "csfb_success_share", "idle_camp_wanted")


@rules
def cochannel_interference(evidence: Evidence, figures: Figures, needed_ci_db: float = 12.0) -> list[Finding]:
    """Fires for a cell that alone holds the C/I of a server below `needed_ci_db` at some point.

    On one BCCH carrier a phone hears only the stronger of two cells, so the levels rest on the instants of each.
    """
    levels = evidence.gsm.levels
    cells = evidence.network.cells.loc[levels.cells]
    coupling = np.maximum(gsm_coupling(cells, traffic=True), gsm_coupling(cells, traffic=False))
    findings = []
    for victim in evidence.wanted:
        if victim not in levels.cells:
            continue
        v = levels.cells.get_loc(victim)
        for j, culprit in enumerate(levels.cells):
            if coupling[v, j] <= 0 or not levels.measured(culprit).any():
                continue
            ci = levels.of(victim) - dbm(mw(levels.of(culprit)) * coupling[v, j])
            worst = float(np.nanmin(np.append(ci, np.inf)))
            if worst < needed_ci_db:
                findings.append(_finding(evidence, figures, str(culprit), victim, worst, needed_ci_db))
    return findings


def _finding(
    evidence: Evidence, figures: Figures, culprit: str, victim: str, ci_db: float, needed_db: float
) -> Finding:
    shown = above(evidence, culprit, (victim,), -needed_db)
    shared = sorted(set(_carriers(evidence, culprit)) & set(_carriers(evidence, victim)))
    return Finding(
        "cochannel_interference",
        figures.severity(*JUDGED),
        (culprit, victim),
        evidence.points,
        {"ci_db": round(ci_db, 1), "threshold_db": needed_db, "shared_arfcns": ";".join(map(str, shared)) or "adjacent",
         "ci_p10_db": round(figures.value("ci_p10_db"), 1), "target_ci_db": aim("ci_p10_db").target,
         "instants": count(shown), "when": when(shown)},
        cure=_retune(evidence, culprit),
        figures=JUDGED,
    )  # fmt: skip


def _retune(evidence: Evidence, cell: str) -> Plan:
    """The culprit moved to a carrier that nobody heard here uses, with no other carriers."""
    used = {arfcn for name in evidence.gsm.levels.cells for arfcn in _carriers(evidence, str(name))}
    name = gsm_band(int(evidence.number(cell, "arfcn"))).name
    spans = [band for band in GSM_BANDS if band.name == name]
    free = [a for band in spans for a in range(band.low, band.high + 1) if all(abs(a - u) > 3 for u in used)]
    if not free:
        return ()
    alone = (change_to(evidence, cell, "tch_arfcns", ""),) if evidence.network.cells["tch_arfcns"][cell] else ()
    return (change_to(evidence, cell, "arfcn", float(free[0])), *alone)


def _carriers(evidence: Evidence, cell: str) -> list[int]:
    """The ARFCNs of a cell, BCCH first."""
    return carriers(cast(pd.Series, evidence.network.cells.loc[cell]))[0]
