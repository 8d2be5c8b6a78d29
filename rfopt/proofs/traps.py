"""Static proof over a network's parameters: do phones circle, disagree with themselves, or get stuck, at any levels?

From the arrays that the machines take and nothing else, so a proof of absence holds for every level, every floor and
every number of further cells. In GSM idle mode C2 is one number a cell, whatever the server: no circle can rise all
the way round, and there is none. Everything else is decided by `rfopt.proofs.circles`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.mobility.parts import Arrays, by_identity
from rfopt.mobility.setup import (
    both_idle_arrays,
    gsm_call_arrays,
    gsm_idle_arrays,
    lists_gsm,
    lte_call_arrays,
    lte_idle_arrays,
)
from rfopt.network import Network
from rfopt.proofs.circles import ALWAYS_DB, LONGEST, NEVER_DB, Circle, FloatArray, Moves, circles
from rfopt.proofs.longer import long_circle
from rfopt.words import say

LEAST_PAIR_DB = 4.0
"""R-HYST: power-budget margins of a pair must sum to this, or calls circle as levels fade."""
SUBTRACTED_S = 640.0
"""Penalty time of code 31: the reselect offset is subtracted."""
REPORTS_DBM = {"GSM": (-110.0, -47.0), "LTE": (-141.0, -44.0)}
FINE_DB = 1.0 / 1024.0
"""Grid for averages of changing reports: finer than any sum of parameters given in hundredths of a decibel."""
NO_PRIORITY = -1.0


@dataclass(frozen=True)
class Trap:
    """What a network's parameters allow and should not.

    Attributes
    ----------
    kind : str
        ``circle``: a phone at rest changes cells for ever; ``quality``: it does while quality is bad on the cells it
        leaves for that cause; ``narrow``: a pair's power-budget margins sum to less than
        `LEAST_PAIR_DB`; ``align``: at the same levels an idle phone rests where a call is handed away; ``one_way``: the
        second cell can be entered from the first and no way leads back, however strong the first becomes.
    machine : str
        ``gsm_idle``, ``gsm_call``, ``lte_idle``, ``lte_call`` or ``idle`` (LTE and GSM).
    cells : tuple of str
        In the order in which the phone takes them.
    causes : tuple of str
        Why it leaves each of them, as far as it does.
    levels_dbm : tuple of float
        The counterexample: reported levels of the cells. A fraction is the average of reports that change.
    amount_db : float
        ``circle``, ``quality`` and ``narrow``: sum of the leads that are needed around, NaN where thresholds decide;
        ``align``: width of the zone; else 0.
    """

    kind: str
    machine: str
    cells: tuple[str, ...]
    causes: tuple[str, ...]
    levels_dbm: tuple[float, ...]
    amount_db: float

    def sentence(self, lang: str) -> str:
        """The trap in words, with its numbers."""
        names, comma = self.cells, say("report.comma", lang)
        heard = (f"{name} {level:.4g} dBm" for name, level in zip(names, self.levels_dbm, strict=True))
        key = "trap.circle.thresholds" if np.isnan(self.amount_db) else f"trap.{self.kind}"
        return say(
            key, lang, way=" → ".join((*names, names[0])), cell=names[0], other=names[-1],
            machine=say(f"why.mode.{self.machine}" if self.machine != "idle" else "trap.idle", lang),
            levels=comma.join(heard), amount=f"{self.amount_db:g}", least=f"{LEAST_PAIR_DB:g}",
        )  # fmt: skip


def traps(network: Network, names: Sequence[str]) -> list[Trap]:
    """Circles, disagreeing boundaries and one-way traps among some cells, at any levels at all.

    Parameters
    ----------
    network : Network
    names : sequence of str
        The cells heard; any order.

    Notes
    -----
    C2: 45.008 §6.6.2. Handovers: 45.008 annex A. R criterion and priorities: 36.304 §5.2.4. A3: 36.331 §5.5.4.4.
    Circles of more than four cells are not looked for. A timer, or a penalty that runs out, only delays.
    """
    return list(_traps(network, tuple(names)))


@by_identity
def _traps(network: Network, names: tuple[str, ...]) -> tuple[Trap, ...]:
    gsm, lte = by_rat(network, names)
    found = circles_and_traps(network, gsm, lte)
    if len(gsm) > 1:
        found += _narrow(network, gsm) + _disagreeing("gsm", network, gsm)
    if len(lte) > 1:
        found += _disagreeing("lte", network, lte)
    return tuple(found)


def circles_and_traps(network: Network, gsm: pd.Index, lte: pd.Index) -> list[Trap]:
    """Of `traps` those of the kinds ``circle``, ``quality`` and ``one_way``."""
    found: list[Trap] = []
    if len(gsm) > 1:
        found += _of_machine("gsm_idle", network, gsm) + _of_machine("gsm_call", network, gsm)
    if len(lte) > 1:
        found += _of_machine("lte_call", network, lte)
    if len(lte) > 1 or (len(lte) and len(gsm) and lists_gsm(network, lte)):
        found += _of_machine("idle" if lists_gsm(network, lte) else "lte_idle", network, lte, gsm)
    return found


def long_circles(network: Network, names: Sequence[str], known: Sequence[Trap]) -> list[Trap]:
    """Circles of more cells than `rfopt.proofs.circles.LONGEST` along one way, at most one of each machine and way.

    Quality is left out: along it alone a phone would have to find quality bad on every cell. None are told of a
    machine of which shorter ones are known.
    """
    gsm, lte = by_rat(network, names)
    found, said = [], {trap.machine for trap in known}
    for machine, cells in (("gsm_call", gsm), ("lte_call", lte), ("lte_idle", lte)):
        if machine in said or len(cells) <= LONGEST:
            continue
        ends = (np.full(len(cells), end) for end in REPORTS_DBM[machine[:3].upper()])
        low, high = ends
        for way in ways_of(machine, network, cells, cells[:0]):
            circle = long_circle(way, low, high) if way.cause != "quality" else None
            if circle is not None and len(circle.cells) > LONGEST:
                found.append(_circling(machine, tuple(cells), [way], circle))
    return found


def by_rat(network: Network, names: Sequence[str]) -> tuple[pd.Index, pd.Index]:
    """The GSM and the LTE cells among some, in the order of their names."""
    return _by_rat(network.cells, tuple(names))


@by_identity
def _by_rat(cells: pd.DataFrame, names: tuple[str, ...]) -> tuple[pd.Index, pd.Index]:
    rats = cells["rat"].loc[sorted(set(names))]
    return rats.index[rats == "GSM"], rats.index[rats == "LTE"]


def ways_of(machine: str, network: Network, cells: pd.Index, gsm: pd.Index, grid_db: float = 1.0) -> list[Moves]:
    """All conditions on which one machine changes its server, on a grid of levels.

    Parameters
    ----------
    machine : str
        As in `Trap`.
    cells : Index
        Cells of the machine; of ``idle`` the LTE cells, to which `gsm` is added.
    """
    return _ways(machine, _arrays_of(machine, network, cells, gsm), len(cells), grid_db)


def _arrays_of(machine: str, network: Network, cells: pd.Index, gsm: pd.Index) -> tuple[Arrays, ...]:
    """What the machine takes of the network; of ``idle`` also what its GSM part takes."""
    if machine == "idle":
        return both_idle_arrays(network, cells, gsm), gsm_idle_arrays(network, gsm)
    make = {"gsm_idle": gsm_idle_arrays, "gsm_call": gsm_call_arrays, "lte_call": lte_call_arrays}
    return (make.get(machine, lte_idle_arrays)(network, cells),)


def _ways(machine: str, arrays: tuple[Arrays, ...], cells: int, grid_db: float) -> list[Moves]:
    if machine == "gsm_call":
        return _by_handover(arrays[0], grid_db)
    if machine == "idle":
        return [_by_priority(arrays[0], grid_db), _widened(_by_c2(arrays[1], grid_db), cells)]
    by = {"gsm_idle": _by_c2, "lte_call": _by_a3, "lte_idle": _by_priority}[machine]
    return [by(arrays[0], grid_db)]


def idle_boundary_db(network: Network, gsm: pd.Index) -> FloatArray:
    """How far n may be above s in level while an idle GSM phone stays on s, ``[s, n]``.

    The difference of their rewards in C2 (access level and reselect offset, with its sign), and in another area the
    server's hysteresis.
    """
    arrays = gsm_idle_arrays(network, gsm)
    return np.asarray(_c2_lead_db(arrays) + _hysteresis_db(arrays))


def _of_machine(machine: str, network: Network, cells: pd.Index, gsm: pd.Index | None = None) -> list[Trap]:
    """Circles and one-way traps of one machine."""
    gsm = cells[:0] if gsm is None or machine != "idle" else gsm
    return list(_decided(machine, tuple(cells), tuple(gsm), _arrays_of(machine, network, cells, gsm)))


@functools.lru_cache(maxsize=512)
def _decided(machine: str, own: tuple[str, ...], gsm: tuple[str, ...], arrays: tuple[Arrays, ...]) -> tuple[Trap, ...]:
    """The traps of one machine's parameters; plans share most of them."""
    names, cells = own + gsm, len(own)
    rats = ["GSM" if machine.startswith("gsm") else "LTE"] * cells + ["GSM"] * len(gsm)
    low, high = (np.array([REPORTS_DBM[rat][k] for rat in rats]) for k in (0, 1))
    found: dict[frozenset[str], Trap] = {}
    for doubtful, grid in product((False, True), (0.5 if machine == "lte_call" else 1.0, FINE_DB)):
        ways = [way for way in _ways(machine, arrays, cells, grid) if doubtful or way.cause != "quality"]
        for circle in circles(ways, low, high, grid) if not doubtful or machine == "gsm_call" else ():
            trap = _circling(machine, names, ways, circle)
            if not any(known <= set(trap.cells) for known in found):
                found[frozenset(trap.cells)] = trap
    return (*found.values(), *_one_way(machine, names, _ways(machine, arrays, cells, 1.0), low, high))


