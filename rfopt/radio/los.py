"""Line of sight: by the buildings where there is a map, by probability where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rfopt.geography.scene import Scene, heights_m
from rfopt.kernels import sight as kernel
from rfopt.kernels.depth import enter
from rfopt.kernels.profile import ground_v
from rfopt.radio.diffraction import LIGHT_M_S, bullington_roofs_db

FloatArray = NDArray[np.float64]

HIGHEST_PHONE_M = 23.0
URBAN = (0.3, 500.0, 15.0)
"""P.1410: share of land built on, buildings per km², scale of their Rayleigh heights in metres."""

FARTHEST_M = 50_000.0
"""Rows of buildings are counted to here: beyond, a town's statistics say nothing more."""


@dataclass(frozen=True, eq=False)
class Sight:
    """What stands between points and cells.

    Attributes
    ----------
    line_of_sight : bool, shape (points, cells)
    walls : int32, shape (points, cells)
        Outer walls crossed below their roof.
    v : float64, shape (points, cells)
        Greatest knife-edge parameter over the roofs; −inf where none lies under the path. The loss over that one edge
        is `rfopt.radio.diffraction.knife_edge_db(v)`.
    hill_v : float64, shape (points, cells)
        The same of the terrain; −inf without one.
    lines_m : two of float64, shape (points, cells)
        Bullington's lines from the cell and from the point, as `rfopt.kernels.sight.trace` gives them.
    distance_m, rise_m : float64, shape (points, cells)
        Horizontally, and from the antenna up to the point; NaN where a place is unknown.
    frequency_mhz : float64, shape (cells,) or ()
    """

    line_of_sight: NDArray[np.bool_]
    walls: NDArray[np.int32]
    v: FloatArray
    hill_v: FloatArray
    lines_m: tuple[FloatArray, FloatArray]
    distance_m: FloatArray
    rise_m: FloatArray
    frequency_mhz: FloatArray

    @cached_property
    def diffraction_db(self) -> FloatArray:
        """Loss over all roofs together by Bullington's equivalent edge, shape (points, cells).

        0 where no roof comes near the path, NaN where a place is unknown.
        """
        loss = bullington_roofs_db(self.v, *self.lines_m, self.distance_m, self.rise_m, self.frequency_mhz)
        return np.where(np.isnan(self.distance_m + self.rise_m), np.nan, loss)


def sight(scene: Scene, cells: pd.DataFrame, points: pd.DataFrame, frequency_mhz: ArrayLike) -> Sight:
    """Trace all cells to all points through a scene: its buildings, and its terrain as a knife edge.

    The building that a point lies in, by its `building` or by its place, does not block it: its walls are the entry
    loss. Neither does the building over whose outline an antenna stands, on the roof or inside; so a roof's own edge
    is not seen by a street point at its foot. A place that is unknown has no line of sight.

    Parameters
    ----------
    scene : Scene
    cells, points : DataFrame
        As for `rfopt.radio.links.link`.
    frequency_mhz : array_like, shape (cells,) or one number

    Returns
    -------
    Sight
    """
    rays = _rays(scene, cells, points)
    found = kernel.trace(*rays.masts, *rays.points, scene.first, scene.edges, scene.roof_m)
    v, from_mast, from_point = (line[:, rays.mast_of] for line in found[1:])
    mhz = np.asarray(frequency_mhz, dtype=np.float64)
    per_wavelength = np.sqrt(mhz * 1e6 / LIGHT_M_S)
    walls, hills = found[0][:, rays.mast_of], _hills_v(scene, rays)
    (x, y, z), (from_x, from_y, from_z) = rays.points[0].T[..., None], rays.masts[0][rays.mast_of].T
    return Sight(
        (walls == 0) & (hills <= 0.0) & rays.known,
        walls,
        v * per_wavelength,
        hills * per_wavelength,
        (from_mast, from_point),
        np.hypot(x - from_x, y - from_y),
        z - from_z,
        mhz,
    )


