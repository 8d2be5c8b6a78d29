"""The phone of the example: what it would have logged, the machines of rfopt deciding where it is served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.kernels import gsm_dedicated, gsm_idle, lte_idle
from rfopt.kernels.fading import draw_fading, draw_uniform
from rfopt.logs import LOG_COLUMNS
from rfopt.mobility import csfb
from rfopt.mobility.interference import gsm_coupling, interference_mw, lte_coupling
from rfopt.mobility.parts import part
from rfopt.mobility.quality import rsrq_db
from rfopt.mobility.reasons import Reason
from rfopt.mobility.setup import (
    DECODE_CI_DB,
    ba_matrix,
    csfb_arrays,
    gsm_call_arrays,
    gsm_idle_arrays,
    lte_idle_arrays,
)
from rfopt.mobility.situation import stable_key
from rfopt.network import Network
from rfopt.units import GSM_NOISE_DBM, LTE_NOISE_DBM, dbm, mw, rsrp_code, rsrp_dbm, rsrq_code, rxlev_code, rxlev_dbm
from rfopt.units import rsrq_db as rsrq_of_code

FloatArray = NDArray[np.float64]
Row = dict[str, Any]

SIGMA_DB, TAU_S, NOISE_DB, JITTER_DB = 4.0, 5.0, 1.0, 1.0
IDLE_STEP_S, SACCH_S, REPORT_S = 0.5, 0.48, 2.0
WARM_S = 20.0
"""Before a log begins the phone has been on this long."""
CALLS, CALL_S, CALL_EVERY_S = 6, 90.0, 110.0
FALLBACK_EVERY_S, BUSY_S = 40.0, 20.0
GSM_AVERAGE, LTE_AVERAGE = 10, 3
"""Samples of 0.5 s in an idle report: 5 s, and one DRX cycle of 1.28 s."""
MOST_GSM, MOST_LTE = 6, 8
LTE_DETECTED_DB, LTE_DETECTED_DBM = -8.0, -124.0
"""A phone finds an LTE cell down to this ratio to interference and noise, and this level: assumptions."""


@dataclass(frozen=True)
class World:
    """What surrounds the phone: the network, mean levels (points × cells) of both technologies, and the places."""

    network: Network
    gsm_dbm: pd.DataFrame
    lte_dbm: pd.DataFrame
    points: pd.DataFrame
    seed: int

    def levels(self, rat: str, purpose: str, point: str, runs: int, steps: int, step_s: float) -> NDArray[np.float32]:
        """Levels at a point with fading and noise, (runs, steps, cells) in dBm."""
        mean = (self.gsm_dbm if rat == "GSM" else self.lte_dbm).loc[point]
        keys = np.array([stable_key(name) for name in mean.index], dtype=np.uint64)
        slow = draw_fading(stable_key(str(self.seed), purpose, point), runs, steps, step_s, TAU_S, keys)
        white = draw_fading(stable_key(str(self.seed), purpose, point, "noise"), runs, steps, step_s, 0.0, keys)
        varying = slow * np.float32(SIGMA_DB) + white * np.float32(NOISE_DB)
        return np.asarray(mean.to_numpy(dtype=np.float32) + varying)

    def row(self, time: float, point: str, mode: str, rat: str, cell: str, serving: bool) -> Row:
        """A log row without levels: the name only of the serving cell, the identity on the air of every one."""
        facts, where = self.network.cells.loc[cell], self.points.loc[point]
        row: Row = {
            "time": round(time, 2), "point": point, "lat": where["lat"], "lon": where["lon"], "floor": where["floor"],
            "mode": mode, "rat": rat, "serving": serving, "cell": cell if serving else "",
        }  # fmt: skip
        identity = ("arfcn", "bsic") if rat == "GSM" else ("earfcn", "pci")
        return row | {name: facts[name] for name in identity}


def as_readings(rows: list[Row]) -> pd.DataFrame:
    """Rows as a table of readings: numbers NaN and text '' where a row says nothing."""
    table = pd.DataFrame(rows, columns=list(LOG_COLUMNS))
    words = ["point", "mode", "rat", "cell", "bsic", "event"]
    return table.assign(**{name: table[name].astype(object).fillna("") for name in words})


def idle_2g(world: World, lengths_s: dict[str, float]) -> list[Row]:
    """GSM idle mode at several points: 5-s averages of the server and of the six strongest of its BA list."""
    return [row for point, length in lengths_s.items() for row in _idle_2g(world, point, length)]


def _idle_2g(world: World, point: str, length_s: float) -> Iterator[Row]:
    names = world.gsm_dbm.columns
    level, server = camp_2g(world, point, length_s)
    heard = _held(_decodable(world, level), GSM_AVERAGE)
    listed = ba_matrix(world.network, names)
    for time, at in _instants(length_s):
        s = int(server[at])
        if s < 0:
            continue
        mean = level[at - GSM_AVERAGE + 1 : at + 1].mean(axis=0)
        yield _gsm_row(world, time, point, "idle", names[s], True, mean[s])
        for n in _strongest(mean, listed[s] & heard[at], s, MOST_GSM):
            yield _gsm_row(world, time, point, "idle", names[n], False, mean[n])


def camp_2g(world: World, point: str, length_s: float) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
    """Levels (steps, cells) of a GSM phone in idle mode and its server at every step, warm-up included."""
    names = world.gsm_dbm.columns
    steps = _steps(length_s)
    level = world.levels("GSM", "idle_2g", point, 1, steps, IDLE_STEP_S)
    floor = np.full(len(names), mw(GSM_NOISE_DBM))
    arrays = gsm_idle_arrays(world.network, names)
    server, _ = gsm_idle.camp(
        level, np.arange(steps) * IDLE_STEP_S, np.zeros(len(names)), [-1], **arrays, floor_mw=floor
    )
    return level[0], server[0]


def _steps(length_s: float) -> int:
    return round((WARM_S + length_s) / IDLE_STEP_S) + 1


def _instants(length_s: float) -> Iterator[tuple[float, int]]:
    """(time in the log, step) of every report."""
    for k in range(1, int(length_s / REPORT_S) + 1):
        yield k * REPORT_S, round((WARM_S + k * REPORT_S) / IDLE_STEP_S)


def _decodable(world: World, level: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Whether each BCCH can be decoded at each step."""
    coupling = gsm_coupling(world.network.cells.loc[world.gsm_dbm.columns], traffic=False)
    ci = level - dbm(mw(GSM_NOISE_DBM) + interference_mw(level.astype(np.float64), coupling))
    return np.asarray(ci >= DECODE_CI_DB)


