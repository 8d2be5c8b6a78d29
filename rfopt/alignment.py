"""Do idle and connected boundaries agree? R-ALIGN and R-HYST, from the parameters and the measured levels."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from rfopt.evidence import Evidence
from rfopt.levels import Levels
from rfopt.network import Network

SUBTRACTED_S = 640.0
MOST_SHARE = 0.05
"""Share of time in the zone between two boundaries from which it is said."""
LEAST_PAIR_DB = 4.0
"""R-HYST: power-budget margins of a pair must sum to this, or calls circle."""


def misalignments(evidence: Evidence, network: Network) -> list[str]:
    """What is wrong between the wanted cells and those heard here, a sentence each.

    R-ALIGN: a call set up in idle on a rewarded cell s is handed out at once where margin < L_n − L_s < reward
    difference; said where that zone holds more than `MOST_SHARE` of the time at some point.
    R-HYST: the two margins of a pair sum to less than `LEAST_PAIR_DB`.
    """
    levels, sigma = _levels_under(evidence, network), evidence.gsm.fading.sigma_db * math.sqrt(2.0)
    margins = network.neighbours["ho_margin_pbgt_db"]
    pairs: dict[tuple[str, str], float] = dict(zip(margins.index, margins.to_numpy(dtype=float), strict=True))
    reward = _rewards(network.cells.loc[levels.cells])
    notes = []
    for cell in (name for name in evidence.wanted if name in levels.cells):
        for other in levels.cells:
            margin = pairs.get((cell, other))
            if margin is None or other == cell:
                continue
            more = reward[cell] - reward[other]
            zone = _between(levels.of(other) - levels.of(cell), sigma, margin, more)
            if more > margin and zone > MOST_SHARE:
                notes.append(
                    f"R-ALIGN: {cell} is rewarded {more:g} dB over {other} in idle, its handover margin to it is "
                    f"{margin:g} dB; calls set up in between ({zone:.0%} of the time) are handed out at once"
                )
            back = pairs.get((other, cell))
            if back is not None and margin + back < LEAST_PAIR_DB:
                notes.append(
                    f"R-HYST: handover margins between {cell} and {other} sum to {margin + back:g} dB, "
                    f"expected {LEAST_PAIR_DB:g} dB or more"
                )
    return notes


def _levels_under(evidence: Evidence, network: Network) -> Levels:
    """The measured GSM levels, moved by what the network's power and antennas change."""
    levels, situation = evidence.gsm.levels, evidence.situation
    cells = situation.network.cells.index
    row = np.array([situation.points.index(point) for point in levels.points.index], dtype=np.intp)
    delta = situation.change(network.cells.loc[cells])
    return levels.shifted(delta[np.ix_(row, cells.get_indexer(levels.cells))])


def _rewards(cells: pd.DataFrame) -> dict[str, float]:
    """What C2 adds to C1, per cell; a penalty time of code 31 turns its sign."""
    sign = np.where(cells["penalty_time_s"] == SUBTRACTED_S, -1.0, 1.0)
    return dict(zip(cells.index, sign * cells["cell_reselect_offset_db"].to_numpy(dtype=float), strict=True))


def _between(gap_db: NDArray[np.float64], sigma_db: float, low_db: float, high_db: float) -> float:
    """Largest share of time over the points that a level difference lies between two values."""
    known = gap_db[np.isfinite(gap_db)]
    share = ndtr((high_db - known) / sigma_db) - ndtr((low_db - known) / sigma_db)
    return float(share.max(initial=0.0))
