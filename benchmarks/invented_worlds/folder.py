"""A block as files: a network's tables, a case with its logs, and the truth."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from . import phone as ph
from .block import HOME, World
from .radio import METRES_PER_DEG, pattern_file
from .truth import Lived, live

GSM_ONLY = (
    "rxlev_access_min_dbm", "cell_reselect_offset_db", "temporary_offset_db", "penalty_time_s",
    "cell_reselect_hysteresis_db", "ho_averaging_sacch", "ho_period_pbgt_sacch", "radio_link_timeout",
)  # fmt: skip
CELLS = (
    "cell", "site", "rat", "kind", "lat", "lon", "height_m", "azimuth_deg", "mech_tilt_deg", "elec_tilt_deg", "antenna",
    "gain_dbi", "h_beamwidth_deg", "v_beamwidth_deg", "power_dbm", "max_power_dbm", "building", "arfcn", "bsic", "lac",
    "ci", "tch_arfcns", "earfcn", "pci", "tac", "eci", "bandwidth_mhz", "load", *GSM_ONLY, "q_rxlevmin_dbm",
    "q_hyst_db", "s_intra_search_db", "s_non_intra_search_db", "cell_reselection_priority", "thresh_serving_low_db",
    "t_reselection_s", "a3_offset_db", "a3_hysteresis_db", "a3_time_to_trigger_ms",
)  # fmt: skip
RELATION = ("ho_margin_pbgt_db", "ho_margin_lev_db", "ho_margin_qual_db", "rxlev_min_cell_dbm", "q_offset_db", "cio_db")
LOG = ("time", "point", "lat", "lon", "floor", "mode", "rat", "serving", "cell", "arfcn", "bsic", "rxlev_dbm", "rxqual",
       "ci_db", "earfcn", "pci", "rsrp_dbm", "rsrq_db", "sinr_db", "event")  # fmt: skip
ROOM_S, STREET_S, ATTEMPT_S = 600.0, 60.0, 40.0
CALLS_A_ROOM = 5
LTE_LEAST_DBM, GSM_LEAST_DBM = -130.0, -110.0
Rows = Iterator[dict[str, Any]]


def write(world: World, folder: Path, truth: dict[str, Any]) -> None:
    """Write a block below a folder, as `drive_tests/<name>`, `site_configs/<name>` and `truth/<name>.json`."""
    config, test = folder / "site_configs" / world.name, folder / "drive_tests" / world.name
    for path in (config / "antennas", test, folder / "truth"):
        path.mkdir(parents=True, exist_ok=True)
    hidden = world.unlisted
    rows = [{"cell": n, **row} for n, row in world.cells.items() if n not in hidden]
    _table(config / "cells.csv", CELLS, rows)
    pairs = [(pair, row) for pair, row in world.relations.items() if not set(pair) & hidden]
    _table(config / "neighbours.csv", ("cell", "neighbour", *RELATION),
           [{"cell": a, "neighbour": b, **row} for (a, b), row in pairs])  # fmt: skip
    lists = sorted((n, a) for n, held in world.redirects.items() if n not in hidden for a in held)
    _table(config / "redirects.csv", ("cell", "arfcn"), [{"cell": n, "arfcn": a} for n, a in lists])
    (config / "buildings.geojson").write_text(json.dumps(_buildings(world), ensure_ascii=False), encoding="utf-8")
    for name, gain, width, mhz in (("G900-66-16.5", 16.5, 66.0, 940), ("TDL-65-17", 17.0, 65.0, 1895)):
        (config / "antennas" / f"{name}.msi").write_text(pattern_file(name, gain, width, mhz), encoding="utf-8")
    (test / "case.toml").write_text(_case(world), encoding="utf-8")
    for file, lines in logs(world).items():
        _table(test / file, LOG, lines)
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "truth" / f"{world.name}.json").write_text(text, encoding="utf-8")


def _table(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {key: "" if isinstance(v, float) and math.isnan(v) else v for key, v in row.items()} for row in rows
        )


def _buildings(world: World) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [_building(row) for row in world.buildings]}


def _building(row: dict[str, Any]) -> dict[str, Any]:
    (length, width), turn = row["size"], row["turn"]
    ring = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)):
        east, north = x * length / 2, y * width / 2
        east, north = east * math.cos(turn) - north * math.sin(turn), east * math.sin(turn) + north * math.cos(turn)
        ring.append(
            [round(row["lon"] + east / METRES_PER_DEG / 0.783, 7), round(row["lat"] + north / METRES_PER_DEG, 7)]
        )
    facts = {"id": row["id"], "floors": row["floors"], "floor_height_m": 3.0, "wall": row["wall"]}
    return {"type": "Feature", "properties": facts, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def _case(world: World) -> str:
    wanted = ", ".join(f'"{name}"' for name in world.wanted)
    permitted = f"parameters = {json.dumps(world.parameters)}\n" if world.parameters else ""
    return (
        f'[complaint]\nid = "{world.name}"\ntext = "{world.text}"\nlat = {HOME[0]}\nlon = {HOME[1]}\n'
        f'building = "a-1"\nfloor = {world.floor}\n\n'
        f'[inputs]\nnetwork = "../../site_configs/{world.name}"\nlogs = ["*.csv"]\nwanted = [{wanted}]\n\n'
        f"[limits]\n{permitted}max_changes = {world.max_changes}\nsite_visits = {str(world.site_visits).lower()}\n"
    )


def logs(world: World) -> dict[str, list[dict[str, Any]]]:
    """What a tester's phone wrote down: ten minutes a room on each technology, calls, and three spots in the street."""
    inside = live(world, "rooms", 1, ROOM_S, 1.0, world.seed + 500, ATTEMPT_S)
    spoken = live(world, "rooms", CALLS_A_ROOM, 15.0, 90.0, world.seed + 501)
    street = live(_first_places(world, "street", 3), "street", 1, STREET_S, 1.0, world.seed + 502, 1e6)
    spots = [_spot(world, "rooms", k, room, world.floor) for k, room in enumerate(world.rooms)]
    outside = [_spot(world, "street", k, f"street_{k + 11}", "") for k in range(3)]
    gsm, lte, call, start = [], [], [], 0.0
    for group, lived, length in ((spots, inside, ROOM_S), (outside, street, STREET_S)):
        for k, spot in enumerate(group):
            gsm += list(_gsm_idle(lived, k, spot, start))
            lte += list(_lte_idle(lived, k, spot, start))
            start += length + 20.0
    for number in range(CALLS_A_ROOM):
        for k, spot in enumerate(spots):
            at = 110.0 * (number * len(spots) + k)
            call += list(_call(spoken, k * CALLS_A_ROOM + number, spot, at))
    return {"idle_2g.csv": gsm, "lte_idle_csfb.csv": lte, "call_2g.csv": call}


