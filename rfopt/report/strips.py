"""Timelines as strips: who served when, how strong it was, and why each change was made."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rfopt.kpis import count
from rfopt.mobility.reasons import HANDOVERS, RESELECTIONS, Reason
from rfopt.mobility.timeline import Replay, Timeline
from rfopt.recommendation import Recommendation
from rfopt.report.accounts import Accounts, accounts_of
from rfopt.report.landings import Landing, Segment, landings_of, replays_of, server_text
from rfopt.report.marks import Marks
from rfopt.sentences import number
from rfopt.words import say

MACHINES = ("gsm_idle", "gsm_call", "lte_idle", "lte_call")
LONGEST_S = 600.0
"""Time that a strip shows at most."""
USUAL_S = 200.0
"""Time that a simulated strip shows where there is no log beside it."""
MOST_ROOMS = 12
MOST_SAMPLES = 400
GAP_SHARE = 0.006
EVENTS = frozenset({Reason.RADIO_LINK_TIMEOUT, Reason.RADIO_LINK_FAILURE, Reason.HANDOVER_FAILED, Reason.LOST})


@dataclass(frozen=True)
class Tick:
    """A change of server, or a failure; a second line of `title` says why, with numbers."""

    x: float
    title: str
    failure: bool


@dataclass(frozen=True)
class Strip:
    """One row: the log, or some simulated phones before or after the plan.

    `paths` are points of the level line, x in 0…1000 and y in 0…100 from the top.
    """

    when: str
    basis: str
    note: str
    per_min: float
    segments: tuple[Segment, ...]
    ticks: tuple[Tick, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Machine:
    """One machine at one room: its strips on one scale of time and level."""

    name: str
    strips: tuple[Strip, ...]
    low_dbm: float
    high_dbm: float
    minute: float
    """Width of 60 s in per cent."""


@dataclass(frozen=True)
class Room:
    """Everything over time at one point."""

    point: str
    machines: tuple[Machine, ...]
    landings: tuple[Landing, ...]


@dataclass(frozen=True)
class _Piece:
    """One phone's unbroken stretch."""

    time_s: NDArray[np.float64]
    server: NDArray[np.int16]
    reason: NDArray[np.int8]
    level_dbm: NDArray[np.float32]
    step_s: float
    told: Callable[[int], str]
    """Why the server changed at a step, with numbers; '' where that is not known."""

    @property
    def length_s(self) -> float:
        return float(self.time_s[-1] - self.time_s[0]) + self.step_s


@dataclass(frozen=True)
class _Row:
    when: str
    basis: str
    pieces: list[_Piece]
    timelines: list[Timeline]

    @property
    def length_s(self) -> float:
        return sum(piece.length_s for piece in self.pieces)


def rooms_of(result: Recommendation, marks: Marks, lang: str) -> list[Room]:
    """The strips of every point, at most `MOST_ROOMS` of them."""
    accounts = accounts_of(result, lang)
    return [_room(result, point, marks, accounts) for point in result.evidence.points[:MOST_ROOMS]]


def _room(result: Recommendation, point: str, marks: Marks, accounts: Accounts) -> Room:
    lang = accounts.lang
    machines = (_machine(_rows(result, point, name, accounts), name, marks, lang) for name in MACHINES)
    return Room(
        point,
        tuple(machine for machine in machines if machine),
        tuple(landings_of(replays_of(result), point, marks, lang, accounts.networks)),
    )


def _rows(result: Recommendation, point: str, machine: str, accounts: Accounts) -> list[_Row]:
    rows: list[_Row] = []
    shown_s = 0.0
    for when, basis, replay in replays_of(result):
        here = [t for t in replay.of(machine) if t.point == point and t.time_s.size]
        if not here:
            continue
        if basis == "measured":
            logged = (_piece(t, 0, _told_by_log(accounts, replay, t)) for t in here)
            pieces = _first(sorted(logged, key=lambda piece: float(piece.time_s[0])))
            shown_s = sum(piece.length_s for piece in pieces)
        elif rows and rows[-1].basis == basis and _same(rows[-1].timelines, here):
            rows[-1] = _Row("unchanged", basis, rows[-1].pieces, here)
            continue
        else:
            state = "after" if when == "after" else "before"
            pieces = _runs(here[0], min(max(shown_s, USUAL_S), LONGEST_S), accounts, state)
        rows.append(_Row(when, basis, pieces, here))
    return rows


