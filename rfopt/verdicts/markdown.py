"""Markdown for a merge request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rfopt.sentences import figure_label
from rfopt.verdicts import (
    clean,
    failed,
    figure_values,
    interval_text,
    judged_cases,
    lines_of,
    named,
    outside_note,
    verdicts,
)
from rfopt.words import say

MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&$@:])")
MOST_NOTES = 20


@verdicts
def markdown(table: Mapping[str, Any], lang: str) -> str:
    """The verdict, a table of faults, gates that fail and key figures; notes folded away."""
    sign = "✅" if table["pass"] else "❌"
    lines = [
        f"## {sign} {escaped(say('check.passed' if table['pass'] else 'check.failed', lang, plan=table['plan']))}",
        "",
    ]
    if table["faults"]:
        lines += _table([say(f"check.head.{name}", lang) for name in ("line", "audit", "text")],
                        [(lines_of(f), f["audit"], f["text"]) for f in table["faults"]])  # fmt: skip
    if failed(table):
        lines += _table([say(f"check.head.{name}", lang) for name in ("gate", "text")],
                        [(named(gate), gate["text"]) for gate in failed(table)])  # fmt: skip
    figures = list(judged_cases(table))
    if figures:
        head = [
            say("check.head.case", lang),
            say("check.head.figure", lang),
            say("cli.before", lang),
            say("cli.after", lang),
            say("show.column.interval", lang),
        ]
        lines += _table(head, [_figure(*row, lang) for row in figures])
        lines += [text for note in outside_note(table, lang) for text in (note, "")]
    if table["notes"]:
        lines += [f"<details><summary>{say('check.notes', lang)} ({len(table['notes'])})</summary>", ""]
        lines += [f"- {escaped(f['text'])}" for f in table["notes"][:MOST_NOTES]] + ["", "</details>", ""]
    return "\n".join(lines)


def escaped(text: object) -> str:
    """Text that Markdown and HTML show as it stands.

    >>> print(escaped("a|b <i>"))
    a\\|b \\<i\\>
    """
    return MARKS.sub(r"\\\1", clean(text))


def _table(head: list[str], rows: list[tuple[str, ...]]) -> list[str]:
    drawn = ["| " + " | ".join(escaped(value) for value in row) + " |" for row in [tuple(head), *rows]]
    return [drawn[0], "|" + " --- |" * len(head), *drawn[1:], ""]


def _figure(case: str, name: str, before: Any, after: Any, span: Any, lang: str) -> tuple[str, ...]:
    return case, figure_label(name, lang), *figure_values(name, before, after, span), interval_text(name, span)
