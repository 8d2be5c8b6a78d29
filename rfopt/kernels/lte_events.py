"""LTE connected mode: measurement events A1–A5, B1 and B2, entered and left (3GPP TS 36.331 §5.5.3.2, §5.5.4).

The inequalities and the filter are cross-checked with a second source and published vectors; what happens at a change
of server (§5.5.6.1) is from memory of the standard [M].
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray

from rfopt.kernels.casts import table

EVENTS = ("A1", "A2", "A3", "A4", "A5", "B1", "B2")
INPUT_PERIOD_S = 0.2  # of the layer 3 filter
WEAKEST_DBM = -160.0  # what the filter takes for a cell not heard
ENTERED, LEFT = 1, -1
EPS = 1e-6  # times are sums of decimal fractions
NEVER = np.inf


class Reports(NamedTuple):
    """What a phone would report, in the order of runs, instants and cells.

    Attributes
    ----------
    run, step, cell : int64 arrays, shape (N,)
        Where and when; the cell of A1 and A2 is the server.
    entered : bool array, shape (N,)
        True where the cell entered the event, False where it left.
    """

    run: NDArray[np.int64]
    step: NDArray[np.int64]
    cell: NDArray[np.int64]
    entered: NDArray[np.bool_]


def report(
    level_dbm: ArrayLike,
    time_s: ArrayLike,
    server: ArrayLike,
    event: str,
    *,
    threshold_dbm: float = np.nan,
    threshold_2_dbm: float = np.nan,
    a3_offset_db: float = 0.0,
    hysteresis_db: float = 0.0,
    time_to_trigger_ms: float = 0.0,
    offset_db: ArrayLike = 0.0,
    measured: ArrayLike = True,
    filter_k: ArrayLike = 4.0,
) -> Reports:
    """Every entering and leaving of one measurement event on every run of a set of level traces.

    Parameters
    ----------
    level_dbm : array_like, shape (R, T, C)
        RSRP of LTE cells, RSSI of GSM cells [dBm]; NaN = not heard. Any quantity does, in the units of the thresholds.
    time_s : array_like, shape (T,)
        Increasing instants [s]; any spacing.
    server : array_like of int, shape (R, T)
        Serving cell; −1 = none. A change of server forgets all timers and all that was entered.
    event : str
        ``A1`` server above, ``A2`` server below, ``A3`` neighbour above the server, ``A4`` and ``B1`` neighbour
        above, ``A5`` and ``B2`` server below the first threshold while the neighbour is above the second.
    threshold_dbm, threshold_2_dbm : float
        The threshold; of A5 and B2 that of the server, and that of the neighbour.
    a3_offset_db, hysteresis_db, time_to_trigger_ms : float
        Off, Hys and timeToTrigger; an infinite time never fires.
    offset_db : array_like, shape (C, C) or a number
        ``[server, neighbour]``: Ofn + Ocn, for A3 less Ofp + Ocp of the server.
    measured : array_like of bool, shape (C, C) or one value
        ``[server, neighbour]``: whether the measurement object holds the cell: those of one carrier, or of GSM.
    filter_k : array_like, shape (C,) or a number
        Coefficient of the layer 3 filter for one input every 200 ms; other spacings keep its time constant.

    Returns
    -------
    Reports

    Raises
    ------
    ValueError
        If shapes do not agree, time does not increase, or the event is unknown.

    Notes
    -----
    Entered: the entering condition held at all instants of the time-to-trigger; left: the leaving condition did. A
    condition that changes between two instants is taken to change at the later one.

    Examples
    --------
    >>> level = np.concatenate([np.full(5, -105.0), np.full(5, -95.0)])[None, :, None]
    >>> found = report(level, np.arange(10) * 0.1, np.zeros((1, 10)), "A2", threshold_dbm=-100.0, filter_k=0,
    ...                time_to_trigger_ms=160)
    >>> found.step.tolist(), found.entered.tolist()
    ([2, 7], [True, False])
    """
    level = np.ascontiguousarray(level_dbm, dtype=np.float64)
    times = np.ascontiguousarray(time_s, dtype=np.float64)
    if event not in EVENTS:
        raise ValueError(f"event must be one of {', '.join(EVENTS)}")
    if level.ndim != 3 or times.shape != level.shape[1:2]:
        raise ValueError(f"level_dbm {level.shape} and time_s {times.shape} do not agree")
    if np.any(np.diff(times) <= 0):
        raise ValueError("time_s must increase")
    runs, steps, n = level.shape
    serving = table(server, (runs, steps), np.int64)
    if np.any((serving < -1) | (serving >= n)):
        raise ValueError("server must hold cell indices or -1")
    k = table(np.broadcast_to(filter_k, (n,)) if np.ndim(filter_k) == 0 else filter_k, (n,), np.float64)
    spacing = np.diff(times, prepend=-np.inf)[:, None] / INPUT_PERIOD_S
    gain = 1.0 - (1.0 - 0.5 ** (k / 4.0)) ** spacing
    pair = (np.broadcast_to(x, (n, n)) if np.ndim(x) == 0 else x for x in (offset_db, measured))
    offset, known = (table(x, (n, n), t) for x, t in zip(pair, (np.float64, np.bool_), strict=True))
    change = np.zeros(level.shape, np.int8)
    _report(
        level, times, serving, EVENTS.index(event), float(threshold_dbm), float(threshold_2_dbm), float(a3_offset_db),
        float(hysteresis_db), time_to_trigger_ms / 1000.0, offset, known.astype(np.uint8), gain, change,
    )  # fmt: skip
    run, step, cell = np.nonzero(change)
    return Reports(run, step, cell, change[run, step, cell] == ENTERED)


@njit
def _met(event, sign, mine, theirs, threshold, threshold_2, a3_offset, hysteresis):
    """The entering (sign 1) or leaving (sign −1) condition; `theirs` holds the offsets."""
    hys = sign * hysteresis
    if event == 0:
        over = mine - hys - threshold
    elif event == 1:
        over = threshold - (mine + hys)
    elif event == 2:
        over = theirs - hys - (mine + a3_offset)
    elif event in (3, 5):
        over = theirs - hys - threshold
    else:
        worse, better = threshold - (mine + hys), theirs - hys - threshold_2
        over = min(worse, better)
    return over * sign > 0.0


@njit
def _report_run(
    r, level, time_s, server, event, threshold, threshold_2, a3_offset, hysteresis, wait_s, offset, measured, gain,
    change,
):  # fmt: skip
    cells = level.shape[2]
    filtered, inside, since = np.empty(cells), np.zeros(cells, np.uint8), np.full(cells, NEVER)
    alone = event < 2  # the server's own level decides
    before = -1
    for t in range(time_s.size):
        for c in range(cells):
            x = max(WEAKEST_DBM, level[r, t, c])
            filtered[c] = x if t == 0 else filtered[c] + gain[t, c] * (x - filtered[c])
        s = server[r, t]
        if s != before:
            inside[:] = 0
            since[:] = NEVER
            before = s
        if s < 0:
            continue
        for n in range(cells):
            if (n == s) != alone or not (alone or measured[s, n]):
                continue
            sign = LEFT if inside[n] else ENTERED
            theirs = filtered[n] + offset[s, n]
            if not _met(event, sign, filtered[s], theirs, threshold, threshold_2, a3_offset, hysteresis):
                since[n] = NEVER
                continue
            since[n] = min(since[n], time_s[t])
            if time_s[t] - since[n] >= wait_s - EPS:
                change[r, t, n] = sign
                inside[n] = 1 - inside[n]
                since[n] = NEVER


@njit(cache=True, parallel=True)
def _report(
    level, time_s, server, event, threshold, threshold_2, a3_offset, hysteresis, wait_s, offset, measured, gain, change
):
    for r in prange(level.shape[0]):
        _report_run(
            r, level, time_s, server, event, threshold, threshold_2, a3_offset, hysteresis, wait_s, offset, measured,
            gain, change,
        )  # fmt: skip
