"""One plan before and after: paired simulation, gain, harm and cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from rfopt.evidence import Evidence
from rfopt.kpis import TOLERANCE, aim
from rfopt.mobility.simulate import simulate
from rfopt.mobility.timeline import Replay
from rfopt.network import Network, Plan, apply
from rfopt.planning.draws import MOST_REMEMBERED, by_draw, by_half, column, weighted
from rfopt.planning.harm import HARMING, Groups, Harm, harm, limits_of
from rfopt.planning.intervals import TAIL
from rfopt.proofs.alignment import misalignments

COSTS = {"power_dbm": 3.0, "elec_tilt_deg": 4.0}
"""Cost of a remote change where it is not 1: what touches other users, or a motor, is dearer than a parameter."""
VISIT_COST = 20.0
COST_WEIGHT = 0.002
"""Objective given up per unit of cost."""
HARM_WEIGHT = 0.05
"""Objective given up for the loss of a group of usual traffic that reaches the refused limit; up to the accepted limit
none is."""
MISALIGNED_WEIGHT = 0.01
REFUSED_LOSS = 1.0
GAIN, NO_LOSS = 1e-4, 0.005
"""Objective from which a draw is taken to gain, and up to which it is taken not to lose."""
LEAST_OPEN = 0.1
"""Share of the variance between draws that chance does not explain, at least."""


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
        How often idle and handover boundaries disagree (`rfopt.proofs.alignment`).
    by_half : ndarray (draws, 2), optional
        Objective in each half of a draw's runs: tells what chance makes of so few.
    deepened : float
        Objective that is lost below the hard fail, see `deepened`.
    """

    by_draw: NDArray[np.float64]
    harm: tuple[Harm, ...]
    cost: float
    misaligned: int = 0
    by_half: NDArray[np.float64] | None = None
    deepened: float = 0.0

    @property
    def objective(self) -> float:
        """Mean objective over the draws, 0…1."""
        return float(self.by_draw.mean())

    @property
    def worth(self) -> float:
        """Objective less what cost, harm, misalignment and deeper failures weigh: what the search maximises."""
        weighed = self.deepened + COST_WEIGHT * self.cost + HARM_WEIGHT * sum(h.weight * h.excess for h in self.harm)
        return self.objective - weighed - MISALIGNED_WEIGHT * self.misaligned

    @property
    def refused(self) -> str:
        """The harm limit that the plan breaks; '' if none."""
        worst = max(self.harm, key=lambda h: h.loss, default=None)
        if worst is None or worst.loss < REFUSED_LOSS:
            return ""
        limit = limits_of(worst.kpi)[1]
        return f"{worst.group}: {worst.kpi} {worst.before:g} → {worst.after:g}, at most {limit:g} may be lost"

    def helps(self, other: Score) -> float:
        """Probability that this plan is better than another: normal in the differences draw by draw, or by count.

        A gain that is great in some draws, small in the others and a loss in none is sure though it scatters: there the
        share of the draws that gain counts where it is the larger.
        Where halves of the draws are known, the chance of a draw's few runs is taken off the spread, but for what it
        leaves open of the mean; elsewhere it is part of it, so that a probability near 1 is earned. Equal in every draw
        counts as certain only where neither lacks anything.
        """
        gain = self.by_draw - other.by_draw
        spread = self._spread(other)
        if spread < 1e-12:
            return 1.0 if gain.mean() > 1e-9 or self.objective >= 1.0 - 1e-9 else 0.0
        normal = float(ndtr(gain.mean() / spread))
        return max(normal, counted(gain)) if gain.min() > -NO_LOSS else normal

    def _spread(self, other: Score) -> float:
        """Standard deviation of what a plan gains over another, between draws of what is uncertain."""
        gain = self.by_draw - other.by_draw
        if len(gain) < 2:
            return 0.0
        whole = float(gain.var(ddof=1))
        if self.by_half is None or other.by_half is None:
            return float(np.sqrt(whole))
        halves = self.by_half - other.by_half
        by_chance = float(((halves[:, 0] - halves[:, 1]) ** 2).mean()) / 4.0
        return float(np.sqrt(max(whole - by_chance, LEAST_OPEN * whole) + whole / len(gain)))


