"""Site-table errors that explain a log better than any constant: a wrong azimuth, a wrong height, swapped sectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import log_ndtr

from rfopt.geography.scene import Scene, build_scene
from rfopt.kernels.inverse import inverse
from rfopt.network import Network
from rfopt.radio.antennas import load_patterns, number, pattern_of
from rfopt.radio.calibration import BoolArray, Calibration, FloatArray
from rfopt.radio.calibration_fit import Block, noise_db2, prior_db2
from rfopt.radio.links import Links, link
from rfopt.radio.pattern import Pattern, gain_dbi
from rfopt.radio.predict import predict

LEAST_HEARD, LEAST_PLACES = 5, 12
"""Places that must report the cell, and places that say anything of it."""
LEAST_SPREAD_DEG = 60.0
"""Bearings seen from the antenna must spread this far for its azimuth to be told from a constant."""
STRONG = 10.0
"""Difference of the Bayesian information criterion (Kass and Raftery 1995: above 10 is very strong)."""
TURN_DEG, STEP_DEG = 25.0, 5.0
"""An azimuth error worth a site visit, and the step at which turns are tried."""
HEIGHT_FACTORS = np.array([0.4, 0.5, 0.6, 0.7, 1.0, 1.3, 1.6, 2.0, 2.5])
HEIGHT_SHARE = 0.3
ANY_OFFSET_DB = 30.0
"""Every explanation may shift the cell by any constant: this is its spread."""
DROP_90 = 1.353
"""Half the 90 % quantile of χ² with one degree of freedom: how far the likelihood falls at the interval's ends."""
LARGEST_SITE = 4


@dataclass(frozen=True)
class Suspect:
    """A row of cells.csv that the log contradicts.

    Attributes
    ----------
    kind : str
        ``azimuth``, ``height`` or ``swapped``.
    cell, parameter : str
    table, fitted, low, high : float
        The table's value, the best one and its 90 % interval (of a swap: the other sector's azimuth).
    gain : float
        Log-likelihood over that of the table with any constant.
    bic : float
        Twice the gain less the penalty; above 10 to be reported.
    other : str
        The sector that a swapped cell radiates from.
    """

    kind: str
    cell: str
    parameter: str
    table: float
    fitted: float
    low: float
    high: float
    gain: float
    bic: float
    other: str = ""


@dataclass(frozen=True)
class Check:
    """What the log says of the site table.

    `tested` are the macros whose azimuth the log can tell; `untold` those where it can not: too few places, or all of
    them on one side.
    """

    suspects: tuple[Suspect, ...]
    tested: tuple[str, ...]
    untold: tuple[str, ...]


def check_sites(calibration: Calibration, network: Network, scene: Scene | None = None) -> Check:
    """Compare, per macro cell, the table with any constant to another azimuth, another height, or a sector's swap.

    Levels reported and levels censored count, with their correlation; the likelihood of the censored ones is that
    given the reported ones, weighted down where they say the same.

    Parameters
    ----------
    calibration : Calibration
    network : Network
        The one it was fitted with.
    scene : Scene, optional
        Of the network's buildings, where it was made before.
    """
    scene = build_scene(network.buildings, terrain=network.terrain) if scene is None else scene
    patterns = load_patterns(network.antennas)
    names = calibration.cells.index[(calibration.cells["kind"] == "macro").to_numpy()]
    views = [_view(calibration, network, str(name), patterns) for name in names]
    told = [view for view in views if view.tells]
    tested = [view.name for view in told]
    found = [_turned(view) for view in told] + _swaps(told)
    if told:
        shift = _heights(calibration, network, scene, tested)
        column = network.subset(tested).cells.index.get_indexer(pd.Index(tested))
        found += [_moved(view, shift[:, :, k]) for view, k in zip(told, column, strict=True)]
    untold = tuple(view.name for view in views if not view.tells)
    return Check(_best(s for s in found if s is not None), tuple(tested), untold)


def _best(found: Iterable[Suspect]) -> tuple[Suspect, ...]:
    """The best explanation of each cell, the surest cell first."""
    best: dict[str, Suspect] = {}
    for suspect in sorted(found, key=lambda s: (-s.bic, s.cell, s.kind)):
        best.setdefault(suspect.cell, suspect)
    return tuple(best.values())


