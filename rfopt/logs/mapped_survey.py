"""What holds of a whole export, which has to be known before its first row can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rfopt.errors import InputError
from rfopt.kernels.fields import NO_MOMENT
from rfopt.logs.column_map import ColumnMap, Source
from rfopt.logs.delimited import Block, Layout, first_blocks, read_blocks
from rfopt.logs.identity import octal_signs
from rfopt.logs.instants import DAY_S, LONGEST_LOG_DAYS, OverMidnight, Stamps, Tally, fractions, middle_day
from rfopt.logs.mapped_cells import LEVELS

MARKS = ("- :.", "/ :.", "-T:.")
"""Of the stamps that are read at once: dates that begin with the year."""


@dataclass(frozen=True)
class Survey:
    """What holds of a whole file.

    Attributes
    ----------
    stamps : Stamps
        How it writes its times.
    middle : float
        The day in its middle (see `rfopt.logs.instants.middle_day`).
    fine : bool
        Whether its clock has fractions of a second.
    octal : bool
        Whether its BSICs are written in octal.
    earliest : ndarray[block]
        The earliest clock of each block and those after it, without clocks astray.
    """

    stamps: Stamps
    middle: float
    fine: bool
    octal: bool
    earliest: NDArray[np.float64]


@dataclass(frozen=True)
class _Level:
    """A level column as far as it was read: its first known value, that one's line, the least and the greatest."""

    first: float
    line: int
    least: float
    greatest: float


@dataclass(frozen=True)
class _Look:
    """What one block says: its clock (over midnight it does not run on yet), kinds of stamps, BSICs, levels."""

    clock: NDArray[np.float64]
    tally: Tally
    octal: set[bool]
    levels: dict[str, _Level]


def survey(layout: Layout, column_map: ColumnMap, sources: Mapping[str, Source]) -> Survey:
    """Go through a file for what holds of all of it.

    Raises
    ------
    InputError
        If a level column has no negative number and its map does not say how it becomes dBm, or a row is too long.
    """
    texts = {name: place for name, place in layout.texts.items() if name.rpartition(".")[2] in ("time", "date", "bsic")}
    numbers = {name: place for name, place in layout.numbers.items() if name in LEVELS}
    layout = replace(layout, texts=texts, numbers=numbers)
    stamps = next((_tally(block, column_map.day_first).stamps() for block in first_blocks(layout)), Stamps())
    while True:
        tally = Tally(column_map.day_first)
        facts = _gone_through(layout, column_map, sources, stamps, tally)
        if tally.stamps() == stamps:
            return facts
        stamps = tally.stamps()


def _gone_through(
    layout: Layout, column_map: ColumnMap, sources: Mapping[str, Source], stamps: Stamps, tally: Tally
) -> Survey:
    """The facts where the file has such stamps; `tally` tells whether it has."""
    running = OverMidnight()
    levels: dict[str, _Level] = {}
    octal: set[bool] = set()
    days: list[tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]] = []
    low, high = 1.0, 0.0
    for look in read_blocks(layout, lambda block: _look(block, column_map, sources, stamps)):
        tally.join(look.tally)
        octal |= look.octal
        levels |= {name: _both(levels[name], new) if name in levels else new for name, new in look.levels.items()}
        clock = running.run(look.clock) if stamps.kind == "day" else look.clock
        clock = clock[np.isfinite(clock)]
        parts = fractions(clock, stamps.kind)
        low, high = min(low, parts[0]), max(high, parts[1])
        days.append(_days(clock))
    _refuse_codes(layout, levels)
    middle = _middle(days)
    least = [float(low[np.abs(of - middle) <= LONGEST_LOG_DAYS].min(initial=np.inf)) for of, _, low in days]
    earliest = np.minimum.accumulate(np.array([*least, np.inf])[::-1])[::-1]
    return Survey(stamps, middle, high > low, octal == {True}, earliest)


