"""Rows of a measurement table put in the order of their clock, and its instants looked at, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rfopt.errors import InputError, printable
from rfopt.logs.streams import PART_SCHEMA
from rfopt.logs.writing import number_text

REACH_ROWS = 1 << 17
"""So far back at least a row may be moved."""


class Ordering:
    """Rows by time within each stretch: rows of one point and mode in a row.

    Rows are looked at in units of `REACH_ROWS`, two of which are held, so what comes out does not depend on the blocks.

    Attributes
    ----------
    steps : int
        How often the clock stepped back within a stretch.
    """

    def __init__(self, path: Path):
        self.steps = 0
        self._path = path
        self._unit: list[pa.Table] = []
        self._filled = 0
        self._held = PART_SCHEMA.empty_table()
        self._stretch = np.empty(0, dtype=np.int64)
        self._last: tuple[Any, ...] = ()
        self._number = 0
        self._latest = (-1, -np.inf)
        self._places: dict[tuple[object, object], _Place] = {}

    def push(self, readings: pa.Table) -> Iterator[pa.Table]:
        """Take some rows: what is in order for good.

        Raises
        ------
        InputError
            If a row's clock is so far back that it belongs among rows that are out already, or an instant has two
            serving rows.
        """
        at = 0
        while at < len(readings):
            some = readings.slice(at, REACH_ROWS - self._filled)
            self._unit.append(some)
            self._filled += len(some)
            at += len(some)
            if self._filled == REACH_ROWS:
                yield from self._released(REACH_ROWS)

    def finish(self) -> Iterator[pa.Table]:
        """The rows that are left."""
        yield from self._released(0)

    def _released(self, kept: int) -> Iterator[pa.Table]:
        """All rows held but the last so many."""
        fresh = pa.concat_tables([PART_SCHEMA.empty_table(), *self._unit])
        self._unit, self._filled = [], 0
        stretch = np.concatenate([self._stretch, self._stretches(fresh)])
        table = pa.concat_tables([self._held, fresh]).unify_dictionaries()
        time = table["time"].to_numpy()
        if ((np.diff(time) < 0) & (np.diff(stretch) == 0)).any():
            order = np.lexsort((time, stretch))
            table, stretch, time = table.take(pa.array(order)), stretch[order], time[order]
        if len(time) and (int(stretch[0]), float(time[0])) < self._latest:
            line = table["line"][0].as_py()
            said = f"time {number_text(float(time[0]))} lies before rows more than {REACH_ROWS} above it"
            raise InputError(f"{said}, expected a log in the order of its clock", self._path, line)
        out = max(0, len(table) - kept)
        if out:
            self._latest = (int(stretch[out - 1]), float(time[out - 1]))
            self._refuse_second_server(table.slice(0, out))
            yield table.slice(0, out)
        self._held, self._stretch = table.slice(out), stretch[out:]

    def _stretches(self, fresh: pa.Table) -> NDArray[np.int64]:
        """The stretch of each row; steps back are counted."""
        if not len(fresh):
            return np.empty(0, dtype=np.int64)
        point, mode = (codes_of(fresh[name]) for name in ("point", "mode"))
        time = fresh["time"].to_numpy()
        changed = np.zeros(len(fresh), dtype=bool)
        changed[1:] = (np.diff(point) != 0) | (np.diff(mode) != 0)
        ends = [tuple(fresh[name][k].as_py() for name in ("point", "mode", "time")) for k in (0, -1)]
        changed[0] = ends[0][:2] != self._last[:2]
        back = np.diff(time, prepend=self._last[2] if self._last else time[0]) < 0
        self.steps += int((back & ~changed).sum())
        stretch = self._number + np.cumsum(changed)
        self._last, self._number = ends[1], int(stretch[-1])
        return np.asarray(stretch)

    def _refuse_second_server(self, ordered: pa.Table) -> None:
        of = np.flatnonzero(ordered["serving"].to_numpy())
        serving = ordered.select(["point", "mode", "time", "line"]).take(pa.array(of))
        point, mode = (codes_of(serving[name]) for name in ("point", "mode"))
        time = serving["time"].to_numpy()
        place = point * (mode.max(initial=0) + 2) + mode
        twice = np.zeros(len(time), dtype=bool)
        for own in np.unique(place).tolist():
            rows = np.flatnonzero(place == own)
            key = tuple(serving[name][int(rows[0])].as_py() for name in ("point", "mode"))
            twice[rows] = self._places.setdefault(key, _Place()).again(time[rows])
        if twice.any():
            row = serving.slice(int(np.flatnonzero(twice)[0]), 1).to_pylist()[0]
            where = f" at {printable(row['point'])}" if row["point"] else ""
            when = f"second serving row at time {number_text(row['time'])}{where} ({row['mode']})"
            raise SecondServerError(when, self._path, row)


class SecondServerError(InputError):
    """A second serving row in an instant; `row` is it."""

    def __init__(self, message: str, path: Path, row: dict[str, object]):
        super().__init__(message, path, int(str(row["line"])))
        self.row = row


class _Place:
    """The times at which a point had a server in a mode: 8 bytes each."""

    def __init__(self) -> None:
        self._times: list[NDArray[np.float64]] = []
        self._latest = -np.inf

    def again(self, times: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of some times were there before, among themselves too; all of them are remembered."""
        order = np.argsort(times, kind="stable")
        twice = np.zeros(len(times), dtype=bool)
        twice[order[1:]] = np.diff(times[order]) == 0
        if times.min() <= self._latest:
            twice |= np.isin(times, np.concatenate(self._times))
        self._times.append(times)
        self._latest = max(self._latest, float(times.max()))
        return twice


def codes_of(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """A number for each different word of a column; −1 for null."""
    joined = column.unify_dictionaries().combine_chunks()
    if isinstance(joined, pa.ChunkedArray):  # of no chunk
        return np.empty(0, dtype=np.int64)
    return np.asarray(joined.indices.fill_null(-1)).astype(np.int64)
