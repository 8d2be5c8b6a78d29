"""Coordinates of Chinese maps: published pairs, exact inverses, and nothing moved outside China."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.geography.buildings import Frame
from rfopt.geography.coordinates import SYSTEMS, bd09, gcj02, to_wgs84

YINCHUAN = (38.495, 106.225)
INSIDE = st.tuples(st.floats(18.0, 53.0), st.floats(74.0, 134.0))


def plain_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """The transform as the public converters write it, a number at a time."""
    x, y, pi = lon - 105.0, lat - 35.0, math.pi
    waves = (20 * math.sin(6 * x * pi) + 20 * math.sin(2 * x * pi)) * 2 / 3
    dlat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    dlat += (20 * math.sin(y * pi) + 40 * math.sin(y / 3 * pi)) * 2 / 3
    dlat += (160 * math.sin(y / 12 * pi) + 320 * math.sin(y * pi / 30)) * 2 / 3
    dlon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    dlon += (20 * math.sin(x * pi) + 40 * math.sin(x / 3 * pi)) * 2 / 3
    dlon += (150 * math.sin(x / 12 * pi) + 300 * math.sin(x / 30 * pi)) * 2 / 3
    a, ee = 6378245.0, 0.00669342162296594323
    magic = 1 - ee * math.sin(lat / 180 * pi) ** 2
    dlat = dlat * 180 / (a * (1 - ee) / (magic * math.sqrt(magic)) * pi)
    dlon = dlon * 180 / (a / math.sqrt(magic) * math.cos(lat / 180 * pi) * pi)
    return lat + dlat, lon + dlon


def test_published_pairs():
    """The values that the public converters coordtransform (JavaScript, Rust, Java) state for their example."""
    assert np.allclose(gcj02(39.915, 116.404), (39.91640428150164, 116.41024449916938), rtol=0, atol=1e-11)
    assert np.allclose(bd09(39.915, 116.404), (39.92133699351021, 116.41036949371029), rtol=0, atol=1e-11)
    assert np.allclose(to_wgs84(39.91640428150164, 116.41024449916938, "gcj02"), (39.915, 116.404), rtol=0, atol=1e-9)


@given(INSIDE)
def test_the_formula_is_that_of_the_plain_converter(place):
    assert np.allclose(gcj02(*place), plain_gcj02(*place), rtol=0, atol=1e-11)


@given(INSIDE)
def test_there_and_back(place):
    shifted = gcj02(*place)
    assert np.allclose(to_wgs84(*shifted, "gcj02"), place, rtol=0, atol=1e-9)
    assert np.allclose(to_wgs84(*bd09(*shifted), "bd09"), place, rtol=0, atol=1e-9)


def test_the_shift_at_yinchuan():
    """Some four hundred metres: enough to put a distribution into the next estate."""
    lat, lon = np.meshgrid(np.linspace(38.40, 38.55, 31), np.linspace(106.10, 106.35, 31))
    x, y = Frame(*YINCHUAN).to_xy(*gcj02(lat, lon))
    x0, y0 = Frame(*YINCHUAN).to_xy(lat, lon)
    assert np.hypot(x - x0, y - y0).mean() == pytest.approx(391.0, abs=25.0)


@pytest.mark.parametrize("place", [(14.7, -17.4), (51.5, -0.1), (-33.9, 151.2), (35.7, 139.7)])
def test_outside_china_nothing_moves(place):
    assert tuple(map(float, gcj02(*place))) == place
    assert tuple(map(float, to_wgs84(*place, "gcj02"))) == place


def test_wgs84_is_left_as_it_is_and_unknown_places_stay_unknown():
    lat, lon = np.array([38.5, np.nan]), np.array([106.2, np.nan])
    assert np.array_equal(to_wgs84(lat, lon, "wgs84")[0], lat, equal_nan=True)
    for system in SYSTEMS:
        found = to_wgs84(lat, lon, system)
        assert np.isnan(found).tolist() == [[False, True]] * 2
        assert to_wgs84([], [], system)[0].shape == (0,)


def test_an_unknown_system_is_refused():
    with pytest.raises(InputError, match=r"coordinates 'gcj-02' are unknown.*did you mean 'gcj02'"):
        to_wgs84(38.0, 106.0, "gcj-02")
