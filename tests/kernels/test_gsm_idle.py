"""GSM idle mode: published behaviour, the twin, invariants."""

import numba
import numpy as np
import pytest
from numba import njit

from rfopt import units
from rfopt.kernels import gsm_idle, lanes, lte_connected
from rfopt.kernels.fading import draw_fading
from rfopt.mobility.reasons import Reason

from . import drawn, twin_gsm_idle


def parameters(cells, **changes):
    """Plain cells that all hear each other and never disturb."""
    zero = np.zeros(cells)
    plain = {
        "rxlev_access_min_dbm": zero - 100,
        "cell_reselect_offset_db": zero,
        "temporary_offset_db": zero,
        "penalty_time_s": zero + 20,
        "cell_reselect_hysteresis_db": zero,
        "area": np.ones(cells, int),
        "ba": np.ones((cells, cells), bool),
        "floor_mw": zero + 10**-11.1,
        "coupling": np.zeros((cells, cells)),
        "decode_ci_db": 4.0,
    }
    return plain | changes


def steady(*pieces, step_s=0.5):
    """Levels that stay for so many seconds: (seconds, level of each cell) ..."""
    rows = [np.tile(np.float64(levels), (round(seconds / step_s), 1)) for seconds, levels in pieces]
    level = np.concatenate(rows)[None]
    return level, np.arange(level.shape[1]) * step_s


def changes(server, reason, time):
    """[(time, new server, reason)] of the first run."""
    return [(float(time[t]), int(server[0, t]), Reason(reason[0, t]).name) for t in np.flatnonzero(reason[0])]


def camp(pieces, start=0, step_s=0.5, **parameter_changes):
    level, time = steady(*pieces, step_s=step_s)
    cells = level.shape[2]
    answer = gsm_idle.camp(level, time, np.zeros(cells), [start], **parameters(cells, **parameter_changes))
    return changes(*answer, time)


def drawn_case(seed, cells=None):
    rng = np.random.default_rng(seed)
    few, steps, runs = int(rng.integers(2, 11)), 240, 3
    cells = cells or few
    time = drawn.even_times(steps, 0.5) if seed % 3 else drawn.uneven_times(rng, steps, 1.4, 6.5)
    level = drawn.levels(rng, runs, steps, cells, -106, -84)
    case = parameters(
        cells,
        rxlev_access_min_dbm=rng.integers(-108, -90, cells),
        cell_reselect_offset_db=rng.integers(0, 6, cells) * 2,
        temporary_offset_db=rng.choice([0, 0, 10, 20, 70], cells) * (seed % 2),
        penalty_time_s=rng.choice([20, 40, 640], cells),
        cell_reselect_hysteresis_db=rng.choice([0, 2, 4, 8], cells),
        area=rng.integers(1, 3, cells),
        ba=rng.random((cells, cells)) < 0.85,
        coupling=drawn.couplings(rng, cells, rng.choice([0.0, 0.2])),
        bs_pa_mfrms=int(rng.integers(2, 10)),
        sync_hold_s=float(rng.choice([0.0, 5.0])),
    )
    return level, time, drawn.shifts(rng, cells), rng.integers(-1, cells, runs), case


@pytest.mark.parametrize(("seed", "cells"), [*((seed, None) for seed in range(40)), (40, 16), (41, 17), (42, 33)])
def test_twin_agrees(seed, cells):
    level, time, shift, start, case = drawn_case(seed, cells)
    server, reason = gsm_idle.camp(level, time, shift, start, **case)
    plain = {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in case.items()}
    for r in range(len(level)):
        expected = twin_gsm_idle.camp(level[r].tolist(), time.tolist(), shift.tolist(), int(start[r]), **plain)
        assert server[r].tolist() == expected[0]
        assert [Reason(x).name.lower().replace("none", "") for x in reason[r]] == expected[1]


def test_drawn_cases_reach_every_rule():
    seen = set()
    for seed in range(40):
        level, time, shift, start, case = drawn_case(seed)
        seen |= set(gsm_idle.camp(level, time, shift, start, **case)[1].ravel().tolist())
    assert seen == {Reason.NONE, Reason.C2, Reason.C1, Reason.SIGNALLING, Reason.SELECTED, Reason.LOST}


