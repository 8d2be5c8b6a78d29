"""How levels vary in time at one place: spread, memory and white noise, fitted to a log, with their own errors.

A first-order Gauss-Markov process per cell, σ² e^(−t/τ), plus white noise of each report. The autocovariance of cells
reported nearly always tells all three; that of a mean-free series of length D lies 2τ/D of σ² too low (Bartlett 1946,
from memory; checked against simulated series in the tests).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIGMA_DB, TAU_S, NOISE_DB = 4.0, 5.0, 1.0
"""Fading of a phone at rest where the log is too short to tell: an assumption (people, doors, the hand)."""
SIGMA_ERROR, TAU_ERROR, NOISE_ERROR, CELL_SPREAD = 0.2, 0.4, 0.05, 0.1
"""Standard errors of these defaults, see `Fading`: assumptions."""
LEAST_SIGMA_ERROR, LEAST_TAU_ERROR, LEAST_NOISE_ERROR = 0.05, 0.12, 0.03
"""However long the log: cells that leave the list of six now and then are left out, and so are their low levels."""
IDLE_AVERAGE_S = 5.0
"""Idle levels in a log may be averages over this time (TS 45.008 §6.6.1)."""
LONGEST_LAG_S = 10.0
LEAST_SAMPLES = 200
LENGTHS = 8.0
"""A series must be this many times as long as a memory that can be told from it."""
MOST_CELL_SPREAD = 0.3
CODE_VARIANCE_DB2 = 1.0 / 12.0
"""Of rounding to 1 dB."""
MOMENTS = 1.3
"""Error of a fit to lagged products over that of maximum likelihood (simulated series of the tests)."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Fading:
    """How levels vary in time at one point: first-order Gauss-Markov, independent per cell, and white noise.

    `sigma_error`, `tau_error` are standard errors of the logarithms, `noise_error` that of the noise's variance as a
    share of σ²; `cell_spread` is how far the logarithm of σ differs between cells.
    """

    sigma_db: float
    tau_s: float
    samples: int
    noise_db: float = NOISE_DB
    sigma_error: float = 0.0
    tau_error: float = 0.0
    cell_spread: float = 0.0
    noise_error: float = 0.0


@dataclass(frozen=True)
class Series:
    """Levels of one log, place and mode: `level_dbm` (instants, cells), NaN where not reported."""

    time_s: FloatArray
    level_dbm: FloatArray
    idle: bool


@dataclass(frozen=True)
class _Lag:
    """Mean product of residuals `lag_s` apart, of `count` pairs in a series of `length_s`."""

    lag_s: float
    idle: bool
    length_s: float
    product: float
    count: int


def autocovariance(lag_s: FloatArray, tau_s: float, window_s: float) -> FloatArray:
    """Autocovariance of a unit Gauss-Markov process averaged over a window: triangle-weighted exponential."""
    if window_s <= 0:
        return np.asarray(np.exp(-lag_s / tau_s))
    u = np.linspace(-1.0, 1.0, 201)
    weight = (1.0 - np.abs(u)) / (1.0 - np.abs(u)).sum()
    return np.asarray(np.exp(-np.abs(lag_s[:, None] + u * window_s) / tau_s) @ weight)


def fit_fading(series: Iterable[Series]) -> Fading:
    """Spread, memory and noise that the autocovariance of cells reported nearly always shows.

    Whether idle reports are single values or averages over `IDLE_AVERAGE_S` is told by which fits better. Too short a
    log gives the defaults.
    """
    lags: list[_Lag] = []
    spreads: list[tuple[bool, float, float]] = []
    for one in series:
        steady, time = _steady(one)
        lags += _lags(steady, time, one.idle)
        spreads += [(one.idle, float(np.nanvar(column)), float(time[-1] - time[0])) for column in steady.T]
    total = sum(lag.count for lag in lags if lag.lag_s > 0)
    if total < LEAST_SAMPLES:
        return Fading(SIGMA_DB, TAU_S, total, NOISE_DB, SIGMA_ERROR, TAU_ERROR, CELL_SPREAD, NOISE_ERROR)
    longest = np.clip(np.median([length for *_, length in spreads]) / LENGTHS, 2.0, 20.0)
    tries = [(tau, window) for window in (IDLE_AVERAGE_S, 0.0) for tau in np.geomspace(1.0, longest, 40)]
    fits = [_fit(lags, tau, window) for tau, window in tries]
    best = int(np.argmin([misfit for *_, misfit in fits]))
    sigma, noise, _ = fits[best]
    tau = float(tries[best][0])
    independent = max(sum(length for *_, length in spreads) / tau, 2.0)
    return Fading(
        float(np.clip(sigma, 1.0, 10.0)), tau, total, noise,
        float(np.hypot(LEAST_SIGMA_ERROR, MOMENTS * np.sqrt(0.5 / independent))),
        min(float(np.hypot(LEAST_TAU_ERROR, MOMENTS * np.sqrt(2.0 / independent))), 0.7),
        _between_cells(spreads, tau),
        LEAST_NOISE_ERROR + 0.5 / float(np.sqrt(independent)),
    )  # fmt: skip


