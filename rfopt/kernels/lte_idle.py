"""LTE idle mode: cell reselection by ranking and by priority (3GPP TS 36.304 §5.2).

Clauses from memory of the standard [M], ranges cross-checked. Averages are integer sums of reported levels, compared
multiplied by the number of samples, so that no rounding can decide anything.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from rfopt.kernels.casts import table, traces

SELECTED, LOST, R_CRITERION, HIGHER_PRIORITY, LOWER_PRIORITY = 4, 5, 11, 12, 13
"""Reasons; the same numbers as `rfopt.mobility.reasons.Reason`."""

UNLISTED, INTRA, EQUAL, HIGHER, LOWER = 0, 1, 2, 3, 4  # the rule between a server and a neighbour
STAY_S = 1.0  # a cell is not left sooner
NO_PRIORITY = -1.0  # of a cell that states none: every listed layer is higher
MOST_COUNTED = 16  # largest legal n-CellChange: more reselections than one above it need not be told apart
NORMAL, MEDIUM, HIGH = 0, 1, 2  # mobility states
EPS = 1e-6  # times are sums of decimal fractions
NEVER = np.inf


def camp(
    level_dbm: ArrayLike,
    time_s: ArrayLike,
    shift_db: ArrayLike,
    start: ArrayLike,
    *,
    q_rxlevmin_dbm: ArrayLike,
    q_hyst_db: ArrayLike,
    s_intra_search_db: ArrayLike,
    s_non_intra_search_db: ArrayLike,
    cell_reselection_priority: ArrayLike,
    thresh_serving_low_db: ArrayLike,
    t_reselection_s: ArrayLike,
    carrier: ArrayLike,
    q_offset_db: ArrayLike,
    layer_priority: ArrayLike,
    thresh_x_high_db: ArrayLike,
    thresh_x_low_db: ArrayLike,
    layer_q_rxlevmin_dbm: ArrayLike,
    window_s: float = 1.28,
    search_s: float = 10.0,
    start_s: float = -np.inf,
    gsm: ArrayLike = False,
    t_evaluation_s: ArrayLike = np.nan,
    t_hyst_normal_s: ArrayLike = 30.0,
    n_cell_change_medium: ArrayLike = MOST_COUNTED,
    n_cell_change_high: ArrayLike = MOST_COUNTED,
    t_reselection_sf_medium: ArrayLike = 1.0,
    t_reselection_sf_high: ArrayLike = 1.0,
    q_hyst_sf_medium_db: ArrayLike = 0.0,
    q_hyst_sf_high_db: ArrayLike = 0.0,
) -> tuple[NDArray[np.int16], NDArray[np.int8]]:
    """Camp and reselect by the S and R criteria and by priority on every run of a set of level traces.

    Parameters
    ----------
    level_dbm : array_like, shape (R, T, C)
        RSRP before rounding, fading included [dBm]; NaN = not heard. Cells of a GSM layer carry RSSI.
    time_s : array_like, shape (T,)
        Increasing instants [s]; any spacing.
    shift_db : array_like, shape (C,)
        Added to every level of the cell.
    start : array_like of int, shape (R,)
        Serving cell before the first instant; −1 = cell selection at the first instant.
    q_rxlevmin_dbm, q_hyst_db, s_intra_search_db, s_non_intra_search_db, cell_reselection_priority,
    thresh_serving_low_db, t_reselection_s : array_like, shape (C,)
        Broadcast parameters. A priority of NaN is below every listed one.
    carrier : array_like of int, shape (C,)
        Layer 0…F−1 of the cell.
    q_offset_db : array_like, shape (C, C)
        Qoffset of the neighbour as seen from the server ``[server, neighbour]``.
    layer_priority, thresh_x_high_db, thresh_x_low_db, layer_q_rxlevmin_dbm : array_like, shape (C, F)
        What the cell broadcasts on another layer. Priority NaN: not listed, never measured. A minimum of NaN: only
        that of the target cell counts. The column of the cell's own layer is not read.
    window_s : float
        Averaging of the measurements; 1.28 s is one DRX cycle.
    search_s : float
        The S criterion of the server fails for this long: cell selection among all cells.
    start_s : float
        When the phone camped on `start` [s].
    gsm : array_like of bool, shape (C,) or one value
        Cells of GSM, whose levels are coded as RXLEV; selected only where no LTE cell is suitable.
    t_evaluation_s, t_hyst_normal_s, n_cell_change_medium, n_cell_change_high : array_like, shape (C,) or a number
        Of the serving cell: speed states by reselections counted (§5.2.4.3). NaN = no speed states.
    t_reselection_sf_medium, t_reselection_sf_high, q_hyst_sf_medium_db, q_hyst_sf_high_db
        Likewise: factor on t-Reselection, rounded up to whole seconds, and what is added to Qhyst in these states.

    Returns
    -------
    server : int16 array, shape (R, T)
        Serving cell after the decision at each instant; −1 = no service.
    reason : int8 array, shape (R, T)
        0, or why the server changed at this instant, see `rfopt.mobility.reasons.Reason`.

    Raises
    ------
    ValueError
        If shapes do not agree, time does not increase, or an n-CellChange is above 16.

    Notes
    -----
    More than n-CellChange reselections in the last t-Evaluation make the state medium or high, none of both for
    t-HystNormal makes it normal. A reselection and the one that goes straight back (A → B → A) are not counted.
    A criterion must hold for t-Reselection, and more than 1 s must have passed on the server (§5.2.4.5, §5.2.4.6).
    The layer of highest priority wins, then the best rank Q − Qoffset, then the last sample before rounding.

    Examples
    --------
    >>> import numpy as np
    >>> level, one, layer = np.tile(np.float32([-100.0, -97.0]), (1, 10, 1)), np.ones(2), np.full((2, 1), np.nan)
    >>> server, reason = camp(
    ...     level, np.arange(10) * 0.5, one * 0, [0], q_rxlevmin_dbm=one * -120, q_hyst_db=one * 2,
    ...     s_intra_search_db=one * 62, s_non_intra_search_db=one * 16, cell_reselection_priority=one * 7,
    ...     thresh_serving_low_db=one * 4, t_reselection_s=one, carrier=one * 0, q_offset_db=np.zeros((2, 2)),
    ...     layer_priority=layer, thresh_x_high_db=layer, thresh_x_low_db=layer, layer_q_rxlevmin_dbm=layer)
    >>> server[0].tolist()
    [0, 0, 1, 1, 1, 1, 1, 1, 1, 1]
    """
    level, times, shift, first = traces(level_dbm, time_s, shift_db, start)
    n = level.shape[2]
    minimum = table(q_rxlevmin_dbm, (n,), np.float32)
    own = np.nan_to_num(table(cell_reselection_priority, (n,), np.float32), nan=NO_PRIORITY)
    layer = table(carrier, (n,), np.int64)
    f = np.shape(layer_priority)[1]
    seen = [
        table(x, (n, f), np.float32)[:, layer]
        for x in (layer_priority, thresh_x_high_db, thresh_x_low_db, layer_q_rxlevmin_dbm)
    ]
    kind, priority, level_bar = _rules(layer, own, minimum, *seen)
    offset = table(q_offset_db, (n, n), np.float32)
    hysteresis = table(q_hyst_db, (n,), np.float32)
    intra, other = table(s_intra_search_db, (n,), np.float32), table(s_non_intra_search_db, (n,), np.float32)
    search = np.where(kind == INTRA, intra[:, None], np.where(kind == HIGHER, np.float32(np.inf), other[:, None]))
    low = np.where(kind == LOWER, table(thresh_serving_low_db, (n,), np.float32)[:, None], np.float32(np.inf))
    ranked = (kind == INTRA) | (kind == EQUAL)
    foreign = table(_spread(gsm, n), (n,), np.uint8)
    level, shift = _coded_as_rxlev(level, shift, foreign != 0)
    speed = [
        table(_spread(x, n), (n,), np.float64)
        for x in (
            t_evaluation_s, t_hyst_normal_s, n_cell_change_medium, n_cell_change_high, t_reselection_sf_medium,
            t_reselection_sf_high, q_hyst_sf_medium_db, q_hyst_sf_high_db,
        )
    ]  # fmt: skip
    if np.any(np.stack(speed[2:4]) > MOST_COUNTED):
        raise ValueError(f"n_cell_change must be at most {MOST_COUNTED}")
    server, reason = np.empty(level.shape[:2], np.int16), np.zeros(level.shape[:2], np.int8)
    _camp(
        level, times, shift, first, minimum, search + minimum[:, None], low + minimum[:, None], level_bar,
        np.where(ranked, hysteresis[:, None] + offset, np.float32(-np.inf)), offset, priority, own,
        table(t_reselection_s, (n,), np.float64), float(window_s), float(search_s), float(start_s), foreign,
        np.stack(speed), server, reason,
    )  # fmt: skip
    return server, reason


def _coded_as_rxlev(
    level: NDArray[np.float32], shift: NDArray[np.float32], gsm: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Levels of GSM cells such that their floor is RXLEV: floor + 1, −110…−47 (TS 45.008 §8.1.4); NaN gives −110."""
    if not gsm.any():
        return level, shift
    raised = np.clip(np.nan_to_num(level + shift, nan=-111.0), -111.0, -48.0) + np.float32(1.0)
    return np.where(gsm, raised, level).astype(np.float32), np.where(gsm, np.float32(0.0), shift)


