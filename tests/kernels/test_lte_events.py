"""Measurement events: published conditions, the twin, invariants."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.kernels import lte_events
from rfopt.kernels.lte_events import EVENTS
from rfopt.mobility import criteria

from . import drawn, twin_lte_events

TTT_MS = [0, 40, 64, 80, 100, 128, 160, 256, 320, 480, 512, 640, 1024, 1280, 2560, 5120]


def drawn_case(event, seed):
    """Traces in steps of 1/64 dB around thresholds in halves, so that ties happen."""
    rng = np.random.default_rng(seed)
    cells, steps, runs = int(rng.integers(2, 6)), 150, 2
    time = drawn.even_times(steps, 0.2) if seed % 3 == 0 else drawn.uneven_times(rng, steps, 0.4, 1.5)
    level = drawn.levels(rng, runs, steps, cells, -110, -95)
    server = np.repeat(rng.integers(-1 if seed % 4 == 0 else 0, cells, (runs, 5)), steps // 5, axis=1)
    case = {
        "threshold_dbm": float(rng.integers(-210, -190)) / 2,
        "threshold_2_dbm": float(rng.integers(-210, -190)) / 2,
        "a3_offset_db": float(rng.integers(-30, 31)) / 4,
        "hysteresis_db": float(rng.integers(0, 8)) / 2,
        "time_to_trigger_ms": float(rng.choice(TTT_MS[:-2])),
        "offset_db": rng.integers(-6, 7, (cells, cells)) / 2,
        "measured": rng.random((cells, cells)) < 0.8,
        "filter_k": rng.choice([0.0, 4.0, 8.0], cells),
    }
    return level, time, server, event, case


@settings(max_examples=60, deadline=None)
@given(event=st.sampled_from(EVENTS), seed=st.integers(0, 10**6))
def test_twin_agrees(event, seed):
    level, time, server, event, case = drawn_case(event, seed)
    found = lte_events.report(level, time, server, event, **case)
    plain = {name: np.asarray(value).tolist() for name, value in case.items()}
    for r in range(len(level)):
        expected = twin_lte_events.report(level[r].tolist(), time.tolist(), server[r].tolist(), event, **plain)
        mine = found.run == r
        columns = (found.step[mine].tolist(), found.cell[mine].tolist(), found.entered[mine].tolist())
        assert list(zip(*columns, strict=True)) == expected


@pytest.mark.parametrize("event", EVENTS)
def test_drawn_cases_enter_and_leave(event):
    seen = [lte_events.report(*case[:4], **case[4]).entered for case in (drawn_case(event, k) for k in range(12))]
    assert set(np.concatenate(seen).tolist()) == {True, False}


def changes(event, levels, step_s=0.1, server=0, **case):
    """[(time, cell, entered)] of one run over levels that are not filtered."""
    level = np.asarray(levels, float)[None]
    case = {"filter_k": 0} | case
    found = lte_events.report(
        level, np.arange(level.shape[1]) * step_s, np.full(level.shape[:2], server), event, **case
    )
    return [(round(float(t), 3), int(c), bool(e)) for t, c, e in zip(found.step * step_s, *found[2:], strict=True)]


def two(*pieces):
    """Server and neighbour: (instants, server, neighbour) one after the other."""
    return [[s, n] for count, s, n in pieces for _ in range(count)]


def test_published_a3():
    # Domain vector 34: −99 against −95 with 3 dB and a hysteresis of 1 dB; −96 > −96 does not hold
    a3 = {"a3_offset_db": 3.0, "hysteresis_db": 1.0}
    assert changes("A3", two((5, -99, -95)), **a3) == []
    assert changes("A3", two((5, -99, -94.5)), **a3) == [(0.0, 1, True)]
    assert changes("A3", two((5, -99, -95)), offset_db=0.5, **a3) == [(0.0, 1, True)]
    # left below −99 + 3 − 1, and not at it
    assert changes("A3", two((5, -99, -94), (5, -99, -97), (5, -99, -97.5)), **a3) == [(0.0, 1, True), (1.0, 1, False)]


def test_published_filter():
    # Domain vector 33: k = 4, −90 and then −80 three times give −85, −82.5, −81.25
    levels = [[-90.0], [-80.0], [-80.0], [-80.0]]
    for threshold_dbm, expected in [(-85.5, [0.2]), (-85.0, [0.4]), (-82.5, [0.6]), (-81.25, []), (-81.26, [0.6])]:
        found = changes("A1", levels, step_s=0.2, threshold_dbm=threshold_dbm, filter_k=4)
        assert [t for t, _, _ in found] == expected


@pytest.mark.parametrize(
    ("event", "levels", "case"),
    [
        ("A1", two((5, -100, -90), (5, -94, -90), (5, -96.5, -90), (5, -97, -90)), {"threshold_dbm": -95.5}),
        ("A2", two((5, -90, -90), (5, -101.5, -90), (5, -99, -90), (5, -98.5, -90)), {"threshold_dbm": -100.0}),
        ("A4", two((5, -90, -105), (5, -90, -98), (5, -90, -99.5), (5, -90, -101)), {"threshold_dbm": -99.5}),
        ("B1", two((5, -90, -105), (5, -90, -98), (5, -90, -99.5), (5, -90, -101)), {"threshold_dbm": -99.5}),
        ("A5", two((5, -90, -95), (5, -107, -95), (5, -105, -99), (5, -103, -95)),
         {"threshold_dbm": -105.0, "threshold_2_dbm": -98.0}),
        ("B2", two((5, -107, -105), (5, -107, -95), (5, -105, -99), (5, -105, -99.5)),
         {"threshold_dbm": -105.0, "threshold_2_dbm": -98.0}),
    ],
)  # fmt: skip
def test_enter_hold_and_leave(event, levels, case):
    """Entered in the second piece, kept within the hysteresis in the third, left in the fourth."""
    cell = 0 if event in ("A1", "A2") else 1
    assert changes(event, levels, hysteresis_db=1.0, **case) == [(0.5, cell, True), (1.5, cell, False)]


@pytest.mark.parametrize("event", EVENTS)
def test_entering_is_the_condition_of_the_standard(event):
    """Against `rfopt.mobility.criteria`, which is checked on its own, at every pair of levels."""
    values = np.arange(-104.0, -94.0, 0.5)
    ms, mn = (x.ravel() for x in np.meshgrid(values, values))
    t1, t2, hys, off = -100.0, -98.5, 1.5, 1.0
    expected = {
        "A1": criteria.a1(ms, t1, hys),
        "A2": criteria.a2(ms, t1, hys),
        "A3": criteria.a3(ms, mn, 2.0, hys, off),
        "A4": criteria.a4(mn, t1, hys, off),
        "A5": criteria.a5(ms, mn, t1, t2, hys, off),
        "B1": criteria.b1(mn, t1, hys, off),
        "B2": criteria.b2(ms, mn, t1, t2, hys, off),
    }[event]
    level = np.stack([ms, mn], axis=1)[:, None, :]
    found = lte_events.report(
        level, [0.0], np.zeros((ms.size, 1), int), event, threshold_dbm=t1, threshold_2_dbm=t2, a3_offset_db=2.0,
        hysteresis_db=hys, offset_db=off,
    )  # fmt: skip
    assert found.run.tolist() == np.flatnonzero(expected).tolist()


@pytest.mark.parametrize("ttt_ms", TTT_MS)
def test_time_to_trigger_is_read_from_the_clock(ttt_ms):
    levels = np.full((1, 2000, 1), -110.0)
    for step_s in (0.04, 0.1, 0.2):
        time = np.arange(2000) * step_s
        found = lte_events.report(
            levels, time, np.zeros((1, 2000)), "A2", threshold_dbm=-100, time_to_trigger_ms=ttt_ms
        )
        at = time[found.step[0]]
        assert found.step.size == 1 and ttt_ms / 1000 - 1e-6 <= at < ttt_ms / 1000 + step_s - 1e-6


def test_one_instant_without_the_condition_starts_the_time_anew():
    levels = two((3, -110, -90), (1, -100, -90), (10, -110, -90))
    assert changes("A2", levels, threshold_dbm=-105, time_to_trigger_ms=320) == [(0.8, 0, True)]


def test_a_gap_counts_by_its_length():
    time = [0.0, 0.1, 0.2, 3.0, 3.1]
    case = {"threshold_dbm": -100.0, "time_to_trigger_ms": 480.0}
    found = lte_events.report(np.full((1, 5, 1), -110.0), time, np.zeros((1, 5)), "A2", **case)
    assert found.step.tolist() == [3]


def test_every_cell_has_its_own_state():
    levels = np.full((20, 3), -100.0)
    levels[5:15, 1] = -90
    levels[10:, 2] = -90
    found = changes("A3", levels, a3_offset_db=3.0, time_to_trigger_ms=100)
    assert found == [(0.6, 1, True), (1.1, 2, True), (1.6, 1, False)]


def test_a_new_server_forgets_everything():
    level = np.tile(np.float64([-100, -90, -85]), (1, 20, 1))
    server = np.repeat([[0, 1, -1, 0]], 5, axis=1)
    found = lte_events.report(level, np.arange(20) * 0.1, server, "A3", a3_offset_db=3.0, time_to_trigger_ms=160)
    assert list(zip(found.step.tolist(), found.cell.tolist(), strict=True)) == [
        (2, 1),
        (2, 2),
        (7, 2),
        (17, 1),
        (17, 2),
    ]
    assert found.entered.all()


@pytest.mark.parametrize("event", EVENTS)
def test_infinite_time_never_fires(event):
    level, time, server, event, case = drawn_case(event, 5)
    assert lte_events.report(level, time, server, event, **case | {"time_to_trigger_ms": np.inf}).step.size == 0


@pytest.mark.parametrize("event", EVENTS)
def test_common_shift_changes_nothing(event):
    level, time, server, event, case = drawn_case(event, 7)
    level = np.nan_to_num(level, nan=-130.0)
    lifted = {name: case[name] + 4.0 for name in ("threshold_dbm", "threshold_2_dbm")} | {"filter_k": 0}
    before = lte_events.report(level, time, server, event, **case | {"filter_k": 0})
    after = lte_events.report(level + 4.0, time, server, event, **case | lifted)
    assert before.step.size > 4
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("event", EVENTS)
def test_order_of_cells_does_not_matter(event):
    level, time, server, event, case = drawn_case(event, 8)
    order = np.random.default_rng(1).permutation(level.shape[2])
    place = np.append(np.argsort(order), -1)
    square = {name: case[name][np.ix_(order, order)] for name in ("offset_db", "measured")}
    moved = case | square | {"filter_k": case["filter_k"][order]}
    before = lte_events.report(level, time, server, event, **case)
    after = lte_events.report(level[:, :, order], time, place[server], event, **moved)
    named = {
        (r, t, int(order[c]), e)
        for r, t, c, e in zip(*(column.tolist() for column in after), strict=True)
    }  # fmt: skip
    assert named == set(zip(*(column.tolist() for column in before), strict=True)) and len(named) > 4


def test_threads_do_not_matter():
    level, time, server, event, case = drawn_case("A3", 9)
    before = numba.get_num_threads()
    answers = []
    for threads in (1, before):
        numba.set_num_threads(threads)
        answers.append(lte_events.report(level, time, server, event, **case))
    for one, other in zip(*answers, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"event": "A6"}, "A1, A2"),
        ({"time_s": [0.0, 0.0]}, "increase"),
        ({"time_s": [0.0]}, "agree"),
        ({"server": [[0, 1]]}, "indices"),
        ({"server": [0, 0]}, "shape"),
    ],
)
def test_bad_input_is_refused(change, match):
    good = {"level_dbm": np.zeros((1, 2, 1)), "time_s": [0.0, 1.0], "server": [[0, 0]], "event": "A1"}
    with pytest.raises(ValueError, match=match):
        lte_events.report(**good | change)
