"""A relation without its return."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced, rows_of
from rfopt.network import Network, Plan


@audits
def one_way(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Relations added without their return, and returns deleted: a call goes over and cannot come back."""
    rows = rows_of(plan, ("neighbour",))
    pairs = {(plan[k].cell, str(plan[k].neighbour)) for k in rows}
    return introduced(lambda network: _alone(network, pairs), before, after, plan)


def _alone(network: Network, pairs: set[tuple[str, str]]) -> Iterator[Fault]:
    index = network.neighbours.index
    for a, b in sorted(pairs | {(b, a) for a, b in pairs}):
        if a != b and (a, b) in index and (b, a) not in index:
            yield Fault("one_way", (a, b))
