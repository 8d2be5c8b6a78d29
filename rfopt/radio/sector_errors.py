"""Sectors of one mast compared with each other: a turned antenna, exchanged sectors or a wrong power, from few places.

Sectors of one mast seen at one place share the path and nearly all shadowing, so the difference of their levels rests
on azimuth, pattern and power alone. Every way in which a row of the table may be wrong is weighed against the table as
it stands (Bayes), averaged over all its values and not at its best one, so that many ways tried do not make a find.
What is common to the sectors may be anything; a height or a tilt that they share cannot be told.

Assumed: a sector's own shadowing of 10 % of the variance, a constant of its own (feeder, gain, power), and a pattern
that is less sure the farther from boresight, where echoes fill it; how often tables are wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp

from rfopt.geography.buildings import Frame
from rfopt.levels import Levels, Source
from rfopt.network import Network
from rfopt.radio.antennas import load_patterns, number, pattern_of
from rfopt.radio.links import Links, link
from rfopt.radio.pattern import Pattern, gain_dbi
from rfopt.radio.predict import frequencies_mhz
from rfopt.radio.shadowing import correlation, spots_of

FloatArray = NDArray[np.float64]

COMMON_DB = 300.0
"""What the sectors share at a place, path loss and all: anything."""
OWN_DB = 2.2
"""Shadowing of a sector's own: 7 dB, correlated by 0.9 with that of the other sectors."""
CONSTANT_DB = 4.0
"""Standard deviation of what a sector has too much or too little everywhere, with a right table."""
PATTERN_SHARE = 0.25
"""Doubt of the attenuation off boresight, as a share of it."""
UNRULY = (1.0, 1.5, 2.0, 3.0)
"""Factors on all that is a sector's own: how far levels keep to the pattern differs from town to town, and all masts of
a log tell it together."""
LEAST_DBM = {"GSM": -104.0, "LTE": -122.0}
"""A mean below this rests on few reports, those that happened to be strong: it counts as known to be below."""
TURNED, SWAPPED, POWERED = 0.01, 0.005, 0.02
"""How often, a sector: a wrong azimuth, a wrong power; a mast: exchanged sectors."""
TURNS_DEG = np.concatenate([np.arange(-175.0, -15.0, 5.0), np.arange(20.0, 181.0, 5.0)])
POWERS_DB = np.concatenate([np.arange(-30.0, -7.0, 2.0), np.arange(8.0, 31.0, 2.0)])
LIKELY, CERTAIN = 0.95, 0.995
"""Probability of an error from which it is said, and from which it is certain."""
CLEAR = 0.9
"""Share of the error's probability that one explanation must have to be named."""
NEAR_DEG = 1e-4
MOST_SECTORS = 6
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True)
class Doubt:
    """A mast whose sectors' levels contradict its rows of the table.

    Attributes
    ----------
    site : str
    kind : str
        ``azimuth``, ``power``, ``swapped``, or ``unclear`` where the levels do not tell which.
    cells : tuple of str
        The rows in doubt, the most likely first.
    probability : float
        That a row is wrong.
    table, fitted, low, high : float
        The table's value, the best one and its 90 % interval, degrees or dBm; NaN where there is none.
    pair : tuple of str
        The two sectors whose levels tell it.
    measured_db, expected_db : float
        By how much the first is above the second, measured and by the table, mean over `places`.
    places : int
    """

    site: str
    kind: str
    cells: tuple[str, ...]
    probability: float
    table: float
    fitted: float
    low: float
    high: float
    pair: tuple[str, str]
    measured_db: float
    expected_db: float
    places: int

    @property
    def certain(self) -> bool:
        """Whether there is no reasonable doubt that the table is wrong."""
        return self.probability >= CERTAIN


def sector_doubts(levels: Sequence[Levels], network: Network) -> tuple[Doubt, ...]:
    """Masts whose sectors' level differences contradict the table, the surest first.

    Parameters
    ----------
    levels : sequence of Levels
        Of one technology or several, at the same or other places.
    network : Network
    """
    patterns = load_patterns(network.antennas)
    masts = [mast for one in levels for mast in _masts(one, network, patterns)]
    if not masts:
        return ()
    trials = [_try(mast) for mast in masts]
    doubts = (_judge(mast, trial, rest) for mast, trial, rest in zip(masts, trials, _of_others(trials), strict=True))
    return tuple(sorted((d for d in doubts if d is not None), key=lambda d: (-d.probability, d.site, d.cells)))


