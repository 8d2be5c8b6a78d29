"""Key figures, one per file.

Contract of the shelf: each entry is ``name(replay: Replay) -> float``, one number over all of a replay, NaN if the
replay cannot give it. It is registered with what the figure should be::

    @kpis(of="gsm_idle", unit="1/min", target=0.4, fail=1.5, weight=0.15)

`of` names the machine whose timelines it reads, or ``csfb`` for the fallbacks: nothing else may change the figure.
`target` is met, `fail` is missed hard (domain acceptance values); the utility is 1 at the target and 0 at `fail`,
linear between. A figure without a target is reported and not judged; `weight` is its share of the objective.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rfopt.mobility.timeline import Replay, Timeline
from rfopt.registry import Shelf

kpis = Shelf("rfopt.kpis")

NO_SERVICE = -1
"""Index of no server at all; a server that the table does not know has another one below 0."""
TOLERANCE = 0.1
"""Share of the way from target to hard fail by which a plan may worsen a figure that then misses its target."""


@dataclass(frozen=True)
class Aim:
    """What a figure should be."""

    of: str
    unit: str
    target: float = math.nan
    fail: float = math.nan
    weight: float = 0.0

    def utility(self, value: float) -> float:
        """1 at the target or better, 0 at the hard fail or worse, NaN where value or aim is unknown.

        >>> round(Aim("gsm_idle", "1/min", 0.4, 1.4).utility(0.9), 3)
        0.5
        """
        return float(np.clip((value - self.fail) / (self.target - self.fail), 0.0, 1.0))

    def severity(self, value: float) -> float:
        """0.5 where the figure just misses its target, 1 at the hard fail, less where it is met; 0 if unknown.

        >>> Aim("gsm_idle", "1/min", 0.4, 1.4).severity(1.4), Aim("gsm_idle", "1/min", 0.4, 1.4).severity(0.4)
        (1.0, 0.5)
        """
        if math.isnan(value) or math.isnan(self.target):
            return 0.0
        return float(np.clip(0.5 + 0.5 * (value - self.target) / (self.fail - self.target), 0.0, 1.0))


def aim(name: str) -> Aim:
    """The aim of a figure."""
    kpis.load()
    return Aim(**kpis.facts[name])


def compute(replay: Replay) -> dict[str, float]:
    """Every figure of the shelf on one replay; NaN where it cannot be given."""
    return {name: float(figure(replay)) for name, figure in kpis.items()}


def objective(figures: dict[str, float]) -> float:
    """Weighted mean utility, 0…1, over the figures the case can give.

    >>> objective({"reselections_per_min": 0.1})
    1.0
    """
    aims = {name: aim(name) for name in figures}
    judged = {n: a.utility(figures[n]) for n, a in aims.items() if a.weight > 0 and not math.isnan(figures[n])}
    total = sum(aims[name].weight for name in judged)
    return sum(aims[name].weight * utility for name, utility in judged.items()) / total if total else math.nan


def connected_s(timelines: Iterable[Timeline]) -> float:
    """Seconds on any server, one that the table does not know included."""
    return float(sum((t.server != NO_SERVICE).sum() * t.step_s for t in timelines))


def count(reason: NDArray[np.int8], kinds: Iterable[int]) -> int:
    """How many entries of a reason array are one of some kinds.

    >>> count(np.array([[0, 1, 8]], dtype=np.int8), {1, 2})
    1
    """
    table = np.zeros(128, dtype=bool)
    table[list(kinds)] = True
    return int(table[reason].sum())
