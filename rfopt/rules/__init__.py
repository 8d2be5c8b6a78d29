"""What can be wrong, one rule per file.

Contract of the shelf: each entry is ``name(evidence: Evidence, figures: Figures, **thresholds) -> list[Finding]``,
empty where its fault is not there. The name is the contract's rule name; parameters with a default are thresholds.
A rule looks at levels, timelines and tables, never at names. It may state a `cure`: the change that would take the
fault away in simulation; `rfopt.diagnose` uses it to tell how much of the complaint the fault explains.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from rfopt.evidence import Evidence
from rfopt.kpis import aim
from rfopt.mobility.timeline import Replay
from rfopt.network import Change, value_of
from rfopt.registry import Shelf

rules = Shelf("rfopt.rules")

LEAST_HANDOVERS = 10
"""A share of handovers counted from fewer than this in a log is not judged."""
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

    def value(self, name: str) -> float:
        """The measured figure where there is one, else the modelled."""
        measured = self.measured.get(name, math.nan)
        return self.modelled.get(name, math.nan) if math.isnan(measured) else measured


def serving_share(replays: Iterable[Replay], machine: str) -> dict[str, float]:
    """Share of time each cell served, by name, over the timelines of one machine; strangers are left out."""
    counts: Counter[str] = Counter()
    total = 0
    for replay in replays:
        names = replay.gsm_cells if machine.startswith("gsm") else replay.lte_cells
        for timeline in replay.of(machine):
            total += timeline.server.size
            index, number = np.unique(timeline.server[timeline.server >= 0], return_counts=True)
            counts.update({names[k]: int(n) for k, n in zip(index, number, strict=True)})
    return {name: number / total for name, number in counts.most_common()}


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


def without(evidence: Evidence, cell: str) -> Change:
    """The change that takes a cell out of the air as far as the complaint is concerned."""
    return change_to(evidence, cell, "power_dbm", float(evidence.network.cells.at[cell, "power_dbm"]) + GONE_DB)


def distance_km(evidence: Evidence, cell: str) -> float:
    """Distance from a cell's antenna to the complaint, on the ground."""
    links = evidence.situation.links
    return float(np.median(links.distance_m[:, links.cells.get_loc(cell)])) / 1000.0


def rivals(evidence: Evidence, within_db: float, kinds: tuple[str, ...]) -> dict[str, float]:
    """GSM cells, not wanted, that come within `within_db` of the wanted one at some point: name to largest excess [dB].

    Where no wanted cell is heard, the strongest cell takes its place.
    """
    levels = evidence.gsm.levels
    reference = evidence.wanted_dbm()
    best = np.nanmax(np.where(np.isnan(levels.dbm), -np.inf, levels.dbm), axis=1) if levels.dbm.size else reference
    reference = np.where(np.isnan(reference), best, reference)
    found: dict[str, float] = {}
    for cell in levels.cells:
        if cell in evidence.wanted or evidence.network.cells.at[cell, "kind"] not in kinds:
            continue
        excess = np.where(levels.measured(cell), levels.of(cell) - reference, -np.inf)
        if excess.max(initial=-np.inf) >= -within_db:
            found[str(cell)] = float(excess.max())
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def points_where(evidence: Evidence, cell: str, within_db: float) -> tuple[str, ...]:
    """Points at which a GSM cell is within `within_db` of the wanted one."""
    excess = evidence.gsm.levels.of(cell) - evidence.wanted_dbm()
    return tuple(p for p, e in zip(evidence.gsm.levels.points.index, excess, strict=True) if e >= -within_db)