@dataclass(frozen=True, eq=False)
class _Mast:
    """The sectors of a mast on one band: rows of levels, each of a sector at a place, and the pattern's part of them.

    `level_dbm` is the level or, where `censored`, what it was below.
    """

    cells: pd.DataFrame
    patterns: tuple[Pattern, ...]
    links: Links
    sector: NDArray[np.int64]
    place: NDArray[np.int64]
    level_dbm: FloatArray
    error_db: FloatArray
    censored: NDArray[np.bool_]
    alike: FloatArray

    @property
    def azimuth_deg(self) -> FloatArray:
        return self.cells["azimuth_deg"].to_numpy(dtype=float)

    @property
    def power_dbm(self) -> FloatArray:
        return self.cells["power_dbm"].to_numpy(dtype=float)


def _masts(levels: Levels, network: Network, patterns: Mapping[str, Pattern]) -> Iterator[_Mast]:
    """Masts with two sectors or more of which something is known at one place."""
    cells = network.cells.loc[levels.cells]
    cells = cells[(cells["kind"] == "macro") & cells[["azimuth_deg", "power_dbm", "lat", "lon"]].notna().all(axis=1)]
    if cells.empty or levels.points.empty:
        return
    band = np.round(frequencies_mhz(cells), -2)
    where = (cells[name].to_numpy(dtype=float) / NEAR_DEG for name in ("lat", "lon"))
    keys = zip(cells["site"], cells["rat"], band, *(np.round(x) for x in where), strict=True)
    masts: dict[tuple[Any, ...], list[str]] = {}
    for name, key in zip(cells.index, keys, strict=True):
        masts.setdefault(key, []).append(name)
    for names in masts.values():
        if 2 <= len(names) <= MOST_SECTORS:
            mast = _mast(levels, cells.loc[names], patterns)
            if mast is not None:
                yield mast


def _mast(levels: Levels, cells: pd.DataFrame, patterns: Mapping[str, Pattern]) -> _Mast | None:
    columns = levels.cells.get_indexer(cells.index)
    source, dbm = levels.source[:, columns], levels.dbm[:, columns]
    least = LEAST_DBM[str(cells["rat"].iloc[0])]
    source = np.where((source == Source.MEASURED) & (dbm < least), Source.CENSORED, source)
    dbm = np.where(source == Source.CENSORED, np.fmax(dbm, least), dbm)
    known = ((source == Source.MEASURED) | (source == Source.CENSORED)) & np.isfinite(dbm)
    telling = (known.sum(axis=1) >= 2) & (source == Source.MEASURED).any(axis=1)
    place, sector = np.nonzero(known & telling[:, None])
    if not place.size:
        return None
    points = levels.points
    frame = Frame(float(points["lat"].iloc[0]), float(points["lon"].iloc[0]))
    spots = spots_of(points, frame)
    return _Mast(
        cells, tuple(pattern_of(row, patterns) for _, row in cells.iterrows()),
        link(cells, points, frame), sector, place, dbm[place, sector], levels.error_db[:, columns][place, sector],
        source[place, sector] == Source.CENSORED, correlation(spots, spots)[np.ix_(place, place)],
    )  # fmt: skip


@dataclass(frozen=True)
class _Way:
    """One way in which rows may be wrong, with all its values: the prior of the whole, and what is said of it.

    `azimuth_deg` and `power_db` (above the table's) are per value and sector, `antenna` says per sector whose it is.
    """

    kind: str
    cells: tuple[int, ...]
    prior: float
    values: FloatArray
    azimuth_deg: FloatArray
    antenna: NDArray[np.int64]
    power_db: FloatArray


def _ways(mast: _Mast) -> list[_Way]:
    """The table as it stands first, then every way in which it may be wrong."""
    count = len(mast.cells)
    azimuth, own = mast.azimuth_deg, np.arange(count)
    ways = [
        way
        for s in range(count)
        for way in (
            _single("azimuth", s, TURNED, azimuth[s] + TURNS_DEG, mast),
            _single("power", s, POWERED, POWERS_DB, mast),
        )
    ]
    orders = [order for order in permutations(range(count)) if order != tuple(own)] if count <= 4 else []
    for order in orders:
        moved = tuple(s for s in range(count) if order[s] != s)
        taken = np.array(order)
        prior = SWAPPED / len(orders)
        ways.append(_Way("swapped", moved, prior, np.zeros(1), azimuth[None, taken], taken, np.zeros((1, count))))
    left = 1.0 - sum(way.prior for way in ways)
    return [_Way("table", (), left, np.zeros(1), azimuth[None, :], own, np.zeros((1, count))), *ways]


