"""Reselections and handovers against the margin, as an independent Monte Carlo has them: 30 % or 0.12 a minute."""

from __future__ import annotations

import importlib.util
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reselection.py"
HOURS = 20.0
RELATIVE, ABSOLUTE_PER_MIN = 0.3, 0.12


@pytest.fixture(scope="module")
def page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reselection", PAGE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def near(found: float, reference: float) -> bool:
    return abs(found - reference) <= max(RELATIVE * reference, ABSOLUTE_PER_MIN)


def test_reselections_and_camping_by_c2_margin(page: ModuleType) -> None:
    found = [page.idle(margin, HOURS) for margin in page.C2_MARGINS_DB]
    rates, shares = zip(*found, strict=True)
    off = [(m, r, x) for m, r, x in zip(page.C2_MARGINS_DB, rates, page.RESELECTIONS_PER_MIN, strict=True)
           if not near(r, x)]  # fmt: skip
    assert off == []
    assert shares == pytest.approx(page.CAMPING_SHARE, abs=0.04)
    assert all(a > b for a, b in pairwise(rates[1:])), "fewer reselections with every decibel of margin"
    assert all(a < b for a, b in pairwise(shares)), "more time on the wanted cell"


@pytest.mark.parametrize("ahead", [0, 4, 8])
def test_handovers_by_power_budget_margin(page: ModuleType, ahead: int) -> None:
    rates = [page.calls(ahead, margin, HOURS) for margin in page.HO_MARGINS_DB]
    pairs = zip(page.HO_MARGINS_DB, rates, page.HANDOVERS_PER_MIN[ahead], strict=True)
    assert [(m, r, x) for m, r, x in pairs if not near(r, x)] == []
    assert all(a > b for a, b in pairwise(rates))


def test_a_lead_of_14_db_with_the_margin_holds_a_call(page: ModuleType) -> None:
    """The design target: lead and margin of 14 dB together give at most one handover in four minutes."""
    assert page.calls(8, 6, HOURS) == pytest.approx(0.25, abs=0.05)


def test_comparing_less_often_hands_over_less(page: ModuleType) -> None:
    often, seldom = (page.calls(4, 3, HOURS, period=period) for period in (1, 6))
    assert 0.7 * often < seldom < 0.95 * often
