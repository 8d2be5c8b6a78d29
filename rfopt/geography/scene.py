"""Buildings as edges and heights, and the points of a floor or a façade."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.polygon import orient

from rfopt.geography.building_files import read_buildings
from rfopt.geography.buildings import (
    FLOOR_HEIGHT_M,
    PHONE_HEIGHT_M,
    Building,
    FloatArray,
    Frame,
    floor_height_m,
    outline_in,
)
from rfopt.geography.terrain import Terrain

__all__ = [
    "FLOOR_HEIGHT_M",
    "SIDES",
    "Building",
    "Frame",
    "Panel",
    "Scene",
    "build_scene",
    "contains",
    "floor_height_m",
    "heights_m",
    "packed",
    "panels_of",
    "points_of_floor",
    "read_buildings",
]

IntArray = NDArray[np.int32]
BoolArray = NDArray[np.bool_]

SIDES = ("north", "east", "south", "west")
EDGE_M = 0.1
"""A place this near an outline counts as inside: coordinates are rounded."""


def heights_m(points: pd.DataFrame) -> FloatArray:
    """Height of every point above ground: `height_m`, else that of its `floor`, else 1.5 m."""
    height = np.full(len(points), np.nan)
    if "height_m" in points:
        height = pd.to_numeric(points["height_m"]).to_numpy(np.float64, copy=True)
    if "floor" in points:
        by_floor = floor_height_m(pd.to_numeric(points["floor"]).to_numpy(np.float64))
        height = np.where(np.isnan(height), by_floor, height)
    return np.where(np.isnan(height), PHONE_HEIGHT_M, height)


@dataclass(frozen=True, eq=False)
class Scene:
    """Buildings as arrays for kernels; made by `build_scene`.

    Attributes
    ----------
    frame : Frame
        Of all metres here.
    buildings : tuple of Building
    outlines : ndarray of shapely polygons
        In the frame's metres.
    first : int32, shape (buildings + 1,)
        Edges of building b are first[b] … first[b + 1] − 1.
    edges : float64, shape (edges, 4)
        x, y of one end, x, y of the other.
    bounds : float64, shape (buildings, 4)
        Least x, y and greatest x, y.
    base_m, roof_m : float64, shape (buildings,)
        With a terrain above sea, standing on the ground at their middle. Without one above a flat ground at the median
        of the map's `ground_m`.
    terrain : Terrain, optional
        Heights of the ground.
    """

    frame: Frame
    buildings: tuple[Building, ...]
    outlines: NDArray[np.object_]
    first: IntArray
    edges: FloatArray
    bounds: FloatArray
    base_m: FloatArray
    roof_m: FloatArray
    terrain: Terrain | None = None

    def ground_m(self, lat: ArrayLike, lon: ArrayLike) -> FloatArray:
        """Height of the ground at places; 0 without a terrain."""
        flat = np.zeros(np.shape(np.asarray(lat)))
        return flat if self.terrain is None else self.terrain.at(lat, lon)

    @cached_property
    def index(self) -> dict[str, int]:
        """Building id → its number."""
        return {building.id: number for number, building in enumerate(self.buildings)}

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.outlines)

    def containing(self, lat: ArrayLike, lon: ArrayLike) -> IntArray:
        """Numbers of the buildings over which places lie, shape (places, k), filled up with −1."""
        x, y = self.frame.to_xy(lat, lon)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        places = shapely.points(x[known], y[known])
        hit, building = self._tree.query(places, predicate="dwithin", distance=EDGE_M)
        order = np.lexsort((building, hit))
        return packed(known[hit[order]], building[order], len(x))


def packed(row: NDArray[np.integer], value: NDArray[np.integer], rows: int) -> IntArray:
    """Pairs sorted by row as a table, one line a row, filled up with −1; at least one column."""
    counts = np.bincount(row, minlength=rows)
    table = np.full((rows, max(1, int(counts.max(initial=0)))), -1, dtype=np.int32)
    rank = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    table[row, rank] = value
    return table


def build_scene(buildings: Sequence[Building], frame: Frame | None = None, terrain: Terrain | None = None) -> Scene:
    """Buildings in metres about their middle, or about the given frame; an empty list is an open field.

    With a terrain they stand on it, whatever the map's own `ground_m`.
    """
    buildings = tuple(buildings)
    if frame is None:
        box = shapely.total_bounds([b.polygon for b in buildings]) if buildings else np.zeros(4)
        frame = Frame(float(box[1] + box[3]) / 2.0, float(box[0] + box[2]) / 2.0)
    outlines = np.empty(len(buildings), dtype=object)
    outlines[:] = [outline_in(frame, building) for building in buildings]
    walls = [_edges(outline) for outline in outlines]
    base = _base_m(buildings, terrain)
    return Scene(
        frame,
        buildings,
        outlines,
        np.cumsum([0, *map(len, walls)]).astype(np.int32),
        np.concatenate(walls) if walls else np.empty((0, 4)),
        shapely.bounds(outlines).reshape(-1, 4),
        base,
        base + np.array([building.height_m for building in buildings], dtype=np.float64),
        terrain,
    )


def _base_m(buildings: tuple[Building, ...], terrain: Terrain | None) -> FloatArray:
    if terrain is not None:
        middles = [building.polygon.centroid for building in buildings]
        return terrain.at([middle.y for middle in middles], [middle.x for middle in middles])
    ground = np.array([building.ground_m for building in buildings], dtype=np.float64)
    return np.asarray(ground - (np.median(ground) if buildings else 0.0))


def _edges(outline: Polygon | MultiPolygon) -> FloatArray:
    rings = shapely.get_rings(shapely.get_parts(outline))
    corners = [shapely.get_coordinates(ring) for ring in rings]
    return np.concatenate([np.hstack((c[:-1], c[1:])) for c in corners])


def contains(building: Building, lat: ArrayLike, lon: ArrayLike) -> BoolArray:
    """True where places lie inside a building's outline or within 0.1 m of it."""
    x, y = building.frame.to_xy(lat, lon)
    return np.asarray(shapely.dwithin(outline_in(building.frame, building), shapely.points(x, y), EDGE_M))


