"""What phones do: idle on GSM, in a call, idle on LTE, falling back. Many phones at once, step by step.

Written from TS 45.008 and 36.304 with conventions of its own. Arrays are (phones, cells) unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
IDLE_S, SACCH_S = 0.5, 0.48
GSM_NOISE_DBM, LTE_NOISE_DBM = -111.0, -125.2
DECODE_DB = 4.5
APART_DB = (0.0, 18.0, 50.0, 58.0)
"""How much a carrier 0…3 channels away counts less than one on the channel."""
ACTIVITY = 0.28
"""Share of time a traffic carrier is on the air: load times silence between words."""
SUBTRACTED_S, FOREVER_DB = 640, 70
RXQUAL_EDGES = np.array([6.0, 9.5, 12.0, 14.0, 16.0, 18.0, 21.0])
NOBODY = -1


def mw(dbm: Floats) -> Floats:
    """Power in mW."""
    return np.asarray(10.0 ** (dbm / 10.0))


def db(ratio: Floats) -> Floats:
    """Decibels of a power."""
    return np.asarray(10.0 * np.log10(np.maximum(ratio, 1e-20)))


def wander(
    rng: np.random.Generator, mean: Floats, sigma: Floats, tau_s: float, noise_db: float, steps: int, step_s: float
) -> Floats:
    """Levels over time (phones, steps, cells): a mean, slow fading that remembers, and measurement noise."""
    memory = np.exp(-step_s / tau_s)
    out = np.empty((len(mean), steps, mean.shape[1]))
    state = rng.standard_normal(mean.shape)
    for t in range(steps):
        state = memory * state + np.sqrt(1.0 - memory**2) * rng.standard_normal(mean.shape)
        out[:, t] = mean + sigma * state
    return out + noise_db * rng.standard_normal(out.shape)


@dataclass
class Gsm:
    """GSM cells as phones know them: parameters (cells,), relations and coupling (cells, cells)."""

    names: list[str]
    rows: list[dict[str, Any]]
    related: Bools
    listed: Bools
    margin: dict[str, Floats]
    beacon: Floats
    traffic: Floats
    same: Bools

    def column(self, name: str, default: float = 0.0) -> Floats:
        """A parameter of every cell."""
        return np.array([float(row.get(name, default)) for row in self.rows])


def gsm_cells(names: list[str], cells: dict[str, Any], relations: dict[tuple[str, str], Any]) -> Gsm:
    """The GSM side of a block as it is broadcast."""
    rows = [cells[n] for n in names]
    related = np.array([[(a, b) in relations for b in names] for a in names])
    arfcn = np.array([row["arfcn"] for row in rows])
    heard = related.astype(int) @ (arfcn[:, None] == arfcn[None, :]).astype(int) > 0
    listed = heard | (arfcn[:, None] == arfcn[None, :])
    keys = ("ho_margin_pbgt_db", "ho_margin_lev_db", "ho_margin_qual_db", "rxlev_min_cell_dbm")
    margin = {
        key: np.array([[float(relations.get((a, b), {}).get(key, np.nan)) for b in names] for a in names])
        for key in keys
    }
    carriers = [[row["arfcn"], *_numbers(row["tch_arfcns"])] for row in rows]
    same = np.array([[a["arfcn"] == b["arfcn"] and a["bsic"] == b["bsic"] for b in rows] for a in rows])
    np.fill_diagonal(same, False)
    return Gsm(names, rows, related, listed, margin, _coupling(carriers, 1), _coupling(carriers, 99), same)


def _numbers(text: Any) -> list[int]:
    return [int(part) for part in str(text).split(";") if part]


def _coupling(carriers: list[list[int]], most: int) -> Floats:
    """[victim, other]: what of another's power falls on the mean of a cell's first carriers."""
    out = np.zeros((len(carriers), len(carriers)))
    for i, own in enumerate(carriers):
        for j, theirs in enumerate(carriers):
            if i != j:
                out[i, j] = np.mean([_fallen(channel, theirs) for channel in own[:most]])
    return out


def _fallen(channel: int, theirs: list[int]) -> float:
    total = 0.0
    for k, other in enumerate(theirs):
        if abs(other - channel) < len(APART_DB):
            total += (1.0 if k == 0 else ACTIVITY) / 10.0 ** (APART_DB[abs(other - channel)] / 10.0)
    return total


@dataclass
class Idle:
    """Idle phones over time: servers (phones, steps), averaged levels and readability (phones, steps, cells)."""

    server: Ints
    level: Floats
    readable: Bools
    raw: Floats


def idle(gsm: Gsm, raw: Floats) -> Idle:
    """Camp and reselect by C1 and C2, half a second a step."""
    phones, steps, cells = raw.shape
    level = _running_mean(raw, 10)
    power = mw(raw)
    clear = db(power / (power @ gsm.beacon.T + mw(np.array(GSM_NOISE_DBM)))) > DECODE_DB
    readable = _any_recent(clear, 10)
    access, offset, wait_db, wait_s, hysteresis, area = (
        gsm.column(n) for n in ("rxlev_access_min_dbm", "cell_reselect_offset_db", "temporary_offset_db",
                                "penalty_time_s", "cell_reselect_hysteresis_db", "lac")
    )  # fmt: skip
    bonus = np.where(wait_s == SUBTRACTED_S, -offset, offset)
    wait_db = np.where(wait_s == SUBTRACTED_S, 0.0, np.where(wait_db >= FOREVER_DB, 1e6, wait_db))
    me, one = np.arange(phones), np.eye(cells, dtype=bool)
    server = np.argmax(np.where(readable[:, 0], level[:, 0] - access, -np.inf), axis=1)
    seen_s, lead_s, big_s = (np.full((phones, cells), v) for v in (1e6, 0.0, 0.0))
    poor_s, since_s, signal = np.zeros(phones), np.full(phones, 99.0), np.full(phones, 18.0)
    barred_s = np.zeros((phones, cells))
    out = np.empty((phones, steps), dtype=np.int64)
    for t in range(steps):
        out[:, t] = server
        at = np.maximum(server, 0)
        own = one[at] & (server >= 0)[:, None]
        heard = readable[:, t] & (np.where((server >= 0)[:, None], gsm.listed[at], True)) & ~own & (barred_s <= 0)
        strength = np.where(heard, level[:, t], -np.inf)
        sixth = -np.partition(-strength, min(5, cells - 1), axis=1)[:, min(5, cells - 1)]
        best = heard & (strength >= sixth[:, None])
        seen_s = np.where(best | own, seen_s + IDLE_S, 0.0)
        c1 = level[:, t] - access
        c2 = c1 + bonus - np.where((seen_s <= wait_s) & ~own, wait_db, 0.0)
        here = np.where(server >= 0, c2[me, at], -np.inf)
        more = np.where((area != area[at][:, None]) & (server >= 0)[:, None], hysteresis[at][:, None], 0.0)
        ahead = c2 - here[:, None]
        fit = best & (c1 > 0)
        lead_s = np.where(fit & (ahead > more), lead_s + IDLE_S, 0.0)
        big_s = np.where(fit & (ahead >= np.maximum(more, 5.0)), big_s + IDLE_S, 0.0)
        since_s += IDLE_S
        barred_s -= IDLE_S
        ripe = np.where((since_s < 15.0)[:, None], big_s >= 5.0, lead_s >= 5.0)
        poor_s = np.where((server >= 0) & (c1[me, at] <= 0), poor_s + IDLE_S, 0.0)
        signal = np.minimum(signal + np.where(clear[me, t, at], 0.4, -1.7), 18.0)
        failed = (signal <= 0) & (server >= 0)
        away = failed | (poor_s >= 5.0) | (server < 0)
        ripe |= away[:, None] & fit
        rank = np.where(ripe, c2 - more, -np.inf)
        target = np.argmax(rank, axis=1)
        go = np.isfinite(rank[me, target])
        barred_s[me[failed], at[failed]] = 5.0
        lost = away & ~go & (failed | (poor_s >= 5.0))
        left = server.copy()
        server = np.where(go, target, np.where(lost, NOBODY, server))
        moved = server != left
        seen_s[me[moved & (left >= 0)], left[moved & (left >= 0)]] = 1e6
        since_s, signal, poor_s = (np.where(moved, v, s) for v, s in ((0.0, since_s), (18.0, signal), (0.0, poor_s)))
        lead_s[moved], big_s[moved] = 0.0, 0.0
    return Idle(out, level, readable, raw)


def _running_mean(raw: Floats, window: int) -> Floats:
    total = np.cumsum(raw, axis=1)
    out = total.copy()
    out[:, window:] = total[:, window:] - total[:, :-window]
    count = np.minimum(np.arange(1, raw.shape[1] + 1), window)
    return np.asarray(out / count[None, :, None])


def _any_recent(flag: Bools, window: int) -> Bools:
    count = np.cumsum(flag, axis=1)
    out = count.copy()
    out[:, window:] = count[:, window:] - count[:, :-window]
    return np.asarray(out > 0)


@dataclass
class Calls:
    """Calls over time, (phones, SACCH periods): server (−1 after a drop), RXQUAL, C/I, and what happened when."""

    server: Ints
    rxqual: Ints
    ci_db: Floats
    raw: Floats
    readable: Bools
    handovers: list[list[tuple[int, int, int]]]
    failed: list[tuple[int, int]]
    dropped: Bools
    begun: Bools


def calls(rng: np.random.Generator, gsm: Gsm, raw: Floats, start: Ints) -> Calls:
    """Calls that begin on the cells where the phones camped, with handover by level, quality and power budget."""
    phones, steps, _ = raw.shape
    power = mw(raw)
    beacon = db(power / (power @ gsm.beacon.T + mw(np.array(GSM_NOISE_DBM))))
    quality = db(power / (power @ gsm.traffic.T + mw(np.array(GSM_NOISE_DBM)))) + 0.5 * rng.standard_normal(raw.shape)
    readable = beacon > DECODE_DB
    window, period, least_dbm, least_qual, timeout = (
        gsm.column(name, default)
        for name, default in (
            ("ho_averaging_sacch", 8), ("ho_period_pbgt_sacch", 6), ("ho_threshold_lev_dbm", -95),
            ("ho_threshold_qual", 5), ("radio_link_timeout", 20),
        )
    )  # fmt: skip
    me = np.arange(phones)
    server = start.copy()
    begun = server >= 0
    begun &= np.where(begun, beacon[me, 0, np.maximum(server, 0)] > DECODE_DB - 3.0, False)
    server = np.where(begun, server, NOBODY)
    counter = timeout[np.maximum(server, 0)].copy()
    guard_s = np.zeros(phones)
    empty = np.zeros((phones, steps), dtype=np.int64)
    nothing: list[list[tuple[int, int, int]]] = [[] for _ in range(phones)]
    out = Calls(empty.copy(), empty, np.zeros(empty.shape), raw, readable, nothing, [], np.zeros(phones, bool), begun)
    reports, bad, weak = [], [], []
    for t in range(steps):
        at = np.maximum(server, 0)
        live = server >= 0
        ci = quality[me, t, at]
        rx = 7 - np.searchsorted(RXQUAL_EDGES, ci + rng.standard_normal(phones), side="right")
        out.server[:, t], out.rxqual[:, t], out.ci_db[:, t] = server, rx, ci
        decoded = rng.random(phones) > 1.0 / (1.0 + np.exp((ci - DECODE_DB) / 1.2))
        counter = np.where(decoded, np.minimum(counter + 2, timeout[at]), counter - 1)
        gone = live & (counter <= 0)
        out.dropped |= gone
        reports.append(_reported(gsm, raw[:, t], readable[:, t], at))
        own = np.array([r[me, at] for r in reports[-31:]])
        weak.append(_recent_mean(own, window[at]) < least_dbm[at])
        bad.append(rx >= least_qual[at])
        guard_s -= SACCH_S
        target = _target(gsm, reports, own, bad, weak, window, period, at, t)
        go = live & ~gone & (target >= 0) & (guard_s <= 0)
        for k in np.flatnonzero(go):
            n = int(target[k])
            chance = 0.3 if quality[k, t, n] < 6 else 0.1 if quality[k, t, n] < 9 else 0.01
            twin = gsm.same[n].any() and rng.random() < 0.5
            if twin or rng.random() < chance:
                out.failed.append((int(k), t))
            else:
                out.handovers[k].append((t, int(server[k]), n))
                server[k] = n
                counter[k] = timeout[n]
        guard_s[go] = 5.0
        for k in np.flatnonzero(go & (server != at)):
            for past in (bad, weak):
                past[-1][k] = False
        server = np.where(gone, NOBODY, server)
    return out


def _reported(gsm: Gsm, level: Floats, readable: Bools, at: Ints) -> Floats:
    """What a measurement report holds: the server and the six strongest of its list; −110 for the rest."""
    heard = np.where(readable & gsm.listed[at], level, -np.inf)
    me = np.arange(len(at))
    heard[me, at] = -np.inf
    sixth = -np.partition(-heard, min(5, heard.shape[1] - 1), axis=1)[:, min(5, heard.shape[1] - 1)]
    out = np.where(heard >= sixth[:, None], np.maximum(heard, -110.0), -110.0)
    out[me, at] = np.maximum(level[me, at], -110.0)
    return np.asarray(out)


def _recent_mean(values: Floats, window: Floats) -> Floats:
    """Mean of each phone's last `window` reports; values (reports, phones, …)."""
    out = np.empty(values.shape[1:])
    for size in np.unique(window):
        chosen = window == size
        out[chosen] = values[-int(size) :, chosen].mean(axis=0)
    return out


