"""What a design says of a predicted estate, against plain sampling."""

from __future__ import annotations

import numpy as np
import pytest

from rfopt.planning.estates import DESIGN_SHARE, KEPT, Estate, as_designed

COVERED = -90.0


def sampled(dbm: np.ndarray, error: np.ndarray, room: float) -> tuple[np.ndarray, np.ndarray]:
    """The twin: many estates drawn, each counted as often as its coverage is likely to be accepted."""
    rng = np.random.default_rng(3)
    common = rng.normal(size=(40_000, 1)) * np.sqrt(error**2 - room**2)
    rooms = rng.normal(size=(40, len(dbm))) * room
    share = np.mean([(dbm + common + row >= COVERED).mean(axis=1) for row in rooms], axis=0)
    weight = np.where(share >= DESIGN_SHARE, KEPT, 1.0 - KEPT)
    mean = np.average(dbm + common, axis=0, weights=weight)
    variance = np.average((dbm + common - mean) ** 2, axis=0, weights=weight)
    return mean, np.sqrt(variance + room**2)


def designed(dbm: np.ndarray, error: np.ndarray, room: float) -> Estate:
    """Of an estate of one cell."""
    of_cells = as_designed(dbm[:, None], error[:, None], room, COVERED)
    return Estate(of_cells.dbm[:, 0], of_cells.error_db[:, 0])


@pytest.mark.parametrize("middle", [-110.0, -95.0, -85.0, -70.0])
def test_twin_agrees(middle: float) -> None:
    dbm = middle + np.linspace(-8.0, 8.0, 12)
    error = np.full(12, 11.0)
    mean, spread = sampled(dbm, error, 6.0)
    found = designed(dbm, error, 6.0)
    np.testing.assert_allclose(found.dbm, mean, atol=0.6)
    np.testing.assert_allclose(found.error_db, spread, atol=0.6)


def test_a_prediction_far_above_the_design_stays() -> None:
    found = designed(np.full(5, -50.0), np.full(5, 8.0), 5.0)
    assert found.dbm == pytest.approx(-50.0, abs=0.05) and found.error_db == pytest.approx(8.0, abs=0.05)


def test_a_poor_prediction_is_raised_and_not_above_what_was_designed() -> None:
    poor = designed(np.full(5, -100.0), np.full(5, 10.0), 5.0)
    assert -100.0 < poor.dbm[0] < -75.0


def test_an_error_that_is_all_of_the_rooms_is_left_alone() -> None:
    found = designed(np.array([-100.0]), np.array([4.0]), 6.0)
    assert (found.dbm[0], found.error_db[0]) == (-100.0, pytest.approx(4.0))


def test_a_second_cell_of_the_estate_meets_the_design_too() -> None:
    """Weak places of one cell that another cell of the same distribution serves well are no reason to raise either."""
    dbm = np.array([[-60.0, -120.0]] * 5 + [[-120.0, -60.0]] * 5)
    found = as_designed(dbm, np.full_like(dbm, 8.0), 6.0, COVERED)
    np.testing.assert_allclose(found.dbm, dbm, atol=0.05)
