"""Can a phone circle for ever on levels that never change? Exact, over all levels, for circles of up to four cells.

A phone at rest leaves s for n when n is at least so much above s, n at least so strong and s at most so strong. Along
a circle these are difference constraints, and such a system has a solution on a grid exactly if no chain of them
contradicts itself (Bellman 1958, shortest paths). Where every cell of a set has such a way out within the set the phone
never rests; where none of the sets has levels like that, no levels exist at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
T = TypeVar("T", bound=np.generic)

LONGEST = 4
"""Cells in the longest circle looked for."""
NEVER_DB, ALWAYS_DB = 1e6, -1e4
"""Finite stand-ins for a condition that nothing meets and for one that is no condition."""


@dataclass(frozen=True, eq=False)
class Moves:
    """One way of changing the server, between all cells of a machine.

    Attributes
    ----------
    cause : str
    lead_db : ndarray, shape (cells, cells)
        ``[s, n]``: n must be at least so much above s; `ALWAYS_DB` for any, `NEVER_DB` where there is no such way.
    least_dbm : ndarray, shape (cells, cells)
        n must be at least so strong.
    most_dbm : ndarray, shape (cells, cells)
        s must be at most so strong.
    """

    cause: str
    lead_db: FloatArray
    least_dbm: FloatArray
    most_dbm: FloatArray

    def possible(self, low_dbm: FloatArray, high_dbm: FloatArray) -> NDArray[np.bool_]:
        """Between which cells any levels within the range of reports make the phone change."""
        widest = high_dbm[None, :] - low_dbm[:, None]
        reached = (self.least_dbm <= high_dbm) & (self.most_dbm >= low_dbm[:, None])
        return np.asarray(reached & (self.lead_db <= widest))


@dataclass(frozen=True)
class Circle:
    """Cells that hand a phone round, by index, with the way taken from each and levels at which it happens."""

    cells: tuple[int, ...]
    ways: tuple[int, ...]
    levels_dbm: tuple[float, ...]


def circles(
    ways: Sequence[Moves], low_dbm: FloatArray, high_dbm: FloatArray, grid_db: float = 1.0, longest: int = LONGEST
) -> list[Circle]:
    """Every set of up to `longest` cells in which a phone never rests at some levels, the smallest only.

    Parameters
    ----------
    ways : sequence of Moves
        Conditions as multiples of `grid_db`; the first is preferred where several make a circle.
    low_dbm, high_dbm : ndarray, shape (cells,)
        Range of reports.
    grid_db : float
        Levels are looked for on this grid.

    Examples
    --------
    >>> lead = np.array([[NEVER_DB, 3.0], [-3.0, NEVER_DB]])
    >>> any_dbm = np.full((2, 2), -110.0)
    >>> [found] = circles([Moves("c2", lead, any_dbm, any_dbm + 63)], np.full(2, -110.0), np.full(2, -47.0))
    >>> found.cells, found.levels_dbm
    ((0, 1), (-80.0, -77.0))
    """
    ways = [_within(way, low_dbm, high_dbm) for way in ways]
    found: dict[frozenset[int], Circle] = {}
    paired = np.zeros((len(low_dbm),) * 2, dtype=bool)
    for length in range(2, longest + 1):
        new: dict[frozenset[int], Circle] = {}
        for chosen in product(range(len(ways)), repeat=length):
            for cells in _closed([ways[w] for w in chosen], paired):
                new.setdefault(frozenset(cells), Circle(cells, chosen, _levels(cells, chosen, ways, grid_db)))
        found |= {cells: circle for cells, circle in new.items() if not _holds_smaller(cells, found)}
        for pair in new if length == 2 else ():
            a, b = sorted(pair)
            paired[a, b] = paired[b, a] = True
    return sorted(found.values(), key=lambda circle: (len(circle.cells), circle.cells))


def _within(way: Moves, low_dbm: FloatArray, high_dbm: FloatArray) -> Moves:
    lead = np.where(way.possible(low_dbm, high_dbm), way.lead_db, NEVER_DB)
    np.fill_diagonal(lead, NEVER_DB)
    return Moves(
        way.cause, lead, np.maximum(way.least_dbm, low_dbm), np.minimum(way.most_dbm, high_dbm[:, None])
    )  # fmt: skip


def _holds_smaller(cells: frozenset[int], found: dict[frozenset[int], Circle]) -> bool:
    return any(frozenset(part) in found for size in range(2, len(cells)) for part in combinations(cells, size))


def _closed(steps: Sequence[Moves], paired: NDArray[np.bool_]) -> Iterator[tuple[int, ...]]:
    """Circles, by index and the lowest first, that step k of the circle closes by `steps[k]`; no known pair."""
    if sum(float(step.lead_db.min(initial=NEVER_DB)) for step in steps) > 0.0:
        return
    length, cells = len(steps), len(paired)
    for start in range(cells - length + 1):
        around = (start, length, np.arange(start + 1, cells))
        lead = [_along(step.lead_db, k, *around) for k, step in enumerate(steps)]
        least = [_along(step.least_dbm, k, *around) for k, step in enumerate(steps)]
        most = [_along(step.most_dbm, k, *around) for k, step in enumerate(steps)]
        good = _consistent(lead, least, most)
        for k in range(length):
            good = good & ~_along(paired, k, *around)
        if length == 4:
            good = good & ~paired[around[2], start][None, :, None] & ~_along_skip(paired, around[2])
        for at in np.argwhere(good):
            yield (start, *(int(around[2][k]) for k in at))


def _along(matrix: NDArray[T], k: int, start: int, length: int, others: NDArray[np.int64]) -> NDArray[T]:
    """Step k of all circles from `start`: the matrix over one axis for each of the other cells."""
    inner = 0 < k < length - 1
    alone = np.array([start])
    part = matrix[np.ix_(others if k > 0 else alone, others if k < length - 1 else alone)]
    shape = [1] * (length - 1)
    for axis in (k - 1, k) if inner else (0,) if k == 0 else (k - 1,):
        shape[axis] = len(others)
    return np.asarray(part.reshape(shape))


def _along_skip(paired: NDArray[np.bool_], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of circles of four: whether the second and the fourth cell are a known pair, or the same."""
    same = np.eye(len(others), dtype=bool)
    return np.asarray((paired[np.ix_(others, others)] | same)[:, None, :])


