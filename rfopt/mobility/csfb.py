"""Circuit-switched fallback: where a voice call from LTE lands in GSM, how long that takes, and the way back.

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
"""Delay counted for an attempt that never comes to GSM."""

SPREAD = 0.2
"""σ of the logarithm of a delay for which none is known."""

HOLD_S = 5.0
"""A better cell by C2 is taken when it stays so this long (TS 45.008 §6.6.2)."""

PARTS = (
    "release",
    "rrc_setup",
    "measurement",
    "list_search",
    "full_search",
    "synchronise",
    "system_information",
    "random_access",
    "area_update",
    "authentication",
    "assignment",
)

BACK_PARTS = ("channel_release", "priority_search", "lte_search", "lte_system_information", "tracking_update")

CHANCES = (
    *(part for part in PARTS if part != "measurement"),
    "set_up", "measurement", "registration", "congestion", "terminating",
)  # fmt: skip
"""What each column of an attempt's uniform numbers decides."""
LUCK, BACK_LUCK = len(CHANCES), len(BACK_PARTS)


class Failure(IntEnum):
    """What went wrong; the numbers are those of the usual classes F1…F7."""

    NONE = 0
    NOT_LISTED = 1
    """F1: the list lacks every BCCH that can be heard."""
    WEAK = 2
    """F2: the listed cells are heard, but too weak or too disturbed."""
    AREA = 3
    """F3: the landing cell belongs to another location area and switch, as a call to the phone does not bear."""
    REGISTRATION = 4
    """F4: the phone was not registered for calls (combined attach, SGs)."""
    SIGNALLING = 5
    """F5: the signalling channel of the landing cell failed, or none was free."""
    NO_CELL = 6
    """F6: no suitable GSM cell at all."""
    RESELECTED = 7
    """F7: the phone went to another cell by C2 before it asked for a channel."""