def _target(
    gsm: Gsm, reports: list[Floats], own: Floats, bad: list[Bools], weak: list[Bools], window: Floats, period: Floats,
    at: Ints, t: int,
) -> Ints:  # fmt: skip
    """The cell each call should go to now, −1 for none."""
    mean = _recent_mean(np.array(reports[-31:]), window[at])
    mine = _recent_mean(own, window[at])[:, None]
    lead = mean - mine
    possible = gsm.related[at] & (mean > gsm.margin["rxlev_min_cell_dbm"][at]) & (mean > -109.0)
    full = np.array([min(len(reports), int(w)) >= int(w) for w in window[at]])[:, None]
    better = possible & (lead > gsm.margin["ho_margin_pbgt_db"][at]) & ((t % period[at]) == 0)[:, None]
    poor = np.sum(bad[-4:], axis=0) >= 3
    low = np.sum(weak[-4:], axis=0) >= 3
    by_quality = possible & (lead > gsm.margin["ho_margin_qual_db"][at]) & poor[:, None]
    by_level = possible & (lead > gsm.margin["ho_margin_lev_db"][at]) & low[:, None]
    rank = np.where((better | by_quality | by_level) & full, mean, -np.inf)
    best = np.argmax(rank, axis=1)
    return np.where(np.isfinite(rank[np.arange(len(at)), best]), best, NOBODY)