def in_sight(scene: Scene, cells: pd.DataFrame, points: pd.DataFrame) -> NDArray[np.bool_]:
    """`line_of_sight` of `sight` alone, sooner; bool, shape (points, cells)."""
    rays = _rays(scene, cells, points)
    seen = kernel.in_sight(*rays.masts, *rays.points, scene.first, scene.edges, scene.roof_m)
    return np.asarray(seen[:, rays.mast_of] & (_hills_v(scene, rays) <= 0.0) & rays.known)


@dataclass(frozen=True, eq=False)
class _Rays:
    """Places and the buildings that are air for them, of masts and of points, as the kernel takes them."""

    masts: tuple[FloatArray, NDArray[np.int32]]
    points: tuple[FloatArray, NDArray[np.int32]]
    mast_of: NDArray[np.intp]
    known: NDArray[np.bool_]


def _rays(scene: Scene, cells: pd.DataFrame, points: pd.DataFrame) -> _Rays:
    inside = own_buildings(scene, points)
    beneath = scene.containing(cells["lat"], cells["lon"])
    places = _raised(scene, points, heights_m(points), inside)
    masts = _raised(scene, cells, cells["height_m"].to_numpy(np.float64), beneath)
    # the sectors of a site share one mast, and its rays
    unique, first_cell, mast_of = np.unique(masts, axis=0, return_index=True, return_inverse=True)
    known = ~np.isnan(places.sum(axis=1)[:, None] + masts.sum(axis=1))
    return _Rays((unique, beneath[first_cell]), (places, inside), mast_of.ravel(), known)


def _hills_v(scene: Scene, rays: _Rays) -> FloatArray:
    """Knife-edge parameter of the terrain along every path for a wavelength of 1 m, shape (points, cells)."""
    if scene.terrain is None:
        return np.full(rays.known.shape, -np.inf)
    step_m = float(np.hypot(*scene.frame.to_xy(scene.frame.lat + scene.terrain.step_deg, scene.frame.lon)))
    masts, points = (
        np.column_stack((places, *scene.terrain.node(*scene.frame.to_lat_lon(places[:, 0], places[:, 1]))))
        for places in (rays.masts[0], rays.points[0])
    )
    return np.asarray(ground_v(masts, points, scene.terrain.height_m, step_m)[:, rays.mast_of])


