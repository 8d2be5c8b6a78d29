"""Plans: made of two networks, applied, reverted, ordered, written for others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rfopt.cli.options import Suggesting, common
from rfopt.cli.output import finish, progress, tell, warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from rfopt.gate.order import Order
    from rfopt.network import Network, Plan

FAILED = 1
FORMATS = ("csv", "raml", "mml")
ENDINGS = {".csv": "csv", ".xml": "raml", ".txt": "mml", ".mml": "mml"}
NETWORK = click.option("--network", "network_path", required=True, type=click.Path(path_type=Path),
                       help="What the plan is for.")  # fmt: skip
NAMES = click.option("--names", "names_file", type=click.Path(path_type=Path),
                     help="Distinguished names of cells for Nokia plans: a CSV file with cell and dn.")  # fmt: skip
OUTPUT = click.option("-o", "output", required=True, type=click.Path(path_type=Path), help="What to write.")


@click.group(cls=Suggesting, invoke_without_command=True)
@click.pass_context
def plan(ctx: click.Context) -> None:
    """Work with plans. rfopt writes them and executes none.

    \b
    rfopt plan diff site_configs/old site_configs/new -o plan.csv
    rfopt plan apply site_configs/old plan.csv -o site_configs/new
    rfopt plan revert plan.csv --network site_configs/old -o rollback.csv
    rfopt plan order plan.csv --network site_configs/old
    rfopt plan convert plan.csv --network site_configs/old -o plan.xml
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@plan.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@OUTPUT
@common
def diff(
    before: Path, after: Path, output: Path, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool
) -> None:
    """Write the plan that turns the network BEFORE into AFTER."""
    from rfopt.files import write_whole
    from rfopt.network import diff as differences
    from rfopt.network import plan_text
    from rfopt.sites import read_network

    made = differences(read_network(before), read_network(after))
    write_whole(output, plan_text(made))
    finish({"plan": [str(change) for change in made]}, json_to)
    tell(json_to, quiet, change_lines(made, lang), [f"{output}"])


