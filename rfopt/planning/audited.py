"""No recommended plan fails the gate's audits: parts for which it is refused are taken out."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.audits import Fault, refusals
from rfopt.finding import Move
from rfopt.network import Network, Plan, keys_of
from rfopt.planning.rejected import Rejection
from rfopt.planning.trial import parts_of, without


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
