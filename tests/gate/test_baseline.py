"""The baseline: written in order, read back, what falls below it, and whether it is committed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rfopt.errors import InputError
from rfopt.gate.baseline import below, is_committed, read_baseline, write_baseline

KEPT = {
    "B": {"rxlev_p10_dbm": {"value": -80.0, "low": -82.0, "high": -78.0}},
    "A": {"handovers_per_min": {"value": 0.3, "low": 0.1, "high": 0.5}},
}


def test_it_is_read_back_and_the_same_every_time(tmp_path: Path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    write_baseline(one, KEPT)
    write_baseline(other, dict(reversed(read_baseline(one).items())))
    assert read_baseline(one) == KEPT and one.read_bytes() == other.read_bytes()


def test_a_figure_falls_only_beyond_its_interval_and_only_the_bad_way() -> None:
    row = KEPT["B"]
    assert below(row, {"rxlev_p10_dbm": -81.9}) == {} == below(row, {"rxlev_p10_dbm": -60.0}) == below(row, {})
    assert below(row, {"rxlev_p10_dbm": -82.1}) == {"rxlev_p10_dbm": (-82.1, -82.0)}
    assert below(KEPT["A"], {"handovers_per_min": 0.6}) == {"handovers_per_min": (0.6, 0.5)}
    assert below(KEPT["A"], {"handovers_per_min": 0.0}) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("[]", "is no baseline"),
        ('{"schema": "rfopt.check/1"}', "is no baseline"),
        ('{"schema": "rfopt.baseline/1"}', "holds no cases"),
        ('{"schema": "rfopt.baseline/1", "cases": {"A": {"x": 1}}}', "x 1 is no figure"),
        ('{"schema": "rfopt.baseline/1", "cases": {"A": {"x": {"value": NaN, "low": 0, "high": 1}}}}', "is no figure"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_baseline(path)
    assert said in str(caught.value)


def test_a_change_must_be_committed(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, KEPT)
    assert is_committed(path) is None, "no repository"

    def git(*words: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        subprocess.run(["git", *identity, "-C", str(tmp_path), *words], check=True, capture_output=True)

    git("init", "-q")
    assert is_committed(path) is False
    git("add", "baseline.json")
    assert is_committed(path) is False
    git("commit", "-qm", "figures")
    assert is_committed(path) is True
    path.write_text("{}", encoding="utf-8")
    assert is_committed(path) is False
