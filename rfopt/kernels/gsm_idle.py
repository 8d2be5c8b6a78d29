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
from rfopt.kernels.lanes import (
    WIDTH,
    aligned,
    at,
    bits,
    fetch,
    floor,
    load,
    load_first,
    lowest,
    ones,
    padded,
    spread,
    store,
    to_float,
    to_int,
    truths,
    two_to,
    where,
    widen,
)

C2, C1, SIGNALLING, SELECTED, LOST = 1, 2, 3, 4, 5
"""Reasons; the same numbers as `rfopt.mobility.reasons.Reason`."""

HOLD_S = 5.0  # window of the averages RLA_C, and how long a criterion must hold
RECENT_S, RECENT_MARGIN_DB = 15.0, 5.0  # after a reselection a further one needs more
LIST_LENGTH = 6  # strongest neighbours that are kept decoded
NEGATIVE_PENALTY_S = 640.0  # code 31: the offset is subtracted
INFINITE_OFFSET_DB, BEYOND_ANY_DB = 70.0, 2000.0
AHEAD = 16  # steps between asking memory for levels and using them
ALL = (1 << WIDTH) - 1
SHIFT = WIDTH.bit_length() - 1
OWN_SHIFT, QUIET, ACCESS, OFFSET, TEMPORARY, TABLE = (WIDTH * row for row in range(6))
TOTAL, HEARD, KNOWN, SINCE, SINCE_WELL, STATE = (WIDTH * row for row in range(6))
TABLE_ROWS, STATE_ROWS = TABLE // WIDTH, STATE // WIDTH
MULTIFRAME_S = 0.2354
EPS = 1e-6  # times are sums of decimal fractions
NEVER, NO_TIME = np.inf, np.int32(-1)
NO_STEP, UNKNOWN = np.int32(np.iinfo(np.int32).max), np.int32(np.iinfo(np.int32).min)


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
    to fail. All timers start with the server, so the cell just left is never returned to within 5 s. A cell is camped
    on only at an instant at which its BCCH can be read. Ties are broken by the last sample before rounding.

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
    listed = table(ba, (n, n), np.bool_, diagonal=0)
    margins = np.where(places[:, None] != places, hysteresis[:, None], np.float32(0))
    needed = 10.0 ** (float(decode_ci_db) / 10.0)
    noise = table(floor_mw, (n,), np.float64) * needed
    pair_start, pair_cell, pair_weight = pair_list(table(coupling, (n, n), np.float64, diagonal=0.0) * needed)
    quiet_dbm = np.where(np.diff(pair_start) > 0, np.inf, 10.0 * np.log10(noise)).astype(np.float32)
    server = np.empty(level.shape[:2], dtype=np.int16)
    reason = np.zeros(level.shape[:2], dtype=np.int8)
    tables = _blocks((shift, 0), (quiet_dbm, np.inf), (access, 0), (offset, 0), (temporary, 0))
    size = padded(penalty, 0).size * len(level)
    _camp(
        level, times, first, tables, bool(temporary.max() > 0), padded(penalty, 0),
        padded(np.where(listed, margins, np.float32(np.inf)), np.inf), padded(listed.astype(np.int32), 0), noise,
        pair_start, pair_cell, pair_weight, int(90.0 / bs_pa_mfrms + 0.5), bs_pa_mfrms * MULTIFRAME_S,
        float(sync_hold_s), aligned(STATE_ROWS * size, np.int32), aligned(size, np.float64),
        aligned(size, np.float32), aligned(size, np.float64), server, reason,
    )  # fmt: skip
    return server, reason


def _blocks(*rows: tuple[NDArray[np.float32], float]) -> NDArray[np.float32]:
    """Rows over the cells, each with what stands beyond the last cell, cut into blocks that lie side by side."""
    blocks = [padded(row, absent).reshape(-1, WIDTH) for row, absent in rows]
    return padded(np.stack(blocks, axis=1), 0)


# The kernel reads and writes through pointers: an array that is passed on costs two atomic counts. Cells are taken in
# blocks of one vector; all that is known of a block lies side by side, row by row: in `table` what is constant, in
# `state` what changes. `row` points to the levels of one step.


@njit(forceinline=True)
def _place(n, rows):
    """Where the first row of a cell lies."""
    return (n >> SHIFT) * (rows * WIDTH) + (n & (WIDTH - 1))


@njit(forceinline=True)
def _sample(row, left, table):
    """Levels of the block, NaN beyond the last cell; `left` cells are left."""
    return load_first(row, 0, np.int32(left), np.float32(np.nan)) + load(table, OWN_SHIFT)


