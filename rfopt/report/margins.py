"""What keeps a phone where it is, room by room: C2 in idle mode, the power budget in calls, before and after a plan.

From the mean levels of the log, so a margin says where a phone tends to go, and fading of some decibels moves it about.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rfopt.mobility.criteria import c1, c2
from rfopt.needed import LEAD_DB
from rfopt.network import Network, apply
from rfopt.recommendation import Recommendation
from rfopt.report.bars import shifts_of
from rfopt.report.marks import Mark, Marks
from rfopt.sentences import UNKNOWN, number

MOST_ROWS = 7
LONG_ON_LIST_S = 1e6
"""A neighbour listed for so long has lost its temporary offset."""


@dataclass(frozen=True)
class Margin:
    """One cell's number before and after; `before_x` and `after_x` in per cent of the scale, if there is one."""

    mark: Mark
    before: str
    after: str
    before_x: float | None
    after_x: float | None


@dataclass(frozen=True)
class Margins:
    """The margins at one room against one cell.

    Attributes
    ----------
    own : Mark
        The wanted cell that is strongest here; without a wanted one the cell an idle phone prefers.
    idle : tuple of Margin
        C2 of the cells, best first.
    lead_before, lead_after : str
        C2 of the own cell above the best other.
    met : bool
        The lead after is what keeps a phone in place.
    call : tuple of Margin
        By how much the power budget of each neighbour of the own cell lacks its margin; below 0 a call is handed over.
    low_db, high_db, call_low_db, call_high_db : float
        Ends of the two scales.
    zero_x : float
        Where 0 stands on the second one.
    """

    point: str
    own: Mark
    idle: tuple[Margin, ...]
    lead_before: str
    lead_after: str
    met: bool
    call: tuple[Margin, ...]
    low_db: float
    high_db: float
    call_low_db: float
    call_high_db: float
    zero_x: float


def margins_of(result: Recommendation, marks: Marks) -> list[Margins]:
    """The margins of every room in which GSM was heard."""
    gsm = result.evidence.gsm.levels
    names = [str(name) for name in gsm.cells]
    before, after = result.evidence.network, apply(result.evidence.network, result.plan)
    shift = shifts_of(result)
    looks = {mark.name: mark for mark in marks.gsm}
    found = []
    for p, point in enumerate(map(str, gsm.points.index)):
        level = pd.Series(gsm.dbm[p], index=names)
        level = level[[gsm.source[p, k] > 0 for k in range(len(names))]].dropna()
        if len(level) > 1:
            moved = level + [shift.get((point, name), 0.0) for name in level.index]
            found.append(_at_room(point, level, moved, (before, after), result.evidence.wanted, looks))
    return found


def _at_room(
    point: str,
    level: pd.Series,
    moved: pd.Series,
    networks: tuple[Network, Network],
    wanted: tuple[str, ...],
    looks: Mapping[str, Mark],
) -> Margins:
    idle = tuple(_c2(dbm, network) for dbm, network in zip((level, moved), networks, strict=True))
    mine = [name for name in wanted if name in level.index] or [str(idle[0].idxmax())]
    own = max(mine, key=lambda name: (float(level[name]), name))
    order = sorted(level.index, key=lambda name: (-max(idle[0][name], idle[1][name]), name))[:MOST_ROWS]
    shown = [*order, *([own] if own not in order else [])]
    low, high = _ends([score[name] for score in idle for name in shown])
    room = tuple(_room_db(dbm, network, own) for dbm, network in zip((level, moved), networks, strict=True))
    related = sorted(set(room[0]) | set(room[1]), key=lambda name: (_least(room, name), name))[:MOST_ROWS]
    call_low, call_high = _ends([0.0, *(part[name] for part in room for name in related if name in part)])
    leads = [float(score[own] - score.drop(own).max()) for score in idle]
    return Margins(
        point, looks[own],
        tuple(_margin(looks[name], idle[0].get(name), idle[1].get(name), low, high) for name in shown),
        number(leads[0], 1, signed=True), number(leads[1], 1, signed=True), leads[1] >= LEAD_DB,
        tuple(_margin(looks[name], room[0].get(name), room[1].get(name), call_low, call_high) for name in related),
        low, high, call_low, call_high, round(100.0 * -call_low / (call_high - call_low), 2),
    )  # fmt: skip


def _c2(level: pd.Series, network: Network) -> pd.Series:
    cells = network.cells.loc[level.index]
    path = c1(level, cells["rxlev_access_min_dbm"])
    reward, temporary = cells["cell_reselect_offset_db"], cells["temporary_offset_db"]
    return pd.Series(c2(path, reward, temporary, cells["penalty_time_s"], LONG_ON_LIST_S), index=level.index)


def _room_db(level: pd.Series, network: Network, own: str) -> dict[str, float]:
    """By how much each neighbour of a cell lacks its power-budget margin."""
    relations = network.neighbours
    near = [str(b) for a, b in relations.index if a == own and b in level.index]
    margin = {name: float(relations.at[(own, name), "ho_margin_pbgt_db"]) for name in near}  # type: ignore[arg-type]
    return {name: margin[name] - float(level[name] - level[own]) for name in near if math.isfinite(margin[name])}


def _least(room: Iterable[Mapping[str, float]], name: str) -> float:
    return min(part[name] for part in room if name in part)


def _ends(values: Iterable[float]) -> tuple[float, float]:
    """Ends of a scale in tens that holds some values."""
    known = np.array([value for value in values if math.isfinite(value)])
    return 10.0 * math.floor((known.min() - 1.0) / 10.0), 10.0 * math.ceil((known.max() + 1.0) / 10.0)


def _margin(mark: Mark, before: float | None, after: float | None, low: float, high: float) -> Margin:
    was, now = (UNKNOWN if value is None else number(float(value), 1, signed=True) for value in (before, after))
    from_x, to_x = (
        None if value is None else round(100.0 * (value - low) / (high - low), 2) for value in (before, after)
    )
    return Margin(mark, was, now, from_x, to_x)
