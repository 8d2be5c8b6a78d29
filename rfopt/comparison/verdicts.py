"""Fixed, better, no change or worse: of each figure and over all, and how sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rfopt.comparison.chance import unit_of
from rfopt.comparison.pairing import LEAST_CHANGE, Difference, Paired
from rfopt.kpis import aim

Word = Literal["fixed", "better", "no_change", "worse", "unknown"]

SURE = 0.95
"""Probability from which a figure by itself is called better or worse."""
ALL_SURE = 0.975
"""The same over all; of single figures, of which there are many, less the share of one of them."""
LEAST_OBJECTIVE = 0.02


@dataclass(frozen=True)
class Verdict:
    """What is said over all, and why.

    Attributes
    ----------
    word : str
        ``fixed``, ``better``, ``no_change`` or ``worse``.
    better, worse : tuple of str
        Figures that are surely better or worse, whatever else is said.
    off_target : tuple of str
        Figures that miss their target after.
    """

    word: Word
    better: tuple[str, ...]
    worse: tuple[str, ...]
    off_target: tuple[str, ...]


def off_target(name: str, value: float) -> bool:
    """True where a figure that has a target is known to miss it."""
    return bool(np.isfinite(value) and np.isfinite(aim(name).target) and aim(name).utility(value) < 1.0)


def word_of(one: Difference, sure: float = SURE) -> Word:
    """The verdict on one figure."""
    if not one.known:
        return "unknown"
    if abs(one.change) < LEAST_CHANGE[unit_of(one.name)]:
        return "no_change"
    if one.better <= 1.0 - sure:
        return "worse"
    if one.better < sure:
        return "no_change"
    mended = off_target(one.name, one.before.value) and not off_target(one.name, one.after.value)
    return "fixed" if mended else "better"


def verdict_of(found: Paired) -> Verdict:
    """The verdict over all.

    A figure counts here only where it has a target and the change is sure beyond what many figures together make
    likely; one that got worse and still meets its target does not count. The objective of all figures counts by
    itself. ``fixed`` needs every figure that missed its target before to meet it now, and none to be worse.
    """
    judged = [one for one in found.overall if one.known and np.isfinite(aim(one.name).target)]
    sure = 1.0 - (1.0 - ALL_SURE) / max(len(judged), 1)
    words = {one.name: word_of(one, sure) for one in judged}
    up = tuple(name for name, word in words.items() if word in ("better", "fixed"))
    down = tuple(o.name for o in judged if words[o.name] == "worse" and off_target(o.name, o.after.value))
    left = tuple(one.name for one in judged if off_target(one.name, one.after.value))
    was = [one.name for one in judged if off_target(one.name, one.before.value)]
    return Verdict(_word(found.objective, up, down, bool(was) and not set(was) & set(left)), up, down, left)


def _word(objective: Difference, up: tuple[str, ...], down: tuple[str, ...], mended: bool) -> Word:
    moved = bool(np.isfinite(objective.change)) and abs(objective.change) >= LEAST_OBJECTIVE
    risen = moved and objective.better >= ALL_SURE
    fallen = moved and objective.better <= 1.0 - ALL_SURE
    if fallen or (down and not risen):
        return "worse"
    if risen or up:
        return "fixed" if mended and not down else "better"
    return "no_change"
