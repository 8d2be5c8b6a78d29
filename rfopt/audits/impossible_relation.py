"""A relation between cells that can have none."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.network import Network, Plan


@audits
def impossible_relation(before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Relations of a cell to itself, and between technologies."""
    rat = before.cells["rat"]
    for k, change in enumerate(plan):
        if change.neighbour is None or change.parameter == "redirect_arfcn":
            continue
        if change.cell == change.neighbour:
            yield Fault("relation_to_itself", (change.cell,), {}, (k,))
        elif change.cell in rat.index and change.neighbour in rat.index and rat[change.cell] != rat[change.neighbour]:
            yield Fault("relation_across", (change.cell, change.neighbour), {}, (k,))
