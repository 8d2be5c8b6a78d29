"""Rays through extruded buildings against shapely's own geometry and against a slow, plain twin."""

import math
from itertools import pairwise

import numba
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, box

from rfopt.kernels.sight import in_sight, trace

from . import twin_sight

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
        np.array([roof for _, roof in buildings], dtype=float),
    )


def ray(mast, point, buildings, mast_skip=NOTHING, point_skip=NOTHING):
    mast, point = (np.array([place], dtype=float) for place in (mast, point))
    walls, v, _, _ = trace(mast, mast_skip, point, point_skip, *arrays(buildings))
    assert in_sight(mast, mast_skip, point, point_skip, *arrays(buildings))[0, 0] == (walls[0, 0] == 0)
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
@settings(max_examples=120, deadline=None)
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
    walls, v, _, _ = trace(masts, nothing[0], points, nothing[1], *arrays([(BLOCK, 20.0)]))
    assert walls.tolist() == [[2, 0], [0, 0], [0, 0]]
    assert v.dtype == np.float64


def assert_as_twin(masts, mast_skip, points, point_skip, scene):
    """Every ray as the plain twin has it: walls and sight exactly, the rest to rounding."""
    arguments = masts, mast_skip, points, point_skip, *scene
    found, expected = trace(*arguments), twin_sight.trace(*arguments)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(in_sight(*arguments), expected[0] == 0)
    for one, other in zip(found[1:], expected[1:], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-8)


@st.composite
def on_a_lattice(draw, frames=((1.0, 0.0, 0.0), (7.3, 0.1, -0.7), (1.0, 4.2e6, -7.7e6))):
    """Buildings, some with courts, masts and points on a small lattice: everything touches everything."""
    step, east, north = draw(st.sampled_from(frames))
    number = st.integers(-6, 6)
    buildings = []
    for _ in range(draw(st.integers(1, 5))):
        x, y, wide, deep = draw(number), draw(number), draw(st.integers(1, 6)), draw(st.integers(1, 6))
        corners = [(x, y), (x + wide, y), (x + wide, y + deep), (x, y + deep)]
        match draw(st.sampled_from(["box", "L", "slanted", "court", "backwards"])):
            case "L":
                corners[2:3] = [(x + wide, y + deep / 2), (x + wide / 2, y + deep / 2), (x + wide / 2, y + deep)]
            case "slanted":
                corners[1], corners[2] = (x + wide, y + 1), (x + wide - 1, y + deep + 1)
            case "court":
                corners += [corners[0]]
            case "backwards":
                corners.reverse()
        rings = [corners]
        if len(corners) == 5:
            rings = [corners[:4], [(x + wide * a, y + deep * b) for a, b in ((0.25, 0.25), (0.5, 0.75), (0.75, 0.25))]]
        walls = [(*a, *b) for ring in rings for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]
        buildings.append((np.array(walls) * step + [east, north, east, north], draw(st.floats(1.0, 60.0))))
    places = st.lists(st.tuples(number, number, st.floats(0.0, 70.0)), min_size=1, max_size=6)
    masts, points = (np.array(draw(places)) * [step, step, 1.0] + [east, north, 0.0] for _ in range(2))
    skips = st.integers(-1, len(buildings) - 1)
    columns = draw(st.integers(1, 4))
    mast_skip, point_skip = (
        np.array([[draw(skips) if draw(st.booleans()) else -1 for _ in range(columns)] for _ in some], dtype=np.int32)
        for some in (masts, points)
    )
    first = np.cumsum([0, *(len(walls) for walls, _ in buildings)]).astype(np.int32)
    scene = first, np.concatenate([walls for walls, _ in buildings]), np.array([roof for _, roof in buildings])
    return masts, mast_skip, points, point_skip, scene


@given(on_a_lattice())
@settings(max_examples=120, deadline=None)
def test_on_a_lattice_as_the_twin(drawn):
    assert_as_twin(*drawn)


