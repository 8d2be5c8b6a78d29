"""Cells heard in the rows of a wide log: what of their numbers can be, and one long row for each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

U = np.uint64
"""Of places in arrays: a signed one is tested for being below 0 each time."""
GSM = 1
"""Its place among the technologies (`rfopt.logs.identity.TECHS`): a cell of it needs no code beside its channel."""


@njit(cache=True, nogil=True)
def possible(tech: Any, limits: Any, level: Any, quality: Any, channel: Any, code: Any) -> None:
    """Free cells of what cannot be: each number becomes NaN out of its technology's limits; fractions too in the last.

    Parameters
    ----------
    tech : int64[cell]
        Places among the technologies.
    limits : float64[tech, 4, 2]
        Least and greatest of the four numbers; a technology without has none that lies between.
    level, quality, channel, code : float64[cell]
        Changed in place.
    """
    for k in range(len(tech)):
        low, high = limits[tech[k], :, 0], limits[tech[k], :, 1]
        level[k] = _within(level[k], low[0], high[0])
        quality[k] = _within(quality[k], low[1], high[1])
        channel[k] = _whole_within(channel[k], low[2], high[2])
        code[k] = _whole_within(code[k], low[3], high[3])


@njit(cache=True, nogil=True, inline="always")
def _within(value: float, low: float, high: float) -> float:
    return value if value >= low and value <= high else np.nan


@njit(cache=True, nogil=True, inline="always")
def _whole_within(value: float, low: float, high: float) -> float:
    return value if value >= low and value <= high and value == np.floor(value) else np.nan


@njit(cache=True, nogil=True)
def long_rows(
    numbers: Any, columns: Any, rows: Any, tech: Any, label: Any, server: Any, limits: Any, own: Any,
    readings: Any, rat: Any, level: Any, quality: Any, channel: Any, code: Any, name: Any,
) -> Any:  # fmt: skip
    """One row for each server, and after it one for each of its neighbours that can be told and was heard.

    Parameters
    ----------
    numbers : float64[number, row]
        Of a block of text.
    columns : int64[neighbour, 4]
        Where in `numbers` level, quality, channel and code of each neighbour stand; −1 nowhere.
    rows : int64[instant]
        Those of the block's rows that are used.
    tech : int64[instant, neighbour + 1]
        Technology of the server and of the neighbours.
    label : int64[instant, neighbour]
        The neighbours' names by number; 0 none.
    server : float64[4, instant]
        The server's level, quality, channel and code, freed of what cannot be.
    limits : float64[tech, 4, 2]
        As for `possible`.
    own : bool[tech, channel]
        Whether a technology has a channel; 0 stands for those beyond.
    readings : int64[instant]
        Filled with the readings of each instant.
    rat : int32[reading]
        Filled with the technology of each reading.
    level, quality : float64[reading]
        Filled; NaN unknown.
    channel, code : int32[reading]
        Filled; −1 unknown.
    name : int32[reading]
        Filled with the neighbour's label; 0 for a server.

    Returns
    -------
    passed : int
        How many neighbours were heard and passed over: they cannot be told, or are the server once more.
    """
    count, passed = U(0), 0
    for k in range(len(rows)):
        at = U(rows[k])
        mine, my_channel, my_code = tech[k, 0], server[2, k], server[3, k]
        before = count
        rat[count], name[count] = mine, 0
        level[count], quality[count] = server[0, k], server[1, k]
        channel[count], code[count] = _known(my_channel), _known(my_code)
        count += U(1)
        for n in range(len(columns)):
            heard = numbers[U(columns[n, 0]), at]
            if np.isnan(heard):
                continue
            of, called = U(tech[k, n + 1]), label[k, n]
            stated = numbers[U(columns[n, 2]), at] if columns[n, 2] >= 0 else np.nan
            on = _whole_within(stated, limits[of, 2, 0], limits[of, 2, 1])
            coded = numbers[U(columns[n, 3]), at] if columns[n, 3] >= 0 else np.nan
            coded = _whole_within(coded, limits[of, 3, 0], limits[of, 3, 1])
            if called == 0 and not on > 0:  # channel 0 of a cell without a name is the tool's word for "not known"
                on, coded = np.nan, np.nan
            told = (on >= 0 or called > 0) if of == U(GSM) else (on >= 0 and coded >= 0)
            foreign = stated > 0 and not own[of, U(stated) if stated < own.shape[1] else U(0)]
            same = of == U(mine) and on == my_channel and coded == my_code
            heard = _within(heard, limits[of, 0, 0], limits[of, 0, 1])
            if not told or foreign or same or np.isnan(heard):
                passed += 1
                continue
            good = numbers[U(columns[n, 1]), at] if columns[n, 1] >= 0 else np.nan
            rat[count], name[count] = of, called
            level[count], quality[count] = heard, _within(good, limits[of, 1, 0], limits[of, 1, 1])
            channel[count], code[count] = _known(on), _known(coded)
            count += U(1)
        readings[k] = count - before
    return passed


@njit(cache=True, nogil=True, inline="always")
def _known(value: float) -> int:
    return int(value) if value >= 0 else -1
