"""How a verdict on a plan is written, one format per file.

Contract of the shelf: each entry is ``name(table: Mapping[str, Any], lang: str) -> str``: the table of
`rfopt.gate.check.check` as the text of a file, the same every time. Names in it come from users and are escaped as the
format wants it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rfopt.registry import Shelf
from rfopt.sentences import OUTSIDE, figure_value, outside
from rfopt.words import say

verdicts = Shelf("rfopt.verdicts")


def clean(text: object) -> str:
    """One line without control characters, and without what turns the direction of writing.

    >>> clean("a\\u202eb\\nc")
    'a\ufffdb\ufffdc'
    """
    return "".join(c if c.isprintable() else "\ufffd" for c in str(text))


def failed(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The gates that fail, those that are no audits: audits are told by their faults."""
    return [gate for gate in table["gates"] if not gate["pass"] and not gate["gate"].startswith("audit: ")]


def named(gate: Mapping[str, Any]) -> str:
    """A gate with the case it is of."""
    return clean(f"{gate['case']}: {gate['gate']}" if gate.get("case") else gate["gate"])


def lines_of(fault: Mapping[str, Any]) -> str:
    """The lines of a plan that a fault is on."""
    return ",".join(str(line) for line in fault["lines"])


def interval_text(name: str, span: Sequence[float | None] | None) -> str:
    """The interval of a figure in the unit of its label; '' where it is not known.

    >>> interval_text("ci_p10_db", [16.155, 21.705])
    '16.2 … 21.7'
    """
    return " … ".join(figure_value(name, end) for end in span) if span and None not in span else ""


def figure_values(
    name: str, before: float | None, after: float | None, span: Sequence[float | None] | None
) -> list[str]:
    """A figure before and after; a value after the plan that lies outside of its interval is marked.

    >>> figure_values("ci_p10_db", 11.3, 22.5, [16.155, 21.705])
    ['11.3', '22.5†']
    """
    mark = OUTSIDE if outside(name, after, span) else ""
    return [figure_value(name, before), figure_value(name, after) + mark]


def outside_note(table: Mapping[str, Any], lang: str) -> list[str]:
    """What the mark of `figure_values` means, where it stands somewhere."""
    marked = any(outside(name, after, span) for _, name, _, after, span in judged_cases(table))
    return [say("show.outside", lang)] if marked else []


def judged_cases(table: Mapping[str, Any]) -> Iterable[tuple[str, str, Any, Any, Any]]:
    """Case, figure, before, after and interval, for every figure that a case can give."""
    for case in table["cases"]:
        kpis = case["kpis"]
        for name, after in kpis["after"].items():
            if after is not None:
                yield case["case"], name, kpis["before"].get(name), after, kpis["interval"].get(name)
