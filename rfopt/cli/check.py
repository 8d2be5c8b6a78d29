"""The gate."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, progress, put

FAILED = 1
FORMATS = ("text", "json", "junit", "sarif", "github", "markdown")


@click.command(epilog="Exit codes: 0 the plan passes, 1 it fails, 2 it is no plan, or bad input.")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--network", "network_path", required=True, type=click.Path(path_type=Path), help="What the plan is for.")
@click.option("--case", "case_paths", multiple=True, type=click.Path(path_type=Path),
              help="Simulate the plan on this case too; may be repeated.")  # fmt: skip
@click.option("--gates", "gate_file", type=click.Path(path_type=Path), help="What the cases must meet, a TOML file.")
@click.option("--baseline", "baseline_file", type=click.Path(path_type=Path),
              help="Key figures that may not fall, as rfopt baseline update wrote them.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="Of the verdict.")
@click.option("-o", "output", type=click.Path(path_type=Path), help="File for the verdict; standard output if none.")
@common
def check(
    plan: Path, network_path: Path, case_paths: tuple[Path, ...], gate_file: Path | None, baseline_file: Path | None,
    form: str, output: Path | None, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Audit PLAN, simulate it on cases, and say pass or fail with the reasons.

    \b
    rfopt check plan.csv --network site_configs/baohu_tianxia
    rfopt check plan.csv --network site_configs/baohu_tianxia --case drive_tests/baohu_tianxia --format markdown
    """
    from rfopt.case import read_case
    from rfopt.files import write_whole
    from rfopt.gate.baseline import is_committed, read_baseline
    from rfopt.gate.check import Request
    from rfopt.gate.check import check as run
    from rfopt.gate.gates import default_gates, read_gates
    from rfopt.plan_files import read_plan_file
    from rfopt.sites import read_network
    from rfopt.verdicts import verdicts

    network = read_network(network_path)
    gates = read_gates(gate_file) if gate_file else default_gates()
    kept = (baseline_file, read_baseline(baseline_file), is_committed(baseline_file)) if baseline_file else None
    cases = [read_case(path) for path in case_paths]
    with progress(quiet or json_to == "-" or output is None) as told:
        table = run(read_plan_file(plan, network), Request(network, cases, gates, kept, seed), lang, told)
    finish(table, json_to)
    made = verdicts[form](table, lang)
    if output:
        write_whole(output, made)
    elif json_to != "-":
        put(made, newline=False)
    if not table["pass"]:
        sys.exit(FAILED)
