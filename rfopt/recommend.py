"""From a case to a plan: diagnose, propose, score, search, and say what each change is worth."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from rfopt import __version__
from rfopt.case import Case
from rfopt.diagnose import Diagnosis, diagnose
from rfopt.errors import InputError
from rfopt.evidence import Evidence, gather
from rfopt.finding import Move
from rfopt.fixes import fixes
from rfopt.harm import Groups, Harm, groups_of
from rfopt.kpis import compute
from rfopt.mobility.simulate import simulate, thinned
from rfopt.mobility.timeline import Replay
from rfopt.network import Change, Network, Plan, apply, keys_of
from rfopt.notes import notes_on
from rfopt.score import Score, cost_of, intervals, score
from rfopt.search import Search, find, parts_of

HEALTHY = 0.97
"""As-found objective from which nothing is looked for where no finding reaches 0.5."""
FOUND = 0.5
ROUGH_DRAWS, ROUGHLY_SURE = 6, 0.6
"""Draws on which the search looks around, and how sure of a change it must be there; it decides on all draws."""

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


@dataclass(frozen=True)
class Recommendation:
    """What rfopt says about a case.

    Attributes
    ----------
    steps : tuple of Step
        The plan in order of execution; empty if nothing is wrong or nothing permitted helps.
    before, after : mapping
        Every figure, modelled on the same fading before and after the plan; `measured` as counted in the log.
    interval : mapping
        90 % interval of each figure after the plan (before it where the plan is empty).
    ladder : tuple of (text, objective)
        Objective as the plan's parts are added one after the other.
    rivals : mapping
        Plans scored beside it: name to (plan, score).
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
    rejected: tuple[Mapping[str, str], ...]
    warnings: tuple[str, ...]
    ladder: tuple[tuple[str, float], ...]
    replay_after: Replay
    rivals: Mapping[str, tuple[Plan, Score]] = field(default_factory=dict)
    tried: int = 0

    @property
    def plan(self) -> Plan:
        """The changes, in order."""
        return tuple(step.change for step in self.steps)

    @property
    def versions(self) -> dict[str, str]:
        """What made this result."""
        return {"rfopt": __version__, "python": platform.python_version(), "numpy": np.__version__}


def quiet(stage: str, share: float) -> None:
    """Progress that nobody watches."""


def diagnose_case(case: Case, seed: int = 0, progress: Progress = quiet) -> tuple[Evidence, Diagnosis]:
    """Gather the evidence of a case and diagnose it.

    Raises
    ------
    InputError
        If the case has no network, or no reading of its logs can be matched to a cell.
    """
    progress("gather", 0.0)
    evidence = gather(case, needed_network(case), seed)
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
    case: Case, seed: int = 0, rivals: Mapping[str, Plan] | None = None, progress: Progress = quiet
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

    Raises
    ------
    InputError
        If the case has no network or its log matches none of its cells.
    """
    evidence, diagnosis = diagnose_case(case, seed, progress)
    moves, dropped = _permitted(evidence, diagnosis)
    progress("search", 0.0)
    groups = groups_of(evidence, _movable(moves))
    search = Search(lambda plan: score(evidence, groups, plan), moves, case.limits.max_changes, progress)
    fewer = replace(evidence, situation=thinned(evidence.situation, ROUGH_DRAWS))
    rough = Search(lambda plan: score(fewer, groups, plan), moves, case.limits.max_changes, progress, sure=ROUGHLY_SURE)
    found = any(f.severity >= FOUND for f in diagnosis.findings)
    plan = find(rough, search) if moves and (found or diagnosis.objective < HEALTHY) else ()
    progress("report", 0.9)
    return _result(evidence, diagnosis, seed, search, rough, groups, plan, dropped, rivals or {})


def _permitted(evidence: Evidence, diagnosis: Diagnosis) -> tuple[list[Move], list[dict[str, str]]]:
    """Moves that the findings call for and the case's limits allow, and those the limits rule out."""
    serious = tuple(f for f in diagnosis.findings if f.severity >= FOUND)
    moves: list[Move] = []
    dropped: dict[tuple[str, str, str], dict[str, str]] = {}
    for fix in fixes.values():
        for move in fix(evidence, serious):
            why = next((w for c in move.changes if (w := evidence.case.limits.allow(c.cell, c.parameter, c.visit))), "")
            if why:
                dropped.setdefault(
                    (move.changes[0].cell, move.changes[0].parameter, why), _rejection(move.changes[0], why)
                )
            else:
                moves.append(move)
    return moves, list(dropped.values())


