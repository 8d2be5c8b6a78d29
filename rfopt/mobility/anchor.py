"""Measured levels anchor everything: from readings to the mean level of each cell at each point.

A phone reports at most six GSM or eight LTE neighbours. A cell it could have reported and did not was below the
weakest one reported: a censored value, not an absent one. The mean is the maximum-likelihood mean of a normal level
under that censoring; its error follows from how fast the fading forgets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri

from rfopt.levels import Levels, Source
from rfopt.mobility.interference import gsm_coupling, lte_coupling
from rfopt.mobility.setup import DECODE_CI_DB, ba_matrix
from rfopt.network import Network
from rfopt.scene import floor_height_m
from rfopt.units import GSM_NOISE_DBM, LTE_NOISE_DBM, mw

SIGMA_DB, TAU_S = 4.0, 5.0
"""Fading of a phone at rest where the log is too short to tell: an assumption (people, doors, the hand)."""
IDLE_AVERAGE_S = 5.0
"""Idle levels in a log are taken as averages over this time (TS 45.008 §6.6.1)."""
MOST_NEIGHBOURS = {"GSM": 6, "LTE": 8}
LEVEL_COLUMN = {"GSM": "rxlev_dbm", "LTE": "rsrp_dbm"}
CODE_CENTRE_DB = {"GSM": -0.5, "LTE": 0.5}
"""Centre of a report code's 1 dB against the value a log states: RXLEV states its upper edge, RSRP its lower."""
LEAST_ERROR_DB = 0.3
OFTEN = 0.2
"""A cell unreported in this share of the instants it could have been in is near what can be decoded."""


@dataclass(frozen=True)
class Fading:
    """How levels vary in time at one point: first-order Gauss-Markov, independent per cell."""

    sigma_db: float
    tau_s: float
    samples: int


@dataclass(frozen=True)
class Anchor:
    """What the log says about one technology.

    `floor_mw` (points, cells) is interference from what the tables do not explain, plus noise, per cell's channel.
    """

    rat: str
    levels: Levels
    fading: Fading
    floor_mw: NDArray[np.float64]


@dataclass(frozen=True)
class Stretch:
    """Reports of one technology at one point: level[instant, cell] in dBm with NaN where not reported.

    `log` numbers the files, whose clocks have nothing to do with each other; `reported` counts neighbours.
    """

    point: str
    time_s: NDArray[np.float64]
    log: NDArray[np.int64]
    idle: NDArray[np.bool_]
    server: NDArray[np.int64]
    level_dbm: NDArray[np.float64]
    reported: NDArray[np.int64]
    weakest_dbm: NDArray[np.float64]
    interference_dbm: NDArray[np.float64]


def anchor(readings: pd.DataFrame, network: Network, rat: str) -> Anchor:
    """Mean levels, fading and interference floor of one technology at every point of the log.

    Parameters
    ----------
    readings : DataFrame
        Identified readings (`rfopt.identify.identify`).
    network : Network
        Gives BA lists, carriers and couplings.
    rat : str
        ``GSM`` or ``LTE``.
    """
    rows = readings[(readings["rat"] == rat) & readings[LEVEL_COLUMN[rat]].notna()]
    rows = rows[~rows["event"].isin(["csfb_ok", "csfb_fail"])]
    names = network.of_rat(rat).index
    heard = names[names.isin(rows["cell"].unique())]
    points = _points(rows[rows["cell"].isin(heard)])
    stretches = [_stretch(point, rows[rows["point"] == point], heard, rat) for point in points.index]
    fading = fit_fading(stretches)
    least = _least_reported(stretches, len(heard))
    shape = (len(points), len(heard))
    dbm, error = np.full(shape, np.nan), np.full(shape, np.nan)
    source = np.zeros(shape, dtype=np.int8)
    limits = [_limits_dbm(stretch, heard, network, rat, least) for stretch in stretches]
    for p, stretch in enumerate(stretches):
        for c in range(len(heard)):
            dbm[p, c], error[p, c], source[p, c] = _mean(stretch.level_dbm[:, c], limits[p][:, c], stretch, fading)
    levels = Levels(points, heard, dbm, error, source)
    return Anchor(rat, levels, fading, _floors(stretches, levels, fading, network, rat, limits))


