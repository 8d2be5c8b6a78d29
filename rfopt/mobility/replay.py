"""The machines driven by a log's own levels: no fading is drawn, what the phone measured is what the machine gets.

A log holds reports, not what the phone measured between them, so levels are carried from report to report:

* a cell reported before and after an instant lies on the line between the two reports;
* a cell missing from a full report is below its weakest one: the line is cut 1 dB below that;
* a cell missing from a report with room left, for longer than `FLICKER_S`, was too weak to be decoded: the line is cut
  at the weakest report of that cell;
* a cell whose last report is more than `FORGOTTEN_S` ago is not heard until `FLICKER_S` before its next one.

A phone in idle mode reports averages, which the machine would average again; a report is therefore placed at the
middle of the time it averages (`REPORT_AVERAGE_S`). Interference is not known between reports: a cell with a level
can be decoded, radio link failures and failed handovers are not replayed, and a call's C/I is that of the phone's
channel whichever cell the machine is on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.kernels import gsm_dedicated, gsm_idle, lte_connected, lte_idle
from rfopt.mobility.anchor import CODE_CENTRE_DB, MOST_NEIGHBOURS
from rfopt.mobility.logged import Piece
from rfopt.mobility.setup import gsm_call_arrays, gsm_idle_arrays, lte_call_arrays, lte_idle_arrays
from rfopt.mobility.situation import IDLE_STEP_S, LTE_STEP_S, SACCH_S
from rfopt.network import Network

STEP_S = {"gsm_idle": IDLE_STEP_S, "gsm_call": SACCH_S, "lte_idle": IDLE_STEP_S, "lte_call": LTE_STEP_S}
MACHINES = tuple(STEP_S)
REPORT_AVERAGE_S = {"gsm_idle": 5.0, "gsm_call": 0.0, "lte_idle": 1.28, "lte_call": 0.0}
"""What a report averages over: as long as the phone's own averages for its decisions, an assumption."""
FLICKER_S = 10.0
FORGOTTEN_S = 30.0
SILENT_MW = 1e-30
"""Interference so low that what has a level can be decoded."""
RXQUAL_CI_DB = np.array([23.0, 19.5, 17.0, 15.0, 13.0, 10.75, 7.75, 3.0])
"""C/I in the middle of each RXQUAL, where a log gives no C/I."""
CLEAN_DB = 40.0
GATE_DBM, GATE_ACCESS_DBM = -120.0, -47.0
"""Of a cell that no phone can camp on."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Track:
    """What a machine did on a piece, at its own steps; `server` −1 = no service."""

    time_s: FloatArray
    server: NDArray[np.int64]
    reason: NDArray[np.int64]

    def at(self, times: FloatArray) -> NDArray[np.int64]:
        """The server at some instants."""
        return self.server[np.maximum(np.searchsorted(self.time_s, times + 1e-6, side="right") - 1, 0)]

    def moves(self) -> list[tuple[float, int, int]]:
        """(time, from, to) of every change of the server."""
        changed = np.flatnonzero(self.server[1:] != self.server[:-1]) + 1
        return [(float(self.time_s[k]), int(self.server[k - 1]), int(self.server[k])) for k in changed]


@dataclass(frozen=True)
class Bench:
    """The machines of one technology with the parameters they run on: arrays by machine."""

    names: pd.Index
    arrays: dict[str, Mapping[str, Any]]

    def with_array(self, machine: str, parameter: str, values: Any) -> Bench:
        """The same with one parameter of one machine changed."""
        return replace(self, arrays={**self.arrays, machine: {**self.arrays[machine], parameter: values}})


def bench(network: Network, names: pd.Index, rat: str) -> Bench:
    """The machines of a technology with the parameters of a network."""
    if rat == "GSM":
        return Bench(names, {"gsm_idle": gsm_idle_arrays(network, names), "gsm_call": gsm_call_arrays(network, names)})
    return Bench(names, {"lte_idle": lte_idle_arrays(network, names), "lte_call": lte_call_arrays(network, names)})


def report_dbm(piece: Piece, listed: NDArray[np.bool_]) -> FloatArray:
    """The level of every cell at every instant of a piece, (instants, cells) in dBm; NaN where it is not heard.

    Parameters
    ----------
    listed : bool array, shape (C, C)
        ``listed[s, n]``: a phone on s reports n.
    """
    rat = "GSM" if piece.machine.startswith("gsm") else "LTE"
    level = piece.level_dbm + CODE_CENTRE_DB[rat]
    time, around = piece.time_s, level.copy()
    around[np.arange(len(time)), piece.server] = np.nan
    full = piece.reported >= MOST_NEIGHBOURS[rat]
    weakest = np.where(full, np.min(np.nan_to_num(around, nan=np.inf), axis=1, initial=np.inf) - 1.0, np.inf)
    out = np.full(level.shape, np.nan)
    for c in range(level.shape[1]):
        seen = np.isfinite(level[:, c])
        if seen.any():
            could = listed[piece.server, c] & ~full
            out[:, c] = _carried(time, level[:, c], seen, weakest, could)
    return out


def _carried(
    time: FloatArray, level: FloatArray, seen: NDArray[np.bool_], weakest: FloatArray, could: NDArray[np.bool_]
) -> FloatArray:
    """One cell's level at every instant: on the line between reports, cut where a missing report says more."""
    known, values = time[seen], level[seen]
    after = np.searchsorted(known, time)
    since_s = np.where(after > 0, time - known[np.maximum(after - 1, 0)], np.inf)
    until_s = np.where(after < len(known), known[np.minimum(after, len(known) - 1)] - time, np.inf)
    cut = np.where(could & (since_s + until_s > FLICKER_S), values.min(), np.inf)
    line = np.where(seen, level, np.minimum(np.interp(time, known, values), np.minimum(cut, weakest)))
    heard = seen | (since_s <= FORGOTTEN_S) | (until_s <= FLICKER_S)
    return np.where(heard, line, np.nan)


