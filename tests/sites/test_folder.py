"""A network folder: what is read, and every refusal word for word."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.network import RELATION_PARAMETERS
from rfopt.sites import network_formats, read_network
from rfopt.tables import schema

from ..networks import CELLS, write_network

PATTERN = "NAME test\nFREQUENCY 930\nGAIN 15 dBi\nTILT ELECTRICAL\n" + "".join(
    f"{cut} 360\n" + "".join(f"{angle} {min(angle, 360 - angle) / 10:.1f}\n" for angle in range(360))
    for cut in ("HORIZONTAL", "VERTICAL")
)


def refusal(folder: Path) -> str:
    """The message that reading a folder ends with, without the folder's own name."""
    with pytest.raises(InputError) as caught:
        read_network(folder)
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(str(folder), "").removeprefix("/")


def put(folder: Path, table: str, text: str) -> Path:
    (folder / table).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_network(tmp_path / "net")


def with_value(folder: Path, table: str, line: int, column: str, value: str) -> Path:
    """The folder's table with one value replaced, quoted where it needs it."""
    path = folder / table
    lines = path.read_text(encoding="utf-8").splitlines()
    header, fields = lines[0].split(","), lines[line - 1].split(",")
    fields[header.index(column)] = f'"{value}"' if set(value) & set(',"\n') else value
    lines[line - 1] = ",".join(fields)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


# --- what is read ---------------------------------------------------------------------------------------------------


def test_the_shelf_holds_these_formats() -> None:
    assert list(network_formats) == ["folder", "nokia", "site_table", "workbook"]


def test_values_are_read_as_they_stand(folder: Path) -> None:
    net = read_network(with_value(folder, "cells.csv", 4, "tch_arfcns", "81; 83"))
    assert list(net.cells.index) == list(CELLS) and net.cells.index.name == "cell"
    assert net.cells.loc["A", ["rat", "kind", "bsic"]].tolist() == ["GSM", "das", "4-5"]
    assert net.cells.at["A", "power_dbm"] == 12.0 and net.cells.at["A", "building"] == ("b1",)
    assert net.cells.at["C", "tch_arfcns"] == (81, 83) and net.cells.at["A", "tch_arfcns"] == ()
    assert math.isnan(net.cells.at["A", "azimuth_deg"]) and math.isnan(net.cells.at["L", "arfcn"])
    assert len(net.neighbours) == 12 and net.related("A", "B") and not net.related("A", "L")
    assert net.redirects == frozenset({("L", 62), ("L", 70), ("M", 62), ("M", 70)})
    assert list(net.cells.columns) == [name for name in schema("cells") if name != "cell"]
    assert list(net.neighbours.columns) == list(RELATION_PARAMETERS)
    assert sorted(net.hashes) == ["cells.csv", "layers.csv", "neighbours.csv", "redirects.csv"]


def test_every_column_has_its_type(folder: Path) -> None:
    cells = read_network(folder).cells
    for name, column in schema("cells").items():
        if name == "cell":
            continue
        if column.type in ("real", "int", "arfcn", "earfcn"):
            assert cells[name].dtype == np.float64, name
        elif column.type in ("arfcns", "names"):
            assert cells[name].map(lambda value: isinstance(value, tuple)).all(), name
        else:
            assert cells[name].map(lambda value: isinstance(value, str)).all(), name


def test_cells_alone_are_a_network(folder: Path) -> None:
    for name in ("neighbours", "redirects", "layers"):
        (folder / f"{name}.csv").unlink()
    net = read_network(folder)
    assert net.neighbours.empty and list(net.neighbours.columns) == list(RELATION_PARAMETERS)
    assert net.redirects == frozenset() and net.layers.empty
    assert not net.related("A", "B") and len(net.subset(["A"]).cells) == 1


