"""The log itself as a replay: what the phone did, in the shape that simulated runs have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.mobility.csfb import FAILED_S
from rfopt.mobility.reasons import Reason
from rfopt.mobility.timeline import STRANGER, Fallbacks, Replay, Timeline, indices

GAP_STEPS = 4.0
"""A pause longer than this many usual steps ends a stretch."""
LEAST_GAP_S = 10.0
"""A shorter pause ends no piece of a replay."""
LEAST_SAMPLES = 3
CHANGE_REASON = {"idle": Reason.C2, "call": Reason.POWER_BUDGET, "data": Reason.A3}
"""A log tells that the server changed, not why; the commonest cause of the mode stands for all of them."""
LTE_REASON = {"idle": Reason.R_CRITERION, "call": Reason.A3, "data": Reason.A3}


def replay_of_log(
    readings: pd.DataFrame, gsm: tuple[str, ...], lte: tuple[str, ...], wanted: tuple[str, ...]
) -> Replay:
    """Timelines and fallbacks as the phone lived them.

    Parameters
    ----------
    readings : DataFrame
        Identified readings of the points in question.
    gsm, lte : tuple of str
        Cells that the indices of the replay refer to; a server that is none of them counts as a stranger, index −2.
    """
    timelines = [
        timeline
        for rat, names in (("GSM", gsm), ("LTE", lte))
        for stretch in _stretches(readings, rat)
        for timeline in [_timeline(stretch, rat, names)]
    ]
    fallbacks = [_fallbacks(rows, str(point), gsm, lte) for point, rows in readings.groupby("point", sort=True)]
    return Replay(
        gsm, lte, indices(wanted, gsm), tuple(timelines), tuple(f for f in fallbacks if f.cell.size), modelled=False
    )


def _stretches(readings: pd.DataFrame, rat: str) -> Iterator[pd.DataFrame]:
    """Serving rows of one technology without a pause, each in one file, point and mode."""
    level = "rxlev_dbm" if rat == "GSM" else "rsrp_dbm"
    of_rat = readings[(readings["rat"] == rat) & ~readings["event"].isin(["csfb_ok", "csfb_fail"])]
    for _, group in of_rat.groupby(["file", "point", "mode"], sort=True):
        served = group[group["serving"] & group[level].notna()].sort_values("time", kind="stable")
        rows = _with_events(served, group[group["event"] != ""])
        gaps = np.diff(rows["time"].to_numpy())
        usual = float(np.median(gaps)) if gaps.size else 0.0
        for part in np.split(np.arange(len(rows)), np.flatnonzero(gaps > GAP_STEPS * usual) + 1):
            if len(part) >= LEAST_SAMPLES:
                yield rows.iloc[part]


def _with_events(served: pd.DataFrame, noted: pd.DataFrame) -> pd.DataFrame:
    """Serving rows with the events that other rows of the stretch hold: a dropped phone has no server to report."""
    if served.empty or noted.empty:
        return served
    event = served["event"].to_numpy(dtype=object, copy=True)
    last = np.searchsorted(served["time"].to_numpy(), noted["time"].to_numpy(), side="right") - 1
    for step, name in zip(last.tolist(), noted["event"].tolist(), strict=True):
        if step >= 0 and event[step] == "":
            event[step] = name
    return served.assign(event=event)


def _timeline(rows: pd.DataFrame, rat: str, names: tuple[str, ...]) -> Timeline:
    mode = str(rows["mode"].iloc[0])
    position = {name: k for k, name in enumerate(names)}
    labels = _labels(rows, rat)
    server = np.array([[position.get(name, -2) for name in rows["cell"]]], dtype=np.int16)
    changed = np.array([False, *(a != b for a, b in pairwise(labels))])
    reason = np.where(changed, (CHANGE_REASON if rat == "GSM" else LTE_REASON)[mode], Reason.NONE)[None, :].astype(
        np.int8
    )
    events = rows["event"].to_numpy()
    reason[0, events == "drop"] = Reason.RADIO_LINK_TIMEOUT
    reason[0, events == "handover_fail"] = Reason.HANDOVER_FAILED
    level = rows["rxlev_dbm" if rat == "GSM" else "rsrp_dbm"].to_numpy(dtype=np.float32)[None, :]
    quality = rows["ci_db" if rat == "GSM" else "sinr_db"].to_numpy(dtype=np.float32)[None, :]
    rxqual = rows["rxqual"].fillna(-1).to_numpy(dtype=np.int8)[None, :]
    machine = f"{rat.lower()}_{'idle' if mode == 'idle' else 'call'}"
    return Timeline(
        machine, str(rows["point"].iloc[0]), rows["time"].to_numpy(), server, reason, level, quality, rxqual
    )


def _labels(rows: pd.DataFrame, rat: str) -> list[str]:
    """The server's name, or its channel and code where the table does not know it."""
    channel = rows["arfcn" if rat == "GSM" else "earfcn"].astype(str) + "/"
    code = rows["bsic"].astype(str) if rat == "GSM" else rows["pci"].astype(str)
    return [name or other for name, other in zip(rows["cell"], channel + code, strict=True)]


