"""SARIF 2.1.0 (OASIS): faults beside the lines of the plan, for code scanning."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rfopt.files import as_json
from rfopt.verdicts import clean, failed, named, verdicts
from rfopt.words import say

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
GATE = "gate"


@verdicts
def sarif(table: Mapping[str, Any], lang: str) -> str:
    """Faults as errors, notes as notes, gates that fail as errors of the whole file."""
    rules = [gate["gate"].removeprefix("audit: ") for gate in table["gates"] if gate["gate"].startswith("audit: ")] + [
        GATE
    ]
    results = [
        *(_result(rules, f["audit"], "error", f["text"], table, f["lines"]) for f in table["faults"]),
        *(_result(rules, f["audit"], "note", f["text"], table, f["lines"]) for f in table["notes"]),
        *(_result(rules, GATE, "error", f"{named(gate)}: {gate['text']}", table, []) for gate in failed(table)),
    ]
    driver = {
        "name": "rfopt",
        "version": table["version"],
        "rules": [_rule(name, lang) for name in rules],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(name: str, lang: str) -> dict[str, Any]:
    """What an audit looks for, for whoever has never heard of it; a gate is one of a case."""
    short, long = (
        ("gate.gate", "definition.gate.gate") if name == GATE else (f"audit.{name}.name", f"definition.audit.{name}")
    )
    return {
        "id": name, "shortDescription": {"text": say(short, lang)}, "fullDescription": {"text": say(long, lang)},
        "help": {"text": "docs/gate.md" if name == GATE else f"rfopt explain {name}"},
    }  # fmt: skip


def _uri(plan: str) -> str:
    """The plan's address, relative to where the check ran: code scanning runs it in the root of a repository."""
    path = Path(plan)
    if path.is_absolute():
        here = Path.cwd()
        return quote(path.relative_to(here).as_posix()) if path.is_relative_to(here) else path.as_uri()
    return quote(path.as_posix())


def _result(
    rules: list[str], rule: str, level: str, text: str, table: Mapping[str, Any], lines: list[int]
) -> dict[str, Any]:
    uri = _uri(table["plan"])
    places = [
        {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}} for line in lines or [1]
    ]
    return {
        "ruleId": rule, "ruleIndex": rules.index(rule), "level": level, "message": {"text": clean(text)},
        "locations": places,
    }  # fmt: skip
