"""Nemo logs: what each record tells, what is counted, what is rejected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.logs import Log, log_text, read_log
from rfopt.logs.transitions import transitions

HEAD = ['#FF,,,"2.21"', '#START,22:59:58.000,,"18.7.2025"']
PLACE = "GPS,22:59:58.100,,106.225,38.495,1100.0,0,1,9,0.5"
CHANNEL = "CHI,22:59:58.200,,7,70003,1,100,1850,132,264193,701,23.0"
LTE = "CELLMEAS,22:59:58.250,,7,0,2,9,0,70003,1850,132,-61.1,-90.3,-9.7,,97.0,2,70003,1850,133,-61.1,-95.3,-17.1,,"
QUALITY = "CI,22:59:58.250,,7,2,12.5,0"
UMTS = "CELLMEAS,22:59:59.500,,5,0,1,3,3032,-80.1,50008,1,17,0,50008,3032,28,-12.6,,-92.7"
GSM = (
    "CELLMEAS,23:00:00.500,,1,0,2,16,1,10900,62,37,-74.5,-75.5,30,32,,,,,11542,43,,,0,10900,63,12,-80,-80,20,20,,,,,,,,"
)


def read(folder: Path, *records: str, head: list[str] | None = None, end: str = "\r\n") -> Log:
    """Read records after the usual header."""
    path = folder / "walk.1.nmf"
    path.write_bytes(end.join([*(HEAD if head is None else head), *records, ""]).encode())
    return read_log(path)


def adds_up(log: Log) -> bool:
    """True if no row is both read and rejected, and no more rows are told of than there are."""
    apart = not set(log.readings["line"]) & set(log.rejects["line"])
    return apart and log.readings["line"].nunique() + len(log.rejects) + sum(log.unused.values()) <= log.rows


def test_records_of_one_instant_are_merged(tmp_path: Path) -> None:
    """Place, channel, level and quality stand in records of their own, the quality after the level."""
    log = read(tmp_path, PLACE, CHANNEL, LTE, QUALITY)
    server, neighbour = log.readings.to_dict("records")
    assert (log.format, log.rows, len(log.rejects), log.unused) == ("nemo", 6, 0, {"header lines": 2})
    assert log.start == "2025-07-18T22:59:58.250000"
    assert (server["rat"], server["cell"], server["earfcn"], server["pci"]) == ("LTE", "701-1032-1", 1850, 132)
    assert (server["rsrp_dbm"], server["rsrq_db"], server["sinr_db"]) == (-90.3, -9.7, 12.5)
    assert (server["lat"], server["lon"], server["mode"]) == (38.495, 106.225, "idle")
    assert (neighbour["serving"], neighbour["pci"], neighbour["rsrp_dbm"]) == (False, 133, -95.3)
    assert np.isnan(neighbour["sinr_db"]) and neighbour["cell"] == ""


def test_gsm_and_its_quality(tmp_path: Path) -> None:
    log = read(tmp_path, GSM, "RXQ,23:00:00.500,,1,3,4", "CI,23:00:00.500,,1,14.2,0,0,0")
    server, neighbour = log.readings.to_dict("records")
    assert (server["rat"], server["cell"], server["arfcn"], server["bsic"]) == ("GSM", "43-11542", 62, "4-5")
    assert (server["rxlev_dbm"], server["rxqual"], server["ci_db"]) == (-74.5, 3, 14.2)
    assert (neighbour["arfcn"], neighbour["bsic"], neighbour["rxlev_dbm"]) == (63, "1-4", -80)
    assert np.isnan(neighbour["ci_db"])


def test_a_bsic_in_octal_is_told_by_the_file(tmp_path: Path) -> None:
    log = read(tmp_path, GSM.replace(",62,37,", ",62,77,"))
    assert log.readings["bsic"].tolist() == ["7-7", "1-2"] and "BSICs are written in octal" in str(log.notes)


def test_rows_on_3g_are_kept_without_a_level_and_wlan_is_counted(tmp_path: Path) -> None:
    channel = "CHI,22:59:59.400,,5,50008,5,3032,370693,43"
    log = read(tmp_path, channel, UMTS, "CELLMEAS,23:00:01.000,,20,0,1,6,0,1,2,3,4,5")
    assert log.readings[["rat", "cell", "serving"]].values.tolist() == [["3G", "43-5-43013", True]]
    assert log.unused == {"CELLMEAS records": 1, "header lines": 2}


def test_a_call_that_falls_back(tmp_path: Path) -> None:
    log = read(
        tmp_path, CHANNEL, LTE, 'CAA,22:59:59.000,1,1,7,1,1,"+221771234567",,30000', GSM,
        "CAC,23:00:01.000,1,1,1,1,1", "CAC,23:00:02.000,1,1,1,1,2", "LUS,23:00:02.500,1,2,1,1",
        "CAD,23:00:09.000,1,1,1,1,2,16",
    )  # fmt: skip
    events = log.readings[log.readings["event"] != ""]
    assert events["event"].tolist() == ["csfb_start", "csfb_ok", "lau", "drop"]
    assert events["rat"].tolist() == ["LTE", "GSM", "GSM", "GSM"]
    assert events["mode"].tolist() == ["call", "call", "call", "idle"]
    np.testing.assert_allclose(events["time"], [0.75, 3.75, 4.25, 10.75])
    assert transitions(log.readings)["kind"].tolist() == ["csfb"]
    (tmp_path / "table.csv").write_text(log_text(log.readings), encoding="utf-8")
    again = read_log(tmp_path / "table.csv").readings
    pd.testing.assert_frame_equal(again.drop(columns=["file", "line"]), log.readings.drop(columns=["file", "line"]))


@pytest.mark.parametrize(
    ("records", "events"),
    [
        (["CAA,23:00:01.000,1,1,1,1,1", "CAF,23:00:02.000,1,1,1,1,2"], ["setup_fail"]),
        (["CAA,23:00:01.000,1,1,7,1,1", "CAF,23:00:02.000,1,1,7,1,2"], ["csfb_start", "csfb_fail"]),
        (["CAA,23:00:01.000,1,1,1,1,1", "CAD,23:00:02.000,1,1,1,1,1"], []),
        (["HOF,23:00:01.000,1,1,5"], ["handover_fail"]),
        (["TUS,23:00:01.000,1,1"], ["tau"]),
    ],
)
def test_events(tmp_path: Path, records: list[str], events: list[str]) -> None:
    log = read(tmp_path, GSM, *records)
    assert [word for word in log.readings["event"] if word] == events and adds_up(log)


def test_an_event_before_any_cell_is_rejected(tmp_path: Path) -> None:
    log = read(tmp_path, "HOF,22:59:58.000,1,1,5", GSM)
    assert log.rejects["reason"].tolist() == ["broken record"] and log.rejects["line"].tolist() == [3]


def test_rrc_and_transfers_tell_the_mode(tmp_path: Path) -> None:
    later = [LTE.replace("22:59:58.250", f"23:00:0{k}.000") for k in range(4)]
    log = read(
        tmp_path, later[0], CHANNEL.replace("22:59:58.200,,7,70003,1", "23:00:00.500,,7,70003,2"), later[1],
        CHANNEL.replace("22:59:58.200", "23:00:01.500"), later[2], "DAC,23:00:02.500,1,1", later[3],
    )  # fmt: skip
    assert log.readings[log.readings["serving"]]["mode"].tolist() == ["idle", "data", "idle", "data"]


def test_the_clock_runs_on_over_midnight_and_without_a_date(tmp_path: Path) -> None:
    records = [LTE.replace("22:59:58.250", clock) for clock in ("23:59:59.500", "00:00:00.500")]
    assert read(tmp_path, *records).readings["time"].unique().tolist() == [0, 1]
    undated = read(tmp_path, *records, head=['#FF,,,"2.21"'])
    assert undated.start == "" and undated.readings["time"].unique().tolist() == [0, 1]
    assert "walk.1.nmf: the log states no date" in undated.notes


def test_what_cannot_be_read_is_rejected_with_line_and_reason(tmp_path: Path) -> None:
    log = read(
        tmp_path, LTE, "CELLMEAS,22:59:59.000,,7,0,3,9,0,70003,1850,132,-61.1,-90.3,-9.7,,97.0",
        "CELLMEAS,soon,,7,0,1,9", "CELLMEAS,22:59:59.500,,7,0,1,9,0,70003,1850,132,-61.1,-200,-9.7,,97.0",
        "608020123456789,22,33", 'CI,"22', "L3SM,22:59:59.900,,7",
    )  # fmt: skip
    assert list(zip(log.rejects["line"], log.rejects["reason"], strict=True)) == [
        (4, "broken record"), (5, "broken timestamp"), (6, "no level"), (7, "no record"), (8, "no record"),
    ]  # fmt: skip
    assert log.unused["L3SM records"] == 1 and log.rows == 9 and adds_up(log)


def test_a_line_without_end_is_rejected_and_not_held(tmp_path: Path) -> None:
    log = read(tmp_path, LTE, "CELLMEAS," + "," * (2 << 20))
    assert log.rejects["reason"].tolist() == ["line too long"]


def test_subscribers_are_in_nothing_that_comes_out(tmp_path: Path) -> None:
    secrets = ["608020123456789", "356938035643809", "221771234567"]
    log = read(
        tmp_path, f'#SI,,,"{secrets[0]}"', f'#EI,,,"{secrets[1]}"', LTE, f'CAA,22:59:59.000,1,1,7,1,1,"{secrets[2]}"',
        f"CELLMEAS,{secrets[0]},,7,0,1,9", f"{secrets[2]},x", f"CAD,{secrets[1]},1",
    )  # fmt: skip
    out = log.readings.to_csv() + log.rejects.to_csv() + str(log.notes) + str(dict(log.unused))
    assert not any(secret in out for secret in secrets)
    assert "walk.1.nmf: rows that name the subscriber, left out: 2" in log.notes


pieces = st.sampled_from(
    ["", ",", "-", "n/a", "1", "7", "9", "-200", "1e9", '"', "\r\n", "\0", "CELLMEAS", "CAA,", ":", "99", "中", "nan"]
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), pieces), max_size=6))
def test_damaged_logs_are_read_or_refused_and_rows_add_up(tmp_path: Path, edits: list[tuple[float, int, str]]) -> None:
    text = "\r\n".join(
        [*HEAD, PLACE, CHANNEL, LTE, QUALITY, "CAA,22:59:59.000,1,1,7,1,1", UMTS, GSM, "RXQ,23:00:00.500,,1,3"]
    )
    for where, length, piece in edits:
        k = int(where * len(text))
        text = text[:k] + piece + text[k + length :]
    path = tmp_path / "walk.nmf"
    path.write_bytes(text.encode())
    try:
        log = read_log(path)
    except InputError as error:
        assert str(error).startswith(str(path))
        return
    assert adds_up(log) and log.rows <= text.count("\n") + text.count("\r") + 1
    again = tmp_path / "again.csv"
    again.write_text(log_text(log.readings), encoding="utf-8", newline="")
    assert log_text(read_log(again).readings) == log_text(log.readings)


def test_a_measurement_without_its_counts_is_rejected_once(tmp_path: Path) -> None:
    log = read(tmp_path, "CELLMEAS,22:59:59.000,,1", LTE)
    assert adds_up(log) and log.rejects["reason"].tolist() == ["broken record"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300))
def test_any_bytes_after_a_header_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "walk.nmf"
    path.write_bytes(("\n".join(HEAD) + "\nCELLMEAS,22:59:59.000,,").encode() + raw)
    try:
        assert adds_up(read_log(path))
    except InputError as error:
        assert str(error).startswith(str(path))
