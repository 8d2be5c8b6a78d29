"""Interference that the tables do not explain: how much, how it varies, and how sure that is.

It comes from somewhere, so it fades like everything else: a constant floor of the same mean makes C/I too steady.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.levels import Levels
from rfopt.mobility.fading import Fading
from rfopt.mobility.interference import calls_coupling, gsm_coupling, lte_coupling
from rfopt.mobility.setup import DECODE_CI_DB
from rfopt.mobility.stretch import Stretch
from rfopt.network import Network
from rfopt.units import GSM_NOISE_DBM, LTE_NOISE_DBM, dbm, mw

OFTEN = 0.2
"""A cell unreported in this share of the instants it could have been in is near what can be decoded."""
LEAST_INSTANTS = 5
STATED_NOISE_DB = 1.1
"""Scatter of level − C/I without any fading: of a stated C/I and of two roundings; an assumption."""
MOST_SPREAD_DB = 8.0
LEAST_SHARE = 0.1
"""A floor that is less than this share of all interference may vary as it likes."""
MOST_ERROR_DB, ELSEWHERE_ERROR_DB = 3.0, 6.0
"""Largest standard error of a floor that calls showed, and that of one taken from other points: assumptions."""
NEPER = float(np.log(10.0) / 10.0)
EXPLAINED = 0.3, 4.0
"""Share of the interference in calls that known cells cause by tables and levels, between which all of it is taken to
be theirs: what a traffic carrier sends is a guess, and a rival is read where it is strong, so that its mean may be some
decibels too high. Outside, something else disturbs. Assumptions."""
PLAINLY = float(np.log(1.5))
"""How much better, in the logarithm of that share, calls on the BCCH carrier too must explain their quality."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Floors:
    """Unexplained interference plus noise per point and cell (points, cells).

    `mean_mw` in the mean; `share` of all interference on the cell that it is; `spread_db` the standard deviation of
    its fading (0 for noise alone); `error_db` the standard error of the mean. As the C/I of calls tells,
    `beacon_share` (cells,) of those on a GSM cell are on its BCCH carrier, and known cells disturb them `scale` times
    as much as tables and levels say.
    """

    mean_mw: FloatArray
    share: FloatArray
    spread_db: FloatArray
    error_db: FloatArray
    beacon_share: FloatArray
    scale: FloatArray


def fit_floors(
    stretches: list[Stretch], levels: Levels, fading: Fading, network: Network, rat: str, limits: list[FloatArray]
) -> Floors:
    """From level − C/I (or − SINR) of the serving cell, less what the known cells cause on average.

    Where a cell never served: the median over the points where it did; else, for a cell that often went unreported,
    what its weakest report leaves room for; else noise alone.
    """
    noise = float(mw(GSM_NOISE_DBM if rat == "GSM" else LTE_NOISE_DBM))
    cells = network.cells.loc[levels.cells]
    usual = np.nan_to_num(mw(levels.dbm), nan=0.0) * np.exp(0.5 * (fading.sigma_db * NEPER) ** 2)
    coupling, beacon_share, scale = _coupling(stretches, usual, cells, rat)
    floor, spread, error = (np.full(levels.dbm.shape, np.nan) for _ in range(3))
    for p, stretch in enumerate(stretches):
        for c in range(len(levels.cells)):
            whole, known, guessed = _parts_mw(stretch, c, usual[p], coupling[p, c])
            level = stretch.level_dbm[(stretch.server == c) & np.isfinite(stretch.interference_dbm), c]
            if whole.size >= LEAST_INSTANTS:
                floor[p, c] = max(float((whole - known).mean()), noise)
                spread[p, c] = _spread_db(level, whole, known, guessed, floor[p, c], noise, fading)
                error[p, c] = _error_db(whole - known, floor[p, c], noise, stretch, c, fading.tau_s)
    served = np.isfinite(floor)
    elsewhere = _median(floor)
    elsewhere = np.where(np.isfinite(elsewhere), elsewhere, _by_weakest_report(stretches, limits, noise))
    doubt = np.where(elsewhere > 1.01 * noise, ELSEWHERE_ERROR_DB, 0.0)
    mean = np.where(served, floor, elsewhere[None, :])
    return Floors(
        mean,
        mean / (mean + np.einsum("pj,pij->pi", usual, coupling)),
        np.where(served, spread, np.nan_to_num(_median(spread))[None, :]),
        np.where(served, error, doubt[None, :]),
        beacon_share,
        scale,
    )


