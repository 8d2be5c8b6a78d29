"""G-NetTrack logs: what each column means, what is not known, what is rejected and why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.logs import Log, read_log

from .written import GNET, ON_2G, SERVER, at, gnet_text, write_events, write_gnet

PRO = [*GNET, *(f"{name}{k}" for k in (1, 2, 3) for name in ("NLAC", "NCellID", "NARFCN", "NRxLev", "NQual"))]
OLD = [*(n for n in GNET if n != "ARFCN"), *(f"{name}{k}" for k in (1, 2) for name in ("NLAC", "NCellid", "NRxLev"))]
NEW = [*GNET, *(f"{name}1" for name in ("NTech", "NCellName", "NCellid", "NLAC", "NCell", "NARFCN", "NRxLev", "NQual"))]


def read_text(folder: Path, text: str) -> Log:
    """Read text as a log."""
    (folder / "walk.txt").write_bytes(text.encode("utf-8"))
    return read_log(folder / "walk.txt")


def refusal(path: Path) -> str:
    """The message that reading a file ends with."""
    with pytest.raises(InputError) as caught:
        read_log(path)
    return str(caught.value).removeprefix(str(path))


def test_a_4g_row(tmp_path: Path) -> None:
    log = read_log(write_gnet(tmp_path, SERVER))
    reading = log.readings.iloc[0]
    assert (log.format, log.rows, log.start) == ("gnettrack", 1, "2025-07-18T22:11:08")
    assert (reading["rat"], reading["serving"], reading["cell"]) == ("LTE", True, "60802-701-1032-1")
    assert (reading["earfcn"], reading["pci"], reading["rsrp_dbm"], reading["rsrq_db"]) == (1850, 132, -96, -15)
    assert (reading["sinr_db"], reading["lat"], reading["lon"]) == (3.5, 14.665338, -17.436158)
    assert np.isnan(reading[["arfcn", "rxlev_dbm", "rxqual", "floor", "ci_db"]].astype(float)).all()
    assert (reading["line"], reading["time"], reading["point"], reading["event"]) == (2, 0, "", "")


def test_a_2g_row(tmp_path: Path) -> None:
    reading = read_log(write_gnet(tmp_path, ON_2G)).readings.iloc[0]
    assert (reading["rat"], reading["cell"], reading["arfcn"]) == ("GSM", "60802-43-11542", 62)
    assert (reading["rxlev_dbm"], reading["rxqual"], reading["bsic"]) == (-74.67, 3, "")
    assert np.isnan(reading[["earfcn", "pci", "rsrp_dbm", "rsrq_db", "sinr_db"]].astype(float)).all()


@pytest.mark.parametrize(("tech", "rat"), [("3G", "3G"), ("UMTS", "3G"), ("5G", "5G"), ("nr", "5G")])
def test_rows_on_3g_and_5g_keep_the_server_without_a_level(tmp_path: Path, tech: str, rat: str) -> None:
    log = read_log(write_gnet(tmp_path, SERVER | {"NetworkTech": tech, "ARFCN": "10712", "Level": "-24"}))
    reading = log.readings.iloc[0]
    assert (reading["rat"], reading["cell"]) == (rat, "60802-701-1032-1")
    assert np.isnan(reading[["rxlev_dbm", "rsrp_dbm", "arfcn", "earfcn", "pci"]].astype(float)).all()
    assert f"walk.txt: rows on {rat}, kept without a level: 1" in log.notes


def test_columns_are_found_by_name_in_any_order_and_spelling(tmp_path: Path) -> None:
    spelt = {"LAC": "LAC/TAC", "PSC": "PSC/PCI", "CellID": "Cell ID", "Level": "LEVEL", "Qual": "qu\u200bal"}
    names = [spelt.get(name, name) for name in reversed(GNET)]
    row = {spelt.get(name, name): value for name, value in SERVER.items()}
    reading = read_log(write_gnet(tmp_path, row, names=names)).readings.iloc[0]
    assert (reading["cell"], reading["pci"], reading["rsrp_dbm"], reading["rsrq_db"]) == (
        "60802-701-1032-1",
        132,
        -96,
        -15,
    )


@pytest.mark.parametrize("ending", ["\t\r\n", "\r\n", "\t\n", "\n", "\r"])
def test_line_ends_with_and_without_a_last_tab(tmp_path: Path, ending: str) -> None:
    text = gnet_text([SERVER, at(SERVER, "22.11.09"), at(SERVER, "22.11.10", BAND="L3")], end=ending)
    log = read_text(tmp_path, text)
    assert (log.rows, len(log.rejects)) == (3, 0)
    assert log.readings["pci"].tolist() == [132, 132, 132] and log.readings["line"].tolist() == [2, 3, 4]


@pytest.mark.parametrize("delimiter", ["|", ",", ";"])
def test_other_delimiters_are_told_from_the_header(tmp_path: Path, delimiter: str) -> None:
    assert read_text(tmp_path, gnet_text([SERVER]).replace("\t", delimiter)).readings["pci"].tolist() == [132]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "walk.txt"
    path.write_bytes(gnet_text([SERVER | {"Operatorname": "中国移动"}]).encode(encoding))
    assert read_log(path).readings["cell"].tolist() == ["60802-701-1032-1"]


@pytest.mark.parametrize("level", ["-164", "-200", "-340", "-24", "0", "2147483647", "-", "--", "", "weak", "nan"])
def test_a_level_that_no_phone_reports_is_none(tmp_path: Path, level: str) -> None:
    log = read_log(write_gnet(tmp_path, SERVER, at(SERVER, "22.11.09", Level=level)))
    assert log.readings["line"].tolist() == [2]
    assert log.rejects[["line", "reason"]].values.tolist() == [[3, "no level"]]


def test_other_sentinels_are_unknown(tmp_path: Path) -> None:
    values = {"Qual": "2147483647", "SNR": "2147483647", "PSC": "-1", "Latitude": "0.000000"}
    reading = read_log(write_gnet(tmp_path, SERVER | values)).readings.iloc[0]
    assert np.isnan(reading[["rsrq_db", "sinr_db", "pci", "lat", "lon"]].astype(float)).all()
    assert reading["rsrp_dbm"] == -96


def test_snr_of_zero_throughout_is_unknown_but_a_single_zero_is_not(tmp_path: Path) -> None:
    rows = [at(SERVER, f"22.11.1{k}", SNR="0.0") for k in range(3)]
    log = read_log(write_gnet(tmp_path, *rows))
    assert log.readings["sinr_db"].isna().all()
    assert "walk.txt: SNR is 0 throughout and was taken as not known" in log.notes
    assert read_log(write_gnet(tmp_path, *rows, SERVER)).readings["sinr_db"].tolist()[:3] == [0, 0, 0]


@pytest.mark.parametrize(
    "values", [{"CellID": "0"}, {"CellID": "-1"}, {"CellID": "65529"}, {"CellID": ""}, {"LAC": "0"}, {"LAC": "-1"}]
)
def test_a_cell_of_2g_is_unknown_without_its_number_or_area(tmp_path: Path, values: dict[str, str]) -> None:
    reading = read_log(write_gnet(tmp_path, ON_2G | values)).readings.iloc[0]
    assert (reading["cell"], reading["arfcn"]) == ("", 62)


def test_cell_0_of_a_known_enodeb_is_a_cell(tmp_path: Path) -> None:
    assert read_log(write_gnet(tmp_path, SERVER | {"CellID": "0"})).readings["cell"].tolist() == ["60802-701-1032-0"]


def test_channel_0_without_a_cell_is_no_channel(tmp_path: Path) -> None:
    nothing = {"Node": "0", "CellID": "0", "LAC": "0", "ARFCN": "0", "PSC": "0"}
    log = read_log(write_gnet(tmp_path, SERVER | nothing, at(ON_2G, "22.11.09", **nothing)))
    assert log.readings[["arfcn", "earfcn", "pci"]].isna().all(axis=None) and (log.readings["cell"] == "").all()
    assert read_log(write_gnet(tmp_path, ON_2G | {"ARFCN": "0"})).readings["arfcn"].tolist() == [0]


def test_a_technology_with_another_ones_channel_is_rejected(tmp_path: Path) -> None:
    rows = [at(ON_2G, "22.11.09", ARFCN="3060"), at(SERVER, "22.11.10", NetworkTech="3G", ARFCN="1850")]
    log = read_log(write_gnet(tmp_path, SERVER, *rows))
    assert log.rejects["reason"].tolist() == ["technology and cell of different instants"] * 2
    assert log.rejects["text"].tolist() == ["2G with channel 3060", "3G with channel 1850"]


def test_every_row_is_a_reading_or_a_reject(tmp_path: Path) -> None:
    rows = [
        SERVER,
        at(SERVER, "22.11.09", Level="-164"),
        at(SERVER, "25.11.10"),
        at(SERVER, "22.11.11", NetworkTech="-"),
    ]
    text = gnet_text([*rows, ON_2G]) + "a\tb\r\n\r\n" + gnet_text([SERVER]).split("\r\n", 1)[1][:-30]
    log = read_text(tmp_path, text)
    assert log.rows == 7 and log.readings["line"].tolist() == [2, 6]
    assert log.rejects.values.tolist() == [
        [3, "no level", "4G with Level -164"],
        [4, "broken timestamp", "Timestamp '2025.07.18_25.11.10'"],
        [5, "no technology", "NetworkTech '-'"],
        [7, "wrong number of fields", "2 fields, expected 21"],
        [9, "wrong number of fields", "10 fields, expected 21"],
    ]


def test_a_log_may_be_nothing_but_rejects(tmp_path: Path) -> None:
    log = read_log(write_gnet(tmp_path, SERVER | {"Level": "-340"}))
    assert (log.rows, len(log.readings), len(log.rejects)) == (1, 0, 1)
    assert log.start == "2025-07-18T22:11:08"


@pytest.mark.parametrize("end", ["", "\r\n", "\r\n\r\n"])
def test_a_header_alone_is_a_log_without_rows(tmp_path: Path, end: str) -> None:
    log = read_text(tmp_path, "\t".join(GNET) + end)
    assert (log.rows, len(log.readings), log.start) == (0, 0, "")


def test_time_never_runs_back_and_rows_of_one_second_share_it(tmp_path: Path) -> None:
    clocks = ["22.11.08", "22.11.09", "22.11.09", "22.11.08", "22.11.12"]
    log = read_log(write_gnet(tmp_path, *(at(SERVER, clock) for clock in clocks)))
    np.testing.assert_allclose(log.readings["time"], [0, 1, 4 / 3, 5 / 3, 4], atol=1e-6)
    assert log.readings["line"].tolist() == [2, 3, 4, 5, 6]
    assert "walk.txt: rows in the same second as the row before, spread over it: 2" in log.notes
    assert "walk.txt: steps back of the clock, rows kept in the file's order: 1" in log.notes


def test_timestamps_may_have_fractions(tmp_path: Path) -> None:
    clocks = ["22.11.08.250", "22.11.08.500", "22.11.08.500", "22.11.09.000"]
    log = read_log(write_gnet(tmp_path, *(at(SERVER, clock) for clock in clocks)))
    assert log.start == "2025-07-18T22:11:08.250000"
    np.testing.assert_allclose(log.readings["time"], [0, 0.25, 0.2505, 0.75], atol=1e-6)
    assert (np.diff(log.readings["time"]) > 0).all()


def test_neighbours_of_five_columns(tmp_path: Path) -> None:
    lte = {"NCellID1": "133", "NARFCN1": "1850", "NRxLev1": "-99", "NQual1": "-12"}
    lte |= {"NCellID2": "132", "NARFCN2": "1850", "NRxLev2": "-96"}  # the server itself
    lte |= {"NCellID3": "7", "NARFCN3": "-1", "NRxLev3": "-99"}  # of an unknown carrier
    gsm = {"NLAC1": "43", "NCellID1": "777", "NARFCN1": "63", "NRxLev1": "-80"}
    gsm |= {"NARFCN2": "0", "NRxLev2": "-90", "NARFCN3": "64", "NRxLev3": "-200"}
    log = read_log(write_gnet(tmp_path, SERVER | lte, at(ON_2G, "22.11.09", **gsm), names=PRO))
    around = log.readings[~log.readings["serving"]]
    assert around["line"].tolist() == [2, 3] and around["time"].tolist() == [0, 1]
    assert around.iloc[0][["rat", "cell", "earfcn", "pci", "rsrp_dbm", "rsrq_db"]].tolist() == [
        "LTE",
        "",
        1850,
        133,
        -99,
        -12,
    ]
    assert around.iloc[1][["rat", "cell", "arfcn", "rxlev_dbm"]].tolist() == ["GSM", "60802-43-777", 63, -80]
    assert around["sinr_db"].isna().all()
    assert "walk.txt: neighbours without a cell that can be told, passed over: 4" in log.notes
    assert log.rows == 2 and log.readings["serving"].sum() == 2


def test_neighbours_of_three_columns(tmp_path: Path) -> None:
    lte = {"NLAC1": "701", "NCellid1": "133", "NRxLev1": "-99"}
    gsm = {"NLAC1": "43", "NCellid1": "777", "NRxLev1": "-80", "NLAC2": "-1", "NCellid2": "-1", "NRxLev2": "-90"}
    log = read_log(write_gnet(tmp_path, SERVER | lte, at(ON_2G, "22.11.09", **gsm), names=OLD))
    around = log.readings[~log.readings["serving"]]
    assert around[["cell", "rxlev_dbm"]].values.tolist() == [["60802-43-777", -80]]
    assert log.readings["pci"].tolist()[0] == 132
    assert "walk.txt: neighbours without a cell that can be told, passed over: 2" in log.notes


def test_neighbours_that_name_their_technology(tmp_path: Path) -> None:
    gsm = {"NTech1": "2G", "NCellid1": "777", "NLAC1": "43", "NCell1": "37", "NARFCN1": "63", "NRxLev1": "-80"}
    lte = {"NTech1": "4G", "NCellid1": "-1", "NLAC1": "-1", "NCell1": "133", "NARFCN1": "1850", "NRxLev1": "-99"}
    log = read_log(write_gnet(tmp_path, SERVER | gsm, at(SERVER, "22.11.09", **lte), names=NEW))
    around = log.readings[~log.readings["serving"]]
    assert around["rat"].tolist() == ["GSM", "LTE"] and around["cell"].tolist() == ["60802-43-777", ""]
    assert around["arfcn"].tolist()[0] == 63 and around["pci"].tolist()[1] == 133


def test_the_state_column_tells_the_mode(tmp_path: Path) -> None:
    rows = [at(SERVER, f"22.11.1{k}", State=state) for k, state in enumerate(("I", "D", "V", "VD", "-"))]
    log = read_log(write_gnet(tmp_path, *rows, names=[*GNET, "State"]))
    assert log.readings["mode"].tolist() == ["idle", "data", "call", "call", "idle"]


def test_the_event_file_beside_tells_the_mode(tmp_path: Path) -> None:
    path = write_gnet(tmp_path, *(at(SERVER, f"22.11.1{k}") for k in range(5)))
    assert "walk.txt: mode is taken as idle throughout, no event file lies beside it" in read_log(path).notes
    write_events(
        tmp_path,
        ("22.11.11", "", "START PING", "D"),
        ("22.11.12", "CALL_START", "x", "I"),
        ("22.11.14", "CALL_END", "x", "I"),
    )
    log = read_log(path)
    assert log.readings["mode"].tolist() == ["idle", "data", "call", "call", "idle"]
    assert "walk.txt: mode is from walk_events.txt" in log.notes
    (tmp_path / "walk_events.txt").write_text("nothing", encoding="utf-8")
    assert read_log(path).readings["mode"].tolist() == ["idle"] * 5


def test_an_event_file_is_refused_by_name_of_its_log(tmp_path: Path) -> None:
    events = write_events(tmp_path, ("22.11.11", "", "START PING", "D"))
    assert refusal(events) == ": is a G-NetTrack event file, expected the log beside it"
    write_gnet(tmp_path, SERVER)
    assert refusal(events) == ": is a G-NetTrack event file, expected the log beside it: walk.txt"


def test_broken_headers_are_refused(tmp_path: Path) -> None:
    path = write_gnet(tmp_path, SERVER)
    text = path.read_text(encoding="utf-8")
    for old, new, message in (
        ("Level", "Lvl", ":1: column 'Level' is missing, expected Timestamp, NetworkTech and Level"),
        ("Qual", "Level", ":1: column 'level' stands twice in the header"),
    ):
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        assert refusal(path) == message
    path.write_bytes(text.encode() + b"\0")
    assert refusal(path) == ":3: holds NUL bytes, expected text"


def test_a_row_without_end_is_refused(tmp_path: Path) -> None:
    path = write_gnet(tmp_path, SERVER)
    path.write_bytes(path.read_bytes() + b"x" * (10 << 20) + b"\n")
    assert refusal(path) == ": has a row longer than 4194304 bytes"


def test_subscribers_are_not_in_what_comes_out(tmp_path: Path) -> None:
    secrets = {"IMSI": "608020123456789", "IMEI": "356938035643809", "MSISDN": "221771234567"}
    names = ["IMSI", "IMEI", *GNET, "MSISDN"]
    rows = [
        SERVER | secrets,
        at(SERVER, secrets["IMSI"]) | secrets,
        at(SERVER, "22.11.10", NetworkTech=secrets["IMEI"]) | secrets,
    ]
    path = write_gnet(tmp_path, *rows, names=names)
    path.write_bytes(path.read_bytes() + "\t".join(secrets.values()).encode() + b"\r\n")
    log = read_log(path)
    assert log.rows == 4 and len(log.rejects) == 3
    assert "walk.txt: IMSI, IMEI, MSISDN left out, they name the subscriber" in log.notes
    out = log.readings.to_csv() + log.rejects.to_csv() + str(log.notes)
    assert not any(secret in out for secret in secrets.values())


pieces = st.sampled_from(
    ["", "-", "-1", "0", "4G", "3G", "2G", "-96", "1850", "62", '"', "\t", "\r\n", "\r", "\n", "x", "1e999", "中"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), pieces), max_size=6),
    names=st.sampled_from([GNET, PRO, OLD]),
)
def test_damaged_logs_are_read_or_refused_and_rows_add_up(
    tmp_path: Path, edits: list[tuple[float, int, str]], names: list[str]
) -> None:
    text = gnet_text(
        [SERVER | {"NRxLev1": "-90", "NARFCN1": "1850", "NCellID1": "5"}, at(SERVER, "22.11.09"), ON_2G], names
    )
    for where, length, piece in edits:
        k = int(where * len(text))
        text = text[:k] + piece + text[k + length :]
    try:
        log = read_text(tmp_path, text)
    except InputError as error:
        assert str(error).startswith(str(tmp_path / "walk.txt"))
        return
    if log.format == "gnettrack":
        assert log.rows == log.readings["serving"].sum() + len(log.rejects)
        assert not set(log.readings["line"]) & set(log.rejects["line"])
        assert (np.diff(log.readings["time"][log.readings["serving"]]) > 0).all()
