"""The contract's measurement table as Parquet, read row group by row group."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from rfopt.errors import InputError, printable
from rfopt.logs import LOG_COLUMNS, log_formats, number_text
from rfopt.logs.checked import Batch, checked_parts
from rfopt.logs.checks import is_table, refuse
from rfopt.logs.dates import Clock, moment_of, us_of
from rfopt.logs.delimited import means_nothing, number_of
from rfopt.logs.opening import opening
from rfopt.logs.picking import Span
from rfopt.logs.streams import Part, Stream, Words, merged_words
from rfopt.logs.typed import NUMBERS, WORDS, Typed, meant
from rfopt.logs.writing import GROUP_ROWS, PICKED_BY, START
from rfopt.tables import Rows, require_columns, schema

MOST_ROWS = 1_000_000_000
"""A file above this is refused before its rows are unpacked."""


@log_formats
def parquet(path: Path) -> Stream | None:
    """Read the measurement table from Parquet, with the checks of the text form; row 1 counts as line 2.

    Raises
    ------
    InputError
        If the file is broken, or as `rfopt.logs.checked.checked_parts`.
    """
    if opening(path, 4) != b"PAR1":
        return None
    with _refused(path), pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        if not is_table(names):
            raise InputError("is Parquet without the columns time, rat and serving of a measurement table", path)
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"column '{printable(name)}' stands twice", path, 1)
        if file.metadata.num_rows > MOST_ROWS:
            raise InputError(f"holds {file.metadata.num_rows} rows, expected at most {MOST_ROWS}", path)
        require_columns(Rows(path, names, [], []), "log")
        stream = Stream(path, "parquet", path.stat().st_size)
        groups = _all_groups(file.metadata)
        dated = not _is_number(file.schema_arrow.field("time").type)
    stream.parts = _parts(stream, names, groups, dated)
    return stream


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    """What is found broken in a file, as an `InputError`."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"is broken Parquet: {printable(error, 100)}", path) from None


def _parts(stream: Stream, names: list[str], every: _Groups, dated: bool) -> Iterator[Part]:
    columns = [name for name in names if name in LOG_COLUMNS]
    clock = _clock(stream.path, every) if dated else Clock()
    stream.start = clock.start or every.start
    groups = every if clock.dated else _wanted(every, stream)

    def batches() -> Iterator[Batch]:
        for batch, line in _batches(stream.path, columns, groups):
            lines = np.arange(line, line + len(batch), dtype=np.int64)
            with _refused(stream.path):
                typed = _typed(batch, clock, lines)
            yield Batch(typed, done=int(stream.size * groups.reached(line + len(batch))))

    def refused(line: int) -> NoReturn:
        lines = sorted({2, line})
        rows = [_row(stream.path, columns, every, at) for at in lines]
        refuse(Rows(stream.path, columns, rows, lines))
        raise AssertionError(f"{stream.path}:{line}: was taken as faulty, but nothing is wrong with it")

    yield from checked_parts(stream, batches, refused, names)
    if len(groups.chosen) < len(every.chosen):
        said = f"bytes read for what the case picks: {groups.bytes_of(columns)} of {stream.size}"
        stream.notes += (f"{stream.path.name}: {said}",)


@dataclass(frozen=True)
class _Groups:
    """Row groups of a file: what it says of them (read once), which to read, and the line of each one's first row."""

    told: pq.FileMetaData
    chosen: tuple[int, ...]
    lines: tuple[int, ...]

    @property
    def start(self) -> str:
        """ISO 8601 text of second 0, where the file states it."""
        stated: bytes = (self.told.metadata or {}).get(START, b"")
        return stated.decode("utf-8", "replace")

    def reached(self, line: int) -> float:
        """The share of the file above a line."""
        return (line - 2) / max(self.lines[-1] - 2, 1)

    def bytes_of(self, columns: list[str]) -> int:
        """What is read of the file for some columns, with what it says of its row groups."""
        groups = [self.told.row_group(group) for group in self.chosen]
        parts = [group.column(c) for group in groups for c in range(group.num_columns)]
        sizes = [part.total_compressed_size for part in parts if part.path_in_schema in columns]
        return int(sum(sizes) + self.told.serialized_size)


def _all_groups(told: pq.FileMetaData) -> _Groups:
    rows = [told.row_group(k).num_rows for k in range(told.num_row_groups)]
    return _Groups(told, tuple(range(len(rows))), tuple(np.cumsum([2, *rows]).tolist()))


def _wanted(every: _Groups, stream: Stream) -> _Groups:
    """The row groups that may hold what is picked."""
    if stream.pick is None:
        return every
    with _refused(stream.path):
        spans = [_spans(every.told.row_group(group), PICKED_BY) for group in every.chosen]
    chosen = [k for k in every.chosen if stream.pick.may_hold(spans[k], stream.start, stream.path)]
    return replace(every, chosen=tuple(chosen))


