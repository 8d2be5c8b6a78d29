"""Measured levels anchor everything: from readings to the mean level of each cell at each point.

A phone reports at most six GSM or eight LTE neighbours. A cell it could have reported and did not was below the
weakest one reported: a censored value, not an absent one. The mean is the maximum-likelihood mean of a normal level
under that censoring; its error follows from how fast the fading forgets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri

from rfopt.geography.scene import floor_height_m
from rfopt.levels import Levels, Source
from rfopt.mobility.fading import Fading, Series, fit_fading
from rfopt.mobility.floors import Floors, fit_floors
from rfopt.mobility.holding import holds_on
from rfopt.mobility.interference import gsm_coupling
from rfopt.mobility.setup import DECODE_CI_DB, ba_matrix
from rfopt.mobility.stretch import Stretch
from rfopt.mobility.unlisted import fill_unlisted, landings_of
from rfopt.network import Network

MOST_NEIGHBOURS = {"GSM": 6, "LTE": 8}
LEVEL_COLUMN = {"GSM": "rxlev_dbm", "LTE": "rsrp_dbm"}
CODE_CENTRE_DB = {"GSM": -0.5, "LTE": 0.5}
"""Centre of a report code's 1 dB against the value a log states: RXLEV states its upper edge, RSRP its lower."""
LEAST_ERROR_DB = 0.3
CENSORED_ERROR_DB = 3.0
"""Standard error of a level that was never reported; one reported now and then has it by the square of the share of
time it was hidden: what a report takes varies with the interference of the moment. An assumption."""
LEAST_REPORTS, WEAK_REPORT = 5, 0.1
"""Reports of a cell from which this quantile is taken as the weakest that can be read: interference fades too."""
ROUNDS = 4
"""Rounds in which the means of cells that jam one another settle."""
SHARED = 0.3
"""A cell that puts this share of its power on a server's channels is bounded by the server's C/I."""
CI_ERROR_DB = 1.0
"""How far a stated C/I may be too high: an assumption."""


@dataclass(frozen=True)
class Anchor:
    """What the log says about one technology.

    `floor_mw` (points, cells) is interference from what the tables do not explain, plus noise, per cell's channel, in
    the mean; `floors` says how it varies and how sure it is. `holds_on`: the phone stays on LTE cells below their
    minimum (`rfopt.mobility.holding`).
    """

    rat: str
    levels: Levels
    fading: Fading
    floors: Floors
    holds_on: bool = False

    @property
    def floor_mw(self) -> NDArray[np.float64]:
        """Mean unexplained interference plus noise, (points, cells)."""
        return self.floors.mean_mw


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
    after_fallback = rows["event"].isin(["csfb_ok", "csfb_fail"])
    landed, rows = rows[after_fallback], rows[~after_fallback]
    names = network.of_rat(rat).index
    heard = names[names.isin(rows["cell"].unique())]
    points = _points(rows[rows["cell"].isin(heard)])
    stretches = [_stretch(point, rows[rows["point"] == point], heard, rat) for point in points.index]
    fading = fit_fading(_series(stretches))
    least = _least_reported(stretches, len(heard))
    shape = (len(points), len(heard))
    dbm, error = np.full(shape, np.nan), np.full(shape, np.nan)
    source = np.zeros(shape, dtype=np.int8)
    limits = [_limits_dbm(stretch, heard, network, rat, least[p]) for p, stretch in enumerate(stretches)]
    shared = _on_one_carrier(network, heard, rat)
    for p, stretch in enumerate(stretches):
        for _ in range(ROUNDS if shared.any() else 1):
            limit = _jammed(limits[p], stretch.level_dbm, dbm[p], shared)
            for c in range(len(heard)):
                dbm[p, c], error[p, c], source[p, c] = _mean(stretch.level_dbm[:, c], limit[:, c], stretch, fading)
    if rat == "GSM":
        at_landings, landings = landings_of(landed, points.index, heard, LEVEL_COLUMN[rat])
        at_landings = at_landings + CODE_CENTRE_DB[rat]
        fill_unlisted(dbm, error, source, points, at_landings, landings, float(np.median(fading.sigma_db)))
    levels = Levels(points, heard, dbm, error, source)
    least_dbm = network.cells.loc[heard, "q_rxlevmin_dbm"].to_numpy(dtype=float)
    stays = rat == "LTE" and holds_on(stretches, least_dbm)
    return Anchor(rat, levels, fading, fit_floors(stretches, levels, fading, network, rat, limits), stays)