@dataclass(frozen=True, eq=False)
class _Likelihood:
    """Log-likelihood of one cell's rows for any shift of its prediction, up to a constant.

    Attributes
    ----------
    seen_db, limit_db : ndarray, shape (reported,) and (censored,)
        Level and limit less the prediction of the table.
    inverse : ndarray, shape (reported, reported)
        Of the covariance of the reported levels.
    reach : ndarray, shape (censored, reported)
        What a reported level says of the censored ones.
    scale_db, weight : ndarray, shape (censored,)
        Standard deviation left, and one over the number of censored rows that say the same.
    """

    seen: BoolArray
    seen_db: FloatArray
    limit_db: FloatArray
    inverse: FloatArray
    reach: FloatArray
    scale_db: FloatArray
    weight: FloatArray

    def of(self, shift_db: FloatArray) -> FloatArray:
        """For shifts of shape (rows, explanations): shape (explanations,)."""
        off = self.seen_db[:, None] - shift_db[self.seen]
        pulled = self.inverse @ off
        below = (self.limit_db[:, None] - shift_db[~self.seen] - self.reach @ off) / self.scale_db[:, None]
        return np.asarray(-0.5 * np.sum(off * pulled, axis=0) + self.weight @ log_ndtr(below))


def _likelihood(block: Block, prior_db2: FloatArray, known_db: FloatArray, stand_db2: FloatArray) -> _Likelihood:
    seen, below = ~block.censored, block.censored
    own = inverse(prior_db2[np.ix_(seen, seen)] + np.diag(stand_db2[seen]))
    shared = prior_db2[np.ix_(below, seen)]
    reach = shared @ own
    left = prior_db2[np.ix_(below, below)] - reach @ shared.T + np.diag(noise_db2(block.error_db[below]))
    scale = np.sqrt(np.diag(left))
    alike = np.maximum(left / scale[:, None] / scale, 0.0).sum(axis=1)
    off = block.value_db - known_db
    return _Likelihood(seen, off[seen], off[below], own, reach, scale, 1.0 / np.maximum(alike, 1.0))


@dataclass(frozen=True, eq=False)
class _View:
    """One cell as its places see it: its row, geometry, the gain by the table, and the likelihood of its levels."""

    name: str
    row: pd.Series[Any]
    links: Links
    places: NDArray[np.int64]
    pattern: Pattern
    gain_dbi: FloatArray
    likelihood: _Likelihood
    tells: bool

    @property
    def azimuth_deg(self) -> float:
        return number(self.row, "azimuth_deg")

    def bic(self, gain: float) -> float:
        """Twice a gain of log-likelihood less the penalty for one parameter."""
        return 2.0 * gain - float(np.log(len(self.places)))

    def shift_db(self, other: _View, azimuth_deg: FloatArray) -> FloatArray:
        """What the levels move by if the antenna is another's, at other azimuths; shape (places, azimuths)."""
        return _gain(self.links, other.row, other.pattern, azimuth_deg) - self.gain_dbi

    def table(self) -> float:
        """Log-likelihood of the table's row with any constant."""
        return float(self.likelihood.of(np.zeros((len(self.places), 1)))[0])


def _view(calibration: Calibration, network: Network, name: str, patterns: Mapping[str, Pattern]) -> _View:
    cell = int(calibration.cells.index.get_indexer(pd.Index([name]))[0])
    block, row = calibration.blocks[cell], cast("pd.Series[Any]", network.cells.loc[name])
    places = calibration.rows["place"].to_numpy()[calibration.members[cell]]
    links = link(network.cells.loc[[name]], calibration.points.iloc[places], calibration.frame)
    azimuth, pattern = number(row, "azimuth_deg"), pattern_of(row, patterns)
    likelihood = _likelihood(
        block,
        prior_db2(block, calibration.spread) + ANY_OFFSET_DB**2,
        block.x @ calibration.solution.terms,
        calibration.stands[cell].variance_db2,
    )
    enough = (~block.censored).sum() >= LEAST_HEARD and len(places) >= LEAST_PLACES
    tells = bool(enough and _spread_deg(links.bearing_deg[:, 0]) >= LEAST_SPREAD_DEG and not np.isnan(azimuth))
    gain = _gain(links, row, pattern, np.array([azimuth]))
    return _View(name, row, links, places, pattern, gain, likelihood, tells)


def _gain(links: Links, row: pd.Series[Any], pattern: Pattern, azimuth_deg: FloatArray) -> FloatArray:
    """Gain of a row's antenna towards every place at several azimuths, dBi, shape (places, azimuths)."""
    off = links.bearing_deg - azimuth_deg
    tilt, elec = number(row, "mech_tilt_deg", 0.0), number(row, "elec_tilt_deg")
    return gain_dbi(pattern, off, np.broadcast_to(links.elevation_deg, off.shape), tilt, elec)


def _spread_deg(bearing_deg: FloatArray) -> float:
    """The smallest sector that holds all bearings.

    >>> _spread_deg(np.array([350.0, 10.0, 20.0]))
    30.0
    """
    turn = np.sort(bearing_deg % 360.0)
    return float(360.0 - np.max(np.diff(turn, append=turn[0] + 360.0)))


