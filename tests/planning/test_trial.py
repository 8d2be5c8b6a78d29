"""Plans put together and taken apart: whatever is taken away, what is left can be carried out."""

from __future__ import annotations

import itertools

from rfopt.finding import Move
from rfopt.network import Change, apply, relation_default
from rfopt.planning.trial import parts_of, with_move, without

from ..networks import network

NET = network(relations=())
ADDED = Change("A", "B", "neighbour", "absent", "present")
POWER = Change("A", None, "power_dbm", 12.0, 20.0)


def _margin(new: float) -> Change:
    return Change("A", "B", "ho_margin_pbgt_db", relation_default("ho_margin_pbgt_db", "GSM"), new)


def test_a_relation_that_goes_takes_its_margin_with_it() -> None:
    plan = (ADDED, _margin(8.0), POWER)
    assert without(plan, (ADDED,)) == (POWER,)
    assert without(plan, (POWER,)) == (ADDED, _margin(8.0))
    assert without(plan, (_margin(8.0),)) == (ADDED, POWER)


def test_parts_of_a_plan_can_be_carried_out_in_any_order_though_a_later_move_overwrote_one_of_theirs() -> None:
    both, smaller, power = (Move("x", changes, ()) for changes in ((ADDED, _margin(8.0)), (_margin(5.0),), (POWER,)))
    plan = with_move(with_move(with_move((), both), smaller), power)
    parts = parts_of(plan, [both, smaller, power])
    assert sorted(map(len, parts)) == [1, 2]
    for order in itertools.permutations(parts):
        done: tuple[Change, ...] = ()
        for part in order:
            done = (*done, *part)
            apply(NET, done)
        for part in parts:
            apply(NET, without(plan, part))
