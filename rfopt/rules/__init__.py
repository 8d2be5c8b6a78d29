"""What can be wrong, one rule per file.

Contract of the shelf: each entry is ``name(evidence: Evidence, figures: Figures, **thresholds) -> list[Finding]``,
empty where its fault is not there. The name is the contract's rule name; parameters with a default are thresholds.
A rule looks at levels, timelines and tables, never at names. It may state a `cure`: the change that would take the
fault away in simulation; `rfopt.diagnosis` uses it to tell how much of the complaint the fault explains.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rfopt.evidence import Evidence
from rfopt.kpis import aim
from rfopt.mobility.timeline import Replay
from rfopt.network import Change, Plan, relation_default, value_of
from rfopt.registry import Shelf
from rfopt.tables import schema

rules = Shelf("rfopt.rules")

MATERIAL = 0.3
"""Difference of severity from which log and model are said to disagree: more than half the way from target to fail."""
KM_PER_DEG = 111.195
SUBTRACTED_S = 640.0
MOST_IN_LINE_DB = 14.0
"""Beyond this a call is kept until it is lost."""
GONE_DB = -30.0
"""Power change that stands for "without this cell" when a finding is tested in simulation."""


@dataclass(frozen=True)
class Figures:
    """The key figures as found: counted in the log and simulated on its levels."""

    measured: Mapping[str, float]
    modelled: Mapping[str, float]

    def severity(self, *names: str) -> float:
        """The worst severity among some figures; where log and model both know a figure, their mean.

        0.5 means that a target is just missed, 1 that a figure fails hard.
        """
        return max((self._severity(name) for name in names), default=0.0)

    def _severity(self, name: str) -> float:
        values = [table[name] for table in (self.measured, self.modelled) if not math.isnan(table.get(name, math.nan))]
        return float(np.mean([aim(name).severity(value) for value in values])) if values else 0.0

    def disagreement(self, *names: str) -> str:
        """The figure that log and model judge most differently, by `MATERIAL` or more; '' if none."""
        both = [n for n in names if not math.isnan(self.measured.get(n, math.nan) + self.modelled.get(n, math.nan))]
        apart = {n: abs(aim(n).severity(self.measured[n]) - aim(n).severity(self.modelled[n])) for n in both}
        most = max(apart, key=lambda name: apart[name], default="")
        return most if most and apart[most] >= MATERIAL else ""

    def value(self, name: str) -> float:
        """The measured figure where there is one, else the modelled."""
        measured = self.measured.get(name, math.nan)
        return self.modelled.get(name, math.nan) if math.isnan(measured) else measured


def serving_share(replays: Iterable[Replay], machine: str) -> dict[str, float]:
    """Share of time each cell served on one machine, by name, most first; strangers are left out.

    A short log counts as much as a long replay: the result is the mean over the replays that have the machine.
    """
    tables = [_share_of_time(replay, machine) for replay in replays if replay.of(machine)]
    names = dict.fromkeys(name for table in tables for name in table)
    mean = {name: sum(table.get(name, 0.0) for table in tables) / len(tables) for name in names}
    return dict(sorted(mean.items(), key=lambda item: (-item[1], item[0])))


def _share_of_time(replay: Replay, machine: str) -> dict[str, float]:
    names = replay.gsm_cells if machine.startswith("gsm") else replay.lte_cells
    timelines = replay.of(machine)
    covered = sum(timeline.minutes for timeline in timelines)
    seconds = np.zeros(len(names))
    for timeline in timelines:
        known = timeline.server[timeline.server >= 0]
        seconds += np.bincount(known, minlength=len(names)) * timeline.step_s
    return {name: s / 60.0 / covered for name, s in zip(names, seconds.tolist(), strict=True) if s > 0.0}


def exchanges(replay: Replay, machine: str) -> Counter[tuple[str, str]]:
    """How often the server changed from one cell to another, by names."""
    names = replay.gsm_cells if machine.startswith("gsm") else replay.lte_cells
    counts: Counter[tuple[str, str]] = Counter()
    for timeline in replay.of(machine):
        before, after = timeline.server[:, :-1], timeline.server[:, 1:]
        moved = (before != after) & (before >= 0) & (after >= 0)
        pairs, number = np.unique(np.stack([before[moved], after[moved]]), axis=1, return_counts=True)
        counts.update({(names[a], names[b]): int(n) for (a, b), n in zip(pairs.T, number, strict=True)})
    return counts


def change_to(evidence: Evidence, cell: str, parameter: str, new: float | str, neighbour: str | None = None) -> Change:
    """A change of the case's network to a new value, with the old one filled in."""
    return Change(cell, neighbour, parameter, value_of(evidence.network, cell, neighbour, parameter), new)


