"""From a case to a plan: diagnose, propose, score, search, and say what each change is worth."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from rfopt import __version__
from rfopt.audits import cells_of, refusals
from rfopt.case import Case
from rfopt.diagnosis import Diagnosis, diagnose
from rfopt.errors import InputError
from rfopt.evidence import Evidence, gather, narrowed
from rfopt.finding import Move
from rfopt.fixes import fixes
from rfopt.kpis import compute
from rfopt.mobility.simulate import simulate
from rfopt.mobility.situation import Budget, thinned
from rfopt.mobility.timeline import Replay
from rfopt.neighbourhood import part_of
from rfopt.network import Change, Changes, Network, Plan, apply, keys_of
from rfopt.planning.audited import find_passing
from rfopt.planning.dependence import Dependence, Option, dependences, pareto
from rfopt.planning.harm import HARMING, Groups, Harm, groups_of
from rfopt.planning.notes import notes_on
from rfopt.planning.reach import ceiling_of, ceilings
from rfopt.planning.rejected import Rejection, not_permitted, not_taken
from rfopt.planning.score import Loss, Score, cost_of, losses, score
from rfopt.planning.screening import by_promise
from rfopt.planning.stated import intervals
from rfopt.planning.trial import Search, parts_of, without
from rfopt.shown import Shown

HEALTHY = 0.97
"""As-found objective from which nothing is looked for where no finding reaches 0.5."""
FOUND = 0.5
ROUGH_DRAWS, ROUGHLY_SURE = 6, 0.6
"""Draws on which the search looks around, and how sure of a change it must be there; it decides on all draws."""
MOST_PLANS = 60
"""Plans that are all scored where the permitted moves make no more."""
MOST_CELL_TRIALS = 6000
"""Plans scored in looking around times cells heard, however many moves there are: a plan's replay grows with them."""
MOST_OPTIONS = 8
"""Plans that looked good in passing and are scored on all draws to be shown beside the plan."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Step:
    """One change of a plan in its place, with what it adds there, alone, and why."""

    change: Change
    gain: float
    alone: float
    without: float
    sure: float
    because: tuple[str, ...]
    fix: str
    depends_on: tuple[Dependence, ...] = ()


@dataclass(frozen=True)
class Recommendation(Shown):
    """What rfopt says about a case.

    Attributes
    ----------
    steps : tuple of Step
        The plan in order of execution; empty if nothing is wrong or nothing permitted helps.
    before, after : mapping
        Every figure, modelled on the same fading before and after the plan; `measured` as counted in the log.
    interval : mapping
        90 % interval of each figure after the plan (before it where the plan is empty).
    ladder : tuple of (part, objective)
        Objective as the plan's parts are added one after the other; the first part is empty.
    bound : float
        Objective that no plan of the permitted moves exceeds on these draws; `bound_by` says how that is known:
        ``enumeration`` (every plan was scored) or ``reach`` (`rfopt.planning.reach`: figures no move touches stay).
    options : tuple of Option
        Plans of rising cost and gain, from "do nothing"; none breaks a limit or fails an audit, none is beaten by
        another known one.
    given_up : tuple of Loss
        What the plan makes worse at the complaint's own points for what it gains; said in the warnings too.
    rivals : mapping
        Plans scored beside it: name to (plan, score).
    groups : Groups
        The network about the flat, its map, and how the case's logs correct predictions there.
    """

    evidence: Evidence
    diagnosis: Diagnosis
    seed: int
    steps: tuple[Step, ...]
    score_before: Score
    score_after: Score
    before: Mapping[str, float]
    after: Mapping[str, float]
    measured: Mapping[str, float]
    interval: Mapping[str, tuple[float, float]]
    interval_before: Mapping[str, tuple[float, float]]
    harm: tuple[Harm, ...]
    rejected: tuple[Rejection, ...]
    warnings: tuple[str, ...]
    ladder: tuple[tuple[Plan, float], ...]
    replay_after: Replay
    groups: Groups
    rivals: Mapping[str, tuple[Plan, Score]] = field(default_factory=dict)
    tried: int = 0
    bound: float = 1.0
    bound_by: str = "reach"
    options: tuple[Option, ...] = ()
    given_up: tuple[Loss, ...] = ()

    @property
    def gap(self) -> float:
        """What is left between the plan's objective and what no plan exceeds."""
        return max(self.bound - self.score_after.objective, 0.0)

    @property
    def plan(self) -> Changes:
        """The changes, in order."""
        return Changes(step.change for step in self.steps)

    def __repr__(self) -> str:
        objective = f"{self.score_before.objective:.3f} → {self.score_after.objective:.3f}"
        head = f"<Recommendation for {self.evidence.case!r}: objective {objective}>"
        return "\n".join([head, *(f"  {step.gain:+.3f}  {step.change}" for step in self.steps)])

    @property
    def versions(self) -> dict[str, str]:
        """What made this result."""
        return {"rfopt": __version__, "python": platform.python_version(), "numpy": np.__version__}


