"""Plans made of moves, scored and remembered."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from rfopt.finding import Move
from rfopt.network import Change, Plan, keys_of
from rfopt.planning.score import COST_WEIGHT, Score, cost_of

SURE = 0.9
"""Probability with which a recommended change must help."""

USUAL_SHARE = 0.7
"""Share of the trials that moves which are not tried later may take."""

Scored = Callable[[Plan], Score]
Ceiling = Callable[[Plan, Move], float]
Key = tuple[str, str, str]


def unlimited(_plan: Plan, _move: Move) -> float:
    """The ceiling of an objective of which nothing is known."""
    return 1.0


@dataclass
class Search:
    """One search: how plans are scored, what was tried and how far it has come.

    `ceiling` bounds the objective of a plan with one more move, without simulating it. Moves of the fixes in `later`
    are tried where the others leave something to be gained. Where the moves make at most `most_plans` plans, all of
    them are scored; otherwise new plans are looked at while fewer than `most_trials` have been scored.
    """

    scored: Scored
    moves: Sequence[Move]
    most_changes: int
    progress: Callable[[str, float], None]
    sure: float = SURE
    ceiling: Ceiling = unlimited
    later: frozenset[str] = frozenset()
    most_plans: int = 0
    most_trials: float = math.inf
    spent: int = 0
    seen: dict[Plan, Score] = field(default_factory=dict)

    def score(self, plan: Plan) -> Score:
        """The score of a plan, from memory where it was asked before."""
        key = in_order(plan)
        if key not in self.seen:
            self.seen[key] = self.scored(key)
        return self.seen[key]

    def worth(self, plan: Plan) -> float:
        """Worth of a plan; −1 where it is refused for harm or its size."""
        if len(plan) > self.most_changes:
            return -1.0
        result = self.score(plan)
        if result.refused:
            return -1.0
        return result.worth

    def at_most(self, plan: Plan, move: Move) -> float:
        """A worth that a plan with one more move cannot exceed: the ceiling less the cost."""
        after = with_move(plan, move)
        if len(after) > self.most_changes:
            return -1.0
        return self.ceiling(plan, move) - COST_WEIGHT * cost_of(after)

    def may_try(self, share: float) -> bool:
        """True while less than a share of the trials that this search began with has been spent."""
        return len(self.seen) - self.spent < share * (self.most_trials - self.spent)

    def from_here(self) -> Search:
        """The same search with what is left of its trials; they share their memory."""
        return replace(self, spent=len(self.seen))

    def usual(self) -> Search:
        """The same search without the moves that are tried later, for part of the trials; they share their memory."""
        moves = [move for move in self.moves if move.fix not in self.later]
        return replace(self, moves=moves, most_trials=USUAL_SHARE * self.most_trials)

    def ladders(self) -> list[list[Move]]:
        """The moves, those of one fix that set the same values together, in their order."""
        steps: dict[tuple[str, frozenset[Key]], list[Move]] = {}
        for move in self.moves:
            steps.setdefault((move.fix, frozenset(keys_of(move.changes))), []).append(move)
        return list(steps.values())

    def enumerable(self) -> bool:
        """True if all plans that the moves make can be scored."""
        return math.prod(len(steps) + 1 for steps in self.ladders()) <= self.most_plans


def in_order(plan: Plan) -> Plan:
    """The same plan whichever way it was put together: by what is touched, a relation before its parameters."""
    return tuple(sorted(plan, key=lambda c: (c.cell, c.neighbour or "", c.parameter != "neighbour", c.parameter)))


def with_move(plan: Plan, move: Move) -> Plan:
    """A plan with a move added; values that the plan already changes are replaced.

    A relation that is deleted loses the changes of its margins, and one that the plan deletes takes no new ones.
    """
    changed = {c.key: c for c in plan} | {c.key: c for c in move.changes}
    gone = {(c.cell, c.neighbour) for c in changed.values() if c.parameter == "neighbour" and c.new == "absent"}
    return tuple(
        c
        for c in changed.values()
        if c.old != c.new and (c.parameter == "neighbour" or (c.cell, c.neighbour) not in gone)
    )


def without(plan: Plan, part: Plan) -> Plan:
    """A plan less some of its changes; what it sets of a relation that it then no longer adds goes too."""
    return tuple(c for c in plan if c not in part and not any(_rests_on(c, gone) for gone in part))


def _rests_on(change: Change, added: Change) -> bool:
    """True for a parameter of a relation that the other change adds."""
    relation = added.parameter == "neighbour" and added.new == "present"
    return relation and change != added and (change.cell, change.neighbour) == (added.cell, added.neighbour)


def parts_of(plan: Plan, moves: Sequence[Move]) -> list[Plan]:
    """A plan cut into its moves: changes that were proposed together stay together.

    Changes of one cell's or relation's parameter belong to the move that made them; redirect entries proposed
    together are one part, and so are a relation that is added and what is set of it.
    """
    parts: list[Plan] = []
    left = list(plan)
    for move in sorted(moves, key=lambda m: -len(m.changes)):
        part = tuple(c for c in move.changes if c in left)
        if len(part) == len(move.changes):
            parts.append(part)
            left = [c for c in left if c not in part]
    parts += [(c,) for c in left]
    for added in plan:
        bound = [part for part in parts if added in part or any(_rests_on(c, added) for c in part)]
        if len(bound) > 1:
            whole = in_order(tuple(c for part in bound for c in part))
            parts = [part for part in parts if part not in bound] + [whole]
    return parts
