"""The part of a city that a case is about: what can be heard where its phones were, and what that is related to.

A network of ten thousand cells is one value; nothing that a case asks of it depends on a cell that no phone could hear,
so that a case is worked on with its neighbourhood alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from rfopt.geography.buildings import Frame, centres_of
from rfopt.identify import FARTHEST_KM
from rfopt.network import Network, Plan

GRID_DEG = 0.01
"""Places are told apart by this much, about a kilometre; the reach grows by as much."""
MARGIN_KM = 1.5


def neighbourhood(network: Network, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> Network:
    """The cells and buildings within reach of some places, and the cells that those cells are related to.

    Parameters
    ----------
    lat, lon : array, shape (places,)
        Where phones were, WGS84 degrees; NaN for places that are not known.

    Returns
    -------
    Network
        The same value where everything is within reach.
    """
    known = np.isfinite(lat) & np.isfinite(lon)
    if not known.any():
        return network
    places = np.unique(np.round(np.stack([lat[known], lon[known]], axis=1) / GRID_DEG) * GRID_DEG, axis=0)
    reach = _Reach(places)
    heard = reach.holds(network.cells["lat"].to_numpy(dtype=float), network.cells["lon"].to_numpy(dtype=float))
    if heard.all():
        return network
    names = set(network.cells.index[heard])
    standing = reach.holds(*centres_of(network.buildings))
    buildings = tuple(b for b, near in zip(network.buildings, standing, strict=True) if near)
    return replace(network.subset(names.union(*network.touching(names))), buildings=buildings)


class _Reach:
    """What lies within reach of some places."""

    def __init__(self, places: NDArray[np.float64]):
        self.frame = Frame(float(places[0, 0]), float(places[0, 1]))
        self.tree = cKDTree(self._metres(places[:, 0], places[:, 1]))

    def _metres(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack(self.frame.to_xy(lat, lon), axis=1)

    def holds(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
        """True where a place is within reach."""
        apart_m, _ = self.tree.query(self._metres(lat, lon))
        return np.asarray(apart_m <= (FARTHEST_KM + MARGIN_KM) * 1000.0)


def part_of(plan: Plan, network: Network) -> Plan:
    """The changes of a plan for a city that touch a neighbourhood; the rest changes nothing there."""
    here = network.cells.index
    towards = ((c, None if c.parameter == "redirect_arfcn" else c.neighbour) for c in plan)
    return tuple(c for c, other in towards if c.cell in here and (other is None or other in here))
