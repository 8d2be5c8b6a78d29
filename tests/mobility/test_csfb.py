"""Falling back to GSM: where, whether, how long."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.kernels.fading import draw_uniform
from rfopt.mobility import csfb
from rfopt.mobility.csfb import Failure, land

from . import twin_csfb


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
    assert failed.delay_s[0] == fall([-75], [1], ci=[20.0], luck=0.49).delay_s[0], "it came to GSM"


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
    assert tuple(landing.parts_s) == csfb.PARTS and set(csfb.PARTS) < set(csfb.CHANCES) and len(csfb.CHANCES) == 15


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


# --- measured redirection -------------------------------------------------------------------------------------------


def measured(seen, levels=(-75, -79, -85), on_list=(1, 1, 1), carrier=(62, 70, 80), **values):
    count = len(levels)
    given = {
        "listed": [on_list], "list_length": [len(set(carrier))], "rxlev_access_min_dbm": [-100.0] * count, "tac": [1],
        "lac": [1] * count, "decode_ci_db": 4.5, "luck": np.full((1, csfb.LUCK), 0.5), "carrier": carrier,
    }  # fmt: skip
    seen = None if seen is None else [seen]
    return land([levels], [[20.0] * count], [0], **given | values, measured_dbm=seen)


def test_a_measured_phone_is_sent_to_one_carrier():
    """It lands there even though another listed cell is stronger by now."""
    assert measured(None).cell[0] == 0
    assert measured([-75, -79, -85]).cell[0] == 0
    assert measured([-80, -79, -85]).cell[0] == 1
    assert measured([-80, -79, -70], on_list=(1, 1, 0)).cell[0] == 1, "what is not listed is not measured"
    assert measured([np.nan, -111, np.nan]).cell[0] == 0, "nothing measured: the whole list, blind"
    assert measured([-80, -79, -85], carrier=(62, 62, 80)).cell[0] == 0, "two cells of one carrier"


def test_a_measurement_takes_time_and_spares_the_search_of_the_list():
    blind, sent = measured(None), measured([-75, -79, -85])
    assert blind.parts_s["measurement"][0] == 0 and sent.parts_s["measurement"][0] == pytest.approx(0.55)
    assert sent.parts_s["list_search"][0] < blind.parts_s["list_search"][0]
    assert measured([np.nan] * 3).parts_s["measurement"][0] == 0
    weak = measured([-80, -79, -85], levels=(-75, -104, -85))
    assert (weak.cell[0], weak.failure[0], weak.success[0]) == (0, Failure.WEAK, True), "searched the whole band"


# --- classes of failure ---------------------------------------------------------------------------------------------


def test_a_call_to_the_phone_fails_in_another_area():
    other = {"lac": [2, 2, 2]}
    assert measured(None, **other).success[0] and measured(None, **other).area_update[0]
    failed = measured(None, **other, terminating_share=1.0)
    assert (failed.failure[0], failed.success[0], failed.cell[0]) == (Failure.AREA, False, 0)
    assert failed.delay_s[0] == measured(None, **other).delay_s[0]
    assert measured(None, terminating_share=1.0).success[0]
    pool = {"lte_switch": [7], "gsm_switch": [7, 8, 8]}
    assert measured(None, **other, **pool, terminating_share=1.0).success[0]
    assert not measured(None, levels=(-90, -79, -85), **other, **pool, terminating_share=1.0).success[0]


def test_an_unregistered_phone_does_not_leave_lte():
    assert measured(None, unregistered_share=0.49).success[0]
    failed = measured(None, unregistered_share=0.51, lac=[2, 2, 2])
    assert (failed.failure[0], failed.cell[0], failed.success[0]) == (Failure.REGISTRATION, -1, False)
    assert not failed.area_update[0]


def test_a_cell_without_a_free_channel():
    assert measured(None, congested_share=[0.49, 1, 1]).success[0]
    failed = measured(None, congested_share=[0.51, 0, 0])
    assert (failed.failure[0], failed.cell[0], failed.success[0]) == (Failure.SIGNALLING, 0, False)
    assert not measured(None, congested_share=1.0).success[0]


def test_a_phone_that_reads_and_updates_for_long_may_go_elsewhere():
    """2.3 s of reading and 3 s of updating at most: 5 s are reached only by the slowest."""
    slow = np.full((1, csfb.LUCK), 0.99)
    better, worse = [[20.0, 25.0, 5.0]], [[25.0, 25.0, 5.0]]
    far = {"lac": [2] * 3, "luck": slow}
    failed = measured(None, **far, c2_db=better)
    assert (failed.failure[0], failed.cell[0], failed.success[0]) == (Failure.RESELECTED, 0, False)
    assert measured(None, **far, c2_db=worse).success[0]
    assert measured(None, luck=slow, c2_db=better).success[0], "no update is due"
    assert measured(None, lac=[2] * 3, c2_db=better).success[0], "half as long"
    weak = measured(None, **far, c2_db=better, levels=(-75, -101, -85))
    assert weak.success[0], "the better cell is not suitable"


def test_every_class_has_its_number():
    assert [f.value for f in Failure] == list(range(8))


# --- the way back ---------------------------------------------------------------------------------------------------


def back(levels, *, origin=0, updated=False, luck=0.5, **values):
    given = {"q_rxlevmin_dbm": [-120.0] * len(levels), "tac": [1] * len(levels)}
    chances = np.full((1, csfb.BACK_LUCK), luck)
    return csfb.come_back([levels], [origin], [updated], **given | values, luck=chances)


def test_back_to_the_strongest_suitable_cell():
    assert back([-100, -95]).cell[0] == 1
    assert back([-100, -95], q_rxlevmin_dbm=[-120, -95]).cell[0] == 0
    assert back([np.nan, -119]).cell[0] == 1
    gone = back([np.nan, -120])
    assert gone.cell[0] == -1 and np.isnan(gone.delay_s[0]) and not gone.tracking_update[0]


def test_a_tracking_update_is_due_in_another_area_or_after_a_location_update():
    plain, moved, updated = back([-100, -95]), back([-100, -95], tac=[1, 2]), back([-100, -95], updated=True)
    assert [r.tracking_update[0] for r in (plain, moved, updated)] == [False, True, True]
    assert back([-100, -95], origin=1, tac=[1, 2]).tracking_update[0] == np.False_
    assert moved.delay_s[0] > plain.delay_s[0] + 0.3
    assert tuple(moved.parts_s) == csfb.BACK_PARTS
    np.testing.assert_allclose(moved.delay_s, np.sum(list(moved.parts_s.values()), axis=0))


def test_without_a_fast_return_lte_is_looked_for():
    assert back([-100], fast=False).delay_s[0] - back([-100]).delay_s[0] == pytest.approx(6.0)


def test_shapes_of_a_return_are_checked():
    with pytest.raises(ValueError, match="shapes"):
        csfb.come_back([[-100.0]], [0], [False], q_rxlevmin_dbm=[-120], tac=[1], luck=[[0.5]])


# --- the twin -------------------------------------------------------------------------------------------------------


def drawn_attempts(seed):
    rng = np.random.default_rng(seed)
    attempts, cells, origins = 40, int(rng.integers(1, 7)), 2
    shape = (attempts, cells)
    level = np.where(rng.random(shape) < 0.1, np.nan, rng.uniform(-115, -85, shape))
    known = rng.random(4) < 0.5
    network = {
        "listed": rng.random((origins, cells)) < 0.5, "rxlev_access_min_dbm": rng.integers(-106, -95, cells),
        "tac": rng.integers(1, 3, origins), "lac": rng.integers(1, 3, cells), "decode_ci_db": 4.5,
        "carrier": rng.integers(60, 63, cells), "terminating_share": float(rng.choice([0.0, 0.3, 1.0])),
        "lte_switch": rng.integers(1, 3, origins) if known[1] else None,
        "gsm_switch": rng.integers(1, 3, cells) if known[1] else None, "unregistered_share": 0.05,
        "congested_share": rng.choice([0.0, 0.2], cells),
    }  # fmt: skip
    each = {
        "measured_dbm": level + rng.normal(0, 4, shape) if known[2] else None,
        "c2_db": rng.uniform(0, 30, shape) if known[3] else None,
    }
    luck = rng.random((attempts, csfb.LUCK))
    slow = rng.random(attempts) < 0.3
    luck[slow, csfb.CHANCES.index("system_information")] = luck[slow, csfb.CHANCES.index("area_update")] = 0.98
    return level, rng.uniform(2, 20, shape), rng.integers(0, origins, attempts), network, each, luck


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_twin_agrees(seed):
    level, ci, origin, network, each, luck = drawn_attempts(seed)
    lengths = np.full(2, 3)
    landing = land(level, ci, origin, list_length=lengths, **network, **each, luck=luck)
    plain = {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in network.items()}
    for k in range(len(origin)):
        own = {"measured": each["measured_dbm"], "c2_db": each["c2_db"]}
        own = {name: None if values is None else values[k].tolist() for name, values in own.items()}
        chances = dict(zip(csfb.CHANCES, luck[k].tolist(), strict=True))
        expected = twin_csfb.land(level[k].tolist(), ci[k].tolist(), int(origin[k]), chances, **plain, **own)
        found = landing.cell[k], landing.failure[k], landing.success[k], landing.area_update[k]
        assert tuple(x.item() for x in found) == expected


def test_drawn_attempts_reach_every_class():
    seen = set()
    for seed in range(60):
        level, ci, origin, network, each, luck = drawn_attempts(seed)
        seen |= set(land(level, ci, origin, list_length=[3, 3], **network, **each, luck=luck).failure.tolist())
    assert seen == set(Failure)
