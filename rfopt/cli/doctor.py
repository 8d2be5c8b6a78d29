"""What is installed, what is missing, and whether it works."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, hint, paint, progress, tell

COLOURS = {"ok": "green", "missing": "yellow", "broken": "red"}
BROKEN = 1


@click.command(epilog="Exit codes: 0 rfopt works (extras may be missing), 1 something is broken, 2 bad usage.")
@click.option("--fast", is_flag=True, help="Do not run the example.")
@common
def doctor(fast: bool, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool) -> None:
    """Say what is installed, cached and missing, with the command that mends it, and run the example.

    \b
    rfopt doctor
    rfopt doctor --fast --json - | jq .works
    """
    from rfopt.installation import checks
    from rfopt.words import say

    with progress(quiet or json_to == "-", lang) as told:
        found = list(checks(None if fast else functools.partial(_diagnose_example, told)))
    works = all(check.state != "broken" for check in found)
    rows = [{"check": c.key.removeprefix("doctor."), "state": c.state, **c.blanks} for c in found]
    finish({"schema": "rfopt.doctor/1", "works": works, "checks": rows}, json_to)
    lines = [
        paint(say(f"doctor.state.{check.state}", lang), COLOURS[check.state])
        + "  "
        + say(check.key, lang, **check.blanks)
        for check in found
    ]
    verdict = say("doctor.works" if works else "doctor.broken", lang)
    tell(json_to, quiet, [*lines, ""], [verdict], hint(lang, "rfopt", "example", "here") if works else "")
    if not works:
        raise SystemExit(BROKEN)


def _diagnose_example(told: Callable[[str, float], None], folder: Path) -> int:
    """Write the example into a folder and diagnose it, as a user would; the number of findings."""
    from rfopt.case import read_case
    from rfopt.example import write_example
    from rfopt.recommendation import diagnose_case

    told("example", 0.0)
    _, found = diagnose_case(read_case(write_example(folder)), progress=told)
    return len(found.findings)
