"""One plan before and after: paired simulation, gain, harm and cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from rfopt.evidence import Evidence
from rfopt.kpis import NO_SERVICE, TOLERANCE, aim, count, kpis, objective
from rfopt.kpis.drop_per_call import CALL_S
from rfopt.mobility.csfb import FAILED_S
from rfopt.mobility.reasons import HANDOVERS
from rfopt.mobility.simulate import simulate
from rfopt.mobility.timeline import ELSEWHERE, Replay
from rfopt.network import Network, Plan, apply
from rfopt.planning.harm import HARMING, Groups, Harm, harm, limits_of
from rfopt.planning.intervals import (
    LOOKS,
    MODEL_ERROR,
    OUTCOME_MIN,
    SHARED_CHANCE,
    TAIL,
    Again,
    Known,
    Sample,
    again,
    at_odds,
    by_model,
    combined,
    delay_interval,
    interval,
    looks_of,
    moved,
    unmodelled_failures,
)
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
MOST_REMEMBERED = 400
"""Figures kept for plans that leave what they are read from as it was."""
ENOUGH = 0.95
"""Share of fallbacks that must succeed for the 95th percentile of their delay to be a delay at all."""
TENTH, NO_LEVEL_DBM = 0.1, -120.0
"""Where a tenth of the time may be without service, the tenth percentile of the level may be as low as this: what a
phone without service receives is not known, only that it is too little."""
LONGEST_SILENCE_S = 60.0
"""A log that is silent for longer was paused."""
MOST_SILENT = 0.05
"""Share of idle time that a log may leave out and still tell where the phone camped."""
MOST_STRANGE = 0.05
"""Share of the time that cells of no table may serve where levels are still those of the known ones."""
PARTS = 4
"""Parts of a draw's runs whose scatter tells what chance does to a figure."""


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
    worse : str
        A figure of the complaint that the plan surely makes worse, see `worsened`; '' if none.
    """

    by_draw: NDArray[np.float64]
    harm: tuple[Harm, ...]
    cost: float
    misaligned: int = 0
    by_half: NDArray[np.float64] | None = None
    worse: str = ""

    @property
    def objective(self) -> float:
        """Mean objective over the draws, 0…1."""
        return float(self.by_draw.mean())

    @property
    def worth(self) -> float:
        """Objective less what cost, harm and misalignment weigh: what the search maximises."""
        weighed = COST_WEIGHT * self.cost + HARM_WEIGHT * sum(h.weight * h.excess for h in self.harm)
        return self.objective - weighed - MISALIGNED_WEIGHT * self.misaligned

    @property
    def refused(self) -> str:
        """The harm limit that the plan breaks, here or elsewhere; '' if none."""
        worst = max(self.harm, key=lambda h: h.loss, default=None)
        if worst is None or worst.loss < REFUSED_LOSS:
            return self.worse
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
    worse = worsened(replay, evidence)
    return Score(by_draw(replay, evidence), harm_of(groups, after, plan), cost_of(plan), odd, parts, worse)


def worsened(replay: Replay, evidence: Evidence) -> str:
    """The figure of the complaint that a plan makes worse as the default gates count it; '' if none.

    That is one of the objective that then misses its target and has lost more than `TOLERANCE` of the way to its hard
    fail, and something in nearly every draw.
    """
    for name in weighted():
        goal, before, after = aim(name), *(np.array(_column(one, evidence, name)) for one in (evidence.replay, replay))
        lost = (before - after) / (goal.target - goal.fail)
        known = np.isfinite(lost)
        if not known.any() or lost[known].mean() <= TOLERANCE or goal.severity(float(after[known].mean())) <= 0.5:
            continue
        if np.quantile(lost[known], TAIL) > 0.0:
            limit = TOLERANCE * abs(goal.target - goal.fail)
            ends = (float(values[known].mean()) for values in (before, after))
            return "complaint: {} {:g} → {:g}, at most {:g} may be lost".format(
                name, *(round(v, 4) for v in ends), limit
            )
    return ""


def weighted() -> tuple[str, ...]:
    """The figures that the objective is made of."""
    return tuple(name for name in kpis if kpis.facts[name].get("weight", 0.0) > 0)


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
    columns = {name: _over("halves", halves, name, replay, evidence) for name in weighted()}
    worth = [objective({name: column[k] for name, column in columns.items()}) for k in range(len(halves))]
    return np.array(worth).reshape(len(slices), 2)


def figures_by_draw(replay: Replay, evidence: Evidence, names: tuple[str, ...]) -> list[dict[str, float]]:
    """Some figures of each draw's runs; what a plan left alone is not computed again."""
    columns = {name: _column(replay, evidence, name) for name in names}
    return [{name: columns[name][k] for name in names} for k in range(evidence.situation.budget.draws)]


