"""Who pays for a change: which places are looked at, by how much they lose, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from rfopt.case_levels import case_levels
from rfopt.evidence import Evidence
from rfopt.geography.scene import Building, build_scene
from rfopt.network import Change, Network, apply, value_of
from rfopt.planning.estates import as_designed
from rfopt.planning.harm import (
    COMMON,
    COVERAGE_LOSS,
    COVERED_DBM,
    GOOD_DBM,
    GOOD_SINR_DB,
    LEVEL_LOSS_DB,
    SINR_LOSS_DB,
    Groups,
    Harm,
    groups_of,
    harm,
)
from rfopt.planning.score import HARM_WEIGHT, Score
from rfopt.radio.calibration import calibrate
from rfopt.radio.calibration_fit import SETTINGS
from rfopt.radio.predict import predict
from rfopt.units import LTE_NOISE_DBM, mw

from ..networks import HOME, evidence, network, walk_test

METRE = 1.0 / 111_195.0
"""Degrees of latitude."""


def block(name: str, north_m: float, floors: int, wide_m: float = 30.0) -> Building:
    """A square block whose middle lies so far north of home."""
    lat, lon = HOME[0] + north_m * METRE, HOME[1]
    high, wide = 0.5 * wide_m * METRE, 0.5 * wide_m * METRE / math.cos(math.radians(lat))
    return Building(name, box(lon - wide, lat - high, lon + wide, lat + high), 3.0 * floors)


def town(*buildings: Building, **changes: dict[str, object] | None) -> Network:
    return replace(network(changes), buildings=buildings)


FAR = {"rat": "GSM", "kind": "macro", "height_m": 40, "azimuth_deg": None, "bsic": "1-1", "lac": 1}
HOMES = (block("b1", 0.0, 30), block("b2", 60.0, 20))
NET = town(*HOMES, B={"building": "b2", "lat": HOME[0] + 60.0 * METRE})
"""A serves b1 where the complaint is, B serves b2."""


@pytest.fixture(scope="module")
def case() -> Evidence:
    return evidence(NET, walk_test(NET))


@pytest.fixture(scope="module")
def groups(case: Evidence) -> Groups:
    return groups_of(case, ["A", "B", "C", "L"])


def changed(net: Network, *changes: tuple[str, str, float]) -> Network:
    for cell, parameter, new in changes:
        net = apply(net, (Change(cell, None, parameter, value_of(net, cell, None, parameter), new),))
    return net


def found(groups: Groups, after: Network) -> dict[tuple[str, str], Harm]:
    rows = harm(groups, after)
    assert len({(row.group, row.kpi) for row in rows}) == len(rows)
    return {(row.group, row.kpi): row for row in rows}


def covered(dbm: np.ndarray, error_db: np.ndarray, rat: str) -> float:
    """The twin: draws of correlated errors, the share of places with some cell above the threshold."""
    draw = np.random.default_rng(1)
    common, own = draw.normal(size=(4000, len(dbm), 1)), draw.normal(size=(4000, *dbm.shape))
    off = math.sqrt(COMMON) * common + math.sqrt(1.0 - COMMON) * own
    return float(((dbm + error_db * off).max(axis=2) >= COVERED_DBM[rat]).mean())


def columns(net: Network, rat: str) -> np.ndarray:
    return np.flatnonzero((net.cells["rat"] == rat).to_numpy())


# --- which places ---------------------------------------------------------------------------------------------------


def test_groups_of_a_case(groups: Groups) -> None:
    assert groups.owner == {
        "street": "", "floors of b1": "", "estate of B": "B", "users of C": "C", "users of L": "L",
    }  # fmt: skip
    assert groups.ground == {"street", "users of C", "users of L"}
    rows = np.concatenate(list(groups.members.values()))
    assert sorted(rows.tolist()) == list(range(len(groups.points))), "every place belongs to one group"


def test_the_complaints_own_building_is_no_estate_but_its_other_floors_count(groups: Groups) -> None:
    homes = groups.points.iloc[groups.members["floors of b1"]]
    assert set(homes["building"]) == {"b1"}
    assert 20 not in set(((homes["height_m"] - 1.5) / 3 + 1).round())
    assert set(((homes["height_m"] - 1.5) / 3 + 1).round()) == {2, 4, 9, 14, 19, 24, 29}
    assert set(groups.points.iloc[groups.members["estate of B"]]["building"]) == {"b2"}


def test_the_complaints_floor_is_left_out_where_it_would_be_looked_at() -> None:
    case = evidence(NET, [{**row, "floor": 19} for row in walk_test(NET)], floor=19)
    homes = groups_of(case, []).points
    assert 19 not in set(((homes.loc[homes["building"] == "b1", "height_m"] - 1.5) / 3 + 1).round())


def test_users_of_a_sector_lie_before_its_antenna(groups: Groups) -> None:
    """C looks south: its users are 100 to 600 m away, within 40° of that."""
    users = groups.points.iloc[groups.members["users of C"]]
    north = (users["lat"] - NET.cells.at["C", "lat"]) / METRE
    east = (users["lon"] - NET.cells.at["C", "lon"]) / METRE * math.cos(math.radians(HOME[0]))
    assert np.hypot(north, east).round(-1).unique().tolist() == [100, 200, 300, 450, 600]
    off = np.abs((np.degrees(np.arctan2(east, north)) - 180.0 + 180.0) % 360.0 - 180.0)
    assert off.max() == pytest.approx(40.0, abs=0.5)
    assert (users["height_m"] == 1.5).all() and (users["building"] == "").all()


def test_of_a_city_only_the_strongest_cells_of_each_place_are_asked(groups: Groups) -> None:
    """A road of macros from 3 km on, and one beside the flat."""
    road = {f"R{k}": {**FAR, "lat": HOME[0] + (3000.0 + 20.0 * k) * METRE, "lon": HOME[1], "arfcn": 10 + k % 50,
                      "power_dbm": 40} for k in range(99)}  # fmt: skip
    near = {"N": {**FAR, "lat": HOME[0] + 200.0 * METRE, "lon": HOME[1], "arfcn": 5, "power_dbm": 43}}
    net = town(*HOMES, B={"building": "b2", "lat": HOME[0] + 60.0 * METRE}, **near, **road)
    in_city = groups_of(evidence(net, walk_test(NET)), ["A", "B", "C", "L"])
    names = set(in_city.network.cells.index)
    assert {"N", "R0", "R20", *NET.cells.index} <= names and "R40" not in names and len(names) < 40
    before, after = (
        found(g, apply(n, (Change("C", None, "power_dbm", 43.0, 20.0),))) for g, n in ((groups, NET), (in_city, net))
    )
    assert before["users of C", "rxlev_p10_dbm"].loss > 0.5, "the strong neighbour is what takes over in the city"
    assert after["users of C", "rxlev_p10_dbm"].loss < before["users of C", "rxlev_p10_dbm"].loss


def test_users_of_an_omnidirectional_cell_are_all_around() -> None:
    net = town(*HOMES, C={"azimuth_deg": None})
    users = groups_of(evidence(net, walk_test(net)), ["C"])
    place = users.points.iloc[users.members["users of C"]]
    assert (place["lat"] > net.cells.at["C", "lat"]).any() and (place["lat"] < net.cells.at["C", "lat"]).any()


def test_without_a_map_there_are_the_street_and_the_sectors() -> None:
    net = network()
    assert list(groups_of(evidence(net, walk_test(net)), ["A", "B", "C"]).members) == ["street", "users of C"]


@pytest.mark.parametrize(
    ("homes", "floor", "floors"),
    [
        ((block("b1", 0.0, 1), block("b2", 60.0, 1)), 1, {"estate of B": {1}}),
        ((block("b1", 0.0, 2), block("b2", 60.0, 2)), 2, {"floors of b1": {1}, "estate of B": {2}}),
        ((block("b1", 0.0, 3), block("b2", 60.0, 4)), 20, {"floors of b1": {2}, "estate of B": {2, 4}}),
        ((block("b1", 0.0, 30, wide_m=0.9), block("b2", 60.0, 20, wide_m=0.9)), 20, {}),
    ],
    ids=["one storey", "two storeys", "few storeys", "too thin for a room"],
)
def test_low_and_thin_buildings(homes: tuple[Building, ...], floor: int, floors: dict[str, set[int]]) -> None:
    net = town(*homes, B={"building": "b2", "lat": HOME[0] + 60.0 * METRE})
    case = evidence(net, [{**row, "floor": floor} for row in walk_test(net)], floor=floor)
    groups = groups_of(case, ["B"])
    height = {group: groups.points["height_m"].to_numpy()[rows] for group, rows in groups.members.items()}
    assert {g: set(((h - 1.5) / 3 + 1).tolist()) for g, h in height.items() if g != "street"} == floors
    rows = harm(groups, changed(net, ("B", "power_dbm", 2.0)))
    assert all(math.isfinite(row.before) and math.isfinite(row.after) for row in rows)


def test_far_cells_take_part_only_where_they_are_heard() -> None:
    far = {
        "rat": "GSM",
        "kind": "macro",
        "lat": HOME[0] + 0.06,
        "lon": HOME[1],
        "arfcn": 100,
        "bsic": "1-1",
        "power_dbm": 43,
    }
    near = {**far, "lat": HOME[0] + 0.04, "arfcn": 105}
    net = town(*HOMES, Y=near, Z=far)
    heard = evidence(net, [*walk_test(net), {"arfcn": 100, "bsic": "1-1", "rxlev_dbm": -95.0}])
    names = [set(groups_of(case, []).network.cells.index) for case in (evidence(net, walk_test(net)), heard)]
    assert ["Z" in cells for cells in names] == [False, True]
    assert all("Y" in cells for cells in names)


def test_places_have_the_predicted_levels(groups: Groups, case: Evidence) -> None:
    """Predicted, and corrected by what the case's own log says of the model."""
    scene = build_scene(case.network.buildings)
    calibration = calibrate(case.network, case_levels(case.case, case.network, scene)[0], scene)
    expected = calibration.levels(groups.network, groups.points, scene)
    estate = np.ix_(groups.members["estate of B"], [groups.network.cells.index.get_loc("B")])
    room_db = math.sqrt(calibration.spread.shadow_db2[SETTINGS.index("home")])
    designed = as_designed(expected.dbm[estate], expected.error_db[estate], room_db, COVERED_DBM["GSM"])
    expected.dbm[estate], expected.error_db[estate] = designed
    np.testing.assert_allclose(groups.dbm, expected.dbm)
    np.testing.assert_allclose(groups.error_db, expected.error_db)
    assert (groups.error_db > 1.0).all()
    assert np.abs(groups.dbm - predict(groups.network, groups.points)).max() > 1.0
    north = groups.points.iloc[groups.members["street"]]
    assert north["lat"].between(HOME[0] - 210 * METRE, HOME[0] + 210 * METRE).all()


