"""What the gate would refuse is not recommended."""

from __future__ import annotations

from rfopt.audits import refusals
from rfopt.finding import Move
from rfopt.network import Change, apply
from rfopt.planning.audited import passing

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