def on_quantum(table: str, parameter: str, value: float) -> float:
    """The legal value of a parameter nearest to `value` and not above it; NaN where `value` is out of range.

    >>> on_quantum("cells", "elec_tilt_deg", 3.3), on_quantum("cells", "power_dbm", 12.2)
    (3.0, 12.2)
    """
    for low, high, step in schema(table)[parameter].spans():
        if low <= value <= high:
            return round(low + step * math.floor((value - low) / step + 1e-6), 6) if step else value
    return math.nan


def relation_in_line(evidence: Evidence, cell: str, other: str) -> Plan:
    """A relation with a handover margin that agrees with the idle boundary of the pair (R-ALIGN), 0…14 dB.

    A cell rewarded over another in idle hands its calls over no sooner, and takes them back no later.
    """
    usual = relation_default("ho_margin_pbgt_db", "GSM")
    reward = _reward_db(evidence, cell) - _reward_db(evidence, other)
    ahead = max(usual, reward) if reward >= 0.0 else usual + reward
    margin = on_quantum("neighbours", "ho_margin_pbgt_db", float(np.clip(ahead, 0.0, MOST_IN_LINE_DB)))
    present = change_to(evidence, cell, "neighbour", "present", other)
    return (present, *([Change(cell, other, "ho_margin_pbgt_db", usual, margin)] if margin != usual else []))


def _reward_db(evidence: Evidence, cell: str) -> float:
    """What C2 has over C1, for good."""
    offset = evidence.number(cell, "cell_reselect_offset_db")
    return -offset if evidence.number(cell, "penalty_time_s") == SUBTRACTED_S else offset


def without(evidence: Evidence, cell: str) -> Change:
    """The change that takes a cell out of the air as far as the complaint is concerned."""
    return change_to(evidence, cell, "power_dbm", evidence.number(cell, "power_dbm") + GONE_DB)


def distance_km(evidence: Evidence, cell: str) -> float:
    """Distance from a cell's antenna to the complaint, on the ground."""
    links = evidence.situation.links
    return float(np.median(links.distance_m[:, links.cells.get_loc(cell)])) / 1000.0


def distance_between_km(evidence: Evidence, cell: str, other: str) -> float:
    """Distance between two cells' antennas on the ground."""
    north, east = (evidence.number(cell, axis) - evidence.number(other, axis) for axis in ("lat", "lon"))
    return KM_PER_DEG * math.hypot(north, east * math.cos(math.radians(evidence.number(cell, "lat"))))


def rivals(evidence: Evidence, within_db: float, kinds: tuple[str, ...]) -> dict[str, float]:
    """GSM cells, not wanted, that come within `within_db` of the wanted one at some point: name to largest excess [dB].

    Where no wanted cell is heard, the strongest cell takes its place.
    """
    kind = evidence.network.cells["kind"]
    others = [str(c) for c in evidence.gsm.levels.cells if c not in evidence.wanted and kind[c] in kinds]
    found = {cell: float(excess_db(evidence, cell).max(initial=-np.inf)) for cell in others}
    near = ((cell, excess) for cell, excess in found.items() if excess >= -within_db)
    return dict(sorted(near, key=lambda item: (-item[1], item[0])))


def excess_db(evidence: Evidence, cell: str) -> NDArray[np.float64]:
    """How far a GSM cell is above the wanted one at each point, or above the strongest where no wanted one is known.

    Minus infinity where the cell was not reported.
    """
    levels = evidence.gsm.levels
    wanted = evidence.wanted_dbm()
    best = np.where(np.isnan(levels.dbm), -np.inf, levels.dbm).max(axis=1, initial=-np.inf)
    reference = np.where(np.isnan(wanted), best, wanted)
    seen = levels.measured(cell)
    excess = np.full(len(reference), -np.inf)
    excess[seen] = levels.of(cell)[seen] - reference[seen]
    return excess


def against(evidence: Evidence, cell: str) -> str:
    """Whom the largest `excess_db` of a GSM cell is over: ``wanted``, or ``strongest`` where no wanted one is known."""
    at = int(excess_db(evidence, cell).argmax())
    return "strongest" if np.isnan(evidence.wanted_dbm()[at]) else "wanted"


def points_where(evidence: Evidence, cell: str, within_db: float) -> tuple[str, ...]:
    """Points at which a GSM cell was reported within `within_db` of the wanted one."""
    near = excess_db(evidence, cell) >= -within_db
    return tuple(str(point) for point in evidence.gsm.levels.points.index[near])


def highest_dbm(evidence: Evidence, cell: str) -> float:
    """The level of a GSM cell at the point where it was reported strongest, rounded."""
    levels = evidence.gsm.levels
    return round(float(levels.of(cell)[levels.measured(cell)].max()), 1)