def _single(kind: str, sector: int, prior: float, values: FloatArray, mast: _Mast) -> _Way:
    shape = len(values), len(mast.cells)
    azimuth = np.broadcast_to(mast.azimuth_deg, shape).copy()
    power = np.zeros(shape)
    (azimuth if kind == "azimuth" else power)[:, sector] = values
    return _Way(kind, (sector,), prior, values, azimuth, np.arange(shape[1]), power)


def _log_likelihood(mast: _Mast, way: _Way) -> FloatArray:
    """Of every value of a way, for each of `UNRULY`; shape (scales, values)."""
    gain, loss = _gains(mast, way)
    off = mast.level_dbm - gain - (mast.power_dbm + way.power_db)[:, mast.sector]
    same = mast.sector[:, None] == mast.sector
    doubt = PATTERN_SHARE * loss
    own = same * (CONSTANT_DB**2 + mast.alike * (OWN_DB**2 + doubt[:, :, None] * doubt[:, None, :]))
    common = COMMON_DB**2 * (mast.place[:, None] == mast.place) + np.diag(mast.error_db**2 + 1.0)
    return np.array([_gaussian(off, common + scale**2 * own, mast.censored) for scale in UNRULY])


def _gains(mast: _Mast, way: _Way) -> tuple[FloatArray, FloatArray]:
    """Gain of every row, and how far below the best of its antenna that is; shape (values, rows)."""
    gain, loss = (np.empty((len(way.values), len(mast.sector))) for _ in range(2))
    for s in range(len(mast.cells)):
        rows, antenna = mast.sector == s, int(way.antenna[s])
        places = mast.place[rows]
        gain[:, rows] = _gain(mast, s, antenna, way.azimuth_deg[:, s, None], places)
        loss[:, rows] = mast.patterns[antenna].gain_dbi - gain[:, rows]
    return gain, np.maximum(loss, 0.0)


def _gain(
    mast: _Mast, sector: int, antenna: int, azimuth_deg: FloatArray | float, place: NDArray[np.int64]
) -> FloatArray:
    """Gain of a sector towards places with another's antenna, at some azimuths."""
    row, pattern = mast.cells.iloc[antenna], mast.patterns[antenna]
    off = mast.links.bearing_deg[place, sector] - azimuth_deg
    up = np.broadcast_to(mast.links.elevation_deg[place, sector], off.shape)
    return gain_dbi(pattern, off, up, number(row, "mech_tilt_deg", 0.0), number(row, "elec_tilt_deg"))


def _gaussian(off_db: FloatArray, cover_db2: FloatArray, censored: NDArray[np.bool_]) -> FloatArray:
    """Log-likelihood of rows of shape (values, rows); censored ones given the others, alike ones as one."""
    seen = ~censored
    root = np.linalg.cholesky(cover_db2[:, seen][:, :, seen])
    pulled = np.linalg.solve(root, off_db[:, seen, None])
    total = -0.5 * (pulled**2).sum(axis=(1, 2)) - np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    if not censored.any():
        return np.asarray(total)
    shared = np.linalg.solve(root, cover_db2[:, seen][:, :, censored])
    left = cover_db2[:, censored][:, :, censored] - shared.swapaxes(1, 2) @ shared
    scale = np.sqrt(np.diagonal(left, axis1=1, axis2=2))
    alike = (left / scale[:, :, None] / scale[:, None, :]).clip(0.0).sum(axis=2)
    below = (off_db[:, censored] - (shared.swapaxes(1, 2) @ pulled)[:, :, 0]) / scale
    return np.asarray(total + (log_ndtr(below) / np.maximum(alike, 1.0)).sum(axis=1))


@dataclass(frozen=True)
class _Trial:
    """All ways tried on a mast: log-likelihood of each one's values (scales, values), and weight (ways, scales)."""

    ways: list[_Way]
    each: list[FloatArray]
    weight: FloatArray


