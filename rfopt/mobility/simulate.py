"""Levels and a network in, timelines out: the machines run on Monte Carlo fading with common random numbers.

Simulating another plan on a `Situation` changes parameters and shifts levels, nothing else, so differences between
plans are not blurred by chance. A machine whose inputs did not change is not run again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.kernels import gsm_dedicated, gsm_idle, lte_connected, lte_idle
from rfopt.kernels.gsm_idle import HOLD_S
from rfopt.mobility import csfb
from rfopt.mobility.anchor import Anchor
from rfopt.mobility.floors import NEPER
from rfopt.mobility.inter_rat import camp_both
from rfopt.mobility.interference import interference_mw
from rfopt.mobility.parts import Arrays
from rfopt.mobility.quality import SACCH_SCALE_DB
from rfopt.mobility.setup import (
    both_idle_arrays,
    calls_as_seen,
    csfb_arrays,
    gsm_call_arrays,
    gsm_idle_arrays,
    lists_gsm,
    lte_call_arrays,
    lte_idle_arrays,
    never_given_up,
    return_arrays,
)
from rfopt.mobility.situation import IDLE_STEP_S, LTE_STEP_S, MOST_REMEMBERED, SACCH_S, Situation, attempt_steps
from rfopt.mobility.timeline import ELSEWHERE, Fallbacks, Replay, Timeline, in_a_row, indices
from rfopt.network import Network
from rfopt.radio.predict import LEVEL_COLUMNS
from rfopt.units import dbm

STAY_S = 600.0
"""How long an idle phone is followed where a list lets it go and does not let it back: as long as a walk test stands in
a room. Elsewhere it forgets in a minute where it began."""
SERVES = 0.01
"""Share of the time from which a cell counts as one that serves."""
ANTENNA_ERROR_SHARE = 0.3
"""Standard error of a level difference made by tilt or azimuth, as a share of it: an assumption."""


def simulate(situation: Situation, network: Network) -> Replay:
    """Replay every point under a network that differs from the situation's by parameters only.

    Parameters
    ----------
    network : Network
        The situation's network after a plan (it may hold more cells).
    """
    gsm_names, lte_names = situation.gsm.levels.cells, situation.lte.levels.cells
    delta, doubt = level_change(situation, network)
    timelines: list[Timeline] = []
    fallbacks: list[Fallbacks] = []
    gsm, lte = _gsm_arrays(network, situation), _lte_arrays(network, situation)
    both = both_idle_arrays(network, lte_names, gsm_names) if lists_gsm(network, lte_names) else None
    landing, back = csfb_arrays(network, gsm_names, lte_names), return_arrays(network, lte_names)
    for p, point in enumerate(situation.points):
        here = _Point(situation, point, delta[p], doubt[p])
        if point in situation.gsm.levels.points.index:
            timelines += _gsm(here, *gsm)
        on_both = point in situation.gsm.levels.points.index.intersection(situation.lte.levels.points.index)
        if on_both and both is not None:
            timelines += _lte_and_gsm(here, both, gsm[0], lte[1])
        elif point in situation.lte.levels.points.index:
            timelines += _lte(here, *lte)
        if on_both:
            fallbacks.append(_fall_back(here, timelines, landing, gsm[0], back))
    wanted = indices(situation.wanted, tuple(gsm_names))
    return Replay(tuple(gsm_names), tuple(lte_names), wanted, tuple(timelines), tuple(fallbacks))


def levels_at(situation: Situation, network: Network, machine: str, point: str) -> NDArray[np.float64]:
    """What the simulated phones of one machine measure at a point under a network, (runs, steps, cells) in dBm."""
    p = situation.points.index(point)
    delta, doubt = level_change(situation, network)
    here = _Point(situation, point, delta[p], doubt[p])
    rat = machine[:3].upper()
    return np.asarray(here.level_dbm(machine, rat) + here.shift_db(rat), dtype=np.float64)


def level_change(situation: Situation, network: Network) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far a plan moves every level and the standard error of that, (points, cells) in dB.

    A change of power is exact; what tilt or azimuth changes is doubtful by `ANTENNA_ERROR_SHARE` of it.
    """
    cells = network.cells
    known = situation.moved.get(id(cells))  # plans that move no other level share the table
    if known is None or known[0] is not cells:
        known = situation.moved[id(cells)] = cells, *_level_change(situation, cells)
        while len(situation.moved) > MOST_REMEMBERED:
            del situation.moved[next(iter(situation.moved))]
    return known[1:]


