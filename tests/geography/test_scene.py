"""Scenes: outlines in metres, what lies inside, and the points of a floor."""

import math

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import MultiPolygon, Polygon, box

from rfopt.geography.scene import (
    SIDES,
    Building,
    Frame,
    build_scene,
    contains,
    floor_height_m,
    heights_m,
    packed,
    points_of_floor,
)

FRAME = Frame(38.495, 106.225)


def building(outline, name="a", height_m=60.0, **more):
    """A building whose outline is given in metres about the frame."""

    def lon_lat(places):
        lat, lon = FRAME.to_lat_lon(places[:, 0], places[:, 1])
        return np.stack((lon, lat), axis=1)

    return Building(name, shapely.transform(outline, lon_lat), height_m, **more)


def in_metres(points):
    return np.stack(FRAME.to_xy(points["lat"], points["lon"]), axis=1)


COURT = Polygon(box(-30, -30, 30, 30).exterior.coords, [box(-15, -15, 15, 15).exterior.coords])
L_SHAPE = Polygon([(0, 0), (40, 0), (40, 15), (15, 15), (15, 40), (0, 40)])


def test_floor_heights():
    assert floor_height_m([1, 23, 2, -1, -2]).tolist() == [1.5, 67.5, 4.5, -1.5, -4.5]
    assert float(floor_height_m(10, 3.3)) == pytest.approx(31.2)
    assert np.isnan(floor_height_m(np.nan))


def test_heights_of_points():
    points = pd.DataFrame({"height_m": [12.0, np.nan, np.nan], "floor": [5, 23, None]})
    assert heights_m(points).tolist() == [12.0, 67.5, 1.5]
    assert heights_m(points[["floor"]]).tolist() == [13.5, 67.5, 1.5]
    assert heights_m(pd.DataFrame({"lat": [1.0, 2.0]})).tolist() == [1.5, 1.5]
    assert points["height_m"].isna().sum() == 2


def test_scene_arrays():
    scene = build_scene([building(box(0, 0, 10, 20)), building(COURT, "b", 30.0)], FRAME)
    assert scene.first.tolist() == [0, 4, 12]
    assert scene.bounds == pytest.approx(np.array([[0, 0, 10, 20], [-30, -30, 30, 30]]), abs=1e-6)
    assert scene.roof_m.tolist() == [60.0, 30.0]
    assert scene.index == {"a": 0, "b": 1}
    lengths = np.hypot(scene.edges[:, 2] - scene.edges[:, 0], scene.edges[:, 3] - scene.edges[:, 1])
    assert sorted(lengths.round(6).tolist()) == [10, 10, 20, 20, 30, 30, 30, 30, 60, 60, 60, 60]


def test_ground_is_relative_to_the_map():
    scene = build_scene([building(box(0, 0, 9, 9), str(n), ground_m=g) for n, g in enumerate((1100.0, 1100.0, 1103.0))])
    assert scene.base_m.tolist() == [0.0, 0.0, 3.0]
    assert scene.roof_m.tolist() == [60.0, 60.0, 63.0]


def test_empty_scene():
    scene = build_scene([])
    assert scene.edges.shape == (0, 4)
    assert scene.bounds.shape == (0, 4)
    assert scene.containing([38.0], [106.0]).tolist() == [[-1]]


def test_default_frame_is_the_middle_of_the_map():
    scene = build_scene([building(box(0, 0, 100, 50))])
    assert scene.bounds[0] == pytest.approx([-50, -25, 50, 25], abs=1e-3)


def test_containing_lists_overlapping_buildings_and_forgives_rounding():
    scene = build_scene([building(box(0, 0, 10, 10)), building(box(5, 0, 15, 10), "b"), building(COURT, "c")], FRAME)
    x, y = np.array([7.0, 10.05, 10.2, 20.0, 0.0]), np.array([5.0, 5.0, 5.0, 0.0, 100.0])
    lat, lon = FRAME.to_lat_lon(x, y)
    assert scene.containing(lat, lon).tolist() == [[0, 1], [0, 1], [1, -1], [2, -1], [-1, -1]]
    assert scene.containing([np.nan, lat[0]], [106.0, lon[0]])[:, 0].tolist() == [-1, 0]


