"""Falling back to GSM: where, whether, how long."""

import numpy as np
import pytest

from rfopt.kernels.fading import draw_uniform
from rfopt.mobility import csfb
from rfopt.mobility.csfb import Failure, land


def fall(levels, on_list, *, ci=None, lac=None, luck=0.5, access=-100.0, lists=None):
    """One attempt from one LTE cell."""
    count = len(levels)
    return land(
        [levels], [[20.0] * count if ci is None else ci], [0], listed=[on_list], list_length=[sum(on_list)],
        rxlev_access_min_dbm=[access] * count, tac=[1], lac=[1] * count if lac is None else lac, decode_ci_db=4.5,
        luck=np.full((1, csfb.LUCK), luck),
    )  # fmt: skip


# Domain vector 35, cells 1003, 62, 80: the wanted cell is reached only if it is listed and the strongest of the list
@pytest.mark.parametrize(
    ("levels", "on_list", "cell"),
    [
        ([-75, -79, -85], [0, 1, 1], 1),
        ([-75, -79, -85], [1, 1, 1], 0),
        ([-75, -72, -85], [0, 1, 1], 1),
        ([-75, -72, -85], [1, 1, 1], 1),
    ],
)
def test_redirect_list(levels, on_list, cell):
    landing = fall(levels, on_list)
    assert landing.cell.tolist() == [cell]
    assert landing.success.all() and landing.failure.tolist() == [Failure.NONE]


def test_weak_or_disturbed_cells_are_passed_over():
    assert fall([-75, -79], [1, 1], ci=[4.4, 20]).cell.tolist() == [1]
    assert fall([-75, -79], [1, 1], ci=[4.5, 20]).cell.tolist() == [0]
    assert fall([-100, -101], [1, 1], access=-102).cell.tolist() == [0]
    assert fall([np.nan, -99], [1, 1]).cell.tolist() == [1]


def test_search_of_the_whole_band():
    unlisted = fall([-75, np.nan, np.nan], [0, 1, 1])
    assert (unlisted.cell[0], unlisted.failure[0], unlisted.success[0]) == (0, Failure.NOT_LISTED, True)
    weak = fall([-75, -104, np.nan], [0, 1, 1])
    assert (weak.cell[0], weak.failure[0]) == (0, Failure.WEAK)
    disturbed = fall([-75, -70], [0, 1], ci=[20, 0])
    assert (disturbed.cell[0], disturbed.failure[0]) == (0, Failure.WEAK)
    listed = fall([-75, -80, -85], [1, 1, 1])
    assert weak.delay_s[0] > listed.delay_s[0] + 3.0
    assert listed.parts_s["full_search"][0] == 0.0


def test_no_cell_at_all():
    nothing = fall([-104, np.nan], [1, 0])
    assert (nothing.cell[0], nothing.failure[0], nothing.success[0]) == (-1, Failure.NO_CELL, False)
    assert nothing.delay_s[0] == csfb.FAILED_S
    assert not nothing.area_update[0]


def test_signalling_fails_by_quality():
    # at the midpoint of 4.5 dB half of the attempts fail
    assert fall([-75], [1], ci=[4.5], luck=0.51).success[0]
    failed = fall([-75], [1], ci=[4.5], luck=0.49)
    assert (failed.cell[0], failed.failure[0], failed.success[0]) == (0, Failure.SIGNALLING, False)
    assert failed.delay_s[0] == csfb.FAILED_S


def test_area_update_costs_time():
    same, other = fall([-75, -80], [1, 1], lac=[1, 2]), fall([-75, -80], [1, 1], lac=[2, 1])
    assert not same.area_update[0] and other.area_update[0]
    assert other.delay_s[0] - same.delay_s[0] == pytest.approx(2.25)


def many(count, list_length):
    luck = draw_uniform(3, 1, count, np.arange(csfb.LUCK))[0]
    return land(
        np.full((count, 1), -75.0), np.full((count, 1), 20.0), np.zeros(count, int), listed=[[True]],
        list_length=[list_length], rxlev_access_min_dbm=[-100.0], tac=[1], lac=[1], decode_ci_db=4.5, luck=luck,
    )  # fmt: skip


def test_total_delay():
    """Domain C.5: mobile originated to a fixed phone takes 6.5 to 8.5 s."""
    landing = many(20000, 8)
    assert landing.success.mean() > 0.999
    assert 6.5 < np.median(landing.delay_s) < 8.5
    assert np.percentile(landing.delay_s, 95) < 10.0
    won = landing.success
    np.testing.assert_allclose(landing.delay_s[won], np.sum(list(landing.parts_s.values()), axis=0)[won])
    assert tuple(landing.parts_s) == csfb.PARTS and len(csfb.PARTS) + 1 == csfb.LUCK


@pytest.mark.parametrize(
    ("part", "mean_s"), [("release", 0.35), ("rrc_setup", 0.15), ("list_search", 0.34), ("system_information", 1.6),
                         ("random_access", 0.4), ("authentication", 1.8), ("assignment", 2.2)]
)  # fmt: skip
def test_parts_have_their_means(part, mean_s):
    assert many(20000, 8).parts_s[part].mean() == pytest.approx(mean_s, rel=0.02)


def test_order_of_attempts_does_not_matter():
    rng = np.random.default_rng(4)
    level, ci = rng.uniform(-130, -85, (50, 4)), rng.uniform(-2, 25, (50, 4))
    server, luck = rng.integers(0, 2, 50), rng.random((50, csfb.LUCK))
    network = {
        "listed": [[1, 1, 0, 0], [0, 1, 1, 0]], "list_length": [2, 2], "rxlev_access_min_dbm": [-100.0] * 4,
        "tac": [1, 2], "lac": [1, 1, 2, 2], "decode_ci_db": 4.5,
    }  # fmt: skip
    order = rng.permutation(50)
    plain = land(level, ci, server, **network, luck=luck)
    moved = land(level[order], ci[order], server[order], **network, luck=luck[order])
    for name in ("cell", "failure", "success", "area_update", "delay_s"):
        np.testing.assert_array_equal(getattr(moved, name), getattr(plain, name)[order])
    assert set(plain.failure) >= {Failure.NONE, Failure.NOT_LISTED, Failure.WEAK}


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="shapes"):
        land([[-75.0]], [[20.0]], [0], listed=[[1]], list_length=[1], rxlev_access_min_dbm=[-100], tac=[1], lac=[1],
             decode_ci_db=4.5, luck=[[0.5]])  # fmt: skip