# --- how much -------------------------------------------------------------------------------------------------------


def test_what_moves_no_level_harms_nobody(groups: Groups) -> None:
    assert harm(groups, NET) == []
    after = changed(NET, ("A", "cell_reselect_offset_db", 20.0), ("L", "a3_offset_db", 6.0), ("B", "arfcn", 100.0))
    assert harm(groups, after) == []


def test_groups_that_no_change_reaches_are_absent(groups: Groups) -> None:
    rows = found(groups, changed(NET, ("B", "power_dbm", 4.0)))
    assert set(rows) == {
        ("street", "coverage_gsm"), ("street", "rxlev_p10_dbm"), ("floors of b1", "coverage_gsm"),
        ("estate of B", "coverage_gsm"),
    }  # fmt: skip
    rows = found(groups, changed(NET, ("L", "power_dbm", 4.0)))
    assert set(rows) == {
        ("street", "coverage_lte"), ("street", "rsrp_p10_dbm"), ("street", "sinr_p10_db"),
        ("floors of b1", "coverage_lte"),
        ("users of L", "coverage_lte"), ("users of L", "rsrp_p10_dbm"), ("users of L", "sinr_p10_db"),
    }  # fmt: skip
    both = found(groups, changed(NET, ("L", "power_dbm", 4.0), ("C", "power_dbm", 40.0)))
    assert {group for group, _ in both} == {"street", "floors of b1", "users of L", "users of C"}


