"""Idle on two technologies: to GSM by the layers of LTE, on GSM by C2, back to LTE by priority."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.kernels import gsm_idle, lte_idle
from rfopt.kernels.fading import draw_fading
from rfopt.mobility import setup
from rfopt.mobility.inter_rat import camp_both
from rfopt.mobility.reasons import Reason
from rfopt.network import Network
from rfopt.units import GSM_NOISE_DBM, mw

from ..networks import network
from . import twin_inter_rat

LTE, GSM = pd.Index(["L", "M"]), pd.Index(["A", "B", "C", "D"])
L, M, A, B = 0, 1, 2, 3
TO_GSM = [
    {"cell": cell, "target_rat": "GSM", "priority": 2, "thresh_x_low_db": 10, "q_rxlevmin_dbm": -105} for cell in LTE
]
"""Both LTE cells (priority 5, weak below −120 dBm) let phones go to GSM above −95 dBm."""
NET = network(layers=TO_GSM)


def arrays(net: Network) -> tuple[dict[str, object], dict[str, object]]:
    both = setup.both_idle_arrays(net, LTE, GSM)
    gsm = setup.gsm_idle_arrays(net, GSM) | {"floor_mw": np.full(4, mw(GSM_NOISE_DBM))}
    return both, gsm


def camp(
    pieces: list[tuple[float, list[float]]], start: int = -1, step_s: float = 0.5, net: Network = NET
) -> list[tuple[float, int, str]]:
    """[(time, server, reason)] of one run; levels of L, M, A, B, the GSM macros are far away."""
    level = np.concatenate([np.tile([*levels, -120.0, -120.0], (round(s / step_s), 1)) for s, levels in pieces])[None]
    time = np.arange(level.shape[1]) * step_s
    server, reason = camp_both(level, time, [start], 2, *arrays(net))
    changes = np.flatnonzero(np.diff(server[0], prepend=start) != 0)
    assert (np.flatnonzero(reason[0]) == changes).all(), "every change has its reason"
    return [(float(time[t]), int(server[0, t]), Reason(reason[0, t]).name) for t in changes]


GOOD, WEAK, GONE = [-100.0, -104.0, -80.0, -90.0], [-122.0, -123.0, -80.0, -90.0], [-140.0, -141.0, -80.0, -90.0]


def test_lte_is_left_when_it_is_weak_and_gsm_is_good() -> None:
    assert camp([(20.0, GOOD)]) == [(0.0, L, "SELECTED")]
    # averages of 1.28 s hold three samples; the criterion is met when two of them are weak, t-Reselection is 1 s
    assert camp([(20.0, GOOD), (20.0, WEAK)]) == [(0.0, L, "SELECTED"), (22.0, A, "LOWER_PRIORITY")]
    faint = [-122.0, -123.0, -96.0, -99.0]
    assert camp([(20.0, GOOD), (5.0, faint)]) == [(0.0, L, "SELECTED")]


def test_only_where_the_cell_lists_gsm() -> None:
    only_m = network(layers=TO_GSM[1:])
    assert camp([(20.0, GOOD), (20.0, WEAK)], net=only_m) == [(0.0, L, "SELECTED")]
    one_carrier = network(layers=[TO_GSM[0] | {"target_channel": 70}])
    assert camp([(20.0, GOOD), (20.0, WEAK)], net=one_carrier)[1] == (22.0, B, "LOWER_PRIORITY")


def test_gsm_of_higher_priority_needs_no_weak_server() -> None:
    net = network(layers=[row | {"priority": 7, "thresh_x_high_db": 20} for row in TO_GSM])
    # more than a second after it camped there; and stays on GSM
    assert camp([(60.0, GOOD)], net=net) == [(0.0, L, "SELECTED"), (1.5, A, "HIGHER_PRIORITY")]
    assert camp([(60.0, [-100.0, -104.0, -86.0, -90.0])], net=net) == [(0.0, L, "SELECTED")]


def test_gsm_of_equal_priority_is_no_layer() -> None:
    net = network(layers=[row | {"priority": 5} for row in TO_GSM])
    assert camp([(20.0, GOOD), (20.0, WEAK)], net=net) == [(0.0, L, "SELECTED")]


def test_on_gsm_the_phone_goes_by_c2() -> None:
    """Five seconds on the better cell: the rule of GSM, not that of LTE."""
    swapped = [-122.0, -123.0, -90.0, -80.0]
    events = camp([(20.0, WEAK), (20.0, swapped)], start=A)
    level = np.array([[-80.0, -90.0, -120.0, -120.0]] * 40 + [[-90.0, -80.0, -120.0, -120.0]] * 40)[None]
    server, _ = gsm_idle.camp(level, np.arange(80) * 0.5, np.zeros(4), [0], **arrays(NET)[1])
    at = 0.5 * int(np.argmax(server[0] == 1))
    assert events == [(at, B, "C2")] and at > 25.0


def test_back_to_lte_by_priority() -> None:
    """Above −124 + 10 dBm for 5 s, whatever GSM is worth."""
    back = camp([(20.0, WEAK), (20.0, GOOD)], start=A)
    assert back == [(25.5, L, "LTE_PRIORITY")]  # the average takes until 20.5 s
    assert camp([(20.0, WEAK), (20.0, [-114.0, -114.0, -80.0, -90.0])], start=A) == []
    high = network({"A": {"thresh_eutran_high_db": 30}}, layers=TO_GSM)
    assert camp([(20.0, WEAK), (20.0, [-95.0, -104.0, -80.0, -90.0])], start=A, net=high) == []
    short = [(20.0, WEAK), (4.0, GOOD), (4.0, WEAK)] * 2
    assert camp(short, start=A) == [], "not long enough"


def test_to_gsm_and_back_and_again() -> None:
    events = camp([(20.0, GOOD), (20.0, WEAK), (20.0, GOOD), (20.0, WEAK)])
    assert [(server, why) for _, server, why in events] == [
        (L, "SELECTED"), (A, "LOWER_PRIORITY"), (L, "LTE_PRIORITY"), (A, "LOWER_PRIORITY"),
    ]  # fmt: skip


def test_a_lost_phone_looks_for_lte_first() -> None:
    nothing = [-140.0, -141.0, -112.0, -113.0]
    events = camp([(10.0, GONE), (20.0, nothing), (10.0, [-100.0, -104.0, -86.0, -90.0])], start=A)
    assert [(server, why) for _, server, why in events] == [(-1, "LOST"), (L, "SELECTED")]
    events = camp([(10.0, GONE), (20.0, nothing), (10.0, GONE)], start=A)
    assert [(server, why) for _, server, why in events] == [(-1, "LOST"), (A, "SELECTED")]
    assert camp([(30.0, GONE)]) == [(0.0, A, "SELECTED")]


def crowd(seed: int, uneven: bool) -> tuple[np.ndarray, np.ndarray]:
    """Levels about the thresholds in steps of 1/64 dB."""
    rng = np.random.default_rng(seed)
    steps = 300
    time = np.cumsum(rng.integers(10, 120, steps)) / 100.0 if uneven else np.arange(steps) * 0.5
    means = np.append(rng.uniform(-122, -108, 2), rng.uniform(-105, -80, 4))
    level = means + 6.0 * draw_fading(seed, 4, steps, 0.5, 8.0, np.arange(6))
    return np.round(level * 64) / 64, time


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), uneven=st.booleans())
def test_each_stretch_is_what_its_own_machine_does(seed: int, uneven: bool) -> None:
    """From every arrival on: LTE as its machine goes on from there, GSM as C2 does until LTE was good for 5 s."""
    level, time = crowd(seed, uneven)
    both, gsm = arrays(NET)
    server, reason = camp_both(level, time, [-1, L, A, B], 2, both, gsm)
    for r in range(4):
        bounds = [0, *(np.flatnonzero(np.diff((server[r] >= 2).astype(int))) + 1), time.size]
        for k in range(len(bounds) - 1):
            a, b = bounds[k], bounds[k + 1]
            if server[r, a] >= 2:
                begin = [int(server[r, a]) - 2]
                alone = gsm_idle.camp(level[r : r + 1, a:b, 2:], time[a:b], np.zeros(4), begin, **gsm)[0][0]
                np.testing.assert_array_equal(server[r, a + 1 : b], alone[1:] + 2)
                if b < time.size and server[r, b] >= 0 and reason[r, b] == Reason.LTE_PRIORITY:
                    target = server[r, b]
                    since = time[b] - 5.0 + 1e-6
                    recent = [t for t in range(a, b + 1) if time[t] >= since - 1.28]
                    assert max(np.floor(level[r, recent, target])) > -114.0
            elif server[r, a] >= 0 and k > 0:
                begin = [int(server[r, a])]
                after = lte_idle.camp(
                    level[r : r + 1, a:b], time[a:b], np.zeros(6), begin, **both, start_s=time[a]
                )  # fmt: skip
                np.testing.assert_array_equal(server[r, a:b], after[0][0])
    assert ((reason != 0) >= (np.diff(server, axis=1, prepend=server[:, :1]) != 0)).all()


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10**6), uneven=st.booleans(), priority=st.sampled_from([2, 7]))
def test_twin_agrees(seed: int, uneven: bool, priority: int) -> None:
    net = network(layers=[row | {"priority": priority, "thresh_x_high_db": 14} for row in TO_GSM])
    level, time = crowd(seed, uneven)
    level, time = level[:, :200], time[:200]
    both, gsm = arrays(net)
    start = [-1, L, A, B]
    server, reason = camp_both(level, time, start, 2, both, gsm)
    plain = [{name: np.asarray(value).tolist() for name, value in table.items()} for table in (both, gsm)]
    for r in range(4):
        expected = twin_inter_rat.camp(level[r].tolist(), time.tolist(), start[r], 2, *plain)
        assert server[r].tolist() == expected[0]
        assert [Reason(x).name.lower().replace("none", "") for x in reason[r]] == expected[1]


def test_drawn_levels_reach_every_way() -> None:
    seen = set()
    for seed in range(12):
        level, time = crowd(seed, True)
        seen |= set(camp_both(level, time, [-1, L, A, B], 2, *arrays(NET))[1].ravel().tolist())
    assert {Reason.SELECTED, Reason.C2, Reason.R_CRITERION, Reason.LOWER_PRIORITY, Reason.LTE_PRIORITY} <= seen


def test_a_common_shift_of_one_technology_moves_nothing_in_it() -> None:
    """GSM 3 dB up with its thresholds changes nothing at all."""
    level, time = crowd(3, True)
    level = np.clip(level, -130.0, -60.0)
    level[:, :, 2:] = np.clip(level[:, :, 2:], -108.0, -60.0)
    both, gsm = arrays(NET)
    up = level + np.array([0, 0, 3, 3, 3, 3])
    lifted = both | {
        "q_rxlevmin_dbm": both["q_rxlevmin_dbm"] + np.array([0, 0, 3, 3, 3, 3]),
        "layer_q_rxlevmin_dbm": both["layer_q_rxlevmin_dbm"] + np.array([0, 3, 3, 3, 3]),
    }
    quiet = gsm | {"decode_ci_db": -200.0}
    raised = quiet | {"rxlev_access_min_dbm": quiet["rxlev_access_min_dbm"] + 3}
    plain = camp_both(level, time, [-1] * 4, 2, both, quiet)
    moved = camp_both(up, time, [-1] * 4, 2, lifted, raised)
    for one, other in zip(plain, moved, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(np.unique(plain[0])) >= 3


def test_infinite_thresholds_keep_the_technologies_apart() -> None:
    level, time = crowd(5, False)
    both, gsm = arrays(NET)
    high = both | {"thresh_x_high_db": np.full((6, 5), np.inf), "thresh_x_low_db": np.full((6, 5), np.inf)}
    level[:, :, :2] = np.maximum(level[:, :, :2], -120.0)  # never lost
    server, reason = camp_both(level, time, [L, L, M, -1], 2, high, gsm)
    assert (server < 2).all()
    assert not np.isin(reason, [Reason.LOWER_PRIORITY, Reason.LTE_PRIORITY]).any()


@pytest.mark.parametrize("seed", range(3))
def test_arrays_do_not_depend_on_the_order_of_cells(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lte, gsm = LTE[rng.permutation(2)], GSM[rng.permutation(4)]
    order = np.append(LTE.get_indexer(lte), 2 + GSM.get_indexer(gsm))
    plain, turned = setup.both_idle_arrays(NET, LTE, GSM), setup.both_idle_arrays(NET, lte, gsm)
    for name, value in plain.items():
        expected = np.asarray(value)[np.ix_(order, order)] if np.shape(value) == (6, 6) else np.asarray(value)[order]
        np.testing.assert_array_equal(turned[name], expected, err_msg=name)


def test_runs_do_not_know_of_each_other() -> None:
    """One run at a time, and on a grid that only just counts as uneven, gives the same."""
    level, time = crowd(11, False)
    both, gsm = arrays(NET)
    start = [-1, L, A, B]
    server, reason = camp_both(level, time, start, 2, both, gsm)
    alone = [camp_both(level[r : r + 1], time, start[r : r + 1], 2, both, gsm) for r in range(4)]
    uneven = camp_both(level, np.append(time[:-1], time[-1] + 1e-6), start, 2, both, gsm)
    for k, whole in enumerate((server, reason)):
        np.testing.assert_array_equal(np.concatenate([one[k] for one in alone]), whole)
        np.testing.assert_array_equal(uneven[k], whole)
    assert (np.diff((server >= 2).astype(int), axis=1) != 0).sum() > 8
