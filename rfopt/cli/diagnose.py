"""What is wrong."""

from __future__ import annotations

from pathlib import Path

import click

from rfopt.cli.options import common
from rfopt.cli.output import finding_lines, finish, hint, progress, tell, warn


@click.command()
@click.argument("case", type=click.Path(path_type=Path))
@common
def diagnose(case: Path, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool) -> None:
    """Say what is wrong in CASE, with the evidence. CASE is a folder with case.toml, or a single log.

    \b
    rfopt diagnose drive_tests/baohu_tianxia
    rfopt diagnose walk.csv                     # without a network: what the log alone shows
    rfopt diagnose drive_tests/baohu_tianxia --json - | jq '.diagnosis[0]'
    """
    from rfopt.case import read_case
    from rfopt.diagnosis import diagnose_log
    from rfopt.recommendation import diagnose_case
    from rfopt.report import diagnosis_json, log_only_json

    read = read_case(case)
    if read.network is None:
        table = log_only_json(read, diagnose_log(read), seed, lang)
    else:
        with progress(quiet or json_to == "-", lang) as told:
            evidence, found = diagnose_case(read, seed, told)
        table = diagnosis_json(evidence, found, seed, lang)
    finish(table, json_to)
    warn(table["warnings"], lang, quiet, verbose)
    after = hint(lang, "rfopt", "recommend", case, "-o", "out") if read.network else ""
    tell(json_to, quiet, [], finding_lines(table, lang), after)
