"""What is true of a block: figures over hours, the objective, and whom a plan harms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from . import phone as ph
from .block import World, margins

Plan = list[dict[str, Any]]
RUNS, IDLE_SECONDS, CALL_SECONDS, WARM_S = 24, 190.0, 90.0, 40.0
"""Phones a room, and how long each is watched: some four hours of idle phones."""
AIMS = {
    "idle_camp_wanted": (0.95, 0.8, 0.15), "reselections_per_min": (0.4, 1.5, 0.15),
    "handovers_per_min": (0.3, 1.0, 0.15), "pingpong_share": (0.05, 0.15, 0.05), "rxqual_0_4_share": (0.97, 0.92, 0.2),
    "csfb_success_share": (0.98, 0.95, 0.12), "csfb_wanted_share": (0.9, 0.0, 0.08), "sinr_p10_db": (3.0, 0.0, 0.1),
}  # fmt: skip
"""Target, hard fail and weight (domain sheet I.2, I.3)."""
COVERED_DBM = {"GSM": -90.0, "LTE": -105.0}
LOST_SHARE, LOST_DB = 0.03, 4.0
"""Loss of a group's coverage, and of the tenth percentile on the ground, that is harm."""
OFF_AIR_DBM = -200.0
NO_SERVICE_DBM = -115.0
MOVE_LEVELS = ("power_dbm", "elec_tilt_deg", "mech_tilt_deg", "azimuth_deg")
WHOLE = ("arfcn", "pci", "lac", "tac")


@dataclass
class Lived:
    """What phones went through."""

    gsm: ph.Gsm
    lte: ph.Lte
    idle: ph.Idle
    calls: ph.Calls
    lte_idle: ph.LteIdle
    fallbacks: list[ph.Fallback]


def applied(world: World, plan: Plan) -> World:
    """The block with a plan carried out: tables and, by its own antennas, levels."""
    after = world.copy()
    for change in plan:
        cell, other, name, new = (change[k] for k in ("cell", "neighbour", "parameter", "new"))
        if name == "redirect_arfcn":
            held = after.redirects.setdefault(cell, set())
            (held.add if new == "present" else held.discard)(int(other))
        elif name == "neighbour":
            if new == "present":
                after.relations.setdefault((cell, other), margins())
            else:
                after.relations.pop((cell, other), None)
        elif other:
            after.relations[(cell, other)][name] = new
        else:
            after.cells[cell][name] = int(new) if name in WHOLE else new
            if name == "azimuth_deg":
                after.masts[cell] = replace(after.masts[cell], azimuth_deg=float(new))
    return after


def live(world: World, group: str, runs: int, idle_s: float, call_s: float, seed: int, every_s: float = 25.0) -> Lived:
    """Let phones live at every place of a group, `runs` at each."""
    rng = np.random.default_rng([5, seed])
    names, lte_names = world.of("GSM"), world.of("LTE")
    gsm = ph.gsm_cells(names, world.cells, world.relations)
    lte = ph.lte_cells(lte_names, world.cells, world.relations, world.redirects)
    places = world.places[group]
    mean = np.repeat(places.levels_dbm(world.cells, world.masts, names), runs, axis=0)
    mean[:, [k for k, n in enumerate(names) if n in world.silent]] = OFF_AIR_DBM
    mean_lte = np.repeat(places.levels_dbm(world.cells, world.masts, lte_names), runs, axis=0)
    sigma, sigma_lte = (np.array([world.sigma[n] for n in which]) for which in (names, lte_names))

    def trace(level: np.ndarray, spread: np.ndarray, seconds: float, step_s: float) -> np.ndarray:
        return ph.wander(rng, level, spread, world.tau_s, world.noise_db, int(seconds / step_s), step_s)

    camped = ph.idle(gsm, trace(mean, sigma, idle_s + WARM_S, ph.IDLE_S))
    spoken = ph.calls(rng, gsm, trace(mean, sigma, call_s, ph.SACCH_S), camped.server[:, -1])
    state = ph.lte_idle(lte, trace(mean_lte, sigma_lte, idle_s, ph.IDLE_S))
    listened = trace(mean, sigma, idle_s, ph.IDLE_S)
    tried = ph.fall_back(rng, gsm, lte, state, listened, int(every_s / ph.IDLE_S), int(20.0 / ph.IDLE_S))
    return Lived(gsm, lte, camped, spoken, state, tried)