def between(piece: Piece, dbm: FloatArray, times: FloatArray) -> FloatArray:
    """Levels of a piece's instants at other times, (times, cells), each report in the middle of what it averages."""
    at = times + 0.5 * REPORT_AVERAGE_S[piece.machine]
    return np.stack([np.interp(at, piece.time_s, dbm[:, c]) for c in range(dbm.shape[1])], axis=1)


def grid(piece: Piece, start_s: float | None = None, end_s: float | None = None) -> FloatArray:
    """The machine's steps over a piece or a part of it."""
    step = STEP_S[piece.machine]
    start = float(piece.time_s[0]) if start_s is None else start_s
    end = float(piece.time_s[-1]) if end_s is None else end_s
    return np.asarray(start + step * np.arange(int((end - start) / step + 1e-6) + 1), dtype=np.float64)


def listed(desk: Bench, machine: str) -> NDArray[np.bool_]:
    """Who is reported from where: BA list, relations, or every LTE cell."""
    arrays = desk.arrays[machine]
    if machine == "gsm_idle":
        return np.asarray(arrays["ba"])
    if machine == "gsm_call":
        return np.asarray(arrays["relation"])
    return np.ones((len(desk.names), len(desk.names)), dtype=bool)


def levels_of(piece: Piece, desk: Bench) -> FloatArray:
    """`report_dbm` with the lists of the machine."""
    return report_dbm(piece, listed(desk, piece.machine))


def follow(piece: Piece, desk: Bench, dbm: FloatArray) -> Track:
    """The machine left alone from the phone's first cell to the end of the piece.

    Parameters
    ----------
    dbm : array
        Of `report_dbm`.
    """
    return _run(piece, desk, dbm, grid(piece), int(piece.server[0]))


