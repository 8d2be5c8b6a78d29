"""A plan tried by hand: the same answers as simulation on as many draws, quickly, with and without sliders."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

import rfopt
from rfopt.diagnosis import diagnose
from rfopt.errors import InputError
from rfopt.evidence import gather
from rfopt.finding import Move
from rfopt.kpis import compute
from rfopt.mobility.simulate import simulate
from rfopt.mobility.situation import Budget
from rfopt.network import Change
from rfopt.planning.draws import by_draw
from rfopt.planning.stated import intervals
from rfopt.showing import html_of
from rfopt.sliders import what_if_of
from rfopt.sliders.knobs import knobs_of

CASE = Path(__file__).resolve().parents[1] / "drive_tests" / "baohu_tianxia"
LEAK = "宝湖湾二期NG2-6"


@pytest.fixture(scope="module")
def diagnosis():
    case = rfopt.read_case(CASE)
    budget = Budget(runs=24, draws=8, idle_s=90.0, call_s=30.0, lte_call_s=20.0)
    return diagnose(gather(case, case.network, 0, budget))


@pytest.fixture(scope="module")
def tried(diagnosis):
    return what_if_of(diagnosis)


def test_everything_that_fixes_propose_can_be_turned(tried):
    names = [knob.name for knob in tried.knobs]
    assert len(names) == len(set(names)) > 10
    for parameter in ("power_dbm", "cell_reselect_offset_db", "ho_margin_pbgt_db", "mech_tilt_deg", "redirect_arfcn"):
        assert any(name.endswith(parameter) for name in names), parameter
    for knob in tried.knobs:
        assert knob.change.old in knob.values and knob.change.new in knob.values and len(knob.values) > 1


@pytest.mark.parametrize("power", [25.0, 29.0])
def test_an_answer_is_the_simulation_on_those_draws(tried, power):
    found = tried.answer({f"{LEAK} power_dbm": power, "宝湖天下NG2-5 cell_reselect_offset_db": 10})
    evidence = tried.evidence
    assert evidence.situation.budget.draws == 6
    cold = replace(evidence, situation=replace(evidence.situation, done={}, figures={}))
    after = simulate(cold.situation, rfopt.apply(evidence.network, found.plan))
    assert found.after == pytest.approx(compute(after), nan_ok=True)
    assert found.before == pytest.approx(compute(evidence.replay), nan_ok=True)
    assert found.objective[1] == pytest.approx(float(by_draw(after, cold).mean()))
    for name, ends in intervals(after, cold).items():
        assert found.interval[name] == pytest.approx(ends, nan_ok=True), name
    assert any(row.before != row.after for row in found.harm)


def test_nothing_turned_is_the_network_as_found(tried):
    found = tried.answer({knob.name: knob.change.old for knob in tried.knobs})
    assert found.plan == () and found.after == pytest.approx(found.before, nan_ok=True)
    assert found.objective[0] == found.objective[1] and found.harm == ()
    assert tried.answer() == found


def test_any_plan_can_be_asked(tried):
    plan = rfopt.read_plan(CASE / "engineers_plan.csv", tried.evidence.network)
    assert tried.answer(plan).objective[1] > tried.answer().objective[1] + 0.2


def test_a_plan_to_start_with_stands_first(diagnosis):
    change = Change(LEAK, None, "power_dbm", 33.0, 24.5)
    moves = [Move("power_down", (replace(change, new=31.0),), ("das_leakage",))]
    (knob,) = knobs_of(diagnosis, moves, (change,))
    assert knob.change == change and knob.values == (24.5, 31.0, 33.0)
    (knob,) = knobs_of(diagnosis, moves, ())
    assert knob.change.new == 33.0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({f"{LEAK} power_dmb": 25}, f"did you mean '{LEAK} power_dbm'"),
        ({f"{LEAK} power_dbm": 1000}, "'1000' is not legal, expected"),
        ({f"{LEAK} power_dbm": "much"}, "'much' is not legal"),
        ({f"{LEAK} power_dbm": True}, "'True' is not legal"),
        ({"宝湖天下NG2-5→艾依水郡NG1-1 neighbour": "gone"}, "'gone' is not one of absent, present"),
        ((Change(LEAK, None, "power_dbm", 20.0, 10.0),), "made for another state of the network"),
    ],
)
def test_what_cannot_be_turned_is_said(tried, values, said):
    with pytest.raises(InputError, match=said):
        tried.answer(values)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_answer_shows_itself(tried, lang):
    rfopt.speak(lang)
    html = html_of(tried.answer({f"{LEAK} power_dbm": 25}))
    rfopt.speak("en")
    assert "<table" in html and len(html) < 20_000


def test_sliders_answer_when_turned(tried):
    from rfopt.showing.sliders import board

    shelf, back, answer = board(tried).children
    before = answer.value
    assert all(row.layout.flex == "0 0 auto" for row in shelf.children), "rows keep their height in a box that scrolls"
    row = next(row for row in shelf.children if row.children[0].value.startswith(f"{LEAK}  power"))
    row.children[1].value = 25.0
    assert answer.value == html_of(tried.answer({f"{LEAK} power_dbm": 25.0})) != before
    back.click()
    assert answer.value == before


def test_names_are_no_html_in_sliders(tried):
    from rfopt.showing.sliders import board

    hostile = replace(tried.knobs[0], change=replace(tried.knobs[0].change, cell="<b>x</b>"))
    shelf, _, _ = board(replace(tried, knobs=(hostile,), _answers={(): tried.answer()})).children
    label, slider = shelf.children[0].children
    assert type(label).__name__ == "Label" and label.value.startswith("<b>x</b>")
    assert slider.description == "" and not slider.description_allow_html


def test_it_shows_itself_with_and_without_ipywidgets(tried, monkeypatch):
    assert "application/vnd.jupyter.widget-view+json" in tried._repr_mimebundle_()
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert "pip install ipywidgets" in tried._repr_mimebundle_()["text/plain"]
