"""How many fallbacks to another location area fail, by a log's own attempts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from rfopt.mobility.elsewhere import Counted, count, drawn
from rfopt.mobility.timeline import STRANGER, Fallbacks

TAC, LAC = pd.Series([1.0, 2.0, np.nan], index=["L", "M", "N"]), pd.Series([1.0, 2.0, np.nan], index=["A", "B", "C"])
EVENLY = ndtri((np.arange(400) + 0.5) / 400)
SHUFFLED = np.random.default_rng(1).permutation(EVENLY)


def attempts(*rows: tuple[int, int]) -> Fallbacks:
    """(LTE cell, GSM cell landed on or −1 for a failure) each."""
    origin, cell = (np.array([column]) for column in zip(*rows, strict=True))
    return Fallbacks("room", origin, cell, cell >= 0, np.zeros(cell.shape, bool), np.full(cell.shape, 8.0))


def test_failures_are_shared_out_as_the_landings_of_their_lte_cell() -> None:
    at_home, away, mixed = [(0, 0)] * 6 + [(0, -1)] * 2, [(1, 0)] * 5 + [(1, -1)], [(0, 1)] * 3
    assert count([attempts(*at_home)], TAC, LAC) == Counted((0.0, 0.0), (2.0, 6.0))
    assert count([attempts(*at_home), attempts(*away)], TAC, LAC) == Counted((1.0, 5.0), (2.0, 6.0))
    found = count([attempts(*at_home, *mixed)], TAC, LAC)
    assert found.elsewhere == pytest.approx((2 / 3, 3)) and found.home == pytest.approx((4 / 3, 6))


def test_what_is_not_known_is_not_elsewhere() -> None:
    assert count([], TAC, LAC) == Counted()
    assert count([attempts((2, 0), (0, 2), (2, -1))], TAC, LAC) == Counted((0.0, 0.0), (1.0, 2.0))
    assert count([attempts((STRANGER, 1), (STRANGER, -1))], TAC, LAC) == Counted((0.0, 0.0), (1.0, 1.0))
    assert count([attempts((STRANGER, 1))], TAC[:0], LAC) == Counted((0.0, 0.0), (0.0, 1.0)), "no LTE cell at all"
    only_failed = count([attempts((1, -1), (0, -1))], TAC, LAC)
    assert only_failed == Counted((0.0, 0.0), (2.0, 0.0)), "nobody landed: nothing says that it was elsewhere"


def test_the_share_is_the_one_that_was_tossed() -> None:
    rng = np.random.default_rng(7)
    for share in (0.0, 0.1, 0.5, 1.0):
        held = []
        for _ in range(40):
            failed = rng.binomial(60, share + (1 - share) * 0.01)
            low, high = np.percentile(drawn(Counted((failed, 60 - failed), (0, 0)), EVENLY, SHUFFLED), [5, 95])
            held.append(low - 1e-9 <= share <= high + 0.01)
        assert np.mean(held) >= 0.8


def test_what_fails_at_home_too_is_not_held_against_the_border() -> None:
    alone = drawn(Counted((6, 34), (0, 0)), EVENLY, SHUFFLED)
    beside = drawn(Counted((6, 34), (14, 66)), EVENLY, SHUFFLED)
    assert (alone > 0).mean() > 0.95 and (beside > 0).mean() < 0.7
    assert (drawn(Counted(), EVENLY, SHUFFLED) == 0).all()


def test_a_failure_on_gsm_counts_where_it_landed() -> None:
    """Of a cell whose good landings are half elsewhere, both failures at home."""
    rows = attempts((0, 0), (0, 1), (0, 0), (0, 0))
    failed = replace(rows, success=np.array([[True, True, False, False]]))
    assert count([failed], TAC, LAC) == Counted((0.0, 1.0), (2.0, 1.0))