def stay(piece: Piece, desk: Bench, dbm: FloatArray, arrival_s: float, end_s: float, server: int) -> Track:
    """The machine from the instant the phone came to a cell: whether and when it leaves that cell.

    In GSM idle mode the machine comes to the cell by a reselection of its own, at `arrival_s`, so that the margin
    after a reselection counts and its averages are full.
    """
    if piece.machine == "gsm_idle":
        return _stay_idle(piece, desk, dbm, arrival_s, end_s, server)
    return _run(piece, desk, dbm, grid(piece, arrival_s, end_s), server)


def _stay_idle(piece: Piece, desk: Bench, dbm: FloatArray, arrival_s: float, end_s: float, server: int) -> Track:
    """A gate too weak to camp on, whose list holds the cell alone, makes the machine reselect it after 5 s."""
    lead = gsm_idle.HOLD_S
    times = grid(piece, arrival_s - lead, end_s)
    level = between(piece, dbm, times)
    level = np.hstack([level, np.full((len(times), 1), GATE_DBM)])
    early = times < arrival_s + 0.5 * STEP_S[piece.machine]
    level[early, server] = np.nan_to_num(np.maximum(level[early, server], -109.0), nan=-109.0)
    count = len(desk.names)
    gated = {name: _with_gate(values, count) for name, values in desk.arrays["gsm_idle"].items()}
    gated["rxlev_access_min_dbm"][count] = GATE_ACCESS_DBM
    gated["ba"][:, count], gated["ba"][count] = False, np.arange(count + 1) == server
    found, reason = _gsm_idle(Drive(piece, level, times, count, gated))
    kept = times > arrival_s - 0.5 * STEP_S[piece.machine]
    return Track(times[kept], np.where(found == count, server, found)[kept], reason[kept])


def _with_gate(values: Any, count: int) -> Any:
    """Parameters of all cells or pairs with one cell more, which is like the last one."""
    shape = np.shape(values)
    return np.pad(values, [(0, 1)] * len(shape), mode="edge") if shape and set(shape) == {count} else values


@dataclass(frozen=True)
class Drive:
    """One run of a kernel: levels (steps, cells) at its times, the first server, the parameters."""

    piece: Piece
    level_dbm: FloatArray
    time_s: FloatArray
    server: int
    arrays: Mapping[str, Any]

    @property
    def common(self) -> tuple[FloatArray, FloatArray, FloatArray, list[int]]:
        """The first arguments of every kernel."""
        return self.level_dbm[None], self.time_s, np.zeros(self.level_dbm.shape[1]), [self.server]


Found = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Server and reason at every step."""


def _run(piece: Piece, desk: Bench, dbm: FloatArray, times: FloatArray, server: int) -> Track:
    drive = Drive(piece, between(piece, dbm, times), times, server, desk.arrays[piece.machine])
    return Track(times, *RUN[piece.machine](drive))


def _only(result: tuple[Any, ...]) -> Found:
    """Server and reason of the only run."""
    return result[0][0].astype(np.int64), result[1][0].astype(np.int64)


def _gsm_idle(drive: Drive) -> Found:
    count = drive.level_dbm.shape[1]
    quiet = {"coupling": np.zeros((count, count)), "decode_ci_db": 0.0, "floor_mw": np.full(count, SILENT_MW)}
    return _only(gsm_idle.camp(*drive.common, **{**drive.arrays, **quiet}))


def _gsm_call(drive: Drive) -> Found:
    """C/I above a fixed floor plus what the phone's own C/I differed from that: the jitter of the kernel."""
    piece, count, floor_dbm = drive.piece, drive.level_dbm.shape[1], -110.0
    own = piece.level_dbm[np.arange(len(piece.time_s)), piece.server] + CODE_CENTRE_DB["GSM"]
    rest = np.interp(drive.time_s, piece.time_s, np.nan_to_num(_ci_db(piece) - (own - floor_dbm), nan=0.0))
    alone, safe = np.zeros((count, count)), np.ones((1, len(drive.time_s)))
    quiet = {
        "coupling": alone, "tch_coupling": alone, "decode_ci_db": 0.0, "floor_mw": np.full(count, SILENT_MW),
        "tch_floor_mw": np.full(count, 10.0 ** (floor_dbm / 10.0)), "jitter_db": rest[None], "luck": safe,
        "handover_luck": safe,
    }  # fmt: skip
    return _only(gsm_dedicated.call(*drive.common, **{**drive.arrays, **quiet}))


