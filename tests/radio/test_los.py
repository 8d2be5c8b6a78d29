"""Line of sight: probabilities against published values, maps against hand-drawn scenes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon

from rfopt.geography.scene import Building, Frame, build_scene
from rfopt.radio.diffraction import EARTH_KM, bullington_db, knife_edge_db
from rfopt.radio.los import (
    in_sight,
    own_buildings,
    p_los_inh,
    p_los_p1410,
    p_los_uma,
    p_los_umi,
    sight,
)

FRAME = Frame(38.495, 106.225)


def block(name, west, south, east, north, height_m, **more):
    """A rectangular building given in metres about the frame."""
    corners = [(west, south), (east, south), (east, north), (west, north)]
    places = [FRAME.to_lat_lon(x, y) for x, y in corners]
    return Building(name, Polygon([(float(lon), float(lat)) for lat, lon in places]), height_m, **more)


def places(*rows, **columns):
    """A table of places given as (x, y, height) in metres about the frame."""
    x, y, height = np.array(rows, dtype=float).T
    lat, lon = FRAME.to_lat_lon(x, y)
    return pd.DataFrame({"lat": lat, "lon": lon, "height_m": height, **columns})


@pytest.mark.parametrize(
    ("distance", "height", "expected"),
    [(200, 1.5, 0.1280), (200, 22.5, 0.4406), (500, 1.5, 0.0363), (500, 22.5, 0.2239), (100, 18, 0.4266), (10, 1.5, 1)],
)
def test_uma_probability(distance, height, expected):
    assert float(p_los_uma(distance, height)) == pytest.approx(expected, abs=1e-4)


def test_umi_and_office_probabilities():
    assert float(p_los_umi(100.0)) == pytest.approx(0.2310, abs=1e-4)
    assert float(p_los_umi(18.0)) == 1.0
    assert p_los_inh([0.5, 1.2, 6.0, 30.0]).tolist() == pytest.approx(
        [1, 1, np.exp(-4.8 / 4.7), 0.32 * np.exp(-23.5 / 32.6)]
    )
    assert p_los_inh([5.0, 49.0, 60.0], "open").tolist() == pytest.approx(
        [1, np.exp(-44 / 70.8), 0.54 * np.exp(-11 / 211.7)]
    )


def test_p1410_worked_values():
    assert p_los_p1410(500.0, 30.0, [1.5, 22.5, 67.5]).tolist() == pytest.approx([0.0005, 0.2207, 0.8722], abs=1e-4)
    assert p_los_p1410([1000.0, 2000.0], 30.0, 67.5).tolist() == pytest.approx([0.755, 0.567], abs=1e-3)


@given(st.floats(0, 6000), st.floats(5, 80), st.floats(1, 150), st.floats(1, 60))
@settings(max_examples=60, deadline=None)
def test_p1410_is_a_probability_that_rises_with_height(distance, antenna, phone, more):
    low, high = p_los_p1410(distance, antenna, np.array([phone, phone + more]))
    assert 0.0 <= low <= high <= 1.0


def test_p1410_far_nan_and_reversed():
    assert np.isnan(p_los_p1410([np.nan, 100.0], 30.0, 1.5)).tolist() == [True, False]
    assert float(p_los_p1410(1e8, 30.0, 1.5)) < 1e-6
    assert p_los_p1410(800.0, 30.0, 60.0) == pytest.approx(p_los_p1410(800.0, 60.0, 30.0))


def test_wall_between_blocks_and_roof_clears():
    scene = build_scene([block("a", 40, -10, 60, 10, 20)], FRAME)
    points = places((100, 0, 1.5), (100, 0, 60), (100, 30, 1.5))
    seen = sight(scene, places((0, 0, 30)), points, 930.8)
    assert seen.line_of_sight[:, 0].tolist() == [False, True, True]
    assert seen.walls[:, 0].tolist() == [2, 0, 0]
    assert seen.v[0, 0] > 0 > seen.v[1, 0]
    assert seen.v[2, 0] == -np.inf


def test_v_is_that_of_the_roof_edge():
    scene = build_scene([block("a", 400, -10, 1000, 10, 30)], FRAME)  # the mast's ray meets its wall at 400 m
    seen = sight(scene, places((0, 0, 20)), places((500, 0, 20), building="b"), 930.8)
    assert seen.v[0, 0] == -np.inf  # the point lies inside the block
    scene = build_scene([block("a", 399.999, -10, 400, 10, 30)], FRAME)
    seen = sight(scene, places((0, 0, 20)), places((500, 0, 20)), 930.8)
    assert seen.v[0, 0] == pytest.approx(2.786, abs=0.001)


def test_own_building_of_point_and_mast_is_air():
    scene = build_scene([block("home", -10, -10, 10, 10, 90), block("mast", 190, -10, 210, 10, 30)], FRAME)
    cells = places((200, 0, 33), (200, 0, 20))
    points = places((0, 0, 67.5), (-9, 0, 10), building=["home", "home"])
    seen = sight(scene, cells, points, 930.8)
    assert seen.line_of_sight.all()
    street = sight(scene, cells, places((-30, 0, 1.5)), 930.8)
    assert not street.line_of_sight.any()
    assert own_buildings(scene, points)[:, 0].tolist() == [0, 0]


def test_named_building_counts_where_the_place_is_off():
    scene = build_scene([block("home", -10, -10, 10, 10, 90)], FRAME)
    off = places((-11, 0, 10), building="home")
    assert sight(scene, places((200, 0, 33)), off, 930.8).line_of_sight.all()
    assert not sight(scene, places((200, 0, 33)), off.drop(columns="building"), 930.8).line_of_sight.any()


def test_sectors_of_a_site_see_the_same():
    scene = build_scene([block("a", 40, -10, 60, 10, 20)], FRAME)
    cells = places((0, 0, 30), (0, 50, 30), (0, 0, 30))
    seen = sight(scene, cells, places((100, 0, 1.5), (100, 60, 1.5)), np.array([930.8, 930.8, 1890.0]))
    assert seen.line_of_sight.tolist() == [[False, True, False], [True, True, True]]
    assert seen.v[0, 2] == pytest.approx(seen.v[0, 0] * np.sqrt(1890.0 / 930.8))


def test_raised_ground():
    flat = block("a", 40, -10, 60, 10, 20, ground_m=1100.0)
    hill = block("b", 40, 90, 60, 110, 20, ground_m=1120.0)
    plain = block("c", 40, 190, 60, 210, 20, ground_m=1100.0)
    scene = build_scene([flat, hill, plain], FRAME)
    cells = places((0, 0, 30), (0, 100, 30), (0, 200, 30))
    seen = sight(scene, cells, places((100, 0, 25), (100, 100, 25), (100, 200, 25)), 930.8).line_of_sight
    assert [bool(seen[i, i]) for i in range(3)] == [True, False, True]


def test_unknown_places_see_nothing():
    scene = build_scene([block("a", 40, -10, 60, 10, 20)], FRAME)
    points = places((100, 0, 60), (0, 0, 0))
    points.loc[1, "lat"] = np.nan
    assert sight(scene, places((0, 0, 30)), points, 930.8).line_of_sight[:, 0].tolist() == [True, False]


def test_empty_scene_is_an_open_field():
    scene = build_scene([])
    assert sight(scene, places((0, 0, 30)), places((100, 0, 1.5)), 930.8).line_of_sight.all()


def profile_along(scene, mast, point):
    """Distance and height of every roof edge between two places (x, y, height), the ends first and last."""
    plan = LineString([mast[:2], point[:2]])
    tops = []
    for outline, roof in zip(scene.outlines, scene.roof_m, strict=True):
        crossed = plan.intersection(outline.boundary)
        tops += [(plan.project(Point(place.coords[0])), roof) for place in getattr(crossed, "geoms", [crossed])
                 if not place.is_empty]  # fmt: skip
    return np.array([(0.0, mast[2]), *sorted(tops), (plan.length, point[2])]).T


@given(st.integers(0, 10_000), st.floats(3.0, 60.0), st.floats(1.5, 60.0))
@settings(max_examples=60, deadline=None)
def test_loss_over_many_roofs_as_over_the_profile(seed, mast_m, point_m):
    r = np.random.default_rng(seed)
    rows = [(40.0 * k + r.uniform(0, 12), r.uniform(-20, 0)) for k in range(1, 1 + int(r.integers(1, 9)))]
    scene = build_scene([block(f"b{k}", x, y, x + r.uniform(5, 20), y + 35, r.uniform(3, 60))
                         for k, (x, y) in enumerate(rows)], FRAME)  # fmt: skip
    mast, point = (0.0, r.uniform(-10, 10), mast_m), (440.0, r.uniform(-10, 10), point_m)
    seen = sight(scene, places(mast), places(point), 930.8)
    distance, height = profile_along(scene, mast, point)
    slant = distance[-1] / np.hypot(distance[-1], point_m - mast_m)
    # the ray's clearance is square to it, and its ground is flat
    bulge = distance * (distance[-1] - distance) / (2000.0 * EARTH_KM)
    expected = bullington_db(distance, height * slant**1.5 - bulge, 930.8)
    assert seen.diffraction_db[0, 0] == pytest.approx(expected, abs=1e-5)
    single = float(knife_edge_db(seen.v[0, 0]))
    assert seen.diffraction_db[0, 0] >= single - 1e-9
    assert (single > 6.0333) == (not seen.line_of_sight[0, 0])


def test_sight_alone_is_the_same_sight():
    scene = build_scene([block("a", 40, -10, 60, 10, 20), block("b", -20, -10, -10, 10, 40)], FRAME)
    cells, points = places((0, 0, 30), (-15, 0, 45), (0, 0, 30)), places((100, 0, 1.5), (100, 0, 60), (-30, 0, 1.5))
    points.loc[1, "lat"] = np.nan
    seen = sight(scene, cells, points, 930.8)
    assert (in_sight(scene, cells, points) == seen.line_of_sight).all()
    assert seen.line_of_sight.any() and not seen.line_of_sight.all()
    assert np.isnan(seen.diffraction_db).tolist() == [[False] * 3, [True] * 3, [False] * 3]
