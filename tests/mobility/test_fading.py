"""Spread, memory and noise of levels, back from series drawn with them."""

from __future__ import annotations

import numpy as np
import pytest

from rfopt.mobility.fading import Fading, Series, fit_fading

from ..networks import fading
from .test_anchor import NET, anchored, walk


def drawn(seed: int, seconds: int, logs: int, noise_db: float, sigma: tuple[float, ...] = (4.0, 4.0, 4.0)) -> Fading:
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(logs):
        level = np.array(sigma) * fading(rng, seconds, len(sigma), 1.0, 5.0) + noise_db * rng.normal(
            size=(seconds, len(sigma))
        )
        made.append(Series(np.arange(seconds, dtype=float), np.floor(level), idle=False))
    return fit_fading(made)


@pytest.mark.parametrize(("seconds", "logs", "noise_db"), [(120, 3, 0.0), (450, 3, 0.0), (450, 3, 1.0)])
def test_fits_are_right_on_average_and_their_errors_hold(seconds: int, logs: int, noise_db: float) -> None:
    """Series of two minutes too: what their own mean takes away is given back."""
    fits = [drawn(seed, seconds, logs, noise_db) for seed in range(20)]
    sigma, tau = np.array([fit.sigma_db for fit in fits]), np.array([fit.tau_s for fit in fits])
    assert sigma.mean() == pytest.approx(4.0, rel=0.04) and tau.mean() == pytest.approx(5.0, rel=0.1)
    assert np.mean([fit.noise_db for fit in fits]) == pytest.approx(noise_db, abs=0.4)
    off = np.abs(np.log(sigma / 4.0)) / [fit.sigma_error for fit in fits]
    late = np.abs(np.log(tau / 5.0)) / [fit.tau_error for fit in fits]
    assert np.mean(off < 1.645) >= 0.8 and np.mean(late < 1.645) >= 0.8


def test_cells_that_fade_differently_are_told_from_chance() -> None:
    alike = [drawn(seed, 600, 2, 0.0, (4.0,) * 6).cell_spread for seed in range(6)]
    apart = [drawn(seed, 600, 2, 0.0, (2.5, 3.0, 3.5, 4.0, 5.0, 6.5)).cell_spread for seed in range(6)]
    assert np.mean(alike) < 0.12
    assert np.mean(apart) > 0.2


def test_interference_that_fades_is_told_from_a_steady_one() -> None:
    """C/I stated of a floor at −90 dBm that is constant, and of one that scatters by 5 dB."""
    rng = np.random.default_rng(4)
    rows = walk(NET, {"A": -70.0, "C": -95.0}, mode="call", server="A", seconds=600, quality_db=0.0, rng=rng)
    spreads = []
    for scatter in (0.0, 5.0):
        floor = -90.0 + scatter * fading(rng, 600, 1, 1.0, 5.0)[:, 0]
        stated = [row | {"ci_db": float(str(row["rxlev_dbm"])) - 0.5 - floor[int(float(str(row["time"])))]}
                  if row.get("serving") else row for row in rows]  # fmt: skip
        spreads.append(anchored(NET, stated).floors.spread_db[0, 0])
    assert spreads[0] < 1.0 and spreads[1] == pytest.approx(5.0, rel=0.25)
