"""The machines on a log's own levels: what stands between reports, and what comes out of the machine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.mobility.logged import Piece
from rfopt.mobility.replay import (
    FLICKER_S,
    FORGOTTEN_S,
    Bench,
    account,
    bench,
    between,
    follow,
    grid,
    levels_of,
    report_dbm,
    stay,
    strongest,
)  # fmt: skip

from ..networks import fading, network

NAMES = {"GSM": pd.Index(["A", "B", "C", "D"]), "LTE": pd.Index(["L", "M"])}
ANYONE = np.ones((4, 4), dtype=bool)


def piece(level: np.ndarray, server: np.ndarray | int = 0, step_s: float = 2.0, machine: str = "gsm_idle",
          reported: np.ndarray | None = None, **values: np.ndarray) -> Piece:  # fmt: skip
    """A piece with a report every `step_s`; as many neighbours reported as have a level."""
    steps = len(level)
    unknown = np.full(steps, np.nan)
    heard = np.isfinite(level).sum(axis=1) - 1 if reported is None else reported
    facts = {"ci_db": unknown, "rxqual": unknown, **values}
    servers = np.broadcast_to(server, (steps,)).astype(np.int64)
    points = np.full(steps, "north", dtype=object)
    return Piece(machine, "log.csv", step_s * np.arange(steps), points, servers, np.array(level, float), heard, **facts)


def gsm(**changes: dict[str, object]) -> Bench:
    return bench(network(changes), NAMES["GSM"], "GSM")


def of_cell(*values: float, other: float = -60.0) -> np.ndarray:
    """Levels of four cells: the server A always at `other`, B as given, the rest never heard."""
    level = np.full((len(values), 4), np.nan)
    level[:, 0], level[:, 1] = other, values
    return level


NAN = float("nan")


def test_a_missing_report_lies_on_the_line() -> None:
    assert report_dbm(piece(of_cell(-70, NAN, NAN, -76)), ANYONE)[:, 1].tolist() == [-70.5, -72.5, -74.5, -76.5]


def test_a_full_report_puts_the_missing_below_its_weakest() -> None:
    full = np.array([1, 6, 1])
    level = of_cell(-70, NAN, -70)
    level[1, 2] = -80.0
    assert report_dbm(piece(level, reported=full), ANYONE)[1, 1] == -81.5


def test_a_long_absence_from_a_report_with_room_is_weak() -> None:
    steps = int(FLICKER_S / 2.0) + 1
    level = of_cell(-95, -70, *[NAN] * steps, -70)
    dbm = report_dbm(piece(level), ANYONE)
    assert set(dbm[2:-1, 1]) == {-95.5}
    unlisted = report_dbm(piece(level), np.zeros((4, 4), dtype=bool))
    assert set(unlisted[2:-1, 1]) == {-70.5}, "a server that does not list the cell says nothing of it"


def test_who_was_not_reported_for_long_is_not_heard() -> None:
    gone = int(FORGOTTEN_S / 2.0)
    level = of_cell(-70, *[NAN] * (gone + 10), -70)
    heard = np.isfinite(report_dbm(piece(level), ANYONE)[:, 1])
    back = int(FLICKER_S / 2.0)
    assert heard.tolist() == [True] * (gone + 1) + [False] * (10 - back) + [True] * (back + 1)
    assert not np.isfinite(report_dbm(piece(level), ANYONE)[:, 3]).any()


def test_an_idle_report_stands_in_the_middle_of_its_average() -> None:
    stairs = of_cell(*np.arange(-80.0, -60.0))
    dbm = report_dbm(piece(stairs), ANYONE)
    times = np.array([10.0, 11.0])
    assert between(piece(stairs), dbm, times)[:, 1].tolist() == [-80.5 + 12.5 / 2, -80.5 + 13.5 / 2]
    assert between(piece(stairs, machine="gsm_call"), dbm, times)[:, 1].tolist() == [-75.5, -75.0]


def drive(seed: int, seconds: float, step_s: float, machine: str, cells: int = 4, sigma_db: float = 5.0) -> Piece:
    rng = np.random.default_rng(seed)
    steps = int(seconds / step_s)
    level = -75.0 - rng.uniform(0, 4, cells) + sigma_db * fading(rng, steps, cells, step_s, 5.0)
    return piece(np.floor(level), int(rng.integers(cells)), step_s, machine)


@pytest.mark.parametrize(("machine", "step_s"), [("gsm_idle", 0.5), ("gsm_call", 0.48)])
def test_a_phone_that_is_the_machine_is_replayed(machine: str, step_s: float) -> None:
    """What a machine did on reported levels, every step of them, a replay of that log does again."""
    walked, desk = drive(3, 300.0, step_s, machine), gsm()
    track = follow(walked, desk, levels_of(walked, desk))
    phone = piece(walked.level_dbm, track.at(walked.time_s), step_s, machine)
    told = account("free", phone, desk)
    assert len(track.moves()) > 5
    assert told.server.tolist() == phone.server.tolist() and told.moves == track.moves()
    ahead = account("ahead", phone, desk)
    assert (ahead.server == phone.server).mean() > 0.97


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_a_stay_goes_on_as_if_the_machine_had_come_by_itself(seed: int) -> None:
    """Set on a cell at the instant of its own reselection, the machine does what it did: margin and averages are so."""
    walked, desk = drive(seed, 120.0, 0.5, "gsm_idle"), gsm(C={"lac": 2})
    dbm = levels_of(walked, desk)
    track = follow(walked, desk, dbm)
    for time, _, target in track.moves():
        if time >= 10.0:
            again = stay(walked, desk, dbm, time, float(walked.time_s[-1]), target)
            kept = track.time_s >= time - 1e-6
            assert again.server.tolist() == track.server[kept].tolist()


def test_within_15_s_a_stay_needs_5_db() -> None:
    level = np.full((80, 4), NAN)
    level[:, 0], level[:, 1] = -75.0, -72.0
    phone, desk = piece(level, 0, 0.5), gsm()
    dbm = levels_of(phone, desk)
    assert stay(phone, desk, dbm, 10.0, 39.0, 0).moves() == [(25.0, 0, 1)]
    assert follow(phone, desk, dbm).moves() == [(5.0, 0, 1)], "the first cell of a log came by no reselection known"


def test_a_call_hands_over_for_the_quality_of_the_log() -> None:
    """The neighbour is 3 dB above a server whose RXQUAL is bad: too little for power budget, enough for quality."""
    level = np.tile([-75.0, -72.0, NAN, NAN], (60, 1))
    desk = gsm()
    good = piece(level, 0, 0.48, "gsm_call", rxqual=np.zeros(60))
    bad = piece(level, 0, 0.48, "gsm_call", rxqual=np.full(60, 6.0))
    assert account("free", good, desk).moves == []
    assert [move[1:] for move in account("free", bad, desk).moves] == [(0, 1)]
    worse = piece(level, 0, 0.48, "gsm_call", ci_db=np.full(60, 5.0))
    assert [move[1:] for move in account("free", worse, desk).moves] == [(0, 1)]


@pytest.mark.parametrize(("machine", "step_s"), [("lte_idle", 1.0), ("lte_call", 0.2)])
def test_lte_moves_to_the_better_cell(machine: str, step_s: float) -> None:
    level = np.tile([-100.0, -90.0], (40, 1))
    level[:20, 1] = -110.0
    desk = bench(network(), NAMES["LTE"], "LTE")
    ((time, *move),) = account("free", piece(level, 0, step_s, machine), desk).moves
    assert move == [0, 1] and 19 * step_s <= time <= 20 * step_s + 3.0


def test_baselines() -> None:
    level = of_cell(-70, -50, -60, NAN, other=-60.0)
    phone = piece(level, np.array([0, 0, 1, 1]))
    phone.level_dbm[3, 1] = -90.0
    assert strongest(phone).tolist() == [0, 1, 1, 0], "a tie goes to the server"
    assert account("strongest", phone, gsm()).moves == [(2.0, 0, 1), (6.0, 1, 0)]
    assert account("never", phone, gsm()).server.tolist() == [0, 0, 0, 0]


@given(st.integers(0, 10_000), st.permutations(range(4)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_cells_decides_nothing(seed: int, order: list[int]) -> None:
    walked = drive(seed, 120.0, 2.0, "gsm_idle")
    names = NAMES["GSM"]
    shuffled = piece(walked.level_dbm[:, order], order.index(int(walked.server[0])))
    one = account("free", walked, bench(network(), names, "GSM"))
    two = account("free", shuffled, bench(network(), names[list(order)], "GSM"))
    assert [names[list(order)][s] for s in two.server] == [names[s] for s in one.server]


def test_the_grid_covers_the_piece() -> None:
    times = grid(piece(of_cell(-70, -70, -70), machine="gsm_call"))
    assert times[0] == 0.0 and times[-1] <= 4.0 < times[-1] + 0.48
