"""Replays on common random numbers: the same chance for every plan, and nothing moves that nothing touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numba
import numpy as np
import pytest

from rfopt.evidence import Evidence
from rfopt.kpis import compute
from rfopt.mobility.reasons import RESELECTIONS, Reason
from rfopt.mobility.simulate import ANTENNA_ERROR_SHARE, STAY_S, averaged, simulate
from rfopt.mobility.situation import (
    IDLE_STEP_S,
    MOST_REMEMBERED,
    SACCH_S,
    Budget,
    Situation,
    attempt_steps,
    prepare,
    stable_key,
)
from rfopt.mobility.timeline import ELSEWHERE, Fallbacks, Replay, Timeline
from rfopt.network import Change, Network, apply, value_of
from rfopt.radio.predict import level_change_db

from ..networks import ALL_RELATIONS, SMALL, evidence, network, walk, walk_test

NET = network(redirects=(("L", 70), ("M", 70)))
MACHINES = ("gsm_idle", "gsm_call", "lte_idle", "lte_call")


@pytest.fixture(scope="module")
def case() -> Evidence:
    return evidence(NET, walk_test(NET))


@pytest.fixture(scope="module")
def situation(case: Evidence) -> Situation:
    return case.situation


def changed(*changes: tuple[str, str | None, str, float | str]) -> Network:
    """NET after changes without their old values."""
    net = NET
    for cell, neighbour, parameter, new in changes:
        net = apply(net, (Change(cell, neighbour, parameter, value_of(net, cell, neighbour, parameter), new),))
    return net


def contents(replay: Replay) -> bytes:
    """Every number of a replay, as bytes."""
    parts: list[bytes] = []
    for part in (*replay.timelines, *replay.fallbacks):
        values = [getattr(part, field.name) for field in fields(part)]
        parts += [v.tobytes() if isinstance(v, np.ndarray) else str(v).encode() for v in values]
    return b"|".join(parts)


def by_machine(replay: Replay) -> dict[str, list[Timeline | Fallbacks]]:
    return {**{name: list(replay.of(name)) for name in MACHINES}, "csfb": list(replay.fallbacks)}


def moved(before: Replay, after: Replay) -> set[str]:
    """Machines any of whose parts is another object."""
    old, new = by_machine(before), by_machine(after)
    return {name for name in old if any(a is not b for a, b in zip(old[name], new[name], strict=True))}


def again(case: Evidence, seed: int = 0, budget: Budget = SMALL) -> Situation:
    return prepare(NET, case.gsm, case.lte, ("A",), seed, budget)


# --- determinism ----------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(case: Evidence) -> None:
    assert contents(simulate(again(case), NET)) == contents(simulate(again(case), NET)) == contents(case.replay)


def test_another_seed_gives_others(case: Evidence) -> None:
    one, other = simulate(again(case, 1), NET), simulate(again(case, 2), NET)
    for name in MACHINES:
        assert any(
            not np.array_equal(a.level_dbm, b.level_dbm, equal_nan=True)
            for a, b in zip(one.of(name), other.of(name), strict=True)
        )


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one thread only")
def test_the_number_of_threads_does_not_matter(case: Evidence) -> None:
    found = []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        try:
            found.append(contents(simulate(again(case), NET)))
        finally:
            numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    assert found[0] == found[1]


def test_stable_keys_are_the_same_everywhere() -> None:
    assert stable_key("0", "gsm_idle", "north") == 8901172668032929874
    assert stable_key("ab", "c") != stable_key("a", "bc")
    assert 0 <= stable_key("宝湖天下NG2-5") < 2**63


def test_a_simulation_leaves_its_situation_as_it_was(case: Evidence) -> None:
    situation = again(case)
    traces = {key: trace.copy() for key, trace in situation.traces.items()}
    first = contents(simulate(situation, NET))
    simulate(situation, changed(("A", None, "power_dbm", 2.0), ("C", None, "mech_tilt_deg", 0.0)))
    situation.done.clear()
    assert contents(simulate(situation, NET)) == first
    for key, trace in situation.traces.items():
        np.testing.assert_array_equal(trace, traces[key])


# --- what a change reaches ------------------------------------------------------------------------------------------


def test_an_unchanged_network_gives_the_very_same_objects(case: Evidence) -> None:
    assert moved(case.replay, simulate(case.situation, NET)) == set()


REACH = [
    (("A", "B", "ho_margin_pbgt_db", 12.0), {"gsm_call"}, set()),
    (("A", None, "ho_threshold_lev_dbm", -80.0), {"gsm_call"}, set()),
    (("B", None, "ho_level_umbrella_dbm", -90.0), {"gsm_call"}, set()),
    (("A", None, "ho_threshold_interference_dbm", -90.0), {"gsm_call"}, set()),
    (("A", None, "ho_priority", 7.0), {"gsm_call"}, set()),
    (("A", None, "ho_votes_px", 1.0), {"gsm_call"}, set()),
    (("A", None, "number_of_zero_results", 7.0), {"gsm_call"}, set()),
    (("A", None, "min_int_between_unsucc_ho_s", 0.0), {"gsm_call"}, set()),
    (("A", None, "thresh_eutran_high_db", 20.0), set(), set()),
    (("B", None, "cell_reselect_offset_db", 20.0), {"gsm_idle"}, {"gsm_call"}),
    (("A", None, "temporary_offset_db", 30.0), {"gsm_idle"}, {"gsm_call"}),
    (("A", None, "lac", 9.0), {"gsm_idle", "csfb"}, {"gsm_call"}),
    (("L", None, "q_hyst_db", 10.0), {"lte_idle"}, {"lte_call", "csfb"}),
    (("L", "M", "neighbour", "present"), set(), set()),
    (("L", None, "a3_offset_db", 6.0), {"lte_call"}, set()),
    (("L", "62", "redirect_arfcn", "present"), {"csfb"}, set()),
    (("L", "70", "redirect_arfcn", "absent"), {"csfb"}, set()),
    (("L", None, "tac", 2.0), {"csfb"}, set()),
    (("L", None, "power_dbm", 5.0), {"lte_idle", "lte_call"}, {"csfb"}),
    (("A", None, "power_dbm", 5.0), {"gsm_idle", "gsm_call", "csfb"}, set()),
    (("C", None, "mech_tilt_deg", 0.0), {"gsm_idle", "gsm_call", "csfb"}, set()),
    (("A", None, "arfcn", 70.0), {"gsm_idle", "gsm_call", "csfb"}, set()),
    (("M", None, "pci", 13.0), {"lte_idle", "lte_call"}, {"csfb"}),
    (("A", "C", "neighbour", "absent"), {"gsm_idle", "gsm_call"}, set()),
    (("A", None, "site", "x"), set(), set()),
    (("A", None, "ci", 12.0), set(), set()),
]  # fmt: skip


@pytest.mark.parametrize(("change", "surely", "perhaps"), REACH, ids=[f"{c}-{p}" for (c, _, p, _), _, _ in REACH])
def test_only_the_machines_a_parameter_touches_are_run_again(
    case: Evidence, change: tuple[str, str | None, str, float | str], surely: set[str], perhaps: set[str]
) -> None:
    """`perhaps`: machines that start where another one ended."""
    found = moved(case.replay, simulate(case.situation, changed(change)))
    assert surely <= found <= surely | perhaps


def test_what_was_simulated_before_is_remembered_and_the_oldest_forgotten(case: Evidence) -> None:
    situation = again(case)
    first = simulate(situation, NET)
    other = simulate(situation, changed(("A", "B", "ho_margin_pbgt_db", 12.0)))
    assert moved(other, simulate(situation, changed(("A", "B", "ho_margin_pbgt_db", 12.0)))) == set()
    for margin in range(MOST_REMEMBERED // 2 + 4):
        simulate(situation, changed(("A", "B", "ho_margin_lev_db", 4.0 + margin)))
        assert len(situation.done) <= MOST_REMEMBERED
    assert moved(first, simulate(situation, NET)) == {"gsm_call"}, "what is asked for again and again stays"


PLANS = [
    (("A", None, "power_dbm", 4.0),),
    (("A", None, "power_dbm", 4.0), ("C", None, "azimuth_deg", 90.0)),
    (("C", None, "azimuth_deg", 90.0),),
    (("C", None, "azimuth_deg", 120.0), ("A", None, "power_dbm", 8.0)),
    (("L", "M", "neighbour", "absent"), ("M", "L", "neighbour", "present"), ("M", "L", "q_offset_db", 8.0)),
    (("L", "M", "q_offset_db", 0.0),),
    (("L", "M", "neighbour", "absent"),),
    (("L", None, "load", 1.0),),
    (("L", None, "pci", 11.0), ("M", None, "pci", 10.0)),
    (("A", None, "arfcn", 70.0), ("B", None, "arfcn", 62.0)),
    (("A", None, "bsic", "1-1"),),
    (("A", "B", "neighbour", "absent"), ("A", "C", "neighbour", "absent")),
    (("A", "C", "neighbour", "absent"), ("A", "B", "ho_margin_pbgt_db", 0.0)),
    (("C", None, "lat", 38.499), ("D", None, "height_m", 60.0)),
    (("C", None, "height_m", 60.0),),
    (("L", "62", "redirect_arfcn", "present"), ("M", "62", "redirect_arfcn", "present")),
    (("L", None, "a3_time_to_trigger_ms", 40.0), ("A", None, "tch_arfcns", "72;74")),
    (("C", None, "h_beamwidth_deg", 30.0), ("C", None, "azimuth_deg", 200.0)),
    (),
]  # fmt: skip


def test_what_is_remembered_is_what_a_fresh_situation_gives() -> None:
    """One situation asked about all plans in two orders, against a new one for each: nothing remembered is stale."""
    relations = {**{pair: {} for pair in ALL_RELATIONS}, ("L", "M"): {"q_offset_db": 8}}
    net = network(relations=relations, redirects=(("L", 70), ("M", 70)))
    small = Budget(runs=3, draws=3, idle_s=60.0, warm_s=20.0, call_s=15.0, lte_call_s=10.0)
    case = evidence(net, walk_test(net), budget=small)
    after = []
    for plan in PLANS:
        after.append(net)
        for change in plan:
            after[-1] = apply(after[-1], (Change(*change[:3], value_of(after[-1], *change[:3]), change[3]),))
    fresh = [contents(simulate(prepare(net, case.gsm, case.lte, ("A",), 0, small), one)) for one in after]
    assert len(set(fresh)) > len(PLANS) / 2
    for order in (range(len(PLANS)), reversed(range(len(PLANS)))):
        kept = prepare(net, case.gsm, case.lte, ("A",), 0, small)
        for k in order:
            assert contents(simulate(kept, after[k])) == fresh[k], PLANS[k]


def served(timelines: Sequence[Timeline], cell: int) -> np.ndarray:
    return np.concatenate([t.level_dbm[t.server == cell] for t in timelines])


@pytest.mark.parametrize(("cell", "machines"), [("A", ("gsm_idle", "gsm_call")), ("L", ("lte_idle", "lte_call"))])
@pytest.mark.parametrize("down_db", [1.0, 3.0, 8.0])
def test_power_moves_the_served_level_by_exactly_itself(
    case: Evidence, cell: str, machines: tuple[str, ...], down_db: float
) -> None:
    power = float(NET.cells.at[cell, "power_dbm"])
    after = simulate(case.situation, changed((cell, None, "power_dbm", power - down_db)))
    names = after.gsm_cells if cell == "A" else after.lte_cells
    compared = {True: 0, False: 0}
    for machine in machines:
        for old, new in zip(case.replay.of(machine), after.of(machine), strict=True):
            for k in range(len(names)):
                stays = (old.server == k) & (new.server == k)
                shift = down_db if names[k] == cell else 0.0
                np.testing.assert_allclose(new.level_dbm[stays], old.level_dbm[stays] - shift, atol=2e-5)
                compared[names[k] == cell] += int(stays.sum())
    assert compared[True] > 50 and compared[False] > 50


def test_umbrella_and_priority_of_a_target_cell(case: Evidence) -> None:
    """Cells weaker than A take the calls above their umbrella level; of two such cells the higher ranks first."""
    names = ("B", "C")
    umbrella = changed(*((cell, None, "ho_level_umbrella_dbm", -100.0) for cell in names))
    ranked = apply(umbrella, (Change("C", None, "ho_priority", 3.0, 7.0),))
    shares = []
    for net in (NET, umbrella, ranked):
        timelines = simulate(case.situation, net).of("gsm_call")
        moves = np.concatenate([t.server[t.reason == Reason.UMBRELLA] for t in timelines])
        shares.append([np.mean([(t.server == k).mean() for t in timelines]) for k in (0, 1, 2)])
        assert (moves.size > 0) == (net is not NET) and set(moves.tolist()) <= {1, 2}
    assert shares[0][0] > 0.5 > shares[1][0] and shares[2][2] > shares[1][2] + 0.05


def test_interference_falls_with_the_interferer() -> None:
    """C on A's carrier: C 10 dB down lifts the C/I of A wherever A serves, and never lowers it."""
    net = network({"C": {"arfcn": 62}})
    case = evidence(net, walk_test(net))
    down = apply(net, (Change("C", None, "power_dbm", 43.0, 33.0),))
    gains = []
    for old, new in zip(case.replay.of("gsm_call"), simulate(case.situation, down).of("gsm_call"), strict=True):
        stays = (old.server == 0) & (new.server == 0)
        gains.append(new.quality_db[stays] - old.quality_db[stays])
    gain = np.concatenate(gains)
    assert gain.min() > -1e-4 and 2.0 < gain.mean() < 10.0


