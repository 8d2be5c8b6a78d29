"""The contract's measurement table as Parquet, read row group by row group."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
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
from rfopt.logs.delimited import number_of
from rfopt.logs.opening import opening
from rfopt.logs.streams import Part, Stream
from rfopt.logs.typed import NUMBERS, WORDS, Typed, Words, means_nothing, meant, merged_words
from rfopt.logs.writing import GROUP_ROWS, START
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
    stream.parts = _parts(stream, names)
    return stream


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    """What is found broken in a file, as an `InputError`."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"is broken Parquet: {printable(error, 100)}", path) from None


def _parts(stream: Stream, names: list[str]) -> Iterator[Part]:
    columns = [name for name in names if name in LOG_COLUMNS]
    clock = _clock(stream.path)
    stream.start = clock.start or _start(stream.path)

    def batches() -> Iterator[Batch]:
        line = 2
        for batch, share in _batches(stream.path, columns):
            lines = np.arange(line, line + len(batch), dtype=np.int64)
            with _refused(stream.path):
                typed = _typed(batch, clock, lines)
            yield Batch(typed, done=int(stream.size * share))
            line += len(batch)

    def refused(line: int) -> NoReturn:
        lines = sorted({2, line})
        rows = [_row(stream.path, columns, at) for at in lines]
        refuse(Rows(stream.path, columns, rows, lines))
        raise AssertionError(f"{stream.path}:{line}: was taken as faulty, but nothing is wrong with it")

    return checked_parts(stream, batches, refused, names)


def _batches(path: Path, columns: list[str]) -> Iterator[tuple[pa.Table, float]]:
    """The rows of a file in their order, and the share of them that has been seen with each batch."""
    with _refused(path), pq.ParquetFile(path) as file:
        done = 0
        for batch in file.iter_batches(GROUP_ROWS, columns=columns):
            done += batch.num_rows
            yield pa.Table.from_batches([batch]), done / file.metadata.num_rows


def _start(path: Path) -> str:
    """ISO 8601 text of second 0, where the file states it."""
    with _refused(path), pq.ParquetFile(path) as file:
        stated: bytes = (file.metadata.metadata or {}).get(START, b"")
        return stated.decode("utf-8", "replace")


def _row(path: Path, columns: list[str], line: int) -> list[str]:
    """The text of a row, as it would stand in CSV."""
    at = 2
    for batch, _ in _batches(path, columns):
        if line < at + len(batch):
            with _refused(path):
                return [_text(value) for value in batch.slice(line - at, 1).to_pylist()[0].values()]
        at += len(batch)
    return []


def _clock(path: Path) -> Clock:
    least: tuple[int, str] | None = None
    clock = Clock()
    for k, (batch, _) in enumerate(_batches(path, ["time"])):
        if _is_number(batch["time"].type) or not len(batch):
            return clock
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
    try:
        coded = (
            column.combine_chunks()
            if pa.types.is_dictionary(column.type)
            else column.combine_chunks().dictionary_encode()
        )
        codes, values = np.asarray(coded.indices.fill_null(-1)), coded.dictionary.to_pylist()
    except pa.ArrowNotImplementedError:  # lists and the like
        codes, values = np.arange(len(column)), column.to_pylist()
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