@pytest.mark.parametrize("name", ["neighbours", "redirects", "layers"])
def test_a_header_alone_is_an_empty_table(folder: Path, name: str) -> None:
    path = folder / f"{name}.csv"
    whole = read_network(folder)
    put(folder, f"{name}.csv", path.read_text(encoding="utf-8").splitlines()[0] + "\n")
    net = read_network(folder)
    path.unlink()
    without = read_network(folder)
    pd.testing.assert_frame_equal(net.neighbours, without.neighbours, check_dtype=False)
    pd.testing.assert_frame_equal(net.layers, without.layers, check_dtype=False)
    assert net.redirects == without.redirects
    assert len(net.cells) == len(whole.cells)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(folder: Path, encoding: str, ending: str) -> None:
    text = (folder / "cells.csv").read_text(encoding="utf-8").replace("A,", "宝湖天下NG2-5,", 1)
    (folder / "cells.csv").write_bytes(text.replace("\n", ending).encode(encoding))
    for name in ("neighbours", "redirects"):
        (folder / f"{name}.csv").unlink()
    assert list(read_network(folder).cells.index) == ["宝湖天下NG2-5", "B", "C", "D", "L", "M"]


def test_columns_may_stand_in_any_order_and_unknown_ones_are_noted(folder: Path) -> None:
    text = "x,kind,rat,cell,lon,lat,arfcn,bsic,azimut_deg\n1,macro,GSM,A,106.2,38.5,62,4-5,90\n"
    net = read_network(put(folder, "cells.csv", text) if not drop_others(folder) else folder)
    assert net.cells.at["A", "lat"] == 38.5 and math.isnan(net.cells.at["A", "azimuth_deg"])
    assert net.notes[:2] == (
        "cells.csv: column 'x' is not one of cells.csv and was ignored",
        "cells.csv: column 'azimut_deg' is not one of cells.csv and was ignored; did you mean 'azimuth_deg'?",
    )


def drop_others(folder: Path) -> None:
    for name in ("neighbours", "redirects", "layers"):
        (folder / f"{name}.csv").unlink()


@pytest.mark.parametrize("blank", ["", "-", "--", "NaN", "null", "None", "N/A", "无"])
def test_words_for_unknown(folder: Path, blank: str) -> None:
    net = read_network(with_value(folder, "cells.csv", 4, "azimuth_deg", blank))
    assert math.isnan(net.cells.at["C", "azimuth_deg"])
    assert read_network(with_value(folder, "cells.csv", 4, "site", blank)).cells.at["C", "site"] == ""


def test_defaults_are_taken_by_technology_and_kind_and_said_once(folder: Path) -> None:
    net = read_network(with_value(folder, "cells.csv", 2, "power_dbm", ""))
    cells = net.cells
    assert cells.loc[["A", "C", "L"], "mech_tilt_deg"].tolist() == [0, 3, 3]
    assert cells.loc[["A", "C"], "gain_dbi"].tolist() == [2, 15.5]
    assert cells.loc[["A", "C"], "max_power_dbm"].tolist() == [12, 43]
    assert cells.at["A", "power_dbm"] == 12.0
    assert cells.loc[["A", "L"], "rxlev_access_min_dbm"].isna().tolist() == [False, True]
    assert cells.loc[["A", "L"], "q_hyst_db"].isna().tolist() == [True, False]
    # contract §1 states these two for empty cells
    assert cells.loc[["A", "D"], ["ho_threshold_lev_dbm", "ho_threshold_qual"]].to_numpy().tolist() == [[-95, 5]] * 2
    assert "cells.csv: power_dbm is empty for 1 cells, taken as 12 dBm" in net.notes
    assert "cells.csv: mech_tilt_deg is empty for 6 cells, taken as 0, 3 deg" in net.notes
    assert len(set(net.notes)) == len(net.notes)


def test_what_is_given_is_never_replaced_by_a_default(folder: Path) -> None:
    net = read_network(with_value(folder, "cells.csv", 2, "cell_reselect_hysteresis_db", "0"))
    assert net.cells.loc[["A", "B"], "cell_reselect_hysteresis_db"].tolist() == [0, 4]


