"""Words to calls: the command line, and the only place that prints.

Science packages are imported inside the commands, so that help answers at once.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rfopt import __version__
from rfopt.errors import InputError, did_you_mean, printable

if TYPE_CHECKING:
    from rfopt.network import Plan
    from rfopt.recommend import Recommendation

BAD_INPUT = 2


class Group(click.Group):
    """Commands in the order they are used, with a suggestion for a mistyped one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order they were added."""
        return list(self.commands)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command of a word; an unknown word is refused with the nearest known one."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            near = did_you_mean(args[0], self.commands) or f"; expected one of {', '.join(self.commands)}"
            raise click.UsageError(f"no command '{printable(args[0])}'{near}")
        return super().resolve_command(ctx, args)


def common(function: Callable[..., None]) -> Callable[..., None]:
    """Options that every command takes."""
    options = (
        click.option("--json", "json_to", metavar="FILE", help="Write the result as JSON; - for standard output."),
        click.option(
            "--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1), help="Seed of all chance."
        ),
        click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language."),
        click.option("-q", "--quiet", is_flag=True, help="Print the result only."),
        click.option("-v", "--verbose", is_flag=True, help="Print warnings and defaults taken."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@click.group(cls=Group, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """From a walk test in a high-rise flat to a parameter change plan, for 2G and 4G.

    \b
    rfopt example here                                     a case to start with
    rfopt diagnose here/drive_tests/baohu_tianxia          what is wrong
    rfopt recommend here/drive_tests/baohu_tianxia -o out  what to change
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@common
def example(folder: Path, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool) -> None:
    """Write the Baohu Tianxia case and its network into FOLDER."""
    from rfopt.example import write_example

    case = write_example(folder, seed)
    finish({"case": str(case)}, json_to)
    tell(json_to, quiet, [f"{case}"], [hint(lang, "recommend", f"rfopt recommend {case} -o {folder / 'out'}")])


@cli.command()
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


@cli.command()
@click.argument("case", type=click.Path(path_type=Path))
@common
def diagnose(case: Path, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool) -> None:
    """Say what is wrong in CASE, with the evidence. CASE is a folder with case.toml, or a single log."""
    from rfopt.case import read_case
    from rfopt.diagnose import diagnose_log
    from rfopt.recommend import diagnose_case
    from rfopt.report import diagnosis_json, log_only_json

    read = read_case(case)
    if read.network is None:
        table = log_only_json(read, diagnose_log(read), seed, lang)
    else:
        with progress(quiet or json_to == "-") as told:
            evidence, found = diagnose_case(read, seed, told)
        table = diagnosis_json(evidence, found, seed, lang)
    finish(table, json_to)
    warn(table["warnings"], lang, quiet, verbose)
    tell(
        json_to,
        quiet,
        finding_lines(table),
        [hint(lang, "recommend", f"rfopt recommend {case}")] if read.network else [],
    )


@cli.command()
@click.argument("case", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path),
    help="Folder for report.html, plan.csv, rollback.csv, recommendation.json.",
)
@click.option(
    "--compare",
    "others",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A plan.csv to score beside; may be repeated.",
)
@common
def recommend(
    case: Path, output: Path | None, others: tuple[Path, ...], json_to: str | None, seed: int, lang: str, quiet: bool,
    verbose: bool,
) -> None:  # fmt: skip
    """Diagnose CASE, rank the fixes and write the plan and the report.

    \b
    rfopt recommend drive_tests/baohu_tianxia -o out
    rfopt recommend drive_tests/baohu_tianxia --json - | jq .plan
    """
    from rfopt.case import read_case
    from rfopt.network import read_plan
    from rfopt.recommend import needed_network
    from rfopt.recommend import recommend as run
    from rfopt.report import recommendation_json

    read = read_case(case)
    plans = {path.stem: read_plan(path, needed_network(read)) for path in others}
    with progress(quiet or json_to == "-") as told:
        result = run(read, seed, plans, told)
    table = recommendation_json(result, lang)
    report = write_results(result, table, output, lang) if output else None
    finish(table, json_to)
    warn(table["warnings"], lang, quiet, verbose)
    tell(json_to, quiet, [*finding_lines(table), "", *plan_lines(result, lang)], [f"{report}"] if report else [])


