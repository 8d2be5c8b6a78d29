"""A plan, and a recommendation: the verdict, the plan with what each change adds, and the figures."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from rfopt.network import Change, Changes
from rfopt.recommendation import Recommendation, Step
from rfopt.report.bars import parts_of_plan
from rfopt.report.verdict import verdict_of
from rfopt.sentences import number, object_text, parameter_text, value_of_change
from rfopt.showing.figures import figures_table
from rfopt.showing.pieces import line, small, table, title
from rfopt.words import say

MOST_SHOWN = 60


def changes_html(plan: Changes, lang: str) -> Markup:
    """A row for each change."""
    if not plan:
        return title(say("show.no_changes", lang))
    rows = [_row(change, lang) for change in plan[:MOST_SHOWN]]
    rest = line(f"… +{len(plan) - MOST_SHOWN}") if len(plan) > MOST_SHOWN else Markup("")
    return title(say("show.changes", lang, count=len(plan))) + table(_head(lang), rows) + rest


def recommendation_html(result: Recommendation, lang: str) -> Markup:
    """The verdict, the plan and the figures."""
    verdict = verdict_of(result, lang)
    parts = parts_of_plan(result)
    rows = [
        [*_row(step.change, lang), _gain(step, len(part) > 1), f"{100.0 * step.sure:.0f}%"]
        for part in parts
        for _, step in part
    ]
    shared = any(len(part) > 1 for part in parts)
    head = [*_head(lang), say("report.gain", lang), say("report.sure", lang)]
    return (
        title(verdict.title)
        + Markup("").join(line(words, label) for label, words in verdict.lines)
        + table(head, rows)
        + (line(say("cli.together", lang)) if shared else Markup(""))
        + figures_table(result.measured, result.before, result.after, result.interval, lang)
        + small(result.warnings, say("show.notes", lang, count=len(result.warnings)))
    )


def _gain(step: Step, shared: bool) -> str:
    return number(100.0 * step.gain, 1, signed=True) + "*" * shared


def _head(lang: str) -> list[str]:
    return [say(f"report.{key}", lang) for key in ("object", "parameter", "old_new", "crew")]


def _row(change: Change, lang: str) -> Sequence[str]:
    old, new = (value_of_change(value, change, lang) for value in (change.old, change.new))
    crew = say(f"report.crew.{'yes' if change.visit else 'no'}", lang)
    return [object_text(change), parameter_text(change.parameter, lang), f"{old} → {new}", crew]
