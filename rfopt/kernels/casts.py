"""The door of the kernels: plain Python that gives every array its type, order and shape."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray


def traces(
    level_dbm: ArrayLike, time_s: ArrayLike, shift_db: ArrayLike, start: ArrayLike
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float32], NDArray[np.int64]]:
    """Check and cast the four arrays that every machine takes first.

    Raises
    ------
    ValueError
        If shapes do not agree, time does not increase, or a start is no cell.

    Examples
    --------
    >>> [a.dtype.name for a in traces([[[-80.0]]], [0], [0], [-1])]
    ['float32', 'float64', 'float32', 'int64']
    """
    level = np.ascontiguousarray(level_dbm, dtype=np.float32)
    times = np.ascontiguousarray(time_s, dtype=np.float64)
    if level.ndim != 3 or 0 in level.shape[1:] or times.shape != level.shape[1:2]:
        raise ValueError(f"level_dbm {level.shape} and time_s {times.shape} do not agree, or are empty")
    if np.any(np.diff(times) <= 0):
        raise ValueError("time_s must increase")
    first = table(start, level.shape[:1], np.int64)
    if np.any((first < -1) | (first >= level.shape[2])):
        raise ValueError("start must be a cell index or -1")
    return level, times, table(shift_db, level.shape[2:], np.float32), first


def table(
    values: ArrayLike, shape: tuple[int, ...], dtype: DTypeLike, *, diagonal: float | None = None
) -> NDArray[Any]:
    """A fresh contiguous array of this shape and type, its diagonal overwritten where one is given.

    Raises
    ------
    ValueError
        If the shape differs.

    Examples
    --------
    >>> table([[1, 1], [1, 1]], (2, 2), np.uint8, diagonal=0).tolist()
    [[0, 1], [1, 0]]
    """
    array = np.array(values, dtype=dtype, order="C")
    if array.shape != shape:
        raise ValueError(f"expected shape {shape}, found {array.shape}")
    if diagonal is not None:
        np.fill_diagonal(array, diagonal)
    return array


def pair_list(coupling: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """The non-zero entries of a coupling table, row by row: start of each row (C + 1), column, weight.

    Examples
    --------
    >>> start, column, weight = pair_list(np.array([[0.0, 0.5], [0.0, 0.0]]))
    >>> start.tolist(), column.tolist(), weight.tolist()
    ([0, 1, 1], [1], [0.5])
    """
    row, column = np.nonzero(coupling)
    start = np.searchsorted(row, np.arange(coupling.shape[0] + 1))
    return start.astype(np.int64), column.astype(np.int64), coupling[row, column]
