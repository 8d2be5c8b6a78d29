"""Rays through extruded buildings against a slow twin made of shapely's own geometry."""

import math
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, box

from rfopt.kernels.sight import trace

NOTHING = -np.ones((1, 1), dtype=np.int32)


def arrays(buildings):
    """The kernel's arguments for (polygon, roof) pairs."""
    edges, first = [], [0]
    for polygon, _ in buildings:
        for ring in (polygon.exterior, *polygon.interiors):
            corners = list(ring.coords)
            edges += [(*a[:2], *b[:2]) for a, b in pairwise(corners)]
        first.append(len(edges))
    return (
        np.array(first, dtype=np.int32),
        np.array(edges, dtype=float).reshape(-1, 4),
        np.array([polygon.bounds for polygon, _ in buildings], dtype=float).reshape(-1, 4),
        np.array([roof for _, roof in buildings], dtype=float),
    )


def ray(mast, point, buildings, mast_skip=NOTHING, point_skip=NOTHING):
    mast, point = (np.array([place], dtype=float) for place in (mast, point))
    walls, v = trace(mast, mast_skip, point, point_skip, *arrays(buildings))
    return int(walls[0, 0]), float(v[0, 0])


def blocked_by_twin(mast, point, buildings):
    """True where the ray dips below a roof inside an outline, piece by piece."""
    plan = LineString([mast[:2], point[:2]])
    for polygon, roof in buildings:
        for piece in getattr(plan.intersection(polygon), "geoms", [plan.intersection(polygon)]):
            if not isinstance(piece, LineString) or piece.length < 1e-9:
                continue
            shares = [plan.project(Point(place)) / plan.length for place in piece.coords]
            if min(mast[2] + share * (point[2] - mast[2]) for share in shares) < roof:
                return True
    return False


def crossings_by_twin(mast, point, buildings):
    """Walls below their roof, and the greatest v for a wavelength of 1 m."""
    plan = LineString([mast[:2], point[:2]])
    straight = math.dist(mast, point)
    walls, worst = 0, -math.inf
    for polygon, roof in buildings:
        for place in shapely.get_coordinates(plan.intersection(polygon.boundary)):
            share = plan.project(Point(place)) / plan.length
            over = roof - (mast[2] + share * (point[2] - mast[2]))
            walls += over > 0
            near, far = share * straight, (1 - share) * straight
            square = over * plan.length / straight  # the clearance square to the path
            worst = max(worst, square * math.sqrt(2.0 * (1.0 / near + 1.0 / far)))
    return walls, worst


