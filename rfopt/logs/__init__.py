"""Drive-test log formats, one per file.

Contract of the shelf: each entry is ``name(path: Path) -> Log | None``: None if the file is not of its kind, told by
its content and never by its name; a `Log` if it is; an `InputError` with file and line if it is and cannot be read.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.files import read_text, write_whole
from rfopt.registry import Shelf
from rfopt.shown import Shown
from rfopt.tables import NUMERIC, schema

log_formats = Shelf("rfopt.logs")

LOG_COLUMNS = tuple(schema("log"))
"""Columns of the measurement table in their order."""
READING_COLUMNS = (*LOG_COLUMNS, "file", "line")
"""Columns of `Log.readings`."""


@dataclass(frozen=True)
class Log(Shown):
    """What one file held.

    Attributes
    ----------
    readings : DataFrame
        One row per measured cell per instant: the columns of schema ``log`` (numbers float64 with NaN for unknown,
        text str with '' for unknown, `serving` bool, `time` in seconds from the log's start) and `file`, `line`.
    rejects : DataFrame
        line, reason, text: rows of the file that could not be used. `reason` is a category to count, `text` the
        detail, free of subscriber identities.
    rows : int
        Rows in the file without its header: those the readings are made of, the rejects and the unused.
    format : str
        The entry of `log_formats` that read it.
    start : str
        ISO 8601 text of time 0, '' where the file does not say.
    notes : tuple of str
        What a user should know about the reading of the file.
    unused : mapping of str → int
        Rows that hold no measurement rfopt reads, by kind.
    """

    readings: pd.DataFrame
    rejects: pd.DataFrame
    rows: int
    format: str
    start: str = ""
    notes: tuple[str, ...] = ()
    unused: Mapping[str, int] = field(default_factory=dict)

    def __repr__(self) -> str:
        counts = f"{self.rows} rows, {len(self.readings)} readings, {len(self.rejects)} rejected"
        return f"<Log: {printable(self.format)}, {counts}>"


def read_log(path: Path, format: str | None = None) -> Log:
    """Read a log in any format of the shelf, or in the one named.

    Raises
    ------
    InputError
        If no format fits, the named one is unknown or does not fit, or the one that fits finds the file broken.
    """
    log = find_log(path, format)
    if log is not None:
        return log
    if format is not None:
        raise InputError(f"is no {format} log by its content", path)
    if not read_text(path).strip():
        raise InputError("is empty, expected a drive-test log", path)
    raise InputError(f"is no drive-test log rfopt can read, expected one of: {', '.join(log_formats)}", path, 1)


def find_log(path: Path, format: str | None = None) -> Log | None:
    """`read_log`, but None for a file that no format (or not the one named) knows.

    Raises
    ------
    InputError
        If the named format is unknown, or the one that fits finds the file broken.
    """
    if format is not None and format not in log_formats:
        near = did_you_mean(format, log_formats) or f"; known are {', '.join(log_formats)}"
        raise InputError(f"log format '{printable(format)}' is unknown{near}", path)
    for name in [format] if format is not None else list(log_formats):
        log: Log | None = log_formats[name](path)
        if log is not None:
            return log
    return None


def no_rejects() -> pd.DataFrame:
    """An empty table of rejects."""
    return pd.DataFrame({"line": np.array([], dtype=np.int64), "reason": _no_text(), "text": _no_text()})


def _no_text() -> Any:
    return pd.array([], dtype="str")


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
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LOG_COLUMNS)
    writer.writerows(zip(*(_texts(readings, name) for name in LOG_COLUMNS), strict=True))
    return out.getvalue()


def _texts(readings: pd.DataFrame, name: str) -> list[str]:
    if name == "serving":
        return ["1" if serving else "0" for serving in readings[name]]
    if schema("log")[name].type not in NUMERIC:
        return readings[name].tolist()
    return [number_text(value) for value in readings[name].to_numpy(dtype=float).tolist()]


def number_text(value: float) -> str:
    """The shortest text that reads back as the same number; '' for NaN.

    >>> number_text(-75.0), number_text(0.1), number_text(float("nan"))
    ('-75', '0.1', '')
    """
    if math.isnan(value):
        return ""
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def log_parquet(readings: pd.DataFrame) -> bytes:
    """Readings as the bytes of a Parquet file: numbers as double with null for unknown, text as string."""
    arrays = []
    for name in LOG_COLUMNS:
        if name == "serving":
            arrays.append(pa.array(readings[name].to_numpy(dtype="int8")))
        elif schema("log")[name].type in NUMERIC:
            arrays.append(pa.array(readings[name].to_numpy(dtype="float64"), from_pandas=True))
        else:
            arrays.append(pa.array(readings[name], type=pa.large_string()).cast(pa.string()))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, names=list(LOG_COLUMNS)), sink, compression="snappy")
    return bytes(sink.getvalue())


def write_log(readings: pd.DataFrame, path: Path) -> None:
    """Write readings as the measurement table, whole or not at all: CSV or Parquet by the file's ending.

    Raises
    ------
    InputError
        For another ending, or if the file cannot be written.
    """
    if path.suffix.lower() == ".csv":
        write_whole(path, log_text(readings))
    elif path.suffix.lower() == ".parquet":
        write_whole(path, log_parquet(readings))
    else:
        raise InputError(f"ending '{printable(path.suffix)}' is not one rfopt writes, expected .csv or .parquet", path)
