"""A cell that calls cannot enter or leave any more."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced
from rfopt.network import Network, Plan


@audits
def isolated(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Cells whose last relation, to them or from them, the plan deletes."""
    deleted = [c for c in plan if c.parameter == "neighbour" and c.new == "absent"]
    cells = {name for c in deleted for name in (c.cell, str(c.neighbour))} & set(before.cells.index)
    return introduced(lambda network: _cut_off(network, cells), before, after, plan)


def _cut_off(network: Network, cells: set[str]) -> Iterator[Fault]:
    pairs = network.touching(cells)
    left, entered = {a for a, _ in pairs}, {b for _, b in pairs}
    for cell in sorted(cells):
        if cell not in left:
            yield Fault("no_way_out", (cell,))
        if cell not in entered:
            yield Fault("no_way_in", (cell,))
