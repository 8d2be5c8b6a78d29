"""The figures of a replay draw by draw, remembered: what a plan left alone is not computed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rfopt.evidence import Evidence
from rfopt.kpis import kpis, objective
from rfopt.mobility.timeline import Replay

MOST_REMEMBERED = 400
"""Figures kept for plans that leave what they are read from as it was."""


def weighted() -> tuple[str, ...]:
    """The figures that the objective is made of."""
    return tuple(name for name in kpis if kpis.facts[name].get("weight", 0.0) > 0)


def by_draw(replay: Replay, evidence: Evidence) -> NDArray[np.float64]:
    """The objective of each draw's runs."""
    return np.array([objective(figures) for figures in figures_by_draw(replay, evidence, weighted())])


def by_half(replay: Replay, evidence: Evidence) -> NDArray[np.float64] | None:
    """The objective of each half of each draw's runs, (draws, 2); None where a draw is a single run."""
    slices = evidence.situation.runs_of_draw()
    if any(runs.stop - runs.start < 2 for runs in slices):
        return None
    middles = [(runs.start + runs.stop) // 2 for runs in slices]
    halves = [
        half
        for runs, middle in zip(slices, middles, strict=True)
        for half in (slice(runs.start, middle), slice(middle, runs.stop))
    ]
    columns = {name: over("halves", halves, name, replay, evidence) for name in weighted()}
    worth = [objective({name: column[k] for name, column in columns.items()}) for k in range(len(halves))]
    return np.array(worth).reshape(len(slices), 2)


def figures_by_draw(replay: Replay, evidence: Evidence, names: tuple[str, ...]) -> list[dict[str, float]]:
    """Some figures of each draw's runs; what a plan left alone is not computed again."""
    columns = {name: column(replay, evidence, name) for name in names}
    return [{name: columns[name][k] for name in names} for k in range(evidence.situation.budget.draws)]


def figures_of(replay: Replay, evidence: Evidence) -> dict[str, float]:
    """Every figure over all runs, as `rfopt.kpis.compute` gives it; what a plan left alone is not computed again."""
    return {name: once("all", name, replay, evidence, kpis[name]) for name in kpis}


def column(replay: Replay, evidence: Evidence, name: str) -> list[float]:
    """One figure in every draw."""
    return over("draws", evidence.situation.runs_of_draw(), name, replay, evidence)


def over(kind: str, slices: list[slice], name: str, replay: Replay, evidence: Evidence) -> list[float]:
    """One figure over each of some slices of the runs; figures of one machine share the cutting."""

    def cut(alone: Replay) -> list[Replay]:
        return [alone.runs(runs) for runs in slices]

    def figures(alone: Replay) -> list[float]:
        return [float(kpis[name](part)) for part in once(f"cut {kind}", name, alone, evidence, cut)]

    found: list[float] = once(kind, name, replay, evidence, figures)
    return found


def once(kind: str, name: str, replay: Replay, evidence: Evidence, work: Callable[[Replay], Any]) -> Any:
    """What `work` makes of a figure's part of a replay, remembered by the very timelines it was read from."""
    machine = kpis.facts[name]["of"]
    parts = tuple(replay.of(machine)), replay.fallbacks if machine == "csfb" else ()
    remembered = evidence.situation.figures
    of = machine if kind.startswith("cut") else name
    key = kind, of, tuple(id(part) for part in (*parts[0], *parts[1]))
    if key not in remembered:
        remembered[key] = parts, work(replace(replay, timelines=parts[0], fallbacks=parts[1]))
        while len(remembered) > MOST_REMEMBERED:
            del remembered[next(iter(remembered))]
    return remembered[key][1]
