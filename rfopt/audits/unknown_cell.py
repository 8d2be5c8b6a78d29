"""A plan names a cell that the network has not."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.errors import did_you_mean, printable
from rfopt.network import Network, Plan


@audits
def unknown_cell(before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows whose cell, or relation's target, is in no table."""
    known = before.cells.index
    for k, change in enumerate(plan):
        target = None if change.parameter == "redirect_arfcn" else change.neighbour
        for name in (change.cell, target):
            if name is not None and name not in known:
                yield Fault("unknown_cell", (printable(name),), {"near": did_you_mean(name, known)}, (k,))
