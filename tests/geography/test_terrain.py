"""The ground: read, looked up, and what hills do to paths and levels."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import get_num_threads, set_num_threads
from shapely.geometry import box

from rfopt.errors import InputError
from rfopt.geography.scene import Building, Frame, build_scene
from rfopt.geography.terrain import Terrain, read_terrain
from rfopt.kernels.profile import ground_v
from rfopt.radio.diffraction import knife_edge_v
from rfopt.radio.links import link
from rfopt.radio.los import sight
from rfopt.radio.predict import predict

FRAME = Frame(38.495, 106.225)
STEP_DEG = 0.0005  # about 55 m northwards and 44 m eastwards
GRID = "ncols 3\nnrows 2\nxllcorner 106.0\nyllcorner 38.0\ncellsize 0.01\nNODATA_value -9999\n1 2 3\n4 5 6\n"
MACRO = {
    "rat": "GSM", "kind": "macro", "x": 0.0, "y": 0.0, "height_m": 30.0, "azimuth_deg": 0.0, "mech_tilt_deg": 2.0,
    "elec_tilt_deg": 3.0, "antenna": "", "gain_dbi": 15.5, "h_beamwidth_deg": 65.0, "v_beamwidth_deg": 7.0,
    "power_dbm": 43.0, "building": (), "arfcn": 1003.0, "earfcn": np.nan,
}  # fmt: skip


def ground(height_of):
    """A terrain of 4 km by 4 km about the frame, its heights by east and north metres."""
    count = 81
    south, west = FRAME.lat - STEP_DEG * 40, FRAME.lon - STEP_DEG * 40
    lat, lon = south + STEP_DEG * np.arange(count), west + STEP_DEG * np.arange(count)
    x, y = FRAME.to_xy(*np.meshgrid(lat, lon, indexing="ij"))
    return Terrain(south, west, STEP_DEG, height_of(x, y) * np.ones((count, count)))


def at(*rows):
    x, y, height = np.array(rows, dtype=float).T
    lat, lon = FRAME.to_lat_lon(x, y)
    return pd.DataFrame({"lat": lat, "lon": lon, "height_m": height})


def cells(**change):
    table = pd.DataFrame([MACRO | change], index=["A"])
    lat, lon = FRAME.to_lat_lon(table.pop("x"), table.pop("y"))
    return table.assign(lat=lat, lon=lon)


def network(table, terrain, buildings=()):
    return SimpleNamespace(cells=table, buildings=buildings, antennas={}, terrain=terrain)


def read(tmp_path, text):
    file = tmp_path / "terrain.asc"
    file.write_text(text, encoding="utf-8")
    return read_terrain(file)


def test_a_grid_is_read_from_north_to_south_with_its_corner(tmp_path):
    terrain, notes = read(tmp_path, GRID)
    assert notes == []
    assert (terrain.south, terrain.west) == pytest.approx((38.005, 106.005))
    assert terrain.height_m.tolist() == [[4, 5, 6], [1, 2, 3]]
    assert terrain.at([38.005, 38.015, 38.01], [106.005, 106.025, 106.01]).tolist() == pytest.approx([4.0, 3.0, 3.0])
    centred, _ = read(tmp_path, GRID.replace("llcorner", "llcenter").replace("1 2 3", "1\n2 3"))
    assert (centred.south, centred.west) == (38.0, 106.0)


def test_nodes_without_a_height_take_the_nearest(tmp_path):
    terrain, notes = read(tmp_path, GRID.replace("2 3", "-9999 3"))
    assert notes == ["terrain.asc: 1 nodes have no height, taken as at the nearest node that has one"]
    assert terrain.height_m[1, 1] in (1.0, 3.0, 5.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "terrain.asc:1: 'ncols' is missing"),
        (GRID.replace("ncols 3", "ncols three"), "terrain.asc:1: 'ncols three' is no key with a number"),
        (GRID.replace("1 2 3", "1 2 x3"), "terrain.asc:7: 'x3' is no height in m"),
        (GRID.replace("4 5 6", "4 5"), "holds 5 heights, expected nrows × ncols = 6"),
        (GRID.replace("cellsize 0.01", "cellsize 30"), "cellsize 30 is no step in degrees"),
        (GRID.replace("xllcorner 106.0", "xllcorner 500000"), "expected WGS84 degrees"),
        (GRID.replace("xllcorner 106.0\n", ""), "'xllcorner' is missing"),
        (GRID.replace("6", "60000"), "height 60000 m, expected -500 to 9000"),
        (GRID.replace("ncols 3", "ncols 1e9"), "nodes, expected"),
        (GRID.replace("ncols 3", "ncols 1e308102"), "inf × 2 nodes, expected"),
        (GRID.replace("ncols 3", "ncols nan"), "nan × 2 nodes, expected"),
        (GRID.replace("1 2 3\n4 5 6", "-9999 -9999 -9999 -9999 -9999 nan"), "holds no height at all"),
    ],
)
def test_what_is_no_grid_is_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789.-e nrowscl\n\tx", max_size=200))
def test_any_text_is_a_grid_or_refused(tmp_path_factory, text):
    try:
        terrain, _ = read(tmp_path_factory.mktemp("grid"), GRID[: len(text) * 2] + text)
    except InputError:
        return
    assert np.isfinite(terrain.height_m).all()


def test_a_hill_between_blocks_and_costs_its_knife_edge():
    ridge = ground(lambda x, y: 100.0 * np.exp(-(((y - 600.0) / 250.0) ** 2)))
    scene, table, places = build_scene((), FRAME, ridge), cells(), at((0, 1200, 1.5), (0, 1200, 300.0))
    seen = sight(scene, table, places, 930.8)
    assert seen.line_of_sight[:, 0].tolist() == [False, True]
    straight = 15.75  # half way between 30 and 1.5 m
    assert seen.hill_v[0, 0] == pytest.approx(float(knife_edge_v(100.0 - straight, 600.0, 600.0, 930.8)), rel=0.05)
    flat = predict(network(table, ground(lambda x, y: 0.0)), places)
    behind = predict(network(table, ridge), places)
    assert behind[0, 0] < flat[0, 0] - 10.0
    assert behind[1, 0] == pytest.approx(flat[1, 0], abs=0.01)


def test_lifting_the_whole_country_changes_nothing():
    corners = FRAME.to_lat_lon(np.array([-10.0, 10.0]), np.array([490.0, 510.0]))
    home = Building("home", box(corners[1][0], corners[0][0], corners[1][1], corners[0][1]), 90.0)
    places = at((0, 500, 67.5), (40, 300, 1.5)).assign(building=["home", ""])
    none, low, high = (
        predict(network(cells(), terrain, (home,)), places)
        for terrain in (None, ground(lambda x, y: 0.0), ground(lambda x, y: 1100.0))
    )
    assert low == pytest.approx(none, abs=0.01)
    assert high == pytest.approx(none, abs=0.01)


def test_a_mast_on_a_hill_looks_down():
    hill = ground(lambda x, y: np.clip(60.0 - 0.2 * np.hypot(x, y), 0.0, None))
    found = link(cells(), at((0, 800, 1.5)), FRAME, hill)
    assert found.elevation_deg[0, 0] == pytest.approx(-np.degrees(np.arctan2(88.5, 800.0)), abs=0.05)
    assert found.distance_3d_m[0, 0] == pytest.approx(np.hypot(88.5, 800.0), abs=0.5)


def test_buildings_stand_on_the_terrain():
    corners = FRAME.to_lat_lon(np.array([-10.0, 10.0]), np.array([490.0, 510.0]))
    home = Building("home", box(corners[1][0], corners[0][0], corners[1][1], corners[0][1]), 30.0, ground_m=7.0)
    scene = build_scene([home], FRAME, ground(lambda x, y: 0.1 * y))
    assert scene.base_m[0] == pytest.approx(50.0, abs=0.1)
    assert scene.roof_m[0] == pytest.approx(80.0, abs=0.1)


def test_threads_and_direction_do_not_matter():
    draw = np.random.default_rng(3)
    height = draw.uniform(0, 80, (40, 50))
    ends = [
        np.column_stack((draw.uniform(0, 2000, (n, 2)), draw.uniform(0, 150, n), draw.uniform(0, 38, (n, 2))))
        for n in (6, 30)
    ]
    there = ground_v(*ends, height, 25.0)
    back = ground_v(*ends[::-1], height, 25.0)
    assert there == pytest.approx(back.T)
    threads = get_num_threads()
    try:
        set_num_threads(1)
        assert np.array_equal(ground_v(*ends, height, 25.0), there)
    finally:
        set_num_threads(threads)
