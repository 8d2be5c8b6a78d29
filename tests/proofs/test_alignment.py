"""R-ALIGN and R-HYST: said where idle and connected boundaries disagree, and only there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from rfopt.evidence import Evidence
from rfopt.mobility.anchor import Fading
from rfopt.network import Change, Network, apply, value_of
from rfopt.proofs.alignment import LEAST_PAIR_DB, MOST_SHARE, misalignments

from ..networks import evidence, network, walk_test

NET = network()


@pytest.fixture(scope="module")
def case() -> Evidence:
    return evidence(NET, walk_test(NET))


def at(case: Evidence, **levels_dbm: tuple[float, float]) -> Evidence:
    """The case with these means in the north and the south, everything else unknown, σ 4 dB."""
    gsm = case.gsm
    dbm = np.array([[levels_dbm.get(cell, (np.nan, np.nan))[p] for cell in gsm.levels.cells] for p in (0, 1)])
    return replace(case, gsm=replace(gsm, levels=replace(gsm.levels, dbm=dbm), fading=Fading(4.0, 5.0, 1000)))


def net_with(margins: Mapping[tuple[str, str], float], **offsets_db: float) -> Network:
    """NET with these power-budget margins and reselection offsets."""
    net = NET
    for (cell, other), margin in margins.items():
        net = apply(net, (Change(cell, other, "ho_margin_pbgt_db", 6.0, margin),))
    for cell, offset in offsets_db.items():
        net = apply(net, (Change(cell, None, "cell_reselect_offset_db", 0.0, offset),))
    return net


def zone(gap_db: float, low_db: float, high_db: float, sigma_db: float = 4.0) -> float:
    """The twin: share of drawn level differences that lie between two values."""
    rng = np.random.default_rng(0)
    gap = gap_db + rng.normal(0, sigma_db, 400_000) - rng.normal(0, sigma_db, 400_000)
    return float(((gap > low_db) & (gap < high_db)).mean())


def aligned(notes: list[str]) -> list[str]:
    """The pairs that R-ALIGN names."""
    return [" ".join(note.split()[i].rstrip(",") for i in (1, 7)) for note in notes if note.startswith("R-ALIGN")]


def test_a_network_as_it_comes_is_aligned(case: Evidence) -> None:
    assert misalignments(case, NET) == []


def test_a_reward_above_the_margin_is_said_with_its_share(case: Evidence) -> None:
    """Domain A.2: A rewarded 10 dB, margin 6 dB, B 3 dB stronger: calls between are handed out at once."""
    notes = misalignments(at(case, A=(-75, -75), B=(-72, -90)), net_with({}, A=10.0))
    share = zone(3.0, 6.0, 10.0)
    assert share > MOST_SHARE
    assert notes == [
        "R-ALIGN: A is rewarded 10 dB over B in idle, its handover margin to it is 6 dB; calls set up in between "
        f"({share:.0%} of the time) are handed out at once"
    ]


@pytest.mark.parametrize("gap_db", [-12.0, -6.0, -3.0, -1.0, 0.0, 3.0, 8.0, 13.0, 20.0])
def test_said_where_the_zone_holds_more_than_the_share(case: Evidence, gap_db: float) -> None:
    share = zone(gap_db, 6.0, 10.0)
    assert abs(share - MOST_SHARE) > 0.002, "a case that chance would decide tests nothing"
    notes = misalignments(at(case, A=(-80, -80), B=(-80 + gap_db, -80 + gap_db)), net_with({}, A=10.0))
    assert aligned(notes) == (["A B"] if share > MOST_SHARE else [])


def test_the_point_where_it_is_worst_decides(case: Evidence) -> None:
    net = net_with({}, A=10.0)
    assert aligned(misalignments(at(case, A=(-75, -75), B=(-100, -72)), net)) == ["A B"]
    assert aligned(misalignments(at(case, A=(-75, -75), B=(-100, np.nan)), net)) == []
    assert aligned(misalignments(at(case, A=(-75, -75), B=(-100, -98)), net)) == []


def test_a_margin_as_large_as_the_reward_is_enough(case: Evidence) -> None:
    here = at(case, A=(-75, -75), B=(-72, -72))
    assert aligned(misalignments(here, net_with({("A", "B"): 10.0}, A=10.0))) == []
    assert aligned(misalignments(here, net_with({("A", "B"): 7.0}, A=10.0))) == ["A B"]
    assert aligned(misalignments(here, net_with({("A", "B"): 12.0}, A=10.0))) == []


def test_what_counts_is_the_difference_of_rewards(case: Evidence) -> None:
    here = at(case, A=(-75, -75), B=(-72, -72))
    assert aligned(misalignments(here, net_with({}, A=10.0, B=6.0))) == []
    assert aligned(misalignments(here, net_with({}, A=20.0, B=10.0))) == ["A B"]


def test_a_penalty_is_a_reward_of_the_others(case: Evidence) -> None:
    """B subtracts its 10 dB (penalty time code 31): A is ahead by 10 dB without a reward of its own."""
    here = at(case, A=(-75, -75), B=(-72, -72))
    penalised = apply(net_with({}, B=10.0), (Change("B", None, "penalty_time_s", 20.0, 640.0),))
    assert aligned(misalignments(here, penalised)) == ["A B"]
    assert aligned(misalignments(here, net_with({}, B=10.0))) == []
    held = apply(net_with({}, A=10.0), (Change("A", None, "penalty_time_s", 20.0, 640.0),))
    assert aligned(misalignments(here, held)) == [], "the wanted cell's own offset is subtracted"


def test_only_relations_that_exist_are_judged(case: Evidence) -> None:
    here = at(case, A=(-75, -75), B=(-72, -72), C=(-72, -72))
    net = net_with({}, A=10.0)
    assert aligned(misalignments(here, net)) == ["A B", "A C"]
    gone = apply(net, (Change("A", "B", "neighbour", "present", "absent"),))
    assert aligned(misalignments(here, gone)) == ["A C"]


def test_only_wanted_cells_are_judged(case: Evidence) -> None:
    here = at(case, A=(-75, -75), B=(-72, -72))
    other = replace(here, case=replace(case.case, wanted=("C",)))
    assert misalignments(other, net_with({}, A=10.0)) == []
    unheard = replace(here, case=replace(case.case, wanted=("Z",)))
    assert misalignments(unheard, net_with({}, A=10.0)) == []


@pytest.mark.parametrize(
    ("there", "back"), [(2.0, 1.0), (0.0, 0.0), (-3.0, 6.0), (2.0, LEAST_PAIR_DB - 2.0), (3.0, 3.0)]
)
def test_margins_of_a_pair_must_not_circle(case: Evidence, there: float, back: float) -> None:
    notes = misalignments(case, net_with({("A", "C"): there, ("C", "A"): back}))
    expected = f"R-HYST: handover margins between A and C sum to {there + back:g} dB, expected 4 dB or more"
    assert [n for n in notes if n.startswith("R-HYST")] == ([expected] if there + back < LEAST_PAIR_DB else [])
    assert aligned(notes) == (["A C"] if there < 0.0 else []), "a margin below nought hands out at once by itself"


def test_a_one_way_relation_cannot_circle(case: Evidence) -> None:
    net = apply(net_with({("A", "C"): 0.0}), (Change("C", "A", "neighbour", "present", "absent"),))
    assert misalignments(case, net) == []


def test_pairs_without_a_wanted_cell_are_not_judged(case: Evidence) -> None:
    assert misalignments(case, net_with({("B", "C"): 0.0, ("C", "B"): 0.0})) == []


def test_levels_are_those_the_plan_leaves(case: Evidence) -> None:
    """B 3 dB stronger than the rewarded A is in the zone; turned down by 12 dB it is no more."""
    here = at(case, A=(-75, -75), B=(-72, -72))
    net = net_with({}, A=10.0)
    assert aligned(misalignments(here, net)) == ["A B"]
    quiet = apply(net, (Change("B", None, "power_dbm", 12.0, 0.0),))
    assert aligned(misalignments(here, quiet)) == []
    own = apply(net, (Change("A", None, "power_dbm", 12.0, 3.0),))
    assert aligned(misalignments(at(case, A=(-75, -75), B=(-84, -84)), net)) == []
    assert aligned(misalignments(at(case, A=(-75, -75), B=(-84, -84)), own)) == ["A B"]


def test_the_network_asked_about_decides_not_the_one_as_found(case: Evidence) -> None:
    here = at(case, A=(-75, -75), B=(-72, -72))
    assert value_of(here.network, "A", None, "cell_reselect_offset_db") == 0.0
    assert misalignments(here, NET) == []
    assert aligned(misalignments(replace(here, network=net_with({}, A=10.0)), NET)) == []
