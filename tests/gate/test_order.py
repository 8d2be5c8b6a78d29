"""A safe order: no state between transactions is faulty, every change is made once, what only goes together does."""

from __future__ import annotations

from rfopt.audits import refusals
from rfopt.drafts import read_draft
from rfopt.gate.order import Order, order_text, safe_order
from rfopt.network import Change, Network, Plan, apply, diff

from ..audits.plans import K1, NI, ROOT, W, baohu, estate
from ..networks import network


def see_that_it_is_safe(net: Network, plan: Plan, order: Order) -> None:
    done: Plan = ()
    for transaction in order.transactions:
        done = (*done, *transaction)
        assert refusals(net, tuple(sorted(done, key=plan.index))) == []
    assert sorted(map(str, done)) == sorted(map(str, plan))
    assert diff(apply(net, done), apply(net, plan)) == ()


def test_the_engineers_plan_has_an_order_in_small_steps() -> None:
    net = baohu()
    plan = read_draft(ROOT / "drive_tests" / "baohu_tianxia" / "engineers_plan.csv").plan
    order = safe_order(net, plan)
    see_that_it_is_safe(net, plan, order)
    names = [{change.parameter for change in step} for step in order.transactions]
    assert {"penalty_time_s", "cell_reselect_offset_db"} in names, "a penalty and its sign are one setting"
    assert max(map(len, order.transactions)) == 2 and order.transactions[-1][0].parameter == "mech_tilt_deg"


def test_relations_both_ways_go_in_one_transaction() -> None:
    net = estate()
    plan = (
        Change("A", None, "power_dbm", 12.0, 10.0),
        Change("G2", "C", "neighbour", "absent", "present"),
        Change("C", "G2", "neighbour", "absent", "present"),
        Change("C", "G2", "ho_margin_pbgt_db", 6.0, 8.0),
    )
    order = safe_order(net, plan)
    see_that_it_is_safe(net, plan, order)
    assert [len(step) for step in order.transactions] == [1, 3]
    assert "none back" in order.because[1] and "together: " in order_text(order)


def test_a_retune_comes_between_its_lists() -> None:
    net = baohu()
    lists = sorted(cell for cell, arfcn in net.redirects if arfcn == 1006)
    added = tuple(Change(c, "1010", "redirect_arfcn", "absent", "present") for c in lists)
    plan = (
        Change(NI, None, "arfcn", 1006.0, 1010.0),
        *added,
        *(Change(c, "1006", "redirect_arfcn", "present", "absent") for c in lists),
    )
    order = safe_order(net, plan)
    see_that_it_is_safe(net, plan, order)
    assert [step[0].new for step in order.transactions] == ["absent"] * 3 + [1010.0] + ["present"] * 3
    together = safe_order(net, plan[:4])
    see_that_it_is_safe(net, plan[:4], together)
    assert [len(step) for step in together.transactions] == [4], "new entries lead to nobody before, old ones after"


def test_margins_rise_before_they_fall() -> None:
    net = network(relations={("A", "C"): {"ho_margin_pbgt_db": 3}, ("C", "A"): {"ho_margin_pbgt_db": 3}})
    plan = (Change("A", "C", "ho_margin_pbgt_db", 3.0, 0.0), Change("C", "A", "ho_margin_pbgt_db", 3.0, 8.0))
    order = safe_order(net, plan)
    see_that_it_is_safe(net, plan, order)
    assert [step[0].cell for step in order.transactions] == ["C", "A"]


def test_a_faulty_plan_has_no_order() -> None:
    order = safe_order(baohu(), (Change(W, K1, "ho_margin_pbgt_db", 4.0, -20.0),))
    assert order.transactions == () and any("R-" in why for why in order.whole)


def test_what_else_is_asked_counts_too() -> None:
    net, plan = estate(), (Change("A", None, "power_dbm", 12.0, 10.0), Change("C", None, "power_dbm", 43.0, 41.0))
    order = safe_order(net, plan, lambda part: ["A first"] if [c.cell for c in part] == ["A"] else [])
    assert [step[0].cell for step in order.transactions] == ["C", "A"]
    apart = safe_order(net, plan, lambda part: ["not alone"] if len(part) == 1 else [])
    assert len(apart.transactions) == 1 and apart.because == ("not alone",)