def test_less_load_lifts_sinr(case: Evidence) -> None:
    after = simulate(case.situation, changed(("M", None, "load", 0.0)))
    for old, new in zip(case.replay.of("lte_call"), after.of("lte_call"), strict=True):
        on_l = (old.server == 0) & (new.server == 0)
        gain = (new.quality_db - old.quality_db)[on_l]
        assert np.nanmin(gain) > -1e-4 and np.isfinite(gain).mean() > 0.9
        assert np.nanmean(gain) > 0.5


# --- doubt ----------------------------------------------------------------------------------------------------------


def between_draws(case: Evidence, net: Network, cell: str) -> float:
    """Spread between the groups of runs of the mean level of one cell, in a world where it alone serves."""
    timelines = simulate(case.situation, net).of("gsm_idle")
    draw = case.situation.draw_of_run()
    index = case.gsm.levels.cells.get_loc(cell)
    alone = [np.where(t.server == index, t.level_dbm, np.nan) for t in timelines]
    means = [[np.nanmean(level[draw == k]) for k in np.unique(draw)] for level in alone]
    return float(np.std(means, axis=1).mean())


@pytest.fixture(scope="module")
def lone() -> Evidence:
    """C is the only GSM cell in reach, so that it serves whatever its antenna does."""
    net = network({"A": None, "B": None, "D": None})
    rows = walk(net, {"C": -70.0}, seconds=400, rng=1) + walk(net, {"C": -72.0}, seconds=400, rng=2, point="south")
    return evidence(net, rows, wanted=("C",), budget=Budget(runs=48, draws=24, idle_s=120.0, warm_s=20.0, call_s=10.0))


