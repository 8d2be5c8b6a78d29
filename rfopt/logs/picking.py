"""Part of a log: what lies near a place, on some floors, in a span of time; and what need not be read for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rfopt.errors import InputError

RADIUS_M = 6371008.8
"""Of the Earth, mean."""
OUTDOORS = "outdoors"
Span = tuple[Any, Any, bool]
"""Least and greatest value of a column in some rows (None: not known), and whether any is unknown there."""


@dataclass(frozen=True)
class Pick:
    """What a case wants of its logs; rows of which it cannot be said are left out.

    Attributes
    ----------
    lat, lon : float
        The middle, WGS84.
    around_m : float or None
        Farthest from it.
    begin, end : float, datetime or None
        First and last time: seconds from the log's start, or moments.
    floors : tuple of int and str
        Floors, and ``outdoors`` for rows without one; empty: all rows.
    """

    lat: float
    lon: float
    around_m: float | None = None
    begin: float | datetime | None = None
    end: float | datetime | None = None
    floors: tuple[int | str, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether everything is wanted."""
        return self.around_m is None and self.begin is None and self.end is None and not self.floors

    def seconds(self, start: str, path: Path) -> tuple[float, float]:
        """First and last time in seconds of a log that starts at `start` (ISO 8601, '' unknown).

        Raises
        ------
        InputError
            If the pick has moments and the log does not say when it starts.
        """
        return tuple(
            limit if when is None else _seconds(when, start, path)
            for when, limit in ((self.begin, -np.inf), (self.end, np.inf))
        )  # type: ignore[return-value]

    def rows(self, readings: pa.Table, start: str, path: Path) -> NDArray[np.bool_]:
        """The wanted rows of a part's readings; rows of one instant are wanted together."""
        first, last = self.seconds(start, path)
        time = readings["time"].to_numpy()
        wanted = (time >= first) & (time <= last)
        if self.around_m is not None:
            lat, lon = (readings[name].to_numpy() for name in ("lat", "lon"))
            wanted &= distance_m(lat, lon, self.lat, self.lon) <= self.around_m
        if self.floors:
            floor = readings["floor"].cast(pa.float64()).to_numpy()
            indoors = [number for number in self.floors if number != OUTDOORS]
            wanted &= np.isin(floor, indoors) | (np.isnan(floor) & (OUTDOORS in self.floors))
        return np.asarray(wanted)

    def may_hold(self, spans: Mapping[str, Span], start: str, path: Path) -> bool:
        """Whether rows with these spans can hold a wanted one; a column without a span may hold anything."""
        limits = {"time": self.seconds(start, path), **self._box()}
        for name, (low, high) in limits.items():
            least, greatest, _ = spans.get(name, (None, None, True))
            if least is not None and (greatest < low or least > high):
                return False
        if not self.floors or "floor" not in spans:
            return True
        least, greatest, bare = spans["floor"]
        if bare and (OUTDOORS in self.floors or least is None):
            return True
        return any(least <= floor <= greatest for floor in self.floors if isinstance(floor, int))

    def _box(self) -> dict[str, tuple[float, float]]:
        """Least and greatest latitude and longitude within reach; none that turns round the Earth."""
        if self.around_m is None:
            return {}
        reach = self.around_m / RADIUS_M + 1e-9
        lat, wide = np.radians(self.lat), np.pi
        if abs(lat) + reach < np.pi / 2:
            wide = float(np.arcsin(min(1.0, np.sin(reach) / np.cos(lat)))) + 1e-9
        north, east = np.degrees(reach), np.degrees(wide)
        box = {"lat": (self.lat - north, self.lat + north)}
        if abs(self.lon) + east < 180.0:
            box["lon"] = (self.lon - east, self.lon + east)
        return box


def _seconds(when: float | datetime, start: str, path: Path) -> float:
    if not isinstance(when, datetime):
        return when
    if not start:
        said = f"does not say when it starts, so {when.isoformat()} cannot be found in it"
        raise InputError(f"{said}; expected from and to in seconds", path)
    zero = datetime.fromisoformat(start)
    return (
        (when if when.tzinfo else when.replace(tzinfo=UTC)) - zero.replace(tzinfo=zero.tzinfo or UTC)
    ).total_seconds()


def distance_m(lat: Any, lon: Any, middle_lat: float, middle_lon: float) -> NDArray[np.float64]:
    """Great-circle distance to a place in m; NaN where unknown.

    >>> distance_m(np.array([38.5]), np.array([106.2]), 38.5, 106.2).tolist()
    [0.0]
    """
    north, east = np.radians(lat - middle_lat) / 2, np.radians(lon - middle_lon) / 2
    part = np.sin(north) ** 2 + np.cos(np.radians(lat)) * np.cos(np.radians(middle_lat)) * np.sin(east) ** 2
    return np.asarray(2 * RADIUS_M * np.arcsin(np.sqrt(np.minimum(part, 1.0))))