def quiet(stage: str, share: float) -> None:
    """Progress that nobody watches."""


def diagnose_case(
    case: Case, seed: int = 0, progress: Progress = quiet, budget: Budget | None = None
) -> tuple[Evidence, Diagnosis]:
    """Gather the evidence of a case and diagnose it; `budget` says how much is simulated.

    Raises
    ------
    InputError
        If the case has no network, or no reading of its logs can be matched to a cell.
    """
    progress("gather", 0.0)
    evidence = gather(case, needed_network(case), seed, budget)
    if not evidence.gsm.levels.cells.size and not evidence.lte.levels.cells.size:
        raise InputError(f"no reading of case {case.id} matches a cell of the network: are they of the same place?")
    progress("diagnose", 0.3)
    return evidence, diagnose(evidence)


def needed_network(case: Case) -> Network:
    """The network of a case.

    Raises
    ------
    InputError
        If the case has none.
    """
    if case.network is None:
        raise InputError(f'case {case.id} has no network, expected network = "…" in [inputs] of case.toml')
    return case.network


def recommend(
    case: Case,
    seed: int = 0,
    rivals: Mapping[str, Plan] | None = None,
    progress: Progress = quiet,
    budget: Budget | None = None,
) -> Recommendation:
    """Diagnose a case and find the plan that is worth most.

    Parameters
    ----------
    case : Case
    seed : int
        Of all chance; the same seed gives the same recommendation.
    rivals : mapping of str to Plan, optional
        Plans of others to score beside it.
    progress : callable, optional
        Told the stage and the share done.
    budget : Budget, optional
        How much is simulated.

    Raises
    ------
    InputError
        If the case has no network or its log matches none of its cells.
    """
    evidence, diagnosis = diagnose_case(case, seed, progress, budget)
    return planned(evidence, diagnosis, seed, rivals, progress)


def planned(
    evidence: Evidence,
    diagnosis: Diagnosis,
    seed: int = 0,
    rivals: Mapping[str, Plan] | None = None,
    progress: Progress = quiet,
) -> Recommendation:
    """The plan that is worth most against what a diagnosis found; parameters as of `recommend`."""
    moves, dropped = permitted(evidence, diagnosis)
    progress("search", 0.0)
    groups = groups_of(evidence, movable(moves))
    near = narrowed(evidence, {*groups.network.cells.index, *cells_of(c for move in moves for c in move.changes)})
    exact = _search(near, groups, moves, progress, most_plans=MOST_PLANS)
    draws = min(ROUGH_DRAWS, evidence.situation.budget.draws)
    fewer = replace(near, situation=thinned(near.situation, draws))
    trials = MOST_CELL_TRIALS / len(evidence.situation.network.cells)
    rough = replace(_search(fewer, groups, moves, progress), sure=ROUGHLY_SURE, most_trials=trials)
    found = any(f.severity >= FOUND for f in diagnosis.findings)
    wanted = moves and (found or diagnosis.objective < HEALTHY)
    plan, struck, more = find_passing(evidence.network, evidence.case.limits, rough, exact) if wanted else ((), [], [])
    exact, rough = (replace(search, moves=[*moves, *more]) for search in (exact, rough))
    progress("report", 0.9)
    return _result(evidence, diagnosis, seed, exact, rough, groups, plan, dropped + struck, rivals or {})


def _search(evidence: Evidence, groups: Groups, moves: list[Move], progress: Progress, most_plans: int = 0) -> Search:
    """A search over some moves, scored on an evidence's own draws."""
    return Search(
        lambda plan: score(evidence, groups, plan, halves=most_plans > 0),
        moves,
        evidence.case.limits.max_changes,
        progress,
        ceiling=ceilings(evidence),
        later=frozenset(name for name in fixes if fixes.facts[name].get("later")),
        most_plans=most_plans,
    )


def permitted(evidence: Evidence, diagnosis: Diagnosis) -> tuple[list[Move], list[Rejection]]:
    """Moves that the findings call for and the case's limits allow, and those the limits rule out."""
    serious = tuple(f for f in diagnosis.findings if f.severity >= FOUND)
    moves: list[Move] = []
    dropped: dict[tuple[str, str, str], Rejection] = {}
    for fix in fixes.values():
        for move in fix(evidence, serious):
            barred = ((c, evidence.case.limits.allow(c.cell, c.parameter, c.visit)) for c in move.changes)
            change, why = next(((c, w) for c, w in barred if w), (None, ""))
            if change is None:
                moves.append(move)
            else:
                dropped.setdefault((change.cell, change.parameter, why), not_permitted(move, change, why))
    return by_promise(evidence, moves), list(dropped.values())


