"""Free-space loss."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rfopt.radio.path_loss import FloatArray, far_enough_m, path_losses

LIGHT_M_S = 299_792_458.0
VALID = {"frequency_mhz": (30.0, 300_000.0), "distance_m": (1.0, 1e6)}


@path_losses
def free_space(frequency_mhz: ArrayLike, distance_m: ArrayLike) -> FloatArray:
    """20·log10(4πdf/c) (ITU-R P.525).

    Parameters
    ----------
    frequency_mhz, distance_m : array_like
        The distance is the straight one.

    Examples
    --------
    >>> round(float(free_space(930.8, 1000.0)), 3)
    91.825
    """
    hertz = np.asarray(frequency_mhz, dtype=np.float64) * 1e6
    return np.asarray(20.0 * np.log10(4.0 * np.pi * far_enough_m(distance_m) * hertz / LIGHT_M_S))
