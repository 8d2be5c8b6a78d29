"""The re-test: did the fix work?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, progress, tell, warn

if TYPE_CHECKING:
    from rfopt.case import Case
    from rfopt.comparison.retest import Comparison

WORSE = 1


@click.command(
    epilog="Exit codes: 0 not worse (fixed, better or no change shown), 1 worse, 2 bad input. "
    "--json tells fixed from better: .verdict.word"
)
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--network", type=click.Path(path_type=Path), help="Of bare logs: names their cells.")
@click.option("--wanted", multiple=True, metavar="CELL", help="Of bare logs: a cell meant to serve; may be repeated.")
@click.option(
    "--promised", type=click.Path(path_type=Path), help="recommendation.json, to see if its plan kept its word."
)
@click.option("-o", "output", type=click.Path(path_type=Path), help="Folder for comparison.html.")
@common
def compare(
    before: Path, after: Path, network: Path | None, wanted: tuple[str, ...], promised: Path | None,
    output: Path | None, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool,
) -> None:  # fmt: skip
    """Compare the walk test BEFORE a fix with the re-test AFTER it, room by room: fixed, better, no change, worse?

    BEFORE and AFTER are two case folders, or two logs of the same rooms.

    \b
    rfopt compare drive_tests/baohu_tianxia drive_tests/baohu_retest -o out
    rfopt compare before.csv after.csv --network site_configs/baohu_tianxia --wanted 宝湖天下NG2-5
    rfopt compare old new --promised out/recommendation.json    # did the plan keep its word?
    """
    from rfopt.comparison.promise import read_promise
    from rfopt.comparison.retest import compare_cases
    from rfopt.report import retest_json, write_retest

    promise = read_promise(promised) if promised else None
    old, new = _cases((before, after), network, wanted)
    with progress(quiet or json_to == "-", lang) as told:
        found = compare_cases(old, new, seed, promise, told)
    table = retest_json(found, lang)
    page = write_retest(found, output, lang) if output else None
    finish(table, json_to)
    warn(table["notes"], lang, quiet, verbose)
    tell(json_to, False, [found.verdict.word] if quiet else _lines(found, lang), [f"{page}"] if page else [])
    if found.verdict.word == "worse":
        raise SystemExit(WORSE)


def _cases(paths: tuple[Path, Path], network: Path | None, wanted: tuple[str, ...]) -> list[Case]:
    from rfopt.case import read_case
    from rfopt.comparison.retest import with_network
    from rfopt.sites import read_network

    cases = [read_case(path) for path in paths]
    if network is None:
        if wanted:
            raise click.UsageError("--wanted names cells of a network, expected --network too")
        return cases
    if all(case.network is not None for case in cases):
        raise click.UsageError("--network is for bare logs, but both cases name their own")
    tables = read_network(network)
    return [with_network(case, tables, wanted, network) for case in cases]


def _lines(found: Comparison, lang: str) -> list[str]:
    from rfopt.report.retest import promise_texts, table_rows, verdict_text, warning_texts
    from rfopt.words import columns, say

    out = [verdict_text(found, lang), ""]
    out += columns(table_rows(found, lang))
    out += ["", say("compare.rooms.line", lang, rooms=say("report.comma", lang).join(found.rooms))]
    out += [f"! {text}" for text in warning_texts(found, lang)]
    return out + promise_texts(found, lang)
