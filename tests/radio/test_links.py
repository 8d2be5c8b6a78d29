"""Geometry against the ellipsoid itself."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.geography.scene import Frame
from rfopt.radio.links import link


def cartesian(lat, lon, height):
    """Earth-centred coordinates on WGS84."""
    a, e2 = 6378137.0, 6.69437999014e-3
    phi, lam = math.radians(lat), math.radians(lon)
    n = a / math.sqrt(1 - e2 * math.sin(phi) ** 2)
    return np.array(
        [
            (n + height) * math.cos(phi) * math.cos(lam),
            (n + height) * math.cos(phi) * math.sin(lam),
            (n * (1 - e2) + height) * math.sin(phi),
        ]
    )


def east_north_up(lat, lon, height, to_lat, to_lon, to_height):
    """Where a place lies as seen from another, by rotation of the straight line between them."""
    phi, lam = math.radians(lat), math.radians(lon)
    x, y, z = cartesian(to_lat, to_lon, to_height) - cartesian(lat, lon, height)
    east = -math.sin(lam) * x + math.cos(lam) * y
    north = -math.sin(phi) * (math.cos(lam) * x + math.sin(lam) * y) + math.cos(phi) * z
    up = math.cos(phi) * (math.cos(lam) * x + math.sin(lam) * y) + math.sin(phi) * z
    return east, north, up


def one(cell, point, **columns):
    cells = pd.DataFrame([cell], columns=["lat", "lon", "height_m"], index=["A"])
    points = pd.DataFrame([point], columns=["lat", "lon", "height_m"]).assign(**columns)
    return link(cells, points)


@given(st.floats(-0.06, 0.06), st.floats(-0.06, 0.06), st.floats(18.0, 50.0))
@settings(max_examples=60, deadline=None)
def test_matches_the_ellipsoid_within_its_claim(d_lat, d_lon, lat):
    if math.hypot(d_lat, d_lon) < 1e-4:
        return
    found = one((lat + d_lat, 106.0 + d_lon, 30.0), (lat, 106.0, 67.5))
    east, north, up = east_north_up(lat + d_lat, 106.0 + d_lon, 30.0, lat, 106.0, 67.5)
    distance = math.hypot(east, north)
    assert found.distance_m[0, 0] == pytest.approx(distance, rel=2e-3)
    bearing = math.degrees(math.atan2(east, north))
    assert abs((found.bearing_deg[0, 0] - bearing + 180) % 360 - 180) < 0.15
    # the ground is flat here: the ellipsoid's drop, d²/2R, is refraction's to undo
    flat = math.degrees(math.atan2(37.5, distance))
    assert found.elevation_deg[0, 0] == pytest.approx(flat, abs=0.05)
    assert up == pytest.approx(37.5 - distance**2 / 2 / 6.37e6, abs=0.1)


@pytest.mark.parametrize(("d_lat", "d_lon", "bearing"), [(0.01, 0, 0), (0, 0.01, 90), (-0.01, 0, 180), (0, -0.01, 270)])
def test_bearings_are_from_antenna_to_point(d_lat, d_lon, bearing):
    found = one((38.0, 106.0, 30.0), (38.0 + d_lat, 106.0 + d_lon, 1.5))
    assert found.bearing_deg[0, 0] == pytest.approx(bearing, abs=1e-9)
    assert found.elevation_deg[0, 0] < 0


def test_floor_23_at_500_m():
    lat, _ = Frame(38.0, 106.0).to_lat_lon(0.0, 500.0)
    found = one((38.0, 106.0, 30.0), (float(lat), 106.0, np.nan), floor=23)
    assert found.height_m.tolist() == [67.5]
    assert found.elevation_deg[0, 0] == pytest.approx(4.289, abs=0.001)
    assert found.distance_3d_m[0, 0] == pytest.approx(math.hypot(500.0, 37.5), rel=1e-4)


def test_zero_distance():
    above, same = one((38.0, 106.0, 30.0), (38.0, 106.0, 40.0)), one((38.0, 106.0, 30.0), (38.0, 106.0, 30.0))
    assert (above.distance_m[0, 0], above.distance_3d_m[0, 0]) == (0.0, 10.0)
    assert (above.bearing_deg[0, 0], above.elevation_deg[0, 0]) == (0.0, 90.0)
    assert (same.distance_3d_m[0, 0], same.elevation_deg[0, 0]) == (0.0, 0.0)


def test_shape_unknown_and_empty():
    cells = pd.DataFrame({"lat": [38.0, 38.1], "lon": [106.0, 106.1], "height_m": [30.0, 25.0]}, index=["A", "B"])
    points = pd.DataFrame({"lat": [38.0, np.nan, 38.2], "lon": [106.0, 106.0, 106.0]})
    found = link(cells, points)
    assert found.distance_m.shape == (3, 2)
    assert np.isnan(found.distance_m).tolist() == [[False] * 2, [True] * 2, [False] * 2]
    assert found.height_m.tolist() == [1.5] * 3
    assert link(cells, points.iloc[:0]).bearing_deg.shape == (0, 2)
    assert link(cells.iloc[:0], points).bearing_deg.shape == (3, 0)


@given(st.floats(-8000, 8000), st.floats(-8000, 8000), st.floats(-60, 60))
def test_frame_there_and_back(x, y, lat):
    frame = Frame(lat, 106.0)
    back = frame.to_xy(*frame.to_lat_lon(x, y))
    assert back[0] == pytest.approx(x, abs=1e-6)
    assert back[1] == pytest.approx(y, abs=1e-6)
