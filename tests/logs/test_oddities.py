"""What real measurement files do, each in a file small enough to see."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.logs import LOG_COLUMNS, log_text, read_log
from rfopt.logs.transitions import transitions

from .written import GNET, GSM, LTE, NEIGHBOUR, ON_2G, SERVER, at, gnet_text, table_text, write_gnet, write_table


def refusal(path: Path) -> str:
    """The message that reading a file ends with."""
    with pytest.raises(InputError) as caught:
        read_log(path)
    return str(caught.value).removeprefix(str(path))


def test_1_sparse_rows_with_blanks_in_words(tmp_path: Path) -> None:
    """Several rows share an instant, each filling one group of columns."""
    rows = [GSM | {"rxqual": " n/a", "ci_db": " -", "lat": "--"}, NEIGHBOUR, LTE | {"serving": "0", "sinr_db": "N/A"}]
    readings = read_log(write_table(tmp_path, *rows)).readings
    assert readings["time"].tolist() == [2, 2, 2] and readings["rat"].tolist() == ["GSM", "GSM", "LTE"]
    assert readings[["rxqual", "ci_db", "lat", "sinr_db"]].isna().all(axis=None)


def test_1_a_trailer_is_refused_in_the_table_and_rejected_in_a_tools_log(tmp_path: Path) -> None:
    trailer = "Exported Measurements\nC:\\logs\\walk.1.nmf\n"
    path = tmp_path / "log.csv"
    path.write_text(table_text([GSM]) + trailer, encoding="utf-8")
    assert refusal(path) == ":3: 1 fields, expected 20 as in the header"
    path.write_text(gnet_text([SERVER]) + trailer, encoding="utf-8", newline="")
    assert read_log(path).rejects["line"].tolist() == [3, 4]


def test_1_an_export_without_date_and_channel_is_read_for_its_level(tmp_path: Path) -> None:
    path = tmp_path / "nemo.csv"
    path.write_text("Time,RxLev full (dBm), BSIC\n11:02:03.120,-74.67, n/a\n", encoding="utf-8")
    log = read_log(path)
    assert (log.format, log.start) == ("nemo_csv", "")
    assert log.readings[["time", "rat", "rxlev_dbm", "bsic"]].values.tolist() == [[0, "GSM", -74.67, ""]]


@pytest.mark.parametrize("level", ["-164", "-200", "-340"])
def test_2_sentinels_are_refused_in_the_table_and_rejected_in_a_tools_log(tmp_path: Path, level: str) -> None:
    path = write_table(tmp_path, LTE | {"rsrp_dbm": level})
    assert refusal(path) == f":2: rsrp_dbm {level} is out of range, expected -160 to 0 dBm"
    assert len(read_log(write_gnet(tmp_path, SERVER | {"Level": level})).rejects) == 1


def test_2_sentinels_of_quality_place_and_identity(tmp_path: Path) -> None:
    odd = {"Qual": "2147483647", "Longitude": "0.000000", "Latitude": "0.000000", "PSC": "-1", "CellID": "65529"}
    reading = read_log(write_gnet(tmp_path, SERVER | odd)).readings.iloc[0]
    assert np.isnan(reading[["rsrq_db", "lat", "lon", "pci"]].astype(float)).all() and reading["cell"] == ""


def test_3_level_code_and_node_mean_what_the_technology_makes_of_them(tmp_path: Path) -> None:
    rows = [
        SERVER,
        at(ON_2G, "22.11.09"),
        at(SERVER, "22.11.10", NetworkTech="3G", ARFCN="10712", Node="5", CellID="10593"),
    ]
    lte, gsm, umts = read_log(write_gnet(tmp_path, *rows)).readings.to_dict("records")
    assert (lte["rsrp_dbm"], lte["pci"], lte["cell"]) == (-96, 132, "60802-701-1032-1")
    assert (gsm["rxlev_dbm"], gsm["bsic"], gsm["cell"]) == (-74.67, "", "60802-43-11542")
    assert (umts["rat"], umts["cell"]) == ("3G", "60802-701-5-10593")
    assert np.isnan([gsm["pci"], gsm["rsrp_dbm"], lte["rxlev_dbm"], umts["pci"], umts["rsrp_dbm"]]).all()


def test_4_21_names_and_22_fields_do_not_shift(tmp_path: Path) -> None:
    path = write_gnet(tmp_path, SERVER | {"BAND": "L3"})
    header, row, _ = path.read_bytes().decode().split("\r\n")
    assert (len(header.split("\t")), len(row.split("\t"))) == (21, 22)
    assert read_log(path).readings[["pci", "earfcn"]].values.tolist() == [[132, 1850]]


def test_5_identity_lag_in_a_tools_log_is_mended_and_counted(tmp_path: Path) -> None:
    heard = [("11542", "62"), ("11542", "9"), ("777", "9"), ("777", "9"), ("888", "9")]
    rows = [at(ON_2G, f"22.11.{k:02d}", CellID=ci, ARFCN=arfcn) for k, (ci, arfcn) in enumerate(heard)]
    log = read_log(write_gnet(tmp_path, *rows))
    assert log.readings["cell"].tolist() == ["60802-43-11542", *["60802-43-777"] * 3, "60802-43-888"]
    assert "walk.txt: cell names that came a row late, mended: 1" in log.notes


def test_5_reuse_and_lag_in_the_table_are_read_as_reported(tmp_path: Path) -> None:
    """The cell's name comes a row after its channel; one channel has three cells, one cell two BSICs."""
    heard = [("A", "62", "4-1"), ("A", "9", "4-2"), ("B", "9", "4-2"), ("C", "9", "4-3"), ("C", "9", "4-4")]
    rows = [
        GSM | {"time": str(2 * k), "cell": cell, "arfcn": arfcn, "bsic": bsic, "rxlev_dbm": "-74.67"}
        for k, (cell, arfcn, bsic) in enumerate(heard)
    ]
    readings = read_log(write_table(tmp_path, *rows)).readings
    assert readings["rxlev_dbm"].tolist() == [-74.67] * 5
    assert list(zip(readings["cell"], readings["arfcn"].map("{:.0f}".format), readings["bsic"], strict=True)) == heard
    assert transitions(readings)[["from_cell", "to_cell"]].values.tolist() == [["A", "B"], ["B", "C"]]