def _first_places(world: World, group: str, count: int) -> World:
    part = world.copy()
    places = part.places[group]
    places.lat, places.lon, places.height_m = places.lat[:count], places.lon[:count], places.height_m[:count]
    places.loss_db = {name: loss[:count] for name, loss in places.loss_db.items()}
    return part


def _spot(world: World, group: str, k: int, point: str, floor: Any) -> dict[str, Any]:
    places = world.places[group]
    return {"point": point, "lat": f"{places.lat[k]:.6f}", "lon": f"{places.lon[k]:.6f}", "floor": floor}


def _code(level: float) -> int:
    """Upper edge of a GSM report code, lower edge of an LTE one is one less."""
    return math.floor(level) + 1


def _gsm_row(
    gsm: ph.Gsm, n: int, level: float, spot: dict[str, Any], time: float, mode: str, own: bool
) -> dict[str, Any]:
    row = gsm.rows[n]
    return spot | {
        "time": round(time, 2), "mode": mode, "rat": "GSM", "serving": int(own), "cell": gsm.names[n] if own else "",
        "arfcn": row["arfcn"], "bsic": row["bsic"], "rxlev_dbm": min(max(_code(level), -110), -47),
    }  # fmt: skip


def _six(gsm: ph.Gsm, server: int, level: np.ndarray, readable: np.ndarray) -> list[int]:
    """The strongest others of the list that could be read."""
    fit = readable & gsm.listed[server] & (level > GSM_LEAST_DBM)
    fit[server] = False
    return [int(n) for n in np.argsort(-level, kind="stable") if fit[n]][:6]


