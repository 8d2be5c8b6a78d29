"""Invented flats whose truth is known: what a phone logs there in minutes, and what it goes through in hours.

Everything is drawn from a seed: levels, how they fade (a spread of its own for every cell), unexplained interference
that fades too, parameters. The log is what a phone reports: codes of 1 dB, idle averages over five seconds, the six
strongest decodable cells of the list, C/I with the phone's own scatter. Log and truth are two runs of the machines on
the true levels, of different chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rfopt.case import Case
from rfopt.kpis import compute
from rfopt.levels import Levels, Source
from rfopt.mobility.anchor import Anchor
from rfopt.mobility.fading import Fading
from rfopt.mobility.floors import Floors
from rfopt.mobility.interference import gsm_coupling, interference_mw, lte_coupling
from rfopt.mobility.setup import DECODE_CI_DB, ba_matrix
from rfopt.mobility.simulate import simulate
from rfopt.mobility.situation import Budget, Situation, prepare
from rfopt.mobility.timeline import Replay, Timeline
from rfopt.network import Change, Network, Plan, apply
from rfopt.units import GSM_NOISE_DBM, LTE_NOISE_DBM, dbm, mw

from .networks import FLOOR, HOME, case, network, reported

MORE = {
    name: {"rat": "GSM", "kind": "macro", "lat": 38.495 + 0.004 * k, "lon": 106.23, "height_m": 35,
           "azimuth_deg": 200, "power_dbm": 43, "arfcn": 20 + 4 * k, "bsic": f"5-{k}", "lac": 1}
    for k, name in enumerate("EFGH")
}  # fmt: skip
NAMES = ("A", "B", "C", "D", *MORE)
LOG = Budget(runs=5, draws=1, idle_s=165.0, warm_s=45.0, call_s=90.0, lte_call_s=10.0, attempt_every_s=15.0)
HOURS = Budget(runs=75, draws=1, idle_s=165.0, warm_s=45.0, call_s=90.0, lte_call_s=10.0, attempt_every_s=25.0)
REPORT_STEPS, AVERAGE = 4, 10
Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Invented:
    """A flat: its tables, the two technologies' true levels and fading, and how far σ of each cell is off."""

    seed: int
    network: Network
    gsm: Anchor
    lte: Anchor
    factor: dict[str, float]

    def situation(self, budget: Budget, chance: int) -> Situation:
        """The true levels under fresh chance."""
        made = prepare(self.network, self.gsm, self.lte, ("A",), chance, budget)
        for machine, point in made.traces:
            levels = (self.gsm if machine.startswith("gsm") else self.lte).levels
            mean = levels.dbm[levels.points.index.get_loc(point)].astype(np.float32)
            factor = np.array([self.factor[name] for name in levels.cells], dtype=np.float32)
            made.traces[machine, point] = mean + factor * (made.traces[machine, point] - mean)
        return made

    def truth(self, plan: Plan = ()) -> dict[str, float]:
        """Every figure over hours."""
        return compute(simulate(self.situation(HOURS, 10_000 + self.seed), apply(self.network, plan)))

    def case(self) -> Case:
        """The complaint with a log of minutes."""
        situation = self.situation(LOG, 20_000 + self.seed)
        return case(self.network, list(logged(situation, simulate(situation, self.network))))


def invent(seed: int) -> Invented:
    """Draw a flat."""
    rng = np.random.default_rng([11, seed])
    net = network({**MORE, **_parameters(rng)}, [(a, b) for a in NAMES for b in NAMES if a != b])
    wanted = rng.uniform(-86.0, -70.0)
    gsm = np.array([[wanted + (0.0 if name == "A" else rng.normal(-9.0, 7.0)) for name in NAMES] for _ in range(2)])
    gsm[1] += rng.normal(0.0, 3.0)
    lte = rng.uniform(-108.0, -92.0) + np.array([[0.0, -rng.uniform(0.0, 15.0)] for _ in range(2)])
    tau, spread, noise = (float(rng.uniform(*ends)) for ends in ((3.0, 8.0), (3.0, 4.5), (0.0, 1.0)))
    return Invented(
        seed, net,
        _anchor(net, "GSM", NAMES, gsm, Fading(spread, tau, 0, noise), rng),
        _anchor(net, "LTE", ("L", "M"), lte, Fading(float(rng.uniform(2.5, 4.0)), tau, 0, 0.5), rng),
        {name: float(np.exp(rng.normal(0.0, 0.08))) for name in (*NAMES, "L", "M")},
    )  # fmt: skip