def figures_of(replay: Replay, evidence: Evidence) -> dict[str, float]:
    """Every figure over all runs, as `rfopt.kpis.compute` gives it; what a plan left alone is not computed again."""
    return {name: _once("all", name, replay, evidence, kpis[name]) for name in kpis}


def _column(replay: Replay, evidence: Evidence, name: str) -> list[float]:
    """One figure in every draw."""
    return _over("draws", evidence.situation.runs_of_draw(), name, replay, evidence)


def _over(kind: str, slices: list[slice], name: str, replay: Replay, evidence: Evidence) -> list[float]:
    """One figure over each of some slices of the runs; figures of one machine share the cutting."""

    def cut(alone: Replay) -> list[Replay]:
        return [alone.runs(runs) for runs in slices]

    def figures(alone: Replay) -> list[float]:
        return [float(kpis[name](part)) for part in _once(f"cut {kind}", name, alone, evidence, cut)]

    found: list[float] = _once(kind, name, replay, evidence, figures)
    return found


def _once(kind: str, name: str, replay: Replay, evidence: Evidence, work: Callable[[Replay], Any]) -> Any:
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


def intervals(replay: Replay, evidence: Evidence) -> dict[str, tuple[float, float]]:
    """90 % interval of every figure counted again over hours, see `rfopt.planning.intervals`; NaN if not given."""
    return {name: _interval(name, replay, evidence) for name in kpis}


def _interval(name: str, replay: Replay, evidence: Evidence) -> tuple[float, float]:
    if name == "csfb_delay_p95_s":
        return _delay(replay, evidence)
    figure = _again(name, replay, evidence)
    ends = interval(figure) if figure else (np.nan, np.nan)
    if name == "rxlev_p10_dbm" and figure and _without_service(replay, evidence) >= TENTH:
        return min(ends[0], NO_LEVEL_DBM), ends[1]
    return ends


def _without_service(replay: Replay, evidence: Evidence) -> float:
    """Share of idle time in which a phone may be without service: of the worst draw, and of what the log left out."""
    timelines, found = replay.of("gsm_idle"), evidence.replay.of("gsm_idle")
    if not timelines:
        return 0.0
    runs_of_draw = evidence.situation.runs_of_draw()
    draws = [np.mean([np.mean(t.server[runs] == NO_SERVICE) for t in timelines]) for runs in runs_of_draw if timelines]
    as_found = [id(t) for t in timelines] == [id(t) for t in found]
    return float(max([*draws, _silent_share(evidence.logged) if as_found else 0.0]))


def _delay(replay: Replay, evidence: Evidence) -> tuple[float, float]:
    """Of attempts that come to GSM, unless more than one in twenty may not: those count `FAILED_S`."""
    name = "csfb_delay_p95_s"
    before, after, logged = (
        _once("arrived", name, each, evidence, _arrived) for each in (evidence.replay, replay, evidence.logged)
    )
    only = replace(evidence, replay=before, logged=logged)
    delay, arrivals = (_again(one, after, only) for one in (name, "csfb_success_share"))
    return delay_interval(delay, arrivals, FAILED_S, ENOUGH) if delay and arrivals else (np.nan, np.nan)


def _arrived(replay: Replay) -> Replay:
    """The replay with every fallback that came to GSM a success, and without the delays of the others."""
    came = [f.success | (f.cell >= 0) for f in replay.fallbacks]
    kept = (
        replace(f, success=arrived, delay_s=np.where(arrived, f.delay_s, np.nan))
        for f, arrived in zip(replay.fallbacks, came, strict=True)
    )
    return replace(replay, fallbacks=tuple(kept))


def _known(name: str, replay: Replay, evidence: Evidence) -> tuple[Sample, Known] | None:
    """A figure in the draws, and what draws and log together say of it; None where the draws cannot give it."""
    before = _sample(name, evidence.replay, evidence)
    after = before if replay is evidence.replay else _sample(name, replay, evidence)
    if after is None:
        return None
    if before is None:
        return after, _prior(name, after)
    was = found = _prior(name, before)
    silent = name == "idle_camp_wanted" and _silent_share(evidence.logged) > MOST_SILENT
    anchored = before.unit in ("dB", "dBm") and not _strange(evidence.logged, kpis.facts[name]["of"])
    if not silent and not anchored:  # levels and qualities of known cells are the log's already
        counts = before.looks * exposure(name, evidence.logged) / SHARED_CHANCE
        value = float(kpis[name](evidence.logged))
        found = combined(at_odds(was, value, counts, before.unit), value, counts, before.unit)
    same = np.array_equal(before.values, after.values)
    return after, found if same else moved(found, was, before, _prior(name, after), after)


