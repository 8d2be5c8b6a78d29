"""Building entry loss against the ITU's own table and hand-worked values."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rfopt.radio.entry_loss import o2i_db, p2109_db

TABLE = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "p2109" / "validation_1000.csv"


@pytest.mark.skipif(not TABLE.exists(), reason="the ITU's validation table is not on this machine")
def test_p2109_validation_table():
    rows = pd.read_csv(TABLE)
    assert len(rows) == 1000
    found = p2109_db(
        rows["frequency_ghz"] * 1000.0,
        rows["elevation_deg"],
        rows["building_type"] == 2,
        rows["probability_pct"] / 100.0,
    )
    assert np.abs(found - rows["loss_db"]).max() < 0.01


@pytest.mark.parametrize(
    ("mhz", "elevation", "probability", "traditional", "efficient"),
    [
        (930.8, 0.0, 0.5, 14.26, 31.11),
        (1800.0, 0.0, 0.5, 14.84, 30.55),
        (2585.0, 0.0, 0.5, 15.28, 30.60),
        (930.8, 10.0, 0.5, 15.79, None),
        (930.8, 0.0, 0.9, 25.20, None),
    ],
)
def test_p2109_worked_values(mhz, elevation, probability, traditional, efficient):
    found = p2109_db(mhz, elevation, [False, True], probability)
    assert found[0] == pytest.approx(traditional, abs=0.01)
    if efficient is not None:
        assert found[1] == pytest.approx(efficient, abs=0.01)


def test_p2109_grows_with_angle_and_probability_alike_up_and_down():
    assert p2109_db(930.8, 30.0, False) == p2109_db(930.8, -30.0, False)
    assert (np.diff(p2109_db(930.8, np.arange(0.0, 90.0), False)) > 0).all()
    assert (np.diff(p2109_db(930.8, 0.0, True, np.linspace(0.01, 0.99, 50))) > 0).all()


@pytest.mark.parametrize(
    ("mhz", "low", "high"), [(930.8, 10.602, 18.611), (1890.0, 11.730, 22.051), (2585.0, 12.247, 24.316)]
)
def test_o2i_worked_values(mhz, low, high):
    assert o2i_db(mhz, [False, True]).tolist() == pytest.approx([low, high], abs=0.001)
    assert float(o2i_db(mhz, False, 10.0)) == pytest.approx(low + 5.0, abs=0.001)
