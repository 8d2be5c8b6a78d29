"""The schemas: every row well formed, every default legal, every quantum what it says."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest

from rfopt.network import MOST_REDIRECTS, MOST_RELATIONS
from rfopt.tables import Column, schema, split_rows, table_text, value_text

TABLES = ("cells", "neighbours", "redirects", "layers", "log", "plan")
TYPES = {"name", "names", "text", "choice", "bsic", "arfcns", "real", "int", "arfcn", "earfcn", "channel", "time"}
AFFECTS = {"level", "channel", "gsm_idle", "gsm_call", "lte_idle", "lte_call", "csfb"}
COLUMNS = [(table, column) for table in TABLES for column in schema(table).values()]
BY_NAME = pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{t}.{c.column}" for t, c in COLUMNS])
UNIT_ENDINGS = {
    "dbm": "dBm",
    "db": "dB",
    "dbi": "dBi",
    "deg": "deg",
    "m": "m",
    "s": "s",
    "ms": "ms",
    "mhz": "MHz",
    "sacch": "SACCH",
}
STEPPED = [(t, c) for t, c in COLUMNS if c.tunable]


@BY_NAME
def test_a_schema_row_is_well_formed(table: str, column: Column) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", column.column)
    assert column.type in TYPES
    assert column.need in ("", "yes", "GSM", "LTE")
    assert set(column.affects) <= AFFECTS
    assert column.meaning and not column.meaning.endswith(".")
    if column.type == "choice":
        assert len(column.range.split()) > 1
    elif column.range:
        assert column.type in ("real", "int")
        assert all(low <= high and step >= 0 for low, high, step in column.spans())
    ending = column.column.rsplit("_", 1)[-1]
    if column.type == "real" and "_" in column.column and ending in UNIT_ENDINGS:
        assert column.unit == UNIT_ENDINGS[ending]


@BY_NAME
def test_spans_end_on_their_own_quantum(table: str, column: Column) -> None:
    if column.type == "choice":
        return
    for low, high, step in column.spans():
        assert step == 0 or math.isclose((high - low) / step, round((high - low) / step), abs_tol=1e-9)


def test_the_columns_of_the_contract_are_there() -> None:
    given = {
        "cells": "cell site rat kind lat lon height_m azimuth_deg mech_tilt_deg elec_tilt_deg antenna gain_dbi "
        "h_beamwidth_deg v_beamwidth_deg power_dbm max_power_dbm building arfcn bsic lac ci tch_arfcns earfcn pci tac "
        "eci bandwidth_mhz load rxlev_access_min_dbm cell_reselect_offset_db temporary_offset_db penalty_time_s "
        "cell_reselect_hysteresis_db ho_averaging_sacch ho_period_pbgt_sacch ho_threshold_lev_dbm ho_threshold_qual "
        "radio_link_timeout q_rxlevmin_dbm q_hyst_db s_intra_search_db s_non_intra_search_db cell_reselection_priority "
        "thresh_serving_low_db t_reselection_s a3_offset_db a3_hysteresis_db a3_time_to_trigger_ms",
        "neighbours": "cell neighbour ho_margin_pbgt_db ho_margin_lev_db ho_margin_qual_db rxlev_min_cell_dbm "
        "q_offset_db cio_db",
        "redirects": "cell arfcn",
        "layers": "cell target_rat target_channel priority thresh_x_high_db thresh_x_low_db q_rxlevmin_dbm",
        "log": "time point lat lon floor mode rat serving cell arfcn bsic rxlev_dbm rxqual ci_db earfcn pci rsrp_dbm "
        "rsrq_db sinr_db event",
        "plan": "cell neighbour parameter old new",
    }
    for table, names in given.items():
        assert [name for name in schema(table) if name in names.split()] == names.split(), table


# what the standards and the vendor allow, written out apart from the schema
RANGES = {
    "cell_reselect_offset_db": np.arange(0, 127, 2),
    "temporary_offset_db": np.arange(0, 71, 10),
    "penalty_time_s": np.arange(20, 641, 20),
    "cell_reselect_hysteresis_db": np.arange(0, 15, 2),
    "rxlev_access_min_dbm": np.arange(-110, -46),
    "radio_link_timeout": np.arange(4, 65, 4),
    "q_hyst_db": [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24],
    "q_rxlevmin_dbm": np.arange(-140, -43, 2),
    "a3_offset_db": np.arange(-30, 31) / 2,
    "a3_hysteresis_db": np.arange(0, 31) / 2,
    "a3_time_to_trigger_ms": [0, 40, 64, 80, 100, 128, 160, 256, 320, 480, 512, 640, 1024, 1280, 2560, 5120],
    "t_reselection_s": np.arange(8),
    "cell_reselection_priority": np.arange(8),
    "ho_margin_pbgt_db": np.arange(-24, 64),
    "ho_margin_lev_db": np.arange(-24, 25),
    "ho_margin_qual_db": np.arange(-24, 25),
    "rxlev_min_cell_dbm": np.arange(-110, -46),
    "q_offset_db": [*range(-24, -5, 2), *range(-5, 6), *range(6, 25, 2)],
    "cio_db": [*range(-24, -5, 2), *range(-5, 6), *range(6, 25, 2)],
}  # fmt: skip


@pytest.mark.parametrize("name", RANGES)
def test_legal_values_are_those_of_the_standard(name: str) -> None:
    column = schema("neighbours" if name in schema("neighbours") else "cells")[name]
    legal = {float(value) for value in RANGES[name]}
    tried = sorted(legal | {v + d for v in legal for d in (-2.0, -1.0, -0.5, -0.1, 0.1, 0.25, 0.5, 1.0, 2.0)})
    assert {value for value in tried if column.legal(value)} == legal


@pytest.mark.parametrize(("table", "column"), STEPPED, ids=[f"{t}.{c.column}" for t, c in STEPPED])
def test_legal_at_every_quantum_and_nowhere_between(table: str, column: Column) -> None:
    grid = np.unique(
        np.concatenate([low + step * np.arange(round((high - low) / step) + 1) for low, high, step in column.spans()])
    )
    assert all(column.legal(float(value)) for value in grid)
    between = (grid[1:] + grid[:-1]) / 2.0
    assert not any(column.legal(float(value)) for value in between)
    assert not column.legal(float(grid[0]) - 0.01) and not column.legal(float(grid[-1]) + 0.01)
    assert column.legal(math.nan)


def test_facts_are_legal_between_their_ends() -> None:
    lat = schema("cells")["lat"]
    assert not lat.tunable and lat.legal(-90) and lat.legal(12.345) and lat.legal(90) and not lat.legal(90.001)
    assert schema("cells")["site"].legal(1e9)


def test_which_columns_are_parameters() -> None:
    facts = {
        "lat",
        "lon",
        "height_m",
        "azimuth_deg",
        "gain_dbi",
        "h_beamwidth_deg",
        "v_beamwidth_deg",
        "max_power_dbm",
        "load",
        "traffic_erl",
    }
    reals = {c.column for c in schema("cells").values() if c.type == "real"}
    assert {c.column for c in schema("cells").values() if c.tunable} == reals - facts


@pytest.mark.parametrize("rat", ["GSM", "LTE"])
@pytest.mark.parametrize("kind", ["macro", "micro", "das"])
def test_defaults_are_legal(rat: str, kind: str) -> None:
    for table, column in COLUMNS:
        word = column.default_for(rat, kind)
        if word and column.type in ("real", "int"):
            assert column.legal(float(word)), (table, column.column)
        elif word and column.type == "choice":
            assert word in column.range.split()


def test_defaults_go_by_technology_and_kind_then_kind_then_technology() -> None:
    power, margin, tilt = (
        schema("cells")["power_dbm"],
        schema("neighbours")["ho_margin_pbgt_db"],
        schema("cells")["mech_tilt_deg"],
    )
    assert [power.default_for(r, k) for r, k in (("GSM", "das"), ("LTE", "das"), ("LTE", "macro"))] == [
        "12",
        "-15.8",
        "12.2",
    ]
    assert [margin.default_for("GSM", ""), margin.default_for("LTE", "")] == ["6", ""]
    assert [tilt.default_for("LTE", "das"), tilt.default_for("GSM", "macro")] == ["0", "3"]
    assert schema("cells")["load"].default_for("GSM", "das") == "0.5"
    assert schema("cells")["azimuth_deg"].default_for("GSM", "macro") == ""


def test_lists_on_the_air_hold_32() -> None:
    """Domain I.4: at most 32 neighbours and 32 redirect carriers."""
    assert (MOST_RELATIONS, MOST_REDIRECTS) == (32, 32)


@pytest.mark.parametrize(
    ("value", "text"),
    [(12.0, "12"), (-0.5, "-0.5"), (0.1 + 0.2, "0.3"), (math.nan, ""), (None, ""), ("", ""), ((62, 70), "62;70"),
     ((), ""), ("宝湖", "宝湖"),
     (1e300, "1e+300"), (38.4950123, "38.4950123"), (-0.0, "0"), (np.float64(3.0), "3"), (5, "5")],
)  # fmt: skip
def test_values_as_they_stand_in_a_table(value: object, text: str) -> None:
    assert value_text(value) == text


def test_table_text_is_read_back() -> None:
    frame = pd.DataFrame({"a": ['x,"y"', "two\nlines", ""], "b": [1.0, math.nan, 0.25]})
    rows = split_rows(table_text(frame, ["b", "a"]), None)  # type: ignore[arg-type]
    assert rows.header == ["b", "a"]
    assert rows.rows == [["1", 'x,"y"'], ["", "two\nlines"], ["0.25", ""]]
    assert rows.lines == [2, 3, 5]
    assert rows.column("c") == ["", "", ""]
