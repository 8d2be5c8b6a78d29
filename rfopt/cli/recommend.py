"""What to change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rfopt.cli.options import common
from rfopt.cli.output import finding_lines, finish, progress, tell, warn

if TYPE_CHECKING:
    from rfopt.recommendation import Recommendation


@click.command()
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
@click.option(
    "--export", "formats", multiple=True, metavar="FORMAT",
    help="Further files into the folder: xlsx, kml, docx, or all; may be repeated.",
)  # fmt: skip
@common
def recommend(
    case: Path, output: Path | None, others: tuple[Path, ...], formats: tuple[str, ...],
    json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Diagnose CASE, rank the fixes and write the plan and the report.

    \b
    rfopt recommend drive_tests/baohu_tianxia -o out
    rfopt recommend drive_tests/baohu_tianxia -o out --export xlsx,docx
    rfopt recommend drive_tests/baohu_tianxia --json - | jq .plan
    """
    from rfopt.case import read_case
    from rfopt.exports import asked_for, write_exports
    from rfopt.network import read_plan
    from rfopt.recommendation import needed_network
    from rfopt.recommendation import recommend as run
    from rfopt.report import recommendation_json
    from rfopt.report.folder import write_results

    chosen = asked_for(formats, "recommendation")
    if chosen and output is None:
        raise click.UsageError("--export writes into a folder, expected -o DIR too")
    read = read_case(case)
    plans = {path.stem: read_plan(path, needed_network(read)) for path in others}
    with progress(quiet or json_to == "-", lang) as told:
        result = run(read, seed, plans, told)
    table = recommendation_json(result, lang)
    report = write_results(result, table, output, lang) if output else None
    beside = write_exports(chosen, result, output, lang) if output else []
    finish(table, json_to)
    warn(table["warnings"], lang, quiet, verbose)
    tell(
        json_to,
        quiet,
        [*finding_lines(table, lang), "", *plan_lines(result, lang)],
        [f"{path}" for path in (report, *beside) if path],
        _next(case, output, result, lang),
    )


def _next(case: Path, output: Path | None, result: Recommendation, lang: str) -> str:
    """What to do next: write the plan, or after it is carried out compare the re-test."""
    from rfopt.cli.output import hint

    if output is None:
        return hint(lang, "rfopt", "recommend", case, "-o", "out")
    promised = output / "recommendation.json"
    return hint(lang, "rfopt", "compare", case, "RETEST", "--promised", promised) if result.steps else ""


def plan_lines(result: Recommendation, lang: str) -> list[str]:
    """The plan, a line a change, with what it gains; or why there is none."""
    from rfopt.report.bars import parts_of_plan
    from rfopt.report.verdict import kind_of, restore_text
    from rfopt.sentences import change_line
    from rfopt.words import in_words, say

    if not result.steps:
        return [say(f"no_plan.{kind_of(result)}", lang)]
    head = say("cli.plan", lang, before=result.score_before.objective, after=result.score_after.objective)
    parts = parts_of_plan(result)
    shared = any(len(part) > 1 for part in parts)
    lines = [
        f"  {step.gain:+.3f}{'*' if len(part) > 1 else ' ' if shared else ''}  {change_line(step.change, lang)}"
        for part in parts
        for _, step in part
    ]
    last = [f"  {say('cli.together', lang)}"] if shared else []
    restore = restore_text(result, lang)
    given_up = [f"  {in_words(loss.sentence(), lang)}" for loss in result.given_up]
    return [head, *lines, *last, *given_up, *([restore] if restore else [])]
