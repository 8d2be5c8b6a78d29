"""Sets of cells small enough to prove something of, that hold whatever some changed cells can take part in."""

from __future__ import annotations

from collections.abc import Iterable

from rfopt.mobility.parts import of_networks
from rfopt.network import Network
from rfopt.proofs.reuse import distances_km, near_in_relations

MOST = 40
"""Cells of one set: proofs go over circles of four."""
STEPS = 2
"""A circle of up to four cells through a cell stays within two relations of it."""
NEAR_KM = 3.0


Sets = tuple[tuple[str, ...], ...]


def vicinities(network: Network, cells: Iterable[str]) -> Sets:
    """For each technology of a small network all its cells; of a large one a set around each cell.

    A set holds the cells within `STEPS` relations, nearest first in relations and then on the ground, and those within
    `NEAR_KM` as LTE needs no relation in idle mode; at most `MOST`.
    """
    return _vicinities(network, tuple(sorted(set(cells) & set(network.cells.index))))


@of_networks
def _vicinities(network: Network, named: tuple[str, ...]) -> Sets:
    if len(network.cells) <= MOST:
        return (tuple(sorted(map(str, network.cells.index))),) if named else ()
    return tuple(dict.fromkeys(_around(network, cell) for cell in named))


@of_networks
def about(network: Network, sets: Sets) -> Network:
    """As much of a network as proofs over some sets of its cells ask: these, and what they are related to."""
    names = set[str]().union(*sets)
    return network.subset(names.union(*network.touching(names)))


def _around(network: Network, cell: str) -> tuple[str, ...]:
    away = dict(zip(network.cells.index, distances_km(network.cells, cell).tolist(), strict=True))
    steps = near_in_relations(network, cell, STEPS)
    near = {name for name, distance in away.items() if distance <= NEAR_KM} | steps.keys()
    ranked = sorted(near, key=lambda name: (steps.get(str(name), STEPS + 1), away[name], name))
    return tuple(sorted(map(str, ranked[:MOST])))