def single(power_dbm: float) -> tuple[Network, Groups]:
    """B alone in its estate, so that its own level is the best there."""
    net = town(*HOMES, A=None, C=None, D=None,
               B={"building": "b2", "lat": HOME[0] + 60.0 * METRE, "power_dbm": power_dbm})  # fmt: skip
    case = evidence(net, walk_test(net), wanted=())
    return net, groups_of(case, ["B"])


@pytest.mark.parametrize("down_db", [2.0, 8.0, 15.0])
def test_power_down_lowers_the_estates_level_by_exactly_itself(down_db: float) -> None:
    net, groups = single(12.0)
    row = found(groups, changed(net, ("B", "power_dbm", 12.0 - down_db)))["estate of B", "coverage_gsm"]
    estate = np.ix_(groups.members["estate of B"], columns(groups.network, "GSM"))
    place, spread = groups.dbm[estate], groups.error_db[estate]
    assert row.before == pytest.approx(covered(place, spread, "GSM"), abs=5e-3)
    assert row.after == pytest.approx(covered(place - down_db, spread, "GSM"), abs=5e-3)
    assert row.after < row.before
    assert row.loss == pytest.approx((row.before - row.after) / COVERAGE_LOSS[1], abs=0.01)


@pytest.mark.parametrize(
    ("down_db", "loss", "excess"),
    [(1.0, 0.25, 0.0), (2.0, 0.5, 0.0), (3.0, 0.75, 0.5), (4.0, 1.0, 1.0), (6.0, 1.5, 2.0)],
)
def test_the_tenth_percentile_falls_by_the_power_and_is_judged_by_its_limits(
    down_db: float, loss: float, excess: float
) -> None:
    """C alone, far below a good level on the ground."""
    net = town(A=None, B=None, D=None, C={"power_dbm": 10})
    groups = groups_of(evidence(net, walk_test(net), wanted=()), ["C"])
    row = found(groups, changed(net, ("C", "power_dbm", 10.0 - down_db)))["users of C", "rxlev_p10_dbm"]
    assert row.before < GOOD_DBM["GSM"]
    assert row.before - row.after == pytest.approx(down_db, abs=1e-3)
    assert (LEVEL_LOSS_DB, row.loss, row.excess) == (
        (2.0, 4.0),
        pytest.approx(loss, abs=1e-3),
        pytest.approx(excess, abs=1e-3),
    )


