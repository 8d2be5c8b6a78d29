"""The example cases' logs: all are read, none has anything to note, and all survive being written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from rfopt.logs import LOG_COLUMNS, log_text, read_log, write_log
from rfopt.logs.transitions import transitions

WORLDS = Path(__file__).resolve().parents[2] / ".." / "shared" / "worlds" / "drive_tests"
pytestmark = pytest.mark.skipif(not WORLDS.exists(), reason="the example cases are not beside this checkout")


def test_all_logs_are_read_without_remarks() -> None:
    logs = [read_log(path) for path in sorted(WORLDS.glob("*/*.csv"))]
    assert len(logs) == 36 and sum(log.rows for log in logs) == 115_056
    assert not [note for log in logs for note in log.notes]
    assert all(len(log.readings) == log.rows for log in logs)


@pytest.mark.parametrize("name", ["call_2g", "idle_2g", "lte_idle_csfb"])
def test_one_of_each_kind_survives_writing(name: str, tmp_path: Path) -> None:
    path = min(WORLDS.glob(f"*/{name}.csv"), key=lambda found: (found.stat().st_size, found))
    readings = read_log(path).readings
    write_log(readings, tmp_path / "log.parquet")
    again = read_log(tmp_path / "log.parquet").readings[list(LOG_COLUMNS)]
    pd.testing.assert_frame_equal(again, readings[list(LOG_COLUMNS)], check_exact=True)
    (tmp_path / "log.csv").write_text(log_text(readings), encoding="utf-8")
    assert log_text(read_log(tmp_path / "log.csv").readings) == log_text(readings)


def test_each_call_that_falls_back_is_a_csfb_change() -> None:
    for path in sorted(WORLDS.glob("*/lte_idle_csfb.csv")):
        readings = read_log(path).readings
        moves = transitions(readings)
        assert (moves["kind"] == "csfb").sum() == (
            readings["event"].eq("csfb_ok") | (readings["event"].eq("csfb_fail") & readings["rat"].eq("GSM"))
        ).sum()
