"""A plan was made for another state of the network."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.drafts import found_values
from rfopt.errors import printable
from rfopt.network import Network, Plan, same
from rfopt.tables import value_text


@audits
def stale(before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows whose `old` is not what the network has, the rows before them taken."""
    for k, (change, found) in enumerate(zip(plan, found_values(before, plan), strict=True)):
        if found is not None and not same(found, change.old):
            facts = {"what": change.parameter, "found": value_text(found), "old": printable(value_text(change.old))}
            yield Fault("stale", (change.cell,), facts | {"target": change.neighbour or "–"}, (k,))
