"""Writes that fail, in every command that writes: one line, exit code 2, and nothing half-written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rfopt import write_example

from .system import bound_by_modes, files_of_at_most

ROWS = "time,rat,serving,cell,arfcn,bsic,rxlev_dbm\n" + "".join(f"{k},GSM,1,A,62,4-5,-75\n" for k in range(2000))
PLAN = "cell,neighbour,parameter,old,new\n宝湖天下NG2-5,,power_dbm,12,10\n"
KEPT = {"log.csv", "plan.csv", "example"}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("example")
    write_example(home)
    return home


@pytest.fixture
def home(tmp_path: Path, example: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a log, a plan, and the example under one name."""
    (tmp_path / "log.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "plan.csv").write_text(PLAN, encoding="utf-8")
    (tmp_path / "example").symlink_to(example)
    monkeypatch.chdir(tmp_path)
    return tmp_path


NET = "example/site_configs/baohu_tianxia"
CASE = "example/drive_tests/baohu_tianxia"
COMMANDS = {
    "ingest csv": ("ingest", "log.csv", "-o", "out.csv"),
    "ingest parquet": ("ingest", "log.csv", "-o", "out.parquet"),
    "diagnose": ("diagnose", CASE, "--json", "out.json"),
    "show": ("network", "show", NET, "--json", "out.json"),
    "convert": ("network", "convert", NET, "-o", "out"),
    "apply": ("plan", "apply", NET, "plan.csv", "-o", "out"),
    "revert": ("plan", "revert", "plan.csv", "--network", NET, "-o", "out.csv"),
    "raml": ("plan", "convert", "plan.csv", "--network", NET, "-o", "out.xml"),
    "calibrate": ("calibrate", CASE, "-o", "out.json"),
    "example": ("example", "out"),
}
SMALL = ("diagnose", "show", "revert", "raml")
"""Commands that write less than 4 KiB here."""


def refused(done: tuple[int, str, str], home: Path) -> str:
    """What is said in one line; no file has been written."""
    code, out, err = done
    lines = [line for line in err.splitlines() if line.startswith("error: ")]
    assert code == 2 and out == "" and len(lines) == 1 and "Traceback" not in err, err
    assert not [path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] not in KEPT]
    return lines[0]


@pytest.mark.filterwarnings("ignore::Warning:numba")
@pytest.mark.parametrize(
    ("name", "size"), [*((name, 16) for name in COMMANDS), *((name, 4096) for name in COMMANDS if name not in SMALL)]
)
def test_a_disk_that_is_full(rfopt: Callable, home: Path, name: str, size: int) -> None:
    with files_of_at_most(size):
        done = rfopt(*COMMANDS[name])
    assert "cannot be written: " in refused(done, home)


@pytest.mark.parametrize("name", COMMANDS)
def test_what_stands_in_the_way(rfopt: Callable, home: Path, name: str) -> None:
    """A folder where a file is to be, a file where a folder is to be."""
    words = COMMANDS[name]
    place = home / words[-1]
    if place.suffix:
        place.mkdir()
    else:
        place.symlink_to("plan.csv")
    said = refused(rfopt(*words), home) if place.suffix else rfopt(*words)[2]
    assert said.startswith("error: ") and str(words[-1]) in said
    assert (home / "plan.csv").read_text(encoding="utf-8") == PLAN


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_may_not_be_written(rfopt: Callable, home: Path, name: str) -> None:
    shut = home / "shut"
    shut.mkdir(mode=0o555)
    words = COMMANDS[name]
    with bound_by_modes():
        done = rfopt(*words[:-1], f"shut/{words[-1]}")
    assert "cannot be written: Permission denied" in refused(done, home)


def test_an_output_of_before_stays_where_the_new_one_fails(rfopt: Callable, home: Path) -> None:
    (home / "out.csv").write_text("old", encoding="utf-8")
    with files_of_at_most(4096):
        code, _, err = rfopt(*COMMANDS["ingest csv"])
    assert code == 2 and err == "error: out.csv: cannot be written: File too large\n"
    assert (home / "out.csv").read_text(encoding="utf-8") == "old"
    assert {path.name for path in home.iterdir()} == {*KEPT, "out.csv"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("words", [("network", "show", NET), ("network", "show", NET, "--json", "-")])
def test_standard_output_that_takes_no_more(home: Path, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "rfopt", *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "error: standard output cannot be written: No space left on device"
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr
