"""SARIF 2.1.0 (OASIS): faults beside the lines of the plan, for code scanning."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from rfopt.files import as_json
from rfopt.verdicts import clean, failed, named, verdicts

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
GATE = "gate"


@verdicts
def sarif(table: Mapping[str, Any], lang: str) -> str:  # noqa: ARG001
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
        "rules": [{"id": name, "shortDescription": {"text": name.replace("_", " ")}} for name in rules],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(
    rules: list[str], rule: str, level: str, text: str, table: Mapping[str, Any], lines: list[int]
) -> dict[str, Any]:
    uri = quote(PurePath(table["plan"]).as_posix())
    places = [
        {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}} for line in lines or [1]
    ]
    return {
        "ruleId": rule, "ruleIndex": rules.index(rule), "level": level, "message": {"text": clean(text)},
        "locations": places,
    }  # fmt: skip
