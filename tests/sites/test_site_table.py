"""Site tables as people keep them: headers, encodings, units, and everything that is usually wrong in them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.network import Network
from rfopt.sites import read_network
from rfopt.sites.site_grid import bare, header_words
from rfopt.tables import schema

from .books import write_book

EXAMPLES = 30
"""Of each search through odd tables; a longer one is a larger number here."""

LTE = {
    "小区名称": "金凤宝湖湾26号楼-NLH-1", "基站名称": "金凤宝湖湾26号楼", "ECI": "123727107", "频点": "38400",
    "PCI": "242", "TAC": "21311", "经度": "106.2288", "纬度": "38.497", "方位角": "50", "天线挂高": "30",
    "机械下倾角": "3", "电子下倾角": "4", "参考信号功率": "12.2", "覆盖类型": "室外",
}  # fmt: skip
GSM = {
    "CellName": "宝湖天下NG2-5", "SiteName": "宝湖天下", "LAC": "21311", "CI": "45231", "BCCH": "1003", "BSIC": "45",
    "LONGITUDE": "106.225", "LATITUDE": "38.495", "AZIMUTH": "170", "height": "25", "功率": "43", "站型": "宏站",
}  # fmt: skip


def text(*rows: dict[str, str], delimiter: str = ",") -> str:
    header = list(dict.fromkeys(name for row in rows for name in row))
    return "\n".join([delimiter.join(header), *(delimiter.join(row.get(h, "") for h in header) for row in rows)]) + "\n"


def read(folder: Path, *rows: dict[str, str], name: str = "sites.csv") -> Network:
    (folder / name).write_text(text(*rows), encoding="utf-8")
    return read_network(folder / name)


def one(folder: Path, base: dict[str, str], **changes: str) -> tuple[object, list[str]]:
    """The only cell of a table with some values changed, and the notes that are not on defaults."""
    net = read(folder, base | changes)
    return net.cells.iloc[0], [note for note in net.notes if "is empty for" not in note]


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_network(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(path.parent), "").removeprefix("/")


# --- what is read ---------------------------------------------------------------------------------------------------


def test_an_lte_table(tmp_path):
    cell, notes = one(tmp_path, LTE)
    assert cell.name == "金凤宝湖湾26号楼-NLH-1" and cell["site"] == "金凤宝湖湾26号楼" and cell["rat"] == "LTE"
    assert cell[["earfcn", "pci", "tac", "eci"]].tolist() == [38400, 242, 21311, 123727107]
    assert cell[["lat", "lon", "azimuth_deg", "height_m"]].tolist() == [38.497, 106.2288, 50, 30]
    assert cell[["mech_tilt_deg", "elec_tilt_deg", "power_dbm", "kind"]].tolist() == [3, 4, 12.2, "macro"]
    assert notes == []


def test_a_gsm_table_with_english_headers(tmp_path):
    cell, notes = one(tmp_path, GSM)
    assert cell[["rat", "kind", "bsic"]].tolist() == ["GSM", "macro", "4-5"]
    assert cell[["arfcn", "lac", "ci", "power_dbm", "height_m"]].tolist() == [1003, 21311, 45231, 43, 25]
    assert notes == []


def test_both_technologies_in_one_table(tmp_path):
    lte = LTE | {"网络制式": "FDD-LTE"}
    gsm = {**{k: v for k, v in LTE.items() if k not in ("ECI", "PCI", "TAC")}, "网络制式": "GSM900", "频点": "80"}
    gsm |= {"小区名称": "G", "BSIC": "42", "LAC": "21311", "小区CI": "7"}
    other = LTE | {"网络制式": "5G NR", "小区名称": "N"}
    net = read(tmp_path, lte, gsm, other)
    assert net.cells["rat"].tolist() == ["LTE", "GSM"] and net.cells.at["G", "arfcn"] == 80
    assert "sites.csv: passed over: '5gnr' is a technology rfopt does not model (line 4)" in net.notes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encodings_and_delimiters(tmp_path, encoding, delimiter):
    path = tmp_path / "工参.csv"
    path.write_bytes(text(LTE, delimiter=delimiter).encode(encoding))
    assert read_network(path).cells.index.tolist() == ["金凤宝湖湾26号楼-NLH-1"]


def test_a_workbook_with_a_title_above_the_header_and_more_sheets(tmp_path):
    rows = [["2024年4G工参"], [], list(LTE), list(LTE.values())]
    path = write_book(tmp_path / "工参.xlsx", {"说明": [["x"]], "4G": rows, "2G": [list(GSM), list(GSM.values())]})
    net = read_network(path)
    assert net.cells["rat"].tolist() == ["LTE", "GSM"] and list(net.hashes) == ["工参.xlsx"]


def test_a_folder_with_map_and_antennas_beside(tmp_path):
    ring = [[106.0, 38.0], [106.001, 38.0], [106.001, 38.001], [106.0, 38.0]]
    square = {"type": "Feature", "properties": {"id": "b1"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    (tmp_path / "buildings.geojson").write_text(json.dumps({"features": [square]}), encoding="utf-8")
    read(tmp_path, LTE | {"天线型号": "ODV-065R"})
    net = read_network(tmp_path)
    assert [building.id for building in net.buildings] == ["b1"] and net.cells["antenna"].tolist() == [""]
    assert any("1 antennas have no file in antennas/ and were taken as parametric: ODV-065R" in n for n in net.notes)


def test_every_synonym_is_of_one_field():
    """A word of two fields would be read by chance."""
    source = Path(__file__).parents[2] / "rfopt" / "sites" / "site_headers.csv"
    words = [bare(w) for line in source.read_text("utf-8").splitlines()[1:] for w in line.split(",")[1].split("|")]
    assert len(words) == len(set(words)) == len(header_words())


HEIGHTS = ("天线挂高（米）", "天线挂高(m)", " 天线 挂高\u200b", "站高", "Antenna_Height", "挂高【米】")


@pytest.mark.parametrize("header", HEIGHTS)
def test_headers_are_read_as_people_write_them(tmp_path, header):
    row = {header if k == "天线挂高" else k: v for k, v in LTE.items()}
    assert read(tmp_path, row).cells["height_m"].tolist() == [30]


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("38°29.7′", "106°13.5′"), ("38°29.7′N", "106°13.5′E"), ("38.495N", "106.225E"), ("N38.495", "E106.225"),
        ("38 29 42", "106 13 30"), ("38 29.7", "106 13.5"), ("38°29'42\"N", "106°13'30\"E"),
        ("北纬38度29分42秒", "东经106度13分30秒"), ("106.225E", "38.495N"),
    ],
)  # fmt: skip
def test_places_as_people_write_them(tmp_path, lat, lon):
    cell, _ = one(tmp_path, LTE, 纬度=lat.replace('"', "″"), 经度=lon.replace('"', "″"))
    assert cell[["lat", "lon"]].tolist() == [38.495, 106.225]


def test_a_southern_or_western_place_is_negative(tmp_path):
    cell, _ = one(tmp_path, LTE, 纬度="33°51.5′S", 经度="17.4W")
    assert cell[["lat", "lon"]].tolist() == [-33.858333, -17.4]


@pytest.mark.parametrize(
    ("column", "header", "value", "field", "expected"),
    [
        ("天线挂高", "天线挂高(ft)", "100", "height_m", 30.48), ("天线挂高", "天线挂高", "100ft", "height_m", 30.48),
        ("天线挂高", "天线挂高(cm)", "3000", "height_m", 30), ("方位角", "方位角(rad)", "1.5708", "azimuth_deg", 90),
        ("机械下倾角", "机械下倾角(0.1度)", "35", "mech_tilt_deg", 3.5),
    ],
)  # fmt: skip
def test_units_of_headers_and_values(tmp_path, column, header, value, field, expected):
    row = {header if k == column else k: (value if k == column else v) for k, v in LTE.items()}
    net = read(tmp_path, row)
    assert net.cells[field].iloc[0] == pytest.approx(expected, abs=1e-3)
    assert any("as its header says" in note for note in net.notes) == (header != "天线挂高")


def test_a_column_of_another_unit_is_refused(tmp_path):
    """One height of 3000 is a slip and not known; all heights in centimetres without a word would be defaults."""
    rows = [LTE | {"小区名称": name, "PCI": str(k), "ECI": str(k)} for k, name in enumerate("ABC")]
    assert len(read(tmp_path, rows[0], rows[1], rows[2] | {"天线挂高": "3000"}).cells) == 3
    (tmp_path / "sites.csv").write_text(text(*(row | {"天线挂高": "3000"} for row in rows)), encoding="utf-8")
    said = refusal(tmp_path / "sites.csv")
    assert said.startswith("sites.csv:2: height_m 3000 is out of range, expected -50 to 800 m, and so are all 3 values")


@pytest.mark.parametrize(
    ("changes", "power_dbm", "said"),
    [
        ({}, 62 - 15.5 - 30.79, "power is the EIRP less the gain of 15.5 dBi"),
        ({"天线增益": "18"}, 62 - 18 - 30.79, "power is the EIRP less the gain of 18 dBi"),
        ({"天线型号": "ODV-065R"}, 12.2, "EIRP of an antenna whose gain is not given was passed over"),
    ],
)
def test_eirp(tmp_path, changes, power_dbm, said):
    row = {k: v for k, v in LTE.items() if k != "参考信号功率"}
    cell, notes = one(tmp_path, row, **{"EIRP(dBm)": "62"}, **changes)
    assert cell["power_dbm"] == pytest.approx(power_dbm, abs=0.01)
    assert any(said in note for note in notes)


# --- traps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "header", "expected", "said"),
    [
        ("15.2", "参考信号功率", 15.2, ""),
        ("152", "参考信号功率", 15.2, "power is above 60 dBm and was read as 0.1 dBm"),
        ("152", "cellpower", 15.2, ""),
        ("-158", "cellpower", -15.8, ""),
        ("152", "RS功率(0.1dBm)", 15.2, ""),
        ("59.8W", "RS功率(dBm)", 16.98, "power is in W and the whole cell's, and was divided"),
        ("43", "发射功率(dBm)", 12.21, "power is the whole cell's, and was divided"),
        ("20", "发射功率(W)", 12.22, "power is the whole cell's, and was divided"),
        ("-", "参考信号功率", 12.2, ""),
        ("无", "参考信号功率", 12.2, ""),
    ],
)
def test_power(tmp_path, given, header, expected, said):
    row = {header if k == "参考信号功率" else k: given if k == "参考信号功率" else v for k, v in LTE.items()}
    net = read(tmp_path, row)
    assert net.cells["power_dbm"].item() == pytest.approx(expected, abs=0.01)
    assert any(said in note for note in net.notes)


def test_watts_of_a_gsm_carrier(tmp_path):
    cell, notes = one(tmp_path, GSM, 功率="59.8W")
    assert cell["power_dbm"] == pytest.approx(47.77, abs=0.01) and "power is in W (line 2)" in notes[0]


def test_indoors_without_being_called_so(tmp_path):
    bare_row = {k: v for k, v in LTE.items() if k != "覆盖类型"} | {"机械下倾角": "-", "电子下倾角": "-"}
    cell, notes = one(tmp_path, bare_row, 方位角="360", 天线挂高="0")
    assert cell["kind"] == "das" and math.isnan(cell["azimuth_deg"]) and cell["height_m"] == 3.0
    assert any("azimuth 360 with height 0 was taken for an indoor distribution" in note for note in notes)
    cell, notes = one(tmp_path, bare_row, 方位角="360", 天线挂高="0", 小区名称="宝湖天下1号楼10~14楼")
    assert cell["kind"] == "das" and cell["height_m"] == 35.5
    assert any("height is that of the floors in the name" in note for note in notes)
    cell, notes = one(tmp_path, bare_row)
    assert cell["kind"] == "macro" and any("taken as macro" in note for note in notes)


def test_outdoors_height_zero_is_not_known(tmp_path):
    cell, notes = one(tmp_path, LTE, 天线挂高="0")
    assert cell["height_m"] == 30.0 and any("height 0 of a macro cell" in note for note in notes)


KINDS = {"室分": "das", "室外": "macro", "微站": "micro", "2": "das", "1": "macro", "宏站": "macro"}


@pytest.mark.parametrize(("word", "kind"), KINDS.items())
def test_kinds(tmp_path, word, kind):
    assert one(tmp_path, LTE, 覆盖类型=word)[0]["kind"] == kind


@pytest.mark.parametrize(
    ("given", "tilts"),
    [
        ({"总下倾角": "8"}, (2.0, 6.0)),
        ({"总下倾角": "4"}, (0.0, 4.0)),
        ({"总下倾角": "8", "机械下倾角": "3"}, (3.0, 5.0)),
        ({"总下倾角": "8", "电子下倾角": "255"}, (2.0, 6.0)),
        ({"机械下倾角": "2", "电子下倾角": "255"}, (2.0, 3.0)),
        ({"机械下倾角": "2度", "电子下倾角": "4°"}, (2.0, 4.0)),
    ],
)
def test_tilts(tmp_path, given, tilts):
    row = {k: v for k, v in LTE.items() if "下倾" not in k} | given
    assert tuple(read(tmp_path, row).cells.iloc[0][["mech_tilt_deg", "elec_tilt_deg"]]) == tilts


@pytest.mark.parametrize(
    ("given", "eci"),
    [
        ({"ECGI": "460-00-123727107"}, 123727107),
        ({"CGI": "460-00-483309-3"}, 123727107),
        ({"eNodeBID": "483309", "本地小区ID": "3"}, 123727107),
        ({"eNodeBID": "483309", "CI": "3"}, 123727107),
        ({"CellID": "123727107"}, 123727107),
        ({"ECI": "0x75FED03"}, 123727107),
    ],
)
def test_identities_of_lte(tmp_path, given, eci):
    row = {k: v for k, v in LTE.items() if k != "ECI"} | given
    assert read(tmp_path, row).cells["eci"].item() == eci


def test_hexadecimal_is_decided_by_the_column(tmp_path):
    net = read(tmp_path, LTE | {"TAC": "5A3C"}, LTE | {"TAC": "5031", "小区名称": "B", "ECI": "1"})
    assert net.cells["tac"].tolist() == [0x5A3C, 0x5031]
    assert any("tac was read as hexadecimal" in note for note in net.notes)


def test_decimal_bsic_is_decided_by_the_column(tmp_path):
    assert read(tmp_path, GSM).cells["bsic"].item() == "4-5"
    net = read(tmp_path, GSM | {"BSIC": "37"}, GSM | {"BSIC": "38", "CellName": "B", "CI": "2"})
    assert net.cells["bsic"].tolist() == ["4-5", "4-6"]
    assert any("bsic was read as decimal" in note for note in net.notes)
    parts = {"NCC": "4", "BCC": "5", "TCH频点": "62/70、80"}
    net = read(tmp_path, {k: v for k, v in GSM.items() if k != "BSIC"} | parts)
    assert net.cells["bsic"].item() == "4-5" and net.cells["tch_arfcns"].item() == (62, 70, 80)


def test_repeated_rows_and_names_of_two_cells(tmp_path):
    net = read(tmp_path, LTE, LTE, LTE | {"PCI": "7", "ECI": "9"})
    assert net.cells.index.tolist() == ["金凤宝湖湾26号楼-NLH-1", "金凤宝湖湾26号楼-NLH-1#2"]
    assert any("repeats a row above and was dropped (line 3)" in note for note in net.notes)
    assert any("names another cell above" in note and "(line 4)" in note for note in net.notes)


def test_swapped_columns_and_degrees_with_minutes(tmp_path):
    net = read(tmp_path, LTE | {"经度": "38.497", "纬度": "106.2288"})
    assert net.cells.iloc[0][["lat", "lon"]].tolist() == [38.497, 106.2288]
    assert any("swapped" in note for note in net.notes)
    net = read(tmp_path, LTE | {"经度": "E106°13′30″", "纬度": "38°29'42\""})
    assert net.cells.iloc[0][["lat", "lon"]].tolist() == [38.495, 106.225]


def test_bad_rows_cost_no_good_ones(tmp_path):
    bad = [LTE | {"小区名称": f"bad{k}"} | change for k, change in enumerate([
        {"PCI": "504"}, {"PCI": "-"}, {"经度": "x"}, {"经度": "0", "纬度": "0"}, {"频点": "99999"},
    ])]  # fmt: skip
    odd = LTE | {"小区名称": "odd", "TAC": "70000", "方位角": "0/120/240", "天线挂高": "30层"}
    net = read(tmp_path, LTE, *bad, odd)
    assert net.cells.index.tolist() == [LTE["小区名称"], "odd"]
    for said in (
        "passed over: pci 504 is out of range, expected 0 to 503 (line 3)",
        "passed over: pci is empty, expected one for a LTE cell (line 4)",
        "passed over: lon 'x' is not a number in deg (line 5)",
        "passed over: stands at 0°, 0°, which is no place (line 6)",
        "passed over: earfcn 99999 is in no LTE band",
        "tac 70000 is out of range, expected 0 to 65535; taken as not known (line 8)",
        "azimuth '0/120/240' is not a number; taken as omnidirectional (line 8)",
    ):
        assert any(said in note for note in net.notes), said


def test_columns_that_are_not_used_are_named(tmp_path):
    notes = one(tmp_path, LTE, 备注="x", 乡镇="y")[1]
    assert notes == ["sites.csv: 2 columns are not used: 备注, 乡镇"]


# --- what is refused ------------------------------------------------------------------------------------------------


def test_tables_without_a_usable_cell(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text(text(LTE | {"PCI": "999"}), encoding="utf-8")
    assert refusal(path) == (
        "sites.csv: holds no cell that can be used: passed over: pci 999 is out of range, expected 0 to 503 (line 2)"
    )
    path.write_text(",".join(LTE) + "\n", encoding="utf-8")
    assert refusal(path) == "sites.csv: holds no cell that can be used: no rows below the header"


def test_a_folder_of_logs_is_no_network(tmp_path):
    """A log has cells, places and channels as a site table has."""
    (tmp_path / "idle.csv").write_text(
        "time,lat,lon,cell,arfcn,bsic,rxlev_dbm\n0,38.5,106.2,A,62,4-5,-80\n", encoding="utf-8"
    )
    assert "is no network rfopt can read" in refusal(tmp_path)
    assert "is no network rfopt can read" in refusal(tmp_path / "idle.csv")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "is no network rfopt can read"),
        (b"hello\nworld\n", "is no network rfopt can read"),
        (b"a\0b,c\n", "holds NUL bytes, expected text"),
        (b"\xff\xff\xff\x80", "is not text in UTF-8, UTF-16 or GB18030"),
        (b"a," * 3000 + b"\n", "has 3001 columns, expected at most 2000"),
        (b"x" * 20000 + b",y\n", "a field longer than 10000 characters"),
    ],
)
def test_files_that_are_no_site_table(tmp_path, raw, message):
    path = tmp_path / "sites.csv"
    path.write_bytes(raw)
    assert message in refusal(path)


ODD = ["", "-", "无", "0", "-1", "1e999", "59.8W", "４５", "x" * 300, "=1+1", "NaN", "255", "4-5", "\u200b", "106°",
       "٣", "1,2", '"', "10~14楼", "0x", "²", "1e5", "9" * 30]  # fmt: skip
FIELDS = [*LTE, *GSM, "总下倾角", "CGI", "NCC", "BCC", "带宽", "TCH频点", "发射功率(W)"]
ROWS = st.lists(st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(ODD) | st.text(max_size=8)), max_size=4)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS, st.booleans())
def test_whatever_a_table_holds_it_is_a_network_or_refused(tmp_path, changes, lte):
    base = LTE if lte else GSM
    path = tmp_path / "sites.csv"
    path.write_text(text(base, *({**base, **change} for change in changes)), encoding="utf-8", errors="replace")
    try:
        net = read_network(path)
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert net.cells.index.is_unique and 1 <= len(net.cells) <= len(changes) + 1
    assert list(net.cells.columns) == [name for name in schema("cells") if name != "cell"]
    assert net.cells[["lat", "lon", "power_dbm", "height_m"]].notna().all(axis=None)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_a_network_or_refused(tmp_path, data):
    raw = bytearray(text(LTE, GSM | {"覆盖类型": ""}).encode(data.draw(st.sampled_from(["utf-8", "gb18030"]))))
    for _ in range(data.draw(st.integers(1, 6))):
        k = data.draw(st.integers(0, len(raw) - 1))
        raw[k : k + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    path = tmp_path / "sites.csv"
    path.write_bytes(bytes(raw))
    try:
        assert len(read_network(path).cells)
    except InputError as error:
        assert "\n" not in str(error)
