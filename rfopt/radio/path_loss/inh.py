"""3GPP indoor hotspot, office."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rfopt.radio.path_loss import FloatArray, far_enough_m, path_losses

VALID = {"frequency_mhz": (500.0, 100_000.0), "distance_m": (1.0, 150.0)}


@path_losses
def inh(frequency_mhz: ArrayLike, distance_m: ArrayLike, line_of_sight: ArrayLike) -> FloatArray:
    """Median loss of InH office on one floor (3GPP TR 38.901 Table 7.4.1-1).

    Parameters
    ----------
    frequency_mhz, distance_m : array_like
        The distance is the straight one.
    line_of_sight : array_like of bool

    Examples
    --------
    >>> inh(930.8, 20.0, [True, False]).round(2).tolist()
    [54.28, 66.35]
    """
    log_f = np.log10(np.asarray(frequency_mhz, dtype=np.float64) / 1000.0)
    log_d = np.log10(far_enough_m(distance_m))
    clear = 32.4 + 17.3 * log_d + 20.0 * log_f
    blocked = np.maximum(clear, 17.3 + 38.3 * log_d + 24.9 * log_f)
    return np.where(np.asarray(line_of_sight, dtype=bool), clear, blocked)
