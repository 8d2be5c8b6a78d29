"""Which carriers and codes of a network are free near a cell: checked against reuse, by distance and by what is heard.

Distances are between antennas on the ground. A high floor hears far beyond them, so what a log has heard counts as
near whatever its distance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.bands import gsm_band
from rfopt.mobility.parts import of_networks
from rfopt.network import Network

REUSE_KM = 2.0
"""No other cell this near has the carrier or one beside it."""
TWIN_KM = 10.0
"""No other cell this near has the same pair of carrier and code."""
ADJACENT = 1
GUARD = 2
"""Channels better kept clear of what is heard; interference two channels away is 50 dB down."""


def carriers_of(network: Network, cell: str) -> list[int]:
    """The ARFCNs of a GSM cell, BCCH first."""
    return _carriers(network.cells)[cell]


@of_networks
def _carriers(cells: pd.DataFrame) -> dict[str, list[int]]:
    """Of every GSM cell."""
    gsm = cells[cells["rat"] == "GSM"]
    columns = gsm.index, gsm["arfcn"], gsm["tch_arfcns"]
    return {str(name): [int(bcch), *map(int, others)] for name, bcch, others in zip(*columns, strict=True)}


def clashing(own: Sequence[int], others: Iterable[int]) -> list[int]:
    """Of a cell's carriers those that another's fall on or beside.

    >>> clashing([48, 87, 74], [47, 60, 74])
    [48, 74]
    """
    there = set(others)
    return [a for a in own if any(abs(a - b) <= ADJACENT for b in there)]


def near_in_relations(network: Network, cell: str, most: int) -> dict[str, int]:
    """Cells reached from one over relations, either way, and in how few steps, up to `most`; itself in none."""
    steps, edge = {cell: 0}, {cell}
    for step in range(1, most + 1):
        edge = set[str]().union(*network.touching(edge)) - steps.keys()
        steps |= dict.fromkeys(edge, step)
    return steps


def free_carriers(network: Network, cell: str, heard: Iterable[str]) -> list[int]:
    """Carriers that a GSM cell could move to, best first; apart from each other.

    Those are carriers of its band that the network itself uses (or lie between them), more than `ADJACENT` channels
    from every carrier of the cells heard or within `REUSE_KM`, and not the BCCH of a cell with the same BSIC within
    `TWIN_KM`. Best are those more than `GUARD` from what is heard, then those whose next user is farthest.
    """
    cells = network.of_rat("GSM")
    others = {str(name): carriers_of(network, str(name)) for name in cells.index if name != cell}
    away = dict(zip(cells.index, distances_km(cells, cell).tolist(), strict=True))
    near = {name for name, distance in away.items() if distance <= REUSE_KM} - {cell}
    taken = {a for name in set(heard) - {cell} for a in others.get(name, [])}
    beside = {a for name in near for a in others[str(name)]} | set(carriers_of(network, cell)) | taken
    codes = cells["bsic"]
    twins = {others[name][0] for name in others if away[name] <= TWIN_KM and codes[name] == codes[cell]}
    free = [
        a
        for a in _own_block(network, carriers_of(network, cell)[0])
        if all(abs(a - b) > ADJACENT for b in beside) and a not in twins
    ]
    used = {a for own in others.values() for a in own}
    next_km = {a: min((away[n] for n, own in others.items() if a in own), default=math.inf) for a in free}
    close = {a for a in free if any(abs(a - b) <= GUARD for b in taken)}
    return _apart(sorted(free, key=lambda a: (a in close, a not in used, -next_km[a], a)))


def _own_block(network: Network, arfcn: int) -> list[int]:
    """ARFCNs of a band from the lowest to the highest that the network uses: what its operator plainly holds."""
    band = gsm_band(arfcn)
    cells = network.of_rat("GSM").index
    used = {a for name in cells for a in carriers_of(network, str(name)) if band.low <= a <= band.high}
    return list(range(min(used), max(used) + 1))


def _apart(arfcns: Sequence[int]) -> list[int]:
    """The same, each more than `ADJACENT` from all before it: carriers of one cell do not stand side by side."""
    kept: list[int] = []
    for arfcn in arfcns:
        if all(abs(arfcn - other) > ADJACENT for other in kept):
            kept.append(arfcn)
    return kept


def free_bsic(network: Network, cell: str) -> str:
    """A BSIC of the cell's own NCC that no cell of its BCCH within `TWIN_KM` has; '' if all eight are taken."""
    cells = network.of_rat("GSM")
    of_carrier = (cells["arfcn"] == cells.at[cell, "arfcn"]).to_numpy()
    near = of_carrier & (distances_km(cells, cell) <= TWIN_KM)
    taken = set(cells["bsic"][near])
    ncc = str(cells.at[cell, "bsic"]).partition("-")[0]
    return next((f"{ncc}-{bcc}" for bcc in range(8) if f"{ncc}-{bcc}" not in taken), "")


def free_pcis(network: Network, cell: str) -> list[int]:
    """The nearest PCI of each other remainder modulo 3 that nobody on the carrier within `TWIN_KM` has."""
    cells = network.of_rat("LTE")
    near = ((cells["earfcn"] == cells.at[cell, "earfcn"]) & (distances_km(cells, cell) <= TWIN_KM)).to_numpy()
    taken, own = set(cells["pci"][near]), int(cast(float, cells.at[cell, "pci"]))
    free = sorted((p for p in range(504) if p not in taken and p % 3 != own % 3), key=lambda p: (abs(p - own), p))
    return [next(p for p in free if p % 3 == rest) for rest in dict.fromkeys(p % 3 for p in free)]


def distances_km(cells: pd.DataFrame, cell: str) -> NDArray[np.float64]:
    """Distance of every cell from one, on the ground."""
    lat, lon = (cells[name].to_numpy(dtype=float) for name in ("lat", "lon"))
    here = cells.index.get_loc(cell)
    north, east = lat - lat[here], (lon - lon[here]) * math.cos(math.radians(lat[here]))
    return np.asarray(np.hypot(north, east) * 111.195)
