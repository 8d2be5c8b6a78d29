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

HOLD_S = 5.0  # window of the averages RLA_C, and how long a criterion must hold
RECENT_S, RECENT_MARGIN_DB = 15.0, 5.0  # after a reselection a further one needs more
LIST_LENGTH = 6  # strongest neighbours that are kept decoded
NEGATIVE_PENALTY_S = 640.0  # code 31: the offset is subtracted
INFINITE_OFFSET_DB, BEYOND_ANY_DB = 70.0, 2000.0
MULTIFRAME_S = 0.2354
EPS = 1e-6  # times are sums of decimal fractions
NEVER, NO_STEP = np.inf, np.iinfo(np.int32).max


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


# What runs at every step is inlined before compiling: a call that passes arrays costs more than these loops do.


@njit(inline="always")
def _rxlev(level):
    """Reported level [dBm]: floor + 1, −110…−47 (TS 45.008 §8.1.4); NaN gives −110."""
    q = max(np.float32(-110.0), np.floor(level) + np.float32(1.0))
    return np.int32(min(np.float32(-47.0), q))


@njit(inline="always")
def _power(level):
    """10^(level/10) to 1e-9 without a library call, so that the loop over cells vectorises; NaN gives about 0."""
    x = max(-1000.0, level * 0.33219280948873623)
    whole = np.floor(x + 0.5)
    f = (x - whole) * 0.6931471805599453
    p = 1.0 / 5040.0 + f * (1.0 / 40320.0)
    p = 1.0 / 120.0 + f * (1.0 / 720.0 + f * p)
    p = 1.0 / 6.0 + f * (1.0 / 24.0 + f * p)
    p = 1.0 + f * (1.0 + f * (0.5 + f * p))
    return p * np.int64((np.int64(whole) + 1023) << 52).view(np.float64)


@njit(inline="always")
def _measure(level, r, t, shift, quiet_dbm, row, reported, total, heard):
    """Take the sample of step t into the sums; note the undisturbed cells that can be decoded."""
    for c in range(row.size):
        row[c] = level[r, t, c] + shift[c]
        reported[t, c] = _rxlev(row[c])
        total[c] += reported[t, c]
        heard[c] = t if row[c] >= quiet_dbm[c] else heard[c]


@njit(inline="always")
def _forget(now, first, time_s, reported, total):
    """Drop the samples that left the window; the new first step of the window."""
    while time_s[first] <= now - HOLD_S + EPS:
        for c in range(total.size):
            total[c] -= reported[first, c]
        first += 1
    return first


@njit
def _listen(t, row, noise, pair_start, pair_cell, pair_weight, mw, heard):
    """Note which cells can be decoded at step t, those that have interferers among them."""
    for c in range(row.size):
        mw[c] = _power(np.float64(row[c]))
    for i in range(row.size):
        disturbance = noise[i]
        for k in range(pair_start[i], pair_start[i + 1]):
            disturbance += pair_weight[k] * mw[pair_cell[k]]
        if mw[i] >= disturbance:
            heard[i] = t


@njit(inline="always")
def _ahead(a, b, score, row):
    """Whether a goes before b: by score, then by the last sample, then by index."""
    tied = (row[a] > row[b]) | ((row[a] == row[b]) & (a < b))
    return (score[a] > score[b]) | ((score[a] == score[b]) & tied)


@njit(inline="always")
def _rise(s, t, count, total, access, offset, margins, ba, score, since):
    """Grade all cells by C2 and run their timers, temporary offsets apart; whether any timer runs.

    `since[0]`: above the server by the margin that always applies; `since[1]`: by the one after a reselection.
    """
    mine = np.float32(total[s]) + count * offset[s]
    least = count * np.float32(RECENT_MARGIN_DB)
    found = np.int32(0)
    for n in range(score.size):
        lead = np.float32(total[n]) + count * offset[n] - mine
        margin = count * margins[s, n]
        suitable = (ba[s, n] != 0) & (np.float32(total[n]) > count * access[n])
        above = suitable & (lead > np.float32(0.0)) & (lead >= margin)
        score[n] = lead - margin
        since[0, n] = min(since[0, n], np.int32(t)) if above else NO_STEP
        since[1, n] = min(since[1, n], np.int32(t)) if above & (lead >= least) else NO_STEP
        found |= np.int32(above)
    return found != 0


@njit(inline="always")
def _follow(s, forced, ba, heard, oldest, total, row, temporary, since, on):
    """Mark who is among the six strongest decodable carriers of the BA list, of the cells for which it matters."""
    for n in range(row.size):
        on[n] = 0
        matters = forced or temporary[n] > 0 or since[0, n] != NO_STEP
        if not matters or ba[s, n] == 0 or heard[n] < oldest:
            continue
        place = np.int32(0)
        for j in range(row.size):
            place += np.int32((ba[s, j] != 0) & (heard[j] >= oldest) & (total[j] >= total[n]))
        if place > LIST_LENGTH:
            for j in range(row.size):
                tied = ba[s, j] != 0 and heard[j] >= oldest and total[j] == total[n]
                place -= np.int32(tied and _ahead(n, j, total, row))
        on[n] = place <= LIST_LENGTH


