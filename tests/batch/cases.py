"""Case folders for batches, and a way to make some of them poisonous in the processes that work on them.

The processes that work on cases are others than the test's, so the poison goes with the environment: a
``sitecustomize`` on the path, which Python loads first. All other cases run the real work on little simulation.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..networks import FLOOR, HOME, network, table, walk_test, write_network

POISON = """
import os, signal, sys, time
if "rfopt.batch.work" in sys.orig_argv:
    import rfopt.recommendation as recommendation
    from rfopt.mobility.situation import Budget

    real = recommendation.recommend

    def recommend(case, seed):
        with open(os.environ["STARTED"], "a") as stream:
            stream.write(case.id + "\\n")
        if case.id == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if case.id == "hang":
            time.sleep(600.0)
        if case.id == "hog":
            hoard = [bytearray(50_000_000) for _ in range(200)]
        if case.id == "bug":
            return 1 // 0
        time.sleep(float(os.environ.get("SLOW", "0")))
        return real(case, seed, budget=Budget(runs=4, draws=2, idle_s=90.0, warm_s=20.0, call_s=20.0, lte_call_s=10.0))

    recommendation.recommend = recommend
"""
LOG = ["time", "point", "lat", "lon", "floor", "mode", "rat", "serving", "cell", "arfcn", "bsic", "rxlev_dbm",
       "rxqual", "ci_db", "earfcn", "pci", "rsrp_dbm", "rsrq_db", "sinr_db", "event"]  # fmt: skip


def write_cases(folder: Path, names: Sequence[str]) -> Path:
    """A network and so many complaints of the same flat in it; returns the folder of the cases."""
    write_network(folder / "site_configs" / "net")
    usual = {"lat": HOME[0], "lon": HOME[1], "floor": FLOOR, "time": 0.0}
    rows = [{**usual, **row, "serving": int(bool(row.get("serving")))} for row in walk_test(network(), ["north"])]
    for name in names:
        home = folder / "drive_tests" / name
        home.mkdir(parents=True)
        (home / "log.csv").write_text(table(rows, LOG), encoding="utf-8")
        (home / "case.toml").write_text(
            f'[complaint]\nid = "{name}"\nlat = {HOME[0]}\nlon = {HOME[1]}\nfloor = {FLOOR}\n'
            '[inputs]\nnetwork = "../../site_configs/net"\nlogs = ["log.csv"]\nwanted = ["A"]\n',
            encoding="utf-8",
        )
    return folder / "drive_tests"


def poisoned(folder: Path) -> dict[str, str]:
    """What the environment needs for the poison; the cases started are listed in the file STARTED."""
    (folder / "poison").mkdir()
    (folder / "poison" / "sitecustomize.py").write_text(POISON, encoding="utf-8")
    path = os.pathsep.join([str(folder / "poison"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return {"PYTHONPATH": path, "STARTED": str(folder / "started.txt")}


def started(folder: Path) -> list[str]:
    """The cases that a process began to work on, in order, as often as that was."""
    return (folder / "started.txt").read_text(encoding="utf-8").split()