def _try(mast: _Mast) -> _Trial:
    ways = _ways(mast)
    each = [_log_likelihood(mast, way) for way in ways]
    weight = [
        np.log(w.prior) + logsumexp(one, axis=1) - np.log(one.shape[1]) for w, one in zip(ways, each, strict=True)
    ]
    return _Trial(ways, each, np.array(weight))


def _of_others(trials: Sequence[_Trial]) -> FloatArray:
    """What the other masts say of how unruly the place is, shape (masts, scales)."""
    said = np.array([logsumexp(trial.weight, axis=0) for trial in trials])
    return np.asarray(said.sum(axis=0) - said)


def _judge(mast: _Mast, trial: _Trial, others: FloatArray) -> Doubt | None:
    joint = trial.weight + others
    posterior = np.exp(logsumexp(joint, axis=1) - logsumexp(joint))
    wrong = float(posterior[1:].sum())
    scale = int(np.argmax(logsumexp(joint, axis=0)))
    return _doubt(mast, trial.ways, [one[scale] for one in trial.each], posterior, wrong) if wrong >= LIKELY else None


def _doubt(mast: _Mast, ways: Sequence[_Way], each: Sequence[FloatArray], posterior: FloatArray, wrong: float) -> Doubt:
    best = 1 + int(np.argmax(posterior[1:]))
    way, clear = ways[best], posterior[best] >= CLEAR * wrong
    of_cell = [sum(p for w, p in zip(ways, posterior, strict=True) if s in w.cells) for s in range(len(mast.cells))]
    order = sorted(way.cells, key=lambda s: -of_cell[s]) if clear else _in_doubt(of_cell, wrong)
    names = mast.cells.index
    table, fitted, low, high = (np.nan,) * 4
    if clear and way.kind == "swapped":
        table, fitted = mast.azimuth_deg[order[0]], float(way.azimuth_deg[0, order[0]])
        low = high = fitted
    elif clear:
        base = 0.0 if way.kind == "azimuth" else float(mast.power_dbm[order[0]])
        table = float(mast.azimuth_deg[order[0]]) if way.kind == "azimuth" else base
        fitted, low, high = (base + value for value in _interval(way.values, each[best]))
    pair, measured, expected, places = _told_by(mast, order)
    return Doubt(
        str(mast.cells["site"].iloc[0]), way.kind if clear else "unclear", tuple(str(names[s]) for s in order), wrong,
        float(table), float(fitted), float(low), float(high), pair, measured, expected, places,
    )  # fmt: skip


def _in_doubt(of_cell: Iterable[float], wrong: float) -> list[int]:
    """Sectors with a part in the doubt, the most likely first."""
    ranked = sorted(enumerate(of_cell), key=lambda item: -item[1])
    return [s for s, p in ranked if p >= (1.0 - CLEAR) * wrong]


def _interval(values: FloatArray, log_likelihood: FloatArray) -> tuple[float, float, float]:
    """The best value and the quantiles of `INTERVAL`."""
    share = np.exp(log_likelihood - logsumexp(log_likelihood)).cumsum()
    low, high = (float(values[min(int(np.searchsorted(share, q)), len(values) - 1)]) for q in INTERVAL)
    return float(values[int(np.argmax(log_likelihood))]), low, high


def _told_by(mast: _Mast, order: Sequence[int]) -> tuple[tuple[str, str], float, float, int]:
    """The first sector in doubt against the one that its levels contradict most: measured and expected difference."""
    count = len(mast.cells)
    gain = np.column_stack([
        _gain(mast, s, s, float(mast.azimuth_deg[s]), np.arange(len(mast.links.x_m))) for s in range(count)
    ])  # fmt: skip
    level, expected = np.full(gain.shape, np.nan), gain + mast.power_dbm
    level[mast.place, mast.sector] = mast.level_dbm
    first = order[0]
    found = []
    for s in (s for s in range(count) if s != first):
        both = np.isfinite(level[:, first]) & np.isfinite(level[:, s])
        if both.any():
            said = float((level[both, first] - level[both, s]).mean())
            due = float((expected[both, first] - expected[both, s]).mean())
            found.append((abs(said - due), s, said, due, int(both.sum())))
    _, s, said, due, places = max(found)
    names = mast.cells.index
    return (str(names[first]), str(names[s])), said, due, places
