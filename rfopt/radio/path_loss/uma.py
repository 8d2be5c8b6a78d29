"""3GPP urban macro, also for phones on high floors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rfopt.radio.path_loss import FloatArray, far_enough_m, path_losses

VALID = {
    "frequency_mhz": (500.0, 100_000.0),
    "distance_m": (10.0, 5000.0),
    "antenna_height_m": (10.0, 150.0),
    "phone_height_m": (1.5, 22.5),
}
LIGHT_M_S = 3.0e8
HIGHEST_PHONE_M = 22.5
GROUND_M = 1.0
"""Height of the effective environment h_E: its likeliest value, and the only one below 13 m."""


@path_losses
def uma(
    frequency_mhz: ArrayLike,
    distance_m: ArrayLike,
    antenna_height_m: ArrayLike,
    phone_height_m: ArrayLike,
    line_of_sight: ArrayLike,
) -> FloatArray:
    """Median loss of UMa (3GPP TR 38.901 Table 7.4.1-1), with h_E = 1 m and c = 3·10⁸ m/s as there.

    Above 22.5 m the height term of the NLOS formula stays at its value there, while distances keep the true height;
    an engineering policy: NLOS then tends towards LOS and never falls below it.

    Parameters
    ----------
    frequency_mhz, distance_m, antenna_height_m, phone_height_m : array_like
        The distance is along the ground.
    line_of_sight : array_like of bool

    Examples
    --------
    >>> uma(930.8, 500.0, 25.0, 1.5, [True, False]).round(3).tolist()
    [96.145, 118.412]
    """
    log_f = np.log10(np.asarray(frequency_mhz, dtype=np.float64) / 1000.0)
    antenna, phone = (np.asarray(h, dtype=np.float64) for h in (antenna_height_m, phone_height_m))
    log_d = np.log10(far_enough_m(np.hypot(distance_m, antenna - phone)))
    clear = _line_of_sight_db(frequency_mhz, np.asarray(distance_m, dtype=np.float64), antenna, phone)
    height_term = 0.6 * (np.clip(phone, 1.5, HIGHEST_PHONE_M) - 1.5)
    blocked = np.maximum(clear, 13.54 + 39.08 * log_d + 20.0 * log_f - height_term)
    return np.where(np.asarray(line_of_sight, dtype=bool), clear, blocked)


def _line_of_sight_db(
    frequency_mhz: ArrayLike, distance_m: FloatArray, antenna_m: FloatArray, phone_m: FloatArray
) -> FloatArray:
    frequency = np.asarray(frequency_mhz, dtype=np.float64)
    log_d = np.log10(far_enough_m(np.hypot(distance_m, antenna_m - phone_m)))
    raised = np.maximum(antenna_m - GROUND_M, 0.5) * np.maximum(phone_m - GROUND_M, 0.5)
    bend_m = 4.0 * raised * frequency * 1e6 / LIGHT_M_S
    near = 22.0 * log_d
    far = 40.0 * log_d - 9.0 * np.log10(bend_m**2 + (antenna_m - phone_m) ** 2)
    return np.asarray(28.0 + np.where(distance_m <= bend_m, near, far) + 20.0 * np.log10(frequency / 1000.0))