def _least_reported(stretches: list[Stretch], cells: int) -> list[NDArray[np.float64]]:
    """What it takes to be reported as a neighbour, per place and cell [dBm]; −inf if nothing ever was.

    The weak reports of a cell that comes and goes at a place tell what its channel needs there; for one that is
    always there, or never, what it needs elsewhere, and at least the weakest of all.
    """
    own = np.full((len(stretches), cells), np.nan)
    weakest = np.inf
    for p, stretch in enumerate(stretches):
        neighbour = np.where(stretch.server[:, None] == np.arange(cells), np.nan, stretch.level_dbm)
        weakest = min(weakest, float(np.min(np.nan_to_num(neighbour, nan=np.inf), initial=np.inf)))
        share = np.isfinite(stretch.level_dbm).mean(axis=0) if len(neighbour) else np.zeros(cells)
        for c in range(cells):
            reports = neighbour[np.isfinite(neighbour[:, c]), c]
            if reports.size >= LEAST_REPORTS and share[c] < 0.9:
                own[p, c] = np.quantile(reports, WEAK_REPORT)
    known = np.isfinite(own).any(axis=0)
    elsewhere = np.where(known, np.min(np.nan_to_num(own, nan=np.inf), axis=0, initial=np.inf), weakest)
    least = np.where(np.isfinite(own), own, elsewhere[None, :])
    return list(np.where(np.isfinite(least), least, -np.inf))


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
    np.fmax.at(level, (instant[known], position[known]), dbm[known])  # a cell read twice is its stronger reading
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
        limit = np.fmin(limit, _room_beside_server_dbm(stretch, network, cells))
    return limit


def _room_beside_server_dbm(stretch: Stretch, network: Network, cells: pd.Index) -> NDArray[np.float64]:
    """What the server's C/I leaves room for: a cell on its channels is not stronger than all interference there."""
    coupling = gsm_coupling(network.cells.loc[cells], traffic=True)
    coupling = np.vstack([np.where(coupling >= SHARED, coupling, np.nan), np.full(len(cells), np.nan)])
    return np.asarray(stretch.interference_dbm[:, None] + CI_ERROR_DB - 10.0 * np.log10(coupling[stretch.server]))


def _on_one_carrier(network: Network, cells: pd.Index, rat: str) -> NDArray[np.bool_]:
    """Pairs of GSM cells on one ARFCN, which jam one another's BSIC, (cells, cells)."""
    if rat != "GSM":
        return np.zeros((len(cells), len(cells)), dtype=bool)
    arfcn = network.cells.loc[cells, "arfcn"].to_numpy()
    return np.asarray((arfcn[:, None] == arfcn[None, :]) & ~np.eye(len(cells), dtype=bool))


def _jammed(
    limit: NDArray[np.float64], level: NDArray[np.float64], mean: NDArray[np.float64], shared: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Limits where a rival on the carrier was not reported either: the cell did not stand out of it.

    The rival then counts with its mean; while that is not known, such an instant says nothing.
    """
    out = limit.copy()
    for c, rival in zip(*np.nonzero(shared), strict=True):
        neither = np.isnan(level[:, c]) & np.isnan(level[:, rival])
        if np.isfinite(level[:, rival]).any():
            needed = mean[rival] + DECODE_CI_DB if np.isfinite(mean[rival]) else np.nan
            out[neither, c] = np.maximum(out[neither, c], needed)
    return out


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
    own = _exposure_s(stretch) / (2.0 * fading.tau_s)
    if not seen.any():
        if not below.any():
            return np.nan, np.nan, Source.UNKNOWN
        n = max(float(own[below].sum()), 1.0)
        return (
            float(np.median(limit[below]) - fading.sigma_db * ndtri(0.5 ** (1.0 / n))),
            CENSORED_ERROR_DB,
            Source.CENSORED,
        )
    sigma = fading.sigma_db
    mean = censored_mean(level[seen], limit[below], sigma)
    n = max(float(own[seen].sum() + 0.5 * own[below].sum()), 1.0)
    hidden = float(own[below].sum()) / max(float(own[below].sum() + own[seen].sum()), 1e-9)
    error = np.hypot(sigma / np.sqrt(n), CENSORED_ERROR_DB * hidden**2)
    return mean, max(float(error), LEAST_ERROR_DB), Source.MEASURED


def _exposure_s(stretch: Stretch) -> NDArray[np.float64]:
    """The time each instant speaks for: half of the way to the ones beside it in its log and mode, at most 10 s."""
    out = np.zeros(len(stretch.time_s))
    for log in np.unique(stretch.log):
        for idle in (False, True):
            rows = np.flatnonzero((stretch.log == log) & (stretch.idle == idle))
            if rows.size > 1:
                rows = rows[np.argsort(stretch.time_s[rows], kind="stable")]
                gap = np.minimum(np.diff(stretch.time_s[rows]), 10.0)
                out[rows] = 0.5 * (np.append(gap, gap[-1]) + np.append(gap[0], gap))
            else:
                out[rows] = 1.0
    return out


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


def _series(stretches: list[Stretch]) -> Iterator[Series]:
    """The levels of each log, place and mode."""
    for stretch in stretches:
        for log in np.unique(stretch.log):
            for idle in (False, True):
                rows = (stretch.log == log) & (stretch.idle == idle)
                yield Series(stretch.time_s[rows], stretch.level_dbm[rows], idle)
