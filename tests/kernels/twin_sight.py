"""The slow twin of the sight kernel: every mast, every point, every building, every edge."""

import math

import numpy as np

TOUCH_M = 1e-6


def trace(mast, mast_skip, point, point_skip, first, edges, roof_m):
    """As `rfopt.kernels.sight.trace`."""
    shape = (len(point), len(mast))
    walls = np.zeros(shape, dtype=np.int32)
    v, mast_side, point_side = (np.full(shape, -np.inf) for _ in range(3))
    for p in range(len(point)):
        for m in range(len(mast)):
            dx, dy, dz = point[p] - mast[m]
            if not math.hypot(dx, dy) > TOUCH_M or math.isnan(dz):
                continue
            for b in range(len(roof_m)):
                if b in mast_skip[m] or b in point_skip[p]:
                    continue
                outline = [tuple(map(float, edge)) for edge in edges[first[b] : first[b + 1]]]
                low, *found = building(
                    tuple(map(float, mast[m])), (float(dx), float(dy), float(dz)), outline, roof_m[b]
                )
                walls[p, m] += low
                for table, value in zip((v, mast_side, point_side), found, strict=True):
                    table[p, m] = max(table[p, m], value)
    return walls, v, mast_side, point_side


def building(mast, ray, outline, roof_m):
    """Walls of one building crossed below its roof, greatest v, and the steepest lines from either end."""
    x, y, z = mast
    dx, dy, dz = ray
    along = math.hypot(dx, dy)
    straight, touch = math.hypot(along, dz), TOUCH_M / along
    left, right, low_left, low_right = 0, 0, 0, 0
    found = [(-math.inf, -math.inf, -math.inf)]
    for edge in outline:
        ax, ay, bx, by = edge[0] - x, edge[1] - y, edge[2] - x, edge[3] - y
        side_a, side_b = dx * ay - dy * ax, dx * by - dy * bx
        crosses_left, crosses_right = (side_a >= 0.0) != (side_b >= 0.0), (side_a > 0.0) != (side_b > 0.0)
        if not (crosses_left or crosses_right):
            continue
        share = side_a / (side_a - side_b)
        t = ((ax + share * (bx - ax)) * dx + (ay + share * (by - ay)) * dy) / (along * along)
        if t <= touch or t >= 1.0 - touch:
            continue
        over = roof_m - (z + t * dz)
        left, right = left + crosses_left, right + crosses_right
        low_left, low_right = low_left + (crosses_left and over > 0), low_right + (crosses_right and over > 0)
        edge_v = over * (along / straight) * math.sqrt(2.0 / (straight * t * (1.0 - t)))
        found.append((edge_v, (roof_m - z) / t, (roof_m - (z + dz)) / (1.0 - t)))
    if not (left and right):
        return 0, -math.inf, -math.inf, -math.inf
    return min(low_left, low_right), *(max(column) for column in zip(*found, strict=True))
