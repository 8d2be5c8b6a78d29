"""Drive-test log formats, one per file.

Contract of the shelf: each entry is ``name(path: Path) -> Log | Stream | None``: None if the file is not of its kind,
told by its content and never by its name; a `Log` if it is, or a `Stream` that is read part by part; an `InputError`
with file and line if it is and cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.logs.picking import Pick
from rfopt.logs.streams import LOG_COLUMNS, READING_COLUMNS, Part, Rejects, Stream, frame_of, part_of
from rfopt.logs.text_blocks import text_file
from rfopt.logs.writing import log_text, number_text, write_log
from rfopt.registry import Shelf
from rfopt.shown import Shown

__all__ = ["LOG_COLUMNS", "READING_COLUMNS", "Log", "Part", "Stream", "find_log", "in_one_part", "log_formats",
           "log_text", "number_text", "open_log", "read_log", "reject_table", "whole", "write_log"]  # fmt: skip

log_formats = Shelf("rfopt.logs")

MOST_READINGS = 30_000_000
"""Held at once: 300 bytes each."""


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


def read_log(path: Path, format: str | None = None, pick: Pick | None = None) -> Log:
    """Read a log in any format of the shelf, or in the one named; all of it, or what is picked.

    Raises
    ------
    InputError
        If no format fits, the named one is unknown or does not fit, or the one that fits finds the file broken.
    """
    stream = open_log(path, format)
    if pick is not None and not pick.is_all:
        stream.pick = pick
        stream.parts = _picked(stream, stream.parts, pick)
    return whole(stream)


def _picked(stream: Stream, parts: Iterator[Part], pick: Pick) -> Iterator[Part]:
    read = kept = 0
    for part in parts:
        wanted = pick.rows(part.readings, stream.start, stream.path)
        read, kept = read + len(wanted), kept + int(wanted.sum())
        yield replace(part, readings=part.readings.filter(pa.array(wanted)))
    stream.notes = (*stream.notes, f"{stream.path.name}: readings picked by the case: {kept} of {read} read")


def open_log(path: Path, format: str | None = None) -> Stream:
    """`read_log`, but the readings come part by part while the file is read.

    Raises
    ------
    InputError
        As `read_log`, some of it only while the parts are gone through.
    """
    stream = find_log(path, format)
    if stream is not None:
        return stream
    if format is not None:
        raise InputError(f"is no {format} log by its content", path)
    if not any(piece.strip() for piece, _ in text_file(path).pieces()):
        raise InputError("is empty, expected a drive-test log", path)
    known = ", ".join(log_formats)
    hint = "; a column map may say which column is what (rfopt ingest --map)"
    raise InputError(f"is no drive-test log rfopt can read, expected one of: {known}{hint}", path, 1)


def find_log(path: Path, format: str | None = None) -> Stream | None:
    """`open_log`, but None for a file that no format (or not the one named) knows.

    Raises
    ------
    InputError
        If the named format is unknown, or the one that fits finds the file broken.
    """
    if format is not None and format not in log_formats:
        near = did_you_mean(format, log_formats) or f"; known are {', '.join(log_formats)}"
        raise InputError(f"log format '{printable(format)}' is unknown{near}", path)
    for name in [format] if format is not None else list(log_formats):
        log: Log | Stream | None = log_formats[name](path)
        if log is not None:
            return log if isinstance(log, Stream) else in_one_part(log, path)
    return None


def whole(stream: Stream) -> Log:
    """All of a log that is read part by part.

    Raises
    ------
    InputError
        As the reader, or if there are more than `MOST_READINGS`.
    """
    parts: list[Part] = []
    count = 0
    for part in stream.parts:
        parts.append(part)
        count += len(part.readings)
        if count > MOST_READINGS:
            said = f"holds more than {MOST_READINGS} readings, too many at once"
            raise InputError(f"{said}; expected a case that picks its part (around_m, from, to, floors)", stream.path)
    rejects = sorted(reject for part in parts for reject in part.rejects)
    readings = frame_of([part.readings for part in parts], stream.path)
    table = reject_table(rejects)
    return Log(readings, table, stream.rows, stream.format, stream.start, stream.notes, stream.unused)


def in_one_part(log: Log, path: Path) -> Stream:
    """A log that was read at once, as one part."""
    rejects = list(log.rejects[["line", "reason", "text"]].itertuples(index=False, name=None))
    size = path.stat().st_size
    parts = iter([Part(part_of(log.readings), rejects, size)])
    return Stream(path, log.format, size, parts, log.rows, log.start, log.notes, log.unused)


def reject_table(rejects: Rejects) -> pd.DataFrame:
    """Rejects (line, reason, text) as a table in the order of their lines."""
    line, reason, text = zip(*sorted(rejects), strict=True) if rejects else ((), (), ())
    words = {"reason": pd.array(list(reason), dtype="str"), "text": pd.array(list(text), dtype="str")}
    return pd.DataFrame({"line": np.array(line, dtype=np.int64), **words})
