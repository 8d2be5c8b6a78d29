"""What a plan is worth: paired draws, sureness, cost, harm."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest

from rfopt.evidence import Evidence, gather
from rfopt.kpis import aim, compute, kpis, objective
from rfopt.mobility.simulate import simulate
from rfopt.network import Change, Plan, apply
from rfopt.planning.draws import by_draw, figures_by_draw
from rfopt.planning.harm import Groups, Harm, groups_of
from rfopt.planning.score import COST_WEIGHT, HARM_WEIGHT, MISALIGNED_WEIGHT, Score, cost_of, losses, score
from rfopt.words import in_words

from ..networks import case
from ..rules.flats import BUDGET, FAULTS

REWARD = Change("A", None, "cell_reselect_offset_db", 0.0, 6.0)
MARGIN = Change("A", "B", "ho_margin_pbgt_db", 6.0, 12.0)
QUIETER = Change("B", None, "power_dbm", 12.0, 4.0)
DIMMER = Change("C", None, "power_dbm", 43.0, 31.0)
UNRELATED = Change("L", None, "a3_offset_db", 3.0, 5.0)
PLANS: tuple[Plan, ...] = ((), (REWARD, MARGIN), (QUIETER, REWARD, MARGIN), (UNRELATED,))


@functools.cache
def leaking() -> tuple[Evidence, Groups]:
    """A flat with a leak, and who may be harmed there."""
    evidence = FAULTS["das_leakage"].evidence()
    return evidence, groups_of(evidence, ["B", "C"])


def scored(*plan: Change) -> Score:
    return score(*leaking(), plan)


# ---- paired draws ----


def test_figures_remembered_are_those_computed_afresh() -> None:
    """Every plan on one situation that remembers all, against a situation of its own and slices made by hand."""
    judged = [name for name in kpis if aim(name).weight > 0]
    for plan in PLANS:
        fresh = FAULTS["das_leakage"].evidence()
        replay = simulate(fresh.situation, apply(fresh.network, plan))
        size = fresh.situation.budget.runs // fresh.situation.budget.draws
        slices = [slice(k * size, (k + 1) * size) for k in range(fresh.situation.budget.draws)]
        by_hand = [objective({n: kpis[n](replay.runs(part)) for n in judged}) for part in slices]
        for _ in range(2):
            assert scored(*plan).by_draw.tolist() == by_hand


def test_draws_are_the_runs_side_by_side() -> None:
    evidence, _ = leaking()
    assert evidence.situation.draw_of_run().tolist() == [k for k in range(4) for _ in range(3)]
    tables = figures_by_draw(evidence.replay, evidence, ("reselections_per_min", "ci_p10_db"))
    part = compute(evidence.replay.runs(slice(3, 6)))
    assert tables[1] == {name: part[name] for name in ("reselections_per_min", "ci_p10_db")}


def test_a_plan_that_touches_nothing_judged_is_worth_the_same_in_every_draw() -> None:
    assert scored(UNRELATED).by_draw.tolist() == scored().by_draw.tolist()
    assert scored(UNRELATED).helps(scored()) == 0.0


def test_the_order_of_changes_does_not_matter() -> None:
    one, other = scored(REWARD, MARGIN, QUIETER), scored(QUIETER, REWARD, MARGIN)
    assert one.by_draw.tolist() == other.by_draw.tolist() and one.worth == other.worth


def test_pairing_takes_chance_out_of_a_difference() -> None:
    """The gain of a small step, draw by draw on one fading, against the same on two."""
    _, groups = leaking()
    net = FAULTS["das_leakage"].network()
    complaint = case(net, FAULTS["das_leakage"].rows(net))
    one, other = (gather(complaint, net, seed, replace(BUDGET, runs=40, draws=40)) for seed in (0, 1))
    small = (replace(REWARD, new=2.0),)
    paired = score(one, groups, small).by_draw - score(one, groups, ()).by_draw
    unpaired = score(other, groups, small).by_draw - score(one, groups, ()).by_draw
    assert paired.std() < 0.8 * unpaired.std()


def test_taking_the_leak_away_helps_in_every_draw() -> None:
    """With runs enough in each draw that chance does not hide it."""
    _, groups = leaking()
    net = FAULTS["das_leakage"].network()
    many = gather(case(net, FAULTS["das_leakage"].rows(net)), net, 0, replace(BUDGET, runs=96, draws=6))
    better, start = score(many, groups, (QUIETER, REWARD)), score(many, groups, ())
    assert (better.by_draw > start.by_draw).all()
    assert better.helps(start) > 0.9 and start.helps(better) < 0.1
    assert better.objective > start.objective + 0.1


def test_objective_of_one_draw_is_by_the_figures_that_draw_can_give() -> None:
    evidence, _ = leaking()
    bare = replace(evidence.replay, fallbacks=())
    assert np.isfinite(by_draw(bare, evidence)).all()


# ---- helps ----


def made(*values: float, **other: object) -> Score:
    """A score with these objectives by draw."""
    return Score(**{"by_draw": np.array(values), "harm": (), "cost": 0.0} | other)


@pytest.mark.parametrize(
    ("mine", "theirs", "sure"),
    [
        ((0.6, 0.7, 0.6, 0.5), (0.5, 0.6, 0.5, 0.4), 1.0),
        ((0.5, 0.6, 0.5, 0.4), (0.6, 0.7, 0.6, 0.5), 0.0),
        ((0.5, 0.7, 0.5, 0.5), (0.5, 0.7, 0.5, 0.5), 0.0),
        ((1.0, 1.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0), 1.0),
        # as often better as worse, by as much
        ((0.6, 0.4, 0.6, 0.4), (0.5, 0.5, 0.5, 0.5), 0.5),
        # a mean gain of one and of two standard deviations of the differences
        ((0.6, 0.5, 0.7, 0.6), (0.6 - 0.0816497, 0.5 - 0.0816497, 0.5 - 0.0816497, 0.6 + 0.1183503), 0.6915),
        ((0.5, 0.6, 0.7), (0.3, 0.3, 0.3), 0.99865),
        ((0.4, 0.5, 0.6), (0.3, 0.3, 0.3), 0.97725),
    ],
)
def test_sureness_is_normal_in_the_differences(mine: tuple, theirs: tuple, sure: float) -> None:
    assert made(*mine).helps(made(*theirs)) == pytest.approx(sure, abs=2e-4)


def test_a_gain_in_every_draw_is_sure_though_it_scatters() -> None:
    """Half of the draws gain much, half a little, none loses: a normal distribution would see losses there."""
    gain = np.tile([0.3, 0.01], 10)
    assert made(*(0.5 + gain)).helps(made(*np.full(20, 0.5))) == pytest.approx(20.5 / 21)
    assert made(*(0.5 + gain - 0.03)).helps(made(*np.full(20, 0.5))) < 0.9


def test_a_gain_that_grows_in_every_draw_is_surer_and_sides_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    base, noise = rng.uniform(0.3, 0.6, 20), rng.normal(0.0, 0.05, 20)
    sure = [made(*(base + gain + noise)).helps(made(*base)) for gain in (-0.05, 0.0, 0.02, 0.05, 0.1)]
    assert sure == sorted(sure) and sure[0] < 0.3 and sure[-1] > 0.9
    back = made(*base).helps(made(*(base + 0.02 + noise)))
    assert sure[2] + back == pytest.approx(1.0)


# ---- cost, harm, worth ----


def test_costs() -> None:
    tilt = Change("C", None, "mech_tilt_deg", 3.0, 4.0)
    assert cost_of(()) == 0.0
    assert cost_of((REWARD,)) == cost_of((MARGIN,)) == 1.0
    assert cost_of((QUIETER,)) == 3.0
    assert cost_of((Change("C", None, "elec_tilt_deg", 3.0, 4.0),)) == 4.0
    assert cost_of((tilt,)) == 20.0
    assert cost_of((Change("C", None, "azimuth_deg", 180.0, 170.0),)) == 20.0
    assert cost_of((Change("L", "62", "redirect_arfcn", "absent", "present"),)) == 1.0
    assert cost_of((REWARD, MARGIN, QUIETER, tilt)) == 25.0


HARMLESS = Harm("street", "coverage_gsm", 0.95, 0.95, 0.0)
LOST = Harm("users of C", "coverage_gsm", 0.95, 0.90, 1.6667, 2.0)
LOWER = Harm("street", "rxlev_p10_dbm", -70.0, -74.5, 1.125, 1.25)


def test_a_plan_is_refused_for_its_worst_harm() -> None:
    assert made(0.9).refused == "" and made(0.9, harm=(HARMLESS,)).refused == ""
    assert made(0.9, harm=(HARMLESS, replace(LOST, loss=0.999))).refused == ""
    assert made(0.9, harm=(replace(LOST, loss=1.0),)).refused
    worst = made(0.9, harm=(LOWER, HARMLESS, LOST)).refused
    assert worst == "users of C: coverage_gsm 0.95 → 0.9, at most 0.03 may be lost"
    assert made(0.9, harm=(LOWER,)).refused == "street: rxlev_p10_dbm -70 → -74.5, at most 4 may be lost"


def test_worth_is_the_objective_less_what_weighs() -> None:
    free = made(0.6, 0.8)
    assert free.objective == free.worth == pytest.approx(0.7)
    dear = made(0.6, 0.8, cost=10.0, misaligned=2, harm=(LOWER, replace(LOST, excess=0.5)))
    assert dear.worth == pytest.approx(0.7 - 10 * COST_WEIGHT - 2 * MISALIGNED_WEIGHT - 1.75 * HARM_WEIGHT)


def test_only_changes_of_levels_harm() -> None:
    assert scored(REWARD, MARGIN).harm == () and scored().harm == ()
    groups = {(row.group, row.kpi) for row in scored(DIMMER).harm}
    assert ("users of C", "coverage_gsm") in groups and ("users of C", "rxlev_p10_dbm") in groups
    worst = max(row.loss for row in scored(DIMMER).harm)
    assert worst > max(row.loss for row in scored(replace(DIMMER, new=41.0)).harm)
    assert scored(DIMMER).refused.startswith("users of C") and not scored(replace(DIMMER, new=41.0)).refused


def test_a_reward_beyond_the_handover_margin_is_misaligned() -> None:
    assert scored(replace(REWARD, new=20.0)).misaligned > scored().misaligned == 0


def test_a_stale_plan_is_refused() -> None:
    with pytest.raises(Exception, match="made for another state"):
        scored(replace(REWARD, old=4.0))


def test_what_fails_hard_may_not_get_worse_for_nothing() -> None:
    """Rewarded by 14 dB, calls change cell 1.33 times a minute, not 0.63; beyond 1.0 the objective counts no loss."""
    bold, other = scored(replace(REWARD, new=14.0)), scored(UNRELATED)
    assert 0.03 < bold.deepened < 0.1 and other.deepened == 0.0 == scored().deepened
    spared = replace(bold, deepened=0.0)
    assert spared.worth - bold.worth == pytest.approx(bold.deepened) and spared.objective == bold.objective


def test_what_is_given_up_for_a_gain_is_said() -> None:
    evidence, _ = leaking()
    (lost,) = losses(simulate(evidence.situation, apply(evidence.network, (REWARD,))), evidence)
    assert lost.kpi == "handovers_per_min" and lost.after > lost.before + lost.limit > lost.before
    assert losses(evidence.replay, evidence) == []
    assert in_words(lost.sentence(), "zh") != lost.sentence()


# ---- how sure a gain is ----


def test_chance_of_few_runs_is_no_doubt_about_a_gain() -> None:
    """Every draw gains 0.05 in truth; its runs scatter by 0.05, which halves of the draws show."""
    rng = np.random.default_rng(2)
    halves = 0.8 + 0.05 * np.sqrt(2.0) * rng.standard_normal((20, 2))
    base, better = Score(np.full(20, 0.75), (), 0.0), Score(halves.mean(axis=1), (), 1.0)
    rough = better.helps(base)
    known = replace(better, by_half=halves).helps(replace(base, by_half=np.full((20, 2), 0.75)))
    assert rough < 0.95 < known


def test_what_truly_differs_between_draws_stays_doubt() -> None:
    gain = np.repeat(0.02 + 0.05 * np.random.default_rng(3).standard_normal((20, 1)), 2, axis=1)
    base = Score(np.full(20, 0.75), (), 0.0, by_half=np.full((20, 2), 0.75))
    unsure = Score(0.75 + gain.mean(axis=1), (), 1.0, by_half=0.75 + gain)
    assert unsure.helps(base) < 0.8
