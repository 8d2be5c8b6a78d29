"""Which parts of a plan need each other, and which plans are worth their cost."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.planning.dependence import dependences, pareto
from rfopt.planning.rejected import not_taken
from rfopt.planning.search import every_plan
from rfopt.planning.trial import Search

from .test_search import SINGLES, World, ladder, search_of, step

A, B, C, D = (move.changes for move in SINGLES)
WHOLE = (*A, *B, *C)


def test_a_part_that_is_worth_little_without_another() -> None:
    """C counts only where A and B are there; A and B are worth more by themselves than with it."""
    world = World(lambda v: 0.1 + 0.15 * v["A"] + 0.15 * v["B"] + (0.1 if v["A"] and v["B"] and v["C"] else 0.0))
    found = {(pair.part, pair.on) for pair in dependences(search_of(world, SINGLES), WHOLE, [A, B, C])}
    assert found == {(C, A), (C, B)}


def test_a_pair_that_only_helps_together_depends_both_ways() -> None:
    world = World(lambda v: 0.2 + (0.3 if v["A"] and v["B"] else 0.0) + 0.05 * v["C"])
    pairs = dependences(search_of(world, SINGLES), WHOLE, [A, B, C])
    assert {(pair.part, pair.on) for pair in pairs} == {(A, B), (B, A)}
    assert all((pair.gain_with, pair.gain_without) == (pytest.approx(0.3), pytest.approx(0.0)) for pair in pairs)


def test_parts_that_stand_in_for_each_other_do_not_depend() -> None:
    world = World(lambda v: 0.2 + 0.3 * bool(v["A"] or v["B"]) + 0.05 * v["C"])
    assert dependences(search_of(world, SINGLES), WHOLE, [A, B, C]) == []


@settings(max_examples=40, deadline=None)
@given(gains=st.lists(st.floats(-0.1, 0.2), min_size=6, max_size=6), harmful=st.sampled_from("ABCDE"))
def test_no_plan_beats_one_of_the_front(gains: list[float], harmful: str) -> None:
    pairs = dict(zip(itertools.combinations("ABCD", 2), gains, strict=True))
    moves = [step(cell, 1.0, "elec_tilt_deg" if cell == "A" else "cell_reselect_offset_db") for cell in "ABCD"]
    world = World(
        lambda v: 0.3 + sum(g for (a, b), g in pairs.items() if v[a] and v[b]) + 0.02 * v["A"],
        loss=lambda v: 1.5 if v[harmful] else 0.0,
    )
    search = search_of(world, moves, 3)
    plans = every_plan(search.ladders())
    front = pareto(search, plans)
    assert front[0].plan == ()
    costs, gained = [o.score.cost for o in front], [o.score.objective for o in front]
    assert costs == sorted(set(costs)) and gained == sorted(set(gained))
    for plan in plans:
        score = search.score(plan)
        if not score.refused and len(plan) <= 3:
            assert any(o.score.cost <= score.cost and o.score.objective >= score.objective - 1e-9 for o in front)
    assert all(not option.score.refused and len(option.plan) <= 3 for option in front)


# ---- what was rejected ----


def said(search: Search, plan: tuple) -> dict[str, str]:
    """Why each cell's move is not in a plan."""
    return {row["cell"]: row["why"] for row in not_taken(search, search, plan)}


def test_every_candidate_left_out_is_told_why() -> None:
    world = World(
        lambda v: 0.4 + 0.1 * v["A"] + (0.06 if v["B"] and not v["A"] else 0.0) + 0.02 * v["C"],
        loss=lambda v: 1.2 if v["C"] else 0.0,
    )
    search = search_of(world, SINGLES)
    for move in SINGLES[:3]:
        search.score(move.changes)
    why = said(search, A)
    assert set(why) == {"B", "C", "D"}
    assert "alone adds +0.060" in why["B"] and "beside the plan +0.000" in why["B"]
    assert why["C"].startswith("harm: street")
    assert why["D"].startswith("2.0 was not tried alone, beside the plan")


def test_the_best_value_speaks_for_a_parameter() -> None:
    world = World(lambda v: 0.4 + {2.0: 0.01, 4.0: 0.05, 6.0: 0.02}.get(v["A"], 0.0))
    search = search_of(world, ladder("A", 2.0, 4.0, 6.0))
    for move in search.moves:
        search.score(move.changes)
    assert "best value 4.0 alone adds +0.050" in said(search, ())["A"]


def test_a_gain_that_does_not_cover_its_cost_says_so() -> None:
    world = World(lambda v: 0.4 + 0.1 * v["A"] + 0.0005 * v["B"])
    assert "+0.001, less than its cost and harm weigh (0.002)" in said(search_of(world, SINGLES), A)["B"]


def test_what_has_no_room_is_not_tried_again() -> None:
    world = World(lambda v: 0.9 + 0.05 * bool(v["A"]))
    search = Search(world, SINGLES, 12, lambda stage, share: None, ceiling=lambda plan, move: 0.951)
    why = said(search, A)
    assert all("could add 0.001 at most" in text for text in why.values()) and world.asked == [A]


def test_a_full_plan_says_so() -> None:
    search = search_of(World(lambda v: 0.4 + 0.1 * v["A"]), SINGLES, 1)
    assert all("2 changes, 1 are permitted" in text for text in said(search, A).values())
