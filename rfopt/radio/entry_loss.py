"""What a wave loses on its way into a building."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

FloatArray = NDArray[np.float64]

TRADITIONAL = (12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0)
EFFICIENT = (28.19, -3.00, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1)
"""r, s, t, u, v, w, x, y, z of ITU-R P.2109-2 Table 1 for traditional and thermally efficient buildings."""

LEAST_DB = -3.0
DB_PER_DEGREE = 0.212
INDOOR_DB_PER_M = 0.5


def p2109_db(
    frequency_mhz: ArrayLike, elevation_deg: ArrayLike, efficient: ArrayLike, probability: ArrayLike = 0.5
) -> FloatArray:
    """Building entry loss not exceeded with a probability (ITU-R P.2109-2 §3).

    Parameters
    ----------
    frequency_mhz : array_like
        80 MHz…100 GHz.
    elevation_deg : array_like
        Of the path at the façade; up and down count the same.
    efficient : array_like of bool
        Metallised glass or foil in the walls; otherwise a traditional building.
    probability : array_like
        Above 0, below 1; 0.5 is the median over all places inside.

    Examples
    --------
    >>> p2109_db(930.8, 0.0, [False, True]).round(2).tolist()
    [14.26, 31.11]
    """
    modern = np.asarray(efficient, dtype=bool)
    r, s, t, u, v, w, x, y, z = (np.where(modern, b, a) for a, b in zip(TRADITIONAL, EFFICIENT, strict=True))
    log_f = np.log10(np.asarray(frequency_mhz, dtype=np.float64) / 1000.0)
    deviate = ndtri(np.asarray(probability, dtype=np.float64))
    straight = r + s * log_f + t * log_f**2 + DB_PER_DEGREE * np.abs(np.asarray(elevation_deg, dtype=np.float64))
    through_wall = deviate * (u + v * log_f) + straight
    around = deviate * (y + z * log_f) + w + x * log_f
    return np.asarray(10.0 * np.log10(10.0 ** (0.1 * through_wall) + 10.0 ** (0.1 * around) + 10.0 ** (0.1 * LEAST_DB)))


def o2i_db(frequency_mhz: ArrayLike, high_loss: ArrayLike, indoor_distance_m: ArrayLike = 0.0) -> FloatArray:
    """Median outdoor-to-indoor loss of 3GPP TR 38.901 §7.4.3.1: wall and 0.5 dB per metre inside.

    Parameters
    ----------
    frequency_mhz : array_like
    high_loss : array_like of bool
        70 % coated glass and 30 % concrete; otherwise 30 % plain glass and 70 % concrete.
    indoor_distance_m : array_like

    Examples
    --------
    >>> o2i_db(930.8, [False, True]).round(3).tolist()
    [10.602, 18.611]
    """
    ghz = np.asarray(frequency_mhz, dtype=np.float64) / 1000.0
    glass, coated, concrete = (10.0 ** (-0.1 * loss) for loss in (2.0 + 0.2 * ghz, 23.0 + 0.3 * ghz, 5.0 + 4.0 * ghz))
    low = 5.0 - 10.0 * np.log10(0.3 * glass + 0.7 * concrete)
    high = 5.0 - 10.0 * np.log10(0.7 * coated + 0.3 * concrete)
    inside = INDOOR_DB_PER_M * np.asarray(indoor_distance_m, dtype=np.float64)
    return np.asarray(np.where(np.asarray(high_loss, dtype=bool), high, low) + inside)