def test_doubt_grows_with_what_the_antenna_changes(lone: Evidence) -> None:
    def after(parameter: str, new: float) -> Network:
        old = value_of(lone.network, "C", None, parameter)
        return apply(lone.network, (Change("C", None, parameter, old, new),))

    plain = between_draws(lone, lone.network, "C")
    powered = between_draws(lone, after("power_dbm", 37.0), "C")
    assert powered == pytest.approx(plain, abs=1e-4), "a power change is known exactly"
    slight, large = (between_draws(lone, after("azimuth_deg", 180.0 + turn), "C") for turn in (25.0, 60.0))
    assert plain < slight < large


def test_doubt_is_the_stated_share_of_the_difference(lone: Evidence) -> None:
    """At the same fading each draw is off by its own unit times 0.3 of the change."""
    after = apply(lone.network, (Change("C", None, "azimuth_deg", 180.0, 240.0),))
    old, new = (simulate(lone.situation, net).of("gsm_idle")[0] for net in (lone.network, after))
    moved_db = (new.level_dbm - old.level_dbm).mean(axis=1)
    draw = lone.situation.draw_of_run()
    delta = np.array([moved_db[draw == k].mean() for k in np.unique(draw)])
    assert np.ptp((new.level_dbm - old.level_dbm), axis=1).max() < 1e-3, "one difference per run"
    situation = lone.situation
    stated = level_change_db(situation.network.cells, after.cells, situation.links, after.antennas)[0, 0]
    assert stated < -3.0
    unit = situation.offsets["GSM"][::-1, 0, 0]
    np.testing.assert_allclose(delta, stated + unit * ANTENNA_ERROR_SHARE * abs(stated), atol=1e-3)


