"""LTE connected mode: event A3, handover and radio link failure (3GPP TS 36.331 §5.5, TS 36.839 §5.2).

Clauses from memory of the standards [M]; the filter and the entering condition are checked against published vectors.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from rfopt.kernels.casts import pair_list, table, traces

HANDOVER_FAILED, A3, RADIO_LINK_FAILURE, REESTABLISHED = 9, 14, 15, 16
"""Reasons; the same numbers as `rfopt.mobility.reasons.Reason`."""

INPUT_PERIOD_S = 0.2  # of the layer 3 filter
EXECUTION_S = 0.05 + 0.04  # preparation and execution of a handover
OUT_S, IN_S, INDICATION_S = 0.2, 0.1, 0.01  # averaging of the link quality, spacing of its indications
WEAKEST_DBM = -160.0  # what the filter takes for a cell not heard
EPS = 1e-6  # times are sums of decimal fractions
NEVER = np.inf


def hand_over(
    level_dbm: ArrayLike,
    time_s: ArrayLike,
    shift_db: ArrayLike,
    start: ArrayLike,
    *,
    a3_offset_db: ArrayLike,
    a3_hysteresis_db: ArrayLike,
    a3_time_to_trigger_ms: ArrayLike,
    relation: ArrayLike,
    cio_db: ArrayLike,
    floor_mw: ArrayLike,
    coupling: ArrayLike,
    filter_k: float = 4.0,
    q_out_db: float = -8.0,
    q_in_db: float = -6.0,
    n310: int = 1,
    n311: int = 1,
    t310_ms: float = 1000.0,
    reestablish_s: float = 1.0,
) -> tuple[NDArray[np.int16], NDArray[np.int8], NDArray[np.float32]]:
    """Hold a connection on every run of a set of level traces.

    Parameters
    ----------
    level_dbm : array_like, shape (R, T, C)
        RSRP before rounding, fading included [dBm]; NaN = not heard.
    time_s : array_like, shape (T,)
        Increasing instants [s]; any spacing, 0.04…0.2 s suits the timers.
    shift_db : array_like, shape (C,)
        Added to every level of the cell.
    start : array_like of int, shape (R,)
        Serving cell at the first instant; −1 = no connection in this run.
    a3_offset_db, a3_hysteresis_db, a3_time_to_trigger_ms : array_like, shape (C,)
        Of the serving cell.
    relation, cio_db : array_like, shape (C, C)
        ``[server, neighbour]``: whether A3 may report it, and its individual offset.
    floor_mw, coupling : array_like, shapes (C,) and (C, C)
        Interference per resource element of i: ``floor_mw[i] + Σ_j coupling[i, j]·10^(L_j/10)`` [mW].
    filter_k : float
        Coefficient of the layer 3 filter for one input every 200 ms; other spacings keep its time constant.
    q_out_db, q_in_db, n310, n311, t310_ms
        Radio link monitoring; the defaults are those of TR 36.839.
    reestablish_s : float
        Outage after a radio link failure, before the best cell is taken.

    Returns
    -------
    server : int16 array, shape (R, T)
        After the decision at each instant; −1 = connection lost.
    reason : int8 array, shape (R, T)
        0, or what happened, see `rfopt.mobility.reasons.Reason`; a failed handover leaves the server unchanged.
    sinr_db : float32 array, shape (R, T)
        On the cell that served before the decision; NaN without one.

    Raises
    ------
    ValueError
        If shapes do not agree, or time does not increase.

    Notes
    -----
    A handover is executed 90 ms after its time-to-trigger ran out. It fails if T310 runs or the server is below
    Qout at the report or at the execution, or if the target is below Qout at the execution. Out of sync: the mean of
    200 ms is below Qout; in sync: that of 100 ms is above Qin; N310 and N311 count indications 10 ms apart.

    Examples
    --------
    >>> import numpy as np
    >>> level, one = np.tile(np.float32([-100.0, -90.0]), (1, 20, 1)), np.ones(2)
    >>> server, reason, sinr_db = hand_over(
    ...     level, np.arange(20) * 0.1, one * 0, [0], a3_offset_db=one * 3, a3_hysteresis_db=one,
    ...     a3_time_to_trigger_ms=one * 320, relation=np.ones((2, 2)), cio_db=np.zeros((2, 2)), floor_mw=one * 1e-12,
    ...     coupling=np.zeros((2, 2)))
    >>> int(np.argmax(server[0] == 1)), int(reason.max())
    (5, 14)
    """
    level, times, shift, first = traces(level_dbm, time_s, shift_db, start)
    n = level.shape[2]
    gain = 1.0 - (1.0 - 0.5 ** (filter_k / 4.0)) ** (np.diff(times, prepend=-np.inf) / INPUT_PERIOD_S)
    need = table(a3_offset_db, (n,), np.float64) + table(a3_hysteresis_db, (n,), np.float64)
    pair_start, pair_cell, pair_weight = pair_list(table(coupling, (n, n), np.float64, diagonal=0.0))
    server, reason = np.full(level.shape[:2], -1, np.int16), np.zeros(level.shape[:2], np.int8)
    sinr_db = np.full(level.shape[:2], np.nan, np.float32)
    _hand_over(
        level, times, shift, first, gain, need, table(a3_time_to_trigger_ms, (n,), np.float64) / 1000.0,
        table(relation, (n, n), np.bool_, diagonal=0).astype(np.uint8), table(cio_db, (n, n), np.float64),
        table(floor_mw, (n,), np.float64), pair_start, pair_cell, pair_weight, float(q_out_db), float(q_in_db),
        (n310 - 1) * INDICATION_S, (n311 - 1) * INDICATION_S, t310_ms / 1000.0, float(reestablish_s),
        server, reason, sinr_db,
    )  # fmt: skip
    return server, reason, sinr_db


# What runs at every step is inlined before compiling: a call that passes arrays costs more than these loops do.


@njit(inline="always")
def _power(level):
    """10^(level/10) to 1e-9 without a library call, so that the loop over cells vectorises; NaN gives about 0."""
    x = level * 0.33219280948873623
    x = max(-1000.0, x)
    whole = np.floor(x + 0.5)
    f = (x - whole) * 0.6931471805599453
    p = 1.0 / 5040.0 + f * (1.0 / 40320.0)
    p = 1.0 / 120.0 + f * (1.0 / 720.0 + f * p)
    p = 1.0 / 6.0 + f * (1.0 / 24.0 + f * p)
    p = 1.0 + f * (1.0 + f * (0.5 + f * p))
    return p * np.int64((np.int64(whole) + 1023) << 52).view(np.float64)


@njit(inline="always")
def _measure(level, r, t, shift, gain, filtered, mw):
    """Filter every cell (TS 36.331 §5.5.3.2) and turn its level into power."""
    for c in range(shift.size):
        x = np.float64(level[r, t, c] + shift[c])
        mw[c] = _power(x)
        x = max(WEAKEST_DBM, x)
        filtered[c] = x if t == 0 else filtered[c] + gain * (x - filtered[c])


@njit(inline="always")
def _sinr_db(i, noise, pair_start, pair_cell, pair_weight, mw):
    total = noise[i]
    for k in range(pair_start[i], pair_start[i + 1]):
        total += pair_weight[k] * mw[pair_cell[k]]
    return 10.0 * math.log10(mw[i] / total)


@njit(inline="always")
def _mean(sinr, r, t, begin, time_s, window_s):
    """Mean over the last `window_s`, from the step `begin` on."""
    total, k = 0.0, t
    while k >= begin and time_s[k] > time_s[t] - window_s + EPS:
        total += sinr[r, k]
        k -= 1
    return total / (t - k)


@njit(inline="always")
def _above(s, need, relation, cio, filtered, met):
    """Mark the neighbours that meet the entering condition of A3; whether there is any."""
    found = np.uint8(0)
    for n in range(met.size):
        met[n] = (relation[s, n] != 0) & (filtered[n] + cio[s, n] > filtered[s] + need)
        found |= met[n]
    return found != 0


@njit
def _ripe(s, now, wait_s, cio, filtered, met, since):
    """Run the times-to-trigger; the strongest neighbour whose time is up, or -1."""
    best = -1
    for n in range(met.size):
        since[n] = min(since[n], now) if met[n] else NEVER
        ahead = best < 0 or filtered[n] + cio[s, n] > filtered[best] + cio[s, best]
        if ahead and now - since[n] >= wait_s - EPS:
            best = n
    return best


@njit
def _strongest(q_in, noise, pair_start, pair_cell, pair_weight, filtered, mw):
    """The strongest cell that is in sync, or -1."""
    best = -1
    for n in range(mw.size):
        if (best < 0 or filtered[n] > filtered[best]) and (
            _sinr_db(n, noise, pair_start, pair_cell, pair_weight, mw) > q_in
        ):
            best = n
    return best


@njit
def _hand_over_run(
    r, level, time_s, shift, s, gain, need, wait_s, relation, cio, noise, pair_start, pair_cell, pair_weight, q_out,
    q_in, out_wait_s, in_wait_s, t310_s, reestablish_s, server, reason, sinr,
):  # fmt: skip
    cells = shift.size
    filtered, mw = np.empty(cells), np.empty(cells)
    met, since = np.zeros(cells, np.uint8), np.full(cells, NEVER)
    begin, target, doomed, timing = 0, -1, False, False
    due, out_since, in_since, t310, back = NEVER, NEVER, NEVER, NEVER, NEVER
    for t in range(time_s.size):
        now, old = time_s[t], s
        _measure(level, r, t, shift, gain[t], filtered, mw)
        if s < 0:
            if now >= back - EPS:
                s = _strongest(q_in, noise, pair_start, pair_cell, pair_weight, filtered, mw)
                reason[r, t] = REESTABLISHED if s >= 0 else 0
        else:
            here = _sinr_db(s, noise, pair_start, pair_cell, pair_weight, mw)
            sinr[r, t] = here
            out_since = min(out_since, now) if _mean(sinr, r, t, begin, time_s, OUT_S) < q_out else NEVER
            in_since = min(in_since, now) if _mean(sinr, r, t, begin, time_s, IN_S) > q_in else NEVER
            if t310 == NEVER and now - out_since >= out_wait_s - EPS:
                t310 = now
            elif now - in_since >= in_wait_s - EPS:
                t310 = NEVER
            poor = here < q_out or t310 < NEVER
            if now - t310 >= t310_s - EPS:
                s, reason[r, t], back = -1, RADIO_LINK_FAILURE, now + reestablish_s
            elif target >= 0:
                if now >= due - EPS:
                    there = _sinr_db(target, noise, pair_start, pair_cell, pair_weight, mw)
                    failed = doomed or poor or there < q_out
                    s, reason[r, t] = (s, HANDOVER_FAILED) if failed else (target, A3)
                    target = -1
                    since[:] = NEVER
            elif _above(s, need[s], relation, cio, filtered, met):
                timing = True
                target = _ripe(s, now, wait_s[s], cio, filtered, met, since)
                due, doomed = now + EXECUTION_S, poor
            elif timing:
                timing = False
                since[:] = NEVER
        if s != old:
            since[:] = NEVER
            begin, target, out_since, in_since, t310 = t + 1, -1, NEVER, NEVER, NEVER
        server[r, t] = s


@njit(cache=True, parallel=True)
def _hand_over(
    level, time_s, shift, start, gain, need, wait_s, relation, cio, noise, pair_start, pair_cell, pair_weight, q_out,
    q_in, out_wait_s, in_wait_s, t310_s, reestablish_s, server, reason, sinr,
):  # fmt: skip
    for r in prange(level.shape[0]):
        if start[r] >= 0:
            _hand_over_run(
                r, level, time_s, shift, start[r], gain, need, wait_s, relation, cio, noise, pair_start, pair_cell,
                pair_weight, q_out, q_in, out_wait_s, in_wait_s, t310_s, reestablish_s, server, reason, sinr,
            )  # fmt: skip
