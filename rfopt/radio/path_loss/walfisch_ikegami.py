"""COST 231 Walfisch-Ikegami: over rooftops into a street canyon."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rfopt.radio.path_loss import FloatArray, far_enough_m, path_losses

VALID = {
    "frequency_mhz": (800.0, 2000.0),
    "distance_m": (20.0, 5000.0),
    "antenna_height_m": (4.0, 50.0),
    "phone_height_m": (1.0, 3.0),
}


@path_losses
def walfisch_ikegami(
    frequency_mhz: ArrayLike,
    distance_m: ArrayLike,
    antenna_height_m: ArrayLike,
    phone_height_m: ArrayLike = 1.5,
    roof_height_m: float = 20.0,
    street_width_m: float = 20.0,
    building_separation_m: float = 40.0,
    street_angle_deg: float = 90.0,
    metropolitan: bool = False,
    line_of_sight: bool = False,
) -> FloatArray:
    """Loss in a street, along it or over the roofs (COST 231 final report §4.4.1).

    From memory of the report; checked against the worked values 125.883 dB (930.8 MHz, 1 km, heights 30/20/1.5 m) and
    94.150 dB (canyon, 500 m), and for continuity at the angles and at 500 m where branches meet.

    Parameters
    ----------
    frequency_mhz, distance_m, antenna_height_m, phone_height_m : array_like
    roof_height_m, street_width_m, building_separation_m : float
    street_angle_deg : float
        Between street and direct path, 0…90.
    metropolitan : bool
        Centre of a metropolis, otherwise a medium city.
    line_of_sight : bool
        Canyon formula.
    """
    log_f = np.log10(np.asarray(frequency_mhz, dtype=np.float64))
    kilometres = far_enough_m(distance_m) / 1000.0
    if line_of_sight:
        return np.asarray(42.6 + 26.0 * np.log10(kilometres) + 20.0 * log_f)
    free = 32.4 + 20.0 * np.log10(kilometres) + 20.0 * log_f
    drop = np.maximum(roof_height_m - np.asarray(phone_height_m, dtype=np.float64), 0.1)
    to_street = -16.9 - 10.0 * np.log10(street_width_m) + 10.0 * log_f + 20.0 * np.log10(drop)
    over_roofs = _over_roofs_db(frequency_mhz, kilometres, antenna_height_m, roof_height_m, metropolitan)
    over_roofs = over_roofs - 9.0 * np.log10(building_separation_m)
    return np.asarray(free + np.maximum(to_street + _street_db(street_angle_deg) + over_roofs, 0.0))


def _street_db(angle_deg: float) -> float:
    if angle_deg < 35.0:
        return -10.0 + 0.354 * angle_deg
    return 2.5 + 0.075 * (angle_deg - 35.0) if angle_deg < 55.0 else 4.0 - 0.114 * (angle_deg - 55.0)


def _over_roofs_db(
    frequency_mhz: ArrayLike,
    kilometres: FloatArray,
    antenna_height_m: ArrayLike,
    roof_height_m: float,
    metropolitan: bool,
) -> FloatArray:
    frequency = np.asarray(frequency_mhz, dtype=np.float64)
    above = np.asarray(antenna_height_m, dtype=np.float64) - roof_height_m
    below = np.minimum(above, 0.0)
    height_gain = np.where(above > 0.0, -18.0 * np.log10(1.0 + np.maximum(above, 0.0)), 0.0)
    constant = 54.0 - 0.8 * below * np.minimum(kilometres / 0.5, 1.0)
    slope = 18.0 - 15.0 * below / roof_height_m
    by_frequency = -4.0 + (1.5 if metropolitan else 0.7) * (frequency / 925.0 - 1.0)
    return np.asarray(height_gain + constant + slope * np.log10(kilometres) + by_frequency * np.log10(frequency))
