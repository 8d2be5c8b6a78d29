"""Knife edges against P.526's values and profiles worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.radio.diffraction import EARTH_KM, bullington_db, deygout_db, knife_edge_db, knife_edge_v

MHZ = 930.8


def edge_by_hand(height, near, far):
    """J of one edge, spelled out."""
    v = height * math.sqrt(2.0 / (299.792458 / MHZ) * (1.0 / near + 1.0 / far))
    return 0.0 if v <= -0.78 else 6.9 + 20.0 * math.log10(math.sqrt((v - 0.1) ** 2 + 1.0) + v - 0.1)


def test_knife_edge_values():
    assert knife_edge_db([-1.0, -0.5, 0.0, 1.0, 2.4]).tolist() == pytest.approx(
        [0, 1.959, 6.033, 13.926, 20.539], abs=1e-3
    )
    assert float(knife_edge_db(-np.inf)) == 0.0
    v = knife_edge_v(10.0, 400.0, 100.0, MHZ)
    assert (float(v), float(knife_edge_db(v))) == pytest.approx((2.786, 21.789), abs=1e-3)


@given(st.lists(st.floats(-5.0, 50.0), min_size=2, max_size=20))
def test_knife_edge_grows(values):
    assert (np.diff(knife_edge_db(np.sort(values))) >= 0.0).all()


def test_one_edge():
    profile = [0.0, 400.0, 500.0], [30.0, 30.0, 10.0]
    over = 30.0 - (30.0 - 20.0 * 0.8)
    assert deygout_db(*profile, MHZ) == pytest.approx(edge_by_hand(over, 400.0, 100.0))
    bulge = 400.0 * 100.0 / (2.0 * EARTH_KM * 1000.0)
    single = edge_by_hand(over + bulge, 400.0, 100.0)
    assert bullington_db(*profile, MHZ) == pytest.approx(single + (1 - math.exp(-single / 6)) * 10.01, abs=1e-6)


def test_two_edges_by_hand():
    # equal ends; main edge 40 m at 300 m, second 30 m at 600 m of 900 m
    found = deygout_db([0.0, 300.0, 600.0, 900.0], [0.0, 40.0, 30.0, 0.0], MHZ)
    second = 30.0 - 40.0 * 0.5
    assert found == pytest.approx(edge_by_hand(40.0, 300.0, 600.0) + edge_by_hand(second, 300.0, 300.0))


def test_bullington_meets_where_horizons_cross():
    # two edges at a third and two thirds: both horizons rise at 0.1, meeting in the middle at 45 m
    found = bullington_db([0.0, 300.0, 600.0, 900.0], [0.0, 30.0, 30.0, 0.0], MHZ)
    single = edge_by_hand(45.0, 450.0, 450.0)
    assert found == pytest.approx(single + (1 - math.exp(-single / 6)) * (10 + 0.018), abs=0.01)


def test_open_and_empty_profiles():
    for method in (bullington_db, deygout_db):
        assert method([0.0, 1000.0], [30.0, 1.5], MHZ) == 0.0
        assert method([0.0, 500.0, 1000.0], [60.0, 0.0, 60.0], MHZ) == 0.0


def test_grazing_edge_is_six_db():
    assert deygout_db([0.0, 500.0, 1000.0], [30.0, 30.0, 30.0], MHZ) == pytest.approx(6.033, abs=1e-3)
    assert bullington_db([0.0, 500.0, 1000.0], [30.0, 30.0, 30.0], MHZ) > 6.0


@given(st.lists(st.floats(0.0, 60.0), min_size=1, max_size=8), st.floats(1.0, 60.0), st.floats(1.0, 60.0))
@settings(max_examples=60, deadline=None)
def test_both_ways_alike_and_higher_is_worse(tops, start, end):
    distance = np.linspace(0.0, 1000.0, len(tops) + 2)
    height = np.array([start, *tops, end])
    for method in (bullington_db, deygout_db):
        loss = method(distance, height, MHZ)
        assert loss >= 0.0
        assert method(1000.0 - distance[::-1], height[::-1], MHZ) == pytest.approx(loss, abs=1e-6)
    raised = height + np.array([0.0, *[5.0] * len(tops), 0.0])
    assert bullington_db(distance, raised, MHZ) >= bullington_db(distance, height, MHZ) - 1e-9
