"""Straight rays from masts to points against extruded buildings: walls crossed, and the roofs on the way.

A building is a list of edges and a roof height over a flat floor. A ray crosses a wall where it crosses an edge in plan
below the roof. It is blocked if it crosses any: both ends lie outside the buildings that count, so a ray that is low
enough inside one is low enough at one of its two crossings.

Every mast looks round once: the plan about it is cut into sectors, each with the list of the edges that reach into it,
and the points are sorted by sector. Directions are measured along the square |x| + |y| = 1, not along the circle: there
the inverse of an edge's distance is linear in the direction, so that a crossing costs one multiplication and no
division. What rounding could turn either way (a corner or an end on the ray, a roof just touched, a mast on a wall) is
not decided so but told apart, and that ray is traced again edge by edge, building by building.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import get_num_threads, njit, prange
from numpy.typing import NDArray

TOUCH_M = 1e-6
"""A crossing this near an end of the ray is the end standing on the wall, not a wall between."""

CORNER = 1e-9
"""Directions this near (in sectors) to that of an edge's end are decided corner by corner."""
ROUNDING = 1e-11
"""Heights are compared within this share of the greatest height."""
STEEPEST = 256.0
"""An edge whose inverse distance changes more than so many times over in one sector is too radial for the fast way."""
NEAREST_M = 1e-5
"""An edge seen nearer than this touches the mast, or nearly."""
ORDINARY_M = (1e-3, 1e5)
"""Rays shorter or longer than this are traced edge by edge."""

LANES = 16
"""Points traced together; rows of the workspace are this long, which lets the compiler see that they do not overlap."""
DIRECTION, X, Y, RISE, LENGTH, ALONG, TOUCHING, OWN, OTHER, UNSURE, WALLS, OVER, OVER_BY, NEAR, FAR, FAR_BY = (
    LANES * row for row in range(16)
)
RINGS = 8
"""Points of a sector are sorted roughly by distance, so that those traced together meet the same edges."""
BUCKETS = 256
SECTORS = (64, 2048)
POINTS_A_SECTOR = 128
TASKS_A_THREAD = 2
"""With few masts the points are shared out, each share with a mast that looks round by itself."""


def in_sight(mast: Any, mast_skip: Any, point: Any, point_skip: Any, first: Any, edges: Any, roof_m: Any) -> Any:
    """Tell whether nothing stands between every mast and every point; arguments as for `trace`.

    Returns
    -------
    bool, shape (points, masts)
        True where `trace` finds no wall; a ray whose place is unknown meets none.
    """
    walls, *_ = _run(False, mast, mast_skip, point, point_skip, first, edges, roof_m)
    return walls.T == 0


