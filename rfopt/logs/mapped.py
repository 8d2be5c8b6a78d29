"""Exports of measuring tools, read through a column map: TEMS, QualiPoc, XCAL, Nemo, Chinese tools and a user's own.

Each map in `rfopt/logs/maps/` is a format by its name. Rows that share a time and do not contradict each other are one
instant: exports are sparse, each row filling one group of columns. A file is gone through twice, for what holds of all
of it and for its readings, block by block; of an Excel file all text is held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.errors import InputError, printable
from rfopt.logs import log_formats
from rfopt.logs.assembly import Assembly, Gathered, gather, notes_of, start_of
from rfopt.logs.column_map import MOST_NEIGHBOURS, NUMBERS, ColumnMap, Source, numbered, shipped_maps, spelling
from rfopt.logs.delimited import Block, Layout, layout_of, read_blocks
from rfopt.logs.instants import OverMidnight
from rfopt.logs.mapped_cells import LEVELS, ODD_MODES, ODD_RATS, SAID, heard_in
from rfopt.logs.mapped_survey import Survey, clock_of, survey
from rfopt.logs.opening import hidden_numbers, names_the_subscriber, without_subscribers
from rfopt.logs.running import MOST_OF_ONE_TIME
from rfopt.logs.sheets import Sheet, opened
from rfopt.logs.streams import Part, Rejects, Stream, part_of
from rfopt.logs.wide import Hold, Wide, joined, merged, sure
from rfopt.units import degrees_of

NO_LEVEL = "rows without a level"
PERSONAL = "names that hold a number as long as a subscriber's, left out"
READ_AHEAD = 3
"""Blocks within which the earliest instant of a log nearly always stands."""


def _format(name: str, column_map: ColumnMap) -> None:
    def reader(path: Path) -> Stream | None:
        sheet = opened(path, column_map)
        if sheet is None or not _is_of(column_map, sheet):
            return None
        return read_sheet(path, sheet, column_map)

    reader.__name__ = name
    reader.__doc__ = f"Read a file through the column map {name}.toml."
    log_formats(reader)


def read_mapped(path: Path, column_map: ColumnMap) -> Stream:
    """Read a file through a column map, whether or not it has the names that the map says the tool's files have.

    Raises
    ------
    InputError
        If it is no text or Excel table, or has no column of the map for the time or for any level.
    """
    sheet = opened(path, column_map)
    if sheet is None:
        raise InputError("is no text table and no Excel file, expected what the column map describes", path)
    return read_sheet(path, sheet, column_map)


def _is_of(column_map: ColumnMap, sheet: Sheet) -> bool:
    have = {spelling(name) for name in sheet.names}
    return bool(column_map.needs) and all(any(spelling(n) in have for n in group) for group in column_map.needs)


def read_sheet(path: Path, sheet: Sheet, column_map: ColumnMap) -> Stream:
    """A sheet's rows as a log.

    Raises
    ------
    InputError
        If it has no column for the time or for any level; while it is read, if a level is no dBm, a name may not
        stand in a table, or a row is too long.
    """
    sources, places, twice = _places(sheet.names, column_map)
    if "time" not in places:
        wanted = ", ".join(column_map.columns["time"].names)
        raise InputError(f"column for the time is missing, expected one of: {printable(wanted, 200)}", path, 1)
    if not any(name.rpartition(".")[2] in LEVELS for name in places):
        wanted = ", ".join(n for name, s in column_map.columns.items() if name in LEVELS for n in s.names)
        raise InputError(f"column for a level is missing, expected one of: {printable(wanted, 200)}", path, 1)
    numbers = {name: place for name, place in places.items() if name.rpartition(".")[2] in NUMBERS}
    texts = {name: place for name, place in places.items() if name not in numbers}
    private = [printable(name) for name in sheet.names if names_the_subscriber(name)]
    remarks = [f"column '{printable(name)}' stands twice, the first is read" for name in twice]
    remarks += [f"{', '.join(private)} left out, they name the subscriber"] if private else []
    layout = layout_of(sheet.text(), sheet.delimiter, len(sheet.names), numbers, texts)
    layout = replace(layout, comma=sheet.delimiter != ",")
    stream = Stream(path, column_map.name, layout.file.size)
    stream.parts = _parts(stream, _Export(layout, column_map, sources), remarks)
    return stream


def _places(names: list[str], column_map: ColumnMap) -> tuple[dict[str, Source], dict[str, int], list[str]]:
    """What each wanted column is made of, where it stands, and the wanted names that stand twice."""
    spelt = [spelling(name) for name in names]
    first = {word: place for place, word in reversed(list(enumerate(spelt)))}
    wanted = {name: (source, source.names) for name, source in column_map.columns.items()}
    for b, block in enumerate(column_map.neighbours):
        for number in range(1, MOST_NEIGHBOURS + 1):
            for name, source in block.sources.items():
                wanted[f"{b}.{number}.{name}"] = (source, tuple(numbered(word, number) for word in source.names))
    places = {}
    for name, (_, words) in wanted.items():
        found = [first[spelling(word)] for word in words if spelling(word) in first]
        if found:
            places[name] = found[0]
    counts = Counter(spelt)
    twice = sorted({names[place] for place in places.values() if counts[spelt[place]] > 1})
    return {name: wanted[name][0] for name in places}, places, twice


def _scaled(values: NDArray[np.float64], source: Source, unknown: tuple[float, ...]) -> NDArray[np.float64]:
    known = np.where(np.isin(values, [*unknown, *source.unknown]), np.nan, values)
    if source.highest is not None:
        known = np.where((known >= 0) & (known <= source.highest), known, np.nan)
    return np.asarray(known * source.scale + source.offset)


@dataclass(frozen=True)
class _Export:
    """A file, its map, and what each of its wanted columns is made of."""

    layout: Layout
    column_map: ColumnMap
    sources: dict[str, Source]


@dataclass(frozen=True)
class _Rows:
    """Rows of a file.

    `misfits` are (line, fields), `broken` stamps by line, `astray` places that are no degrees by line, `personal`
    names of subscribers.
    """

    wide: Wide
    misfits: list[tuple[int, int]]
    broken: dict[int, str]
    astray: list[tuple[int, str]]
    personal: int
    done: int

    def parted(self) -> tuple[_Rows, _Rows]:
        """The rows that no later row can be one instant with, and the others."""
        at = sure(self.wide)
        line = self.wide.lines[at] if at < len(self.wide.lines) else np.inf
        early = [misfit for misfit in self.misfits if misfit[0] < line]
        late = self.misfits[len(early) :]
        first, last = self.wide.rows(slice(at)), self.wide.rows(slice(at, None))
        return replace(self, wide=first, misfits=early), replace(
            self, wide=last, misfits=late, broken={}, astray=[], personal=0
        )


@dataclass(frozen=True)
class _Step:
    """What became of some rows.

    `silent` are those without a level; `astray` are places that are no degrees; `open_s` is the clock of those that
    were read and wait.
    """

    gathered: Gathered
    rejects: Rejects
    rows: int
    silent: int
    remarks: Counter[str]
    astray: list[tuple[int, str]]
    open_s: float
    done: int


def _parts(stream: Stream, export: _Export, remarks: list[str]) -> Iterator[Part]:
    """The readings of a file, block by block."""
    facts = survey(export.layout, export.column_map, export.sources)
    zero, steps = _zero(export, facts)
    stream.start = start_of(zero, facts.stamps.kind)
    assembly: Assembly[_Step] = Assembly(stream.path, 0.0 if facts.stamps.kind == "start" else zero, facts.fine)
    silent, counted = 0, Counter[str]()
    astray, first = 0, ""
    for step in steps:
        stream.rows, silent = stream.rows + step.rows, silent + step.silent
        counted.update(step.remarks)
        astray += len(step.astray)
        first = first or "".join("line {}: {}".format(*place) for place in step.astray[:1])
        yield from _made(assembly.push(step, step.gathered))
    yield from _made(assembly.finish())
    found = ["BSICs are written in octal" if facts.octal else ""]
    found += [f"{what}: {counted[what]}" if counted[what] else "" for what in (ODD_MODES, ODD_RATS)]
    found += [f"places that are no degrees, left out: {astray}; the first is {first}"] if astray else []
    found += [*remarks, f"{PERSONAL}: {counted[PERSONAL]}" if counted[PERSONAL] else ""]
    stream.notes = notes_of(stream.path, [*assembly.remarks(), *found])
    stream.unused = {NO_LEVEL: silent} if silent else {}


def _made(items: Iterator[tuple[_Step, pd.DataFrame]]) -> Iterator[Part]:
    return (Part(part_of(readings), step.rejects, step.done) for step, readings in items)


def _zero(export: _Export, facts: Survey) -> tuple[float, Iterator[_Step]]:
    """The clock of the earliest instant that is used (infinite: of none), and all steps."""
    steps = _steps(export, facts)
    first: list[_Step] = []
    zero = np.inf
    for count, step in enumerate(steps, 1):
        zero = min(zero, float(step.gathered.clock.min(initial=np.inf)))
        first = [*first, step] if count <= READ_AHEAD else []
        if zero <= min(step.open_s, facts.earliest[min(count, len(facts.earliest) - 1)]):
            break
    return zero, chain(first, steps) if first else _steps(export, facts)


def _steps(export: _Export, facts: Survey) -> Iterator[_Step]:
    """What becomes of the rows of each block, but for those that wait for the next, and then of the last."""
    running, hold = OverMidnight(), Hold(export.column_map.hold_s)
    waiting: list[_Rows] = []
    for rows in read_blocks(export.layout, lambda block: _rows(block, export, facts)):
        if facts.stamps.kind == "day":
            rows.wide.clock[:] = running.run(rows.wide.clock)
        ready, late = _together([*waiting, rows]).parted()
        if len(late.wide.clock) > MOST_OF_ONE_TIME:
            said = f"more than {MOST_OF_ONE_TIME} rows share one time, expected a clock that runs"
            raise InputError(said, export.layout.file.path)
        waiting = [late]
        yield _step(ready, export, facts, hold, float(late.wide.clock.min(initial=np.inf)))
    if waiting:
        yield _step(waiting[0], export, facts, hold, np.inf)


def _together(parts: list[_Rows]) -> _Rows:
    return _Rows(
        joined([part.wide for part in parts]),
        [misfit for part in parts for misfit in part.misfits],
        {line: word for part in parts for line, word in part.broken.items()},
        [place for part in parts for place in part.astray],
        sum(part.personal for part in parts),
        parts[-1].done,
    )


def _rows(block: Block, export: _Export, facts: Survey) -> _Rows:
    layout, column_map = export.layout, export.column_map
    raw = {name: block.number(name) for name in layout.numbers}
    astray = _degrees(block)
    numbers = {name: _scaled(values, export.sources[name], column_map.unknown) for name, values in raw.items()}
    said = np.zeros(len(block.lines), dtype=bool)
    for name in LEVELS.keys() & raw.keys():
        said |= np.isfinite(raw[name])
    numbers[SAID] = np.where(said, 1.0, np.nan)
    words, personal = {}, 0
    for name in [name for name in layout.texts if name not in ("time", "date")]:
        codes, known = block.codes(name)
        words[name] = np.array(known, dtype=object)[codes]
        if name.rpartition(".")[2] in ("cell", "point"):
            words[name], count = without_subscribers(words[name])
            personal += count
    clock = clock_of(block, facts.stamps)
    broken = {int(block.lines[k]): block.word(k, "time").strip() for k in np.flatnonzero(np.isnan(clock)).tolist()}
    return _Rows(Wide(numbers, words, clock, block.lines), block.misfits, broken, astray, personal, block.last_byte)


def _degrees(block: Block) -> list[tuple[int, str]]:
    """Read, in place, the places of a block that are written in minutes or with a letter; what is none, by line."""
    columns = {block.layout.number_of[name]: name for name in ("lat", "lon") if name in block.layout.numbers}
    astray = []
    for column, row, word in block.strange:
        if column in columns:
            block.numbers[column, row] = degrees_of(word)
            if np.isnan(block.numbers[column, row]):
                astray.append((int(block.lines[row]), f"{columns[column]} '{printable(hidden_numbers(word), 30)}'"))
    return astray


def _step(rows: _Rows, export: _Export, facts: Survey, hold: Hold, open_s: float) -> _Step:
    wide, group = merged(rows.wide)
    instants, cells, seen, remarks = heard_in(hold.fill(wide), export.column_map, facts.octal)
    gathered = gather(instants, cells, facts.middle)
    faults = np.full(len(seen), "", dtype=object)
    faults[seen] = gathered.faults
    count, silent = len(group) + len(rows.misfits), int((~seen)[group].sum())
    remarks[PERSONAL] = rows.personal
    return _Step(
        gathered, _rejects(rows, faults[group], export), count, silent, remarks, rows.astray, open_s, rows.done
    )


def _rejects(rows: _Rows, faults: NDArray[np.object_], export: _Export) -> Rejects:
    """Line, reason, text: of the file's own no more than a timestamp without its long numbers, and levels."""
    width = export.layout.width
    rejects = [(line, "wrong number of fields", f"{k} fields, expected {width}") for line, k in rows.misfits]
    for k in np.flatnonzero(faults != "").tolist():
        line, fault = int(rows.wide.lines[k]), str(faults[k])
        text = _stamp(rows.broken[line]) if fault == "broken timestamp" else ""
        if fault == "no level":
            levels = [(name, rows.wide.numbers[name][k]) for name in LEVELS if name in rows.wide.numbers]
            text = ", ".join(f"{name} {value:g}" for name, value in levels if np.isfinite(value))
        rejects.append((line, fault, text))
    return sorted(rejects)


def _stamp(word: str) -> str:
    """A broken timestamp without its long numbers.

    >>> _stamp("soon"), _stamp("1752847869000")
    ("time 'soon'", 'time of 13 digits')
    """
    return (
        f"time of {len(word)} digits"
        if len(word) > 7 and word.isdecimal()
        else (f"time '{printable(hidden_numbers(word), 30)}'")
    )


for _name, _map in shipped_maps().items():
    _format(_name, _map)
