"""Timelines: which cell served when, and why it changed. Simulated runs and logged stretches wear the same shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

ELSEWHERE = -2
"""Index of a server that is none of the machine's cells: of the other technology, or one that nobody knows."""
STRANGER = -3
"""Index of the LTE cell that a log's fallback left if no table has it."""


@dataclass(frozen=True)
class Timeline:
    """One machine at one point.

    Attributes
    ----------
    machine : str
        ``gsm_idle``, ``gsm_call``, ``lte_idle`` or ``lte_call``; ``idle`` is a phone that may idle on both
        technologies, whose cells are the LTE cells and then the GSM cells.
    point : str
        Label of the point.
    time_s : ndarray (steps,)
    server : ndarray (runs, steps)
        Index into the machine's cells, −1 without service, `ELSEWHERE` on another cell.
    reason : ndarray (runs, steps)
        `rfopt.mobility.reasons.Reason` of a change at that step, 0 for none.
    level_dbm, quality_db : ndarray (runs, steps)
        Level and C/I or SINR of the server; NaN where not known.
    rxqual : ndarray (runs, steps)
        RXQUAL in calls, −1 elsewhere.
    """

    machine: str
    point: str
    time_s: NDArray[np.float64]
    server: NDArray[np.int16]
    reason: NDArray[np.int8]
    level_dbm: NDArray[np.float32]
    quality_db: NDArray[np.float32]
    rxqual: NDArray[np.int8]

    def runs(self, chosen: slice) -> Timeline:
        """The same timeline with some of its runs."""
        arrays = {n: getattr(self, n)[chosen] for n in ("server", "reason", "level_dbm", "quality_db", "rxqual")}
        return replace(self, **arrays)

    def after(self, start_s: float) -> Timeline:
        """The same timeline without what happened before `start_s`."""
        keep = self.time_s >= start_s
        arrays = {n: getattr(self, n)[:, keep] for n in ("server", "reason", "level_dbm", "quality_db", "rxqual")}
        return replace(self, time_s=self.time_s[keep], **arrays)

    @property
    def step_s(self) -> float:
        """Mean time between steps; 0 for a single one."""
        return float(self.time_s[-1] - self.time_s[0]) / (len(self.time_s) - 1) if len(self.time_s) > 1 else 0.0

    @property
    def minutes(self) -> float:
        """Time covered by all runs together, in minutes."""
        return self.step_s * self.server.size / 60.0


def in_a_row(turns: Sequence[Timeline]) -> Timeline:
    """Timelines of equal length and step that follow one another, as one."""
    if len(turns) == 1:
        return turns[0]
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(turn, name) for turn in turns], axis=1)
        for name in ("server", "reason", "level_dbm", "quality_db", "rxqual")
    }
    first = turns[0]
    return replace(first, time_s=first.time_s[0] + first.step_s * np.arange(arrays["server"].shape[1]), **arrays)


@dataclass(frozen=True)
class Fallbacks:
    """CSFB attempts at one point: what came of each.

    `lte_cell` and `cell` (runs, attempts) index the LTE and the GSM cells, `cell` −1 where none was found, `lte_cell`
    negative but for `STRANGER` where the phone was not on LTE;
    `success`, `area_update` and `delay_s` have the same shape, `delay_s` NaN where a log does not tell. What only a
    simulation knows is None for a log: `failure` (`rfopt.mobility.csfb.Failure`), and after the call `back_cell`, an
    LTE cell or −1, `tracking_update` and `back_s`, NaN where the phone does not come back.
    """

    point: str
    lte_cell: NDArray[np.int64]
    cell: NDArray[np.int64]
    success: NDArray[np.bool_]
    area_update: NDArray[np.bool_]
    delay_s: NDArray[np.float64]
    failure: NDArray[np.int64] | None = None
    back_cell: NDArray[np.int64] | None = None
    tracking_update: NDArray[np.bool_] | None = None
    back_s: NDArray[np.float64] | None = None

    @property
    def tried(self) -> NDArray[np.bool_]:
        """Where there was an attempt at all, (runs, attempts)."""
        return np.asarray((self.lte_cell >= 0) | (self.lte_cell == STRANGER))

    def runs(self, chosen: slice) -> Fallbacks:
        """The same attempts, of some of the runs."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "point"}
        return replace(self, **{name: values[chosen] for name, values in arrays.items() if values is not None})


@dataclass(frozen=True)
class Replay:
    """Everything KPIs are computed from: timelines and fallbacks at the complaint's points.

    `gsm_cells` and `lte_cells` name the indices; `wanted` are indices into `gsm_cells`,
    empty if none of them was heard, None if nobody says which cells are wanted. `modelled` is False for a
    replay that is the log itself.
    """

    gsm_cells: tuple[str, ...]
    lte_cells: tuple[str, ...]
    wanted: frozenset[int] | None
    timelines: tuple[Timeline, ...]
    fallbacks: tuple[Fallbacks, ...]
    modelled: bool = True

    def of(self, machine: str) -> list[Timeline]:
        """The timelines of one machine, a point each."""
        return [timeline for timeline in self.timelines if timeline.machine == machine]

    def at(self, points: frozenset[str]) -> Replay:
        """The part of it at some of the points."""
        return replace(
            self,
            timelines=tuple(t for t in self.timelines if t.point in points),
            fallbacks=tuple(f for f in self.fallbacks if f.point in points),
        )

    def runs(self, chosen: slice) -> Replay:
        """The part of it made by some of the runs."""
        return replace(
            self,
            timelines=tuple(t.runs(chosen) for t in self.timelines),
            fallbacks=tuple(f.runs(chosen) for f in self.fallbacks),
        )


def indices(wanted: tuple[str, ...], names: tuple[str, ...]) -> frozenset[int] | None:
    """Indices of the wanted cells among `names`; None if no cell is wanted at all."""
    return frozenset(names.index(name) for name in wanted if name in names) if wanted else None
