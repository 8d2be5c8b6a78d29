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

    A cell that shares its remainder already may share it with more relations, up to half of them, to be rid of a loud
    one, and one that had the very PCI of a relation with any number: that is noted.
    """
    rows = rows_of(plan, ("pci", "earfcn"))
    cells = sorted({plan[k].cell for k in rows} & set(before.of_rat("LTE").index))
    yield from introduced(lambda network: (f for c in cells for f in _at_site(network, c)), before, after, plan)
    for cell in cells:
        was, now = _related(before, cell), _related(after, cell)
        if len(now) > len(was):
            facts = {"before": str(len(was)), "after": str(len(now)), "others": ", ".join(now)}
            twin = any(number(before, other, "pci") == number(before, cell, "pci") for other in was)
            worse = not twin and (not was or 2 * len(now) > len(_on_carrier(after, cell)))
            yield Fault("mod3_related", (cell,), facts, rows_of(plan, ("pci", "earfcn"), (cell,)), new=worse)


def _alike(network: Network, cell: str, others: list[str]) -> list[str]:
    """Of some cells those of a cell's remainder."""
    pci = number(network, cell, "pci")
    return [name for name in others if (number(network, name, "pci") - pci) % 3.0 == 0.0]


def _at_site(network: Network, cell: str) -> Iterator[Fault]:
    on_carrier = [name for name in site_mates(network, cell) if one_carrier(network, cell, name)]
    if len(on_carrier) < SECTORS:
        for other in _alike(network, cell, on_carrier):
            yield Fault("mod3_at_site", tuple(sorted((cell, other))))


def _related(network: Network, cell: str) -> list[str]:
    return _alike(network, cell, _on_carrier(network, cell))


def _on_carrier(network: Network, cell: str) -> list[str]:
    """The relations of a cell, either way, that are on its carrier."""
    others = set[str]().union(*network.touching((cell,))) - {cell}
    return [name for name in sorted(others) if one_carrier(network, cell, name)]
