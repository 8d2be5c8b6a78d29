"""How a straight path enters the building that its end lies in: how far inside it runs, and how squarely it enters."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

MOST_CROSSINGS = 64
"""Walls of one building that one path may cross; a path through more is as deep as through these."""


@njit(cache=True, parallel=True)
def enter(point, own, mast, first, edges):  # type: ignore[no-untyped-def]
    """Path of every mast to every point, inside the point's own building and in plan.

    Parameters
    ----------
    point, mast : float64, shape (points, 2) and (masts, 2)
        x, y in metres.
    own : int32, shape (points,)
        Number of the building that the point is in; −1 = none.
    first : int32, shape (buildings + 1,)
        Edges of building b are first[b] … first[b + 1] − 1.
    edges : float64, shape (edges, 4)
        x, y of either end.

    Returns
    -------
    depth : float64, shape (points, masts)
        Metres of the path inside the outline, courtyards not counted. NaN where the path crosses no wall: outdoors,
        or from a mast on the building's own roof.
    square : float64, shape (points, masts)
        Sine of the angle between path and the outermost wall it crosses: 1 = at right angles. NaN likewise.
    """
    depth = np.full((len(point), len(mast)), np.nan)
    square = np.full((len(point), len(mast)), np.nan)
    for p in prange(len(point)):
        b = own[p]
        if b < 0:
            continue
        crossed = np.empty(MOST_CROSSINGS)
        for m in range(len(mast)):
            dx, dy = mast[m, 0] - point[p, 0], mast[m, 1] - point[p, 1]
            along = math.hypot(dx, dy)
            if not along > 0.0:
                continue
            count, outermost = 0, -1.0
            for e in range(first[b], first[b + 1]):
                ax, ay = edges[e, 0] - point[p, 0], edges[e, 1] - point[p, 1]
                bx, by = edges[e, 2] - point[p, 0], edges[e, 3] - point[p, 1]
                side_a, side_b = dx * ay - dy * ax, dx * by - dy * bx
                if (side_a >= 0.0) == (side_b >= 0.0):
                    continue
                share = side_a / (side_a - side_b)
                t = ((ax + share * (bx - ax)) * dx + (ay + share * (by - ay)) * dy) / (along * along)
                if t <= 0.0 or t >= 1.0 or count == MOST_CROSSINGS:
                    continue
                crossed[count] = t
                count += 1
                if t > outermost:
                    outermost = t
                    square[p, m] = abs(side_a - side_b) / (along * math.hypot(bx - ax, by - ay))
            if count:
                # From the mast inwards the path goes in at the farthest crossing, out at the next, and so on.
                farthest_first = np.sort(crossed[:count])[::-1]
                inside = 0.0
                for k in range(count):
                    inside += farthest_first[k] if k % 2 == 0 else -farthest_first[k]
                depth[p, m] = inside * along
    return depth, square
