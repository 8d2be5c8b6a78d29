"""The way into a building against shapely's, and worked by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import get_num_threads, set_num_threads
from shapely.geometry import LineString, Polygon, box

from rfopt.kernels.depth import enter

COURTYARD = Polygon(box(-20, -20, 20, 20).exterior, [box(-5, -5, 5, 5).exterior])
ELL = Polygon([(-20, -20), (20, -20), (20, 0), (0, 0), (0, 20), (-20, 20)])


def edges(shape):
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shape)]
    return np.concatenate([np.hstack((c[:-1], c[1:])) for c in rings])


def way(shape, point, mast):
    walls = edges(shape)
    first = np.array([0, len(walls)], dtype=np.int32)
    places, masts = np.array([point], dtype=float), np.array([mast], dtype=float)
    depth, square = enter(places, np.zeros(1, dtype=np.int32), masts, first, walls)
    return float(depth[0, 0]), float(square[0, 0])


@pytest.mark.parametrize(
    ("point", "mast", "depth", "square"),
    [
        ((9, 0), (500, 0), 11.0, 1.0),
        ((19, 0), (519, 500), np.sqrt(2.0), np.sqrt(0.5)),
        ((-19, 0), (500, 0), 29.0, 1.0),  # 39 m less a courtyard of 10 m
    ],
)
def test_worked_by_hand(point, mast, depth, square):
    assert way(COURTYARD, point, mast) == pytest.approx((depth, square))


def test_no_wall_between_is_not_known():
    assert np.isnan(way(box(-20, -20, 20, 20), (1, 1), (-3, 2))).all()  # a mast on the roof
    assert np.isnan(way(box(-20, -20, 20, 20), (1, 1), (1, 1))).all()
    none = enter(
        np.zeros((1, 2)), np.full(1, -1, dtype=np.int32), np.ones((1, 2)), np.zeros(1, np.int32), np.empty((0, 4))
    )
    assert np.isnan(none).all()


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([COURTYARD, ELL, box(-20, -20, 20, 20)]),
    st.tuples(*[st.floats(-19.9, 19.9)] * 2),
    st.floats(0.0, 2.0 * np.pi),
)
def test_depth_is_what_shapely_cuts_out(shape, point, bearing):
    mast = (300.0 * np.cos(bearing), 300.0 * np.sin(bearing))
    depth, square = way(shape, point, mast)
    inside = shape.intersection(LineString([point, mast])).length
    if np.isnan(depth):
        assert inside == pytest.approx(0.0, abs=1e-6)
    else:
        assert depth == pytest.approx(inside, abs=1e-6)
        assert 0.0 < square <= 1.0 + 1e-12


def test_threads_do_not_matter():
    walls = edges(ELL)
    draw = np.random.default_rng(5)
    given_to = draw.uniform(-20, 20, (500, 2)), np.zeros(500, dtype=np.int32), draw.uniform(-300, 300, (7, 2))
    threads = get_num_threads()
    try:
        set_num_threads(1)
        alone = enter(*given_to, np.array([0, len(walls)], np.int32), walls)
    finally:
        set_num_threads(threads)
    together = enter(*given_to, np.array([0, len(walls)], np.int32), walls)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(alone, together, strict=True))