@given(on_a_lattice(frames=((1.0, 0.0, 0.0), (8.0, 4.2e6, -7.7e6))))  # where a corner on the ray is exactly on it
@settings(max_examples=50, deadline=None)
def test_there_and_back_on_a_lattice(drawn):
    masts, mast_skip, points, point_skip, scene = drawn
    walls, v, mast_side, point_side = trace(*drawn[:4], *scene)
    back = trace(points, point_skip, masts, mast_skip, *scene)
    np.testing.assert_array_equal(back[0].T, walls)
    for one, other in zip((v, point_side, mast_side), back[1:], strict=True):
        np.testing.assert_allclose(other.T, one, rtol=1e-6, atol=1e-6)


def town(seed, buildings, east=0.0):
    """Turned boxes and L-shapes in rows, and places among them, some on walls and some inside."""
    r = np.random.default_rng(seed)
    across = math.ceil(math.sqrt(buildings))
    shapes = []
    for k in range(buildings):
        w, d, a = r.uniform(8, 25), r.uniform(8, 25), r.uniform(0, math.pi)
        corners = np.array([(-w, -d), (w, -d), (w, 0), (0, 0), (0, d), (-w, d)] if k % 2 else
                           [(-w, -d), (w, -d), (w, d), (-w, d)])  # fmt: skip
        turned = corners @ np.array([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
        shapes.append((Polygon(turned + np.array([k % across * 70.0 + east, k // across * 70.0])), r.uniform(6, 60)))
    scene = arrays(shapes)
    walls = scene[1][r.integers(0, len(scene[1]), 160)]
    on_walls = (walls[:, :2] + walls[:, 2:]) / 2.0
    anywhere = r.uniform(0, across * 70.0, (80, 2)) + np.array([east, 0.0])
    places = np.vstack((on_walls[:80], on_walls[80:] + r.normal(0, 1.0, (80, 2)), anywhere))
    points = np.column_stack((places, r.uniform(1.5, 50, len(places))))
    masts = np.column_stack((anywhere[:4], r.uniform(20, 60, 4)))
    masts[3, :2] = on_walls[0]
    return masts, points, scene


@pytest.mark.parametrize("east", [0.0, 5e6])
def test_a_town_as_the_twin(east):
    masts, points, scene = town(3, 40, east)
    inside = np.array([[k % 40 if k % 5 == 0 else -1] for k in range(len(points))], dtype=np.int32)
    assert_as_twin(masts, np.array([[-1], [7], [-1], [-1]], dtype=np.int32), points, inside, scene)


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one thread only")
@pytest.mark.parametrize("masts", [1, 4])
def test_same_for_any_number_of_threads(masts):
    all_masts, points, scene = town(5, 100)
    nothing = np.full((len(all_masts), 1), -1), np.full((len(points), 1), -1)
    found = []
    for threads in (1, numba.config.NUMBA_NUM_THREADS):
        numba.set_num_threads(threads)
        try:
            found.append(trace(all_masts[:masts], nothing[0][:masts], points, nothing[1], *scene))
        finally:
            numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_places_that_are_nowhere():
    masts = np.array([[0.0, 0.0, 5.0], [math.nan, 0.0, 5.0], [math.inf, 0.0, 5.0]])
    points = np.array([[50.0, 0.0, 5.0], [50.0, math.nan, 5.0], [math.inf, 0.0, 5.0], [50.0, 0.0, math.nan]])
    nothing = np.full((3, 1), -1), np.full((4, 1), -1)
    walls, v, *_ = trace(masts, nothing[0], points, nothing[1], *arrays([(BLOCK, 20.0)]))
    assert np.argwhere(walls).tolist() == [[0, 0]]
    assert np.isfinite(v).sum() == 1
    assert trace(masts[:0], nothing[0][:0], points, nothing[1], *arrays([(BLOCK, 20.0)]))[0].shape == (4, 0)
    assert trace(masts, nothing[0], points[:0], nothing[1][:0], *arrays([(BLOCK, 20.0)]))[0].shape == (0, 3)
