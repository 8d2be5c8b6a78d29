"""Lists longer than the base station holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced, rows_of
from rfopt.network import MOST_REDIRECTS, MOST_RELATIONS, Network, Plan


@audits
def list_too_long(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """More than 32 relations of a cell, more than 32 entries of a redirect list."""
    cells = {plan[k].cell for k in rows_of(plan, ("neighbour", "redirect_arfcn"))}
    return introduced(lambda network: _long(network, cells), before, after, plan)


def _long(network: Network, cells: set[str]) -> Iterator[Fault]:
    held = Counter(a for a, _ in network.touching(cells))
    for cell in sorted(cells):
        relations = held[cell]
        entries = len(network.redirect_arfcns(cell))
        for kind, count, most in (
            ("too_many_relations", relations, MOST_RELATIONS),
            ("too_many_entries", entries, MOST_REDIRECTS),
        ):
            if count > most:
                yield Fault(kind, (cell,), {"value": str(count), "most": str(most)}, amount=count)
