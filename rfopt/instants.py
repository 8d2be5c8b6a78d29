"""When in the log a finding shows: the instants that a person can look up."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.evidence import Evidence
from rfopt.logs.transitions import transitions

MOST_SPANS = 3
JOINED_STEPS, LEAST_JOIN_S = 2.5, 2.0
"""Instants no farther apart than this many usual steps of their file make one span."""
LEVEL = {"GSM": "rxlev_dbm", "LTE": "rsrp_dbm"}
AT = ["file", "time"]


def when(rows: pd.DataFrame) -> str:
    """The longest spans of some rows of a log, in order of time: ``idle.csv 3–60 s, 92 s; call.csv 0–9 s``.

    Parameters
    ----------
    rows : DataFrame
        With file and time.

    Examples
    --------
    >>> when(pd.DataFrame({"file": "idle.csv", "time": [3.0, 4.0, 5.0, 92.0]}))
    'idle.csv 3–5 s, 92 s'
    """
    spans = [
        (PurePath(str(file)).name, *span)
        for file, part in rows.groupby("file", sort=True)
        for span in _spans(part["time"])
    ]
    kept = sorted(sorted(spans, key=lambda span: (span[1] - span[2], span))[:MOST_SPANS])
    texts: dict[str, list[str]] = {}
    for file, first, last in kept:
        texts.setdefault(file, []).append(f"{first:.6g} s" if first == last else f"{first:.6g}–{last:.6g} s")
    return "; ".join(f"{file} {', '.join(parts)}" for file, parts in texts.items())


def _spans(time: pd.Series) -> list[tuple[float, float]]:
    at = np.unique(time.to_numpy(dtype=float))
    gaps = np.diff(at)
    join = max(JOINED_STEPS * float(np.median(gaps)) if gaps.size else 0.0, LEAST_JOIN_S)
    parts = np.split(at, np.flatnonzero(gaps > join) + 1)
    return [(float(part[0]), float(part[-1])) for part in parts if part.size]


def count(rows: pd.DataFrame) -> int:
    """Number of instants among some rows."""
    return len(rows[AT].drop_duplicates())


def reports(evidence: Evidence, rat: str) -> pd.DataFrame:
    """Reported levels of a technology, dBm: a row an instant, indexed by file and time, a column a cell."""
    rows = evidence.readings[(evidence.readings["rat"] == rat) & (evidence.readings["cell"] != "")]
    return rows.pivot_table(index=AT, columns="cell", values=LEVEL[rat], aggfunc="max", observed=True)


def above(evidence: Evidence, cell: str, others: Iterable[str], least_db: float, rat: str = "GSM") -> pd.DataFrame:
    """Instants at which a cell was reported at least so much above the strongest of others, or without them."""
    table = reports(evidence, rat)
    if cell not in table:
        return _instants(table, np.zeros(len(table), dtype=bool))
    known = [name for name in others if name in table and name != cell]
    rest = table[known].max(axis=1).to_numpy(dtype=float) if known else np.full(len(table), np.nan)
    lead = table[cell].to_numpy(dtype=float) - np.where(np.isnan(rest), -np.inf, rest)
    return _instants(table, lead >= least_db)


def crowded(evidence: Evidence, within_db: float, least_cells: int) -> pd.DataFrame:
    """Instants with at least so many GSM cells within so much of the strongest."""
    table = reports(evidence, "GSM")
    dbm = np.nan_to_num(table.to_numpy(dtype=float), nan=-np.inf)
    close = (dbm >= dbm.max(axis=1, initial=-np.inf)[:, None] - within_db) & np.isfinite(dbm)
    return _instants(table, close.sum(axis=1) >= least_cells)


def served(evidence: Evidence, *cells: str) -> pd.DataFrame:
    """Serving rows of some cells."""
    rows = evidence.readings
    return rows[rows["serving"] & rows["cell"].isin(cells)]


def moves(evidence: Evidence, rat: str, idle: bool) -> pd.DataFrame:
    """Changes of server inside a technology, in idle mode or in the others."""
    table = transitions(evidence.readings)
    here = (table["rat_from"] == rat) & (table["rat_to"] == rat) & ((table["mode"] == "idle") == idle)
    return table[here]


def _instants(table: pd.DataFrame, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    return table.index[chosen].to_frame(index=False)