# Domain vector 8: constant levels; cell 0 hears only cell 1, which hears cell 2. The first reselection is at t = 0.
@pytest.mark.parametrize(
    ("excess_db", "area", "hysteresis_db", "expected_s"),
    [
        (4, 1, 0, 15.0),
        (6, 1, 0, 5.0),
        (6, 2, 8, None),
        (8, 2, 8, 5.0),
        (4, 2, 4, 15.0),
        (5, 1, 0, 5.0),
        (0, 1, 0, None),
    ],
)
@pytest.mark.parametrize("step_s", [0.5, 0.1, 1.0])
def test_second_reselection_waits(excess_db, area, hysteresis_db, expected_s, step_s):
    level, time = steady((45.0, [-90, -80, -80 + excess_db]), step_s=step_s)
    case = parameters(
        3, ba=[[0, 1, 0], [0, 0, 1], [0, 0, 0]], cell_reselect_hysteresis_db=[0, hysteresis_db, 0], area=[1, 1, area]
    )
    server, reason = gsm_idle.camp(level, time - 5.0, np.zeros(3), [0], **case)
    later = [] if expected_s is None else [(pytest.approx(expected_s), 2, "C2")]
    assert changes(server, reason, time - 5.0) == [(pytest.approx(0.0), 1, "C2"), *later]


def test_temporary_offset_holds_a_new_cell_back():
    late = camp([(60.0, [-80, -75])], temporary_offset_db=[0, 10], penalty_time_s=[20, 20])
    assert late == [(25.5, 1, "C2")]  # first instant after 20 s, then 5 s
    assert camp([(60.0, [-80, -75])], temporary_offset_db=[0, 70], penalty_time_s=[20, 620]) == []
    assert camp([(60.0, [-80, -75])], temporary_offset_db=[0, 10], penalty_time_s=[20, 640]) == [(5.0, 1, "C2")]


def test_previous_server_carries_no_temporary_offset():
    held_back = {"temporary_offset_db": [70, 0, 70], "penalty_time_s": [620, 20, 620]}
    back = camp([(30.0, [-80, -75, -110]), (60.0, [-70, -75, -60])], **held_back)
    assert [cell for _, cell, _ in back] == [1, 0]
    assert 30.0 < back[1][0] < 41.0


def test_penalty_code_31_subtracts_the_offset():
    assert camp([(30.0, [-80, -72])], cell_reselect_offset_db=[0, 10], penalty_time_s=[20, 640]) == []
    assert camp([(30.0, [-80, -88])], cell_reselect_offset_db=[0, 10]) == [(5.0, 1, "C2")]
    # the serving cell is charged as well: -80 with 10 dB off against -85
    assert camp([(30.0, [-80, -85])], cell_reselect_offset_db=[10, 0], penalty_time_s=[640, 20]) == [(5.0, 1, "C2")]


def test_weak_server_is_left_after_5_s():
    assert camp([(30.0, [-105, -98])], cell_reselect_offset_db=[40, 0]) == [(5.0, 1, "C1")]
    # C1 = 0 is not below zero, yet no neighbour is suitable with it either
    assert camp([(30.0, [-100.5, -100.5])]) == []


def test_no_service_and_back():
    events = camp([(10.0, [-80]), (20.0, [-109]), (10.0, [-80])])
    assert [(cell, why) for _, cell, why in events] == [(-1, "LOST"), (0, "SELECTED")]
    assert camp([(10.0, [-109, -109])], start=-1) == []


def test_selection_takes_the_largest_c1_heard():
    assert camp([(2.0, [-80, -90, -70])], start=-1, rxlev_access_min_dbm=[-100, -115, -80]) == [(0.0, 1, "SELECTED")]
    deaf = {"coupling": [[0, 0], [10.0, 0]]}
    assert camp([(2.0, [-80, -75])], start=-1, **deaf) == [(0.0, 0, "SELECTED")]


def test_disturbed_server_fails_after_its_paging_blocks():
    disturbed = {"coupling": [[0, 0, 1.0], [0, 0, 0], [0, 0, 0]], "ba": [[0, 1, 0], [1, 0, 0], [0, 0, 0]]}
    events = camp([(30.0, [-80, -90, -80])], bs_pa_mfrms=5, **disturbed)
    assert events[:1] == [(6.0, 1, "SIGNALLING")]  # 18 - 5 x 4 < 0 after 5 x 1.177 s
    assert camp([(30.0, [-80, -90, -85])], **disturbed) == []  # C/I just above the threshold


def test_disturbed_neighbour_is_no_candidate():
    deaf = {"coupling": [[0, 0, 0], [0, 0, 1.0], [0, 0, 0]], "ba": [[0, 1, 0], [1, 0, 0], [0, 0, 0]]}
    assert camp([(30.0, [-80, -70, -70])], **deaf) == []
    assert camp([(30.0, [-80, -70, -90])], **deaf) == [(5.0, 1, "C2")]


