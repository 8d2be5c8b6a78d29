"""What holds of a whole G-NetTrack log, which has to be known before its first row can be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from rfopt.kernels.fields import NO_MOMENT
from rfopt.logs.delimited import Block, Layout, read_blocks, read_columns
from rfopt.logs.identity import LTE, technology
from rfopt.logs.instants import DAY_S, LONGEST_LOG_DAYS, middle_day, moments_s

MARKS = "._.."
"""Of the tool's own timestamps, 2025.07.18_22.11.08 with or without a fraction."""
HIGHEST_SINR_DB = 60.0


@dataclass(frozen=True)
class Survey:
    """What holds of a whole file.

    Attributes
    ----------
    zero_s : float
        Seconds since 1970 of time 0, the first clock that is not astray; 0 where there is none.
    start : str
        The same as ISO 8601 text; '' where there is none.
    middle : float
        The day in its middle (see `rfopt.logs.instants.middle_day`).
    fine : bool
        Whether its clock has fractions of a second.
    flat : bool
        Whether the SNR only ever said 0, as it does with phones that cannot tell.
    clock, lines : ndarray, optional
        Seconds of the rows, and their lines, of a file with other timestamps than the tool's own.
    """

    zero_s: float
    start: str
    middle: float
    fine: bool
    flat: bool
    clock: NDArray[np.float64] | None = None
    lines: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class _Look:
    """What one block says: its days, of each the rows, the first row and its clock; SNRs, and if any is not 0."""

    days: NDArray[np.float64]
    rows: NDArray[np.int64]
    first: NDArray[np.int64]
    clock: NDArray[np.float64]
    fine: bool
    known: int = 0
    loud: bool = False


def survey(layout: Layout) -> Survey:
    """Go through a file for what holds of all of it."""
    texts = {name: layout.texts[name] for name in ("timestamp", "tech")}
    numbers = {name: layout.numbers[name] for name in ("snr",) if name in layout.numbers}
    looks = list(read_blocks(replace(layout, numbers=numbers, texts=texts), _look))
    flat = sum(look.known for look in looks) > 1 and not any(look.loud for look in looks)
    clock = lines = None
    if not any(len(look.days) for look in looks):
        columns = read_columns(layout.file, layout.delimiter, layout.width, {}, {"timestamp": texts["timestamp"]})
        clock, lines = moments_s(columns.texts["timestamp"])[0], columns.lines
        looks = [_look_at(clock)]
    days = np.concatenate([np.empty(0), *(look.days for look in looks)])
    rows = np.concatenate([np.empty(0, dtype=np.int64), *(look.rows for look in looks)])
    each, place = np.unique(days, return_inverse=True)
    middle = middle_day(each, np.bincount(place, rows, len(each)).astype(np.int64))
    zero = next((first for look in looks if (first := _first(look, middle)) is not None), None)
    start = "" if zero is None else (datetime(1970, 1, 1) + timedelta(microseconds=round(zero * 1e6))).isoformat()
    return Survey(zero or 0.0, start, middle, any(look.fine for look in looks), flat, clock, lines)


def _first(look: _Look, middle: float) -> float | None:
    """The first clock of a block that is not astray."""
    sane = np.flatnonzero(np.abs(look.days - middle) <= LONGEST_LOG_DAYS)
    return float(look.clock[sane[np.argmin(look.first[sane])]]) if len(sane) else None


def _look(block: Block) -> _Look:
    tech = technology(*block.codes("tech"))
    sinr = sinr_of(block, tech)
    known = np.isfinite(sinr)
    return replace(_look_at(_own_clock(block)), known=int(known.sum()), loud=bool(sinr[known].any()))


def _look_at(clock: NDArray[np.float64]) -> _Look:
    timed = np.flatnonzero(np.isfinite(clock))
    days, first, rows = np.unique(np.floor(clock[timed] / DAY_S), return_index=True, return_counts=True)
    return _Look(days, rows, timed[first], clock[timed[first]], bool((clock[timed] % 1.0).any()))


def _own_clock(block: Block) -> NDArray[np.float64]:
    """Seconds since 1970 by the tool's own timestamps; NaN where broken."""
    moments, broken = block.moments_us("timestamp", MARKS)
    seconds = moments / 1e6
    if broken:
        seconds[moments == NO_MOMENT] = np.nan
    return seconds


def clock_of(block: Block, facts: Survey) -> NDArray[np.float64]:
    """Seconds since 1970 of a block's rows; NaN where broken."""
    if facts.clock is None or facts.lines is None:
        return _own_clock(block)
    return facts.clock[np.searchsorted(facts.lines, block.lines)]


def sinr_of(block: Block, tech: NDArray[np.int64]) -> NDArray[np.float64]:
    """SINR of LTE servers in dB."""
    sinr = block.number("snr")
    return np.where((tech == LTE) & (np.abs(sinr) <= HIGHEST_SINR_DB), sinr, np.nan)