def _turned(view: _View) -> Suspect | None:
    turn = np.arange(-180.0, 180.0, STEP_DEG)
    gain = view.likelihood.of(view.shift_db(view, view.azimuth_deg + turn)) - view.table()
    fine = np.arange(-180.0, 180.0)
    at_fine = np.interp(fine, np.append(turn, 180.0), np.append(gain, gain[0]))
    best = float(fine[np.argmax(at_fine)])
    about = fine[at_fine >= at_fine.max() - DROP_90]
    reach = (about - best + 180.0) % 360.0 - 180.0
    most = float(at_fine.max())
    if view.bic(most) <= STRONG or abs(best) < TURN_DEG:
        return None
    table = view.azimuth_deg
    low, high = float(reach.min()), float(reach.max())
    fitted = (table + best) % 360.0
    return Suspect(
        "azimuth", view.name, "azimuth_deg", table, fitted, fitted + low, fitted + high, most, view.bic(most)
    )


def _heights(calibration: Calibration, network: Network, scene: Scene, names: Sequence[str]) -> FloatArray:
    """What the levels move by if an antenna is higher or lower, dB, shape (factors, places, cells)."""
    near = network.subset(names)
    table = predict(near, calibration.points, scene)
    tried = [near.cells.assign(height_m=near.cells["height_m"] * factor) for factor in HEIGHT_FACTORS]
    return np.array([predict(replace(near, cells=cells), calibration.points, scene) - table for cells in tried])


def _moved(view: _View, shift_db: FloatArray) -> Suspect | None:
    """The height, from shifts of shape (factors, all places)."""
    gain = view.likelihood.of(shift_db[:, view.places].T) - view.table()
    best = int(np.argmax(gain))
    if view.bic(float(gain[best])) <= STRONG or abs(HEIGHT_FACTORS[best] - 1.0) < HEIGHT_SHARE:
        return None
    fine = np.linspace(HEIGHT_FACTORS[0], HEIGHT_FACTORS[-1], 211)
    about = fine[np.interp(fine, HEIGHT_FACTORS, gain) >= gain[best] - DROP_90]
    table = number(view.row, "height_m")
    low, high = float(about.min() * table), float(about.max() * table)
    fitted, most = float(HEIGHT_FACTORS[best] * table), float(gain[best])
    return Suspect("height", view.name, "height_m", table, fitted, low, high, most, view.bic(most))


def _swaps(views: Sequence[_View]) -> list[Suspect]:
    """Sectors of one site and technology that radiate from each other's antennas."""
    sites: dict[tuple[str, str, float], list[_View]] = {}
    for view in views:
        key = str(view.row["site"]), str(view.row["rat"]), float(view.row["lat"])
        sites.setdefault(key, []).append(view)
    found = []
    for sectors in sites.values():
        if 2 <= len(sectors) <= LARGEST_SITE:
            found += _swapped(sectors)
    return found


def _swapped(sectors: Sequence[_View]) -> list[Suspect]:
    """The best exchange of antennas at one site, a suspect for every sector that takes part."""
    gain = np.array([[_exchanged(a, b) for b in sectors] for a in sectors])
    orders = [order for order in permutations(range(len(sectors))) if list(order) != sorted(order)]
    best = max(orders, key=lambda order: sum(gain[a, b] for a, b in enumerate(order)))
    moved = [(a, b) for a, b in enumerate(best) if a != b]
    if any(_apart_deg(sectors[a].azimuth_deg, sectors[b].azimuth_deg) < TURN_DEG for a, b in moved):
        return []
    total = float(sum(gain[a, b] for a, b in moved))
    bic = min(sectors[a].bic(total) for a, _ in moved)
    if bic <= STRONG or any(gain[a, b] <= 0.0 for a, b in moved):
        return []
    return [_swap(sectors[a], sectors[b], total, bic) for a, b in moved]


def _exchanged(view: _View, other: _View) -> float:
    """Gain of log-likelihood if a cell radiates from another's antenna."""
    if view is other:
        return 0.0
    return float(view.likelihood.of(view.shift_db(other, np.array([other.azimuth_deg])))[0]) - view.table()


def _apart_deg(a_deg: float, b_deg: float) -> float:
    return abs((a_deg - b_deg + 180.0) % 360.0 - 180.0)


def _swap(view: _View, other: _View, gain: float, bic: float) -> Suspect:
    there = other.azimuth_deg
    return Suspect("swapped", view.name, "azimuth_deg", view.azimuth_deg, there, there, there, gain, bic, other.name)
