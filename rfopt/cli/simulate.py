"""Key figures without or with a plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, progress, tell, warn

if TYPE_CHECKING:
    from rfopt.network import Plan


@click.command()
@click.argument("case", type=click.Path(path_type=Path))
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="A plan.csv to apply first.")
@common
def simulate(
    case: Path, plan_file: Path | None, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool
) -> None:
    """Replay CASE on simulated fading and print its key figures, without or with a plan."""
    from rfopt.case import read_case
    from rfopt.network import read_plan
    from rfopt.recommend import needed_network
    from rfopt.simulation import simulate_case

    read = read_case(case)
    plan: Plan = read_plan(plan_file, needed_network(read)) if plan_file else ()
    with progress(quiet or json_to == "-") as told:
        table = simulate_case(read, plan, seed, told)
    finish(table, json_to)
    warn(table["warnings"], lang, quiet, verbose)
    tell(json_to, quiet, figure_lines(table["kpis"], lang), [])


def figure_lines(kpis: dict[str, Any], lang: str) -> list[str]:
    """Key figures, a line each: measured, before, after."""
    from rfopt.words import say

    lines = [f"{'':34}{say('cli.measured', lang):>12}{say('cli.before', lang):>12}{say('cli.after', lang):>12}"]
    for name, before in kpis["before"].items():
        values = (kpis["measured"].get(name), before, kpis["after"].get(name))
        lines.append(f"{name:34}" + "".join(f"{'–' if v is None else f'{v:.3f}':>12}" for v in values))
    return lines