def entries(scene: Scene, cells: pd.DataFrame, points: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """How far the straight path runs inside a point's own building, and how squarely it meets the façade.

    Returns
    -------
    depth_m, square : ndarray, shape (points, cells)
        See `rfopt.kernels.depth.enter`; NaN outdoors, and where the path meets no outer wall.
    """
    own = own_buildings(scene, points)
    nearest = np.where(own >= 0, own, -1)[np.arange(len(own)), (own >= 0).argmax(axis=1)].astype(np.int32)
    places = np.stack(scene.frame.to_xy(points["lat"], points["lon"]), axis=1)
    masts = np.stack(scene.frame.to_xy(cells["lat"], cells["lon"]), axis=1)
    unique, mast_of = np.unique(masts, axis=0, return_inverse=True)
    depth, square = enter(places, nearest, unique, scene.first, scene.edges)
    return depth[:, mast_of.ravel()], square[:, mast_of.ravel()]


def own_buildings(scene: Scene, points: pd.DataFrame) -> NDArray[np.int32]:
    """Numbers of the buildings that each point is in, by id and by place, filled up with −1; the named one first."""
    by_place = scene.containing(points["lat"], points["lon"])
    if "building" not in points:
        return by_place
    by_name = [scene.index.get(str(name), -1) for name in points["building"]]
    return np.column_stack((np.array(by_name, dtype=np.int32), by_place)).astype(np.int32)


def _raised(scene: Scene, places: pd.DataFrame, height_m: FloatArray, beneath: NDArray[np.int32]) -> FloatArray:
    x, y = scene.frame.to_xy(places["lat"], places["lon"])
    lowest = beneath.max(axis=1, initial=-1)
    ground = scene.ground_m(places["lat"], places["lon"])
    base = np.where(lowest >= 0, np.append(scene.base_m, 0.0)[lowest], ground)
    return np.ascontiguousarray(np.stack((x, y, height_m + base), axis=1))


def p_los_uma(distance_m: ArrayLike, phone_height_m: ArrayLike) -> FloatArray:
    """Probability of line of sight in UMa (3GPP TR 38.901 Table 7.4.2-1); heights count up to 23 m.

    >>> p_los_uma([200.0, 500.0], [1.5, 22.5]).round(4).tolist()
    [0.128, 0.2239]
    """
    d = np.maximum(np.asarray(distance_m, dtype=np.float64), 18.0)
    height = np.minimum(np.asarray(phone_height_m, dtype=np.float64), HIGHEST_PHONE_M)
    raised = (np.maximum(height - 13.0, 0.0) / 10.0) ** 1.5
    street = 18.0 / d + np.exp(-d / 63.0) * (1.0 - 18.0 / d)
    above = 1.0 + raised * 1.25 * (d / 100.0) ** 3 * np.exp(-d / 150.0)
    return np.where(np.asarray(distance_m) <= 18.0, 1.0, np.minimum(street * above, 1.0))


def p_los_umi(distance_m: ArrayLike) -> FloatArray:
    """Probability of line of sight in UMi street canyon (3GPP TR 38.901 Table 7.4.2-1).

    >>> round(float(p_los_umi(100.0)), 4)
    0.231
    """
    d = np.maximum(np.asarray(distance_m, dtype=np.float64), 18.0)
    return np.asarray(18.0 / d + np.exp(-d / 36.0) * (1.0 - 18.0 / d))


def p_los_inh(distance_m: ArrayLike, office: str = "mixed") -> FloatArray:
    """Probability of line of sight in an office, ``mixed`` or ``open`` (3GPP TR 38.901 Table 7.4.2-1)."""
    d = np.asarray(distance_m, dtype=np.float64)
    near, middle, slope, share, far = {"mixed": (1.2, 6.5, 4.7, 0.32, 32.6), "open": (5.0, 49.0, 70.8, 0.54, 211.7)}[
        office
    ]
    close, beyond = (
        np.exp(-(np.maximum(d, near) - near) / slope),
        share * np.exp(-(np.maximum(d, middle) - middle) / far),
    )
    return np.where(d <= middle if office == "open" else d < middle, close, beyond)


def p_los_p1410(
    distance_m: ArrayLike,
    antenna_height_m: ArrayLike,
    phone_height_m: ArrayLike,
    town: Sequence[float] = URBAN,
) -> FloatArray:
    """Probability that no building of a statistical town stands in the way (ITU-R P.1410 §2.1.5).

    From memory of the recommendation; checked against 38.901, which gives 0.224 where this gives 0.221 (500 m,
    22.5 m), and for falling with distance and rising with height.

    Parameters
    ----------
    distance_m, antenna_height_m, phone_height_m : array_like
    town : (float, float, float)
        Share of land built on, buildings per km², height scale γ in metres.

    Examples
    --------
    >>> p_los_p1410(500.0, 30.0, [1.5, 22.5, 67.5]).round(4).tolist()
    [0.0005, 0.2207, 0.8722]
    """
    share, density, scale = town
    distance, high, low = np.broadcast_arrays(
        *(np.asarray(a, dtype=np.float64) for a in (distance_m, antenna_height_m, phone_height_m))
    )
    rows = np.floor(np.minimum(distance, FARTHEST_M) / 1000.0 * np.sqrt(share * density) - 1.0)
    clear = np.where(np.isnan(distance + high + low), np.nan, 1.0)
    for n in range(int(np.nanmax(rows, initial=-1.0)) + 1):
        ray = high - (n + 0.5) * (high - low) / np.maximum(rows + 1.0, 1.0)
        clear = np.where(n <= rows, clear * (1.0 - np.exp(-(ray**2) / (2.0 * scale**2))), clear)
    return np.asarray(clear)
