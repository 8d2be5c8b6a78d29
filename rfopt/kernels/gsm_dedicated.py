"""GSM dedicated mode: handovers, quality and drops of a call (3GPP TS 45.008 §5, §7, §8 and annex A).

Clauses from memory of the standard [M]; the vendor's form of the power budget is cross-checked. Averages are integer
sums of reported levels, compared multiplied by the numbers of samples, so that no rounding can decide anything.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from rfopt.kernels.casts import pair_list, table, traces

QUALITY, LEVEL, POWER_BUDGET, HANDOVER_FAILED, RADIO_LINK_TIMEOUT, INTERFERENCE, UMBRELLA = 6, 7, 8, 9, 10, 17, 18
"""Reasons; the same numbers as `rfopt.mobility.reasons.Reason`."""

CAUSES = (QUALITY, LEVEL, UMBRELLA, POWER_BUDGET)  # in the order of their right of way; margins are stacked alike

SACCH_S = 0.48
LIST_LENGTH = 6  # neighbours in a measurement report
ZERO_DBM = -110  # RXLEV 0, which also stands for a neighbour that was not reported
RXQUAL_FLOOR_DB = (21.0, 18.0, 16.0, 14.0, 12.0, 9.5, 6.0)  # lowest C/I of RXQUAL 0…6
FER_MIDPOINT_DB, FER_SCALE_DB = 4.5, 1.2  # SACCH erasures, no hopping
RISK_CI_DB, RISK = (6.0, 9.0), (0.3, 0.1, 0.01)  # handover failure by the C/I of the target
EPS = 1e-6  # times are sums of decimal fractions
NEVER = np.inf


def call(
    level_dbm: ArrayLike,
    time_s: ArrayLike,
    shift_db: ArrayLike,
    start: ArrayLike,
    *,
    ho_averaging_sacch: ArrayLike,
    ho_period_pbgt_sacch: ArrayLike,
    ho_threshold_lev_dbm: ArrayLike,
    ho_threshold_qual: ArrayLike,
    radio_link_timeout: ArrayLike,
    relation: ArrayLike,
    ho_margin_pbgt_db: ArrayLike,
    ho_margin_lev_db: ArrayLike,
    ho_margin_qual_db: ArrayLike,
    rxlev_min_cell_dbm: ArrayLike,
    floor_mw: ArrayLike,
    coupling: ArrayLike,
    tch_floor_mw: ArrayLike,
    tch_coupling: ArrayLike,
    decode_ci_db: float,
    jitter_db: ArrayLike,
    luck: ArrayLike,
    handover_luck: ArrayLike,
    ho_threshold_interference_dbm: ArrayLike = np.nan,
    ho_level_umbrella_dbm: ArrayLike = np.nan,
    ho_priority: ArrayLike = 3,
    ho_votes_px: ArrayLike = 3,
    ho_votes_nx: ArrayLike = 4,
    number_of_zero_results: ArrayLike = 0,
    min_int_between_ho_s: ArrayLike = 5.0,
    min_int_between_unsucc_ho_s: ArrayLike = 5.0,
) -> tuple[NDArray[np.int16], NDArray[np.int8], NDArray[np.float32], NDArray[np.int8]]:
    """Hold a call on every run of a set of level traces.

    Parameters
    ----------
    level_dbm : array_like, shape (R, T, C)
        Level before rounding, fading included [dBm]; NaN = not heard.
    time_s : array_like, shape (T,)
        Increasing instants [s], by nature one every 0.48 s. Windows and periods given in SACCH periods are taken
        as multiples of 0.48 s.
    shift_db : array_like, shape (C,)
        Added to every level of the cell.
    start : array_like of int, shape (R,)
        Cell the call begins on; −1 = no call in this run.
    ho_averaging_sacch, ho_period_pbgt_sacch, ho_threshold_lev_dbm, ho_threshold_qual, radio_link_timeout
        Parameters of the serving cell, shape (C,). A period of 0 is taken as 1.
    relation, ho_margin_pbgt_db, ho_margin_lev_db, ho_margin_qual_db, rxlev_min_cell_dbm : array_like, shape (C, C)
        Of the relation ``[server, neighbour]``; the rest is not read where `relation` is false.
    floor_mw, coupling, tch_floor_mw, tch_coupling
        Interference on the BCCH and on the traffic channel of i: ``floor[i] + Σ_j coupling[i, j]·10^(L_j/10)`` [mW].
    decode_ci_db : float
        Lowest C/I of a BCCH at which a neighbour's BSIC can be decoded.
    jitter_db : array_like, shape (R, T)
        Added to the C/I before it becomes an RXQUAL.
    luck, handover_luck : array_like, shape (R, T)
        Uniform numbers that decide SACCH blocks and handovers.
    ho_threshold_interference_dbm, ho_votes_px, ho_votes_nx, number_of_zero_results, min_int_between_ho_s,
    min_int_between_unsucc_ho_s : array_like, shape (C,) or a number
        Of the serving cell: bad quality above this level is interference (NaN = never); votes against a threshold
        that count, and of how many; zero results of a neighbour (RXLEV 0, or not reported) that are left out of its
        average instead of counting as −110 dBm; time without a further handover after one done, and after one failed.
    ho_level_umbrella_dbm, ho_priority : array_like, shape (C, C) or a number
        Of the relation: level from which the neighbour is taken as a better cell whatever the power budget
        (NaN = never); rank among possible targets, the higher the better.

    Returns
    -------
    server : int16 array, shape (R, T)
        After the decision at each instant; −1 after a drop.
    reason : int8 array, shape (R, T)
        0, or what happened, see `rfopt.mobility.reasons.Reason`. A failed handover and one inside the cell
        (interference) leave the server unchanged.
    ci_db : float32 array, shape (R, T)
        C/I on the cell that served before the decision; NaN without a call.
    rxqual : int8 array, shape (R, T)
        Likewise; −1 without a call.

    Raises
    ------
    ValueError
        If shapes do not agree, or time does not increase.

    Notes
    -----
    Only the six strongest decodable neighbours are reported, the others have RXLEV 0. Averages start anew after a
    handover and count when their window is full; `ho_votes_px` of the last `ho_votes_nx` votes decide about RXQUAL
    and the average level (annex A.3.2.1). Interference, a change of channel inside the cell, goes before quality
    before level before umbrella before power budget. The target is in the latest report, has the highest priority,
    and then the largest average above its margin. One C/I stands for all channels of a cell, so that a change of
    channel does not cure it. Radio link timeout: §5.2. The failure and erasure models are engineering assumptions.

    Examples
    --------
    >>> import numpy as np
    >>> level, one, table = np.tile(np.float32([-80.0, -70.0]), (1, 20, 1)), np.ones(2), np.ones((2, 2))
    >>> server, reason, ci_db, rxqual = call(
    ...     level, np.arange(20) * 0.48, one * 0, [0], ho_averaging_sacch=one * 8, ho_period_pbgt_sacch=one * 6,
    ...     ho_threshold_lev_dbm=one * -95, ho_threshold_qual=one * 5, radio_link_timeout=one * 20, relation=table,
    ...     ho_margin_pbgt_db=table * 6, ho_margin_lev_db=table * 3, ho_margin_qual_db=table * 0,
    ...     rxlev_min_cell_dbm=table * -98, floor_mw=one * 1e-11, coupling=table * 0, tch_floor_mw=one * 1e-11,
    ...     tch_coupling=table * 0, decode_ci_db=4.0, jitter_db=np.zeros((1, 20)), luck=np.ones((1, 20)),
    ...     handover_luck=np.ones((1, 20)))
    >>> int(np.flatnonzero(reason[0])[0]), int(reason.max())
    (12, 8)
    """
    level, times, shift, first = traces(level_dbm, time_s, shift_db, start)
    n = level.shape[2]
    window_s = table(ho_averaging_sacch, (n,), np.float64) * SACCH_S
    longest = np.searchsorted(times, times - window_s.max() + EPS, side="right")
    pairs = (ho_margin_qual_db, ho_margin_lev_db, _spread(ho_level_umbrella_dbm, n, n), ho_margin_pbgt_db)
    margins = np.stack([table(m, (n, n), np.float32) for m in pairs])
    needed = 10.0 ** (float(decode_ci_db) / 10.0)
    noise = table(floor_mw, (n,), np.float64) * needed
    start_b, cell_b, weight_b = pair_list(table(coupling, (n, n), np.float64, diagonal=0.0) * needed)
    start_t, cell_t, weight_t = pair_list(table(tch_coupling, (n, n), np.float64, diagonal=0.0))
    server, reason = np.full(level.shape[:2], -1, np.int16), np.zeros(level.shape[:2], np.int8)
    ci_db, rxqual = np.full(level.shape[:2], np.nan, np.float32), np.full(level.shape[:2], -1, np.int8)
    _call(
        level, times, shift, first, window_s, np.maximum(table(ho_period_pbgt_sacch, (n,), np.float64), 1) * SACCH_S,
        table(ho_threshold_lev_dbm, (n,), np.float32), table(ho_threshold_qual, (n,), np.int64),
        table(radio_link_timeout, (n,), np.int64),
        table(relation, (n, n), np.bool_, diagonal=0).astype(np.uint8), margins,
        table(rxlev_min_cell_dbm, (n, n), np.float32), noise, start_b, cell_b, weight_b,
        table(tch_floor_mw, (n,), np.float64), start_t, cell_t, weight_t,
        table(jitter_db, level.shape[:2], np.float32), table(luck, level.shape[:2], np.float32),
        table(handover_luck, level.shape[:2], np.float32),
        table(_spread(ho_threshold_interference_dbm, n), (n,), np.float32),
        table(_spread(ho_priority, n, n), (n, n), np.float32),
        table(_spread(ho_votes_px, n), (n,), np.int64), table(_spread(ho_votes_nx, n), (n,), np.int64),
        table(_spread(number_of_zero_results, n), (n,), np.int64),
        table(_spread(min_int_between_ho_s, n), (n,), np.float64),
        table(_spread(min_int_between_unsucc_ho_s, n), (n,), np.float64),
        int(np.max(np.arange(1, times.size + 1) - longest)), server, reason, ci_db, rxqual,
    )  # fmt: skip
    return server, reason, ci_db, rxqual


def _spread(values: ArrayLike, *shape: int) -> ArrayLike:
    """A number as an array of this shape; an array as it is."""
    return np.broadcast_to(values, shape) if np.ndim(values) == 0 else values


# What runs at every step is inlined before compiling: a call that passes arrays costs more than these loops do.


@njit(inline="always")
def _rxlev(level):
    """Reported level [dBm]: floor + 1, −110…−47 (TS 45.008 §8.1.4); NaN gives −110."""
    q = np.floor(level) + np.float32(1.0)
    q = max(np.float32(-110.0), q)
    return np.int32(min(np.float32(-47.0), q))


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
def _interference(i, noise, pair_start, pair_cell, pair_weight, mw):
    total = noise[i]
    for k in range(pair_start[i], pair_start[i + 1]):
        total += pair_weight[k] * mw[pair_cell[k]]
    return total


@njit
def _quality(ci_db):
    q = 0
    for floor_db in RXQUAL_FLOOR_DB:
        q += np.int64(ci_db < floor_db)
    return q


@njit
def _risk(ci_db):
    """Share of handovers that fail at this C/I of the target."""
    return RISK[0] if ci_db < RISK_CI_DB[0] else RISK[1] if ci_db < RISK_CI_DB[1] else RISK[2]


@njit(inline="always")
def _report(s, row, mw, relation, noise, pair_start, pair_cell, pair_weight, six, report):
    """Write the measurement report: the server and the six strongest related cells that can be decoded."""
    held = 0
    for n in range(row.size):
        report[n] = ZERO_DBM
        if relation[s, n] == 0 or (held == LIST_LENGTH and not row[n] > row[six[held - 1]]):
            continue
        if not mw[n] >= _interference(n, noise, pair_start, pair_cell, pair_weight, mw):
            continue
        k = min(held, LIST_LENGTH - 1)
        while k > 0 and row[n] > row[six[k - 1]]:
            six[k] = six[k - 1]
            k -= 1
        six[k] = n
        held = min(held + 1, LIST_LENGTH)
    for k in range(held):
        report[six[k]] = _rxlev(row[six[k]])
    report[s] = _rxlev(row[s])
    return held


@njit(inline="always")
def _forget(t, first, until_s, time_s, reports, total):
    """Drop the reports that left the window; the new first step of the window."""
    while first < t and time_s[first] <= until_s + EPS:
        for c in range(total.size):
            total[c] -= reports[first % reports.shape[0], c]
        first += 1
    return first


@njit(inline="always")
def _outvoted(bad, t, begin, time_s, px, nx):
    """Whether px of nx of the votes of the last nx SACCH periods are bad, once these are covered."""
    if time_s[t] - time_s[begin] < (nx - 1) * SACCH_S - EPS:
        return False
    cast, against, k = 0, 0, t
    while k >= begin and time_s[k] > time_s[t] - nx * SACCH_S + EPS:
        cast += 1
        against += bad[k]
        k -= 1
    return against * nx >= cast * px


@njit
def _left_out(n, first, t, reports, most):
    """How many zero results of n the average passes over."""
    zero, k = 0, first
    while k <= t and zero < most:
        zero += np.int64(reports[k % reports.shape[0], n] == ZERO_DBM)
        k += 1
    return zero


@njit
def _target(base, count, total, left_out, margin, least, priority, six, held, row):
    """The reported neighbour of highest priority, and then furthest above the base and its margin, or -1."""
    best, best_value, best_count = -1, 0.0, 1.0
    for k in range(held):
        n = six[k]
        mine = count - left_out[k]
        own = np.float64(total[n] - ZERO_DBM * left_out[k])
        value = own * count - (base + count * margin[n]) * mine
        if not (value > 0.0 and own > mine * least[n]):
            continue
        ahead = best < 0 or priority[n] > priority[best]
        if not ahead and priority[n] == priority[best]:
            here, there = value * best_count, best_value * mine
            ahead = here > there or (here == there and row[n] > row[best])
        if ahead:
            best, best_value, best_count = n, value, mine
    return best


@njit
def _decide(
    s, poor, weak, due, first, t, count, total, reports, high_dbm, zero_results, margins, least, priority, six, held,
    row,
):  # fmt: skip
    """Where to hand over and why, or -1: interference, quality, level, umbrella, power budget."""
    if poor and total[s] > count * high_dbm[s]:
        return s, INTERFERENCE
    left_out = np.empty(LIST_LENGTH, np.int64)
    for k in range(held):
        left_out[k] = _left_out(six[k], first, t, reports, zero_results[s])
    wanted = (poor, weak, due, due)
    for k in range(len(wanted)):
        if wanted[k]:
            base = 0.0 if CAUSES[k] == UMBRELLA else np.float64(total[s])
            target = _target(base, count, total, left_out, margins[k, s], least[s], priority[s], six, held, row)
            if target >= 0:
                return target, CAUSES[k]
    return -1, 0


@njit
def _call_run(
    r, level, time_s, shift, s, window_s, period_s, low_dbm, bad_quality, timeout, relation, margins, least,
    noise, start_b, cell_b, weight_b, tch_noise, start_t, cell_t, weight_t, jitter, luck, handover_luck,
    high_dbm, priority, px, nx, zero_results, gap_s, failed_gap_s, longest, server, reason, ci_db, rxqual,
):  # fmt: skip
    cells = shift.size
    row, mw, six = np.empty(cells, np.float32), np.empty(cells), np.empty(LIST_LENGTH, np.int64)
    total, reports = np.zeros(cells, np.int32), np.empty((longest, cells), np.int8)
    bad, low = np.zeros(time_s.size, np.uint8), np.zeros(time_s.size, np.uint8)
    first, begin, full_from, last_try, failed = 0, 0, -1, -NEVER, False
    anchor, periods, blocks, credit = time_s[0], 0, 0, timeout[s]
    for t in range(time_s.size):
        now = time_s[t]
        for c in range(cells):
            row[c] = level[r, t, c] + shift[c]
            mw[c] = _power(np.float64(row[c]))
        first = _forget(t, first, now - window_s[s], time_s, reports, total)
        report = reports[t % longest]
        held = _report(s, row, mw, relation, noise, start_b, cell_b, weight_b, six, report)
        for c in range(cells):
            total[c] += report[c]
        ci = 10.0 * math.log10(mw[s] / _interference(s, tch_noise, start_t, cell_t, weight_t, mw))
        quality = _quality(ci + jitter[r, t])
        ci_db[r, t], rxqual[r, t] = ci, quality
        elapsed = np.int64((now - anchor) / SACCH_S + EPS)
        lost = luck[r, t] < 1.0 / (1.0 + math.exp((ci - FER_MIDPOINT_DB) / FER_SCALE_DB))
        credit = credit - (elapsed - blocks) if lost else min(timeout[s], credit + 2 * (elapsed - blocks))
        blocks = elapsed
        if credit <= 0:
            reason[r, t] = RADIO_LINK_TIMEOUT
            return
        server[r, t] = s
        count = np.float32(t - first + 1)
        if full_from < 0 and now - time_s[begin] >= window_s[s] - SACCH_S - EPS:
            full_from = t
        bad[t] = quality >= bad_quality[s]
        low[t] = full_from >= 0 and total[s] < count * low_dbm[s]
        elapsed = np.int64((now - anchor) / period_s[s] + EPS)
        due, periods = elapsed > periods, elapsed
        if full_from < 0 or now - last_try < (failed_gap_s[s] if failed else gap_s[s]) - EPS:
            continue
        poor = _outvoted(bad, t, begin, time_s, px[s], nx[s])
        weak = _outvoted(low, t, full_from, time_s, px[s], nx[s])
        if not (poor or weak or due):
            continue
        target, why = _decide(
            s, poor, weak, due, first, t, np.float64(count), total, reports, high_dbm, zero_results, margins, least,
            priority, six, held, row,
        )  # fmt: skip
        if target < 0:
            continue
        last_try = now
        ci = 10.0 * math.log10(mw[target] / _interference(target, tch_noise, start_t, cell_t, weight_t, mw))
        failed = handover_luck[r, t] < _risk(ci)
        if failed:
            reason[r, t] = HANDOVER_FAILED
            continue
        s = target
        server[r, t], reason[r, t] = s, why
        total[:] = 0
        first, begin, full_from = t + 1, t + 1, -1
        anchor, periods, blocks, credit = now, 0, 0, timeout[s]


@njit(cache=True, parallel=True)
def _call(
    level, time_s, shift, start, window_s, period_s, low_dbm, bad_quality, timeout, relation, margins, least,
    noise, start_b, cell_b, weight_b, tch_noise, start_t, cell_t, weight_t, jitter, luck, handover_luck,
    high_dbm, priority, px, nx, zero_results, gap_s, failed_gap_s, longest, server, reason, ci_db, rxqual,
):  # fmt: skip
    for r in prange(level.shape[0]):
        if start[r] >= 0:
            _call_run(
                r, level, time_s, shift, start[r], window_s, period_s, low_dbm, bad_quality, timeout, relation,
                margins, least, noise, start_b, cell_b, weight_b, tch_noise, start_t, cell_t, weight_t, jitter, luck,
                handover_luck, high_dbm, priority, px, nx, zero_results, gap_s, failed_gap_s, longest, server, reason,
                ci_db, rxqual,
            )  # fmt: skip
