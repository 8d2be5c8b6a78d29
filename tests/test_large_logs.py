"""Memory while a log is ingested does not grow with it, and a process that is stopped leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .logs.written import GNET, SERVER, at, gnet_text

pytestmark = pytest.mark.skipif(not hasattr(os, "wait4"), reason="the system tells no peak memory of a process")
CODE = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background of a shell
from rfopt.logs import text_blocks, ordering, writing
text_blocks.BLOCK_BYTES, ordering.REACH_ROWS, writing.GROUP_ROWS = 1 << 18, 1 << 10, 1 << 10
from rfopt.ingest import ingest
ingest([Path(sys.argv[1])], Path(sys.argv[2]))
"""
NAMES = [*GNET, *(f"{name}{k}" for k in range(1, 9) for name in ("NCellID", "NARFCN", "NRxLev"))]


def log(folder: Path, rows: int) -> Path:
    """A log of so many seconds, a day at most."""
    around = {f"{name}{k}": value for k in range(1, 9) for name, value in (("NCellID", str(k)), ("NARFCN", "1850"))}
    around |= {f"NRxLev{k}": "-90" for k in range(1, 9)}
    clocks = (f"{k // 3600:02}.{k // 60 % 60:02}.{k % 60:02}" for k in range(rows))
    path = folder / f"{rows}.txt"
    path.write_text(gnet_text([at(SERVER, clock, **around) for clock in clocks], NAMES), encoding="utf-8")
    return path


def export(folder: Path, rows: int) -> Path:
    """The same as an export of Pilot Pioneer, in GB18030."""
    names = [
        "时间",
        "主服频点",
        "主服PCI",
        "主服RSRP",
        *(f"邻区{k}{w}" for k in range(1, 9) for w in ("频点", "PCI", "RSRP")),
    ]
    rest = ",1850,132,-90" + "".join(f",1850,{k},-99" for k in range(1, 9))
    clocks = (f"2025-07-18 {k // 3600:02}:{k // 60 % 60:02}:{k % 60:02}" for k in range(rows))
    path = folder / f"{rows}.csv"
    path.write_text("\n".join([",".join(names), *(clock + rest for clock in clocks)]), encoding="gb18030")
    return path


def peak_mb(path: Path) -> float:
    child = subprocess.Popen([sys.executable, "-c", CODE, str(path), str(path.with_suffix(".parquet"))])
    _, status, used = os.wait4(child.pid, 0)
    assert status == 0
    return used.ru_maxrss / 1024


@pytest.mark.parametrize("made", [log, export])
def test_a_log_four_times_as_long_takes_no_more_memory(tmp_path: Path, made: Callable[[Path, int], Path]) -> None:
    short, long = made(tmp_path, 20_000), made(tmp_path, 80_000)
    held_mb = 60_000 * 9 * 150 / 2**20  # what the readings between them would take
    assert peak_mb(long) - peak_mb(short) < held_mb / 3


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    path = log(tmp_path, 80_000)
    child = subprocess.Popen(
        [sys.executable, "-c", CODE, str(path), str(tmp_path / "out.parquet")], stderr=subprocess.DEVNULL
    )
    while not list(tmp_path.glob(".rfopt-*")) and child.poll() is None:
        time.sleep(0.005)
    child.send_signal(signal.SIGINT)
    assert child.wait() != 0
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
