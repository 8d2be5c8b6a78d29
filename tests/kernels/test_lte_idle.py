"""LTE idle mode: published behaviour, the twin, invariants."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.kernels import lte_idle
from rfopt.mobility.reasons import Reason

from . import drawn, twin_lte_idle

NO = np.nan


def parameters(cells, layers=1, **changes):
    """Plain cells of one carrier, or of several unlisted ones."""
    one, layer = np.ones(cells), np.full((cells, layers), NO)
    plain = {
        "q_rxlevmin_dbm": one * -120,
        "q_hyst_db": one * 2,
        "s_intra_search_db": one * 62,
        "s_non_intra_search_db": one * 16,
        "cell_reselection_priority": one * 5,
        "thresh_serving_low_db": one * 4,
        "t_reselection_s": one,
        "carrier": np.zeros(cells, int),
        "q_offset_db": np.zeros((cells, cells)),
        "layer_priority": layer,
        "thresh_x_high_db": layer,
        "thresh_x_low_db": layer,
        "layer_q_rxlevmin_dbm": layer,
        "gsm": np.zeros(cells, int),
        "t_evaluation_s": one * NO,
        "t_hyst_normal_s": one * 30,
        "n_cell_change_medium": np.full(cells, 16),
        "n_cell_change_high": np.full(cells, 16),
        "t_reselection_sf_medium": one,
        "t_reselection_sf_high": one,
        "q_hyst_sf_medium_db": one * 0,
        "q_hyst_sf_high_db": one * 0,
    }
    return plain | changes


def camp(pieces, start=0, step_s=0.2, layers=1, **changes):
    """[(time, server, reason)] of one run over levels that stay for so many seconds."""
    level = np.concatenate([np.tile(np.float64(levels), (round(s / step_s), 1)) for s, levels in pieces])[None]
    time = np.arange(level.shape[1]) * step_s
    cells = level.shape[2]
    server, reason = lte_idle.camp(level, time, np.zeros(cells), [start], **parameters(cells, layers, **changes))
    return [(round(float(time[t]), 2), int(server[0, t]), Reason(reason[0, t]).name) for t in np.flatnonzero(reason[0])]


def drawn_case(seed):
    rng = np.random.default_rng(seed)
    cells, layers, steps, runs = int(rng.integers(2, 10)), int(rng.integers(1, 4)), 250, 3
    time = drawn.even_times(steps, 0.2) if seed % 3 else drawn.uneven_times(rng, steps, 0.8, 3.0)
    level = drawn.levels(rng, runs, steps, cells, -128, -95)
    shape = (cells, layers)
    case = parameters(
        cells,
        layers,
        q_rxlevmin_dbm=rng.choice([-126, -120, -116], cells),
        q_hyst_db=rng.choice([0, 2, 4], cells),
        s_intra_search_db=rng.choice([4, 10, 62], cells),
        s_non_intra_search_db=rng.choice([4, 10, 62], cells),
        cell_reselection_priority=rng.choice([3.0, 4.0, 5.0, NO], cells, p=[0.3, 0.3, 0.3, 0.1]),
        thresh_serving_low_db=rng.choice([0, 6, 12], cells),
        t_reselection_s=rng.choice([0, 1, 2], cells),
        carrier=rng.integers(0, layers, cells),
        q_offset_db=rng.choice([-4, -1, 0, 3], (cells, cells)),
        layer_priority=rng.choice([2.0, 3.0, 4.0, 5.0, 6.0, NO], shape),
        thresh_x_high_db=rng.choice([4, 10, 16], shape),
        thresh_x_low_db=rng.choice([0, 4, 10], shape),
        layer_q_rxlevmin_dbm=rng.choice([NO, -122.0, -112.0], shape),
        window_s=float(rng.choice([0.2, 1.28])),
        search_s=float(rng.choice([2.0, 10.0])),
        start_s=(-np.inf, 0.0)[seed % 7 == 0],
    )
    if seed % 2:
        case |= {
            "gsm": rng.random(cells) < 0.2,
            "t_evaluation_s": rng.choice([NO, 10.0, 30.0], cells, p=[0.2, 0.4, 0.4]),
            "t_hyst_normal_s": rng.choice([2.0, 10.0], cells),
            "n_cell_change_medium": rng.integers(1, 3, cells),
            "n_cell_change_high": rng.integers(2, 5, cells),
            "t_reselection_sf_medium": rng.choice([0.25, 0.5, 0.75, 1.0], cells),
            "t_reselection_sf_high": rng.choice([0.25, 0.5, 0.75, 1.0], cells),
            "q_hyst_sf_medium_db": rng.choice([-6, -4, -2, 0], cells),
            "q_hyst_sf_high_db": rng.choice([-6, -4, -2, 0], cells),
        }
    return level, time, drawn.shifts(rng, cells), rng.integers(-1, cells, runs), case


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_twin_agrees(seed):
    level, time, shift, start, case = drawn_case(seed)
    server, reason = lte_idle.camp(level, time, shift, start, **case)
    plain = {name: np.asarray(value).tolist() for name, value in case.items()}
    for r in range(len(level)):
        expected = twin_lte_idle.camp(level[r].tolist(), time.tolist(), shift.tolist(), int(start[r]), **plain)
        assert server[r].tolist() == expected[0]
        assert [Reason(x).name.lower().replace("none", "") for x in reason[r]] == expected[1]


def test_drawn_cases_reach_every_rule():
    seen = set()
    for seed in range(40):
        level, time, shift, start, case = drawn_case(seed)
        seen |= set(lte_idle.camp(level, time, shift, start, **case)[1].ravel().tolist())
    expected = {"NONE", "SELECTED", "LOST", "R_CRITERION", "HIGHER_PRIORITY", "LOWER_PRIORITY"}
    assert {Reason(x).name for x in seen} == expected


def test_ranking():
    # Domain vector 34: -100 with 2 dB of hysteresis against -97
    assert camp([(5.0, [-100, -97])]) == [(1.0, 1, "R_CRITERION")]
    assert camp([(5.0, [-100, -98])]) == []
    assert camp([(5.0, [-100, -97])], q_offset_db=[[0, 1], [0, 0]]) == []
    assert camp([(5.0, [-100, -97])], s_intra_search_db=[19, 62]) == []
    assert camp([(5.0, [-100, -97])], s_intra_search_db=[20, 62]) == [(1.0, 1, "R_CRITERION")]
    assert camp([(5.0, [-100, -97])], t_reselection_s=[3, 1]) == [(3.0, 1, "R_CRITERION")]
    assert camp([(5.0, [-100, -97])], t_reselection_s=[np.inf, 1]) == []
    assert camp([(5.0, [-119, -110])], q_rxlevmin_dbm=[-120, -105]) == []


def test_time_is_read_from_the_clock():
    assert camp([(5.0, [-100, -97])], step_s=0.5) == [(1.0, 1, "R_CRITERION")]
    assert camp([(5.0, [-100, -97])], step_s=0.04) == [(1.0, 1, "R_CRITERION")]


def test_a_new_cell_is_kept_for_more_than_a_second():
    events = camp([(9.0, [-100, -97, -90])], t_reselection_s=[0, 0, 0], q_offset_db=[[0, 0, 40], [0, 0, 0], [0, 0, 0]])
    assert events == [(0.0, 1, "R_CRITERION"), (1.2, 2, "R_CRITERION")]


def test_a_cell_just_camped_on_is_kept_too():
    at_once = {"t_reselection_s": [0, 0]}
    assert camp([(5.0, [-100, -97])], **at_once) == [(0.0, 1, "R_CRITERION")]
    assert camp([(5.0, [-100, -97])], start_s=0.0, **at_once) == [(1.2, 1, "R_CRITERION")]
    assert camp([(5.0, [-100, -97])], start_s=-0.5, **at_once) == [(0.6, 1, "R_CRITERION")]


def two_layers(priority, high=10.0, low=4.0, least=NO):
    """Cell 0 on layer 0 with priority 5 sees cell 1 on layer 1; cell 1 sees nothing."""
    return {
        "layers": 2,
        "carrier": [0, 1],
        "layer_priority": [[NO, priority], [NO, NO]],
        "thresh_x_high_db": [[NO, high], [NO, NO]],
        "thresh_x_low_db": [[NO, low], [NO, NO]],
        "layer_q_rxlevmin_dbm": [[NO, least], [NO, NO]],
    }


def test_higher_priority_needs_only_its_threshold():
    assert camp([(5.0, [-80, -109])], **two_layers(6)) == [(1.0, 1, "HIGHER_PRIORITY")]
    assert camp([(5.0, [-80, -110])], **two_layers(6)) == []
    assert camp([(5.0, [-80, -109])], **two_layers(6, least=-118.0)) == []
    # the layer's own minimum may be low, the cell's still counts
    assert camp([(5.0, [-80, -120])], **two_layers(6, high=0.0, least=-130.0)) == []
    assert camp([(5.0, [-80, -119])], **two_layers(6, high=0.0, least=-130.0)) == [(1.0, 1, "HIGHER_PRIORITY")]


def test_lower_priority_needs_a_weak_server():
    assert camp([(5.0, [-117, -115])], **two_layers(4)) == [(1.0, 1, "LOWER_PRIORITY")]
    assert camp([(5.0, [-116, -115])], **two_layers(4)) == []
    assert camp([(5.0, [-117, -116])], **two_layers(4)) == []


def test_equal_priority_is_ranked():
    assert camp([(5.0, [-105, -102])], **two_layers(5)) == [(1.0, 1, "R_CRITERION")]
    assert camp([(5.0, [-103, -100])], **two_layers(5)) == []  # above s-NonIntraSearch
    assert camp([(5.0, [-105, -102])], **two_layers(NO)) == []


def test_layer_of_highest_priority_wins():
    layers = {
        "layers": 3,
        "carrier": [0, 1, 2, 0],
        "layer_priority": [[NO, 6, 7]] * 4,
        "thresh_x_high_db": [[NO, 4, 4]] * 4,
        "thresh_x_low_db": [[NO, 0, 0]] * 4,
        "layer_q_rxlevmin_dbm": [[NO] * 3] * 4,
    }
    assert camp([(3.0, [-100, -80, -110, -90])], **layers)[0] == (1.0, 2, "HIGHER_PRIORITY")
    assert camp([(3.0, [-100, -110, -118, -90])], **layers)[0] == (1.0, 1, "HIGHER_PRIORITY")
    assert camp([(3.0, [-100, -118, -118, -90])], **layers)[0] == (1.0, 3, "R_CRITERION")


def test_no_service_and_back():
    events = camp([(2.0, [-100]), (20.0, [-130]), (5.0, [-100])])
    assert [(server, why) for _, server, why in events] == [(-1, "LOST"), (0, "SELECTED")]
    assert 12.0 < events[0][0] < 13.5
    assert camp([(1.0, [-100, -95])], start=-1, q_rxlevmin_dbm=[-125, -110]) == [(0.0, 0, "SELECTED")]
    assert camp([(12.0, [-125, -110])], **two_layers(NO)) == [(10.0, 1, "SELECTED")]


# --- speed states ---------------------------------------------------------------------------------------------------

TOUR = [(5.0, [-90 if k == n else -105 for k in range(4)]) for n in (0, 1, 2, 3, 0, 1, 2, 3)]
"""Each cell in turn is the best for 5 s."""
SHUTTLE = [(5.0, [-90 if k == n else -105 for k in range(4)]) for n in (0, 1) * 4]


def speed(medium=2, high=16, t_evaluation_s=60.0, **changes):
    """Speed states of four cells that wait 3 s, or half of it rounded up, or a quarter."""
    fast = {"t_reselection_sf_medium": [0.5] * 4, "t_reselection_sf_high": [0.25] * 4, "t_reselection_s": [3] * 4}
    counts = {"n_cell_change_medium": [medium] * 4, "n_cell_change_high": [high] * 4}
    return {"t_evaluation_s": [t_evaluation_s] * 4, "window_s": 0.2} | fast | counts | changes


def waits(pieces, **changes):
    """How long after each change of the best cell the phone followed."""
    return [round(t - 5.0 * int(t / 5.0), 2) for t, _, _ in camp(pieces, **changes)]


def test_fast_phones_wait_less():
    assert waits(TOUR, t_reselection_s=[3] * 4, window_s=0.2) == [3.0] * 7
    # the third reselection exceeds 2, the fifth 4; 1.5 s are rounded up to 2 s, 0.75 s to 1 s
    assert waits(TOUR, **speed()) == [3.0, 3.0, 3.0, 2.0, 2.0, 2.0, 2.0]
    assert waits(TOUR, **speed(high=4)) == [3.0, 3.0, 3.0, 2.0, 2.0, 1.0, 1.0]
    assert waits(TOUR, **speed(t_evaluation_s=np.nan)) == [3.0] * 7
    assert waits(TOUR, **speed(t_reselection_s=[np.inf] * 4)) == []


def test_going_to_and_fro_is_not_speed():
    # the first counts until it is undone
    assert waits(SHUTTLE, **speed(medium=0, t_hyst_normal_s=[0] * 4)) == [3.0, 2.0, *[3.0] * 5]


def test_only_the_last_period_counts():
    assert waits(TOUR, **speed(t_evaluation_s=10.0)) == [3.0] * 7
    assert waits(TOUR, **speed(t_evaluation_s=11.0, t_hyst_normal_s=[0] * 4))[3:5] == [3.0, 3.0]


def test_a_fast_phone_stays_fast_for_a_while():
    rest = [*TOUR[:4], (40.0, [-105, -105, -105, -90]), (5.0, [-90, -105, -105, -105])]
    slow, fast = ({"t_hyst_normal_s": [s] * 4} for s in (10.0, 60.0))
    assert waits(rest, **speed(t_evaluation_s=20.0, **slow))[-1] == 3.0
    assert waits(rest, **speed(t_evaluation_s=20.0, **fast))[-1] == 2.0


def test_hysteresis_of_a_fast_phone():
    near = [*TOUR[:4], (5.0, [-88, -105, -105, -90])]  # 2 dB better, Qhyst 2 dB
    assert len(camp(near, **speed())) == 3
    assert len(camp(near, **speed(q_hyst_sf_medium_db=[-2] * 4))) == 4


def test_a_number_beyond_the_standard_is_refused():
    with pytest.raises(ValueError, match="16"):
        camp(TOUR, **speed(medium=17))


# --- GSM --------------------------------------------------------------------------------------------------------------


def test_gsm_levels_are_coded_as_rxlev():
    """−104.5 dBm is RXLEV 6, taken as −104 dBm, and RSRP 36, taken as −105 dBm."""
    for gsm, events in [([0, 0], []), ([0, 1], [(1.0, 1, "LOWER_PRIORITY")])]:
        assert camp([(5.0, [-118, -104.5])], gsm=gsm, q_rxlevmin_dbm=[-120, -110], **two_layers(4, low=5.0)) == events


def test_lte_is_selected_before_gsm():
    gsm = {"gsm": [0, 0, 1], "q_rxlevmin_dbm": [-120, -120, -100], "carrier": [0, 0, 0]}
    assert camp([(1.0, [-119, -118, -60])], start=-1, **gsm) == [(0.0, 1, "SELECTED")]
    assert camp([(1.0, [-121, -122, -60])], start=-1, **gsm) == [(0.0, 2, "SELECTED")]
    assert camp([(1.0, [-121, -122, -101])], start=-1, **gsm) == []


@pytest.fixture
def crowd():
    level, time, shift, start, case = drawn_case(7)
    assert level.shape[2] >= 5
    return level, time, shift, start, case


def test_order_of_cells_does_not_matter(crowd):
    level, time, shift, start, case = crowd
    cells = level.shape[2]
    order = np.random.default_rng(2).permutation(cells)
    moved = {name: np.asarray(value)[order] if np.ndim(value) else value for name, value in case.items()}
    moved["q_offset_db"] = moved["q_offset_db"][:, order]
    place = np.append(np.argsort(order), -1)
    expected = lte_idle.camp(level, time, shift, start, **case)
    found = lte_idle.camp(level[:, :, order], time, shift[order], place[start], **moved)
    np.testing.assert_array_equal(np.where(found[0] < 0, -1, order[found[0]]), expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


def test_common_shift_changes_nothing(crowd):
    level, time, shift, start, case = crowd
    level = np.clip(np.nan_to_num(level, nan=-130.0), -130, -60)
    lifted = {name: case[name] + 3 for name in ("q_rxlevmin_dbm", "layer_q_rxlevmin_dbm")}
    before = lte_idle.camp(level, time, shift * 0, start, **case)
    after = lte_idle.camp(level, time, shift * 0 + 3.0, start, **case | lifted)
    np.testing.assert_array_equal(after[0], before[0])
    np.testing.assert_array_equal(after[1], before[1])


def test_infinite_time_never_reselects(crowd):
    level, time, shift, start, case = crowd
    stuck = case | {"t_reselection_s": np.full(level.shape[2], np.inf)}
    reason = lte_idle.camp(level, time, shift, start, **stuck)[1]
    assert set(np.unique(reason)) <= {Reason.NONE, Reason.SELECTED, Reason.LOST}


def test_threads_do_not_matter(crowd):
    level, time, shift, start, case = crowd
    before = numba.get_num_threads()
    answers = []
    for threads in (1, before):
        numba.set_num_threads(threads)
        answers.append(lte_idle.camp(level, time, shift, start, **case))
    for one, other in zip(*answers, strict=True):
        np.testing.assert_array_equal(one, other)
