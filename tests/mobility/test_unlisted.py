"""Levels of cells that a server's list kept from being reported."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rfopt.levels import Source
from rfopt.mobility.unlisted import CHOSEN_DB, ROOM_DB, fill_unlisted

POINTS = pd.DataFrame({"floor": [20.0, 20.0, np.nan]}, index=pd.Index(["north", "south", "street"], name="point"))


def filled(landed: float, landings: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One cell, measured in the south and in the street, unknown in the north."""
    dbm, error = np.array([[np.nan], [-70.0], [-50.0]]), np.array([[np.nan], [0.5], [0.5]])
    source = np.array([[Source.UNKNOWN], [Source.MEASURED], [Source.MEASURED]], dtype=np.int8)
    at, number = np.full((3, 1), np.nan), np.zeros((3, 1))
    at[0], number[0] = landed, landings
    fill_unlisted(dbm, error, source, POINTS, at, number, 4.0)
    return dbm, error, source


def test_fallback_calls_that_landed_there_tell_the_level() -> None:
    dbm, error, source = filled(-64.0, 16)
    assert dbm[:, 0].tolist() == [-64.0, -70.0, -50.0]
    assert error[0, 0] == pytest.approx(np.hypot(1.0, CHOSEN_DB)) and source[0, 0] == Source.MEASURED


def test_else_the_other_rooms_do_but_not_the_street() -> None:
    dbm, error, source = filled(-64.0, 2)
    assert dbm[:, 0].tolist() == [-70.0, -70.0, -50.0]
    assert error[0, 0] == pytest.approx(ROOM_DB * np.sqrt(2.0)) and source[0, 0] == Source.PREDICTED


def test_what_is_known_stays_and_what_nobody_measured_stays_unknown() -> None:
    dbm, error = np.full((3, 1), np.nan), np.full((3, 1), np.nan)
    source = np.zeros((3, 1), dtype=np.int8)
    fill_unlisted(dbm, error, source, POINTS, np.full((3, 1), np.nan), np.zeros((3, 1)), 4.0)
    assert np.isnan(dbm).all() and (source == Source.UNKNOWN).all()