def _circling(machine: str, names: Sequence[str], ways: Sequence[Moves], circle: Circle) -> Trap:
    steps = zip(circle.ways, circle.cells, (*circle.cells[1:], circle.cells[0]), strict=True)
    leads = [float(ways[way].lead_db[s, n]) for way, s, n in steps]
    total = sum(leads) if min(leads) > ALWAYS_DB else float("nan")
    cells, causes = tuple(str(names[c]) for c in circle.cells), tuple(ways[way].cause for way in circle.ways)
    return Trap(
        "quality" if "quality" in causes else "circle", machine, cells, causes, circle.levels_dbm, round(total, 2)
    )


def _one_way(
    machine: str, names: Sequence[str], ways: Sequence[Moves], low_dbm: FloatArray, high_dbm: FloatArray
) -> list[Trap]:
    """Cells that can be entered from another and never lead back to it, at whatever levels."""
    entries = [way.possible(low_dbm, high_dbm) & ~np.eye(len(names), dtype=bool) for way in ways]
    edge = np.logical_or.reduce(entries)
    reach = edge | np.eye(len(names), dtype=bool)
    for k in range(len(names)):
        reach |= reach[:, k, None] & reach[None, k, :]
    stuck = edge & ~reach.T
    found = []
    for s, n in np.argwhere(stuck):
        way = next(way for way, entry in zip(ways, entries, strict=True) if entry[s, n])
        levels = min(way.most_dbm[s, n], high_dbm[s]), max(way.least_dbm[s, n], low_dbm[n])
        entered = max(levels[1], low_dbm[s] + way.lead_db[s, n])
        left = min(levels[0], entered - way.lead_db[s, n])
        found.append(Trap("one_way", machine, (str(names[s]), str(names[n])), (way.cause,),
                          (float(max(left, low_dbm[s])), float(entered)), 0.0))  # fmt: skip
    return found


