"""Path-loss models against published values, and what holds for every model of the shelf."""

import csv
import inspect
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.radio.path_loss import path_losses, validity
from rfopt.radio.path_loss.multi_wall import floors_db
from rfopt.radio.path_loss.okumura_hata import phone_correction_db

REFERENCE = Path(__file__).parents[1] / "reference" / "path_loss.csv"
PUBLISHED = list(csv.DictReader(REFERENCE.read_text(encoding="utf-8").splitlines()))

TYPICAL = {
    "frequency_mhz": 1800.0,
    "distance_m": 50.0,
    "antenna_height_m": 30.0,
    "phone_height_m": 1.5,
    "line_of_sight": False,
    "floors": 1.0,
    "walls": 2.0,
    "light_walls": 1.0,
    "heavy_walls": 1.0,
}


def arguments(name, **changes):
    wanted = inspect.signature(path_losses[name]).parameters
    return {key: value for key, value in {**TYPICAL, **changes}.items() if key in wanted}


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: f"{row['model']}-{row['expected_db']}")
def test_published(row):
    found = float(path_losses[row["model"]](**json.loads(row["arguments"])))
    assert found == pytest.approx(float(row["expected_db"]), abs=float(row["tolerance_db"]))


def test_every_model_has_a_published_value():
    untested = set(path_losses) - {row["model"] for row in PUBLISHED} - {"p1238_13"}
    assert not untested


@pytest.mark.parametrize("name", list(path_losses))
def test_contract_of_the_shelf(name):
    model = path_losses[name]
    assert list(inspect.signature(model).parameters)[:2] == ["frequency_mhz", "distance_m"]
    distances = np.array([[0.0], [1.0], [100.0], [5e3]])
    found = model(**arguments(name, frequency_mhz=np.array([900.0, 2600.0]), distance_m=distances))
    assert found.shape == (4, 2)
    assert np.isfinite(found).all()
    assert np.isnan(model(**arguments(name, distance_m=np.nan)))


@pytest.mark.parametrize("name", list(path_losses))
@given(step=st.floats(1.01, 3.0), share=st.floats(0.0, 1.0))
@settings(max_examples=25, deadline=None)
def test_loss_grows_with_distance_and_frequency(name, step, share):
    model = path_losses[name]
    low, high = inspect.getmodule(model).VALID["distance_m"]
    low, high = max(low, 10.0), min(high, 1e5)
    near = low * (high / low / step) ** share
    loss = model(**arguments(name, distance_m=np.array([near, near * step])))
    assert loss[1] > loss[0]
    by_band = model(**arguments(name, distance_m=near, frequency_mhz=np.array([1400.0, 1400.0 * step])))
    assert by_band[1] > by_band[0]


@given(
    distance=st.floats(1.0, 8000.0),
    antenna=st.floats(2.0, 150.0),
    phone=st.floats(0.0, 300.0),
    mhz=st.floats(700, 3500),
)
@settings(max_examples=100, deadline=None)
def test_blocked_never_beats_clear(distance, antenna, phone, mhz):
    for name in ("uma", "umi"):
        clear, blocked = path_losses[name](mhz, distance, antenna, phone, np.array([True, False]))
        assert blocked >= clear


@given(antenna=st.floats(5.0, 60.0), phone=st.floats(1.5, 22.5), mhz=st.floats(800.0, 2700.0))
@settings(max_examples=50, deadline=None)
def test_line_of_sight_is_continuous_at_the_break_point(antenna, phone, mhz):
    bend = 4.0 * (antenna - 1.0) * (phone - 1.0) * mhz * 1e6 / 3e8
    if bend < 2.0:
        return
    for name in ("uma", "umi"):
        here, beyond = path_losses[name](mhz, np.array([bend, bend * (1 + 1e-9)]), antenna, phone, True)
        assert here == pytest.approx(beyond, abs=1e-5)