def _level_change(situation: Situation, cells: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    before, known = situation.network.cells, situation.whole.cells
    if cells.index.equals(known.index) and all(_same(cells[name], known[name]) for name in LEVEL_COLUMNS):
        still = np.zeros((len(situation.points), len(before)))
        return still, still
    after = cells.loc[before.index]
    delta = situation.change(after)
    power = (after["power_dbm"] - before["power_dbm"]).to_numpy(dtype=float)
    return delta, ANTENNA_ERROR_SHARE * np.abs(delta - power)


def _same(a: pd.Series, b: pd.Series) -> bool:
    x, y = a.to_numpy(), b.to_numpy()
    return x is y or bool(((x == y) | ((x != x) & (y != y))).all())  # noqa: PLR0124  NaN is not itself


@dataclass(frozen=True)
class _Point:
    """One point of a situation under one plan: how far each cell's level moves and how sure that is, (cells,) in dB."""

    situation: Situation
    name: str
    shift: NDArray[np.float64]
    doubt: NDArray[np.float64]

    def anchor(self, rat: str) -> Anchor:
        return self.situation.gsm if rat == "GSM" else self.situation.lte

    def floor_mw(self, rat: str) -> NDArray[np.float64]:
        anchor = self.anchor(rat)
        return np.asarray(anchor.floor_mw[anchor.levels.points.index.get_loc(self.name)])

    def floors_mw(self, rat: str) -> NDArray[np.float64]:
        """The floor of each run's draw, (runs, 1, cells)."""
        at = self.anchor(rat).levels.points.index.get_loc(self.name)
        return np.asarray(self.situation.floors[rat][:, at][self.situation.draw_of_run(), None, :])

    def floor_moves_db(self, start: NDArray[np.int16]) -> NDArray[np.float32]:
        """How far fading and doubt of the floor move the C/I of a call on the cell it starts on, (runs, steps).

        A call that is handed over keeps it: which cell the unexplained interference then meets is not known.
        """
        at = self.anchor("GSM").levels.points.index.get_loc(self.name)
        floors, server = self.situation.gsm.floors, np.maximum(start, 0)
        spread = (floors.spread_db[at, server] * NEPER)[:, None]
        mean = self.floors_mw("GSM")[np.arange(len(start)), 0, server] / floors.mean_mw[at, server]
        floor = mean[:, None] * np.exp(spread * self.situation.luck["gsm_call", self.name]["fade"] - 0.5 * spread**2)
        return np.asarray(-dbm(1.0 + floors.share[at, server][:, None] * (floor - 1.0)), dtype=np.float32)

    def shift_db(self, rat: str) -> NDArray[np.float64]:
        return np.asarray(self.shift[self.situation.columns[rat]])

    def doubt_db(self, rat: str) -> NDArray[np.float32]:
        return np.asarray(self.doubt[self.situation.columns[rat]], dtype=np.float32)

    def level_dbm(self, machine: str, rat: str) -> NDArray[np.float32]:
        """Levels before the shift, with the doubt about an antenna's difference drawn per group of runs."""
        trace = self.situation.traces[machine, self.name]
        doubt = self.doubt_db(rat)
        if not doubt.any():
            return trace
        levels = self.anchor(rat).levels
        unit = self.situation.offsets[rat][:, levels.points.index.get_loc(self.name)][::-1]
        return np.asarray(trace + (unit * doubt)[self.situation.draw_of_run(), None, :], dtype=np.float32)

    def once(self, machine: str, inputs: Mapping[str, Any], run: Callable[[], Any]) -> Any:
        """The result of `run`, remembered by everything it depends on."""
        digest = hashlib.blake2b(f"{machine}\0{self.name}".encode(), digest_size=16)
        for name in sorted(inputs):
            values = inputs[name]
            told = values.digest if isinstance(values, Arrays) else np.ascontiguousarray(values).tobytes()
            digest.update(name.encode() + told)
        done, key = self.situation.done, digest.digest()
        if key in done:
            done[key] = done.pop(key)
        else:
            done[key] = run()
            while len(done) > MOST_REMEMBERED:
                del done[next(iter(done))]
        return done[key]


def _gsm_arrays(network: Network, situation: Situation) -> tuple[Arrays, Arrays]:
    names = situation.gsm.levels.cells
    return gsm_idle_arrays(network, names), gsm_call_arrays(network, names)


def _lte_arrays(network: Network, situation: Situation) -> tuple[Arrays, Arrays]:
    names = situation.lte.levels.cells
    idle = lte_idle_arrays(network, names)
    return never_given_up(idle) if situation.lte.holds_on else idle, lte_call_arrays(network, names)


def _gsm(here: _Point, idle: Arrays, call: Arrays) -> list[Timeline]:
    shift, floor, doubt = here.shift_db("GSM"), here.floor_mw("GSM"), here.doubt_db("GSM")
    camped = here.once(
        "gsm_idle", {"idle": idle, "shift": shift, "doubt": doubt}, lambda: _camp_gsm(here, idle, shift, floor)
    )
    start, call = _left_on(here, camped), _as_seen(here, call)
    inputs = {"call": call, "shift": shift, "doubt": doubt, "start": start}
    return [camped, here.once("gsm_call", inputs, lambda: _call_gsm(here, call, shift, floor, start))]


def _as_seen(here: _Point, call: Arrays) -> Arrays:
    """The arrays of calls, disturbed as their C/I at this point shows."""
    gsm = here.situation.gsm
    scale = gsm.floors.scale[gsm.levels.points.index.get_loc(here.name)]
    return calls_as_seen(call, tuple(gsm.floors.beacon_share.tolist()), tuple(scale.tolist()))


def _camp_gsm(here: _Point, arrays: Arrays, shift: NDArray[np.float64], floor: NDArray[np.float64]) -> Timeline:
    """Idle phones from their first cell on; a second and further turn on the same fading where one may be trapped."""
    level, budget = here.level_dbm("gsm_idle", "GSM"), here.situation.budget
    time = _times(level, IDLE_STEP_S)

    def turn(start: NDArray[np.int16]) -> Timeline:
        server, reason = gsm_idle.camp(level, time, shift, start, **arrays, floor_mw=floor)
        served = _of_server(level, shift, server)
        return Timeline("gsm_idle", here.name, time, server, reason, served, *_unknown(server)).after(budget.warm_s)

    turns = [turn(np.full(len(level), -1, dtype=np.int16))]
    if _one_way(turns[0].server, arrays["ba"]):
        for _ in range(round(STAY_S / budget.idle_s) - 1):
            turns.append(turn(turns[-1].server[:, -1]))
    return in_a_row(turns)


def _one_way(server: NDArray[np.int16], ba: NDArray[np.bool_]) -> bool:
    """True if of two cells that serve one has the other on its list and is not on that of the other."""
    serving = np.bincount(server[server >= 0], minlength=len(ba)) > SERVES * server.size
    return bool((ba & ~ba.T)[np.ix_(serving, serving)].any())


def _left_on(here: _Point, camped: Timeline) -> NDArray[np.int16]:
    """Where each run's call begins: the cell a stay ends on, of one turn or another where there were several."""
    steps = round((here.situation.budget.idle_s - here.situation.budget.warm_s) / IDLE_STEP_S)
    runs = np.arange(len(camped.server))
    turns = camped.server.shape[1] // steps
    return np.asarray(camped.server[runs, (runs % turns + 1) * steps - 1])


def _call_gsm(
    here: _Point, arrays: Arrays, shift: NDArray[np.float64], floor: NDArray[np.float64], start: NDArray[np.int16]
) -> Timeline:
    level = here.level_dbm("gsm_call", "GSM")
    time = _times(level, SACCH_S)
    chance, moves = here.situation.luck["gsm_call", here.name], here.floor_moves_db(start)
    server, reason, ci_db, rxqual = gsm_dedicated.call(
        level, time, shift, start, **arrays, floor_mw=floor, tch_floor_mw=floor,
        jitter_db=chance["jitter_db"] + moves, luck=_at_moved_ci(chance["luck"], moves),
        handover_luck=chance["handover_luck"],
    )  # fmt: skip
    served = _of_server(level, shift, server)
    return Timeline("gsm_call", here.name, time, server, reason, served, ci_db + moves, rxqual)


def _at_moved_ci(luck: NDArray[np.float32], moves_db: NDArray[np.float32]) -> NDArray[np.float32]:
    """Numbers that lose a SACCH block where `luck` would lose it at a C/I moved by `moves_db`.

    A block is lost where luck < 1 / (1 + e^((C/I − a)/b)); a move of C/I is one of the logit of luck by moves/b.
    """
    odds = luck / np.maximum(np.float32(1.0) - luck, np.float32(1e-7)) * np.exp(moves_db / np.float32(SACCH_SCALE_DB))
    return np.asarray(odds / (np.float32(1.0) + odds), dtype=np.float32)


def _lte(here: _Point, idle: Arrays, call: Arrays) -> list[Timeline]:
    shift, floor, doubt = here.shift_db("LTE"), here.floor_mw("LTE"), here.doubt_db("LTE")
    coupling = call["coupling"]
    inputs = {"idle": idle, "coupling": coupling, "shift": shift, "doubt": doubt}
    camped = here.once("lte_idle", inputs, lambda: _camp_lte(here, idle, shift, coupling))
    start = camped.server[:, -1]
    inputs = {"call": call, "shift": shift, "doubt": doubt, "start": start}
    return [camped, here.once("lte_call", inputs, lambda: _call_lte(here, call, shift, floor, start))]


def _camp_lte(here: _Point, arrays: Arrays, shift: NDArray[np.float64], coupling: NDArray[np.float64]) -> Timeline:
    level = here.level_dbm("lte_idle", "LTE")
    time = _times(level, IDLE_STEP_S)
    server, reason = lte_idle.camp(level, time, shift, np.full(len(level), -1), **arrays)
    served = _of_server(level, shift, server)
    disturbed = dbm(here.floors_mw("LTE") + interference_mw(level + shift, coupling))
    sinr = served - _of_server(disturbed, np.zeros_like(shift), server)
    whole = Timeline("lte_idle", here.name, time, server, reason, served, sinr, _unknown(server)[1])
    return whole.after(here.situation.budget.warm_s)


def _lte_and_gsm(here: _Point, both: Arrays, gsm: Arrays, call: Arrays) -> list[Timeline]:
    """The phone that idles on both technologies, its LTE part alone, and the LTE connection from there."""
    coupling = call["coupling"]
    inputs = {"both": both, "gsm": gsm, "coupling": coupling, **_both_moved(here)}
    camped, lte = here.once("idle", inputs, lambda: _camp_both(here, both, gsm, coupling))
    shift, floor, start = here.shift_db("LTE"), here.floor_mw("LTE"), np.maximum(lte.server[:, -1], -1)
    inputs = {"call": call, **_moved(here, "LTE"), "start": start}
    return [camped, lte, here.once("lte_call", inputs, lambda: _call_lte(here, call, shift, floor, start))]


def _moved(here: _Point, rat: str) -> dict[str, NDArray[Any]]:
    """What a plan does to the levels of one technology here."""
    return {"shift": here.shift_db(rat), "doubt": here.doubt_db(rat)}


def _both_moved(here: _Point) -> dict[str, NDArray[Any]]:
    return {f"{name} {rat}": values for rat in ("LTE", "GSM") for name, values in _moved(here, rat).items()}


def _camp_both(here: _Point, both: Arrays, gsm: Arrays, coupling: NDArray[np.float64]) -> tuple[Timeline, Timeline]:
    on_lte, on_gsm = (
        (here.level_dbm(f"{rat.lower()}_idle", rat) + here.shift_db(rat)).astype(np.float32) for rat in ("LTE", "GSM")
    )
    own = on_lte.shape[2]
    level, time = np.concatenate([on_lte, on_gsm], axis=2), _times(on_lte, IDLE_STEP_S)
    heard = {**gsm, "floor_mw": here.floor_mw("GSM")}
    server, reason = camp_both(level, time, np.full(len(level), -1), own, both, heard)
    still = np.zeros(level.shape[2])
    served = _of_server(level, still, server)
    away = server >= own
    lte = np.where(away, ELSEWHERE, server).astype(np.int16)
    disturbed = dbm(here.floors_mw("LTE") + interference_mw(on_lte.astype(np.float64), coupling))
    sinr = _of_server(on_lte - disturbed, still, lte)
    unknown, warm = _unknown(server)[1], here.situation.budget.warm_s
    within = away & np.roll(away, 1, axis=1)
    parts = (
        Timeline("idle", here.name, time, server, reason, served, sinr, unknown),
        Timeline("lte_idle", here.name, time, lte, np.where(within, 0, reason).astype(np.int8),
                 np.where(away, np.nan, served).astype(np.float32), sinr, unknown),
    )  # fmt: skip
    whole, part = (timeline.after(warm) for timeline in parts)
    return whole, part


def _call_lte(
    here: _Point, arrays: Arrays, shift: NDArray[np.float64], floor: NDArray[np.float64], start: NDArray[np.int16]
) -> Timeline:
    level = here.level_dbm("lte_call", "LTE")
    time = _times(level, LTE_STEP_S)
    server, reason, sinr = lte_connected.hand_over(level, time, shift, start, **arrays, floor_mw=floor)
    served = _of_server(level, shift, server)
    return Timeline("lte_call", here.name, time, server, reason, served, sinr, _unknown(server)[1])


def _times(level: NDArray[np.float32], step_s: float) -> NDArray[np.float64]:
    return np.arange(level.shape[1], dtype=np.float64) * step_s


def _of_server(values: NDArray[Any], shift: NDArray[np.float64], server: NDArray[np.int16]) -> NDArray[np.float32]:
    """values[run, step, server] + shift[server]; NaN where there is no server."""
    at = np.maximum(server, 0).astype(np.int64)
    taken = np.take_along_axis(values, at[:, :, None], axis=2)[:, :, 0] + shift[at]
    return np.where(server >= 0, taken, np.nan).astype(np.float32)


def _unknown(server: NDArray[np.int16]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """No quality and no RXQUAL, in the shape of a timeline."""
    return np.full(server.shape, np.nan, dtype=np.float32), np.full(server.shape, -1, dtype=np.int8)


def _fall_back(here: _Point, timelines: list[Timeline], arrays: Arrays, idle: Arrays, back: Arrays) -> Fallbacks:
    """CSFB calls from where the LTE phone camps, on the GSM levels of the same instants, and the way back."""
    situation = here.situation
    steps = attempt_steps(situation.budget)
    camped = next(t for t in timelines if t.machine == "lte_idle" and t.point == here.name)
    warm = round(situation.budget.warm_s / IDLE_STEP_S)
    lte_cell = camped.server[:, steps - warm].astype(np.int64)
    inputs = {"landing": arrays, "back": back, "lte_cell": lte_cell, "coupling": idle["coupling"], **_both_moved(here)}
    landed: Fallbacks = here.once("csfb", inputs, lambda: _land(here, arrays, lte_cell, steps, idle["coupling"], back))
    return landed


def _land(
    here: _Point,
    arrays: Arrays,
    lte_cell: NDArray[np.int64],
    steps: NDArray[np.int64],
    coupling: NDArray[np.float64],
    back: Arrays,
) -> Fallbacks:
    trace = here.level_dbm("gsm_idle", "GSM")
    level = averaged(trace, steps) + here.shift_db("GSM")
    ci = level - dbm(here.floors_mw("GSM") + interference_mw(level, coupling))
    flat = lte_cell.reshape(-1)
    tried = flat >= 0
    luck = here.situation.luck["lte_idle", here.name].reshape(flat.size, -1)[tried]
    count = level.shape[-1]
    called = np.repeat(here.situation.terminating[here.situation.draw_of_run()], len(steps))[tried]
    landing = csfb.land(
        level.reshape(-1, count)[tried], ci.reshape(-1, count)[tried], flat[tried], **arrays, luck=luck[:, : csfb.LUCK],
        terminating_share=called,
    )  # fmt: skip
    after = _after_calls(here, steps)[tried]
    returned = csfb.come_back(after, flat[tried], landing.area_update, **back, luck=luck[:, csfb.LUCK :])

    def spread(values: NDArray[Any], absent: Any) -> NDArray[Any]:
        out = np.full(flat.shape, absent, dtype=values.dtype)
        out[tried] = values
        return out.reshape(lte_cell.shape)

    good = landing.success
    return Fallbacks(
        here.name, lte_cell, spread(landing.cell, -1), spread(good, False), spread(landing.area_update, False),
        spread(landing.delay_s, np.nan), spread(landing.failure, csfb.Failure.NONE),
        spread(np.where(good, returned.cell, -1), -1), spread(good & returned.tracking_update, False),
        spread(np.where(good, returned.delay_s, np.nan), np.nan),
    )  # fmt: skip


def averaged(trace: NDArray[np.float32], steps: NDArray[np.int64]) -> NDArray[np.float32]:
    """RLA of every cell at some steps, the average over `HOLD_S` (TS 45.008 §6.1), (runs, len(steps), cells)."""
    window = round(HOLD_S / IDLE_STEP_S)
    return np.asarray(np.mean([trace[:, steps - back] for back in range(window)], axis=0), dtype=np.float32)


def _after_calls(here: _Point, steps: NDArray[np.int64]) -> NDArray[np.float32]:
    """LTE levels when the calls of some steps end, (runs × calls, cells); past its end a trace begins again."""
    trace = here.level_dbm("lte_idle", "LTE")
    ended = (steps + round(here.situation.budget.call_s / IDLE_STEP_S)) % trace.shape[1]
    return (trace[:, ended] + here.shift_db("LTE")).astype(np.float32).reshape(-1, trace.shape[2])