def test_short_disturbance_is_bridged():
    deaf = {"coupling": [[0, 0, 0], [0, 0, 1.0], [0, 0, 0]], "ba": [[0, 1, 0], [1, 0, 0], [0, 0, 0]]}
    dip = [(2.0, [-80, -70, -90]), (1.0, [-80, -70, -70]), (20.0, [-80, -70, -90])]
    assert camp(dip, sync_hold_s=5.0, **deaf) == [(5.0, 1, "C2")]
    assert camp(dip, sync_hold_s=0.0, **deaf) == [(8.0, 1, "C2")]


def test_only_the_six_strongest_are_followed():
    levels = [-85, -70, -71, -72, -73, -74, -75, -76]
    rewarded = {"rxlev_access_min_dbm": [-100] + [-60] * 6 + [-100]}  # the six are not suitable, the seventh is
    assert camp([(20.0, levels)], **rewarded) == []
    assert camp([(20.0, [*levels[:6], -77, -76])], **rewarded) == [(5.0, 7, "C2")]


@pytest.mark.parametrize(("sixth_dbm", "seventh_dbm", "cell"), [(-75.2, -75.6, 6), (-75.6, -75.2, 7)])
def test_equal_reports_are_told_apart_by_the_last_sample(sixth_dbm, seventh_dbm, cell):
    suitable_last = {"rxlev_access_min_dbm": [-100] + [-60] * 5 + [-100] * 2}
    levels = [-85, -70, -71, -72, -73, -74, sixth_dbm, seventh_dbm]
    assert camp([(8.0, levels)], **suitable_last) == [(5.0, cell, "C2")]


def test_cell_off_the_list_is_ignored():
    assert camp([(20.0, [-85, -70])], ba=[[1, 0], [0, 1]]) == []


def reference_level(margin_db, runs=10, steps=7200):
    """Domain B.6: five competitors, fading of 4 dB and 5 s."""
    fading = 4.0 * draw_fading(5, runs, steps, 0.5, 5.0, np.arange(6))
    return fading + np.float32([-75 + margin_db, -75, -76, -77, -77, -78])


def test_reference_behaviour():
    margins = [-3, 0, 2, 4, 6, 8, 10, 12, 14]
    published = [3.1, 3.1, 2.9, 2.3, 1.6, 0.82, 0.37, 0.16, 0.02]
    camped = [0.09, 0.27, 0.44, 0.64, 0.80, 0.91, 0.96, 0.99, 1.00]
    rate, share = [], []
    for margin in margins:
        level = reference_level(margin)
        server, reason = gsm_idle.camp(level, np.arange(7200) * 0.5, np.zeros(6), [0] * 10, **parameters(6))
        rate.append((reason == Reason.C2).sum() / 600.0)
        share.append((server == 0).mean())
    np.testing.assert_allclose(share, camped, atol=0.03)
    np.testing.assert_allclose(rate[:7], published[:7], rtol=0.3)
    # Rare events: the table itself rests on a hundred at 12 dB and a dozen at 14 dB.
    np.testing.assert_allclose(rate[7:], published[7:], rtol=0.6)
    assert np.all(np.diff(rate[1:]) < 0) and np.all(np.diff(share) > 0)


def test_offset_is_as_good_as_level():
    """10 dB of reward and 10 dB of level give the same timeline, as C2 adds them."""
    level, time = reference_level(0), np.arange(7200) * 0.5
    by_offset = gsm_idle.camp(
        level, time, np.zeros(6), [0] * 10, **parameters(6, cell_reselect_offset_db=[10, 0, 0, 0, 0, 0])
    )
    by_level = gsm_idle.camp(level, time, [10, 0, 0, 0, 0, 0], [0] * 10, **parameters(6))
    np.testing.assert_array_equal(by_offset[0], by_level[0])


def test_levels_are_coded_as_everywhere():
    level = np.append(np.arange(-150.0, -38.25, 0.25), np.nan).astype(np.float32)
    rxlev, found = gsm_idle._rxlev, np.empty(level.size, np.int32)

    @njit
    def code(given, out):
        for b in range(0, given.size, lanes.WIDTH):
            lanes.store(lanes.at(out, 0), b, rxlev(lanes.load(lanes.at(given, 0), b)))

    code(level, found)
    assert found[:-1].tolist() == units.rxlev_dbm(units.rxlev_code(level[:-1])).tolist()
    assert found[-1] == -110


