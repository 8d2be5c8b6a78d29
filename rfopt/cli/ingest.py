"""Logs of any format to one table."""

from __future__ import annotations

from pathlib import Path

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, hint, progress, refuse_one_name, tell, warn


@click.command()
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), help="Table to write: .csv or .parquet.")
@click.option("--format", "name", help="Format of the logs, where their content does not tell.")
@click.option("--map", "column_map", type=click.Path(path_type=Path), help="Read the logs through a column map (TOML).")
@click.option(
    "--rejects", type=click.Path(path_type=Path), help="Write the rows that were rejected, with line and reason."
)
@common
def ingest(
    logs: tuple[Path, ...], output: Path, name: str | None, column_map: Path | None, rejects: Path | None,
    json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Read drive-test LOGS of any known format, or zip and gz archives of them, and write them as one table.

    \b
    rfopt ingest Yas_log.txt -o yas.csv --rejects yas_rejects.csv
    rfopt ingest export.xlsx -o walk.csv --map our_tool.toml
    """
    from rfopt.ingest import ingest as run

    refuse_one_name(output, json_to)
    refuse_one_name(rejects, json_to)
    with progress(quiet or json_to == "-", lang) as told:
        result = run(logs, output, name, rejects, column_map, told)
    finish(result.as_json(), json_to)
    warn(list(result.notes), lang, quiet, verbose)
    tell(json_to, quiet, result.lines(lang), [f"{output}"], hint(lang, "rfopt", "diagnose", output))
