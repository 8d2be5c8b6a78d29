"""A plan sets what is a fact of the equipment, not a parameter."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.network import Network, Plan, same

FACTS = ("rat", "kind", "site", "max_power_dbm", "load", "building")


@audits
def hardware_fact(_before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows that set the technology, the kind, the site, the hardware's most power, the load or the building served."""
    for k, change in enumerate(plan):
        if change.neighbour is None and change.parameter in FACTS and not same(change.old, change.new):
            yield Fault("hardware_fact", (change.cell,), {"what": change.parameter}, (k,))