def _ci_db(piece: Piece) -> FloatArray:
    """C/I at every instant: the log's, else from RXQUAL, else clean."""
    of_quality = RXQUAL_CI_DB[np.clip(np.nan_to_num(piece.rxqual), 0, 7).astype(int)]
    guess = np.where(np.isfinite(piece.rxqual), of_quality, CLEAN_DB)
    return np.where(np.isfinite(piece.ci_db), piece.ci_db, guess)


def _lte_idle(drive: Drive) -> Found:
    return _only(lte_idle.camp(*drive.common, **drive.arrays))


def _lte_call(drive: Drive) -> Found:
    count = drive.level_dbm.shape[1]
    quiet = {"coupling": np.zeros((count, count)), "floor_mw": np.full(count, SILENT_MW)}
    return _only(lte_connected.hand_over(*drive.common, **{**drive.arrays, **quiet}))


RUN: dict[str, Callable[[Drive], Found]] = {
    "gsm_idle": _gsm_idle, "gsm_call": _gsm_call, "lte_idle": _lte_idle, "lte_call": _lte_call,
}  # fmt: skip


@dataclass(frozen=True)
class Account:
    """Who served by one account: the server at the instants of a piece, and the changes."""

    server: NDArray[np.int64]
    moves: list[tuple[float, int, int]]


def one_ahead(piece: Piece, desk: Bench, dbm: FloatArray, beyond_s: float = 5.0) -> Account:
    """The machine set to the phone's cell after every change of the phone, and followed to its own next change.

    Where the phone stays longer than the machine, the rest of the stay counts as time on the machine's cell.

    Parameters
    ----------
    beyond_s : float
        A change this long after the phone's own is still looked for.
    """
    time, server = piece.time_s, piece.server
    changes = np.flatnonzero(server[1:] != server[:-1]) + 1
    begins, ends = np.append(0, changes), np.append(changes, len(time))
    told, moves = server.copy(), []
    for first, end in zip(begins.tolist(), ends.tolist(), strict=True):
        last_s = min(time[min(end, len(time) - 1)] + beyond_s, time[-1])
        if first == 0:
            track = _run(piece, desk, dbm, grid(piece, time[0], last_s), int(server[0]))
        else:
            track = stay(piece, desk, dbm, 0.5 * (time[first - 1] + time[first]), last_s, int(server[first]))
        told[first:end] = track.at(time[first:end])
        moves += track.moves()[:1]
    return Account(told, moves)


def strongest(piece: Piece) -> NDArray[np.int64]:
    """Baseline: at every instant the strongest cell that was reported."""
    level = np.nan_to_num(piece.level_dbm, nan=-np.inf)
    best = np.argmax(level, axis=1)
    own = level[np.arange(len(level)), piece.server]
    return np.where(level[np.arange(len(level)), best] > own, best, piece.server)


def account(kind: str, piece: Piece, desk: Bench) -> Account:
    """Who served a piece by one account of it.

    Parameters
    ----------
    kind : str
        ``free``: the machine left alone from the phone's first cell. ``ahead``: the machine set back to the phone's
        cell after every change of the phone. ``strongest``, ``never``: the baselines.
    """
    if kind == "free":
        track = follow(piece, desk, levels_of(piece, desk))
        return Account(track.at(piece.time_s), track.moves())
    if kind == "ahead":
        return one_ahead(piece, desk, levels_of(piece, desk))
    server = strongest(piece) if kind == "strongest" else np.full(len(piece.server), piece.server[0])
    changed = np.flatnonzero(server[1:] != server[:-1]) + 1
    return Account(server, [(float(piece.time_s[k]), int(server[k - 1]), int(server[k])) for k in changed])
