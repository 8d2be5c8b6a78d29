"""Buildings as values, and the metres they are measured in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry import MultiPolygon, Polygon

FloatArray = NDArray[np.float64]

WALLS = ("concrete", "brick", "glass", "irr_glass")
FLOOR_HEIGHT_M = 3.0
PHONE_HEIGHT_M = 1.5
EQUATOR_M = 6378137.0
ECCENTRICITY2 = 6.69437999014e-3


@dataclass(frozen=True)
class Frame:
    """East and north metres about a reference, on the WGS84 ellipsoid's radii of curvature there.

    Within 10 km the distance between two places errs by less than 0.2 %.

    Examples
    --------
    >>> x, y = Frame(38.495, 106.225).to_xy(38.504, 106.225)
    >>> float(x), round(float(y), 1)
    (0.0, 999.1)
    """

    lat: float
    lon: float

    @cached_property
    def _metres_per_degree(self) -> tuple[float, float]:
        bulge = 1.0 - ECCENTRICITY2 * math.sin(math.radians(self.lat)) ** 2
        north = EQUATOR_M * (1.0 - ECCENTRICITY2) / bulge**1.5
        east = EQUATOR_M / math.sqrt(bulge) * math.cos(math.radians(self.lat))
        return math.radians(east), math.radians(north)

    def to_xy(self, lat: ArrayLike, lon: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """East and north metres of places."""
        east, north = self._metres_per_degree
        return (np.asarray(lon, dtype=np.float64) - self.lon) * east, (
            np.asarray(lat, dtype=np.float64) - self.lat
        ) * north

    def to_lat_lon(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Latitude and longitude of places; the inverse of `to_xy`."""
        east, north = self._metres_per_degree
        return self.lat + np.asarray(y_m, dtype=np.float64) / north, self.lon + np.asarray(x_m, dtype=np.float64) / east


@dataclass(frozen=True, eq=False)
class Building:
    """An extruded polygon.

    Parameters
    ----------
    id : str
    polygon : shapely Polygon or MultiPolygon
        Longitude and latitude in degrees; holes are courtyards.
    height_m : float
        Roof above the building's ground.
    floor_height_m : float
    wall : str
        One of `WALLS`.
    ground_m : float
        Height of its ground, on any datum common to the map.
    """

    id: str
    polygon: Polygon | MultiPolygon
    height_m: float
    floor_height_m: float = FLOOR_HEIGHT_M
    wall: str = "concrete"
    ground_m: float = 0.0

    @property
    def floors(self) -> int:
        """Number of floors above ground, at least 1."""
        return max(1, round(self.height_m / self.floor_height_m))

    @cached_property
    def frame(self) -> Frame:
        """A local frame at the building."""
        return Frame(self.polygon.centroid.y, self.polygon.centroid.x)


def centres_of(buildings: Sequence[Building]) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude of the middles of buildings, each of shape (buildings,)."""
    lon, lat = shapely.get_coordinates(shapely.centroid([building.polygon for building in buildings])).T
    return lat, lon


def outline_in(frame: Frame, building: Building) -> Polygon | MultiPolygon:
    """A building's outline in a frame's metres."""
    return shapely.transform(building.polygon, lambda places: np.stack(frame.to_xy(places[:, 1], places[:, 0]), axis=1))


def floor_height_m(floor: ArrayLike, floor_height_m: float = FLOOR_HEIGHT_M) -> FloatArray:
    """Height of a phone on a floor: 3(n − 1) + 1.5 (TR 38.901 Table 7.2-1); −1 is the first basement.

    >>> floor_height_m([1, 23, -1]).tolist()
    [1.5, 67.5, -1.5]
    """
    number = np.asarray(floor, dtype=np.float64)
    return np.asarray(floor_height_m * np.where(number > 0.0, number - 1.0, number) + PHONE_HEIGHT_M)
