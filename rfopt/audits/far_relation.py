"""A relation to a cell that no phone hears there."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.network import Network, Plan
from rfopt.proofs.reuse import distances_km

FARTHEST_KM = 35.0
"""The largest cell that GSM's timing advance allows (63 steps of 554 m)."""


@audits
def far_relation(before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Relations added between cells more than `FARTHEST_KM` apart."""
    known = before.cells.index
    for k, change in enumerate(plan):
        added = change.parameter == "neighbour" and change.new == "present"
        if added and {change.cell, change.neighbour} <= set(known) and change.cell != change.neighbour:
            pair = before.cells.loc[[change.cell, change.neighbour]]
            away = float(distances_km(pair, change.cell)[-1])
            if away > FARTHEST_KM:
                facts = {"km": f"{away:.0f}", "limit": f"{FARTHEST_KM:g}"}
                yield Fault("far_relation", (change.cell, str(change.neighbour)), facts, (k,))