def _prior(name: str, sample: Sample) -> Known:
    """What the model alone says."""
    known = by_model(sample, *MODEL_ERROR.get(name, MODEL_ERROR[sample.unit]))
    return unmodelled_failures(known) if kpis.facts[name]["of"] == "csfb" and sample.unit == "share" else known


def _again(name: str, replay: Replay, evidence: Evidence) -> Again | None:
    """A figure over `OUTCOME_MIN`, calls and fallbacks as frequent in it as in the simulation; None if unknown."""
    found = _known(name, replay, evidence)
    if found is None:
        return None
    sample, known = found
    situation = evidence.situation
    budget = situation.budget
    minutes = budget.runs / budget.draws * len(situation.points) * (budget.idle_s - budget.warm_s) / 60.0
    if kpis.facts[name]["of"] == "gsm_idle":
        minutes = sample.exposure  # a long stay is no larger share of it
    counts = sample.looks * sample.exposure * OUTCOME_MIN / minutes
    return again(known, sample.unit, counts) if counts > 0.0 else None


def _sample(name: str, replay: Replay, evidence: Evidence) -> Sample | None:
    """A figure in every draw that can give it, with what chance does to it; None if none can."""
    sample: Sample | None = _once("sample", name, replay, evidence, lambda alone: _sampled(name, alone, evidence))
    return sample


def _sampled(name: str, alone: Replay, evidence: Evidence) -> Sample | None:
    machine, unit = kpis.facts[name]["of"], kpis.facts[name]["unit"]
    slices = evidence.situation.runs_of_draw()
    values = np.array(_column(alone, evidence, name))
    slices = [runs for runs, value in zip(slices, values, strict=True) if np.isfinite(value)]
    if not slices:
        return None
    parts = np.array([[float(kpis[name](alone.runs(part))) for part in _parts(runs)] for runs in slices])
    whole = float(np.mean([exposure(name, alone.runs(runs)) for runs in slices]))
    tries = machine == "csfb" or name == "pingpong_share"
    bounds = LOOKS["tries"] if tries and unit == "share" else LOOKS.get(unit, (0.0, np.inf))
    looks = looks_of(parts, whole / parts.shape[1], unit, *bounds)
    return Sample(values[np.isfinite(values)], looks, whole, unit)


def _parts(runs: slice) -> list[slice]:
    edges = np.unique(np.linspace(runs.start, runs.stop, PARTS + 1).astype(int))
    return [slice(int(a), int(b)) for a, b in pairwise(edges)]


def exposure(name: str, replay: Replay) -> float:
    """What a figure was counted over: minutes, calls, attempts, or handovers where it is a share of them."""
    machine, unit = kpis.facts[name]["of"], kpis.facts[name]["unit"]
    if machine == "csfb":
        return float(sum(f.tried.sum() for f in replay.fallbacks))
    if name == "pingpong_share":
        return float(sum(count(t.reason, HANDOVERS) for t in replay.of(machine)))
    minutes = float(sum(t.minutes for t in replay.of(machine)))
    return minutes * 60.0 / CALL_S if unit == "1/call" else minutes


def _strange(log: Replay, machine: str) -> bool:
    """True where cells that no table has serve a log's phones more than now and then: they are not simulated."""
    servers = [t.server.ravel() for t in log.of(machine)]
    return bool(servers) and float((np.concatenate(servers) == ELSEWHERE).mean()) > MOST_STRANGE


def _silent_share(log: Replay) -> float:
    """Share of the time of idle phones in which a log has nothing to say: they may have been without service."""
    timelines = sorted((t for t in log.of("gsm_idle") if len(t.time_s) > 2), key=lambda t: (t.point, t.time_s[0]))
    told = sum(float(np.median(np.diff(t.time_s))) * len(t.time_s) for t in timelines)
    between = [b.time_s[0] - a.time_s[-1] for a, b in pairwise(timelines) if a.point == b.point]
    whole = sum(t.minutes * 60.0 for t in timelines) + sum(gap for gap in between if 0.0 < gap <= LONGEST_SILENCE_S)
    return max(1.0 - told / whole, 0.0) if whole else 0.0
