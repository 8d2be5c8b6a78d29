"""3GPP urban micro street canyon."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rfopt.radio.path_loss import FloatArray, far_enough_m, path_losses

VALID = {
    "frequency_mhz": (500.0, 100_000.0),
    "distance_m": (10.0, 5000.0),
    "antenna_height_m": (5.0, 15.0),
    "phone_height_m": (1.5, 22.5),
}
LIGHT_M_S = 3.0e8
HIGHEST_PHONE_M = 22.5
GROUND_M = 1.0


@path_losses
def umi(
    frequency_mhz: ArrayLike,
    distance_m: ArrayLike,
    antenna_height_m: ArrayLike,
    phone_height_m: ArrayLike,
    line_of_sight: ArrayLike,
) -> FloatArray:
    """Median loss of UMi street canyon (3GPP TR 38.901 Table 7.4.1-1), h_E = 1 m; above 22.5 m as `uma` does.

    Parameters
    ----------
    frequency_mhz, distance_m, antenna_height_m, phone_height_m : array_like
        The distance is along the ground.
    line_of_sight : array_like of bool

    Examples
    --------
    >>> umi(1890.0, 100.0, 10.0, 1.5, [True, False]).round(2).tolist()
    [79.96, 98.94]
    """
    frequency = np.asarray(frequency_mhz, dtype=np.float64)
    antenna, phone = (np.asarray(h, dtype=np.float64) for h in (antenna_height_m, phone_height_m))
    log_f, log_d = np.log10(frequency / 1000.0), np.log10(far_enough_m(np.hypot(distance_m, antenna - phone)))
    bend_m = 4.0 * np.maximum(antenna - GROUND_M, 0.5) * np.maximum(phone - GROUND_M, 0.5) * frequency * 1e6 / LIGHT_M_S
    far = 40.0 * log_d - 9.5 * np.log10(bend_m**2 + (antenna - phone) ** 2)
    clear = 32.4 + np.where(np.asarray(distance_m) <= bend_m, 21.0 * log_d, far) + 20.0 * log_f
    height_term = 0.3 * (np.clip(phone, 1.5, HIGHEST_PHONE_M) - 1.5)
    blocked = np.maximum(clear, 22.4 + 35.3 * log_d + 21.3 * log_f - height_term)
    return np.where(np.asarray(line_of_sight, dtype=bool), clear, blocked)