@dataclass
class Lte:
    """LTE cells as phones know them."""

    names: list[str]
    rows: list[dict[str, Any]]
    coupling: Floats
    offset_db: Floats
    carrier: Ints
    lists: list[set[int]]

    def column(self, name: str) -> Floats:
        """A parameter of every cell."""
        return np.array([float(row[name]) for row in self.rows])


def lte_cells(
    names: list[str], cells: dict[str, Any], relations: dict[tuple[str, str], Any], redirects: dict[str, set[int]]
) -> Lte:
    """The LTE side of a block."""
    rows = [cells[n] for n in names]
    coupling = np.array([[_share(a, b) for b in rows] for a in rows])
    np.fill_diagonal(coupling, 0.0)
    offset = np.array([[float(relations.get((a, b), {}).get("q_offset_db", 0.0)) for b in names] for a in names])
    carrier = np.array([row["earfcn"] for row in rows])
    return Lte(names, rows, coupling, offset, carrier, [redirects.get(n, set()) for n in names])


def _share(own: dict[str, Any], other: dict[str, Any]) -> float:
    """What of a cell's power falls on another's reference signals."""
    if own["earfcn"] != other["earfcn"]:
        return 0.0
    return 1.0 if own["pci"] % 3 == other["pci"] % 3 else float(other["load"])


