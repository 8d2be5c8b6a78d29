"""No recommended plan fails the gate's audits: what is refused is looked for otherwise, and at last taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rfopt.audits import Fault, refusals
from rfopt.finding import Move
from rfopt.network import Change, Network, Plan, keys_of
from rfopt.planning.rejected import Rejection
from rfopt.planning.search import find
from rfopt.planning.trial import Search, parts_of, with_move, without

MOST_ROUNDS = 3
"""Searches, each without the moves that the audits refused in the plan of the one before."""
MORE_TRIALS = 1.3
"""Trials of a further search, of those of the one before; what was scored is not scored again."""


def find_passing(network: Network, rough: Search, exact: Search) -> tuple[Plan, list[Rejection]]:
    """The best plan found that no audit refuses, and the parts that were refused on the way and are not in it.

    Parameters
    ----------
    rough, exact : Search
        As for `rfopt.planning.search.find`.
    """
    struck: list[Rejection] = []
    plan: Plan = ()
    for _ in range(MOST_ROUNDS):
        whole = find(rough, exact)
        plan, rows = passing(network, whole, exact.moves)
        struck += rows
        refused = _refused(network, plan, set(whole) - set(plan), exact.moves)
        if not refused:
            break
        moves = [move for move in exact.moves if move not in refused]
        exact = replace(exact, moves=moves)
        rough = replace(rough.from_here(), moves=moves, most_trials=MORE_TRIALS * rough.most_trials)
    taken = set(keys_of(plan))
    return plan, [row for row in struck if (row["cell"], row["neighbour"], row["parameter"]) not in taken]


def _refused(network: Network, plan: Plan, lost: set[Change], moves: Sequence[Move]) -> list[Move]:
    """The moves on what was taken out of a plan that the audits refuse beside it."""
    keys = {change.key for change in lost}
    return [m for m in moves if keys & set(keys_of(m.changes)) and refusals(network, with_move(plan, m))]


def passing(network: Network, plan: Plan, moves: Sequence[Move]) -> tuple[Plan, list[Rejection]]:
    """A plan without the parts that its audits refuse, and why those are out; usually the plan itself.

    Out goes the part without which the fewest faults are left, of several the last by what it touches.
    """
    struck: list[Rejection] = []
    faults = refusals(network, plan)
    while faults:
        parts = sorted(parts_of(plan, moves), key=keys_of, reverse=True)
        left = {part: refusals(network, without(plan, part)) for part in parts}
        part = min(parts, key=lambda one: len(left[one]))
        struck += [_row(part, faults, moves)]
        plan, faults = without(plan, part), left[part]
    return plan, struck


def _row(part: Plan, faults: Sequence[Fault], moves: Sequence[Move]) -> Rejection:
    change, origin = part[-1], next((move for move in moves if set(part) <= set(move.changes)), None)
    return {
        "cell": change.cell, "neighbour": change.neighbour or "", "parameter": change.parameter,
        "why": f"refused by audit {faults[0].audit}: {faults[0].sentence('en')}",
        "fix": origin.fix if origin else "", "because": origin.because if origin else (),
    }  # fmt: skip
