"""The log as a replay: stretches, changes, events, fallbacks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rfopt.kpis import kpis
from rfopt.mobility.logged import GAP_STEPS, LEAST_GAP_S, Piece, pieces_of_log, replay_of_log
from rfopt.mobility.reasons import Reason
from rfopt.mobility.timeline import STRANGER, Replay

from ..networks import readings

GSM_CELLS, LTE_CELLS = ("A", "B", "C"), ("L", "M")


def at(time: float, cell: str = "A", **values: object) -> dict[str, object]:
    """A serving row of the GSM cell, or of the LTE cell if it is one."""
    rat = "LTE" if cell in LTE_CELLS else "GSM"
    level = {"rsrp_dbm": -100.0} if rat == "LTE" else {"rxlev_dbm": -75.0}
    return {"time": time, "cell": cell, "rat": rat, "serving": True, **level, **values}


def replay(*rows: dict[str, object], wanted: tuple[str, ...] = ("A",)) -> Replay:
    return replay_of_log(readings(rows), GSM_CELLS, LTE_CELLS, wanted)


def servers(found: Replay, machine: str = "gsm_idle") -> list[list[int]]:
    return [timeline.server[0].tolist() for timeline in found.of(machine)]


def reasons(found: Replay, machine: str = "gsm_idle") -> list[list[int]]:
    return [timeline.reason[0].tolist() for timeline in found.of(machine)]


def test_one_stretch_as_the_phone_lived_it() -> None:
    found = replay(*(at(t, cell) for t, cell in enumerate("AABBA")))
    (timeline,) = found.timelines
    assert (timeline.machine, timeline.point, found.modelled) == ("gsm_idle", "north", False)
    assert timeline.time_s.tolist() == [0, 1, 2, 3, 4]
    assert servers(found) == [[0, 0, 1, 1, 0]]
    assert reasons(found) == [[0, 0, Reason.C2, 0, Reason.C2]]
    assert timeline.level_dbm.tolist() == [[-75.0] * 5]
    assert np.isnan(timeline.quality_db).all() and (timeline.rxqual == -1).all()
    assert found.wanted == frozenset({0}) and found.gsm_cells == GSM_CELLS and found.lte_cells == LTE_CELLS


def test_values_of_calls() -> None:
    found = replay(*(at(t, mode="call", ci_db=10.0 + t, rxqual=t) for t in range(3)))
    (timeline,) = found.of("gsm_call")
    assert timeline.quality_db.tolist() == [[10, 11, 12]] and timeline.rxqual.tolist() == [[0, 1, 2]]


@pytest.mark.parametrize(
    ("mode", "cells", "machine", "reason"),
    [("idle", "AB", "gsm_idle", Reason.C2),
     ("call", "AB", "gsm_call", Reason.POWER_BUDGET), ("idle", "LM", "lte_idle", Reason.R_CRITERION),
     ("data", "LM", "lte_call", Reason.A3), ("call", "LM", "lte_call", Reason.A3)],
)  # fmt: skip
def test_modes_and_technologies_are_machines(mode: str, cells: str, machine: str, reason: Reason) -> None:
    found = replay(*(at(t, cells[t // 2], mode=mode) for t in range(4)))
    assert [timeline.machine for timeline in found.timelines] == [machine]
    assert reasons(found, machine) == [[0, 0, reason, 0]]


def test_a_pause_splits_a_stretch_and_the_change_over_it_is_none() -> None:
    times = [0, 1, 2, 3, 4 + GAP_STEPS, 5 + GAP_STEPS, 6 + GAP_STEPS]
    found = replay(*(at(t, "A" if t < 4 else "B") for t in times))
    assert servers(found) == [[0, 0, 0, 0], [1, 1, 1]]
    assert reasons(found) == [[0] * 4, [0] * 3]


def test_a_short_pause_does_not_split() -> None:
    times = [0, 1, 2, 3, 3 + GAP_STEPS, 4 + GAP_STEPS]
    found = replay(*(at(t, "A" if t < 4 else "B") for t in times))
    assert servers(found) == [[0, 0, 0, 0, 1, 1]]
    assert reasons(found)[0][4] == Reason.C2


def test_the_usual_step_is_the_logs_own() -> None:
    assert len(replay(*(at(10.0 * t) for t in range(6))).timelines) == 1


def test_a_call_between_splits_idle_time() -> None:
    rows = [at(t, mode="call" if 5 <= t < 15 else "idle") for t in range(20)]
    found = replay(*rows)
    assert [t.time_s.tolist()[0] for t in found.of("gsm_idle")] == [0, 15]
    assert [t.time_s.tolist() for t in found.of("gsm_call")] == [[float(t) for t in range(5, 15)]]


def test_points_and_files_are_stretches_of_their_own() -> None:
    rows = [at(t, "A", point="north") for t in range(4)] + [at(t, "B", point="south") for t in range(4)]
    rows += [at(t, "C", file="other.csv") for t in range(4)]
    found = replay(*rows)
    assert sorted((t.point, t.server[0].tolist()) for t in found.timelines) == [
        ("north", [0] * 4), ("north", [2] * 4), ("south", [1] * 4)
    ]  # fmt: skip
    assert not any(any(line) for line in reasons(found))


def test_stretches_of_two_samples_are_left_out() -> None:
    assert replay(at(0), at(1)).timelines == ()
    assert len(replay(at(0), at(1), at(2)).timelines) == 1


def test_rows_may_stand_in_any_order() -> None:
    rows = [at(t, "AB"[t % 3 == 0]) for t in range(10)]
    rng = np.random.default_rng(0)
    mixed = replay(*(rows[k] for k in rng.permutation(10)))
    assert servers(mixed) == servers(replay(*rows)) and reasons(mixed) == reasons(replay(*rows))


def test_neighbours_serve_nobody() -> None:
    rows = [at(t) for t in range(4)] + [at(t, "B", serving=False, rxlev_dbm=-60.0) for t in range(4)]
    assert servers(replay(*rows)) == [[0] * 4]


def test_strangers_are_told_apart_by_channel_and_code() -> None:
    """Their index is −2; going from one stranger to another is a change all the same."""
    stranger = {"cell": "", "rat": "GSM", "rxlev_dbm": -80.0}
    rows = [at(0, "A"), at(1, **stranger, arfcn=33, bsic="1-1"), at(2, **stranger, arfcn=33, bsic="1-1")]
    rows += [at(3, **stranger, arfcn=33, bsic="1-2"), at(4, **stranger, arfcn=44, bsic="1-2"), at(5, "Z")]
    found = replay(*rows)
    assert servers(found) == [[0, -2, -2, -2, -2, -2]]
    assert [bool(r) for r in reasons(found)[0]] == [False, True, False, True, True, True]


def test_rows_without_a_level_are_no_samples() -> None:
    rows = [at(t, rxlev_dbm=math.nan if t == 2 else -75.0) for t in range(5)]
    assert replay(*rows).timelines[0].time_s.tolist() == [0, 1, 3, 4]


@pytest.mark.parametrize(
    ("event", "reason"), [("drop", Reason.RADIO_LINK_TIMEOUT), ("handover_fail", Reason.HANDOVER_FAILED), ("lau", 0)]
)
def test_events_of_the_server(event: str, reason: int) -> None:
    rows = [at(t, mode="call", event=event if t == 2 else "") for t in range(5)]
    assert reasons(replay(*rows), "gsm_call") == [[0, 0, reason, 0, 0]]


@pytest.mark.parametrize("values", [{"rxlev_dbm": math.nan}, {"serving": False, "rxlev_dbm": math.nan, "cell": ""}])
def test_an_event_whose_row_has_no_server_or_level_still_counts(values: dict[str, object]) -> None:
    """A dropped phone has nothing to report; the contract lets its event row stand alone."""
    rows = [at(t, mode="call") for t in range(5)]
    found = replay(*rows, {**at(2.5, mode="call", event="drop"), **values})
    assert reasons(found, "gsm_call") == [[0, 0, Reason.RADIO_LINK_TIMEOUT, 0, 0]]
    elsewhere = replay(*rows, {**at(2.5, mode="call", event="drop", point="south"), **values})
    assert reasons(elsewhere, "gsm_call") == [[0] * 5]


# --- fallbacks ------------------------------------------------------------------------------------------------------


def tried(found: Replay) -> list[tuple[str, int, int, bool, float]]:
    return [
        (f.point, *(getattr(f, name)[0, k].item() for name in ("lte_cell", "cell", "success", "delay_s")))
        for f in found.fallbacks
        for k in range(f.cell.shape[1])
    ]


def test_starts_are_paired_with_what_became_of_them() -> None:
    found = replay(
        at(0, "L", event="csfb_start"), at(7.5, "A", event="csfb_ok"),
        at(20, "M", event="csfb_start"), at(28, "M", event="csfb_fail"),
        at(40, "M", event="csfb_start"), at(46, "C", event="csfb_ok"),
    )  # fmt: skip
    assert tried(found) == [("north", 0, 0, True, 7.5), ("north", 1, -1, False, 20.0), ("north", 1, 2, True, 6.0)]


def test_a_call_that_fails_on_gsm_has_come_there() -> None:
    found = replay(
        at(0, "L", event="csfb_start"), at(7, "A", event="csfb_fail"),
        at(20, "L", event="csfb_start"), at(27, "Z", event="csfb_fail", rat="GSM"),
    )  # fmt: skip
    assert tried(found) == [("north", 0, 0, False, 7.0), ("north", 0, -1, False, 7.0)]


def test_a_start_without_an_end_is_no_attempt_and_neither_is_an_end_without_a_start() -> None:
    found = replay(
        at(0, "A", event="csfb_ok"),
        at(1, "L", event="csfb_start"),
        at(20, "L", event="csfb_start"), at(28, "A", event="csfb_ok"), at(29, "A", event="csfb_ok"),
        at(40, "M", event="csfb_start"),
    )  # fmt: skip
    assert tried(found) == [("north", 0, 0, True, 8.0)]


def test_a_landing_on_a_stranger_is_a_success_nobody_wanted() -> None:
    found = replay(at(0, "L", event="csfb_start"), at(7, "Z", event="csfb_ok", rat="GSM"))
    assert tried(found) == [("north", 0, -1, True, 7.0)]


def test_a_call_that_leaves_a_stranger_is_an_attempt_of_none_of_the_cells() -> None:
    found = replay(at(0, "Z", event="csfb_start", rat="LTE"), at(7, "A", event="csfb_ok"))
    assert tried(found) == [("north", STRANGER, 0, True, 7.0)]
    assert found.fallbacks[0].tried.all() and kpis["csfb_success_share"](found) == 1.0


def test_failures_without_a_server_count() -> None:
    """Dropping them would make the success share too good."""
    bare = {"time": 9.0, "rat": "LTE", "event": "csfb_fail"}
    assert tried(replay(at(0, "L", event="csfb_start"), bare)) == [("north", 0, -1, False, 20.0)]


def test_an_event_on_all_rows_of_an_instant_is_one_event() -> None:
    found = replay(
        at(0, "M", event="csfb_start", serving=False), at(0, "L", event="csfb_start"),
        at(7, "B", event="csfb_ok", serving=False), at(7, "A", event="csfb_ok"),
        at(7, "C", event="csfb_ok", serving=False),
        at(20, "L", event="csfb_start"), at(27, "B", event="csfb_ok"),
    )  # fmt: skip
    assert tried(found) == [("north", 0, 0, True, 7.0), ("north", 0, 1, True, 7.0)]


def test_files_whose_clocks_overlap_are_not_mixed() -> None:
    found = replay(
        at(0, "L", event="csfb_start"), at(8, "A", event="csfb_ok"),
        at(2, "M", event="csfb_start", file="other.csv"), at(5, "M", event="csfb_fail", file="other.csv"),
    )  # fmt: skip
    assert tried(found) == [("north", 0, 0, True, 8.0), ("north", 1, -1, False, 20.0)]


def test_points_have_their_own_fallbacks_and_points_without_have_none() -> None:
    found = replay(
        *(at(t, point="attic") for t in range(5)),
        at(0, "L", event="csfb_start", point="north"), at(7, "A", event="csfb_ok", point="north"),
        at(100, "M", event="csfb_start", point="south"), at(108, "B", event="csfb_ok", point="south"),
    )  # fmt: skip
    assert tried(found) == [("north", 0, 0, True, 7.0), ("south", 1, 1, True, 8.0)]


def test_the_moment_of_a_fallback_is_no_stretch_of_the_server() -> None:
    rows = [at(t, "A") for t in range(4)] + [at(4, "B", event="csfb_ok"), at(5, "B", event="csfb_fail")]
    assert servers(replay(*rows)) == [[0] * 4]


def test_an_empty_log() -> None:
    found = replay_of_log(readings([at(0)]).iloc[:0], GSM_CELLS, LTE_CELLS, ())
    assert found.timelines == () and found.fallbacks == () and found.wanted is None


def test_wanted_cells_that_were_not_heard() -> None:
    assert replay(at(0), wanted=("Z",)).wanted == frozenset()
    assert replay(at(0), wanted=()).wanted is None


NAMES = {"GSM": GSM_CELLS, "LTE": LTE_CELLS}


def pieces(*rows: dict[str, object]) -> list[Piece]:
    return pieces_of_log(readings(rows), NAMES)


def test_a_piece_holds_server_and_neighbours_of_every_instant() -> None:
    rows = [at(t, "A" if t < 3 else "B", rxlev_dbm=-70.0 - t) for t in range(5)]
    rows.insert(3, at(2, "C", rxlev_dbm=-90.0) | {"serving": False})
    (piece,) = pieces(*rows)
    assert (piece.machine, piece.server.tolist(), piece.reported.tolist()) == (
        "gsm_idle",
        [0, 0, 0, 1, 1],
        [0, 0, 1, 0, 0],
    )
    assert piece.level_dbm[2].tolist()[::2] == [-72.0, -90.0] and np.isnan(piece.level_dbm[2, 1])
    assert piece.seconds == 4.0


@pytest.mark.parametrize(("change", "machines"), [
    ({"mode": "call"}, ["gsm_idle", "gsm_call"]),
    ({"cell": "L", "rat": "LTE", "rsrp_dbm": -90.0}, ["gsm_idle", "lte_idle"]),
    ({"file": "other.csv"}, ["gsm_idle", "gsm_idle"]), ({"point": "south"}, ["gsm_idle"]),
])  # fmt: skip
def test_what_ends_a_piece(change: dict[str, object], machines: list[str]) -> None:
    found = pieces(*(at(t) | (change if t >= 4 else {}) for t in range(8)))
    assert [piece.machine for piece in found] == machines


def test_a_pause_ends_a_piece_and_so_does_a_clock_set_back() -> None:
    longest = LEAST_GAP_S
    assert [len(p.time_s) for p in pieces(*(at(t) for t in (0, 1, 2, 2 + longest, 3 + longest)))] == [5]
    assert [len(p.time_s) for p in pieces(*(at(t) for t in (0, 1, 2, 3 + longest, 4 + longest, 5 + longest)))] == [3, 3]
    assert [p.time_s[0] for p in pieces(*(at(t) for t in (50, 51, 52, 3, 4, 5)))] == [50, 3]


def test_an_instant_reported_twice_counts_once_and_a_second_back_is_put_in_order() -> None:
    (piece,) = pieces(at(0), at(2), at(1, "B"), at(2, "C"), at(3))
    assert piece.time_s.tolist() == [0, 1, 2, 3] and piece.server.tolist() == [0, 1, 2, 0]


def test_too_little_is_no_piece() -> None:
    assert pieces(at(0), at(1)) == [] == pieces(at(0) | {"serving": False})
