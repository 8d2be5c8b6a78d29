"""Rows of a tool's sparse export: put together where they are one instant, filled up where values hold for a while."""

from __future__ import annotations

from dataclasses import dataclass

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


def held(wide: Wide, hold_s: float) -> Wide:
    """Channels, codes, names and places of the rows before, where they are not older than `hold_s`."""
    if not hold_s or not len(wide.clock):
        return wide
    numbers, words = dict(wide.numbers), dict(wide.words)
    for name in HELD:
        if name in numbers:
            last = _last(~np.isnan(numbers[name]), wide.clock, hold_s)
            numbers[name] = np.where(last >= 0, numbers[name][last], np.nan)
    for name in HELD_WORDS:
        if name in words:
            last = _last(words[name] != "", wide.clock, hold_s)
            words[name] = np.where(last >= 0, words[name][last], "")
    return Wide(numbers, words, wide.clock, wide.lines)


def _last(known: NDArray[np.bool_], clock: NDArray[np.float64], hold_s: float) -> NDArray[np.int64]:
    """The row of the newest known value that is still good at each row; −1 for none."""
    rows = np.arange(len(known))
    last = np.maximum.accumulate(np.where(known, rows, -1))
    age = clock - clock[last]
    return np.where((last >= 0) & ((last == rows) | (np.abs(age) <= hold_s)), last, -1)
