"""What a figure counted over a few minutes is worth: draws of the figure that the same room could have shown.

Reselections come in flurries and a phone stays where it camps, so neighbouring seconds are not independent counts. How
many independent counts a log holds is read from how the figure scatters between blocks of time. Rates are then drawn
from the Gamma and shares from the Beta distribution that follow from Jeffreys' prior (Brown, Cai and DasGupta 2001:
their equal-tailed intervals cover what they say, also of few counts and of none). Percentiles of levels and delays are
bootstrapped by blocks, and a level carries what standing elsewhere in the same room does to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rfopt.kpis import kpis
from rfopt.mobility.situation import stable_key
from rfopt.mobility.timeline import Fallbacks, Replay, Timeline
from rfopt.planning.intervals import BOUNDED, RATES
from rfopt.planning.stated import exposure

FloatArray = NDArray[np.float64]

DRAWS = 4000
TAIL = 0.05
BLOCKS_S = (15.0, 30.0, 60.0)
"""Blocks of time tried; the length at which the figure scatters most is believed."""
LEAST_BLOCKS = 4
RESAMPLES = 100
LOOKS_PER_MIN = (0.3, 20.0)
"""Fewest and most independent looks per minute at a share of time."""
LOOKS_PER_EVENT = (0.1, 1.0)
"""The same of an event: flurries of ten at most, and nothing more regular than chance."""
UNSEEN_LOOKS_PER_MIN = 2.0
"""Looks per minute at a share that never scattered: nothing then tells how many there are."""
LOOKS_PER_TRY = {"pingpong_share": 0.5}
"""A handover and its return are one event; other tries, such as fallbacks, stand for themselves."""
REPEAT_DB = 2.0
"""Standard deviation of a room's level between two visits that stand a step apart: an assumption."""
OF_LEVELS = ("dB", "dBm")


@dataclass(frozen=True)
class Counted:
    """A figure at one room of one visit: as counted, and over what (minutes, calls or attempts)."""

    value: float
    exposure: float


def unit_of(name: str) -> str:
    """Unit of a figure."""
    kpis.load()
    return str(kpis.facts[name]["unit"])


def machine_of(name: str) -> str:
    """The machine a figure is read from."""
    kpis.load()
    return str(kpis.facts[name]["of"])


def counted(name: str, room: Replay) -> Counted:
    """A figure of the shelf at a room; NaN where the log cannot give it."""
    return Counted(float(kpis[name](room)), exposure(name, room))


def draws(name: str, room: Replay, looks: FloatArray, key: str) -> FloatArray:
    """Values (`DRAWS`,) that the figure has in truth, as likely as the log makes them; NaN if it cannot give it.

    Parameters
    ----------
    looks : ndarray (DRAWS,)
        Independent counts per unit of exposure (`looks_of`).
    key : str
        Names the stream of chance: the same key gives the same draws.
    """
    found, unit = counted(name, room), unit_of(name)
    rng = np.random.default_rng(stable_key(key, name))
    if not np.isfinite(found.value) or found.exposure <= 0:
        return np.full(DRAWS, np.nan)
    trials = looks * found.exposure
    if unit in RATES:
        return rng.gamma(found.value * trials + 0.5, 1.0 / trials, DRAWS)
    if unit == "share":
        return rng.beta(found.value * trials + 0.5, (1.0 - found.value) * trials + 0.5, DRAWS)
    sample = _resampled(name, [room], np.ones(1), rng)
    return _about(replace(sample, middle=found.value), REPEAT_DB, unit, rng)


def pooled_draws(name: str, rooms: Sequence[Replay], weights: FloatArray, key: str) -> FloatArray:
    """Draws (`DRAWS`,) of a percentile over several rooms, each with its weight however long the phone stayed there."""
    rng = np.random.default_rng(stable_key(key, name))
    kept = [(room, weight) for room, weight in zip(rooms, weights, strict=True) if weight > 0]
    if not kept:
        return np.full(DRAWS, np.nan)
    sample = _resampled(name, [room for room, _ in kept], np.array([weight for _, weight in kept]), rng)
    return _about(sample, REPEAT_DB * float(np.sqrt((weights**2).sum())), unit_of(name), rng)


@dataclass(frozen=True)
class _Bootstrap:
    """Mean and standard deviation of a figure between bootstrap samples, and how many parts these were drawn from."""

    middle: float
    spread: float
    parts: int


def _about(sample: _Bootstrap, repeat_db: float, unit: str, rng: np.random.Generator) -> FloatArray:
    """Student's t about the middle, whose spread few parts do not tell well; and what standing elsewhere does."""
    if not np.isfinite(sample.spread):
        return np.full(DRAWS, np.nan)
    drawn = sample.middle + sample.spread * rng.standard_t(sample.parts - 1, DRAWS)
    if unit in OF_LEVELS:
        drawn = drawn + repeat_db * rng.standard_normal(DRAWS)
    return np.asarray(drawn if unit in OF_LEVELS else np.maximum(drawn, 0.0))


def ends(drawn: FloatArray, value: float, unit: str) -> tuple[float, float]:
    """90 % interval of draws; a count of none reaches down to 0, a share of all up to 1.

    >>> ends(np.array([0.01, 0.02, 0.03]), 0.0, "share")[0]
    0.0
    """
    if not np.isfinite(value) or not np.isfinite(drawn).all():
        return np.nan, np.nan
    low, high = (float(np.quantile(drawn, q)) for q in (TAIL, 1.0 - TAIL))
    if unit in BOUNDED and value <= 0.0:
        low = 0.0
    if unit == "share" and value >= 1.0:
        high = 1.0
    return low, high


