"""The town that no map shows: how likely it leaves a path clear, between the buildings that a map does show."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from rfopt.geography.scene import Scene, heights_m
from rfopt.kernels.town import log_clear
from rfopt.radio.los import URBAN

FloatArray = NDArray[np.float64]

CLOSED_M = 100.0
"""Gaps between mapped buildings of less than about twice this are known to be empty."""
MARGIN_M = 60.0
"""So is the ground this near a mapped building."""
SQUARE_M = 10.0
MOST_SQUARES = 4_000_000
HEIGHT_STEP_M, HIGHEST_M = 0.25, 400.0


@dataclass(frozen=True, eq=False)
class Mapped:
    """Squares of ground of which a map tells all: `squares[row, column]`, from a corner, of a side."""

    squares: NDArray[np.bool_]
    corner_m: FloatArray
    side_m: float


@functools.lru_cache(maxsize=8)
def mapped_ground(scene: Scene) -> Mapped:
    """The ground between and around a scene's buildings; nothing for an open field."""
    if not scene.buildings:
        return Mapped(np.zeros((1, 1), dtype=bool), np.zeros(2), SQUARE_M)
    around = shapely.union_all(shapely.buffer(scene.outlines, CLOSED_M, quad_segs=4))
    known = shapely.buffer(around, MARGIN_M - CLOSED_M, quad_segs=4)
    west, south, east, north = shapely.bounds(known)
    side = max(SQUARE_M, math.sqrt((east - west) * (north - south) / MOST_SQUARES))
    x, y = np.meshgrid(np.arange(west, east, side) + side / 2.0, np.arange(south, north, side) + side / 2.0)
    shapely.prepare(known)
    return Mapped(np.asarray(shapely.contains_xy(known, x, y)), np.array([west, south]), side)


def p_clear_town(scene: Scene, cells: pd.DataFrame, points: pd.DataFrame, town: Sequence[float] = URBAN) -> FloatArray:
    """Probability that nothing stands in the way where a path runs over ground that no map shows.

    ITU-R P.1410 §2.1.5 takes a row of buildings every 1/√(αβ) km, each clear with 1 − exp(−h²/2γ²) at the path's
    height h. Here the rows are spread evenly: ln P = √(αβ)·∫ ln(1 − exp(−h²/2γ²)) dr over the unmapped part of the
    path, so that P does not jump from row to row. Against the recommendation's own rows: within 0.03.

    Parameters
    ----------
    scene : Scene
        Its buildings are the map; without any the whole path is unmapped.
    cells, points : DataFrame
        As for `rfopt.radio.links.link`.
    town : (float, float, float)
        α share of land built on, β buildings per km², γ height scale in metres.

    Returns
    -------
    ndarray, shape (points, cells)
        NaN where a place is unknown.

    Examples
    --------
    >>> from rfopt.geography.scene import Frame, build_scene
    >>> cells = pd.DataFrame({"lat": [38.0], "lon": [106.0], "height_m": [30.0]})
    >>> lat, lon = Frame(38.0, 106.0).to_lat_lon([0.0], [500.0])
    >>> high = pd.DataFrame({"lat": lat, "lon": lon, "height_m": [67.5]})
    >>> p_clear_town(build_scene((), Frame(38.0, 106.0)), cells, high).round(2).tolist()
    [[0.87]]
    """
    share, density, scale = town
    height = np.maximum(np.arange(0.0, HIGHEST_M, HEIGHT_STEP_M), HEIGHT_STEP_M)
    log_row_clear = np.log(-np.expm1(-(height**2) / (2.0 * scale**2)))
    ground = mapped_ground(scene)
    places = np.stack((*scene.frame.to_xy(points["lat"], points["lon"]), heights_m(points)), axis=1)
    masts = np.stack((*scene.frame.to_xy(cells["lat"], cells["lon"]), cells["height_m"].to_numpy(np.float64)), axis=1)
    unique, mast_of = np.unique(masts, axis=0, return_inverse=True)
    found = log_clear(
        unique, places, ground.squares, ground.corner_m, ground.side_m, log_row_clear, HEIGHT_STEP_M,
        math.sqrt(share * density) / 1000.0,
    )  # fmt: skip
    return np.asarray(np.exp(found[:, mast_of.ravel()]))
