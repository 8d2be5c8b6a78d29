"""W3: a phone in GSM idle mode and one in an LTE connection, 100,000 steps × 16 cells × 32 fading runs.

No interference, no temporary offsets: what every network meets at every step. The C twins give the same timelines as
the kernels, which is checked before anything is timed; NumPy and plain Python leave out what this workload never meets
(loss of service, radio link failure) and run a piece of it, scaled.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from harness import compile_c, show, side_by_side

from rfopt.kernels import gsm_idle, lte_connected
from rfopt.kernels.fading import draw_fading

RUNS, STEPS, CELLS = 32, 100_000, 16
FADING_DB, TAU_S = 4.0, 5.0
GSM_STEP_S, LTE_STEP_S = 0.5, 0.2
NUMPY_STEPS, PYTHON_STEPS = 2_000, 4_000
OPEN_SIMULATOR_TICKS = 150.0
"""UE-ticks a second at nine cells of a published open simulator for A3-style mobility."""

Timelines = tuple[Any, ...]


def levels(step_s: float, strongest_dbm: float, runs: int = RUNS, cells: int = CELLS) -> Any:
    """Cells 1.1 dB apart, each with its own fading."""
    mean = np.linspace(strongest_dbm, strongest_dbm - 1.1 * (cells - 1), cells, dtype=np.float32)
    return np.float32(FADING_DB) * draw_fading(1, runs, STEPS, step_s, TAU_S, np.arange(cells)) + mean


def times(step_s: float) -> Any:
    return np.arange(STEPS) * step_s


def gsm_parameters(cells: int = CELLS) -> dict[str, Any]:
    zero = np.zeros(cells)
    return {
        "rxlev_access_min_dbm": zero - 100,
        "cell_reselect_offset_db": np.arange(cells) % 4 * 2.0,
        "temporary_offset_db": zero,
        "penalty_time_s": zero + 20,
        "cell_reselect_hysteresis_db": zero + 4,
        "area": np.arange(cells) % 2,
        "ba": np.ones((cells, cells), bool),
        "floor_mw": zero + 10**-11.1,
        "coupling": np.zeros((cells, cells)),
        "decode_ci_db": 4.0,
    }


def lte_parameters(cells: int = CELLS) -> dict[str, Any]:
    one = np.ones(cells)
    return {
        "a3_offset_db": one * 3,
        "a3_hysteresis_db": one,
        "a3_time_to_trigger_ms": one * 320,
        "relation": np.ones((cells, cells), bool),
        "cio_db": np.subtract.outer(np.arange(cells) % 3, np.arange(cells) % 2) * 0.5,
        "floor_mw": one * 10**-12.5,
        "coupling": np.zeros((cells, cells)),
    }


def camp(level: Any, **changes: Any) -> Timelines:
    runs, _, cells = level.shape
    parameters = gsm_parameters(cells) | changes
    return gsm_idle.camp(level, times(GSM_STEP_S), np.zeros(cells), np.zeros(runs, int), **parameters)


def hand_over(level: Any, **changes: Any) -> Timelines:
    runs, _, cells = level.shape
    parameters = lte_parameters(cells) | changes
    return lte_connected.hand_over(level, times(LTE_STEP_S), np.zeros(cells), np.zeros(runs, int), **parameters)


def gsm_tables() -> tuple[Any, Any, Any]:
    """Access level, offset to RLA_C, and what a neighbour must be better by; infinity where it is no neighbour."""
    p = gsm_parameters()
    margin = np.where(p["area"][:, None] != p["area"], p["cell_reselect_hysteresis_db"][:, None], 0.0)
    np.fill_diagonal(margin, np.inf)
    access = p["rxlev_access_min_dbm"]
    return np.float32(access), np.float32(p["cell_reselect_offset_db"] - access), np.float32(margin)


def lte_tables() -> tuple[Any, Any, Any, Any, Any]:
    """Filter gain of every step, margin and time-to-trigger of every cell, offsets (−∞ = not related), noise in dBm."""
    p = lte_parameters()
    gain = 1.0 - 0.5 ** (np.diff(times(LTE_STEP_S), prepend=-np.inf) / lte_connected.INPUT_PERIOD_S)
    cio = p["cio_db"].copy()
    np.fill_diagonal(cio, -np.inf)
    need = p["a3_offset_db"] + p["a3_hysteresis_db"]
    return gain, need, p["a3_time_to_trigger_ms"] / 1000.0, cio, 10 * np.log10(p["floor_mw"])


def pointer(array: Any) -> Any:
    return array.ctypes.data_as(ctypes.c_void_p)


def c_camp(library: ctypes.CDLL, level: Any) -> Callable[[], Timelines]:
    start, time, (access, offset, margin) = np.zeros(RUNS, np.int64), times(GSM_STEP_S), gsm_tables()
    ba = np.uint16(0xFFFF ^ (1 << np.arange(CELLS)))
    quiet = np.full(CELLS, 10 * np.log10(10**-11.1 * 10**0.4), np.float32)

    def form() -> Timelines:
        server, reason = np.empty((RUNS, STEPS), np.int16), np.zeros((RUNS, STEPS), np.int8)
        library.gsm_idle(
            pointer(level), ctypes.c_long(RUNS), ctypes.c_long(STEPS), pointer(time), pointer(start), pointer(access),
            pointer(offset), pointer(margin), pointer(ba), pointer(quiet), ctypes.c_long(18),
            ctypes.c_double(5 * 0.2354), ctypes.c_double(5.0), pointer(server), pointer(reason),
        )  # fmt: skip
        return server, reason

    return form


def c_hand_over(library: ctypes.CDLL, level: Any) -> Callable[[], Timelines]:
    start, time, tables = np.zeros(RUNS, np.int64), times(LTE_STEP_S), lte_tables()
    limits = [ctypes.c_double(x) for x in (-8.0, -6.0, 0.0, 0.0, 1.0, 1.0)]

    def form() -> Timelines:
        server, reason = np.empty((RUNS, STEPS), np.int16), np.zeros((RUNS, STEPS), np.int8)
        sinr_db = np.empty((RUNS, STEPS), np.float32)
        library.lte_connected(
            pointer(level), ctypes.c_long(RUNS), ctypes.c_long(STEPS), pointer(time), pointer(start),
            *(pointer(table) for table in tables), *limits, pointer(server), pointer(reason), pointer(sinr_db),
        )  # fmt: skip
        return server, reason, sinr_db

    return form


def numpy_camp(level: Any) -> Any:
    """Servers, all runs at once."""
    access, offset, margins = gsm_tables()
    runs, steps, cells = level.shape
    each, window = np.arange(runs), round(gsm_idle.HOLD_S / GSM_STEP_S)
    reported = np.zeros((window, runs, cells), np.int32)
    total, s, last = np.zeros((runs, cells), np.int32), np.zeros(runs, int), np.full(runs, -np.inf)
    since = np.full((2, runs, cells), steps)
    server = np.empty((runs, steps), np.int16)
    for t in range(steps):
        rxlev = np.clip(np.floor(level[:, t]) + 1, -110, -47).astype(np.int32)
        total += rxlev - reported[t % window]
        reported[t % window] = rxlev
        count, first = min(t + 1, window), t + 1 - window
        for _ in range(2):
            lead = total + count * offset - (total[each, s] + count * offset[s])[:, None]
            above = (lead > 0) & (lead >= count * margins[s]) & (total > count * access)
            known = np.where(each[:, None] >= 0, total + 1e-3 * level[:, t], 0)
            known[each, s] = -np.inf
            on = above & (known >= np.partition(known, cells - gsm_idle.LIST_LENGTH, axis=1)[:, -6:-5])
            for k, held in enumerate((on, on & (lead >= count * gsm_idle.RECENT_MARGIN_DB))):
                since[k] = np.where(held, np.minimum(since[k], t), steps)
            recent = t * GSM_STEP_S - last < gsm_idle.RECENT_S - gsm_idle.EPS
            through = np.where(recent[:, None], since[1], since[0]) < first
            moved = through.any(axis=1)
            if not moved.any():
                break
            best = np.where(through, lead - count * margins[s] + 1e-3 * level[:, t], -np.inf).argmax(axis=1)
            s, last = np.where(moved, best, s), np.where(moved, t * GSM_STEP_S, last)
            since[:, moved] = steps
        server[:, t] = s
    return server


def numpy_hand_over(level: Any) -> Any:
    """Servers, all runs at once."""
    gain, need, wait_s, cio, _ = lte_tables()
    runs, steps, cells = level.shape
    each, s, target, due = np.arange(runs), np.zeros(runs, int), np.full(runs, -1), np.zeros(runs)
    filtered, since = np.zeros((runs, cells)), np.full((runs, cells), np.inf)
    server = np.empty((runs, steps), np.int16)
    for t in range(steps):
        now = t * LTE_STEP_S
        filtered += gain[t] * (np.maximum(level[:, t], -160.0) - filtered)
        rated = filtered + cio[s]
        met = rated > (filtered[each, s] + need[s])[:, None]
        since = np.where(met, np.minimum(since, now), np.inf)
        fire, idle = (target >= 0) & (now >= due - lte_connected.EPS), target < 0
        through = (now - since >= wait_s[s][:, None] - lte_connected.EPS) & idle[:, None]
        ready = through.any(axis=1)
        best = np.where(through, rated, -np.inf).argmax(axis=1)
        s = np.where(fire, target, s)
        target, due = np.where(ready, best, np.where(fire, -1, target)), np.where(ready, now + 0.09, due)
        since[fire] = np.inf
        server[:, t] = s
    return server


def python_camp(level: Any) -> list[int]:
    """Servers of the first run."""
    access, offset, margins = (table.tolist() for table in gsm_tables())
    rows, cells, window = level[0].tolist(), range(level.shape[2]), round(gsm_idle.HOLD_S / GSM_STEP_S)
    total, reported, s, last, server = [0 for _ in cells], [], 0, -math.inf, []
    since = [[math.inf for _ in cells] for _ in range(2)]
    for t, row in enumerate(rows):
        reported.append([min(max(math.floor(x) + 1, -110), -47) for x in row])
        gone = reported[t - window] if t >= window else [0 for _ in cells]
        total = [a + b - c for a, b, c in zip(total, reported[t], gone, strict=True)]
        count, now = min(t + 1, window), t * GSM_STEP_S
        for _ in range(2):
            mine = total[s] + count * offset[s]
            six = sorted((n for n in cells if n != s), key=lambda n: (total[n], row[n]), reverse=True)[:6]
            lead = [total[n] + count * offset[n] - mine for n in cells]
            for n in cells:
                above = lead[n] > 0 and lead[n] >= count * margins[s][n] and total[n] > count * access[n] and n in six
                since[0][n] = min(since[0][n], t) if above else math.inf
                since[1][n] = min(since[1][n], t) if above and lead[n] >= count * 5 else math.inf
            timer = since[1 if now - last < gsm_idle.RECENT_S - gsm_idle.EPS else 0]
            ready = [n for n in cells if timer[n] <= t - window]
            if not ready:
                break
            s, last = max(ready, key=lambda n: (lead[n] - count * margins[s][n], row[n])), now
            since = [[math.inf for _ in cells] for _ in range(2)]
        server.append(s)
    return server


def python_hand_over(level: Any) -> list[int]:
    """Servers of the first run."""
    gain, need, wait_s, cio, _ = (table.tolist() for table in lte_tables())
    rows, cells = level[0].tolist(), range(level.shape[2])
    filtered, since, s, target, due, server = [0.0 for _ in cells], [math.inf for _ in cells], 0, -1, 0.0, []
    for t, row in enumerate(rows):
        now = t * LTE_STEP_S
        filtered = [f + gain[t] * (max(x, -160.0) - f) for f, x in zip(filtered, row, strict=True)]
        bound, offsets = filtered[s] + need[s], cio[s]
        since = [min(since[n], now) if filtered[n] + offsets[n] > bound else math.inf for n in cells]
        ready = [n for n in cells if now - since[n] >= wait_s[s] - lte_connected.EPS]
        if target >= 0:
            if now >= due - lte_connected.EPS:
                s, target, since = target, -1, [math.inf for _ in cells]
        elif ready:
            target, due = max(ready, key=lambda n: filtered[n] + offsets[n]), now + lte_connected.EXECUTION_S
        server.append(s)
    return server


def with_threads(threads: int, form: Callable[[], Timelines]) -> Callable[[], Timelines]:
    def limited() -> Timelines:
        numba.set_num_threads(threads)
        return form()

    return limited


def check(kernel: Timelines, twin: Timelines, whole: Any, line: list[int], name: str) -> None:
    """Stop unless all forms decide the same."""
    same = all(np.array_equal(a, b) for a, b in zip(kernel[:2], twin[:2], strict=True))
    if not (same and np.array_equal(kernel[0][:, :NUMPY_STEPS], whole)):
        raise SystemExit(f"{name}: the forms' timelines differ")
    if kernel[0][0, :PYTHON_STEPS].tolist() != line:
        raise SystemExit(f"{name}: the plain timeline differs")
    changes = np.count_nonzero(kernel[1])
    print(f"{name}: timelines are equal; {changes} events in {kernel[1].size} steps")


def machine(
    name: str, level: Any, kernel: Callable[[Any], Timelines], c: Callable[[], Timelines], over_runs: Any, plain: Any
) -> None:
    """Check and time all forms of one machine."""
    short, shortest = level[:, :NUMPY_STEPS].copy(), level[:1, :PYTHON_STEPS].copy()
    check(kernel(level), c(), over_runs(short), plain(shortest), name)
    threads = numba.get_num_threads()
    both, single = f"Numba, shipped, {threads} threads", "Numba, shipped, 1 thread"
    forms = {both: lambda: kernel(level), single: lambda: kernel(level)}
    seconds = side_by_side(
        {"C": c, both: with_threads(threads, forms[both]), single: with_threads(1, forms[single])}, rounds=11
    )
    numba.set_num_threads(threads)
    pieces = side_by_side({"NumPy": lambda: over_runs(short), "plain": lambda: plain(shortest)}, rounds=3)
    seconds[f"NumPy over {RUNS} runs (piece)"] = pieces["NumPy"] * STEPS / NUMPY_STEPS
    seconds["plain Python (piece)"] = pieces["plain"] * STEPS * RUNS / PYTHON_STEPS
    show(f"{name}, {RUNS} runs × {STEPS} steps × {CELLS} cells", seconds, RUNS * STEPS * CELLS, "cell-samples")
    print(f"  {threads} threads are {seconds[single] / seconds[both]:.2f} times as fast as one")


def dressed() -> None:
    """What interference and temporary offsets cost."""
    rng = np.random.default_rng(3)
    gsm, lte = levels(GSM_STEP_S, -75.0), levels(LTE_STEP_S, -95.0)
    shared = np.where(rng.random((CELLS, CELLS)) < 0.05, 0.1, 0.0)
    seconds = side_by_side(
        {
            "GSM idle, plain": lambda: camp(gsm),
            "GSM idle, one cell in twenty disturbs": lambda: camp(gsm, coupling=shared),
            "GSM idle, a third with temporary offset": lambda: camp(
                gsm, temporary_offset_db=np.arange(CELLS) % 3 // 2 * 10.0
            ),
            "A3, plain": lambda: hand_over(lte),
            "A3, every cell disturbs": lambda: hand_over(lte, coupling=np.full((CELLS, CELLS), 0.02)),
        },
        rounds=3,
    )
    show("Shipped kernels, dressed", seconds, RUNS * STEPS * CELLS, "cell-samples", limit="GSM idle, plain")


def ticks() -> None:
    """UE-ticks at nine cells: one phone, one step, nine cells measured and decided."""
    gsm, lte = levels(GSM_STEP_S, -75.0, cells=9), levels(LTE_STEP_S, -95.0, cells=9)
    seconds = side_by_side({"GSM idle": lambda: camp(gsm), "A3": lambda: hand_over(lte)}, rounds=5)
    print("\nUE-ticks at nine cells")
    for name, took in seconds.items():
        rate = RUNS * STEPS / took
        print(f"  {name:42} {rate / 1e6:10.1f} M/s; 10^{math.log10(rate / OPEN_SIMULATOR_TICKS):.1f} times 150/s")


def chance() -> None:
    """What the fading costs beside the machine, drawn by rfopt or by NumPy."""
    level, keys = levels(LTE_STEP_S, -95.0), np.arange(CELLS)
    rng = np.random.default_rng(1)
    seconds = side_by_side(
        {
            "A3 alone": lambda: hand_over(level),
            "draw_fading, correlated": lambda: draw_fading(1, RUNS, STEPS, LTE_STEP_S, TAU_S, keys),
            "NumPy normals, uncorrelated": lambda: rng.standard_normal(level.shape, dtype=np.float32),
        },
        rounds=3,
    )
    show("Random numbers", seconds, RUNS * STEPS * CELLS, "samples", limit="A3 alone")


def main() -> None:
    library = compile_c("machines")
    gsm, lte = levels(GSM_STEP_S, -75.0), levels(LTE_STEP_S, -95.0)
    machine("GSM idle", gsm, camp, c_camp(library, gsm), numpy_camp, python_camp)
    machine("LTE A3", lte, hand_over, c_hand_over(library, lte), numpy_hand_over, python_hand_over)
    dressed()
    ticks()
    chance()


if __name__ == "__main__":
    main()
