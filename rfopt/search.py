"""Which plan to try next: the small set of moves that is worth most together.

Forward selection on the true simulated worth, with stale gains refreshed before a move is taken, then pairs that only
help together, then each step moved to its best place, then made as small as it can be, and everything that no longer
pays its way taken out. "Do nothing" is always among the plans and wins unless another is sure to be better.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rfopt.finding import Move
from rfopt.network import Change, Plan, keys_of
from rfopt.score import Score

LEAST_GAIN = 0.003
"""Worth that one more move must add, over its cost."""
LEAST_PLAN_GAIN = 0.02
"""Objective that a plan must add to be proposed at all."""
LEAST_LOSS = 0.001
"""Worth that must be lost if a part of a plan is taken out."""
PLAIN_GAIN = 0.04
"""A gain that is taken without asking every other move again."""
SURE = 0.9
"""Probability with which a recommended change must help."""
GOOD_ENOUGH = 0.9
"""Objective above which pairs are not looked for."""
LONG_LADDER = 5
MOST_PAIRS = 100
MOST_ROUNDS = 2
SLACK = 0.001
"""Worth that may be given up for a smaller step."""

Scored = Callable[[Plan], Score]
Key = tuple[str, str, str]


@dataclass
class Search:
    """One search: how plans are scored, what was tried and how far it has come."""

    scored: Scored
    moves: Sequence[Move]
    most_changes: int
    progress: Callable[[str, float], None]
    sure: float = SURE
    seen: dict[Plan, Score] = field(default_factory=dict)

    def score(self, plan: Plan) -> Score:
        """The score of a plan, from memory where it was asked before."""
        key = tuple(sorted(plan, key=lambda c: c.key))
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


def find(rough: Search, exact: Search) -> Plan:
    """The best plan found; empty where nothing is worth doing.

    Parameters
    ----------
    rough : Search
        Scores on few draws, for looking around.
    exact : Search
        Scores on all draws, for deciding.
    """
    plan = _forward(rough, ())
    if rough.score(plan).objective < GOOD_ENOUGH:
        plan = _pairs(rough, plan)
    for _ in range(MOST_ROUNDS):
        tuned = _prune(rough, _refined(rough, plan))
        plan = _forward(rough, tuned)
        if plan == tuned:
            break
    plan = _prune(exact, _smaller(rough, plan))
    start, end = exact.score(()), exact.score(plan)
    sure = end.helps(start) >= SURE and end.objective - start.objective >= LEAST_PLAN_GAIN and not end.refused
    return plan if sure else ()


def _forward(search: Search, plan: Plan) -> Plan:
    """Take the most worthwhile move until none is; gains known from an earlier round are looked at again first.

    Of every ladder of steps only landmarks are tried here; `_smaller` looks between.
    """
    chosen = _landmarks(search.moves)
    gains: dict[int, float] = {}
    while True:
        here = search.worth(plan)
        fresh = _refresh(search, plan, here, gains, chosen)
        best = max(fresh, key=lambda k: (fresh[k], -k), default=None)
        if best is None or fresh[best] < LEAST_GAIN:
            return plan
        plan = with_move(plan, search.moves[best])
        gains = {k: fresh.get(k, gains.get(k, 0.0)) for k in chosen}


def _landmarks(moves: Sequence[Move]) -> list[int]:
    """Of the moves that set the same values, the boldest, and of a long ladder its middle too."""
    ladders: dict[tuple[str, frozenset[Key]], list[int]] = {}
    for k, move in enumerate(moves):
        ladders.setdefault((move.fix, frozenset(keys_of(move.changes))), []).append(k)
    middles = {steps[(len(steps) - 1) // 2] for steps in ladders.values() if len(steps) >= LONG_LADDER}
    return sorted(middles | {steps[-1] for steps in ladders.values()})


def _refresh(
    search: Search, plan: Plan, here: float, gains: dict[int, float], chosen: Sequence[int]
) -> dict[int, float]:
    """Gains of moves on top of a plan, best stale ones first, until a plain gain beats all that is still stale.

    The first round, and one that finds no more than small gains, look at every move: what was worth nothing alone
    may be worth much in company.
    """
    order = sorted(chosen, key=lambda k: (-gains.get(k, 1.0), k))
    fresh: dict[int, float] = {}
    for place, k in enumerate(order):
        stale = gains.get(k, 1.0)
        if gains and fresh and max(fresh.values()) >= max(stale, PLAIN_GAIN):
            break
        fresh[k] = search.worth(with_move(plan, search.moves[k])) - here
        search.progress("search", max(here, 0.0) + (1.0 - max(here, 0.0)) * 0.5 * place / len(order))
    return fresh


def _pairs(search: Search, plan: Plan) -> Plan:
    """Two moves that help only together: the boldest step of every ladder against every other."""
    boldest: dict[tuple[str, str, str], Move] = {}
    for move in search.moves:
        boldest[move.fix, move.changes[-1].cell, move.changes[-1].neighbour or ""] = move
    pairs = itertools.islice(itertools.combinations(boldest.values(), 2), MOST_PAIRS)
    here = search.worth(plan)
    best = max((_gain(search, plan, pair, here) for pair in pairs), key=lambda item: item[0], default=(0.0, plan))
    return _forward(search, best[1]) if best[0] >= LEAST_GAIN else plan


def _gain(search: Search, plan: Plan, moves: Iterable[Move], here: float) -> tuple[float, Plan]:
    for move in moves:
        plan = with_move(plan, move)
    return search.worth(plan) - here, plan


def _refined(search: Search, plan: Plan) -> Plan:
    """Every step of the plan moved to the best place of its ladder, beside the others as they stand."""
    for keys in dict.fromkeys(frozenset(keys_of(move.changes)) for move in search.moves):
        if keys <= set(keys_of(plan)):
            steps = [with_move(plan, move) for move in search.moves if frozenset(keys_of(move.changes)) == keys]
            plan = max([plan, *steps], key=search.worth)
    return plan


def _smaller(search: Search, plan: Plan) -> Plan:
    """Each step as small as it can be without giving up worth: what is not needed should not be done."""
    for move in search.moves:
        keys = {c.key for c in move.changes}
        now = [c for c in plan if c.key in keys]
        if len(now) != len(keys) or tuple(now) == move.changes or not _less(move.changes, now):
            continue
        trial = with_move(plan, move)
        if search.worth(trial) >= search.worth(plan) - SLACK:
            plan = trial
    return plan


def _less(changes: Sequence[Change], now: Sequence[Change]) -> bool:
    """True if every numeric step of `changes` is no larger than the present one, and one is smaller."""
    sizes = {c.key: _size(c) for c in now}
    steps = [(_size(c), sizes[c.key]) for c in changes]
    return all(a <= b for a, b in steps) and any(a < b for a, b in steps)


def _size(change: Change) -> float:
    old, new = change.old, change.new
    return abs(float(new) - float(old)) if isinstance(old, float | int) and isinstance(new, float | int) else 1.0


def _prune(search: Search, plan: Plan) -> Plan:
    """Take out every move that does not pay its way or is not sure to help, worst first.

    A change out of a larger move may go by itself only if a fix proposes it by itself too.
    """
    alone = {move.changes for move in search.moves if len(move.changes) == 1}
    while plan:
        here = search.worth(plan)
        parts = {*parts_of(plan, search.moves), *(alone & {(change,) for change in plan})}
        loss = {part: here - search.worth(without(plan, part)) for part in sorted(parts, key=keys_of)}
        sure = {part: search.score(plan).helps(search.score(without(plan, part))) for part in loss}
        doubtful = [part for part in loss if loss[part] < LEAST_LOSS or sure[part] < search.sure]
        if not doubtful:
            return plan
        plan = without(plan, min(doubtful, key=lambda part: (loss[part], keys_of(part))))
    return plan


def without(plan: Plan, part: Plan) -> Plan:
    """A plan less some of its changes."""
    return tuple(change for change in plan if change not in part)


def parts_of(plan: Plan, moves: Sequence[Move]) -> list[Plan]:
    """A plan cut into its moves: changes that were proposed together stay together.

    Changes of one cell's or relation's parameter belong to the move that made them; redirect entries proposed
    together are one part.
    """
    parts: list[Plan] = []
    left = list(plan)
    for move in sorted(moves, key=lambda m: -len(m.changes)):
        part = tuple(c for c in move.changes if c in left)
        if len(part) == len(move.changes):
            parts.append(part)
            left = [c for c in left if c not in part]
    return parts + [(c,) for c in left]
