"""Places of Chinese maps to WGS84: GCJ-02 (Amap, Tencent) and BD-09 (Baidu).

Both transforms are not published by their owners; the formulas are those of every public converter, checked against
the values that `coordtransform` states for Beijing (116.404 °E, 39.915 °N).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rfopt.errors import InputError, did_you_mean, printable

FloatArray = NDArray[np.float64]
Places = tuple[FloatArray, FloatArray]

SYSTEMS = ("wgs84", "gcj02", "bd09")

AXIS_M = 6378245.0
FLATNESS = 0.00669342162296594323
"""Krasovsky 1940: semi-major axis and squared eccentricity."""

BOX = (0.8293, 55.8271, 72.004, 137.8347)
"""Latitudes and longitudes between which the converters shift a place; elsewhere GCJ-02 is WGS84."""

BD_TURN = np.pi * 3000.0 / 180.0
BD_EAST_DEG, BD_NORTH_DEG = 0.0065, 0.006

CLOSE_DEG = 1e-12
MOST_STEPS = 30
"""A step of the inverse leaves a thousandth of the error before it."""


def to_wgs84(lat: ArrayLike, lon: ArrayLike, system: str) -> Places:
    """WGS84 latitude and longitude of places given in another system.

    Parameters
    ----------
    lat, lon : array_like, degrees
    system : str
        One of `SYSTEMS`.

    Raises
    ------
    InputError
        If the system is unknown.

    Examples
    --------
    >>> [round(float(v), 6) for v in to_wgs84(39.91640428, 116.41024450, "gcj02")]
    [39.915, 116.404]
    """
    if system not in SYSTEMS:
        near = did_you_mean(system, SYSTEMS)
        raise InputError(f"coordinates '{printable(system)}' are unknown, expected one of {', '.join(SYSTEMS)}{near}")
    place = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    if system == "wgs84":
        return place
    return _undo(gcj02, _undo(bd09, place) if system == "bd09" else place)


def from_wgs84(lat: ArrayLike, lon: ArrayLike, system: str) -> Places:
    """Latitude and longitude of WGS84 places in one of `SYSTEMS`: the inverse of `to_wgs84`.

    >>> [round(float(v), 6) for v in to_wgs84(*from_wgs84(39.915, 116.404, "bd09"), "bd09")]
    [39.915, 116.404]
    """
    place = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    shifted = place if system == "wgs84" else gcj02(*place)
    return bd09(*shifted) if system == "bd09" else shifted


def gcj02(lat: ArrayLike, lon: ArrayLike) -> Places:
    """GCJ-02 of WGS84 places; outside `BOX` the same place.

    >>> [round(float(v), 8) for v in gcj02(39.915, 116.404)]
    [39.91640428, 116.4102445]
    """
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    north, east = lat - 35.0, lon - 105.0
    both = _wave(6.0 * east, 20.0) + _wave(2.0 * east, 20.0)
    up = -100.0 + 2.0 * east + 3.0 * north + 0.2 * north**2 + 0.1 * east * north + 0.2 * np.sqrt(np.abs(east)) + both
    up += _wave(north, 20.0) + _wave(north / 3.0, 40.0) + _wave(north / 12.0, 160.0) + _wave(north / 30.0, 320.0)
    right = 300.0 + east + 2.0 * north + 0.1 * east**2 + 0.1 * east * north + 0.1 * np.sqrt(np.abs(east)) + both
    right += _wave(east, 20.0) + _wave(east / 3.0, 40.0) + _wave(east / 12.0, 150.0) + _wave(east / 30.0, 300.0)
    bulge = 1.0 - FLATNESS * np.sin(np.radians(lat)) ** 2
    up_deg = np.degrees(up * bulge**1.5 / (AXIS_M * (1.0 - FLATNESS)))
    right_deg = np.degrees(right * np.sqrt(bulge) / (AXIS_M * np.cos(np.radians(lat))))
    inside = (lat >= BOX[0]) & (lat <= BOX[1]) & (lon >= BOX[2]) & (lon <= BOX[3])
    return np.where(inside, lat + up_deg, lat), np.where(inside, lon + right_deg, lon)


def _wave(turns: FloatArray, height_m: float) -> FloatArray:
    return np.asarray(height_m * np.sin(turns * np.pi) * 2.0 / 3.0)


def bd09(lat: ArrayLike, lon: ArrayLike) -> Places:
    """BD-09 of GCJ-02 places.

    >>> [round(float(v), 8) for v in bd09(39.915, 116.404)]
    [39.92133699, 116.41036949]
    """
    lat, lon = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    far = np.hypot(lon, lat) + 2e-5 * np.sin(lat * BD_TURN)
    turn = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * BD_TURN)
    return far * np.sin(turn) + BD_NORTH_DEG, far * np.cos(turn) + BD_EAST_DEG


def _undo(forward: Callable[[ArrayLike, ArrayLike], Places], place: Places) -> Places:
    """The places that `forward` turns into the given ones, by fixed point."""
    lat, lon = place
    for _ in range(MOST_STEPS):
        lat_now, lon_now = forward(lat, lon)
        miss = place[0] - lat_now, place[1] - lon_now
        lat, lon = lat + miss[0], lon + miss[1]
        if not np.nanmax(np.abs(miss), initial=0.0) > CLOSE_DEG:
            break
    return lat, lon
