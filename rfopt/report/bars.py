"""Horizontal bars of the report: key figures on their way to the target, levels per room, what each part adds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rfopt.kpis import Aim, aim, kpis
from rfopt.levels import Source
from rfopt.mobility.anchor import Anchor
from rfopt.network import apply
from rfopt.radio.predict import level_change_db
from rfopt.recommendation import Recommendation, Step
from rfopt.report.marks import Mark, Marks
from rfopt.sentences import (
    UNKNOWN,
    amount,
    change_text,
    join_unit,
    needs_text,
    number,
    outside,
    target_text,
    unit_name,
    with_unit,
)
from rfopt.words import say

FAIL_AT, TARGET_AT = 15.0, 75.0
"""Where the hard fail and the target of every figure stand on its scale, in per cent; better is to the right."""
MACHINES = ("gsm_idle", "gsm_call", "csfb", "lte_idle", "lte_call")
NOT_KNOWN = (math.nan, math.nan)
MOST_LEVELS = 12
LEAST_SHIFT_DB = 0.05


@dataclass(frozen=True)
class Figure:
    """One key figure, as found and after, on its scale.

    `bare_…` are without the unit. `at_before` and `at_after` are places on the scale in per cent, None where the
    figure is not judged or not known; `outside…` says that a value lies outside of its interval; `status`
    is ``met``, ``missed``, ``failed`` or ``unknown``, of the value after.
    """

    name: str
    label: str
    weight: float
    measured: str
    before: str
    after: str
    bare_before: str
    bare_after: str
    unit: str
    interval_before: str
    interval: str
    outside_before: bool
    outside: bool
    target: str
    status: str
    at_before: float | None
    at_after: float | None

    @property
    def marked(self) -> bool:
        """One of the two values lies outside of its interval."""
        return self.outside_before or self.outside


@dataclass(frozen=True)
class Level:
    """One cell's mean level at one room; `x`, `error` and `after_x` in per cent of the scale."""

    mark: Mark
    measured: bool
    text: str
    x: float
    error: float
    after_x: float | None
    after: str


@dataclass(frozen=True)
class Levels:
    """The strongest cells of one technology at one room."""

    rat: str
    point: str
    rows: tuple[Level, ...]
    left_out: int
    low_dbm: float
    high_dbm: float


@dataclass(frozen=True)
class Rung:
    """What one part of the plan adds; `x` and `width` in per cent of a full score."""

    label: str
    x: float
    width: float
    gain: str
    total: str
    loss: bool
    needs: str = ""


def place(value: float, goal: Aim) -> float | None:
    """Where a value stands between hard fail and target, in per cent; the scale ends a little beyond both.

    >>> place(0.4, Aim("gsm_idle", "1/min", 0.4, 1.5)), place(1.5, Aim("gsm_idle", "1/min", 0.4, 1.5))
    (75.0, 15.0)
    """
    if math.isnan(value) or math.isnan(goal.target):
        return None
    share = (value - goal.fail) / (goal.target - goal.fail)
    return round(min(max(FAIL_AT + share * (TARGET_AT - FAIL_AT), 1.5), 98.5), 2)


def status(value: float, goal: Aim) -> str:
    """How a value stands to its aim."""
    if math.isnan(value) or math.isnan(goal.target):
        return "unknown"
    reached = goal.utility(value)
    return "met" if reached >= 1.0 else "failed" if reached <= 0.0 else "missed"


def figures_of(result: Recommendation, lang: str) -> list[Figure]:
    """Every key figure: idle, calls, fallback, LTE, and in each those that weigh most first."""
    order = sorted(kpis, key=lambda name: (MACHINES.index(aim(name).of), -aim(name).weight, name))
    return [_figure(result, name, lang) for name in order]


def _figure(result: Recommendation, name: str, lang: str) -> Figure:
    goal = aim(name)
    measured, before, after = (table.get(name, math.nan) for table in (result.measured, result.before, result.after))
    was, now = with_unit(before, goal.unit, lang), with_unit(after, goal.unit, lang)
    return Figure(
        name=name,
        label=say(f"kpi.{name}", lang),
        weight=goal.weight,
        measured=with_unit(measured, goal.unit, lang),
        before=was,
        after=now,
        bare_before=amount(before, goal.unit),
        bare_after=amount(after, goal.unit),
        unit=unit_name(goal.unit, lang),
        interval_before=_span(result.interval_before.get(name, NOT_KNOWN), goal, lang),
        interval=_span(result.interval.get(name, NOT_KNOWN), goal, lang),
        outside_before=outside(name, before, result.interval_before.get(name)),
        outside=outside(name, after, result.interval.get(name)),
        target=target_text(name, lang),
        status=status(after, goal),
        at_before=place(before, goal),
        at_after=place(after, goal),
    )


def _span(interval: tuple[float, float], goal: Aim, lang: str) -> str:
    low, high = (amount(value, goal.unit) for value in interval)
    if UNKNOWN in (low, high):
        return ""
    return join_unit(low if low == high else f"{low} … {high}", unit_name(goal.unit, lang))