def _parameters(rng: np.random.Generator) -> dict[str, dict[str, object]]:
    """What differs from flat to flat: rewards, hysteresis, margins, shared carriers."""
    changes: dict[str, dict[str, object]] = {"A": {"cell_reselect_offset_db": float(rng.choice([0.0, 0.0, 4.0, 10.0]))}}
    for name in ("C", "D"):
        changes[name] = {"rxlev_access_min_dbm": float(rng.choice([-104.0, -98.0]))}
    if rng.random() < 0.4:
        changes["B"] = {"arfcn": 80}  # as C
    if rng.random() < 0.3:
        changes["D"] = changes["D"] | {"arfcn": 62}  # as A
    return changes


def _anchor(
    net: Network, rat: str, names: tuple[str, ...], level: np.ndarray, fading: Fading, rng: np.random.Generator
) -> Anchor:
    points = pd.DataFrame(
        {"lat": [HOME[0]] * 2, "lon": [HOME[1]] * 2, "floor": [float(FLOOR)] * 2, "height_m": [58.5] * 2},
        index=pd.Index(["north", "south"], name="point"),
    )
    cells, nothing = pd.Index(list(names)), np.zeros_like(level)
    levels = Levels(points, cells, level, nothing, np.full(level.shape, Source.MEASURED, dtype=np.int8))
    noise = mw(GSM_NOISE_DBM if rat == "GSM" else LTE_NOISE_DBM)
    table = net.cells.loc[list(names)]
    known = mw(level) @ (gsm_coupling(table, True) if rat == "GSM" else lte_coupling(table)).T
    floor = np.full(level.shape, float(noise))
    if rat == "GSM":
        floor = floor + mw(level.max(axis=1, keepdims=True) - rng.uniform(8.0, 35.0, (2, 1)))
    spread = np.full(level.shape, float(rng.uniform(2.0, 5.0)) if rat == "GSM" else 0.0)
    return Anchor(
        rat,
        levels,
        fading,
        Floors(floor, floor / (floor + known), spread, nothing, np.zeros(len(table)), np.ones(floor.shape)),
    )


def logged(situation: Situation, replay: Replay) -> Iterator[dict[str, object]]:
    """Log rows of what a replay went through."""
    start = 0.0
    for timeline in replay.timelines:
        writer = {"gsm_idle": _gsm_idle, "gsm_call": _gsm_call, "lte_idle": _lte_idle}.get(timeline.machine)
        if writer is None:
            continue
        for run in range(len(timeline.server)):
            yield from writer(situation, timeline, run, start)
            start += 1000.0
    for landings in replay.fallbacks:
        for attempt, cell in enumerate(landings.cell.ravel()):
            at = {"time": start + 60.0 * attempt, "point": landings.point, "serving": True, "mode": "call"}
            origin = replay.lte_cells[int(landings.lte_cell.ravel()[attempt])]
            yield _row(situation, origin, np.nan, at, {"event": "csfb_start", "cell": origin})
            good, took = bool(landings.success.ravel()[attempt]), float(landings.delay_s.ravel()[attempt])
            name = replay.gsm_cells[int(cell)] if cell >= 0 else replay.gsm_cells[0]
            after = {**at, "time": float(str(at["time"])) + took}
            yield _row(situation, name, np.nan, after, {"event": "csfb_ok" if good else "csfb_fail", "cell": name})
        start += 100_000.0


def _row(
    situation: Situation, name: str, level: float, at: dict[str, object], more: dict[str, object]
) -> dict[str, object]:
    return reported(situation.network, name, level) | at | more


def _code(level: float, rat: str) -> float:
    return float(np.floor(level)) + (1.0 if rat == "GSM" else 0.0)