def _fallbacks(rows: pd.DataFrame, point: str, gsm: tuple[str, ...], lte: tuple[str, ...]) -> Fallbacks:
    """Each csfb_start with the csfb_ok or csfb_fail that follows it in its file."""
    tries = [attempt for _, part in rows.groupby("file", sort=True) for attempt in _attempts(part, gsm, lte)]
    columns = list(zip(*tries, strict=True)) or [(), (), (), ()]
    shape = (1, len(tries))
    return Fallbacks(
        point,
        np.array(columns[0], dtype=np.int64).reshape(shape),
        np.array(columns[1], dtype=np.int64).reshape(shape),
        np.array(columns[2], dtype=bool).reshape(shape),
        np.zeros(shape, dtype=bool),
        np.array(columns[3], dtype=float).reshape(shape),
    )


def _attempts(rows: pd.DataFrame, gsm: tuple[str, ...], lte: tuple[str, ...]) -> Iterator[tuple[int, int, bool, float]]:
    """(LTE cell, GSM cell or −1, success, seconds) of each attempt; an LTE cell of no table is a `STRANGER`.

    A failure on LTE never came to GSM: it takes `FAILED_S`, whenever the phone gave up.
    Where several rows of an instant hold the event, the serving one tells the cell.
    """
    noted = rows[rows["event"].isin(["csfb_start", "csfb_ok", "csfb_fail"])]
    noted = noted.sort_values("serving", ascending=False, kind="stable").drop_duplicates(["time", "event"])
    noted = noted.sort_values(["time", "line"], kind="stable")
    steps = zip(*(noted[name].tolist() for name in ("event", "cell", "time", "rat")), strict=True)
    for (begun, origin, start, _), (ended, landed, end, rat) in pairwise(steps):
        if begun == "csfb_start" and ended != "csfb_start":
            good = ended == "csfb_ok"
            cell = gsm.index(landed) if landed in gsm else -1
            took = end - start if good or rat == "GSM" else FAILED_S
            yield lte.index(origin) if origin in lte else STRANGER, cell, good, took


@dataclass(frozen=True)
class Piece:
    """A part of a log on which one machine can be run: one file, technology and kind of mode, no long pause.

    Attributes
    ----------
    machine : str
        ``gsm_idle``, ``gsm_call``, ``lte_idle`` or ``lte_call``.
    file : str
    time_s : ndarray (instants,)
        Increasing; seconds from the file's start.
    point : ndarray (instants,)
        Label of the point, '' where the log gives none.
    server : ndarray (instants,)
        Index into the cells of the technology.
    level_dbm : ndarray (instants, cells)
        As reported [dBm]; NaN where a cell was not.
    reported : ndarray (instants,)
        How many neighbours were.
    ci_db, rxqual : ndarray (instants,)
        C/I or SINR and RXQUAL of the server; NaN where not known.
    """

    machine: str
    file: str
    time_s: NDArray[np.float64]
    point: NDArray[np.object_]
    server: NDArray[np.int64]
    level_dbm: NDArray[np.float64]
    reported: NDArray[np.int64]
    ci_db: NDArray[np.float64]
    rxqual: NDArray[np.float64]

    def part(self, chosen: slice) -> Piece:
        """Some of the instants."""
        names = ("time_s", "point", "server", "level_dbm", "reported", "ci_db", "rxqual")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})

    @property
    def seconds(self) -> float:
        """Time from the first instant to the last."""
        return float(self.time_s[-1] - self.time_s[0])