def test_the_tenth_percentile_is_that_of_the_best_cells(groups: Groups) -> None:
    row = found(groups, changed(NET, ("L", "power_dbm", -20.0)))["users of L", "rsrp_p10_dbm"]
    place = groups.dbm[np.ix_(groups.members["users of L"], columns(groups.network, "LTE"))]
    best = sorted(max(levels) for levels in place)
    at = 0.1 * (len(best) - 1)
    low, high = best[math.floor(at)], best[math.ceil(at)]
    assert row.before == pytest.approx(min(low + (at - math.floor(at)) * (high - low), GOOD_DBM["LTE"]), abs=1e-3)
    assert row.before < GOOD_DBM["LTE"]


def test_more_power_is_no_harm(groups: Groups) -> None:
    rows = found(groups, changed(NET, ("C", "power_dbm", 45.0)))
    assert all(row.loss == 0.0 and row.excess == 0.0 for row in rows.values())
    assert any(row.after > row.before for row in rows.values())


def test_what_is_lost_above_a_good_level_is_no_harm() -> None:
    net = town(A=None, B=None, D=None, C={"power_dbm": 60})
    groups = groups_of(evidence(net, walk_test(net), wanted=()), ["C"])
    groups = replace(groups, dbm=groups.dbm + 40.0)
    row = found(groups, changed(net, ("C", "power_dbm", 55.0)))["users of C", "rxlev_p10_dbm"]
    assert row.before == row.after == GOOD_DBM["GSM"] and row.loss == 0.0