@dataclass
class LteIdle:
    """Idle LTE phones over time: servers (phones, steps), levels (phones, steps, cells), SINR of the server."""

    server: Ints
    level: Floats
    sinr_db: Floats


def lte_idle(lte: Lte, raw: Floats) -> LteIdle:
    """Camp and reselect by rank, half a second a step; all carriers are of equal priority unless rows differ."""
    phones, steps, _ = raw.shape
    level = _running_mean(raw, 2)
    least, hysteresis, hold_s, priority = (
        lte.column(n) for n in ("q_rxlevmin_dbm", "q_hyst_db", "t_reselection_s", "cell_reselection_priority")
    )
    intra, inter, low = (lte.column(n) for n in ("s_intra_search_db", "s_non_intra_search_db", "thresh_serving_low_db"))
    me = np.arange(phones)
    fit = level > least
    server = np.where(fit[:, 0].any(axis=1), np.argmax(np.where(fit[:, 0], level[:, 0], -np.inf), axis=1), NOBODY)
    ahead_s, since_s = np.zeros(raw[:, 0].shape), np.full(phones, 9.0)
    out = np.empty((phones, steps), dtype=np.int64)
    for t in range(steps):
        out[:, t] = server
        at, camped = np.maximum(server, 0), server >= 0
        mine = level[me, t, at]
        reserve = mine - least[at]
        same = lte.carrier[at][:, None] == lte.carrier[None, :]
        searched = np.where(same, (reserve <= intra[at])[:, None], (reserve <= inter[at])[:, None])
        higher = ~same & (priority[None, :] > priority[at][:, None])
        lower = ~same & (priority[None, :] < priority[at][:, None])
        rank = level[:, t] - lte.offset_db[at] > (mine + hysteresis[at])[:, None]
        better = np.where(higher, level[:, t] > least + 10.0, np.where(lower, (reserve < low[at])[:, None], rank))
        better = better & fit[:, t] & (searched | higher)
        better[me, at] = False
        better |= (~camped | (reserve <= 0))[:, None] & fit[:, t]
        ahead_s = np.where(better, ahead_s + IDLE_S, 0.0)
        since_s += IDLE_S
        ripe = (
            better
            & ((ahead_s >= np.maximum(hold_s[at], IDLE_S)[:, None]) | ~camped[:, None])
            & (since_s > 1.0)[:, None]
        )
        score = np.where(ripe, level[:, t] + 100.0 * higher, -np.inf)
        best = np.argmax(score, axis=1)
        go = np.isfinite(score[me, best])
        server = np.where(go, best, np.where(camped & (reserve <= 0), NOBODY, server))
        since_s, ahead_s = np.where(go, 0.0, since_s), np.where(go[:, None], 0.0, ahead_s)
    power = mw(raw)
    sinr = db(power / (power @ lte.coupling.T + mw(np.array(LTE_NOISE_DBM))))
    at = np.maximum(out, 0)
    return LteIdle(out, level, np.take_along_axis(sinr, at[:, :, None], axis=2)[:, :, 0])


