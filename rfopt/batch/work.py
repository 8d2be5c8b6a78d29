"""The process that works on cases: one job a line in, one line back when its record is written.

`python -m rfopt.batch.work` is started by `rfopt.batch.lane`; it ends when its parent does. A case that cannot be used
is said in its record; anything else ends this process, and whoever started it keeps what it said last.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

from rfopt.batch.jobs import Job, Record, Settings, write_record
from rfopt.case import inputs_of, read_case
from rfopt.errors import InputError
from rfopt.network import Network
from rfopt.recommendation import recommend
from rfopt.report import recommendation_json
from rfopt.report.folder import write_results
from rfopt.sites import read_network

if sys.platform != "win32":
    import resource

ORPHAN_S = 1.0
"""How often this process looks whether its parent is still there."""


def main() -> None:
    """Serve jobs until there are no more."""
    out = os.dup(1)
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    settings = Settings(**json.loads(sys.stdin.readline()))
    threading.Thread(target=_die_with_parent, args=(os.getppid(),), daemon=True).start()
    _bound_memory(settings.memory_mb)
    for line in sys.stdin:
        record = work(Job(**json.loads(line)), settings)
        os.write(out, (json.dumps(asdict(record)) + "\n").encode())


def _die_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(ORPHAN_S)
    os._exit(1)


def _bound_memory(megabytes: int) -> None:
    """Let allocations beyond the bound fail; where the system has no such limit (Windows), there is none."""
    if megabytes and sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))


def work(job: Job, settings: Settings) -> Record:
    """Recommend for one case and write its folder, then its record."""
    began = time.perf_counter()
    try:
        record = _recommended(job, settings)
    except InputError as error:
        record = Record(job.name, job.case, job.fingerprint, error=str(error))
    except MemoryError:
        record = Record(
            job.name, job.case, job.fingerprint, error=f"{job.case}: needs more memory than {settings.memory_mb} MB"
        )
    record = Record(**{**asdict(record), "seconds": round(time.perf_counter() - began, 3), "peak_mb": _peak_mb()})
    write_record(settings.output, record)
    return record


def _recommended(job: Job, settings: Settings) -> Record:
    case = read_case(Path(job.case), _network)
    result = recommend(case, settings.seed)
    table = recommendation_json(result, settings.lang)
    write_results(result, table, Path(settings.output) / "cases" / job.name, settings.lang)
    network = inputs_of(Path(job.case)).network
    return Record(
        job.name, job.case, job.fingerprint, case.id, str(network or ""),
        objective=(round(result.score_before.objective, 6), round(result.score_after.objective, 6)),
        findings=tuple({k: f[k] for k in ("rule", "severity", "cells", "text")} for f in table["diagnosis"]),
        plan=tuple(table["plan"]),
    )  # fmt: skip


def _network(path: Path, *systems: str) -> Network:
    """A network, read once for the cases that follow each other on it."""
    files = (file for file in (path, *sorted(path.rglob("*"))) if file.is_file())
    ages = tuple((file, file.stat().st_mtime_ns) for file in files)
    return _read(path, ages, systems)


@functools.lru_cache(maxsize=1)
def _read(path: Path, ages: tuple[object, ...], systems: tuple[str, ...]) -> Network:  # noqa: ARG001
    return read_network(path, *systems)


def _peak_mb() -> int:
    """The most memory this process has held."""
    if sys.platform == "win32":
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 << 20 if sys.platform == "darwin" else 1 << 10)


if __name__ == "__main__":
    main()
