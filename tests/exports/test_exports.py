"""Exports: read back, hostile names stay text, the same bytes twice, a missing extra is one line."""

import importlib.util
import io
import re
import zipfile
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from rfopt.errors import InputError
from rfopt.exports import asked_for, exports, formats, write_exports
from rfopt.exports.kml import described, plain, wedge
from rfopt.exports.xlsx import sheets_of
from rfopt.network import Change, apply, diff, read_plan, rollback
from rfopt.prediction import predict_tower
from rfopt.recommendation import recommend
from rfopt.schema import schema
from rfopt.words import say
from rfopt.workbooks import read_workbook

from ..networks import case, network, walk_test

BOLD, LINK = "<b onload=alert(1)>&", "http://evil.example/=1"
KML = "{http://www.opengis.net/kml/2.2}"


@pytest.fixture(scope="module")
def result():
    """A recommendation where cells wear markup and links for names, and its complaint is a formula."""
    names = {"A": BOLD, "D": LINK}
    net = network()
    renamed = replace(net, cells=net.cells.rename(index=names), neighbours=net.neighbours.rename(index=names))
    rows = [{**row, "cell": names.get(row.get("cell", ""), row.get("cell", ""))} for row in walk_test(net)]
    found = recommend(case(renamed, rows, (BOLD,)), 0)
    hostile = replace(found.evidence.case, id=f"=1+1 {BOLD}", text='=HYPERLINK("http://evil.example") \x07')
    return replace(found, evidence=replace(found.evidence, case=hostile)), renamed


def test_every_format_is_listed_and_the_same_twice(result):
    assert formats("recommendation") == ["docx", "kml", "xlsx"]
    assert formats("prediction") == ["gpkg"]
    for name in formats("recommendation"):
        assert exports[name](result[0], "zh") == exports[name](result[0], "zh")
        assert exports[name](result[0], "en") != exports[name](result[0], "zh")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_workbooks_plan_is_read_in_again(result, tmp_path, lang):
    found, renamed = result
    path, *_ = write_exports(["xlsx"], found, tmp_path, lang)
    plan = read_plan(path, renamed)
    assert plan
    assert apply(renamed, plan).cells.equals(apply(renamed, found.plan).cells)
    sheets = read_workbook(path)
    assert next(iter(sheets)) == {"en": "Plan", "zh": "调整方案"}[lang]
    assert len(sheets) == 5
    assert [row[:3] for row in list(sheets.values())[1][1:]] == [
        [c.cell, c.neighbour or "", c.parameter] for c in rollback(renamed, found.plan)
    ]
    assert not diff(apply(apply(renamed, plan), rollback(renamed, plan)), renamed)


def test_nothing_in_a_sheet_is_a_formula_or_a_link(result, tmp_path):
    path, *_ = write_exports(["xlsx"], result[0], tmp_path, "en")
    with zipfile.ZipFile(path) as book:
        text = {name: book.read(name).decode() for name in book.namelist()}
    sheets = [body for name, body in text.items() if "worksheets/sheet" in name]
    assert not any("<f>" in body or "hyperlink" in body for body in sheets)
    assert all('state="frozen"' in body and "<autoFilter" in body for body in sheets)
    assert "&lt;b onload" in text["xl/sharedStrings.xml"]
    assert {part.date_time[0] for part in zipfile.ZipFile(path).infolist()} == {1980}


def test_a_workbook_without_a_plan_is_refused(tmp_path):
    import xlsxwriter

    path = tmp_path / "other.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(0, 0, "cell")
    with pytest.raises(InputError, match="no sheet with the columns cell, parameter of a plan"):
        read_plan(path, network())


def test_the_map_holds_every_placed_cell_and_no_markup(result):
    found, renamed = result
    root = ET.fromstring(exports["kml"](found, "en"))
    marks = {mark.findtext(f"{KML}name"): mark for mark in root.iter(f"{KML}Placemark")}
    assert len(marks) == 1 + len(renamed.cells) + len(renamed.buildings)
    assert all("<" not in name and "&" not in name for name in marks)
    assert plain(BOLD) in marks
    description = marks[plain(LINK)].findtext(f"{KML}description")
    assert "azimuth: " in description and "°<br/>" in description
    for mark in marks.values():
        assert set(re.findall("<[^>]*>", mark.findtext(f"{KML}description"))) <= {"<br/>"}
        for text in mark.iter(f"{KML}coordinates"):
            lon, lat, _ = map(float, text.text.split()[0].split(","))
            assert abs(lat - 38.5) < 0.5
            assert abs(lon - 106.2) < 0.5
    assert described(["<a>", 'b"&']) == "&lt;a&gt;<br/>b&quot;&amp;"


def test_a_wedge_points_along_its_azimuth():
    row = {"lat": 38.0, "lon": 106.0, "azimuth_deg": 90.0, "rat": "GSM"}
    ring = np.array(wedge(row))
    east, north = (ring - [106.0, 38.0]).T
    assert np.allclose(ring[0], ring[-1])
    assert east.max() * 111_195 * np.cos(np.radians(38.0)) == pytest.approx(160.0, abs=1.0)
    assert abs(north[1:-1].mean()) < 1e-6