def test_a_relation_takes_the_defaults_of_the_contract(tmp_path: Path) -> None:
    relations = {("A", "B"): {"ho_margin_pbgt_db": 0}, ("B", "A"): {}, ("L", "M"): {}}
    net = read_network(write_network(tmp_path / "net", relations=relations))
    assert net.neighbours.loc[("A", "B")].tolist()[:4] == [0, 3, 0, -98]
    assert net.neighbours.loc[("B", "A")].tolist()[:4] == [6, 3, 0, -98]
    assert net.neighbours.loc[("L", "M")].tolist()[4:] == [0, 0]
    assert net.neighbours.loc[("A", "B")].isna().tolist() == [False] * 4 + [True] * 2
    assert "neighbours.csv: ho_margin_pbgt_db is empty for 1 relations, taken as 6" in net.notes
    assert "neighbours.csv: cio_db is empty for 1 relations, taken as 0" in net.notes


def test_layers_take_their_defaults(tmp_path: Path) -> None:
    rows = [{"cell": "L", "target_rat": "LTE", "target_channel": 38400}, {"cell": "L", "target_rat": "GSM"}]
    layers = read_network(write_network(tmp_path / "net", layers=rows)).layers
    assert layers["target_channel"].tolist()[0] == 38400 and np.isnan(layers["target_channel"][1])
    assert layers.loc[0, ["priority", "thresh_x_high_db", "thresh_x_low_db", "q_rxlevmin_dbm"]].tolist() == [
        4,
        10,
        0,
        -115,
    ]


def test_a_parameter_off_its_quantum_is_read_and_left_to_the_rule(folder: Path) -> None:
    net = read_network(with_value(folder, "cells.csv", 2, "cell_reselect_offset_db", "3"))
    assert net.cells.at["A", "cell_reselect_offset_db"] == 3.0


def test_antennas_that_cells_name_are_read_with_their_family(folder: Path) -> None:
    (folder / "antennas").mkdir()
    for name in ("panel.msi", "panel_04T.MSI", "other.msi"):
        (folder / "antennas" / name).write_text(PATTERN if name != "other.msi" else "nonsense", encoding="utf-8")
    net = read_network(with_value(folder, "cells.csv", 4, "antenna", "panel"))
    assert sorted(net.antennas) == ["panel", "panel_04T"]
    assert "antennas/panel.msi" in net.hashes


# --- what is refused ------------------------------------------------------------------------------------------------

