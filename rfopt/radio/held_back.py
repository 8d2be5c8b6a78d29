"""How far a calibration is off where it was not measured: neighbourhoods held back whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.radio.calibration import NORMAL_90, Calibration, FloatArray
from rfopt.radio.calibration_fit import noise_db2

BLOCK_M = 100.0
"""Side of a neighbourhood, twice the correlation length outdoors."""
LEAST_BLOCKS = 5
"""With fewer neighbourhoods than this every place is held back by itself."""


@dataclass(frozen=True)
class HeldBack:
    """Error on levels that were held back; NaN where none was.

    Attributes
    ----------
    blocks, levels : int
        Neighbourhoods held back one after another, and measured levels in them.
    rmse_db, median_db : (float, float)
        Root mean square and median absolute error, of the model alone and of the calibrated one.
    inside : float
        Share of the levels within the calibration's 90 % interval.
    """

    blocks: int
    levels: int
    rmse_db: tuple[float, float]
    median_db: tuple[float, float]
    inside: float


def held_back(calibration: Calibration) -> HeldBack:
    """Hold back each neighbourhood, all cells at once, and predict it from the others."""
    found = held_back_rows(calibration, blocks_of(calibration))
    found = found[~found["censored"].to_numpy(dtype=bool)]
    if found.empty:
        return HeldBack(0, 0, (np.nan, np.nan), (np.nan, np.nan), np.nan)
    before, after = found["before_db"].to_numpy(), found["after_db"].to_numpy()
    rmse, median = ([float(of(abs(off))) for off in (before, after)] for of in (_root_mean_square, np.median))
    inside = float((np.abs(after) <= NORMAL_90 * found["sd_db"].to_numpy()).mean())
    blocks = int(found["block"].nunique())
    return HeldBack(blocks, len(found), (rmse[0], rmse[1]), (median[0], median[1]), inside)


def _root_mean_square(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def blocks_of(calibration: Calibration) -> NDArray[np.int64]:
    """The neighbourhood of each place: a square outdoors, a floor of a building; each place its own if they are few."""
    points, spots = calibration.points, calibration.spots
    east, north = np.floor(spots.x_m / BLOCK_M), np.floor(spots.y_m / BLOCK_M)
    storey = np.where(spots.indoors, points["height_m"], 0.0)
    square = [np.where(spots.indoors, 0.0, side) for side in (east, north)]
    named = pd.DataFrame({"east": square[0], "north": square[1], "in": points["building"].to_numpy(), "up": storey})
    number = named.groupby(list(named.columns), sort=False).ngroup().to_numpy()
    return np.asarray(number if number.max(initial=-1) + 1 >= LEAST_BLOCKS else np.arange(len(points)), dtype=np.int64)


def held_back_rows(calibration: Calibration, block_of_place: NDArray[np.integer]) -> pd.DataFrame:
    """Each row of the calibration as the other blocks predict it; variances and the choice of terms stay as fitted.

    Exact for given variances and stand-ins: with P the covariance's inverse after the shared terms were estimated,
    rows B held back are off by (P_BB)⁻¹ (P y)_B, with covariance (P_BB)⁻¹ (Dubrule 1983). All cells of a block are held
    back together; Woodbury's identity keeps the cells apart.

    Returns
    -------
    DataFrame
        block, place, cell, censored; before_db and after_db, level less prediction without and with calibration;
        sd_db, the standard deviation of the latter as stated.
    """
    rows = calibration.rows
    block = np.asarray(block_of_place)[rows["place"].to_numpy()]
    after, sd = np.empty(len(rows)), np.empty(len(rows))
    for number in np.unique(block):
        _hold_back(calibration, block == number, after, sd)
    value = (rows["level_dbm"] - rows["predicted_dbm"]).to_numpy()
    return pd.DataFrame(
        {
            "block": block, "place": rows["place"], "cell": rows["cell"], "censored": rows["censored"],
            "before_db": value, "after_db": value - rows["stand_db"].to_numpy() + after, "sd_db": sd,
        }
    )  # fmt: skip


def _hold_back(calibration: Calibration, held: NDArray[np.bool_], after: FloatArray, sd: FloatArray) -> None:
    """Fill in the rows held."""
    solution, parts = calibration.solution, []
    for members, part in zip(calibration.members, solution.parts, strict=True):
        mine = np.flatnonzero(held[members])
        if mine.size:
            own = np.linalg.inv(part.inverse[np.ix_(mine, mine)])
            parts.append((members[mine], own, own @ part.slopes[mine], own @ part.weights[mine], part.slopes[mine]))
    lost = sum(slopes.T @ reach for _, _, reach, _, slopes in parts)
    moment = sum(slopes.T @ off for *_, off, slopes in parts)
    kept = np.ix_(calibration.kept, calibration.kept)
    shift = np.zeros(len(calibration.kept))
    without = np.linalg.inv(solution.of_kept[kept]) - np.asarray(lost)[kept]
    shift[calibration.kept] = np.linalg.solve(without, np.asarray(moment)[calibration.kept])
    covariance = np.linalg.inv(np.linalg.inv(solution.covariance) - lost)
    stand = calibration.rows["stand_db2"].to_numpy()
    noise = noise_db2(calibration.rows["error_db"].to_numpy())
    for at, own, reach, off, _ in parts:
        after[at] = off + reach @ shift
        variance = np.diag(own) + np.einsum("ri,ij,rj->r", reach, covariance, reach) - stand[at] + noise[at]
        sd[at] = np.sqrt(np.maximum(variance, noise[at]))
