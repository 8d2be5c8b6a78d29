"""The part of its logs that a case.toml asks for, and every refusal word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from rfopt.case import read_case
from rfopt.errors import InputError

from .logs.written import GSM, NEIGHBOUR, table_text

CASE = """[complaint]
id = "A"
lat = 38.4950
lon = 106.2250
floor = 23

[inputs]
logs = ["walk.csv"]
"""


def case(folder: Path, more: str) -> Path:
    """A case with a log of ten seconds, of which the last five are on floor 23."""
    rows = [
        row | {"time": str(k), "floor": "1" if k < 5 else "23", "lat": "38.495", "lon": "106.225"}
        for k in range(10)
        for row in (GSM, NEIGHBOUR)
    ]
    (folder / "walk.csv").write_text(table_text(rows), encoding="utf-8")
    (folder / "case.toml").write_text(CASE + more, encoding="utf-8")
    return folder


def test_a_case_reads_what_it_picks_and_says_so(tmp_path: Path) -> None:
    read = read_case(case(tmp_path, "around_m = 100\nfrom = 3\nto = 8.0\nfloors = [22, 23]\n"))
    assert read.readings["time"].tolist() == [5, 5, 6, 6, 7, 7, 8, 8]
    assert "walk.csv: readings picked by the case: 8 of 20 read" in read.notes
    assert set(read.hashes) == {"case.toml", "walk.csv (picked)"}


def test_a_case_that_picks_nothing_reads_all(tmp_path: Path) -> None:
    read = read_case(case(tmp_path, ""))
    assert len(read.readings) == 20 and set(read.hashes) == {"case.toml", "walk.csv"}


WANTED = 'expected a list such as [22, 23, "outdoors"]'
NO_TIME = "is no time, expected seconds from the log's start or a date such as 2025-07-18T22:00:00"
REFUSED = {
    "around_m = 0": "around_m 0 is out of range, expected metres above 0",
    "around_m = nan": "around_m nan is out of range, expected metres above 0",
    'around_m = "near"': "around_m near is not a number",
    'from = "noon"': f"from noon {NO_TIME}",
    "from = true": f"from True {NO_TIME}",
    "to = 2025-07-18": f"to 2025-07-18 {NO_TIME}",
    "to = 3\nfrom = 5": "to 3.0 lies before from 5.0",
    "to = 3\nfrom = 2025-07-18T22:00:00": "from and to are of two kinds, expected both as seconds or both as dates",
    "floors = 23": f"floors 23 is no list of floors, {WANTED}",
    "floors = []": f"floors [] is no list of floors, {WANTED}",
    'floors = ["23"]': f"floor 23 does not exist, {WANTED}",
    "floors = [0]": f"floor 0 does not exist, {WANTED}",
    "floors = [900]": "floor 900 is out of range, expected -10 to 200",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_cannot_be_picked_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError) as caught:
        read_case(case(tmp_path, line + "\n"))
    assert str(caught.value) == f"{tmp_path / 'case.toml'}:9: {REFUSED[line]}"


def test_a_pick_that_leaves_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its logs hold no readings that around_m, from, to and floors leave"):
        read_case(case(tmp_path, "floors = [7]\n"))