def movable(moves: list[Move]) -> list[str]:
    """Cells of which some move changes what others feel."""
    return sorted({c.cell for move in moves for c in move.changes if c.parameter in HARMING})


def _result(
    evidence: Evidence,
    diagnosis: Diagnosis,
    seed: int,
    exact: Search,
    rough: Search,
    groups: Groups,
    plan: Plan,
    dropped: list[Rejection],
    rivals: Mapping[str, Plan],
) -> Recommendation:
    steps, ladder, prefixes = _in_order(exact, rough, plan)
    plan = tuple(step.change for step in steps)
    after = simulate(evidence.situation, apply(evidence.network, plan)) if plan else evidence.replay
    scored = exact.score(plan)
    bound, bound_by = _bound(evidence, exact)
    given_up = tuple(losses(after, evidence))
    return Recommendation(
        evidence,
        diagnosis,
        seed,
        steps,
        exact.score(()),
        scored,
        diagnosis.figures.modelled,
        compute(after),
        diagnosis.figures.measured,
        intervals(after, evidence),
        intervals(evidence.replay, evidence),
        scored.harm,
        tuple(dropped + not_taken(rough, exact, plan)),
        (*(loss.sentence() for loss in given_up), *notes_on(evidence, plan, diagnosis.doubts)),
        ladder,
        after,
        groups,
        {name: (other, score(evidence, groups, part_of(other, evidence.network))) for name, other in rivals.items()},
        len({*rough.seen, *exact.seen}),
        bound,
        bound_by,
        pareto(exact, _without_fault(evidence.network, [*prefixes, *_passing(rough)])) if plan else (),
        given_up,
    )


def _bound(evidence: Evidence, exact: Search) -> tuple[float, str]:
    """What no plan of the permitted moves exceeds on these draws, and how that is known."""
    if exact.moves and exact.enumerable() and len(exact.seen) > 1:
        permitted = (plan for plan in exact.seen if exact.worth(plan) > -1.0)
        return max(exact.score(plan).objective for plan in permitted), "enumeration"
    return ceiling_of(evidence, [c for move in exact.moves for c in move.changes]), "reach"


def _without_fault(network: Network, plans: list[Plan]) -> list[Plan]:
    """The plans that no audit refuses: what is shown beside the plan could be chosen instead."""
    return [plan for plan in plans if not refusals(network, plan)]


def _passing(rough: Search) -> list[Plan]:
    """The plans that looked best for their cost in passing."""
    front = pareto(rough, list(rough.seen))
    return [option.plan for option in front[-MOST_OPTIONS:]]


def _in_order(
    exact: Search, rough: Search, plan: Plan
) -> tuple[tuple[Step, ...], tuple[tuple[Plan, float], ...], list[Plan]]:
    """A plan's parts, the most gainful first, each with what it adds on top of those before it; and those plans.

    Few draws tell the order, all of them the gains.
    """
    left = parts_of(plan, exact.moves)
    depends = dependences(rough, plan, left)
    prefixes: list[Plan] = [()]
    steps: list[Step] = []
    ladder: list[tuple[Plan, float]] = [((), exact.score(()).objective)]
    while left:
        done = prefixes[-1]
        part = max(left, key=lambda p: (rough.score((*done, *p)).objective, -cost_of(p), keys_of(p)))
        left.remove(part)
        prefixes.append((*done, *part))
        steps += _steps(exact, plan, done, part, tuple(d for d in depends if d.part == part))
        ladder.append((tuple(part), exact.score(prefixes[-1]).objective))
    return tuple(steps), tuple(ladder), prefixes


def _steps(exact: Search, plan: Plan, done: Plan, part: Plan, depends: tuple[Dependence, ...]) -> list[Step]:
    """The changes of one part of a plan, which share what it adds."""
    before, now = exact.score(done), exact.score((*done, *part))
    whole, rest, nothing = exact.score(plan), exact.score(without(plan, part)), exact.score(())
    origin = next((m for m in exact.moves if set(part) <= set(m.changes)), None)
    return [
        Step(
            change,
            (now.objective - before.objective) / len(part),
            (exact.score(part).objective - nothing.objective) / len(part),
            (whole.objective - rest.objective) / len(part),
            whole.helps(rest),
            origin.because if origin else (),
            origin.fix if origin else "",
            depends,
        )
        for change in part
    ]