def _spread(values: ArrayLike, n: int) -> ArrayLike:
    """One value as an array of n; an array as it is."""
    return np.broadcast_to(values, (n,)) if np.ndim(values) == 0 else values


def _rules(
    layer: NDArray[np.int64],
    own: NDArray[np.float32],
    minimum: NDArray[np.float32],
    listed: NDArray[np.float32],
    high: NDArray[np.float32],
    low: NDArray[np.float32],
    layer_minimum: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """For every (server, neighbour): the kind of rule, the neighbour's priority, the level it must exceed [dBm]."""
    same = layer[:, None] == layer
    priority = np.where(same, own[:, None], np.nan_to_num(listed, nan=NO_PRIORITY))
    step = np.sign(priority - own[:, None])
    kind = np.select([same, np.isnan(listed), step > 0, step < 0], [INTRA, UNLISTED, HIGHER, LOWER], EQUAL)
    np.fill_diagonal(kind, UNLISTED)
    reference = np.where(np.isnan(layer_minimum), minimum, layer_minimum)
    threshold = np.select([kind == HIGHER, kind == LOWER], [high, low], np.float32(0))
    suitable = np.where(same, minimum, np.maximum(minimum, reference + threshold))
    return kind, priority, np.where(kind == UNLISTED, np.float32(np.inf), suitable)


# What runs at every step is inlined before compiling: a call that passes arrays costs more than these loops do.


@njit(inline="always")
def _rsrp(level):
    """Reported level [dBm]: floor, −141…−44 (TS 36.133 §9.1.4); NaN gives −141."""
    q = np.floor(level)
    q = max(np.float32(-141.0), q)
    return np.int32(min(np.float32(-44.0), q))


@njit(inline="always")
def _average(level, r, t, first, time_s, shift, window_s, row, total):
    """Add the sample of step t, drop those that left the window; the new first step of the window."""
    for c in range(row.size):
        row[c] = level[r, t, c] + shift[c]
        total[c] += _rsrp(row[c])
    while first < t and time_s[first] <= time_s[t] - window_s + EPS:
        for c in range(row.size):
            total[c] -= _rsrp(level[r, first, c] + shift[c])
        first += 1
    return first


@njit(inline="always")
def _mark(s, count, total, search, low, bar, lead, more, met):
    """Mark the neighbours whose criterion is met now; whether there is any."""
    mine = np.float32(total[s])
    found = np.uint8(0)
    for n in range(met.size):
        x = np.float32(total[n])
        measured = (mine <= count * search[s, n]) & (mine < count * low[s, n])
        met[n] = measured & (x > count * bar[s, n]) & (x - mine > count * (lead[s, n] + more))
        found |= met[n]
    return found != 0


@njit(inline="always")
def _ripe(s, now, wait_s, count, total, offset, priority, met, since, row):
    """Run the timers; the cell to go to, or -1: highest priority, then best rank, then the last sample."""
    best, best_rank = -1, np.float32(0.0)
    for n in range(met.size):
        since[n] = min(since[n], now) if met[n] else NEVER
        if now - since[n] < wait_s - EPS:
            continue
        rank = np.float32(total[n]) - count * offset[s, n]
        if best >= 0 and priority[s, n] == priority[s, best]:
            ahead = rank > best_rank or (rank == best_rank and row[n] > row[best])
        else:
            ahead = best < 0 or priority[s, n] > priority[s, best]
        if ahead:
            best, best_rank = n, rank
    return best


@njit
def _select(count, total, minimum, gsm, row):
    """Cell selection: the largest positive Srxlev, LTE before GSM, or -1."""
    best, best_value = -1, np.float32(0.0)
    for n in range(row.size):
        value = np.float32(total[n]) - count * minimum[n]
        if not value > 0 or (best >= 0 and gsm[n] > gsm[best]):
            continue
        nearer = best < 0 or gsm[n] < gsm[best]
        if nearer or value > best_value or (value == best_value and row[n] > row[best]):
            best, best_value = n, value
    return best


@njit
def _note(why, s, target, now, at, held, before, counts):
    """Enter a change of server into the times of the reselections that count.

    One that goes straight back is none and strikes out the other. Returned: how many are held, the server before, and
    whether the last one counts.
    """
    if why in (SELECTED, LOST):
        return held, -1, False
    if target == before:
        return held - np.int64(counts), s, False
    if held == at.size:
        at[:-1] = at[1:]
        held -= 1
    at[held] = now
    return held + 1, s, True


@njit
def _state(s, now, speed, at, held, state, seen):
    """Mobility state on server s, and when the criterion of medium or high was last met."""
    period, wait, medium, high = speed[0, s], speed[1, s], speed[2, s], speed[3, s]
    number = 0
    for k in range(held):
        number += np.int64(at[k] > now - period + EPS)
    if number > high or number > medium:
        return (HIGH if number > high else MEDIUM), now
    return (NORMAL if now - seen >= wait - EPS else state), seen


@njit
def _camp_run(
    r, level, time_s, shift, s, minimum, search, low, bar, lead, offset, priority, own, wait_s, window_s, search_s,
    start_s, gsm, speed, server, reason,
):  # fmt: skip
    cells = shift.size
    at, held, before, counts, state, seen = np.empty(MOST_COUNTED + 1), 0, -1, False, NORMAL, -NEVER
    row, total, met = np.empty(cells, np.float32), np.zeros(cells, np.int32), np.zeros(cells, np.uint8)
    since = np.full(cells, NEVER)
    first, timing, camped, weak_since = 0, False, start_s, NEVER
    for t in range(time_s.size):
        now = time_s[t]
        first = _average(level, r, t, first, time_s, shift, window_s, row, total)
        count = np.float32(t - first + 1)
        # A change starts the timers against the new server at once: hence a second turn at the same instant.
        for turn in range(2):
            target, why, more, wait = s, 0, np.float32(0.0), 0.0
            if s >= 0:
                wait = wait_s[s]
                if speed[0, s] > 0:
                    state, seen = _state(s, now, speed, at, held, state, seen)
                    if state != NORMAL:
                        wait = np.ceil(wait * speed[3 + state, s] - EPS)
                        more = np.float32(speed[5 + state, s])
                weak_since = min(weak_since, now) if total[s] <= count * minimum[s] else NEVER
            if s < 0 or now - weak_since >= search_s - EPS:
                if turn == 0:
                    target = _select(count, total, minimum, gsm, row)
                    why = SELECTED if target >= 0 else LOST
            elif _mark(s, count, total, search, low, bar, lead, more, met):
                timing = True
                ripe = _ripe(s, now, wait, count, total, offset, priority, met, since, row)
                if ripe >= 0 and now - camped > STAY_S + EPS:
                    target = ripe
                    step = priority[s, ripe] - own[s]
                    why = HIGHER_PRIORITY if step > 0 else LOWER_PRIORITY if step < 0 else R_CRITERION
            elif timing:
                timing = False
                since[:] = NEVER
            if target == s:
                break
            reason[r, t] = why
            held, before, counts = _note(why, s, target, now, at, held, before, counts)
            s, camped, weak_since = target, now, NEVER
            since[:] = NEVER
        server[r, t] = s


@njit(cache=True, parallel=True)
def _camp(
    level, time_s, shift, start, minimum, search, low, bar, lead, offset, priority, own, wait_s, window_s, search_s,
    start_s, gsm, speed, server, reason,
):  # fmt: skip
    for r in prange(level.shape[0]):
        _camp_run(
            r, level, time_s, shift, start[r], minimum, search, low, bar, lead, offset, priority, own, wait_s, window_s,
            search_s, start_s, gsm, speed, server, reason,
        )  # fmt: skip
