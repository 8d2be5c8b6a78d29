"""A re-test beside its test: the verdict, the figures over the rooms, what was promised, where the logs differ."""

from __future__ import annotations

from markupsafe import Markup

from rfopt.comparison.retest import Comparison
from rfopt.report.retest import promise_texts, table_rows, verdict_text, warning_texts
from rfopt.showing.pieces import line, small, table, title
from rfopt.words import say


def comparison_html(found: Comparison, lang: str) -> Markup:
    """The verdict in a word and in sentences, a row a figure; warnings and the plan's promise are folded away."""
    head, *rows = table_rows(found, lang)
    rooms = say("compare.rooms.line", lang, rooms=say("report.comma", lang).join(found.rooms))
    warnings, promised = warning_texts(found, lang), promise_texts(found, lang)
    return (
        title(say(f"compare.word.{found.verdict.word}", lang)) + line(verdict_text(found, lang))
        + table(head, rows) + line(rooms)
        + small(promised, say("show.promise", lang)) + small(warnings, say("compare.warnings", lang))
    )  # fmt: skip