@plan.command()
@click.argument("network_path", metavar="NETWORK", type=click.Path(path_type=Path))
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@NAMES
@OUTPUT
@common
def apply(
    network_path: Path, plan_file: Path, names_file: Path | None, output: Path, json_to: str | None, seed: int,
    lang: str, quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Write NETWORK after PLAN to a new folder, whole or not at all; rows that it leaves alone stay as they are."""
    from rfopt.network_edit import write_applied
    from rfopt.sites import read_network

    network = read_network(network_path)
    made = fitting(plan_file, network, names_file)
    write_applied(network, made, network_path, output)
    finish({"network": str(output), "changes": len(made)}, json_to)
    tell(json_to, quiet, [], [f"{output}"])


@plan.command()
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@click.option("--network", "network_path", type=click.Path(path_type=Path), help="The network before the plan.")
@OUTPUT
@common
def revert(
    plan_file: Path, network_path: Path | None, output: Path, json_to: str | None, seed: int, lang: str, quiet: bool,
    verbose: bool,
) -> None:  # fmt: skip
    """Write the rollback of PLAN. With --network a deleted relation comes back with its own margins."""
    from rfopt.drafts import read_draft
    from rfopt.files import write_whole
    from rfopt.network import plan_text, rollback
    from rfopt.network_edit import reversed_rows
    from rfopt.sites import read_network

    if network_path:
        network = read_network(network_path)
        back: Plan = rollback(network, fitting(plan_file, network, None))
    else:
        back = reversed_rows(read_draft(plan_file).plan)
    write_whole(output, plan_text(back))
    finish({"plan": [str(change) for change in back]}, json_to)
    tell(json_to, quiet, change_lines(back, lang), [f"{output}"])


@plan.command()
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@NETWORK
@NAMES
@click.option("--to", "form", type=click.Choice(FORMATS), help="By the ending of the file if not given.")
@OUTPUT
@common
def convert(
    plan_file: Path, network_path: Path, names_file: Path | None, form: str | None, output: Path, json_to: str | None,
    seed: int, lang: str, quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Write PLAN as plan.csv, as a Nokia plan (RAML .xml) or as MML text for reading (.txt)."""
    from rfopt.files import write_whole
    from rfopt.plan_files import plan_files, read_names
    from rfopt.sites import read_network

    kind = form or ENDINGS.get(output.suffix.lower())
    if kind is None:
        raise click.UsageError(f"--to is missing and the ending says nothing, expected one of {', '.join(ENDINGS)}")
    network = read_network(network_path)
    names = read_names(names_file, network) if names_file else {}
    made = fitting(plan_file, network, names_file)
    write_whole(output, plan_files[kind](network, made, names))
    finish({"file": str(output), "format": kind, "changes": len(made)}, json_to)
    tell(json_to, quiet, [], [f"{output}"])


@plan.command()
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@NETWORK
@click.option("--case", "case_paths", multiple=True, type=click.Path(path_type=Path),
              help="Let no state on the way break a gate of this case; may be repeated.")  # fmt: skip
@click.option("--gates", "gate_file", type=click.Path(path_type=Path), help="What the cases must meet, a TOML file.")
@click.option("-o", "output", type=click.Path(path_type=Path), help="File for the plan in that order.")
@common
def order(
    plan_file: Path, network_path: Path, case_paths: tuple[Path, ...], gate_file: Path | None, output: Path | None,
    json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Find an order for PLAN in which no state on the way is faulty, and what must go in one transaction.

    Exit code 1 if the plan itself fails.
    """
    from rfopt.files import write_whole
    from rfopt.gate.order import order_text, safe_order
    from rfopt.network import plan_text
    from rfopt.sites import read_network
    from rfopt.words import say

    network = read_network(network_path)
    with progress(quiet or json_to == "-"):
        also = gates_of(network, case_paths, gate_file, seed) if case_paths else None
        found = safe_order(network, fitting(plan_file, network, None), also)
    finish(order_json(found), json_to)
    if found.whole:
        tell(json_to, False, [say("order.none", lang), *(f"✗ {why}" for why in found.whole)], [])
        sys.exit(FAILED)
    if output:
        write_whole(output, plan_text(tuple(change for step in found.transactions for change in step)))
    warn([] if found.sure else [say("order.unsure", lang)], lang, quiet, True)
    tell(json_to, False, order_text(found, lang).splitlines(), [f"{output}"] if output else [])


def change_lines(plan: Plan, lang: str) -> list[str]:
    """A plan for people, a line a change."""
    from rfopt.sentences import change_line

    return [change_line(change, lang) for change in plan]


def order_json(found: Order) -> dict[str, Any]:
    """An order as JSON."""
    steps = zip(found.transactions, found.because, strict=True)
    return {
        "schema": "rfopt.order/1",
        "transactions": [{"changes": [str(c) for c in step], "together_because": why or None} for step, why in steps],
        "every_order_tried": found.sure,
        "faults": list(found.whole),
    }


def fitting(path: Path, network: Network, names_file: Path | None) -> Plan:
    """A plan of any format that fits the network, or an InputError with file and line."""
    from rfopt.network import read_plan
    from rfopt.plan_files import read_names, read_plan_file
    from rfopt.sites.raml import is_raml

    if is_raml(path):
        return read_plan_file(path, network, read_names(names_file, network) if names_file else {}).plan
    return read_plan(path, network)


def gates_of(
    network: Network, case_paths: tuple[Path, ...], gate_file: Path | None, seed: int
) -> Callable[[Plan], list[str]]:
    """What gates on cases say of a part of a plan."""
    from rfopt.case import read_case
    from rfopt.gate.cases import simulate_plan
    from rfopt.gate.check import of_case
    from rfopt.gate.gates import default_gates, read_gates

    cases = [read_case(path) for path in case_paths]
    gates = read_gates(gate_file) if gate_file else default_gates()

    def failed(part: Plan) -> list[str]:
        rows = (row for case in cases for row in of_case(simulate_plan(case, network, part, seed), gates, "en"))
        return [f"{row['case']}: {row['gate']}: {row['text']}" for row in rows if not row["pass"]]

    return failed
