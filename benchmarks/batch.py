"""What a second worker is worth: `python benchmarks/batch.py [FOLDER] [--cases N] [--rounds N]`.

The same cases, those of FOLDER or newly invented ones, are given to `rfopt batch` again and again, each time into an
empty folder: to one worker held to one core, to one worker with the whole machine, and to two, first on rfopt's own
pool and then on a Dask cluster. Printed, medians of the rounds: wall and processor time, that of all processes, wall
time against the first row's, what wall time is left beside the cases themselves (starting, scheduling, summing up), the
most memory of a worker, and what a case leaves on disk. The load of the machine is printed with it: read the table only
where that is near 0 before it begins. Linux only.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

CHILD_SUBREAPER = 36
"""prctl: processes whose parent ends become this one's children, so that their processor time is counted here."""
FORMS: dict[str, tuple[tuple[str, ...], int]] = {
    "pool, 1 worker on one core": (("--workers", "1"), 1),
    "pool, 1 worker": (("--workers", "1"), 0),
    "pool, 2 workers": (("--workers", "2"), 0),
    "cluster, 1 worker": (("--cluster", "1"), 0),
    "cluster, 2 workers": (("--cluster", "2"), 0),
}
"""Options of `rfopt batch` and the cores it is held to, 0 for all."""


@dataclass(frozen=True)
class Run:
    """One run of a batch; `beside_s` is wall time in which its workers were not at a case."""

    wall_s: float
    cpu_s: float
    beside_s: float
    peak_mb: int
    disk_mb: float


def main() -> None:
    """Run every form on the same cases, in rounds, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="case folders anywhere below; else some are invented")
    parser.add_argument("--cases", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=1)
    chosen = parser.parse_args()
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as work:
        cases = _cases(chosen.folder or _invented(Path(work), chosen.cases), chosen.cases)
        _run(cases[:1], Path(work), *FORMS["pool, 1 worker"])  # compiles
        print(f"{len(cases)} cases, load before: {os.getloadavg()[0]:.2f}", flush=True)
        runs: dict[str, list[Run]] = {name: [] for name in FORMS}
        for _ in range(chosen.rounds):
            for name, form in FORMS.items():
                runs[name].append(_run(cases, Path(work), *form))
                print(f"  {name}: {runs[name][-1]}, load {os.getloadavg()[0]:.2f}", flush=True)
    _show(runs, len(cases))


def _invented(work: Path, count: int) -> Path:
    maker = Path(__file__).parent / "invented_worlds"
    subprocess.run([sys.executable, str(maker), str(work / "worlds"), "--worlds", str(count)], check=True)
    return work / "worlds"


def _cases(folder: Path, count: int) -> list[Path]:
    found = sorted(path.parent for path in folder.glob("**/case.toml"))[:count]
    if not found:
        raise SystemExit(f"{folder} holds no case, expected folders with case.toml")
    return found


def _run(cases: list[Path], work: Path, options: tuple[str, ...], cores: int) -> Run:
    output = work / "out"
    shutil.rmtree(output, ignore_errors=True)
    command = [sys.executable, "-m", "rfopt", "batch", *map(str, cases), "-o", str(output), "-q", *options]
    held = ["taskset", "-c", ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores]))] if cores else []
    began, before = time.monotonic(), _children_s()
    subprocess.run([*held, *command], check=True, stdout=subprocess.DEVNULL)
    wall_s = time.monotonic() - began
    _await_all()
    records = [json.loads(path.read_text(encoding="utf-8")) for path in (output / "records").glob("*.json")]
    at_work_s = sum(record["seconds"] for record in records) / int(options[1])
    disk_bytes = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    peak_mb = max(record["peak_mb"] for record in records)
    return Run(wall_s, _children_s() - before, wall_s - at_work_s, peak_mb, disk_bytes / len(cases) / 1e6)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _await_all() -> None:
    """Workers see within a second that their parent is gone, and end."""
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return


def _show(runs: dict[str, list[Run]], cases: int) -> None:
    print("\n| | wall s | processor s a case | wall against the first | beside the cases s | peak MB a worker "
          "| MB on disk a case |\n|---|---|---|---|---|---|---|")  # fmt: skip
    first = statistics.median(run.wall_s for run in next(iter(runs.values())))
    for name, of_form in runs.items():
        wall, cpu, beside, peak, disk = (
            statistics.median(getattr(run, part) for run in of_form)
            for part in ("wall_s", "cpu_s", "beside_s", "peak_mb", "disk_mb")
        )
        print(
            f"| {name} | {wall:.0f} | {cpu / cases:.1f} | {wall / first:.2f} | {beside:.1f} | {peak:.0f} | {disk:.2f} |"
        )


if __name__ == "__main__":
    main()
