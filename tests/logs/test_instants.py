"""Timestamps of tools: every order of a date, times alone, numbers, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.logs import column_map
from rfopt.logs.instants import OverMidnight, astray, moments_s
from rfopt.logs.running import Running


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


@given(st.lists(st.lists(st.floats(0, 86399)), min_size=1, max_size=5))
def test_times_of_day_never_fall_by_half_a_day(parts: list[list[float]]) -> None:
    running = OverMidnight()
    clock = np.concatenate([running.run(np.array(part)) for part in parts])
    assert (np.diff(clock) >= -43200).all()
    assert clock.tolist() == OverMidnight().run(np.concatenate([np.array(part) for part in parts])).tolist()


def made(rows: list[tuple[int, int]], cuts: list[int]) -> tuple[list[float], int, int]:
    """Times of rows (clock, point) that come in parts."""
    running: Running[None] = Running(Path("walk"), 1.0)
    out: list[float] = []
    for some in np.split(np.array(rows), sorted({cut for cut in cuts if cut < len(rows)})):
        nothing = np.zeros(len(some), dtype=np.int64)
        ready = running.push(None, some[:, 0].astype(float), nothing - 1, nothing, some[:, 1])
        out += [time for ordered in ready for time in ordered.time_s.tolist()]
    out += [time for ordered in running.finish() for time in ordered.time_s.tolist()]
    return out, running.ties, running.steps


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), min_size=1, max_size=30),
    st.lists(st.integers(1, 29), max_size=6),
)
def test_spread_times_rise_at_each_point_however_they_come(rows: list[tuple[int, int]], cuts: list[int]) -> None:
    times, ties, steps = made(rows, cuts)
    assert (times, ties, steps) == made(rows, [])
    for point in {place for _, place in rows}:
        assert (np.diff([t for t, (_, place) in zip(times, rows, strict=True) if place == point]) > 0).all()
    assert steps <= ties


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_rows_of_a_time_share_its_second(clock: list[int]) -> None:
    rising = np.maximum.accumulate(clock).tolist()
    shares = [rising[:k].count(second) / rising.count(second) for k, second in enumerate(rising)]
    times, ties, _ = made([(second, 0) for second in clock], [])
    assert np.allclose(times, np.array(rising) + shares, atol=1e-6) and ties == len(clock) - len(set(rising))


def test_a_point_whose_clock_stands_while_others_run_is_refused() -> None:
    rows = [(9000, 0)] + [(k, k % 2) for k in range(4000)]
    with pytest.raises(InputError, match="rows of one point share one time and are far apart"):
        made(rows, [])


def test_a_log_without_a_clock_is_not_astray() -> None:
    assert not astray(np.array([np.nan])).any() and not astray(np.array([])).any()


def test_a_map_added_to_the_folder_is_a_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    (folder / "our_tool.toml").write_text('[columns]\ntime = ["t"]\nrsrp_dbm = ["p"]\n', encoding="utf-8")
    monkeypatch.setattr(column_map.resources, "files", lambda package: tmp_path)
    assert list(column_map.shipped_maps()) == ["our_tool"]
