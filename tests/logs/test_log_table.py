"""The measurement table: what it holds, and every refusal word for word."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rfopt.errors import InputError
from rfopt.logs import LOG_COLUMNS, READING_COLUMNS, log_formats, read_log
from rfopt.tables import NUMERIC, schema

from .written import GSM, LTE, NEIGHBOUR, table_text, write_table

WANTED_TIME = "expected seconds from the log's start or ISO 8601 such as 2025-07-18T22:11:08"
LATER = {"time": "4.0"}


def refusal(path: Path, format: str | None = None) -> str:
    """The message that reading a file ends with."""
    with pytest.raises(InputError) as caught:
        read_log(path, format)
    return str(caught.value).removeprefix(str(path))


def test_the_shelf_holds_these_formats() -> None:
    assert {"gnettrack", "mro", "nemo", "parquet", "table", "tems"} <= set(log_formats)
    assert list(log_formats) == sorted(log_formats)


def test_every_column_has_its_type(tmp_path: Path) -> None:
    log = read_log(write_table(tmp_path, GSM, NEIGHBOUR, LTE | LATER))
    assert tuple(log.readings.columns) == READING_COLUMNS == (*LOG_COLUMNS, "file", "line")
    for name in LOG_COLUMNS:
        column = log.readings[name]
        if name == "serving":
            assert column.dtype == bool
        elif schema("log")[name].type in NUMERIC:
            assert column.dtype == np.float64, name
        else:
            assert column.dtype == "str" and not column.isna().any(), name
    assert log.readings["line"].tolist() == [2, 3, 4] and log.readings["line"].dtype == np.int64
    assert set(log.readings["file"]) == {str(tmp_path / "log.csv")}
    assert (log.rows, len(log.rejects), log.format, log.start, log.notes) == (3, 0, "table", "", ())


def test_values_are_read_as_they_stand(tmp_path: Path) -> None:
    first, second, third = read_log(write_table(tmp_path, GSM, NEIGHBOUR, LTE | LATER)).readings.to_dict("records")
    assert (first["cell"], first["serving"], first["rxlev_dbm"], first["bsic"]) == ("宝湖天下NG2-5", True, -75.0, "4-5")
    assert np.isnan(first["rsrp_dbm"]) and np.isnan(first["floor"]) and first["event"] == ""
    assert (second["cell"], second["serving"], second["arfcn"]) == ("", False, 62.0)
    assert (third["rat"], third["earfcn"], third["pci"], third["rsrp_dbm"], third["rsrq_db"]) == (
        "LTE",
        38400,
        105,
        -86,
        -8.5,
    )


def test_an_empty_mode_is_idle(tmp_path: Path) -> None:
    assert read_log(write_table(tmp_path, GSM | {"mode": ""})).readings["mode"].tolist() == ["idle"]


def test_missing_columns_that_are_not_needed_are_unknown(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("rat,time,serving,cell,rxlev_dbm\nGSM,0,1,A,-80\n", encoding="utf-8")
    reading = read_log(path).readings.iloc[0]
    assert (reading["point"], reading["event"], reading["mode"]) == ("", "", "idle")
    assert np.isnan(reading["arfcn"])


def test_unknown_columns_are_noted_and_their_values_go_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    text = table_text([GSM | {"IMSI": "460001234567890"}], (*LOG_COLUMNS, "IMSI"))
    path.write_text(text, encoding="utf-8")
    log = read_log(path)
    assert log.notes == ("log.csv: column 'IMSI' is not one of log.csv and was ignored",)
    assert "460001234567890" not in log.readings.to_csv() + str(log)


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_tabs_and_semicolons_are_read_where_the_header_has_them(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(table_text([GSM, NEIGHBOUR], delimiter=delimiter), encoding="utf-8")
    assert len(read_log(path).readings) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, ending: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(table_text([GSM, NEIGHBOUR]).replace("\n", ending).encode(encoding))
    readings = read_log(path).readings
    assert readings["cell"].tolist() == ["宝湖天下NG2-5", ""]
    assert readings["line"].tolist() == [2, 3]


def test_iso_times_become_seconds_from_the_earliest(tmp_path: Path) -> None:
    times = ["2025-07-18T22:11:08", "2025-07-18 22:11:10.5", "20250718T221112"]
    log = read_log(write_table(tmp_path, *(GSM | {"time": time} for time in times)))
    assert log.readings["time"].tolist() == [0.0, 2.5, 4.0]
    assert log.start == "2025-07-18T22:11:08"


def test_iso_times_with_zones_are_compared_across_them(tmp_path: Path) -> None:
    times = ["2025-07-18T22:11:08+08:00", "2025-07-18T14:11:10Z"]
    assert read_log(write_table(tmp_path, *(GSM | {"time": time} for time in times))).readings["time"].tolist() == [
        0,
        2,
    ]


def test_steps_back_are_counted_and_put_in_order(tmp_path: Path) -> None:
    rows = [GSM | {"time": time, "rxlev_dbm": level} for time, level in (("4", "-70"), ("2", "-71"), ("6", "-72"))]
    rows += [GSM | {"time": "1", "point": "living_south"}]
    log = read_log(write_table(tmp_path, *rows))
    assert log.readings["time"].tolist() == [2, 4, 6, 1]
    assert log.readings["line"].tolist() == [3, 2, 4, 5]
    assert log.notes == ("log.csv: steps back of the clock within a point, rows put in order: 1",)


def test_the_rows_of_an_instant_stay_together_when_put_in_order(tmp_path: Path) -> None:
    late = [GSM | LATER, NEIGHBOUR | LATER]
    assert read_log(write_table(tmp_path, *late, GSM, NEIGHBOUR)).readings["line"].tolist() == [4, 5, 2, 3]


def test_an_event_row_needs_neither_level_nor_identity(tmp_path: Path) -> None:
    bare = {"time": "3", "mode": "call", "rat": "GSM", "serving": "0", "event": "setup_fail"}
    assert read_log(write_table(tmp_path, GSM, bare)).readings["event"].tolist() == ["", "setup_fail"]


def test_a_server_without_a_name_is_kept_and_counted(tmp_path: Path) -> None:
    log = read_log(write_table(tmp_path, GSM, GSM | LATER | {"cell": "", "arfcn": "", "bsic": ""}))
    assert len(log.readings) == 2
    assert log.notes == ("log.csv: serving rows that name neither cell nor channel: 1",)


def test_3g_and_5g_rows_need_no_level(tmp_path: Path) -> None:
    rows = [{"time": str(k), "rat": rat, "serving": "1"} for k, rat in enumerate(("3G", "5G"))]
    assert read_log(write_table(tmp_path, *rows)).readings["rat"].tolist() == ["3G", "5G"]


def test_two_servers_may_share_a_time_at_two_points_or_in_two_modes(tmp_path: Path) -> None:
    rows = [GSM, GSM | {"point": "living_south"}, GSM | {"mode": "call"}]
    assert len(read_log(write_table(tmp_path, *rows)).readings) == 3


REFUSED = [
    (GSM, {"time": "abc"}, f"time 'abc' is no time, {WANTED_TIME}"),
    (GSM, {"time": ""}, f"time '' is no time, {WANTED_TIME}"),
    (GSM, {"time": "-1"}, f"time -1 is out of range, {WANTED_TIME}"),
    (GSM, {"time": "1752876668000"}, f"time … is out of range, {WANTED_TIME} (is this an epoch time?)"),
    (GSM, {"time": "18-07-2025 22:11:08"}, f"time '18-07-2025 22:11:08' is no time, {WANTED_TIME}"),
    (GSM, {"time": "nan"}, "time 'nan' is no number, expected a number or an empty field"),
    (GSM, {"lat": "91"}, "lat 91 is out of range, expected -90 to 90 deg"),
    (GSM, {"lat": "north"}, "lat 'north' is not a number in deg"),
    (GSM, {"lon": "-181"}, "lon -181 is out of range, expected -180 to 180 deg"),
    (GSM, {"lon": "inf"}, "lon 'inf' is no number, expected a number or an empty field"),
    (GSM, {"floor": "1.5"}, "floor 1.5 is not a whole number"),
    (GSM, {"floor": "999"}, "floor 999 is out of range, expected -10 to 200"),
    (GSM, {"point": "a\x1bb"}, "point 'a\ufffdb' holds control characters, expected a name"),
    (GSM, {"cell": "a\x1bb"}, "cell 'a\ufffdb' holds control characters, expected a name"),
    (GSM, {"mode": "cal"}, "mode 'cal' is not one of idle, call, data; did you mean 'call'?"),
    (GSM, {"rat": "2G"}, "rat '2G' is not one of GSM, LTE, 3G, 5G"),
    (GSM, {"rat": ""}, "rat is empty, expected technology of the measured cell"),
    (GSM, {"serving": "2"}, "serving '2' is not one of 1, 0"),
    (GSM, {"serving": ""}, "serving is empty, expected 1 for the serving cell's row"),
    (GSM, {"arfcn": "1024"}, "arfcn 1024 is out of range, expected 0 to 1023"),
    (GSM, {"arfcn": "62.5"}, "arfcn 62.5 is not a whole number"),
    (GSM, {"bsic": "8-1"}, "bsic '8-1' is not a BSIC, expected NCC-BCC with digits 0 to 7 such as 4-5"),
    (GSM, {"bsic": "45"}, "bsic '45' is not a BSIC, expected NCC-BCC with digits 0 to 7 such as 4-5"),
    (GSM, {"rxlev_dbm": "36"}, "rxlev_dbm 36 is out of range, expected dBm such as -74 (is this the RXLEV code?)"),
    (GSM, {"rxlev_dbm": "0"}, "rxlev_dbm 0 is out of range, expected dBm such as -74 (is this the RXLEV code?)"),
    (GSM, {"rxlev_dbm": "75"}, "rxlev_dbm 75 is out of range, expected dBm such as -74 (is its sign missing?)"),
    (GSM, {"rxlev_dbm": "-121"}, "rxlev_dbm -121 is out of range, expected -120 to 0 dBm"),
    (GSM, {"rxlev_dbm": "weak"}, "rxlev_dbm 'weak' is not a number in dBm"),
    (GSM, {"rxlev_dbm": "NaN"}, "rxlev_dbm 'NaN' is no number, expected a number or an empty field"),
    (GSM, {"rxlev_dbm": "-inf"}, "rxlev_dbm '-inf' is no number, expected a number or an empty field"),
    (GSM, {"rxlev_dbm": "1_0"}, "rxlev_dbm 10 is out of range, expected dBm such as -74 (is this the RXLEV code?)"),
    (GSM, {"rxlev_dbm": "-7_5"}, "rxlev_dbm '-7_5' is not a number in dBm"),
    (
        GSM, {"rxlev_dbm": ""},
        "rxlev_dbm is empty in a GSM reading, expected a level in dBm (only an event row may lack it)",
    ),
    (GSM, {"rxqual": "8"}, "rxqual 8 is out of range, expected 0 to 7"),
    (GSM, {"ci_db": "200"}, "ci_db 200 is out of range, expected -40 to 100 dB"),
    (
        GSM, {"event": "drops"},
        "event 'drops' is not one of csfb_start, csfb_ok, csfb_fail, handover_fail, drop, setup_fail, lau, tau;"
        " did you mean 'drop'?",
    ),
    (NEIGHBOUR, {"arfcn": ""}, "GSM reading without arfcn and without cell, expected one of them"),
    (LTE, {"earfcn": "1234567"}, "earfcn 1234567 is out of range, expected 0 to 262143"),
    (LTE, {"pci": "504"}, "pci 504 is out of range, expected 0 to 503"),
    (LTE, {"rsrp_dbm": "41"}, "rsrp_dbm 41 is out of range, expected dBm such as -100 (is this the RSRP code?)"),
    (LTE, {"rsrp_dbm": "98"}, "rsrp_dbm 98 is out of range, expected dBm such as -100 (is its sign missing?)"),
    (LTE, {"rsrp_dbm": "-161"}, "rsrp_dbm -161 is out of range, expected -160 to 0 dBm"),
    (
        LTE, {"rsrp_dbm": ""},
        "rsrp_dbm is empty in a LTE reading, expected a level in dBm (only an event row may lack it)",
    ),
    (LTE, {"rsrq_db": "11"}, "rsrq_db 11 is out of range, expected -60 to 10 dB"),
    (LTE, {"sinr_db": "99"}, "sinr_db 99 is out of range, expected -60 to 60 dB"),
    (
        LTE, {"serving": "0", "cell": "", "pci": ""},
        "LTE reading without earfcn and pci and without cell, expected one of them",
    ),
    (
        LTE, {"serving": "0", "cell": "", "earfcn": ""},
        "LTE reading without earfcn and pci and without cell, expected one of them",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("row", "values", "message"), REFUSED, ids=[f"{v}" for _, v, _ in REFUSED])
def test_a_value_that_does_not_fit_is_refused(tmp_path: Path, row: dict, values: dict, message: str) -> None:
    assert refusal(write_table(tmp_path, GSM, row | LATER | values)) == f":3: {message}"


def test_a_second_server_in_an_instant_is_refused(tmp_path: Path) -> None:
    path = write_table(tmp_path, GSM, NEIGHBOUR, LTE)
    expected = ":4: second serving row at time 2 at dining_north (idle), expected one an instant; the first is line 2"
    assert refusal(path) == expected


def test_seconds_and_dates_are_not_mixed(tmp_path: Path) -> None:
    path = write_table(tmp_path, GSM, GSM | {"time": "2025-07-18T22:11:08"})
    assert refusal(path) == f":3: time '2025-07-18T22:11:08' is of another kind than line 2's; {WANTED_TIME}, not both"


def test_times_with_and_without_zone_are_not_mixed(tmp_path: Path) -> None:
    path = write_table(tmp_path, *(GSM | {"time": time} for time in ("2025-07-18T22:11:08", "2025-07-18T22:11:10Z")))
    assert refusal(path) == ":3: time '2025-07-18T22:11:10Z' and line 2's do not both state a time zone"


def test_a_date_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = write_table(tmp_path, GSM | {"time": "2025-02-30T22:11:08"})
    assert refusal(path) == f":2: time '2025-02-30T22:11:08' is no time, {WANTED_TIME}"


def test_the_first_odd_value_is_named_whatever_the_hash_seed(tmp_path: Path) -> None:
    rows = [GSM | {"time": str(k), "rxlev_dbm": str(k)} for k in range(1, 40)]
    assert refusal(write_table(tmp_path, *rows)).startswith(":2: rxlev_dbm 1 is out of range")


TEXT = table_text([GSM])
BROKEN = {
    "empty": ("", ": is empty, expected a drive-test log"),
    "blank": ("\r\n \r\n", ": is empty, expected a drive-test log"),
    "other text": (
        "hello\nworld\n",
        f":1: is no drive-test log rfopt can read, expected one of: {', '.join(log_formats)}"
        "; a column map may say which column is what (rfopt ingest --map)",
    ),
    "no serving": (TEXT.replace("serving", "servin", 1), ":1: column 'serving' is missing; is 'servin' meant for it?"),
    "no time": (TEXT.replace("time", "Time", 1), ":1: column 'time' is missing; is 'Time' meant for it?"),
    "twice": (TEXT.replace("bsic", "arfcn", 1), ":1: column 'arfcn' stands twice in the header"),
    "twice but for a hidden character": (
        TEXT.replace("bsic", "ar\u200bfcn", 1),
        ":1: column 'arfcn' stands twice in the header",
    ),
    "short row": (TEXT + "1,2\n", ":3: 2 fields, expected 20 as in the header"),
    "cut off": (TEXT[:-5], ":2: 16 fields, expected 20 as in the header"),
    "open quote": (TEXT + '"a', ":3: broken table text: unexpected end of data"),
    "huge field": (TEXT + "x" * 20_000 + "\n", ":3: broken table text: a field longer than 10000 characters"),
    "NUL": (TEXT + "\0", ":3: holds NUL bytes, expected text"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_text_is_refused(tmp_path: Path, name: str) -> None:
    text, message = BROKEN[name]
    path = tmp_path / "log.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert refusal(path) == message


def test_a_long_field_is_measured_in_characters(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    header, row = TEXT.splitlines()
    path.write_text(f"{header},remark\n{row},{'字' * 10_000}\n", encoding="utf-8")
    assert len(read_log(path).readings) == 1
    path.write_text(f"{header},remark\n{row},{'字' * 10_001}\n", encoding="utf-8")
    assert refusal(path) == ":2: broken table text: a field longer than 10000 characters"


def test_binary_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "._log.csv"
    path.write_bytes(b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        \n" * 9)
    assert refusal(path) == ":1: holds NUL bytes, expected text"
    path.write_bytes(bytes(range(256)) * 10)
    assert refusal(path) == ":2: is not text in UTF-8, UTF-16 or GB18030"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.csv") == ": no such file"
    assert refusal(tmp_path) == ": is a folder, expected a file"


def test_a_format_may_be_named(tmp_path: Path) -> None:
    path = write_table(tmp_path, GSM)
    assert read_log(path, "table").format == "table"
    assert refusal(path, "gnetrack") == ": log format 'gnetrack' is unknown; did you mean 'gnettrack'?"
    assert refusal(path, "asn1") == f": log format 'asn1' is unknown; known are {', '.join(log_formats)}"
    assert refusal(path, "gnettrack") == ": is no gnettrack log by its content"


def test_the_name_of_a_file_decides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "walk_events.parquet"
    path.write_text(TEXT, encoding="utf-8")
    assert read_log(path).format == "table"


@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
def test_a_header_alone_is_a_log_without_rows(tmp_path: Path, end: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(",".join(LOG_COLUMNS) + end, encoding="utf-8")
    log = read_log(path)
    assert (log.rows, len(log.readings)) == (0, 0)
    pd.testing.assert_index_equal(log.readings.columns, pd.Index(READING_COLUMNS))
