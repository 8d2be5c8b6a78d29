"""Tiny networks and logs for the tests, built in code.

A flat on floor 20 at `HOME`: two indoor distributions (A, wanted, and B), two GSM macros (C near, D far) and two LTE
cells on one carrier (L and M). Everything can be changed by keyword.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from rfopt.case import Case, Limits
from rfopt.evidence import Evidence, gather
from rfopt.logs import LOG_COLUMNS, READING_COLUMNS
from rfopt.mobility.situation import Budget
from rfopt.network import Network
from rfopt.sites import read_network
from rfopt.tables import NUMERIC, schema, value_text

HOME = (38.495, 106.225)
FLOOR = 20
DAS = {"kind": "das", "height_m": 58.5, "building": "b1"}
CELLS: dict[str, dict[str, object]] = {
    "A": {"rat": "GSM", **DAS, "lat": 38.495, "lon": 106.225, "power_dbm": 12, "arfcn": 62, "bsic": "4-5", "lac": 1},
    "B": {"rat": "GSM", **DAS, "lat": 38.4953, "lon": 106.225, "power_dbm": 12, "arfcn": 70, "bsic": "4-1", "lac": 1},
    "C": {"rat": "GSM", "kind": "macro", "lat": 38.498, "lon": 106.225, "height_m": 40, "azimuth_deg": 180,
          "power_dbm": 43, "arfcn": 80, "bsic": "4-2", "lac": 1},
    "D": {"rat": "GSM", "kind": "macro", "lat": 38.51, "lon": 106.225, "height_m": 40, "azimuth_deg": 180,
          "power_dbm": 43, "arfcn": 90, "bsic": "4-3", "lac": 1},
    "L": {"rat": "LTE", "kind": "macro", "lat": 38.497, "lon": 106.225, "height_m": 40, "azimuth_deg": 180,
          "power_dbm": 15, "earfcn": 38400, "pci": 10, "tac": 1},
    "M": {"rat": "LTE", "kind": "macro", "lat": 38.493, "lon": 106.225, "height_m": 40, "azimuth_deg": 0,
          "power_dbm": 15, "earfcn": 38400, "pci": 11, "tac": 1},
}  # fmt: skip
GSM = ("A", "B", "C", "D")
ALL_RELATIONS = tuple((a, b) for a in GSM for b in GSM if a != b)
REDIRECTS = (("L", 62), ("L", 70), ("M", 62), ("M", 70))


def table(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> str:
    """Rows as CSV text."""
    lines = [",".join(columns), *(",".join(value_text(row.get(name)) for name in columns) for row in rows)]
    return "\n".join(lines) + "\n"


def write_network(
    folder: Path,
    changes: Mapping[str, Mapping[str, object] | None] | None = None,
    relations: Sequence[tuple[str, str]] | Mapping[tuple[str, str], Mapping[str, object]] = ALL_RELATIONS,
    redirects: Sequence[tuple[str, int]] = REDIRECTS,
    layers: Sequence[Mapping[str, object]] = (),
) -> Path:
    """Write the network as the contract's folder; `changes` alter, add or (None) remove cells."""
    cells = {name: dict(row) for name, row in CELLS.items()}
    for name, change in (changes or {}).items():
        cells[name] = {} if change is None else {**cells.get(name, {}), **change}
    cells = {name: row for name, row in cells.items() if row}
    values = relations if isinstance(relations, Mapping) else {pair: {} for pair in relations}
    pairs = [{"cell": a, "neighbour": b, **row} for (a, b), row in values.items() if a in cells and b in cells]
    entries = [{"cell": cell, "arfcn": arfcn} for cell, arfcn in redirects if cell in cells]
    tables = {
        "cells": [{"cell": name, **row} for name, row in cells.items()],
        "neighbours": pairs,
        "redirects": entries,
        "layers": layers,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text(table(rows, list(schema(name))), encoding="utf-8")
    return folder


def network(
    changes: Mapping[str, Mapping[str, object] | None] | None = None,
    relations: Sequence[tuple[str, str]] | Mapping[tuple[str, str], Mapping[str, object]] = ALL_RELATIONS,
    redirects: Sequence[tuple[str, int]] = REDIRECTS,
    layers: Sequence[Mapping[str, object]] = (),
) -> Network:
    """The network of `write_network`, read."""
    with tempfile.TemporaryDirectory() as folder:
        return read_network(write_network(Path(folder), changes, relations, redirects, layers))


def readings(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Log rows of few values as a whole frame of readings, as `rfopt.logs.read_log` gives it."""
    usual = {"time": 0.0, "point": "north", "floor": FLOOR, "mode": "idle", "rat": "GSM", "serving": False}
    usual |= {"lat": HOME[0], "lon": HOME[1], "file": "log.csv"}
    whole = [{**usual, **row} for row in rows]
    columns = {}
    for name in LOG_COLUMNS:
        if name == "serving":
            columns[name] = np.array([bool(row[name]) for row in whole], dtype=bool)
        elif schema("log")[name].type in NUMERIC:
            columns[name] = np.array([row.get(name, np.nan) for row in whole], dtype=float)
        else:
            columns[name] = pd.array([str(row.get(name, "")) for row in whole], dtype="str")
    columns["file"] = pd.array([str(row["file"]) for row in whole], dtype="str")
    columns["line"] = np.arange(2, len(whole) + 2)
    return pd.DataFrame(columns)[list(READING_COLUMNS)]


def reported(net: Network, cell: str, level_dbm: float) -> dict[str, object]:
    """What identifies a cell in a log row, by its channel and code, and its level."""
    row = net.cells.loc[cell]
    if row["rat"] == "GSM":
        return {"rat": "GSM", "arfcn": row["arfcn"], "bsic": row["bsic"], "rxlev_dbm": level_dbm}
    return {"rat": "LTE", "earfcn": row["earfcn"], "pci": row["pci"], "rsrp_dbm": level_dbm}


def fading(rng: np.random.Generator, steps: int, cells: int, step_s: float, tau_s: float) -> np.ndarray:
    """Unit Gauss-Markov series, (steps, cells)."""
    keep = np.exp(-step_s / tau_s)
    out = rng.normal(size=(steps, cells))
    for t in range(1, steps):
        out[t] = keep * out[t - 1] + np.sqrt(1.0 - keep * keep) * out[t]
    return out


def walk(
    net: Network,
    means_dbm: Mapping[str, float],
    *,
    point: str = "north",
    mode: str = "idle",
    seconds: float = 120.0,
    step_s: float = 1.0,
    sigma_db: float = 4.0,
    tau_s: float = 5.0,
    start_s: float = 0.0,
    server: str | None = None,
    quality_db: float | None = None,
    rxqual: int | None = None,
    rng: np.random.Generator | int = 0,
    most: int | None = None,
    **values: object,
) -> list[dict[str, object]]:
    """Rows as a phone at rest writes them: fading, quantised, its strongest neighbours, by channel and code.

    Without `server` the strongest cell of the step before serves. Fading is per sample, not averaged. The serving row
    carries the cell's name. `quality_db` is the C/I or SINR and `rxqual` the
    RXQUAL it states.
    """
    rng = np.random.default_rng(rng)
    names = list(means_dbm)
    rat = str(net.cells.at[names[0], "rat"])
    most = most or {"GSM": 6, "LTE": 8}[rat]
    steps = int(seconds / step_s)
    level = np.array([means_dbm[name] for name in names]) + sigma_db * fading(rng, steps, len(names), step_s, tau_s)
    code = np.floor(level) + (1.0 if rat == "GSM" else 0.0)
    quality = {} if quality_db is None else {"ci_db" if rat == "GSM" else "sinr_db": quality_db}
    if rxqual is not None:
        quality["rxqual"] = rxqual
    rows = []
    for t in range(steps):
        serving = names.index(server) if server is not None else int(np.argmax(level[max(t - 1, 0)]))
        others = [k for k in np.argsort(-level[t], kind="stable") if k != serving][:most]
        at = {"time": start_s + t * step_s, "point": point, "mode": mode, **values}
        rows.append(reported(net, names[serving], code[t, serving]) | at | quality)
        rows[-1] |= {"serving": True, "cell": names[serving]}
        rows += [reported(net, names[k], code[t, k]) | at for k in others]
    return rows


def case(
    net: Network, rows: Sequence[Mapping[str, object]], wanted: tuple[str, ...] = ("A",), **values: object
) -> Case:
    """A complaint at `HOME` with its network and log."""
    read = Case("case", "", *HOME, "b1", FLOOR, net, readings(rows), wanted, Limits())
    return replace(read, **values)


SMALL = Budget(runs=8, draws=4, idle_s=120.0, warm_s=20.0, call_s=30.0, lte_call_s=20.0)
"""Enough simulation for tests of the plumbing, not of statistics."""
LEVELS = {"A": -75.0, "B": -78.0, "C": -84.0, "D": -95.0}
LTE_LEVELS = {"L": -100.0, "M": -104.0}


def walk_test(net: Network, points: Sequence[str] = ("north", "south"), seed: int = 0) -> list[dict[str, object]]:
    """Idle and call on GSM, idle and data on LTE, at each point."""
    rows: list[dict[str, object]] = []
    heard = {name: level for name, level in LEVELS.items() if name in net.cells.index}
    heard_lte = {name: level for name, level in LTE_LEVELS.items() if name in net.cells.index}
    for k, point in enumerate(points):
        rng = np.random.default_rng([seed, k])
        rows += walk(net, heard, point=point, rng=rng)
        rows += walk(net, heard, point=point, mode="call", start_s=200.0, quality_db=14.0, rng=rng, rxqual=2)
        if heard_lte:
            rows += walk(net, heard_lte, point=point, start_s=400.0, quality_db=10.0, rng=rng)
            rows += walk(net, heard_lte, point=point, mode="data", start_s=600.0, quality_db=10.0, rng=rng)
    return rows


def evidence(
    net: Network, rows: Sequence[Mapping[str, object]], wanted: tuple[str, ...] = ("A",), budget: Budget = SMALL,
    seed: int = 0, **values: object,
) -> Evidence:  # fmt: skip
    """Everything known about the complaint of `case`."""
    return gather(case(net, rows, wanted, **values), net, seed, budget)
