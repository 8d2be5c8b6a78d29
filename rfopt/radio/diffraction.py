"""Knife edges: one, and several along a profile (ITU-R P.526)."""

from __future__ import annotations

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
    return float(_whole_profile_db(single, total))


def bullington_roofs_db(
    v: ArrayLike,
    mast_side_m: ArrayLike,
    point_side_m: ArrayLike,
    distance_m: ArrayLike,
    rise_m: ArrayLike,
    frequency_mhz: ArrayLike,
) -> FloatArray:
    """Loss over all roofs under many rays at once by one equivalent edge each (P.526 §4.5.1).

    As `bullington_db`, from the two steepest lines instead of the profile, with two differences: the ground is flat,
    as in a `Scene` (at 5 km the earth's bulge is 0.4 m), and the clearance is square to the ray, as in `v`.

    Parameters
    ----------
    v, mast_side_m, point_side_m : array_like
        As from `rfopt.kernels.sight.trace`, but `v` for the true wavelength; −inf where no roof lies under the ray.
    distance_m, rise_m : array_like
        Horizontally, and from the mast up to the point.
    frequency_mhz : array_like

    Returns
    -------
    ndarray
        dB; 0 where no roof comes near the ray.

    Examples
    --------
    Roofs of 30 m at a third and two thirds of 900 m, both ends on the ground: the lines meet in the middle at 45 m.

    >>> over = knife_edge_v(30.0, 300.0, 600.0, 930.8)
    >>> bullington_roofs_db(over, 90.0, 90.0, 900.0, 0.0, 930.8).round(2).tolist()
    40.27
    """
    v, steep, back, distance, rise = (
        np.asarray(a, dtype=np.float64) for a in (v, mast_side_m, point_side_m, distance_m, rise_m)
    )
    shadowed = (steep > rise) & (steep + back > 0.0) & (distance > 0.0)
    steep, back = np.where(shadowed, steep, 1.0 + rise), np.where(shadowed, back, 1.0 - rise)
    meet = (rise + back) / (steep + back)
    straight = np.hypot(np.where(shadowed, distance, 1.0), rise)
    near, far = meet * straight, (1.0 - meet) * straight
    square = (steep - rise) * meet * distance / straight
    equivalent = np.where(shadowed, knife_edge_v(square, near, far, frequency_mhz), v)
    return _whole_profile_db(knife_edge_db(equivalent), distance)


def _whole_profile_db(single_db: ArrayLike, distance_m: ArrayLike) -> FloatArray:
    """Bullington's correction of the equivalent edge's loss for the rest of the path (P.526 eq. 48)."""
    single = np.asarray(single_db, dtype=np.float64)
    return np.asarray(
        single + (1.0 - np.exp(-single / 6.0)) * (10.0 + 0.02 * np.asarray(distance_m, dtype=np.float64) / 1000.0)
    )


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
    v = _edges_v(distance, height, frequency_mhz)
    main = float(v.max(initial=-np.inf))
    if main <= NO_LOSS_V:
        return 0.0
    # edges as high as each other: the dearest reading, so that there and back cost the same
    sides = [
        _main_db(distance[: top + 1], height[: top + 1], frequency_mhz)
        + _main_db(distance[top:], height[top:], frequency_mhz)
        for top in np.flatnonzero(v >= main - 1e-9) + 1
    ]
    return float(knife_edge_db(main)) + max(sides)


def _main_db(distance_m: FloatArray, height_m: FloatArray, frequency_mhz: float) -> float:
    """Loss over the worst edge alone between the ends of a profile."""
    return float(knife_edge_db(_edges_v(distance_m, height_m, frequency_mhz).max(initial=-np.inf)))


def _edges_v(distance_m: FloatArray, height_m: FloatArray, frequency_mhz: float) -> FloatArray:
    """Parameter v of every edge between the ends of a profile, shape (n − 2,)."""
    near, far = distance_m[1:-1] - distance_m[0], distance_m[-1] - distance_m[1:-1]
    straight = (height_m[0] * far + height_m[-1] * near) / (near + far)
    return knife_edge_v(height_m[1:-1] - straight, near, far, frequency_mhz)
