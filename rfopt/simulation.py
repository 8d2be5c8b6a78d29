"""Key figures of a case: as logged, as simulated, and as simulated with a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rfopt import __version__
from rfopt.case import Case
from rfopt.kpis import compute, objective
from rfopt.mobility.simulate import simulate
from rfopt.network import Plan, apply
from rfopt.planning.notes import notes_on
from rfopt.planning.score import intervals
from rfopt.recommendation import Progress, diagnose_case, quiet


def simulate_case(case: Case, plan: Plan, seed: int = 0, progress: Progress = quiet) -> dict[str, Any]:
    """Key figures of a case as logged, as simulated, and as simulated with a plan, on the same fading.

    Returns
    -------
    dict
        ``kpis`` with ``measured``, ``before``, ``after`` and 90 % ``interval`` of each figure, ``objective`` before
        and after, and ``warnings``; NaN is None.

    Raises
    ------
    InputError
        If the case has no network or the plan does not fit it.
    """
    evidence, diagnosis = diagnose_case(case, seed, progress)
    after = simulate(evidence.situation, apply(evidence.network, plan))
    figures = compute(after)
    spans = intervals(after, evidence)
    return {
        "schema": "rfopt.simulation/1",
        "case": case.id,
        "seed": seed,
        "version": __version__,
        "plan": [str(change) for change in plan],
        "objective": {"before": round(diagnosis.objective, 6), "after": round(objective(figures), 6)},
        "kpis": {
            "measured": _table(diagnosis.figures.measured),
            "before": _table(diagnosis.figures.modelled),
            "after": _table(figures),
            "interval": {name: [_number(low), _number(high)] for name, (low, high) in spans.items()},
        },
        "warnings": list(notes_on(evidence, plan)),
    }


def _table(figures: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _number(value) for name, value in figures.items()}


def _number(value: float) -> float | None:
    """A number as JSON can hold it: None for NaN."""
    return None if not math.isfinite(value) else round(value, 6)