def test_power_and_tilt_together_doubt_the_tilt_only(lone: Evidence) -> None:
    tilt = Change("C", None, "azimuth_deg", 180.0, 220.0)
    both = (tilt, Change("C", None, "power_dbm", 43.0, 35.0))
    assert between_draws(lone, apply(lone.network, both), "C") == pytest.approx(
        between_draws(lone, apply(lone.network, (tilt,)), "C"), abs=1e-4
    )


def test_an_uncertain_mean_is_spread_over_the_draws(case: Evidence) -> None:
    """A mean that is 5 dB less sure moves each group of runs by 5 dB times its own unit, all their steps alike."""
    unsure = replace(case.gsm, levels=replace(case.gsm.levels, error_db=case.gsm.levels.error_db + 5.0))
    other = prepare(NET, unsure, case.lte, ("A",), 0, SMALL)
    apart = other.traces["gsm_idle", "south"] - case.situation.traces["gsm_idle", "south"]
    units = other.offsets["GSM"][:, case.gsm.levels.points.index.get_loc("south")]
    draw = other.draw_of_run()
    assert draw.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert [part.tolist() for part in (draw[runs] for runs in other.runs_of_draw())] == [
        [0] * 2,
        [1] * 2,
        [2] * 2,
        [3] * 2,
    ]
    np.testing.assert_allclose(apart, np.broadcast_to(5.0 * units[draw][:, None, :], apart.shape), atol=1e-4)
    assert units.std() > 0.5