def test_high_floors_keep_the_height_term_but_not_the_distance():
    uma = path_losses["uma"]

    def blocked(height):
        return 13.54 + 39.08 * math.log10(math.hypot(1000.0, height - 30.0)) + 20 * math.log10(0.9308) - 0.6 * 21.0

    for height in (22.5, 67.5, 150.0):
        found = float(uma(930.8, 1000.0, 30.0, height, False))
        assert found == pytest.approx(max(blocked(height), float(uma(930.8, 1000.0, 30.0, height, True))))


def test_free_space_doubles_to_6_db():
    free_space = path_losses["free_space"]
    assert float(free_space(900, 200) - free_space(900, 100)) == pytest.approx(20 * math.log10(2))
    assert float(free_space(1800, 100) - free_space(900, 100)) == pytest.approx(20 * math.log10(2))


def test_hata_areas_and_phone_correction():
    hata = path_losses["okumura_hata"]
    urban, suburban, country = (float(hata(900, 5000, 50, area=a)) for a in ("urban", "suburban", "open"))
    assert urban - suburban == pytest.approx(2 * math.log10(900 / 28) ** 2 + 5.4)
    assert urban - country == pytest.approx(4.78 * math.log10(900) ** 2 - 18.33 * math.log10(900) + 40.94)
    assert float(phone_correction_db(160.0, 1.5, "large")) == pytest.approx(8.29 * math.log10(2.31) ** 2 - 1.1)
    with pytest.raises(KeyError):
        hata(900, 5000, 50, city="village")


def test_walfisch_ikegami_branches_meet():
    model = path_losses["walfisch_ikegami"]
    for angle in (35.0, 55.0):
        below, above = (float(model(900, 700, 30, street_angle_deg=a)) for a in (angle - 1e-9, angle))
        assert below == pytest.approx(above, abs=0.15)  # the report's own pieces meet within rounding
    for height in (10.0, 20.0):  # antenna below and at the roofs
        near, far = (float(model(900, d, height)) for d in (499.999999, 500.0))
        assert near == pytest.approx(far, abs=1e-5)
    below, above = (float(model(900, 700, h)) for h in (20.0 - 1e-9, 20.0 + 1e-9))
    assert below == pytest.approx(above, abs=1e-6)
    assert float(model(1800, 700, 30, metropolitan=True)) > float(model(1800, 700, 30))


def test_p1238_floors():
    p1238 = path_losses["p1238"]
    at_900 = [float(p1238(900, 10, n)) for n in range(5)]
    assert np.diff(at_900).tolist() == pytest.approx([9, 10, 5, 5])
    assert float(p1238(1800, 10, 2, "commercial") - p1238(1800, 10, 0, "commercial")) == pytest.approx(9)
    assert float(p1238(1800, 10, 3, "residential") - p1238(1800, 10, 0, "residential")) == pytest.approx(12)


def test_p1238_13_by_hand():
    model = path_losses["p1238_13"]
    assert float(model(1000.0, 10.0)) == pytest.approx(10 * 2.39 + 30.13)
    assert float(model(10_000.0, 1.0, True, "corridor")) == pytest.approx(29.46 + 22.4)
    assert "p1238_13" in path_losses


def test_floors_cost_less_the_more_there_are():
    steps = np.diff(floors_db(np.arange(8)))
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()


def test_validity():
    hata = path_losses["okumura_hata"]
    assert validity(hata, frequency_mhz=900.0, distance_m=[1000.0, 20_000.0], antenna_height_m=30) == []
    assert validity(hata, phone_height_m=[1.5, 67.5], unknown=3) == [
        "okumura_hata: phone_height_m 1.5…67.5 leaves 1…10"
    ]
    assert len(validity(hata, frequency_mhz=[100.0, np.nan], distance_m=10.0)) == 2


def test_unknown_model_is_named():
    with pytest.raises(KeyError, match="did you mean 'okumura_hata'"):
        path_losses["okumura_hatta"]
