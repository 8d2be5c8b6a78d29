"""COST 231's extension of Hata to 2 GHz."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rfopt.radio.path_loss import FloatArray, path_losses
from rfopt.radio.path_loss.okumura_hata import distance_part_db, phone_correction_db

VALID = {
    "frequency_mhz": (1500.0, 2000.0),
    "distance_m": (1000.0, 20_000.0),
    "antenna_height_m": (30.0, 200.0),
    "phone_height_m": (1.0, 10.0),
}


@path_losses
def cost231_hata(
    frequency_mhz: ArrayLike,
    distance_m: ArrayLike,
    antenna_height_m: ArrayLike,
    phone_height_m: ArrayLike = 1.5,
    city: str = "medium",
    metropolitan: bool = False,
) -> FloatArray:
    """Median urban loss (COST 231 final report §4.4.1); used to 2.6 GHz with a warning from `validity`.

    Parameters
    ----------
    frequency_mhz, distance_m, antenna_height_m, phone_height_m : array_like
    city : {"medium", "large"}
        Correction for the phone's height, as in Hata.
    metropolitan : bool
        Adds 3 dB for metropolitan centres.

    Examples
    --------
    >>> round(float(cost231_hata(1800.0, 1000.0, 30.0)), 3)
    136.197
    """
    log_f = np.log10(np.asarray(frequency_mhz, dtype=np.float64))
    phone = phone_correction_db(frequency_mhz, phone_height_m, city)
    return np.asarray(
        46.3 + 33.9 * log_f + distance_part_db(distance_m, antenna_height_m) - phone + (3.0 if metropolitan else 0.0)
    )