def _least_reported(stretches: list[Stretch], cells: int) -> NDArray[np.float64]:
    """What it takes to be reported as a neighbour, per cell [dBm]; −inf if nothing ever was.

    The weakest report of a cell that comes and goes tells; for one that is always there, or never, the weakest of all.
    """
    least, comes_and_goes = np.full(cells, np.inf), np.zeros(cells, dtype=bool)
    for stretch in stretches:
        neighbour = np.where(stretch.server[:, None] == np.arange(cells), np.nan, stretch.level_dbm)
        least = np.fmin(least, np.min(np.nan_to_num(neighbour, nan=np.inf), axis=0, initial=np.inf))
        share = np.isfinite(stretch.level_dbm).mean(axis=0) if len(neighbour) else np.zeros(cells)
        comes_and_goes |= (share > 0.02) & (share < 0.9)
    weakest = least.min(initial=np.inf)
    least = np.where(comes_and_goes & np.isfinite(least), least, weakest)
    return np.where(np.isfinite(least), least, -np.inf)


def _points(rows: pd.DataFrame) -> pd.DataFrame:
    points = rows.groupby("point", sort=True)[["lat", "lon", "floor"]].median()
    points["height_m"] = np.where(points["floor"].isna(), 1.5, floor_height_m(points["floor"].fillna(1).to_numpy()))
    return points


def _stretch(point: str, rows: pd.DataFrame, cells: pd.Index, rat: str) -> Stretch:
    """The instants at which a cell of the table was reported; strangers count among the neighbours of an instant."""
    instants = ["file", "mode", "time"]
    rows = rows[rows["cell"].isin(cells).groupby([rows[name] for name in instants]).transform("any")]
    instant = rows.groupby(instants, sort=True).ngroup().to_numpy()
    count = int(instant.max()) + 1 if len(rows) else 0
    dbm = rows[LEVEL_COLUMN[rat]].to_numpy(dtype=float) + CODE_CENTRE_DB[rat]
    position = cells.get_indexer(pd.Index(rows["cell"]))
    serving, known = rows["serving"].to_numpy(dtype=bool), position >= 0
    level = np.full((count, len(cells)), np.nan)
    level[instant[known], position[known]] = dbm[known]
    time, idle, log = np.zeros(count), np.zeros(count, dtype=bool), np.zeros(count, dtype=np.int64)
    time[instant], idle[instant] = rows["time"].to_numpy(), (rows["mode"] == "idle").to_numpy()
    log[instant] = pd.factorize(rows["file"])[0]
    server, disturbed = np.full(count, -1), np.full(count, np.nan)
    server[instant[serving]] = position[serving]
    disturbed[instant[serving]] = (dbm - rows["ci_db" if rat == "GSM" else "sinr_db"].to_numpy())[serving]
    neighbours, weakest = np.zeros(count, dtype=np.int64), np.full(count, np.inf)
    np.add.at(neighbours, instant[~serving], 1)
    np.fmin.at(weakest, instant[~serving], dbm[~serving])
    return Stretch(point, time, log, idle, server, level, neighbours, weakest, disturbed)