@dataclass(frozen=True)
class Landing:
    """Outcome of A attempts.

    Attributes
    ----------
    cell : int array
        GSM cell; −1 = none.
    failure : int array
        `Failure`. Classes 1 and 2 may still end in a call, on a cell found by a search of the whole band; where the
        call fails for a reason of classes 3, 4, 6 or 7, that stands in their place.
    success : bool array
        The call was set up.
    area_update : bool array
        A location update was due: the cell's lac is not the LTE cell's tac.
    delay_s : float array
        From the service request to alerting, or to where it failed on GSM; `FAILED_S` where it never came there.
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
    measured_dbm: ArrayLike | None = None,
    carrier: ArrayLike | None = None,
    c2_db: ArrayLike | None = None,
    terminating_share: ArrayLike = 0.0,
    lte_switch: ArrayLike | None = None,
    gsm_switch: ArrayLike | None = None,
    unregistered_share: float = 0.0,
    congested_share: ArrayLike = 0.0,
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
        Uniform numbers in (0, 1), see `CHANCES`.
    measured_dbm : array_like, shape (A, C), optional
        Levels that the phone measured before its release (event B1): the network then names the one carrier of the
        strongest listed cell instead of its list. Without it, or where no listed cell was heard, redirection is
        blind.
    carrier : array_like, shape (C,)
        BCCH carrier of the GSM cells; needed with `measured_dbm`.
    c2_db : array_like, shape (A, C), optional
        C2 of the GSM cells: where another suitable cell has more, the phone goes there if reading and updating take
        5 s, and the call fails.
    terminating_share : array_like, shape (A,) or a number
        Share of the attempts that are calls to the phone: their landing in another location area fails, unless the
        switch is the same.
    lte_switch, gsm_switch : array_like of int, shapes (L,) and (C,), optional
        Switch (MSC pool) of the tracking and the location area; unknown ones are taken as different.
    unregistered_share, congested_share : float and array_like, shape (C,) or a number
        Shares of attempts that fail for want of a registration, and of a free signalling channel of the cell.

    Returns
    -------
    Landing

    Raises
    ------
    ValueError
        If shapes do not agree.

    Notes
    -----
    The set-up fails with the probability that a SACCH block is lost at the landing cell's C/I, an assumption. So is
    that a phone which reads and updates for less than 5 s stays on the cell it found.

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
    z = dict(zip(CHANCES, chance.T, strict=True))
    on_list, measured = _redirected(np.asarray(listed, bool)[origin], measured_dbm, carrier)
    suitable = (level > np.asarray(rxlev_access_min_dbm, float)) & (ci >= decode_ci_db)
    cell = _strongest(level, suitable & on_list)
    searched = cell < 0
    cell = np.where(searched, _strongest(level, suitable), cell)
    heard = (on_list & (level >= HEARD_DBM)).any(axis=1)
    failure = np.where(searched, np.where(heard, Failure.WEAK, Failure.NOT_LISTED), Failure.NONE)
    update = (cell >= 0) & (np.asarray(lac)[np.maximum(cell, 0)] != np.asarray(tac)[origin])
    carriers = np.where(measured, 1.0, np.asarray(list_length, float)[origin])
    parts = _delays_s(z, carriers, measured, searched, update)
    terminating = z["terminating"] < np.asarray(terminating_share, float)
    elsewhere = terminating & update & ~_same(lte_switch, origin, gsm_switch, cell)
    share = np.broadcast_to(np.asarray(congested_share, float), level.shape[1:])
    blocked = (z["set_up"] < sacch_fer(_of(cell, ci))) | (z["congestion"] < share[np.maximum(cell, 0)])
    reselected = _reselects(cell, suitable, c2_db) & (parts["system_information"] + parts["area_update"] >= HOLD_S)
    stopped = np.select(
        [z["registration"] < unregistered_share, cell < 0, reselected, elsewhere, blocked],
        [Failure.REGISTRATION, Failure.NO_CELL, Failure.RESELECTED, Failure.AREA, Failure.SIGNALLING],
        Failure.NONE,
    )
    stays = stopped == Failure.REGISTRATION
    cell, update, success = np.where(stays, -1, cell), update & ~stays, stopped == Failure.NONE
    kept = success | ((failure != Failure.NONE) & (stopped == Failure.SIGNALLING))
    failure = np.where(kept, failure, stopped)
    delay_s = np.where(cell >= 0, np.sum(list(parts.values()), axis=0), FAILED_S)
    return Landing(cell, failure.astype(np.int64), success, update, delay_s, parts)


def _redirected(
    listed: BoolArray, measured_dbm: ArrayLike | None, carrier: ArrayLike | None
) -> tuple[BoolArray, BoolArray]:
    """Cells (A, C) on the carriers that the release names, and whether it names one for its measured level."""
    if measured_dbm is None:
        return listed, np.zeros(len(listed), bool)
    best = _strongest(np.asarray(measured_dbm, float), listed & (np.asarray(measured_dbm, float) >= HEARD_DBM))
    channels = np.asarray(carrier, float)
    named = channels[None, :] == channels[np.maximum(best, 0)][:, None]
    return np.where((best >= 0)[:, None], named, listed), best >= 0


def _of(cell: IntArray, values: FloatArray) -> FloatArray:
    """The value of each row's cell; that of the first where there is none."""
    return np.take_along_axis(values, np.maximum(cell, 0)[:, None], axis=1)[:, 0]


def _same(lte: ArrayLike | None, origin: IntArray, gsm: ArrayLike | None, cell: IntArray) -> BoolArray:
    """Whether both ends hang on one switch; unknown ones do not."""
    if lte is None or gsm is None:
        return np.zeros(len(origin), bool)
    return np.asarray(np.asarray(lte)[origin] == np.asarray(gsm)[np.maximum(cell, 0)])


def _reselects(cell: IntArray, suitable: BoolArray, c2_db: ArrayLike | None) -> BoolArray:
    """Whether another suitable cell is better by C2 than the one landed on."""
    if c2_db is None:
        return np.zeros(len(cell), bool)
    score = np.asarray(c2_db, float)
    return np.asarray((suitable & (score > _of(cell, score)[:, None])).any(axis=1))


def _strongest(level: FloatArray, allowed: BoolArray) -> IntArray:
    """Index of the strongest allowed cell of each row, −1 where there is none."""
    masked = np.where(allowed, level, -np.inf)
    return np.where(allowed.any(axis=1), masked.argmax(axis=1), -1)


