"""Fitting: what a machine was made with is found again, on legal values only."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rfopt.mobility.agreement import agreement, count
from rfopt.mobility.logged import Piece
from rfopt.mobility.replay import Bench, account, follow, levels_of
from rfopt.mobility.tuning import FITTED, fit, legal_values
from rfopt.tables import schema

from .test_replay import drive, gsm


def lived(pieces: list[Piece], desk: Bench) -> list[Piece]:
    """The pieces as a phone with the machine's parameters would have logged them."""
    return [replace(p, server=follow(p, desk, levels_of(p, desk)).at(p.time_s)) for p in pieces]


def agrees(pieces: list[Piece], desk: Bench) -> float:
    told = [(p, account("free", p, desk)) for p in pieces]
    return agreement(sum((count(p, one.server, one.moves).sum(axis=0) for p, one in told), np.zeros(6)))


@pytest.mark.parametrize("parameter", [name for spans in FITTED.values() for name in spans])
def test_only_legal_values_are_looked_at(parameter: str) -> None:
    column = (schema("cells") | schema("neighbours"))[parameter]
    values = legal_values(parameter)
    assert len(values) > 3 and (np.diff(values) > 0).all() and all(column.legal(value) for value in values)


def test_the_offset_of_a_cell_is_found() -> None:
    desk = gsm()
    offsets = np.array([0.0, 8.0, 0.0, 0.0])
    phone = lived([drive(k, 240.0, 2.0, "gsm_idle") for k in range(6)],
                  desk.with_array("gsm_idle", "cell_reselect_offset_db", offsets))  # fmt: skip
    tuned, found = fit(phone[:3], desk, "gsm_idle", ["cell_reselect_offset_db"])
    values = {one["cell"]: one["value"] for one in found}
    rest = [value for name, value in values.items() if name != "B"]
    assert values["B"] - np.mean(rest) == pytest.approx(8.0, abs=3.0)
    assert agrees(phone[3:], tuned) > agrees(phone[3:], desk) + 0.1, "better on what it was not fitted to, too"


def test_margin_and_window_of_calls_are_found_together() -> None:
    desk = gsm()
    true = desk.with_array("gsm_call", "ho_margin_pbgt_db", np.full((4, 4), 3.0))
    true = true.with_array("gsm_call", "ho_averaging_sacch", np.full(4, 16.0))
    phone = lived([drive(k, 200.0, 0.48, "gsm_call") for k in range(4)], true)
    tuned, found = fit(phone[:2], desk, "gsm_call", ["ho_averaging_sacch", "ho_margin_pbgt_db"])
    assert {one["parameter"]: one["value"] for one in found} == pytest.approx(
        {"ho_averaging_sacch": 16.0, "ho_margin_pbgt_db": 3.0}, abs=2.0
    )
    assert agrees(phone[2:], tuned) > agrees(phone[2:], desk) + 0.1


def test_what_the_log_cannot_tell_stays_as_it_is() -> None:
    """All cells in one area: the hysteresis is not asked for; a log that agrees already moves nothing."""
    desk = gsm()
    phone = lived([drive(k, 200.0, 2.0, "gsm_idle") for k in range(2)], desk)
    tuned, found = fit(phone, desk, "gsm_idle", ["cell_reselect_hysteresis_db", "rxlev_access_min_dbm"])
    assert [(one["parameter"], one["default"], one["value"]) for one in found] == [("rxlev_access_min_dbm", -100, -100)]
    assert agrees(phone, tuned) == agrees(phone, desk) == 1.0
