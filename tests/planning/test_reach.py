"""What no plan can exceed: the ceiling of a plan's objective holds for every move on every flat."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rfopt.fixes import fixes
from rfopt.kpis import kpis, objective
from rfopt.mobility.simulate import simulate
from rfopt.network import Change, apply
from rfopt.planning.draws import by_draw
from rfopt.planning.reach import ceiling, ceiling_of, ceilings, machines_of
from rfopt.rules import rules

from ..networks import network
from ..rules.flats import Flat, faulty, judged, one_thread

MOST_MOVES = 12


@pytest.mark.parametrize("fault", ["no_dominant_server", "csfb_frequency", "cochannel_interference", "pci_mod3"])
def test_no_move_exceeds_its_ceiling(fault: str) -> None:
    evidence, figures = faulty(fault)
    findings = [finding for rule in rules.values() for finding in rule(evidence, figures)]
    moves = [move for fix in fixes.values() for move in fix(evidence, findings)]
    of = ceilings(evidence)
    with one_thread():
        for move in moves[:: max(len(moves) // MOST_MOVES, 1)]:
            reached = by_draw(simulate(evidence.situation, apply(evidence.network, move.changes)), evidence).mean()
            assert reached <= of((), move) + 1e-9, move.changes
            assert of((), move) <= ceiling_of(evidence, [c for m in moves for c in m.changes]) + 1e-9


def test_what_is_not_touched_stays() -> None:
    """With nothing touched the ceiling is the objective, with everything touched it is 1."""
    names = [name for name in kpis if kpis.facts[name].get("weight", 0.0) > 0]
    draws = [{name: kpis.facts[name]["fail"] for name in names} | {"sinr_p10_db": 1.0 * k} for k in range(3)]
    draws[2]["csfb_wanted_share"] = math.nan
    mean = sum(objective(draw) for draw in draws) / 3
    assert ceiling(draws, frozenset()) == pytest.approx(mean)
    assert ceiling(draws, frozenset({"gsm_idle", "gsm_call", "lte_idle", "lte_call", "csfb"})) == 1.0
    assert mean < ceiling(draws, frozenset({"csfb"})) < ceiling(draws, frozenset({"csfb", "gsm_call"})) < 1.0


def test_a_figure_that_is_not_known_may_become_good() -> None:
    draw = [{"reselections_per_min": 1.5, "sinr_p10_db": math.nan}]
    assert ceiling(draw, frozenset()) == 0.0
    assert ceiling(draw, frozenset({"lte_idle"})) == pytest.approx(0.1 / 0.25)


@pytest.mark.parametrize(
    ("change", "machines"),
    [
        (Change("A", None, "power_dbm", 12.0, 10.0), {"gsm_idle", "gsm_call", "csfb"}),
        (Change("L", None, "pci", 10.0, 12.0), {"lte_idle", "lte_call", "csfb"}),
        (Change("A", None, "cell_reselect_offset_db", 0.0, 2.0), {"gsm_idle", "gsm_call"}),
        (Change("A", "C", "ho_margin_pbgt_db", 6.0, 8.0), {"gsm_call"}),
        (Change("A", "C", "neighbour", "present", "absent"), {"gsm_idle", "gsm_call", "csfb"}),
        (Change("L", "62", "redirect_arfcn", "present", "absent"), {"csfb"}),
        (Change("L", None, "a3_offset_db", 3.0, 4.0), {"lte_call"}),
    ],
)
def test_what_a_change_reaches(change: Change, machines: set[str]) -> None:
    evidence, _ = faulty("no_dominant_server")
    assert machines_of(evidence, [change]) == machines


def test_where_lte_cells_list_gsm_an_idle_change_reaches_lte_too() -> None:
    layers = [{"cell": "L", "target_rat": "GSM", "priority": 2}]
    evidence, _ = judged(Flat())
    listed = network(layers=layers)
    both = replace(evidence, network=replace(evidence.network, layers=listed.layers))
    reward = Change("A", None, "cell_reselect_offset_db", 0.0, 2.0)
    assert {"lte_idle", "lte_call", "csfb"} <= machines_of(both, [reward])
