"""Server changes and ping-pong, on logs small enough to see."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.logs import read_log
from rfopt.logs.streams import part_of
from rfopt.logs.transitions import COLUMNS, Stays, pingpong, transitions

from .written import GSM, LTE, NEIGHBOUR, ON_2G, SERVER, at, write_gnet, write_table


def walk(folder: Path, *steps: tuple[float, str], **values: str) -> pd.DataFrame:
    """Readings of a GSM walk served by a cell from each time on, one row a step."""
    rows = [GSM | {"time": str(time), "cell": cell, "arfcn": "", "bsic": ""} | values for time, cell in steps]
    return read_log(write_table(folder, *rows)).readings


def test_a_change_is_told_by_its_first_row_on_the_new_cell(tmp_path: Path) -> None:
    moves = transitions(walk(tmp_path, (0, "A"), (2, "A"), (4, "B"), (6, "B"), (8, "A")))
    assert moves.columns.tolist() == COLUMNS
    assert moves[["time", "from_cell", "to_cell", "kind"]].values.tolist() == [
        [4, "A", "B", "reselection"],
        [8, "B", "A", "reselection"],
    ]
    assert np.isnan(moves["dwell_s"][0]) and moves["dwell_s"][1] == 4


def test_neighbours_change_nothing(tmp_path: Path) -> None:
    rows = [GSM, NEIGHBOUR, GSM | {"time": "4"}, NEIGHBOUR | {"time": "4", "arfcn": "9"}]
    assert transitions(read_log(write_table(tmp_path, *rows)).readings).empty


def test_what_was_not_seen_is_no_change(tmp_path: Path) -> None:
    readings = walk(tmp_path, (0, "A"), (15, "B"), (30.5, "A"))
    assert transitions(readings)["time"].tolist() == [15]
    assert transitions(readings, gap_s=20)["time"].tolist() == [15, 30.5]


def test_points_and_files_are_not_joined(tmp_path: Path) -> None:
    here = walk(tmp_path, (0, "A"))
    assert transitions(pd.concat([here, walk(tmp_path, (2, "B"), point="living_south")])).empty
    assert transitions(pd.concat([here, here.assign(time=2.0, cell="B", file="other.csv")])).empty
    assert len(transitions(pd.concat([here, walk(tmp_path, (2, "B"))]))) == 1


def test_kinds(tmp_path: Path) -> None:
    rows = [
        LTE | {"time": "0", "event": "csfb_start"},
        GSM | {"time": "7", "mode": "call", "event": "csfb_ok"},
        GSM | {"time": "8", "mode": "call", "cell": "B"},
        LTE | {"time": "20"},
        LTE | {"time": "22", "cell": "C", "mode": "data"},
    ]
    moves = transitions(read_log(write_table(tmp_path, *rows)).readings)
    assert moves["kind"].tolist() == ["csfb", "handover", "reselection", "handover"]
    assert moves[["rat_from", "rat_to"]].values.tolist()[:3] == [["LTE", "GSM"], ["GSM", "GSM"], ["GSM", "LTE"]]


def test_a_server_without_a_name_is_told_by_its_channel(tmp_path: Path) -> None:
    bare = {"cell": ""}
    rows = [
        GSM | {"time": "0"},
        GSM | {"time": "2"} | bare,  # the same channel and code: the same cell
        GSM | {"time": "4", "arfcn": "62", "bsic": "4-1"} | bare,
        GSM | {"time": "6", "arfcn": "62", "bsic": ""} | bare,
        GSM | {"time": "8", "arfcn": "", "bsic": ""} | bare,
        LTE | {"time": "10", "pci": "7"} | bare,
    ]
    moves = transitions(read_log(write_table(tmp_path, *rows)).readings)
    assert moves["from_cell"].tolist() == ["宝湖天下NG2-5", "GSM 62/4-1", "GSM 62", "GSM"]
    assert moves["to_cell"].tolist() == ["GSM 62/4-1", "GSM 62", "GSM", "LTE 38400/7"]


def test_a_channel_that_two_named_cells_share_names_neither(tmp_path: Path) -> None:
    rows = [GSM | {"time": str(2 * k), "cell": cell} for k, cell in enumerate(("A", "", "B"))]
    moves = transitions(read_log(write_table(tmp_path, *rows)).readings)
    assert moves["to_cell"].tolist() == ["GSM 1003/4-5", "B"]


def test_a_g_nettrack_log_without_identity_on_2g(tmp_path: Path) -> None:
    nowhere = {"CellID": "0", "LAC": "0", "ARFCN": "0", "Level": "-113"}
    rows = [at(SERVER, "22.11.08"), at(ON_2G, "22.11.10", **nowhere), at(SERVER, "22.11.12")]
    moves = transitions(read_log(write_gnet(tmp_path, *rows)).readings)
    assert moves[["from_cell", "to_cell"]].values.tolist() == [["60802-701-1032-1", "GSM"], ["GSM", "60802-701-1032-1"]]
    assert pingpong(moves).tolist() == [False, True] and pingpong(moves, by="rat").tolist() == [False, True]


def test_no_readings_have_no_changes(tmp_path: Path) -> None:
    moves = transitions(walk(tmp_path, (0, "A")).iloc[:0])
    assert moves.columns.tolist() == COLUMNS and moves.empty and pingpong(moves).tolist() == []


def test_pingpong_is_the_return_within_the_window(tmp_path: Path) -> None:
    steps = [(0, "A"), (2, "B"), (12, "A"), (14, "B"), (20, "C"), (22, "A"), (23, "C"), (33.5, "A")]
    moves = transitions(walk(tmp_path, *steps))
    assert moves["time"][pingpong(moves)].tolist() == [12, 14, 23]
    assert moves["time"][pingpong(moves, window_s=11)].tolist() == [12, 14, 23, 33.5]
    assert moves["time"][pingpong(moves, window_s=1)].tolist() == [23]


def test_a_return_after_a_gap_or_at_another_point_is_none(tmp_path: Path) -> None:
    gap = transitions(walk(tmp_path, (0, "A"), (2, "B"), (30, "B"), (32, "A")))
    assert len(gap) == 2 and not pingpong(gap, window_s=60).any()
    here, there = walk(tmp_path, (0, "A"), (2, "B")), walk(tmp_path, (4, "B"), (6, "A"), point="there")
    assert not pingpong(transitions(pd.concat([here, there]))).any()


def test_pingpong_by_technology_forgets_the_cell(tmp_path: Path) -> None:
    rows = [LTE | {"time": "0"}, GSM | {"time": "2"}, LTE | {"time": "4", "cell": "other"}, LTE | {"time": "6"}]
    moves = transitions(read_log(write_table(tmp_path, *rows)).readings)
    assert pingpong(moves).tolist() == [False, False, False]
    assert pingpong(moves, by="rat").tolist() == [False, True, False]
    with pytest.raises(ValueError, match="by 'pci' is not cell or rat"):
        pingpong(moves, by="pci")


step = st.fixed_dictionaries(
    {},
    optional={
        "cell": st.sampled_from(["", "A", "B"]), "arfcn": st.sampled_from(["", "9"]),
        "bsic": st.sampled_from(["", "1-2"]), "point": st.just("b"), "mode": st.just("call"),
        "serving": st.just("0"), "late": st.just(True),
    },
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, min_size=1, max_size=9), cuts=st.lists(st.integers(0, 9)))
def test_stays_of_parts_tell_the_changes_of_the_whole(tmp_path: Path, steps: list[dict], cuts: list[int]) -> None:
    rows, time = [], 0
    for values in steps:
        time += 20 if values.pop("late", False) else 2
        rows.append(GSM | {"time": str(time)} | values | ({"arfcn": "7"} if "serving" in values else {}))
    path = write_table(tmp_path, *rows)
    readings = read_log(path).readings
    stays = Stays()
    ends = sorted({0, len(readings), *(cut for cut in cuts if cut < len(readings))})
    for begin, end in itertools.pairwise(ends):
        stays.take(part_of(readings.iloc[begin:end]), path)
    pd.testing.assert_frame_equal(transitions(stays.rows()), transitions(readings))