def _same(before: list[Timeline], after: list[Timeline]) -> bool:
    return all(
        np.array_equal(a.server, b.server) and np.array_equal(a.level_dbm, b.level_dbm, equal_nan=True)
        for a, b in zip(before, after, strict=True)
    )


def _told_by_log(accounts: Accounts, replay: Replay, timeline: Timeline) -> Callable[[int], str]:
    """What the log's own numbers say of a change at a step."""
    names = replay.gsm_cells if timeline.machine.startswith("gsm") else replay.lte_cells

    def told(k: int) -> str:
        target = int(timeline.server[0, k])
        if target < 0:
            return ""
        return accounts.of_log(timeline.machine, timeline.point, float(timeline.time_s[k]), names[target])

    return told


def _piece(timeline: Timeline, run: int, told: Callable[[int], str]) -> _Piece:
    step_s = timeline.step_s or 1.0
    return _Piece(timeline.time_s, timeline.server[run], timeline.reason[run], timeline.level_dbm[run], step_s, told)


def _first(pieces: list[_Piece]) -> list[_Piece]:
    """The first `LONGEST_S` of them."""
    kept: list[_Piece] = []
    left_s = LONGEST_S
    for piece in pieces:
        n = int(np.searchsorted(piece.time_s, piece.time_s[0] + left_s))
        if n < 2:
            break
        arrays = (piece.time_s[:n], piece.server[:n], piece.reason[:n], piece.level_dbm[:n])
        kept.append(_Piece(*arrays, piece.step_s, piece.told))
        left_s -= kept[-1].length_s
    return kept


def _runs(timeline: Timeline, length_s: float, accounts: Accounts, state: str) -> list[_Piece]:
    """The first simulated phones, as many as fill a time."""
    one_s = float(timeline.time_s[-1] - timeline.time_s[0]) + (timeline.step_s or 1.0)
    number_of = max(1, min(round(length_s / one_s), len(timeline.server)))
    told = functools.partial(accounts.of_run, state, timeline)
    return [_piece(timeline, run, functools.partial(told, run)) for run in range(number_of)]


def _machine(rows: list[_Row], name: str, marks: Marks, lang: str) -> Machine | None:
    if not rows:
        return None
    levels = np.concatenate([piece.level_dbm for row in rows for piece in row.pieces])
    served = levels[np.isfinite(levels)]
    low = 10.0 * math.floor(float(served.min(initial=-50.0)) / 10.0)
    high = 10.0 * math.ceil(float(served.max(initial=-110.0)) / 10.0)
    low, high = (low, high) if high > low else (-110.0, -50.0)
    length_s = max(row.length_s for row in rows)
    most_gaps = max(len(row.pieces) for row in rows) - 1
    scale = 100.0 * (1.0 - GAP_SHARE * most_gaps) / length_s
    strips = tuple(_strip(row, name, marks, lang, scale, (low, high)) for row in rows)
    return Machine(name, strips, low, high, round(60.0 * scale, 2))


