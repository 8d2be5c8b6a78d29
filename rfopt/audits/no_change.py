"""A row that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.network import Network, Plan, same
from rfopt.tables import value_text


@audits
def no_change(_before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows whose `new` is their `old`."""
    for k, change in enumerate(plan):
        if same(change.old, change.new):
            yield Fault("no_change", (change.cell,), {"what": change.parameter, "value": value_text(change.new)}, (k,))
