"""Heights of the ground as a grid, from an ESRI ASCII file in degrees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rfopt.errors import InputError, printable
from rfopt.files import read_text

FloatArray = NDArray[np.float64]

LARGEST_BYTES = 256 << 20
MOST_NODES = 25_000_000
LOWEST_M, HIGHEST_M = -500.0, 9000.0
KEYS = ("ncols", "nrows", "cellsize")
CORNERS = {"xllcorner": 0.5, "xllcenter": 0.0, "yllcorner": 0.5, "yllcenter": 0.0}
"""Keys of the south-west place, and how many cells from it the first node lies."""


@dataclass(frozen=True, eq=False)
class Terrain:
    """Ground heights at the nodes of an even grid.

    Attributes
    ----------
    south, west : float
        Latitude and longitude of the first node [deg].
    step_deg : float
        Between nodes, both ways.
    height_m : ndarray, shape (rows, columns)
        Above sea, rows from south to north.
    """

    south: float
    west: float
    step_deg: float
    height_m: FloatArray

    def node(self, lat: ArrayLike, lon: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Places in rows and columns of the grid; those outside are moved to its edge, NaN stays."""
        rows, columns = self.height_m.shape
        row = (np.asarray(lat, dtype=np.float64) - self.south) / self.step_deg
        column = (np.asarray(lon, dtype=np.float64) - self.west) / self.step_deg
        return np.clip(row, 0.0, rows - 1.0), np.clip(column, 0.0, columns - 1.0)

    def at(self, lat: ArrayLike, lon: ArrayLike) -> FloatArray:
        """Ground height of places, linear between nodes; outside the grid as at its edge, NaN for an unknown place.

        >>> slope = Terrain(38.0, 106.0, 0.001, np.array([[0.0, 10.0], [0.0, 10.0]]))
        >>> slope.at([38.0, 38.0005, 39.0], [106.0, 106.0005, 107.0]).round(3).tolist()
        [0.0, 5.0, 10.0]
        """
        row, column = self.node(lat, lon)
        known = ~np.isnan(row + column)
        low_row, low_column = (np.floor(np.where(known, axis, 0.0)).astype(np.int64) for axis in (row, column))
        high_row = np.minimum(low_row + 1, self.height_m.shape[0] - 1)
        high_column = np.minimum(low_column + 1, self.height_m.shape[1] - 1)
        up, right = row - low_row, column - low_column
        lower = (1.0 - right) * self.height_m[low_row, low_column] + right * self.height_m[low_row, high_column]
        upper = (1.0 - right) * self.height_m[high_row, low_column] + right * self.height_m[high_row, high_column]
        return np.asarray((1.0 - up) * lower + up * upper)


def read_terrain(path: Path) -> tuple[Terrain, list[str]]:
    """Read an ESRI ASCII grid of heights in metres on WGS84 degrees (``terrain.asc`` of a network).

    Nodes without a height take that of the nearest node that has one.

    Returns
    -------
    terrain : Terrain
    notes : list of str

    Raises
    ------
    InputError
        For a file that is none, with line, value and what was expected.
    """
    lines = read_text(path, LARGEST_BYTES).split("\n")
    header, first = _header(lines, path)
    for key in KEYS:
        if key not in header:
            raise InputError(f"'{key}' is missing from the header of a terrain grid", path, 1)
    wide, high, step = (header[key] for key in ("ncols", "nrows", "cellsize"))
    if not (wide >= 2 and high >= 2 and wide * high <= MOST_NODES):
        raise InputError(f"{wide:g} × {high:g} nodes, expected 2 × 2 to {MOST_NODES:,} in all", path, 1)
    columns, rows = int(wide), int(high)
    if not 0.0 < step < 1.0:
        raise InputError(f"cellsize {step:g} is no step in degrees, expected above 0 and below 1", path, 1)
    heights = _heights(lines, first, rows, columns, path)
    notes = _fill(heights, header.get("nodata_value"), path)
    south, west = (_start(header, axis, step, path) for axis in ("y", "x"))
    if not (-90.0 <= south <= 90.0 and -180.0 <= west <= 180.0):
        raise InputError(f"the grid begins at {south:g}, {west:g}, expected WGS84 degrees", path, 1)
    return Terrain(south, west, step, np.ascontiguousarray(heights[::-1])), notes


def _header(lines: list[str], path: Path) -> tuple[dict[str, float], int]:
    """Keys in small letters with their numbers, and the index of the first line of heights."""
    header: dict[str, float] = {}
    for number, line in enumerate(lines):
        words = line.split()
        if not words:
            continue
        if not re.match(r"[A-Za-z]", words[0]):
            return header, number
        try:
            header[words[0].lower()] = float(words[1])
        except (IndexError, ValueError):
            raise InputError(f"'{printable(line)}' is no key with a number", path, number + 1) from None
    return header, len(lines)


def _start(header: dict[str, float], axis: str, step_deg: float, path: Path) -> float:
    for key, shift in CORNERS.items():
        if key[0] == axis and key in header:
            return header[key] + shift * step_deg
    raise InputError(f"'{axis}llcorner' is missing from the header of a terrain grid", path, 1)


def _heights(lines: list[str], first: int, rows: int, columns: int, path: Path) -> FloatArray:
    """Heights, rows from north to south as in the file; values may be broken over lines anywhere."""
    values: list[FloatArray] = []
    for number, line in enumerate(lines[first:], first + 1):
        try:
            values.append(np.array(line.split(), dtype=np.float64))
        except ValueError:
            odd = next(word for word in line.split() if not _is_number(word))
            raise InputError(f"'{printable(odd)}' is no height in m", path, number) from None
    found = np.concatenate(values) if values else np.empty(0)
    if found.size != rows * columns:
        raise InputError(f"holds {found.size} heights, expected nrows × ncols = {rows * columns}", path)
    return found.reshape(rows, columns)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _fill(heights: FloatArray, nodata: float | None, path: Path) -> list[str]:
    """Fill unknown nodes in place."""
    unknown = ~np.isfinite(heights)
    if nodata is not None:
        unknown |= heights == nodata
    off = ~unknown & ((heights < LOWEST_M) | (heights > HIGHEST_M))
    if off.any():
        raise InputError(f"height {heights[off][0]:g} m, expected {LOWEST_M:g} to {HIGHEST_M:g}", path)
    if unknown.all():
        raise InputError("holds no height at all", path)
    if not unknown.any():
        return []
    from scipy.ndimage import distance_transform_edt  # noqa: PLC0415  slow to load, and few grids have holes

    nearest = distance_transform_edt(unknown, return_distances=False, return_indices=True)
    heights[unknown] = heights[tuple(nearest)][unknown]
    return [f"{path.name}: {int(unknown.sum())} nodes have no height, taken as at the nearest node that has one"]
