"""Why what was proposed is not in the plan: limits, harm, what it adds alone and beside the plan, or what it could."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rfopt.finding import Move
from rfopt.network import Change, Plan
from rfopt.planning.trial import Key, Search, in_order, with_move

Rejection = Mapping[str, Any]
MOST_BESIDE = 12
"""Candidates that are tried once more beside the finished plan, the best alone first."""
LEAST_ROOM = 0.003
"""Objective that a candidate must be able to add beside the plan to be tried there."""


def not_permitted(move: Move, change: Change, why: str) -> dict[str, Any]:
    """A move that the limits of the case rule out."""
    return _row(move, change, why)


def not_taken(search: Search, exact: Search, plan: Plan) -> list[Rejection]:
    """For every parameter proposed and left alone the best of its values, and why it is not in the plan.

    `search` looked around on few draws; where those promise a gain beside the plan, `exact` tells it on all.
    """
    taken = {change.key for change in plan}
    best: dict[Key, Move] = {}
    for move in search.moves:
        key = move.changes[-1].key
        if key not in taken and (key not in best or _alone(search, move) > _alone(search, best[key])):
            best[key] = move
    ranked = sorted(best.values(), key=lambda move: (-_alone(search, move), move.changes[-1].key))
    rows: list[Rejection] = []
    tried = 0
    for move in ranked:
        worth_trying = tried < MOST_BESIDE and search.ceiling(plan, move) - search.score(plan).objective >= LEAST_ROOM
        tried += worth_trying
        rows.append(_row(move, move.changes[-1], _why(search, exact, plan, move, beside=worth_trying)))
    return rows


def _alone(search: Search, move: Move) -> float:
    """What a move adds by itself; below all that was tried where it was not, and lowest where it is refused."""
    known = search.seen.get(in_order(move.changes))
    if known is None:
        return -1.0
    return -2.0 if known.refused else known.objective - search.score(()).objective


def _why(search: Search, exact: Search, plan: Plan, move: Move, *, beside: bool) -> str:
    """One candidate's sentence."""
    alone, new = _alone(search, move), move.changes[-1].new
    if alone == -2.0:
        return f"harm: {search.score(move.changes).refused}"
    first = f"best value {new} alone adds {alone:+.3f}" if alone > -1.0 else f"{new} was not tried alone"
    if not beside:
        room = max(search.ceiling(plan, move) - search.score(plan).objective, 0.0)
        return f"{first}; not tried beside the plan, to which it could add {room:.3f} at most"
    together = with_move(plan, move)
    if len(together) > search.most_changes:
        return f"{first}; beside the plan it would make {len(together)} changes, {search.most_changes} are permitted"
    result = search.score(together)
    if result.refused:
        return f"{first}; beside the plan it harms: {result.refused}"
    gain, more = _beside(search, plan, together)
    if more > 0.0:
        gain, more = _beside(exact, plan, together)
        sure = exact.score(together).helps(exact.score(plan))
        if more > 0.0 and sure < exact.sure:
            return f"{first}, beside the plan {gain:+.3f}, which is too unsure: {sure:.2f}, {exact.sure:.2f} is asked"
    dear = f", less than its cost and harm weigh ({gain - more:.3f})" if gain > 0.0 and more <= 0.0 else ""
    return f"{first}, beside the plan {gain:+.3f}{dear}"


def _beside(search: Search, plan: Plan, together: Plan) -> tuple[float, float]:
    """What a plan with one more move adds to it, and what is left of that when cost and harm are weighed."""
    here, more = search.score(plan), search.score(together)
    return more.objective - here.objective, more.worth - here.worth


def _row(move: Move, change: Change, why: str) -> dict[str, Any]:
    return {
        "cell": change.cell, "neighbour": change.neighbour or "", "parameter": change.parameter, "why": why,
        "fix": move.fix, "because": move.because,
    }  # fmt: skip