def _delays_s(
    z: dict[str, FloatArray], carriers: FloatArray, measured: BoolArray, searched: BoolArray, update: BoolArray
) -> dict[str, FloatArray]:
    """Draw every part of the chain; fixed phone in LTE idle mode, redirection without system information."""
    return {
        "release": _log_normal(0.35, 0.4, z["release"]),
        "rrc_setup": _log_normal(0.15, SPREAD, z["rrc_setup"]),
        "measurement": np.where(measured, 0.3 + 0.5 * z["measurement"], 0.0),
        "list_search": _log_normal(0.10 + 0.03 * carriers, SPREAD, z["list_search"]),
        "full_search": np.where(searched, _log_normal(4.0, SPREAD, z["full_search"]), 0.0),
        "synchronise": _log_normal(0.15, SPREAD, z["synchronise"]),
        "system_information": 0.9 + (2.3 - 0.9) * z["system_information"],
        "random_access": _log_normal(0.4, SPREAD, z["random_access"]),
        "area_update": np.where(update, 1.5 + 1.5 * z["area_update"], 0.0),
        "authentication": _log_normal(1.8, SPREAD, z["authentication"]),
        "assignment": _log_normal(2.2, SPREAD, z["assignment"]),
    }


@dataclass(frozen=True)
class Return:
    """What became of A phones after their calls.

    Attributes
    ----------
    cell : int array
        LTE cell; −1 = none, the phone stays on GSM.
    tracking_update : bool array
        A tracking area update was due.
    delay_s : float array
        From the release of the channel to the update's end, or to camping where none is due; NaN on GSM.
    parts_s : dict of float arrays
        What each of `BACK_PARTS` takes.
    """

    cell: IntArray
    tracking_update: BoolArray
    delay_s: FloatArray
    parts_s: dict[str, FloatArray]


def come_back(
    rsrp_dbm: ArrayLike,
    lte_origin: ArrayLike,
    area_update: ArrayLike,
    *,
    q_rxlevmin_dbm: ArrayLike,
    tac: ArrayLike,
    luck: ArrayLike,
    fast: bool = True,
) -> Return:
    """Let every phone return to LTE after its call: to the strongest suitable cell.

    Parameters
    ----------
    rsrp_dbm : array_like, shape (A, L)
        Level of the LTE cells when the call ends; NaN = not heard.
    lte_origin : array_like of int, shape (A,)
        LTE cell the phone was registered on before the call.
    area_update : array_like of bool, shape (A,)
        Whether it updated its location in GSM, see `Landing`.
    q_rxlevmin_dbm, tac : array_like, shape (L,)
        Of the LTE cells.
    luck : array_like, shape (A, BACK_LUCK)
        Uniform numbers in (0, 1), one for each of `BACK_PARTS`.
    fast : bool
        The release of the channel names LTE; otherwise the phone idles on GSM until LTE was good for 5 s.

    Returns
    -------
    Return

    Notes
    -----
    An update is due where the tracking area changed, or where a location update moved the registration to GSM
    (TS 23.272 §6.5 and §7.5, from memory). The delays are engineering assumptions.

    Examples
    --------
    >>> back = come_back([[-100.0, -95.0]], [0], [False], q_rxlevmin_dbm=[-120.0] * 2, tac=[1, 2], luck=[[0.5] * 5])
    >>> int(back.cell[0]), bool(back.tracking_update[0]), round(float(back.delay_s[0]), 1)
    (1, True, 1.2)
    """
    level, origin, chance = np.asarray(rsrp_dbm, float), np.asarray(lte_origin, np.int64), np.asarray(luck, float)
    if origin.shape != level.shape[:1] or chance.shape != (*origin.shape, BACK_LUCK):
        raise ValueError(f"shapes do not agree: {level.shape}, {origin.shape}, {chance.shape}")
    cell = _strongest(level, level > np.asarray(q_rxlevmin_dbm, float))
    area = np.asarray(tac)
    due = (cell >= 0) & (np.asarray(area_update, bool) | (area[np.maximum(cell, 0)] != area[origin]))
    z = dict(zip(BACK_PARTS, chance.T, strict=True))
    parts = {
        "channel_release": _log_normal(0.1, SPREAD, z["channel_release"]),
        "priority_search": np.zeros(len(origin)) if fast else HOLD_S + 2.0 * z["priority_search"],
        "lte_search": _log_normal(0.4, 0.4, z["lte_search"]),
        "lte_system_information": 0.1 + 0.2 * z["lte_system_information"],
        "tracking_update": np.where(due, _log_normal(0.6, 0.4, z["tracking_update"]), 0.0),
    }
    return Return(cell, due, np.where(cell >= 0, np.sum(list(parts.values()), axis=0), np.nan), parts)


def _log_normal(mean: ArrayLike, sigma: float, uniform: FloatArray) -> FloatArray:
    return np.asarray(np.asarray(mean, float) * np.exp(sigma * ndtri(uniform) - sigma * sigma / 2.0))
