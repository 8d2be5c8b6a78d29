"""Parts of a network as arrays are made of them, told by content: what a plan leaves alone is not made again."""

from __future__ import annotations

import functools
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.network import RELATION_PARAMETERS, Network, relation_index

MOST_PARTS = 64
"""Parts remembered, and arrays of each kind."""
MOST_NETWORKS = 24
"""Whole networks remembered, which may be cities: the one before a plan and those after the last ones."""


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


Made = TypeVar("Made")


def by_identity(make: Callable[..., Made], most: int = MOST_PARTS) -> Callable[..., Made]:
    """A function whose last results are remembered by which objects it was given; they are not changed afterwards.

    Tuples of names are told by what they hold. What was given is kept as long: of whole networks few can be.
    """
    known: OrderedDict[tuple[object, ...], tuple[tuple[object, ...], Made]] = OrderedDict()

    @functools.wraps(make)
    def once(*given: object) -> Made:
        key = tuple(one if isinstance(one, tuple) else id(one) for one in given)
        if key not in known:
            known[key] = given, make(*given)
        known.move_to_end(key)
        while len(known) > most:
            known.popitem(last=False)
        return known[key][1]

    return once


of_networks = functools.partial(by_identity, most=MOST_NETWORKS)

_parts: OrderedDict[bytes, Part] = OrderedDict()


def part(network: Network, names: pd.Index) -> Part:
    """What a network says of some cells; the same object for the same content."""
    return _part(network.cells, network.neighbours, network.layers, network.redirects, names)


@by_identity
def _part(
    cells: pd.DataFrame,
    neighbours: pd.DataFrame,
    layers: pd.DataFrame,
    redirects: frozenset[tuple[str, int]],
    names: pd.Index,
) -> Part:
    rows, cells_told = _cells(cells, names)
    server, target, relations, relations_told = _relations(neighbours, names)
    listed = _listed(cells, neighbours, names)
    lists, lists_told = _redirects(redirects, names)
    of_cells, layers_told = _layers(layers, names)
    told = _told(cells_told, relations_told, listed.tobytes(), lists_told, layers_told)
    made = Part(rows, server, target, relations, listed, lists, of_cells, not layers.empty)
    found = _parts.setdefault(told, made)
    _parts.move_to_end(told)
    while len(_parts) > MOST_PARTS:
        _parts.popitem(last=False)
    return found


def _told(*parts: bytes) -> bytes:
    """What tells some content from any other."""
    return hashlib.blake2b(b"".join(hashlib.blake2b(part, digest_size=16).digest() for part in parts)).digest()


def _numbers_told(frame: pd.DataFrame) -> bytes:
    return repr(list(frame.columns)).encode() + frame.select_dtypes("number").to_numpy().tobytes()


@by_identity
def _cells(cells: pd.DataFrame, names: pd.Index) -> tuple[pd.DataFrame, bytes]:
    rows = cells.loc[names]
    words = [rows.index.tolist(), rows["rat"].tolist(), rows["tch_arfcns"].tolist()]
    return rows, _told(_numbers_told(rows), repr(words).encode())


@by_identity
def _relations(
    neighbours: pd.DataFrame, names: pd.Index
) -> tuple[NDArray[np.intp], NDArray[np.intp], dict[str, NDArray[np.float64]], bytes]:
    ends = _numbers(neighbours, 0, names), _numbers(neighbours, 1, names)
    rows = np.flatnonzero((ends[0] >= 0) & (ends[1] >= 0))
    server, target = (numbers[rows] for numbers in ends)
    values = {name: neighbours[name].to_numpy(dtype=float)[rows] for name in RELATION_PARAMETERS}
    return server, target, values, _told(*(array.tobytes() for array in (server, target, *values.values())))


def _numbers(neighbours: pd.DataFrame, end: int, cells: pd.Index) -> NDArray[np.intp]:
    """The number among `cells` of one end of every relation; −1 where it is not among them."""
    index = relation_index(neighbours)
    of_name = np.append(cells.get_indexer(index.levels[end]), -1)
    return of_name[np.asarray(index.codes[end], dtype=np.intp)]


@by_identity
def _listed(cells: pd.DataFrame, neighbours: pd.DataFrame, names: pd.Index) -> NDArray[np.bool_]:
    arfcn = cells["arfcn"].to_numpy(dtype=float)
    own, server = arfcn[cells.index.get_indexer(names)], _numbers(neighbours, 0, names)
    rows = np.flatnonzero(server >= 0)
    heard = own == arfcn[_numbers(neighbours, 1, cells.index)[rows], None]
    listed = np.asarray(own[:, None] == own)
    np.logical_or.at(listed, server[rows], heard)
    return listed


@by_identity
def _redirects(
    redirects: frozenset[tuple[str, int]], names: pd.Index
) -> tuple[tuple[frozenset[int], ...], bytes]:  # fmt: skip
    entries: dict[str, set[int]] = {}
    for cell, arfcn in redirects:
        entries.setdefault(cell, set()).add(arfcn)
    lists = tuple(frozenset(entries.get(name, ())) for name in names)
    return lists, repr([sorted(held) for held in lists]).encode()


@by_identity
def _layers(layers: pd.DataFrame, names: pd.Index) -> tuple[pd.DataFrame, bytes]:
    rows = layers[layers["cell"].isin(names)]
    words = [rows["cell"].tolist(), rows["target_rat"].tolist(), not layers.empty]
    return rows, _told(_numbers_told(rows), repr(words).encode())


class of_parts:  # noqa: N801  used as a decorator
    """A function of parts as one of a network and the cells of each part; what it makes of a part is made once."""

    def __init__(self, make: Callable[..., Arrays]) -> None:
        functools.update_wrapper(self, make)
        self.of = functools.lru_cache(maxsize=MOST_PARTS)(make)

    def __call__(self, network: Network, *cells: pd.Index) -> Arrays:
        """The arrays of a network's part for each of some cells."""
        return self.of(*(part(network, names) for names in cells))
