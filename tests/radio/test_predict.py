"""Levels and their changes: worked by hand, symmetries, and what the parts must add up to."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from rfopt.errors import InputError
from rfopt.geography.scene import Building, Frame, build_scene
from rfopt.radio.antennas import Pattern, array, cell_gains_dbi, parametric
from rfopt.radio.entry_loss import facade_db, p2109_db
from rfopt.radio.links import link
from rfopt.radio.los import p_los_uma
from rfopt.radio.path_loss import path_losses
from rfopt.radio.predict import frequencies_mhz, level_change_db, predict
from rfopt.radio.town import p_clear_town

FRAME = Frame(38.495, 106.225)
MACRO = {
    "rat": "GSM",
    "kind": "macro",
    "x": 0.0,
    "y": 0.0,
    "height_m": 30.0,
    "azimuth_deg": 0.0,
    "mech_tilt_deg": 2.0,
    "elec_tilt_deg": 3.0,
    "antenna": "",
    "gain_dbi": 15.5,
    "h_beamwidth_deg": 65.0,
    "v_beamwidth_deg": 7.0,
    "power_dbm": 43.0,
    "building": (),
    "arfcn": 1003.0,
    "earfcn": np.nan,
}
DAS = {**MACRO, "kind": "das", "azimuth_deg": np.nan, "gain_dbi": 2.0, "power_dbm": 12.0, "height_m": 68.7}
LTE = {**MACRO, "rat": "LTE", "arfcn": np.nan, "earfcn": 38400.0, "power_dbm": 12.2}


def cells(*rows):
    """A cell table from rows placed in metres about the frame, named A, B, …"""
    table = pd.DataFrame(list(rows), index=[chr(65 + n) for n in range(len(rows))])
    lat, lon = FRAME.to_lat_lon(table.pop("x"), table.pop("y"))
    return table.assign(lat=lat, lon=lon)


def points(*rows, building=""):
    x, y, height = np.array(rows, dtype=float).T
    lat, lon = FRAME.to_lat_lon(x, y)
    return pd.DataFrame({"lat": lat, "lon": lon, "height_m": height, "building": building})


def block(name, west, south, east, north, height_m, **more):
    corners = [FRAME.to_lat_lon(x, y) for x, y in ((west, south), (east, south), (east, north), (west, north))]
    return Building(name, Polygon([(float(lon), float(lat)) for lat, lon in corners]), height_m, **more)


def network(table, buildings=(), antennas=None):
    return SimpleNamespace(cells=table, buildings=tuple(buildings), antennas=antennas or {}, terrain=None)


HOME = block("home", -10, 990, 10, 1010, 90)


def open_town(table):
    return float(p_clear_town(build_scene((), FRAME), table, points((0, 500, 67.5)))[0, 0])


def test_outdoor_level_without_a_map():
    table = cells(MACRO)
    found = predict(network(table), points((0, 500, 1.5), (0, 500, 67.5)))
    assert found.shape == (2, 1)
    gain = cell_gains_dbi(table, link(table, points((0, 500, 1.5), (0, 500, 67.5))), {})[:, 0]
    for row, (height, likely) in enumerate(((1.5, p_los_uma(500, 1.5)), (67.5, open_town(table)))):
        clear, blocked = path_losses["uma"](930.8, 500.0, 30.0, height, np.array([True, False]))
        expected = 43.0 + gain[row] - (likely * clear + (1 - likely) * blocked)
        assert found[row, 0] == pytest.approx(float(expected), abs=0.01)


def test_the_map_decides_line_of_sight():
    screen = block("screen", -20, 480, 20, 490, 40)
    huts = [block(f"hut {y}", 30, y, 35, y + 5, 3) for y in range(-60, 480, 90)]  # the map knows the whole path
    table, places = cells(MACRO), points((0, 500, 1.5), (0, 500, 67.5), (0, 470, 1.5))
    found = predict(network(table, [screen, *huts]), places)[:, 0]
    gain = cell_gains_dbi(table, link(table, places), {})[:, 0]
    for row, (distance, height, clear) in enumerate(((500, 1.5, False), (500, 67.5, True), (470, 1.5, True))):
        loss = float(path_losses["uma"](930.8, distance, 30.0, height, clear))
        assert found[row] == pytest.approx(43.0 + gain[row] - loss, abs=0.01)


def test_a_far_mast_is_seen_through_an_unmapped_town():
    table = cells(MACRO, {**MACRO, "y": 985.0, "azimuth_deg": 180.0})
    places = points((0, 1000, 1.5), (0, 1000, 67.5), building="home")
    near_map = predict(network(table, [HOME]), places)
    open_field = 43.0 - float(path_losses["uma"](930.8, 1000.0, 30.0, 1.5, True))
    assert near_map[0, 0] < open_field - 20.0  # the ground floor does not see a mast a kilometre off
    assert near_map[1, 0] > near_map[0, 0] + 15.0  # floor 23 does: signals drift up


@pytest.mark.parametrize(("wall", "efficient"), [("concrete", 0), ("brick", 0), ("glass", 0), ("irr_glass", 1)])
def test_entry_loss_of_a_building(wall, efficient):
    table, building = cells(MACRO), block("home", -10, 990, 10, 1010, 90, wall=wall)
    inside, outside = points((0, 995, 67.5), building="home"), points((0, 995, 67.5))
    scene = network(table, [building])
    likely = p_clear_town(build_scene([building]), table, inside)
    entry = p2109_db(930.8, link(table, inside).elevation_deg, bool(efficient))
    # 5 m behind a façade that faces the mast
    assert predict(scene, outside) - predict(scene, inside) == pytest.approx(entry + likely * facade_db(5.0, 1.0))


def test_rooms_lose_by_depth_and_by_the_side_they_face():
    east = cells({**MACRO, "x": 1000.0, "y": 1000.0, "azimuth_deg": 270.0})
    rooms = points((9, 1000, 67.5), (0, 1000, 67.5), (-9, 1000, 67.5), building="home")
    near, middle, far = predict(network(east, [HOME]), rooms)[:, 0]
    likely = float(p_clear_town(build_scene([HOME]), east, rooms)[0, 0])
    assert near - middle == pytest.approx(likely * 4.5, abs=0.1)
    assert middle - far == pytest.approx(likely * 4.5, abs=0.1)


def test_das_in_its_own_building_has_an_antenna_on_every_floor():
    table = cells({**DAS, "y": 1000.0, "building": ("home",)})
    places = points((8, 1000, 67.5), (8, 1000, 64.5), (16, 1000, 4.5), building="home")
    found = predict(network(table, [HOME]), places)[:, 0]
    wall = 15.0 + np.interp(930.8, [900, 1800], [0, 3])
    for level, away in zip(found, (8.0, 8.0, 16.0), strict=True):
        free = float(path_losses["free_space"](930.8, np.hypot(away, 1.2)))
        assert level == pytest.approx(12.0 + 2.0 - free - (1.0 + away / 8.0) * wall, abs=0.02)


def test_das_is_at_home_by_name_list_or_place():
    inside = points((5, 1000, 67.5), building="home")
    names = [("other", "home"), "other; home", "home", (), "", np.nan]
    tables = [cells({**DAS, "y": 1000.0, "building": name}) for name in names]
    by_place = [float(predict(network(table, [HOME]), inside)[0, 0]) for table in tables]
    assert by_place == pytest.approx([by_place[0]] * len(names))
    away = float(predict(network(cells({**DAS, "y": 950.0}), [HOME]), inside)[0, 0])
    assert abs(away - by_place[0]) > 1.0


def test_das_leaks_through_its_wall_and_a_panel_without():
    other = block("other", -10, 1050, 10, 1070, 90)
    indoor = {**DAS, "y": 1000.0, "building": ("home",)}
    panel = {**indoor, "y": 1015.0, "azimuth_deg": 0.0, "h_beamwidth_deg": np.nan, "v_beamwidth_deg": np.nan}
    places = points((0, 1055, 67.5), building="other")
    table = cells(indoor, {**indoor, "y": 1015.0}, panel)
    leak, moved, direct = predict(network(table, [HOME, other]), places)[0]
    links = link(table, places)
    free, entry = (
        path_losses["free_space"](930.8, links.distance_3d_m[0]),
        p2109_db(930.8, links.elevation_deg[0], False),
    )
    leaving = p2109_db(930.8, links.elevation_deg[0], False)
    assert leak == pytest.approx(14.0 - leaving[0] - free[0] - entry[0])
    assert direct - moved == pytest.approx(leaving[1])
    assert direct - moved > 14.0
    street = points((0, 1040, 1.5))
    assert predict(network(table, [HOME, other]), street)[0, 2] == pytest.approx(
        14.0 - float(path_losses["free_space"](930.8, link(table, street).distance_3d_m[0, 2]))
    )


def test_a_panel_beside_the_building_it_serves_shines_in_from_outside():
    panel = {**DAS, "y": 1030.0, "azimuth_deg": 180.0, "h_beamwidth_deg": np.nan, "v_beamwidth_deg": np.nan}
    table, places = cells({**panel, "building": ("home",)}), points((0, 1005, 67.5), building="home")
    links = link(table, places)
    expected = (
        14.0 - path_losses["free_space"](930.8, links.distance_3d_m) - p2109_db(930.8, links.elevation_deg, False)
    )
    assert predict(network(table, [HOME]), places) == pytest.approx(expected)
    unmapped = predict(network(table), places)  # without a map, a cell's own building is taken at its word
    assert unmapped[0, 0] != pytest.approx(float(expected[0, 0]))


def test_frequencies():
    table = cells(MACRO, LTE, {**MACRO, "arfcn": np.nan}, {**LTE, "earfcn": np.nan})
    assert frequencies_mhz(table).tolist() == [930.8, 1895.0, 942.5, 1890.0]
    with pytest.raises(InputError, match="cell B: ARFCN 300"):
        frequencies_mhz(cells(MACRO, {**MACRO, "arfcn": 300.0}))


def test_lte_and_named_antenna():
    antenna = Pattern("P", 17.0, np.zeros(360), np.zeros(360))
    table = cells({**LTE, "antenna": "P"})
    found = predict(network(table, antennas={"P": antenna}), points((0, 500, 1.5)))
    likely = p_los_uma(500, 1.5)
    clear, blocked = path_losses["uma"](1895.0, 500.0, 30.0, 1.5, np.array([True, False]))
    assert found[0, 0] == pytest.approx(12.2 + 17.0 - float(likely * clear + (1 - likely) * blocked), abs=1e-3)
    with pytest.raises(InputError, match="antenna 'P' is not in antennas"):
        predict(network(table), points((0, 500, 1.5)))


def test_unknown_stays_unknown_and_alone():
    table = cells(MACRO, {**MACRO, "power_dbm": np.nan}, {**MACRO, "x": np.nan}, DAS)
    places = points((0, 500, 1.5), (np.nan, 500, 1.5))
    for buildings in ((), (HOME,)):
        found = predict(network(table, buildings), places)
        assert np.isnan(found).tolist() == [[False, True, True, False], [True] * 4]


def test_no_points_and_no_cells():
    table = cells(MACRO, DAS)
    empty = points((0, 0, 1.5)).iloc[:0]
    assert predict(network(table, [HOME]), empty).shape == (0, 2)
    assert predict(network(table.iloc[:0], [HOME]), points((0, 0, 1.5))).shape == (1, 0)


TOWN = [block("a", 100, 100, 140, 120, 60), block("b", -80, 200, -40, 260, 45, wall="irr_glass"), HOME]
SOME = points((50, 155, 1.5), (120, 110, 40.0), (-60, 220, 25.0), (0, 1000, 67.5), (300, -200, 1.5))
SOME["building"] = ["", "a", "b", "home", ""]


def town(**changes):
    rows = [MACRO, {**MACRO, "x": 200.0, "azimuth_deg": 250.0}, {**LTE, "y": 400.0}, {**DAS, "y": 1000.0}]
    return cells({**rows[0], **changes}, *rows[1:])


@given(st.floats(-20, 20))
@settings(max_examples=10, deadline=None)
def test_a_db_more_power_is_a_db_more_level(more):
    scene = build_scene(TOWN)
    base, raised = (predict(network(town(power_dbm=p), TOWN), SOME, scene) for p in (43.0, 43.0 + more))
    assert raised[:, 0] - base[:, 0] == pytest.approx(more, abs=1e-4)
    assert (raised[:, 1:] == base[:, 1:]).all()


@pytest.mark.parametrize("turn", [90.0, 37.0])
def test_turning_the_world_changes_nothing(turn):
    def turned(x, y):
        angle = np.radians(turn)  # clockwise, as bearings go
        return x * np.cos(angle) + y * np.sin(angle), -x * np.sin(angle) + y * np.cos(angle)

    def turned_place(lat, lon):
        return FRAME.to_lat_lon(*turned(*FRAME.to_xy(lat, lon)))

    def turned_building(building):
        corners = np.array(building.polygon.exterior.coords)
        lat, lon = turned_place(corners[:, 1], corners[:, 0])
        return Building(building.id, Polygon(np.stack((lon, lat), axis=1)), building.height_m, wall=building.wall)

    before = predict(network(town(), TOWN), SOME, build_scene(TOWN, FRAME))
    table, places = town(), SOME.copy()
    for frame in (table, places):
        frame["lat"], frame["lon"] = turned_place(frame["lat"], frame["lon"])
    table["azimuth_deg"] = (table["azimuth_deg"] + turn) % 360.0
    walls = [turned_building(b) for b in TOWN]
    after = predict(network(table, walls), places, build_scene(walls, FRAME))
    assert after == pytest.approx(before, abs=0.5)  # where the map ends is known to squares of 10 m


def test_a_higher_screen_never_raises_a_level():
    table = cells(MACRO)
    levels = [
        float(predict(network(table, [block("s", -20, 480, 20, 490, h)]), points((0, 500, 20.0)))[0, 0])
        for h in (1.0, 10.0, 20.0, 25.0, 60.0)
    ]
    assert (np.diff(levels) <= 0).all()
    assert levels[-1] < levels[0] - 4.0


CHANGES = {
    "power": {"power_dbm": 35.0},
    "electrical tilt": {"elec_tilt_deg": 6.0},
    "mechanical tilt": {"mech_tilt_deg": 7.0},
    "azimuth": {"azimuth_deg": 40.0},
    "gain": {"gain_dbi": 12.0},
    "beamwidth": {"h_beamwidth_deg": 33.0},
    "several": {"power_dbm": 40.0, "elec_tilt_deg": 5.0, "azimuth_deg": 350.0},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_change_is_the_difference_of_predictions(change):
    before, after = town(), town(**change)
    delta = level_change_db(before, after, link(before, SOME), {})
    expected = predict(network(after, TOWN), SOME) - predict(network(before, TOWN), SOME)
    assert delta == pytest.approx(expected, abs=0.005)  # predict works in float32
    assert (delta[:, 1:] == 0.0).all()
    assert np.abs(delta[:, 0]).max() > 0.5


def test_no_change_is_exactly_zero_even_where_values_are_unknown():
    table = town(power_dbm=np.nan, antenna=np.nan, gain_dbi=np.nan)
    assert (level_change_db(table, table.copy(), link(table, SOME), {}) == 0.0).all()
    other = table.assign(cell_reselect_offset_db=10.0, load=0.9)
    assert (level_change_db(table, other, link(table, SOME), {}) == 0.0).all()
    shuffled = table.iloc[::-1]
    assert (level_change_db(table, shuffled, link(table, SOME), {}) == 0.0).all()


def test_change_and_its_undo_cancel():
    before, after = town(), town(elec_tilt_deg=8.0, azimuth_deg=33.0, power_dbm=39.0)
    links = link(before, SOME)
    there, back = level_change_db(before, after, links, {}), level_change_db(after, before, links, {})
    assert there + back == pytest.approx(np.zeros_like(there), abs=1e-9)


def test_change_uses_the_tilt_file_of_a_family():
    family = {f"P_0{tilt}T": array(15.0 + tilt, 65.0, electrical_tilt_deg=float(tilt)) for tilt in (2, 6)}
    before, after = cells({**MACRO, "antenna": "P", "elec_tilt_deg": 2.0}), cells({**MACRO, "antenna": "P"})
    after["elec_tilt_deg"] = 6.0
    place = points((0, 300, 1.5))
    delta = level_change_db(before, after, link(before, place), family)
    # 2° mechanical, 5.43° down: 1.43° below the beam's axis before, 2.57° above it after
    gains = [float(cell_gains_dbi(table, link(table, place), family)[0, 0]) for table in (before, after)]
    assert delta[0, 0] == pytest.approx(gains[1] - gains[0])
    assert gains[1] == pytest.approx(21.0 - 12 * (2.57 / 6.4) ** 2, abs=0.1)


def test_a_moved_antenna_takes_its_new_geometry():
    before, after = cells(MACRO, MACRO), cells({**MACRO, "height_m": 45.0, "y": -200.0}, MACRO)
    delta = level_change_db(before, after, link(before, SOME), {})
    then, now = link(before, SOME), link(after, SOME)
    gains = cell_gains_dbi(after, now, {}) - cell_gains_dbi(before, then, {})
    expected = gains - 20 * np.log10(now.distance_3d_m / then.distance_3d_m)
    assert delta[:, 0] == pytest.approx(expected[:, 0], abs=0.01)
    assert (delta[:, 1] == 0.0).all()


def test_power_on_a_cell_of_unknown_power_is_unknown():
    before, after = town(power_dbm=np.nan), town(power_dbm=40.0)
    assert np.isnan(level_change_db(before, after, link(before, SOME), {})[:, 0]).all()


def test_high_floor_tilt_case():
    """Macro 30 m, floor 23 at 500 m: with real lobes tilting 3 → 6° raises the intruder; the formula shows nothing."""
    place = points((0, 500, 67.5))
    row = {**MACRO, "mech_tilt_deg": 0.0, "antenna": "lobes"}
    before, after = cells(row), cells({**row, "elec_tilt_deg": 6.0})
    links = link(before, place)
    assert level_change_db(before, after, links, {"lobes": array(15.5, 65.0)})[0, 0] > 15.0
    formula = level_change_db(before, after, links, {"lobes": parametric(15.5, 65.0, 7.0)})[0, 0]
    assert formula == pytest.approx(-7.0, abs=0.1)
