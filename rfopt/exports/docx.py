"""A case report for Word in the operator's order: 现象、分析、措施、效果、总结."""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.figure import Figure

from rfopt.exports import LONG_AGO, exports, steady
from rfopt.kpis import aim, kpis
from rfopt.plots import c2_margins, waterfall
from rfopt.recommendation import FOUND, Recommendation
from rfopt.report.verdict import kind_of, verdict_of
from rfopt.sentences import (
    OUTSIDE,
    amount,
    finding_text,
    group_text,
    harm_values,
    object_text,
    outside,
    parameter_text,
    reason_text,
    target_text,
    value_of_change,
    with_unit,
)
from rfopt.words import say

LATIN, HANZI, HANZI_OF_HEADS = "Calibri", "宋体", "黑体"
A4_CM = (21.0, 29.7)
MARGIN_CM = 2.0
WIDTH_CM = A4_CM[0] - 2.0 * MARGIN_CM
HEAD_FILL = "DDEBF7"
ROWS_KEPT = 3
"""Rows at a table's beginning that stand on the same page as the next."""
MOST_MINOR = 5


@exports(of="recommendation", file="case.docx", needs="docx", extra="docx")
def docx(result: Recommendation, lang: str) -> bytes:
    """Five chapters with tables and two pictures; every name stays text."""
    from docx import Document  # noqa: PLC0415  an extra

    document = Document()
    _sheet(document)
    _fonts(document)
    _facts_of_file(document, result)
    document.add_heading(clean(say("export.title", lang, case=result.evidence.case.id)), level=0)
    for name, write in CHAPTERS.items():
        document.add_heading(say(f"export.chapter.{name}", lang), level=1)
        write(document, result, lang)
    out = io.BytesIO()
    document.save(out)
    return steady(out.getvalue())