def _narrow(network: Network, gsm: pd.Index) -> list[Trap]:
    """R-HYST: pairs whose power-budget margins sum to too little, though to more than what circles at rest."""
    margin = gsm_call_arrays(network, gsm)["ho_margin_pbgt_db"]
    total = margin + margin.T
    pairs = np.argwhere(np.triu((total >= 0.0) & (total < LEAST_PAIR_DB), 1))
    return [
        Trap("narrow", "gsm_call", (str(gsm[a]), str(gsm[b])), ("power_budget",) * 2, (-75.0, -75.0 + margin[a, b]),
             float(total[a, b]))
        for a, b in pairs
    ]  # fmt: skip


def _disagreeing(rat: str, network: Network, cells: pd.Index) -> list[Trap]:
    """R-ALIGN: pairs where a call is handed over at levels at which an idle phone rests, by the best cell's margin."""
    idle, call = (ways_of(f"{rat}_{mode}", network, cells, cells[:0], FINE_DB)[0] for mode in ("idle", "call"))
    low, high = REPORTS_DBM[rat.upper()]
    ends = np.full(len(cells), low), np.full(len(cells), high)
    both = (idle.lead_db > ALWAYS_DB) & idle.possible(*ends) & call.possible(*ends)
    zone = np.where(both, idle.lead_db - call.lead_db, 0.0)
    return [
        Trap("align", f"{rat}_call", (str(cells[s]), str(cells[n])), (call.cause,),
             _in_zone(float(call.lead_db[s, n]), float(idle.lead_db[s, n]), float(call.least_dbm[s, n]), low, high),
             round(float(zone[s, n]), 2))
        for s, n in np.argwhere(zone > FINE_DB)
    ]  # fmt: skip


