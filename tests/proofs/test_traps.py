"""Circles, disagreeing boundaries and one-way traps: proven absent, or shown by levels at which the machines do it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rfopt.kernels import gsm_dedicated, gsm_idle, lte_connected, lte_idle
from rfopt.mobility.setup import gsm_call_arrays, gsm_idle_arrays, lte_call_arrays, lte_idle_arrays
from rfopt.network import Change, Network, apply
from rfopt.proofs.circles import ALWAYS_DB, NEVER_DB, Moves, circles
from rfopt.proofs.traps import LEAST_PAIR_DB, Trap, traps

from ..networks import ALL_RELATIONS, CELLS, GSM, network

QUIET_MW = 1e-14
NET = network()
LTE_CELLS: dict[str, dict[str, object]] = {
    "M": {"earfcn": 37900}, "N": {**CELLS["M"], "pci": 12}, "O": {**CELLS["M"], "pci": 13, "earfcn": 37900},
}  # fmt: skip
"""With L: two carriers of two cells each."""


def found(net: Network, kind: str, machine: str = "") -> list[Trap]:
    traps_ = traps(net, list(net.cells.index))
    return [trap for trap in traps_ if trap.kind == kind and machine in ("", trap.machine)]


# ---- the machines at constant levels ----


def serve(machine: str, net: Network, dbm: Mapping[str, float], start: str, poor: tuple[str, ...] = ()) -> np.ndarray:
    """Names of the servers over time at constant reported levels, the other cells unheard."""
    rat = "GSM" if machine.startswith("gsm") else "LTE"
    names = net.of_rat(rat).index
    step, steps = {"gsm_call": (0.48, 320), "lte_call": (0.04, 900)}.get(machine, (0.5, 300))
    edge = {"gsm_idle": -0.5, "gsm_call": -0.5, "lte_idle": 0.5, "lte_call": 0.0}[machine]
    level = np.array([dbm.get(name, math.nan) + edge for name in names], dtype=np.float32)
    trace, time = np.tile(level, (1, steps, 1)), np.arange(steps) * step
    still, first = np.zeros(len(names)), [names.get_loc(start)]
    floor = np.full(len(names), QUIET_MW)
    if machine == "gsm_idle":
        arrays = gsm_idle_arrays(net, names) | {"coupling": np.zeros((len(names),) * 2)}
        server = gsm_idle.camp(trace, time, still, first, **arrays, floor_mw=floor)[0]
    elif machine == "lte_idle":
        server = lte_idle.camp(trace, time, still, first, **lte_idle_arrays(net, names))[0]
    elif machine == "gsm_call":
        disturbed = [10 ** ((dbm[n] - 8.5) / 10) if n in poor else QUIET_MW for n in names]
        none, ones = {"coupling": np.zeros((len(names),) * 2)}, np.ones((1, steps))
        server = gsm_dedicated.call(
            trace, time, still, first, **(gsm_call_arrays(net, names) | none | {"tch_coupling": none["coupling"]}),
            floor_mw=floor, tch_floor_mw=disturbed, jitter_db=0 * ones, luck=ones, handover_luck=ones,
        )[0]  # fmt: skip
    else:
        server = lte_connected.hand_over(
            trace, time, still, first,
            **(lte_call_arrays(net, names) | {"coupling": np.zeros((len(names),) * 2)}), floor_mw=floor,
        )[0]  # fmt: skip
    return np.where(server[0] >= 0, names.to_numpy()[server[0]], "")


def changes_late(servers: np.ndarray) -> int:
    half = servers[len(servers) // 2 :]
    return int((half[1:] != half[:-1]).sum())


def check_circles(trap: Trap, net: Network) -> None:
    """At the levels of the counterexample the machine never comes to rest, whichever of the cells it begins on."""
    levels = dict(zip(trap.cells, trap.levels_dbm, strict=True))
    poor = tuple(cell for cell, cause in zip(trap.cells, trap.causes, strict=True) if cause == "quality")
    for start in trap.cells:
        servers = serve(trap.machine, net, levels, start, poor)
        assert changes_late(servers) >= 3, (trap, start)
        assert set(servers[len(servers) // 2 :]) <= set(trap.cells)


def check_rests(machine: str, net: Network, rng: np.random.Generator, times: int) -> None:
    """At levels drawn at random the machine comes to rest."""
    rat, span = ("GSM", (-110, -46)) if machine.startswith("gsm") else ("LTE", (-125, -60))
    names = list(net.of_rat(rat).index)
    for _ in range(times):
        around = rng.integers(*span)
        dbm = {name: float(np.clip(around + rng.integers(-8, 9), *span)) for name in names}
        servers = serve(machine, net, dbm, names[rng.integers(len(names))])
        assert changes_late(servers) == 0, (machine, dbm)


# ---- circles against all levels tried one by one ----


SMALL_DB = st.sampled_from([NEVER_DB, -2.0, -1.0, 0.0, 1.0, 2.0])


@st.composite
def ways(draw: st.DrawFn) -> list[Moves]:
    cells = draw(st.integers(2, 4))

    def table(values: st.SearchStrategy[float]) -> np.ndarray:
        return np.array(draw(st.lists(values, min_size=cells**2, max_size=cells**2))).reshape(cells, cells)

    low, high = st.sampled_from([-2.0, -1.0, 0.0]), st.sampled_from([2.0, 1.0, 0.0])
    return [
        Moves(str(k), table(SMALL_DB if k == 0 else st.sampled_from([NEVER_DB, ALWAYS_DB])), table(low), table(high))
        for k in range(draw(st.integers(1, 2)))
    ]


def moves_at(steps: list[Moves], levels: tuple[float, ...], s: int, n: int) -> bool:
    return s != n and any(
        levels[n] - levels[s] >= way.lead_db[s, n]
        and levels[n] >= way.least_dbm[s, n]
        and levels[s] <= way.most_dbm[s, n]
        for way in steps
    )


@hypothesis_settings(max_examples=60, deadline=None)
@given(ways())
def test_circles_are_those_that_trying_all_levels_finds(steps: list[Moves]) -> None:
    cells = len(steps[0].lead_db)
    restless: set[frozenset[int]] = set()
    for levels in product(range(-2, 3), repeat=cells):
        for length in range(2, cells + 1):
            for order in permutations(range(cells), length):
                if order[0] == min(order) and all(
                    moves_at(steps, levels, a, b) for a, b in zip(order, (*order[1:], order[0]), strict=True)
                ):
                    restless.add(frozenset(order))
    least = {one for one in restless if not any(other < one for other in restless)}
    got = circles(steps, np.full(cells, -2.0), np.full(cells, 2.0))
    assert {frozenset(circle.cells) for circle in got} == least
    for circle in got:
        levels = [math.nan] * cells
        for cell, level in zip(circle.cells, circle.levels_dbm, strict=True):
            levels[cell] = level
        around = zip(circle.cells, (*circle.cells[1:], circle.cells[0]), strict=True)
        assert all(moves_at(steps, tuple(levels), s, n) for s, n in around)


# ---- a network as it comes, and one with each fault ----


def test_a_network_as_it_comes_has_no_traps() -> None:
    assert traps(NET, list(NET.cells.index)) == []


def margins(*values: tuple[str, str, float], parameter: str = "ho_margin_pbgt_db", old: float = 6.0) -> Network:
    return apply(NET, tuple(Change(a, b, parameter, old, value) for a, b, value in values))


def test_a_pair_whose_margins_sum_below_nought_circles() -> None:
    net = margins(("A", "C", -5.0), ("C", "A", 2.0))
    (trap,) = found(net, "circle")
    assert (trap.machine, trap.cells, trap.causes) == ("gsm_call", ("A", "C"), ("power_budget", "power_budget"))
    a, c = trap.levels_dbm
    assert c - a > -5.0 and a - c > 2.0
    check_circles(trap, net)


def test_three_margins_that_sum_below_nought_circle_though_no_pair_does() -> None:
    net = margins(("A", "B", -2.0), ("B", "C", -2.0), ("C", "A", 1.0))
    (trap,) = found(net, "circle")
    assert set(trap.cells) == {"A", "B", "C"}
    check_circles(trap, net)


def test_four_cells_that_hand_a_call_round() -> None:
    order = ("A", "B", "C", "D")
    net = margins(*((a, b, -1.0) for a, b in zip(order, (*order[1:], "A"), strict=True)))
    (trap,) = found(net, "circle")
    assert len(trap.cells) == 4
    check_circles(trap, net)


def test_bad_quality_takes_a_call_back_that_a_negative_margin_gave_away() -> None:
    net = margins(("A", "C", -3.0))
    assert found(net, "circle") == []
    (trap,) = found(net, "quality")
    assert trap.causes == ("power_budget", "quality")
    check_circles(trap, net)


@pytest.mark.parametrize("total", [0.0, 1.0, LEAST_PAIR_DB - 1.0, LEAST_PAIR_DB])
def test_margins_that_meet_do_not_circle_and_are_called_narrow(total: float) -> None:
    net = margins(("A", "C", -3.0), ("C", "A", total + 3.0))
    assert found(net, "circle") == []
    assert [(t.cells, t.amount_db) for t in found(net, "narrow")] == ([(("A", "C"), total)] if total < 4.0 else [])
    check_rests("gsm_call", net, np.random.default_rng(0), 20)


def test_margins_one_short_circle_on_averages_only() -> None:
    """−3 and 2: no whole decibels do it, but a level that alternates between two reports has an average between."""
    net = margins(("A", "C", -3.0), ("C", "A", 2.0))
    (trap,) = found(net, "circle")
    a, c = trap.levels_dbm
    assert not (a.is_integer() and c.is_integer()) and c - a > -3.0 and a - c > 2.0


def test_an_umbrella_that_a_power_budget_undoes() -> None:
    net = apply(NET, (Change("C", None, "ho_level_umbrella_dbm", math.nan, -90.0),))
    traps_ = found(net, "circle")
    assert {frozenset(trap.cells) for trap in traps_} == {frozenset("AC"), frozenset("BC"), frozenset("CD")}
    assert all(math.isnan(trap.amount_db) and "umbrella" in trap.causes for trap in traps_)
    for trap in traps_:
        check_circles(trap, net)


def test_quality_margins_circle_where_quality_is_bad() -> None:
    net = margins(("A", "C", -4.0), ("C", "A", -2.0), parameter="ho_margin_qual_db", old=0.0)
    assert found(net, "circle") == []
    (trap,) = found(net, "quality")
    assert trap.causes == ("quality", "quality")
    check_circles(trap, net)


def test_idle_mode_never_circles_whatever_it_broadcasts() -> None:
    """C2 is one number a cell: it cannot rise all the way round."""
    rng = np.random.default_rng(3)
    for _ in range(5):
        odd = tuple(
            Change(cell, None, parameter, old, float(rng.choice(choices)))
            for cell in GSM
            for parameter, old, choices in (
                ("cell_reselect_offset_db", 0.0, [0, 10, 60]),
                ("penalty_time_s", 20.0, [20, 640]),
                ("temporary_offset_db", 0.0, [0, 20]),
                ("lac", 1.0, [1, 2]),
                ("rxlev_access_min_dbm", -100.0, [-110, -90]),
            )
        )
        net = apply(NET, tuple(change for change in odd if change.old != change.new))
        assert found(net, "circle", "gsm_idle") == []
        check_rests("gsm_idle", net, rng, 8)


def lte(layers: tuple[tuple[str, int, float, float, float], ...] = (), **cells: dict[str, object]) -> Network:
    """L and N on 38400, M and O on 37900; layers are (cell, carrier, priority, high, low)."""
    rows = [
        {"cell": cell, "target_rat": "LTE", "target_channel": to, "priority": priority, "thresh_x_high_db": high,
         "thresh_x_low_db": low, "q_rxlevmin_dbm": -124}
        for cell, to, priority, high, low in layers
    ]  # fmt: skip
    changed = {name: {**LTE_CELLS.get(name, {}), **cells.get(name, {})} for name in ("L", "M", "N", "O")}
    return network(changed, layers=rows)


def test_carriers_that_each_call_the_other_higher_circle() -> None:
    one_sided = (("L", 37900, 6.0, 10.0, 0.0), ("M", 38400, 4.0, 10.0, 0.0))
    assert found(lte(one_sided), "circle") == []
    net = lte((("L", 37900, 6.0, 10.0, 0.0), ("M", 38400, 7.0, 10.0, 0.0)))
    (trap,) = found(net, "circle")
    assert (trap.machine, set(trap.cells)) == ("lte_idle", {"L", "M"}) and math.isnan(trap.amount_db)
    check_circles(trap, net)


def test_a_lower_layer_left_before_it_is_too_weak_circles() -> None:
    """Down below −124 + 20 dBm, up again above −124 + 10 dBm."""
    net = lte((("L", 37900, 4.0, 62.0, 0.0), ("M", 38400, 6.0, 10.0, 0.0)), L={"thresh_serving_low_db": 20},
              M={"cell_reselection_priority": 4})  # fmt: skip
    assert {"L", "M"} in [set(trap.cells) for trap in found(net, "circle")]
    for trap in found(net, "circle"):
        check_circles(trap, net)
    apart = lte((("L", 37900, 4.0, 62.0, 0.0), ("M", 38400, 6.0, 22.0, 0.0)), L={"thresh_serving_low_db": 20},
                M={"cell_reselection_priority": 4})  # fmt: skip
    assert found(apart, "circle") == []
    check_rests("lte_idle", apart, np.random.default_rng(0), 20)


def related(**values: float) -> Network:
    """L and N with offsets either way; `values` are those of ``L_N`` and ``N_L``."""
    pairs = {pair: {} for pair in ALL_RELATIONS}
    pairs |= {tuple(name.split("_")[:2]): {name.split("_", 2)[2]: v} for name, v in values.items()}  # type: ignore[misc]
    return network({"N": LTE_CELLS["N"]}, pairs)


def test_ranking_offsets_that_eat_the_hysteresis_circle() -> None:
    assert found(related(L_N_q_offset_db=-4, N_L_q_offset_db=-4), "circle") == []
    net = related(L_N_q_offset_db=-6, N_L_q_offset_db=-4)
    (trap,) = found(net, "circle", "lte_idle")
    assert set(trap.cells) == {"L", "N"}
    check_circles(trap, net)


def test_individual_offsets_that_eat_the_event_circle() -> None:
    assert found(related(L_N_cio_db=4, N_L_cio_db=4), "circle") == []
    net = related(L_N_cio_db=6, N_L_cio_db=5)
    (trap,) = found(net, "circle", "lte_call")
    check_circles(trap, net)


@pytest.mark.parametrize("seed", range(12))
def test_the_proof_agrees_with_the_calls_it_is_about(seed: int) -> None:
    rng = np.random.default_rng(seed)
    net = margins(*((a, b, float(rng.integers(-3, 9))) for a, b in ALL_RELATIONS))
    found_ = found(net, "circle", "gsm_call")
    whole = [trap for trap in found_ if all(float(level).is_integer() for level in trap.levels_dbm)]
    for trap in whole[:3]:
        check_circles(trap, net)
    if not found_:
        check_rests("gsm_call", net, rng, 10)


@pytest.mark.parametrize("seed", range(12))
def test_the_proof_agrees_with_idle_lte(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layers = tuple(
        (cell, to, float(rng.integers(3, 8)), float(rng.choice([4, 10, 20])), float(rng.choice([0, 4, 10])))
        for cell, to in (("L", 37900), ("N", 37900), ("M", 38400), ("O", 38400))
    )
    cells = {name: {"cell_reselection_priority": int(rng.integers(3, 8)),
                    "thresh_serving_low_db": int(rng.choice([4, 10, 20]))} for name in "LMNO"}  # fmt: skip
    net = lte(layers, **cells)
    found_ = found(net, "circle", "lte_idle")
    for trap in found_[:4]:
        check_circles(trap, net)
    if not found_:
        check_rests("lte_idle", net, rng, 10)


# ---- idle and call boundaries ----


def test_a_reward_above_the_margin_leaves_a_zone() -> None:
    """Domain A.2: A rewarded 10 dB, margin 6: idle rests on A and the call goes to B at once."""
    net = apply(NET, (Change("A", None, "cell_reselect_offset_db", 0.0, 10.0),))
    zones = found(net, "align")
    assert {(trap.cells, trap.amount_db) for trap in zones} == {(("A", other), 4.0) for other in "BCD"}
    for trap in zones:
        levels = dict(zip(trap.cells, trap.levels_dbm, strict=True))
        assert set(serve("gsm_idle", net, levels, "A")) == {"A"}
        assert serve("gsm_call", net, levels, "A")[-1] == trap.cells[1]
    assert found(margins(("A", "B", 10.0)), "align") == []


def test_a_penalty_and_an_access_level_move_the_boundary_too() -> None:
    penalised = (
        Change("B", None, "cell_reselect_offset_db", 0.0, 10.0),
        Change("B", None, "penalty_time_s", 20.0, 640.0),
    )
    assert {t.cells for t in found(apply(NET, penalised), "align")} == {("A", "B"), ("C", "B"), ("D", "B")}
    shut = apply(NET, (Change("B", None, "rxlev_access_min_dbm", -100.0, -90.0),))
    assert ("A", "B") in {t.cells for t in found(shut, "align")}
    area = apply(NET, (Change("B", None, "lac", 1.0, 2.0), Change("A", None, "cell_reselect_hysteresis_db", 4.0, 8.0)))
    assert {t.cells for t in found(area, "align")} == {("A", "B")}


def test_an_event_that_fires_before_the_rank_does() -> None:
    net = network({"N": LTE_CELLS["N"], "L": {"q_hyst_db": 6}})
    (trap,) = (t for t in found(net, "align") if t.cells == ("L", "N"))
    assert (trap.machine, trap.amount_db) == ("lte_call", 2.0)


# ---- no way back ----


def test_a_cell_without_a_way_back_is_a_trap() -> None:
    gone = tuple(Change("D", other, "neighbour", "present", "absent") for other in "ABC")
    net = apply(NET, gone)
    assert {(t.machine, t.cells) for t in found(net, "one_way")} == {
        (machine, (other, "D")) for machine in ("gsm_idle", "gsm_call") for other in "ABC"
    }
    for trap in found(net, "one_way"):
        there = dict(zip(trap.cells, trap.levels_dbm, strict=True))
        assert serve(trap.machine, net, there, trap.cells[0])[-1] == "D"
        assert set(serve(trap.machine, net, {**there, trap.cells[0]: -47.0}, "D")) == {"D"}


def test_a_way_back_through_a_third_cell_is_a_way_back() -> None:
    assert found(apply(NET, (Change("C", "A", "neighbour", "present", "absent"),)), "one_way") == []


def test_a_margin_beyond_all_levels_is_no_way_back() -> None:
    far = {"ho_margin_pbgt_db": 63, "ho_margin_lev_db": 24, "rxlev_min_cell_dbm": -47}
    only = network({"B": None, "D": None}, {("A", "C"): {}, ("C", "A"): far})
    assert {(t.machine, t.cells) for t in found(only, "one_way")} == {("gsm_call", ("A", "C"))}


def test_a_carrier_that_is_not_listed_back_is_a_trap() -> None:
    net = lte((("L", 37900, 6.0, 10.0, 0.0),))
    assert ("L", "M") in {t.cells for t in found(net, "one_way", "lte_idle")}


def test_lte_left_for_gsm_at_a_level_at_which_gsm_gives_it_back() -> None:
    row = {"cell": "L", "target_rat": "GSM", "priority": 2, "thresh_x_low_db": 0, "q_rxlevmin_dbm": -105}
    good = network({"L": {"thresh_serving_low_db": 4}}, layers=[row])
    assert found(good, "circle", "idle") == []
    bad = network({"L": {"thresh_serving_low_db": 30}, "M": None}, layers=[row])
    assert {frozenset(t.cells) for t in found(bad, "circle", "idle")} == {frozenset(("L", g)) for g in GSM}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_trap_is_said(lang: str) -> None:
    net = margins(("A", "C", -5.0), ("C", "A", 2.0), ("A", "B", 1.0), ("B", "A", 1.0))
    net = apply(net, (Change("A", None, "cell_reselect_offset_db", 0.0, 10.0),))
    net = apply(net, tuple(Change("D", other, "neighbour", "present", "absent") for other in "ABC"))
    kinds = {trap.kind: trap.sentence(lang) for trap in traps(net, list(GSM))}
    assert set(kinds) == {"circle", "narrow", "align", "one_way"}
    assert all("{" not in text and "dB" in text for text in kinds.values())
    umbrella = apply(NET, (Change("C", None, "ho_level_umbrella_dbm", math.nan, -90.0),))
    assert all("nan" not in trap.sentence(lang) for trap in found(umbrella, "circle"))


def test_cells_that_nobody_hears_are_not_looked_at() -> None:
    net = margins(("A", "C", -5.0), ("C", "A", 2.0))
    assert traps(net, ["A", "B", "L"]) == [] and traps(net, ["A"]) == []
    assert replace(found(net, "circle")[0]) == found(net, "circle")[0]
