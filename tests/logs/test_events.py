"""G-NetTrack event files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rfopt.errors import InputError
from rfopt.logs.events import COLUMNS, read_events

from .written import EVENTS, write_events, write_gnet

LTE = "608-02-701-1032-1-1850-132"
OTHER = "608-02-701-1059-0-1850-459"
ON_3G = "608-02-43-5-10593-3060-429"
NOWHERE = ("608-02-0--0-0-0", "608-02-0-0-0-0-0")


def test_a_change_names_both_cells_as_the_log_does(tmp_path: Path) -> None:
    path = write_events(tmp_path, ("22.11.34", "CELL_RESELECTION_4G4G", f"{LTE}:{OTHER}", "I"))
    events = read_events(path)
    assert events.columns.tolist() == COLUMNS
    event = events.iloc[0]
    assert (event["kind"], event["rat_from"], event["rat_to"]) == ("CELL_RESELECTION_4G4G", "LTE", "LTE")
    assert (event["from_cell"], event["to_cell"]) == ("60802-701-1032-1", "60802-701-1059-0")
    assert (event["time"], event["line"], event["mode"]) == (0, 2, "idle") and np.isnan(event["delay_s"])


@pytest.mark.parametrize("nowhere", NOWHERE)
def test_an_unknown_cell_is_empty(tmp_path: Path, nowhere: str) -> None:
    path = write_events(tmp_path, ("22.11.34", "IRAT_CELL_RESELECTION_4G2G", f"{LTE}:{nowhere}", "D"))
    event = read_events(path).iloc[0]
    assert (event["from_cell"], event["to_cell"]) == ("60802-701-1032-1", "")
    assert (event["rat_from"], event["rat_to"], event["mode"]) == ("LTE", "GSM", "data")


def test_time_counts_from_the_start_given(tmp_path: Path) -> None:
    path = write_events(tmp_path, ("22.11.34", "", "START PING", "D"), ("22.11.30.5", "", "START PING", "D"))
    assert read_events(path)["time"].tolist() == [3.5, 0]
    assert read_events(path, "2025-07-18T22:11:08")["time"].tolist() == [26, 22.5]


def test_a_call_begins_before_the_state_says_so_and_csfb_has_its_delay(tmp_path: Path) -> None:
    rows = [
        ("22.12.39", "CALL_START", "608-02-701-1059-1 VOICE SEQUENCE:1", "I"),
        ("22.12.47", "IRAT_HANDOVER_VOICE_4G3G", f"{LTE}:{ON_3G}", "VD"),
        ("22.12.47", "CSFB_4G3G", "7773", "VD"),
        ("22.13.49", "CALL_END", "608-02-43-5-10593", "I"),
    ]
    events = read_events(write_events(tmp_path, *rows))
    assert events["mode"].tolist() == ["call", "call", "call", "idle"]
    assert events["delay_s"].tolist()[2] == 7.773 and events["delay_s"].isna().sum() == 3
    assert (events["rat_from"][2], events["rat_to"][2], events["from_cell"][2]) == ("LTE", "3G", "")
    assert (events["from_cell"][0], events["rat_from"][0]) == ("", "")


def test_a_remark_keeps_its_words_and_loses_its_numbers(tmp_path: Path) -> None:
    path = write_events(tmp_path, ("22.12.39", "", "608-01-7000-26-10 VOICE +221 77 123 45 67 SEQUENCE:32", "V"))
    assert read_events(path)["kind"].tolist() == ["VOICE SEQUENCE"]


def test_rows_without_a_readable_time_or_too_short_are_left_out(tmp_path: Path) -> None:
    path = write_events(tmp_path, ("22.12.39", "", "START PING", "D"), ("22.61.39", "", "START PING", "D"))
    path.write_bytes(path.read_bytes() + b"2025.07.18_22.12.40\tcut")
    assert read_events(path)["line"].tolist() == [2]


def test_a_header_alone_holds_no_events(tmp_path: Path) -> None:
    events = read_events(write_events(tmp_path))
    assert events.columns.tolist() == COLUMNS and events.empty and len(EVENTS) == 9


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_events(write_gnet(tmp_path))
    expected = "walk.txt:1: is no G-NetTrack event file, expected columns Timestamp, EventType and EventDetails"
    assert str(caught.value).endswith(expected)
