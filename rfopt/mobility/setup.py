"""From a network's tables to the arrays the machines take. Cells keep the order they are given in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.mobility.interference import gsm_coupling, lte_coupling
from rfopt.network import Network

DECODE_CI_DB = 3.0
"""C/I from which a phone reads a cell's BCCH: one in four signalling blocks decodes there (half of them at 4.5 dB), and
what a cell broadcasts, its code five times in a quarter of a second, is sent again and again. An assumption."""
OF_TARGET = ("ho_level_umbrella_dbm", "ho_priority")
"""Parameters of a handover relation that the tables give once per target cell."""
LOWEST_RSRP_DBM = -141.0
"""RSRP code 0 as logs state it."""
EQUAL_LAYER = {"thresh_x_high_db": 62.0, "thresh_x_low_db": 0.0}
"""Thresholds of an inter-frequency layer where the network gives no layers.csv: reached by rank, not by threshold."""

Arrays = dict[str, Any]

T_RESELECTION_GSM_S = 5.0
"""T_Reselection of a phone that looks from GSM for LTE (TS 45.008 §6.6.6, from memory: the default)."""
OF_GSM_CELL = {
    "q_hyst_db": 0.0, "s_intra_search_db": -np.inf, "s_non_intra_search_db": -np.inf, "thresh_serving_low_db": np.nan,
    "t_reselection_s": T_RESELECTION_GSM_S,
}  # fmt: skip
"""How a GSM cell stands among the parameters of LTE cells: it goes by priority upwards and by nothing else."""


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
    server, target = _numbers(network, 0, cells), _numbers(network, 1, cells)
    rows = np.flatnonzero((server >= 0) & (target >= 0))
    return server[rows], target[rows], rows


def _numbers(network: Network, end: int, cells: pd.Index) -> NDArray[np.intp]:
    """The number among `cells` of one end of every relation; −1 where it is not among them."""
    index = network.neighbours.index
    assert isinstance(index, pd.MultiIndex)
    of_name = np.append(cells.get_indexer(index.levels[end]), -1)
    return of_name[np.asarray(index.codes[end], dtype=np.intp)]


def ba_matrix(network: Network, cells: pd.Index) -> NDArray[np.bool_]:
    """ba[s, n]: cell n's BCCH is on s's list — its own and those of its neighbours (contract §1)."""
    arfcn = network.cells["arfcn"].to_numpy(dtype=float)
    own = arfcn[network.cells.index.get_indexer(cells)]
    server = _numbers(network, 0, cells)
    rows = np.flatnonzero(server >= 0)
    heard = own == arfcn[_numbers(network, 1, network.cells.index)[rows], None]
    listed = np.asarray(own[:, None] == own)
    np.logical_or.at(listed, server[rows], heard)
    return listed


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
            "radio_link_timeout", "ho_threshold_interference_dbm", "ho_votes_px", "ho_votes_nx",
            "number_of_zero_results", "min_int_between_ho_s", "min_int_between_unsucc_ho_s",
        ),
        **{name: np.tile(cells[name].to_numpy(dtype=float), (len(cells), 1)) for name in OF_TARGET},
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


def never_given_up(arrays: Arrays) -> Arrays:
    """Arrays of `lte_idle_arrays` for a phone that stays where no cell reaches its minimum (`rfopt.mobility.holding`).

    Cells of its own layer and of equal ones may be camped on at the lowest level that can be reported; what a search
    or another priority needs stays where it was.
    """
    minimum = arrays["q_rxlevmin_dbm"]
    spare = minimum - LOWEST_RSRP_DBM
    known = pd.Series(minimum).groupby(arrays["carrier"]).max()
    of_layer = known.reindex(range(arrays["layer_priority"].shape[1])).to_numpy(dtype=float)
    least = np.where(np.isnan(arrays["layer_q_rxlevmin_dbm"]), of_layer, arrays["layer_q_rxlevmin_dbm"])
    equal = arrays["layer_priority"] == arrays["cell_reselection_priority"][:, None]
    return arrays | {
        "q_rxlevmin_dbm": np.full_like(minimum, LOWEST_RSRP_DBM),
        **{
            name: arrays[name] + spare
            for name in ("s_intra_search_db", "s_non_intra_search_db", "thresh_serving_low_db")
        },
        "layer_q_rxlevmin_dbm": np.where(equal, LOWEST_RSRP_DBM, least),
    }


def lists_gsm(network: Network, lte: pd.Index) -> bool:
    """True if any of these LTE cells has a layer of GSM: an idle phone may go there."""
    return bool(((network.layers["target_rat"] == "GSM") & network.layers["cell"].isin(lte)).any())


def both_idle_arrays(network: Network, lte: pd.Index, gsm: pd.Index) -> Arrays:
    """Keyword arguments of `rfopt.kernels.lte_idle.camp` for the LTE cells and then the GSM cells.

    The layers of LTE cells are those of `lte_idle_arrays`, and every GSM carrier. A GSM cell lists each LTE carrier
    with the priority of its cells; it ranks nothing, since C2 does that.
    """
    alone, others = lte_idle_arrays(network, lte), network.cells.loc[gsm]
    carriers = sorted(others["arfcn"].unique())
    own, listed = len(lte), alone["layer_priority"].shape[1]
    layers = _gsm_layers(network, lte, carriers)
    back = _layers_of_gsm(network.cells.loc[lte], others)
    arrays: Arrays = {
        name: np.block([[alone[name], layers[name]], [back[name], np.full((len(gsm), len(carriers)), np.nan)]])
        for name in layers
    }
    for name, value in OF_GSM_CELL.items():
        arrays[name] = np.append(alone[name], np.full(len(gsm), value))
    arrays["q_rxlevmin_dbm"] = np.append(alone["q_rxlevmin_dbm"], others["rxlev_access_min_dbm"].to_numpy(dtype=float))
    of_gsm = (network.layers["target_rat"] == "GSM") & network.layers["cell"].isin(lte)
    priority = float(network.layers.loc[of_gsm, "priority"].median())
    arrays["cell_reselection_priority"] = np.append(alone["cell_reselection_priority"], np.full(len(gsm), priority))
    arrays["carrier"] = np.append(alone["carrier"], [listed + carriers.index(f) for f in others["arfcn"]]).astype(int)
    arrays["q_offset_db"] = np.zeros((own + len(gsm),) * 2)
    arrays["q_offset_db"][:own, :own] = alone["q_offset_db"]
    return arrays | {"gsm": np.arange(own + len(gsm)) >= own}


def _gsm_layers(network: Network, lte: pd.Index, carriers: list[float]) -> Arrays:
    """[C, F] arrays of the GSM carriers each LTE cell broadcasts; one of the cell's own priority is none."""
    names = ("layer_priority", "thresh_x_high_db", "thresh_x_low_db", "layer_q_rxlevmin_dbm")
    arrays = {name: np.full((len(lte), len(carriers)), np.nan) for name in names}
    own = network.cells.loc[lte, "cell_reselection_priority"].to_numpy(dtype=float)
    position = {name: k for k, name in enumerate(lte)}
    known = network.layers[(network.layers["target_rat"] == "GSM") & network.layers["cell"].isin(lte)]
    for row in known.to_dict("records"):
        at, channel = position[row["cell"]], row["target_channel"]
        columns_of = [k for k, carrier in enumerate(carriers) if channel in (carrier,) or np.isnan(channel)]
        if row["priority"] == own[at]:
            continue
        for name, column in zip(names, ("priority", *names[1:3], "q_rxlevmin_dbm"), strict=True):
            arrays[name][at, columns_of] = row[column]
    return arrays


def _layers_of_gsm(lte: pd.DataFrame, gsm: pd.DataFrame) -> Arrays:
    """[G, F] arrays of the LTE carriers as a phone on a GSM cell takes them."""
    priority = lte.groupby("earfcn")["cell_reselection_priority"].median().sort_index().to_numpy(dtype=float)
    shape = (len(gsm), len(priority))
    unknown = np.full(shape, np.nan)
    high = np.broadcast_to(gsm["thresh_eutran_high_db"].to_numpy(dtype=float)[:, None], shape)
    return {
        "layer_priority": np.broadcast_to(priority, shape),
        "thresh_x_high_db": high,
        "thresh_x_low_db": unknown,
        "layer_q_rxlevmin_dbm": unknown,
    }


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
    """Keyword arguments of `rfopt.mobility.csfb.land`, without the luck; blind redirection."""
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


def return_arrays(network: Network, lte: pd.Index) -> Arrays:
    """Keyword arguments of `rfopt.mobility.csfb.come_back`, without the luck."""
    cells = network.cells.loc[lte]
    return {"q_rxlevmin_dbm": cells["q_rxlevmin_dbm"].to_numpy(dtype=float), "tac": area(cells, "tac")}