def _gsm_idle(situation: Situation, timeline: Timeline, run: int, start: float) -> Iterator[dict[str, object]]:
    trace = situation.traces["gsm_idle", timeline.point][run]
    skip = len(trace) - timeline.server.shape[1]
    ba, ci = _listed(situation), _ci_db(situation, timeline.point, trace)
    for k in range(0, timeline.server.shape[1], REPORT_STEPS):
        now = skip + k
        mean = trace[now - AVERAGE + 1 : now + 1].mean(axis=0)
        clear = (ci[now - AVERAGE + 1 : now + 1] >= DECODE_CI_DB).any(axis=0)
        yield from _report(
            situation, "GSM", timeline, run, k, mean, clear & ba[timeline.server[run, k]], start, "idle", 6
        )


def _gsm_call(situation: Situation, timeline: Timeline, run: int, start: float) -> Iterator[dict[str, object]]:
    trace = situation.traces["gsm_call", timeline.point][run]
    ba, ci = _listed(situation), _ci_db(situation, timeline.point, trace)
    for k in range(2, timeline.server.shape[1], 2):
        if timeline.server[run, k] != timeline.server[run, k - 1]:
            continue
        clear = (ci[k] >= DECODE_CI_DB) & ba[timeline.server[run, k]]
        yield from _report(situation, "GSM", timeline, run, k, trace[k], clear, start, "call", 6)


def _lte_idle(situation: Situation, timeline: Timeline, run: int, start: float) -> Iterator[dict[str, object]]:
    trace = situation.traces["lte_idle", timeline.point][run]
    skip = len(trace) - timeline.server.shape[1]
    for k in range(0, timeline.server.shape[1], REPORT_STEPS):
        heard = trace[skip + k] >= -130.0
        yield from _report(situation, "LTE", timeline, run, k, trace[skip + k], heard, start, "idle", 8)


def _listed(situation: Situation) -> np.ndarray:
    return ba_matrix(situation.network, situation.gsm.levels.cells)


def _ci_db(situation: Situation, point: str, trace: np.ndarray) -> np.ndarray:
    """C/I of every BCCH at every step."""
    cells = situation.network.cells.loc[situation.gsm.levels.cells]
    floor = situation.gsm.floor_mw[situation.gsm.levels.points.index.get_loc(point)]
    return np.asarray(trace - dbm(floor + interference_mw(trace.astype(float), gsm_coupling(cells, traffic=False))))


def _report(
    situation: Situation, rat: str, timeline: Timeline, run: int, k: int, level: np.ndarray, heard: np.ndarray,
    start: float, mode: str, most: int,
) -> Iterator[dict[str, object]]:  # fmt: skip
    """One instant: the server, then the strongest others that could be read."""
    names = (situation.gsm if rat == "GSM" else situation.lte).levels.cells
    server = int(timeline.server[run, k])
    if server < 0:
        return
    at = {"time": start + float(timeline.time_s[k]), "point": timeline.point, "mode": mode}
    quality = float(timeline.quality_db[run, k])
    stated = {"sinr_db": quality} if rat == "LTE" else {"ci_db": quality} if mode == "call" else {}
    if mode == "call":
        stated["rxqual"] = int(timeline.rxqual[run, k])
    yield _row(
        situation, names[server], _code(level[server], rat), at, stated | {"serving": True, "cell": names[server]}
    )
    for n in [n for n in np.argsort(-level, kind="stable") if n != server and heard[n]][:most]:
        yield _row(situation, names[n], _code(level[n], rat), at, {})


PLANS: tuple[Plan, ...] = (
    (Change("A", None, "cell_reselect_offset_db", None, 16.0),),
    (Change("B", None, "power_dbm", None, 4.0),),
    tuple(Change("A", n, "ho_margin_pbgt_db", None, 12.0) for n in NAMES[1:]),
)


def with_old(net: Network, plan: Plan) -> Plan:
    """The plan with the values it changes."""
    out = []
    for change in plan:
        row = net.neighbours.loc[(change.cell, change.neighbour)] if change.neighbour else net.cells.loc[change.cell]
        out.append(replace(change, old=float(row[change.parameter])))
    return tuple(out)
