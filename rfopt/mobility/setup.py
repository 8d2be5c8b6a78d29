"""From a network's tables to the arrays the machines take. Cells keep the order they are given in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.mobility.interference import gsm_coupling, lte_coupling
from rfopt.network import Network

DECODE_CI_DB = 4.5
"""C/I at which half of the signalling blocks decode without hopping: an engineering assumption."""
EQUAL_LAYER = {"thresh_x_high_db": 62.0, "thresh_x_low_db": 0.0}
"""Thresholds of an inter-frequency layer where the network gives no layers.csv: reached by rank, not by threshold."""

Arrays = dict[str, Any]


def columns(cells: pd.DataFrame, *names: str) -> Arrays:
    """Columns of the cells table as float arrays under their own names."""
    return {name: cells[name].to_numpy(dtype=float) for name in names}


def area(cells: pd.DataFrame, column: str) -> NDArray[np.int64]:
    """Location or tracking area codes; −1 where unknown."""
    return cells[column].fillna(-1).to_numpy(dtype=np.int64)


def relation_matrix(network: Network, cells: pd.Index, parameter: str, absent: float) -> NDArray[np.float64]:
    """matrix[s, n] of one relation parameter; `absent` where there is no relation."""
    return relation_matrices(network, cells, {parameter: absent})[parameter]


def relation_matrices(network: Network, cells: pd.Index, absent: dict[str, float]) -> dict[str, NDArray[np.float64]]:
    """`relation_matrix` of several parameters, each with its own value where there is no relation."""
    server, target, rows = _ends(network, cells)
    matrices = {}
    for parameter, value in absent.items():
        matrices[parameter] = np.full((len(cells), len(cells)), value)
        matrices[parameter][server, target] = network.neighbours[parameter].to_numpy(dtype=float)[rows]
    return matrices


def relations(network: Network, cells: pd.Index) -> NDArray[np.bool_]:
    """relation[s, n]: the directed relation exists."""
    server, target, _ = _ends(network, cells)
    matrix = np.zeros((len(cells), len(cells)), dtype=bool)
    matrix[server, target] = True
    return matrix


def _ends(network: Network, cells: pd.Index) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Server and target among `cells` of the relations that have both there, and the rows these stand in."""
    position = {name: k for k, name in enumerate(cells)}
    pairs = [
        (position[cell], position[other], row)
        for row, (cell, other) in enumerate(network.neighbours.index)
        if cell in position and other in position
    ]
    server, target, rows = np.array(pairs, dtype=np.intp).reshape(-1, 3).T
    return server, target, rows


def ba_matrix(network: Network, cells: pd.Index) -> NDArray[np.bool_]:
    """ba[s, n]: cell n's BCCH is on s's list — its own and those of its neighbours (contract §1)."""
    arfcn = dict(zip(network.cells.index, network.cells["arfcn"].to_numpy(dtype=float), strict=True))
    lists: dict[str, set[float]] = {name: {arfcn[name]} for name in cells}
    for cell, neighbour in network.neighbours.index:
        if cell in lists:
            lists[cell].add(arfcn[neighbour])
    listed = [[arfcn[name] in lists[server] for name in cells] for server in cells]
    return np.array(listed, dtype=bool).reshape(len(cells), len(cells))


def gsm_idle_arrays(network: Network, names: pd.Index) -> Arrays:
    """Keyword arguments of `rfopt.kernels.gsm_idle.camp`, without the floor."""
    cells = network.cells.loc[names]
    return {
        **columns(
            cells, "rxlev_access_min_dbm", "cell_reselect_offset_db", "temporary_offset_db", "penalty_time_s",
            "cell_reselect_hysteresis_db",
        ),
        "area": area(cells, "lac"),
        "ba": ba_matrix(network, names),
        "coupling": gsm_coupling(cells, traffic=False),
        "decode_ci_db": DECODE_CI_DB,
    }  # fmt: skip


