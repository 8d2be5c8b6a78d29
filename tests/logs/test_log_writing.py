"""Writing the measurement table, as CSV and as Parquet, and reading it back."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.ingest import ingest
from rfopt.logs import LOG_COLUMNS, log_text, read_log, write_log, writing
from rfopt.tables import is_formula

from .written import GSM, LTE, NEIGHBOUR, SERVER, at, table_text, write_gnet, write_table

ENDINGS = (".csv", ".parquet")


def contract(readings: pd.DataFrame) -> pd.DataFrame:
    """The columns that a file holds."""
    return readings[list(LOG_COLUMNS)]


def refusal(path: Path) -> str:
    """The message that reading a file ends with."""
    with pytest.raises(InputError) as caught:
        read_log(path)
    return str(caught.value).removeprefix(str(path))


@pytest.mark.parametrize("ending", ENDINGS)
def test_reading_what_was_written_gives_equal_readings(tmp_path: Path, ending: str) -> None:
    odd = NEIGHBOUR | {"time": "4.1", "point": 'a "b", c;d', "rxlev_dbm": "-74.67", "lat": "38.4950631234567"}
    first = read_log(write_table(tmp_path, GSM, NEIGHBOUR, LTE | {"time": "4"}))
    copy = tmp_path / f"copy{ending}"
    odd_row = first.readings.iloc[[1]].assign(time=4.1, point='a "b", c;d', rxlev_dbm=-74.67, lat=38.4950631234567)
    readings = pd.concat([first.readings, odd_row], ignore_index=True)
    write_log(readings, copy)
    again = read_log(copy)
    assert again.format == {".csv": "table", ".parquet": "parquet"}[ending]
    pd.testing.assert_frame_equal(contract(again.readings), contract(readings), check_exact=True)
    assert odd["point"] in again.readings["point"].tolist()


numbers = st.floats(-119, -1).map(lambda level: round(level, 3)) | st.floats(-119, -1)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    levels=st.lists(numbers, min_size=1, max_size=5),
    start=st.floats(0, 1e7),
    word=st.text(st.characters(exclude_categories=("C", "Z")), max_size=12).filter(lambda word: not is_formula(word)),
)
def test_any_number_and_any_name_survive(
    tmp_path: Path, ending: str, levels: list[float], start: float, word: str
) -> None:
    base = read_log(write_table(tmp_path, GSM)).readings
    rows = [
        base.assign(time=start + k, rxlev_dbm=level, cell=pd.array([word], dtype="str"))
        for k, level in enumerate(levels)
    ]
    readings = pd.concat(rows, ignore_index=True)
    write_log(readings, tmp_path / f"copy{ending}")
    again = contract(read_log(tmp_path / f"copy{ending}").readings)
    pd.testing.assert_frame_equal(again, contract(readings), check_exact=True)


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    text = table_text([GSM, NEIGHBOUR, LTE | {"time": "4"}])
    readings = read_log(write_table(tmp_path, GSM, NEIGHBOUR, LTE | {"time": "4"})).readings
    assert log_text(readings) == text.replace("\n2.0,", "\n2,")


def test_whole_numbers_lose_their_point_and_unknown_ones_their_place(tmp_path: Path) -> None:
    readings = read_log(write_table(tmp_path, LTE | {"time": "123456.0", "earfcn": "262143"})).readings
    assert log_text(readings).splitlines()[1].startswith("123456,dining_north,,,,idle,LTE,1,")
    assert ",262143,105,-86,-8.5,," in log_text(readings)


def test_no_readings_are_a_header(tmp_path: Path) -> None:
    readings = read_log(write_table(tmp_path, GSM)).readings.iloc[:0]
    assert log_text(readings) == ",".join(LOG_COLUMNS) + "\n"
    for ending in ENDINGS:
        write_log(readings, tmp_path / f"none{ending}")
        assert read_log(tmp_path / f"none{ending}").rows == 0


def test_another_ending_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    readings = read_log(write_table(tmp_path, GSM)).readings
    with pytest.raises(InputError, match=r"copy.xls: ending '.xls' is not one rfopt writes, expected .csv or .parquet"):
        write_log(readings, tmp_path / "copy.xls")
    assert not (tmp_path / "copy.xls").exists()


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "copy.csv").mkdir()
    with pytest.raises(InputError, match=r"copy\.csv: cannot be written: Is a directory"):
        write_log(read_log(write_table(tmp_path, GSM)).readings, tmp_path / "copy.csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.csv", "log.csv"]


def parquet(path: Path, **columns: object) -> Path:
    """A Parquet file of given columns."""
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_takes_other_types_of_the_same_values(tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "log.parquet",
        time=pa.array([0, 2000], type=pa.timestamp("ms")),
        rat=pa.array(["GSM", "GSM"]).dictionary_encode(),
        serving=[True, False],
        arfcn=pa.array([62, 9], type=pa.int16()),
        rxlev_dbm=pa.array([-75.0, float("nan")], type=pa.float32()),
        event=[None, "drop"],
    )
    log = read_log(path)
    assert log.start == "1970-01-01T00:00:00" and log.readings["time"].tolist() == [0, 2]
    assert log.readings["serving"].tolist() == [True, False]
    assert log.readings["arfcn"].tolist() == [62, 9] and np.isnan(log.readings["rxlev_dbm"][1])
    assert log.readings["line"].tolist() == [2, 3]


def test_parquet_is_checked_like_text(tmp_path: Path) -> None:
    common = {"time": [0.0, 1.0], "rat": ["GSM", "GSM"], "arfcn": [62.0, 62.0], "serving": [1, 1]}
    path = parquet(tmp_path / "log.parquet", **common, rxlev_dbm=[-75.0, 36.0])
    assert refusal(path) == ":3: rxlev_dbm 36 is out of range, expected dBm such as -74 (is this the RXLEV code?)"
    path = parquet(tmp_path / "log.parquet", **common, rxlev_dbm=[-75.0, float("inf")])
    assert refusal(path) == ":3: rxlev_dbm 'inf' is no number, expected a number or an empty field"
    path = parquet(tmp_path / "log.parquet", **{k: v for k, v in common.items() if k != "serving"})
    assert refusal(path) == ":1: column 'serving' is missing"
    path = parquet(tmp_path / "log.parquet", **common, rxlev_dbm=[[1], [2]])
    assert refusal(path) == ":2: rxlev_dbm '[1]' is not a number in dBm"


def test_parquet_of_something_else_and_broken_parquet_are_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path / "log.parquet", a=[1])
    assert refusal(path) == ": is Parquet without the columns time, rat and serving of a measurement table"
    path.write_bytes(path.read_bytes()[:-6])
    assert refusal(path).startswith(": is broken Parquet: ")
    path.write_bytes(b"PAR1")
    assert refusal(path).startswith(": is broken Parquet: ")


def test_unknown_parquet_columns_are_noted_but_not_read(tmp_path: Path) -> None:
    path = parquet(tmp_path / "log.parquet", time=[0.0], rat=["5G"], serving=[1], imsi=["460001234567890"])
    log = read_log(path)
    assert log.notes == ("log.parquet: column 'imsi' is not one of log.csv and was ignored",)
    assert "460001234567890" not in str(log) + log.readings.to_csv()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_parquet_is_a_log_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "log.parquet"
    write_log(read_log(write_table(tmp_path, GSM, NEIGHBOUR)).readings, path)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(4, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(raw))
    try:
        assert read_log(path).rows >= 0
    except InputError as error:
        assert str(error).startswith(str(path))


def test_a_disk_that_is_full_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_gnet(tmp_path, SERVER, at(SERVER, "22.11.10"))
    before = sorted(tmp_path.iterdir())
    full = OSError(28, "No space left on device")
    monkeypatch.setattr(writing, "GROUP_ROWS", 1)
    monkeypatch.setattr(pq.ParquetWriter, "write_table", mock.Mock(side_effect=full))
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        ingest([path], tmp_path / "out.parquet")
    assert sorted(tmp_path.iterdir()) == before
