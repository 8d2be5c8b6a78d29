"""The instants of a log in their order, block by block: times that rise, names that came a row late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from rfopt.errors import InputError
from rfopt.logs.identity import lagging

MOST_OF_ONE_TIME = 1_000_000
"""Rows that may share one time: they wait for each other, as each has its share of the clock's tick."""

_Item = TypeVar("_Item")


@dataclass
class Ordered(Generic[_Item]):
    """One block's instants with their times and names."""

    item: _Item
    time_s: NDArray[np.float64]
    label: NDArray[np.int64]


@dataclass
class _Held(Generic[_Item]):
    item: _Item
    key: NDArray[np.int64]
    label: NDArray[np.int64]


@dataclass
class _Point:
    """A point's clock: its highest and last value; of the last time how many rows have it, their share of the tick and
    what was made of it."""

    highest: float = -np.inf
    last: float = -np.inf
    told: int = 0
    of_time: float = -np.inf
    share: float = 0.0
    made: float = -np.inf


@dataclass
class Running(Generic[_Item]):
    """Strictly rising times at each point from a clock that repeats and steps back, and names that came a row late.

    A step back waits for the clock to catch up; rows of one tick share it in equal parts, in their order. Blocks come
    out once no later row can change them: after the next row at which a point's clock has moved on.

    Attributes
    ----------
    path : Path
        The file, for messages.
    tick_s : float
        What rows of one time share: 1 s, or 1 ms where the clock has fractions.
    ties, steps, late : int
        Instants that share a time with the one before, steps back of the clock, names mended (see
        `rfopt.logs.identity.lagging`).
    """

    path: Path
    tick_s: float
    ties: int = 0
    steps: int = 0
    late: int = 0
    _held: list[_Held[_Item]] = field(default_factory=list)
    _points: dict[int, _Point] = field(default_factory=dict)
    _open: tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]] = (
        np.empty(0), np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    )  # fmt: skip
    _unit: int = 0
    _time: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    _last: float = np.nan
    _before: tuple[Any, ...] = ()

    def push(
        self, item: _Item, seconds: NDArray[np.float64], key: NDArray[np.int64], label: NDArray[np.int64],
        point: NDArray[np.int64] | None = None,
    ) -> Iterator[Ordered[_Item]]:  # fmt: skip
        """Take a block's instants: what is sure now.

        Parameters
        ----------
        item : any
            The block, for whom it comes back to.
        seconds, key, label, point : ndarray
            Of its instants: clock; channel and code, below 0 unknown; name, 0 unknown; number of the place.

        Raises
        ------
        InputError
            If more than `MOST_OF_ONE_TIME` rows share a time.
        """
        self._held.append(_Held(item, key, label))
        if len(seconds):
            point = np.zeros(len(seconds), dtype=np.int64) if point is None else point
            rising, fresh = self._rising(seconds, point)
            begins = fresh & (np.diff(seconds, prepend=self._last) != 0)
            unit = self._unit + np.cumsum(begins)
            self._last, self._unit = float(seconds[-1]), int(unit[-1])
            whole = len(self._open[0]) + int(np.flatnonzero(begins)[-1]) if begins.any() else 0
            old = self._open
            self._open = (np.append(old[0], rising), np.append(old[1], point), np.append(old[2], unit))
            self._spread(whole)
            if len(self._open[0]) > MOST_OF_ONE_TIME:
                raise InputError(
                    f"more than {MOST_OF_ONE_TIME} rows share one time, expected a clock that runs", self.path
                )
        while self._held and len(self._time) > len(self._held[0].key):
            yield self._ready()

    def finish(self) -> Iterator[Ordered[_Item]]:
        """The blocks that are left, once there are no more."""
        self._spread(len(self._open[0]))
        while self._held:
            yield self._ready()

    def _rising(
        self, seconds: NDArray[np.float64], points: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Each point's clock without its steps back, and where it has moved on."""
        rising, fresh = np.empty(len(seconds)), np.empty(len(seconds), dtype=bool)
        for rows in _by_point(points):
            point = self._points.setdefault(int(points[rows[0]]), _Point())
            rising[rows] = np.maximum.accumulate(np.maximum(seconds[rows], point.highest))
            fresh[rows] = np.diff(rising[rows], prepend=point.highest) > 0
            self.steps += int((np.diff(seconds[rows], prepend=point.last) < 0).sum())
            point.highest, point.last = float(rising[rows[-1]]), float(seconds[rows[-1]])
        self.ties += int((~fresh).sum())
        return rising, fresh

    def _spread(self, count: int) -> None:
        """Give the first open rows their times, of which no more rows are to come for now."""
        rising, points, unit = self._open[0][:count], self._open[1][:count], self._open[2][:count]
        times = np.empty(count)
        for rows in _by_point(points):
            times[rows] = self._shared(rising[rows], unit[rows], self._points[int(points[rows[0]])])
        self._open = (self._open[0][count:], self._open[1][count:], self._open[2][count:])
        self._time = np.append(self._time, times)

    def _shared(self, rising: NDArray[np.float64], unit: NDArray[np.int64], point: _Point) -> NDArray[np.float64]:
        """Times of a point's next rows: those of one time and unit share the tick, or what an earlier unit left."""
        new = np.diff(rising, prepend=point.of_time) > 0
        first = np.flatnonzero(new | (np.diff(unit, prepend=-1) != 0))
        size = np.diff(np.append(first, len(rising)))
        share = (np.arange(len(rising)) - np.repeat(first, size)) / np.repeat(size, size)
        begun = np.maximum.accumulate(np.where(new, np.arange(len(rising)), -point.told))
        for k in np.flatnonzero(~new[first]).tolist():
            at, count = int(first[k]), int(size[k])
            left = 1 - (share[at - 1] if at else point.share)
            share[at : at + count] = 1 - left + left * np.arange(1, count + 1) / (at - begun[at] + count)
        times = np.round(rising + self.tick_s * share, 9 if self.tick_s < 1 else 6)
        if (np.diff(times, prepend=point.made) <= 0).any():
            said = "rows of one point share one time and are far apart, expected a clock that runs"
            raise InputError(f"{len(times) - begun[-1]} {said}", self.path)
        point.told, point.of_time = len(rising) - int(begun[-1]), float(rising[-1])
        point.share, point.made = float(share[-1]), float(times[-1])
        return np.asarray(times)

    def _ready(self) -> Ordered[_Item]:
        """The first held block."""
        held = self._held.pop(0)
        count = len(held.key)
        time, self._time = self._time[:count], self._time[count:]
        after: tuple[Any, ...] = ()
        if len(self._time):
            following = next(block for block in self._held if len(block.key))
            after = (self._time[0], following.key[0], following.label[0])
        return Ordered(held.item, time, self._mended(time, held.key, held.label, after))

    def _mended(
        self, time: NDArray[np.float64], key: NDArray[np.int64], label: NDArray[np.int64], after: tuple[Any, ...]
    ) -> NDArray[np.int64]:
        ends = [np.array([row] if row else [], dtype=float).reshape(-1, 3) for row in (self._before, after)]
        times, keys, labels = (
            np.concatenate([ends[0][:, k], values, ends[1][:, k]]) for k, values in enumerate((time, key, label))
        )
        if len(time):
            self._before = (time[-1], key[-1], label[-1])
        late = np.flatnonzero(lagging(keys, labels, times)) - len(ends[0])
        late = late[(late >= 0) & (late < len(label))]
        self.late += len(late)
        mended = label.copy()
        mended[late] = labels[late + len(ends[0]) + 1]
        return mended


def _by_point(points: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The rows of each point."""
    if not len(points):
        return []
    order = np.argsort(points, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(points[order])) + 1)