def gsm_call_arrays(network: Network, names: pd.Index) -> Arrays:
    """Keyword arguments of `rfopt.kernels.gsm_dedicated.call`, without floors and luck."""
    cells = network.cells.loc[names]
    margins = ("ho_margin_pbgt_db", "ho_margin_lev_db", "ho_margin_qual_db", "rxlev_min_cell_dbm")
    return {
        **columns(
            cells, "ho_averaging_sacch", "ho_period_pbgt_sacch", "ho_threshold_lev_dbm", "ho_threshold_qual",
            "radio_link_timeout",
        ),
        "relation": relations(network, names),
        **relation_matrices(network, names, dict.fromkeys(margins, np.nan)),
        "coupling": gsm_coupling(cells, traffic=False),
        "tch_coupling": gsm_coupling(cells, traffic=True),
        "decode_ci_db": DECODE_CI_DB,
    }  # fmt: skip


def lte_idle_arrays(network: Network, names: pd.Index) -> Arrays:
    """Keyword arguments of `rfopt.kernels.lte_idle.camp`."""
    cells = network.cells.loc[names]
    carriers = sorted(cells["earfcn"].unique())
    return {
        **columns(
            cells, "q_rxlevmin_dbm", "q_hyst_db", "s_intra_search_db", "s_non_intra_search_db",
            "cell_reselection_priority", "thresh_serving_low_db", "t_reselection_s",
        ),
        "carrier": np.array([carriers.index(f) for f in cells["earfcn"]], dtype=np.int64),
        "q_offset_db": relation_matrix(network, names, "q_offset_db", 0.0),
        **_layers(network, cells, carriers),
    }  # fmt: skip


def _layers(network: Network, cells: pd.DataFrame, carriers: list[float]) -> Arrays:
    """[C, F] arrays of the layers each cell broadcasts.

    Without any layers table every LTE carrier of the network is taken as a layer of its own cells' priority.
    """
    shape = (len(cells), len(carriers))
    priority, high, low, least = (np.full(shape, np.nan) for _ in range(4))
    if network.layers.empty:
        of_carrier = cells.groupby("earfcn")["cell_reselection_priority"].median()
        priority[:] = of_carrier.loc[carriers].to_numpy()
        high[:], low[:] = EQUAL_LAYER["thresh_x_high_db"], EQUAL_LAYER["thresh_x_low_db"]
    position = {name: k for k, name in enumerate(cells.index)}
    known = network.layers[network.layers["target_rat"] == "LTE"]
    for row in known.to_dict("records"):
        if row["cell"] in position and row["target_channel"] in carriers:
            at = position[row["cell"]], carriers.index(row["target_channel"])
            priority[at], high[at], low[at] = row["priority"], row["thresh_x_high_db"], row["thresh_x_low_db"]
            least[at] = row["q_rxlevmin_dbm"]
    return {"layer_priority": priority, "thresh_x_high_db": high, "thresh_x_low_db": low, "layer_q_rxlevmin_dbm": least}


def lte_call_arrays(network: Network, names: pd.Index) -> Arrays:
    """Keyword arguments of `rfopt.kernels.lte_connected.hand_over`, without the floor."""
    cells = network.cells.loc[names]
    one_carrier = cells["earfcn"].to_numpy()[:, None] == cells["earfcn"].to_numpy()[None, :]
    return {
        **columns(cells, "a3_offset_db", "a3_hysteresis_db", "a3_time_to_trigger_ms"),
        "relation": one_carrier & ~np.eye(len(cells), dtype=bool),
        "cio_db": relation_matrix(network, names, "cio_db", 0.0),
        "coupling": lte_coupling(cells),
    }


def csfb_arrays(network: Network, gsm: pd.Index, lte: pd.Index) -> Arrays:
    """Keyword arguments of `rfopt.mobility.csfb.land`, without the luck."""
    arfcn = network.cells.loc[gsm, "arfcn"].to_numpy()
    lists = [network.redirect_arfcns(name) for name in lte]
    return {
        "listed": np.array([[a in entries for a in arfcn] for entries in lists], dtype=bool).reshape(
            len(lte), len(gsm)
        ),
        "list_length": np.array([len(entries) for entries in lists], dtype=np.int64),
        "rxlev_access_min_dbm": network.cells.loc[gsm, "rxlev_access_min_dbm"].to_numpy(dtype=float),
        "tac": area(network.cells.loc[lte], "tac"),
        "lac": area(network.cells.loc[gsm], "lac"),
        "decode_ci_db": DECODE_CI_DB,
    }
