"""What the gate would refuse is not recommended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from rfopt.audits import refusals
from rfopt.audits.boundary import in_step
from rfopt.case import Limits
from rfopt.finding import Move
from rfopt.network import Change, Plan, apply
from rfopt.planning.audited import find_passing, passing
from rfopt.planning.score import Score, cost_of
from rfopt.planning.trial import Search, parts_of

from ..audits.plans import estate

GOOD = Change("A", None, "power_dbm", 12.0, 10.0)
TOO_FAR = Change("C", None, "power_dbm", 43.0, 20.0)
ONE_WAY = Change("G2", "C", "neighbour", "absent", "present")


def test_a_plan_that_passes_is_left_as_it_is() -> None:
    assert passing(estate(), (GOOD,), [Move("power_up", (GOOD,), ("x",))]) == ((GOOD,), [])


def test_parts_that_are_refused_are_out_and_said() -> None:
    net = estate()
    moves = [Move("power_down", (TOO_FAR,), ("overshoot",)), Move("neighbour_add", (ONE_WAY,), ("missing_neighbour",))]
    plan, struck = passing(net, (GOOD, TOO_FAR, ONE_WAY), moves)
    assert plan == (GOOD,) and refusals(net, plan) == []
    assert {row["parameter"] for row in struck} == {"power_dbm", "neighbour"}
    assert any("refused by audit power: power of C falls to 20 dBm" in row["why"] for row in struck)
    apply(net, plan)


REWARDS = [Move("reselect_reward", (Change("A", None, "cell_reselect_offset_db", 0.0, new),), ("pingpong_reselection",))
           for new in (10.0, 16.0, 20.0)]  # fmt: skip


def searched(worth: Callable[[float], float], most_changes: int = 12) -> tuple[Search, Search]:
    """A rough and an exact search over the rewards: what one is worth, and all else nothing."""

    def scored(plan: Plan) -> Score:
        reward = max((float(c.new or 0) for c in plan if c.parameter == "cell_reselect_offset_db"), default=0.0)
        return Score(np.full(8, 0.3 + worth(reward)), (), cost_of(plan))

    return tuple(Search(scored, list(REWARDS), most_changes, lambda *_: None, most_plans=40) for _ in range(2))  # type: ignore[return-value]


def test_a_reward_is_taken_with_the_margins_that_the_audit_asks_for() -> None:
    net = estate()
    rough, exact = searched(lambda reward: 0.02 * reward)
    assert refusals(net, REWARDS[-1].changes), "20 dB alone are refused"
    plan, struck, more = find_passing(net, Limits(), rough, exact)
    assert plan[0].new == 20.0 and {c.parameter for c in plan[1:]} == {"ho_margin_pbgt_db"} and plan[1:]
    assert refusals(net, plan) == [] and not struck
    assert parts_of(plan, [*exact.moves, *more]) == [plan], "one part, though a margin alone gains nothing"


@pytest.mark.parametrize("limits", [Limits(parameters=frozenset({"cell_reselect_offset_db"})), Limits(max_changes=1)])
def test_margins_are_not_raised_where_that_is_not_permitted(limits: Limits) -> None:
    net = estate()
    rough, exact = searched(lambda reward: 0.02 * reward, limits.max_changes)
    plan, _, more = find_passing(net, limits, rough, exact)
    assert [c.new for c in plan] == [10.0] and not more and refusals(net, plan) == []


def test_a_relation_that_the_plan_adds_or_lowers_is_raised_from_what_it_has() -> None:
    net, reward = estate(), REWARDS[-1].changes
    (first, *_) = (change for change in in_step(net, reward) if change.neighbour)
    lowered = Change("A", first.neighbour, first.parameter, first.old, 0.0)
    (again,) = (change for change in in_step(net, (*reward, lowered)) if change.key == first.key)
    assert (again.old, again.new) == (first.old, first.new)
    gone = Change("A", first.neighbour, "neighbour", "present", "absent")
    without = apply(net, (gone,))
    added = Change("A", first.neighbour, "neighbour", "absent", "present")
    (new,) = (change for change in in_step(without, (added, *reward)) if change.key == first.key)
    assert new.new == first.new and refusals(without, in_step(without, (added, *reward))) == []


@pytest.mark.parametrize(("margin", "reward"), [(6.0, 16.0), (0.0, 16.0), (0.0, 8.0), (3.0, 12.0)])
def test_a_margin_is_raised_no_further_than_the_audit_asks(margin: float, reward: float) -> None:
    net = estate()
    net = apply(net, (Change("A", "B", "ho_margin_pbgt_db", 6.0, margin),)) if margin != 6.0 else net
    whole = in_step(net, (Change("A", None, "cell_reselect_offset_db", 0.0, reward),))
    raised = [c for c in whole if c.parameter == "ho_margin_pbgt_db"]
    assert raised and refusals(net, whole) == []
    for change in raised:
        less = replace(change, new=float(change.new or 0) - 1.0)
        assert refusals(net, tuple(less if c == change else c for c in whole))


def test_the_cheaper_way_is_taken_where_margins_cost_more_than_they_bring() -> None:
    rough, exact = searched(lambda reward: min(0.2 + 0.00005 * reward, 0.02 * reward))
    plan, _, _ = find_passing(estate(), Limits(), rough, exact)
    assert [(c.parameter, c.new) for c in plan] == [("cell_reselect_offset_db", 10.0)]


def test_what_a_refusal_leaves_must_still_be_worth_proposing() -> None:
    gains = {TOO_FAR: 0.2, GOOD: 0.015}
    moves = [Move("power_down", (change,), ("overshoot",)) for change in gains]

    def scored(plan: Plan) -> Score:
        return Score(np.full(8, 0.3 + sum(gains[change] for change in plan)), (), cost_of(plan))

    rough, exact = (Search(scored, moves, 12, lambda *_: None, most_plans=40) for _ in range(2))
    plan, struck, _ = find_passing(estate(), Limits(), rough, exact)
    assert plan == () and [row["cell"] for row in struck] == [TOO_FAR.cell]
