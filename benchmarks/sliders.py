"""How long a slider of `rfopt.what_if` waits for its answer on the shipped case: `python benchmarks/sliders.py`."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

import rfopt
from rfopt.showing import html_of

CASE = Path(__file__).resolve().parents[1] / "drive_tests" / "baohu_tianxia"


def main() -> None:
    tried = rfopt.what_if(CASE)
    asked = [{knob.name: value} for knob in tried.knobs for value in knob.values if value != knob.change.old]
    asked += [{**one, **other} for one, other in zip(asked[:-1:2], asked[1::2], strict=False)]
    tried.answer()
    wall, work = [], []
    for values in asked:
        began, spent = time.perf_counter(), time.process_time()
        html_of(tried.answer(values))
        wall.append(1e3 * (time.perf_counter() - began))
        work.append(1e3 * (time.process_time() - spent))
    for name, times in (("wall", wall), ("processor", work)):
        print(f"{name}: {len(times)} answers, median {np.median(times):.0f} ms, 95 % {np.percentile(times, 95):.0f} ms")


if __name__ == "__main__":
    main()
