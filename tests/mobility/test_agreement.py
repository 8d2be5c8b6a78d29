"""Agreement of two accounts: what matches what, and how sure a share is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rfopt.mobility.agreement import (
    BLOCK_S,
    MADE,
    MATCHED,
    NEAR,
    PHONE,
    WINDOW_S,
    LoggedMove,
    agreement,
    count,
    figures,
    logged_moves,
    pair,
    spread,
)  # fmt: skip

from .test_replay import piece

MOVES = [LoggedMove(8.0, 10.0, 0, 1), LoggedMove(12.0, 14.0, 1, 2)]


@pytest.mark.parametrize(("time", "same", "near"), [
    (8.0 - WINDOW_S, [0, -1], [-1, -1]), (8.0 - WINDOW_S - 0.1, [-1, -1], [-1, -1]),
    (10.0 + WINDOW_S, [0, -1], [-1, -1]), (10.0 + WINDOW_S + 0.1, [-1, -1], [-1, 0]),
])  # fmt: skip
def test_the_window_of_a_match(time: float, same: list[int], near: list[int]) -> None:
    assert pair(MOVES, [(time, 0, 1)]) == (same, near)


def test_the_same_cell_goes_before_the_nearest() -> None:
    assert pair(MOVES[:1], [(9.0, 0, 3), (13.0, 3, 1)]) == ([1], [-1])
    assert pair(MOVES, [(9.0, 0, 2)]) == ([-1, 0], [-1, -1])
    assert pair(MOVES[:1], [(9.0, 0, 3)]) == ([-1], [0])


@given(st.lists(st.tuples(st.floats(0, 60), st.just(0), st.integers(0, 3)), max_size=8), st.integers(0, 1000))
def test_nothing_is_matched_twice_and_all_is_counted(made: list[tuple[float, int, int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    phone = piece(np.full((31, 4), -70.0), np.repeat(rng.integers(0, 4, 16), 2)[:31])
    total = count(phone, phone.server, made).sum(axis=0)
    same, near = pair(logged_moves(phone), made)
    used = [k for k in same + near if k >= 0]
    assert len(used) == len(set(used))
    assert total[PHONE] == len(logged_moves(phone)) and total[MADE] == len(made)
    assert total[MATCHED] + total[NEAR] <= min(total[PHONE], total[MADE])


def test_figures_of_a_hand_count() -> None:
    phone = piece(np.full((4, 4), -70.0), np.array([0, 0, 1, 1]))
    other = np.array([0, 1, 1, 0])
    found = figures(count(phone, other, [(2.0, 0, 1), (6.0, 1, 0)]).sum(axis=0))
    assert found == {"same_share": 0.5, "matched": 1, "near": 0, "missed": 0, "invented": 1, "event_score": 2 / 3}
    perfect = count(phone, phone.server, [(4.0, 0, 1)]).sum(axis=0)
    assert agreement(perfect) == 1.0
    assert np.isnan(figures(np.zeros(6))["same_share"])


def test_a_match_counts_in_the_block_of_the_phone() -> None:
    """So that a block drawn again never holds more matches than changes."""
    server = (np.arange(40) >= 30).astype(int)
    counted = count(piece(np.full((40, 4), -70.0), server), server, [(BLOCK_S - 3.0, 0, 1)])
    assert counted[:, MADE].tolist() == [0, 1] == counted[:, MATCHED].tolist()


def test_intervals_hold_the_share_and_know_a_lead() -> None:
    rng = np.random.default_rng(0)
    blocks = np.zeros((50, 6))
    blocks[:, 0] = 60.0
    good, bad = blocks.copy(), blocks.copy()
    good[:, 1], bad[:, 1] = 60.0 * rng.uniform(0.8, 1.0, 50), 60.0 * rng.uniform(0.3, 0.7, 50)
    found = spread({"good": good, "bad": bad}, "bad", 0)
    low, high = found["good"]["same_share"]
    assert low < figures(good.sum(axis=0))["same_share"] < high and high - low < 0.1
    assert found["good"]["same_share_lead"][0] > 0.2 and found["bad"]["same_share_lead"] == [0.0, 0.0]
    assert spread({"good": good[:1], "bad": bad[:1]}, "bad", 0) == {"good": {}, "bad": {}}
    assert spread({"good": good, "bad": bad}, "bad", 0) == found