@given(st.integers(-400, 400), st.integers(-400, 400), st.floats(0, 90))
@settings(max_examples=80, deadline=None)
def test_contains_matches_shapely_in_metres(x10, y10, turn):
    outline = affinity.rotate(COURT, turn, origin=(0, 0))
    x, y = x10 / 10.0, y10 / 10.0
    near = outline.boundary.distance(shapely.Point(x, y))
    if abs(near - 0.1) < 0.01:
        return
    expected = outline.distance(shapely.Point(x, y)) < 0.1
    lat, lon = FRAME.to_lat_lon([x], [y])
    assert contains(building(outline), lat, lon).tolist() == [expected]


def test_packed():
    assert packed(np.array([0, 2, 2]), np.array([5, 6, 7]), 4).tolist() == [[5, -1], [-1, -1], [6, 7], [-1, -1]]
    assert packed(np.array([], dtype=int), np.array([], dtype=int), 2).tolist() == [[-1], [-1]]


def test_points_of_a_plain_block():
    points = points_of_floor(building(box(0, 0, 28, 18)), 23)
    assert list(points.columns) == ["point", "lat", "lon", "floor", "height_m", "building", "side"]
    assert points["side"].value_counts().to_dict() == {"north": 6, "south": 6, "east": 4, "west": 4}
    assert points["point"].is_unique
    assert points["point"].iloc[0] == "23F_north_1"
    assert set(points["height_m"]) == {67.5}
    places = in_metres(points)
    assert places[points["side"] == "north", 1] == pytest.approx(17.0, abs=1e-3)
    assert places[points["side"] == "west", 0] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    "outline", [box(0, 0, 28, 18), L_SHAPE, COURT, MultiPolygon([box(0, 0, 9, 9), box(20, 0, 29, 9)])]
)
@pytest.mark.parametrize("turn", [0.0, 17.0, 45.0, 90.0, 200.0])
def test_points_lie_inside_at_their_depth(outline, turn):
    turned = affinity.rotate(outline, turn, origin=(0, 0))
    points = points_of_floor(building(turned), 5, spacing_m=3.0)
    assert len(points) >= 12
    walls = [shapely.LinearRing(part.exterior.coords) for part in getattr(turned, "geoms", [turned])]
    for x, y in in_metres(points):
        place = shapely.Point(x, y)
        assert turned.contains(place)
        assert min(wall.distance(place) for wall in walls) == pytest.approx(1.0, abs=0.02) or outline is L_SHAPE


@pytest.mark.parametrize("turn", [0, 20, 40, 100, 190, 280])
def test_side_is_where_the_wall_faces(turn):
    turned = affinity.rotate(box(-20, -10, 20, 10), -turn, origin=(0, 0))  # shapely turns anticlockwise
    points = points_of_floor(building(turned), 3)
    for side, group in points.groupby("side"):
        x, y = in_metres(group).mean(axis=0)
        bearing = math.degrees(math.atan2(x, y))
        off = (bearing - 90.0 * SIDES.index(side) + 180) % 360 - 180
        assert abs(off) < 45.1


def test_orientation_of_the_ring_does_not_matter():
    clockwise = Polygon(list(box(0, 0, 28, 18).exterior.coords)[::-1])
    one, other = (points_of_floor(building(p), 2) for p in (clockwise, box(0, 0, 28, 18)))
    assert one["side"].value_counts().to_dict() == other["side"].value_counts().to_dict()


def test_wanted_sides_and_missing_ones():
    block = building(box(0, 0, 28, 18), floor_height_m=3.3)
    points = points_of_floor(block, 10, ["south", "north"])
    assert points["side"].unique().tolist() == ["south", "north"]
    assert points["height_m"].iloc[0] == pytest.approx(31.2)
    assert points_of_floor(building(box(0, 0, 28, 0.8)), 2).empty  # thinner than the depth both ways
    assert list(points_of_floor(block, 10, [])) == list(points)
    with pytest.raises(ValueError, match="side 'up' is none of north"):
        points_of_floor(block, 10, ["up"])


def test_small_corners_hold_no_rooms():
    chamfered = box(0, 0, 20, 20).buffer(0.5, quad_segs=4)
    points = points_of_floor(building(chamfered), 2)
    assert points["side"].value_counts().to_dict() == dict.fromkeys(SIDES, 4)
