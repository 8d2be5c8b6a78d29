"""Changes of one cell each, against everything recomputed in float64."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.kernels.candidates import kept, score_changes

NOISE_MW = 1e-11


def recomputed(level, cell, column, needed_db=0.0, dominance_db=6.0):
    """Mean SINR, and the ratio of SINR and of the lead to their thresholds at every point, change by change."""
    means, ratios, leads = [], [], []
    for k, c in enumerate(cell):
        now = level.copy()
        now[c] = column[k]
        ranked = np.vstack([np.sort(now, axis=0)[::-1], np.zeros_like(now[:1])])
        ratio = np.maximum(ranked[0] / (now.sum(axis=0) + NOISE_MW - ranked[0]), 1e-9)
        means.append(10.0 * np.log10(ratio).mean())
        ratios.append(ratio / 10.0 ** (needed_db / 10.0))
        leads.append(ranked[0] - 10.0 ** (dominance_db / 10.0) * ranked[1])
    return np.array(means), np.array(ratios), np.array(leads)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), cells=st.integers(1, 6), points=st.sampled_from([1, 3, 17, 2048, 2051]))
def test_as_if_everything_were_recomputed(seed, cells, points):
    rng = np.random.default_rng(seed)
    level = np.float32(10.0 ** (rng.normal(-85.0, 8.0, (cells, points)) / 10.0)).astype(float)
    cell = rng.integers(0, cells, 5)
    column = np.float32(level[cell] * 10.0 ** rng.uniform(-1.0, 1.0, (5, points))).astype(float)
    found = score_changes(level, NOISE_MW, cell, column)
    mean, ratio, lead = recomputed(level, cell, column)
    lost = (
        4.0 * float(np.finfo(np.float32).eps) * max(level.max(), column.max()) / NOISE_MW
    )  # all but one cell is noise
    assert found.sinr_db == pytest.approx(mean, abs=max(2e-3, 10.0 / np.log(10.0) * lost))
    low, high = ((ratio < 1.0 + off).mean(axis=1) for off in (-1e-4, 1e-4))
    assert (low <= found.lacking_share + 1e-9).all() and (found.lacking_share <= high + 1e-9).all()
    unsure = (np.abs(lead) < 1e-4 * level.max(axis=0)).mean(axis=1)
    assert (np.abs(found.dominant_share - (lead >= 0.0).mean(axis=1)) <= unsure + 1e-9).all()


def test_equal_levels():
    """Two leaders, then one of them away, then a third as strong: no index is needed to tell them apart."""
    level = np.full((3, 4), 1e-8)
    level[2] = 1e-10
    gone, joined = np.zeros((1, 4)), np.full((1, 4), 1e-8)
    for cell in (0, 1):
        assert score_changes(level, NOISE_MW, [cell], gone).dominant_share[0] == 1.0
    assert score_changes(level, NOISE_MW, [2], joined).sinr_db[0] == pytest.approx(-10.0 * np.log10(2.0), abs=0.01)
    assert score_changes(level, NOISE_MW, [2], joined).dominant_share[0] == 0.0


def test_a_place_without_signal():
    found = score_changes(np.zeros((2, 3)), NOISE_MW, [0], np.zeros((1, 3)))
    assert found.sinr_db[0] == pytest.approx(-90.0, abs=0.01) and found.lacking_share[0] == 1.0


def test_no_change_is_the_present_state():
    rng = np.random.default_rng(2)
    level = 10.0 ** (rng.normal(-85.0, 8.0, (5, 100)) / 10.0)
    same = score_changes(level, NOISE_MW, range(5), level)
    assert np.ptp(same.sinr_db) < 1e-3 and np.ptp(same.dominant_share) == 0.0


def test_the_three_strongest_and_the_sum():
    level = np.array([[1.0, 4.0], [3.0, 0.0], [2.0, 5.0], [0.5, 6.0]], dtype=np.float32)
    assert kept(level, 0.5).tolist() == [[7.0, 15.5], [3.0, 6.0], [2.0, 5.0], [1.0, 4.0]]
    assert kept(level[:1], 0.5).tolist() == [[1.5, 4.5], [1.0, 4.0], [0.0, 0.0], [0.0, 0.0]]


def test_the_same_for_any_number_of_threads():
    rng = np.random.default_rng(3)
    level = 10.0 ** (rng.normal(-85.0, 8.0, (8, 3000)) / 10.0)
    cell, column = np.arange(40) % 8, 10.0 ** (rng.normal(-85.0, 8.0, (40, 3000)) / 10.0)
    before = numba.get_num_threads()
    try:
        results = []
        for threads in (1, before):
            numba.set_num_threads(threads)
            results.append(score_changes(level, NOISE_MW, cell, column))
    finally:
        numba.set_num_threads(before)
    assert all((a == b).all() for a, b in zip(*results, strict=True))


@pytest.mark.parametrize(
    ("cell", "shape"), [([0, 1], (1, 4)), ([3], (1, 4)), ([-1], (1, 4)), ([0], (1, 5)), ([[0]], (1, 4))]
)
def test_what_does_not_fit_is_refused(cell, shape):
    with pytest.raises(ValueError, match=r"do not agree|of cells"):
        score_changes(np.ones((3, 4)), NOISE_MW, cell, np.ones(shape))


def test_nothing_to_score():
    assert score_changes(np.ones((3, 4)), NOISE_MW, [], np.ones((0, 4))).sinr_db.size == 0
