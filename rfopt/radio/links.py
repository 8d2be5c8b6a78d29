"""Geometry between cells and points: distances, bearings, elevations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.geography.scene import Frame, heights_m
from rfopt.geography.terrain import Terrain

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Links:
    """What lies between every point and every cell; NaN where either place is unknown.

    The bearing is kept, not the angle off boresight, so a new azimuth or tilt needs no new geometry.

    Attributes
    ----------
    cells : Index
        Names of the columns.
    frame : Frame
    x_m, y_m, height_m : ndarray, shape (points,)
        The points, height above ground.
    distance_m, distance_3d_m : ndarray, shape (points, cells)
        Along the ground, and straight.
    bearing_deg : ndarray, shape (points, cells)
        From the antenna to the point, 0 = north, clockwise, 0…360; 0 for a point right above or below.
    elevation_deg : ndarray, shape (points, cells)
        Of the point seen from the antenna, positive = above the horizon.
    terrain : Terrain, optional
        The ground that antennas and points stand on; flat without one.
    """

    cells: pd.Index
    frame: Frame
    x_m: FloatArray
    y_m: FloatArray
    height_m: FloatArray
    distance_m: FloatArray
    distance_3d_m: FloatArray
    bearing_deg: FloatArray
    elevation_deg: FloatArray
    terrain: Terrain | None = None

    @cached_property
    def ground_m(self) -> FloatArray:
        """Height of the ground under every point; 0 without a terrain."""
        return ground_of(self.frame, self.x_m, self.y_m, self.terrain)


def ground_of(frame: Frame, x_m: FloatArray, y_m: FloatArray, terrain: Terrain | None) -> FloatArray:
    """Height of the ground at places in a frame's metres; 0 without a terrain."""
    return np.zeros(np.shape(x_m)) if terrain is None else terrain.at(*frame.to_lat_lon(x_m, y_m))


def link(
    cells: pd.DataFrame, points: pd.DataFrame, frame: Frame | None = None, terrain: Terrain | None = None
) -> Links:
    """Geometry of all cells towards all points.

    Parameters
    ----------
    cells : DataFrame
        Indexed by cell, with lat, lon, height_m.
    points : DataFrame
        With lat, lon and height_m, or floor; see `rfopt.geography.scene.heights_m`.
    frame : Frame, optional
        Default: about the middle of the points.
    terrain : Terrain, optional

    Examples
    --------
    >>> cells = pd.DataFrame({"lat": [38.0], "lon": [106.0], "height_m": [30.0]}, index=["A"])
    >>> points = pd.DataFrame({"lat": [38.0045], "lon": [106.0], "height_m": [67.5]})
    >>> links = link(cells, points)
    >>> [round(float(a[0, 0]), 2) for a in (links.distance_m, links.bearing_deg, links.elevation_deg)]
    [499.48, 0.0, 4.29]
    """
    if frame is None:
        frame = _middle(points if len(points) else cells)
    x, y = frame.to_xy(points["lat"], points["lon"])
    return link_from(cells, frame, x, y, heights_m(points), terrain)


def link_from(
    cells: pd.DataFrame,
    frame: Frame,
    x_m: FloatArray,
    y_m: FloatArray,
    height_m: FloatArray,
    terrain: Terrain | None = None,
) -> Links:
    """Geometry of cells towards points already in a frame's metres."""
    from_x, from_y = frame.to_xy(cells["lat"], cells["lon"])
    east, north = x_m[:, None] - from_x, y_m[:, None] - from_y
    ground, from_ground = ground_of(frame, x_m, y_m, terrain), ground_of(frame, from_x, from_y, terrain)
    up = (height_m + ground)[:, None] - (cells["height_m"].to_numpy(np.float64) + from_ground)
    along = np.hypot(east, north)
    return Links(
        cells.index,
        frame,
        x_m,
        y_m,
        height_m,
        along,
        np.hypot(along, up),
        np.degrees(np.arctan2(east, north)) % 360.0,
        np.degrees(np.arctan2(up, along)),
        terrain,
    )


def _middle(places: pd.DataFrame) -> Frame:
    lat, lon = (float(places[name].mean()) for name in ("lat", "lon"))
    return Frame(0.0 if np.isnan(lat) else lat, 0.0 if np.isnan(lon) else lon)
