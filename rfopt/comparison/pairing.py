"""Two visits, figure by figure: before, after, and the difference paired by room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rfopt.comparison.chance import DRAWS, TAIL, counted, draws, ends, looks_of, pooled_draws, unit_of
from rfopt.comparison.visits import Visit, joined
from rfopt.kpis import aim, kpis
from rfopt.mobility.timeline import Replay
from rfopt.planning.intervals import BOUNDED, RATES

FloatArray = NDArray[np.float64]

LEAST_CHANGE = {"share": 0.03, "1/min": 0.1, "1/call": 0.05, "dB": 1.0, "dBm": 2.0, "s": 1.0}
"""A smaller change of a figure matters to nobody, however surely it is one."""


@dataclass(frozen=True)
class Side:
    """A figure in one log: as counted, its 90 % interval, and over how many minutes, calls or attempts."""

    value: float
    low: float
    high: float
    exposure: float


@dataclass(frozen=True)
class Difference:
    """A figure before and after.

    Attributes
    ----------
    room : str
        Label of the room, '' for all rooms together.
    before, after : Side
    change, low, high : float
        After less before and its 90 % interval; over all rooms each room weighs in both logs what the shorter stay
        there knows, so that a longer stay in a bad room is no change.
    better : float
        Probability that the figure is better now.
    """

    name: str
    room: str
    before: Side
    after: Side
    change: float
    low: float
    high: float
    better: float

    @property
    def known(self) -> bool:
        """Whether both logs give the figure."""
        return bool(np.isfinite(self.change))


@dataclass(frozen=True)
class Paired:
    """All figures of two visits.

    Attributes
    ----------
    overall : tuple of Difference
        Over the rooms that both logs have.
    by_room : tuple of Difference
    objective : Difference
        The weighted mean utility, 0…1, of the figures that both logs give.
    """

    overall: tuple[Difference, ...]
    by_room: tuple[Difference, ...]
    objective: Difference


@dataclass(frozen=True)
class _Drawn:
    """Draws (sides, rooms, draws) of one figure, what was counted and its exposure (sides, rooms).

    `pooled` (sides, draws) is of a percentile, which over several rooms is not the mean of the rooms' own.
    """

    values: FloatArray
    counted: FloatArray
    exposure: FloatArray
    pooled: FloatArray | None = None

    @property
    def weights(self) -> FloatArray:
        """Weight of each room in both visits alike: what the shorter stay knows, after Mantel and Haenszel."""
        known = np.isfinite(self.values).all(axis=(0, 2))
        both = self.exposure.prod(axis=0) / np.maximum(self.exposure.sum(axis=0), 1e-9)
        both = np.where(known, both, 0.0)
        return np.asarray(both / both.sum()) if both.sum() > 0 else both

    def over_rooms(self, side: int, weights: FloatArray) -> FloatArray:
        """Draws of the figure over the rooms; NaN where no room is known."""
        if self.pooled is not None:
            return np.asarray(self.pooled[side])
        if not weights.sum() > 0:
            return np.full(DRAWS, np.nan)
        return np.asarray(weights @ np.nan_to_num(self.values[side]))

    @property
    def change(self) -> float:
        """After less before, as counted, each room with its weight."""
        if self.pooled is not None:
            return float(np.median(self.pooled[1]) - np.median(self.pooled[0]))
        change = np.diff(np.nan_to_num(self.counted), axis=0)[0]
        return float(self.weights @ change) if self.weights.sum() > 0 else np.nan


def sign_of(name: str) -> int:
    """+1 where more is better, −1 where less is."""
    goal = aim(name)
    if np.isfinite(goal.target):
        return 1 if goal.target > goal.fail else -1
    return -1 if goal.unit in (*RATES, "s") else 1


def pair(before: Visit, after: Visit, rooms: Sequence[str], seed: int) -> Paired:
    """Every figure of the shelf at every room that both visits have, and over them."""
    sides = [[visit.rooms[room] for room in rooms] for visit in (before, after)]
    labels = [after.labels[room] for room in rooms]
    overall, by_room, drawn = [], [], {}
    for name in kpis:
        drawn[name] = _draw(name, sides, rooms, seed)
        overall.append(_overall(name, sides, drawn[name]))
        by_room += _by_room(name, sides, labels, drawn[name])
    found = tuple(one for one in by_room if one.known)
    return Paired(tuple(overall), found, _objective(drawn, overall))


def _draw(name: str, sides: list[list[Replay]], rooms: Sequence[str], seed: int) -> _Drawn:
    looks = looks_of(name, [room for side in sides for room in side], f"{seed}")
    values = [
        [draws(name, replay, looks, f"{seed}/{when}/{room}") for room, replay in zip(rooms, side, strict=True)]
        for when, side in zip(("before", "after"), sides, strict=True)
    ]
    found = [[counted(name, replay) for replay in side] for side in sides]
    drawn = _Drawn(
        np.array(values),
        np.array([[one.value for one in side] for side in found]),
        np.array([[one.exposure for one in side] for side in found]),
    )
    if unit_of(name) in BOUNDED:
        return drawn
    pooled = [
        pooled_draws(name, side, drawn.weights, f"{seed}/{when}")
        for when, side in zip(("before", "after"), sides, strict=True)
    ]
    return replace(drawn, pooled=np.array(pooled))


def _overall(name: str, sides: list[list[Replay]], drawn: _Drawn) -> Difference:
    values = [counted(name, joined(side)) for side in sides]
    shares = drawn.exposure / np.maximum(drawn.exposure.sum(axis=1, keepdims=True), 1e-9)
    shares = np.where(np.isfinite(drawn.values).all(axis=2), shares, 0.0)
    own = [drawn.over_rooms(side, shares[side]) for side in (0, 1)]
    paired = [drawn.over_rooms(side, drawn.weights) for side in (0, 1)]
    told = [
        Side(one.value, *_about(one.value, of, unit_of(name)), one.exposure)
        for one, of in zip(values, own, strict=True)
    ]
    return _difference(name, "", told[0], told[1], drawn.change, paired[0], paired[1])


def _about(value: float, drawn: FloatArray, unit: str) -> tuple[float, float]:
    """The interval of a figure over all rooms; a percentile's is about what was counted."""
    if unit not in BOUNDED and np.isfinite(value):
        drawn = drawn - np.median(drawn) + value
    return ends(drawn, value, unit)


