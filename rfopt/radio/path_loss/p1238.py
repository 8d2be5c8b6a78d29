"""ITU-R P.1238 in its classic form: one slope and a loss for the floors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rfopt.radio.path_loss import FloatArray, far_enough_m, path_losses

VALID = {"frequency_mhz": (900.0, 2600.0), "distance_m": (1.0, 100.0), "floors": (0.0, 3.0)}

UPPER_BAND_MHZ = 1300.0
"""Below it the coefficients stated for 900 MHz, above it those for 1.8…2 GHz."""

SLOPE = {"residential": 28.0, "office": 30.0, "commercial": 22.0}
FIRST_FLOOR_DB = {"residential": 4.0, "office": 15.0, "commercial": 6.0}
FURTHER_FLOOR_DB = {"residential": 4.0, "office": 4.0, "commercial": 3.0}
OFFICE_900_SLOPE = 33.0
OFFICE_900_FLOORS_DB = np.array([0.0, 9.0, 19.0, 24.0])
OFFICE_900_FURTHER_DB = 5.0
"""From the fourth floor on: the last step of the table continued, an assumption."""


@path_losses
def p1238(
    frequency_mhz: ArrayLike, distance_m: ArrayLike, floors: ArrayLike = 0.0, environment: str = "office"
) -> FloatArray:
    """20·log f + N·log d + Lf(n) − 28 (ITU-R P.1238 up to edition 9, Tables 2 and 3).

    The 900 MHz coefficients are from memory of the recommendation and exist for the office alone; other
    environments take those of 1.8…2 GHz. Checked: 91.136 dB at 1800 MHz, 20 m, one floor.

    Parameters
    ----------
    frequency_mhz, distance_m : array_like
    floors : array_like
        Floors between the two ends.
    environment : {"residential", "office", "commercial"}
    """
    frequency, floors = np.asarray(frequency_mhz, dtype=np.float64), np.asarray(floors, dtype=np.float64)
    further = FURTHER_FLOOR_DB[environment] * (floors - 1.0)
    through = np.where(floors > 0.0, FIRST_FLOOR_DB[environment] + further, 0.0)
    slope = np.full(frequency.shape, SLOPE[environment])
    if environment == "office":
        low = frequency < UPPER_BAND_MHZ
        beyond = OFFICE_900_FURTHER_DB * np.maximum(floors - 3.0, 0.0)
        through = np.where(low, np.interp(floors, np.arange(4.0), OFFICE_900_FLOORS_DB) + beyond, through)
        slope = np.where(low, OFFICE_900_SLOPE, slope)
    return np.asarray(20.0 * np.log10(frequency) + slope * np.log10(far_enough_m(distance_m)) + through - 28.0)
