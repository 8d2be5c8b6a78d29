"""The contract's measurement table as text: CSV, also with tabs or semicolons."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from rfopt.errors import InputError
from rfopt.kernels.fields import NO_MOMENT
from rfopt.logs import log_formats
from rfopt.logs.checked import Batch, checked_parts
from rfopt.logs.checks import ISO_TIME, is_table, refuse
from rfopt.logs.dates import Clock, moment_of, us_of
from rfopt.logs.delimited import Block, Layout, first_blocks, header_text, layout_of, read_blocks, text_from
from rfopt.logs.instants import LONGEST_LOG_S
from rfopt.logs.opening import header_names
from rfopt.logs.streams import Part, Stream, Words, merged_words
from rfopt.logs.text_blocks import text_file
from rfopt.logs.typed import NUMBERS, WORDS, Typed, meant
from rfopt.tables import LONGEST_FIELD, Rows, require_columns, schema, split_rows

ISO_MARKS = ("-T:.", "- :.")
"""Of the dates that are read at once; others are read one by one."""


LAST = int(np.iinfo(np.int64).max)


@log_formats
def table(path: Path) -> Stream | None:
    """Read the measurement table.

    It is rfopt's own format, so nothing in it is passed over: a value that does not fit refuses the file. A file with
    dates is gone through twice, first for the earliest.

    Raises
    ------
    InputError
        With file, line, value and what was expected (see `rfopt.logs.checked.checked_parts`).
    """
    names, delimiter = header_names(path)
    if not is_table(names) or delimiter == "|":
        return None
    file = text_file(path)
    layout = layout_of(file, delimiter, len(names), {}, {})
    header = split_rows(header_text(layout), path, delimiter)
    require_columns(header, "log")
    places = {name or f"column {k}": k for k, name in enumerate(header.header)}
    numbers = {name: places[name] for name in NUMBERS if name in places}
    texts = {name: place for name, place in places.items() if name not in numbers}
    stream = Stream(path, "table", file.size)
    layout = replace(layout, numbers=numbers, texts=texts, width=len(header.header), closed=False)
    stream.parts = _parts(stream, layout, header)
    return stream


def _parts(stream: Stream, layout: Layout, header: Rows) -> Iterator[Part]:
    first = next(_opening_rows(layout), None)
    clock = Clock() if first is None else _clock(layout, first[1])
    stream.start = clock.start
    if not clock.dated:
        layout = replace(layout, numbers={"time": layout.texts["time"], **layout.numbers})

    def refused(line: int) -> NoReturn:
        rows = [] if first is None or first[0] == line else [(first[0], _row(layout, header, first[0]))]
        rows.append((line, _row(layout, header, line)))
        refuse(Rows(stream.path, header.header, [row for _, row in rows], [at for at, _ in rows]))
        raise AssertionError(f"{stream.path}:{line}: was taken as faulty, but nothing is wrong with it")

    def batches() -> Iterator[Batch]:
        return read_blocks(layout, lambda block: _batch(block, clock))

    return checked_parts(stream, batches, refused, header.header)


def _opening_rows(layout: Layout) -> Iterator[tuple[int, str]]:
    """Line and time of the rows that are not empty."""
    for block in first_blocks(layout):
        for row in np.flatnonzero(~_hollow(block)).tolist():
            yield int(block.lines[row]), block.word(row, "time").strip()


def _row(layout: Layout, header: Rows, line: int) -> list[str]:
    """The fields of the row that begins on a line.

    Raises
    ------
    InputError
        If it has not the header's number of fields, or its quotes are broken.
    """
    names = layout.delimiter.join(f"c{k}" for k in range(layout.width))
    try:
        return split_rows(f"{names}\n{text_from(layout, line)}", header.file, layout.delimiter, most=1).rows[0]
    except InputError as error:
        raise InputError(error.message, error.file, line) from None


def _clock(layout: Layout, first: str) -> Clock:
    if not ISO_TIME.fullmatch(first):
        return Clock()
    moment = moment_of(first)
    if moment is None:
        return Clock(dated=True)
    zoned = moment.tzinfo is not None
    only = replace(layout, numbers={}, texts={"time": layout.texts["time"]})
    least = min(read_blocks(only, lambda block: _earliest(block, zoned, us_of(moment))), default=(LAST, ""))
    return Clock(True, zoned, 0, us_of(moment)).from_earliest(*least)


def _earliest(block: Block, zoned: bool, first_us: int) -> tuple[int, str]:
    """The earliest of a block's dates that can be of one log with the file's first."""
    moments = _moments(block, zoned)
    moments[(moments == NO_MOMENT) | (np.abs(moments - first_us) > LONGEST_LOG_S * 1e6)] = LAST
    if not len(moments):
        return LAST, ""
    row = int(np.argmin(moments))
    return int(moments[row]), block.word(row, "time").strip()


def _moments(block: Block, zoned: bool) -> NDArray[np.int64]:
    """Microseconds since 1970 of dates, all with a zone or all without; `NO_MOMENT` for what is none."""
    out = np.full(len(block.lines), NO_MOMENT, dtype=np.int64)
    broken = len(out)
    for marks in ISO_MARKS if not zoned else ():
        if broken:
            some, _ = block.moments_us("time", marks)
            out = np.where(out == NO_MOMENT, some, out)
            broken = int((out == NO_MOMENT).sum())
    for row in np.flatnonzero(out == NO_MOMENT).tolist() if broken else ():
        moment = moment_of(block.word(row, "time").strip())
        if moment is not None and (moment.tzinfo is not None) == zoned:
            out[row] = us_of(moment)
    return out


def _hollow(block: Block) -> NDArray[np.bool_]:
    """Rows that hold nothing but blanks."""
    codes, words = block.codes("rat")
    empty = np.array([word == "" for word in words])[codes]
    for row in np.flatnonzero(empty).tolist():
        empty[row] = not any(word.strip() for word in block.fields(row))
    return np.asarray(empty)


def _batch(block: Block, clock: Clock) -> Batch:
    hollow = _hollow(block)
    strays = [line for line, _ in block.misfits if line not in block.hollow]
    if hollow.any():
        block = replace(block.take(np.flatnonzero(~hollow)), misfits=block.misfits)
    odd = np.zeros(len(block.lines), dtype=bool)
    odd[[row for _, row, _ in block.strange]] = True
    for row in np.flatnonzero(block.rough).tolist():
        odd[row] |= _misshaped(block, row)
    time, strange = _times(block, clock)
    numbers = {name: block.number(name) for name in NUMBERS if name in block.layout.numbers}
    words = {name: _words(block, name) for name in WORDS}
    typed = Typed(time, numbers, words, odd | strange, block.lines)
    return Batch(typed, min(strays, default=0), block.last_byte)


def _misshaped(block: Block, row: int) -> bool:
    """Whether a row has a field that is too long, or quotes that are not written as they have to be."""
    try:
        return any(len(word) > LONGEST_FIELD for word in block.fields(row, strict=True))
    except csv.Error:
        return True


def _words(block: Block, name: str) -> Words:
    codes, words = block.codes(name)
    return merged_words(codes, meant(words, schema("log")[name]))


def _times(block: Block, clock: Clock) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Seconds from the start, and where the time is none of the file's kind."""
    if not clock.dated:
        return block.number("time"), np.isnan(block.number("time"))
    moments = _moments(block, clock.zoned)
    strange = (moments == NO_MOMENT) | (np.abs(moments - clock.first_us) > LONGEST_LOG_S * 1e6)
    return np.where(strange, np.nan, (moments - clock.zero_us) / 1e6), strange
