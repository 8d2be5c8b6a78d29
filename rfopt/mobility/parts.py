"""Parts of a network as arrays are made of them, told by content: what a plan leaves alone is not made again."""

from __future__ import annotations

import functools
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.network import RELATION_PARAMETERS, Network

MOST_PARTS = 64
"""Parts remembered, and arrays of each kind."""


class Arrays(dict[str, Any]):
    """Arrays by the name of the argument they are for. Not changed once made, so that they can be told by content."""

    @functools.cached_property
    def digest(self) -> bytes:
        """What tells these arrays from any others."""
        whole = hashlib.blake2b(digest_size=16)
        for name in sorted(self):
            values = np.ascontiguousarray(self[name])
            whole.update(f"{name}\0{values.dtype.str}{values.shape}".encode() + values.tobytes())
        return whole.digest()

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Arrays) and self.digest == other.digest


@dataclass(frozen=True, eq=False)
class Part:
    """What a network says of some cells, in their order.

    Parts that say the same are one object (`part`), so what is made of them is remembered by which part it is:
    most plans leave most parts of a network as they are.

    Attributes
    ----------
    cells : DataFrame
    server, target : ndarray of int
        Ends of the relations that have both among the cells, as numbers of cells.
    relations : mapping
        Every parameter of those relations.
    listed : ndarray of bool, shape (cells, cells)
        ``[s, n]``: cell n's BCCH is on s's list: its own and those of its neighbours (contract §1), heard here or not.
    redirects : tuple of frozenset of int
        ARFCNs of each cell's redirect list.
    layers : DataFrame
        Rows of the layers table that are these cells'.
    any_layers : bool
        False where the network has no layers table at all.
    """

    cells: pd.DataFrame
    server: NDArray[np.intp]
    target: NDArray[np.intp]
    relations: Mapping[str, NDArray[np.float64]]
    listed: NDArray[np.bool_]
    redirects: tuple[frozenset[int], ...]
    layers: pd.DataFrame
    any_layers: bool

    def matrix(self, parameter: str, absent: float) -> NDArray[np.float64]:
        """matrix[s, n] of one relation parameter; `absent` where there is no relation."""
        matrix = np.full((len(self.cells),) * 2, absent)
        matrix[self.server, self.target] = self.relations[parameter]
        return matrix

    def related(self) -> NDArray[np.bool_]:
        """relation[s, n]: the directed relation exists."""
        relation = np.zeros((len(self.cells),) * 2, dtype=bool)
        relation[self.server, self.target] = True
        return relation

    def content(self) -> bytes:
        """All that arrays are made of."""
        whole = hashlib.blake2b(digest_size=16)
        for frame in (self.cells, self.layers):
            whole.update(repr(list(frame.columns)).encode() + frame.select_dtypes("number").to_numpy().tobytes())
        for values in (self.server, self.target, self.listed, *self.relations.values()):
            whole.update(values.tobytes() + b"\0")
        words = [self.cells.index.tolist(), self.cells["rat"].tolist(), self.cells["tch_arfcns"].tolist()]
        words += [self.layers["cell"].tolist(), self.layers["target_rat"].tolist()]
        whole.update(repr((words, [sorted(entries) for entries in self.redirects], self.any_layers)).encode())
        return whole.digest()


_made: OrderedDict[tuple[int, ...], tuple[tuple[object, ...], Part]] = OrderedDict()
_parts: OrderedDict[bytes, Part] = OrderedDict()


def part(network: Network, names: pd.Index) -> Part:
    """What a network says of some cells; the same object for the same content."""
    tables = network.cells, network.neighbours, network.layers, network.redirects, names
    key = tuple(map(id, tables))
    if key not in _made:
        made = _part(network, names)
        _made[key] = tables, _parts.setdefault(made.content(), made)
    _made.move_to_end(key)
    for known in (_made, _parts):
        while len(known) > MOST_PARTS:
            known.popitem(last=False)
    return _made[key][1]


def _part(network: Network, names: pd.Index) -> Part:
    cells, known = network.cells.loc[names], network.neighbours
    server, target = _numbers(network, 0, names), _numbers(network, 1, names)
    rows = np.flatnonzero((server >= 0) & (target >= 0))
    relations = {name: known[name].to_numpy(dtype=float)[rows] for name in RELATION_PARAMETERS}
    entries: dict[str, set[int]] = {}
    for cell, arfcn in network.redirects:
        entries.setdefault(cell, set()).add(arfcn)
    redirects = tuple(frozenset(entries.get(name, ())) for name in names)
    layers = network.layers[network.layers["cell"].isin(names)]
    listed = _listed(network, cells, server)
    return Part(
        cells, server[rows], target[rows], relations, listed, redirects, layers, not network.layers.empty
    )  # fmt: skip


def _numbers(network: Network, end: int, cells: pd.Index) -> NDArray[np.intp]:
    """The number among `cells` of one end of every relation; −1 where it is not among them."""
    index = network.neighbours.index
    assert isinstance(index, pd.MultiIndex)
    of_name = np.append(cells.get_indexer(index.levels[end]), -1)
    return of_name[np.asarray(index.codes[end], dtype=np.intp)]


def _listed(network: Network, cells: pd.DataFrame, server: NDArray[np.intp]) -> NDArray[np.bool_]:
    own, arfcn = cells["arfcn"].to_numpy(dtype=float), network.cells["arfcn"].to_numpy(dtype=float)
    rows = np.flatnonzero(server >= 0)
    heard = own == arfcn[_numbers(network, 1, network.cells.index)[rows], None]
    listed = np.asarray(own[:, None] == own)
    np.logical_or.at(listed, server[rows], heard)
    return listed


class of_parts:  # noqa: N801  used as a decorator
    """A function of parts as one of a network and the cells of each part; what it makes of a part is made once."""

    def __init__(self, make: Callable[..., Arrays]) -> None:
        functools.update_wrapper(self, make)
        self.of = functools.lru_cache(maxsize=MOST_PARTS)(make)

    def __call__(self, network: Network, *cells: pd.Index) -> Arrays:
        """The arrays of a network's part for each of some cells."""
        return self.of(*(part(network, names) for names in cells))
