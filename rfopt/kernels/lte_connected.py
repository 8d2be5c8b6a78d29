"""LTE connected mode: event A3, handover and radio link failure (3GPP TS 36.331 §5.5, TS 36.839 §5.2).

Clauses from memory of the standards [M]; the filter and the entering condition are checked against published vectors.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from rfopt.kernels.casts import table, traces
from rfopt.kernels.lanes import (
    WIDTH,
    aligned,
    at,
    bits,
    fetch,
    floor,
    load,
    load_first,
    padded,
    spread,
    store,
    total,
    two_to,
    where,
    widen,
)

HANDOVER_FAILED, A3, RADIO_LINK_FAILURE, REESTABLISHED = 9, 14, 15, 16
"""Reasons; the same numbers as `rfopt.mobility.reasons.Reason`."""

INPUT_PERIOD_S = 0.2  # of the layer 3 filter
EXECUTION_S = 0.05 + 0.04  # preparation and execution of a handover
OUT_S, IN_S, INDICATION_S = 0.2, 0.1, 0.01  # averaging of the link quality, spacing of its indications
WEAKEST_DBM = -160.0  # what the filter takes for a cell not heard
EPS = 1e-6  # times are sums of decimal fractions
NEVER, NO_STEP = np.inf, np.int32(np.iinfo(np.int32).max)
NO_LEVEL_DBM = -3010.3  # the power of a cell not heard
AHEAD = 16  # steps between asking memory for levels and using them


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
    related = table(relation, (n, n), np.bool_, diagonal=0)
    cio = padded(np.where(related, table(cio_db, (n, n), np.float64), -np.inf), -np.inf)
    weights = table(coupling, (n, n), np.float64, diagonal=0.0)
    noise = table(floor_mw, (n,), np.float64)
    alone_dbm = np.where(weights.any(axis=1), np.nan, 10.0 * np.log10(noise))
    shift = padded(shift, 0.0)
    server, reason = np.empty(level.shape[:2], np.int16), np.zeros(level.shape[:2], np.int8)
    sinr_db = np.empty(level.shape[:2], np.float32)
    room = shift.size * len(level)
    _hand_over(
        level, times, shift, first, gain, need, table(a3_time_to_trigger_ms, (n,), np.float64) / 1000.0, cio,
        noise, alone_dbm, padded(weights, 0.0), float(q_out_db), float(q_in_db), (n310 - 1) * INDICATION_S,
        (n311 - 1) * INDICATION_S, t310_ms / 1000.0, float(reestablish_s), aligned(room, np.float64),
        aligned(room, np.int32), server, reason, sinr_db,
    )  # fmt: skip
    return server, reason, sinr_db


# The kernel reads and writes through pointers: an array that is passed on costs two atomic counts. Cells are padded to
# whole vectors; `row` points to the levels of one step.


@njit(forceinline=True)
def _sample(row, b, cells, shift):
    """Sixteen levels, NaN beyond the last cell."""
    return widen(load_first(row, b, np.int32(cells - b), np.float32(np.nan)) + load(shift, b))


@njit(forceinline=True)
def _power(levels):
    """10^(level/10) to 1e-9; NaN gives about 0."""
    x, least = levels * spread(0.33219280948873623), spread(-1000.0)
    x = where(x > least, x, least)
    whole = floor(x + spread(0.5))
    f = (x - whole) * spread(0.6931471805599453)
    p = spread(1.0 / 5040.0) + f * spread(1.0 / 40320.0)
    p = spread(1.0 / 120.0) + f * (spread(1.0 / 720.0) + f * p)
    p = spread(1.0 / 6.0) + f * (spread(1.0 / 24.0) + f * p)
    p = spread(1.0) + f * (spread(1.0) + f * (spread(0.5) + f * p))
    return p * two_to(whole)


@njit(forceinline=True)
def _disturbance_dbm(i, row, cells, size, shift, noise, coupling):
    disturbance = noise[i]
    for b in range(0, size, WIDTH):
        disturbance += total(_power(_sample(row, b, cells, shift)) * load(coupling, i * size + b))
    return 10.0 * math.log10(disturbance)


@njit(forceinline=True)
def _sinr_db(i, row, cells, size, shift, noise, alone_dbm, coupling):
    """Of cell i; `alone_dbm` is its disturbance where no cell disturbs it, else NaN."""
    disturbance_dbm = alone_dbm[i]
    if math.isnan(disturbance_dbm):
        disturbance_dbm = _disturbance_dbm(i, row, cells, size, shift, noise, coupling)
    own = np.float64(row[i] + shift[i])
    return (own if own > NO_LEVEL_DBM else NO_LEVEL_DBM) - disturbance_dbm


@njit(forceinline=True)
def _mean(sinr, t, begin):
    """Mean over the steps from `begin` to t."""
    summed = 0.0
    for k in range(t, begin - 1, -1):
        summed += sinr[k]
    return summed / (t + 1 - begin)


@njit(forceinline=True)
def _t310(now, is_lost, is_found, t310):
    """When the timer T310 started, or never."""
    if t310 == NEVER and is_lost:
        return now
    return NEVER if is_found else t310


@njit(forceinline=True)
def _filter(row, cells, size, shift, gain, bound, t, ripe, cio, filtered, since):
    """Filter every cell (TS 36.331 §5.5.3.2) and time those above `bound`; whether a timer began before step `ripe`."""
    weakest, share, least, now, never = spread(WEAKEST_DBM), spread(gain), spread(bound), spread(t), spread(NO_STEP)
    found = 0
    for b in range(0, size, WIDTH):
        fetch(row, AHEAD * cells + b)
        x, kept = _sample(row, b, cells, shift), load(filtered, b)
        x = where(x > weakest, x, weakest)
        kept = kept + share * (x - kept)
        store(filtered, b, kept)
        began = load(since, b)
        began = where(kept + load(cio, b) > least, where(began < now, began, now), never)
        store(since, b, began)
        found |= bits(began < spread(ripe))
    return found != 0


@njit
def _ripest(ripe, cells, cio, filtered, since):
    """The strongest neighbour whose timer began before step `ripe`."""
    best = -1
    for n in range(cells):
        if since[n] < ripe and (best < 0 or filtered[n] + cio[n] > filtered[best] + cio[best]):
            best = n
    return best


@njit
def _strongest(q_in, row, cells, size, shift, noise, alone_dbm, coupling, filtered):
    """The strongest cell that is in sync, or -1."""
    best = -1
    for n in range(cells):
        ahead = best < 0 or filtered[n] > filtered[best]
        if ahead and _sinr_db(n, row, cells, size, shift, noise, alone_dbm, coupling) > q_in:
            best = n
    return best


@njit
def _stop(size, since):
    for b in range(0, size, WIDTH):
        store(since, b, spread(NO_STEP))


@njit(error_model="numpy")
def _hand_over_run(
    level, steps, cells, size, time_s, out_of, in_of, shift, s, gain, need, wait_s, cio, noise, alone_dbm, coupling,
    q_out, q_in, out_wait_s, in_wait_s, t310_s, reestablish_s, filtered, since, server, reason, sinr,
):  # fmt: skip
    for b in range(0, size, WIDTH):
        store(filtered, b, spread(0.0))
    _stop(size, since)
    begin, ripe, target, doomed = 0, 0, -1, False
    due, out_since, in_since, t310, back = NEVER, NEVER, NEVER, NEVER, NEVER
    for t in range(steps):
        now, old, row, bound = time_s[t], s, at(level, t * cells), NEVER
        if s >= 0:
            own = max(WEAKEST_DBM, np.float64(row[s] + shift[s]))
            bound = filtered[s] + gain[t] * (own - filtered[s]) + need[s]
            while ripe <= t and now - time_s[ripe] >= wait_s[s] - EPS:
                ripe += 1
        own_cio = at(cio, max(s, 0) * size)
        found = _filter(row, cells, size, shift, gain[t], bound, np.int32(t), np.int32(ripe), own_cio, filtered, since)
        sinr[t] = np.nan
        if s < 0:
            if now >= back - EPS:
                s = _strongest(q_in, row, cells, size, shift, noise, alone_dbm, coupling, filtered)
                reason[t] = REESTABLISHED if s >= 0 else 0
        else:
            here = _sinr_db(s, row, cells, size, shift, noise, alone_dbm, coupling)
            sinr[t] = here
            is_out = _mean(sinr, t, max(begin, out_of[t])) < q_out
            is_in = _mean(sinr, t, max(begin, in_of[t])) > q_in
            out_since, in_since = min(out_since, now) if is_out else NEVER, min(in_since, now) if is_in else NEVER
            t310 = _t310(now, now - out_since >= out_wait_s - EPS, now - in_since >= in_wait_s - EPS, t310)
            poor = here < q_out or t310 < NEVER
            if now - t310 >= t310_s - EPS:
                s, reason[t], back = -1, RADIO_LINK_FAILURE, now + reestablish_s
            elif target >= 0:
                if now >= due - EPS:
                    there = _sinr_db(target, row, cells, size, shift, noise, alone_dbm, coupling)
                    failed = doomed or poor or there < q_out
                    s, reason[t] = (s, HANDOVER_FAILED) if failed else (target, A3)
                    target = -1
                    _stop(size, since)
            elif found:
                target = _ripest(ripe, cells, own_cio, filtered, since)
                due, doomed = now + EXECUTION_S, poor
        if s != old:
            _stop(size, since)
            begin, ripe, target, out_since, in_since, t310 = t + 1, t + 1, -1, NEVER, NEVER, NEVER
        server[t] = s


@njit
def _windows(time_s, window_s):
    """The first step of the window that ends with each step."""
    first_of, first = np.empty(time_s.size, np.int64), 0
    for t in range(time_s.size):
        while not time_s[first] > time_s[t] - window_s + EPS:
            first += 1
        first_of[t] = first
    return first_of


@njit
def _idle(steps, server, sinr):
    """Outcome of a run without a connection."""
    for t in range(steps):
        server[t], sinr[t] = -1, np.nan


@njit(cache=True, parallel=True)
def _hand_over(
    level, time_s, shift, start, gain, need, wait_s, cio, noise, alone_dbm, coupling, q_out, q_in, out_wait_s,
    in_wait_s, t310_s, reestablish_s, filtered, since, server, reason, sinr,
):  # fmt: skip
    steps, cells, size = time_s.size, noise.size, shift.size
    out_of, in_of = _windows(time_s, OUT_S), _windows(time_s, IN_S)
    for r in prange(start.size):
        if start[r] < 0:
            _idle(steps, at(server, r * steps), at(sinr, r * steps))
        else:
            _hand_over_run(
                at(level, r * steps * cells), steps, cells, size, at(time_s, 0), at(out_of, 0), at(in_of, 0),
                at(shift, 0), start[r], at(gain, 0), at(need, 0), at(wait_s, 0), at(cio, 0), at(noise, 0),
                at(alone_dbm, 0), at(coupling, 0), q_out, q_in, out_wait_s, in_wait_s, t310_s, reestablish_s,
                at(filtered, r * size), at(since, r * size), at(server, r * steps), at(reason, r * steps),
                at(sinr, r * steps),
            )  # fmt: skip
