"""Idle mode over both technologies: from LTE to GSM and back (TS 36.304 §5.2.4.5, TS 45.008 §6.6.6).

On LTE the machine of `rfopt.kernels.lte_idle` ranks the GSM layers that the cell lists with its own; on GSM the phone
camps by C1 and C2 (`rfopt.kernels.gsm_idle`) and looks for LTE all the while. Clauses from memory of the standards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rfopt.kernels import gsm_idle, lte_idle
from rfopt.mobility.reasons import Reason

IntArray = NDArray[np.int64]

EVEN_S = 1e-7
"""Steps that differ by less are equal."""


def camp_both(
    level_dbm: ArrayLike,
    time_s: ArrayLike,
    start: ArrayLike,
    lte_cells: int,
    both: dict[str, Any],
    gsm: dict[str, Any],
) -> tuple[NDArray[np.int16], NDArray[np.int8]]:
    """Camp on LTE and on GSM on every run of a set of level traces.

    Parameters
    ----------
    level_dbm : array_like, shape (R, T, L + G)
        RSRP of the LTE cells, then level of the GSM cells, before rounding [dBm]; NaN = not heard.
    time_s : array_like, shape (T,)
        Increasing instants [s]; any spacing.
    start : array_like of int, shape (R,)
        Serving cell before the first instant; −1 = cell selection, LTE before GSM.
    lte_cells : int
        L, how many of the cells are LTE's.
    both : dict
        Keyword arguments of `rfopt.kernels.lte_idle.camp` for all cells, see `rfopt.mobility.setup.both_idle_arrays`:
        the rows of LTE cells say what leads to GSM, those of GSM cells what leads to LTE.
    gsm : dict
        Keyword arguments of `rfopt.kernels.gsm_idle.camp` for the GSM cells, the floor included.

    Returns
    -------
    server : int16 array, shape (R, T)
        LTE cells are 0 … L − 1, GSM cells follow; −1 = no service.
    reason : int8 array, shape (R, T)
        0, or why the server changed, see `rfopt.mobility.reasons.Reason`. A reselection from LTE to GSM bears the
        reason of its rule, one from GSM to LTE `LTE_PRIORITY`.

    Notes
    -----
    All averages and timers start anew with the technology. A phone that loses GSM selects a cell again, LTE first.
    """
    level, times = np.asarray(level_dbm, np.float32), np.asarray(time_s, np.float64)
    server, reason = lte_idle.camp(level, times, np.zeros(level.shape[2]), start, **both)
    phones = _Phones(level, times, lte_cells, both, gsm, server, reason)
    run = np.flatnonzero((server >= lte_cells).any(axis=1))
    at = (server[run] >= lte_cells).argmax(axis=1)
    while run.size:
        phones.stay_on_gsm(run, at)
        run, at = phones.way_back(run, at)
        run, at = phones.stay_on_lte(run, at)
    return server, reason


@dataclass(frozen=True)
class _Phones:
    """All runs, and what they did so far: every stay overwrites the rest of its run."""

    level: NDArray[np.float32]
    times: NDArray[np.float64]
    lte_cells: int
    both: dict[str, Any]
    gsm: dict[str, Any]
    server: NDArray[np.int16]
    reason: NDArray[np.int8]

    def stay_on_gsm(self, run: IntArray, at: IntArray) -> None:
        """Write the stays that begin on the GSM cells standing at some steps of some runs."""
        here = self.server[run, at].astype(np.int64) - self.lte_cells
        found, why = _pieces(gsm_idle.camp, self.level[:, :, self.lte_cells :], self.times, run, at, here, self.gsm)
        found = np.where(found >= 0, found + self.lte_cells, -1)
        for k, (r, begin) in enumerate(zip(run, at, strict=True)):
            left = self.times.size - begin
            self.server[r, begin + 1 :], self.reason[r, begin + 1 :] = found[k, 1:left], why[k, 1:left]

    def way_back(self, run: IntArray, at: IntArray) -> tuple[IntArray, IntArray]:
        """Runs that leave GSM, and when: LTE was good for long enough while they camped on one cell, or GSM is lost."""
        stays = [stay for r, begin in zip(run, at, strict=True) for stay in self._stays(int(r), int(begin))]
        owner, begin, end, here = np.array(stays, dtype=np.int64).T
        camped = here >= 0
        alone = self.level.copy()
        alone[:, :, self.lte_cells :] = np.nan  # other GSM cells are the business of C2
        patient = self.both | {"search_s": np.inf, "start_s": 0.0}
        first, target, gone = np.zeros_like(begin), np.full_like(begin, -1), ~camped
        found, _ = _pieces(
            lte_idle.camp, alone, self.times, owner[camped], begin[camped], here[camped], patient, end[camped]
        )
        moved = found != here[camped, None]
        first[camped] = moved.argmax(axis=1)
        target[camped] = np.take_along_axis(found, first[camped][:, None], axis=1)[:, 0]
        gone[camped] = moved.any(axis=1)
        leaves = gone & (begin + first < end)
        _, one = np.unique(owner[leaves], return_index=True)  # the first of each run
        run, at, target = owner[leaves][one], (begin + first)[leaves][one], target[leaves][one]
        back = target >= 0
        self.server[run[back], at[back]], self.reason[run[back], at[back]] = target[back], Reason.LTE_PRIORITY
        return run, at

    def _stays(self, r: int, at: int) -> list[tuple[int, int, int, int]]:
        """(run, first step, step after the last, GSM cell or −1) of each cell camped on from a step on."""
        bounds = np.flatnonzero(np.diff(self.server[r, at:])) + at + 1
        edges = [at, *bounds.tolist(), self.times.size]
        return [(r, a, b, int(self.server[r, a])) for a, b in pairwise(edges)]

    def stay_on_lte(self, run: IntArray, at: IntArray) -> tuple[IntArray, IntArray]:
        """Write what follows a return to LTE, or a loss of GSM; the runs that arrive on GSM again, and when."""
        here = self.server[run, at].astype(np.int64)
        arguments = self.both | {"start_s": 0.0}
        found, why = _pieces(lte_idle.camp, self.level, self.times, run, at, here, arguments)
        again = []
        for k, (r, begin) in enumerate(zip(run, at, strict=True)):
            left = self.times.size - begin
            before = self.reason[r, begin]
            self.server[r, begin:], self.reason[r, begin:] = found[k, :left], why[k, :left]
            self.reason[r, begin] = self.reason[r, begin] or before
            arrived = np.flatnonzero(found[k, :left] >= self.lte_cells)
            again += [(r, begin + arrived[0])] if arrived.size else []
        runs, steps = np.array(again, dtype=np.int64).reshape(-1, 2).T
        return runs, steps


def _pieces(
    camp: Callable[..., tuple[NDArray[np.int16], NDArray[np.int8]]],
    level: NDArray[np.float32],
    times: NDArray[np.float64],
    run: IntArray,
    begin: IntArray,
    start: IntArray,
    arguments: Mapping[str, Any],
    end: IntArray | None = None,
) -> tuple[NDArray[np.int16], NDArray[np.int8]]:
    """Run a machine on pieces of runs, each on its own clock from 0; what is beyond a piece's end means nothing.

    On an even grid all pieces go through the machine at once.
    """
    ends = np.full(run.size, times.size) if end is None else end
    longest = int((ends - begin).max(initial=1))
    still = np.zeros(level.shape[2])
    spacing = np.diff(times)
    if spacing.size == 0 or np.ptp(spacing) <= EVEN_S:
        steps = np.minimum(begin[:, None] + np.arange(longest), times.size - 1)
        return camp(level[run[:, None], steps], times[:longest] - times[0], still, start, **arguments)
    server, reason = np.full((run.size, longest), -1, np.int16), np.zeros((run.size, longest), np.int8)
    for k, (r, a, b) in enumerate(zip(run, begin, ends, strict=True)):
        found = camp(level[r : r + 1, a:b], times[a:b] - times[a], still, start[k : k + 1], **arguments)
        server[k, : b - a], reason[k, : b - a] = found[0][0], found[1][0]
    return server, reason