# --- order, and who takes part --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(2))
def test_the_order_of_tables_and_rows_does_not_change_a_figure(case: Evidence, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = walk_test(NET)
    mixed = Network(
        NET.cells.iloc[rng.permutation(len(NET.cells))],
        NET.neighbours.iloc[rng.permutation(len(NET.neighbours))],
        NET.redirects,
        NET.layers,
    )
    other = evidence(mixed, [rows[k] for k in rng.permutation(len(rows))])
    for old, new in ((case.replay, other.replay), (case.logged, other.logged)):
        assert compute(new) == pytest.approx(compute(old), nan_ok=True, rel=1e-9)


def test_a_cell_that_nobody_hears_changes_nothing(case: Evidence) -> None:
    far = {"rat": "GSM", "kind": "macro", "lat": 38.6, "lon": 106.225, "arfcn": 100, "bsic": "1-1"}
    more = network({"Z": far}, redirects=(("L", 70), ("M", 70)))
    assert contents(simulate(case.situation, more)) == contents(case.replay)
    assert compute(evidence(more, walk_test(NET)).replay) == pytest.approx(compute(case.replay), nan_ok=True)


def test_a_network_in_another_order_is_simulated_by_names(case: Evidence) -> None:
    """A and B change places in the table and swap their powers: still a change of both, not of neither."""
    uneven = network({"A": {"power_dbm": 12}, "B": {"power_dbm": 2}}, redirects=(("L", 70), ("M", 70)))
    here = evidence(uneven, walk_test(uneven))
    order = ["B", "A", "C", "D", "L", "M"]
    turned = Network(uneven.cells.loc[order], uneven.neighbours, uneven.redirects, uneven.layers)
    assert contents(simulate(here.situation, turned)) == contents(here.replay)
    swapped = apply(turned, (Change("A", None, "power_dbm", 12.0, 2.0), Change("B", None, "power_dbm", 2.0, 12.0)))
    straight = apply(uneven, (Change("A", None, "power_dbm", 12.0, 2.0), Change("B", None, "power_dbm", 2.0, 12.0)))
    assert contents(simulate(here.situation, swapped)) == contents(simulate(here.situation, straight))
    assert moved(here.replay, simulate(here.situation, swapped)) == {"gsm_idle", "gsm_call", "csfb"}


def test_another_cell_leaves_the_fading_of_the_rest(case: Evidence) -> None:
    fewer = evidence(
        NET.subset(["A", "B", "L", "M"]), [r for r in walk_test(NET) if r.get("arfcn") not in (80.0, 90.0)]
    )
    assert fewer.gsm.levels.cells.tolist() == ["A", "B"]
    whole, part = (e.situation.traces["gsm_idle", "north"] for e in (case, fewer))
    spread = [trace[:, :, 0] - trace[:, :, 0].mean() for trace in (whole, part)]
    assert np.corrcoef(spread[0].ravel(), spread[1].ravel())[0, 1] > 0.9


# --- shape ----------------------------------------------------------------------------------------------------------


def test_every_point_has_every_machine_of_its_technologies(case: Evidence) -> None:
    found = case.replay
    assert {(t.machine, t.point) for t in found.timelines} == {(m, p) for m in MACHINES for p in ("north", "south")}
    assert [f.point for f in found.fallbacks] == ["north", "south"]
    idle, call = found.of("gsm_idle")[0], found.of("gsm_call")[0]
    assert idle.time_s[0] == SMALL.warm_s and idle.time_s[-1] == SMALL.idle_s - IDLE_STEP_S
    assert idle.server.shape == (SMALL.runs, 200) and idle.step_s == IDLE_STEP_S
    assert idle.minutes == pytest.approx(SMALL.runs * 100.0 / 60.0)
    assert call.time_s[0] == 0.0 and call.server.shape == (SMALL.runs, int(SMALL.call_s / SACCH_S))
    assert found.fallbacks[0].cell.shape == (SMALL.runs, len(attempt_steps(SMALL)))
    assert found.gsm_cells == ("A", "B", "C", "D") and found.wanted == frozenset({0})


def test_levels_and_qualities_belong_to_the_server(case: Evidence) -> None:
    for timeline in case.replay.timelines:
        out = timeline.server < 0
        assert np.isnan(timeline.level_dbm[out]).all()
        assert np.isfinite(timeline.level_dbm[~out]).all()
        assert timeline.server.max() < 4
    strongest = [np.nanmean(served(case.replay.of("gsm_idle"), k)) for k in range(2)]
    assert strongest == pytest.approx([-74.0, -77.0], abs=3.0)


def test_calls_begin_where_the_idle_phone_camped(case: Evidence) -> None:
    for machines in (("gsm_idle", "gsm_call"), ("lte_idle", "lte_call")):
        for idle, call in zip(*(case.replay.of(name) for name in machines), strict=True):
            unchanged = call.reason[:, 0] == 0
            np.testing.assert_array_equal(call.server[unchanged, 0], idle.server[unchanged, -1])
            assert unchanged.mean() > 0.5


def test_warm_up_is_left_out(case: Evidence) -> None:
    """Cell selection at the very start is no reselection, and is not in what is counted."""
    for timeline in case.replay.of("gsm_idle"):
        kinds = set(np.unique(timeline.reason).tolist())
        assert kinds <= {0, *map(int, RESELECTIONS)}


def test_a_carrier_added_to_the_lists_is_landed_on(case: Evidence) -> None:
    after = simulate(
        case.situation, changed(("L", "62", "redirect_arfcn", "present"), ("M", "62", "redirect_arfcn", "present"))
    )
    before_wanted, after_wanted = (
        np.mean([(f.cell == 0).mean() for f in replay.fallbacks]) for replay in (case.replay, after)
    )
    assert before_wanted < 0.1, "by a search of the whole band only"
    assert after_wanted > 0.5


def test_a_point_heard_on_one_technology_has_its_machines_only() -> None:
    rows = walk_test(NET, points=("north",)) + walk(NET, {"A": -70.0, "B": -80.0}, point="attic", rng=5)
    found = evidence(NET, rows).replay
    assert {t.machine for t in found.timelines if t.point == "attic"} == {"gsm_idle", "gsm_call"}
    assert [f.point for f in found.fallbacks] == ["north"]


@pytest.mark.parametrize("means", [{"A": -75.0, "B": -80.0}, {"L": -100.0, "M": -105.0}])
def test_a_case_of_one_technology(means: dict[str, float]) -> None:
    found = evidence(NET, walk(NET, means))
    machines = {t.machine for t in found.replay.timelines}
    assert machines == ({"gsm_idle", "gsm_call"} if "A" in means else {"lte_idle", "lte_call"})
    assert found.replay.fallbacks == ()
    changed_net = changed(("A", None, "power_dbm", 4.0), ("L", None, "power_dbm", 4.0))
    assert moved(found.replay, simulate(found.situation, changed_net)) == machines


def test_a_change_of_power_to_unknown_is_not_silently_the_old_one(case: Evidence) -> None:
    after = simulate(case.situation, changed(("A", None, "power_dbm", "")))
    assert all((t.server != 0).all() for t in after.of("gsm_idle"))
    others = [np.isin(t.server, (1, 2, 3)).mean() for t in after.of("gsm_idle")]
    assert min(others) > 0.9, "the rest of the network still serves"


def test_parts_of_a_replay(case: Evidence) -> None:
    north = case.replay.at(frozenset({"north"}))
    assert {t.point for t in north.timelines} == {"north"} and len(north.fallbacks) == 1
    first = case.replay.runs(slice(0, 2))
    assert all(t.server.shape[0] == 2 for t in first.timelines)
    np.testing.assert_array_equal(first.of("gsm_idle")[0].server, case.replay.of("gsm_idle")[0].server[:2])


# --- idle on both technologies --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def roaming() -> Evidence:
    """LTE is too weak by its own parameters and lists GSM."""
    layers = [{"cell": cell, "target_rat": "GSM", "priority": 2, "q_rxlevmin_dbm": -105} for cell in ("L", "M")]
    weak = {cell: {"q_rxlevmin_dbm": -110, "thresh_serving_low_db": 10} for cell in ("L", "M")}
    net = network(weak, redirects=(("L", 70), ("M", 70)), layers=layers)
    return evidence(net, walk_test(net))


def test_gsm_layers_give_a_timeline_over_both_technologies(roaming: Evidence, case: Evidence) -> None:
    assert {t.machine for t in roaming.replay.timelines} == {*MACHINES, "idle"}
    for idle, lte in zip(roaming.replay.of("idle"), roaming.replay.of("lte_idle"), strict=True):
        on_gsm = idle.server >= 2
        assert 0.05 < on_gsm.mean() < 0.98 and idle.server.max() < 6
        np.testing.assert_array_equal(lte.server, np.where(on_gsm, ELSEWHERE, idle.server))
        np.testing.assert_array_equal(np.isnan(lte.level_dbm), lte.server < 0)
        assert np.isfinite(idle.level_dbm[idle.server >= 0]).all()
        assert np.nanmean(idle.level_dbm[on_gsm]) > np.nanmean(lte.level_dbm) + 10.0
        changed = np.diff(idle.server, axis=1) != 0
        assert (idle.reason[:, 1:] != 0)[changed].all()
        back = (idle.server[:, :-1] >= 2) & (idle.server[:, 1:] >= 0) & (idle.server[:, 1:] < 2)
        assert set(idle.reason[:, 1:][back].tolist()) <= {Reason.LTE_PRIORITY, Reason.SELECTED}
        assert set(lte.reason[lte.server == ELSEWHERE].tolist()) <= {0, Reason.LOWER_PRIORITY, Reason.SELECTED}
    assert sum((t.reason == Reason.LTE_PRIORITY).sum() for t in roaming.replay.of("idle")) > 0
    assert not case.replay.of("idle")


def test_a_phone_on_gsm_neither_falls_back_nor_holds_an_lte_connection(roaming: Evidence) -> None:
    steps = attempt_steps(SMALL) - round(SMALL.warm_s / IDLE_STEP_S)
    for idle, falls in zip(roaming.replay.of("idle"), roaming.replay.fallbacks, strict=True):
        away = idle.server[:, steps] >= 2
        assert away.any() and (falls.lte_cell[away] < 0).all() and (falls.cell[away] == -1).all()
        assert not falls.success[away].any()
    for lte, call in zip(roaming.replay.of("lte_idle"), roaming.replay.of("lte_call"), strict=True):
        assert (call.server[lte.server[:, -1] < 0] == -1).all()


def test_a_plan_that_lets_fewer_phones_down_to_gsm(roaming: Evidence) -> None:
    net = roaming.network
    plan = tuple(Change(cell, None, "thresh_serving_low_db", 10.0, 0.0) for cell in ("L", "M"))
    before, after = roaming.replay, simulate(roaming.situation, apply(net, plan))
    share = [np.mean([(t.server >= 2).mean() for t in replay.of("idle")]) for replay in (before, after)]
    assert share[1] < share[0]
    again = simulate(roaming.situation, net)
    assert contents(again) == contents(before)
    lower = apply(net, (Change("A", None, "thresh_eutran_high_db", 10.0, 62.0),))
    assert {"lte_idle"} <= moved(before, simulate(roaming.situation, lower)) <= {"lte_idle", "lte_call", "csfb"}


def test_phones_come_back_after_their_calls(case: Evidence) -> None:
    assert case.replay.fallbacks
    for falls in case.replay.fallbacks:
        assert falls.failure is not None and falls.back_cell is not None and falls.back_s is not None
        assert falls.tracking_update is not None
        np.testing.assert_array_equal(falls.back_cell >= 0, falls.success)
        np.testing.assert_array_equal(np.isfinite(falls.back_s), falls.success)
        assert (falls.tracking_update <= falls.success).all() and not falls.area_update.any()
        assert falls.runs(slice(0, 2)).failure.shape == (2, falls.cell.shape[1])  # type: ignore[union-attr]
    away = simulate(case.situation, changed(("L", None, "tac", 2.0)))
    for falls, plain in zip(away.fallbacks, case.replay.fallbacks, strict=True):
        assert falls.tracking_update is not None and falls.back_s is not None and plain.back_s is not None
        late = falls.tracking_update & plain.success
        assert late.any() and (falls.back_s[late] > plain.back_s[late]).all()


# --- lists that let a phone go and not come back --------------------------------------------------------------------


def test_a_one_way_list_is_followed_for_a_whole_stay() -> None:
    """B lists no way back to A: the longer the phone stays, the fewer are left on A."""
    one_way = network(relations=[pair for pair in ALL_RELATIONS if pair[0] != "B"])
    both_ways, trapped = evidence(NET, walk_test(NET)), evidence(one_way, walk_test(one_way))
    usual, long = both_ways.replay.of("gsm_idle")[0], trapped.replay.of("gsm_idle")[0]
    steps, turns = usual.server.shape[1], round(STAY_S / SMALL.idle_s)
    assert long.server.shape[1] == steps * turns
    np.testing.assert_allclose(np.diff(long.time_s), IDLE_STEP_S)
    b = trapped.gsm.levels.cells.get_loc("B")
    onto_b = [float((long.server[:, k * steps : (k + 1) * steps] == b).mean()) for k in range(turns)]
    assert onto_b == sorted(onto_b) and onto_b[-1] > onto_b[0]
    ends = [long.server[r, (r % turns + 1) * steps - 1] for r in range(len(long.server))]
    call = trapped.replay.of("gsm_call")[0]
    np.testing.assert_array_equal(call.server[:, 0], ends)


def test_a_one_way_list_between_cells_that_never_serve_is_nothing() -> None:
    far = network(relations=[pair for pair in ALL_RELATIONS if pair != ("D", "C")])
    case = evidence(far, walk_test(far))
    assert len(case.replay.of("gsm_idle")[0].time_s) == round((SMALL.idle_s - SMALL.warm_s) / IDLE_STEP_S)


def test_a_landing_is_chosen_by_averages() -> None:
    trace = np.random.default_rng(0).normal(size=(3, 40, 2)).astype(np.float32)
    slow = np.stack([trace[:, k - 9 : k + 1].mean(axis=1) for k in (10, 25)], axis=1)
    np.testing.assert_allclose(averaged(trace, np.array([10, 25])), slow, atol=1e-6)
