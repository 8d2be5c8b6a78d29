"""Key figures of solved cases, kept for the gate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from rfopt.cli.options import Suggesting, common
from rfopt.cli.output import finish, progress, tell


@click.group(cls=Suggesting, invoke_without_command=True)
@click.pass_context
def baseline(ctx: click.Context) -> None:
    """Keep the key figures of cases, so that rfopt check sees a plan that takes them back.

    \b
    rfopt baseline update baseline.json --case drive_tests/baohu_tianxia
    rfopt baseline show baseline.json
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@baseline.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--case", "case_paths", multiple=True, required=True, type=click.Path(path_type=Path), help="A solved case."
)
@click.option("--network", "network_path", type=click.Path(path_type=Path), help="In place of the cases' own.")
@common
def update(
    file: Path, case_paths: tuple[Path, ...], network_path: Path | None, json_to: str | None, seed: int, lang: str,
    quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Write the key figures of cases, as the network is, to FILE; cases that it has already and you don't name stay."""
    from rfopt.case import read_case
    from rfopt.gate.baseline import read_baseline, write_baseline
    from rfopt.gate.cases import simulate_plan
    from rfopt.gate.check import kept_of
    from rfopt.recommendation import needed_network
    from rfopt.sites import read_network

    kept = read_baseline(file) if file.exists() else {}
    network = read_network(network_path) if network_path else None
    with progress(quiet or json_to == "-") as told:
        for k, path in enumerate(case_paths):
            told("simulate", k / len(case_paths))
            case = read_case(path)
            kept[case.id] = kept_of(simulate_plan(case, network or needed_network(case), (), seed))
    write_baseline(file, kept)
    finish({"file": str(file), "cases": sorted(kept)}, json_to)
    tell(json_to, quiet, [], [f"{file}"])


@baseline.command()
@click.argument("file", type=click.Path(path_type=Path))
@common
def show(file: Path, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool) -> None:
    """Print the key figures of FILE with their intervals."""
    from rfopt.errors import printable
    from rfopt.gate.baseline import read_baseline

    kept = read_baseline(file)
    table: dict[str, Any] = {"cases": kept}
    finish(table, json_to)
    lines = []
    for case, figures in sorted(kept.items()):
        lines.append(printable(case))
        for name, row in figures.items():
            lines.append(f"  {printable(name):26} {row['value']:10.3f}  [{row['low']:.3f}, {row['high']:.3f}]")
    tell(json_to, False, lines, [])
