"""Rows of a plan that repeat, contradict or undo each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.network import RELATION_PARAMETERS, Change, Network, Plan, same


@audits
def contradiction(_before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Values set twice, and margins of a relation that the plan deletes."""
    yield from _set_twice(plan)
    gone = {(c.cell, c.neighbour): k for k, c in enumerate(plan) if c.parameter == "neighbour" and c.new == "absent"}
    for k, change in enumerate(plan):
        pair = change.cell, change.neighbour
        if change.parameter in RELATION_PARAMETERS and k < gone.get(pair, -1):
            yield Fault("setting_deleted", pair, {"what": change.parameter}, (k, gone[pair]))  # type: ignore[arg-type]


def _set_twice(plan: Plan) -> Iterator[Fault]:
    rows: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for k, change in enumerate(plan):
        rows[change.key].append(k)
    for same_key in (places for places in rows.values() if len(places) > 1):
        first, last = plan[same_key[0]], plan[same_key[-1]]
        facts = {"what": first.parameter, "count": str(len(same_key))}
        yield Fault(_kind(first, last), (first.cell,), facts, tuple(same_key))


def _kind(first: Change, last: Change) -> str:
    if same(first.old, last.new):
        return "undone"
    return "repeated" if same(first.new, last.new) else "contradicting"
