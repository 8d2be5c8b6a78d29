"""The ground between masts and points: the highest it stands against the straight path."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange


@njit(cache=True, parallel=True)
def ground_v(mast, point, height_m, step_m):  # type: ignore[no-untyped-def]
    """Greatest knife-edge parameter of the ground along every path.

    Parameters
    ----------
    mast, point : float64, shape (masts, 5) and (points, 5)
        x, y, height above sea in metres; row and column in the grid.
    height_m : float64, shape (rows, columns)
        Of the ground above sea.
    step_m : float
        Between samples along a path; the first and the last step are left out, where the ground is the ends' own.

    Returns
    -------
    float64, shape (points, masts)
        For a wavelength of 1 m: multiply by 1/√λ. Positive means blocked; −inf where nothing lies between.
    """
    worst = np.full((len(point), len(mast)), -np.inf)
    rows, columns = height_m.shape
    for p in prange(len(point)):
        for m in range(len(mast)):
            dx, dy, dz = point[p, 0] - mast[m, 0], point[p, 1] - mast[m, 1], point[p, 2] - mast[m, 2]
            along = math.hypot(dx, dy)
            if not math.isfinite(along + dz):
                continue
            steps = int(along / step_m)
            straight = math.hypot(along, dz)
            for k in range(1, steps):
                t = k / steps
                row = mast[m, 3] + t * (point[p, 3] - mast[m, 3])
                column = mast[m, 4] + t * (point[p, 4] - mast[m, 4])
                i, j = min(int(row), rows - 2), min(int(column), columns - 2)
                up, right = row - i, column - j
                lower = (1.0 - right) * height_m[i, j] + right * height_m[i, j + 1]
                upper = (1.0 - right) * height_m[i + 1, j] + right * height_m[i + 1, j + 1]
                over = (1.0 - up) * lower + up * upper - (mast[m, 2] + t * dz)
                worst[p, m] = max(worst[p, m], over * (along / straight) * math.sqrt(2.0 / (straight * t * (1.0 - t))))
    return worst