@njit
def _hold_back(s, now, count, temporary, penalty, margins, on, entered, score, since):
    """Keep T, the time on the list, and charge the temporary offset of those that have not been there long enough."""
    for n in range(on.size):
        if temporary[n] > 0:
            entered[n] = min(entered[n], now) if on[n] else NEVER
            if on[n] and now - entered[n] <= penalty[n] + EPS:
                score[n] -= count * temporary[n]
                lead = score[n] + count * margins[s, n]
                above = lead > 0 and score[n] >= 0
                if not above:
                    since[0, n] = NO_STEP
                if not above or lead < count * np.float32(RECENT_MARGIN_DB):
                    since[1, n] = NO_STEP


@njit
def _choose(s, forced, first, timer, count, total, access, on, row, score, since):
    """The best listed cell whose timer is through, else s; when s must be left the best suitable one, else -1.

    A timer is through if it began before the averaging window, which is as long.
    """
    best = -1
    for n in range(score.size):
        if not on[n]:
            since[0, n] = since[1, n] = NO_STEP
            continue
        fit = total[n] > count * access[n] if forced else since[timer, n] < first
        if fit and (best < 0 or _ahead(n, best, score, row)):
            best = n
    return best if best >= 0 or forced else s


@njit
def _select(t, count, total, access, heard, row, score):
    """Cell selection: the largest positive C1 among the cells decodable now, or -1."""
    best = -1
    for n in range(score.size):
        score[n] = np.float32(total[n]) - count * access[n]
        if score[n] > 0 and heard[n] == t and (best < 0 or _ahead(n, best, score, row)):
            best = n
    return best


@njit
def _cause(s, target, unheard, weak):
    """Why s gives way to target."""
    if s < 0:
        return SELECTED
    if target < 0:
        return LOST
    return SIGNALLING if unheard else C1 if weak else C2


@njit
def _camp_run(
    r, level, time_s, shift, start, access, offset, temporary, penalty, margins, ba, quiet_dbm, noise, pair_start,
    pair_cell, pair_weight, full_credit, block_s, sync_hold_s, server, reason,
):  # fmt: skip
    cells, has_temporary, s = shift.size, temporary.max() > 0, start
    row, score, mw = np.empty(cells, np.float32), np.empty(cells, np.float32), np.empty(cells)
    reported, total = np.empty(level.shape[1:], np.int8), np.zeros(cells, np.int32)
    heard, on, since = np.full(cells, -1, np.int32), np.zeros(cells, np.uint8), np.full((2, cells), NO_STEP, np.int32)
    entered = np.full(cells, NEVER)
    first, oldest, credit, blocks, weak = 0, 0, full_credit, 0, NO_STEP
    last, camped = -NEVER, time_s[0]
    for t in range(time_s.size):
        now = time_s[t]
        _measure(level, r, t, shift, quiet_dbm, row, reported, total, heard)
        if pair_cell.size > 0:
            _listen(t, row, noise, pair_start, pair_cell, pair_weight, mw, heard)
        first = _forget(now, first, time_s, reported, total)
        while time_s[oldest] < now - sync_hold_s - EPS:
            oldest += 1
        count = np.float32(t - first + 1)
        if s >= 0:
            weak = min(weak, t) if total[s] < count * access[s] else NO_STEP
            due = np.int64((now - camped) / block_s + EPS)
            credit = min(full_credit, credit + due - blocks) if heard[s] == t else credit - 4 * (due - blocks)
            blocks = due
        target = s
        # A change starts the timers against the new server at once: hence a second turn at the same instant.
        for _ in range(2):
            if s >= 0:
                forced = credit <= 0 or weak < first
                rising = _rise(s, t, count, total, access, offset, margins, ba, score, since)
                if rising or forced or has_temporary:
                    timer = 1 if now - last < RECENT_S - EPS else 0
                    _follow(s, forced, ba, heard, oldest, total, row, temporary, since, on)
                    _hold_back(s, now, count, temporary, penalty, margins, on, entered, score, since)
                    target = _choose(s, forced, first, timer, count, total, access, on, row, score, since)
            if target < 0:
                target = _select(t, count, total, access, heard, row, score)
            if target == s:
                break
            reason[r, t] = _cause(s, target, credit <= 0, weak < first)
            if target < 0:
                entered[:] = NEVER
            elif s >= 0:
                last, entered[s] = now, -NEVER
            s, camped, weak, credit, blocks = target, now, NO_STEP, full_credit, 0
            since[:] = NO_STEP
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
