"""All cells at an instant by the criterion of the mode: lead over the server, what is needed, and since when.

Computed from the criteria, apart from the kernels, on the same levels between reports as a replay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rfopt.kernels.gsm_idle import HOLD_S, RECENT_MARGIN_DB, RECENT_S
from rfopt.mobility.criteria import c1, c2, l3_filter
from rfopt.mobility.logged import Piece
from rfopt.mobility.replay import STEP_S, Bench, between, grid
from rfopt.mobility.situation import SACCH_S

LOOK_BACK_S = 60.0
LTE_WINDOW_S = 1.28

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Grades:
    """All cells at one instant by the criterion of a mode, arrays (cells,).

    `needed_db` NaN = not among the server's neighbours; `since_s` NaN = the lead does not suffice.
    """

    level_dbm: FloatArray
    numbers: Mapping[str, FloatArray]
    lead_db: FloatArray
    needed_db: FloatArray
    since_s: FloatArray
    hold_s: float
    failing_since_s: float
    """Since when the server fails its own criterion: C1 below 0; NaN if it does not."""

    def numbers_of(self, cell: int) -> dict[str, float]:
        """The numbers of one cell."""
        return {name: float(values[cell]) for name, values in self.numbers.items()}


def grade(piece: Piece, desk: Bench, dbm: FloatArray, server: int, at: float, stayed_s: float) -> Grades:
    """Grade every cell for a phone on `server` that has `stayed_s` there.

    Parameters
    ----------
    dbm : array
        Of `rfopt.mobility.replay.report_dbm`.
    at : float
        The instant [s].
    """
    start = max(float(piece.time_s[0]), at - LOOK_BACK_S)
    times = grid(piece, start, at)
    times = times + (at - times[-1])
    return grade_levels(piece.machine, between(piece, dbm, times), times, desk, server, stayed_s)


def grade_levels(machine: str, raw: FloatArray, times: FloatArray, desk: Bench, server: int, stayed_s: float) -> Grades:
    """Grade every cell at the last of some steps of a machine.

    Parameters
    ----------
    raw : array, shape (steps, cells)
        Levels as the phone measures them [dBm], before it averages.
    times : array, shape (steps,)
    """
    step, arrays = STEP_S[machine], desk.arrays[machine]
    if machine == "gsm_idle":
        level = _mean(np.floor(raw) + 1.0, HOLD_S, step)
        return _grade_c2(level, times, arrays, server, float(times[-1]) - stayed_s)
    if machine == "gsm_call":
        level = _mean(np.floor(raw) + 1.0, float(arrays["ho_averaging_sacch"][server]) * SACCH_S, step)
        needed = np.where(arrays["relation"][server], arrays["ho_margin_pbgt_db"][server], np.nan)
        lead = level - level[:, [server]]
        return _graded(level, {"pbgt_db": lead[-1]}, lead, np.broadcast_to(needed, lead.shape), times, 0.0)
    if machine == "lte_idle":
        return _grade_rank(_mean(raw, LTE_WINDOW_S, step), times, arrays, server)
    level = _filtered(raw, step)
    lead = level + arrays["cio_db"][server] - level[:, [server]]
    margin = arrays["a3_offset_db"][server] + arrays["a3_hysteresis_db"][server]
    needed = np.broadcast_to(np.where(arrays["relation"][server], margin, np.nan), lead.shape)
    return _graded(level, {}, lead, needed, times, float(arrays["a3_time_to_trigger_ms"][server]) / 1000.0)


def _grade_c2(
    level: FloatArray, times: FloatArray, arrays: Mapping[str, FloatArray], server: int, arrived_s: float
) -> Grades:
    """C1, C2 and the margin: the hysteresis into another area, 5 dB within 15 s of the last reselection."""
    path = c1(level, arrays["rxlev_access_min_dbm"])
    offsets = ("cell_reselect_offset_db", "temporary_offset_db", "penalty_time_s")
    on_list_s = _since(np.isfinite(level), times)
    waited = np.where(np.isnan(on_list_s), 0.0, times[-1] - on_list_s)
    reward, temporary, penalty = (arrays[name] for name in offsets)
    score = c2(path, reward, temporary, penalty, waited)
    score[:, server] = c2(path[:, server], reward[server], temporary[server], penalty[server], 0.0, serving=True)
    lead = score - score[:, [server]]
    away = arrays["area"] != arrays["area"][server]
    needed = np.where(away, arrays["cell_reselect_hysteresis_db"][server], 0.0)[None, :]
    if times[-1] - arrived_s < RECENT_S:  # both leads are timed all along; which of them counts is asked now
        needed = np.maximum(needed, RECENT_MARGIN_DB)
    needed = np.broadcast_to(np.where(arrays["ba"][server], needed, np.nan), lead.shape)
    found = _graded(level, {"c1_db": path[-1], "c2_db": score[-1]}, lead, needed, times, HOLD_S, path > 0.0)
    failing = _since((path[:, [server]] < 0.0), times)[0]
    return replace(found, failing_since_s=float(failing))


def _grade_rank(level: FloatArray, times: FloatArray, arrays: Mapping[str, FloatArray], server: int) -> Grades:
    """R and the priority of every cell's layer as the server broadcasts it; ranks decide inside one priority only."""
    rank = level - arrays["q_offset_db"][server]
    rank[:, server] = level[:, server] + arrays["q_hyst_db"][server]
    lead = rank - rank[:, [server]]
    carrier, own = arrays["carrier"], arrays["cell_reselection_priority"][server]
    priority = np.where(carrier == carrier[server], own, arrays["layer_priority"][server][carrier])
    hold_s = float(arrays["t_reselection_s"][server])
    return _graded(level, {"rank_dbm": rank[-1], "priority": priority}, lead, np.zeros_like(lead), times, hold_s)


def _graded(
    level: FloatArray,
    numbers: Mapping[str, FloatArray],
    lead: FloatArray,
    needed: FloatArray,
    times: FloatArray,
    hold_s: float,
    fit: NDArray[np.bool_] | None = None,
) -> Grades:
    above = (lead > 0.0) & (lead >= needed) if fit is not None else lead > needed
    above &= True if fit is None else fit
    return Grades(level[-1], numbers, lead[-1], np.asarray(needed[-1]), _since(above, times), hold_s, np.nan)


def _since(holds: NDArray[np.bool_], times: FloatArray) -> FloatArray:
    """For every column the time since when it has held without a break up to the last row; NaN if it does not."""
    broken = np.where(holds, -1, np.arange(len(times))[:, None]).max(axis=0)
    return np.where(holds[-1], times[np.minimum(broken + 1, len(times) - 1)], np.nan)


def _mean(level: FloatArray, window_s: float, step_s: float) -> FloatArray:
    """Mean of the last `window_s` at every step; NaN counts as not heard and makes the mean NaN."""
    width = max(round(window_s / step_s), 1)
    padded = np.vstack([np.repeat(level[:1], width - 1, axis=0), level])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, width, axis=0).mean(axis=-1))


def _filtered(level: FloatArray, step_s: float) -> FloatArray:
    out = level.copy()
    for t in range(1, len(out)):
        out[t] = l3_filter(out[t - 1], level[t], spacing_ms=1000.0 * step_s)
        out[t] = np.where(np.isfinite(out[t]), out[t], level[t])
    return out
