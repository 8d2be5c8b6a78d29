"""What stays the same between plans: the points, the fading of every cell at every point, the luck of every call.

Drawn once per case and keyed by seed, point and cell name, so that plans are compared on the same chance and a cell
more or fewer changes nobody else's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from rfopt.kernels.fading import draw_fading, draw_uniform
from rfopt.levels import Levels
from rfopt.mobility import csfb, elsewhere
from rfopt.mobility.anchor import Anchor
from rfopt.mobility.floors import NEPER
from rfopt.network import Network, Plan
from rfopt.radio.links import Links, link
from rfopt.radio.predict import LevelChange

JITTER_DB = 1.0
"""Scatter of C/I before it is coded as RXQUAL: an assumption."""


@dataclass(frozen=True)
class Budget:
    """How much is simulated.

    Every run is one phone at every point; `draws` groups of runs share one draw of what is uncertain about the mean
    levels, so the spread between groups is what the result may be off by.
    """

    runs: int = 240
    draws: int = 20
    idle_s: float = 165.0
    warm_s: float = 40.0
    call_s: float = 90.0
    lte_call_s: float = 60.0
    attempt_every_s: float = 25.0


IDLE_STEP_S, SACCH_S, LTE_STEP_S = 0.5, 0.48, 0.2
MOST_REMEMBERED = 120
"""Results of machines kept for plans that leave their inputs as they were."""


@dataclass
class Situation:
    """Points, levels and chance, the same for every plan. Made by `prepare`.

    `network` holds the cells heard, `whole` is the network they were taken from; `terminating` is the share of
    fallbacks to another location area that fail there, by draw.
    """

    network: Network
    whole: Network
    gsm: Anchor
    lte: Anchor
    change: LevelChange
    wanted: tuple[str, ...]
    budget: Budget
    traces: dict[tuple[str, str], NDArray[np.float32]]
    luck: dict[tuple[str, str], Any]
    offsets: dict[str, NDArray[np.float32]]
    floors: dict[str, NDArray[np.float64]]
    terminating: NDArray[np.float64]
    done: dict[bytes, Any] = field(default_factory=dict)
    figures: dict[Any, Any] = field(default_factory=dict)
    applied: dict[Plan, Any] = field(default_factory=dict)
    moved: dict[int, tuple[pd.DataFrame, NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=dict)

    @property
    def links(self) -> Links:
        """Where the points lie seen from every cell."""
        return self.change.links

    @cached_property
    def columns(self) -> dict[str, NDArray[np.intp]]:
        """Numbers of each technology's cells among the cells heard."""
        known = self.network.cells.index
        return {anchor.rat: known.get_indexer(anchor.levels.cells) for anchor in (self.gsm, self.lte)}

    @cached_property
    def points(self) -> list[str]:
        """Labels of the points."""
        return sorted({*self.gsm.levels.points.index, *self.lte.levels.points.index})

    def draw_of_run(self) -> NDArray[np.int64]:
        """The group each run belongs to."""
        return np.arange(self.budget.runs) * self.budget.draws // self.budget.runs

    def runs_of_draw(self) -> list[slice]:
        """The runs of each group; they lie side by side."""
        return [slice(a, b) for a, b in pairwise(_edges(self.budget))]


def thinned(situation: Situation, draws: int) -> Situation:
    """The same situation with its first few draws only: quicker, for looking around."""
    budget = situation.budget
    runs = situation.runs_of_draw()[draws - 1].stop
    luck = {key: _first(value, runs) for key, value in situation.luck.items()}
    return replace(
        situation,
        budget=replace(budget, runs=runs, draws=draws),
        traces={key: trace[:runs] for key, trace in situation.traces.items()},
        luck=luck,
        offsets={rat: offset[:draws] for rat, offset in situation.offsets.items()},
        floors={rat: floor[:draws] for rat, floor in situation.floors.items()},
        terminating=situation.terminating[:draws],
        done={},
        figures={},
        applied={},
        moved={},
    )


def _first(luck: Any, runs: int) -> Any:
    if isinstance(luck, dict):
        return {name: values[:runs] for name, values in luck.items()}
    return None if luck is None else luck[:runs]