def counted(gain: NDArray[np.float64]) -> float:
    """Probability of a gain by the draws that have one, as after one half of a draw more.

    >>> counted(np.array([0.3, 0.0, 0.2])), counted(np.full(9, 0.1))
    (0.625, 0.95)
    """
    return float((gain > GAIN).sum() + 0.5) / (len(gain) + 1)


def cost_of(plan: Plan) -> float:
    """Cost in remote parameter changes: power 3, a remote electrical tilt 4, a crew on a tower 20, all else 1."""
    return sum(VISIT_COST if change.visit else COSTS.get(change.parameter, 1.0) for change in plan)


def score(evidence: Evidence, groups: Groups, plan: Plan, halves: bool = False) -> Score:
    """Simulate a plan on the case's own fading and predict whom it harms; `halves` tell chance from gain."""
    after = applied(evidence, plan)
    replay = simulate(evidence.situation, after)
    odd = len(misalignments(evidence, after))
    parts = by_half(replay, evidence) if halves else None
    lost = deepened(replay, evidence)
    return Score(by_draw(replay, evidence), harm_of(groups, after, plan), cost_of(plan), odd, parts, lost)


@dataclass(frozen=True)
class Loss:
    """A figure of the complaint that a plan surely makes worse, and by more than `TOLERANCE`: it misses its target."""

    kpi: str
    before: float
    after: float

    @property
    def limit(self) -> float:
        """What the default gates would let it lose."""
        return TOLERANCE * abs(aim(self.kpi).target - aim(self.kpi).fail)

    def sentence(self) -> str:
        """What the plan gives up for what it gains."""
        return (
            f"the plan gives up {self.kpi} {self.before:g} → {self.after:g} for what it gains: the default gates let "
            f"{self.limit:g} be lost and refuse it"
        )


def losses(replay: Replay, evidence: Evidence) -> list[Loss]:
    """What a plan makes worse at the complaint's own points, as the default gates count it."""
    found = []
    for name in weighted():
        goal, before, after = aim(name), *(np.array(column(one, evidence, name)) for one in (evidence.replay, replay))
        lost = (before - after) / (goal.target - goal.fail)
        known = np.isfinite(lost)
        if known.any() and lost[known].mean() > TOLERANCE and np.quantile(lost[known], TAIL) > 0.0:
            loss = Loss(name, *(round(float(values[known].mean()), 4) for values in (before, after)))
            found += [loss] if goal.severity(loss.after) > 0.5 else []
    return found


def deepened(replay: Replay, evidence: Evidence) -> float:
    """What a plan loses of figures that fail hard already, by their weights: the objective counts them as 0 whatever.

    A figure as far beyond its hard fail as that is from the target counts as 1 less than nothing, and no figure counts
    more.
    """
    lost = whole = 0.0
    for name in weighted():
        goal, ends = aim(name), []
        for one in (evidence.replay, replay):
            values = np.array(column(one, evidence, name))
            ends.append(np.clip((values - goal.fail) / (goal.target - goal.fail), -1.0, 0.0))
        known = np.isfinite(ends[0] + ends[1])
        whole += goal.weight * bool(known.any())
        lost += goal.weight * max(float((ends[0] - ends[1])[known].mean()), 0.0) if known.any() else 0.0
    return lost / whole if whole else 0.0


def applied(evidence: Evidence, plan: Plan) -> Network:
    """The network after a plan; plans that change a table alike share it, so that what is read from it is read once."""
    network, known = evidence.network, evidence.situation.applied
    for table in ("cells", "neighbours", "redirects"):
        changes = tuple(change for change in plan if change.table == table)
        if changes and changes not in known:
            known[changes] = getattr(apply(evidence.network, changes), table)
            while len(known) > MOST_REMEMBERED:
                del known[next(iter(known))]
        if changes:
            network = replace(network, **{table: known[changes]})
    return network


def harm_of(groups: Groups, after: Network, plan: Plan) -> tuple[Harm, ...]:
    """Whom a plan harms; nobody where it changes nothing that others feel."""
    moved = tuple(c for c in plan if c.neighbour is None and c.parameter in HARMING)
    if moved and moved not in groups.harmed:
        groups.harmed[moved] = tuple(harm(groups, after))
    return groups.harmed[moved] if moved else ()
