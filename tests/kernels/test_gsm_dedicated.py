"""GSM calls: published behaviour, the twin, invariants."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.kernels import gsm_dedicated
from rfopt.kernels.fading import draw_fading, draw_uniform
from rfopt.mobility.reasons import Reason

from . import drawn, twin_gsm_dedicated


def parameters(cells, runs, steps, **changes):
    """Plain cells that all know each other, and luck that never decides anything."""
    one, table = np.ones(cells), np.ones((cells, cells))
    plain = {
        "ho_averaging_sacch": one * 8,
        "ho_period_pbgt_sacch": one,
        "ho_threshold_lev_dbm": one * -95,
        "ho_threshold_qual": one * 5,
        "radio_link_timeout": one * 20,
        "relation": table > 0,
        "ho_margin_pbgt_db": table * 6,
        "ho_margin_lev_db": table * 3,
        "ho_margin_qual_db": table * 0,
        "rxlev_min_cell_dbm": table * -98,
        "floor_mw": one * 10**-11.1,
        "coupling": table * 0,
        "tch_floor_mw": one * 10**-11.1,
        "tch_coupling": table * 0,
        "decode_ci_db": 4.0,
        "jitter_db": np.zeros((runs, steps)),
        "luck": np.full((runs, steps), 0.5),
        "handover_luck": np.full((runs, steps), 0.5),
        "ho_threshold_interference_dbm": one * np.nan,
        "ho_level_umbrella_dbm": table * np.nan,
        "ho_priority": table * 3,
        "ho_votes_px": np.full(cells, 3),
        "ho_votes_nx": np.full(cells, 4),
        "number_of_zero_results": np.zeros(cells, int),
        "min_int_between_ho_s": one * 5,
        "min_int_between_unsucc_ho_s": one * 5,
    }
    return plain | changes


def call(pieces, start=0, step_s=0.48, **changes):
    """[(time, server, reason)] of one run over levels that stay for so many seconds."""
    level = np.concatenate([np.tile(np.float64(levels), (round(s / step_s), 1)) for s, levels in pieces])[None]
    time = np.arange(level.shape[1]) * step_s
    case = parameters(level.shape[2], *level.shape[:2], **changes)
    server, reason, _, _ = gsm_dedicated.call(level, time, np.zeros(level.shape[2]), [start], **case)
    return [(round(float(time[t]), 2), int(server[0, t]), Reason(reason[0, t]).name) for t in np.flatnonzero(reason[0])]


def drawn_case(seed):
    rng = np.random.default_rng(seed)
    cells, steps, runs = int(rng.integers(2, 11)), 200, 3
    time = drawn.even_times(steps, 0.48) if seed % 3 else drawn.uneven_times(rng, steps, 1.1, 3.0)
    level = np.nan_to_num(drawn.levels(rng, runs, steps, cells, -108, -84), nan=-120.0)
    square, shape = (cells, cells), (runs, steps)
    case = parameters(
        cells,
        runs,
        steps,
        ho_averaging_sacch=rng.integers(1, 12, cells),
        ho_period_pbgt_sacch=rng.integers(0, 8, cells),
        ho_threshold_lev_dbm=rng.integers(-105, -90, cells),
        ho_threshold_qual=rng.integers(3, 8, cells),
        radio_link_timeout=rng.choice([4, 12, 20], cells),
        relation=rng.random(square) < 0.8,
        ho_margin_pbgt_db=rng.integers(0, 10, square),
        ho_margin_lev_db=rng.integers(-3, 6, square),
        ho_margin_qual_db=rng.integers(-3, 4, square),
        rxlev_min_cell_dbm=rng.integers(-108, -95, square),
        coupling=drawn.couplings(rng, cells, 0.1),
        tch_coupling=drawn.couplings(rng, cells, 0.15),
        jitter_db=rng.normal(size=shape).astype(np.float32),
        luck=rng.random(shape).astype(np.float32),
        handover_luck=rng.random(shape).astype(np.float32),
        min_int_between_ho_s=rng.choice([0.0, 2.0, 5.0], cells),
        min_int_between_unsucc_ho_s=rng.choice([0.0, 3.0, 5.0], cells),
    )
    if seed % 2:
        case["ho_votes_nx"] = rng.integers(1, 7, cells)
        case |= {
            "ho_threshold_interference_dbm": rng.choice([np.nan, -100.0, -95.0], cells),
            "ho_level_umbrella_dbm": rng.choice([np.nan, -100.0, -94.0], square),
            "ho_priority": rng.integers(2, 5, square),
            "ho_votes_px": rng.integers(1, case["ho_votes_nx"] + 1),
            "number_of_zero_results": rng.integers(0, 5, cells),
        }
    start = rng.integers(0, cells, runs)
    start[-1] = -1 if seed % 5 == 0 else start[-1]
    return level, time, drawn.shifts(rng, cells), start, case


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_twin_agrees(seed):
    level, time, shift, start, case = drawn_case(seed)
    server, reason, ci_db, rxqual = gsm_dedicated.call(level, time, shift, start, **case)
    per_run = {"jitter_db", "luck", "handover_luck"}
    for r in range(len(level)):
        plain = {n: np.asarray(v[r] if n in per_run else v).tolist() for n, v in case.items()}
        expected = twin_gsm_dedicated.call(level[r].tolist(), time.tolist(), shift.tolist(), int(start[r]), **plain)
        assert server[r].tolist() == expected[0]
        assert [Reason(x).name.lower().replace("none", "") for x in reason[r]] == expected[1]
        np.testing.assert_allclose(ci_db[r], expected[2], atol=1e-4)
        assert rxqual[r].tolist() == expected[3]


def test_drawn_cases_reach_every_rule():
    seen = set()
    for seed in range(40):
        level, time, shift, start, case = drawn_case(seed)
        seen |= set(gsm_dedicated.call(level, time, shift, start, **case)[1].ravel().tolist())
    assert {Reason(x).name for x in seen} == {
        "NONE", "INTERFERENCE", "QUALITY", "LEVEL", "UMBRELLA", "POWER_BUDGET", "HANDOVER_FAILED", "RADIO_LINK_TIMEOUT",
    }  # fmt: skip


def test_power_budget():
    # Domain vector 9: 8 dB better passes a margin of 6, not of 8
    assert call([(10.0, [-78, -70])]) == [(3.36, 1, "POWER_BUDGET")]  # the window of 8 is full with the 8th report
    assert call([(10.0, [-78, -70])], ho_margin_pbgt_db=np.full((2, 2), 8)) == []
    assert call([(10.0, [-78, -70])], ho_margin_pbgt_db=np.full((2, 2), np.inf)) == []
    assert call([(10.0, [-78, -70])], rxlev_min_cell_dbm=np.full((2, 2), -69)) == []
    assert call([(10.0, [-78, -70])], relation=np.zeros((2, 2))) == []
    assert call([(20.0, [-78, -70])], ho_period_pbgt_sacch=[6, 6]) == [(5.76, 1, "POWER_BUDGET")]


def test_handover_is_the_same_on_coarser_reports():
    assert call([(10.0, [-78, -70])], step_s=0.96) == [(3.84, 1, "POWER_BUDGET")]
    assert call([(10.0, [-78, -70])], step_s=0.24) == [(3.36, 1, "POWER_BUDGET")]


def test_low_level():
    # three votes over 1.44 s after the average is full at 3.36 s
    assert call([(10.0, [-97, -93])]) == [(4.8, 1, "LEVEL")]
    assert call([(10.0, [-97, -94])]) == []
    assert call([(10.0, [-94.5, -90])]) == []


def test_bad_quality():
    disturbed = {"tch_coupling": [[0, 0, 1.0], [0, 0, 0], [0, 0, 0]], "relation": [[0, 1, 0], [0, 0, 0], [0, 0, 0]]}
    assert call([(10.0, [-80, -79, -93])], **disturbed) == []  # 13 dB: RXQUAL 4
    assert call([(10.0, [-80, -79, -91])], **disturbed) == [(3.36, 1, "QUALITY")]  # 11 dB: RXQUAL 5
    assert call([(10.0, [-80, -79, -91])], ho_threshold_qual=[6] * 3, **disturbed) == []
    assert call([(10.0, [-80, -81, -91])], **disturbed) == []  # a margin of 0 still asks for a better cell


def test_quality_goes_before_level_before_power_budget():
    disturbed = {"tch_coupling": [[0, 0, 1.0], [0, 0, 0], [0, 0, 0]]}
    assert call([(5.0, [-97, -80, -97])], **disturbed)[0][2] == "QUALITY"
    assert call([(6.0, [-97, -80, -110])], ho_period_pbgt_sacch=[10] * 3)[0] == (4.8, 1, "LEVEL")


DISTURBED = {"tch_coupling": [[0, 0, 1.0], [0, 0, 0], [0, 0, 0]]}
"""Cell 2 on the traffic channel of cell 0."""


def test_interference_is_bad_quality_of_a_strong_server():
    known = DISTURBED | {"relation": [[0, 1, 0], [0, 0, 0], [0, 0, 0]]}
    levels = [-80, -79, -91]  # 11 dB: RXQUAL 5; the neighbour would do for a quality handover
    assert call([(4.0, levels)], ho_threshold_interference_dbm=[-85] * 3, **known) == [(3.36, 0, "INTERFERENCE")]
    alone = DISTURBED | {"relation": np.zeros((3, 3))}
    events = call([(20.0, levels)], ho_threshold_interference_dbm=[-85] * 3, **alone)
    # the C/I stays: again as soon as the averages are full and the guard is over
    assert [(server, why) for _, server, why in events] == [(0, "INTERFERENCE")] * len(events)
    assert len(events) >= 2 and np.diff([t for t, _, _ in events]).min() >= 5.0
    assert call([(10.0, levels)], ho_threshold_interference_dbm=[-79] * 3, **known) == [(3.36, 1, "QUALITY")]
    assert call([(10.0, [-80, -79, -93])], ho_threshold_interference_dbm=[-85] * 3, **known) == []


def test_a_change_of_channel_may_fail_like_any_handover():
    alone = DISTURBED | {"relation": np.zeros((3, 3)), "ho_threshold_interference_dbm": [-85] * 3}
    lucky = np.full((1, 42), 0.009)
    assert call([(5.0, [-80, -110, -91])], handover_luck=lucky[:, :10], **alone) == [(3.36, 0, "HANDOVER_FAILED")]


def test_umbrella():
    wanted = {"ho_level_umbrella_dbm": np.full((3, 3), -85.0), "ho_period_pbgt_sacch": [8] * 3}
    assert call([(10.0, [-60, -84, -110])], **wanted) == [(3.84, 1, "UMBRELLA")]  # weaker, and taken all the same
    assert call([(10.0, [-60, -86, -110])], **wanted) == []
    assert call([(10.0, [-60, -84, -110])], rxlev_min_cell_dbm=np.full((3, 3), -80), **wanted) == []
    # before the power budget; what is low or bad goes before
    assert call([(4.4, [-80, -84, -70])], **wanted, ho_priority=[[3, 4, 3]] * 3) == [(3.84, 1, "UMBRELLA")]
    assert call([(4.4, [-80, -90, -70])], **wanted | {"ho_level_umbrella_dbm": np.full((3, 3), -69.0)}) == [
        (3.84, 2, "POWER_BUDGET")
    ]
    assert call([(4.4, [-80, -70, -91])], **wanted, **DISTURBED)[0][2] == "QUALITY"


def test_priority_goes_before_level():
    levels, strong = [-90, -75, -70], [[3, 5, 3]] * 3
    assert call([(4.0, levels)]) == [(3.36, 2, "POWER_BUDGET")]
    assert call([(4.0, levels)], ho_priority=strong) == [(3.36, 1, "POWER_BUDGET")]
    assert call([(4.0, [-90, -85, -70])], ho_priority=strong) == [(3.36, 2, "POWER_BUDGET")]  # not above its margin


@pytest.mark.parametrize(("px", "nx", "at_s"), [(1, 1, 3.36), (3, 4, 4.8), (4, 4, 4.8), (2, 3, 4.32), (6, 8, 6.72)])
def test_votes(px, nx, at_s):
    assert call([(10.0, [-97, -93])], ho_votes_px=[px] * 2, ho_votes_nx=[nx] * 2) == [(at_s, 1, "LEVEL")]


def test_votes_are_counted_over_the_last_nx():
    good, bad = [-80, -79, -93], [-80, -79, -91]  # RXQUAL 4 and 5
    known = DISTURBED | {"relation": [[0, 1, 0], [0, 0, 0], [0, 0, 0]]}
    pieces = [(0.48, bad), (0.48, good)] * 20
    assert call(pieces, ho_votes_px=[3] * 3, **known) == []
    assert call(pieces, ho_votes_px=[2] * 3, **known) == [(3.36, 1, "QUALITY")]


def test_missing_reports_may_be_left_out_of_the_average():
    """Of eight reports two are missing: their −110 costs 8.5 dB, or nothing."""
    apart = [(0.96, [-78, -70]), (0.96, [-78, np.nan]), (1.92, [-78, -70])]
    assert call(apart) == []
    assert call(apart, number_of_zero_results=[1, 1]) == []
    assert call(apart, number_of_zero_results=[2, 2]) == [(3.36, 1, "POWER_BUDGET")]
    assert call(apart, number_of_zero_results=[7, 7], ho_margin_pbgt_db=np.full((2, 2), 8)) == []


def test_guards_after_a_handover_and_after_a_failure():
    rise = [(4.8, [-78, -70, -110]), (20.0, [-78, -70, -60])]
    first = (3.36, 1, "POWER_BUDGET")
    assert call(rise, min_int_between_ho_s=[0] * 3, ho_averaging_sacch=[8, 1, 8]) == [first, (4.8, 2, "POWER_BUDGET")]
    assert call(rise, min_int_between_ho_s=[0, 7, 0], ho_averaging_sacch=[8, 1, 8])[1] == (10.56, 2, "POWER_BUDGET")
    unlucky = np.full((1, 21), 0.5)
    unlucky[0, 7] = 0.005
    for wait_s, again_s in [(0, 3.84), (2, 5.76), (3, 6.72)]:
        events = call([(10.0, [-78, -70])], handover_luck=unlucky, min_int_between_unsucc_ho_s=[wait_s] * 2)
        assert events[:2] == [(3.36, 0, "HANDOVER_FAILED"), (again_s, 1, "POWER_BUDGET")]


def test_failed_handover_waits_for_the_guard():
    lucky = np.full((1, 40), 0.5)
    lucky[0, 7] = 0.005
    events = call([(19.2, [-78, -70])], handover_luck=lucky)
    assert events == [(3.36, 0, "HANDOVER_FAILED"), (8.64, 1, "POWER_BUDGET")]
    disturbed = {"tch_coupling": [[0, 0, 0], [0, 0, 1.0], [0, 0, 0]], "relation": [[0, 1, 0], [0, 0, 0], [0, 0, 0]]}
    for wanted_db, fails in [(5.0, {0.29}), (8.0, {0.09}), (12.0, {0.009})]:
        for luck in (0.29, 0.09, 0.009, 0.31):
            events = call([(4.0, [-78, -70, -70 - wanted_db])], handover_luck=np.full((1, 8), luck), **disturbed)
            assert (events[0][2] == "HANDOVER_FAILED") == (luck <= max(fails))


def test_seventh_neighbour_counts_as_missing():
    levels = [-90, -70, -70.5, -71, -71.5, -72, -72.5, -73]
    only_last = np.full((8, 8), 50.0)
    only_last[0, 7] = 6.0
    assert call([(10.0, levels)], ho_margin_pbgt_db=only_last) == []
    assert call([(10.0, [*levels[:6], -80, -73])], ho_margin_pbgt_db=only_last) == [(3.36, 7, "POWER_BUDGET")]


def test_undecodable_neighbour_is_not_reported():
    co_channel = {"coupling": [[0, 0, 0], [0, 0, 1.0], [0, 0, 0]], "relation": [[0, 1, 0], [0, 0, 0], [0, 0, 0]]}
    assert call([(10.0, [-80, -70, -72])], **co_channel) == []
    assert call([(10.0, [-80, -70, -76])], **co_channel) == [(3.36, 1, "POWER_BUDGET")]


def test_radio_link_timeout():
    # Domain vector 10: 20 undecoded SACCH blocks are 9.6 s
    lost = {"luck": np.zeros((1, 40)), "relation": np.zeros((1, 1))}
    assert call([(19.2, [-80])], **lost) == [(9.6, -1, "RADIO_LINK_TIMEOUT")]
    # every second block decoded: +2 -1 never runs out; every fourth: -1 a cycle does
    for cycle, drops in [(2, False), (4, True)]:
        luck = np.where(np.arange(200) % cycle == 0, 1.0, 0.0)[None]
        events = call([(96.0, [-80])], luck=luck, relation=np.zeros((1, 1)))
        assert (events != []) == drops


def test_no_call_and_after_a_drop():
    level = np.full((2, 30, 1), -80.0)
    case = parameters(1, 2, 30, luck=np.zeros((2, 30)))
    server, reason, ci_db, rxqual = gsm_dedicated.call(level, np.arange(30) * 0.48, [0.0], [0, -1], **case)
    assert server[0].tolist() == [0] * 20 + [-1] * 10
    assert rxqual[0].tolist() == [0] * 21 + [-1] * 9
    assert np.isfinite(ci_db[0]).tolist() == [True] * 21 + [False] * 9
    assert (server[1] == -1).all() and (reason[1] == 0).all() and np.isnan(ci_db[1]).all() and (rxqual[1] == -1).all()


@pytest.mark.parametrize(
    ("advantage_db", "published"),
    [(0, [8.4, 5.2, 2.9, 1.3, 0.46]), (4, [6.6, 3.4, 1.4, 0.42, 0.07]), (8, [3.0, 0.97, 0.23, 0.04, 0.0])],
)
def test_reference_behaviour(advantage_db, published):
    """Domain B.6: power budget handovers a minute against the margin, five competitors, window 8, guard 5 s."""
    runs, steps = 10, 7500
    fading = 4.0 * draw_fading(5, runs, steps, 0.48, 5.0, np.arange(6))
    level = fading + np.float32([-75 + advantage_db, -75, -76, -77, -77, -78])
    rate = []
    for margin in (0, 3, 6, 9, 12):
        case = parameters(
            6, runs, steps, ho_margin_pbgt_db=np.full((6, 6), margin), ho_threshold_lev_dbm=[-200] * 6,
            ho_threshold_qual=[8] * 6, rxlev_min_cell_dbm=np.full((6, 6), -110),
        )  # fmt: skip
        reason = gsm_dedicated.call(level, np.arange(steps) * 0.48, np.zeros(6), [0] * runs, **case)[1]
        rate.append((reason == Reason.POWER_BUDGET).sum() / (runs * steps * 0.48 / 60.0))
    # 30 %, and for the rare ones what a hundred minutes of the published run can tell
    np.testing.assert_allclose(rate, published, rtol=0.3, atol=0.03)
    assert np.all(np.diff(rate) < 0)


@pytest.fixture
def crowd():
    rng = np.random.default_rng(5)
    level = drawn.levels(rng, 4, 300, 10, -100, -80)
    shape = (4, 300)
    case = parameters(
        10,
        *shape,
        ho_margin_pbgt_db=rng.integers(0, 6, (10, 10)),
        relation=rng.random((10, 10)) < 0.9,
        tch_coupling=drawn.couplings(rng, 10, 0.1),
        luck=draw_uniform(1, 4, 300, [1])[:, :, 0],
        handover_luck=draw_uniform(1, 4, 300, [2])[:, :, 0],
        jitter_db=draw_fading(1, 4, 300, 0.48, 0.0, [3])[:, :, 0],
        ho_threshold_interference_dbm=rng.choice([np.nan, -84.0], 10),
        ho_level_umbrella_dbm=rng.choice([np.nan, -80.0], (10, 10), p=[0.8, 0.2]),
        ho_priority=rng.integers(3, 5, (10, 10)),
    )
    return level, np.arange(300) * 0.48, np.zeros(10), np.arange(4), case


def test_order_of_cells_does_not_matter(crowd):
    level, time, shift, start, case = crowd
    order = np.random.default_rng(2).permutation(10)
    moved = {
        name: np.asarray(value)[np.ix_(*[order] * np.ndim(value))] if np.shape(value)[:1] == (10,) else value
        for name, value in case.items()
    }
    place = np.argsort(order)
    expected = gsm_dedicated.call(level, time, shift, start, **case)
    found = gsm_dedicated.call(level[:, :, order], time, shift, place[start], **moved)
    np.testing.assert_array_equal(np.where(found[0] < 0, -1, order[found[0]]), expected[0])
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_allclose(found[2], expected[2], atol=1e-4)
    assert len(np.unique(expected[0])) > 4


def test_common_shift_changes_nothing(crowd):
    level, time, shift, start, case = crowd
    level = np.clip(level, -100, -60)
    raised = case | {
        "ho_threshold_lev_dbm": case["ho_threshold_lev_dbm"] + 5,
        "rxlev_min_cell_dbm": case["rxlev_min_cell_dbm"] + 5,
        "ho_threshold_interference_dbm": case["ho_threshold_interference_dbm"] + 5,
        "ho_level_umbrella_dbm": case["ho_level_umbrella_dbm"] + 5,
        "floor_mw": case["floor_mw"] * 10**0.5,
        "tch_floor_mw": case["tch_floor_mw"] * 10**0.5,
    }
    low = case | {"rxlev_min_cell_dbm": np.full((10, 10), -105.0)}
    high = raised | {"rxlev_min_cell_dbm": np.full((10, 10), -100.0)}
    before = gsm_dedicated.call(level, time, shift, start, **low)
    after = gsm_dedicated.call(level, time, shift + 5.0, start, **high)
    np.testing.assert_array_equal(after[0], before[0])
    np.testing.assert_array_equal(after[3], before[3])


def test_infinite_margins_never_fire(crowd):
    level, time, shift, start, case = crowd
    names = ("ho_margin_pbgt_db", "ho_margin_lev_db", "ho_margin_qual_db", "ho_level_umbrella_dbm")
    walls = {name: np.full((10, 10), np.inf) for name in names} | {"ho_threshold_interference_dbm": np.full(10, np.inf)}
    reason = gsm_dedicated.call(level, time, shift, start, **case | walls)[1]
    assert set(np.unique(reason)) <= {Reason.NONE, Reason.RADIO_LINK_TIMEOUT}


def test_margins_of_missing_relations_are_not_read(crowd):
    level, time, shift, start, case = crowd
    holes = {
        name: np.where(case["relation"], case[name], np.nan)
        for name in ("ho_margin_pbgt_db", "ho_margin_lev_db", "ho_margin_qual_db", "rxlev_min_cell_dbm")
    }
    expected = gsm_dedicated.call(level, time, shift, start, **case)
    found = gsm_dedicated.call(level, time, shift, start, **case | holes)
    np.testing.assert_array_equal(found[0], expected[0])


def test_threads_do_not_matter(crowd):
    level, time, shift, start, case = crowd
    before = numba.get_num_threads()
    answers = []
    for threads in (1, before):
        numba.set_num_threads(threads)
        answers.append(gsm_dedicated.call(level, time, shift, start, **case))
    for one, other in zip(*answers, strict=True):
        np.testing.assert_array_equal(one, other)
