"""One plan before and after: paired simulation, gain, harm and cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from rfopt.alignment import misalignments
from rfopt.evidence import Evidence
from rfopt.harm import COVERAGE_LOSS, LEVEL_LOSS_DB, Groups, Harm, harm
from rfopt.kpis import kpis, objective
from rfopt.mobility.simulate import simulate
from rfopt.mobility.timeline import Replay
from rfopt.network import Network, Plan, apply

COSTS = {"power_dbm": 3.0, "elec_tilt_deg": 4.0}
"""Cost of a remote change where it is not 1: what touches other users, or a motor, is dearer than a parameter."""
VISIT_COST = 20.0
COST_WEIGHT = 0.002
"""Objective given up per unit of cost."""
HARM_WEIGHT = 0.05
"""Objective given up for a group's loss that reaches the refused limit; up to the accepted limit none is."""
MISALIGNED_WEIGHT = 0.01
REFUSED_LOSS = 1.0
MOST_REMEMBERED = 400
"""Figures kept for plans that leave what they are read from as it was."""


@dataclass(frozen=True)
class Score:
    """What a plan is worth.

    Attributes
    ----------
    by_draw : ndarray (draws,)
        Objective in each draw of what is uncertain; plans are compared draw by draw.
    harm : tuple of Harm
    cost : float
        In remote parameter changes.
    misaligned : int
        How often idle and handover boundaries disagree (`rfopt.alignment`).
    """

    by_draw: NDArray[np.float64]
    harm: tuple[Harm, ...]
    cost: float
    misaligned: int = 0

    @property
    def objective(self) -> float:
        """Mean objective over the draws, 0…1."""
        return float(self.by_draw.mean())

    @property
    def worth(self) -> float:
        """Objective less what cost, harm and misalignment weigh: what the search maximises."""
        weighed = COST_WEIGHT * self.cost + HARM_WEIGHT * sum(h.excess for h in self.harm)
        return self.objective - weighed - MISALIGNED_WEIGHT * self.misaligned

    @property
    def refused(self) -> str:
        """The harm limit that the plan breaks; '' if none."""
        worst = max(self.harm, key=lambda h: h.loss, default=None)
        if worst is None or worst.loss < REFUSED_LOSS:
            return ""
        limit = LEVEL_LOSS_DB[1] if worst.kpi.endswith("dbm") else COVERAGE_LOSS[1]
        return f"{worst.group}: {worst.kpi} {worst.before:g} → {worst.after:g}, at most {limit:g} may be lost"

    def helps(self, other: Score) -> float:
        """Probability that this plan is better than another: normal in the differences draw by draw.

        The differences hold the chance of a draw's few runs too, so a probability near one half says little and one
        near 1 is earned. Equal in every draw counts as certain only where neither lacks anything.
        """
        gain = self.by_draw - other.by_draw
        spread = float(gain.std(ddof=1)) if len(gain) > 1 else 0.0
        if spread < 1e-12:
            return 1.0 if gain.mean() > 1e-9 or self.objective >= 1.0 - 1e-9 else 0.0
        return float(ndtr(gain.mean() / spread))


def cost_of(plan: Plan) -> float:
    """Cost in remote parameter changes: power 3, a remote electrical tilt 4, a crew on a tower 20, all else 1."""
    return sum(VISIT_COST if change.visit else COSTS.get(change.parameter, 1.0) for change in plan)


def score(evidence: Evidence, groups: Groups, plan: Plan) -> Score:
    """Simulate a plan on the case's own fading and predict whom it harms."""
    after = apply(evidence.network, plan)
    replay = simulate(evidence.situation, after)
    odd = len(misalignments(evidence, after))
    return Score(by_draw(replay, evidence), _harm(groups, after, plan), cost_of(plan), odd)


def _harm(groups: Groups, after: Network, plan: Plan) -> tuple[Harm, ...]:
    moves_levels = any(
        c.neighbour is None and c.parameter in ("power_dbm", "mech_tilt_deg", "elec_tilt_deg") for c in plan
    )
    return tuple(harm(groups, after)) if moves_levels else ()


def by_draw(replay: Replay, evidence: Evidence) -> NDArray[np.float64]:
    """The objective of each draw's runs."""
    names = tuple(name for name in kpis if kpis.facts[name].get("weight", 0.0) > 0)
    return np.array([objective(figures) for figures in figures_by_draw(replay, evidence, names)])


def figures_by_draw(replay: Replay, evidence: Evidence, names: tuple[str, ...]) -> list[dict[str, float]]:
    """Some figures of each draw's runs; what a plan left alone is not computed again."""
    columns = {name: _column(replay, evidence, name) for name in names}
    return [{name: columns[name][k] for name in names} for k in range(evidence.situation.budget.draws)]


def _column(replay: Replay, evidence: Evidence, name: str) -> list[float]:
    """One figure in every draw, remembered by the very timelines it was read from."""
    machine = kpis.facts[name]["of"]
    parts = tuple(replay.of(machine)), replay.fallbacks if machine == "csfb" else ()
    remembered = evidence.situation.figures
    key = name, tuple(id(part) for part in (*parts[0], *parts[1]))
    if key not in remembered:
        alone = replace(replay, timelines=parts[0], fallbacks=parts[1])
        remembered[key] = parts, [float(kpis[name](alone.runs(runs))) for runs in evidence.situation.runs_of_draw()]
        while len(remembered) > MOST_REMEMBERED:
            del remembered[next(iter(remembered))]
    return list(remembered[key][1])


def intervals(replay: Replay, evidence: Evidence) -> Mapping[str, tuple[float, float]]:
    """90 % interval of every figure: the 5th and 95th percentile over the draws of what is uncertain."""
    tables = figures_by_draw(replay, evidence, tuple(kpis))
    spans = {}
    for name in kpis:
        values = np.array([table[name] for table in tables])
        values = values[np.isfinite(values)]
        spans[name] = (
            (float(np.percentile(values, 5)), float(np.percentile(values, 95))) if values.size else (np.nan, np.nan)
        )
    return spans
