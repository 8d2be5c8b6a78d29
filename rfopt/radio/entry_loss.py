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
MEAN_DEPTH_M, DEEPEST_M = 25.0 / 3.0, 25.0
"""Mean and greatest way indoors of 38.901 Table 7.4.3-2: the lesser of two even draws up to 25 m."""

GRAZING_DB = 20.0
"""What a wave along the wall loses more than one that meets it squarely (COST 231 §4.6, W_Ge)."""

MEAN_GRAZING = 1.5 - 4.0 / np.pi
"""Mean of (1 − sin θ)² over all angles θ between wave and wall."""


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


def facade_db(depth_m: ArrayLike, square: ArrayLike) -> FloatArray:
    """How much more than a median place a room loses by its depth and by how its façade faces the antenna.

    P.2109 gives the median over all places and façades of a building. About that median, 0.5 dB a metre of the way
    indoors (TR 38.901 Table 7.4.3-2) less its mean, no more than 25 m counting, as other ways in then win; and
    COST 231's term for waves along the wall, W_Ge·(1 − sin θ)², less its mean. COST 231 is from memory; checked for
    its limits and for a mean of zero over all angles.

    Parameters
    ----------
    depth_m : array_like
        Way of the straight path inside the building; NaN = not known: 0 dB.
    square : array_like
        sin θ of the path's angle to the wall it enters by, 1 = at right angles; NaN = not known: 0 dB.

    Examples
    --------
    >>> facade_db([1.0, 20.0, np.nan], [1.0, 0.5, np.nan]).round(2).tolist()
    [-8.2, 6.3, 0.0]
    """
    deep = INDOOR_DB_PER_M * (np.minimum(np.asarray(depth_m, dtype=np.float64), DEEPEST_M) - MEAN_DEPTH_M)
    slanting = GRAZING_DB * ((1.0 - np.asarray(square, dtype=np.float64)) ** 2 - MEAN_GRAZING)
    return np.asarray(np.nan_to_num(deep) + np.nan_to_num(slanting))
