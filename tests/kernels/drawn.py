"""Random traces for the comparisons with the twins: levels in steps of 1/64 dB, so that float32 sums are exact."""

import numpy as np


def levels(rng, runs, steps, cells, low_dbm, high_dbm):
    mean = rng.uniform(low_dbm, high_dbm, cells)
    level = np.empty((runs, steps, cells))
    state = rng.normal(size=(runs, cells))
    for t in range(steps):
        level[:, t] = mean + 5.0 * state
        state = 0.9 * state + np.sqrt(1 - 0.81) * rng.normal(size=(runs, cells))
    level = np.round(level * 64) / 64
    level[rng.random(level.shape) < 0.002] = np.nan
    return level


def shifts(rng, cells):
    return np.round(rng.normal(0, 3, cells) * 64) / 64


def even_times(steps, step_s):
    return np.arange(steps) * step_s


def uneven_times(rng, steps, longest_s, gap_s):
    """Steps in hundredths of a second, now and then a gap."""
    step = rng.integers(5, int(longest_s * 100), steps)
    step[rng.random(steps) < 0.02] = int(gap_s * 100)
    return np.cumsum(step) / 100.0


def couplings(rng, cells, share):
    """A sparse table of interference weights, with anything on the diagonal."""
    return np.where(rng.random((cells, cells)) < share, 10 ** rng.uniform(-2, 0.3, (cells, cells)), 0.0)