def test_6_hidden_characters_in_names_are_no_part_of_them(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    columns = tuple("rxlev_\u200bdbm" if name == "rxlev_dbm" else f" {name}\ufeff" for name in LOG_COLUMNS)
    row = {odd: GSM.get(name, "") for odd, name in zip(columns, LOG_COLUMNS, strict=True)}
    path.write_text(table_text([row], columns), encoding="utf-8")
    assert read_log(path).readings["rxlev_dbm"].tolist() == [-75]


def test_6_names_that_differ_or_stand_twice(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(table_text([GSM]).replace("rxlev_dbm", "RxLev", 1), encoding="utf-8")
    assert (
        refusal(path)
        == ":2: rxlev_dbm is empty in a GSM reading, expected a level in dBm (only an event row may lack it)"
    )
    path.write_text(table_text([GSM]).replace("rxqual", "rxlev_dbm", 1), encoding="utf-8")
    assert refusal(path) == ":1: column 'rxlev_dbm' stands twice in the header"
    names = ["TIMESTAMP" if name == "Timestamp" else name for name in GNET]
    assert read_log(write_gnet(tmp_path, SERVER | {"TIMESTAMP": SERVER["Timestamp"]}, names=names)).rows == 1


@pytest.mark.parametrize("time", ["18-07-2025 22:11:08", "18-07-2025", "2025.07.18_22.11.08", "2025-07-18", "22:11:08"])
def test_7_other_times_are_refused_in_the_table(tmp_path: Path, time: str) -> None:
    expected = f":2: time '{time}' is no time, expected seconds from the log's start or ISO 8601 such as"
    assert refusal(write_table(tmp_path, GSM | {"time": time})).startswith(expected)


def test_7_epoch_milliseconds_are_named_as_such(tmp_path: Path) -> None:
    assert refusal(write_table(tmp_path, GSM | {"time": "1752876668000"})).endswith("(is this an epoch time?)")


def test_7_repeats_steps_back_and_gaps(tmp_path: Path) -> None:
    clocks = ["22.11.08", "22.11.08", "22.11.07", "22.16.57"]
    log = read_log(write_gnet(tmp_path, *(at(SERVER, clock) for clock in clocks)))
    np.testing.assert_allclose(log.readings["time"], [0, 1 / 3, 2 / 3, 349], atol=1e-6)
    assert transitions(log.readings).empty


def test_7_other_clocks_and_jumps_in_a_tools_log(tmp_path: Path) -> None:
    stamps = ["18-07-2025 22:11:08", "18-07-2025 22:11:09", "06-01-1980 00:00:00"]
    log = read_log(write_gnet(tmp_path, *(SERVER | {"Timestamp": stamp} for stamp in stamps)))
    assert log.readings["time"].tolist() == [0, 1] and log.start == "2025-07-18T22:11:08"
    assert log.rejects["reason"].tolist() == ["clock jump"]
    epoch = [SERVER | {"Timestamp": str(1752876668000 + 500 * k)} for k in range(2)]
    assert read_log(write_gnet(tmp_path, *epoch)).readings["time"].tolist() == [0, 0.5]


def test_7_a_clock_jump_in_the_table_is_refused(tmp_path: Path) -> None:
    rows = [GSM | {"time": "2025-07-18T22:11:08"}, GSM | {"time": "1980-01-06T00:00:00"}]
    said = ":3: time '1980-01-06T00:00:00' is 16631 days from line 2's, expected the times of one log"
    assert refusal(write_table(tmp_path, *rows)) == said


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "@SUM(A1)", "+A1"])
def test_names_like_formulas_are_refused(tmp_path: Path, name: str) -> None:
    for column in ("cell", "point"):
        path = write_table(tmp_path, GSM | {column: name})
        assert refusal(path) == f":2: {column} '{name}' looks like a formula, expected a name"