def points_of_floor(
    building: Building, floor: int, sides: Sequence[str] = SIDES, spacing_m: float = 5.0, depth_m: float = 1.0
) -> pd.DataFrame:
    """Points just inside the façade of one floor.

    Parameters
    ----------
    building : Building
    floor : int
        1 = ground floor.
    sides : sequence of str
        A wall belongs to the side that its outward normal is nearest to; courtyard walls are left out.
    spacing_m, depth_m : float
        Along the wall at most, and from the wall inwards.

    Returns
    -------
    DataFrame
        point, lat, lon, floor, height_m, building, side; a side that the building does not have gives no rows.

    Raises
    ------
    ValueError
        If a side is none of `SIDES`.
    """
    if odd := set(sides) - set(SIDES):
        raise ValueError(f"side {min(odd)!r} is none of {', '.join(SIDES)}")
    found = panels_of(building, spacing_m, depth_m)
    rows = [panel for side in sides for panel in found if panel.side == side]
    lat, lon = building.frame.to_lat_lon([panel.x_m for panel in rows], [panel.y_m for panel in rows])
    side = [panel.side for panel in rows]
    rank = pd.Series(side, dtype="str").groupby(side).cumcount() + 1
    return pd.DataFrame(
        {
            "point": [f"{floor}F_{name}_{number}" for name, number in zip(side, rank, strict=True)],
            "lat": lat,
            "lon": lon,
            "floor": floor,
            "height_m": float(floor_height_m(floor, building.floor_height_m)),
            "building": building.id,
            "side": side,
        }
    )


@dataclass(frozen=True)
class Panel:
    """A piece of an outer wall, and the place just inside it, in the metres of the building's own frame.

    `wall_m` is x, y of its one end and x, y of the other; the inside lies to the left on the way.
    """

    side: str
    x_m: float
    y_m: float
    wall_m: tuple[float, float, float, float]


def panels_of(building: Building, spacing_m: float = 5.0, depth_m: float = 1.0) -> list[Panel]:
    """The outer walls of a building in even pieces of at most `spacing_m`, the same on every floor."""
    outline = outline_in(building.frame, building)
    return [panel for part in getattr(outline, "geoms", [outline]) for panel in _panels(part, spacing_m, depth_m)]


def _panels(part: Polygon, spacing_m: float, depth_m: float) -> Iterator[Panel]:
    """Pieces of the outer walls of one polygon; none where the building is too thin to have an inside."""
    corners = shapely.get_coordinates(orient(part).exterior)
    for (ax, ay), (bx, by) in pairwise(corners):
        length = math.hypot(bx - ax, by - ay)
        if length < depth_m:
            continue  # a chamfer or a column, not a wall with a room behind
        out_x, out_y = (by - ay) / length, (ax - bx) / length  # interior lies to the left
        side = SIDES[round(math.degrees(math.atan2(out_x, out_y)) / 90.0) % 4]
        count = math.ceil(length / spacing_m - 0.01)  # a wall of 20.00001 m is one of 20 m
        for piece in range(count):
            share, first, last = ((piece + part_of) / count for part_of in (0.5, 0.0, 1.0))
            x, y = ax + share * (bx - ax) - depth_m * out_x, ay + share * (by - ay) - depth_m * out_y
            if part.contains(shapely.Point(x, y)):
                ends = [float(a + k * (b - a)) for k in (first, last) for a, b in ((ax, bx), (ay, by))]
                yield Panel(side, float(x), float(y), (ends[0], ends[1], ends[2], ends[3]))
