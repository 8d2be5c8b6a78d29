"""From a network's tables to the arrays the machines take. Cells keep the order they are given in."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.mobility.interference import calls_coupling, gsm_coupling, lte_coupling
from rfopt.mobility.parts import MOST_PARTS, Arrays, Part, by_identity, of_parts, part
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

T_RESELECTION_GSM_S = 5.0
"""T_Reselection of a phone that looks from GSM for LTE (TS 45.008 §6.6.6, from memory: the default)."""
OF_GSM_CELL = {
    "q_hyst_db": 0.0, "s_intra_search_db": -np.inf, "s_non_intra_search_db": -np.inf, "thresh_serving_low_db": np.nan,
    "t_reselection_s": T_RESELECTION_GSM_S,
}  # fmt: skip
"""How a GSM cell stands among the parameters of LTE cells: it goes by priority upwards and by nothing else."""


def columns(cells: pd.DataFrame, *names: str) -> dict[str, NDArray[np.float64]]:
    """Columns of the cells table as float arrays under their own names."""
    return {name: cells[name].to_numpy(dtype=float) for name in names}


def area(cells: pd.DataFrame, column: str) -> NDArray[np.int64]:
    """Location or tracking area codes; −1 where unknown."""
    return cells[column].fillna(-1).to_numpy(dtype=np.int64)


def ba_matrix(network: Network, cells: pd.Index) -> NDArray[np.bool_]:
    """ba[s, n]: cell n's BCCH is on s's list."""
    return part(network, cells).listed


@of_parts
def gsm_idle_arrays(gsm: Part) -> Arrays:
    """Keyword arguments of `rfopt.kernels.gsm_idle.camp`, without the floor."""
    cells = gsm.cells
    return Arrays(
        **columns(
            cells, "rxlev_access_min_dbm", "cell_reselect_offset_db", "temporary_offset_db", "penalty_time_s",
            "cell_reselect_hysteresis_db",
        ),
        area=area(cells, "lac"), ba=gsm.listed, coupling=gsm_coupling(cells, traffic=False), decode_ci_db=DECODE_CI_DB,
    )  # fmt: skip


@of_parts
def gsm_call_arrays(gsm: Part) -> Arrays:
    """Keyword arguments of `rfopt.kernels.gsm_dedicated.call`, without floors and luck."""
    cells = gsm.cells
    margins = ("ho_margin_pbgt_db", "ho_margin_lev_db", "ho_margin_qual_db", "rxlev_min_cell_dbm")
    return Arrays(
        **columns(
            cells, "ho_averaging_sacch", "ho_period_pbgt_sacch", "ho_threshold_lev_dbm", "ho_threshold_qual",
            "radio_link_timeout", "ho_threshold_interference_dbm", "ho_votes_px", "ho_votes_nx",
            "number_of_zero_results", "min_int_between_ho_s", "min_int_between_unsucc_ho_s",
        ),
        **{name: np.tile(cells[name].to_numpy(dtype=float), (len(cells), 1)) for name in OF_TARGET},
        **{name: gsm.matrix(name, np.nan) for name in margins},
        relation=gsm.related(),
        coupling=gsm_coupling(cells, traffic=False), tch_coupling=gsm_coupling(cells, traffic=True),
        decode_ci_db=DECODE_CI_DB,
    )  # fmt: skip


@functools.lru_cache(maxsize=MOST_PARTS)
def calls_as_seen(arrays: Arrays, beacon_share: tuple[float, ...], scale: tuple[float, ...]) -> Arrays:
    """Arrays of `gsm_call_arrays` with calls disturbed as their C/I shows (`rfopt.mobility.floors.Floors`)."""
    coupling = calls_coupling(arrays["coupling"], arrays["tch_coupling"], beacon_share, scale)
    return Arrays(arrays | {"tch_coupling": coupling})


@of_parts
def lte_idle_arrays(lte: Part) -> Arrays:
    """Keyword arguments of `rfopt.kernels.lte_idle.camp`."""
    cells = lte.cells
    carriers = sorted(cells["earfcn"].unique())
    return Arrays(
        **columns(
            cells, "q_rxlevmin_dbm", "q_hyst_db", "s_intra_search_db", "s_non_intra_search_db",
            "cell_reselection_priority", "thresh_serving_low_db", "t_reselection_s",
        ),
        carrier=np.array([carriers.index(f) for f in cells["earfcn"]], dtype=np.int64),
        q_offset_db=lte.matrix("q_offset_db", 0.0),
        **_layers(lte, carriers),
    )  # fmt: skip


@functools.lru_cache(maxsize=MOST_PARTS)
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
    moved = {
        name: arrays[name] + spare for name in ("s_intra_search_db", "s_non_intra_search_db", "thresh_serving_low_db")
    }
    moved["q_rxlevmin_dbm"] = np.full_like(minimum, LOWEST_RSRP_DBM)
    moved["layer_q_rxlevmin_dbm"] = np.where(equal, LOWEST_RSRP_DBM, least)
    return Arrays(arrays | moved)


def lists_gsm(network: Network, lte: pd.Index) -> bool:
    """True if any of these LTE cells has a layer of GSM: an idle phone may go there."""
    return _lists_gsm(network.layers, lte)


@by_identity
def _lists_gsm(layers: pd.DataFrame, lte: pd.Index) -> bool:
    return bool(((layers["target_rat"] == "GSM") & layers["cell"].isin(lte)).any())


@of_parts
def both_idle_arrays(lte: Part, gsm: Part) -> Arrays:
    """Keyword arguments of `rfopt.kernels.lte_idle.camp` for the LTE cells and then the GSM cells.

    The layers of LTE cells are those of `lte_idle_arrays`, and every GSM carrier. A GSM cell lists each LTE carrier
    with the priority of its cells; it ranks nothing, since C2 does that.
    """
    alone, others = lte_idle_arrays.of(lte), gsm.cells
    carriers = sorted(others["arfcn"].unique())
    own, listed = len(lte.cells), alone["layer_priority"].shape[1]
    layers = _gsm_layers(lte, carriers)
    back = _layers_of_gsm(lte.cells, others)
    arrays = {
        name: np.block([[alone[name], layers[name]], [back[name], np.full((len(others), len(carriers)), np.nan)]])
        for name in layers
    }
    for name, value in OF_GSM_CELL.items():
        arrays[name] = np.append(alone[name], np.full(len(others), value))
    arrays["q_rxlevmin_dbm"] = np.append(alone["q_rxlevmin_dbm"], others["rxlev_access_min_dbm"].to_numpy(dtype=float))
    priority = float(lte.layers.loc[lte.layers["target_rat"] == "GSM", "priority"].median())
    arrays["cell_reselection_priority"] = np.append(alone["cell_reselection_priority"], np.full(len(others), priority))
    arrays["carrier"] = np.append(alone["carrier"], [listed + carriers.index(f) for f in others["arfcn"]]).astype(int)
    arrays["q_offset_db"] = np.zeros((own + len(others),) * 2)
    arrays["q_offset_db"][:own, :own] = alone["q_offset_db"]
    return Arrays(arrays, gsm=np.arange(own + len(others)) >= own)


def _gsm_layers(lte: Part, carriers: list[float]) -> dict[str, NDArray[np.float64]]:
    """[C, F] arrays of the GSM carriers each LTE cell broadcasts; one of the cell's own priority is none."""
    names = ("layer_priority", "thresh_x_high_db", "thresh_x_low_db", "layer_q_rxlevmin_dbm")
    arrays = {name: np.full((len(lte.cells), len(carriers)), np.nan) for name in names}
    own = lte.cells["cell_reselection_priority"].to_numpy(dtype=float)
    position = {name: k for k, name in enumerate(lte.cells.index)}
    for row in lte.layers[lte.layers["target_rat"] == "GSM"].to_dict("records"):
        at, channel = position[row["cell"]], row["target_channel"]
        columns_of = [k for k, carrier in enumerate(carriers) if channel in (carrier,) or np.isnan(channel)]
        if row["priority"] == own[at]:
            continue
        for name, column in zip(names, ("priority", *names[1:3], "q_rxlevmin_dbm"), strict=True):
            arrays[name][at, columns_of] = row[column]
    return arrays