def _spans(group: Any, names: list[str]) -> dict[str, Span]:
    """What a row group's statistics say of some columns."""
    spans: dict[str, Span] = {}
    for c in range(group.num_columns):
        column = group.column(c)
        if column.path_in_schema in names and column.is_stats_set:
            stated = column.statistics
            bare = not stated.has_null_count or stated.null_count > 0
            spans[column.path_in_schema] = (stated.min, stated.max, bare) if stated.has_min_max else (None, None, bare)
    return spans


def _batches(path: Path, columns: list[str], groups: _Groups) -> Iterator[tuple[pa.Table, int]]:
    """The rows of some row groups in their order, and the line of the first of each batch."""
    with _refused(path), pq.ParquetFile(path, metadata=groups.told) as file:
        for group in groups.chosen:
            line = groups.lines[group]
            for batch in file.iter_batches(GROUP_ROWS, row_groups=[group], columns=columns):
                yield pa.Table.from_batches([batch]), line
                line += batch.num_rows


def _row(path: Path, columns: list[str], every: _Groups, line: int) -> list[str]:
    """The text of a row, as it would stand in CSV."""
    own = next(group for group in every.chosen if line < every.lines[group + 1])
    for batch, at in _batches(path, columns, replace(every, chosen=(own,))):
        if line < at + len(batch):
            with _refused(path):
                return [_text(value) for value in batch.slice(line - at, 1).to_pylist()[0].values()]
    return []


def _clock(path: Path, every: _Groups) -> Clock:
    """The clock of a file whose times may be dates."""
    least: tuple[int, str] | None = None
    clock = Clock()
    for k, (batch, _) in enumerate(_batches(path, ["time"], every)):
        with _refused(path):
            words = _words(batch["time"])[1]
        if k == 0:
            first = moment_of(_text(batch["time"][0].as_py()))
            if first is None:
                return clock
            clock = Clock(True, first.tzinfo is not None, 0, us_of(first))
        told = [(us, word) for word in words if (us := clock.moment_us(word)) is not None]
        least = min([*told, *([least] if least else [])], default=None)
    return clock if least is None else clock.from_earliest(*least)


def _typed(batch: pa.Table, clock: Clock, lines: NDArray[np.int64]) -> Typed:
    numbers: dict[str, NDArray[np.float64]] = {}
    odd = np.zeros(len(lines), dtype=bool)
    for name in ("time", *(name for name in NUMBERS if name in batch.column_names)):
        if name != "time" or not clock.dated:
            numbers[name], strange = _numbers(batch[name])
            odd |= strange
    words: dict[str, Words] = {}
    for name in WORDS:
        codes, known = _words(batch[name]) if name in batch.column_names else (np.zeros(len(lines), np.int32), [""])
        words[name] = merged_words(codes, meant(known, schema("log")[name]))
    if not clock.dated:
        return Typed(numbers.pop("time"), numbers, words, odd, lines)
    codes, known = _words(batch["time"])
    seconds = np.array([clock.seconds(word) for word in known])[codes]
    return Typed(seconds, numbers, words, odd, lines)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _numbers(column: pa.ChunkedArray) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Numbers, NaN for unknown, and where something else stands; a NaN is a missing number here."""
    if _is_number(column.type):
        values = column.cast(pa.float64(), safe=False).to_numpy().copy()
        odd = np.isinf(values)
        values[odd] = np.nan
        return values, odd
    codes, words = _words(column)
    values = np.array([number_of(word) for word in words])
    odd = np.array([np.isnan(v) and not means_nothing(word) for v, word in zip(values, words, strict=True)], dtype=bool)
    return values[codes], odd[codes]


def _words(column: pa.ChunkedArray) -> Words:
    """A column as the words that it would be in CSV."""
    whole = column.combine_chunks()
    try:
        coded = whole if pa.types.is_dictionary(column.type) else whole.dictionary_encode()
    except pa.ArrowNotImplementedError:  # lists and the like have no dictionary: each value by itself
        codes, values = np.arange(len(column)), column.to_pylist()
    else:
        codes, values = np.asarray(coded.indices.fill_null(-1)), coded.dictionary.to_pylist()
    words = [*(_text(value) for value in values), ""]
    return merged_words(np.where(codes < 0, len(values), codes).astype(np.int32), words)


def _text(value: Any) -> str:
    """A Parquet value as the text it would be in CSV; a NaN is a missing number here."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return number_text(value) if abs(value) != float("inf") else str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return str(value).strip()
