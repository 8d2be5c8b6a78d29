"""Why a phone changed cell, in words with numbers: for what the log shows, and for what was simulated."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.evidence import Evidence
from rfopt.mobility.grades import LOOK_BACK_S
from rfopt.mobility.logged import pieces_of_log
from rfopt.mobility.reasons import Reason
from rfopt.mobility.replay import STEP_S, Bench, bench
from rfopt.mobility.simulate import levels_at
from rfopt.mobility.timeline import Timeline
from rfopt.mobility.why import Step, explain_changes, explain_step
from rfopt.network import Network, apply
from rfopt.recommendation import Recommendation


@dataclass(frozen=True)
class Accounts:
    """What can be told of the changes of one case.

    Attributes
    ----------
    logged : mapping
        (machine, point, time, target) of a change in the log → its sentence.
    networks : mapping
        State (``before`` and ``after``) → the network that was simulated.
    """

    evidence: Evidence
    logged: dict[tuple[str, str, float, str], str]
    networks: dict[str, Network]
    lang: str
    _levels: dict[tuple[str, str, str], NDArray[np.float64]] = field(default_factory=dict)

    def of_log(self, machine: str, point: str, time_s: float, target: str) -> str:
        """Why the phone changed to a cell, by its own reports; '' where nothing can be told."""
        return self.logged.get((machine, point, round(time_s, 3), target), "")

    def of_run(self, state: str, timeline: Timeline, run: int, k: int) -> str:
        """Why a simulated phone changed at step `k` of its timeline, by what it measured; '' if that tells nothing."""
        servers = timeline.server[run]
        reason, source, target = Reason(int(timeline.reason[run, k])), int(servers[k - 1]), int(servers[k])
        if min(source, target) < 0:
            return ""
        found = explain_step(self._step(state, timeline, run, k, (source, target), reason), self._desk(state, timeline))
        return found.because(self.lang) if found else ""

    def _step(self, state: str, timeline: Timeline, run: int, k: int, move: tuple[int, int], reason: Reason) -> Step:
        machine, point = timeline.machine, timeline.point
        key = (state, machine, point)
        if key not in self._levels:
            self._levels[key] = levels_at(self.evidence.situation, self.networks[state], machine, point)
        step_s = STEP_S[machine]
        levels = self._levels[key][run]
        first = round(float(timeline.time_s[0]) / step_s)
        end = first + k % (len(levels) - first) + 1  # a long stay goes over the same fading in several turns
        start = max(0, end - int(LOOK_BACK_S / step_s))
        times = step_s * np.arange(start, end, dtype=np.float64)
        moved = np.flatnonzero(np.diff(timeline.server[run, :k])) + 1
        arrived_s = float(timeline.time_s[moved[-1]]) if moved.size else -np.inf
        return Step(machine, point, times, levels[start:end], *move, reason, float(timeline.time_s[k]) - arrived_s)

    def _desk(self, state: str, timeline: Timeline) -> Bench:
        return self._benches[state, timeline.machine[:3].upper()]

    @functools.cached_property
    def _benches(self) -> dict[tuple[str, str], Bench]:
        anchors = (self.evidence.gsm, self.evidence.lte)
        return {
            (state, anchor.rat): bench(network, anchor.levels.cells, anchor.rat)
            for state, network in self.networks.items()
            for anchor in anchors
            if anchor.levels.cells.size
        }


def accounts_of(result: Recommendation, lang: str) -> Accounts:
    """What can be told of a case's changes, in a language."""
    evidence = result.evidence
    networks = {"before": evidence.network}
    if result.steps:
        networks["after"] = apply(evidence.network, result.plan)
    return Accounts(evidence, _logged(evidence, lang), networks, lang)


def _logged(evidence: Evidence, lang: str) -> dict[tuple[str, str, float, str], str]:
    anchors = [anchor for anchor in (evidence.gsm, evidence.lte) if anchor.levels.cells.size]
    names = {anchor.rat: [str(cell) for cell in anchor.levels.cells] for anchor in anchors}
    known = evidence.readings["cell"].isin([cell for cells in names.values() for cell in cells])
    pieces = pieces_of_log(evidence.readings[known], names)
    desks = {rat: bench(evidence.network, pd.Index(cells), rat) for rat, cells in names.items()}
    return {
        (piece.machine, found.point, round(found.time_s, 3), found.target): found.because(lang)
        for piece in pieces
        for found in explain_changes(piece, desks[piece.machine[:3].upper()])
    }