@pytest.mark.parametrize("kernel", [gsm_idle, lte_connected])
def test_powers_are_those_used_everywhere(kernel):
    level = np.append(np.linspace(-160, 20, 1007), np.nan)
    power, found = kernel._power, np.empty(level.size)

    @njit
    def raise_to(given, out):
        for b in range(0, given.size, lanes.WIDTH):
            lanes.store(lanes.at(out, 0), b, power(lanes.load(lanes.at(given, 0), b)))

    raise_to(level, found)
    np.testing.assert_allclose(found[:-1], units.mw(level[:-1]), rtol=1e-8)
    assert found[-1] < 1e-90


@pytest.fixture
def crowd():
    rng = np.random.default_rng(11)
    level = drawn.levels(rng, 4, 400, 12, -95, -75)
    case = parameters(
        12,
        cell_reselect_offset_db=rng.integers(0, 6, 12) * 2,
        temporary_offset_db=rng.choice([0, 10], 12),
        cell_reselect_hysteresis_db=rng.choice([0, 4], 12),
        area=rng.integers(1, 3, 12),
        ba=rng.random((12, 12)) < 0.9,
        coupling=drawn.couplings(rng, 12, 0.1),
    )
    return level, np.arange(400) * 0.5, np.zeros(12), np.arange(4), case


def reordered(case, order):
    """The same cells in another order."""
    moved = {}
    for name, value in case.items():
        moved[name] = np.asarray(value)[np.ix_(*[order] * np.ndim(value))] if np.ndim(value) else value
    return moved


def test_order_of_cells_does_not_matter(crowd):
    level, time, shift, start, case = crowd
    order = np.random.default_rng(2).permutation(12)
    server, reason = gsm_idle.camp(level, time, shift, start, **case)
    place = np.argsort(order)
    other = gsm_idle.camp(level[:, :, order], time, shift, place[start], **reordered(case, order))
    np.testing.assert_array_equal(np.where(other[0] < 0, -1, order[other[0]]), server)
    np.testing.assert_array_equal(other[1], reason)
    assert len(np.unique(server)) > 4


def test_common_shift_changes_nothing(crowd):
    level, time, shift, start, case = crowd
    level = np.clip(level, -100, -60)
    before = gsm_idle.camp(level, time, shift, start, **case)
    raised = case | {
        "rxlev_access_min_dbm": np.asarray(case["rxlev_access_min_dbm"]) + 5,
        "floor_mw": case["floor_mw"] * 10**0.5,
    }
    after = gsm_idle.camp(level, time, shift + 5.0, start, **raised)
    np.testing.assert_array_equal(after[0], before[0])
    np.testing.assert_array_equal(after[1], before[1])


def test_infinite_hysteresis_keeps_the_area(crowd):
    level, time, shift, start, case = crowd
    server, reason = gsm_idle.camp(
        level, time, shift, start, **case | {"cell_reselect_hysteresis_db": np.full(12, np.inf)}
    )
    area = np.where(server >= 0, np.asarray(case["area"])[server], 0)
    crossed = np.diff(area, axis=1) != 0
    assert not (crossed & (reason[:, 1:] == Reason.C2)).any()
    assert (reason == Reason.C2).any()


@pytest.mark.parametrize("more", [1, 4, 5, 30])
def test_unheard_cells_change_nothing(crowd, more):
    level, time, shift, start, case = crowd
    server, _ = gsm_idle.camp(level, time, shift, start, **case)
    longer = {
        name: value
        if np.ndim(value) == 0
        else np.pad(np.asarray(value, float), [(0, more)] * np.ndim(value), mode="edge")
        for name, value in case.items()
    }
    longer["coupling"][:, -more:] = longer["coupling"][-more:] = 0.0
    silent = np.concatenate([level, np.full((*level.shape[:2], more), np.nan)], axis=2)
    np.testing.assert_array_equal(gsm_idle.camp(silent, time, np.zeros(12 + more), start, **longer)[0], server)


def test_threads_do_not_matter(crowd):
    level, time, shift, start, case = crowd
    before = numba.get_num_threads()
    answers = []
    for threads in {1, before}:
        numba.set_num_threads(threads)
        answers.append(gsm_idle.camp(level, time, shift, start, **case))
    numba.set_num_threads(before)
    for one, other in zip(answers[0], answers[-1], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"start": [3]}, "start"),
        ({"time_s": [0.0, 0.5, 0.5]}, "increase"),
        ({"time_s": [0.0, 0.5]}, "agree"),
        ({"shift_db": [0.0]}, "shape"),
    ],
)
def test_wrong_arrays_are_refused(wrong, message):
    arrays = {"level_dbm": np.zeros((1, 3, 2)), "time_s": [0.0, 0.5, 1.0], "shift_db": [0, 0], "start": [0]}
    with pytest.raises(ValueError, match=message):
        gsm_idle.camp(**arrays | wrong, **parameters(2))
