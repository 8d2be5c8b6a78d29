"""W5: 2,000 changes of one cell each, scored by SINR and dominance at 20,000 points of 40 cells, in mW."""

from __future__ import annotations

import ctypes
import os

import numba
import numpy as np
from harness import compile_c, show, side_by_side

from rfopt.kernels import candidates

POINTS, CELLS, CHANGES = 20_000, 40, 2_000
FEW = 50
"""Changes of the forms that recompute everything; their times are scaled."""
NOISE_MW, NEEDED_DB, LEAD_DB = 1e-11, 0.0, 6.0


def situation(rng):
    """Levels of a town, and changes of up to 8 dB that differ from point to point as a tilt's do."""
    level = np.float32(10.0 ** (rng.normal(-85.0, 12.0, (CELLS, POINTS)) / 10.0))
    owner = rng.integers(0, CELLS, CHANGES)
    column = level[owner]
    column *= np.float32(10.0) ** np.float32(rng.uniform(-0.8, 0.2, (CHANGES, 1)))
    column *= np.float32(10.0) ** rng.uniform(-0.2, 0.2, POINTS).astype(np.float32)
    return level, owner, column


def limits():
    return [np.float32(10.0 ** (value / 10.0)) for value in (NEEDED_DB, LEAD_DB)]


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def in_c(function, counts, arrays, sums):
    numbers = [ctypes.c_float(value) for value in (NOISE_MW, *limits())]
    counted = [ctypes.c_int64(count) for count in counts]
    return lambda: function(*counted, *map(pointer, arrays), *numbers, pointer(sums))


def in_numpy(level, kept, owner, column, sums, number):
    """The same with the three strongest kept, float32, one change at a time."""
    total, first, second, third = kept
    least, lead = limits()

    def form():
        for k in range(len(owner)):
            old, new = level[owner[k]], column[k]
            other = np.where(old >= first, second, first)
            best = np.maximum(new, other)
            runner = np.maximum(np.minimum(new, other), np.where(old >= second, third, second))
            ratio = np.maximum(best / np.maximum(total - old + new - best, number(NOISE_MW)), number(1e-9))
            sums[:, k] = 10.0 * np.log10(ratio).sum(), (ratio < least).sum(), (best >= lead * runner).sum()

    return form


def in_numpy_again(level, owner, column, sums):
    """Everything recomputed, float32."""
    least, lead = limits()

    def form():
        for k in range(FEW):
            now = level.copy()
            now[owner[k]] = column[k]
            runner, best = np.partition(now, CELLS - 2, axis=0)[-2:]
            ratio = best / (now.sum(axis=0) + np.float32(NOISE_MW) - best)
            sums[:, k] = 10.0 * np.log10(ratio).sum(), (ratio < least).sum(), (best >= lead * runner).sum()

    return form


def agree(sums):
    """Every form must give the same statistics."""
    reference = sums["NumPy, float64"]
    for name, values in sums.items():
        worst = np.abs(values - reference[:, : values.shape[1]]).max(axis=1) / POINTS
        print(f"  {name:42} off by {worst[0]:.1e} dB, {worst[1]:.1e} and {worst[2]:.1e} of the points")
        if not worst.max() < 1e-3:
            raise SystemExit(f"{name} does not do the same work")


def main():
    numba.set_num_threads(os.cpu_count() or 1)
    level, owner, column = situation(np.random.default_rng(5))
    kept = candidates.kept(level, NOISE_MW)
    library = compile_c("candidates")
    arrays = (level, kept, owner, column)
    wide = [a.astype(np.float64) if a.dtype == np.float32 else a for a in arrays]
    args = (np.float32(NOISE_MW), *limits())
    sums = {name: np.zeros((3, CHANGES)) for name in ("C", "Numba, as shipped", "NumPy, float32", "NumPy, float64")}
    again = {name: np.zeros((3, FEW)) for name in ("C, everything recomputed", "NumPy, everything recomputed")}
    whole, numpy_whole = again.values()
    forms = {
        "C": in_c(library.candidates, (POINTS, CHANGES), arrays, sums["C"]),
        "Numba, as shipped": lambda: candidates._score(*arrays, *args, sums["Numba, as shipped"]),
        "NumPy, float32": in_numpy(*arrays, sums["NumPy, float32"], np.float32),
        "NumPy, float64": in_numpy(*wide, sums["NumPy, float64"], np.float64),
        "C, everything recomputed": in_c(library.candidates_all, (POINTS, CELLS, FEW), (level, owner, column), whole),
        "NumPy, everything recomputed": in_numpy_again(level, owner, column, numpy_whole),
    }
    seconds = side_by_side(forms, rounds=5)
    agree(sums | again)
    seconds |= {name: seconds[name] * CHANGES / FEW for name in again}
    show(f"{CHANGES:,} changes, {POINTS:,} points × {CELLS} cells", seconds, CHANGES * POINTS, "points")


if __name__ == "__main__":
    main()