def _limits_dbm(
    stretch: Stretch, cells: pd.Index, network: Network, rat: str, least: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The level below which each cell would not have been reported, (instants, cells); NaN = could not be at all."""
    full = stretch.reported >= MOST_NEIGHBOURS[rat]
    limit = np.where(full[:, None], np.fmax(stretch.weakest_dbm[:, None] - 1.0, least), least)
    limit[~np.isfinite(limit)] = np.nan
    channel = network.cells.loc[cells, "arfcn" if rat == "GSM" else "earfcn"].to_numpy()
    if rat == "GSM":
        listed = np.vstack([ba_matrix(network, cells), np.zeros(len(cells), dtype=bool)])
        limit = np.where(listed[stretch.server], limit, np.nan)  # the list of an unknown server is not known
    else:
        seen = np.stack([np.isfinite(stretch.level_dbm[:, channel == f]).any(axis=1) for f in channel], axis=1)
        limit = np.where(seen, limit, np.nan)
    if rat == "GSM":
        _raise_on_shared_carrier(limit, stretch.level_dbm, channel)
    return limit


def _raise_on_shared_carrier(
    limit: NDArray[np.float64], level: NDArray[np.float64], channel: NDArray[np.float64]
) -> None:
    """On one ARFCN a phone reads the stronger BSIC only: the other one is below it, in place."""
    for c in range(len(channel)):
        rivals = np.flatnonzero((channel == channel[c]) & (np.arange(len(channel)) != c))
        for rival in rivals:
            heard = np.isfinite(level[:, rival])
            limit[heard, c] = np.fmax(limit[heard, c], level[heard, rival])


def _mean(
    level: NDArray[np.float64], limit: NDArray[np.float64], stretch: Stretch, fading: Fading
) -> tuple[float, float, Source]:
    """(mean, its standard error, source) of one cell at one point."""
    seen = np.isfinite(level)
    below = ~seen & np.isfinite(limit)
    share = _independent_share(stretch.time_s, fading.tau_s)
    if not seen.any():
        if not below.any():
            return np.nan, np.nan, Source.UNKNOWN
        n = max(below.sum() * share, 1.0)
        return float(np.median(limit[below]) - fading.sigma_db * ndtri(0.5 ** (1.0 / n))), 3.0, Source.CENSORED
    sigma = fading.sigma_db
    mean = censored_mean(level[seen], limit[below], sigma)
    n = max((seen.sum() + 0.5 * below.sum()) * share, 1.0)
    return mean, max(sigma / np.sqrt(n), LEAST_ERROR_DB), Source.MEASURED


def _independent_share(time_s: NDArray[np.float64], tau_s: float) -> float:
    """Independent samples per sample of a Gauss-Markov series: step / (2τ), at most 1."""
    steps = np.diff(time_s)
    step = float(np.median(steps[steps > 0])) if (steps > 0).any() else 2 * tau_s
    return min(1.0, max(step, 0.1) / (2.0 * tau_s))


def censored_mean(seen_dbm: NDArray[np.float64], limits_dbm: NDArray[np.float64], sigma_db: float) -> float:
    """Maximum-likelihood mean of a normal level, some values known only to lie below a limit.

    Newton's method on the log-likelihood, which is concave in the mean.

    >>> round(censored_mean(np.array([-80.0, -82.0]), np.array([]), 4.0), 2)
    -81.0
    """
    mean = float(seen_dbm.mean())
    if limits_dbm.size == 0:
        return mean
    for _ in range(50):
        z = (limits_dbm - mean) / sigma_db
        hazard = np.exp(-0.5 * z * z - 0.5 * np.log(2 * np.pi) - log_ndtr(z))
        slope = (seen_dbm - mean).sum() / sigma_db**2 - hazard.sum() / sigma_db
        curve = -seen_dbm.size / sigma_db**2 - (hazard * (z + hazard)).sum() / sigma_db**2
        step = float(np.clip(-slope / curve, -10.0, 10.0))
        mean += step
        if abs(step) < 1e-6:
            break
    return mean


def autocovariance(lag_s: NDArray[np.float64], tau_s: float, window_s: float) -> NDArray[np.float64]:
    """Autocovariance of a unit Gauss-Markov process averaged over a window: triangle-weighted exponential."""
    if window_s <= 0:
        return np.asarray(np.exp(-lag_s / tau_s))
    u = np.linspace(-1.0, 1.0, 201)
    weight = (1.0 - np.abs(u)) / (1.0 - np.abs(u)).sum()
    return np.asarray(np.exp(-np.abs(lag_s[:, None] + u * window_s) / tau_s) @ weight)


def fit_fading(stretches: list[Stretch]) -> Fading:
    """Spread and memory of the fading, fitted to the autocovariance of cells reported nearly always.

    Call reports are single values, idle ones averages over `IDLE_AVERAGE_S`. Too short a log gives the defaults.
    """
    lags: list[tuple[float, float, float, int]] = []
    for stretch in stretches:
        for log in np.unique(stretch.log):
            for idle, window in ((False, 0.0), (True, IDLE_AVERAGE_S)):
                lags += _lag_products(stretch, (stretch.log == log) & (stretch.idle == idle), window)
    total = sum(n for *_, n in lags)
    if total < 200:
        return Fading(SIGMA_DB, TAU_S, total)
    taus = np.geomspace(1.0, 20.0, 40)
    fits = [_fit_sigma(lags, tau) for tau in taus]
    best = int(np.argmin([misfit for _, misfit in fits]))
    return Fading(float(np.clip(fits[best][0], 1.0, 10.0)), float(taus[best]), total)


def _lag_products(stretch: Stretch, rows: NDArray[np.bool_], window_s: float) -> list[tuple[float, float, float, int]]:
    """(lag, window, mean product, count) at lags up to 10 s, of each cell reported in 95 % of the rows."""
    time, level = stretch.time_s[rows], stretch.level_dbm[rows]
    if len(time) < 30:
        return []
    order = np.argsort(time, kind="stable")
    time, level = time[order], level[order]
    steady = level[:, np.isfinite(level).mean(axis=0) > 0.95]
    if steady.shape[1] == 0:
        return []
    residual = steady - np.nanmean(steady, axis=0)
    step = float(np.median(np.diff(time)))
    out = []
    for k in range(1, int(10.0 / max(step, 0.1)) + 1):
        apart = np.abs(time[k:] - time[:-k] - k * step) < 0.3 * step
        product = (residual[k:] * residual[:-k])[apart]
        if product.size:
            out.append((k * step, window_s, float(np.nanmean(product)), int(np.isfinite(product).sum())))
    return out


def _fit_sigma(lags: list[tuple[float, float, float, int]], tau: float) -> tuple[float, float]:
    """(sigma, weighted misfit) for one memory time."""
    lag, window, product, count = (np.array(column) for column in zip(*lags, strict=True))
    shape = np.empty(len(lag))
    for w in np.unique(window):
        shape[window == w] = autocovariance(lag[window == w], tau, float(w))
    variance = max(float((count * shape * product).sum() / (count * shape * shape).sum()), 0.01)
    return float(np.sqrt(variance)), float((count * (product - variance * shape) ** 2).sum())


def _floors(
    stretches: list[Stretch],
    levels: Levels,
    fading: Fading,
    network: Network,
    rat: str,
    limits: list[NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Interference that the known cells do not explain, plus noise, per point and cell, in mW.

    From level − C/I (or − SINR) of the serving cell, less what the known cells cause on average. Where a cell never
    served: the median over the points where it did; else, for a cell that often went unreported, what its weakest
    report leaves room for; else noise alone.
    """
    noise = float(mw(GSM_NOISE_DBM if rat == "GSM" else LTE_NOISE_DBM))
    cells = network.cells.loc[levels.cells]
    coupling = gsm_coupling(cells, traffic=True) if rat == "GSM" else lte_coupling(cells)
    spread = np.exp(0.5 * (fading.sigma_db * np.log(10.0) / 10.0) ** 2)
    usual = np.nan_to_num(mw(levels.dbm), nan=0.0) * spread
    floor = np.full(levels.dbm.shape, np.nan)
    for p, stretch in enumerate(stretches):
        for c in range(len(levels.cells)):
            rest = _unexplained_mw(stretch, c, usual[p], coupling[c])
            if rest.size >= 5:
                floor[p, c] = max(float(rest.mean()), noise)
    served = _median(floor)
    elsewhere = np.where(np.isfinite(served), served, _by_weakest_report(stretches, limits, noise))
    return np.where(np.isfinite(floor), floor, elsewhere[None, :])


def _by_weakest_report(
    stretches: list[Stretch], limits: list[NDArray[np.float64]], noise: float
) -> NDArray[np.float64]:
    """The floor at which a cell's weakest report is just decodable, for cells unreported in `OFTEN` of the instants."""
    if not stretches:
        return np.zeros(0)
    level = np.concatenate([stretch.level_dbm for stretch in stretches])
    limit = np.concatenate(limits)
    could, did = np.isfinite(limit), np.isfinite(level)
    with np.errstate(invalid="ignore"):
        unreported = (could & ~did).sum(axis=0) / np.maximum((could | did).sum(axis=0), 1)
    weakest = np.where(did, level, np.inf).min(axis=0, initial=np.inf)
    room = mw(np.where(np.isfinite(weakest), weakest, -np.inf) - DECODE_CI_DB)
    return np.where(unreported >= OFTEN, np.maximum(room, noise), noise)


def _median(floor: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array(
        [np.median(column[np.isfinite(column)]) if np.isfinite(column).any() else np.nan for column in floor.T]
    )


def _unexplained_mw(
    stretch: Stretch, cell: int, usual_mw: NDArray[np.float64], coupling: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What the cell's quality shows at each instant it served, less what the other cells caused just then.

    A cell reported at the instant counts with that report, another with its mean: interference fades, and the mean
    of a short log would leave a rest that nobody causes.
    """
    at = (stretch.server == cell) & np.isfinite(stretch.interference_dbm)
    heard = np.where(np.isfinite(stretch.level_dbm[at]), mw(stretch.level_dbm[at]), usual_mw)
    return np.asarray(mw(stretch.interference_dbm[at]) - heard @ coupling)