def pieces_of_log(readings: pd.DataFrame, names: Mapping[str, Sequence[str]]) -> list[Piece]:
    """The pieces of a log in its own order.

    A piece ends where the phone changes its technology or between idle and busy, and at a pause of more than
    `GAP_STEPS` usual steps and `LEAST_GAP_S`; a point may change within it. Pieces of less than `LEAST_SAMPLES`
    instants are left out.

    Parameters
    ----------
    readings : DataFrame
        Readings in the order of their files, every cell named.
    names : mapping
        Technology (``GSM``, ``LTE``) to the cells that the indices refer to.
    """
    served = readings[readings["serving"].to_numpy(dtype=bool)].reset_index(drop=True)
    if served.empty:
        return []
    served["piece"] = _piece_numbers(served)
    served = served.sort_values(["piece", "time"], kind="stable").drop_duplicates(["piece", "time"], keep="last")
    served["instant"] = np.arange(len(served))
    place = ["file", "mode", "rat", "time", "point"]
    around = readings[~readings["serving"].to_numpy(dtype=bool)]
    around = around.merge(served[[*place, "instant"]].drop_duplicates(place), on=place)
    pieces = []
    for _, rows in served.groupby("piece", sort=True):
        rat = str(rows["rat"].iloc[0])
        if rat in names and len(rows) >= LEAST_SAMPLES:
            of_piece = around[around["instant"].isin(rows["instant"])]
            pieces.append(_piece(rows, of_piece, rat, pd.Index(names[rat])))
    return pieces


def _piece_numbers(served: pd.DataFrame) -> NDArray[np.int64]:
    busy = (served["mode"] != "idle").to_numpy()
    new = np.ones(len(served), dtype=bool)
    new[1:] = busy[1:] != busy[:-1]
    for name in ("file", "rat"):
        new[1:] |= served[name].to_numpy()[1:] != served[name].to_numpy()[:-1]
    step = served.groupby("file", sort=False)["time"].diff().to_numpy()
    usual = pd.Series(np.where(step > 0, step, np.nan)).groupby(served["file"].to_numpy()).transform("median")
    pause = np.fmax(GAP_STEPS * usual.to_numpy(), LEAST_GAP_S)
    return np.cumsum(new | (np.abs(step) > pause))


def _piece(rows: pd.DataFrame, around: pd.DataFrame, rat: str, names: pd.Index) -> Piece:
    column = "rxlev_dbm" if rat == "GSM" else "rsrp_dbm"
    first = int(rows["instant"].iloc[0])
    level = np.full((len(rows), len(names)), np.nan)
    server = names.get_indexer(pd.Index(rows["cell"]))
    at = around["instant"].to_numpy() - first
    level[at, names.get_indexer(pd.Index(around["cell"]))] = around[column].to_numpy(dtype=float)
    level[np.arange(len(rows)), server] = rows[column].to_numpy(dtype=float)
    kind = "idle" if rows["mode"].iloc[0] == "idle" else "call"
    return Piece(
        f"{rat.lower()}_{kind}", str(rows["file"].iloc[0]), rows["time"].to_numpy(dtype=float),
        rows["point"].to_numpy(dtype=object), server.astype(np.int64), level,
        np.bincount(at[around[column].notna().to_numpy()], minlength=len(rows)),
        rows["ci_db" if rat == "GSM" else "sinr_db"].to_numpy(dtype=float), rows["rxqual"].to_numpy(dtype=float),
    )  # fmt: skip