def _coupling(
    stretches: list[Stretch], usual_mw: FloatArray, cells: pd.DataFrame, rat: str
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Coupling on the carriers of the calls as their C/I shows it (points, cells, cells), the share of them on BCCH
    carriers, and the scale."""
    scale = np.ones(usual_mw.shape)
    if rat == "LTE":
        return np.broadcast_to(lte_coupling(cells), (len(scale), len(cells), len(cells))), np.zeros(len(cells)), scale
    calls, beacon = gsm_coupling(cells, traffic=True), gsm_coupling(cells, traffic=False)
    share = np.zeros(len(cells))
    for c, others in enumerate(cells["tch_arfcns"]):
        there, instead = _explained(stretches, usual_mw, c, calls[c], beacon[c])
        share[c], scale[:, c] = _calls(there, instead, 1.0 / (1 + len(others)))
    at_points = [calls_coupling(beacon, calls, share, at_point) for at_point in scale]
    return np.reshape(at_points, (len(scale), *beacon.shape)), share, scale  # a log of LTE alone has no points here


def _calls(there: FloatArray, instead: FloatArray, even: float) -> tuple[float, FloatArray]:
    """Share of a cell's calls on its BCCH carrier, and how much more known cells disturb them than is known, by point.

    Calls are on traffic carriers unless their C/I is plainly better explained by the BCCH carrier, alone or as one of
    all (`even`): a cell may keep few traffic channels elsewhere, and a table may name carriers that are off. Where the
    BCCH carrier explains it best and traffic carriers could, each is taken to cause half of it: what cures one of both
    must not be taken for a cure. What is explained is the median over the points: where a rival is taken to be louder
    than it is, it is so at one of them.
    """
    low, high = EXPLAINED
    if np.isnan(there).all():
        return 0.0, np.ones(len(there))

    def explained(share: float) -> FloatArray:
        return (1.0 - share) * there + share * instead

    usual = {share: float(np.nanmedian(explained(share))) for share in (0.0, even, 1.0)}
    share = min(usual, key=lambda one: abs(np.log(max(usual[one], 1e-9))) + PLAINLY * (one > 0.0))
    if not low <= usual[share] <= high:
        return 0.0, np.ones(len(there))
    if share == 1.0 and usual[0.0] >= low:
        share = usual[0.0] / (usual[0.0] + usual[1.0])
    part = explained(share)
    return share, 1.0 / np.clip(np.where(np.isnan(there), float(np.nanmedian(part)), part), low, high)


def _explained(
    stretches: list[Stretch], usual_mw: FloatArray, cell: int, calls: FloatArray, beacon: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Shares of the interference in a cell's calls that known cells cause on its traffic carriers, and on its BCCH
    carrier, at each point; NaN where it did not serve."""
    shares = np.full((2, len(stretches)), np.nan)
    for p, stretch in enumerate(stretches):
        whole, known, _ = _parts_mw(stretch, cell, usual_mw[p], calls)
        if whole.size >= LEAST_INSTANTS:
            instead = _parts_mw(stretch, cell, usual_mw[p], beacon)[1]
            shares[:, p] = known.sum() / whole.sum(), instead.sum() / whole.sum()
    return shares[0], shares[1]


def _parts_mw(
    stretch: Stretch, cell: int, usual_mw: FloatArray, coupling: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """All that the cell's quality shows at each instant it served, what the other cells caused, and how much of that
    comes from cells not reported just then.

    A cell reported at the instant counts with that report, another with its mean: interference fades, and the mean
    of a short log would leave a rest that nobody causes.
    """
    at = (stretch.server == cell) & np.isfinite(stretch.interference_dbm)
    level = stretch.level_dbm[at]
    guessed = np.where(np.isfinite(level), 0.0, usual_mw) @ coupling
    heard = np.where(np.isfinite(level), mw(level), 0.0) @ coupling
    return np.asarray(mw(stretch.interference_dbm[at])), heard + guessed, guessed


def _spread_db(
    level: FloatArray,
    whole: FloatArray,
    known: FloatArray,
    guessed: FloatArray,
    floor: float,
    noise: float,
    fading: Fading,
) -> float:
    """Fading of the floor that makes interference scatter as it does in the log; what is noise does not fade.

    It scatters by itself, so C/I scatters more than the level by as much: the smaller of both is taken. What known
    cells that went unreported add, by their own fading, is taken off.
    """
    total = floor + float(known.mean())
    share = floor / total
    if floor <= 1.01 * noise or share < LEAST_SHARE:
        return 0.0
    others = float(np.var(dbm(known + floor))) + (fading.sigma_db * float(guessed.mean()) / total) ** 2
    interference = dbm(whole)
    scatter = min(float(np.var(interference)), float(np.var(level - interference)) - float(np.var(level)))
    scatter -= others + STATED_NOISE_DB**2
    return min(float(np.sqrt(max(scatter, 0.0))) / share, MOST_SPREAD_DB)


def _error_db(rest: FloatArray, floor: float, noise: float, stretch: Stretch, cell: int, tau_s: float) -> float:
    """Standard error of the mean rest, as decibels of the floor; its samples hang together like the levels."""
    if floor <= 1.01 * noise:
        return 0.0
    time = np.sort(stretch.time_s[(stretch.server == cell) & np.isfinite(stretch.interference_dbm)])
    independent = max(float(np.minimum(np.diff(time), 2.0 * tau_s).sum()) / (2.0 * tau_s), 1.0)
    return min(float(rest.std()) / float(np.sqrt(independent)) / floor / NEPER, MOST_ERROR_DB)


def _by_weakest_report(stretches: list[Stretch], limits: list[FloatArray], noise: float) -> FloatArray:
    """The floor at which a cell's weakest report is just decodable, for cells unreported in `OFTEN` of the instants."""
    if not stretches:
        return np.zeros(0)
    level = np.concatenate([stretch.level_dbm for stretch in stretches])
    limit = np.concatenate(limits)
    could, did = np.isfinite(limit), np.isfinite(level)
    unreported = (could & ~did).sum(axis=0) / np.maximum((could | did).sum(axis=0), 1)
    weakest = np.where(did, level, np.inf).min(axis=0, initial=np.inf)
    room = mw(np.where(np.isfinite(weakest), weakest, -np.inf) - DECODE_CI_DB)
    return np.where(unreported >= OFTEN, np.maximum(room, noise), noise)


def _median(values: FloatArray) -> FloatArray:
    return np.array(
        [np.median(column[np.isfinite(column)]) if np.isfinite(column).any() else np.nan for column in values.T]
    )