@njit(forceinline=True)
def _rxlev(levels):
    """Reported levels [dBm]: floor + 1, −110…−47 (TS 45.008 §8.1.4); NaN gives −110."""
    least, most = spread(np.float32(-110.0)), spread(np.float32(-47.0))
    q = floor(levels) + spread(np.float32(1.0))
    q = where(q > least, q, least)
    return to_int(where(q < most, q, most))


@njit(forceinline=True)
def _measure(t, row, cells, blocks, tables, states):
    """Take the sample of step t into the sums; note the undisturbed cells that can be decoded."""
    for b in range(blocks):
        table, state, begin = at(tables, b * TABLE), at(states, b * STATE), b * WIDTH
        fetch(row, AHEAD * cells + begin)
        levels = _sample(at(row, begin), cells - begin, table)
        store(state, TOTAL, load(state, TOTAL) + _rxlev(levels))
        now, before = where(levels >= load(table, QUIET), spread(np.int32(t)), spread(NO_TIME)), load(state, HEARD)
        store(state, HEARD, where(now > before, now, before))  # not a store under a mask: that is slow to read again


@njit(forceinline=True)
def _forget(row, cells, blocks, tables, states):
    """Take the sample of a step that left the window out of the sums."""
    for b in range(blocks):
        state, begin = at(states, b * STATE), b * WIDTH
        gone = _rxlev(_sample(at(row, begin), cells - begin, at(tables, b * TABLE)))
        store(state, TOTAL, load(state, TOTAL) - gone)


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


@njit
def _listen(t, row, cells, tables, noise, pair_start, pair_cell, pair_weight, mw, states):
    """Note which of the cells that have interferers can be decoded at step t."""
    for begin in range(0, cells, WIDTH):
        levels = _sample(at(row, begin), cells - begin, at(tables, begin * TABLE_ROWS))
        store(mw, begin, _power(widen(levels)))
    for i in range(cells):
        if pair_start[i] == pair_start[i + 1]:
            continue
        disturbance = noise[i]
        for k in range(pair_start[i], pair_start[i + 1]):
            disturbance += pair_weight[k] * mw[pair_cell[k]]
        if mw[i] >= disturbance:
            states[_place(i, STATE_ROWS) + HEARD] = t


@njit(forceinline=True)
def _rise(t, count, mine, blocks, tables, margins, states):
    """Grade all cells by C2 and run their timers, temporary offsets apart; whether any timer runs.

    SINCE: above the server by the margin that always applies; SINCE_WELL: by the one after a reselection.
    """
    samples, never, now = spread(count), spread(NO_STEP), spread(np.int32(t))
    rising = 0
    for b in range(blocks):
        table, state = at(tables, b * TABLE), at(states, b * STATE)
        mean = to_float(load(state, TOTAL))
        lead = mean + samples * load(table, OFFSET) - spread(mine)
        above = (lead > spread(np.float32(0.0))) & (lead >= samples * load(margins, b * WIDTH))
        above = above & (mean > samples * load(table, ACCESS))
        well = above & (lead >= samples * spread(np.float32(RECENT_MARGIN_DB)))
        began, began_well = load(state, SINCE), load(state, SINCE_WELL)
        store(state, SINCE, where(above, where(began < now, began, now), never))
        store(state, SINCE_WELL, where(well, where(began_well < now, began_well, now), never))
        rising |= bits(above)
    return rising != 0


@njit(forceinline=True)
def _ahead(a, b, score_a, score_b, row, tables):
    """Whether a goes before b: by score, then by the last sample, then by index."""
    last_a = row[a] + tables[_place(a, TABLE_ROWS) + OWN_SHIFT]
    last_b = row[b] + tables[_place(b, TABLE_ROWS) + OWN_SHIFT]
    return score_a > score_b or (score_a == score_b and (last_a > last_b or (last_a == last_b and a < b)))


@njit(forceinline=True)
def _know(oldest, blocks, ba, states):
    """Copy the sums of the decodable carriers of the BA list."""
    for b in range(blocks):
        state = at(states, b * STATE)
        listed = load(ba, b * WIDTH) != spread(np.int32(0))
        decodable = load(state, HEARD) >= spread(np.int32(oldest))
        store(state, KNOWN, where(listed & decodable, load(state, TOTAL), spread(UNKNOWN)))


@njit
def _ties(n, mine, cells, row, tables, states):
    """How many known cells with the same sum n goes before."""
    behind = 0
    for j in range(cells):
        known = states[_place(j, STATE_ROWS) + KNOWN]
        behind += known == mine and _ahead(n, j, 0, 0, row, tables)
    return behind


