"""Circuit-switched fallback: where a voice call from LTE lands in GSM, and how long that takes.

The released phone searches the listed carriers and camps on a suitable cell (TS 36.304 §5.2.7, TS 23.272 §6, from
memory). The reselect offset plays no part: C2 is for reselection only. Chain and delays are engineering assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from rfopt.mobility.quality import sacch_fer

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

HEARD_DBM = -110.0
"""Below this a carrier is not even seen."""

FAILED_S = 20.0
"""Delay counted for an attempt that fails."""

SPREAD = 0.2
"""σ of the logarithm of a delay for which none is known."""

LUCK = 11
"""Columns of uniform numbers an attempt needs: one for each of `PARTS`, and one for the set-up."""

PARTS = (
    "release",
    "rrc_setup",
    "list_search",
    "full_search",
    "synchronise",
    "system_information",
    "random_access",
    "area_update",
    "authentication",
    "assignment",
)


class Failure(IntEnum):
    """What went wrong; the numbers are those of the usual classes F1…F7, as far as this model knows them."""

    NONE = 0
    NOT_LISTED = 1
    """F1: the list lacks every BCCH that can be heard."""
    WEAK = 2
    """F2: the listed cells are heard, but too weak or too disturbed."""
    SIGNALLING = 5
    """F5: the signalling channel of the landing cell failed."""
    NO_CELL = 6
    """F6: no suitable GSM cell at all."""


@dataclass(frozen=True)
class Landing:
    """Outcome of A attempts.

    Attributes
    ----------
    cell : int array
        GSM cell; −1 = none.
    failure : int array
        `Failure`. Classes 1 and 2 may still end in a call, on a cell found by a search of the whole band.
    success : bool array
        The call was set up.
    area_update : bool array
        A location update was due: the cell's lac is not the LTE cell's tac.
    delay_s : float array
        From the service request to alerting; `FAILED_S` where the attempt failed.
    parts_s : dict of float arrays
        What each of `PARTS` takes.
    """

    cell: IntArray
    failure: IntArray
    success: BoolArray
    area_update: BoolArray
    delay_s: FloatArray
    parts_s: dict[str, FloatArray]


def land(
    rxlev_dbm: ArrayLike,
    ci_db: ArrayLike,
    lte_server: ArrayLike,
    *,
    listed: ArrayLike,
    list_length: ArrayLike,
    rxlev_access_min_dbm: ArrayLike,
    tac: ArrayLike,
    lac: ArrayLike,
    decode_ci_db: float,
    luck: ArrayLike,
) -> Landing:
    """Let every attempt fall back to GSM: the strongest listed cell with C1 > 0 that can be decoded.

    Parameters
    ----------
    rxlev_dbm, ci_db : array_like, shape (A, C)
        Level and BCCH C/I of the GSM cells at each attempt; NaN = not heard.
    lte_server : array_like of int, shape (A,)
        LTE cell that releases the phone.
    listed : array_like of bool, shape (L, C)
        Whether the GSM cell's BCCH is on the LTE cell's redirect list.
    list_length : array_like of int, shape (L,)
        Carriers on that list.
    rxlev_access_min_dbm : array_like, shape (C,)
        Access threshold of the GSM cells.
    tac, lac : array_like of int, shapes (L,) and (C,)
        Tracking and location areas in one numbering.
    decode_ci_db : float
        Lowest C/I at which a BCCH can be decoded.
    luck : array_like, shape (A, LUCK)
        Uniform numbers in (0, 1).

    Returns
    -------
    Landing

    Raises
    ------
    ValueError
        If shapes do not agree.

    Notes
    -----
    The set-up fails with the probability that a SACCH block is lost at the landing cell's C/I, an assumption.

    Examples
    --------
    >>> landing = land(
    ...     [[-75.0, -79.0, -85.0]], [[20.0, 20.0, 20.0]], [0], listed=[[False, True, True]], list_length=[2],
    ...     rxlev_access_min_dbm=[-100.0] * 3, tac=[1], lac=[1, 1, 1], decode_ci_db=4.0, luck=[[0.5] * LUCK])
    >>> int(landing.cell[0]), bool(landing.success[0]), round(float(landing.delay_s[0]), 1)
    (1, True, 6.7)
    """
    level, ci = np.asarray(rxlev_dbm, float), np.asarray(ci_db, float)
    origin, chance = np.asarray(lte_server, np.int64), np.asarray(luck, float)
    if level.shape != ci.shape or origin.shape != level.shape[:1] or chance.shape != (*origin.shape, LUCK):
        raise ValueError(f"shapes do not agree: {level.shape}, {ci.shape}, {origin.shape}, {chance.shape}")
    on_list = np.asarray(listed, bool)[origin]
    suitable = (level > np.asarray(rxlev_access_min_dbm, float)) & (ci >= decode_ci_db)
    cell = _strongest(level, suitable & on_list)
    searched = cell < 0
    cell = np.where(searched, _strongest(level, suitable), cell)
    heard = (on_list & (level >= HEARD_DBM)).any(axis=1)
    failure = np.where(searched, np.where(heard, Failure.WEAK, Failure.NOT_LISTED), Failure.NONE)
    failure = np.where(cell < 0, Failure.NO_CELL, failure)
    landed_ci = np.take_along_axis(ci, np.maximum(cell, 0)[:, None], axis=1)[:, 0]
    success = (cell >= 0) & (chance[:, -1] >= sacch_fer(landed_ci))
    failure = np.where(~success & (failure == Failure.NONE), Failure.SIGNALLING, failure)
    update = (cell >= 0) & (np.asarray(lac)[np.maximum(cell, 0)] != np.asarray(tac)[origin])
    parts = _delays_s(chance, np.asarray(list_length, float)[origin], searched, update)
    delay_s = np.where(success, np.sum(list(parts.values()), axis=0), FAILED_S)
    return Landing(cell, failure.astype(np.int64), success, update, delay_s, parts)


def _strongest(level: FloatArray, allowed: BoolArray) -> IntArray:
    """Index of the strongest allowed cell of each row, −1 where there is none."""
    masked = np.where(allowed, level, -np.inf)
    return np.where(allowed.any(axis=1), masked.argmax(axis=1), -1)


def _delays_s(
    chance: FloatArray, list_length: FloatArray, searched: BoolArray, update: BoolArray
) -> dict[str, FloatArray]:
    """Draw every part of the chain; fixed phone in LTE idle mode, blind redirection without system information."""
    z = dict(zip(PARTS, chance.T, strict=False))
    return {
        "release": _log_normal(0.35, 0.4, z["release"]),
        "rrc_setup": _log_normal(0.15, SPREAD, z["rrc_setup"]),
        "list_search": _log_normal(0.10 + 0.03 * list_length, SPREAD, z["list_search"]),
        "full_search": np.where(searched, _log_normal(4.0, SPREAD, z["full_search"]), 0.0),
        "synchronise": _log_normal(0.15, SPREAD, z["synchronise"]),
        "system_information": 0.9 + (2.3 - 0.9) * z["system_information"],
        "random_access": _log_normal(0.4, SPREAD, z["random_access"]),
        "area_update": np.where(update, 1.5 + 1.5 * z["area_update"], 0.0),
        "authentication": _log_normal(1.8, SPREAD, z["authentication"]),
        "assignment": _log_normal(2.2, SPREAD, z["assignment"]),
    }


def _log_normal(mean: ArrayLike, sigma: float, uniform: FloatArray) -> FloatArray:
    return np.asarray(np.asarray(mean, float) * np.exp(sigma * ndtri(uniform) - sigma * sigma / 2.0))