@st.composite
def star(draw):
    """A star-shaped, mostly concave outline, sometimes with a courtyard."""
    x, y = draw(st.integers(-60, 60)), draw(st.integers(-60, 60))
    corners = draw(st.integers(3, 9))
    radii = draw(st.lists(st.floats(3.0, 25.0), min_size=corners, max_size=corners))
    angles = [2 * math.pi * k / corners + 0.1234 for k in range(corners)]
    shell = [(x + r * math.cos(a), y + r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]
    hole = [(x + (px - x) * 0.4, y + (py - y) * 0.4) for px, py in shell] if draw(st.booleans()) else None
    return Polygon(shell, [hole] if hole else []), draw(st.floats(1.0, 80.0))


place = st.tuples(
    st.integers(-120, 120).map(lambda n: n + 0.217),
    st.integers(-120, 120).map(lambda n: n - 0.119),
    st.floats(0.0, 100.0),
)


@given(place, place, st.lists(star(), min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_matches_the_twin(mast, point, buildings):
    assume(mast[:2] != point[:2])
    assume(all(polygon.distance(Point(end[:2])) > 1e-3 for polygon, _ in buildings for end in (mast, point)))
    plan = LineString([mast[:2], point[:2]])
    corners = [Point(c) for polygon, _ in buildings for c in shapely.get_coordinates(polygon)]
    assume(min(plan.distance(corner) for corner in corners) > 1e-6)  # a ray along a corner may count either way
    walls, v = ray(mast, point, buildings)
    expected_walls, expected_v = crossings_by_twin(mast, point, buildings)
    assert walls == expected_walls
    assert (walls > 0) == blocked_by_twin(mast, point, buildings)
    assert v == expected_v or v == pytest.approx(expected_v, rel=1e-6)
    assert (v > 0) == (walls > 0)


@given(place, place, st.lists(star(), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_there_and_back_and_higher_roofs(mast, point, buildings):
    walls, v = ray(mast, point, buildings)
    back_walls, back_v = ray(point, mast, buildings)
    assert walls == back_walls
    assert v == back_v or v == pytest.approx(back_v, rel=1e-6, abs=1e-6)
    higher_walls, higher_v = ray(mast, point, [(polygon, roof + 5.0) for polygon, roof in buildings])
    assert higher_walls >= walls
    assert higher_v >= v


BLOCK = box(10, -5, 20, 5)


@pytest.mark.parametrize(
    ("mast", "point", "walls"),
    [
        ((0, 0, 10), (30, 0, 10), 2),
        ((0, 0, 10), (10, 0, 10), 0),  # the point stands on the near wall
        ((0, 0, 10), (20, 0, 10), 1),  # on the far wall: through the building
        ((10, 0, 10), (30, 0, 10), 1),  # the mast on a wall, looking through
        ((20, 0, 10), (30, 0, 10), 0),  # and looking away
        ((0, 5, 10), (30, 5, 10), 0),  # along a wall
        ((0, -5, 10), (30, -5, 10), 0),
        ((5, 0, 10), (15, 10, 10), 0),  # touching a corner
        ((15, -10, 10), (25, 0, 10), 0),
        ((5, -10, 10), (25, 10, 10), 2),  # in at one corner, out at the other
        ((0, 0, 10), (0, 0, 30), 0),  # straight up
        ((0, 0, 10), (0, 0, 10), 0),  # the same place
        ((15, 0, 30), (15, 0, 10), 0),
        ((0, 0, 20), (30, 0, 20), 0),  # grazing the roof's height
        ((0, 0, 19.999), (30, 0, 19.999), 2),
        ((0, 0, 30), (30, 0, 10), 1),  # in above the roof, out below
    ],
)
def test_ends_on_walls_and_roofs(mast, point, walls):
    assert ray(mast, point, [(BLOCK, 20.0)])[0] == walls


@pytest.mark.parametrize(
    ("mast", "point"), [((0, 5, 10), (30, 5, 10)), ((0, -5, 10), (30, -5, 10)), ((5, 0, 10), (15, 10, 10))]
)
def test_a_ray_that_only_touches_passes_no_roof(mast, point):
    assert ray(mast, point, [(BLOCK, 20.0)]) == (0, -math.inf)


def test_touching_blocks_count_both_party_walls():
    assert ray((0, 0, 10), (40, 0, 10), [(BLOCK, 20.0), (box(20, -5, 30, 5), 20.0)])[0] == 4


def test_courtyard():
    court = Polygon([(-20, -20), (20, -20), (20, 20), (-20, 20)], [[(-10, -10), (10, -10), (10, 10), (-10, 10)]])
    assert ray((0, 0, 5), (5, 5, 5), [(court, 20.0)])[0] == 0
    assert ray((0, 0, 5), (50, 1, 5), [(court, 20.0)])[0] == 2
    assert ray((-50, 1, 5), (50, 1, 5), [(court, 20.0)])[0] == 4


def test_skipped_buildings_are_air():
    buildings = [(BLOCK, 20.0), (box(30, -5, 40, 5), 20.0)]
    skip = np.array([[-1, 0]], dtype=np.int32)
    assert ray((0, 0, 5), (50, 0, 5), buildings)[0] == 4
    assert ray((0, 0, 5), (50, 0, 5), buildings, point_skip=skip)[0] == 2
    assert ray((0, 0, 5), (50, 0, 5), buildings, mast_skip=skip)[0] == 2
    both = ray((0, 0, 5), (50, 0, 5), buildings, skip, np.array([[1]], dtype=np.int32))
    assert both == (0, -math.inf)


def test_no_buildings_and_unknown_places():
    assert ray((0, 0, 5), (50, 0, 5), []) == (0, -math.inf)
    assert ray((0, 0, 5), (math.nan, 0, 5), [(BLOCK, 20.0)]) == (0, -math.inf)


def test_lies_as_point_by_mast():
    masts = np.array([[0.0, 0.0, 10.0], [0.0, 30.0, 10.0]])
    points = np.array([[30.0, 0.0, 10.0], [30.0, 30.0, 10.0], [30.0, 0.0, 90.0]])
    nothing = -np.ones((2, 1), dtype=np.int32), -np.ones((3, 1), dtype=np.int32)
    walls, v = trace(masts, nothing[0], points, nothing[1], *arrays([(BLOCK, 20.0)]))
    assert walls.tolist() == [[2, 0], [0, 0], [0, 0]]
    assert v.dtype == np.float64
