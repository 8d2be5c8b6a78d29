"""One identity for two cells."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced, rows_of
from rfopt.network import Network, Plan

KEYS = {"GSM": ["lac", "ci"], "LTE": ["eci"]}


@audits
def identity(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Cells given the LAC and CI, or the ECI, of another: the core network knows a cell by them."""
    rows = rows_of(plan, ("lac", "ci", "eci"))
    cells = {plan[k].cell for k in rows} & set(before.cells.index)
    return introduced(lambda network: _shared(network, cells), before, after, plan)


def _shared(network: Network, cells: set[str]) -> Iterator[Fault]:
    for rat, keys in KEYS.items():
        table = network.of_rat(rat).dropna(subset=keys)
        for values, group in table[table.duplicated(keys, keep=False)].groupby(keys):
            if cells & set(group.index):
                what = "/".join(f"{value:g}" for value in values)
                yield Fault("identity", tuple(sorted(map(str, group.index))), {"what": what})
