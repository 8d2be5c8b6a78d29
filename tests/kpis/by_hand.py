"""Timelines of a few steps, written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rfopt.mobility.reasons import Reason
from rfopt.mobility.timeline import Fallbacks, Replay, Timeline

GSM, LTE = ("A", "B", "C"), ("L", "M")


def line(
    machine: str,
    servers: Sequence[Sequence[int]],
    reasons: Mapping[tuple[int, int], Reason] | None = None,
    *,
    step_s: float = 1.0,
    point: str = "north",
    level_dbm: Sequence[Sequence[float]] | float = np.nan,
    quality_db: Sequence[Sequence[float]] | float = np.nan,
    rxqual: Sequence[Sequence[int]] | int = -1,
) -> Timeline:
    """One machine: servers by run and step, and the reasons of some (run, step)."""
    server = np.array(servers, dtype=np.int16)
    reason = np.zeros(server.shape, dtype=np.int8)
    for at, why in (reasons or {}).items():
        reason[at] = why
    wide = [np.broadcast_to(np.asarray(v, dtype=np.float32), server.shape).copy() for v in (level_dbm, quality_db)]
    codes = np.broadcast_to(np.asarray(rxqual, dtype=np.int8), server.shape).copy()
    return Timeline(machine, point, np.arange(server.shape[1]) * step_s, server, reason, *wide, codes)


def falls(
    cell: Sequence[Sequence[int]],
    success: Sequence[Sequence[bool]],
    delay_s: Sequence[Sequence[float]] | float = 7.0,
    lte_cell: Sequence[Sequence[int]] | int = 0,
    point: str = "north",
) -> Fallbacks:
    """Fallback calls by run and attempt."""
    landed = np.array(cell, dtype=np.int64)
    origin = np.broadcast_to(np.asarray(lte_cell, dtype=np.int64), landed.shape).copy()
    delay = np.broadcast_to(np.asarray(delay_s, dtype=float), landed.shape).copy()
    return Fallbacks(point, origin, landed, np.array(success, dtype=bool), np.zeros(landed.shape, dtype=bool), delay)


def replay(*parts: Timeline | Fallbacks, wanted: frozenset[int] | None = frozenset({0})) -> Replay:
    """A replay of some timelines and fallbacks."""
    timelines = tuple(part for part in parts if isinstance(part, Timeline))
    fallbacks = tuple(part for part in parts if isinstance(part, Fallbacks))
    return Replay(GSM, LTE, wanted, timelines, fallbacks)
