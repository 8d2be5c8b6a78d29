"""Tables to arrays: every number in its place, whatever the order of cells and rows."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from rfopt.kernels import lte_idle
from rfopt.mobility import setup
from rfopt.mobility.interference import gsm_coupling, lte_coupling
from rfopt.mobility.parts import part
from rfopt.network import Change, Network, apply

from ..networks import network

NET = network(
    {
        "A": {"cell_reselect_offset_db": 10, "lac": 7, "tch_arfcns": "64;66"},
        "B": {"lac": None},
        "D": {"arfcn": 70},
        "N": {"rat": "LTE", "kind": "macro", "lat": 38.5, "lon": 106.2, "earfcn": 1300, "pci": 5,
              "cell_reselection_priority": 3},
    },
    relations={
        ("A", "B"): {"ho_margin_pbgt_db": 9, "rxlev_min_cell_dbm": -90},
        ("B", "A"): {},
        ("C", "A"): {},
        ("L", "M"): {"q_offset_db": 3, "cio_db": -2},
        ("L", "N"): {},
    },
    redirects=(("L", 62), ("L", 80), ("M", 62), ("N", 1003)),
)  # fmt: skip
GSM = pd.Index(["A", "B", "C", "D"])
LTE = pd.Index(["L", "M", "N"])


def test_ba_lists_hold_the_own_carrier_and_those_of_neighbours() -> None:
    """A lists B's 70, which is D's carrier too; D, without relations, lists its own."""
    ba = setup.ba_matrix(NET, GSM)
    assert ba.tolist() == [
        [True, True, False, True],
        [True, True, False, True],
        [True, False, True, False],
        [False, True, False, True],
    ]


def test_a_neighbour_outside_the_chosen_cells_still_puts_its_carrier_on_the_list() -> None:
    assert setup.ba_matrix(NET, pd.Index(["A", "D"])).tolist() == [[True, True], [False, True]]


def test_relations_and_their_parameters() -> None:
    relation = part(NET, GSM).related()
    assert {(GSM[i], GSM[j]) for i, j in np.argwhere(relation)} == {("A", "B"), ("B", "A"), ("C", "A")}
    margin = part(NET, GSM).matrix("ho_margin_pbgt_db", -1.0)
    assert margin.tolist() == [[-1, 9, -1, -1], [6, -1, -1, -1], [6, -1, -1, -1], [-1, -1, -1, -1]]
    arrays = setup.gsm_call_arrays(NET, GSM)
    assert arrays["rxlev_min_cell_dbm"][0, 1] == -90 and arrays["rxlev_min_cell_dbm"][1, 0] == -98
    assert (np.isfinite(arrays["ho_margin_lev_db"]) == relation).all()
    np.testing.assert_array_equal(arrays["relation"], relation)


def test_idle_arrays_hold_the_cells_values() -> None:
    arrays = setup.gsm_idle_arrays(NET, GSM)
    assert arrays["cell_reselect_offset_db"].tolist() == [10, 0, 0, 0]
    assert arrays["area"].tolist() == [7, -1, 1, 1]
    assert arrays["decode_ci_db"] == setup.DECODE_CI_DB
    np.testing.assert_array_equal(arrays["coupling"], gsm_coupling(NET.cells.loc[GSM], traffic=False))


def test_call_arrays_take_traffic_carriers_for_quality_and_bcch_for_decoding() -> None:
    arrays = setup.gsm_call_arrays(NET, GSM)
    np.testing.assert_array_equal(arrays["coupling"], gsm_coupling(NET.cells.loc[GSM], traffic=False))
    np.testing.assert_array_equal(arrays["tch_coupling"], gsm_coupling(NET.cells.loc[GSM], traffic=True))
    assert arrays["coupling"][0, 1] == 0 and arrays["tch_coupling"][1, 0] == 0
    assert (arrays["ho_threshold_lev_dbm"] == -95).all() and (arrays["ho_threshold_qual"] == 5).all()


def test_lte_idle_arrays() -> None:
    arrays = setup.lte_idle_arrays(NET, LTE)
    assert arrays["carrier"].tolist() == [1, 1, 0]
    assert arrays["q_offset_db"].tolist() == [[0, 3, 0], [0, 0, 0], [0, 0, 0]]
    assert arrays["cell_reselection_priority"].tolist() == [5, 5, 3]


def test_without_a_layers_table_every_carrier_is_a_layer_of_its_cells_priority() -> None:
    arrays = setup.lte_idle_arrays(NET, LTE)
    assert arrays["layer_priority"].tolist() == [[3, 5]] * 3
    assert (arrays["thresh_x_high_db"] == 62).all() and (arrays["thresh_x_low_db"] == 0).all()
    assert np.isnan(arrays["layer_q_rxlevmin_dbm"]).all()


def test_with_a_layers_table_only_what_a_cell_broadcasts_is_a_layer() -> None:
    rows = [
        {"cell": "L", "target_rat": "LTE", "target_channel": 1300, "priority": 6, "thresh_x_high_db": 12,
         "q_rxlevmin_dbm": -120},
        {"cell": "M", "target_rat": "GSM"},
        {"cell": "M", "target_rat": "LTE", "target_channel": 100},
        {"cell": "N", "target_rat": "LTE", "target_channel": 38400, "priority": 0},
    ]  # fmt: skip
    net = network(
        {"N": {"rat": "LTE", "kind": "macro", "lat": 38.5, "lon": 106.2, "earfcn": 1300, "pci": 5}}, layers=rows
    )
    arrays = setup.lte_idle_arrays(net, LTE)
    np.testing.assert_array_equal(arrays["layer_priority"], [[6, math.nan], [math.nan, math.nan], [math.nan, 0]])
    np.testing.assert_array_equal(arrays["thresh_x_high_db"], [[12, math.nan], [math.nan, math.nan], [math.nan, 10]])
    assert arrays["layer_q_rxlevmin_dbm"][0, 0] == -120 and arrays["layer_q_rxlevmin_dbm"][2, 1] == -115


def test_handover_parameters_of_the_server_and_of_the_target() -> None:
    net = network({"A": {"ho_level_umbrella_dbm": -80, "ho_votes_px": 2}, "B": {"ho_priority": 7}})
    arrays = setup.gsm_call_arrays(net, GSM)
    np.testing.assert_array_equal(arrays["ho_level_umbrella_dbm"], [[-80, math.nan, math.nan, math.nan]] * 4)
    assert arrays["ho_priority"].tolist() == [[3, 7, 3, 3]] * 4
    assert arrays["ho_votes_px"].tolist() == [2, 3, 3, 3] and arrays["ho_votes_nx"].tolist() == [4] * 4
    assert np.isnan(arrays["ho_threshold_interference_dbm"]).all() and (arrays["number_of_zero_results"] == 2).all()
    assert arrays["min_int_between_ho_s"].tolist() == arrays["min_int_between_unsucc_ho_s"].tolist() == [5] * 4


BOTH = network(
    {"N": {"rat": "LTE", "kind": "macro", "lat": 38.5, "lon": 106.2, "earfcn": 1300, "pci": 5,
           "cell_reselection_priority": 6},
     "B": {"thresh_eutran_high_db": 30}},
    layers=[
        {"cell": "L", "target_rat": "LTE", "target_channel": 1300, "priority": 6, "thresh_x_high_db": 12},
        {"cell": "L", "target_rat": "GSM", "priority": 2, "thresh_x_low_db": 8, "q_rxlevmin_dbm": -105},
        {"cell": "M", "target_rat": "GSM", "target_channel": 70, "priority": 3},
        {"cell": "N", "target_rat": "GSM", "priority": 6},
    ],
)  # fmt: skip


def test_both_technologies_in_the_arrays_of_one_machine() -> None:
    """Carriers: EARFCN 1300 and 38400, then ARFCN 62, 70, 80, 90. Cells: L, M, N, then A, B, C, D."""
    arrays, no = setup.both_idle_arrays(BOTH, LTE, GSM), math.nan
    assert arrays["carrier"].tolist() == [1, 1, 0, 2, 3, 4, 5] and arrays["gsm"].tolist() == [False] * 3 + [True] * 4
    np.testing.assert_array_equal(
        arrays["layer_priority"],
        [[6, no, 2, 2, 2, 2], [no, no, no, 3, no, no], [no] * 6, *[[6, 5, no, no, no, no]] * 4],
    )
    assert arrays["thresh_x_low_db"][0, 2] == 8 and arrays["layer_q_rxlevmin_dbm"][0, 5] == -105
    assert arrays["thresh_x_high_db"][3:, :2].tolist() == [[10, 10], [30, 30], [10, 10], [10, 10]]
    assert arrays["cell_reselection_priority"].tolist() == [5, 5, 6, 3, 3, 3, 3]
    assert arrays["q_rxlevmin_dbm"].tolist() == [-124] * 3 + [-100] * 4
    assert arrays["t_reselection_s"].tolist() == [1] * 3 + [5] * 4
    assert not arrays["q_offset_db"].any() and (arrays["s_intra_search_db"][3:] == -np.inf).all()


def test_which_networks_list_gsm() -> None:
    assert setup.lists_gsm(BOTH, LTE) and setup.lists_gsm(BOTH, LTE[:1])
    assert not setup.lists_gsm(NET, LTE) and not setup.lists_gsm(BOTH, pd.Index(["X"]))


def test_return_arrays() -> None:
    arrays = setup.return_arrays(network({"M": {"tac": None, "q_rxlevmin_dbm": -110}}), LTE[:2])
    assert arrays["tac"].tolist() == [1, -1] and arrays["q_rxlevmin_dbm"].tolist() == [-124, -110]


def test_lte_call_arrays_know_cells_of_one_carrier() -> None:
    arrays = setup.lte_call_arrays(NET, LTE)
    assert arrays["relation"].tolist() == [[False, True, False], [True, False, False], [False, False, False]]
    assert arrays["cio_db"].tolist() == [[0, -2, 0], [0, 0, 0], [0, 0, 0]]
    np.testing.assert_array_equal(arrays["coupling"], lte_coupling(NET.cells.loc[LTE]))


def test_csfb_arrays() -> None:
    arrays = setup.csfb_arrays(NET, GSM, LTE)
    assert arrays["listed"].tolist() == [[True, False, True, False], [True, False, False, False], [False] * 4]
    assert arrays["list_length"].tolist() == [2, 1, 1]
    assert arrays["tac"].tolist() == [1, 1, -1] and arrays["lac"].tolist() == [7, -1, 1, 1]


def test_a_change_moves_its_own_number_and_no_other() -> None:
    changes = {
        "cell_reselect_offset_db": Change("B", None, "cell_reselect_offset_db", 0.0, 20.0),
        "ho_margin_pbgt_db": Change("A", "B", "ho_margin_pbgt_db", 9.0, 0.0),
        "q_offset_db": Change("L", "M", "q_offset_db", 3.0, 0.0),
        "a3_offset_db": Change("M", None, "a3_offset_db", 3.0, 6.0),
    }
    for name, change in changes.items():
        after = apply(NET, (change,))
        for build, cells in (
            (setup.gsm_idle_arrays, GSM), (setup.gsm_call_arrays, GSM), (setup.lte_idle_arrays, LTE),
            (setup.lte_call_arrays, LTE),
        ):  # fmt: skip
            old, new = build(NET, cells), build(after, cells)
            moved = {
                key for key in old if not np.array_equal(old[key], new[key], equal_nan=key not in ("decode_ci_db",))
            }
            assert moved == ({name} if name in old else set())
            if moved:
                assert (old[name] != new[name]).sum() - (np.isnan(old[name]) & np.isnan(new[name])).sum() == 1


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_tables_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mixed = Network(
        NET.cells.iloc[rng.permutation(len(NET.cells))],
        NET.neighbours.iloc[rng.permutation(len(NET.neighbours))],
        NET.redirects,
        NET.layers,
    )
    for build, cells in (
        (setup.gsm_idle_arrays, GSM),
        (setup.gsm_call_arrays, GSM),
        (setup.lte_idle_arrays, LTE),
        (setup.lte_call_arrays, LTE),
    ):
        order = rng.permutation(len(cells))
        plain, turned = build(NET, cells), build(mixed, cells[order])
        for key, value in plain.items():
            array = np.asarray(value)
            if array.ndim == 0 or key in ("carrier",):
                expected = array if array.ndim == 0 else array[order]
            elif array.shape == (len(cells), len(cells)):
                expected = array[np.ix_(order, order)]
            else:
                expected = array[order]
            np.testing.assert_allclose(turned[key], expected, rtol=1e-12, err_msg=key)


@pytest.mark.parametrize("names", [[], ["A"]])
def test_few_or_no_cells(names: list[str]) -> None:
    gsm, none = pd.Index(names, dtype=object), pd.Index([], dtype=object)
    assert setup.ba_matrix(NET, gsm).shape == (len(names), len(names))
    assert setup.gsm_call_arrays(NET, gsm)["tch_coupling"].shape == (len(names), len(names))
    assert setup.lte_idle_arrays(NET, none)["layer_priority"].shape == (0, 0)
    assert setup.csfb_arrays(NET, gsm, none)["listed"].shape == (0, len(names))


def test_a_phone_that_never_gives_up_camps_at_any_level_and_searches_as_before() -> None:
    arrays = setup.lte_idle_arrays(NET, LTE)
    lasting = setup.never_given_up(arrays)
    level, time, still = np.full((1, 100, 3), -140.0), np.arange(100) * 0.5, np.zeros(3)
    level[:, 40:, 1] = -130.0
    given_up = lte_idle.camp(level, time, still, [0], **arrays)[0][0]
    kept = lte_idle.camp(level, time, still, [0], **lasting)[0][0]
    assert given_up[19] == 0 and (given_up[25:] == -1).all(), "below its minimum for ten seconds"
    assert (kept[:40] == 0).all() and (kept[50:] == 1).all(), "the better cell is as little suitable"
    for name in ("s_intra_search_db", "s_non_intra_search_db", "thresh_serving_low_db"):
        np.testing.assert_array_equal(
            lasting[name] + lasting["q_rxlevmin_dbm"], arrays[name] + arrays["q_rxlevmin_dbm"]
        )


@pytest.mark.parametrize("seed", range(5))
def test_above_all_minima_it_makes_no_difference(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = [{"cell": "L", "target_rat": "LTE", "target_channel": 1300, "priority": int(rng.integers(3, 8)),
             "thresh_x_high_db": 12, "thresh_x_low_db": 8}]  # fmt: skip
    more = {"N": {"rat": "LTE", "kind": "macro", "lat": 38.5, "lon": 106.2, "earfcn": 1300, "pci": 5}}
    arrays = setup.lte_idle_arrays(network(more, layers=rows), LTE)
    level = -100.0 + np.cumsum(rng.normal(0.0, 1.0, (4, 200, 3)), axis=1).clip(-10.0, 10.0)
    time, first = np.arange(200) * 0.5, [0, 1, 2, -1]
    with_minimum = lte_idle.camp(level, time, np.zeros(3), first, **arrays)
    without = lte_idle.camp(level, time, np.zeros(3), first, **setup.never_given_up(arrays))
    np.testing.assert_array_equal(with_minimum, without)
