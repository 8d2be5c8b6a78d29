"""ITU-R P.1238-13: three fitted constants a place."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rfopt.radio.path_loss import FloatArray, far_enough_m, path_losses

VALID = {"frequency_mhz": (300.0, 83_500.0), "distance_m": (2.0, 160.0)}

CONSTANTS = {
    ("office", True): (1.47, 34.17, 2.08),
    ("office", False): (2.39, 30.13, 2.40),
    ("corridor", True): (1.57, 29.46, 2.24),
    ("corridor", False): (2.78, 28.62, 2.54),
}
"""α, β, γ by place and line of sight."""


@path_losses
def p1238_13(
    frequency_mhz: ArrayLike, distance_m: ArrayLike, line_of_sight: ArrayLike = False, place: str = "office"
) -> FloatArray:
    """10·α·log d + β + 10·γ·log f_GHz (ITU-R P.1238-13 §3), on one floor.

    Parameters
    ----------
    frequency_mhz, distance_m : array_like
    line_of_sight : array_like of bool
    place : {"office", "corridor"}

    Raises
    ------
    KeyError
        For another place.
    """
    log_d = np.log10(far_enough_m(distance_m))
    log_f = np.log10(np.asarray(frequency_mhz, dtype=np.float64) / 1000.0)
    clear, blocked = (
        10.0 * a * log_d + b + 10.0 * c * log_f for a, b, c in (CONSTANTS[place, s] for s in (True, False))
    )
    return np.where(np.asarray(line_of_sight, dtype=bool), clear, blocked)
