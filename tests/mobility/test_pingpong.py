"""Returns to the cell just left."""

import itertools

import numpy as np

from rfopt.mobility.pingpong import pingpong


def test_only_a_quick_return_counts():
    time = np.arange(8) * 2.0
    assert pingpong([[0, 1, 1, 0, 0, 0, 0, 0]], time, 10.0)[0].tolist() == [False] * 3 + [True] + [False] * 4
    assert not pingpong([[0, 1, 1, 1, 1, 1, 0, 0]], time, 10.0).any()  # exactly 10 s in between
    assert pingpong([[0, 1, 1, 1, 1, 1, 0, 0]], time, 10.1).sum() == 1


def test_every_turn_of_a_chain_counts():
    assert pingpong([[0, 1, 0, 1, 0]], np.arange(5.0), 2.0)[0].tolist() == [False, False, True, True, True]


def test_third_cells_and_losses_do_not_count():
    time = np.arange(5.0)
    assert not pingpong([[0, 1, 2, 0, 1]], time, 10.0).any()
    assert not pingpong([[0, -1, 0, 0, 0]], time, 10.0).any()
    assert not pingpong([[-1, 0, -1, 0, 0]], time, 10.0).any()


def test_runs_are_apart():
    rng = np.random.default_rng(1)
    server, time = rng.integers(0, 3, (5, 50)), np.cumsum(rng.uniform(0.1, 3.0, 50))
    together = pingpong(server, time, 4.0)
    for run in range(5):
        np.testing.assert_array_equal(pingpong(server[run : run + 1], time, 4.0)[0], together[run])
    assert together.any()


def test_plain_search_agrees():
    rng = np.random.default_rng(2)
    server, time = rng.integers(-1, 3, 300), np.cumsum(rng.uniform(0.1, 3.0, 300))
    expected = np.zeros(300, bool)
    moves = [t for t in range(1, 300) if server[t] != server[t - 1]]
    for went, came in itertools.pairwise(moves):
        home, away = server[went - 1], server[went]
        expected[came] = home >= 0 and away >= 0 and server[came] == home and time[came] - time[went] < 5.0
    np.testing.assert_array_equal(pingpong(server[None], time, 5.0)[0], expected)
