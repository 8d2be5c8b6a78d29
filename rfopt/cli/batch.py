"""Many cases at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, hint, progress, tell

if TYPE_CHECKING:
    from rfopt.batch.jobs import Job, Record, Settings

FAILED = 1


@click.command(epilog="Exit codes: 0 done, 1 a case failed, 2 bad input or usage.")
@click.argument("cases", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), help="Folder for results and summary.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Cases worked on at once; as many as cores if not given.")
@click.option(
    "--scheduler", metavar="ADDRESS", default="", help="A Dask scheduler, tcp://HOST:PORT, that does the work."
)
@click.option("--cluster", type=click.IntRange(1, 1024), help="So many Dask workers on this machine do the work.")
@click.option(
    "--memory-mb", default=0, type=click.IntRange(0), help="Most memory of a case; by default an equal share."
)
@click.option("--seconds", default=900.0, show_default=True, type=click.FloatRange(1.0), help="Longest time of a case.")
@common
def batch(
    cases: tuple[Path, ...], output: Path, workers: int | None, scheduler: str, cluster: int | None, memory_mb: int,
    seconds: float, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Recommend for all CASES: case folders, or folders with cases anywhere below.

    Each case is worked on in a process of its own: one that crashes, hangs or wants too much memory fails alone. What
    is done stays in the folder; the same command again goes on with what is left, or has changed.

    \b
    rfopt batch drive_tests -o city
    rfopt batch drive_tests -o city --scheduler tcp://10.0.0.5:8786    the folder must be one that all workers share
    """
    from rfopt.batch.jobs import Settings, find_jobs
    from rfopt.batch.pool import shared_out
    from rfopt.batch.summary import summarise
    from rfopt.words import say

    if scheduler and cluster:
        raise click.UsageError("--scheduler names a cluster that runs, --cluster starts one; give one of them")
    at_once = workers or cluster or os.cpu_count() or 1
    settings = shared_out(Settings(str(output.resolve()), seed, lang, 0, seconds), at_once, memory_mb)
    jobs = find_jobs(cases, settings)
    with progress(quiet or json_to == "-", lang) as told:
        records = _all(jobs, settings, scheduler, cluster, at_once, told)
    table = summarise(records, settings)
    finish(table, json_to)
    failed = [case for case in table["cases"] if case["error"]]
    lines = [say("batch.told", lang, done=len(jobs) - len(failed), failed=len(failed))]
    lines += [f"  {case['error']}" for case in failed[:10]]
    if table["cells"]:
        lines.append(say("batch.cells", lang))
    lines += [f"  {cell['cell']}  {len(cell['cases'])}" for cell in table["cells"][:5]]
    first = next((network for network in table["networks"] if network["changes"]), None)
    after = first and hint(
        lang, "rfopt", "check", output / "merged" / f"{first['name']}.csv", "--network", first["path"]
    )
    tell(json_to, quiet, lines, [f"{output / 'summary.html'}"], after or "")
    if failed:
        raise SystemExit(FAILED)


def _all(
    jobs: list[Job],
    settings: Settings,
    scheduler: str,
    cluster: int | None,
    workers: int,
    told: Callable[[str, float], None],
) -> list[Record]:
    """The records of all jobs, with progress as they come."""
    from rfopt.batch import pool

    records: list[Record] = []
    with pool.cluster(scheduler, cluster or 0) if scheduler or cluster else pool.local(workers) as executor:
        for record in pool.run_all(jobs, settings, executor):
            records.append(record)
            told("batch", len(records) / len(jobs))
    return records
