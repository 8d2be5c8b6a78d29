"""Straight rays from masts to points against extruded buildings: walls crossed, and the worst roof edge.

A building is a list of edges and a roof height over a flat floor. A ray crosses a wall where it crosses an edge in plan
below the roof. It is blocked if it crosses any: both ends lie outside the buildings that count, so a ray that is low
enough inside one is low enough at one of its two crossings.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

TOUCH_M = 1e-6
"""A crossing this near an end of the ray is the end standing on the wall, not a wall between."""


@njit(cache=True)
def trace(mast, mast_skip, point, point_skip, first, edges, bounds, roof_m):  # type: ignore[no-untyped-def]
    """Trace every mast to every point.

    Parameters
    ----------
    mast, point : float64, shape (masts, 3) and (points, 3)
        x, y, z in metres.
    mast_skip, point_skip : int32, shape (masts, k) and (points, k)
        Buildings that are air for rays from this mast or to this point, filled up with −1.
    first : int32, shape (buildings + 1,)
        Edges of building b are first[b] … first[b + 1] − 1.
    edges : float64, shape (edges, 4)
        x, y of either end.
    bounds : float64, shape (buildings, 4)
        Least x, y and greatest x, y.
    roof_m : float64, shape (buildings,)

    Returns
    -------
    walls : int32, shape (points, masts)
        Walls crossed below their roof; 0 = line of sight.
    v : float64, shape (points, masts)
        Greatest knife-edge parameter over all roof edges crossed in plan, for a wavelength of 1 m: multiply by
        1/√λ. Positive means blocked; −inf where no building lies under the ray.
    """
    walls = np.zeros((len(point), len(mast)), dtype=np.int32)
    worst = np.full((len(point), len(mast)), -np.inf)
    for p in range(len(point)):
        for m in range(len(mast)):
            x, y, z = mast[m, 0], mast[m, 1], mast[m, 2]
            dx, dy, dz = point[p, 0] - x, point[p, 1] - y, point[p, 2] - z
            along = math.hypot(dx, dy)
            if not along > TOUCH_M:
                continue
            straight = math.hypot(along, dz)
            touch = TOUCH_M / along
            for b in range(len(roof_m)):
                if (
                    max(x, point[p, 0]) < bounds[b, 0]
                    or min(x, point[p, 0]) > bounds[b, 2]
                    or max(y, point[p, 1]) < bounds[b, 1]
                    or min(y, point[p, 1]) > bounds[b, 3]
                ):
                    continue
                air = False
                for k in range(mast_skip.shape[1]):
                    air = air or mast_skip[m, k] == b
                for k in range(point_skip.shape[1]):
                    air = air or point_skip[p, k] == b
                if air:
                    continue
                # A corner on the ray counts as lying left of it once and right of it once: only what both readings
                # cross is crossed, so a ray along a wall or touching a corner passes outside.
                left, right, low_left, low_right = 0, 0, 0, 0
                worst_here = -np.inf
                for e in range(first[b], first[b + 1]):
                    ax, ay = edges[e, 0] - x, edges[e, 1] - y
                    bx, by = edges[e, 2] - x, edges[e, 3] - y
                    side_a = dx * ay - dy * ax
                    side_b = dx * by - dy * bx
                    crosses_left = (side_a >= 0.0) != (side_b >= 0.0)
                    crosses_right = (side_a > 0.0) != (side_b > 0.0)
                    if not (crosses_left or crosses_right):
                        continue
                    share = side_a / (side_a - side_b)
                    cx, cy = ax + share * (bx - ax), ay + share * (by - ay)
                    t = (cx * dx + cy * dy) / (along * along)
                    if t <= touch or t >= 1.0 - touch:
                        continue
                    over = roof_m[b] - (z + t * dz)
                    left += crosses_left
                    right += crosses_right
                    low_left += crosses_left and over > 0.0
                    low_right += crosses_right and over > 0.0
                    edge_v = over * (along / straight) * math.sqrt(2.0 / (straight * t * (1.0 - t)))
                    worst_here = max(worst_here, edge_v)
                if left > 0 and right > 0:
                    walls[p, m] += min(low_left, low_right)
                    worst[p, m] = max(worst[p, m], worst_here)
    return walls, worst
