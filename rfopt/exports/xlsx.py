"""An Excel workbook: the plan, which can be read in again, its rollback, key figures, evidence and harm."""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from rfopt.exports import LONG_AGO, exports
from rfopt.kpis import aim, kpis
from rfopt.network import Change, rollback
from rfopt.recommendation import Recommendation
from rfopt.report.bars import parts_of_plan, together_text
from rfopt.schema import schema
from rfopt.sentences import finding_text, group_text, harm_unit, parameter_text, reason_text, target_text, unit_name
from rfopt.words import say

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDEST = 48
LINE_POINTS = 15.0
A4 = 9
FORMS = {"share": "0.0%", "dB": "0.0", "dBm": "0.0", "s": "0.0", "1/min": "0.00", "1/call": "0.000"}
"""Number formats of Excel by unit: a share is kept as it is and shown in per cent."""


SEVERITY, GAIN, SHARE = OTHER_FORMS = ("0.00", "+0.0;-0.0;0.0", "0%")


class Number(NamedTuple):
    """A number and how Excel shows it."""

    value: float
    form: str

    def __str__(self) -> str:
        return f"{self.value:.4g}"


@exports(of="recommendation", file="plan.xlsx", needs="xlsxwriter", extra="xlsx")
def xlsx(result: Recommendation, lang: str) -> bytes:
    """Five sheets with frozen headings and filters; the first is a plan that `rfopt simulate --plan` reads."""
    import xlsxwriter  # noqa: PLC0415  an extra

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, OPTIONS)
    book.set_properties({"created": datetime.datetime(*LONG_AGO[:3])})
    cell = {"text_wrap": True, "valign": "top", "align": "left"}
    styles = {
        "head": book.add_format({**cell, "bold": True, "bg_color": "#DDEBF7", "bottom": 1}),
        "body": book.add_format(cell),
        **{form: book.add_format({**cell, "num_format": form}) for form in (*FORMS.values(), *OTHER_FORMS)},
    }
    for name, rows in sheets_of(result, lang).items():
        _write(book.add_worksheet(name), rows, styles)
    book.close()
    return out.getvalue()


def sheets_of(result: Recommendation, lang: str) -> dict[str, list[list[Any]]]:
    """Rows of each sheet, the heading first; numbers stay numbers."""
    return {
        say("export.sheet.plan", lang): _plan(result, lang),
        say("export.sheet.rollback", lang): _rollback(result),
        say("export.sheet.figures", lang): _figures(result, lang),
        say("export.sheet.findings", lang): _findings(result, lang),
        say("export.sheet.harm", lang): _harm(result, lang),
    }


def _plan(result: Recommendation, lang: str) -> list[list[Any]]:
    """The columns of plan.csv by their own names, then what people want to know."""
    more = [say(f"export.{name}", lang) for name in ("what", "crew", "gain", "sure", "why")]
    rows = [
        [
            *_change(step.change),
            parameter_text(step.change.parameter, lang),
            say("export.yes" if step.change.visit else "export.no", lang),
            Number(round(100.0 * step.gain, 2), GAIN),
            Number(round(step.sure, 3), SHARE),
            " ".join(text for text in (reason_text(step, lang), together_text(place, part, lang)) if text),
        ]
        for part in parts_of_plan(result)
        for place, step in part
    ]
    return [[*schema("plan"), *more], *rows]


def _change(change: Change) -> list[Any]:
    return [change.cell, change.neighbour or "", change.parameter, _value(change.old), _value(change.new)]


def _value(value: float | str | None) -> Any:
    return "" if value is None or (isinstance(value, float) and not math.isfinite(value)) else value


def _in_form(value: float | None, unit: str) -> Number | str:
    """A figure in the form of its unit; '' if it is not known."""
    return "" if value is None or not math.isfinite(value) else Number(round(float(value), 4), FORMS[unit])


def _rollback(result: Recommendation) -> list[list[Any]]:
    return [list(schema("plan")), *(_change(change) for change in rollback(result.evidence.network, result.plan))]


def _figures(result: Recommendation, lang: str) -> list[list[Any]]:
    names = ("figure", "unit", "measured", "before", "after", "low", "high", "target", "name")
    rows = []
    for name in kpis:
        low, high = result.interval.get(name, (math.nan, math.nan))
        values = (result.measured.get(name), result.before.get(name), result.after.get(name), low, high)
        unit = aim(name).unit
        numbers = [_in_form(v, unit) for v in values]
        rows.append([say(f"kpi.{name}", lang), unit_name(unit, lang), *numbers, target_text(name, lang), name])
    return [[say(f"export.{name}", lang) for name in names], *rows]


def _findings(result: Recommendation, lang: str) -> list[list[Any]]:
    comma = say("report.comma", lang)
    names = ("rule", "severity", "cells", "points", "text", "basis")
    rows = [
        [
            say(f"rule.{finding.rule}.name", lang), Number(round(finding.severity, 3), SEVERITY),
            comma.join(finding.cells), comma.join(finding.points), finding_text(finding, lang),
            say(f"basis.{finding.basis}", lang),
        ]
        for finding in result.diagnosis.findings
    ]  # fmt: skip
    return [[say(f"export.{name}", lang) for name in names], *rows]


def _harm(result: Recommendation, lang: str) -> list[list[Any]]:
    names = ("group", "figure", "before", "after", "share_of_limit")
    rows = [
        [group_text(row.group, lang), say(f"kpi.{row.kpi}", lang), _in_form(row.before, harm_unit(row)),
         _in_form(row.after, harm_unit(row)), Number(round(row.loss, 3), SHARE)]
        for row in result.harm
    ]  # fmt: skip
    return [[say(f"export.{name}", lang) for name in names], *rows]


def _write(sheet: Any, rows: Sequence[Sequence[Any]], styles: dict[str, Any]) -> None:
    """One sheet: columns as wide as their text up to a limit, rows as high as their text then needs."""
    widths = [min(max(_width(str(row[column])) for row in rows) + 3, WIDEST) for column in range(len(rows[0]))]
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            style = styles["body" if at else "head"]
            if isinstance(value, str):
                sheet.write_string(at, column, value, style)
            elif isinstance(value, Number):
                sheet.write_number(at, column, value.value, styles[value.form])
            else:
                sheet.write_number(at, column, value, style)
        lines = max(math.ceil((_width(str(text)) + 1) / width) for text, width in zip(row, widths, strict=True))
        sheet.set_row(at, LINE_POINTS * lines)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows) - 1, 0), len(rows[0]) - 1)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def _width(text: str) -> int:
    """Columns that a text takes: a hanzi takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)
