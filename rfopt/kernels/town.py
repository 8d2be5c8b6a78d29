"""How likely a statistical town leaves a straight path clear, where no map says what stands there."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

STEP_M, LEAST_STEPS = 20.0, 8


@njit(cache=True, parallel=True)
def log_clear(mast, point, mapped, corner, cell_m, log_row_clear, height_step_m, rows_per_m):  # type: ignore[no-untyped-def]
    """Natural logarithm of the probability that no unmapped building stands in the way.

    Parameters
    ----------
    mast, point : float64, shape (masts, 3) and (points, 3)
        x, y, and height above ground, in metres.
    mapped : bool, shape (rows, columns)
        Squares of ground of which a map tells all; what lies outside is unmapped.
    corner : float64, shape (2,)
        x, y of the corner of mapped[0, 0].
    cell_m : float
        Side of a square.
    log_row_clear : float64, shape (heights,)
        Logarithm of the probability that a path at that height clears one row of buildings; linear between entries.
    height_step_m : float
        Between two entries of `log_row_clear`.
    rows_per_m : float

    Returns
    -------
    float64, shape (points, masts)
        NaN where a place is unknown.
    """
    found = np.full((len(point), len(mast)), np.nan)
    highest = len(log_row_clear) - 1
    for p in prange(len(point)):
        for m in range(len(mast)):
            dx, dy, dz = point[p, 0] - mast[m, 0], point[p, 1] - mast[m, 1], point[p, 2] - mast[m, 2]
            along = math.hypot(dx, dy)
            if not math.isfinite(along + dz):
                continue
            steps = max(LEAST_STEPS, int(along / STEP_M))
            total = 0.0
            for k in range(steps):
                share = (k + 0.5) / steps
                column = math.floor((mast[m, 0] + share * dx - corner[0]) / cell_m)
                row = math.floor((mast[m, 1] + share * dy - corner[1]) / cell_m)
                if 0 <= row < mapped.shape[0] and 0 <= column < mapped.shape[1] and mapped[row, column]:
                    continue
                position = min(max((mast[m, 2] + share * dz) / height_step_m, 0.0), highest - 1.0)
                entry = int(position)
                upper = position - entry
                total += (1.0 - upper) * log_row_clear[entry] + upper * log_row_clear[entry + 1]
            found[p, m] = total * rows_per_m * along / steps
    return found