@pytest.mark.parametrize("head", ["time,rat,serving", "Timestamp\tNetworkTech\tLevel", "Zeit"])
def test_a_line_of_ten_million_columns_is_refused(tmp_path: Path, head: str) -> None:
    path = tmp_path / "log.csv"
    delimiter = "\t" if "\t" in head else ","
    path.write_text(head + delimiter * 10_000_000 + "\n" + delimiter * 10_000_000 + "\n", encoding="utf-8")
    assert len(refusal(path)) < 400


def test_11_an_archives_shadow_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "._idle_2g.csv"
    path.write_bytes(b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X" + bytes(80))
    assert refusal(path) == ":1: holds NUL bytes, expected text"


pieces = st.sampled_from(
    [
        ",",
        "\n",
        "\r",
        '"',
        "\0",
        "-",
        "nan",
        "inf",
        "-75",
        "36",
        "2025-07-18T22:11:08",
        "GSM",
        "LTE",
        "1",
        "0",
        "中",
        ";",
        "\t",
        "1e99",
    ]
)
edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), pieces), max_size=5)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=edits, head=st.booleans())
def test_damaged_tables_are_a_log_or_refused(tmp_path: Path, edits: list[tuple[float, int, str]], head: bool) -> None:
    """Whatever stands in the file gives a log that can be written and read again, or an error that names the file."""
    text = table_text([GSM, NEIGHBOUR, LTE | {"time": "4"}])
    body = 0 if head else text.index("\n") + 1
    for where, length, piece in edits:
        k = body + int(where * (len(text) - body))
        text = text[:k] + piece + text[k + length :]
    path = tmp_path / "log.csv"
    path.write_bytes(text.encode("utf-8"))
    try:
        log = read_log(path)
    except InputError as error:
        assert str(error).startswith(str(path)) and "\n" not in str(error)
        return
    again = tmp_path / "again.csv"
    again.write_text(log_text(log.readings), encoding="utf-8", newline="")
    assert log_text(read_log(again).readings) == log_text(log.readings)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: ("time,rat,serving\n" + text).encode("utf-8", "ignore"))
)
def test_any_bytes_are_a_log_or_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(raw)
    try:
        assert read_log(path).rows >= 0
    except InputError as error:
        assert str(error).startswith(str(path))
