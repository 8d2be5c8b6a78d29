"""Levels of 64 cells at 200,000 points: antenna cuts of 360 samples with tilt, 38.901 UMa, float32."""

from __future__ import annotations

import ctypes
import os
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numba
import numpy as np
from harness import compile_c, show, side_by_side

from rfopt.kernels import link_level

POINTS, CELLS = 200_000, 64
CACHED = 32768  # points whose intermediate arrays stay in a core's caches; fewer cost more calls than they save
SPAN = link_level.SPAN
STEPS_PER_RADIAN = np.float32(link_level.TURN / (2.0 * np.pi))


def situation(rng):
    """Arguments of `link_level_dbm`: a town of 6 km, towers of 100 m, sectors with side lobes and nulls."""
    angle = (np.arange(360) + 180.0) % 360.0 - 180.0
    horizontal = np.minimum(12.0 * (angle / 65.0) ** 2, 28.0) + 2.0 * rng.random(360)
    lobes = np.abs(np.sinc(np.sin(np.radians(angle - 4.0)) * 8.0))
    vertical = np.minimum(-20.0 * np.log10(lobes + 1e-3), 35.0) + rng.random(360)
    points = [*rng.uniform(-3000, 3000, (2, POINTS)), rng.uniform(1.5, 100, POINTS)]
    share = np.float32(rng.random((CELLS, POINTS)))
    x, y = rng.uniform(-3000, 3000, (2, CELLS))
    return (*points, share), {
        "cell_x_m": x,
        "cell_y_m": y,
        "cell_height_m": rng.uniform(15, 60, CELLS),
        "power_dbm": np.full(CELLS, 43.0),
        "frequency_mhz": rng.choice([942.5, 1890.0], CELLS),
        "azimuth_deg": rng.uniform(0, 360, CELLS),
        "mech_tilt_deg": rng.uniform(0, 8, CELLS),
        "elec_tilt_deg": rng.uniform(0, 8, CELLS),
        "gain_dbi": np.full(CELLS, 17.0),
        "horizontal_db": [horizontal] * CELLS,
        "vertical_db": [vertical] * CELLS,
        "electrical_tilt_deg": np.full(CELLS, 4.0),
        "reference_deg": np.full(CELLS, 4.0),
        "ceiling_db": np.full(CELLS, np.nan),
    }


def prepared(places, cells):
    """What the caster hands to the compiled loop."""
    seen, fill = [], link_level._fill
    try:
        link_level._fill = lambda *arrays: seen.extend(arrays)
        link_level.link_level_dbm(*places, **cells)
    finally:
        link_level._fill = fill
    return seen


def in_c(function, points, share, mast, words, beam, level):
    arrays = [array.ctypes.data_as(ctypes.c_void_p) for array in (points, share, mast, words, beam, level)]
    return lambda: function(ctypes.c_int64(points.shape[1]), ctypes.c_int64(len(mast)), *arrays)


def narrow():
    """The same kernel with the vectors that LLVM prefers."""
    widest = link_level._widest_vectors
    try:
        link_level._widest_vectors = numba.njit(lambda: None)
        kernel = numba.njit(parallel=True, fastmath={"contract"}, error_model="numpy")(link_level._fill.py_func)
        kernel.compile(link_level._fill.signatures[0])
    finally:
        link_level._widest_vectors = widest
    return kernel


def float_tables(words, beam):
    """The tables in dB with all four of a cell in one row: value, and slope to the next sample."""
    sample, rise = np.float32(words & 0xFFFF), np.float32(words.view(np.int32) >> 16)
    unit = np.repeat(beam[:, [1, 1, 2, 4]], SPAN, axis=1)
    offset = np.repeat(beam[:, [3, 3, 3, 5]], SPAN, axis=1)
    offset[:, 2 * SPAN : 3 * SPAN] = 0.0
    return sample * unit + offset, rise * unit


class Rooms:
    """Arrays to work in, made once: NumPy's allocations would cost more than its sums."""

    def __init__(self, size):
        names = ("east", "north", "up", "ground", "right", "ahead", "above", "angle", "part", "loss", "one", "two")
        self.arrays = {name: np.empty(size, dtype=np.float32) for name in names}
        self.arrays |= {name: np.empty(size, dtype=np.intp) for name in ("step", "other")}
        self.arrays["truth"] = np.empty(size, dtype=bool)

    def cut(self, size):
        return SimpleNamespace(**{name: array[:size] for name, array in self.arrays.items()})


def numpy_turn(r, points, mast):
    """The direction as the antenna sees it."""
    for out, place, cell in zip((r.east, r.north, r.up), points, mast, strict=False):
        np.subtract(place, cell, out=out)
    np.multiply(r.east, r.east, out=r.ground)
    np.multiply(r.north, r.north, out=r.one)
    np.add(r.ground, r.one, out=r.ground)
    cos_azimuth, sin_azimuth, cos_tilt, sin_tilt = mast[3:7]
    mix(np.add, r.north, cos_azimuth, r.east, sin_azimuth, r.one, r.two)  # facing
    mix(np.subtract, r.east, cos_azimuth, r.north, sin_azimuth, r.right, r.two)
    mix(np.subtract, r.one, cos_tilt, r.up, sin_tilt, r.ahead, r.two)
    mix(np.add, r.one, sin_tilt, r.up, cos_tilt, r.above, r.two)


def mix(join, a, by_a, b, by_b, out, spare):
    np.multiply(a, by_a, out=out)
    np.multiply(b, by_b, out=spare)
    join(out, spare, out=out)


