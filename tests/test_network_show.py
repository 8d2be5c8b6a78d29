"""rfopt network: what was understood of a network, and the tables it is converted to."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from rfopt.geography.coordinates import bd09, gcj02
from rfopt.network import Network, diff
from rfopt.network_summary import lines, summarise
from rfopt.network_tables import write_network
from rfopt.sites import read_network
from rfopt.suspicions import suspicions

from .networks import network
from .networks import write_network as tables
from .sites.test_nokia import CELL, gsm, lte, mo, write
from .sites.test_site_table import GSM, LTE, text

ROOT = Path(__file__).resolve().parents[1]
BAOHU = ROOT / "site_configs" / "baohu_tianxia"


def kinds(net: Network) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for one in suspicions(net):
        found.setdefault(one.kind, []).append(one.cells)
    return found


def equal(a: Network, b: Network) -> None:
    assert diff(a, b) == () and a.redirects == b.redirects
    assert a.cells.index.tolist() == b.cells.index.tolist()
    pd.testing.assert_frame_equal(a.layers, b.layers)
    assert [x.id for x in a.buildings] == [x.id for x in b.buildings]
    for x, y in zip(a.buildings, b.buildings, strict=True):
        assert (x.height_m, x.floor_height_m, x.wall, x.ground_m) == (y.height_m, y.floor_height_m, y.wall, y.ground_m)
        assert shapely.equals_exact(x.polygon.normalize(), y.polygon.normalize(), 1e-9)
    assert sorted(a.antennas) == sorted(b.antennas)


# --- there and back -------------------------------------------------------------------------------------------------


def test_the_shipped_network_is_the_same_after_a_conversion(tmp_path):
    before = read_network(BAOHU)
    files = write_network(before, BAOHU, tmp_path / "out")
    equal(before, read_network(tmp_path / "out"))
    assert {f.name for f in files} >= {"cells.csv", "neighbours.csv", "redirects.csv", "buildings.geojson"}


def test_chinese_lines_name_parameters_in_chinese():
    told = "\n".join(lines(summarise(read_network(BAOHU)), "zh"))
    assert "机械下倾角：0 … 4°，中位数3" in told
    assert not re.search("[a-z]+_[a-z]+", told)


@pytest.mark.parametrize("kind", ["folder", "site table", "nokia"])
def test_every_format_is_the_same_after_a_conversion(tmp_path, kind):
    layers = [{"cell": "L", "target_rat": "LTE", "target_channel": 37900}, {"cell": "M", "target_rat": "GSM"}]
    source = tmp_path / "in"
    if kind == "folder":
        tables(source, layers=layers)
    elif kind == "site table":
        source.mkdir()
        source = source / "工参.csv"
        source.write_text(text(LTE, LTE, GSM | {"经度": "106.2", "纬度": "38.4"}), encoding="utf-8")
    else:
        write(source, [*gsm(), *lte(), mo("REDRT", f"{CELL}/REDRT-1", redirGeranArfcnValueL=(62, 1003)),
                       mo("IRFIM", f"{CELL}/IRFIM-1", dlCarFrqEut=37900)])  # fmt: skip
    before = read_network(source)
    write_network(before, source, tmp_path / "out")
    after = read_network(tmp_path / "out")
    equal(before, after)
    assert not any("is empty for" in note for note in after.notes), "every default stands in the tables"


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_chinese_coordinates_come_out_as_wgs84(tmp_path, rfopt, system):
    """Cells and buildings each by their own option; what is written is WGS84."""
    shutil.copytree(BAOHU, tmp_path / "in")
    true = read_network(BAOHU)
    cells = pd.read_csv(tmp_path / "in" / "cells.csv")
    shifted = gcj02(cells["lat"], cells["lon"])
    cells["lat"], cells["lon"] = bd09(*shifted) if system == "bd09" else shifted
    cells.to_csv(tmp_path / "in" / "cells.csv", index=False)
    code, _, _ = rfopt("network", "convert", tmp_path / "in", "--coordinates", system, "-o", tmp_path / "out")
    back = read_network(tmp_path / "out")
    assert code == 0
    assert np.abs(back.cells[["lat", "lon"]] - true.cells[["lat", "lon"]]).to_numpy().max() < 2e-9
    assert back.buildings[0].polygon.equals(true.buildings[0].polygon)
    moved = read_network(tmp_path / "in", system, system)
    assert moved.notes[:2] == tuple(f"{what} were turned from {system} to WGS84" for what in ("cells", "buildings"))
    assert not moved.buildings[0].polygon.equals_exact(true.buildings[0].polygon, 1e-4)


def test_a_network_is_not_written_over_itself(rfopt, tmp_path):
    folder = tables(tmp_path / "net")
    code, _, error = rfopt("network", "convert", folder, "-o", folder)
    assert code == 2 and "holds the network itself, expected another folder to write to" in error


# --- what looks wrong -----------------------------------------------------------------------------------------------


def test_a_sound_network_is_not_suspected():
    assert kinds(network()) == {}


ROWS = {
    "indoor_as_macro": {"azimuth_deg": 360, "height_m": 0},
    "height_zero": {"height_m": 1},
    "macro_without_azimuth": {"azimuth_deg": None},
    "power_off_scale": {"power_dbm": 59.8},
    "power_above_most": {"power_dbm": 43, "max_power_dbm": 40},
    "tilt_too_steep": {"mech_tilt_deg": 25},
    "too_high": {"height_m": 320},
}


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_that_looks_wrong(kind):
    assert kinds(network({"C": ROWS[kind]})) == {kind: [("C",)]}


@pytest.mark.parametrize(
    ("cell", "power_dbm", "odd"),
    [("C", 20, True), ("C", 43, False), ("L", 29.2, True), ("L", 21, False), ("L", -10.8, True), ("B", 12, False)],
)
def test_powers_of_another_unit(cell, power_dbm, odd):
    """20 W written as 20 dBm, 60 W as 60 dBm of a whole LTE cell; a distribution may be as faint as 12 dBm."""
    found = kinds(network({cell: {"power_dbm": power_dbm, "max_power_dbm": power_dbm}}))
    assert found == ({"power_off_scale": [(cell,)]} if odd else {})


def test_azimuths_in_radians():
    names = ("A", "B", "C", "D", "L", "M")
    low = {name: {"azimuth_deg": k * 1.04} for k, name in enumerate(names)}
    assert kinds(network(low)) == {"azimuths_in_radians": [names]}
    assert kinds(network(low | {"M": {"azimuth_deg": 90}})) == {}


def test_a_distribution_without_a_building():
    assert kinds(network({"B": {"building": ""}}))["das_without_building"] == [("B",)]


def test_identities_of_several_cells():
    same = kinds(network({"C": {"lac": 1, "ci": 7}, "D": {"lac": 1, "ci": 7}}))
    assert same == {"same_identity": [("C", "D")]}
    code = kinds(network({"D": {"arfcn": 80, "bsic": "4-2"}, "M": {"pci": 10}}))
    assert code == {"same_code_near": [("C", "D"), ("L", "M")]}
    assert kinds(network({"D": {"arfcn": 80, "bsic": "4-2", "lat": 38.56}})) == {}


def test_a_site_in_the_sea():
    assert kinds(network({"D": {"lat": 30.0, "lon": 128.0}}))["far_from_all"] == [("D",)]
    found = kinds(network({"D": {"lat": 0.0, "lon": 0.0}}))
    assert found["no_place"] == [("D",)] and found["far_from_all"] == [("D",)]


def test_relations_and_lists_to_nobody():
    assert kinds(network(relations=[("A", "B"), ("B", "C")])) == {"no_relation": [("D",)]}
    assert kinds(network(redirects=[("L", 62), ("M", 99)])) == {"redirect_to_nobody": [("M",)]}


# --- what is said ---------------------------------------------------------------------------------------------------


def test_the_summary_counts():
    found = summarise(network(relations=[("A", "B"), ("B", "A"), ("A", "C")]))
    assert found["cells"] == {"GSM": {"macro": 2, "micro": 0, "das": 2}, "LTE": {"macro": 2, "micro": 0, "das": 0}}
    assert found["channels"]["LTE"] == {"38400": 2} and found["sites"] == 6
    assert found["relations"]["GSM"] == {
        "relations": 3, "both_ways": 0.6667, "most_of_one_cell": 2, "cells_without": 1,
    }  # fmt: skip
    assert found["relations"]["LTE"]["relations"] == 0 and found["relations"]["LTE"]["both_ways"] is None
    assert found["redirects"] == {"cells_with_a_list": 2, "cells_without": 0, "longest": 2, "arfcns": [62, 70]}
    assert found["ranges"]["GSM"]["power_dbm"] == {"least": 12, "median": 27.5, "most": 43, "cells": 4}
    assert json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_summary_is_said_in_both_languages(lang):
    shown = "\n".join(lines(summarise(network({"C": ROWS["tilt_too_steep"]})), lang))
    assert {"en": "looks wrong:", "zh": "可疑数据："}[lang] in shown
    assert {"en": "GSM: 4 cells, macro 2, distribution 2", "zh": "GSM：4个小区，宏站 2、室分 2"}[lang] in shown
    assert "{" not in shown


def test_show_by_the_command(rfopt, tmp_path):
    code, out, error = rfopt("network", "show", BAOHU)
    assert code == 0 and out.startswith("GSM: 15 cells") and "notes on the input" in error
    code, out, _ = rfopt("network", "show", BAOHU, "--json", "-", "-q")
    assert code == 0 and json.loads(out)["schema"] == "rfopt.network/1"
    code, _, error = rfopt("network", "show", tmp_path)
    assert code == 2 and error.count("\n") == 1 and "is no network rfopt can read" in error
    code, _, error = rfopt("network", "show", BAOHU, "--coordinates", "gcj")
    assert code == 2 and error.count("\n") == 1
    code, out, _ = rfopt("network")
    assert code == 0 and "convert" in out and "show" in out
