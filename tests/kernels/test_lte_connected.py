"""LTE connected mode: published behaviour, the twin, invariants."""

import numba
import numpy as np
import pytest

from rfopt.kernels import lte_connected
from rfopt.mobility.reasons import Reason

from . import drawn, twin_lte_connected


def parameters(cells, **changes):
    """Plain cells that all know each other and never disturb."""
    one, table = np.ones(cells), np.ones((cells, cells))
    plain = {
        "a3_offset_db": one * 3,
        "a3_hysteresis_db": one,
        "a3_time_to_trigger_ms": one * 320,
        "relation": table > 0,
        "cio_db": table * 0,
        "floor_mw": one * 10**-12.524,
        "coupling": table * 0,
    }
    return plain | changes


def run(pieces, start=0, step_s=0.04, **changes):
    level = np.concatenate([np.tile(np.float64(levels), (round(s / step_s), 1)) for s, levels in pieces])[None]
    time = np.arange(level.shape[1]) * step_s
    cells = level.shape[2]
    server, reason, sinr = lte_connected.hand_over(
        level, time, np.zeros(cells), [start], **parameters(cells, **changes)
    )
    at = np.flatnonzero(reason[0])
    return [(round(float(time[t]), 2), int(server[0, t]), Reason(reason[0, t]).name) for t in at], sinr[0]


def events(*args, **changes):
    return run(*args, **changes)[0]


def drawn_case(seed, cells=None):
    rng = np.random.default_rng(seed)
    few, steps, runs = int(rng.integers(2, 9)), 300, 3
    cells = cells or few
    step_s = float(rng.choice([0.04, 0.1, 0.2]))
    time = drawn.even_times(steps, step_s) if seed % 3 else drawn.uneven_times(rng, steps, 0.25, 0.9)
    level = drawn.levels(rng, runs, steps, cells, -120, -90)
    case = parameters(
        cells,
        a3_offset_db=rng.choice([-2.0, 1.5, 3.0], cells),
        a3_hysteresis_db=rng.choice([0.0, 0.5, 2.0], cells),
        a3_time_to_trigger_ms=rng.choice([0, 40, 160, 320], cells),
        relation=rng.random((cells, cells)) < 0.8,
        cio_db=rng.choice([-3.0, 0.0, 2.0], (cells, cells)),
        coupling=drawn.couplings(rng, cells, 0.6),
        filter_k=float(rng.choice([0, 4, 8])),
        q_out_db=-6.0,
        q_in_db=-4.0,
        n310=int(rng.choice([1, 10])),
        n311=int(rng.choice([1, 5])),
        t310_ms=float(rng.choice([200, 1000])),
        reestablish_s=float(rng.choice([0.3, 1.0])),
    )
    start = rng.integers(0, cells, runs)
    start[-1] = -1 if seed % 5 == 0 else start[-1]
    return level, time, drawn.shifts(rng, cells), start, case


@pytest.mark.parametrize(("seed", "cells"), [*((seed, None) for seed in range(40)), (40, 16), (41, 17), (42, 33)])
def test_twin_agrees(seed, cells):
    level, time, shift, start, case = drawn_case(seed, cells)
    server, reason, sinr = lte_connected.hand_over(level, time, shift, start, **case)
    plain = {name: np.asarray(value).tolist() for name, value in case.items()}
    for r in range(len(level)):
        expected = twin_lte_connected.hand_over(
            level[r].tolist(), time.tolist(), shift.tolist(), int(start[r]), **plain
        )
        assert server[r].tolist() == expected[0]
        assert [Reason(x).name.lower().replace("none", "") for x in reason[r]] == expected[1]
        heard = np.array(expected[2]) != -np.inf
        np.testing.assert_allclose(sinr[r][heard], np.array(expected[2])[heard], atol=1e-4)


def test_drawn_cases_reach_every_rule():
    seen = set()
    for seed in range(40):
        level, time, shift, start, case = drawn_case(seed)
        seen |= set(lte_connected.hand_over(level, time, shift, start, **case)[1].ravel().tolist())
    expected = {"NONE", "A3", "HANDOVER_FAILED", "RADIO_LINK_FAILURE", "REESTABLISHED"}
    assert {Reason(x).name for x in seen} == expected