def numpy_antenna(r, beam, value, slope):
    """Attenuation of the antenna into `loss`."""
    np.abs(r.right, out=r.one)
    np.arctan2(r.one, r.ahead, out=r.angle)
    np.multiply(r.angle, STEPS_PER_RADIAN, out=r.angle)
    np.less_equal(r.right, 0.0, out=r.truth)
    np.copyto(r.step, r.angle, casting="unsafe")
    np.subtract(r.angle, r.step, out=r.part, casting="unsafe")
    np.multiply(r.truth, SPAN, out=r.other)
    np.add(r.step, r.other, out=r.step)
    read(value, slope, r.step, r.part, r.loss, r.two)

    np.hypot(r.ahead, r.right, out=r.one)
    np.arctan2(r.above, r.one, out=r.one)
    np.multiply(r.one, STEPS_PER_RADIAN, out=r.one)
    np.subtract(beam[0], r.one, out=r.one)
    np.copyto(r.step, r.one, casting="unsafe")
    np.subtract(r.one, r.step, out=r.part, casting="unsafe")
    np.add(r.step, 2 * SPAN, out=r.step)
    read(value, slope, r.step, r.part, r.one, r.two)
    np.add(r.loss, r.one, out=r.loss)
    np.add(r.step, SPAN, out=r.step)
    read(value, slope, r.step, r.part, r.one, r.two)
    np.multiply(r.one, r.angle, out=r.one)
    np.add(r.loss, r.one, out=r.loss)
    np.clip(r.loss, 0.0, beam[6], out=r.loss)


def numpy_path(r, raised, drop, share, bend):
    """Adds the path loss to `loss`."""
    np.multiply(r.up, r.up, out=r.up)
    np.add(r.ground, r.up, out=r.one)
    np.maximum(r.one, 1.0, out=r.one)
    np.log2(r.one, out=r.one)
    np.multiply(raised, bend, out=r.two)
    np.multiply(r.two, r.two, out=r.two)
    np.greater(r.ground, r.two, out=r.truth)
    np.add(r.two, r.up, out=r.two)
    np.log2(r.two, out=r.two)
    np.subtract(r.one, r.two, out=r.two)
    np.multiply(r.two, link_level.BEND_SLOPE, out=r.two)
    np.multiply(r.two, r.truth, out=r.two)
    np.multiply(r.one, link_level.CLEAR_SLOPE, out=r.east)
    np.add(r.east, r.two, out=r.east)
    np.multiply(r.one, link_level.BLOCKED_SLOPE, out=r.one)
    np.subtract(r.one, drop, out=r.one)
    np.maximum(r.one, r.east, out=r.one)
    np.subtract(r.east, r.one, out=r.east)
    np.multiply(r.east, share, out=r.east)
    np.add(r.one, r.east, out=r.one)
    np.add(r.loss, r.one, out=r.loss)


def read(value, slope, step, part, out, spare):
    """Linear between the samples of a table."""
    np.take(value, step, out=out, mode="clip")
    np.take(slope, step, out=spare, mode="clip")
    np.multiply(spare, part, out=spare)
    np.add(out, spare, out=out)


def numpy_form(points, share, mast, words, beam, level, *, block, threads):
    value, slope = float_tables(words, beam)
    starts = range(0, points.shape[1], block)
    rooms = [Rooms(min(block, points.shape[1])) for _ in range(threads)]

    def work(thread):
        for start in starts[thread::threads]:
            some = slice(start, min(start + block, points.shape[1]))
            r = rooms[thread].cut(some.stop - start)
            for c in range(len(mast)):
                numpy_turn(r, points[:3, some], mast[c])
                numpy_antenna(r, beam[c], value[c], slope[c])
                numpy_path(r, points[3, some], points[4, some], share[c, some], mast[c, 7])
                np.subtract(mast[c, 8], r.loss, out=level[c, some])

    pool = ThreadPoolExecutor(threads)
    return lambda: list(pool.map(work, range(threads)))


def agree(forms, level, expected):
    """Every form must give the same levels before it is timed."""
    for name, form in forms.items():
        level.fill(np.nan)
        form()
        worst = np.abs(level - expected).max()
        print(f"  {name:42} differs from the shipped kernel by at most {worst:.6f} dB")
        if not worst < 0.01:
            raise SystemExit(f"{name} does not do the same work")


def main():
    threads = os.cpu_count() or 1
    numba.set_num_threads(threads)
    places, cells = situation(np.random.default_rng(1))
    began = time.perf_counter()
    expected = link_level.link_level_dbm(*places, **cells)
    print(f"first call of the kernel, compiled or from the cache: {time.perf_counter() - began:.1f} s")
    arrays = prepared(places, cells)
    level = arrays[-1]
    library = compile_c("level")
    forms = {"C, gcc's vectors": in_c(library.level_simd, *arrays)}
    if hasattr(library, "level"):
        forms["C"] = in_c(library.level, *arrays)
    else:
        forms["C"] = forms.pop("C, gcc's vectors")
    narrow_fill = narrow()
    forms |= {
        "Numba, as shipped": lambda: link_level._fill(*arrays),
        "Numba, LLVM's own choice of vectors": lambda: narrow_fill(*arrays),
        f"NumPy, {threads} threads": numpy_form(*arrays, block=-(-POINTS // threads), threads=threads),
        "NumPy, blocked to the cache": numpy_form(*arrays, block=CACHED, threads=1),
        "NumPy, one cell at a time": numpy_form(*arrays, block=POINTS, threads=1),
    }
    agree(forms, level, expected)
    forms["Numba, with its casts and a fresh result"] = lambda: link_level.link_level_dbm(*places, **cells)
    show(f"Levels, {POINTS:,} points × {CELLS} cells", side_by_side(forms), POINTS * CELLS, "levels")


if __name__ == "__main__":
    main()
