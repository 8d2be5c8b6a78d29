"""A verdict on a plan: what fails and why, what else was noticed, and the figures of each case."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from rfopt.gate.verdict import Verdict
from rfopt.showing.figures import figures_table
from rfopt.showing.pieces import line, small, table, title
from rfopt.words import say


def verdict_html(verdict: Verdict, lang: str) -> Markup:
    """Passed or not, the audits and gates that fail, notes and figures."""
    found = verdict.table
    audits = sum(gate["gate"].startswith("audit: ") for gate in found["gates"])
    head = say("check.passed" if verdict.passed else "check.failed", lang, plan=found["plan"])
    counts = say("check.counts", lang, changes=found["changes"], audits=audits, gates=len(found["gates"]) - audits)
    rows = [["✗", gate["gate"], gate.get("case", ""), gate["text"]] for gate in verdict.failed]
    notes = [*(note["text"] for note in found["notes"]), *found["warnings"]]
    cases = Markup("").join(_case(case, lang) for case in found["cases"])
    return (
        title(f"{head} {counts}") + table([""] * 4, rows) + cases
        + small(notes, say("show.notes", lang, count=len(notes)))
    )  # fmt: skip


def _case(case: dict[str, Any], lang: str) -> Markup:
    before, after = ({name: _number(v) for name, v in case["kpis"][when].items()} for when in ("before", "after"))
    spans = {name: (_number(low), _number(high)) for name, (low, high) in case["kpis"]["interval"].items()}
    return line(case["case"]) + figures_table({}, before, after, spans, lang)


def _number(value: float | None) -> float:
    return math.nan if value is None else value