@pytest.mark.parametrize(("lang", "chapters"), [("zh", ["现象", "分析", "措施", "效果", "总结"]), ("en", None)])
def test_the_word_report_has_the_operators_chapters_in_order(result, lang, chapters):
    from docx import Document

    document = Document(io.BytesIO(exports["docx"](result[0], lang)))
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert heads == (chapters or ["Symptom", "Analysis", "Measures", "Effect", "Summary"])
    text = "\n".join(p.text for p in document.paragraphs)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert '=HYPERLINK("http://evil.example") \ufffd' in text
    assert any(BOLD in cell for cell in cells)
    assert len(document.inline_shapes) == 2
    page = document.sections[0]
    for table in document.tables:
        widths = [column.width for column in table.columns]
        assert sum(widths) == pytest.approx(page.page_width - page.left_margin - page.right_margin, rel=0.01)
        assert [cell.width for cell in table.rows[0].cells] == widths
        assert "w:tblHeader" in table.rows[0]._tr.xml
    assert 'w:eastAsia="宋体"' in document.styles["Normal"].element.xml


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_exports_say_what_the_report_says_of_doubt_and_shares(result, lang):
    from docx import Document

    def words(found):
        document = Document(io.BytesIO(exports["docx"](found, lang)))
        return "\n".join([p.text for p in document.paragraphs] + [c.text for t in document.tables for c in t._cells])

    found = replace(result[0], interval={name: (value - 9.0, value + 9.0) for name, value in result[0].after.items()})
    beyond = replace(found, interval={**found.interval, "ci_p10_db": (-99.0, -97.0)})
    assert say("show.outside", lang) in words(beyond) and say("show.outside", lang) not in words(found)
    healthy = replace(found, steps=(), diagnosis=replace(found.diagnosis, findings=(), explained=()))
    assert say("no_plan.healthy", lang) in words(healthy)
    power = found.evidence.number(BOLD, "power_dbm")
    both = (found.steps[0], replace(found.steps[0], change=Change(BOLD, None, "power_dbm", power, power - 1.0)))
    twice = replace(found, steps=both, ladder=(found.ladder[0], (tuple(step.change for step in both), 0.5)))
    alone = replace(twice, steps=both[:1], ladder=(found.ladder[0], ((both[0].change,), 0.5)))
    together = [say("report.together", lang, others=other) for other in ("2", "1")]
    plan, single = (sheets_of(one, lang)[say("export.sheet.plan", lang)] for one in (twice, alone))
    assert [text in row[-1] for text, row in zip(together, plan[1:], strict=True)] == [True, True]
    assert together[0] not in single[1][-1]


def test_a_prediction_opens_as_layers(tmp_path):
    from pyogrio import list_layers
    from pyogrio.raw import read

    net = network()
    found = predict_tower(net, net.buildings[0].id, [19, 20], None) if net.buildings else None
    if found is None:
        from rfopt.prediction import predict_ground

        found = predict_ground(net, 38.495, 106.225, 30.0, 10.0, None)
    path, *_ = write_exports(["gpkg"], found, tmp_path, "en")
    first = path.read_bytes()
    assert {name for name, _ in list_layers(path)} == {"coverage_gsm", "coverage_lte", "cells"}
    meta, _, points, fields = read(path, layer="coverage_gsm")
    assert len(points) == len(found.places)
    assert meta["crs"] == "EPSG:4326"
    server = fields[list(meta["fields"]).index("server")]
    assert server.tolist() == found.figures["GSM"]["server"].tolist()
    assert write_exports(["gpkg"], found, tmp_path, "en")[0].read_bytes() == first


def test_a_missing_extra_and_an_unknown_format_are_one_line(monkeypatch):
    assert asked_for(["xlsx, KML", "all"], "recommendation") == ["xlsx", "kml", "docx"]
    with pytest.raises(InputError, match="did you mean 'xlsx'"):
        asked_for(["xlxs"], "recommendation")
    with pytest.raises(InputError, match="expected gpkg or all"):
        asked_for(["docx"], "prediction")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert asked_for(["kml"], "recommendation") == ["kml"]
    with pytest.raises(InputError, match=re.escape("pip install 'rfopt[docx]'")):
        asked_for(["docx"], "recommendation")


def test_an_export_needs_a_folder(rfopt):
    code, _, err = rfopt("recommend", "nowhere", "--export", "kml")
    assert code == 2
    assert "expected -o DIR" in err


def test_a_word_report_without_a_wanted_cell_has_one_picture_less(result):
    from docx import Document

    found, _ = result
    alone = replace(found, evidence=replace(found.evidence, case=replace(found.evidence.case, wanted=())))
    assert len(Document(io.BytesIO(exports["docx"](alone, "zh"))).inline_shapes) == 1


def test_chinese_exports_name_no_column_and_no_group_in_english(result):
    """What people read: the map whole, the Word report, and the workbook's sheets beside the plan's own columns."""
    from docx import Document

    found, _ = result
    columns = {*schema("cells"), *schema("neighbours")}
    document = Document(io.BytesIO(exports["docx"](found, "zh")))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    texts = [p.text for p in document.paragraphs] + cells
    texts += [
        mark.findtext(f"{KML}description")
        for mark in ET.fromstring(exports["kml"](found, "zh")).iter(f"{KML}Placemark")
    ]
    texts += [str(value) for row in sheets_of(found, "zh")["影响评估"] for value in row]
    assert len(texts) > 100
    words = {word for text in texts for word in re.findall(r"[A-Za-z_]+", text)}
    english = {"absent", "present", "street", "floors", "estate", "users", "share", "macro", "das"}
    assert not words & ({name for name in columns if "_" in name} | english)
