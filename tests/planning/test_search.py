"""The search against exhaustive enumeration of small move sets, scored by made-up objectives."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.finding import Move
from rfopt.network import Change, Plan
from rfopt.planning.harm import Harm
from rfopt.planning.score import Score, cost_of
from rfopt.planning.search import LEAST_GAIN, LEAST_LOSS, LEAST_PLAN_GAIN, every_plan, find
from rfopt.planning.trial import Search, in_order, parts_of, with_move, without

Values = Mapping[tuple[str, str], float]
DRAWS = 10


def step(cell: str, new: float, parameter: str = "cell_reselect_offset_db", fix: str = "reward") -> Move:
    """A move that sets one parameter, 0 before."""
    return Move(fix, (Change(cell, None, parameter, 0.0, new),), ("overshoot",))


def ladder(cell: str, *steps: float, parameter: str = "cell_reselect_offset_db") -> list[Move]:
    """A ladder of moves of one parameter."""
    return [step(cell, new, parameter) for new in steps]


@dataclass
class World:
    """A made-up world: objective and harm as functions of the values that a plan sets, 0 where it sets none.

    Every other draw is `spread` above the objective, the rest as much below.
    """

    objective: Callable[[Values], float]
    loss: Callable[[Values], float] = lambda values: 0.0
    spread: Callable[[Values], float] = lambda values: 0.0
    asked: list[Plan] = field(default_factory=list)

    def __call__(self, plan: Plan) -> Score:
        """Score a plan."""
        self.asked.append(plan)
        values = Found({(c.cell, c.neighbour or c.parameter): 1.0 if c.new == "present" else c.new for c in plan})
        by_draw = min(self.objective(values), 1.0) + self.spread(values) * np.where(np.arange(DRAWS) % 2, 1.0, -1.0)
        harm = (Harm("street", "coverage_gsm", 0.9, 0.9 - 0.03 * self.loss(values), self.loss(values)),)
        return Score(by_draw, harm if plan else (), cost_of(plan))


class Found(dict):
    """Values by cell; what is not set is 0."""

    def __missing__(self, key: object) -> float:
        return next((v for (cell, _), v in self.items() if cell == key), 0.0)


def search_of(world: World, moves: Sequence[Move], most_changes: int = 12) -> Search:
    """A search that nobody watches."""
    return Search(world, moves, most_changes, lambda stage, share: None)


def solve(search: Search) -> Plan:
    """The plan found by a search that looks around as closely as it decides."""
    return find(search, search)


def enumerate_plans(moves: Sequence[Move]) -> set[Plan]:
    """Every plan that the moves can make together."""
    plans = {()}
    for count in range(1, len(moves) + 1):
        for chosen in itertools.combinations(moves, count):
            plan: Plan = ()
            for move in chosen:
                plan = with_move(plan, move)
            plans.add(tuple(sorted(plan, key=lambda c: c.key)))
    return plans


def best_of(world: World, moves: Sequence[Move], most_changes: int = 12) -> set[Change]:
    """The plan that is worth most among all there are, and that may be proposed."""
    start = world(())
    scored = [(world(plan), plan) for plan in sorted(enumerate_plans(moves), key=str) if len(plan) <= most_changes]
    allowed = [(s, plan) for s, plan in scored if not s.refused]
    best, plan = max(allowed, key=lambda item: item[0].worth)
    return set(plan) if best.helps(start) >= 0.9 and best.objective - start.objective >= LEAST_PLAN_GAIN else set()


def check(world: World, moves: Sequence[Move], most_changes: int = 12) -> Plan:
    """The search finds the best plan there is; the plan found."""
    best = best_of(world, moves, most_changes)
    enumerated = find(*[replace(search_of(world, moves, most_changes), most_plans=10**4)] * 2)
    assert set(enumerated) == best
    found = solve(search_of(world, moves, most_changes))
    assert set(found) == best
    return found


SINGLES = [step(cell, 2.0) for cell in "ABCD"]


def test_additive() -> None:
    world = World(lambda v: 0.4 + 0.05 * v["A"] + 0.03 * v["B"] - 0.02 * v["C"])
    assert {c.cell for c in check(world, SINGLES)} == {"A", "B"}


def test_what_does_not_cover_its_cost_is_left() -> None:
    """An objective of 0.05 is not worth a crew on a tower at 0.04, plus what one must gain over it; 0.1 is."""
    moves = [step("A", 2.0), step("T", 2.0, "mech_tilt_deg", "tilt")]
    worth_it = World(lambda v: 0.4 + 0.05 * v["A"] + 0.05 * v["T"])
    assert {c.cell for c in check(worth_it, moves)} == {"A", "T"}
    not_worth_it = World(lambda v: 0.4 + 0.05 * v["A"] + 0.019 * v["T"])
    assert {c.cell for c in check(not_worth_it, moves)} == {"A"}


def test_saturating_takes_the_few_that_are_enough() -> None:
    """Any of them brings it to 0.9; nobody needs two."""
    world = World(lambda v: 0.5 + 0.4 * min(1.0, v["A"] + 0.9 * v["B"] + 0.8 * v["C"]))
    assert [c.cell for c in check(world, [step(cell, 1.0) for cell in "ABC"])] == ["A"]


def test_a_ladder_goes_no_further_than_it_helps() -> None:
    world = World(lambda v: 0.5 + 0.1 * min(v["A"], 6.0) / 2.0 - 0.002 * v["A"])
    assert [c.new for c in check(world, ladder("A", 2.0, 4.0, 6.0, 8.0, 10.0, 12.0))] == [6.0]


def test_the_smallest_of_equal_steps() -> None:
    world = World(lambda v: 0.5 + (0.3 if v["A"] >= 4.0 else 0.0) + (0.1 if v["B"] >= 8.0 else 0.0))
    moves = ladder("A", *np.arange(2.0, 22.0, 2.0)) + ladder("B", *np.arange(2.0, 22.0, 2.0))
    found = solve(search_of(world, moves))
    assert {c.cell: c.new for c in found} == {"A": 4.0, "B": 8.0}


@pytest.mark.parametrize("best", [2.0, 4.0, 6.0, 8.0, 10.0, 12.0])
def test_the_best_step_wherever_it_is_on_its_ladder(best: float) -> None:
    world = World(lambda v: 0.5 + 0.3 * max(0.0, 1.0 - 0.04 * abs(v["A"] - best)) if v["A"] else 0.5)
    assert [c.new for c in check(world, ladder("A", 2.0, 4.0, 6.0, 8.0, 10.0, 12.0))] == [best]


def test_a_step_that_harms_is_refused_and_the_one_before_it_taken() -> None:
    world = World(lambda v: 0.5 + 0.02 * v["A"], loss=lambda v: 1.2 if v["A"] > 8.0 else 0.0)
    assert [c.new for c in check(world, ladder("A", 2.0, 4.0, 6.0, 8.0, 10.0, 12.0))] == [8.0]


def test_a_step_below_both_landmarks_that_harm_is_found() -> None:
    """The boldest step and the middle one of the ladder break a limit; the second smallest does not."""
    world = World(lambda v: 0.5 + 0.02 * v["A"], loss=lambda v: 1.2 if v["A"] > 4.0 else 0.0)
    assert [c.new for c in check(world, ladder("A", 2.0, 4.0, 6.0, 8.0, 10.0, 12.0))] == [4.0]


def test_a_move_that_harms_in_every_step_is_never_taken() -> None:
    world = World(lambda v: 0.5 + 0.1 * v["A"] + 0.02 * v["B"], loss=lambda v: 1.0 if v["A"] else 0.0)
    search = search_of(world, ladder("A", 1.0, 2.0) + ladder("B", 1.0, 2.0))
    assert [(c.cell, c.new) for c in solve(search)] == [("B", 2.0)]
    refused = [score.refused for score in search.seen.values() if score.refused]
    assert refused and all("street" in why for why in refused)


def test_harm_that_only_two_moves_do_together() -> None:
    world = World(
        lambda v: 0.4 + 0.1 * v["A"] + 0.09 * v["B"] + 0.05 * v["C"], loss=lambda v: 1.5 if v["A"] and v["B"] else 0.0
    )
    assert {c.cell for c in check(world, [step(cell, 1.0) for cell in "ABC"])} == {"A", "C"}


def test_a_pair_that_only_helps_together() -> None:
    world = World(lambda v: 0.5 + (0.3 if v["A"] and v["C"] else -0.01 * (v["A"] + v["C"])))
    assert {c.cell for c in check(world, [step(cell, 1.0) for cell in "ABCD"])} == {"A", "C"}


def test_a_pair_beside_a_move_that_helps_alone() -> None:
    world = World(lambda v: 0.4 + 0.1 * v["B"] + (0.3 if v["A"] and v["C"] else 0.0))
    assert {c.cell for c in check(world, [step(cell, 1.0) for cell in "ABCD"])} == {"A", "B", "C"}


def test_a_pair_of_the_same_cell() -> None:
    """Its idle offset and its power help only together."""
    moves = [step("A", 2.0), step("A", 4.0, "power_dbm", "power"), step("B", 2.0)]
    world = World(lambda v: 0.5 + (0.3 if len(v) >= 2 and ("A", "power_dbm") in v and v["A"] else 0.0))
    assert {c.key for c in check(world, moves)} == {m.changes[0].key for m in moves[:2]}


def test_a_pair_that_needs_middling_steps() -> None:
    """Together they help at 4 and 4; the boldest steps of both harm, alone and together."""
    moves = ladder("A", 2.0, 4.0, 6.0) + ladder("B", 2.0, 4.0, 6.0)
    both = {(4.0, 4.0): 0.3}
    world = World(
        lambda v: 0.5 + both.get((v["A"], v["B"]), 0.0), loss=lambda v: 1.5 if 6.0 in (v["A"], v["B"]) else 0.0
    )
    assert {c.cell: c.new for c in check(world, moves)} == {"A": 4.0, "B": 4.0}


def test_a_pair_in_the_middle_of_two_ladders_that_harm_nobody() -> None:
    """They help together at 6 and 6 of 12; the ends of the ladders do nothing."""
    moves = ladder("A", *np.arange(2.0, 12.0, 2.0)) + ladder("B", *np.arange(2.0, 12.0, 2.0))
    world = World(lambda v: 0.5 + (0.3 if (v["A"], v["B"]) == (6.0, 6.0) else 0.0))
    assert {c.cell: c.new for c in check(world, moves)} == {"A": 6.0, "B": 6.0}


def test_a_better_move_makes_an_earlier_one_needless() -> None:
    """B is best alone, but A and C together do all that B does and more."""
    world = World(lambda v: 0.3 + min(0.6, 0.28 * v["A"] + 0.3 * v["B"] + 0.27 * v["C"] + 0.07 * v["A"] * v["C"]))
    moves = [step(cell, 1.0) for cell in "ABC"]
    found = solve(search_of(world, moves))
    best = max(world(plan).worth for plan in enumerate_plans(moves))
    assert world(found).worth >= best - LEAST_GAIN


# ---- nothing to do ----


def test_nothing_to_do() -> None:
    assert solve(search_of(World(lambda v: 1.0), SINGLES)) == ()
    assert solve(search_of(World(lambda v: 0.4), SINGLES)) == ()
    assert solve(search_of(World(lambda v: 0.4), [])) == ()
    assert solve(search_of(World(lambda v: 0.4 - 0.1 * sum(v.values())), SINGLES)) == ()


def test_a_gain_too_small_to_act_on() -> None:
    assert solve(search_of(World(lambda v: 0.4 + 0.0095 * v["A"]), SINGLES)) == ()
    assert len(solve(search_of(World(lambda v: 0.4 + 0.0105 * v["A"]), SINGLES))) == 1


@pytest.mark.parametrize(("spread", "taken"), [(0.05, True), (0.1, True), (0.2, False), (0.5, False)])
def test_a_plan_that_may_as_well_harm_is_not_proposed(spread: float, taken: bool) -> None:
    """A gain of 0.2, but for a spread of its own: 0.2 makes it sure to 83 %, 0.1 to 97 %."""
    world = World(lambda v: 0.4 + 0.1 * v["A"], spread=lambda v: spread if v["A"] else 0.0)
    assert bool(solve(search_of(world, SINGLES))) == taken


def test_an_unsure_part_is_taken_out_and_the_sure_one_stays() -> None:
    world = World(lambda v: 0.4 + 0.1 * v["A"] + 0.004 * v["B"], spread=lambda v: 0.03 if v["B"] else 0.0)
    assert [c.cell for c in solve(search_of(world, SINGLES))] == ["A"]
    surer = replace(world, spread=lambda v: 0.001 if v["B"] else 0.0)
    assert [c.cell for c in solve(search_of(surer, SINGLES))] == ["A", "B"]


# ---- looking around roughly, deciding exactly ----


def test_what_looked_well_on_few_draws_is_decided_on_all() -> None:
    """On few draws A and B help; on all of them B does not, and C harms where it seemed not to."""
    rough = World(lambda v: 0.4 + 0.05 * v["A"] + 0.05 * v["B"])
    exact = World(lambda v: 0.4 + 0.05 * v["A"])
    assert [c.cell for c in find(search_of(rough, SINGLES), search_of(exact, SINGLES))] == ["A"]
    nothing = World(lambda v: 0.4)
    assert find(search_of(rough, SINGLES), search_of(nothing, SINGLES)) == ()
    harmful = World(lambda v: 0.4 + 0.05 * v["A"], loss=lambda v: 1.1)
    assert find(search_of(rough, SINGLES), search_of(harmful, SINGLES)) == ()


# ---- limits, order, memory ----


def test_the_best_two_are_not_the_best_one_and_another() -> None:
    """C is best alone; A and B together are worth more than C with either, and two changes are permitted."""
    world = World(lambda v: 0.2 + 0.06 * v["C"] + 0.05 * v["A"] + 0.02 * v["B"] + (0.2 if v["A"] and v["B"] else 0.0))
    check(world, SINGLES, 2)


def test_what_cannot_reach_the_least_gain_is_not_simulated() -> None:
    """A ceiling that holds changes what is asked, not what is found."""
    world = World(lambda v: 0.4 + 0.05 * v["A"] + 0.001 * v["B"])
    bounded = replace(search_of(world, SINGLES), ceiling=lambda plan, move: 1.0 if move.changes[0].cell == "A" else 0.5)
    assert [c.cell for c in solve(bounded)] == ["A"]
    assert not any(c.cell == "B" and len(plan) > 1 for plan in world.asked for c in plan)


def test_the_last_resort_is_tried_where_the_others_leave_a_gap() -> None:
    moves = [step("A", 2.0), step("Z", 2.0, fix="last")]
    for usual, cells in ((0.1, {"A", "Z"}), (0.25, {"A"})):
        world = World(lambda v, usual=usual: 0.45 + usual * v["A"] + 0.02 * v["Z"])
        assert {c.cell for c in solve(replace(search_of(world, moves), later=frozenset({"last"})))} == cells


@pytest.mark.parametrize("most", [0, 5, 12, 30])
def test_no_more_trials_than_permitted(most: int) -> None:
    """Deciding costs a few more: every part of the plan found is taken out once."""
    moves = [move for cell in "ABCDEFGHIJ" for move in ladder(cell, 2.0, 4.0, 6.0)]
    world = World(lambda v: 0.2 + 0.01 * sum(v.values()))
    found = solve(replace(search_of(world, moves), most_trials=most))
    assert len(world.asked) <= most + 40
    assert bool(found) == (most > 2)


def test_every_plan_takes_one_step_of_a_ladder_at_most() -> None:
    moves = ladder("A", 2.0, 4.0) + ladder("B", 2.0)
    plans = every_plan(search_of(World(lambda v: 0.0), moves).ladders())
    assert len(plans) == len(set(plans)) == 6
    assert set(plans) == {in_order(plan) for plan in enumerate_plans(moves)}
    few, many = (replace(search_of(World(lambda v: 0.0), moves), most_plans=n) for n in (5, 6))
    assert not few.enumerable() and many.enumerable()


@pytest.mark.parametrize("most", range(5))
def test_no_more_changes_than_permitted(most: int) -> None:
    world = World(lambda v: 0.2 + 0.01 * (5 * v["A"] + 4 * v["B"] + 3 * v["C"] + 2 * v["D"]))
    found = check(world, SINGLES, most)
    assert len(found) == most


def test_a_move_of_several_changes_counts_them_all() -> None:
    entries = tuple(Change(cell, "62", "redirect_arfcn", "absent", "present") for cell in "LMN")
    moves = [Move("redirect_add", entries, ("csfb_frequency",)), step("A", 2.0)]
    world = World(lambda v: 0.4 + 0.3 * (len([k for k in v if k[0] in "LMN"]) == 3) + 0.1 * v["A"])
    assert len(check(world, moves, 4)) == 4
    assert {c.cell for c in check(world, moves, 3)} == {"L", "M", "N"}
    assert {c.cell for c in check(world, moves, 2)} == {"A"}


def test_the_answer_does_not_depend_on_chance_or_memory() -> None:
    moves = ladder("A", 2.0, 4.0, 6.0) + ladder("B", 2.0, 4.0, 6.0) + SINGLES[2:]
    world = World(lambda v: 0.3 + 0.1 * min(v["A"] + v["B"], 8.0) / 2.0 + 0.02 * v["C"])
    first, second = search_of(world, moves), search_of(world, moves)
    assert solve(first) == solve(second)
    assert solve(first) == solve(second), "a search that is asked again knows more and says the same"
    assert list(first.seen) == list(second.seen)


def test_no_plan_is_scored_twice() -> None:
    world = World(lambda v: 0.3 + 0.1 * min(v["A"] + v["B"], 4.0))
    solve(search_of(world, ladder("A", 1.0, 2.0, 3.0) + ladder("B", 1.0, 2.0, 3.0)))
    keys = [tuple(sorted(plan, key=lambda c: c.key)) for plan in world.asked]
    assert len(set(keys)) == len(keys)


def test_progress_is_told_between_0_and_1() -> None:
    told: list[float] = []
    world = World(lambda v: 0.3 + 0.1 * v["A"])
    solve(Search(world, SINGLES, 12, lambda stage, share: told.append(share)))
    assert told and all(0.0 <= share <= 1.0 for share in told)


# ---- plans and their parts ----


def test_a_move_replaces_what_the_plan_set_before() -> None:
    plan = with_move(with_move((), step("A", 2.0)), step("A", 4.0))
    assert [(c.old, c.new) for c in plan] == [(0.0, 4.0)]
    back = Move("reward", (Change("A", None, "cell_reselect_offset_db", 0.0, 0.0),), ("overshoot",))
    assert with_move(plan, back) == ()


def test_parts_are_the_moves_that_made_the_plan() -> None:
    flip = (Change("B", None, "penalty_time_s", 20.0, 640.0), Change("B", None, "cell_reselect_offset_db", 0.0, 4.0))
    moves = [Move("penalty", flip, ("das_leakage",)), step("A", 2.0), step("B", 4.0)]
    plan = (*step("A", 2.0).changes, *flip, *step("Z", 2.0).changes)
    assert sorted(parts_of(plan, moves), key=str) == sorted([flip, plan[:1], plan[-1:]], key=str)
    assert without(plan, flip) == (plan[0], plan[-1])
    assert parts_of((), moves) == []


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_part_of_a_plan_pays_its_way(data: st.DataObject) -> None:
    """Random objectives with interactions: a plan is allowed, better than nothing, and no part of it is idle."""
    gain = data.draw(st.lists(st.floats(-0.1, 0.15), min_size=5, max_size=5))
    pairs = data.draw(
        st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.floats(-0.2, 0.2), max_size=4)
    )
    top = data.draw(st.floats(0.5, 1.0))
    harmful = data.draw(st.integers(0, 9))
    names = "ABCDE"

    def objective(values: Values) -> float:
        on = [bool(values[name]) for name in names]
        total = sum(g * values[n] / 2.0 for g, n in zip(gain, names, strict=True))
        total += sum(g for (a, b), g in pairs.items() if a != b and on[a] and on[b])
        return float(np.clip(0.3 + total, 0.0, top))

    world = World(objective, loss=lambda v: 1.1 if harmful < 5 and v[names[harmful]] > 1.0 else 0.0)
    moves = [move for name in names for move in ladder(name, 1.0, 2.0)]
    search = search_of(world, moves, 4)
    plan = solve(search)
    start, end = world(()), world(plan)
    assert len(plan) <= 4 and not end.refused
    if plan:
        assert end.worth > start.worth and end.objective - start.objective >= LEAST_PLAN_GAIN
    for change in plan:
        assert (
            end.worth - world(without(plan, (change,))).worth >= LEAST_LOSS or world(without(plan, (change,))).refused
        )