def test_another_cell_as_strong_keeps_the_place() -> None:
    """Where a second cell covers the estate too, taking the first away costs nothing."""
    net, groups = single(12.0)
    alone = found(groups, changed(net, ("B", "power_dbm", -20.0)))["estate of B", "coverage_gsm"]
    place = {"building": "b2", "lat": HOME[0] + 60.0 * METRE, "power_dbm": 10}
    twin = town(*HOMES, A=place, B=place, C=None, D=None)
    shared = groups_of(evidence(twin, walk_test(twin)), ["B"])
    kept = found(shared, changed(twin, ("B", "power_dbm", -20.0)))["estate of B", "coverage_gsm"]
    assert kept.before == kept.after and kept.loss == 0.0
    assert alone.before - alone.after > 0.03 and alone.loss > 1.0


def test_technologies_do_not_stand_in_for_each_other(groups: Groups) -> None:
    """LTE levels, however strong, do not cover a GSM phone."""
    strong = changed(NET, ("L", "power_dbm", 60.0), ("C", "power_dbm", 20.0))
    alone = changed(NET, ("C", "power_dbm", 20.0))
    for key, row in found(groups, alone).items():
        assert found(groups, strong)[key] == row


def test_a_power_that_becomes_unknown_is_a_cell_that_is_gone(groups: Groups) -> None:
    gone = apply(NET, (Change("B", None, "power_dbm", 12.0, None),))
    weak = changed(NET, ("B", "power_dbm", -300.0))
    for key, row in found(groups, gone).items():
        assert row.after == pytest.approx(found(groups, weak)[key].after, abs=1e-3)


def test_the_order_of_cells_does_not_matter(case: Evidence, groups: Groups) -> None:
    turned = Network(NET.cells.iloc[::-1], NET.neighbours, NET.redirects, NET.layers, NET.buildings)
    other = groups_of(evidence(turned, walk_test(turned)), ["L", "C", "B", "A"])
    plan = (("B", "power_dbm", 4.0), ("C", "elec_tilt_deg", 8.0))
    one, two = found(groups, changed(NET, *plan)), found(other, changed(turned, *plan))
    assert set(one) == set(two)
    for key, row in one.items():
        assert (two[key].before, two[key].after) == pytest.approx((row.before, row.after), abs=1e-4)


def test_points_are_a_plain_table(groups: Groups) -> None:
    assert groups.points.index.equals(pd.RangeIndex(len(groups.points)))
    assert groups.dbm.shape == (len(groups.points), len(groups.network.cells))


# --- weighed by traffic ---------------------------------------------------------------------------------------------


def sinr_p10_db(net: Network, levels: np.ndarray) -> float:
    """The twin: place by place and cell by cell, as TR 36.942 has interference add up."""
    cells, found = net.of_rat("LTE"), []
    for row in levels:
        best = int(np.argmax(row))
        disturbed = float(mw(LTE_NOISE_DBM))
        for k, dbm in enumerate(row):
            if k != best and cells["earfcn"].iloc[k] == cells["earfcn"].iloc[best]:
                alike = cells["pci"].iloc[k] % 3 == cells["pci"].iloc[best] % 3
                disturbed += 10.0 ** (dbm / 10.0) * (1.0 if alike else cells["load"].iloc[k])
        found.append(row[best] - 10.0 * math.log10(disturbed))
    return min(float(np.percentile(found, 10)), GOOD_SINR_DB)


@pytest.fixture(scope="module")
def between() -> tuple[Network, Groups]:
    """Two LTE masts on one carrier, one before and one behind the tower, whose reference signals do not collide."""
    mast = {"rat": "LTE", "kind": "macro", "azimuth_deg": None, "power_dbm": 15, "earfcn": 38400, "load": 0.2, "tac": 1}
    net = town(*HOMES, L={**mast, "lat": HOME[0] + 300.0 * METRE, "pci": 30},
               M={**mast, "lat": HOME[0] - 300.0 * METRE, "pci": 31})  # fmt: skip
    return net, groups_of(evidence(net, walk_test(net)), ["L", "M"])


