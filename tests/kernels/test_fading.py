"""Random traces: their law, and that they belong to their cell."""

import numba
import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtri

from rfopt.kernels.fading import draw_fading, draw_uniform

KEYS = np.array([7, 2**63 + 11, 3, 0, 123456789], dtype=np.uint64)
THIRD_NORMALS = [0.61634994, 0.8907337]
THIRD_UNIFORMS = [0.6529543, 0.7912139]


def test_stationary_from_the_first_step():
    x = draw_fading(1, 4000, 60, 0.5, 5.0, KEYS).astype(float)
    spread = x.std(axis=(0, 2))
    np.testing.assert_allclose(spread, 1.0, atol=0.03)
    assert np.abs(x.mean(axis=(0, 2))).max() < 0.04


@pytest.mark.parametrize("lag", [1, 4, 10, 20])
def test_correlation_falls_with_tau(lag):
    x = draw_fading(2, 4000, 60, 0.5, 5.0, KEYS).astype(float)
    assert (x[:, lag:] * x[:, :-lag]).mean() == pytest.approx(np.exp(-0.5 * lag / 5.0), abs=0.02)


def test_steps_are_normal():
    assert stats.kstest(draw_fading(3, 200, 100, 0.5, 0.0, KEYS).ravel(), "norm").pvalue > 0.001
    assert stats.kstest(draw_uniform(3, 200, 100, KEYS).ravel(), "uniform").pvalue > 0.001


def test_normals_are_the_quantiles_of_the_uniforms():
    uniform = draw_uniform(5, 20, 500, KEYS).astype(float)
    np.testing.assert_allclose(draw_fading(5, 20, 500, 1.0, 0.0, KEYS), ndtri(uniform), atol=3e-6)


def test_cells_runs_and_seeds_are_independent():
    x = draw_fading(6, 3, 20000, 0.5, 0.0, KEYS).astype(float)
    columns = np.concatenate([x[run] for run in range(3)] + [draw_fading(7, 1, 20000, 0.5, 0.0, KEYS)[0]], axis=1)
    correlation = np.corrcoef(columns.T) - np.eye(columns.shape[1])
    assert np.abs(correlation).max() < 0.035


def test_trace_belongs_to_the_cell():
    whole = draw_fading(8, 3, 50, 0.5, 5.0, KEYS)
    order = [4, 0, 2]
    np.testing.assert_array_equal(draw_fading(8, 3, 50, 0.5, 5.0, KEYS[order]), whole[:, :, order])
    np.testing.assert_array_equal(draw_fading(8, 2, 30, 0.5, 5.0, KEYS), whole[:2, :30])
    np.testing.assert_array_equal(draw_uniform(8, 3, 50, KEYS[order]), draw_uniform(8, 3, 50, KEYS)[:, :, order])


@pytest.mark.parametrize("cells", [1, 15, 16, 17, 40])
def test_trace_does_not_feel_how_many_there_are(cells):
    keys = np.arange(cells) + 5
    whole = draw_fading(8, 3, 20, 0.5, 5.0, keys)
    one_by_one = np.concatenate([draw_fading(8, 3, 20, 0.5, 5.0, keys[c : c + 1]) for c in range(cells)], axis=2)
    np.testing.assert_array_equal(whole, one_by_one)
    luck = draw_uniform(8, 3, 20, keys)
    np.testing.assert_array_equal(luck[:, :, -1:], draw_uniform(8, 3, 20, keys[-1:]))


def test_bits_stay_what_they_were():
    """Every stored result hangs on them."""
    drawn = draw_fading(1, 2, 3, 0.5, 5.0, [7, 8])[1, 2]
    np.testing.assert_array_equal(drawn, np.float32(THIRD_NORMALS))
    np.testing.assert_array_equal(draw_uniform(1, 2, 3, [7, 8])[1, 2], np.float32(THIRD_UNIFORMS))


def test_threads_do_not_matter():
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    one = draw_fading(9, 5, 50, 0.5, 5.0, KEYS)
    numba.set_num_threads(before)
    np.testing.assert_array_equal(draw_fading(9, 5, 50, 0.5, 5.0, KEYS), one)


def test_uniforms_stay_inside():
    x = draw_uniform(-3, 10, 20000, KEYS)
    assert x.min() > 0.0 and x.max() < 1.0


def test_empty_and_wrong():
    assert draw_fading(1, 0, 5, 0.5, 5.0, KEYS).shape == (0, 5, 5)
    assert draw_fading(1, 2, 0, 0.5, 5.0, KEYS).shape == (2, 0, 5)
    with pytest.raises(ValueError, match="negative"):
        draw_fading(1, 2, 3, 0.5, -1.0, KEYS)
    with pytest.raises(ValueError, match="one-dimensional"):
        draw_uniform(1, 2, 3, [[1]])