@cli.command()
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


def write_results(result: Recommendation, table: dict[str, Any], folder: Path, lang: str) -> Path:
    """The plan, its rollback, the JSON and the report; returns the report's path."""
    from rfopt.files import write_whole
    from rfopt.network import plan_text, rollback
    from rfopt.report import write_report

    write_whole(folder / "plan.csv", plan_text(result.plan))
    write_whole(folder / "rollback.csv", plan_text(rollback(result.evidence.network, result.plan)))
    write_whole(folder / "recommendation.json", as_text(table))
    return write_report(result, folder, lang)


def finding_lines(table: dict[str, Any]) -> list[str]:
    """Findings, a line each, worst first."""
    return [f"{f['severity']:.2f}  {f['text']}" for f in table["diagnosis"]] or ["–"]


def plan_lines(result: Recommendation, lang: str) -> list[str]:
    """The plan, a line a change, with what it gains."""
    from rfopt.words import say

    if not result.steps:
        return [say("cli.no_plan", lang)]
    head = say("cli.plan", lang, before=result.score_before.objective, after=result.score_after.objective)
    return [head, *(f"  {step.gain:+.3f}  {step.change}" for step in result.steps)]


def figure_lines(kpis: dict[str, Any], lang: str) -> list[str]:
    """Key figures, a line each: measured, before, after."""
    from rfopt.words import say

    lines = [f"{'':34}{say('cli.measured', lang):>12}{say('cli.before', lang):>12}{say('cli.after', lang):>12}"]
    for name, before in kpis["before"].items():
        values = (kpis["measured"].get(name), before, kpis["after"].get(name))
        lines.append(f"{name:34}" + "".join(f"{'–' if v is None else f'{v:.3f}':>12}" for v in values))
    return lines


def hint(lang: str, key: str, command: str) -> str:
    """The next command to type."""
    from rfopt.words import say

    return f"{say('cli.next', lang)} {command}"


def as_text(table: Any) -> str:
    """JSON as it is written: readable, in order, the same every time."""
    return json.dumps(table, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def finish(table: Any, json_to: str | None) -> None:
    """Write the JSON where it was asked for."""
    if json_to == "-":
        click.echo(as_text(table), nl=False)
    elif json_to:
        from rfopt.files import write_whole

        write_whole(Path(json_to), as_text(table))


def tell(json_to: str | None, quiet: bool, lines: list[str], last: list[str]) -> None:
    """Print for people, unless the JSON has standard output; `last` is the result that `-q` keeps."""
    if json_to == "-":
        return
    for line in ([] if quiet else lines) + last:
        click.echo(line)


def warn(notes: list[str], lang: str, quiet: bool, verbose: bool) -> None:
    """Warnings to standard error: all with -v, their number otherwise, none with -q."""
    if quiet or not notes:
        return
    from rfopt.words import say

    for note in notes if verbose else [say("cli.notes", lang, count=len(notes))]:
        click.echo(f"note: {note}", err=True)


class progress:  # noqa: N801  a context manager that reads as a verb
    """A bar on standard error while long work runs, only on a terminal and only past the first half second."""

    def __init__(self, off: bool):
        self.off = off or not sys.stderr.isatty()
        self.started = time.monotonic()

    def __enter__(self) -> Callable[[str, float], None]:
        return self.told

    def told(self, stage: str, share: float) -> None:
        """Draw the stage and the share done."""
        if self.off or time.monotonic() - self.started < 0.5:
            return
        width = 30
        bar = "█" * round(width * share) + "·" * (width - round(width * share))
        sys.stderr.write(f"\r{stage:10} {bar} {share:4.0%}")
        sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        if not self.off:
            sys.stderr.write("\r" + " " * 50 + "\r")


def main() -> None:
    """Run a command; bad input is one line on standard error and exit code 2."""
    try:
        cli(standalone_mode=False)
    except InputError as error:
        fail(str(error))
    except click.ClickException as error:
        fail(" ".join(error.format_message().split()))
    except click.Abort:
        fail("interrupted")
    except BrokenPipeError:
        sys.exit(0)


def fail(message: str) -> None:
    """One line and exit code 2."""
    click.echo(f"error: {message}", err=True)
    sys.exit(BAD_INPUT)