def test_a3():
    # Domain vector 34: offset 3, hysteresis 1; 320 ms to trigger and 90 ms to execute, on a grid of 40 ms
    assert events([(2.0, [-99, -94.5])]) == [(0.44, 1, "A3")]
    assert events([(2.0, [-99, -95])]) == []
    assert events([(2.0, [-99, -94.5])], cio_db=[[0, -1], [0, 0]]) == []
    assert events([(2.0, [-99, -96])], cio_db=[[0, 2], [0, 0]]) == [(0.44, 1, "A3")]
    assert events([(2.0, [-99, -94.5])], relation=np.zeros((2, 2))) == []
    assert events([(9.0, [-99, -94.5])], a3_time_to_trigger_ms=[np.inf] * 2) == []
    assert events([(9.0, [-99, -90])], a3_offset_db=[np.inf] * 2) == []


def test_time_is_read_from_the_clock():
    assert events([(2.0, [-99, -94.5])], step_s=0.01) == [(0.41, 1, "A3")]
    assert events([(2.0, [-99, -94.5])], step_s=0.2) == [(0.6, 1, "A3")]


def test_time_to_trigger_starts_again_after_a_break():
    broken = [(0.2, [-99, -94]), (0.2, [-99, -120]), (1.0, [-99, -90])]
    straight = events([(1.4, [-99, -94])])
    assert straight[0][0] == 0.44
    assert events(broken, filter_k=0)[0][0] == pytest.approx(0.4 + 0.44)


def test_filter_delays():
    # After a step of 10 dB the filtered lead is 10 dB (k = 0), 5 dB (4), or 2.5 and then 4.4 dB (8); 4 dB are needed.
    step = [(0.2, [-99, -99]), (3.0, [-99, -89])]
    for k, expected_s in [(0, 0.4), (4, 0.4), (8, 0.6)]:
        assert events(step, step_s=0.2, a3_time_to_trigger_ms=[0, 0], filter_k=k) == [(expected_s, 1, "A3")]
    fine = [events(step, step_s=s, a3_time_to_trigger_ms=[0, 0], filter_k=8)[0][0] for s in (0.02, 0.01)]
    # 1 - 0.75^(t / 0.2) > 0.4 from t = 0.355 s on, whatever the spacing; 90 ms to execute
    np.testing.assert_allclose(fine, 0.2 + 0.355 + 0.09, atol=0.021)


def test_radio_link_failure_and_reestablishment():
    found, sinr = run([(0.4, [-100, -110]), (3.0, [-140, -110])], relation=np.zeros((2, 2)))
    assert [(server, why) for _, server, why in found] == [(-1, "RADIO_LINK_FAILURE"), (1, "REESTABLISHED")]
    # the mean of five samples 25 dB up and some 15 dB below: out of sync with the fourth bad one
    assert found[0][0] == pytest.approx(0.4 + 4 * 0.04 + 1.0, abs=0.041)
    assert found[1][0] == pytest.approx(found[0][0] + 1.0)
    gone = (np.arange(sinr.size) * 0.04 > found[0][0] + 0.01) & (np.arange(sinr.size) * 0.04 < found[1][0] + 0.01)
    np.testing.assert_array_equal(np.isnan(sinr), gone)


def test_a_link_that_recovers_is_kept():
    assert events([(0.4, [-100]), (0.8, [-140]), (3.0, [-100])]) == []


def test_handover_too_late_fails():
    deaf = {"coupling": [[0, 10.0], [0, 0]]}
    assert events([(1.0, [-99, -94])], **deaf)[0] == (0.44, 0, "HANDOVER_FAILED")
    assert events([(1.0, [-99, -94, -84])], coupling=[[0] * 3, [0, 0, 1.0], [0] * 3],
                  relation=[[0, 1, 0], [0] * 3, [0] * 3])[0] == (0.44, 0, "HANDOVER_FAILED")  # fmt: skip