def _layers_of_gsm(lte: pd.DataFrame, gsm: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
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


def _layers(lte: Part, carriers: list[float]) -> dict[str, NDArray[np.float64]]:
    """[C, F] arrays of the layers each cell broadcasts.

    Without any layers table every LTE carrier of the network is taken as a layer of its own cells' priority.
    """
    cells = lte.cells
    shape = (len(cells), len(carriers))
    priority, high, low, least = (np.full(shape, np.nan) for _ in range(4))
    if not lte.any_layers:
        of_carrier = cells.groupby("earfcn")["cell_reselection_priority"].median()
        priority[:] = of_carrier.loc[carriers].to_numpy()
        high[:], low[:] = EQUAL_LAYER["thresh_x_high_db"], EQUAL_LAYER["thresh_x_low_db"]
    position = {name: k for k, name in enumerate(cells.index)}
    for row in lte.layers[lte.layers["target_rat"] == "LTE"].to_dict("records"):
        if row["target_channel"] in carriers:
            at = position[row["cell"]], carriers.index(row["target_channel"])
            priority[at], high[at], low[at] = row["priority"], row["thresh_x_high_db"], row["thresh_x_low_db"]
            least[at] = row["q_rxlevmin_dbm"]
    return {"layer_priority": priority, "thresh_x_high_db": high, "thresh_x_low_db": low, "layer_q_rxlevmin_dbm": least}


@of_parts
def lte_call_arrays(lte: Part) -> Arrays:
    """Keyword arguments of `rfopt.kernels.lte_connected.hand_over`, without the floor."""
    cells = lte.cells
    one_carrier = cells["earfcn"].to_numpy()[:, None] == cells["earfcn"].to_numpy()[None, :]
    return Arrays(
        **columns(cells, "a3_offset_db", "a3_hysteresis_db", "a3_time_to_trigger_ms"),
        relation=one_carrier & ~np.eye(len(cells), dtype=bool),
        cio_db=lte.matrix("cio_db", 0.0),
        coupling=lte_coupling(cells),
    )


@of_parts
def csfb_arrays(gsm: Part, lte: Part) -> Arrays:
    """Keyword arguments of `rfopt.mobility.csfb.land`, without the luck; blind redirection."""
    arfcn = gsm.cells["arfcn"].to_numpy()
    listed = [[a in entries for a in arfcn] for entries in lte.redirects]
    return Arrays(
        **columns(gsm.cells, "rxlev_access_min_dbm"),
        listed=np.array(listed, dtype=bool).reshape(len(lte.cells), len(gsm.cells)),
        list_length=np.array([len(entries) for entries in lte.redirects], dtype=np.int64),
        tac=area(lte.cells, "tac"),
        lac=area(gsm.cells, "lac"),
        decode_ci_db=DECODE_CI_DB,
    )


@of_parts
def return_arrays(lte: Part) -> Arrays:
    """Keyword arguments of `rfopt.mobility.csfb.come_back`, without the luck."""
    return Arrays(**columns(lte.cells, "q_rxlevmin_dbm"), tac=area(lte.cells, "tac"))
