"""GitHub workflow commands: annotations on the lines of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rfopt.verdicts import clean, failed, named, verdicts
from rfopt.words import say


@verdicts
def github(table: Mapping[str, Any], lang: str) -> str:
    """An error a fault and a gate that fails, a notice a note, and the verdict in a last line."""
    lines = [
        *(_command("error", table, f["lines"], f["audit"], f["text"]) for f in table["faults"]),
        *(_command("error", table, [], named(gate), gate["text"]) for gate in failed(table)),
        *(_command("notice", table, f["lines"], f["audit"], f["text"]) for f in table["notes"]),
        say("check.passed" if table["pass"] else "check.failed", lang, plan=clean(table["plan"])),
    ]
    return "\n".join(lines) + "\n"


def _command(level: str, table: Mapping[str, Any], lines: list[int], title: str, text: str) -> str:
    properties = {"file": table["plan"], "line": str(lines[0] if lines else 1), "title": title}
    named_values = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {named_values}::{_message(text)}"


def _message(text: str) -> str:
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