def _consistent(lead: list[FloatArray], least: list[FloatArray], most: list[FloatArray]) -> NDArray[np.bool_]:
    """Whether no chain of conditions around a circle contradicts itself."""
    length = len(lead)
    good = np.asarray(sum(lead) <= 0.0)
    for begin in range(length):
        reached = least[begin]
        for k in range(begin + 1, begin + length):
            good = good & (reached <= most[k % length])
            reached = reached + lead[k % length]
        good = good & (reached <= most[begin])
    return np.asarray(good)


def _levels(
    cells: tuple[int, ...], chosen: tuple[int, ...], ways: Sequence[Moves], grid_db: float
) -> tuple[float, ...]:
    """Levels of a circle's cells, in the middle of those that make it.

    The lowest and the highest solution bound all others, and the middle of two solutions, rounded down to the grid, is
    one again.
    """
    length = len(cells)
    steps = [(ways[chosen[k]], cells[k], cells[(k + 1) % length]) for k in range(length)]
    low = [float(steps[k - 1][0].least_dbm[steps[k - 1][1], cells[k]]) for k in range(length)]
    high = [float(way.most_dbm[s, n]) for way, s, n in steps]
    for k in 2 * list(range(length)):
        way, s, n = steps[k]
        low[(k + 1) % length] = max(low[(k + 1) % length], low[k] + float(way.lead_db[s, n]))
    for k in 2 * list(reversed(range(length))):
        way, s, n = steps[k]
        high[k] = min(high[k], high[(k + 1) % length] - float(way.lead_db[s, n]))
    return tuple(float(grid_db * np.floor((a + b) / 2.0 / grid_db)) for a, b in zip(low, high, strict=True))