def _held(now: NDArray[np.bool_], steps: int) -> NDArray[np.bool_]:
    """True at a step where it was true in any of the last steps."""
    count = np.cumsum(np.vstack([np.zeros((steps, now.shape[1]), dtype=np.int64), now]), axis=0)
    return np.asarray(count[steps:] > count[:-steps])


def _strongest(level: NDArray[np.float32], allowed: NDArray[np.bool_], server: int, most: int) -> list[int]:
    order = np.argsort(-level, kind="stable")
    return [int(n) for n in order if allowed[n] and n != server][:most]


def _gsm_row(world: World, time: float, point: str, mode: str, cell: str, serving: bool, level_dbm: float) -> Row:
    return world.row(time, point, mode, "GSM", cell, serving) | {"rxlev_dbm": float(rxlev_dbm(rxlev_code(level_dbm)))}


def call_2g(world: World, points: tuple[str, ...]) -> list[Row]:
    """Calls of 90 s from where the phone camped, a row every second SACCH period."""
    return [row for point in points for row in _call_2g(world, point)]


def _call_2g(world: World, point: str) -> Iterator[Row]:
    names = world.gsm_dbm.columns
    _, camped = camp_2g(world, point, 600.0)
    start = camped[[round((WARM_S + 100.0 * k) / IDLE_STEP_S) for k in range(CALLS)]]
    steps = int(CALL_S / SACCH_S)
    level = world.levels("GSM", "call_2g", point, CALLS, steps, SACCH_S)
    floor = np.full(len(names), mw(GSM_NOISE_DBM))
    server, reason, ci_db, rxqual = gsm_dedicated.call(
        level, np.arange(steps) * SACCH_S, np.zeros(len(names)), start, **gsm_call_arrays(world.network, names),
        floor_mw=floor, tch_floor_mw=floor, **_luck(world.seed, point, steps),
    )  # fmt: skip
    reported = part(world.network, names).related()
    for k in range(CALLS):
        heard = _decodable(world, level[k])
        before = np.concatenate([start[k : k + 1], server[k, :-1]])
        for t in range(0, steps, 2):
            event = _event(reason[k, t : t + 2])
            s = int(before[t])
            if s < 0:
                break
            time = CALL_EVERY_S * k + t * SACCH_S
            quality = {"rxqual": float(rxqual[k, t]), "ci_db": round(float(ci_db[k, t]), 1), "event": event}
            yield _gsm_row(world, time, point, "call", names[s], True, level[k, t, s]) | quality
            for n in _strongest(level[k, t], reported[s] & heard[t], s, MOST_GSM):
                yield _gsm_row(world, time, point, "call", names[n], False, level[k, t, n])


def _luck(seed: int, point: str, steps: int) -> dict[str, Any]:
    key = stable_key(str(seed), "call_2g", point, "luck")
    uniform = draw_uniform(key, CALLS, steps, np.arange(2, dtype=np.uint64))
    jitter = draw_fading(key + 1, CALLS, steps, SACCH_S, 0.0, np.zeros(1, dtype=np.uint64))[:, :, 0]
    return {"luck": uniform[:, :, 0], "handover_luck": uniform[:, :, 1], "jitter_db": jitter * np.float32(JITTER_DB)}


