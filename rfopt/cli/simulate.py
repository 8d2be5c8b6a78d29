"""Key figures without or with a plan; a log against the machines; why a phone did what it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, hint, progress, tell, warn

if TYPE_CHECKING:
    from rfopt.case import Case
    from rfopt.network import Plan

OWN_LOGS = "-"
"""What `--replay` stands for without a log: the logs of the case."""


@click.command()
@click.argument("case", type=click.Path(path_type=Path), required=False)
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="A plan.csv to apply first.")
@click.option(
    "--replay", "log_file", metavar="[LOG]", is_flag=False, flag_value=OWN_LOGS,
    help="Drive the machines with the levels of LOG, or of CASE's own logs, and compare with what the phone did.",
)  # fmt: skip
@click.option(
    "--why", metavar="TIME", help="Say why the phone moved or stayed at TIME: 12:03:07, seconds from the start, or ISO."
)
@common
def simulate(
    case: Path | None,
    plan_file: Path | None,
    log_file: str | None,
    why: str | None,
    json_to: str | None,
    seed: int,
    lang: str,
    quiet: bool,
    verbose: bool,
) -> None:
    """Replay CASE on simulated fading and print its key figures, without or with a plan.

    With --replay or --why the levels are the log's own; CASE may then be a single log, with or without a network.

    \b
    rfopt simulate drive_tests/baohu_tianxia --plan out/plan.csv
    rfopt simulate drive_tests/baohu_tianxia --replay
    rfopt simulate drive_tests/baohu_tianxia --why 292
    """
    if case is None and log_file in (None, OWN_LOGS):
        raise click.UsageError("Missing argument 'CASE'.")
    if log_file is not None or why is not None:
        if plan_file is not None:
            raise click.UsageError("--plan changes levels and parameters, --replay and --why take the log as it is")
        _replay(_case_to_replay(case, log_file), why, json_to, seed, lang, quiet, verbose)
        return
    from rfopt.case import read_case
    from rfopt.network import read_plan
    from rfopt.recommendation import needed_network
    from rfopt.simulation import simulate_case

    read = read_case(case or Path())
    plan: Plan = read_plan(plan_file, needed_network(read)) if plan_file else ()
    with progress(quiet or json_to == "-", lang) as told:
        table = simulate_case(read, plan, seed, told)
    finish(table, json_to)
    warn(table["warnings"], lang, quiet, verbose)
    after = "" if plan_file else hint(lang, "rfopt", "recommend", case, "-o", "out")
    tell(json_to, quiet, [], figure_lines(table["kpis"], lang), after)


def figure_lines(kpis: dict[str, Any], lang: str) -> list[str]:
    """Key figures, a line each: measured, before, after."""
    from rfopt.sentences import figure_label, figure_value
    from rfopt.words import columns, say

    rows = [["", *(say(f"cli.{name}", lang) for name in ("measured", "before", "after"))]]
    for name in kpis["before"]:
        values = [kpis[when].get(name) for when in ("measured", "before", "after")]
        rows.append([figure_label(name, lang), *(figure_value(name, value) for value in values)])
    return columns(rows)


def _case_to_replay(case: Path | None, log_file: str | None) -> Case:
    """The case, with a log in place of its own where one is named; a log alone is a case without a network."""
    from rfopt.case import read_case

    named = None if log_file in (None, OWN_LOGS) else Path(str(log_file))
    if case is None or named is None:
        return read_case(case or named or Path())
    read, log = read_case(case), read_case(named)
    return replace(read, readings=log.readings, notes=(*read.notes, *log.notes[:-1]))


def _replay(read: Case, why: str | None, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool) -> None:
    from rfopt.explaining import explain_case, explanation_json
    from rfopt.replaying import logged_case, replay_case

    log = logged_case(read)
    if why is not None:
        found = explain_case(log, why)
        table = explanation_json(log, why, found, lang)
        lines = [one["text"] for one in table["answers"]]
    else:
        table = replay_case(log, seed)
        lines = list(replay_lines(table["modes"], lang))
    finish(table, json_to)
    warn(table["warnings"], lang, quiet, verbose)
    tell(json_to, quiet, [], lines)


def replay_lines(modes: dict[str, Any], lang: str) -> Iterator[str]:
    """The comparison: a table for each mode."""
    from rfopt.mobility.agreement import BLOCK_S, WINDOW_S
    from rfopt.words import say

    for name, mode in modes.items():
        yield say(
            "cli.replay.mode", lang, mode=say(f"why.mode.{name}", lang), minutes=f"{mode['minutes']:.1f}",
            pieces=mode["pieces"], events=mode["phone_events"],
        )  # fmt: skip
        if mode["unreported_targets"]:
            yield "  " + say("cli.replay.unreported", lang, count=mode["unreported_targets"])
        if mode["accounts"] is None:
            yield "  " + say("cli.replay.nobody", lang)
            continue
        if mode["fit"]:
            yield "  " + _fit_line(mode["fit"], lang)
        yield from _account_lines(mode["accounts"], lang)
    if any(mode["accounts"] for mode in modes.values()):
        yield say("cli.replay.window", lang, window=WINDOW_S, block=BLOCK_S)


def _fit_line(fit: dict[str, Any], lang: str) -> str:
    from rfopt.words import say

    values = ", ".join(
        f"{one['parameter']}{' ' + one['cell'] if one['cell'] else ''} {one['default']:g} → {one['value']:g}"
        for one in fit["parameters"]
    )
    first, rest = f"{fit['first_minutes']:.1f}", f"{fit['rest_minutes']:.1f}"
    return say("cli.replay.fit", lang, first=first, rest=rest, values=values)


def _account_lines(accounts: dict[str, Any], lang: str) -> Iterator[str]:
    from rfopt.words import columns, say

    names = ("same", "matched", "near", "missed", "invented", "score")
    rows = [[say("cli.replay.account", lang), *(say(f"cli.replay.{name}", lang) for name in names)]]
    for name, found in accounts.items():
        span = found.get("interval", {})
        rows.append(
            [
                say(f"cli.replay.{name}", lang),
                _with_span(found["same_share"], span.get("same_share")),
                *(str(found[key]) for key in names[1:5]),
                _with_span(found["event_score"], span.get("event_score")),
            ]
        )
    yield from (f"  {line}" for line in columns(rows, left=len(names) + 1))


def _with_span(value: float | None, span: list[float | None] | None) -> str:
    if value is None:
        return "–"
    if not span or None in span:
        return f"{value:.3f}"
    return f"{value:.3f} [{span[0]:.3f}, {span[1]:.3f}]"
