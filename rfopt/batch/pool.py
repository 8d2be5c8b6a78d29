"""Who works on the jobs: lanes on this machine, or a Dask cluster.

Both give an executor to which `rfopt.batch.lane.run` is submitted, so that a case is worked on in the same way
everywhere: in a process of its own, with its memory bounded, its record written where all can read it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace

from rfopt.batch import lane
from rfopt.batch.jobs import Job, Record, Settings, read_record
from rfopt.errors import InputError, printable


def run_all(jobs: Sequence[Job], settings: Settings, executor: Executor) -> Iterator[Record]:
    """The records of some jobs, those done already first, the rest as they come.

    Raises
    ------
    InputError
        If the cluster is lost; what was done until then is kept.
    """
    left: list[Job] = []
    for job in jobs:
        kept = read_record(settings.output, job)
        if kept is None:
            left.append(job)
        else:
            yield kept
    futures = {executor.submit(lane.run, job, settings): job for job in left}
    for future in as_completed(futures):
        yield _outcome(future, futures[future], settings)


def _outcome(future: Future[Record], job: Job, settings: Settings) -> Record:
    try:
        error = future.exception()
    except CancelledError:
        raise InputError("the cluster was lost; run the same command again to go on with what is left") from None
    if error is None:
        return future.result()
    return read_record(settings.output, job) or Record(
        job.name, job.case, job.fingerprint, error=f"{job.case}: {type(error).__name__}: {printable(error, 300)}"
    )


@contextmanager
def local(workers: int) -> Iterator[Executor]:
    """As many lanes as workers, on this machine."""
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def cluster(scheduler: str, workers: int) -> Iterator[Executor]:
    """A Dask scheduler that runs already, or as many Dask workers on this machine.

    Whoever reaches a scheduler's port can run code on its workers: the local one is bound to the loopback.

    Raises
    ------
    InputError
        If distributed is not installed or the scheduler does not answer.
    """
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415  an extra
    except ImportError:
        raise InputError("a cluster needs the extra 'cluster': pip install 'rfopt[cluster]'") from None
    try:
        if scheduler:
            client = Client(scheduler, timeout=20)
        else:
            client = Client(
                LocalCluster(n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None)
            )
    except (OSError, ValueError) as error:
        raise InputError(f"no scheduler answers at {printable(scheduler)}: {printable(error, 200)}") from None
    with client, client.get_executor(pure=False, retries=5) as executor:
        yield executor
        if not scheduler:
            client.shutdown()


def shared_out(settings: Settings, workers: int, memory_mb: int) -> Settings:
    """Settings with this machine's threads, and its memory or what was asked for, shared by its workers."""
    cores = os.cpu_count() or 1
    return replace(settings, threads=max(1, cores // workers), memory_mb=memory_mb or _memory_mb() * 8 // 10 // workers)


def _memory_mb() -> int:
    """The memory of this machine; 0 where the system does not say."""
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return 0
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
