"""The clock of a tool's log: seconds from its timestamps, one instant a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Stamps:
    """How a file writes its times: as ``date``, ``epoch``, ``day`` (a time of day) or ``start``, '' as none of these.

    ``epoch`` counts from 1970 and ``start`` from anywhere; a date is local where it names no zone, so that it may be
    hours from an epoch of the same moment. `day_first` tells whether the day stands before the month where both
    orders are possible.
    """

    kind: str = ""
    day_first: bool = True

    def seconds(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Seconds of some stamps, NaN for those of another kind; times of day do not run on over midnight yet."""
        read = [_moment(word.strip(), self.day_first) for word in words]
        return np.array([value if own and own == self.kind else np.nan for own, value in read], dtype=float)


@dataclass
class Tally:
    """Which kinds of stamps a file has, told some at a time: the kind that most rows have is the file's.

    `day_first` None takes what the whole file allows, and the day first where it allows both.
    """

    day_first: bool | None = None
    _kinds: dict[bool, Counter[str]] = field(default_factory=lambda: {True: Counter(), False: Counter()})
    _month_second: bool = False

    def add(self, words: Sequence[str], rows: Sequence[int]) -> None:
        """Take stamps and how many rows have each."""
        for word, count in zip((word.strip() for word in words), rows, strict=True):
            kind = _moment(word, True)[0]
            self._kinds[True][kind] += count
            other = not kind or bool(DATED.fullmatch(word))
            self._kinds[False][_moment(word, False)[0] if other else kind] += count
            self._month_second |= _is_month_second(word)

    def dates(self, rows: int) -> None:
        """Take rows whose stamps are known to be dates that begin with the year."""
        for kinds in self._kinds.values():
            kinds["date"] += rows

    def join(self, other: Tally) -> None:
        """Take what another tally has counted."""
        for day_first, kinds in self._kinds.items():
            kinds.update(other._kinds[day_first])
        self._month_second |= other._month_second

    def stamps(self) -> Stamps:
        """What the file's are."""
        day_first = not self._month_second if self.day_first is None else self.day_first
        kinds = self._kinds[day_first]
        told = [kind for kind in kinds if kind and kinds[kind]]
        return Stamps(max(told, key=lambda name: (kinds[name], name), default=""), day_first)


def moments_s(stamps: pd.Categorical[str], day_first: bool | None = None) -> tuple[NDArray[np.float64], str]:
    """Seconds of the timestamps that tools' exports write, and what they count (see `Stamps`).

    Read are dates in the orders year-month-day, day-month-year and month-day-year, separated by ``-``, ``/`` or
    ``.``, with a time and perhaps fractions, AM or PM and a zone; a time of day alone, which runs on over midnight;
    seconds or milliseconds since 1970; seconds from the start. Stamps of another kind than the file's are broken (NaN).

    Parameters
    ----------
    stamps : categorical of str
    day_first : bool, optional
        See `Tally`.

    Examples
    --------
    >>> moments_s(pd.Categorical(["18-07-2025 22:11:08.5", "2025-07-18T22:11:09Z", "soon"]))[0].tolist()
    [1752876668.5, 1752876669.0, nan]
    >>> moments_s(pd.Categorical(["23:59:59.5", "00:00:01"]))
    (array([86399.5, 86401. ]), 'day')
    """
    words = [str(word) for word in stamps.categories]
    tally = Tally(day_first)
    tally.add(words, np.bincount(stamps.codes[stamps.codes >= 0], minlength=len(words)).tolist())
    told = tally.stamps()
    seconds = np.append(told.seconds(words), np.nan)[stamps.codes]
    return (OverMidnight().run(seconds) if told.kind == "day" else seconds), told.kind


def _is_month_second(word: str) -> bool:
    """True for a date that can only be month-day-year."""
    found = DATED.fullmatch(word)
    return bool(found and len(found[1]) <= 2 and int(found[1]) <= 12 < int(found[2]))


def _moment(word: str, day_first: bool) -> tuple[str, float]:
    """(kind, seconds) of one timestamp; the kind is '' if it is none."""
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
            return "epoch", value / scale
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


class OverMidnight:
    """Times of day that run on: a step back by more than half a day is the next day, one ahead undoes it."""

    def __init__(self) -> None:
        self._last = np.nan
        self._days = self._least = 0.0

    def run(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """The next rows' times; NaN stays.

        >>> OverMidnight().run(np.array([86399.0, 1.0, np.nan, 0.0])).tolist()
        [86399.0, 86401.0, nan, 86400.0]
        """
        known = np.isfinite(seconds)
        if not known.any():
            return seconds
        steps = np.nan_to_num(np.diff(seconds[known], prepend=self._last))
        days = self._days + np.cumsum((steps < -DAY_S / 2).astype(float) - (steps > DAY_S / 2))
        least = np.minimum.accumulate(np.minimum(days, self._least))
        out = seconds.copy()
        out[known] += DAY_S * (days - least)
        self._last, self._days, self._least = float(seconds[known][-1]), float(days[-1]), float(least[-1])
        return out


def fractions(clock: NDArray[np.float64], counts: str) -> tuple[float, float]:
    """The least and the greatest part of a second among some clocks; where they differ, the clock is a fine one.

    >>> fractions(np.array([3.5, 4.25]), "day"), fractions(np.array([3.5]), "start")
    ((0.25, 0.5), (0.0, 0.5))
    """
    parts = np.round(clock % 1.0, 6)
    return float(parts.min(initial=0.0 if counts == "start" else 1.0)), float(parts.max(initial=0.0))


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
