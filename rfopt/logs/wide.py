"""Rows of a tool's sparse export: put together where they are one instant, filled up where values hold for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

HELD = ("lat", "lon", "floor", "mcc", "mnc", "lac", "node", "ci", "eci", "arfcn", "earfcn", "pci", "channel", "code",
        "sinr_db", "ci_db", "rxqual", "rsrq_db", "quality")  # fmt: skip
HELD_WORDS = ("rat", "bsic", "cell", "mode", "point", "operator")


@dataclass(frozen=True)
class Wide:
    """A file's rows by column: numbers (NaN unknown), words ('' unknown), seconds of the clock, lines.

    Numbers of neighbours are called ``block.number.column``.
    """

    numbers: dict[str, NDArray[np.float64]]
    words: dict[str, NDArray[np.object_]]
    clock: NDArray[np.float64]
    lines: NDArray[np.int64]

    def rows(self, span: slice) -> Wide:
        """Some of the rows."""
        numbers = {name: values[span] for name, values in self.numbers.items()}
        words = {name: values[span] for name, values in self.words.items()}
        return Wide(numbers, words, self.clock[span], self.lines[span])


def joined(parts: Sequence[Wide]) -> Wide:
    """Rows of several parts, one after the other."""
    numbers: Any = {name: np.concatenate([part.numbers[name] for part in parts]) for name in parts[0].numbers}
    words: Any = {name: np.concatenate([part.words[name] for part in parts]) for name in parts[0].words}
    return Wide(numbers, words, *(np.concatenate([getattr(p, n) for p in parts]) for n in ("clock", "lines")))


def sure(wide: Wide) -> int:
    """How many rows come before the last ones that share a clock: those may be one instant with rows to come."""
    other = np.flatnonzero(wide.clock != wide.clock[-1:])
    return int(other[-1]) + 1 if len(other) else 0


def merged(wide: Wide) -> tuple[Wide, NDArray[np.int64]]:
    """Rows that share a time and do not contradict each other as one instant, and the instant of each row."""
    measured = [values for name, values in wide.numbers.items() if name not in ("lat", "lon")]
    said = [np.where(values == "", np.nan, pd.factorize(values)[0]) for values in wide.words.values()]
    group = _groups(wide.clock, np.column_stack([*measured, *said]))
    first = np.flatnonzero(np.diff(group, prepend=-1))
    if len(first) < len(group):
        numbers = pd.DataFrame(wide.numbers).groupby(group).first()
        words = pd.DataFrame({n: pd.Series(v, dtype=object).replace("", None) for n, v in wide.words.items()})
        told = words.groupby(group).first() if len(words.columns) else words
        wide = Wide(
            {name: numbers[name].to_numpy(dtype=float) for name in wide.numbers},
            {name: told[name].fillna("").to_numpy(dtype=object) for name in wide.words},
            wide.clock[first],
            wide.lines[first],
        )
    return wide, group


def _groups(clock: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.int64]:
    """A rising number for each row: rows next to each other with one clock share it until a value contradicts."""
    fresh = np.ones(len(clock), dtype=bool)
    so_far = values[:1].copy() if len(values) else values
    for k in np.flatnonzero((np.diff(clock) == 0) & np.isfinite(clock[1:])) + 1:
        if fresh[k - 1]:
            so_far = values[k - 1].copy()
        here = values[k]
        if not ((here != so_far) & ~np.isnan(here) & ~np.isnan(so_far)).any():
            so_far = np.where(np.isnan(so_far), here, so_far)
            fresh[k] = False
    return np.cumsum(fresh) - 1


class Hold:
    """Channels, codes, names and places that rows before told and that still hold: not older than so many seconds."""

    def __init__(self, hold_s: float):
        self._hold_s = hold_s
        self._newest: dict[str, tuple[Any, float]] = {}

    def fill(self, wide: Wide) -> Wide:
        """The next rows with what holds in them."""
        if not self._hold_s:
            return wide
        numbers, words = dict(wide.numbers), dict(wide.words)
        for name in set(HELD) & set(numbers):
            numbers[name] = self._filled(name, numbers[name], wide.clock, np.nan)
        for name in set(HELD_WORDS) & set(words):
            words[name] = self._filled(name, words[name], wide.clock, "")
        return replace(wide, numbers=numbers, words=words)

    def _filled(self, name: str, own: NDArray[Any], clock: NDArray[np.float64], unknown: Any) -> NDArray[Any]:
        value, at = self._newest.get(name, (unknown, np.nan))
        values, clock = np.append(np.array([value], dtype=own.dtype), own), np.append(at, clock)
        known = values != "" if unknown == "" else ~np.isnan(values)
        newest = np.flatnonzero(known)[-1:]
        if len(newest):
            self._newest[name] = (values[newest[0]], float(clock[newest[0]]))
        last = _last(known, clock, self._hold_s)[1:]
        return np.where(last >= 0, values[last], unknown)


def _last(known: NDArray[np.bool_], clock: NDArray[np.float64], hold_s: float) -> NDArray[np.int64]:
    """The row of the newest known value that is still good at each row; −1 for none."""
    rows = np.arange(len(known))
    last = np.maximum.accumulate(np.where(known, rows, -1))
    age = clock - clock[last]
    return np.where((last >= 0) & ((last == rows) | (np.abs(age) <= hold_s)), last, -1)
