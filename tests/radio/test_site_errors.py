"""Wrong site tables are found by a drive around the site, right ones are left in peace, and doubt is said."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from rfopt.levels import Source
from rfopt.network import Network
from rfopt.radio.calibration import calibrate
from rfopt.radio.site_errors import STRONG, TURN_DEG, Check, check_sites

from .surveyed import Survey, places, retabled, survey, town

REACH_M = 1100.0
OUTDOORS = 80
NEAR = ("金凤自来水厂", "公安康复中心", "艾依水郡", "金凤宝湖湾26号楼", "金凤宝湖湾二区27号楼")
TURNED, RAISED = "公安康复中心NG-1", "金凤自来水厂NG1-1"


@cache
def near() -> Network:
    """The sites that the drive goes around."""
    network, _ = town()
    return network.subset(network.cells.index[network.cells["site"].isin(NEAR)])


@pytest.fixture(scope="module")
def drives() -> list[Survey]:
    return [survey(seed, OUTDOORS, REACH_M) for seed in range(5)]


def check(network: Network, one: Survey, rows: np.ndarray | None = None) -> Check:
    scene = town()[1]
    levels = one.levels if rows is None else one.take(rows)
    return check_sites(calibrate(network, levels, scene), network, scene)


def test_right_tables_are_left_in_peace(drives):
    """At most one false alarm in a hundred cells."""
    found = [check(near(), one) for one in drives]
    assert sum(len(one.tested) for one in found) >= 50
    assert sum(len(one.suspects) for one in found) <= 1


@pytest.mark.parametrize("turn", [60.0, -90.0, 120.0])
def test_a_wrong_azimuth_is_found(drives, turn):
    network = near()
    true = network.cells.at[TURNED, "azimuth_deg"]
    wrong = retabled(network, (TURNED, "azimuth_deg", (true + turn) % 360.0))
    inside = []
    for one in drives[:2]:
        (suspect,) = check(wrong, one).suspects
        assert (suspect.kind, suspect.cell, suspect.parameter) == ("azimuth", TURNED, "azimuth_deg")
        assert abs((suspect.fitted - true + 180.0) % 360.0 - 180.0) <= 25.0
        assert suspect.low <= suspect.fitted <= suspect.high and suspect.bic > STRONG
        inside.append(min(abs(true + k - suspect.fitted) for k in (-360.0, 0.0, 360.0)) <= suspect.high - suspect.low)
    assert np.mean(inside) >= 0.5


def test_a_small_error_is_not_worth_a_visit(drives):
    network = near()
    turned = network.cells.at[TURNED, "azimuth_deg"] + 0.4 * TURN_DEG
    assert check(retabled(network, (TURNED, "azimuth_deg", turned)), drives[1]).suspects == ()


def test_swapped_sectors_are_found_as_such(drives):
    network = near()
    a, b = "金凤自来水厂NG1-1", "金凤自来水厂NG1-2"
    azimuth = network.cells["azimuth_deg"]
    swapped = retabled(network, (a, "azimuth_deg", azimuth[b]), (b, "azimuth_deg", azimuth[a]))
    suspects = check(swapped, drives[0]).suspects
    assert {(s.kind, s.cell, s.other) for s in suspects} == {("swapped", a, b), ("swapped", b, a)}
    assert {s.cell: s.fitted for s in suspects} == {a: azimuth[a], b: azimuth[b]}


def test_a_wrong_height_is_found(drives):
    network = near()
    true = network.cells.at[RAISED, "height_m"]
    (suspect,) = check(retabled(network, (RAISED, "height_m", 2.0 * true)), drives[0]).suspects
    assert (suspect.kind, suspect.cell, suspect.table) == ("height", RAISED, 2.0 * true)
    assert suspect.low <= suspect.fitted <= suspect.high < 2.0 * true


def test_a_constant_is_no_error_of_the_azimuth(drives):
    """40 dB too little everywhere is an offset, however odd."""
    network = near()
    weak = retabled(network, (TURNED, "power_dbm", network.cells.at[TURNED, "power_dbm"] + 40.0))
    assert check(weak, drives[0]).suspects == ()


def test_from_one_side_nothing_is_told():
    """A flat, or a street on one side of every mast: the azimuth is not separable from a constant."""
    network = near()
    one = survey(0, OUTDOORS, REACH_M)
    flats = np.flatnonzero(places(OUTDOORS, REACH_M)["building"].isin(["bhtx-1", "bhtx-2"]))
    wrong = retabled(network, ("艾依水郡NG1-1", "azimuth_deg", 200.0))
    found = check(wrong, one, flats)
    assert found.suspects == () and "艾依水郡NG1-1" in found.untold
    assert set(found.tested) | set(found.untold) <= set(network.cells.index[network.cells["kind"] == "macro"])


def test_few_places_tell_nothing():
    network = near()
    wrong = retabled(network, (TURNED, "azimuth_deg", 130.0))
    found = check(wrong, survey(0, OUTDOORS, REACH_M), np.arange(8))
    assert found.tested == () and found.suspects == ()


def test_a_few_odd_levels_are_no_wrong_azimuth(drives):
    """Behind the antenna, three levels of another cell, 40 dB too strong."""
    network = near()
    one = survey(0, OUTDOORS, REACH_M, outliers=0.0)
    column = one.levels.cells.get_loc(TURNED)
    weakest = np.argsort(one.levels.dbm[:, column])[:3]
    dbm, source = one.levels.dbm.copy(), one.levels.source.copy()
    dbm[weakest, column] += 40.0
    source[weakest, column] = Source.MEASURED
    spoilt = replace(one, levels=replace(one.levels, dbm=dbm, source=source))
    assert check(network, spoilt).suspects == ()