UNDEFINED = "expected 0…124, 128…251, 512…885 or 955…1023"
CELL_VALUES = [
    (2, "cell", "", "cell is empty, expected unique name of the cell"),
    (2, "cell", "a\x1b", "cell 'a\ufffd' holds control characters, expected a name"),
    (3, "cell", "A", "cell A stands twice, expected once"),
    (2, "rat", "2G", "rat '2G' is not one of GSM, LTE"),
    (2, "rat", "gsm", "rat 'gsm' is not one of GSM, LTE"),
    (2, "rat", "", "rat is empty, expected radio access technology"),
    (2, "kind", "marco", "kind 'marco' is not one of macro, micro, das; did you mean 'macro'?"),
    (2, "kind", "", "kind is empty, expected macro or micro cell or indoor/outdoor distribution system"),
    (2, "lat", "north", "lat 'north' is not a number in deg"),
    (2, "lat", "38°29'", "lat '38°29'' is not a number in deg"),
    (2, "lat", "38,495", "lat '38,495' is not a number in deg"),
    (2, "lat", "", "lat is empty, expected a number in deg"),
    (2, "lat", "NaN", "lat is empty, expected a number in deg"),
    (2, "lat", "inf", "lat 'inf' is not a number in deg"),
    (2, "lat", "-Infinity", "lat '-Infinity' is not a number in deg"),
    (2, "lat", "1e999", "lat '1e999' is not a number in deg"),
    (2, "lat", "0x10", "lat '0x10' is not a number in deg"),
    (2, "lat", "True", "lat 'True' is not a number in deg"),
    (2, "lat", "3 8", "lat '3 8' is not a number in deg"),
    (2, "lat", "1_0", "lat '1_0' is not a number in deg"),
    (2, "lat", "90.01", "lat 90.01 is out of range, expected -90 to 90 deg"),
    (2, "lon", "-180.5", "lon -180.5 is out of range, expected -180 to 180 deg"),
    (2, "height_m", "-51", "height_m -51 is out of range, expected -50 to 800 m"),
    (2, "height_m", "801", "height_m 801 is out of range, expected -50 to 800 m"),
    (2, "azimuth_deg", "361", "azimuth_deg 361 is out of range, expected 0 to 360 deg"),
    (2, "azimuth_deg", "-1", "azimuth_deg -1 is out of range, expected 0 to 360 deg"),
    (2, "gain_dbi", "41", "gain_dbi 41 is out of range, expected -20 to 40 dBi"),
    (2, "h_beamwidth_deg", "0", "h_beamwidth_deg 0 is out of range, expected 1 to 360 deg"),
    (2, "v_beamwidth_deg", "181", "v_beamwidth_deg 181 is out of range, expected 1 to 180 deg"),
    (2, "max_power_dbm", "61", "max_power_dbm 61 is out of range, expected -60 to 60 dBm"),
    (2, "power_dbm", "twelve", "power_dbm 'twelve' is not a number in dBm"),
    (2, "power_dbm", "12 dBm", "power_dbm '12 dBm' is not a number in dBm"),
    (2, "arfcn", "", "arfcn is empty, expected one for a GSM cell"),
    (2, "arfcn", "300", f"arfcn 300 is in no GSM band; {UNDEFINED}"),
    (2, "arfcn", "-1", f"arfcn -1 is in no GSM band; {UNDEFINED}"),
    (2, "arfcn", "62.5", "arfcn 62.5 is not a whole number"),
    (2, "arfcn", "F62", "arfcn 'F62' is not a whole number"),
    (2, "bsic", "", "bsic is empty, expected one for a GSM cell"),
    (2, "bsic", "45", "bsic '45' is not a BSIC, expected NCC-BCC with digits 0 to 7 such as 4-5"),
    (2, "bsic", "4-8", "bsic '4-8' is not a BSIC, expected NCC-BCC with digits 0 to 7 such as 4-5"),
    (2, "bsic", "4-5-1", "bsic '4-5-1' is not a BSIC, expected NCC-BCC with digits 0 to 7 such as 4-5"),
    (2, "bsic", "４-５", "bsic '４-５' is not a BSIC, expected NCC-BCC with digits 0 to 7 such as 4-5"),
    (2, "lac", "65536", "lac 65536 is out of range, expected 0 to 65535"),
    (2, "lac", "1.5", "lac 1.5 is not a whole number"),
    (2, "tch_arfcns", "63;300", f"tch_arfcns '300' is in no GSM band; {UNDEFINED}"),
    (2, "tch_arfcns", "63,65", "tch_arfcns '63,65' is not a whole number"),
    (2, "tch_arfcns", "６２", "tch_arfcns '６２' is not a whole number"),
    (2, "tch_arfcns", "6²", "tch_arfcns '6²' is not a whole number"),
    (2, "tch_arfcns", "9" * 5000, "tch_arfcns '…' is not a whole number"),
    (6, "earfcn", "", "earfcn is empty, expected one for a LTE cell"),
    (6, "earfcn", "99999",
     "earfcn 99999 is in no LTE band rfopt knows; expected a downlink number such as 1300 or 38400"),
    (6, "pci", "", "pci is empty, expected one for a LTE cell"),
    (6, "pci", "504", "pci 504 is out of range, expected 0 to 503"),
    (6, "pci", "x", "pci 'x' is not a whole number"),
    (6, "load", "50", "load 50 is out of range, expected 0 to 1 share"),
    (6, "load", "50%", "load '50%' is not a number in share"),
    (6, "eci", "268435456", "eci 268435456 is out of range, expected 0 to 268435455"),
    (4, "antenna", "panel", "antenna 'panel' has no file in antennas/"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "column", "value", "message"), CELL_VALUES, ids=[f"{c}={v[:12]!a}" for _, c, v, _ in CELL_VALUES]
)
def test_a_cell_that_does_not_fit_is_refused(folder: Path, line: int, column: str, value: str, message: str) -> None:
    assert refusal(with_value(folder, "cells.csv", line, column, value)) == f"cells.csv:{line}: {message}"