@dataclass
class Fallback:
    """One call that falls back: where from, where to (−1 nowhere), whether it came about and how long it took."""

    phone: int
    step: int
    origin: int
    cell: int
    success: bool
    delay_s: float


def fall_back(
    rng: np.random.Generator, gsm: Gsm, lte: Lte, state: LteIdle, raw: Floats, every: int, first: int
) -> list[Fallback]:
    """Calls from LTE that fall back to the strongest listed carrier; GSM levels `raw` on the same steps as LTE."""
    access, lac = gsm.column("rxlev_access_min_dbm"), gsm.column("lac")
    tac, arfcn = lte.column("tac"), gsm.column("arfcn")
    power = mw(raw)
    clear = db(power / (power @ gsm.beacon.T + mw(np.array(GSM_NOISE_DBM)))) > DECODE_DB
    out = []
    for t in range(first, raw.shape[1], every):
        level, readable = raw[:, max(t - 1, 0) : t + 1].mean(axis=1), clear[:, max(t - 1, 0) : t + 1].any(axis=1)
        for phone in range(len(raw)):
            origin = int(state.server[phone, t])
            if origin < 0:
                continue
            fit = readable[phone] & (level[phone] > access)
            listed = fit & np.isin(arfcn, list(lte.lists[origin]))
            released = float(state.sinr_db[phone, t]) + rng.standard_normal() > -6.5
            out.append(
                _one(rng, phone, t, origin, level[phone], fit, listed, released, tac, lac, len(lte.lists[origin]))
            )
    return out


def _one(
    rng: np.random.Generator, phone: int, t: int, origin: int, level: Floats, fit: Bools, listed: Bools, released: bool,
    tac: Floats, lac: Floats, entries: int,
) -> Fallback:  # fmt: skip
    delay = 0.5 * rng.lognormal(0.0, 0.3) + 0.03 * entries + rng.uniform(0.9, 2.3) + 4.7 * rng.lognormal(0.0, 0.07)
    if not released or not fit.any():
        return Fallback(phone, t, origin, NOBODY, False, 13.0 + delay / 10.0)
    if not listed.any():
        delay += rng.uniform(2.0, 5.0)
    pool = listed if listed.any() else fit
    cell = int(np.argmax(np.where(pool, level, -np.inf)))
    lost = 0.004
    if tac[origin] != lac[cell]:
        delay += rng.uniform(1.5, 3.0)
        lost += 0.12
    return Fallback(phone, t, origin, cell, bool(rng.random() > lost), float(delay))
