"""Key figures of a case: as logged, as simulated, and as simulated with a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rfopt import __version__
from rfopt.case import Case
from rfopt.kpis import compute, objective
from rfopt.mobility.simulate import simulate
from rfopt.neighbourhood import part_of
from rfopt.network import Changes, Plan, apply
from rfopt.planning.notes import notes_on
from rfopt.planning.stated import intervals
from rfopt.recommendation import Progress, diagnose_case, quiet
from rfopt.shown import Shown


@dataclass(frozen=True)
class Simulation(Shown):
    """Key figures of a case on the same fading without and with a plan.

    Attributes
    ----------
    measured, before, after : mapping
        Every figure as counted in the log, modelled as found, and modelled with the plan; NaN where not known.
    interval : mapping
        90 % interval of each figure with the plan.
    objective : (float, float)
        Before and after.
    """

    case: Case
    plan: Changes
    seed: int
    measured: Mapping[str, float]
    before: Mapping[str, float]
    after: Mapping[str, float]
    interval: Mapping[str, tuple[float, float]]
    objective: tuple[float, float]
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        before, after = self.objective
        return f"<Simulation of {self.case!r} with {len(self.plan)} changes: objective {before:.3f} → {after:.3f}>"

    def as_json(self) -> dict[str, Any]:
        """``rfopt.simulation/1``; NaN is None."""
        before, after = self.objective
        return {
            "schema": "rfopt.simulation/1",
            "case": self.case.id,
            "seed": self.seed,
            "version": __version__,
            "plan": [str(change) for change in self.plan],
            "objective": {"before": round(before, 6), "after": round(after, 6)},
            "kpis": {
                "measured": _table(self.measured),
                "before": _table(self.before),
                "after": _table(self.after),
                "interval": {name: [_number(low), _number(high)] for name, (low, high) in self.interval.items()},
            },
            "warnings": list(self.warnings),
        }


def simulation(case: Case, plan: Plan, seed: int = 0, progress: Progress = quiet) -> Simulation:
    """Simulate a case without and with a plan.

    Raises
    ------
    InputError
        If the case has no network or the plan does not fit it.
    """
    evidence, diagnosis = diagnose_case(case, seed, progress)
    plan = part_of(plan, evidence.network)
    after = simulate(evidence.situation, apply(evidence.network, plan))
    figures = compute(after)
    return Simulation(
        case,
        Changes(plan),
        seed,
        diagnosis.figures.measured,
        diagnosis.figures.modelled,
        figures,
        intervals(after, evidence),
        (diagnosis.objective, objective(figures)),
        notes_on(evidence, plan, diagnosis.doubts),
    )


def simulate_case(case: Case, plan: Plan, seed: int = 0, progress: Progress = quiet) -> dict[str, Any]:
    """Key figures of a case as logged, as simulated, and as simulated with a plan, as plain values.

    Raises
    ------
    InputError
        If the case has no network or the plan does not fit it.
    """
    return simulation(case, plan, seed, progress).as_json()


def _table(figures: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _number(value) for name, value in figures.items()}


def _number(value: float) -> float | None:
    """A number as JSON can hold it: None for NaN."""
    return None if not math.isfinite(value) else round(value, 6)
