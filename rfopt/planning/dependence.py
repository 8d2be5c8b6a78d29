"""What a plan's parts are worth to each other, and what other plans cost less."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rfopt.network import Plan
from rfopt.planning.score import Score
from rfopt.planning.trial import Search, in_order, without

LEAST_DIFFERENCE = 0.01
"""Objective by which a part's gain must differ without another part for that to be said."""
LEAST_SHARE = 0.5
"""A part that keeps this share of its gain without another one does not depend on it."""


@dataclass(frozen=True)
class Dependence:
    """A part of a plan that is worth little without another: what it adds to the rest of the plan, with and without."""

    part: Plan
    on: Plan
    gain_with: float
    gain_without: float


def dependences(search: Search, plan: Plan, parts: Sequence[Plan]) -> list[Dependence]:
    """Every pair of a plan's parts of which one needs the other.

    What part A adds is the objective of the plan less that of the plan without A; what it adds without B is the same
    with B taken out of both.
    """
    whole = search.score(plan).objective
    lacking = {part: search.score(without(plan, part)).objective for part in parts}
    found = []
    for a, b in itertools.combinations(parts, 2):
        neither = search.score(without(without(plan, a), b)).objective
        for part, on in ((a, b), (b, a)):
            pair = Dependence(part, on, whole - lacking[part], lacking[on] - neither)
            lost = pair.gain_with - pair.gain_without
            if lost >= LEAST_DIFFERENCE and pair.gain_without < LEAST_SHARE * pair.gain_with:
                found.append(pair)
    return found


@dataclass(frozen=True)
class Option:
    """A plan that no other known one beats in both gain and cost."""

    plan: Plan
    score: Score


def pareto(search: Search, plans: Iterable[Plan]) -> tuple[Option, ...]:
    """Of some plans those permitted that gain more than every cheaper one, by rising cost; "do nothing" is the first.

    Plans that the search permits only, so none that breaks a limit of harm or of size.
    """
    permitted = [plan for plan in {in_order(plan): None for plan in [(), *plans]} if search.worth(plan) > -1.0]
    ranked = sorted(permitted, key=lambda plan: (search.score(plan).cost, -search.score(plan).objective, str(plan)))
    front: list[Option] = []
    for plan in ranked:
        if not front or search.score(plan).objective > front[-1].score.objective + 1e-9:
            front.append(Option(plan, search.score(plan)))
    return tuple(front)