def clean(text: str) -> str:
    """Text without the characters that XML forbids."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _sheet(document: Any) -> None:
    """A4 with margins that leave the tables room."""
    from docx.shared import Cm  # noqa: PLC0415  an extra

    page = document.sections[0]
    page.page_width, page.page_height = map(Cm, A4_CM)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(MARGIN_CM)


def _fonts(document: Any) -> None:
    """Latin and Chinese fonts of every style: Word takes another one for hanzi where this is not said.

    A font of the theme would win over one that is named, so the theme's are taken away.
    """
    from docx.oxml.ns import qn  # noqa: PLC0415  an extra

    for style in document.styles:
        if style.type in (1, 2):  # paragraphs and characters
            style.font.name = LATIN
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for name in [name for name in fonts.attrib if name.endswith("Theme")]:
                del fonts.attrib[name]
            head = style.name.startswith(("Heading", "Title"))
            fonts.set(qn("w:eastAsia"), HANZI_OF_HEADS if head else HANZI)


def _facts_of_file(document: Any, result: Recommendation) -> None:
    facts = document.core_properties
    facts.created = facts.modified = datetime.datetime(*LONG_AGO[:3])
    facts.author = facts.last_modified_by = f"rfopt {result.versions['rfopt']}"
    facts.title = clean(result.evidence.case.id)


def _symptom(document: Any, result: Recommendation, lang: str) -> None:
    case = result.evidence.case
    document.add_paragraph(clean(case.text))
    where = say("export.where", lang, building=case.building or "–", floor=case.floor, lat=case.lat, lon=case.lon)
    document.add_paragraph(clean(where))
    rows = [
        [
            say(f"kpi.{name}", lang),
            with_unit(result.measured[name], aim(name).unit, lang),
            target_text(name, lang) or "–",
        ]
        for name in kpis
        if math.isfinite(result.measured.get(name, math.nan))
    ]
    heads = ("figure", "measured", "target")
    _table(document, [[say(f"export.{head}", lang) for head in heads], *rows], (8.0, 4.5, 4.5))


def _analysis(document: Any, result: Recommendation, lang: str) -> None:
    findings = result.diagnosis.findings
    serious = [finding for finding in findings if finding.severity >= FOUND]
    for finding in serious:
        paragraph = document.add_paragraph(style="List Number")
        paragraph.add_run(say(f"rule.{finding.rule}.name", lang) + " · ").bold = True
        paragraph.add_run(clean(finding_text(finding, lang)))
    if not serious:
        document.add_paragraph(say("verdict.fine", lang))
    minor = [finding for finding in findings if finding.severity < FOUND][:MOST_MINOR]
    if minor:
        document.add_paragraph(say("export.minor", lang))
        for finding in minor:
            document.add_paragraph(clean(finding_text(finding, lang)), style="List Bullet")
    evidence = result.evidence
    heard = [point for point, dbm in zip(evidence.points, evidence.wanted_dbm(), strict=True) if math.isfinite(dbm)]
    if heard:
        caption = say("export.picture.c2", lang, point=heard[0])
        _picture(document, lambda ax: c2_margins(ax, evidence, heard[0], result.plan, lang), caption)


def _measures(document: Any, result: Recommendation, lang: str) -> None:
    if not result.steps:
        document.add_paragraph(say(f"no_plan.{kind_of(result)}", lang))
        return
    heads = ("order", "object", "what", "old", "new", "crew", "why")
    rows = [
        [
            str(place), object_text(step.change), parameter_text(step.change.parameter, lang),
            value_of_change(step.change.old, step.change, lang), value_of_change(step.change.new, step.change, lang),
            say("export.yes" if step.change.visit else "export.no", lang), reason_text(step, lang),
        ]
        for place, step in enumerate(result.steps, 1)
    ]  # fmt: skip
    _table(document, [[say(f"export.{head}", lang) for head in heads], *rows], (1.1, 3.6, 2.7, 1.7, 1.7, 1.3, 4.9))
    document.add_paragraph(say("export.rollback", lang))


def _effect(document: Any, result: Recommendation, lang: str) -> None:
    heads = ("figure", "before", "after", "interval", "target")
    rows = []
    for name in kpis:
        unit = aim(name).unit
        low, high = result.interval.get(name, (math.nan, math.nan))
        if math.isfinite(result.after[name]):
            values = [with_unit(value, unit, lang) for value in (result.before[name], result.after[name])]
            values[-1] += OUTSIDE * outside(name, result.after[name], result.interval.get(name))
            between = f"{amount(low, unit)} … {with_unit(high, unit, lang)}"
            row = [say(f"kpi.{name}", lang), *values, between, target_text(name, lang) or "–"]
            rows.append(row)
    lead = _labelled(document, say("basis.modelled", lang), say("basis.modelled.long", lang), lang)
    lead.paragraph_format.keep_with_next = True
    _table(document, [[say(f"export.{head}", lang) for head in heads], *rows], (5.4, 2.5, 2.5, 4.0, 2.6))
    if any(OUTSIDE in row[2] for row in rows):
        document.add_paragraph(say("show.outside", lang))
    if result.steps:
        _picture(document, lambda ax: waterfall(ax, result, lang), say("export.picture.waterfall", lang))
    if result.harm:
        document.add_paragraph(say("report.harm", lang)).paragraph_format.keep_with_next = True
        _table(document, _harm(result, lang), (6.0, 5.6, 2.7, 2.7))


def _harm(result: Recommendation, lang: str) -> list[list[str]]:
    """Who may lose by the plan, and how much."""
    rows = [
        [group_text(row.group, lang), say(f"kpi.{row.kpi}", lang), *harm_values(row, lang)] for row in result.harm
    ]  # fmt: skip
    return [[say(f"export.{head}", lang) for head in ("group", "figure", "before", "after")], *rows]


def _summary(document: Any, result: Recommendation, lang: str) -> None:
    verdict = verdict_of(result, lang)
    document.add_paragraph().add_run(clean(verdict.title)).bold = True
    for label, text in verdict.lines:
        _labelled(document, label, text, lang)
    document.add_paragraph(say("export.promise", lang))


CHAPTERS: dict[str, Callable[[Any, Recommendation, str], None]] = {
    "symptom": _symptom, "analysis": _analysis, "measures": _measures, "effect": _effect, "summary": _summary,
}  # fmt: skip


def _labelled(document: Any, label: str, text: str, lang: str) -> Any:
    paragraph = document.add_paragraph()
    paragraph.add_run(say("export.label", lang, label=label)).bold = True
    paragraph.add_run(clean(text))
    return paragraph


def _table(document: Any, rows: Sequence[Sequence[str]], widths_cm: Sequence[float]) -> None:
    """A table whose heading stands on every page it reaches and whose rows stay whole."""
    from docx.shared import Cm, Pt  # noqa: PLC0415  an extra

    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths_cm, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    for row in table.rows:
        _mark(row._tr.get_or_add_trPr(), "w:cantSplit")
    _mark(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
    for cell in table.rows[0].cells:
        _mark(cell._tc.get_or_add_tcPr(), "w:shd", val="clear", fill=HEAD_FILL)
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            paragraph = table.cell(at, column).paragraphs[0]
            paragraph.paragraph_format.keep_with_next = at < ROWS_KEPT
            run = paragraph.add_run(clean(text))
            run.bold = at == 0
            run.font.size = Pt(9)
    document.add_paragraph()


def _mark(properties: Any, name: str, **values: str) -> None:
    """A property of a table that the library has no word for."""
    from docx.oxml import OxmlElement  # noqa: PLC0415  an extra
    from docx.oxml.ns import qn  # noqa: PLC0415  an extra

    element = OxmlElement(name)
    for key, value in values.items():
        element.set(qn(f"w:{key}"), value)
    properties.append(element)


def _picture(document: Any, draw: Callable[[Any], Any], caption: str) -> None:
    from docx.shared import Cm  # noqa: PLC0415  an extra

    figure = Figure(figsize=(8.0, 4.2), layout="constrained")
    draw(figure.add_subplot())
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=130, metadata={"Software": None})
    document.add_picture(io.BytesIO(out.getvalue()), width=Cm(WIDTH_CM))
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    document.add_paragraph().add_run(clean(caption)).italic = True
