"""GSM idle mode: where a phone camps (3GPP TS 45.008 §6, TS 43.022).

Clauses from memory of the standards [M]; the decisions are checked against published vectors and an independent twin.
Averages are integer sums of RXLEV over one common window, and scores are compared multiplied by the number of samples,
so that no rounding, and hence no order of cells or threads, can decide anything.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from rfopt.kernels.casts import pair_list, table, traces

C2, C1, SIGNALLING, SELECTED, LOST = 1, 2, 3, 4, 5
"""Reasons; the same numbers as `rfopt.mobility.reasons.Reason`."""

WINDOW_S = 5.0  # RLA_C
HOLD_S = 5.0  # how long a criterion must hold
RECENT_S, RECENT_MARGIN_DB = 15.0, 5.0  # after a reselection a further one needs more
LIST_LENGTH = 6  # strongest neighbours that are kept decoded
NEGATIVE_PENALTY_S = 640.0  # code 31: the offset is subtracted
INFINITE_OFFSET_DB, BEYOND_ANY_DB = 70.0, 2000.0
MULTIFRAME_S = 0.2354
EPS = 1e-6  # times are sums of decimal fractions
NEVER = np.inf


def camp(
    level_dbm: ArrayLike,
    time_s: ArrayLike,
    shift_db: ArrayLike,
    start: ArrayLike,
    *,
    rxlev_access_min_dbm: ArrayLike,
    cell_reselect_offset_db: ArrayLike,
    temporary_offset_db: ArrayLike,
    penalty_time_s: ArrayLike,
    cell_reselect_hysteresis_db: ArrayLike,
    area: ArrayLike,
    ba: ArrayLike,
    floor_mw: ArrayLike,
    coupling: ArrayLike,
    decode_ci_db: float,
    bs_pa_mfrms: int = 5,
    sync_hold_s: float = 5.0,
) -> tuple[NDArray[np.int16], NDArray[np.int8]]:
    """Camp and reselect by C1 and C2 on every run of a set of level traces.

    Parameters
    ----------
    level_dbm : array_like, shape (R, T, C)
        Level before rounding, fading included [dBm]; NaN = not heard.
    time_s : array_like, shape (T,)
        Increasing instants [s]; any spacing.
    shift_db : array_like, shape (C,)
        Added to every level of the cell.
    start : array_like of int, shape (R,)
        Serving cell before the first instant; −1 = cell selection at the first instant.
    rxlev_access_min_dbm, cell_reselect_offset_db, temporary_offset_db, penalty_time_s, cell_reselect_hysteresis_db
        Broadcast parameters, shape (C,). A temporary offset of 70 dB and more is infinite; a penalty time of 640 s
        is code 31: the reselect offset is subtracted.
    area : array_like of int, shape (C,)
        Location area, any numbering.
    ba : array_like of bool, shape (C, C)
        ``ba[s, n]``: the carrier of n is on the BA list of s.
    floor_mw, coupling : array_like, shapes (C,) and (C, C)
        Interference on the BCCH of i: ``floor_mw[i] + Σ_j coupling[i, j]·10^(L_j/10)`` [mW]; the diagonal is ignored.
    decode_ci_db : float
        Lowest C/I at which a BCCH can be decoded.
    bs_pa_mfrms : int
        Multiframes between two paging blocks, 2…9.
    sync_hold_s : float
        A neighbour stays decodable for this long after its C/I was last good: its BSIC is re-read only now and then.

    Returns
    -------
    server : int16 array, shape (R, T)
        Serving cell after the decision at each instant; −1 = no service.
    reason : int8 array, shape (R, T)
        0, or why the server changed at this instant, see `rfopt.mobility.reasons.Reason`.

    Raises
    ------
    ValueError
        If shapes do not agree, or time does not increase.

    Notes
    -----
    A better cell by C2 must stay so for 5 s (§6.6.2): by the hysteresis of the serving cell in another area, by 5 dB
    within 15 s of the last reselection. The path loss criterion must fail for 5 s; signalling takes longer than that
    to fail. All timers start with the server, so the cell just left is never returned to within 5 s. Ties are broken
    by the last sample before rounding.

    Examples
    --------
    >>> import numpy as np
    >>> level = np.tile(np.float32([-80.0, -75.0]), (1, 20, 1))
    >>> zero, table = np.zeros(2), np.zeros((2, 2))
    >>> server, reason = camp(
    ...     level, np.arange(20) * 0.5, zero, [0], rxlev_access_min_dbm=zero - 100, cell_reselect_offset_db=zero,
    ...     temporary_offset_db=zero, penalty_time_s=zero + 20, cell_reselect_hysteresis_db=zero, area=zero,
    ...     ba=table + 1, floor_mw=zero + 1e-11, coupling=table, decode_ci_db=4.0)
    >>> int(np.argmax(server[0] == 1)) * 0.5
    5.0
    """
    level, times, shift, first = traces(level_dbm, time_s, shift_db, start)
    n = level.shape[2]
    access = table(rxlev_access_min_dbm, (n,), np.float32)
    penalty = table(penalty_time_s, (n,), np.float64)
    reward = table(cell_reselect_offset_db, (n,), np.float32)
    negative = penalty >= NEGATIVE_PENALTY_S
    offset = np.where(negative, -reward, reward) - access
    temporary = np.where(negative, np.float32(0), table(temporary_offset_db, (n,), np.float32))
    temporary = np.where(temporary >= INFINITE_OFFSET_DB, np.float32(BEYOND_ANY_DB), temporary)
    places = table(area, (n,), np.int64)
    hysteresis = table(cell_reselect_hysteresis_db, (n,), np.float32)
    margins = np.where(places[:, None] != places, hysteresis[:, None], np.float32(0))
    needed = 10.0 ** (float(decode_ci_db) / 10.0)
    noise = table(floor_mw, (n,), np.float64) * needed
    pair_start, pair_cell, pair_weight = pair_list(table(coupling, (n, n), np.float64, diagonal=0.0) * needed)
    quiet_dbm = np.where(np.diff(pair_start) > 0, np.inf, 10.0 * np.log10(noise)).astype(np.float32)
    server = np.empty(level.shape[:2], dtype=np.int16)
    reason = np.zeros(level.shape[:2], dtype=np.int8)
    _camp(
        level, times, shift, first, access, offset, temporary, penalty, margins,
        table(ba, (n, n), np.bool_, diagonal=0).astype(np.uint8), quiet_dbm, noise, pair_start, pair_cell, pair_weight,
        int(90.0 / bs_pa_mfrms + 0.5), bs_pa_mfrms * MULTIFRAME_S, float(sync_hold_s), server, reason,
    )  # fmt: skip
    return server, reason


@njit
def _rxlev(level):
    """Reported level [dBm]: floor + 1, −110…−47 (TS 45.008 §8.1.4); NaN gives −110."""
    q = np.floor(level) + np.float32(1.0)
    q = max(np.float32(-110.0), q)
    return np.int32(min(np.float32(-47.0), q))


@njit
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


@njit
def _average(level, r, t, first, time_s, shift, row, total):
    """Add the sample of step t, drop those that left the window; the new first step of the window."""
    for c in range(row.size):
        row[c] = level[r, t, c] + shift[c]
        total[c] += _rxlev(row[c])
    while time_s[first] <= time_s[t] - WINDOW_S + EPS:
        for c in range(row.size):
            total[c] -= _rxlev(level[r, first, c] + shift[c])
        first += 1
    return first


@njit
def _listen(t, row, quiet_dbm, noise, pair_start, pair_cell, pair_weight, mw, heard):
    """Note the cells that can be decoded at step t; powers are summed only for cells that have interferers."""
    for c in range(row.size):
        heard[c] = t if row[c] >= quiet_dbm[c] else heard[c]
    if pair_cell.size == 0:
        return
    for c in range(row.size):
        mw[c] = _power(np.float64(row[c]))
    for i in range(row.size):
        if pair_start[i] == pair_start[i + 1]:
            continue
        total = noise[i]
        for k in range(pair_start[i], pair_start[i + 1]):
            total += pair_weight[k] * mw[pair_cell[k]]
        if mw[i] >= total:
            heard[i] = t


@njit
def _ahead(score, row, a, b):
    """Whether a goes before b: by score, then by the last sample, then by index."""
    tied = (row[a] > row[b]) | ((row[a] == row[b]) & (a < b))
    return (score[a] > score[b]) | ((score[a] == score[b]) & tied)


@njit
def _list_six(s, ba, heard, oldest, total, row, on, six):
    """Mark the six strongest decodable carriers of the BA list of s."""
    on[:] = 0
    held = 0
    for n in range(row.size):
        if ba[s, n] == 0 or heard[n] < oldest:
            continue
        if held == LIST_LENGTH and not _ahead(total, row, n, six[held - 1]):
            continue
        k = min(held, LIST_LENGTH - 1)
        while k > 0 and _ahead(total, row, n, six[k - 1]):
            six[k] = six[k - 1]
            k -= 1
        six[k] = n
        held = min(held + 1, LIST_LENGTH)
    for k in range(held):
        on[six[k]] = 1


@njit
def _grade(now, count, total, offset, temporary, penalty, on, entered, score):
    """C2 of every listed neighbour times the number of samples; keeps T, the time on the list, where it matters."""
    for n in range(score.size):
        score[n] = np.float32(total[n]) + count * offset[n]
        if temporary[n] > 0:
            entered[n] = min(entered[n], now) if on[n] else NEVER
            if now - entered[n] <= penalty[n] + EPS:
                score[n] -= count * temporary[n]


@njit
def _any_above(s, count, total, offset, ba):
    """Whether any listed cell could have a C2 above that of s: the usual answer is no, and ends the step."""
    mine = np.float32(total[s]) + count * offset[s]
    found = np.int32(0)
    for n in range(total.size):
        found |= np.int32((ba[s, n] != 0) & (np.float32(total[n]) + count * offset[n] > mine))
    return found != 0


@njit
def _better(now, last, mine, count, total, access, score, margin, on, since, row):
    """Run the 5 s timers of the cells above the server; the best cell whose timer is through, or -1.

    `since[0]`: above by the margin that always applies; `since[1]`: by the margin shortly after a reselection.
    """
    timer = 1 if now - last < RECENT_S - EPS else 0
    best = -1
    for n in range(score.size):
        excess = score[n] - mine
        above = on[n] and total[n] > count * access[n] and excess > 0 and excess >= count * margin[n]
        clear = above and excess >= count * np.float32(RECENT_MARGIN_DB)
        since[0, n] = min(since[0, n], now) if above else NEVER
        since[1, n] = min(since[1, n], now) if clear else NEVER
        score[n] -= count * margin[n]
        if now - since[timer, n] >= HOLD_S - EPS and (best < 0 or _ahead(score, row, n, best)):
            best = n
    return best


@njit
def _refuge(count, total, access, score, margin, on, row):
    """The best suitable cell of the list when the server has to be left; or -1."""
    best = -1
    for n in range(score.size):
        if not on[n] or total[n] <= count * access[n]:
            continue
        score[n] -= count * margin[n]
        if best < 0 or _ahead(score, row, n, best):
            best = n
    return best


@njit
def _select(t, count, total, access, heard, score, row):
    """Cell selection: the largest positive C1 among the cells decodable now, or -1."""
    best = -1
    for n in range(row.size):
        score[n] = np.float32(total[n]) - count * access[n]
        if score[n] > 0 and heard[n] == t and (best < 0 or _ahead(score, row, n, best)):
            best = n
    return best


@njit
def _camp_run(
    r, level, time_s, shift, s, access, offset, temporary, penalty, margins, ba, quiet_dbm, noise, pair_start,
    pair_cell, pair_weight, full_credit, block_s, sync_hold_s, server, reason,
):  # fmt: skip
    cells = shift.size
    row, score, mw = np.empty(cells, np.float32), np.empty(cells, np.float32), np.empty(cells)
    total, heard, on = np.zeros(cells, np.int32), np.full(cells, -1, np.int32), np.zeros(cells, np.uint8)
    entered, since, six = np.full(cells, NEVER), np.full((2, cells), NEVER), np.empty(LIST_LENGTH, np.int32)
    has_temporary = temporary.max() > 0
    first, oldest, credit, blocks, timing = 0, 0, full_credit, 0, False
    last, weak_since, camped = -NEVER, NEVER, time_s[0]
    for t in range(time_s.size):
        now = time_s[t]
        first = _average(level, r, t, first, time_s, shift, row, total)
        count = np.float32(t - first + 1)
        _listen(t, row, quiet_dbm, noise, pair_start, pair_cell, pair_weight, mw, heard)
        while time_s[oldest] < now - sync_hold_s - EPS:
            oldest += 1
        if s < 0:
            target, why, forced = _select(t, count, total, access, heard, score, row), SELECTED, False
        else:
            target, why = s, C2
            weak_since = min(weak_since, now) if total[s] < count * access[s] else NEVER
            due = np.int64((now - camped) / block_s + EPS)
            credit = min(full_credit, credit + due - blocks) if heard[s] == t else credit - 4 * (due - blocks)
            blocks = due
            forced = now - weak_since >= HOLD_S - EPS or credit <= 0
        # A change starts the timers against the new server at once: hence a second turn at the same instant.
        for turn in range(2):
            if turn == 0 and s < 0:
                pass
            elif forced or has_temporary or _any_above(s, count, total, offset, ba):
                _list_six(s, ba, heard, oldest, total, row, on, six)
                _grade(now, count, total, offset, temporary, penalty, on, entered, score)
                if forced:
                    why = SIGNALLING if credit <= 0 else C1
                    target = _refuge(count, total, access, score, margins[s], on, row)
                    if target < 0:
                        target = _select(t, count, total, access, heard, score, row)
                        why = why if target >= 0 else LOST
                else:
                    timing = True
                    mine = np.float32(total[s]) + count * offset[s]
                    better = _better(now, last, mine, count, total, access, score, margins[s], on, since, row)
                    target = better if better >= 0 else s
            elif timing:
                timing = False
                since[:] = NEVER
            if target == s:
                break
            reason[r, t] = why
            since[:] = NEVER
            camped, weak_since, credit, blocks = now, NEVER, full_credit, 0
            if s >= 0 and target >= 0:
                last, entered[s] = now, -NEVER
            s, forced = target, False
            if s < 0:
                entered[:] = NEVER
                break
        server[r, t] = s


@njit(cache=True, parallel=True)
def _camp(
    level, time_s, shift, start, access, offset, temporary, penalty, margins, ba, quiet_dbm, noise, pair_start,
    pair_cell, pair_weight, full_credit, block_s, sync_hold_s, server, reason,
):  # fmt: skip
    for r in prange(level.shape[0]):
        _camp_run(
            r, level, time_s, shift, start[r], access, offset, temporary, penalty, margins, ba, quiet_dbm, noise,
            pair_start, pair_cell, pair_weight, full_credit, block_s, sync_hold_s, server, reason,
        )  # fmt: skip
