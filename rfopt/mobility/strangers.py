"""Cells that a log names and no table knows: every one gets a name, the default parameters and the relations seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from rfopt.logs.transitions import server_labels
from rfopt.network import RELATION_PARAMETERS, Network
from rfopt.tables import schema

RATS = ("GSM", "LTE")


def name_cells(readings: pd.DataFrame) -> pd.DataFrame:
    """Readings of GSM and LTE, and servers of any technology, with a cell name in every row.

    Rows of GSM and LTE that say nothing of their cell are left out. A name is the log's own or the one that it gives
    the same channel and code elsewhere, else the channel (``GSM 62/4-5``, ``LTE 38400/321``).
    """
    rows = readings[readings["rat"].isin(RATS) | readings["serving"]].reset_index(drop=True)
    label = server_labels(rows)
    told = ~np.isin(label, RATS)
    return rows.assign(cell=pd.array(label, dtype="str"))[told].reset_index(drop=True)


def with_strangers(network: Network | None, readings: pd.DataFrame) -> tuple[Network, tuple[str, ...]]:
    """The network and the cells of a log that it lacks, with these added.

    A stranger has the defaults of a macro cell, no location area of its own, and a relation with every cell that was
    reported while it served or that served while it was reported: what a phone reports is on its server's list.

    Parameters
    ----------
    network : Network or None
        None: all cells are strangers.
    readings : DataFrame
        Readings with a name in every row (`name_cells`).
    """
    known = network.cells.index if network is not None else pd.Index([])
    readings = readings[readings["rat"].isin(RATS)]
    rows = readings[~readings["cell"].isin(known)].drop_duplicates("cell").sort_values("cell")
    strangers = tuple(rows["cell"])
    cells = _cells(rows)
    pairs = [(a, b) for a, b in _seen(readings) if a in strangers or b in strangers]
    neighbours = _relations(pairs, dict(zip(readings["cell"], readings["rat"], strict=True)))
    if network is None:
        layers = pd.DataFrame(columns=list(schema("layers")))
        return Network(cells, neighbours, frozenset(), layers), strangers
    if not strangers:
        return network, ()
    columns = [name for name in network.cells.columns if name in cells.columns]
    both = pd.concat([network.cells, cells[columns]])
    return replace(network, cells=both, neighbours=pd.concat([network.neighbours, neighbours])), strangers


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    table: dict[str, object] = {}
    for name, column in schema("cells").items():
        if name in ("rat", "arfcn", "bsic", "earfcn", "pci"):
            table[name] = rows[name].to_numpy()
        elif name == "kind":
            table[name] = "macro"
        elif column.type in ("arfcns", "names"):
            table[name] = pd.Series([()] * len(rows), dtype="object").to_numpy()
        elif name in rows or column.default:
            table[name] = [_default(column.default_for(str(rat), "macro")) for rat in rows["rat"]]
        else:
            table[name] = "" if column.type in ("text", "name", "bsic", "choice") else np.nan
    frame = pd.DataFrame(table, index=pd.Index(rows["cell"].astype(object), name="cell"))
    return frame.drop(columns="cell")


def _default(word: str) -> float:
    return float(word) if word else np.nan


def _seen(readings: pd.DataFrame) -> list[tuple[str, str]]:
    """(server, neighbour) of all reports."""
    place = ["file", "mode", "rat", "time", "point"]
    serving = readings["serving"].to_numpy(dtype=bool)
    pairs = readings[serving][[*place, "cell"]].merge(readings[~serving][[*place, "cell"]], on=place)
    unique = pairs[["cell_x", "cell_y"]].drop_duplicates().sort_values(["cell_x", "cell_y"])
    moved = _moves(readings[serving])
    return sorted({*unique.itertuples(index=False, name=None), *moved} - {(a, a) for a in readings["cell"].unique()})


def _moves(served: pd.DataFrame) -> set[tuple[str, str]]:
    """(from, to) of changes of the server inside one file and technology."""
    same = (served["file"].to_numpy()[1:] == served["file"].to_numpy()[:-1]) & (
        served["rat"].to_numpy()[1:] == served["rat"].to_numpy()[:-1]
    )
    cell = served["cell"].to_numpy(dtype=object)
    return set(zip(cell[:-1][same], cell[1:][same], strict=True))


def _relations(pairs: list[tuple[str, str]], rat: dict[str, str]) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(pairs, names=["cell", "neighbour"]) if pairs else _no_pairs()
    columns = {
        name: [_default(schema("neighbours")[name].default_for(rat[a], "")) for a, _ in pairs]
        for name in RELATION_PARAMETERS
    }
    return pd.DataFrame(columns, index=index, dtype=float)


def _no_pairs() -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([[], []], names=["cell", "neighbour"])
