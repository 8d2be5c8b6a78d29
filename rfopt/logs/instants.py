"""The clock of a tool's log: seconds from its timestamps, one instant a row."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TIME_OF_DAY = r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,:](\d{1,9}))?)?(?:\s?([AaPp])[Mm])?"
DATED = re.compile(rf"(\d{{1,4}})[-/.](\d{{1,2}})[-/.](\d{{1,4}})[T _]+{TIME_OF_DAY}\s?(Z|[+-]\d\d:?\d\d)?")
UNDATED = re.compile(TIME_OF_DAY)
COUNTED = re.compile(r"\d{1,17}(\.\d{1,9})?")
DAY_S = 86400.0
EARLIEST_EPOCH_S, LATEST_EPOCH_S = 3e8, 5e9
"""1979 and 2128: a bare number between them counts seconds since 1970; a thousand times as much, milliseconds."""


def moments_s(stamps: pd.Categorical[str], day_first: bool | None = None) -> tuple[NDArray[np.float64], str]:
    """Seconds of the timestamps that tools' exports write, and what they count: ``date``, ``day`` or ``start``.

    Read are dates in the orders year-month-day, day-month-year and month-day-year, separated by ``-``, ``/`` or
    ``.``, with a time and perhaps fractions, AM or PM and a zone; a time of day alone, which runs on over midnight;
    seconds or milliseconds since 1970; seconds from the start. The kind that most stamps have is the file's;
    stamps of another kind are broken (NaN).

    Parameters
    ----------
    stamps : categorical of str
    day_first : bool, optional
        Whether the day stands before the month where both orders are possible; None takes what the whole file
        allows and the day first where it allows both.

    Examples
    --------
    >>> moments_s(pd.Categorical(["18-07-2025 22:11:08.5", "2025-07-18T22:11:09Z", "soon"]))[0].tolist()
    [1752876668.5, 1752876669.0, nan]
    >>> moments_s(pd.Categorical(["23:59:59.5", "00:00:01"]))
    (array([86399.5, 86401. ]), 'day')
    """
    words = [str(word).strip() for word in stamps.categories]
    if day_first is None:
        day_first = not any(_month_second(word) for word in words)
    read = [_moment(word, day_first) for word in words]
    kinds = Counter(kind for kind, _ in read if kind)
    kind = max(kinds, key=lambda name: (kinds[name], name)) if kinds else ""
    seconds = np.array([*(value if own == kind else np.nan for own, value in read), np.nan])[stamps.codes]
    return (over_midnight(seconds) if kind == "day" else seconds), kind


def _month_second(word: str) -> bool:
    """True for a date that can only be month-day-year."""
    found = DATED.fullmatch(word)
    return bool(found and len(found[1]) <= 2 and int(found[1]) <= 12 < int(found[2]))


def _moment(word: str, day_first: bool) -> tuple[str, float]:
    """(kind, seconds) of one timestamp: kind date, day or start, '' if it is none."""
    try:
        if found := DATED.fullmatch(word):
            return "date", _date_s(found, day_first)
        if found := UNDATED.fullmatch(word):
            return "day", _time_s(*found.groups())
    except (ValueError, OverflowError):
        return "", float("nan")
    if not COUNTED.fullmatch(word):
        return "", float("nan")
    value = float(word)
    for scale in (1.0, 1e3, 1e6):
        if EARLIEST_EPOCH_S <= value / scale <= LATEST_EPOCH_S:
            return "date", value / scale
    return ("start", value) if value < EARLIEST_EPOCH_S else ("", float("nan"))


def _date_s(found: re.Match[str], day_first: bool) -> float:
    first, second, third = (int(found[k]) for k in (1, 2, 3))
    if len(found[1]) == 4:
        year, month, day = first, second, third
    else:
        year = third + 2000 if len(found[3]) <= 2 else third
        month, day = (second, first) if day_first else (first, second)
    midnight = datetime(year, month, day, tzinfo=UTC)
    zone = (found[9] or "").replace(":", "")
    shift = 0.0
    if len(zone) == 5:
        shift = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[3:])).total_seconds()
    return midnight.timestamp() + _time_s(*found.groups()[3:8]) - shift


def _time_s(hour: str, minute: str, second: str | None, part: str | None, half: str | None) -> float:
    hours = int(hour) % 12 + 12 * (half.lower() == "p") if half else int(hour)
    whole = int(second or 0)
    if hours > 23 or int(minute) > 59 or whole > 60:
        raise ValueError(f"{hour}:{minute} is no time of day")
    return hours * 3600.0 + int(minute) * 60.0 + whole + float(f"0.{part}" if part else 0.0)


def over_midnight(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Times of day that run on: a step back by more than half a day is the next day, one ahead undoes it.

    >>> over_midnight(np.array([86399.0, 1.0, np.nan, 0.0])).tolist()
    [86399.0, 86401.0, nan, 86400.0]
    """
    known = np.isfinite(seconds)
    steps = np.diff(seconds[known], prepend=seconds[known][:1])
    days = np.cumsum((steps < -DAY_S / 2).astype(float) - (steps > DAY_S / 2))
    out = seconds.copy()
    out[known] += DAY_S * (days - np.minimum.accumulate(np.minimum(days, 0.0)))
    return out


LONGEST_LOG_DAYS = 30
LONGEST_LOG_S = LONGEST_LOG_DAYS * DAY_S


def middle_day(days: NDArray[np.float64], rows: NDArray[np.int64]) -> float:
    """The day in a log's middle, from the days that it has, rising, and the rows on each; 0 where it has none."""
    total = np.cumsum(rows)
    return float(days[np.searchsorted(total, (total[-1] + 1) // 2)]) if len(days) else 0.0


def astray(clock: NDArray[np.float64], middle: float | None = None) -> NDArray[np.bool_]:
    """Clocks a month and more from the day in the log's middle: a phone without the time says 1970 or 1980.

    >>> astray(np.array([0.0, 1.7e9, 1.7e9 + 5, np.nan])).tolist()
    [True, False, False, False]
    """
    days = np.floor(clock / DAY_S)
    if middle is None:
        middle = middle_day(*np.unique(days[np.isfinite(days)], return_counts=True))
    return np.asarray(np.abs(days - middle) > LONGEST_LOG_DAYS)


def spread_s(seconds: NDArray[np.float64]) -> tuple[NDArray[np.float64], int, int]:
    """Strictly rising times from a clock that repeats and steps back; also how often it did either.

    A step back waits for the clock to catch up; rows of one tick (1 s, or 1 ms where the clock has fractions) share
    it in equal parts, in their order.

    >>> spread_s(np.array([0.0, 1.0, 1.0, 0.0, 2.0]))
    (array([0.      , 1.      , 1.333333, 1.666667, 2.      ]), 2, 1)
    """
    steps = int((np.diff(seconds) < 0).sum())
    rising = np.maximum.accumulate(seconds)
    fresh = np.diff(rising, prepend=-np.inf) > 0
    first = np.flatnonzero(fresh)
    group = np.cumsum(fresh) - 1
    size = np.diff(np.append(first, len(rising)))
    tick = 0.001 if (seconds % 1.0).any() else 1.0
    share = (np.arange(len(rising)) - first[group]) / size[group] if len(rising) else rising
    return np.round(rising + tick * share, 9 if tick < 1 else 6), int((~fresh).sum()), steps