@njit(forceinline=True)
def _listed(b, asked, cells, blocks, row, tables, states):
    """Which of the cells asked for, bits of block b, are among the six strongest that are known."""
    state = at(states, b * STATE)
    on, rest = 0, asked & bits(load(state, KNOWN) != spread(UNKNOWN))
    while rest != 0:
        n = lowest(rest)
        rest &= rest - 1
        mine, place = state[KNOWN + n], 0
        for other in range(blocks):
            place += ones(bits(load(states, other * STATE + KNOWN) >= spread(mine)))
        if place > LIST_LENGTH:
            place -= _ties(b * WIDTH + n, mine, cells, row, tables, states)
        on |= np.int64(place <= LIST_LENGTH) << n
    return on


@njit(forceinline=True)
def _score(n, count, mine, table, margins, charged, state):
    """C2 of n less that of the server and less what n needs to be better, times the number of samples."""
    lead = np.float32(state[TOTAL + n]) + count * table[OFFSET + n] - mine
    return lead - count * margins[n] - count * charged[n]


@njit
def _hold_back(on, now, count, mine, table, penalty, margins, entered, charged, state):
    """Keep T, the time on the list, and charge the temporary offset of those that have not been there long enough."""
    rest = bits(load(table, TEMPORARY) > spread(np.float32(0.0)))
    while rest != 0:
        n = lowest(rest)
        rest &= rest - 1
        listed = on >> n & 1
        entered[n] = min(entered[n], now) if listed else NEVER
        charged[n] = np.float32(0.0)
        if listed and now - entered[n] <= penalty[n] + EPS:
            charged[n] = table[TEMPORARY + n]
            score = _score(n, count, mine, table, margins, charged, state)
            lead = score + count * margins[n]
            above = lead > 0 and score >= 0
            if not above:
                state[SINCE + n] = NO_STEP
            if not above or lead < count * np.float32(RECENT_MARGIN_DB):
                state[SINCE_WELL + n] = NO_STEP


@njit(forceinline=True)
def _fit(forced, on, t, first, recent, count, table, state):
    """The listed cells that may be taken at step t: those that can be read now; the timers of cells off the list stop.

    A timer is through if it began before the averaging window, which is as long.
    """
    kept, never = truths(on), spread(NO_STEP)
    since, since_well = where(kept, load(state, SINCE), never), where(kept, load(state, SINCE_WELL), never)
    store(state, SINCE, since)
    store(state, SINCE_WELL, since_well)
    readable = load(state, HEARD) >= spread(np.int32(t))
    if forced:
        return on & bits(readable & (to_float(load(state, TOTAL)) > spread(count) * load(table, ACCESS)))
    return bits(readable & ((since_well if recent else since) < spread(np.int32(first))))


@njit(forceinline=True)
def _choose(
    forced, t, now, first, recent, count, mine, row, cells, blocks, tables, has_temporary, penalty, margins, entered,
    charged, states,
):  # fmt: skip
    """The best listed cell whose timer is through; when the server must be left the best suitable one; or -1."""
    best, best_score = -1, np.float32(0.0)
    for b in range(blocks):
        table, state, begin = at(tables, b * TABLE), at(states, b * STATE), b * WIDTH
        own_margins, own_charged = at(margins, begin), at(charged, begin)
        asked = bits(load(state, SINCE) != spread(NO_STEP)) | bits(load(table, TEMPORARY) > spread(np.float32(0.0)))
        on = _listed(b, ALL if forced else asked, cells, blocks, row, tables, states)
        if has_temporary:
            _hold_back(
                on, now, count, mine, table, at(penalty, begin), own_margins, at(entered, begin), own_charged, state
            )
        fit = _fit(forced, on, t, first, recent, count, table, state)
        while fit != 0:
            n = lowest(fit)
            fit &= fit - 1
            score = _score(n, count, mine, table, own_margins, own_charged, state)
            if best < 0 or _ahead(begin + n, best, score, best_score, row, tables):
                best, best_score = begin + n, score
    return best


@njit
def _select(t, count, row, cells, tables, states):
    """Cell selection: the largest positive C1 among the cells decodable now, or -1."""
    best, best_score = -1, np.float32(0.0)
    for n in range(cells):
        place = _place(n, STATE_ROWS)
        score = np.float32(states[place + TOTAL]) - count * tables[_place(n, TABLE_ROWS) + ACCESS]
        if score > 0 and states[place + HEARD] == t and (best < 0 or _ahead(n, best, score, best_score, row, tables)):
            best, best_score = n, score
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
def _fill(values, size, value):
    for n in range(size):
        values[n] = value


@njit
def _start_timers(blocks, states):
    for b in range(blocks):
        store(states, b * STATE + SINCE, spread(NO_STEP))
        store(states, b * STATE + SINCE_WELL, spread(NO_STEP))


