"""Logs of any format to one table."""

from __future__ import annotations

from pathlib import Path

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, tell, warn


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), help="Table to write: .csv or .parquet.")
@click.option("--format", "name", help="Format of the logs, where their content does not tell.")
@click.option(
    "--rejects", type=click.Path(path_type=Path), help="Write the rows that were rejected, with line and reason."
)
@common
def ingest(
    logs: tuple[Path, ...], output: Path, name: str | None, rejects: Path | None, json_to: str | None, seed: int,
    lang: str, quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Read drive-test LOGS of any known format and write them as one table.

    \b
    rfopt ingest Yas_log.txt -o yas.csv --rejects yas_rejects.csv
    """
    from rfopt.ingest import ingest as run

    result = run(logs, output, name, rejects)
    finish(result.as_json(), json_to)
    warn(result.notes, lang, quiet, verbose)
    tell(json_to, quiet, result.lines(lang), [f"{output}"])
