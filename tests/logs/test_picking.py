"""Part of a log: the same rows whether the rest was read or not, and no more of the file than they need."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.ingest import ingest
from rfopt.logs import read_log, writing
from rfopt.logs.picking import Pick, distance_m

from .written import GSM, NEIGHBOUR, table_text

WHERE = {"lat": 38.4950, "lon": 106.2250}
places = st.sampled_from([("", ""), ("38.4951", "106.2251"), ("38.4990", "106.2250"), ("38.4950", "106.2400")])
walks = st.lists(st.tuples(places, st.sampled_from(["", "1", "22", "23"]), st.integers(1, 3)), min_size=1, max_size=12)
picks = st.builds(
    Pick,
    lat=st.just(WHERE["lat"]),
    lon=st.just(WHERE["lon"]),
    around_m=st.none() | st.sampled_from([10.0, 50.0, 500.0, 2e6]),
    begin=st.none() | st.integers(0, 20).map(float),
    end=st.none() | st.integers(0, 20).map(float),
    floors=st.sampled_from([(), (23,), (22, "outdoors"), ("outdoors",)]),
)


def written(folder: Path, walk: list, group: int) -> Path:
    """A walk as Parquet with small row groups."""
    rows, time = [], 0
    for (lat, lon), floor, count in walk:
        for _ in range(count):
            rows += [row | {"time": str(time), "lat": lat, "lon": lon, "floor": floor} for row in (GSM, NEIGHBOUR)]
            time += 1
    (folder / "walk.csv").write_text(table_text(rows), encoding="utf-8")
    with mock.patch.object(writing, "GROUP_ROWS", group):
        ingest([folder / "walk.csv"], folder / "walk.parquet")
    return folder / "walk.parquet"


def by_hand(readings: pd.DataFrame, pick: Pick) -> pd.Series:
    """The picked rows, one condition after the other."""
    keep = pd.Series(True, index=readings.index)
    if pick.begin is not None:
        keep &= readings["time"] >= pick.begin
    if pick.end is not None:
        keep &= readings["time"] <= pick.end
    if pick.around_m is not None:
        north = (readings["lat"] - pick.lat) * 111195.0
        east = (readings["lon"] - pick.lon) * 111195.0 * np.cos(np.radians(pick.lat))
        keep &= np.hypot(north, east) <= pick.around_m
    if pick.floors:
        keep &= np.array([("outdoors" if np.isnan(f) else f) in pick.floors for f in readings["floor"]], dtype=bool)
    return keep


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=walks, pick=picks, group=st.integers(1, 9))
def test_what_is_picked_is_what_a_reader_of_all_would_keep(tmp_path: Path, walk: list, pick: Pick, group: int) -> None:
    path = written(tmp_path, walk, group)
    whole = read_log(path).readings
    wanted = whole[by_hand(whole, pick)].reset_index(drop=True)
    pd.testing.assert_frame_equal(read_log(path, pick=pick).readings, wanted)
    text = read_log(tmp_path / "walk.csv", pick=pick).readings
    pd.testing.assert_frame_equal(text.drop(columns="file"), wanted.drop(columns="file"))


def test_only_the_groups_that_matter_are_read(tmp_path: Path) -> None:
    walk = [(("38.4951", "106.2251"), "1", 50), (("38.4951", "106.2251"), "23", 3), (("38.4990", "106.2250"), "23", 50)]
    path = written(tmp_path, walk, 4)
    log = read_log(path, pick=Pick(**WHERE, around_m=50.0, floors=(23,)))
    assert (log.rows, len(log.readings)) == (8, 6)
    assert "walk.parquet: readings picked by the case: 6 of 8 read" in log.notes
    assert read_log(path, pick=Pick(**WHERE, begin=10.0, end=11.0)).rows <= 8
    assert read_log(path, pick=Pick(**WHERE, end=-1.0)).rows == 0


def test_moments_need_a_log_that_says_when_it_starts(tmp_path: Path) -> None:
    rows = [GSM | {"time": f"2025-07-18T22:11:0{k}"} for k in range(9)]
    (tmp_path / "walk.csv").write_text(table_text(rows), encoding="utf-8")
    ingest([tmp_path / "walk.csv"], tmp_path / "walk.parquet")
    pick = Pick(**WHERE, begin=datetime(2025, 7, 18, 22, 11, 7))
    for name in ("walk.csv", "walk.parquet"):
        assert read_log(tmp_path / name, pick=pick).readings["time"].tolist() == [7, 8]
    path = written(tmp_path, [(("", ""), "", 2)], 4)
    with pytest.raises(InputError) as caught:
        read_log(path, pick=pick)
    wanted = (
        "does not say when it starts, so 2025-07-18T22:11:07 cannot be found in it; expected from and to in seconds"
    )
    assert caught.value.message == wanted


@given(lat=st.floats(-89, 89), lon=st.floats(-179, 179), turn=st.floats(0, 6.28), far=st.floats(0, 1e6))
def test_no_place_within_reach_lies_beyond_the_box(lat: float, lon: float, turn: float, far: float) -> None:
    pick = Pick(lat, lon, around_m=1e6)
    there = np.array([lat + far / 111195.0 * np.cos(turn)]), np.array([lon + far / 111195.0 * np.sin(turn)])
    if distance_m(*there, lat, lon)[0] <= 1e6 and abs(there[0][0]) <= 90 and abs(there[1][0]) <= 180:
        spans = {"lat": (there[0][0], there[0][0], False), "lon": (there[1][0], there[1][0], False)}
        assert pick.may_hold(spans, "", Path())
