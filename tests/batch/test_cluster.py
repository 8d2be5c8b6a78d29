"""The same work on a Dask cluster of separate processes, some of which are killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rfopt.batch.jobs import Settings, find_jobs
from rfopt.batch.pool import cluster, run_all
from rfopt.errors import InputError

from .cases import poisoned, started, write_cases

distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
NAMES = ["a", "b", "c", "d"]


@pytest.fixture
def scheduler(tmp_path, monkeypatch):
    """A scheduler and two workers, each a process of its own; yields (address, scheduler, workers)."""
    for name, value in {**poisoned(tmp_path), "SLOW": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "5")
    (tmp_path / "started.txt").touch()
    where = tmp_path / "scheduler.json"
    common = ("--scheduler-file", where, "--host", "127.0.0.1")
    begun = [_start("scheduler", *common, "--port", "0", "--no-dashboard")]
    alone = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
    begun += [_start("worker", *common, *alone, "--local-directory", tmp_path / f"w{k}") for k in range(2)]
    _wait_for(where.exists)
    with distributed.Client(scheduler_file=str(where)) as client:
        client.wait_for_workers(2, timeout=120)
        address = client.scheduler.address
    yield address, begun[0], begun[1:]
    for process in begun:
        process.kill()
        process.wait()


def _start(what, *words):
    # distributed's own command line, in a process of its own
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{what}", *map(str, words)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def _wait_for(true, seconds=120.0):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


def records_of(jobs, settings, address):
    with cluster(address, 0) as executor:
        yield from run_all(jobs, settings, executor)


def test_a_killed_worker_loses_nothing_and_doubles_nothing(tmp_path, scheduler):
    address, _, workers = scheduler
    settings = Settings(str(tmp_path / "out"), seconds=600.0)
    jobs = find_jobs([write_cases(tmp_path, [*NAMES, "crash"])], settings)
    seen = []
    for record in records_of(jobs, settings, address):
        if not seen:
            os.killpg(workers[0].pid, signal.SIGKILL)
        seen.append(record)
    assert sorted(record.name for record in seen) == sorted([*NAMES, "crash"])
    assert [record.name for record in seen if not record.done] == ["crash"]
    assert {path.stem for path in (tmp_path / "out" / "records").iterdir()} == {*NAMES, "crash"}
    assert not list((tmp_path / "out").rglob(".rfopt-*")), "half-written files"
    assert len(started(tmp_path)) <= len(jobs) + 1, "only the case in the killed worker's hands was begun twice"


def test_a_killed_scheduler_is_said_and_the_run_goes_on_from_the_disk(tmp_path, scheduler):
    address, boss, _ = scheduler
    settings = Settings(str(tmp_path / "out"), seconds=600.0)
    jobs = find_jobs([write_cases(tmp_path, NAMES)], settings)
    done = []
    with pytest.raises(InputError, match="run the same command again"):
        for record in records_of(jobs, settings, address):
            done.append(record.name)
            boss.kill()
    kept = {path.stem for path in (tmp_path / "out" / "records").iterdir()}
    assert set(done) <= kept
    before = len(started(tmp_path))
    with cluster("", 1) as executor:
        rest = list(run_all(jobs, settings, executor))
    assert sorted(record.name for record in rest) == NAMES
    assert all(record.done for record in rest)
    assert not set(done) & set(started(tmp_path)[before:]), "what was done is not done again"


def test_no_scheduler_there_is_one_line(tmp_path, rfopt):
    cases = write_cases(tmp_path, ["a"])
    code, _, err = rfopt("batch", cases, "-o", tmp_path / "out", "--scheduler", "nowhere")
    assert code == 2
    assert err.startswith("error: no scheduler answers at nowhere")
    assert len(err.splitlines()) == 1
    assert not Path(tmp_path / "out" / "summary.json").exists()
