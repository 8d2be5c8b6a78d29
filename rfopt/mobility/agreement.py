"""How well one account of who served agrees with what the phone did: shares of time and events, with their doubt.

Everything is counted in blocks of time, so that sums can be drawn again block by block (a block bootstrap): what
happens within `BLOCK_S` hangs together, blocks far less.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rfopt.mobility.logged import Piece

WINDOW_S = 5.0
"""An event of the machine this long before or after the phone's is the same event."""
BLOCK_S = 60.0
DRAWS = 1000
SECONDS, SAME, PHONE, MADE, MATCHED, NEAR = range(6)
"""Columns of a count: time, time on the phone's cell, events of the phone, events of the other, of these at the same
time to the same cell, at the same time to another cell."""

FloatArray = NDArray[np.float64]
Move = tuple[float, int, int]
"""(time, from, to) of a change of the server."""


@dataclass(frozen=True)
class LoggedMove:
    """A change that a log shows: it happened after `after_s` and not later than `time_s`."""

    after_s: float
    time_s: float
    source: int
    target: int


def logged_moves(piece: Piece) -> list[LoggedMove]:
    """The changes of the server that a piece shows."""
    time, server = piece.time_s, piece.server
    changed = np.flatnonzero(server[1:] != server[:-1]) + 1
    return [LoggedMove(float(time[k - 1]), float(time[k]), int(server[k - 1]), int(server[k])) for k in changed]


def pair(phone: Sequence[LoggedMove], made: Sequence[Move]) -> tuple[list[int], list[int]]:
    """For every change of the phone the one that matches it: (to the same cell, to another cell), −1 for none.

    A change matches if it lies within `WINDOW_S` of the time in which the phone's happened; each is used once, the
    nearest first come, those to the same cell before all others.

    >>> pair([LoggedMove(8.0, 10.0, 0, 1)], [(2.0, 0, 1), (14.0, 0, 1)])
    ([1], [-1])
    """
    same, near = [-1] * len(phone), [-1] * len(phone)
    free = set(range(len(made)))
    for found, to_same in ((same, True), (near, False)):
        for k, move in enumerate(phone):
            if same[k] >= 0:
                continue
            close = [
                (abs(made[j][0] - 0.5 * (move.after_s + move.time_s)), j)
                for j in free
                if move.after_s - WINDOW_S <= made[j][0] <= move.time_s + WINDOW_S
                and (not to_same or made[j][2] == move.target)
            ]
            if close:
                found[k] = min(close)[1]
                free.discard(found[k])
    return same, near


def weights_s(piece: Piece) -> FloatArray:
    """The time each instant stands for: to the next one, the last as long as the usual step."""
    steps = np.diff(piece.time_s)
    return np.append(steps, np.median(steps))


def count(
    piece: Piece, server: NDArray[np.int64], made: Sequence[Move], counted: NDArray[np.bool_] | None = None
) -> FloatArray:
    """Counts of one piece, (blocks, 6).

    Parameters
    ----------
    server : array (instants,)
        Who serves by the other account at the piece's instants.
    made : sequence
        The changes of the server by the other account.
    counted : bool array (instants,), optional
        Instants that count; all by default.
    """
    blocks = np.floor((piece.time_s - piece.time_s[0]) / BLOCK_S).astype(int)
    out = np.zeros((int(blocks[-1]) + 1, 6))
    weight = weights_s(piece) * (1.0 if counted is None else counted)
    np.add.at(out[:, SECONDS], blocks, weight)
    np.add.at(out[:, SAME], blocks, weight * (server == piece.server))
    phone = logged_moves(piece)
    same, near = pair(phone, made)

    def block(time: float) -> int:
        return min(max(int((time - piece.time_s[0]) // BLOCK_S), 0), len(out) - 1)

    place = [block(time) for time, _, _ in made]
    for k, move in enumerate(phone):
        here = block(move.time_s)
        out[here, PHONE] += 1
        out[here, MATCHED] += same[k] >= 0
        out[here, NEAR] += near[k] >= 0
        for j in (same[k], near[k]):
            if j >= 0:
                place[j] = here
    np.add.at(out[:, MADE], place, 1.0)
    return out


def figures(total: FloatArray) -> dict[str, float]:
    """What the counts come to: NaN where there was nothing to count.

    ``same_share`` of time on the phone's cell; events ``matched`` to the same cell, ``near`` to another, ``missed``,
    ``invented``; ``event_score`` 2·matched / (events of the phone + events of the other).
    """
    seconds, same, phone, made, matched, near = (float(value) for value in total)
    return {
        "same_share": same / seconds if seconds else math.nan,
        "matched": matched,
        "near": near,
        "missed": phone - matched - near,
        "invented": made - matched - near,
        "event_score": 2.0 * matched / (phone + made) if phone + made else math.nan,
    }


def agreement(total: FloatArray) -> float:
    """One number to fit by: the mean of `same_share` and `event_score`; time alone would favour never moving."""
    found = figures(total)
    return found["same_share"] if math.isnan(found["event_score"]) else 0.5 * sum(map(found.__getitem__, BOTH))


BOTH = ("same_share", "event_score")


def spread(counts: Mapping[str, FloatArray], against: str, seed: int) -> dict[str, dict[str, list[float]]]:
    """90 % intervals over blocks drawn again: of each account's figures, and of their lead over another account.

    Parameters
    ----------
    counts : mapping
        Account to its counts, (blocks, 6), of the same blocks.
    against : str
        The account whose share and score the others' are compared with: ``same_share_lead``, ``event_score_lead``.
    """
    blocks = len(next(iter(counts.values())))
    if blocks < 2:
        return {name: {} for name in counts}
    rng = np.random.Generator(np.random.Philox(seed))
    drawn = rng.integers(0, blocks, size=(DRAWS, blocks))
    values = {name: [figures(of[rows].sum(axis=0)) for rows in drawn] for name, of in counts.items()}
    out: dict[str, dict[str, list[float]]] = {}
    for name, found in values.items():
        out[name] = {key: _interval([one[key] for one in found]) for key in BOTH}
        pairs = list(zip(found, values[against], strict=True))
        out[name] |= {f"{key}_lead": _interval([a[key] - b[key] for a, b in pairs]) for key in BOTH}
    return out


def _interval(values: Sequence[float]) -> list[float]:
    known = np.array([value for value in values if math.isfinite(value)])
    return [float(v) for v in np.quantile(known, [0.05, 0.95])] if known.size else [math.nan, math.nan]
