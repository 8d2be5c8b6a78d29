"""Reference signals of LTE server and neighbour collide."""

from __future__ import annotations

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import above, count, when
from rfopt.kpis import aim
from rfopt.rules import Figures, change_to, rules, serving_share

JUDGED = ("sinr_p10_db",)


@rules
def pci_mod3(evidence: Evidence, figures: Figures, within_db: float = 6.0, least_share: float = 0.05) -> list[Finding]:
    """Fires for an LTE server and a cell of its carrier within `within_db` whose PCIs are equal modulo 3."""
    levels = evidence.lte.levels
    share = serving_share([evidence.logged, evidence.replay], "lte_idle")
    findings: list[Finding] = []
    for server in (cell for cell, part in share.items() if part >= least_share):
        own = evidence.network.cells.loc[server]
        for cell in levels.cells:
            row = evidence.network.cells.loc[cell]
            if cell == server or row["earfcn"] != own["earfcn"] or row["pci"] % 3 != own["pci"] % 3:
                continue
            gap = np.nanmax(
                np.append(np.where(levels.measured(cell), levels.of(cell) - levels.of(server), np.nan), -99.0)
            )
            shown = above(evidence, str(cell), (server,), -within_db, "LTE")
            if gap >= -within_db and not any(f.cells == (str(cell), server) for f in findings):
                findings.append(
                    Finding(
                        "pci_mod3",
                        figures.severity(*JUDGED),
                        (server, str(cell)),
                        evidence.points,
                        {"gap_db": round(float(gap), 1), "threshold_db": -within_db,
                         "pci": f"{own['pci']:.0f}/{row['pci']:.0f}",
                         "sinr_p10_db": round(figures.value("sinr_p10_db"), 1),
                         "target_sinr_db": aim("sinr_p10_db").target,
                         "instants": count(shown), "when": when(shown)},
                        cure=(change_to(evidence, str(cell), "pci", float((row["pci"] + 1) % 504)),),
                        figures=JUDGED,
                    )
                )  # fmt: skip
    return findings