def stable_key(*words: str) -> int:
    """A 63-bit number from words, the same on every machine and in every process."""
    return int.from_bytes(hashlib.blake2b("\0".join(words).encode(), digest_size=8).digest(), "big") >> 1


def prepare(
    network: Network,
    gsm: Anchor,
    lte: Anchor,
    wanted: tuple[str, ...],
    seed: int,
    budget: Budget | None = None,
    counted: elsewhere.Counted | None = None,
) -> Situation:
    """Draw everything random once.

    Parameters
    ----------
    gsm, lte : Anchor
        Levels at the complaint's points; their cells decide who takes part.
    seed : int
        The same seed gives the same fading, whatever the number of threads.
    counted : Counted, optional
        How the log's fallbacks to other location areas ended.
    """
    budget = budget or Budget()
    names = gsm.levels.cells.append(lte.levels.cells)
    points = pd.concat([gsm.levels.points, lte.levels.points])
    points = points[~points.index.duplicated()].sort_index()
    links = link(network.cells.loc[names], points, terrain=network.terrain)
    change = LevelChange(network.cells.loc[names], links, network.antennas)
    unit = (_spread_evenly(budget.draws, str(seed), "terminating", word) for word in ("elsewhere", "anyway"))
    terminating = elsewhere.drawn(counted or elsewhere.Counted(), *unit)
    situation = Situation(network.subset(names), network, gsm, lte, change, wanted, budget, {}, {}, {}, {}, terminating)
    for anchor in (gsm, lte):
        situation.offsets[anchor.rat] = _offsets(anchor.levels, seed, budget)
        situation.floors[anchor.rat] = _floors(anchor, seed, budget)
        for point in anchor.levels.points.index:
            for machine, step_s, length_s in _grids(anchor.rat, budget):
                steps = int(length_s / step_s)
                trace = _trace(anchor, point, machine, step_s, steps, seed, budget)
                situation.traces[machine, point] = trace + _at_runs(situation, anchor, point)
                situation.luck[machine, point] = _luck(machine, point, steps, seed, budget, anchor.fading.tau_s)
    return situation


def _grids(rat: str, budget: Budget) -> list[tuple[str, float, float]]:
    if rat == "GSM":
        return [("gsm_idle", IDLE_STEP_S, budget.idle_s), ("gsm_call", SACCH_S, budget.call_s)]
    return [("lte_idle", IDLE_STEP_S, budget.idle_s), ("lte_call", LTE_STEP_S, budget.lte_call_s)]


def _trace(
    anchor: Anchor, point: str, machine: str, step_s: float, steps: int, seed: int, budget: Budget
) -> NDArray[np.float32]:
    """Fading and noise about the mean of every cell, (runs, steps, cells) in dB.

    Spread and memory are known from a log only roughly, and rates of reselection hang on both: every group of runs
    has its own, drawn from what the log leaves open.
    """
    cells = np.array([stable_key(name) for name in anchor.levels.cells], dtype=np.uint64)
    sigma, tau, white = _drawn_fading(anchor, seed, budget)
    out = draw_fading(stable_key(str(seed), machine, point, "noise"), budget.runs, steps, step_s, 0.0, cells)
    for k, (start, end) in enumerate(pairwise(_edges(budget))):
        key = stable_key(str(seed), machine, point, str(k))
        out[start:end] *= white[k]
        out[start:end] += draw_fading(key, end - start, steps, step_s, float(tau[k]), cells) * sigma[k]
    return out


def _drawn_fading(
    anchor: Anchor, seed: int, budget: Budget
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float32]]:
    """σ of every cell (draws, cells), τ and the noise (draws,) as the fit leaves them open, evenly spread."""
    fading, rat = anchor.fading, anchor.rat
    common = _spread_evenly(budget.draws, str(seed), "sigma", rat)
    memory = _spread_evenly(budget.draws, str(seed), "tau", rat)
    own = _normals(budget.draws, [(str(seed), "sigma", cell) for cell in anchor.levels.cells])
    sigma = fading.sigma_db * np.exp(fading.sigma_error * common[:, None] + fading.cell_spread * own)
    extra = fading.noise_error * fading.sigma_db**2 * _spread_evenly(budget.draws, str(seed), "noise", rat)
    white = np.sqrt(np.maximum(fading.noise_db**2 + extra, 0.0))
    return sigma.astype(np.float32), fading.tau_s * np.exp(fading.tau_error * memory), white.astype(np.float32)


