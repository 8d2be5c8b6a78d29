"""Knife edges: one, and several along a profile (ITU-R P.526)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

LIGHT_M_S = 299_792_458.0
NO_LOSS_V = -0.78
EARTH_KM = 8500.0
"""Effective radius of the earth, 4/3 of the true one: median refraction."""


def knife_edge_db(v: ArrayLike) -> FloatArray:
    """J(v), the loss over one knife edge (P.526 eq. 31); 0 where v ≤ −0.78.

    >>> knife_edge_db([-1.0, -0.5, 0.0, 1.0, 2.4]).round(3).tolist()
    [0.0, 1.959, 6.033, 13.926, 20.539]
    """
    v = np.asarray(v, dtype=np.float64)
    x = np.maximum(v, NO_LOSS_V) - 0.1
    return np.where(v > NO_LOSS_V, 6.9 + 20.0 * np.log10(np.sqrt(x**2 + 1.0) + x), 0.0)


def knife_edge_v(height_m: ArrayLike, near_m: ArrayLike, far_m: ArrayLike, frequency_mhz: ArrayLike) -> FloatArray:
    """v of an edge `height_m` above the straight path, at given distances from its ends (P.526 eq. 26).

    >>> round(float(knife_edge_v(10.0, 400.0, 100.0, 930.8)), 3)
    2.786
    """
    per_wavelength = np.asarray(frequency_mhz, dtype=np.float64) * 1e6 / LIGHT_M_S
    ends = 1.0 / np.asarray(near_m, dtype=np.float64) + 1.0 / np.asarray(far_m, dtype=np.float64)
    return np.asarray(np.asarray(height_m, dtype=np.float64) * np.sqrt(2.0 * per_wavelength * ends))


def bullington_db(distance_m: ArrayLike, height_m: ArrayLike, frequency_mhz: float) -> float:
    """Loss over a whole profile by one equivalent edge (P.526 §4.5.1).

    Parameters
    ----------
    distance_m, height_m : array_like, shape (n,), n ≥ 2
        Ascending from the transmitter. The first and last heights are those of the antennas.
    frequency_mhz : float
    """
    distance, height = np.asarray(distance_m, dtype=np.float64), np.asarray(height_m, dtype=np.float64)
    total, start, end = distance[-1] - distance[0], height[0], height[-1]
    along, tops = (distance - distance[0])[1:-1], height[1:-1]
    if not along.size:
        return 0.0
    tops = tops + along * (total - along) / (2000.0 * EARTH_KM)
    rise = float(((tops - start) / along).max())
    if rise <= (end - start) / total + 1e-12:
        over = tops - (start * (total - along) + end * along) / total
        single = float(knife_edge_db(knife_edge_v(over, along, total - along, frequency_mhz).max()))
    else:
        fall = float(((tops - end) / (total - along)).max())
        meet = (end - start + fall * total) / (rise + fall)
        over_meet = start + rise * meet - (start * (total - meet) + end * meet) / total
        single = float(knife_edge_db(knife_edge_v(over_meet, meet, total - meet, frequency_mhz)))
    return float(single + (1.0 - math.exp(-single / 6.0)) * (10.0 + 0.02 * total / 1000.0))


def deygout_db(distance_m: ArrayLike, height_m: ArrayLike, frequency_mhz: float) -> float:
    """Loss over a profile by its main edge and the main edge on either side (Deygout, 1966), at most three.

    From memory of the method; checked against one and two edges worked by hand. It overrates the loss of many close
    edges; Bullington underrates it.

    Parameters
    ----------
    distance_m, height_m : array_like, shape (n,), n ≥ 2
        As for `bullington_db`; a flat earth.
    frequency_mhz : float
    """
    distance, height = np.asarray(distance_m, dtype=np.float64), np.asarray(height_m, dtype=np.float64)
    top, v = _main_edge(distance, height, frequency_mhz)
    if v <= NO_LOSS_V:
        return 0.0
    sides = (
        _main_edge(distance[: top + 1], height[: top + 1], frequency_mhz)[1],
        _main_edge(distance[top:], height[top:], frequency_mhz)[1],
    )
    return float(knife_edge_db(v) + sum(knife_edge_db(side) for side in sides))


def _main_edge(distance_m: FloatArray, height_m: FloatArray, frequency_mhz: float) -> tuple[int, float]:
    """The edge of greatest v between the ends of a profile, and that v; −inf where there is none."""
    if len(distance_m) < 3:
        return 0, -np.inf
    near, far = distance_m[1:-1] - distance_m[0], distance_m[-1] - distance_m[1:-1]
    straight = (height_m[0] * far + height_m[-1] * near) / (near + far)
    v = knife_edge_v(height_m[1:-1] - straight, near, far, frequency_mhz)
    top = int(np.argmax(v))
    return top + 1, float(v[top])