def _rejection(change: Change, why: str) -> dict[str, str]:
    return {"cell": change.cell, "parameter": change.parameter, "why": why}


def _movable(moves: list[Move]) -> list[str]:
    """Cells whose level some move changes."""
    parameters = ("power_dbm", "mech_tilt_deg", "elec_tilt_deg")
    return sorted({c.cell for move in moves for c in move.changes if c.parameter in parameters})


def _result(
    evidence: Evidence,
    diagnosis: Diagnosis,
    seed: int,
    search: Search,
    rough: Search,
    groups: Groups,
    plan: Plan,
    dropped: list[dict[str, str]],
    rivals: Mapping[str, Plan],
) -> Recommendation:
    steps, ladder = _in_order(search, plan)
    plan = tuple(step.change for step in steps)
    after = simulate(evidence.situation, apply(evidence.network, plan)) if plan else evidence.replay
    scored = search.score(plan)
    return Recommendation(
        evidence,
        diagnosis,
        seed,
        steps,
        search.score(()),
        scored,
        diagnosis.figures.modelled,
        compute(after),
        diagnosis.figures.measured,
        intervals(after, evidence),
        intervals(evidence.replay, evidence),
        scored.harm,
        tuple(dropped + _not_taken(rough, plan)),
        notes_on(evidence, plan),
        ladder,
        after,
        {name: (other, score(evidence, groups, other)) for name, other in rivals.items()},
        len(rough.seen),
    )


def _in_order(search: Search, plan: Plan) -> tuple[tuple[Step, ...], tuple[tuple[str, float], ...]]:
    """A plan's parts, the most gainful first, each with what it adds on top of those before it."""
    left = parts_of(plan, search.moves)
    done: Plan = ()
    steps: list[Step] = []
    ladder = [("", search.score(()).objective)]
    whole, nothing = search.score(plan), search.score(())
    while left:
        part = max(left, key=lambda p: (search.score((*done, *p)).objective, -cost_of(p), keys_of(p)))
        left.remove(part)
        before, now = search.score(done), search.score((*done, *part))
        rest = search.score(tuple(c for c in plan if c not in part))
        origin = next((m for m in search.moves if set(part) <= set(m.changes)), None)
        steps += [
            Step(
                change,
                (now.objective - before.objective) / len(part),
                (search.score(part).objective - nothing.objective) / len(part),
                (whole.objective - rest.objective) / len(part),
                whole.helps(rest),
                origin.because if origin else (),
                origin.fix if origin else "",
            )
            for change in part
        ]
        done = (*done, *part)
        ladder.append((" · ".join(str(c) for c in part), now.objective))
    return tuple(steps), tuple(ladder)


def _not_taken(search: Search, plan: Plan) -> list[dict[str, str]]:
    """For every parameter proposed and left alone: what its best value would add to the plan."""
    taken = {c.key for c in plan}
    here = search.score(plan)
    best: dict[tuple[str, str, str], tuple[float, str, Change]] = {}
    for move in search.moves:
        change = move.changes[-1]
        if change.key in taken:
            continue
        alone = search.seen.get(tuple(sorted(move.changes, key=lambda c: c.key)))
        if alone is None:
            continue
        gain = alone.objective - search.score(()).objective
        why = alone.refused or (
            f"best value {change.new} alone adds {gain:+.3f}; beside the plan (objective {here.objective:.3f}) "
            "it is not needed"
        )
        if change.key not in best or gain > best[change.key][0]:
            best[change.key] = (gain, why, change)
    return [
        {"cell": c.cell, "neighbour": c.neighbour or "", "parameter": c.parameter, "why": why}
        for _, why, c in sorted(best.values(), key=lambda item: (-item[0], item[2].key))
    ]
