"""Coverage figures: worked by hand, and what must hold for any levels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from rfopt.coverage import coverage, ground_grid, tower
from rfopt.geography.scene import Building, Frame, build_scene
from rfopt.mobility.quality import effective_interference_dbm, rsrq_db, sinr_db
from rfopt.units import GSM_NOISE_DBM, LTE_NOISE_DBM

FRAME = Frame(38.495, 106.225)


def gsm(*arfcns, tch=()):
    table = pd.DataFrame({"rat": "GSM", "arfcn": np.array(arfcns, dtype=float), "load": 0.5})
    return table.assign(tch_arfcns=[tuple(tch)] * len(arfcns)).set_axis(list("ABCDEFGH")[: len(arfcns)])


def lte(*pcis, earfcn=38400.0, load=0.5):
    table = pd.DataFrame({"rat": "LTE", "pci": np.array(pcis, dtype=float), "earfcn": earfcn, "load": load})
    return table.set_axis(list("PQRSTUVW")[: len(pcis)])


def test_gsm_quality_is_the_reference_sum_of_co_and_adjacent_carriers():
    found = coverage(gsm(62, 62, 63, 64), np.array([[-75.0, -92.0, -75.5, -60.0 - 16.0]]), "GSM").iloc[0]
    disturbance = effective_interference_dbm([-92.0], [-75.5], [-76.0])
    assert (found["server"], found["rxlev_dbm"], found["overlap"]) == ("A", -75.0, 3)
    assert found["dominance_db"] == pytest.approx(0.5)
    assert found["ci_bcch_db"] == pytest.approx(-75.0 - disturbance, abs=0.01)


def test_traffic_carriers_count_by_load_and_dtx():
    cells = gsm(10, 40, tch=(70,))  # both cells send on 70 as well
    found = coverage(cells, np.array([[-70.0, -73.0]]), "GSM").iloc[0]
    assert found["ci_bcch_db"] == pytest.approx(-70.0 - GSM_NOISE_DBM, abs=1e-6)
    share = 0.5 * 0.55  # calls are on the traffic carrier, which is hit by an interferer that sends so often
    expected = 10.0 ** (-7.3) * share + 10.0 ** (GSM_NOISE_DBM / 10.0)
    assert found["ci_tch_db"] == pytest.approx(-70.0 - 10.0 * np.log10(expected), abs=0.01)


def test_lte_quality_knows_pci_mod_3_load_and_layer():
    level = np.array([[-90.0, -93.0, -96.0]])
    other = coverage(lte(0, 1, 2), level, "LTE").iloc[0]
    assert other["sinr_db"] == pytest.approx(4.242, abs=0.005)  # domain vector 30
    assert other["rsrq_db"] == pytest.approx(-11.468, abs=0.005)
    colliding = coverage(lte(0, 3, 6), level, "LTE").iloc[0]
    assert colliding["sinr_db"] == pytest.approx(1.234, abs=0.005)
    apart = coverage(lte(0, 3, 6).assign(earfcn=[38400.0, 37900.0, 37901.0]), level, "LTE").iloc[0]
    assert apart["sinr_db"] == pytest.approx(-90.0 - LTE_NOISE_DBM)
    assert np.isnan(apart["dominance_db"])
    assert apart["overlap"] == 1


def test_places_where_nothing_is_known():
    found = coverage(gsm(1, 2), np.array([[np.nan, np.nan], [np.nan, -80.0]]), "GSM")
    assert list(found["server"]) == ["", "B"]
    assert found.iloc[0][["rxlev_dbm", "dominance_db", "ci_bcch_db"]].isna().all()
    assert list(found["overlap"]) == [0, 1]
    with pytest.raises(ValueError, match="no cell of GSM"):
        coverage(lte(1), np.full((2, 1), -90.0), "GSM")
    assert len(coverage(gsm(1), np.empty((0, 1)), "GSM")) == 0


levels = st.lists(st.floats(-110.0, -50.0), min_size=3, max_size=3)


@settings(max_examples=100, deadline=None)
@given(levels, st.permutations([0, 1, 2]))
def test_the_order_of_cells_changes_nothing(dbm, order):
    for cells, rat in ((gsm(1, 1, 2), "GSM"), (lte(1, 4, 5), "LTE")):
        before = coverage(cells, np.array([dbm]), rat)
        after = coverage(cells.iloc[order], np.array([dbm])[:, order], rat)
        numbers = [name for name in before if name != "server"]
        if len(set(dbm)) == 3:
            pd.testing.assert_frame_equal(before[numbers], after[numbers])
            assert list(before["server"]) == list(after["server"])


@settings(max_examples=100, deadline=None)
@given(levels, st.floats(0.1, 20.0))
def test_a_weaker_interferer_never_hurts(dbm, less):
    for cells, rat, name in ((gsm(1, 1, 2), "GSM", "ci_bcch_db"), (lte(1, 4, 5), "LTE", "sinr_db")):
        ranked = sorted(dbm, reverse=True)
        before = coverage(cells, np.array([ranked]), rat)[name].iloc[0]
        after = coverage(cells, np.array([[ranked[0], ranked[1], ranked[2] - less]]), rat)[name].iloc[0]
        assert after >= before - 1e-9


def test_rsrq_and_sinr_agree_with_the_single_cell_formulas():
    draw = np.random.default_rng(4)
    dbm = draw.uniform(-115, -60, (50, 4))
    found = coverage(lte(0, 1, 4, 8, load=0.3), dbm, "LTE")
    for row in range(50):
        order = np.argsort(-dbm[row])
        collides = np.array([0, 1, 4, 8])[order] % 3
        load = np.where(collides[1:] == collides[0], 1.0, 0.3)
        assert found["sinr_db"].iloc[row] == pytest.approx(sinr_db(dbm[row, order[0]], dbm[row, order[1:]], load))
        assert found["rsrq_db"].iloc[row] == pytest.approx(float(rsrq_db(dbm[row, order], 0.3)))


def house(x, y, height_m=30.0):
    lat, lon = FRAME.to_lat_lon(np.array([x, x + 20.0]), np.array([y, y + 20.0]))
    return Building("house", box(lon[0], lat[0], lon[1], lat[1]), height_m)


def test_a_ground_grid_leaves_buildings_out():
    scene = build_scene([house(-10, -10)], FRAME)
    places = ground_grid(scene, FRAME.lat, FRAME.lon, 50.0, 5.0)
    x, y = scene.frame.to_xy(places["lat"], places["lon"])
    assert len(places) == 21 * 21 - 5 * 5
    assert not ((abs(x) < 9.9) & (abs(y) < 9.9)).any()
    assert places["point"].is_unique


def test_a_grid_too_large_is_refused():
    with pytest.raises(ValueError, match="places in a square of 20000 m at 1 m"):
        ground_grid(build_scene((), FRAME), FRAME.lat, FRAME.lon, 10_000.0, 1.0)


def test_a_tower_has_its_floors():
    places = tower(build_scene([house(0, 0, 30.0)], FRAME), "house")
    assert sorted(places["floor"].unique()) == list(range(1, 11))
    assert set(places["side"]) == {"north", "east", "south", "west"}
