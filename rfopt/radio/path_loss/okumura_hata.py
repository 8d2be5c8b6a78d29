"""Okumura-Hata for ground users of macro cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rfopt.radio.path_loss import FloatArray, far_enough_m, path_losses

VALID = {
    "frequency_mhz": (150.0, 1500.0),
    "distance_m": (1000.0, 20_000.0),
    "antenna_height_m": (30.0, 200.0),
    "phone_height_m": (1.0, 10.0),
}
LOW_BAND_MHZ = 300.0
"""Below it the large-city correction of Hata's 200 MHz fit is taken; Hata leaves 200…400 MHz open."""


@path_losses
def okumura_hata(
    frequency_mhz: ArrayLike,
    distance_m: ArrayLike,
    antenna_height_m: ArrayLike,
    phone_height_m: ArrayLike = 1.5,
    city: str = "medium",
    area: str = "urban",
) -> FloatArray:
    """Median loss of M. Hata's fit to Okumura's curves (1980).

    Parameters
    ----------
    frequency_mhz, distance_m, antenna_height_m, phone_height_m : array_like
    city : {"medium", "large"}
        Correction for the phone's height.
    area : {"urban", "suburban", "open"}

    Raises
    ------
    KeyError
        For another city or area.

    Examples
    --------
    >>> round(float(okumura_hata(930.8, 1000.0, 30.0)), 3)
    126.784
    """
    log_f = np.log10(np.asarray(frequency_mhz, dtype=np.float64))
    corrections = {
        "urban": 0.0 * log_f,
        "suburban": -2.0 * (log_f - np.log10(28.0)) ** 2 - 5.4,
        "open": -4.78 * log_f**2 + 18.33 * log_f - 40.94,
    }
    urban = 69.55 + 26.16 * log_f + distance_part_db(distance_m, antenna_height_m)
    return np.asarray(urban - phone_correction_db(frequency_mhz, phone_height_m, city) + corrections[area])


def distance_part_db(distance_m: ArrayLike, antenna_height_m: ArrayLike) -> FloatArray:
    """The part that Hata and COST 231 share: antenna height and distance."""
    log_h = np.log10(np.maximum(np.asarray(antenna_height_m, dtype=np.float64), 1.0))
    kilometres = far_enough_m(distance_m) / 1000.0
    return np.asarray(-13.82 * log_h + (44.9 - 6.55 * log_h) * np.log10(kilometres))


def phone_correction_db(frequency_mhz: ArrayLike, phone_height_m: ArrayLike, city: str) -> FloatArray:
    """a(h_m): what a phone's height takes off the loss."""
    frequency = np.asarray(frequency_mhz, dtype=np.float64)
    height = np.maximum(np.asarray(phone_height_m, dtype=np.float64), 0.1)
    medium = (1.1 * np.log10(frequency) - 0.7) * height - (1.56 * np.log10(frequency) - 0.8)
    high = 3.2 * np.log10(11.75 * height) ** 2 - 4.97
    low = 8.29 * np.log10(1.54 * height) ** 2 - 1.1
    return {"medium": medium, "large": np.where(frequency >= LOW_BAND_MHZ, high, low)}[city]