def _look(block: Block, column_map: ColumnMap, sources: Mapping[str, Source], stamps: Stamps) -> _Look:
    octal = {sign for name in block.layout.texts if name.endswith("bsic") for sign in octal_signs(block.codes(name)[1])}
    levels = {}
    for name in block.layout.numbers:
        source, values = sources[name], block.number(name)
        known = np.flatnonzero(np.isfinite(values) & ~np.isin(values, [*source.unknown, *column_map.unknown]))
        if len(known) and (source.scale, source.offset) == (1.0, 0.0):
            told = values[known]
            line = int(block.lines[known[0]])
            levels[name] = _Level(float(told[0]), line, float(told.min()), float(told.max()))
    return _Look(clock_of(block, stamps), _tally(block, column_map.day_first), octal, levels)


def _both(one: _Level, other: _Level) -> _Level:
    return replace(one, least=min(one.least, other.least), greatest=max(one.greatest, other.greatest))


def _refuse_codes(layout: Layout, levels: Mapping[str, _Level]) -> None:
    """A level column without one negative number is no dBm, unless its map says how it becomes dBm."""
    for name in LEVELS:
        level = levels.get(name)
        if level is not None and level.least >= 0 and level.greatest > 0:
            code = name.removesuffix("_dbm")
            hint = f'; if it is the report code, a map says code = "{code}"' if code != "level" else ""
            said = f"{name} is {level.first:g} and never negative, expected dBm; dBµV has offset = -107{hint}"
            raise InputError(said, layout.file.path, level.line)


def _days(clock: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """The days of some clocks, the rows on each and its earliest clock."""
    clock = np.sort(clock)
    days, first, rows = np.unique(np.floor(clock / DAY_S), return_index=True, return_counts=True)
    return days, rows, clock[first]


def _middle(days: list[tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]]) -> float:
    each, place = np.unique(np.concatenate([np.empty(0), *(of for of, _, _ in days)]), return_inverse=True)
    rows = np.concatenate([np.empty(0, dtype=np.int64), *(count for _, count, _ in days)])
    return middle_day(each, np.bincount(place, rows, len(each)).astype(np.int64))


def clock_of(block: Block, stamps: Stamps) -> NDArray[np.float64]:
    """Seconds of a block's rows, NaN where broken; times of day do not run on over midnight yet."""
    moments = _plain(block)
    known = moments != NO_MOMENT
    seconds = np.where(known & (stamps.kind == "date"), moments / 1e6, np.nan)
    if not known.all():
        codes, words = _words(block)
        used = np.unique(codes[~known])
        told = np.full(len(words), np.nan)
        told[used] = stamps.seconds([words[k] for k in used.tolist()])
        seconds[~known] = told[codes[~known]]
    return seconds


def _tally(block: Block, day_first: bool | None) -> Tally:
    moments = _plain(block)
    known = moments != NO_MOMENT
    tally = Tally(day_first)
    tally.dates(int(known.sum()))
    if not known.all():
        codes, words = _words(block)
        used, rows = np.unique(codes[~known], return_counts=True)
        tally.add([words[k] for k in used.tolist()], rows.tolist())
    return tally


def _plain(block: Block) -> NDArray[np.int64]:
    """Microseconds since 1970 of stamps that are read at once; `NO_MOMENT` for the others."""
    out = np.full(len(block.lines), NO_MOMENT, dtype=np.int64)
    for marks in MARKS if "date" not in block.layout.texts else ():
        if (out == NO_MOMENT).any():
            out = np.where(out == NO_MOMENT, block.moments_us("time", marks)[0], out)
    return out


def _words(block: Block) -> tuple[NDArray[np.int64], list[str]]:
    """A block's stamps as places in a list; a date in a column of its own stands before the time."""
    codes, words = block.codes("time")
    if "date" not in block.layout.texts:
        return codes.astype(np.int64), words
    days, dates = block.codes("date")
    pairs, places = np.unique(days.astype(np.int64) * len(words) + codes, return_inverse=True)
    return places, [f"{dates[k // len(words)]} {words[k % len(words)]}".strip() for k in pairs.tolist()]