def levels_of(result: Recommendation, marks: Marks) -> list[Levels]:
    """Levels at every room, GSM then LTE, with what the plan moves."""
    shift = shifts_of(result)
    gsm, lte = result.evidence.gsm, result.evidence.lte
    pairs = ((anchor, looks) for anchor, looks in ((gsm, marks.gsm), (lte, marks.lte)) if anchor.levels.cells.size)
    tables = [_at_point(anchor, looks, p, shift) for anchor, looks in pairs for p in range(len(anchor.levels.points))]
    return [table for table in tables if table.rows]


def shifts_of(result: Recommendation) -> dict[tuple[str, str], float]:
    """Level change by (point, cell) in dB; 0 where a place or a power is not known."""
    situation = result.evidence.situation
    before = situation.network.cells
    after = apply(result.evidence.network, result.plan).cells.loc[before.index]
    delta = np.nan_to_num(level_change_db(before, after, situation.links, result.evidence.network.antennas))
    return {
        (point, str(cell)): float(delta[p, c])
        for p, point in enumerate(situation.points)
        for c, cell in enumerate(before.index)
    }


def _scale(dbm: NDArray[np.float64]) -> tuple[float, float]:
    known = dbm[np.isfinite(dbm)]
    if not known.size:
        return -110.0, -50.0
    return 10.0 * math.floor((known.min() - 5.0) / 10.0), 10.0 * math.ceil((known.max() + 3.0) / 10.0)


def _at_point(anchor: Anchor, marks: tuple[Mark, ...], p: int, shift: dict[tuple[str, str], float]) -> Levels:
    levels = anchor.levels
    point = str(levels.points.index[p])
    span = _scale(levels.dbm)
    order = [c for c in np.argsort(-np.nan_to_num(levels.dbm[p], nan=-999.0), kind="stable") if levels.source[p, c]]
    chosen = order[:MOST_LEVELS] + [c for c in order[MOST_LEVELS:] if marks[c].wanted]
    rows = tuple(_level(anchor, marks[c], p, c, shift.get((point, marks[c].name), 0.0), span) for c in chosen)
    return Levels(anchor.rat, point, rows, len(order) - len(rows), *span)


def _level(anchor: Anchor, mark: Mark, p: int, c: int, moved_db: float, span: tuple[float, float]) -> Level:
    dbm, error_db = float(anchor.levels.dbm[p, c]), float(anchor.levels.error_db[p, c])
    measured = bool(anchor.levels.source[p, c] == Source.MEASURED)
    per_db = 100.0 / (span[1] - span[0])
    x, end = (round(min(max(per_db * (value - span[0]), 0.0), 100.0), 2) for value in (dbm, dbm + moved_db))
    moved = abs(moved_db) > LEAST_SHIFT_DB
    return Level(
        mark,
        measured,
        text=number(dbm, 1) if measured else f"< {number(dbm, 1)}",
        x=x,
        error=round(per_db * error_db, 2),
        after_x=end if moved else None,
        after=number(dbm + moved_db, 1) if moved else "",
    )


def ladder_of(result: Recommendation, lang: str) -> list[Rung]:
    """The score as the plan's parts are added one after the other."""
    places = {step.change: k for k, step in enumerate(result.steps, 1)}
    parts = parts_of_plan(result)
    labels = [say("report.as_found", lang), *(_part_text(part, lang) for part in parts)]
    needs = ["", *(needs_text(part[0][1].depends_on, places, lang) for part in parts)]
    rungs, before = [], 0.0
    for k, (label, (_, objective)) in enumerate(zip(labels, result.ladder, strict=True)):
        low, high = sorted((before, objective)) if k else (0.0, objective)
        gain = number(100.0 * (objective - before), 1, signed=True) if k else ""
        x, width = round(100.0 * low, 2), round(100.0 * (high - low), 2)
        total, loss = number(100.0 * objective, 1), bool(k) and objective < before
        rungs.append(Rung(label, x, width, gain, total, loss, needs[k]))
        before = objective
    return rungs


Part = list[tuple[int, Step]]
"""Changes that belong together, each with its place in the plan."""


def parts_of_plan(result: Recommendation) -> list[Part]:
    """The parts of the plan; steps stand in the order of the parts."""
    left = list(enumerate(result.steps, 1))
    parts = []
    for part, _ in result.ladder[1:]:
        parts.append(left[: len(part)])
        del left[: len(part)]
    return parts


def together_text(place: int, part: Part, lang: str) -> str:
    """That a change shows its share of what its part does, and with which it shares; '' for a part of one."""
    others = say("report.comma", lang).join(str(k) for k, _ in part if k != place)
    return say("report.together", lang, others=others) if others else ""


def _part_text(part: Part, lang: str) -> str:
    places = str(part[0][0]) if len(part) == 1 else f"{part[0][0]}–{part[-1][0]}"
    changes = say("report.semicolon", lang).join(change_text(step.change, lang) for _, step in part)
    return f"{places}. {changes}"