def _steady(one: Series) -> tuple[FloatArray, FloatArray]:
    """Columns of cells reported in 95 % of the rows, and the times, in order."""
    if len(one.time_s) < 30:
        return np.zeros((2, 0)), np.zeros(2)
    order = np.argsort(one.time_s, kind="stable")
    level = one.level_dbm[order]
    return level[:, np.isfinite(level).mean(axis=0) > 0.95], one.time_s[order]


def _lags(steady: FloatArray, time: FloatArray, idle: bool) -> list[_Lag]:
    """Mean products of residuals at lags up to `LONGEST_LAG_S`; that of lag 0 without the rounding."""
    if steady.shape[1] == 0:
        return []
    residual = steady - np.nanmean(steady, axis=0)
    steps = np.diff(time)
    step, length = float(np.median(steps)), float(np.minimum(steps, LONGEST_LAG_S).sum())
    out = [
        _Lag(0.0, idle, length, float(np.nanmean(residual**2)) - CODE_VARIANCE_DB2, int(np.isfinite(residual).sum()))
    ]
    for k in range(1, int(LONGEST_LAG_S / max(step, 0.1)) + 1):
        apart = np.abs(time[k:] - time[:-k] - k * step) < 0.3 * step
        product = (residual[k:] * residual[:-k])[apart]
        if product.size:
            out.append(_Lag(k * step, idle, length, float(np.nanmean(product)), int(np.isfinite(product).sum())))
    return out


def _fit(lags: list[_Lag], tau: float, window_s: float) -> tuple[float, float, float]:
    """(sigma, noise, weighted misfit) for one memory time and one window of the idle reports: least squares ≥ 0."""
    lag, length, product, count = (
        np.array([getattr(one, name) for one in lags], dtype=float)
        for name in ("lag_s", "length_s", "product", "count")
    )
    count = count / (1.0 + lag) ** 2  # products far apart scatter more, and hang together
    idle = np.array([one.idle for one in lags])
    shape = np.where(idle, autocovariance(lag, tau, window_s), autocovariance(lag, tau, 0.0)) - 2.0 * tau / length
    white = np.where((lag == 0) & ~(idle & (window_s > 0)), 1.0, 0.0)  # an average has next to none
    a, b, c = (count * shape * shape).sum(), (count * shape * white).sum(), (count * white * white).sum()
    p, q = (count * shape * product).sum(), (count * white * product).sum()
    noise = max(float((a * q - b * p) / (a * c - b * b)), 0.0) if c > 0 else NOISE_DB**2
    variance = max(float((p - b * noise) / max(a, 1e-12)), 0.01)
    misfit = (count * (product - variance * shape - noise * white) ** 2).sum()
    return float(np.sqrt(variance)), float(np.sqrt(noise)), float(misfit)


def _between_cells(spreads: list[tuple[bool, float, float]], tau: float) -> float:
    """How far the logarithm of σ differs between cells, beyond what chance makes of series this short."""
    excess = []
    for idle in (False, True):
        of_mode = [(np.log(max(v, 0.01)), tau / max(d, tau)) for mode, v, d in spreads if mode is idle]
        if len(of_mode) >= 3:
            logs, chance = np.array(of_mode).T
            excess.append(float(logs.var(ddof=1) - 2.0 * chance.mean()))
    if not excess:
        return CELL_SPREAD
    return min(0.5 * float(np.sqrt(max(float(np.mean(excess)), 0.0))), MOST_CELL_SPREAD)