def _event(reasons: NDArray[np.int8]) -> str:
    if Reason.RADIO_LINK_TIMEOUT in reasons:
        return "drop"
    return "handover_fail" if Reason.HANDOVER_FAILED in reasons else ""


def lte_idle_csfb(world: World, lengths_s: dict[str, float], calling: tuple[str, ...]) -> list[Row]:
    """LTE idle mode at several points, with a fallback call every 40 s at some of them."""
    return [row for point, length in lengths_s.items() for row in _lte_idle(world, point, length, point in calling)]


def _lte_idle(world: World, point: str, length_s: float, calling: bool) -> Iterator[Row]:
    names = world.lte_dbm.columns
    steps = _steps(length_s)
    level = world.levels("LTE", "lte_idle", point, 1, steps, IDLE_STEP_S)
    server, _ = lte_idle.camp(
        level, np.arange(steps) * IDLE_STEP_S, np.zeros(len(names)), [-1], **lte_idle_arrays(world.network, names)
    )
    number = int((length_s - BUSY_S) / FALLBACK_EVERY_S) if calling else 0
    tries = [(k + 1) * FALLBACK_EVERY_S for k in range(number)]
    landed = _land(world, point, server[0], tries, steps) if tries else {}
    idle_from, failed = 0.0, False
    for time, at in _instants(length_s):
        if time < idle_from or server[0, at] < 0:
            continue
        event = "csfb_start" if time in tries else "csfb_fail" if failed else ""
        mean = level[0, at - LTE_AVERAGE + 1 : at + 1].mean(axis=0)
        yield from _lte_rows(world, time, point, int(server[0, at]), mean, event)
        failed = False
        if time in tries:
            row = landed[time]
            idle_from, failed = time + BUSY_S, row is None
            if row is not None:
                yield row


def _lte_rows(world: World, time: float, point: str, s: int, level: NDArray[np.float32], event: str) -> Iterator[Row]:
    names = world.lte_dbm.columns
    cells = world.network.cells.loc[names]
    noise = mw(LTE_NOISE_DBM)
    sinr = level - dbm(noise + interference_mw(level.astype(np.float64), lte_coupling(cells)))
    for n in [s, *_strongest(level, (sinr >= LTE_DETECTED_DB) & (level >= LTE_DETECTED_DBM), s, MOST_LTE)]:
        row = world.row(time, point, "idle", "LTE", names[n], n == s)
        row |= {"rsrp_dbm": float(rsrp_dbm(rsrp_code(level[n]))), "rsrq_db": _rsrq_db(cells, level, n)}
        yield row | ({"sinr_db": round(float(sinr[n]), 1), "event": event} if n == s else {})


def _rsrq_db(cells: pd.DataFrame, level: NDArray[np.float32], n: int) -> float:
    """Reported RSRQ of a cell among those of its carrier."""
    same = np.flatnonzero(cells["earfcn"].to_numpy() == cells["earfcn"].iloc[n])
    ratio = rsrq_db(level[same], cells["load"].to_numpy()[same], serving=int(np.flatnonzero(same == n)[0]))
    return float(rsrq_of_code(rsrq_code(ratio)))


def _land(
    world: World, point: str, server: NDArray[np.int16], tries: list[float], steps: int
) -> dict[float, Row | None]:
    """Where each fallback call lands: a GSM row, None where it fails."""
    gsm, lte = world.gsm_dbm.columns, world.lte_dbm.columns
    at = np.array([round((WARM_S + time) / IDLE_STEP_S) for time in tries])
    trace = world.levels("GSM", "csfb", point, 1, steps, IDLE_STEP_S)[0]
    level = 0.5 * (trace[at] + trace[at - 1])
    coupling = gsm_coupling(world.network.cells.loc[gsm], traffic=False)
    ci = level - dbm(mw(GSM_NOISE_DBM) + interference_mw(level.astype(np.float64), coupling))
    key = stable_key(str(world.seed), "csfb", point, "luck")
    luck = draw_uniform(key, 1, len(tries), np.arange(csfb.LUCK, dtype=np.uint64))[0]
    landing = csfb.land(level, ci, server[at], **csfb_arrays(world.network, gsm, lte), luck=luck)
    rows: dict[float, Row | None] = {}
    for k, time in enumerate(tries):
        cell = int(landing.cell[k])
        row = _gsm_row(world, time + float(landing.delay_s[k]), point, "call", gsm[cell], True, level[k, cell])
        rows[time] = row | {"event": "csfb_ok"} if landing.success[k] else None
    return rows