def test_sinr():
    # Domain vector 30: S -90, I -93 and -96, noise -125.24
    for load, expected in [(0.5, 4.242), (1.0, 1.234)]:
        _, sinr = run([(0.2, [-90, -93, -96])], coupling=np.full((3, 3), load))
        np.testing.assert_allclose(sinr, expected, atol=0.01)
    np.testing.assert_allclose(run([(0.2, [-100])])[1], 25.239, atol=0.01)


@pytest.fixture
def crowd():
    return drawn_case(4)


def test_order_of_cells_does_not_matter(crowd):
    level, time, shift, start, case = crowd
    cells = level.shape[2]
    assert cells >= 4
    order = np.random.default_rng(2).permutation(cells)
    moved = {
        name: np.asarray(value)[np.ix_(*[order] * np.ndim(value))] if np.ndim(value) else value
        for name, value in case.items()
    }
    place = np.append(np.argsort(order), -1)
    expected = lte_connected.hand_over(level, time, shift, start, **case)
    found = lte_connected.hand_over(level[:, :, order], time, shift[order], place[start], **moved)
    np.testing.assert_array_equal(np.where(found[0] < 0, -1, order[found[0]]), expected[0])
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_allclose(found[2], expected[2], atol=1e-4)


def test_common_shift_changes_nothing(crowd):
    level, time, shift, start, case = crowd
    before = lte_connected.hand_over(level, time, shift, start, **case)
    after = lte_connected.hand_over(level, time, shift + 8.0, start, **case | {"floor_mw": case["floor_mw"] * 10**0.8})
    np.testing.assert_array_equal(after[0], before[0])
    np.testing.assert_array_equal(after[1], before[1])


@pytest.mark.parametrize("more", [1, 12, 30])
def test_unheard_cells_change_nothing(crowd, more):
    level, time, shift, start, case = crowd
    longer = {
        name: np.pad(value, [(0, more)] * np.ndim(value), mode="edge") if np.ndim(value) else value
        for name, value in case.items()
    }
    longer["coupling"][:, -more:] = longer["coupling"][-more:] = 0.0
    silent = np.concatenate([level, np.full((*level.shape[:2], more), np.nan)], axis=2)
    expected = lte_connected.hand_over(level, time, shift, start, **case)
    found = lte_connected.hand_over(silent, time, np.pad(shift, (0, more)), start, **longer)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])
    np.testing.assert_allclose(found[2], expected[2], atol=1e-4)


def test_infinite_time_to_trigger_keeps_the_server(crowd):
    level, time, shift, start, case = crowd
    patient = case | {"a3_time_to_trigger_ms": np.full(level.shape[2], np.inf), "q_out_db": -1000.0}
    server, reason, _ = lte_connected.hand_over(level, time, shift, start, **patient)
    np.testing.assert_array_equal(server, np.repeat(start[:, None], time.size, axis=1))
    assert not reason.any()


@pytest.mark.parametrize("seed", [3, 6, 9])
def test_only_the_spacing_of_instants_matters(seed):
    """Instants are uneven in these cases: a later clock changes nothing, a slower one does."""
    level, time, shift, start, case = drawn_case(seed)
    assert np.ptp(np.diff(time)) > 0.1
    before = lte_connected.hand_over(level, time, shift, start, **case)
    for a, b in zip(before[:2], lte_connected.hand_over(level, time + 1000.0, shift, start, **case)[:2], strict=True):
        np.testing.assert_array_equal(a, b)
    assert (before[0] != lte_connected.hand_over(level, time * 0.3, shift, start, **case)[0]).any()


def test_threads_do_not_matter(crowd):
    level, time, shift, start, case = crowd
    before = numba.get_num_threads()
    answers = []
    for threads in (1, before):
        numba.set_num_threads(threads)
        answers.append(lte_connected.hand_over(level, time, shift, start, **case))
    for one, other in zip(*answers, strict=True):
        np.testing.assert_array_equal(one, other)