def _strip(row: _Row, machine: str, marks: Marks, lang: str, scale: float, span: tuple[float, float]) -> Strip:
    segments: list[Segment] = []
    ticks: list[Tick] = []
    paths: list[str] = []
    start = 0.0
    stride = max(1, math.ceil(sum(len(piece.server) for piece in row.pieces) / MOST_SAMPLES))
    for piece in row.pieces:
        segments += _segments(piece, start, scale, machine, marks, lang)
        ticks += _ticks(piece, start, scale, machine, marks, lang, row.basis)
        paths += _paths(piece, start, scale, span, stride)
        start += piece.length_s * scale + 100.0 * GAP_SHARE
    key = f"strip.{row.basis}.one" if len(row.pieces) == 1 else f"strip.{row.basis}"
    runs = row.timelines[0].server.shape[0]
    note = say(key, lang, seconds=number(round(row.length_s)), pieces=len(row.pieces), runs=runs)
    return Strip(
        row.when, row.basis, note, _per_min(row.timelines, machine), tuple(segments), tuple(ticks), tuple(paths)
    )


def _per_min(timelines: list[Timeline], machine: str) -> float:
    """Changes of server per minute, over all that was measured or simulated, not only over what is shown."""
    kinds = RESELECTIONS if machine.endswith("idle") else HANDOVERS
    minutes = sum(timeline.minutes for timeline in timelines)
    return sum(count(timeline.reason, kinds) for timeline in timelines) / minutes if minutes else math.nan


def _bounds(server: NDArray[np.int16]) -> NDArray[np.int64]:
    """Where a stretch of one server starts, and the end of all."""
    return np.array([0, *(np.flatnonzero(np.diff(server)) + 1), len(server)])


def _segments(piece: _Piece, start: float, scale: float, machine: str, marks: Marks, lang: str) -> Iterable[Segment]:
    bounds = _bounds(piece.server)
    for a, b in itertools.pairwise(bounds):
        mark = marks.of(machine, int(piece.server[a]))
        x = start + float(piece.time_s[a] - piece.time_s[0]) * scale
        end_s = piece.time_s[b] if b < len(piece.time_s) else piece.time_s[-1] + piece.step_s
        width = float(end_s - piece.time_s[a]) * scale
        levels = piece.level_dbm[a:b]
        levels = levels[np.isfinite(levels)]
        mean = number(float(levels.mean()), 0) if levels.size else "–"
        title = say("strip.segment", lang, cell=server_text(mark, lang), start=number(float(piece.time_s[a]), 0),
                    end=number(float(end_s), 0), level=mean)  # fmt: skip
        yield Segment(round(x, 2), round(width, 2), mark, title)


def _ticks(
    piece: _Piece, start: float, scale: float, machine: str, marks: Marks, lang: str, basis: str
) -> Iterable[Tick]:
    moved = np.concatenate([[False], np.diff(piece.server) != 0])
    for k in np.flatnonzero(moved | np.isin(piece.reason, [int(event) for event in EVENTS])).tolist():
        reason = Reason(int(piece.reason[k]))
        before, after = (marks.of(machine, int(server)) for server in piece.server[[max(k - 1, 0), k]])
        key = f"reason.{reason.name.lower()}" if basis == "modelled" or reason in EVENTS else "reason.unsaid"
        level = float(piece.level_dbm[k])
        title = say("strip.change", lang, time=number(float(piece.time_s[k]), 1), before=server_text(before, lang),
                    after=server_text(after, lang), why=say(key, lang), level=number(level, 0))  # fmt: skip
        told = piece.told(k) if moved[k] else ""
        title += f"\n{told}" if told else ""
        x = start + float(piece.time_s[k] - piece.time_s[0]) * scale
        yield Tick(round(x, 2), title, reason in EVENTS)


def _paths(piece: _Piece, start: float, scale: float, span: tuple[float, float], stride: int) -> Iterable[str]:
    """The level line, broken where there is no level."""
    x = 10.0 * (start + (piece.time_s[::stride] - piece.time_s[0]) * scale)
    level = piece.level_dbm[::stride].astype(float)
    y = np.clip(100.0 * (span[1] - level) / (span[1] - span[0]), 0.0, 100.0)
    known = np.flatnonzero(np.isfinite(y))
    for part in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        if len(part) > 1:
            yield " ".join(f"{x[k]:.0f},{y[k]:.0f}" for k in part)