def looks_of(name: str, rooms: list[Replay], key: str) -> FloatArray:
    """Draws (`DRAWS`,) of the independent counts per unit of exposure, from all rooms of both visits.

    The block length that leaves fewest is believed; what its blocks do not tell well is drawn as well.
    """
    unit = unit_of(name)
    if unit not in BOUNDED or machine_of(name) == "csfb" or name in LOOKS_PER_TRY:
        return np.full(DRAWS, LOOKS_PER_TRY.get(name, 1.0))
    found = [_looks(name, unit, rooms, length) for length in BLOCKS_S]
    looks, freedom = min(found, key=lambda one: one[0])
    if not np.isfinite(looks):
        return np.full(DRAWS, UNSEEN_LOOKS_PER_MIN if unit == "share" else 1.0)
    rng = np.random.default_rng(stable_key(key, name, "looks"))
    drawn = looks * rng.chisquare(freedom, DRAWS) / freedom
    return np.asarray(np.clip(drawn, *(LOOKS_PER_MIN if unit == "share" else LOOKS_PER_EVENT)))


def _looks(name: str, unit: str, rooms: list[Replay], length_s: float) -> tuple[float, int]:
    """Expected chance of blocks over their scatter, and the scatter's degrees of freedom.

    Infinite where nothing scatters or there are too few blocks.
    """
    scatter = expected = 0.0
    freedom = 0
    for room in rooms:
        parts = [counted(name, block) for block in blocks(room, machine_of(name), length_s)]
        known = [part for part in parts if np.isfinite(part.value) and part.exposure > 0]
        if len(known) < LEAST_BLOCKS:
            continue
        value, size = np.array([(part.value, part.exposure) for part in known]).T
        mean = float((value * size).sum() / size.sum())
        chance = mean * (1.0 - mean) if unit == "share" else mean
        scatter += float((size * (value - mean) ** 2).sum())
        expected += (len(known) - 1) * chance
        freedom += (len(known) - 1) * (chance > 0)
    return (expected / scatter if scatter > 0 and expected > 0 else np.inf), freedom


def blocks(room: Replay, machine: str, length_s: float) -> Iterator[Replay]:
    """A room's stretches of one machine cut into blocks of a length; a short rest belongs to the block before."""
    for timeline in room.of(machine):
        for part in _cuts(timeline, length_s):
            yield replace(room, timelines=(_taken(timeline, part),), fallbacks=())


def _cuts(timeline: Timeline, length_s: float) -> list[NDArray[np.int64]]:
    """Steps of each block."""
    number = ((timeline.time_s - timeline.time_s[0]) // length_s).astype(np.int64)
    span = float(timeline.time_s[-1] - timeline.time_s[0]) + timeline.step_s
    last = max(int(span / length_s + 1e-9) - 1, 0)
    number = np.minimum(number, last)
    return np.split(np.arange(len(number)), np.flatnonzero(np.diff(number)) + 1)


def _taken(timeline: Timeline, steps: NDArray[np.int64]) -> Timeline:
    arrays = {n: getattr(timeline, n)[:, steps] for n in ("server", "reason", "level_dbm", "quality_db", "rxqual")}
    return replace(timeline, time_s=timeline.time_s[steps], **arrays)


def _resampled(name: str, rooms: Sequence[Replay], weights: FloatArray, rng: np.random.Generator) -> _Bootstrap:
    """A figure between samples of as many blocks, or fallbacks, as there are, from each room by its weight."""
    pools = [_pool(name, room) for room in rooms]
    number = sum(len(pool) for pool in pools)
    if number < 2:
        return _Bootstrap(np.nan, np.nan, number)
    share = weights / weights.sum()
    sizes = [max(round(number * part), 1) if pool else 0 for part, pool in zip(share, pools, strict=True)]
    values = np.empty(RESAMPLES)
    for k in range(RESAMPLES):
        chosen = [
            pool[j] for pool, size in zip(pools, sizes, strict=True) for j in rng.integers(max(len(pool), 1), size=size)
        ]
        values[k] = kpis[name](_of_parts(rooms[0], chosen))
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return _Bootstrap(np.nan, np.nan, number)
    spread = float(values.std(ddof=1)) * float(np.sqrt(number / (number - 1)))
    return _Bootstrap(float(values.mean()), spread, number)


def _pool(name: str, room: Replay) -> list[Replay]:
    """What a bootstrap draws from: blocks of the figure's machine, or single fallbacks."""
    if machine_of(name) == "csfb":
        return [
            replace(room, timelines=(), fallbacks=(_one_try(f, k),))
            for f in room.fallbacks
            for k in range(f.cell.shape[1])
        ]
    return list(blocks(room, machine_of(name), BLOCKS_S[1]))


def _one_try(tries: Fallbacks, k: int) -> Fallbacks:
    columns = ("lte_cell", "cell", "success", "area_update", "delay_s")
    return replace(tries, **{name: getattr(tries, name)[:, [k]] for name in columns})


def _of_parts(room: Replay, parts: Sequence[Replay]) -> Replay:
    return replace(
        room,
        timelines=tuple(t for part in parts for t in part.timelines),
        fallbacks=tuple(f for part in parts for f in part.fallbacks),
    )
