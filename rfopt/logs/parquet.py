"""The contract's measurement table as Parquet."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rfopt.errors import InputError, printable
from rfopt.logs import LOG_COLUMNS, Log, log_formats, number_text
from rfopt.logs.checks import checked_log, is_table
from rfopt.logs.opening import opening
from rfopt.tables import Rows

MOST_ROWS = 20_000_000
"""A file above this is refused before its rows are unpacked."""


@log_formats
def parquet(path: Path) -> Log | None:
    """Read the measurement table from Parquet, with the checks of the text form; row 1 counts as line 2.

    Raises
    ------
    InputError
        If the file is broken, or as `rfopt.logs.checks.checked_log`.
    """
    if opening(path, 4) != b"PAR1":
        return None
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if not is_table(names):
                raise InputError("is Parquet without the columns time, rat and serving of a measurement table", path)
            for name in names:
                if names.count(name) > 1:
                    raise InputError(f"column '{printable(name)}' stands twice", path, 1)
            if file.metadata.num_rows > MOST_ROWS:
                raise InputError(f"holds {file.metadata.num_rows} rows, expected at most {MOST_ROWS}", path)
            frame = file.read([name for name in names if name in LOG_COLUMNS])
            columns = [[_text(value) for value in column.to_pylist()] for column in frame.columns]
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"is broken Parquet: {printable(error, 100)}", path) from None
    extra = [name for name in names if name not in LOG_COLUMNS]
    columns += [[""] * frame.num_rows for _ in extra]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return checked_log(Rows(path, frame.column_names + extra, rows, list(range(2, len(rows) + 2))), "parquet")


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
