"""PCIs of one remainder modulo 3 side by side: their reference signals fall on each other."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced, number, rows_of
from rfopt.audits.site_carriers import one_carrier, site_mates
from rfopt.network import Network, Plan

SECTORS = 3
"""A site with more cells than this on a carrier must repeat a remainder."""


@audits
def mod3(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """LTE cells given the remainder of another sector of their site, or of more of their relations than before.

    A cell that had the very PCI of a relation may take more equal remainders to be rid of it.
    """
    rows = rows_of(plan, ("pci", "earfcn"))
    cells = sorted({plan[k].cell for k in rows} & set(before.of_rat("LTE").index))
    yield from introduced(lambda network: (f for c in cells for f in _at_site(network, c)), before, after, plan)
    for cell in cells:
        was, now = _related(before, cell), _related(after, cell)
        if len(now) > len(was) and not any(number(before, o, "pci") == number(before, cell, "pci") for o in was):
            facts = {"before": str(len(was)), "after": str(len(now)), "others": ", ".join(now)}
            yield Fault("mod3_related", (cell,), facts, rows_of(plan, ("pci", "earfcn"), (cell,)))


def _alike(network: Network, cell: str, others: list[str]) -> list[str]:
    """Of some cells those of a cell's carrier and remainder."""
    pci = number(network, cell, "pci")
    rest = ((name, number(network, name, "pci") - pci) for name in others if one_carrier(network, cell, name))
    return [name for name, apart in rest if apart % 3.0 == 0.0]


def _at_site(network: Network, cell: str) -> Iterator[Fault]:
    on_carrier = [name for name in site_mates(network, cell) if one_carrier(network, cell, name)]
    if len(on_carrier) < SECTORS:
        for other in _alike(network, cell, on_carrier):
            yield Fault("mod3_at_site", tuple(sorted((cell, other))))


def _related(network: Network, cell: str) -> list[str]:
    others = set[str]().union(*network.touching((cell,))) - {cell}
    return _alike(network, cell, sorted(others))