def figures(world: World, lived: Lived) -> dict[str, float]:
    """The contract's key figures."""
    skip = int(WARM_S / ph.IDLE_S)
    server, level = lived.idle.server[:, skip:], lived.idle.level[:, skip:]
    minutes = server.size * ph.IDLE_S / 60.0
    wanted = [lived.gsm.names.index(n) for n in world.wanted]
    moves = int(((server[:, 1:] != server[:, :-1]) & (server[:, :-1] >= 0) & (server[:, 1:] >= 0)).sum())
    calls, live_s = lived.calls, lived.calls.server >= 0
    total = [len(h) for h in calls.handovers]
    back = sum(_returns(h) for h in calls.handovers)
    tried, good = len(lived.fallbacks), sum(f.success for f in lived.fallbacks)
    serving = np.take_along_axis(level, np.maximum(server, 0)[:, :, None], axis=2)[:, :, 0]
    serving = np.where(server >= 0, serving, NO_SERVICE_DBM)
    camped = lived.lte_idle.server >= 0
    at = np.maximum(lived.lte_idle.server, 0)
    rsrp = np.take_along_axis(lived.lte_idle.level, at[:, :, None], axis=2)[:, :, 0]
    landed = sum(f.cell in wanted and f.success for f in lived.fallbacks)
    return {
        "idle_camp_wanted": float(np.isin(server, wanted).mean()),
        "reselections_per_min": moves / minutes,
        "rxlev_p10_dbm": float(np.percentile(serving, 10)),
        "handovers_per_min": sum(total) / max(float(live_s.sum()) * ph.SACCH_S / 60.0, 1e-9),
        "pingpong_share": back / max(sum(total), 1),
        "rxqual_0_4_share": float((calls.rxqual[live_s] <= 4).mean()) if live_s.any() else 0.0,
        "ci_p10_db": float(np.percentile(calls.ci_db[live_s], 10)) if live_s.any() else float("nan"),
        "drop_per_call": float((calls.dropped & calls.begun).sum() / max(int(calls.begun.sum()), 1)),
        "rsrp_p10_dbm": float(np.percentile(rsrp[camped], 10)) if camped.any() else float("nan"),
        "sinr_p10_db": float(np.percentile(lived.lte_idle.sinr_db[camped], 10)) if camped.any() else float("nan"),
        "csfb_success_share": good / max(tried, 1),
        "csfb_wanted_share": landed / max(tried, 1),
        "csfb_delay_p95_s": _delay(lived.fallbacks),
    }


def _returns(handovers: list[tuple[int, int, int]]) -> int:
    pairs = pairwise(handovers)
    return sum(a[1] == b[2] and (b[0] - a[0]) * ph.SACCH_S <= 10.0 for a, b in pairs)


def _delay(fallbacks: list[ph.Fallback]) -> float:
    """A failed call counts as twenty seconds."""
    times = [f.delay_s if f.cell != ph.NOBODY else 20.0 for f in fallbacks]
    return float(np.percentile(times, 95)) if times else float("nan")


def objective(found: dict[str, float]) -> float:
    """Weighted mean utility of the figures."""
    known = {n: aim for n, aim in AIMS.items() if not np.isnan(found[n])}
    gained = sum(
        w * float(np.clip((found[n] - fail) / (target - fail), 0, 1)) for n, (target, fail, w) in known.items()
    )
    return gained / sum(w for _, _, w in known.values())


def severity(found: dict[str, float], name: str) -> float:
    """Above one half where a figure misses its target."""
    target, fail, _ = AIMS[name]
    return float(np.clip(0.5 + 0.5 * (found[name] - target) / (fail - target), 0.0, 1.0))


def seen(world: World, plan: Plan | None = None) -> dict[str, float]:
    """True figures in the flat with a plan; the same chance for every plan."""
    after = applied(world, plan or [])
    return figures(after, live(after, "rooms", RUNS, IDLE_SECONDS, CALL_SECONDS, world.seed))


def harm(world: World, plan: Plan) -> list[str]:
    """Groups that a plan truly harms, with what they lose: against the block as found, or mended if that is less.

    A cell that was turned up reaches its own estate better too: what the undo takes back nobody had a claim to.
    """
    after, mended = applied(world, plan), applied(world, world.undo)
    touched = {
        c["cell"] for c in plan if c["parameter"] in ("power_dbm", "elec_tilt_deg", "mech_tilt_deg", "azimuth_deg")
    }
    said = []
    for group, places in world.places.items():
        if group == "rooms" or world.owner.get(group, next(iter(touched), "")) not in touched:
            continue
        for rat in ("GSM", "LTE"):
            names = [n for n in world.of(rat) if n not in world.silent]
            best = [places.levels_dbm(w.cells, w.masts, names).max(axis=1) for w in (world, mended, after)]
            found, right, now = (float((level >= COVERED_DBM[rat]).mean()) for level in best)
            share = (min(found, right), now)
            found, right, now = (float(min(np.percentile(level, 10), -75.0)) for level in best)
            tenth = (min(found, right), now)
            ground = group == "street" or group.startswith("users")
            if share[0] - share[1] > LOST_SHARE or (ground and tenth[0] - tenth[1] > LOST_DB):
                said.append(
                    f"{group}: {rat} covered {share[0]:.2f} → {share[1]:.2f}, p10 {tenth[0]:.0f} → {tenth[1]:.0f} dBm"
                )
    return said