def _in_zone(
    above_db: float, below_db: float, least_dbm: float, low_dbm: float, high_dbm: float
) -> tuple[float, float]:
    """Levels whose difference lies between two leads: whole decibels if there are such."""
    whole = float(np.ceil(above_db))
    apart = whole if whole < below_db else (above_db + below_db) / 2.0
    bottom, top = max(least_dbm, low_dbm, low_dbm + apart), min(high_dbm, high_dbm + apart)
    there = float(np.ceil((bottom + top) / 2.0)) if top - bottom >= 1.0 else bottom
    return there - apart, there


# ---- conditions, each read from the clause and not from the machine ----


def _over(value: NDArray[np.float64], grid_db: float) -> FloatArray:
    """The least value on the grid that is greater."""
    return np.asarray(grid_db * (np.floor(value / grid_db) + 1.0))


def _least(value: NDArray[np.float64], grid_db: float) -> FloatArray:
    return np.asarray(grid_db * np.ceil(value / grid_db))


def _most(value: NDArray[np.float64], grid_db: float) -> FloatArray:
    return np.asarray(grid_db * np.floor(value / grid_db))


def _under(value: NDArray[np.float64], grid_db: float) -> FloatArray:
    return np.asarray(grid_db * (np.ceil(value / grid_db) - 1.0))


def _moves(cause: str, where: NDArray[np.bool_], lead: FloatArray, least: FloatArray, most: FloatArray) -> Moves:
    """Moves where they are allowed and every number is known; unlimited ends made finite."""
    shape = where.shape
    lead, least, most = (np.broadcast_to(values, shape) for values in (lead, least, most))
    known = where & ~np.isnan(lead) & ~np.isnan(least) & ~np.isnan(most)
    clipped = (np.clip(np.nan_to_num(values), ALWAYS_DB, NEVER_DB) for values in (lead, least, most))
    lead, least, most = clipped
    return Moves(cause, np.where(known, lead, NEVER_DB), least, most)


def _c2_lead_db(arrays: Arrays) -> FloatArray:
    sign = np.where(arrays["penalty_time_s"] >= SUBTRACTED_S, -1.0, 1.0)
    reward = sign * arrays["cell_reselect_offset_db"] - arrays["rxlev_access_min_dbm"]
    return np.asarray(reward[:, None] - reward[None, :])


def _hysteresis_db(arrays: Arrays) -> FloatArray:
    elsewhere = arrays["area"][:, None] != arrays["area"][None, :]
    return np.where(elsewhere, np.maximum(arrays["cell_reselect_hysteresis_db"], 0.0)[:, None], 0.0)


