"""A recommendation as a whole, on a flat small enough to say everything about it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rfopt.case import Case, Limits
from rfopt.network import apply
from rfopt.recommendation import Recommendation, recommend
from rfopt.report.json_form import recommendation_json

from .networks import case
from .rules.flats import BUDGET, FAULTS, one_thread

ENOUGH = replace(BUDGET, runs=24, draws=8)


def flat(fault: str, **limits: object) -> Case:
    """The case of one faulty flat."""
    made = FAULTS[fault]
    net = made.network()
    return case(net, made.rows(net), made.wanted, limits=Limits(**limits))


def recommended(fault: str, **limits: object) -> Recommendation:
    with one_thread():
        return recommend(flat(fault, **limits), budget=ENOUGH)


@pytest.fixture(scope="module")
def retuned() -> Recommendation:
    return recommended("cochannel_interference")


def test_the_budget_says_how_much_is_simulated(retuned: Recommendation) -> None:
    assert retuned.evidence.situation.budget == ENOUGH
    assert len(retuned.score_after.by_draw) == ENOUGH.draws


def test_a_clash_of_carriers_is_cured_by_a_retune_clear_of_what_is_heard(retuned: Recommendation) -> None:
    parameters = {change.parameter for change in retuned.plan}
    assert "arfcn" in parameters
    after = apply(retuned.evidence.network, retuned.plan).of_rat("GSM")["arfcn"].sort_values()
    assert (after.diff().dropna() > 2).all()


def test_no_plan_exceeds_the_bound(retuned: Recommendation) -> None:
    assert retuned.bound_by in ("enumeration", "reach")
    assert retuned.score_after.objective <= retuned.bound + 1e-9
    assert all(option.score.objective <= retuned.bound + 1e-9 for option in retuned.options)
    assert retuned.gap == pytest.approx(max(retuned.bound - retuned.score_after.objective, 0.0))


def test_the_options_rise_from_nothing(retuned: Recommendation) -> None:
    assert retuned.options[0].plan == ()
    gained = [option.score.objective for option in retuned.options]
    assert gained == sorted(gained) and len(gained) >= 2


def test_the_same_seed_gives_the_same_answer(retuned: Recommendation) -> None:
    again = recommended("cochannel_interference")
    assert json.dumps(recommendation_json(again, "en")) == json.dumps(recommendation_json(retuned, "en"))


def test_few_moves_are_all_weighed_against_each_other() -> None:
    result = recommended("csfb_frequency", parameters=frozenset({"redirect_arfcn"}))
    assert result.bound_by == "enumeration" and result.gap == pytest.approx(0.0, abs=1e-9)
    assert {(c.cell, c.neighbour) for c in result.plan} >= {("L", "62")}


def test_what_the_limits_rule_out_is_said_with_its_reason() -> None:
    result = recommended("cochannel_interference", parameters=frozenset({"power_dbm"}))
    assert {c.parameter for c in result.plan} <= {"power_dbm"}
    barred = [row for row in result.rejected if row["parameter"] == "arfcn"]
    assert barred and all("not among the permitted" in row["why"] for row in barred)
    assert all(row["because"] == ("cochannel_interference",) and row["fix"] == "retune_carriers" for row in barred)


def test_json_has_the_contracts_keys_and_those_added(retuned: Recommendation) -> None:
    text = json.loads(json.dumps(recommendation_json(retuned, "en")))
    assert set(text["plan"][0]) >= {"cell", "neighbour", "parameter", "old", "new", "gain", "visit", "reason"}
    assert text["bound"].keys() == {"objective", "gap", "by"}
    assert all(set(option) == {"plan", "objective", "cost", "visits"} for option in text["options"])
    assert all(isinstance(step["depends_on"], list) for step in text["plan"])
    assert all({"cell", "parameter", "why"} <= set(row) for row in text["rejected"])


def test_no_plan_recommended_breaks_a_limit_of_harm(retuned: Recommendation) -> None:
    assert retuned.score_after.refused == ""
    assert all(option.score.refused == "" for option in retuned.options)
