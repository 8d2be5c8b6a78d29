"""For people at a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rfopt.sentences import figure_label
from rfopt.verdicts import clean, failed, figure_values, interval_text, judged_cases, lines_of, outside_note, verdicts
from rfopt.words import columns, say

MOST_NOTES = 20


@verdicts
def text(table: Mapping[str, Any], lang: str) -> str:
    """The verdict, faults with their lines, gates that fail, key figures, notes."""
    audits = sum(gate["gate"].startswith("audit: ") for gate in table["gates"])
    head = say("check.passed" if table["pass"] else "check.failed", lang, plan=clean(table["plan"]))
    counts = say("check.counts", lang, changes=table["changes"], audits=audits, gates=len(table["gates"]) - audits)
    lines = [f"{head} {counts}"]
    lines += [f"✗ {clean(table['plan'])}:{lines_of(f)}: [{f['audit']}] {clean(f['text'])}" for f in table["faults"]]
    lines += [f"✗ {_of_case(gate)}{clean(gate['text'])} [{clean(gate['gate'])}]" for gate in failed(table)]
    lines += _figures(table, lang)
    notes = [f"  {clean(f['text'])}" for f in table["notes"]]
    if notes:
        lines += ["", say("check.notes", lang), *notes[:MOST_NOTES]]
        lines += [f"  … +{len(notes) - MOST_NOTES}"] * (len(notes) > MOST_NOTES)
    return "\n".join(lines) + "\n"


def _of_case(gate: Mapping[str, Any]) -> str:
    return f"{clean(gate['case'])}: " if gate.get("case") else ""


def _figures(table: Mapping[str, Any], lang: str) -> list[str]:
    """A table a case."""
    cases: dict[str, list[list[str]]] = {}
    head = [say(f"cli.{when}", lang) for when in ("before", "after")]
    for case, name, before, after, span in judged_cases(table):
        rows = cases.setdefault(case, [[clean(case), *head, say("show.column.interval", lang)]])
        values = figure_values(name, before, after, span)
        rows.append([f"  {figure_label(name, lang)}", *values, interval_text(name, span)])
    lines = [line for rows in cases.values() for line in ("", *columns(rows))]
    return [*lines, *outside_note(table, lang)]
