"""What an antenna in the flat would have to give: the level at each point that no parameter brings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rfopt.evidence import Evidence
from rfopt.kpis import aim
from rfopt.levels import Source
from rfopt.mobility.interference import calls_coupling, gsm_coupling
from rfopt.proofs.traps import idle_boundary_db
from rfopt.units import dbm, mw

LEAD_DB = 10.0
"""C2 margin at which a phone stays where it is meant to be (reselections fall to a third a minute)."""
TENTH = 1.2816
"""Standard normal quantile: a tenth of the time a level is this many standard deviations below its mean, or more."""


def needed_dbm(evidence: Evidence) -> pd.DataFrame:
    """Mean level that the wanted cell needs at every point, and why.

    Returns
    -------
    DataFrame
        Indexed by point: present_dbm of the strongest wanted cell (NaN where it is not known); coverage_dbm for RxLev
        to be on target nine tenths of the time; lead_dbm to be ahead of the best other cell by `LEAD_DB` in C2 as
        broadcast now; quality_dbm for C/I to be on target; needed_dbm, the highest of the three.
    """
    levels, sigma = evidence.gsm.levels, evidence.gsm.fading.sigma_db
    table = pd.DataFrame(index=levels.points.index)
    table["present_dbm"] = evidence.wanted_dbm()
    table["coverage_dbm"] = aim("rxlev_p10_dbm").target + TENTH * sigma
    table["lead_dbm"], table["quality_dbm"] = -np.inf, -np.inf
    wanted = [name for name in evidence.wanted if name in levels.cells]
    others = [name for name in levels.cells if name not in evidence.wanted]
    if wanted:
        best = max(wanted, key=lambda name: float(np.nan_to_num(levels.of(name), nan=-999.0).max()))
        table["lead_dbm"] = _to_lead(evidence, best, others)
        table["quality_dbm"] = _to_be_clear(evidence, best) + aim("ci_p10_db").target
    table["needed_dbm"] = table[["coverage_dbm", "lead_dbm", "quality_dbm"]].max(axis=1)
    return table


def _to_lead(evidence: Evidence, best: str, others: list[str]) -> np.ndarray:
    levels = evidence.gsm.levels
    boundary = idle_boundary_db(evidence.network, levels.cells)[levels.cells.get_loc(best)]
    measured = np.where(levels.source == Source.MEASURED, levels.dbm, -np.inf)
    rivals = levels.cells.get_indexer(pd.Index(others))
    return np.asarray((measured - boundary)[:, rivals].max(axis=1, initial=-np.inf) + LEAD_DB)


def _to_be_clear(evidence: Evidence, best: str) -> np.ndarray:
    """Interference on the wanted cell's carriers, dBm."""
    levels = evidence.gsm.levels
    at = levels.cells.get_loc(best)
    cells, floors = evidence.network.cells.loc[levels.cells], evidence.gsm.floors
    beacon, traffic = (gsm_coupling(cells, traffic=kind) for kind in (False, True))
    coupling = [calls_coupling(beacon, traffic, floors.beacon_share, scale)[at] for scale in floors.scale]
    known = (np.nan_to_num(mw(levels.dbm)) * np.array(coupling)).sum(axis=1)
    return np.asarray(dbm(evidence.gsm.floor_mw[:, at] + known))


def needed_text(table: pd.DataFrame) -> str:
    """The points that fall short: ``north −75 dBm (+23 dB)``; only the level where the present one is not known."""
    short = table[~(table["present_dbm"] >= table["needed_dbm"])]
    return "; ".join(
        f"{point} {row['needed_dbm']:.0f} dBm".replace(" -", " −")
        + ("" if np.isnan(gap := row["needed_dbm"] - row["present_dbm"]) else f" (+{gap:.0f} dB)")
        for point, row in short.iterrows()
    )
