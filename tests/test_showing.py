"""Values in a notebook: both languages, small, whole HTML, and nothing that a name says is run."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import rfopt
from rfopt.diagnosis import Diagnosis
from rfopt.errors import InputError
from rfopt.finding import Finding
from rfopt.gate.verdict import Verdict
from rfopt.logs import Log, reject_table
from rfopt.network import Change, Changes, Network
from rfopt.rules import Figures
from rfopt.showing import LOOKS, html_of
from rfopt.shown import Shown
from rfopt.simulation import Simulation
from rfopt.words import say, spoken

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "drive_tests" / "baohu_tianxia"
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m\"'><img src=x onerror=alert(1)>"
VOID = {"br", "path", "circle", "img"}


class Tags(HTMLParser):
    """Every tag, and whether each that opens is closed in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        assert not any(name.startswith("on") or "javascript" in (value or "") for name, value in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag in VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def tags_of(html: str) -> set[str]:
    parser = Tags()
    parser.feed(html)
    assert parser.open == []
    return parser.seen


@pytest.fixture(scope="module")
def case():
    return rfopt.read_case(CASE)


@pytest.fixture(scope="module")
def values(case):
    """A value of each kind that needs no long work, with a hostile name where one can stand."""
    cells = case.network.cells
    names = {cells.index[0]: HOSTILE}
    network = replace(case.network, cells=cells.rename(index=names).assign(site=HOSTILE), notes=(HOSTILE,))
    readings = case.readings.assign(cell=HOSTILE, point=HOSTILE, file=HOSTILE)
    finding = Finding("das_leakage", 0.8, (HOSTILE, HOSTILE), (HOSTILE,), {"level_dbm": -70.0, "excess_db": 3.0,
                      "against": "wanted", "distance_km": 0.4, "threshold_db": -6.0, "samples": 4,
                      "doubtful": HOSTILE})  # fmt: skip
    plan = Changes([Change(HOSTILE, HOSTILE, "ho_margin_pbgt_db", 4.0, 8.0), Change("A", None, "antenna", "", HOSTILE)])
    hostile_case = replace(case, id=HOSTILE, text=HOSTILE, readings=readings, wanted=(HOSTILE,), notes=(HOSTILE,))
    figures = {"reselections_per_min": 2.0, "ci_p10_db": np.nan}

    class Evidence:
        case = hostile_case

    return [
        network,
        Log(readings, reject_table([]), len(readings), HOSTILE, notes=(HOSTILE,)),
        hostile_case,
        plan,
        Diagnosis((finding,), (np.nan,), Figures(figures, figures), 0.4, Evidence()),
        Simulation(hostile_case, plan, 0, figures, figures, figures, {"reselections_per_min": (1.0, 2.0)}, (0.4, 0.5),
                   (HOSTILE,)),
        Verdict({"pass": False, "plan": HOSTILE, "changes": 1, "warnings": [HOSTILE], "cases": [], "notes": [],
                 "gates": [{"gate": HOSTILE, "pass": False, "text": HOSTILE}]}),
        rfopt.compare(*[replace(case, id=HOSTILE, text=HOSTILE, readings=case.readings.assign(point=HOSTILE))] * 2),
        rfopt.predict(replace(case.network, notes=(HOSTILE,)), building="bhtx-1", floors=[23]),
    ]  # fmt: skip


@pytest.fixture(params=["en", "zh"])
def lang(request):
    before = spoken()
    rfopt.speak(request.param)
    yield request.param
    rfopt.speak(before)


def test_values_show_themselves(values, lang):
    for value in values:
        html = value._repr_html_()
        assert html == html_of(value)
        seen = tags_of(html)
        assert "div" in seen and not seen & {"script", "img", "iframe", "style", "link"}, type(value)
        assert len(html) < 40_000
        assert not re.search(r"\bnan\b", html)
        assert not re.search("[\x00-\x08\x1b\u202e]", html)
        assert (max(re.sub("<[^>]*>|宝湖.*?<", "", html)) >= "\u4e00") or lang == "en"


def test_plain_text_is_short_and_harmless(values):
    for value in values:
        text = repr(value)
        assert len(text) < 1500
        assert all(line.isprintable() for line in text.split("\n")), type(value)


def test_all_kinds_that_show_themselves_have_a_look():
    assert set(Shown.__subclasses__()) == set(LOOKS)


def test_a_language_that_is_not_there():
    with pytest.raises(InputError, match="expected one of en, zh"):
        rfopt.speak("de")


def test_the_map_has_a_mark_for_each_cell_that_has_a_place(case):
    network: Network = case.network
    html = html_of(network)
    assert html.count("<circle") == len(network.cells)
    assert html.count("<path") == int(network.cells["azimuth_deg"].notna().sum())


def test_a_comparison_shows_its_verdict_and_every_figure_that_both_logs_give(case, lang):
    found = rfopt.compare(case, case)
    html = html_of(found)
    assert say(f"compare.word.{found.verdict.word}", lang) in html
    known = [one for one in found.paired.overall if one.known]
    assert len(known) > 10 and html.count("<tr>") == 1 + len(known)
    assert all(say(f"kpi.{one.name}", lang) in html for one in known)
    assert all(room in html for room in found.rooms)