RELATION_VALUES = [
    (2, "cell", "", "cell is empty, expected serving cell of the relation"),
    (2, "cell", "Z", "cell 'Z' is not in cells.csv"),
    (3, "neighbour", "宝湖", "neighbour '宝湖' is not in cells.csv"),
    (3, "neighbour", "", "neighbour is empty, expected target cell of the relation"),
    (3, "neighbour", "A", "cell A is its own neighbour"),
    (3, "neighbour", "L", "relation joins GSM A to LTE L, expected one technology"),
    (3, "neighbour", "B", "relation A → B stands twice, expected once"),
    (2, "ho_margin_pbgt_db", "six", "ho_margin_pbgt_db 'six' is not a number in dB"),
    (2, "rxlev_min_cell_dbm", "-inf", "rxlev_min_cell_dbm '-inf' is not a number in dBm"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "column", "value", "message"), RELATION_VALUES, ids=[f"{c}={v!a}" for _, c, v, _ in RELATION_VALUES]
)
def test_a_relation_that_does_not_fit_is_refused(
    folder: Path, line: int, column: str, value: str, message: str
) -> None:
    assert refusal(with_value(folder, "neighbours.csv", line, column, value)) == f"neighbours.csv:{line}: {message}"


REDIRECT_VALUES = [
    (2, "cell", "A", "cell 'A' is GSM, expected LTE"),
    (2, "cell", "N", "cell 'N' is not in cells.csv"),
    (3, "arfcn", "62", "redirect entry L → 62 stands twice, expected once"),
    (3, "arfcn", "", "arfcn is empty, expected a whole number"),
    (3, "arfcn", "300", f"arfcn 300 is in no GSM band; {UNDEFINED}"),
    (3, "arfcn", "70.5", "arfcn 70.5 is not a whole number"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "column", "value", "message"), REDIRECT_VALUES, ids=[f"{c}={v!a}" for _, c, v, _ in REDIRECT_VALUES]
)
def test_a_redirect_that_does_not_fit_is_refused(
    folder: Path, line: int, column: str, value: str, message: str
) -> None:
    assert refusal(with_value(folder, "redirects.csv", line, column, value)) == f"redirects.csv:{line}: {message}"


LAYER_ROWS = [
    ({"cell": "A", "target_rat": "LTE"}, "cell 'A' is GSM, expected LTE"),
    ({"cell": "", "target_rat": "LTE"}, "cell is empty, expected LTE cell that broadcasts the layer"),
    ({"cell": "L", "target_rat": "UMTS"}, "target_rat 'UMTS' is not one of GSM, LTE"),
    ({"cell": "L", "target_rat": ""}, "target_rat is empty, expected technology of the target layer"),
    ({"cell": "L", "target_rat": "LTE", "target_channel": 38400.5}, "target_channel 38400.5 is not a whole number"),
    ({"cell": "L", "target_rat": "LTE", "priority": "high"}, "priority 'high' is not a number"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "message"), LAYER_ROWS, ids=[m[:20] for _, m in LAYER_ROWS])
def test_a_layer_that_does_not_fit_is_refused(tmp_path: Path, row: dict[str, object], message: str) -> None:
    assert refusal(write_network(tmp_path / "net", layers=[row])) == f"layers.csv:2: {message}"


@pytest.mark.parametrize("column", ["cell", "rat", "kind", "lat", "lon"])
def test_a_missing_column_is_named(folder: Path, column: str) -> None:
    text = (folder / "cells.csv").read_text(encoding="utf-8")
    renamed = ",".join({column: f"{column}s"}.get(name, name) for name in text.splitlines()[0].split(","))
    put(folder, "cells.csv", "\n".join([renamed, *text.splitlines()[1:]]) + "\n")
    assert refusal(folder) == f"cells.csv:1: column '{column}' is missing; is '{column}s' meant for it?"


