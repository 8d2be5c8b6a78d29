"""A measurement table from typed rows, of text or Parquet, refused at the first row that cannot be in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.logs.ordering import Ordering, SecondServerError
from rfopt.logs.streams import Part, Stream
from rfopt.logs.typed import Typed
from rfopt.tables import schema


@dataclass(frozen=True)
class Batch:
    """Typed rows, the first line that has no row's shape (0: none), and how far into the file they reach in bytes."""

    rows: Typed
    broken_line: int = 0
    done: int = 0


def checked_parts(
    stream: Stream, batches: Callable[[], Iterator[Batch]], refuse: Callable[[int], NoReturn], names: Sequence[str]
) -> Iterator[Part]:
    """The readings of a measurement table, in the order of its clock.

    Parameters
    ----------
    stream : Stream
        Its rows and notes are set.
    batches : callable
        Goes through the file; a second time for a message.
    refuse : callable
        Says why the row on a line cannot be.
    names : sequence of str
        The file's columns.

    Raises
    ------
    InputError
        At the first row that does not fit (`rfopt.logs.checks.refuse`), the second server of an instant, and a clock
        too far back (`rfopt.logs.ordering.Ordering`).
    """
    ordering = Ordering(stream.path)
    nameless = done = 0
    try:
        for batch in batches():
            faults = np.flatnonzero(batch.rows.faulty())
            line = min([batch.broken_line or np.inf, *batch.rows.lines[faults[:1]].tolist()])
            good = int(np.searchsorted(batch.rows.lines, line))
            stream.rows += good
            nameless += int((batch.rows.nameless() & batch.rows.is_word("serving", "1"))[:good].sum())
            done = batch.done
            yield from (Part(table, [], done) for table in ordering.push(batch.rows.table().slice(0, good)))
            if np.isfinite(line):
                list(ordering.finish())
                refuse(int(line))
        yield from (Part(table, [], done) for table in ordering.finish())
    except SecondServerError as error:
        first = _first_like(batches(), error.row)
        said = f"{error.message}, expected one an instant; the first is line {first}"
        raise InputError(said, error.file, error.line) from None
    remarks = [
        *(f"column '{printable(name)}' is not one of log.csv and was ignored{did_you_mean(name, schema('log'))}"
          for name in names if name and name not in schema("log")),
        f"steps back of the clock within a point, rows put in order: {ordering.steps}" if ordering.steps else "",
        f"serving rows that name neither cell nor channel: {nameless}" if nameless else "",
    ]  # fmt: skip
    stream.notes = tuple(f"{stream.path.name}: {remark}" for remark in remarks if remark)


def _first_like(batches: Iterator[Batch], row: dict[str, object]) -> int:
    """The line of the first serving row of an instant."""
    for batch in batches:
        same = batch.rows.is_word("serving", "1") & (batch.rows.time_s == row["time"])
        same &= batch.rows.is_word("point", str(row["point"] or ""))
        same &= batch.rows.is_word("mode", str(row["mode"])) | (
            batch.rows.is_word("mode", "") & (row["mode"] == "idle")
        )
        if same.any():
            return int(batch.rows.lines[np.flatnonzero(same)[0]])
    return 0
