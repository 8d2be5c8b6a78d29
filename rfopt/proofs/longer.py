"""Circles longer than those of `rfopt.proofs.circles`, along one way of changing the server.

Where the leads along a circle sum to no more than nothing, levels exist at which each cell is enough above the one
before: a circle of such edges is what Bellman and Ford's search for shortest paths ends in. Conditions on the level
itself are checked along the circle that is found.
"""

from __future__ import annotations

import numpy as np

from rfopt.proofs.circles import Circle, FloatArray, Moves

SLACK_DB = 1e-6


def long_circle(way: Moves, low_dbm: FloatArray, high_dbm: FloatArray, grid_db: float = 1.0) -> Circle | None:
    """A circle of any length along one way, with levels; None where no lead pays for itself.

    Examples
    --------
    >>> lead = np.full((5, 5), 1e3)
    >>> for k in range(5): lead[k, (k + 1) % 5] = -2.0
    >>> low, high = np.full(5, -110.0), np.full(5, -47.0)
    >>> long_circle(Moves("a3", lead, low[None, :].repeat(5, 0), high[:, None].repeat(5, 1)), low, high).cells
    (0, 1, 2, 3, 4)
    """
    possible = way.possible(low_dbm, high_dbm) & ~np.eye(len(low_dbm), dtype=bool)
    lead = np.where(possible, np.maximum(way.lead_db, (low_dbm[None, :] - high_dbm[:, None])), np.inf)
    cells = _cheapest(lead - SLACK_DB)
    if cells is None:
        return None
    levels = _levels(cells, lead, way, low_dbm, high_dbm, grid_db)
    return None if levels is None else Circle(cells, (0,) * len(cells), levels)


def _cheapest(lead: FloatArray) -> tuple[int, ...] | None:
    """Cells around a circle of negative sum; None if there is none."""
    count = len(lead)
    best, before = np.zeros(count), np.full(count, -1)
    changed = -1
    for _ in range(count + 1):
        through = best[:, None] + lead
        least = through.min(axis=0) if count else best
        better = least < best - SLACK_DB / 4
        if not better.any():
            return None
        before = np.where(better, through.argmin(axis=0), before)
        best, changed = np.where(better, least, best), int(np.flatnonzero(better)[0])
    for _ in range(count):
        changed = int(before[changed])
    around, at = [changed], int(before[changed])
    while at != changed:
        around.append(at)
        at = int(before[at])
    around.reverse()
    first = around.index(min(around))
    return tuple(around[first:] + around[:first])


def _levels(
    cells: tuple[int, ...], lead: FloatArray, way: Moves, low_dbm: FloatArray, high_dbm: FloatArray, grid_db: float
) -> tuple[float, ...] | None:
    """The lowest levels that meet every condition around, or None if they contradict each other."""
    steps = list(zip(cells, (*cells[1:], cells[0]), strict=True))
    level = {n: max(float(low_dbm[n]), float(way.least_dbm[s, n])) for s, n in steps}
    for _ in range(len(cells) + 1):
        moved = {n: max(level[n], float(grid_db * np.ceil((level[s] + lead[s, n]) / grid_db - 1e-9))) for s, n in steps}
        if moved == level:
            break
        level = moved
    else:
        return None
    held = all(level[s] <= min(float(high_dbm[s]), float(way.most_dbm[s, n])) + 1e-9 for s, n in steps)
    return tuple(level[cell] for cell in cells) if held else None
