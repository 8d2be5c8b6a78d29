"""Timestamps of tools: every order of a date, times alone, numbers, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.logs import column_map
from rfopt.logs.instants import astray, moments_s, over_midnight, spread_s


def seconds(*stamps: str, **options: bool) -> list[float]:
    return moments_s(pd.Categorical(list(stamps)), **options)[0].tolist()


FORMATS = ["%Y-%m-%d %H:%M:%S.%f", "%Y.%m.%d_%H:%M:%S.%f", "%d-%m-%Y %H:%M:%S.%f", "%d.%m.%Y %I:%M:%S.%f %p"]
FORMATS += ["%Y/%m/%dT%H:%M:%S,%f"]


@settings(deadline=None)
@given(
    moments=st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)), min_size=1, max_size=5),
    style=st.sampled_from(FORMATS),
)
def test_a_written_moment_reads_as_itself(moments: list[datetime], style: str) -> None:
    read = seconds(*(moment.strftime(style) for moment in moments), day_first=True)
    wanted = [moment.replace(tzinfo=UTC).timestamp() for moment in moments]
    np.testing.assert_allclose(read, wanted, atol=2e-6)


@settings(deadline=None)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)), st.integers(-12, 14))
def test_a_zone_is_taken_off(moment: datetime, hours: int) -> None:
    there = moment.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    assert seconds(there.isoformat()) == [there.timestamp()]


@pytest.mark.parametrize(
    ("stamps", "first"),
    [
        (["03/04/2025 10:00:00", "25/04/2025 10:00:00"], "2025-04-03"),
        (["03/04/2025 10:00:00", "04/25/2025 10:00:00"], "2025-03-04"),
        (["03/04/2025 10:00:00"], "2025-04-03"),
    ],
)
def test_the_order_of_day_and_month_is_the_files(stamps: list[str], first: str) -> None:
    assert seconds(*stamps)[0] == pd.Timestamp(f"{first}T10:00:00").timestamp()


def test_numbers_count_from_1970_in_seconds_and_milliseconds_or_from_the_start() -> None:
    assert seconds("1752876668", "1752876668.5") == [1752876668, 1752876668.5]
    assert seconds("1752876668500") == [1752876668.5]
    times, counts = moments_s(pd.Categorical(["0", "1.5", "99999"]))
    assert (times.tolist(), counts) == ([0, 1.5, 99999], "start")


@settings(max_examples=200)
@given(
    st.lists(
        st.text(max_size=30) | st.from_regex(r"\d{1,4}[-/.]\d{1,3}[-/.]\d{1,5}[ T]\d{1,3}:\d{1,3}(:\d+)?"), max_size=5
    )
)
def test_any_text_is_a_time_or_none(stamps: list[str]) -> None:
    times, counts = moments_s(pd.Categorical(stamps))
    assert len(times) == len(stamps) and counts in ("date", "day", "start", "")
    assert np.isfinite(times[~np.isnan(times)]).all()


@given(st.lists(st.floats(0, 86399), min_size=1, max_size=30))
def test_times_of_day_never_fall_by_half_a_day(clock: list[float]) -> None:
    assert (np.diff(over_midnight(np.array(clock))) >= -43200).all()


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_spread_times_rise(clock: list[int]) -> None:
    times, ties, steps = spread_s(np.array(clock, dtype=float))
    assert (np.diff(times) > 0).all() and ties + 1 >= len(clock) - len(set(clock)) and steps <= ties


def test_a_log_without_a_clock_is_not_astray() -> None:
    assert not astray(np.array([np.nan])).any() and not astray(np.array([])).any()


def test_a_map_added_to_the_folder_is_a_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    (folder / "our_tool.toml").write_text('[columns]\ntime = ["t"]\nrsrp_dbm = ["p"]\n', encoding="utf-8")
    monkeypatch.setattr(column_map.resources, "files", lambda package: tmp_path)
    assert list(column_map.shipped_maps()) == ["our_tool"]
