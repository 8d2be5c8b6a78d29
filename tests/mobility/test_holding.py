"""A phone that stays below the minimum of its cells, told from a log."""

from __future__ import annotations

import numpy as np
import pytest

from rfopt.mobility.holding import LONG_S, holds_on
from rfopt.mobility.stretch import Stretch

LEAST = np.array([-124.0, -120.0])


def stretch(time: np.ndarray, server: np.ndarray, dbm: np.ndarray, idle: bool = True, log: int = 0) -> Stretch:
    """Reports of the server alone."""
    level = np.full((len(time), 2), np.nan)
    level[np.arange(len(time)), server] = dbm
    nothing = np.full(len(time), np.nan)
    return Stretch("p", time, np.full(len(time), log), np.full(len(time), idle), server, level,
                   np.zeros(len(time), dtype=np.int64), nothing, nothing)  # fmt: skip


def served(seconds: float, dbm: float, **more: bool) -> Stretch:
    time = np.arange(0.0, seconds + 1e-9, 2.0)
    return stretch(time, np.arange(len(time)) % 2, np.full(len(time), dbm), **more)


@pytest.mark.parametrize(
    ("seconds", "dbm", "expected"), [(LONG_S, -130.0, False), (LONG_S + 2.0, -130.0, True), (600.0, -119.0, False)]
)
def test_long_below_the_minimum_is_holding_on(seconds: float, dbm: float, expected: bool) -> None:
    assert holds_on([served(600.0, -100.0), served(seconds, dbm)], LEAST) is expected


def test_the_minimum_is_that_of_the_server() -> None:
    assert not holds_on([served(600.0, -122.0)], LEAST), "every other report is above its own server's"
    time = np.arange(0.0, 60.0, 2.0)
    assert holds_on([stretch(time, np.ones(30, dtype=np.int64), np.full(30, -122.0))], LEAST)


def test_calls_pauses_and_single_good_reports_end_it() -> None:
    assert not holds_on([served(600.0, -130.0, idle=False)], LEAST)
    time = np.arange(0.0, 600.0, 15.0)
    assert not holds_on([stretch(time, np.zeros(40, dtype=np.int64), np.full(40, -130.0))], LEAST)
    level = np.full(300, -130.0)
    level[::8] = -110.0
    assert not holds_on([stretch(np.arange(0.0, 600.0, 2.0), np.zeros(300, dtype=np.int64), level)], LEAST)


def test_logs_are_kept_apart() -> None:
    half = LONG_S / 2.0
    a, b = served(half, -130.0), served(half, -130.0)
    both = Stretch(*(np.concatenate([x, y]) if isinstance(x, np.ndarray) else x
                     for x, y in zip(vars(a).values(), vars(b).values(), strict=True)))  # fmt: skip
    later = Stretch(**{**vars(both), "time_s": np.concatenate([a.time_s, b.time_s + half + 2.0])})
    assert holds_on([later], LEAST)
    assert not holds_on([Stretch(**{**vars(later), "log": np.repeat([0, 1], len(a.time_s))})], LEAST)