def _by_c2(arrays: Arrays, grid_db: float) -> Moves:
    """C2 of n above that of s, in another area by the hysteresis; n suitable by C1."""
    lead, more = _c2_lead_db(arrays), _hysteresis_db(arrays)
    needed = np.where(more > 0.0, _least(lead + more, grid_db), _over(lead, grid_db))
    suitable = _over(arrays["rxlev_access_min_dbm"], grid_db)
    return _moves("c2", arrays["ba"], needed, suitable[None, :], np.asarray(np.inf))


def _by_handover(arrays: Arrays, grid_db: float) -> list[Moves]:
    """Power budget, level, umbrella, and quality where quality is bad."""
    related, least = arrays["relation"], _over(arrays["rxlev_min_cell_dbm"], grid_db)
    umbrella = np.maximum(least, _over(arrays["ho_level_umbrella_dbm"], grid_db))
    weak = _under(arrays["ho_threshold_lev_dbm"], grid_db)[:, None]
    high = np.nan_to_num(arrays["ho_threshold_interference_dbm"], nan=np.inf)
    lead = {name: _over(arrays[f"ho_margin_{name}_db"], grid_db) for name in ("pbgt", "lev", "qual")}
    anything, unlimited = np.asarray(-np.inf), np.asarray(np.inf)
    return [
        _moves("power_budget", related, lead["pbgt"], least, unlimited),
        _moves("level", related, lead["lev"], least, weak),
        _moves("umbrella", related, anything, umbrella, unlimited),
        _moves("quality", related, lead["qual"], least, _most(high, grid_db)[:, None]),
    ]


def _by_a3(arrays: Arrays, grid_db: float) -> Moves:
    """Event A3; levels are filtered, not rounded."""
    needed = (arrays["a3_offset_db"] + arrays["a3_hysteresis_db"])[:, None] - arrays["cio_db"]
    return _moves("a3", arrays["relation"], _over(needed, grid_db), np.asarray(-np.inf), np.asarray(np.inf))


def _by_priority(arrays: Arrays, grid_db: float) -> Moves:
    """Inside a carrier and between carriers of one priority the rank, between priorities the thresholds."""
    layer, minimum = arrays["carrier"], arrays["q_rxlevmin_dbm"]
    own = np.nan_to_num(arrays["cell_reselection_priority"], nan=NO_PRIORITY)[:, None]
    names = ("layer_priority", "thresh_x_high_db", "thresh_x_low_db", "layer_q_rxlevmin_dbm")
    listed, high, low, least = (arrays[name][:, layer] for name in names)
    inside = layer[:, None] == layer[None, :]
    higher, lower = ~inside & (listed > own), ~inside & (listed < own)
    ranked = inside | (listed == own)
    reference = np.where(np.isnan(least), minimum, least)
    threshold = np.select([inside, higher, lower], [np.full(inside.shape, -np.inf), high, low], 0.0)
    bar = np.maximum(minimum, reference + threshold)
    search = np.where(inside, arrays["s_intra_search_db"][:, None], arrays["s_non_intra_search_db"][:, None])
    most = np.where(higher, np.inf, _most(minimum[:, None] + search, grid_db))
    poor = _under((minimum + arrays["thresh_serving_low_db"])[:, None], grid_db)
    most = np.where(lower, np.minimum(most, poor), most)
    lead = np.where(ranked, _over(arrays["q_hyst_db"][:, None] + arrays["q_offset_db"], grid_db), -np.inf)
    return _moves("priority", ranked | higher | lower, lead, _over(bar, grid_db), most)


def _widened(way: Moves, before: int) -> Moves:
    """A way between the last cells of a longer list."""
    cells = before + len(way.lead_db)
    wide = (np.full((cells, cells), value) for value in (NEVER_DB, ALWAYS_DB, NEVER_DB))
    lead, least, most = wide
    for whole, part in ((lead, way.lead_db), (least, way.least_dbm), (most, way.most_dbm)):
        whole[before:, before:] = part
    return Moves(way.cause, lead, least, most)