def test_reference_signals_that_collide_harm_the_ground(between: tuple[Network, Groups]) -> None:
    net, groups = between
    after = changed(net, ("M", "pci", 33.0))
    rows = found(groups, after)
    assert {figure for _, figure in rows} == {"sinr_p10_db"}, "no level moves"
    assert max(row.loss for row in rows.values()) > 0.0
    assert harm(groups, changed(net, ("M", "pci", 34.0))) == [], "of the same remainder as before"
    for group in ("street", "users of M"):
        columns = groups.network.cells.index.get_indexer(net.of_rat("LTE").index)
        level = groups.dbm[np.ix_(groups.members[group], columns)]
        assert rows[group, "sinr_p10_db"].before == pytest.approx(sinr_p10_db(net, level), abs=1e-3)
        assert rows[group, "sinr_p10_db"].after == pytest.approx(sinr_p10_db(after, level), abs=1e-3)


def test_a_busier_cell_costs_its_neighbours_users_signal(between: tuple[Network, Groups]) -> None:
    net, groups = between
    row = found(groups, changed(net, ("L", "load", 1.0)))["users of M", "sinr_p10_db"]
    assert row.after < row.before and row.loss == pytest.approx((row.before - row.after) / SINR_LOSS_DB[1], abs=1e-3)


def busy(**traffic: float) -> Network:
    """`NET` with what is known of its cells' traffic."""
    changes: dict[str, dict[str, object] | None] = {name: {"traffic_erl": erl} for name, erl in traffic.items()}
    there = {"building": "b2", "lat": HOME[0] + 60.0 * METRE}
    return town(*HOMES, **(changes | {"B": (changes.get("B") or {}) | there}))


def weights(net: Network) -> dict[str, float]:
    rows = found(
        groups_of(evidence(net, walk_test(net)), ["B", "C"]),
        changed(net, ("B", "power_dbm", 4.0), ("C", "power_dbm", 40.0)),
    )
    return {group: row.weight for (group, kpi), row in rows.items() if kpi == "coverage_gsm"}


def test_without_known_traffic_all_groups_weigh_the_same(groups: Groups) -> None:
    rows = found(groups, changed(NET, ("B", "power_dbm", 4.0), ("C", "power_dbm", 40.0)))
    assert {row.weight for row in rows.values()} == {1.0}


def test_groups_weigh_by_the_traffic_of_their_cells() -> None:
    """Of 8 Erl that A, B, C and D carry on average, B has 24 and C 2; whoever serves the street, it is one of these."""
    found_weights = weights(busy(A=3.0, B=24.0, C=2.0, D=3.0))
    assert found_weights["estate of B"] == pytest.approx(3.0)
    assert found_weights["users of C"] == pytest.approx(0.25)
    assert 0.25 <= found_weights["street"] <= 3.0


def test_a_cell_of_unknown_traffic_is_a_usual_one() -> None:
    found_weights = weights(busy(A=4.0, C=12.0))
    assert found_weights["estate of B"] == 1.0 and found_weights["users of C"] == pytest.approx(1.5)


def test_traffic_weighs_what_is_given_up_and_moves_no_limit() -> None:
    rows = (Harm("estate of B", "coverage_gsm", 0.99, 0.965, 0.83, 0.75, 3.0),)
    light = tuple(replace(row, weight=0.1) for row in rows)
    objective = np.array([0.8, 0.8])
    heavy_score, light_score = Score(objective, rows, 1.0), Score(objective, light, 1.0)
    assert light_score.worth - heavy_score.worth == pytest.approx(HARM_WEIGHT * 0.75 * 2.9)
    broken = tuple(replace(row, loss=1.2, weight=0.0) for row in rows)
    assert Score(objective, broken, 1.0).refused and not light_score.refused
