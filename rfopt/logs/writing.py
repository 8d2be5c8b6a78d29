"""The measurement table as a file, written while its readings come: CSV, or Parquet row group by row group."""

from __future__ import annotations

import csv
import io
import math
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from rfopt.errors import InputError, printable
from rfopt.files import whole_file, writing
from rfopt.kernels.fields import appearance
from rfopt.logs.streams import LOG_COLUMNS, PART_SCHEMA, WORDS, part_of

GROUP_ROWS = 1 << 15
"""Rows of a group: what is read at least where a case picks from a file."""
PICKED_BY = ["time", "lat", "lon", "floor"]
"""Columns whose least and greatest value stand beside each row group."""
START = b"rfopt.start"
"""Beside the Parquet table: ISO 8601 text of time 0."""
FILE_SCHEMA = pa.schema([pa.field(f.name, pa.int8() if f.name == "serving" else f.type) for f in PART_SCHEMA][:-1])


class Sink(Protocol):
    """A file that readings go into."""

    start: str

    def add(self, readings: pa.Table) -> None:
        """Write the readings of a part.

        Raises
        ------
        OSError
            If the system cannot.
        """


@contextmanager
def table_file(path: Path) -> Iterator[Sink]:
    """A file for the measurement table, there once it is complete: CSV or Parquet by its ending.

    Its bytes do not depend on how the readings are shared out among the parts.

    Raises
    ------
    InputError
        For another ending, or if the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".parquet"):
        raise InputError(f"ending '{printable(path.suffix)}' is not one rfopt writes, expected .csv or .parquet", path)
    with whole_file(path) as unfinished:
        with writing(path):
            sink = _CsvSink(unfinished) if ending == ".csv" else _ParquetSink(unfinished)
        try:
            yield sink
            with writing(path):
                sink.finish()
        finally:
            sink.close()


def write_log(readings: pd.DataFrame, path: Path) -> None:
    """Write readings as the measurement table (see `table_file`)."""
    with table_file(path) as sink, writing(path):
        sink.add(part_of(readings.assign(line=0)))


class _CsvSink:
    def __init__(self, path: Path):
        self.start = ""
        self._stream = path.open("w", encoding="utf-8", newline="")
        self._stream.write(",".join(LOG_COLUMNS) + "\n")

    def add(self, readings: pa.Table) -> None:
        csv.writer(self._stream, lineterminator="\n").writerows(
            zip(*(_texts(readings[name]) for name in LOG_COLUMNS), strict=True)
        )

    def finish(self) -> None:
        self._stream.close()

    def close(self) -> None:
        with suppress(OSError):  # rows that could not be written: it has been said
            self._stream.close()


class _ParquetSink:
    """Row groups are written in a thread of their own, so that the next part is read meanwhile."""

    def __init__(self, path: Path):
        self.start = ""
        self._thread = ThreadPoolExecutor(1)
        self._given: deque[Future[None]] = deque()
        self._waiting: list[pa.Table] = []
        self._writer = pq.ParquetWriter(
            path, FILE_SCHEMA, store_schema=False, write_statistics=PICKED_BY, compression="snappy",
            write_batch_size=GROUP_ROWS, max_rows_per_page=GROUP_ROWS,  # pages do not tell how rows came
        )  # fmt: skip

    def add(self, readings: pa.Table) -> None:
        self._given.append(self._thread.submit(self._take, readings))
        while len(self._given) > 1:
            self._given.popleft().result()

    def _take(self, readings: pa.Table) -> None:
        self._waiting.append(readings)
        if sum(len(table) for table in self._waiting) >= GROUP_ROWS:
            self._write(GROUP_ROWS)

    def _write(self, least: int) -> None:
        """Write what waits in full row groups, while it has `least` rows or more."""
        table = pa.concat_tables(self._waiting)
        at = 0
        while len(table) - at >= least and len(table) > at:
            group = table.slice(at, GROUP_ROWS)
            self._writer.write_table(pa.Table.from_arrays([_stored(group[n]) for n in LOG_COLUMNS], schema=FILE_SCHEMA))
            at += len(group)
        self._waiting = [table.slice(at)]

    def finish(self) -> None:
        while self._given:
            self._given.popleft().result()
        self._write(1) if self._waiting else None
        if self.start:
            self._writer.add_key_value_metadata({START: self.start})

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)
        self._writer.close()


def _stored(column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """A row group's column as it goes into the file; words are numbered in the order in which they appear in it."""
    if column.type == pa.bool_():
        return column.cast(pa.int8())
    if column.type != WORDS:
        return column
    if column.null_count == len(column):
        return pa.nulls(len(column), WORDS)
    joined = column.unify_dictionaries().combine_chunks()
    known = len(joined.dictionary)
    codes = np.array(joined.indices.fill_null(-1), dtype=np.int32)
    order = np.empty(known, dtype=np.int32)
    count = appearance(codes, np.full(known, -1, dtype=np.int32), order)
    indices = pa.array(codes, mask=codes < 0) if joined.null_count else pa.array(codes)
    return pa.DictionaryArray.from_arrays(indices, joined.dictionary.take(pa.array(order[:count])))


def log_text(readings: pd.DataFrame) -> str:
    """Readings as the measurement table's CSV text; reading it again gives equal readings.

    Examples
    --------
    >>> row = {c: "" if c in ("point", "bsic", "event") else float("nan") for c in LOG_COLUMNS}
    >>> row |= {"time": 2.0, "mode": "idle", "rat": "GSM", "serving": True, "cell": "NG2-5", "rxlev_dbm": -75.0}
    >>> print(log_text(pd.DataFrame([row])).splitlines()[1])
    2,,,,,idle,GSM,1,NG2-5,,,-75,,,,,,,,
    """
    out = io.StringIO()
    out.write(",".join(LOG_COLUMNS) + "\n")
    table = part_of(readings.assign(line=0))
    csv.writer(out, lineterminator="\n").writerows(zip(*(_texts(table[name]) for name in LOG_COLUMNS), strict=True))
    return out.getvalue()


def _texts(column: pa.ChunkedArray) -> list[str]:
    """A column's fields; a number is put in words once for each value."""
    if column.type == pa.bool_():
        return ["1" if value else "0" for value in column.to_pylist()]
    if column.type == WORDS:
        return [word or "" for word in column.to_pylist()]
    codes, values = pd.factorize(column.cast(pa.float64()).to_numpy())
    words = np.array([*(number_text(value) for value in values.tolist()), ""], dtype=object)
    return [str(word) for word in words[codes]]


def number_text(value: float) -> str:
    """The shortest text that reads back as the same number; '' for NaN.

    >>> number_text(-75.0), number_text(0.1), number_text(float("nan"))
    ('-75', '0.1', '')
    """
    if math.isnan(value):
        return ""
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)
