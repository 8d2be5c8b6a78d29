"""Changes of one cell each, scored at many points: SINR and dominance before anything is replayed.

Of every point the sum and the three strongest levels are kept, so that a change needs its own cell's old and new column
only: what is left without the cell follows from whether its old level was the first or second of the three.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit, prange, types
from numba.extending import intrinsic
from numpy.typing import ArrayLike, NDArray

BLOCK = np.uint64(2048)
"""Points whose sums are added up in float32."""
ZERO, ONE = np.float32(0.0), np.float32(1.0)
FLOOR = np.float32(1e-9)
"""The least signal to interference that is told apart, −90 dB: a place without any signal has it."""
DB_OF_LOG2 = np.float32(10.0 * math.log10(2.0))


class Statistics(NamedTuple):
    """Of every change, over all points: mean SINR, share of points with less than is needed, share with one leader."""

    sinr_db: NDArray[np.float64]
    lacking_share: NDArray[np.float64]
    dominant_share: NDArray[np.float64]


def score_changes(
    level_mw: ArrayLike,
    noise_mw: float,
    cell: ArrayLike,
    column_mw: ArrayLike,
    *,
    needed_db: float = 0.0,
    dominance_db: float = 6.0,
) -> Statistics:
    """Statistics of the points after each of some changes, every one of a single cell.

    Parameters
    ----------
    level_mw : array_like, shape (C, P)
        Level of every cell at every point in mW, 0 where it is not received.
    noise_mw : float
        Thermal noise, above 0.
    cell : array_like of int, shape (K,)
        The cell each change is of.
    column_mw : array_like, shape (K, P)
        That cell's levels after the change.
    needed_db, dominance_db : float
        SINR that a point needs; lead of the strongest over the second that makes it dominant.

    Returns
    -------
    Statistics
        Three float64 arrays of shape (K,). The strongest cell serves, all others interfere at full load.

    Raises
    ------
    ValueError
        If shapes do not agree or a change is of no cell.

    Notes
    -----
    Levels are float32, sums of 2048 points too; against float64 the mean SINR is off by less than 0.001 dB where no
    point has more than 40 dB. Points within 1e-6 of a threshold may fall on either side of it.

    Examples
    --------
    >>> before = [[1e-8, 4e-9], [1e-9, 4e-9]]
    >>> after = score_changes(before, 1e-10, [1], [[1e-10, 4e-10]])
    >>> [round(float(values[0]), 2) for values in after]
    [13.01, 0.0, 1.0]
    """
    level = np.ascontiguousarray(level_mw, dtype=np.float32)
    column = np.ascontiguousarray(column_mw, dtype=np.float32)
    owner = np.ascontiguousarray(cell, dtype=np.int64)
    if level.ndim != 2 or column.shape != (owner.size, level.shape[1]) or owner.ndim != 1:
        raise ValueError(f"levels {level.shape}, changes {owner.shape} and columns {column.shape} do not agree")
    if owner.size and not (owner.min() >= 0 and owner.max() < len(level)):
        raise ValueError(f"changes are of cells {owner.min()}…{owner.max()}, there are {len(level)}")
    sums = np.zeros((3, owner.size))
    if level.size and owner.size:
        least, lead = (np.float32(10.0 ** (value / 10.0)) for value in (needed_db, dominance_db))
        _score(level, kept(level, noise_mw), owner, column, np.float32(noise_mw), least, lead, sums)
    return Statistics(*(sums / max(level.shape[1], 1)))


def kept(level_mw: NDArray[np.float32], noise_mw: float) -> NDArray[np.float32]:
    """Of every point the sum with the noise, and the three strongest levels: shape (4, P)."""
    strongest = np.zeros((3, level_mw.shape[1]), dtype=np.float32)
    top = -np.partition(-level_mw, range(min(3, len(level_mw))), axis=0)[:3]
    strongest[: len(top)] = top
    total = level_mw.sum(axis=0, dtype=np.float64) + noise_mw
    return np.concatenate([total[None].astype(np.float32), strongest])


@intrinsic
def _widest_vectors(_typing):  # type: ignore[no-untyped-def]
    """Let LLVM use 512-bit vectors in the function that calls this; it prefers 256 on many processors that have them.

    The attribute is of this one function: the user's numba stays as it is. llvmlite's own `add` refuses all but a
    fixed list of attributes.
    """

    def attach(context, builder, _signature, _arguments):  # type: ignore[no-untyped-def]
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), attach


@njit(inline="always")
def _log2(x):
    """Logarithm of a normal positive float32 to 1.5e-5; a minimax fit of degree 5 about 1, own."""
    bits = np.float32(x).view(np.int32)
    exponent = np.int32(np.int32(bits - np.int32(0x3F3504F3)) >> np.int32(23))
    m = np.int32(bits - np.int32(exponent << np.int32(23))).view(np.float32) - ONE
    p = np.float32(-0.3945754829332788) + m * np.float32(0.25266032762776225)
    p = np.float32(0.4866861682351799) + m * p
    p = np.float32(-0.7202417956772548) + m * p
    return np.float32(exponent) + m * (np.float32(1.442578007052648) + m * p)


@njit(cache=True, parallel=True, fastmath={"contract", "reassoc", "nsz", "nnan", "ninf", "arcp"}, error_model="numpy")
def _score(level, kept_mw, owner, column, noise, least, lead, sums):
    """One change a turn, its points in blocks; equal levels need no index: whichever is left has the same value."""
    size = np.uint64(level.shape[1])
    for turn in prange(np.uint64(owner.size)):
        _widest_vectors()
        k = np.uint64(turn)
        c = np.uint64(owner[k])
        sinr_db, lacking, dominant = 0.0, 0.0, 0.0
        for start in range(np.uint64(0), size, BLOCK):
            part_sinr, part_lacking, part_dominant = ZERO, ZERO, ZERO
            for p in range(start, min(size, start + BLOCK)):
                old, new = level[c, p], column[k, p]
                first, second, third = kept_mw[1, p], kept_mw[2, p], kept_mw[3, p]
                other = second if old >= first else first
                next_other = third if old >= second else second
                best = new if new > other else other
                runner = other if new > other else new
                runner = runner if runner > next_other else next_other
                rest = kept_mw[0, p] - old + new - best
                rest = rest if rest > noise else noise
                ratio = best / rest
                ratio = ratio if ratio > FLOOR else FLOOR
                part_sinr += _log2(ratio)
                part_lacking += ONE if ratio < least else ZERO
                part_dominant += ONE if best >= lead * runner else ZERO
            sinr_db += DB_OF_LOG2 * part_sinr
            lacking += part_lacking
            dominant += part_dominant
        sums[0, k], sums[1, k], sums[2, k] = sinr_db, lacking, dominant
