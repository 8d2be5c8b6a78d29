"""90 % intervals hold 90 %: on invented flats whose truth of hours is known, and piece by piece."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, gamma

from rfopt.evidence import gather
from rfopt.kpis import aim
from rfopt.mobility.simulate import simulate
from rfopt.mobility.situation import Budget
from rfopt.network import apply
from rfopt.planning.intervals import (
    MODEL_ERROR,
    Known,
    Sample,
    by_model,
    combined,
    delay_interval,
    interval,
    looks_of,
    moved,
    recounted,
    unmodelled_failures,
)
from rfopt.planning.stated import intervals

from ..invented import PLANS, invent, with_old
from ..rules.flats import one_thread

FLATS = range(100, 105)
BUDGET = Budget(runs=120, draws=20, call_s=90.0, lte_call_s=10.0)
UNITS = st.sampled_from(["share", "1/min", "1/call"])


def kind(name: str) -> str:
    """Rates, shares and levels."""
    unit = aim(name).unit
    return "rates" if unit.startswith("1/") else "shares" if unit == "share" else "levels"


def held(spans: dict[str, tuple[float, float]], truth: dict[str, float]) -> list[tuple[str, bool]]:
    """(kind, whether the truth lies in it) of every figure that both know."""
    both = [name for name in truth if not math.isnan(truth[name]) and not math.isnan(spans[name][0])]
    return [(kind(name), spans[name][0] <= truth[name] <= spans[name][1]) for name in both]


def test_intervals_hold_the_truth_of_hours_before_and_after_a_plan() -> None:
    """The table of docs/intervals.md has many more flats; here, enough to see a model that is too sure of itself."""
    found = []
    with one_thread():
        for seed in FLATS:
            flat = invent(seed)
            evidence = gather(flat.case(), flat.network, seed, BUDGET)
            found += held(intervals(evidence.replay, evidence), flat.truth())
            plan = with_old(flat.network, PLANS[seed % len(PLANS)])
            after = simulate(evidence.situation, apply(flat.network, plan))
            found += held(intervals(after, evidence), flat.truth(plan))
    assert np.mean([good for _, good in found]) >= 0.85
    for group in ("rates", "shares", "levels"):
        assert np.mean([good for of, good in found if of == group]) >= 0.8, group


# ---- piece by piece ----


@given(mean=st.floats(0.05, 0.95), sd=st.floats(0.01, 0.1), counts=st.floats(1.0, 1e4), unit=UNITS)
def test_more_counts_pull_to_the_log_and_tighten(mean: float, sd: float, counts: float, unit: str) -> None:
    prior, value = Known(mean, sd**2), min(mean + 0.04, 0.99)
    few, many = combined(prior, value, counts, unit), combined(prior, value, 10 * counts, unit)
    assert min(mean, value) - 2e-3 <= few.mean <= value + 1e-9
    assert abs(many.mean - value) <= abs(few.mean - value) + 1e-12
    assert math.isnan(value) or many.variance <= few.variance * 1.2


@pytest.mark.parametrize("unit", ["share", "1/min", "dB"])
def test_a_log_that_says_nothing_leaves_the_model_alone(unit: str) -> None:
    prior = Known(0.4, 0.01)
    assert combined(prior, math.nan, 50.0, unit) is prior
    assert combined(prior, 0.9, 0.0, unit) is prior


def test_gamma_and_beta_are_the_conjugate_ones() -> None:
    """The twin: the posterior on a grid, prior times likelihood."""
    grid = np.linspace(1e-4, 6.0, 60001)
    weight = gamma.pdf(grid, 4.0, scale=0.25) * np.exp(12 * np.log(grid) - 5.0 * grid)  # 12 events in 5 minutes
    mean = (grid * weight).sum() / weight.sum()
    assert combined(Known(1.0, 0.25), 12 / 5, 5.0, "1/min").mean == pytest.approx(mean, rel=1e-3)
    grid = np.linspace(1e-5, 1 - 1e-5, 60001)
    a, b = 0.8 * 15, 0.2 * 15
    weight = beta.pdf(grid, a, b) * grid**3 * (1 - grid) ** 7
    mean = (grid * weight).sum() / weight.sum()
    assert combined(Known(0.8, 0.16 / 16), 0.3, 10.0, "share").mean == pytest.approx(mean, rel=1e-3)


@given(mean=st.floats(0.001, 0.999), sd=st.floats(1e-4, 0.5), counts=st.floats(10.0, 1e4), unit=UNITS)
def test_ends_are_in_order_and_in_bounds(mean: float, sd: float, counts: float, unit: str) -> None:
    low, high = interval(recounted(Known(mean, sd**2), unit, counts))
    assert 0.0 <= low < high
    assert unit != "share" or high <= 1.0
    assert low <= mean * 1.0001 or low < 0.5 / counts


def test_a_figure_at_its_bound_may_stay_there() -> None:
    assert interval(recounted(Known(1e-4, 1e-6), "1/min", 300.0))[0] == 0.0
    assert interval(recounted(Known(0.9999, 1e-6), "share", 300.0))[1] == 1.0


@pytest.mark.parametrize(
    ("unit", "mean"), [("1/min", 0.3), ("1/min", 0.02), ("share", 0.1), ("share", 0.97), ("share", 0.5)]
)
def test_an_interval_holds_nine_in_ten_also_where_it_ends_on_a_bound(unit: str, mean: float) -> None:
    """Of a figure drawn as it is said to spread; what rounds to the bound lies in it, so that it may hold more."""
    rng, counts = np.random.default_rng(5), 200.0
    figure = recounted(Known(mean, (0.3 * min(mean, 1.0 - mean)) ** 2), unit, counts)
    drawn = np.array([figure.at(p) for p in rng.uniform(size=4000)])
    low, high = interval(figure)
    on_bound = np.isin(drawn, (0.0, 1.0)).mean()
    assert 0.885 <= ((low <= drawn) & (drawn <= high)).mean() <= max(0.915, 0.9 + on_bound)
    assert (high - low) <= figure.at(0.95) - figure.at(0.05) + 1e-12 or low in (0.0, 1.0)


@pytest.mark.parametrize("share", [0.9, 0.94, 0.96, 0.99])
def test_a_delay_that_may_be_that_of_failures_holds_nine_in_ten(share: float) -> None:
    rng = np.random.default_rng(6)
    delay, success = recounted(Known(8.0, 0.3), "s", np.inf), recounted(Known(share, 3e-4), "share", 1e6)
    within, good = (np.array([one.at(p) for p in rng.uniform(size=4000)]) for one in (delay, success))
    drawn = np.where(good < 0.95, 30.0, within)
    low, high = delay_interval(delay, success, 30.0, 0.95)
    held = ((low <= drawn) & (drawn <= high)).mean()
    assert 0.885 <= held <= max(0.915, 0.01 + (drawn == 30.0).mean())


def test_looks_count_what_is_independent() -> None:
    """Poisson counts give one look a minute, counts in pairs half as many."""
    rng = np.random.default_rng(1)
    single = rng.poisson(3.0 * 5.0, (400, 4)) / 5.0
    double = 2.0 * rng.poisson(1.5 * 5.0, (400, 4)) / 5.0
    assert looks_of(single, 5.0, "1/min", 0.01, 100.0) == pytest.approx(1.0, rel=0.1)
    assert looks_of(double, 5.0, "1/min", 0.01, 100.0) == pytest.approx(0.5, rel=0.1)


def test_chance_of_few_runs_is_taken_off_the_draws() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(10.0, 1.0, 4000) + rng.normal(0.0, 2.0, 4000)
    assert Sample(values, 1.0 / 20.0, 5.0, "dB").open_variance == pytest.approx(1.0, rel=0.25)


def test_the_models_own_error_is_never_nil() -> None:
    for unit, value in (("1/min", 0.0), ("share", 1.0), ("dB", 12.0), ("s", 8.0)):
        assert by_model(Sample(np.full(20, value), 1.0, 10.0, unit), *MODEL_ERROR[unit]).variance > 0
    assert unmodelled_failures(Known(1.0, 0.0)).mean < 1.0


def test_a_plans_figure_moves_with_the_one_as_found() -> None:
    """Twice as large in every draw: what shifts one shifts the other; of draws that have nothing in common, less."""
    rng = np.random.default_rng(3)
    values = rng.normal(10.0, 2.0, 40)
    before, after = Sample(values, np.inf, 1.0, "dB"), Sample(values, np.inf, 1.0, "dB")
    other = Sample(rng.permutation(values), np.inf, 1.0, "dB")
    was = by_model(before, *MODEL_ERROR["dB"])
    found = Known(was.mean + 2.0, 0.1 * was.variance)
    assert moved(found, was, before, by_model(after, *MODEL_ERROR["dB"]), after).mean == pytest.approx(
        found.mean, abs=0.05
    )
    assert moved(found, was, before, by_model(other, *MODEL_ERROR["dB"]), other).mean < found.mean - 1.0