def _by_room(name: str, sides: list[list[Replay]], labels: Sequence[str], drawn: _Drawn) -> list[Difference]:
    out = []
    for k, label in enumerate(labels):
        told = []
        for side in (0, 1):
            one = counted(name, sides[side][k])
            told.append(Side(one.value, *ends(drawn.values[side, k], one.value, unit_of(name)), one.exposure))
        change = told[1].value - told[0].value
        out.append(_difference(name, label, told[0], told[1], change, drawn.values[0, k], drawn.values[1, k]))
    return out


def _difference(
    name: str, room: str, before: Side, after: Side, change: float, was: FloatArray, now: FloatArray
) -> Difference:
    differences = now - was
    if not np.isfinite(differences).all():
        return Difference(name, room, before, after, np.nan, np.nan, np.nan, np.nan)
    low, high = (float(np.quantile(differences, q)) for q in (TAIL, 1.0 - TAIL))
    gain = sign_of(name) * differences
    better = float((gain > 0).mean() + 0.5 * (gain == 0).mean())
    return Difference(name, room, before, after, change, low, high, better)


def _objective(drawn: Mapping[str, _Drawn], overall: Sequence[Difference]) -> Difference:
    """The objective of both visits in every draw, from the figures that both give."""
    known = [one for one in overall if one.known and aim(one.name).weight > 0]
    if not known:
        nothing = Side(np.nan, np.nan, np.nan, 0.0)
        return Difference("objective", "", nothing, nothing, np.nan, np.nan, np.nan, np.nan)
    weight = np.array([aim(one.name).weight for one in known])
    weight = weight / weight.sum()
    by_side, sides = [], []
    for k, side in enumerate(("before", "after")):
        rooms = [drawn[one.name].over_rooms(k, drawn[one.name].weights) for one in known]
        of_draws = weight @ np.array([_utility(one.name, d) for one, d in zip(known, rooms, strict=True)])
        value = float(weight @ np.array([aim(one.name).utility(getattr(one, side).value) for one in known]))
        by_side.append(of_draws)
        low, high = (float(np.quantile(of_draws, q)) for q in (TAIL, 1.0 - TAIL))
        sides.append(Side(value, low, high, 0.0))
    change = by_side[1] - by_side[0]
    low, high = (float(np.quantile(change, q)) for q in (TAIL, 1.0 - TAIL))
    better = float((change > 0).mean() + 0.5 * (change == 0).mean())
    return Difference("objective", "", sides[0], sides[1], sides[1].value - sides[0].value, low, high, better)


def _utility(name: str, values: FloatArray) -> FloatArray:
    """`rfopt.kpis.Aim.utility` of many values."""
    goal = aim(name)
    return np.asarray(np.clip((values - goal.fail) / (goal.target - goal.fail), 0.0, 1.0))