@njit
def _begin(blocks, states, entered, charged):
    """A phone that was just switched on."""
    _fill(states, blocks * STATE, 0)
    for b in range(blocks):
        store(states, b * STATE + HEARD, spread(NO_TIME))
    _start_timers(blocks, states)
    _fill(entered, blocks * WIDTH, NEVER)
    _fill(charged, blocks * WIDTH, 0.0)


@njit(error_model="numpy")
def _camp_run(
    level, steps, cells, blocks, time_s, first_of, oldest_of, s, tables, has_temporary, penalty, margins, ba, noise,
    pairs, pair_start, pair_cell, pair_weight, full_credit, block_s, states, entered, charged, mw, server, reason,
):  # fmt: skip
    _begin(blocks, states, entered, charged)
    first, credit, due_before, weak = 0, full_credit, 0, np.int64(NO_STEP)
    last, camped = -NEVER, time_s[0]
    for t in range(steps):
        now, row = time_s[t], at(level, t * cells)
        _measure(t, row, cells, blocks, tables, states)
        while first < first_of[t]:
            _forget(at(level, first * cells), cells, blocks, tables, states)
            first += 1
        if pairs > 0:
            _listen(t, row, cells, tables, noise, pair_start, pair_cell, pair_weight, mw, states)
        count = np.float32(t - first + 1)
        if s >= 0:
            own = at(states, _place(s, STATE_ROWS))
            due, least = np.int64((now - camped) / block_s + EPS), count * tables[_place(s, TABLE_ROWS) + ACCESS]
            more, due_before = due - due_before, due
            weak = min(weak, t) if np.float32(own[TOTAL]) < least else np.int64(NO_STEP)
            credit = min(full_credit, credit + more) if own[HEARD] == t else credit - 4 * more
        target = s
        # A change starts the timers against the new server at once: hence a second turn at the same instant.
        for _ in range(2):
            forced = credit <= 0 or weak < first
            if s >= 0:
                mine = np.float32(states[_place(s, STATE_ROWS) + TOTAL])
                mine += count * tables[_place(s, TABLE_ROWS) + OFFSET]
                beyond = at(margins, s * blocks * WIDTH)
                rising = _rise(t, count, mine, blocks, tables, beyond, states)
                if rising or forced or has_temporary:
                    _know(oldest_of[t], blocks, at(ba, s * blocks * WIDTH), states)
                    best = _choose(
                        forced, t, now, first, now - last < RECENT_S - EPS, count, mine, row, cells, blocks, tables,
                        has_temporary, penalty, beyond, entered, charged, states,
                    )  # fmt: skip
                    target = best if best >= 0 or forced else s
            if target < 0:
                target = _select(t, count, row, cells, tables, states)
            if target == s:
                break
            reason[t] = _cause(s, target, credit <= 0, weak < first)
            if target < 0:
                _fill(entered, blocks * WIDTH, NEVER)
            elif s >= 0:
                last, entered[s] = now, -NEVER
            s, camped, weak, credit, due_before = target, now, np.int64(NO_STEP), full_credit, 0
            _start_timers(blocks, states)
        server[t] = s


@njit
def _windows(time_s, sync_hold_s):
    """Of every step the first one of its averaging window, and the oldest at which a BSIC read still counts."""
    steps = time_s.size
    first_of, oldest_of, first, oldest = np.empty(steps, np.int64), np.empty(steps, np.int64), 0, 0
    for t in range(steps):
        while time_s[first] <= time_s[t] - HOLD_S + EPS:
            first += 1
        while time_s[oldest] < time_s[t] - sync_hold_s - EPS:
            oldest += 1
        first_of[t], oldest_of[t] = first, oldest
    return first_of, oldest_of


@njit(cache=True, parallel=True)
def _camp(
    level, time_s, start, tables, has_temporary, penalty, margins, ba, noise, pair_start, pair_cell, pair_weight,
    full_credit, block_s, sync_hold_s, states, entered, charged, mw, server, reason,
):  # fmt: skip
    steps, cells, size = time_s.size, noise.size, penalty.size
    blocks = size // WIDTH
    first_of, oldest_of = _windows(time_s, sync_hold_s)
    for r in prange(start.size):
        _camp_run(
            at(level, r * steps * cells), steps, cells, blocks, at(time_s, 0), at(first_of, 0), at(oldest_of, 0),
            start[r], at(tables, 0), has_temporary, at(penalty, 0), at(margins, 0), at(ba, 0), at(noise, 0),
            pair_cell.size, at(pair_start, 0), at(pair_cell, 0), at(pair_weight, 0), full_credit, block_s,
            at(states, r * blocks * STATE), at(entered, r * size), at(charged, r * size), at(mw, r * size),
            at(server, r * steps), at(reason, r * steps),
        )  # fmt: skip
