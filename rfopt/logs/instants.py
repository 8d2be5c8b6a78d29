"""The clock of a tool's log: seconds from its timestamps, one instant a row."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def clock_s(stamps: pd.Categorical[str]) -> NDArray[np.float64]:
    """Seconds since 1970 of timestamps ``YYYY.MM.DD_HH.MM.SS`` with or without fractions; NaN where broken.

    >>> clock_s(pd.Categorical(["2025.07.18_22.11.08", "1970.01.01_00.00.01.5", "soon"])).tolist()
    [1752876668.0, 1.5, nan]
    """
    texts = pd.Series(stamps.categories, dtype="str")
    shaped = texts.str.fullmatch(r"\d{4}\.\d\d\.\d\d_\d\d\.\d\d\.\d\d(\.\d{1,6})?").to_numpy(dtype=bool)
    moments = pd.to_datetime(texts.where(shaped).str.slice(0, 19), format="%Y.%m.%d_%H.%M.%S", errors="coerce")
    whole = (moments - pd.Timestamp(0)).dt.total_seconds().to_numpy(dtype=float)
    parts = pd.to_numeric("0" + texts.where(shaped, "").str.slice(19), errors="coerce").to_numpy(dtype=float)
    seconds = np.append(whole + parts, np.nan)
    return np.asarray(seconds[stamps.codes])


def spread_s(seconds: NDArray[np.float64]) -> tuple[NDArray[np.float64], int, int]:
    """Strictly rising times from a clock that repeats and steps back; also how often it did either.

    A step back waits for the clock to catch up; rows of one tick (1 s, or 1 ms where the clock has fractions) share
    it in equal parts, in their order.

    >>> spread_s(np.array([0.0, 1.0, 1.0, 0.0, 2.0]))
    (array([0.      , 1.      , 1.333333, 1.666667, 2.      ]), 2, 1)
    """
    steps = int((np.diff(seconds) < 0).sum())
    rising = np.maximum.accumulate(seconds)
    fresh = np.diff(rising, prepend=-np.inf) > 0
    first = np.flatnonzero(fresh)
    group = np.cumsum(fresh) - 1
    size = np.diff(np.append(first, len(rising)))
    tick = 0.001 if (seconds % 1.0).any() else 1.0
    share = (np.arange(len(rising)) - first[group]) / size[group] if len(rising) else rising
    return np.round(rising + tick * share, 9 if tick < 1 else 6), int((~fresh).sum()), steps
