"""One plan before and after: paired simulation, gain, harm and cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rfopt.evidence import Evidence
from rfopt.harm import COVERAGE_LOSS, LEVEL_LOSS_DB, Groups, Harm, harm
from rfopt.kpis import kpis, objective
from rfopt.mobility.simulate import simulate
from rfopt.mobility.timeline import Replay
from rfopt.network import Network, Plan, apply

REMOTE_COST, RET_COST, VISIT_COST = 1.0, 2.0, 20.0
COST_WEIGHT = 0.001
"""Objective given up per unit of cost."""
HARM_WEIGHT = 0.05
"""Objective given up for a group's loss at the refused limit."""
REFUSED_LOSS = 1.0


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
    """

    by_draw: NDArray[np.float64]
    harm: tuple[Harm, ...]
    cost: float

    @property
    def objective(self) -> float:
        """Mean objective over the draws, 0…1."""
        return float(self.by_draw.mean())

    @property
    def worth(self) -> float:
        """Objective less what cost and harm weigh: what the search maximises."""
        return self.objective - COST_WEIGHT * self.cost - HARM_WEIGHT * sum(h.loss for h in self.harm)

    @property
    def refused(self) -> str:
        """The harm limit that the plan breaks; '' if none."""
        worst = max(self.harm, key=lambda h: h.loss, default=None)
        if worst is None or worst.loss < REFUSED_LOSS:
            return ""
        limit = LEVEL_LOSS_DB[1] if worst.kpi.endswith("dbm") else COVERAGE_LOSS[1]
        return f"{worst.group}: {worst.kpi} {worst.before:g} → {worst.after:g}, at most {limit:g} may be lost"

    def helps(self, other: Score) -> float:
        """Share of draws in which this plan is better than another."""
        return float((self.by_draw > other.by_draw + 1e-9).mean())


def cost_of(plan: Plan) -> float:
    """Cost in remote parameter changes: a remote one 1, a remote electrical tilt 2, a crew on a tower 20."""
    return sum(VISIT_COST if c.visit else RET_COST if c.parameter == "elec_tilt_deg" else REMOTE_COST for c in plan)


def score(evidence: Evidence, groups: Groups, plan: Plan) -> Score:
    """Simulate a plan on the case's own fading and predict whom it harms."""
    after = apply(evidence.network, plan)
    return Score(by_draw(simulate(evidence.situation, after), evidence), _harm(groups, after, plan), cost_of(plan))


def _harm(groups: Groups, after: Network, plan: Plan) -> tuple[Harm, ...]:
    moves_levels = any(c.neighbour is None and c.parameter in ("power_dbm", "mech_tilt_deg", "elec_tilt_deg") for c in plan)
    return tuple(harm(groups, after)) if moves_levels else ()


def by_draw(replay: Replay, evidence: Evidence) -> NDArray[np.float64]:
    """The objective of each draw's runs."""
    return np.array([objective(figures) for figures in figures_by_draw(replay, evidence, judged())])


def judged() -> tuple[str, ...]:
    """Figures that the objective weighs."""
    return tuple(name for name in kpis if kpis.facts[name].get("weight", 0.0) > 0)


def figures_by_draw(replay: Replay, evidence: Evidence, names: tuple[str, ...]) -> list[dict[str, float]]:
    """Some figures of each draw's runs."""
    draw = evidence.situation.draw_of_run()
    groups = [np.flatnonzero(draw == k) for k in range(evidence.situation.budget.draws)]
    return [{name: float(kpis[name](part)) for name in names} for part in (replay.runs(group) for group in groups)]


def intervals(replay: Replay, evidence: Evidence) -> Mapping[str, tuple[float, float]]:
    """90 % interval of every figure: the 5th and 95th percentile over the draws of what is uncertain."""
    tables = figures_by_draw(replay, evidence, tuple(kpis))
    spans = {}
    for name in kpis:
        values = np.array([table[name] for table in tables])
        values = values[np.isfinite(values)]
        spans[name] = (float(np.percentile(values, 5)), float(np.percentile(values, 95))) if values.size else (np.nan, np.nan)
    return spans