def trace(
    mast: Any, mast_skip: Any, point: Any, point_skip: Any, first: Any, edges: Any, roof_m: Any
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
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
    roof_m : float64, shape (buildings,)

    Returns
    -------
    walls : int32, shape (points, masts)
        Walls crossed below their roof; 0 = line of sight.
    v : float64, shape (points, masts)
        Greatest knife-edge parameter over all roof edges crossed in plan, for a wavelength of 1 m: multiply by
        1/√λ. Positive means blocked; −inf where no building lies under the ray.
    mast_side_m, point_side_m : float64, shape (points, masts)
        Bullington's two lines: the steepest from the mast over any roof edge crossed, as its height above the mast
        where it stands over the point, and the steepest from the point, as its height above the point where it stands
        over the mast. −inf where no building lies under the ray.

    Examples
    --------
    >>> nothing = np.full((1, 1), -1)
    >>> square = [[10, -5, 20, -5], [20, -5, 20, 5], [20, 5, 10, 5], [10, 5, 10, -5]]
    >>> found = trace([[0, 0, 10]], nothing, [[40, 0, 10]], nothing, [0, 4], square, [15.0])
    >>> [round(float(a[0, 0]), 3) for a in found]
    [2.0, 2.582, 20.0, 10.0]
    """
    found = _run(True, mast, mast_skip, point, point_skip, first, edges, roof_m)
    return found[0].T, found[1].T, found[2].T, found[3].T


def _run(
    full: bool, mast: Any, mast_skip: Any, point: Any, point_skip: Any, first: Any, edges: Any, roof_m: Any
) -> Any:
    masts, points, corners, roofs = (np.ascontiguousarray(a, dtype=np.float64) for a in (mast, point, edges, roof_m))
    skips = [np.ascontiguousarray(a, dtype=np.int32) for a in (mast_skip, point_skip)]
    starts = np.ascontiguousarray(first, dtype=np.int32)
    owner = np.repeat(np.arange(len(roofs), dtype=np.int32), np.diff(starts))
    chunks = math.ceil(TASKS_A_THREAD * get_num_threads() / max(1, len(masts)))
    heights = np.concatenate((masts[:, 2], points[:, 2], roofs))
    tolerance_m = ROUNDING * (1.0 + np.abs(heights).max(initial=0.0, where=np.isfinite(heights)))
    sectors = SECTORS[0]
    while sectors < SECTORS[1] and sectors * POINTS_A_SECTOR < len(points):
        sectors *= 2
    walls = np.empty((len(masts), len(points)), dtype=np.int32)
    lines = np.empty((3, len(masts), len(points) if full else 0))
    scene = corners, owner, roofs
    _all(full, masts, skips[0], points, skips[1], *scene, sectors, tolerance_m, chunks, walls, lines)
    return walls, *lines


@njit(cache=True, parallel=True, error_model="numpy")
def _all(  # type: ignore[no-untyped-def]
    full, mast, mast_skip, point, point_skip, edges, owner, roof_m, sectors, tolerance_m, chunks, walls, lines
):
    """Fill walls and lines; each task is one mast and a share of the points."""
    for task in prange(len(mast) * chunks):
        m, chunk = task // chunks, task % chunks
        low, high = chunk * len(point) // chunks, (chunk + 1) * len(point) // chunks
        _from_mast(
            full, mast[m], mast_skip[m], point[low:high], point_skip[low:high], edges, owner, roof_m,
            sectors, tolerance_m, walls[m, low:high], lines[:, m, low:high],
        )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _from_mast(  # type: ignore[no-untyped-def]
    full, mast, mast_skip, point, point_skip, edges, owner, roof_m, sectors, tolerance_m, walls, lines
):
    """All rays of one mast; fills walls and, if full, the lines: v, from the mast, from the point."""
    walls[:] = 0
    lines[:] = -np.inf
    if len(point) == 0 or not math.isfinite(mast[0] + mast[1] + mast[2]):
        return
    start, entries, edge_of = _look_round(mast, mast_skip, edges, owner, roof_m, sectors)
    order, begin, direction = _sort(mast, point, sectors)
    work = np.empty(16 * LANES)
    for sector in range(sectors):
        a, b = start[sector], start[sector + 1]
        end = begin[(sector + 1) * RINGS] if a < b else 0
        for low in range(begin[sector * RINGS], end, LANES):
            chosen = order[low : min(low + LANES, end)]
            farthest = _load(work, chosen, direction, mast, point, point_skip)
            if full:
                _pass_roofs(work, entries, a, b, farthest, tolerance_m)
                _to_v(work)
            else:
                _pass_walls(work, entries, a, b, farthest, tolerance_m)
            for j in range(len(chosen)):
                p = chosen[j]
                walls[p] = int(work[WALLS + j])
                if full:
                    lines[0, p], lines[1, p], lines[2, p] = work[OVER + j], work[NEAR + j], work[FAR + j]
                if work[UNSURE + j] > 0.0 and (full or walls[p] == 0):
                    found = _edge_by_edge(mast, point[p], point_skip[p], edges, owner, roof_m, edge_of[a:b])
                    walls[p] = found[0]
                    if full:
                        lines[0, p], lines[1, p], lines[2, p] = found[1:]


@njit(cache=True, error_model="numpy")
def _round(dx, dy):  # type: ignore[no-untyped-def]
    """Direction along the square |x| + |y| = 1, anticlockwise from south: 0 … 4."""
    up = dy / (abs(dx) + abs(dy))
    return 1.0 + up if dx >= 0.0 else 3.0 - up


@njit(cache=True, error_model="numpy")
def _on_square(direction):  # type: ignore[no-untyped-def]
    up = direction - 1.0 if direction <= 2.0 else 3.0 - direction
    return (1.0 - abs(up) if direction <= 2.0 else abs(up) - 1.0), up


@njit(cache=True, error_model="numpy")
def _look_round(mast, mast_skip, edges, owner, roof_m, sectors):  # type: ignore[no-untyped-def]
    """Edges of every sector about a mast.

    Returns
    -------
    start : int64, shape (sectors + 1,)
    entries : float64, shape (n, 7)
        Directions of the two ends (0 … 1 is the sector), inverse distance at the sector's beginning and its growth to
        the end, both NaN where only `_edge_by_edge` can tell, roof above the mast, building, and a distance along
        |x| + |y| that it is no nearer than. The nearest come first.
    edge_of : int32, shape (n,)
    """
    spans = np.empty((len(edges), 3))
    start = np.zeros(sectors + 1, dtype=np.int64)
    for e in range(len(edges)):
        spans[e, 0], spans[e, 1], spans[e, 2] = _span(mast, edges[e], sectors)
        for k in range(len(mast_skip)):
            if mast_skip[k] == owner[e]:
                spans[e, 0], spans[e, 1] = 0.0, -1.0
        for k in range(math.floor(spans[e, 0] - CORNER), math.floor(spans[e, 1] + CORNER) + 1):
            start[(k & (sectors - 1)) + 1] += 1
    start = np.cumsum(start)
    at = start[:-1].copy()
    entries = np.empty((start[-1], 7))
    edge_of = np.empty(start[-1], dtype=np.int32)
    step = 1.0
    for e in range(len(edges)):
        step = max(step, spans[e, 2] / (BUCKETS - 1))
    for e in _by_bucket(spans[:, 2], step):
        nearest = int(spans[e, 2] / step) * step * (1.0 - CORNER)
        for k in range(math.floor(spans[e, 0] - CORNER), math.floor(spans[e, 1] + CORNER) + 1):
            n = at[k & (sectors - 1)]
            at[k & (sectors - 1)] += 1
            entries[n, 0], entries[n, 1], entries[n, 2], entries[n, 3] = _seen(mast, edges[e], spans[e], k, sectors)
            entries[n, 4], entries[n, 5], entries[n, 6] = roof_m[owner[e]] - mast[2], owner[e], nearest
            edge_of[n] = e
    return start, entries, edge_of


@njit(cache=True, error_model="numpy")
def _span(mast, edge, sectors):  # type: ignore[no-untyped-def]
    """Directions in sectors between which an edge is seen, and a distance that it is no nearer than."""
    ax, ay, bx, by = edge[0] - mast[0], edge[1] - mast[1], edge[2] - mast[0], edge[3] - mast[1]
    nearest = max(0.0, (abs(ax) + abs(ay) + abs(bx) + abs(by) - abs(bx - ax) - abs(by - ay)) / 2.0)
    a, b = _round(ax, ay), _round(bx, by)
    turn = b - a
    if turn > 2.0:
        turn -= 4.0
    elif turn < -2.0:
        turn += 4.0
    if not abs(turn) < 2.0 - 1e-6:
        return 0.0, float(sectors), nearest  # the mast stands on the wall
    begin = (a if turn >= 0.0 else b) * sectors / 4.0
    return begin, begin + abs(turn) * sectors / 4.0, nearest


@njit(cache=True, error_model="numpy")
def _seen(mast, edge, span, k, sectors):  # type: ignore[no-untyped-def]
    """An edge in sector k: directions of its ends, inverse distance at the sector's beginning, and its growth."""
    if span[1] - span[0] >= sectors / 2.0:
        return -1.0, 2.0, np.nan, np.nan
    ax, ay = edge[0] - mast[0], edge[1] - mast[1]
    ex, ey = edge[2] - edge[0], edge[3] - edge[1]
    per_area = 1.0 / (ax * ey - ay * ex)
    sector, wide = k & (sectors - 1), 4.0 / sectors
    x, y = _on_square(sector * wide)
    x_end, y_end = _on_square((sector + 1) * wide)
    inverse, growth = (x * ey - y * ex) * per_area, ((x_end - x) * ey - (y_end - y) * ex) * per_area
    a, b = span[0] - k, span[1] - k
    at_a, at_b = inverse + growth * max(a, 0.0), inverse + growth * min(b, 1.0)
    if abs(growth) <= STEEPEST * min(at_a, at_b) and max(at_a, at_b) * NEAREST_M < 1.0:
        return a, b, inverse, growth
    return a, b, np.nan, np.nan


@njit(cache=True, error_model="numpy")
def _by_bucket(distance, step):  # type: ignore[no-untyped-def]
    """Order of distances by the bucket of this width that they fall into."""
    at = np.zeros(BUCKETS + 1, dtype=np.int64)
    for value in distance:
        at[int(value / step) + 1] += 1
    at = np.cumsum(at)
    order = np.empty(len(distance), dtype=np.int32)
    for k in range(len(distance)):
        bucket = int(distance[k] / step)
        order[at[bucket]] = k
        at[bucket] += 1
    return order


@njit(cache=True, error_model="numpy")
def _sort(mast, point, sectors):  # type: ignore[no-untyped-def]
    """Points in order of sector and ring, where each ring begins, and every point's direction within its sector.

    Points of unknown place or at the mast are left out: nothing stands between.
    """
    scale = sectors / 4.0
    direction, length = np.empty(len(point)), np.empty(len(point))
    farthest = TOUCH_M
    for p in range(len(point)):
        dx, dy, dz = point[p, 0] - mast[0], point[p, 1] - mast[1], point[p, 2] - mast[2]
        direction[p] = _round(dx, dy) * scale
        length[p] = abs(dx) + abs(dy)
        known = length[p] > TOUCH_M and length[p] + abs(dz) < np.inf
        length[p] = length[p] if known else -1.0
        farthest = max(farthest, length[p])
    ring_of = np.empty(len(point), dtype=np.int32)
    begin = np.zeros(sectors * RINGS + 2, dtype=np.int64)
    for p in range(len(point)):
        ring_of[p] = sectors * RINGS
        if length[p] > 0.0:
            sector = min(int(direction[p]), sectors - 1)
            direction[p] -= sector
            ring_of[p] = sector * RINGS + min(int(length[p] / farthest * RINGS), RINGS - 1)
        begin[ring_of[p] + 1] += 1
    begin = np.cumsum(begin)
    at = begin.copy()
    order = np.empty(len(point), dtype=np.int32)
    for p in range(len(point)):
        order[at[ring_of[p]]] = p
        at[ring_of[p]] += 1
    return order, begin, direction


@njit(cache=True, error_model="numpy")
def _load(work, chosen, direction, mast, point, point_skip):  # type: ignore[no-untyped-def]
    """Lay a few points out in rows and return their greatest length; lanes left over are blocked from the start."""
    columns = point_skip.shape[1]
    for j in range(LANES):
        p = chosen[min(j, len(chosen) - 1)]
        work[X + j], work[Y + j], work[RISE + j] = point[p, 0], point[p, 1], point[p, 2]
        work[OWN + j] = point_skip[p, 0] if columns > 0 else -1
        work[OTHER + j] = point_skip[p, 1] if columns > 1 else -1
        work[DIRECTION + j] = direction[p]
        for k in range(2, columns):
            work[DIRECTION + j] = np.nan if point_skip[p, k] >= 0 else work[DIRECTION + j]
        work[WALLS + j] = 0.0 if j < len(chosen) else 1.0
    for j in range(LANES):
        dx, dy = work[X + j] - mast[0], work[Y + j] - mast[1]
        along = math.sqrt(dx * dx + dy * dy)
        work[RISE + j] -= mast[2]
        work[LENGTH + j] = abs(dx) + abs(dy)
        work[ALONG + j] = along
        work[TOUCHING + j] = TOUCH_M / along
        ordinary = (along > ORDINARY_M[0]) & (along < ORDINARY_M[1])
        work[DIRECTION + j] = work[DIRECTION + j] if ordinary else np.nan  # nothing is sure of no direction
        work[UNSURE + j] = 0.0 if work[DIRECTION + j] > -1.0 else 1.0
        work[OVER + j], work[OVER_BY + j], work[NEAR + j] = -np.inf, 1.0, -np.inf
        work[FAR + j], work[FAR_BY + j] = -np.inf, 1.0
    farthest = 0.0
    for j in range(LANES):
        farthest = max(farthest, work[LENGTH + j])
    return farthest


@njit(cache=True, error_model="numpy")
def _pass_walls(work, entries, a, b, farthest, tolerance_m):  # type: ignore[no-untyped-def]
    """Whether any of the edges a … b − 1 blocks the rays: sets WALLS to 1, and UNSURE."""
    for e in range(a, b):
        u_a, u_b, inverse, growth = entries[e, 0], entries[e, 1], entries[e, 2], entries[e, 3]
        roof, building = entries[e, 4], entries[e, 5]
        if entries[e, 6] > farthest:
            return
        open_rays = 0.0
        for j in range(LANES):
            u, touching = work[DIRECTION + j], work[TOUCHING + j]
            ratio = (inverse + growth * u) * work[LENGTH + j]  # of the ray to its part before the edge
            over = roof * ratio - work[RISE + j]
            other = (work[OWN + j] != building) & (work[OTHER + j] != building)
            within = min(u - u_a, u_b - u)
            inside = (within > CORNER) & (ratio - 1.0 > 2.0 * touching)
            outside = (within < -CORNER) | (ratio - 1.0 < 0.5 * touching)
            blocked = other & inside & (over > tolerance_m * ratio)
            clear = outside | (over < -tolerance_m * ratio)
            work[WALLS + j] = 1.0 if blocked else work[WALLS + j]
            work[UNSURE + j] = 1.0 if other & (not (blocked | clear)) else work[UNSURE + j]
        if e % 4 == 3:
            for j in range(LANES):
                open_rays = open_rays + 1.0 if work[WALLS + j] == 0.0 else open_rays
            if open_rays == 0.0:
                return


@njit(cache=True, error_model="numpy")
def _pass_roofs(work, entries, a, b, farthest, tolerance_m):  # type: ignore[no-untyped-def]
    """Count the walls among edges a … b − 1, and find the worst roof and the steepest lines."""
    for e in range(a, b):
        u_a, u_b, inverse, growth = entries[e, 0], entries[e, 1], entries[e, 2], entries[e, 3]
        roof, building = entries[e, 4], entries[e, 5]
        if entries[e, 6] > farthest:
            return
        for j in range(LANES):
            u, rise, touching = work[DIRECTION + j], work[RISE + j], work[TOUCHING + j]
            ratio = (inverse + growth * u) * work[LENGTH + j]
            over = roof * ratio - rise
            other = (work[OWN + j] != building) & (work[OTHER + j] != building)
            within = min(u - u_a, u_b - u)
            inside = (within > CORNER) & (ratio - 1.0 > 2.0 * touching)
            outside = (within < -CORNER) | (ratio - 1.0 < 0.5 * touching)
            sure = outside | (inside & (abs(over) > tolerance_m * ratio))
            crossed = other & inside
            # 1 / t and 1 / (1 − t) are ratio and ratio / (ratio − 1): fractions are compared across, not divided
            by = ratio - 1.0
            square, far = over * abs(over), (roof - rise) * ratio
            worse = crossed & (square * work[OVER_BY + j] > work[OVER + j] * by)
            farther = crossed & (far * work[FAR_BY + j] > work[FAR + j] * by)
            nearer = crossed & (roof * ratio > work[NEAR + j])
            work[UNSURE + j] = 1.0 if other & (not sure) else work[UNSURE + j]
            work[WALLS + j] = work[WALLS + j] + 1.0 if crossed & (over > 0.0) else work[WALLS + j]
            work[OVER + j] = square if worse else work[OVER + j]
            work[OVER_BY + j] = by if worse else work[OVER_BY + j]
            work[NEAR + j] = roof * ratio if nearer else work[NEAR + j]
            work[FAR + j] = far if farther else work[FAR + j]
            work[FAR_BY + j] = by if farther else work[FAR_BY + j]


@njit(cache=True, error_model="numpy")
def _to_v(work):  # type: ignore[no-untyped-def]
    """From the fractions to v, into OVER, and to the line from the point, into FAR."""
    for j in range(LANES):
        along, rise = work[ALONG + j], work[RISE + j]
        straight = math.sqrt(along * along + rise * rise)
        square = work[OVER + j]
        v = math.sqrt(abs(square) / work[OVER_BY + j] * 2.0 / straight) * (along / straight)
        work[OVER + j] = v if square > 0.0 else -v
        work[FAR + j] /= work[FAR_BY + j]


@njit(cache=True, error_model="numpy")
def _crossing(mast, point, edge):  # type: ignore[no-untyped-def]
    """Share of the ray at which it meets an edge's line; NaN where it runs along it."""
    ax, ay, bx, by = edge[0] - mast[0], edge[1] - mast[1], edge[2] - mast[0], edge[3] - mast[1]
    dx, dy = point[0] - mast[0], point[1] - mast[1]
    side_a, side_b = dx * ay - dy * ax, dx * by - dy * bx
    if side_a == side_b:
        return np.nan
    share = side_a / (side_a - side_b)
    along = math.hypot(dx, dy)
    return ((ax + share * (bx - ax)) * dx + (ay + share * (by - ay)) * dy) / (along * along)


@njit(cache=True, error_model="numpy")
def _edge_by_edge(mast, point, point_skip, edges, owner, roof_m, chosen):  # type: ignore[no-untyped-def]
    """Trace one ray past the chosen edges, one building after the other.

    A corner on the ray counts as lying left of it once and right of it once: only what both readings cross is crossed,
    so a ray along a wall or touching a corner passes outside.
    """
    walls, worst, near, far = 0, -np.inf, -np.inf, -np.inf
    dx, dy, dz = point[0] - mast[0], point[1] - mast[1], point[2] - mast[2]
    along = math.hypot(dx, dy)
    straight, touch = math.hypot(along, dz), TOUCH_M / along
    done = np.zeros(len(chosen), dtype=np.bool_)
    for i in range(len(chosen)):
        building = owner[chosen[i]]
        for k in range(len(point_skip)):
            done[i] = done[i] or point_skip[k] == building
        if done[i]:
            continue
        left, right, low_left, low_right = 0, 0, 0, 0
        worst_here, near_here, far_here = -np.inf, -np.inf, -np.inf
        for n in range(i, len(chosen)):
            e = chosen[n]
            if owner[e] != building:
                continue
            done[n] = True
            side_a = dx * (edges[e, 1] - mast[1]) - dy * (edges[e, 0] - mast[0])
            side_b = dx * (edges[e, 3] - mast[1]) - dy * (edges[e, 2] - mast[0])
            crosses_left = (side_a >= 0.0) != (side_b >= 0.0)
            crosses_right = (side_a > 0.0) != (side_b > 0.0)
            if not (crosses_left or crosses_right):
                continue
            t = _crossing(mast, point, edges[e])
            if t <= touch or t >= 1.0 - touch:
                continue
            over = roof_m[building] - (mast[2] + t * dz)
            left += crosses_left
            right += crosses_right
            low_left += crosses_left and over > 0.0
            low_right += crosses_right and over > 0.0
            edge_v = over * (along / straight) * math.sqrt(2.0 / (straight * t * (1.0 - t)))
            worst_here = max(worst_here, edge_v)
            near_here = max(near_here, (roof_m[building] - mast[2]) / t)
            far_here = max(far_here, (roof_m[building] - point[2]) / (1.0 - t))
        if left > 0 and right > 0:
            walls += min(low_left, low_right)
            worst, near, far = max(worst, worst_here), max(near, near_here), max(far, far_here)
    return walls, worst, near, far
