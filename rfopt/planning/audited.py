"""No recommended plan fails the gate's audits: what is refused is mended, found otherwise, or at last taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rfopt.audits import Fault, refusals
from rfopt.audits.boundary import in_step
from rfopt.case import Limits
from rfopt.finding import Move
from rfopt.network import Change, Network, Plan, keys_of
from rfopt.planning.rejected import Rejection
from rfopt.planning.search import find, worth_proposing
from rfopt.planning.trial import Search, parts_of, with_move, without

MOST_ROUNDS = 3
"""Searches, each without the moves that the audits refused in the plan of the one before."""
MORE_TRIALS = 1.3
"""Trials of a further search, of those of the one before; what was scored is not scored again."""


def find_passing(
    network: Network, limits: Limits, rough: Search, exact: Search
) -> tuple[Plan, list[Rejection], list[Move]]:
    """The best plan found that no audit refuses, the parts refused on the way and not in it, and moves it adds.

    Where the boundary audit asks for it, rewards are taken with the margins that they need: such a plan and the best
    one without what was refused are compared.

    Parameters
    ----------
    limits : Limits
        What may be changed.
    rough, exact : Search
        As for `rfopt.planning.search.find`.
    """
    struck: list[Rejection] = []
    found: list[tuple[Plan, list[Move]]] = []
    for _ in range(MOST_ROUNDS):
        whole = find(rough, exact)
        if in_step(network, whole) != whole:
            found += [
                mended
                for plan in _with_other_rewards(whole, exact.moves)
                for mended in _with_margins(network, limits, exact, plan)
            ]
        plan, rows = passing(network, whole, exact.moves)
        found += [(plan, [])] if worth_proposing(exact, plan) else []
        struck += rows
        refused = _refused(network, plan, set(whole) - set(plan), exact.moves)
        if not refused:
            break
        moves = [move for move in exact.moves if move not in refused]
        exact = replace(exact, moves=moves)
        rough = replace(rough.from_here(), moves=moves, most_trials=MORE_TRIALS * rough.most_trials)
    plan, more = max(found, key=lambda one: exact.worth(one[0]), default=((), []))
    taken = set(keys_of(plan))
    return plan, [row for row in struck if (row["cell"], row["neighbour"], row["parameter"]) not in taken], more


def _with_other_rewards(plan: Plan, moves: Sequence[Move]) -> list[Plan]:
    """A plan, and the same with another step of one of its rewards: the margins of a smaller one may be fewer."""
    rewards = {change.key for change in plan if change.parameter == "cell_reselect_offset_db"}
    ladders = (move for move in moves if rewards & set(keys_of(move.changes)))
    return list(dict.fromkeys([plan, *(with_move(plan, move) for move in ladders)]))


def _with_margins(network: Network, limits: Limits, exact: Search, plan: Plan) -> list[tuple[Plan, list[Move]]]:
    """A plan with the margins raised that it lacks, and the moves that they make with what asks for them, if it passes.

    Every part of it still has to be sure to help.
    """
    whole = in_step(network, plan)
    raised = [change for change in whole if change not in plan]
    allowed = all(not limits.allow(change.cell, change.parameter, change.visit) for change in raised)
    if not raised or not allowed or len(whole) > exact.most_changes or refusals(network, whole):
        return []
    moves = _joined(plan, raised, exact.moves)
    end = exact.score(whole)
    rests = [without(whole, part) for part in parts_of(whole, [*moves, *exact.moves])]
    sure = not end.refused and all(end.helps(exact.score(rest)) >= exact.sure for rest in rests)
    return [(whole, moves)] if sure else []


def _joined(plan: Plan, raised: Sequence[Change], moves: Sequence[Move]) -> list[Move]:
    """The parts of a plan with the raised margins of the relations that they concern: those of their cells."""
    joined = []
    left = list(raised)
    for part in parts_of(plan, moves):
        cells = {change.cell for change in part if change.neighbour is None}
        keys = keys_of(part)
        own = [change for change in left if change.key in keys or cells & {change.cell, change.neighbour}]
        left = [change for change in left if change not in own]
        origin = next((move for move in moves if set(part) <= set(move.changes)), None)
        if own and origin:
            kept = tuple(change for change in part if change.key not in {other.key for other in own})
            joined.append(Move(origin.fix, (*kept, *own), origin.because))
    return joined


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
