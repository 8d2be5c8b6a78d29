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
    rising: NDArray[np.float64]
    key: NDArray[np.int64]
    label: NDArray[np.int64]


@dataclass
class Running(Generic[_Item]):
    """What `rfopt.logs.instants.spread_s` and `rfopt.logs.identity.lagging` say of all instants, told block by block.

    A block comes out once no later row can change it: after the first row of another time.

    Attributes
    ----------
    path : Path
        The file, for messages.
    tick_s : float
        What rows of one time share.
    ties, steps, late : int
        Instants that share a time with the one before, steps back of the clock, names mended.
    """

    path: Path
    tick_s: float
    ties: int = 0
    steps: int = 0
    late: int = 0
    _held: list[_Held[_Item]] = field(default_factory=list)
    _highest: float = -np.inf
    _last: float = -np.inf
    _told: int = 0
    _before: tuple[Any, ...] = ()

    def push(
        self, item: _Item, seconds: NDArray[np.float64], key: NDArray[np.int64], label: NDArray[np.int64]
    ) -> Iterator[Ordered[_Item]]:
        """Take a block's instants (seconds; channel and code, below 0 unknown; name, 0 unknown): what is sure now.

        Raises
        ------
        InputError
            If more than `MOST_OF_ONE_TIME` rows share a time.
        """
        if not len(seconds):
            self._held.append(_Held(item, seconds, key, label))
            return
        rising = np.maximum.accumulate(np.maximum(seconds, self._highest))
        self.ties += int((np.diff(rising, prepend=self._highest) == 0).sum())
        self.steps += int((np.diff(seconds, prepend=self._last) < 0).sum())
        joined = int(np.searchsorted(rising, self._highest, side="right"))
        self._highest, self._last = float(rising[-1]), float(seconds[-1])
        now = _Held(item, rising, key, label)
        if joined == len(rising):
            self._held.append(now)
            if sum(len(held.rising) for held in self._held) > MOST_OF_ONE_TIME:
                raise InputError(
                    f"more than {MOST_OF_ONE_TIME} rows share one time, expected a clock that runs", self.path
                )
            return
        yield from self._ready(now, joined)
        self._held.append(now)

    def finish(self) -> Iterator[Ordered[_Item]]:
        """The blocks that are left, once there are no more."""
        yield from self._ready(None, 0)

    def _ready(self, after: _Held[_Item] | None, joined: int) -> Iterator[Ordered[_Item]]:
        """The held blocks; `joined` rows of the block after them share the time of their last."""
        rising, key, label = (
            np.concatenate([np.empty(0), *(getattr(held, name) for held in self._held)])
            for name in ("rising", "key", "label")
        )
        key, label = key.astype(np.int64), label.astype(np.int64)
        time, of_last = self._times(rising, joined)
        label = self._mended(time, key, label, self._next(after, joined, of_last))
        at = 0
        for held in self._held:
            span = slice(at, at + len(held.rising))
            yield Ordered(held.item, time[span], label[span])
            at += len(held.rising)
        self._held.clear()
        self._told = of_last if joined else 0

    def _times(self, rising: NDArray[np.float64], joined: int) -> tuple[NDArray[np.float64], int]:
        """Times that share the tick, and how many rows so far have the last one's."""
        if not len(rising):
            return rising, self._told
        first = np.flatnonzero(np.diff(rising, prepend=-np.inf))
        size = np.diff(np.append(first, len(rising)))
        place = np.arange(len(rising)) - np.repeat(first, size)
        place[: size[0]] += self._told
        size[0] += self._told
        of_last = int(size[-1])
        size[-1] += joined
        share = place / np.repeat(size, np.diff(np.append(first, len(rising))))
        return self._rounded(rising + self.tick_s * share), of_last

    def _rounded(self, times: Any) -> Any:
        return np.round(times, 9 if self.tick_s < 1 else 6)

    def _next(self, after: _Held[_Item] | None, joined: int, of_last: int) -> tuple[Any, ...]:
        """Time, key and label of the row after the held ones."""
        if after is None:
            return ()
        share = of_last / (of_last + joined) if joined else 0.0
        return (self._rounded(after.rising[0] + self.tick_s * share), after.key[0], after.label[0])

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