def test_gsm_cells_without_arfcn_column(folder: Path) -> None:
    put(folder, "cells.csv", "cell,rat,kind,lat,lon\nA,GSM,macro,38.5,106.2\n")
    assert refusal(folder) == "cells.csv:2: arfcn is empty, expected one for a GSM cell"


HEADER = ",".join(["cell", "rat", "kind", "lat", "lon", "arfcn", "bsic"])
ROW = "A,GSM,macro,38.5,106.2,62,4-5"
BROKEN = {
    "empty": ("", "cells.csv: is empty, expected a header line and rows"),
    "blank": ("\n , ,\n", "cells.csv: is empty, expected a header line and rows"),
    "header only": (HEADER + "\n", "cells.csv: holds no cells, expected one row a cell"),
    "other text": ("hello\nworld\n", "cells.csv:1: column 'cell' is missing"),
    "twice": (f"{HEADER},lat\n{ROW},1\n", "cells.csv:1: column 'lat' stands twice in the header"),
    "short row": (f"{HEADER}\n{ROW}\nB,GSM\n", "cells.csv:3: 2 fields, expected 7 as in the header"),
    "long row": (f"{HEADER}\n{ROW},9\n", "cells.csv:2: 8 fields, expected 7 as in the header"),
    "semicolons": (
        HEADER.replace(",", ";") + "\n" + ROW.replace(",", ";"),
        "cells.csv:1: its columns are separated by ';', expected commas",
    ),
    "open quote": (f'{HEADER}\n"{ROW}\n', "cells.csv:2: broken table text: unexpected end of data"),
    "quote inside": (f'{HEADER}\n"A"b,{ROW}\n', "cells.csv:2: broken table text: ',' expected after '\"'"),
    "huge field": (f"{HEADER}\n{'x' * 20_000}\n",
                   "cells.csv:2: broken table text: a field longer than 10000 characters"),
    "NUL": (f"{HEADER}\nA\0,{ROW[2:]}\n", "cells.csv:2: holds NUL bytes, expected text"),
    "too wide": (",".join(f"c{k}" for k in range(2001)), "cells.csv:1: 2001 columns, expected at most 2000"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_broken_text_is_refused(folder: Path, name: str) -> None:
    text, message = BROKEN[name]
    assert refusal(put(folder, "cells.csv", text)) == message


def test_the_line_named_is_that_of_the_file(folder: Path) -> None:
    """Blank lines and line breaks inside quotes count."""
    text = f'\n{HEADER},site\n\n{ROW},"two\nlines"\n\nB{ROW[1:]},\nC,GSM,macro,91,106.2,62,4-5,\n'
    assert refusal(put(folder, "cells.csv", text)) == "cells.csv:8: lat 91 is out of range, expected -90 to 90 deg"


def test_a_row_of_several_lines_is_named_by_its_first(folder: Path) -> None:
    text = f'{HEADER},site\n{ROW},x\nB{ROW[1:].replace("38.5", "91")},"three\nlines\nlong"\n'
    assert refusal(put(folder, "cells.csv", text)) == "cells.csv:3: lat 91 is out of range, expected -90 to 90 deg"


def test_binary_is_refused(folder: Path) -> None:
    (folder / "cells.csv").write_bytes(b"PK\x03\x04\x14\x00\x06\x00" * 50)
    assert refusal(folder) == "cells.csv: is a zip archive or an Excel workbook, expected text"
    (folder / "cells.csv").write_bytes(b"cell\xff\xfe\xff,\x80\n" * 9)
    assert refusal(folder) == "cells.csv:1: is not text in UTF-8, UTF-16 or GB18030"


def test_folders_that_are_none(tmp_path: Path, folder: Path) -> None:
    assert refusal(tmp_path / "nowhere") == ": no such network folder"
    assert refusal(tmp_path).startswith(": is no network rfopt can read, expected a folder with cells.csv, an .xlsx")
    expected = ": is one table of a network, expected the folder it stands in"
    assert refusal(folder / "cells.csv") == expected
    (folder / "cells.csv").unlink()
    (folder / "cells.csv").mkdir()
    assert refusal(folder) == "cells.csv: is a folder, expected a file"


@pytest.mark.parametrize("name", ["neighbours", "redirects", "layers"])
def test_an_empty_file_is_refused(folder: Path, name: str) -> None:
    assert refusal(put(folder, f"{name}.csv", "")) == f"{name}.csv: is empty, expected a header line and rows"


def test_missing_antenna_files_suggest_the_nearest(folder: Path) -> None:
    (folder / "antennas").mkdir()
    (folder / "antennas" / "panel65.msi").write_text(PATTERN, encoding="utf-8")
    (folder / "antennas" / "panel65.pdf").write_text("", encoding="utf-8")
    expected = "cells.csv:4: antenna 'panel64' has no file in antennas/; did you mean 'panel65'?"
    assert refusal(with_value(folder, "cells.csv", 4, "antenna", "panel64")) == expected
    read_network(with_value(folder, "cells.csv", 4, "antenna", "panel65"))
    with_value(folder, "cells.csv", 4, "antenna", "panel65.msi")
    expected = "cells.csv:4: antenna 'panel65.msi' has no file in antennas/; did you mean 'panel65'?"
    assert refusal(folder) == expected


def test_a_broken_pattern_and_a_broken_map_name_their_files(folder: Path) -> None:
    put(folder, "buildings.geojson", '{"features": 1}')
    assert refusal(folder) == "buildings.geojson: has no list 'features', expected a GeoJSON FeatureCollection"
    (folder / "buildings.geojson").unlink()
    (folder / "antennas").mkdir()
    (folder / "antennas" / "panel.msi").write_bytes(b"\0")
    expected = "antennas/panel.msi:1: holds NUL bytes, expected text"
    assert refusal(with_value(folder, "cells.csv", 4, "antenna", "panel")) == expected


# --- nothing but InputError -----------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["", "GSM", "LTE", "macro", "das", "4-5", "62", "38400", "300", "-1", "1e308", "nan", "inf", "38.5", "106.2", "A",
     "B", "L", "6²", "٣", "1_0", '"', '""', "0x1", "9" * 400, "b1;b2", ";", "a\tb", "宝湖", "\ufeff", "\u200b", "é",
     "=1+1", "1,5"]
)  # fmt: skip
FIELDS = WORDS | st.text(max_size=6)
TABLES = ("cells", "neighbours", "redirects", "layers")


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str]:
    """A table's name and text: the right header mostly, and fields of anything."""
    name = draw(st.sampled_from(TABLES))
    known = list(schema(name))
    header = draw(st.just(known) | st.lists(st.sampled_from(known) | FIELDS, min_size=1, max_size=6))
    rows = draw(st.lists(st.lists(FIELDS, min_size=len(header), max_size=len(header)), max_size=3))
    return name, "\n".join(",".join(row) for row in [header, *rows])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(("cells", f"{HEADER},tch_arfcns\n{ROW},6²"))
@example(("cells", f"{HEADER},lac\n{ROW},1e308"))
@given(tables())
def test_any_table_is_read_or_refused_in_one_line(tmp_path: Path, drawn: tuple[str, str]) -> None:
    name, text = drawn
    folder = write_network(tmp_path / "net")
    (folder / f"{name}.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        read_network(folder)
    except InputError as error:
        assert "\n" not in str(error) and str(error).isprintable()
        assert error.file is not None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.integers(0, 400), st.sampled_from(TABLES))
def test_any_bytes_are_read_or_refused(tmp_path: Path, noise: bytes, at: int, name: str) -> None:
    folder = write_network(tmp_path / "net")
    path = folder / f"{name}.csv"
    raw = path.read_bytes()
    path.write_bytes(raw[:at] + noise + raw[at + len(noise) :])
    try:
        read_network(folder)
    except InputError as error:
        assert "\n" not in str(error) and str(error).isprintable()