def _normals(draws: int, words: Sequence[tuple[str, ...]]) -> NDArray[np.float64]:
    """Standard normal numbers, (draws, len(words)); the first draws stay the same when more are made."""
    columns = [np.random.Generator(np.random.Philox(stable_key(*word))).standard_normal(draws) for word in words]
    return np.array(columns).T.reshape(draws, len(words))


def _spread_evenly(draws: int, *words: str) -> NDArray[np.float64]:
    """Standard normal numbers, one in each of as many equally likely intervals, in a drawn order."""
    order = np.random.Generator(np.random.Philox(stable_key(*words))).permutation(draws)
    return np.asarray(ndtri((order + 0.5) / draws))


def _edges(budget: Budget) -> list[int]:
    """Where the groups of runs begin, and the end."""
    group = np.arange(budget.runs) * budget.draws // budget.runs
    return [int(edge) for edge in np.searchsorted(group, np.arange(budget.draws + 1))]


def _floors(anchor: Anchor, seed: int, budget: Budget) -> NDArray[np.float64]:
    """The unexplained interference of each draw, (draws, points, cells) in mW: log-normal."""
    points, cells = anchor.levels.points.index, anchor.levels.cells
    words = [(str(seed), "floor", point, cell) for point in points for cell in cells]
    unit = _normals(budget.draws, words).reshape(budget.draws, len(points), len(cells))
    error = anchor.floors.error_db * NEPER
    return np.asarray(anchor.floors.mean_mw * np.exp(error * unit))


def _offsets(levels: Levels, seed: int, budget: Budget) -> NDArray[np.float32]:
    """What the mean levels may be off by: one draw per group of runs, (draws, points, cells) in units of the error."""
    draws = [
        np.random.Generator(np.random.Philox(stable_key(str(seed), "offset", point, cell))).standard_normal(
            budget.draws
        )
        for point in levels.points.index
        for cell in levels.cells
    ]
    return np.array(draws, dtype=np.float32).T.reshape(budget.draws, *levels.dbm.shape)


def _at_runs(situation: Situation, anchor: Anchor, point: str) -> NDArray[np.float32]:
    """Mean level plus this group's error, (runs, 1, cells)."""
    p = anchor.levels.points.index.get_loc(point)
    mean = anchor.levels.dbm[p] + situation.offsets[anchor.rat][:, p] * anchor.levels.error_db[p]
    return mean[situation.draw_of_run(), None, :].astype(np.float32)


def _luck(machine: str, point: str, steps: int, seed: int, budget: Budget, tau_s: float) -> Any:
    """Random numbers a machine needs besides the levels; the same for every plan."""
    key = stable_key(str(seed), machine, point, "luck")
    if machine == "gsm_call":
        uniform = draw_uniform(key, budget.runs, steps, np.arange(2, dtype=np.uint64))
        fade = draw_fading(key + 2, budget.runs, steps, SACCH_S, tau_s, np.arange(1, dtype=np.uint64))[:, :, 0]
        jitter = draw_fading(key + 1, budget.runs, steps, SACCH_S, 0.0, np.arange(1, dtype=np.uint64))[:, :, 0]
        return {
            "luck": uniform[:, :, 0],
            "handover_luck": uniform[:, :, 1],
            "jitter_db": jitter * np.float32(JITTER_DB),
            "fade": fade,
        }
    if machine == "lte_idle":
        return draw_uniform(key, budget.runs, len(attempt_steps(budget)), np.arange(csfb.LUCK + csfb.BACK_LUCK))
    return None


def attempt_steps(budget: Budget) -> NDArray[np.int64]:
    """Steps of the idle grid at which a CSFB call is tried."""
    times = np.arange(budget.warm_s, budget.idle_s, budget.attempt_every_s)
    return np.asarray(times / IDLE_STEP_S).astype(np.int64)
