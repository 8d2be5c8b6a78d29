"""Do idle and connected boundaries agree? R-ALIGN and R-HYST, from the parameters and the measured levels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from rfopt.evidence import Evidence
from rfopt.levels import Levels
from rfopt.mobility.setup import gsm_call_arrays
from rfopt.mobility.simulate import level_change
from rfopt.network import Network
from rfopt.proofs.traps import LEAST_PAIR_DB, circles_and_traps, idle_boundary_db

MOST_SHARE = 0.05
"""Share of time in the zone between two boundaries from which it is said."""


def misalignments(evidence: Evidence, network: Network) -> list[str]:
    """What is wrong between the wanted cells and those heard here, a sentence each.

    R-ALIGN: a call set up in idle on a rewarded cell s is handed out at once where margin < L_n − L_s < reward
    difference; said where that zone holds more than `MOST_SHARE` of the time at some point.
    R-HYST: the two margins of a pair sum to less than `LEAST_PAIR_DB`.
    R-LOOP, R-TRAP: what `rfopt.proofs.traps` proves of the cells heard, at any levels.
    """
    levels, sigma = _levels_under(evidence, network), evidence.gsm.fading.sigma_db * math.sqrt(2.0)
    margin_db = gsm_call_arrays(network, evidence.gsm.levels.cells)["ho_margin_pbgt_db"]
    boundary = idle_boundary_db(network, evidence.gsm.levels.cells)
    notes = _proven(evidence, network)
    related = ~np.isnan(margin_db) & ~np.eye(len(margin_db), dtype=bool)
    for cell in (name for name in evidence.wanted if name in levels.cells):
        s = levels.cells.get_loc(cell)
        for n in np.flatnonzero(related[s]).tolist():
            other, margin, back = levels.cells[n], float(margin_db[s, n]), float(margin_db[n, s])
            more = float(boundary[s, n])
            zone = _between(levels.dbm[:, n] - levels.dbm[:, s], sigma, margin, more) if more > margin else 0.0
            if zone > MOST_SHARE:
                notes.append(
                    f"R-ALIGN: {cell} is rewarded {more:g} dB over {other} in idle, its handover margin to it is "
                    f"{margin:g} dB; calls set up in between ({zone:.0%} of the time) are handed out at once"
                )
            if margin + back < LEAST_PAIR_DB:
                notes.append(
                    f"R-HYST: handover margins between {cell} and {other} sum to {margin + back:g} dB, "
                    f"expected {LEAST_PAIR_DB:g} dB or more"
                )
    return notes


def _proven(evidence: Evidence, network: Network) -> list[str]:
    """Circles among all cells heard, and cells from which nothing leads back to a wanted one."""
    found = circles_and_traps(network, evidence.gsm.levels.cells, evidence.lte.levels.cells)
    circles = [f"R-LOOP: {trap.sentence('en')}" for trap in found if trap.kind in ("circle", "quality")]
    stuck = [trap for trap in found if trap.kind == "one_way" and trap.cells[0] in evidence.wanted]
    return circles + [f"R-TRAP: {trap.sentence('en')}" for trap in stuck]


def _levels_under(evidence: Evidence, network: Network) -> Levels:
    """The measured GSM levels, moved by what the network's power and antennas change."""
    levels, situation = evidence.gsm.levels, evidence.situation
    delta, _ = level_change(situation, network)
    if not delta.any():
        return levels
    row = np.array([situation.points.index(point) for point in levels.points.index], dtype=np.intp)
    return levels.shifted(delta[np.ix_(row, situation.network.cells.index.get_indexer(levels.cells))])


def _between(gap_db: NDArray[np.float64], sigma_db: float, low_db: float, high_db: float) -> float:
    """Largest share of time over the points that a level difference lies between two values."""
    known = gap_db[np.isfinite(gap_db)]
    share = ndtr((high_db - known) / sigma_db) - ndtr((low_db - known) / sigma_db)
    return float(share.max(initial=0.0))
