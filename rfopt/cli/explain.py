"""What a rule, a key figure, an audit, a gate or a parameter is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from rfopt.cli.options import common
from rfopt.cli.output import finish, hint, tell

if TYPE_CHECKING:
    from rfopt.reference import Entry

NUMBERS = ("target", "fail")


def _begun(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """Names that begin so, for the shell."""
    from rfopt.reference import entries

    return sorted({entry.name for entry in entries() if entry.name.startswith(begun)})


@click.command()
@click.argument("name", required=False, metavar="[NAME]", shell_complete=_begun)
@common
def explain(name: str | None, json_to: str | None, seed: int, lang: str, quiet: bool, verbose: bool) -> None:
    """Say what NAME is, a rule, parameter, key figure, audit or gate: definition, range, unit, default, where it comes
    from.

    Without a name, list all of them.

    \b
    rfopt explain penalty_time_s
    rfopt explain pingpong_handover --lang zh
    rfopt explain | grep reselect
    """
    from rfopt.reference import entries, find

    if name is None:
        table = {"schema": "rfopt.reference/1", "entries": [_json(entry, lang) for entry in entries()]}
        finish(table, json_to)
        tell(json_to, quiet, [], list(_listed(lang)), hint(lang, "rfopt", "explain", "penalty_time_s"))
        return
    found = find(name)
    finish({"schema": "rfopt.reference/1", "entries": [_json(entry, lang) for entry in found]}, json_to)
    tell(json_to, quiet, [], [line for entry in found for line in (*_lines(entry, lang), "")][:-1])


def _listed(lang: str) -> Iterator[str]:
    from rfopt.reference import entries
    from rfopt.words import columns, say

    for kind in ("rule", "kpi", "audit", "gate", "parameter"):
        yield say(f"explain.kind.{kind}", lang)
        of_kind = [entry for entry in entries() if entry.kind == kind]
        rows = {entry.name: ["  " + entry.name, entry.label(lang) or entry.told(lang)] for entry in of_kind}
        yield from columns(list(rows.values()), left=2)
        yield ""


def _json(entry: Entry, lang: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "kind": entry.kind,
        "name": entry.name,
        "label": entry.label(lang),
        "definition": entry.told(lang),
    }
    row |= {"source": entry.source, **entry.facts}
    if entry.column is not None:
        column = entry.column
        row |= {"table": f"{entry.table}.csv", "unit": column.unit, "default": column.default, "range": column.range}
        row |= {"affects": list(column.affects), "needs_crew": column.visit, "needed": column.need}
    return row


def _lines(entry: Entry, lang: str) -> Iterator[str]:
    from rfopt.words import columns, say

    label = entry.label(lang)
    yield f"{entry.name} · {say(f'explain.one.{entry.kind}', lang)}" + (f" · {label}" if label else "")
    yield f"  {entry.told(lang)}"
    rows = [[f"  {say(f'explain.{key}', lang)}", text] for key, text in _facts(entry, lang) if text]
    yield from columns(rows, left=2)


def _facts(entry: Entry, lang: str) -> Iterator[tuple[str, str]]:
    """Key of the catalogue and text of each fact."""
    facts = entry.facts
    if entry.kind == "kpi":
        yield "unit", _unit(str(facts["unit"]), lang)
        yield "target", _aim(facts, lang)
        yield "weight", f"{facts['weight']:.0%}" if facts.get("weight") else ""
        yield "machine", _words([str(facts["of"])], lang)
    elif facts:
        yield "thresholds", ", ".join(f"{name} = {_limit(value)}" for name, value in facts.items())
    if entry.column is not None:
        yield from _column_facts(entry, lang)
    yield "source", entry.source


def _limit(value: Any) -> str:
    """A number, several, a word, or any of them by what it is for."""
    if isinstance(value, dict):
        return " / ".join(f"{name} {_limit(one)}" for name, one in value.items())
    if isinstance(value, tuple):
        return "…".join(map(_limit, value))
    return str(value) if isinstance(value, str) else f"{value:g}"


def _column_facts(entry: Entry, lang: str) -> Iterator[tuple[str, str]]:
    from rfopt.words import range_in_words, say

    column = entry.column
    if column is None:
        return
    yield "table", f"{entry.table}.csv"
    yield "unit", _unit(column.unit, lang)
    yield "range", range_in_words(column.range, lang, column.type == "choice")
    yield "default", column.default.replace("=", " = ").replace("  ", " ") or say("explain.no_default", lang)
    yield "affects", _words(column.affects, lang)
    if column.affects:
        yield "who", say("explain.crew" if column.visit else "explain.remote", lang)


def _aim(facts: dict[str, Any], lang: str) -> str:
    from rfopt.words import say

    if "target" not in facts:
        return say("explain.no_target", lang)
    sign = "≥" if facts["target"] > facts["fail"] else "≤"
    return say("explain.aim", lang, sign=sign, **{name: f"{facts[name]:g}" for name in NUMBERS})


def _unit(unit: str, lang: str) -> str:
    from rfopt.words import say

    return say("explain.share", lang) if unit == "share" else unit


def _words(machines: list[str] | tuple[str, ...], lang: str) -> str:
    from rfopt.words import catalogue, say

    return ", ".join(say(f"explain.of.{m}", lang) if f"explain.of.{m}" in catalogue() else m for m in machines)
