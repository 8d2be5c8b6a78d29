"""The report and the JSON: on the example case, whose cells, rooms and complaint have been given hostile names."""

import base64
import hashlib
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

from rfopt.errors import InputError
from rfopt.kpis import Aim, kpis
from rfopt.mobility.timeline import Fallbacks
from rfopt.report import diagnosis_json, log_only_json, recommendation_json, report_html, write_report
from rfopt.report.bars import place, status
from rfopt.report.landings import landings_of
from rfopt.report.marks import marks_of
from rfopt.report.strips import rooms_of
from rfopt.words import in_words, say

from .cases import HOSTILE, ROOM, emptied

TAGS = set(
    re.findall(
        r"\w+",
        "html head meta title style body main header section article nav h1 h2 h3 h4 p b br small span bdi code a dl "
        "dt dd div ol ul li table thead tbody tr th td svg defs pattern g rect line circle path polyline text "
        "wbr details summary blockquote i script noscript canvas figure figcaption label input select button",
    )
)
PLACE = r"(left|top):[\d.]+%(;top:[\d.]+%)?"
EMPTY_TAGS = {"meta", "br", "input", "wbr"}


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.open = set(), [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in EMPTY_TAGS:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_the_case_has_a_plan(result):
    assert len(result.steps) >= 2
    assert "<script>alert(1)</script>" in {change.cell for change in result.plan}


def test_page_is_well_formed_and_has_no_tag_that_acts(english):
    page = Page(english)
    assert page.open == []
    assert page.tags <= TAGS


def test_no_attribute_acts_or_asks_for_anything(english):
    for tag, name, value in Page(english).attributes:
        assert not name.startswith("on")
        assert name not in {"src", "srcset", "xlink:href", "action", "background", "data", "poster"}
        if name == "href":
            assert tag == "a"
            assert value.startswith("#")
        if name == "style":
            assert re.fullmatch(rf"background:(#[0-9a-f]{{3,6}}|url\(#unserved\));color:#[0-9a-f]{{3}}|{PLACE}", value)
        if name == "http-equiv":
            assert value == "Content-Security-Policy"


def test_nothing_outside_is_named(english):
    assert "http:" not in english
    assert "https:" not in english
    assert "@import" not in english
    links = set(re.findall(r"url\(([^)]*)\)", english))
    assert {link.split(";base64,")[0] for link in links} <= {"#unserved", "#censored", "data:font/woff"}


def test_policy_forbids_everything_but_inline_style_and_the_pages_own_script(english):
    (script,) = re.findall(r"<script>(.*?)</script>", english, flags=re.DOTALL)
    own = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{own}'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    found = [value for tag, name, value in Page(english).attributes if tag == "meta" and name == "content"]
    assert policy in found


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_names_come_out_as_text(result, lang):
    page = Page(report_html(result, lang))
    text = "".join(page.text)
    heard = {*result.evidence.replay.gsm_cells, *result.evidence.replay.lte_cells}
    for name in heard & set(HOSTILE.values()):
        assert name in text
    assert ROOM in text
    assert "<i>engineers</i>" in text
    assert "</title><iframe src=//evil.example>" in text


def test_marks_that_turn_the_text_are_shown_not_obeyed(english):
    assert "\u202e" not in english
    assert "\ufffdreversed" in english


def test_same_bytes_twice(result, english):
    assert report_html(result, "en") == english


def test_links_lead_somewhere(english):
    page = Page(english)
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert {value[1:] for tag, name, value in page.attributes if name == "href"} <= set(ids)


def test_small_enough_to_send(english):
    assert len(english.encode()) < 2_000_000


def test_chinese_page_says_everything_in_chinese(result, english):
    chinese = report_html(result, "zh")
    assert '<html lang="zh-CN">' in chinese
    assert '<html lang="en">' in english
    for key in ("report.findings", "report.plan", "report.figures", "report.timelines", "report.levels", "report.harm"):
        assert say(key, "zh") in chinese
        assert say(key, "en") not in "".join(Page(chinese).text)


def test_first_screen_says_it_all(result, english):
    first = english[: english.index('id="findings"')]
    for text in (
        result.evidence.case.id,
        "bhtx-1",
        "floor 23",
        "What is wrong",
        "What to change",
        "Whom it costs",
        "How sure",
    ):
        assert text in first
    before, after = (f"{100 * score.objective:.0f}" for score in (result.score_before, result.score_after))
    assert f"The score goes from {before} to {after} of 100 by" in first
    assert first.count('<article class="tile') == sum(1 for name in kpis if kpis.facts[name].get("weight", 0) > 0)
    assert first.count('stroke="#000" stroke-width="2"/>') >= 8


def test_nothing_to_do_is_a_verdict(result):
    page = report_html(emptied(result, ()), "en")
    assert "Nothing to do" in page
    assert 'id="plan"' not in page
    assert "After the plan" not in page


def test_nothing_helps_is_a_verdict(result):
    page = report_html(emptied(result, result.diagnosis.findings), "en")
    assert "No permitted change helps" in page
    assert 'id="plan"' not in page
    assert say(f"rule.{result.diagnosis.findings[0].rule}.name", "en") in page


def test_plan_and_rollback_stand_in_opposite_order(english):
    def rows(start, end):
        table = english[english.index(start) : english.index(end, english.index(start))]
        return re.findall(r'<span class="cell">.*?</td><td class="object">(.*?)<.*?class="nowrap">(.*?)</td>', table)

    plan = rows('id="plan"', "</table>")
    rollback = rows("<h3>Rollback", "</table>")
    assert len(rollback) >= len(plan) >= 2
    steps = iter([p.split("<")[0].strip() for p, _ in reversed(rollback)])
    assert all(p.split("<")[0].strip() in steps for p, _ in plan), "a deleted relation brings its margins back too"


def test_rung_by_rung_to_the_plans_score(result, english):
    totals = re.findall(r'<span class="n gain">([^<]*)</span><span class="n">([^<]*)</span>', english)
    assert len(totals) == len(result.ladder)
    assert totals[-1][1] == f"{100 * result.score_after.objective:.1f}"
    gains = sum(float(gain.replace("−", "-")) for gain, _ in totals[1:])
    assert gains == pytest.approx(
        100 * (result.score_after.objective - result.score_before.objective), abs=0.1 * len(totals)
    )


def test_strips_show_every_change_of_the_log(result):
    rooms = rooms_of(result, marks_of(result), "en")
    assert [room.point for room in rooms] == list(result.evidence.points)
    for room in rooms:
        idle = next(machine for machine in room.machines if machine.name == "gsm_idle")
        strip = next(strip for strip in idle.strips if strip.basis == "measured")
        rows = result.evidence.readings
        rows = rows[(rows["point"] == room.point) & (rows["mode"] == "idle") & (rows["rat"] == "GSM") & rows["serving"]]
        servers = rows.sort_values("time")["cell"].tolist()
        changes = sum(a != b for a, b in pairwise(servers))
        assert len(strip.ticks) == changes > 0
        assert all("not its reason" in tick.title for tick in strip.ticks)


def test_strips_fill_their_width_without_overlap(result):
    for room in rooms_of(result, marks_of(result), "en"):
        for machine in room.machines:
            for strip in machine.strips:
                ends = [part.x + part.width for part in strip.segments]
                assert ends[-1] <= 100.1
                starts = [part.x for part in strip.segments]
                assert all(a <= b + 0.02 for a, b in zip(ends, starts[1:], strict=False))


def test_simulated_changes_say_their_reason(result):
    said = {say(f"reason.{name}", "en") for name in ("c2", "c1", "power_budget", "quality", "level", "r_criterion")}
    titles = [
        tick.title
        for room in rooms_of(result, marks_of(result), "en")
        for machine in room.machines
        for strip in machine.strips
        if strip.basis == "modelled"
        for tick in strip.ticks
    ]
    assert any(title.splitlines()[0].endswith(tuple(said)) for title in titles)
    assert not any("not its reason" in title for title in titles)


def test_measured_and_modelled_lines_differ(english):
    for rest in english.split('<div class="strip">')[1:]:
        row = rest[: rest.index("</div>\n", rest.index("</svg>"))]
        if "<polyline" in row:
            assert ('badge modelled"' in row) == ("stroke-dasharray" in row)


def test_a_machine_that_the_plan_leaves_alone_is_shown_once(result):
    quiet = replace(result, replay_after=result.evidence.replay)
    for room in rooms_of(quiet, marks_of(quiet), "en"):
        for machine in room.machines:
            assert [strip.when for strip in machine.strips if strip.basis == "modelled"] == ["unchanged"]


def test_landings_tell_failures_from_unknown_cells(result):
    marks = marks_of(result)
    cell, success = np.array([[0, -1, -1, 0]]), np.array([[True, True, False, True]])
    tried, none = np.zeros((1, 4), dtype=int), np.zeros((1, 4))
    here = Fallbacks("p", tried, cell, success, none.astype(bool), none)
    replay = replace(result.evidence.logged, fallbacks=(here,))
    (landing,) = landings_of([("log", "measured", replay)], "p", marks, "en", {"before": result.evidence.network})
    parts = [(part.mark.code, part.width) for part in landing.segments]
    assert parts == [(marks.gsm[0].code, 50.0), ("?", 25.0), ("–", 25.0)]
    assert landing.tries == 4


def test_wanted_cell_comes_first_and_codes_are_unique(result):
    marks = marks_of(result)
    wanted = next(mark for mark in marks.gsm if mark.wanted)
    assert wanted.code == "G1"
    codes = [mark.code for mark in (*marks.gsm, *marks.lte)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("value", "at", "word"),
    [(0.95, 75.0, "met"), (1.0, 95.0, "met"), (0.8, 15.0, "failed"), (0.1, 1.5, "failed"), (0.875, 45.0, "missed")],
)
def test_scale_from_fail_to_target(value, at, word):
    goal = Aim("gsm_idle", "share", 0.95, 0.8)
    assert place(value, goal) == pytest.approx(at)
    assert status(value, goal) == word


def test_scale_of_what_is_not_judged():
    assert place(0.5, Aim("gsm_call", "1/call")) is None
    assert place(math.nan, Aim("gsm_call", "share", 0.9, 0.1)) is None
    assert status(math.nan, Aim("gsm_call", "share", 0.9, 0.1)) == "unknown"


def test_json_has_the_contracts_keys(result):
    table = recommendation_json(result, "en")
    assert list(table)[:9] == [
        "schema",
        "case",
        "seed",
        "version",
        "diagnosis",
        "plan",
        "kpis",
        "harm",
        "rejected",
    ]
    assert table["schema"] == "rfopt.recommendation/1"
    assert isinstance(table["warnings"], list)
    for finding in table["diagnosis"]:
        assert {"rule", "severity", "cells", "points", "evidence", "text"} <= set(finding)
        assert finding["text"]
    for change in table["plan"]:
        wanted = {"cell", "neighbour", "parameter", "old", "new", "gain", "visit", "reason"}
        assert wanted | {"alone", "without", "sure", "because", "fix"} <= set(change)
        assert change["reason"]
    assert {"before", "after", "interval", "measured", "interval_before"} <= set(table["kpis"])
    assert set(table["kpis"]["before"]) == set(kpis) == set(table["kpis"]["interval"])
    assert all({"group", "kpi", "before", "after"} <= set(row) for row in table["harm"])
    assert all({"cell", "parameter", "why"} <= set(row) for row in table["rejected"])
    assert {"objective", "ladder", "hashes", "versions", "rivals"} <= set(table)
    assert [row["severity"] for row in table["diagnosis"]] == sorted(
        (row["severity"] for row in table["diagnosis"]), reverse=True
    )


def test_json_is_plain_and_names_stay_as_they_are(result):
    table = recommendation_json(result, "en")
    text = json.dumps(table, allow_nan=False, ensure_ascii=False)
    assert json.loads(text) == table
    assert {row["cell"] for row in table["plan"]} == {change.cell for change in result.plan}


def test_what_is_not_known_is_null(result):
    lost = replace(result, measured={**result.measured, "ci_p10_db": math.nan}, interval={"ci_p10_db": (math.nan, 1.0)})
    kpi_table = recommendation_json(lost, "en")["kpis"]
    assert kpi_table["measured"]["ci_p10_db"] is None
    assert kpi_table["interval"]["ci_p10_db"] == [None, 1.0]


def test_diagnosis_json_leaves_out_plan_kpis_and_harm(result):
    table = diagnosis_json(result.evidence, result.diagnosis, 3, "zh")
    assert not {"plan", "kpis", "harm"} & set(table)
    whole = recommendation_json(result, "zh")
    assert table["diagnosis"] == whole["diagnosis"]
    assert (table["seed"], table["schema"]) == (3, whole["schema"])
    json.dumps(table, allow_nan=False)


def test_log_only_json_carries_the_notes(result):
    case = replace(result.evidence.case, network=None, notes=("a note",))
    table = log_only_json(case, result.diagnosis.findings[:1], 0, "en")
    assert table["warnings"] == ["a note"]
    assert len(table["diagnosis"]) == 1
    json.dumps(table, allow_nan=False)


def test_report_is_written_whole(result, english, tmp_path):
    path = write_report(result, tmp_path / "out", "en")
    assert path == tmp_path / "out" / "report.html"
    assert path.read_text(encoding="utf-8") == english
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_a_folder_that_is_a_file_is_refused(result, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError):
        write_report(result, tmp_path / "taken", "en")


def test_notes_and_reasons_are_said_in_chinese_too(result):
    notes = [*result.warnings, *(row["why"] for row in result.rejected)]
    assert len(notes) > 10
    assert [note for note in notes if not re.search("[\u4e00-\u9fff]{2}", in_words(note, "zh"))] == []