def _gsm_idle(lived: Lived, k: int, spot: dict[str, Any], start: float) -> Rows:
    idle, skip = lived.idle, 80
    for t in range(skip + 4, idle.server.shape[1], 4):
        server, level = int(idle.server[k, t]), idle.level[k, t]
        if server < 0:
            continue
        time = start + (t - skip) * ph.IDLE_S
        yield _gsm_row(lived.gsm, server, level[server], spot, time, "idle", True)
        for n in _six(lived.gsm, server, level, idle.readable[k, t].copy()):
            yield _gsm_row(lived.gsm, n, level[n], spot, time, "idle", False)


def _call(lived: Lived, k: int, spot: dict[str, Any], start: float) -> Rows:
    calls = lived.calls
    if not calls.begun[k]:
        yield spot | {"time": start, "mode": "call", "rat": "GSM", "serving": 0, "event": "setup_fail"}
        return
    failed = {t for phone, t in calls.failed if phone == k}
    for t in range(calls.server.shape[1]):
        server, level = int(calls.server[k, t]), calls.raw[k, t]
        if server < 0:
            break
        last = t + 1 < calls.server.shape[1] and calls.server[k, t + 1] < 0
        if t % 2 and not last and t not in failed:
            continue
        event = "drop" if last else "handover_fail" if t in failed else ""
        time = start + t * ph.SACCH_S
        quality = {"rxqual": int(calls.rxqual[k, t]), "ci_db": round(float(calls.ci_db[k, t]), 1), "event": event}
        yield _gsm_row(lived.gsm, server, level[server], spot, time, "call", True) | quality
        for n in _six(lived.gsm, server, level, calls.readable[k, t].copy()):
            yield _gsm_row(lived.gsm, n, level[n], spot, time, "call", False)


def _lte_row(lived: Lived, k: int, t: int, n: int, spot: dict[str, Any], start: float, own: bool) -> dict[str, Any]:
    lte, level = lived.lte, lived.lte_idle.level[k, t]
    row = lte.rows[n]
    same = lte.carrier == lte.carrier[n]
    total = sum(10.0 ** (p / 10) * (4 + 8 * r["load"]) for p, r, s in zip(level, lte.rows, same, strict=True) if s)
    rsrq = 10.0 * math.log10(10.0 ** (level[n] / 10) / (total + 12 * 10.0 ** (ph.LTE_NOISE_DBM / 10)))
    sinr = {"sinr_db": round(float(lived.lte_idle.sinr_db[k, t]), 1)} if own else {}
    return spot | {
        "time": round(start + t * ph.IDLE_S, 2), "mode": "idle", "rat": "LTE", "serving": int(own),
        "cell": lte.names[n] if own else "", "earfcn": row["earfcn"], "pci": row["pci"],
        "rsrp_dbm": _code(level[n]) - 1, "rsrq_db": max(math.floor(2 * rsrq) / 2, -20.0),
    } | sinr  # fmt: skip


def _lte_idle(lived: Lived, k: int, spot: dict[str, Any], start: float) -> Rows:
    """Idle rows every two seconds; a fallback call takes the phone away for a while."""
    attempts = {f.step: f for f in lived.fallbacks if f.phone == k}
    away = -1.0
    for t in range(4, lived.lte_idle.server.shape[1], 4):
        server, level = int(lived.lte_idle.server[k, t]), lived.lte_idle.level[k, t]
        if server < 0 or t * ph.IDLE_S < away:
            continue
        tried = attempts.get(t)
        own = _lte_row(lived, k, t, server, spot, start, True)
        yield own | ({"event": "csfb_start"} if tried else {})
        fit = [int(n) for n in np.argsort(-level, kind="stable") if n != server and level[n] >= LTE_LEAST_DBM][:8]
        for n in fit:
            yield _lte_row(lived, k, t, n, spot, start, False)
        if tried:
            away = t * ph.IDLE_S + 20.0
            yield _landed(lived, tried, own, spot)


def _landed(lived: Lived, tried: ph.Fallback, own: dict[str, Any], spot: dict[str, Any]) -> dict[str, Any]:
    event, time = "csfb_ok" if tried.success else "csfb_fail", float(own["time"]) + tried.delay_s
    if tried.cell < 0:
        kept = {key: own[key] for key in ("rat", "serving", "cell", "earfcn", "pci")}
        return spot | kept | {"time": round(time, 2), "mode": "call", "event": event}
    level = float(lived.idle.level[tried.phone, 80 + tried.step, tried.cell])
    return _gsm_row(lived.gsm, tried.cell, level, spot, time, "call", True) | {"event": event}
