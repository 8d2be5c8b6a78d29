"""The predict command: tables that agree with each other, pictures that show something, and refusals."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from matplotlib import image

from rfopt.cli.predict import predict as command
from rfopt.errors import InputError
from rfopt.example import write_example
from rfopt.prediction import predict_ground, predict_points, predict_tower
from rfopt.prediction_output import by_floor, lines, summary, write_prediction
from rfopt.sites import read_network


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example")
    write_example(folder)
    return folder / "site_configs" / "baohu_tianxia"


@pytest.fixture(scope="module")
def network(site):
    return read_network(site)


def test_a_tower_written_out_agrees_with_itself(network, tmp_path):
    found = predict_tower(network, "bhtx-1", [1, 12, 23, 33])
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that the font lacks
        written = write_prediction(found, tmp_path, "zh")
    assert [path.name for path in written] == [
        "coverage_gsm.csv", "coverage_lte.csv", "levels.csv",
        "facade_gsm.png", "floors_gsm.png", "facade_lte.png", "floors_lte.png",
    ]  # fmt: skip
    table, levels = pd.read_csv(written[0]), pd.read_csv(written[2])
    assert len(table) == len(levels) == len(found.places)
    best = levels[list(network.of_rat("GSM").index)]
    assert list(best.idxmax(axis=1)) == list(table["server"])
    assert np.allclose(best.max(axis=1), table["rxlev_dbm"])
    floors = by_floor(found, "GSM")
    assert list(floors["floor"]) == [33, 23, 12, 1]
    for path in written[3:]:
        picture = image.imread(path)
        colours = np.unique((picture[:, :, :3] * 15).round().reshape(-1, 3), axis=0)
        assert len(colours) > 10, path.name  # not blank


def test_high_floors_hear_more_cells_than_low_ones(network):
    floors = by_floor(predict_tower(network, "bhtx-1", [2, 28]), "GSM").set_index("floor")
    assert floors.at[28, "overlap"] > floors.at[2, "overlap"]
    assert floors.at[28, "dominance_db"] < floors.at[2, "dominance_db"]


def test_the_ground_is_drawn_with_its_buildings(network, tmp_path):
    found = predict_ground(network, 38.495, 106.225, 100.0, 20.0)
    assert {path.name for path in write_prediction(found, tmp_path)} >= {"ground_gsm.png", "ground_lte.png"}
    assert found.places["height_m"].eq(1.5).all()
    assert "not calibrated" in lines(found)[0]


def test_points_of_a_file(network, tmp_path):
    file = tmp_path / "points.csv"
    file.write_text("lat,lon,floor,building\n38.4951,106.22492,23,bhtx-1\n38.4960,106.2260,,\n", encoding="utf-8")
    found = predict_points(network, file)
    assert list(found.places["point"]) == ["point_1", "point_2"]
    assert list(found.places["height_m"]) == [67.5, 1.5]
    assert json.loads(json.dumps(summary(found)))["technologies"]["LTE"]["rsrp_dbm_p50"] < -60.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--building", "bhtx-9"], "building 'bhtx-9' is not in buildings.geojson; did you mean 'bhtx-"),
        (["--building", "bhtx-1", "--floors", "30-40"], "floor 34 is not in building 'bhtx-1', expected 1 to 33"),
        (["--floors", "24-20"], "--floors '24-20' are no floors, expected such as 20-24 or 23"),
        (["--ground", "106.2,38.4,9"], "--ground '106.2,38.4,9' is no place, expected LAT,LON"),
        (["--ground", "38.495,106.225", "--radius", "20000", "--spacing", "1"], "expected at most a million"),
    ],
)
def test_refusals_say_what_was_expected(site, options, message):
    result = CliRunner().invoke(command, [str(site), *options])
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)


def test_a_points_file_is_refused_with_its_line(network, tmp_path):
    file = tmp_path / "points.csv"
    file.write_text("lat,lon\n38.4951,106.22\n95.0,106.22\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"points.csv:3: lat 95 is out of range, expected -90 to 90 deg"):
        predict_points(network, file)


def test_the_same_network_predicts_the_same_bytes(site, tmp_path):
    for name in ("a", "b"):
        result = CliRunner().invoke(command, [str(site), "--floors", "20-23", "-o", str(tmp_path / name), "-q"])
        assert result.exit_code == 0, result.output
    assert all(
        (tmp_path / "a" / path.name).read_bytes() == path.read_bytes() for path in sorted((tmp_path / "b").iterdir())
    )
