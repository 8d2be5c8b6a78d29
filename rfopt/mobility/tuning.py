"""Parameters that no table gives, fitted to a log: legal values under which the machine agrees best with the phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rfopt.mobility.agreement import agreement, count
from rfopt.mobility.logged import Piece
from rfopt.mobility.replay import Bench, follow, levels_of
from rfopt.tables import schema

MOST_OFFSETS = 4
SWEEPS = 2
COARSE = 8
"""Values over a parameter's span that are looked at first."""
LEAST_GAIN = 0.002
"""A fitted value must agree this much better than the one before."""

FITTED: dict[str, dict[str, tuple[float, float]]] = {
    "gsm_idle": {
        "cell_reselect_offset_db": (0, 40), "cell_reselect_hysteresis_db": (0, 14), "rxlev_access_min_dbm": (-110, -90),
    },
    "gsm_call": {
        "ho_averaging_sacch": (1, 31), "ho_margin_pbgt_db": (-4, 16), "ho_threshold_qual": (3, 7),
        "ho_threshold_lev_dbm": (-105, -80),
    },
    "lte_idle": {"q_hyst_db": (0, 12), "t_reselection_s": (0, 7)},
    "lte_call": {"a3_offset_db": (-3, 8), "a3_time_to_trigger_ms": (0, 5120)},
}  # fmt: skip
"""Parameters that may be fitted, each to the legal values within the span that networks use, one value for all cells;
the reselect offset, only differences of which matter, one for each of the `MOST_OFFSETS` cells that served longest."""
Dial = tuple[str, int | None]
"""A parameter and the cell it is turned for; None for all."""


def fit(pieces: list[Piece], desk: Bench, machine: str, parameters: list[str]) -> tuple[Bench, list[dict[str, Any]]]:
    """Legal values under which the machine agrees best with the phone.

    The first two parameters, which can stand in for each other, begin at the best pair of a coarse grid; then one
    after the other is searched. A value is only taken when it agrees better by `LEAST_GAIN`: what the log cannot
    tell stays as it is.

    Returns
    -------
    Bench, list of dict
        The machine with the fitted values; ``parameter``, ``cell`` (None for all), ``default`` and ``value`` of each.
    """
    levels = [levels_of(piece, desk) for piece in pieces]

    def score(candidate: Bench) -> float:
        total = np.zeros(6)
        for piece, dbm in zip(pieces, levels, strict=True):
            track = follow(piece, candidate, dbm)
            total += count(piece, track.at(piece.time_s), track.moves()).sum(axis=0)
        return agreement(total)

    dials = [dial for name in parameters for dial in _dials(pieces, desk, machine, name)]
    best, found = _best(desk, score(desk), _pairs(desk, machine, dials[:2]), score)
    for _ in range(SWEEPS):
        before = found
        for dial in dials:
            best, found = _climb(best, found, machine, dial, score)
        if found <= before:
            break
    return best, [_fitted(desk, best, machine, dial) for dial in dials]


def _best(
    best: Bench, found: float, candidates: Iterable[Bench], score: Callable[[Bench], float]
) -> tuple[Bench, float]:
    """The best of the candidates if it is better than the best so far by `LEAST_GAIN`, and its score."""
    for candidate in candidates:
        value = score(candidate)
        if value >= found + LEAST_GAIN:
            best, found = candidate, value
    return best, found


def _pairs(desk: Bench, machine: str, dials: list[Dial]) -> Iterator[Bench]:
    """Every pair of coarse values of two parameters."""
    grids = [[_value(desk, machine, dial), *_coarse(_span(machine, dial))] for dial in dials]
    for values in product(*grids):
        turned = desk
        for dial, value in zip(dials, values, strict=True):
            turned = _turned(turned, machine, dial, value)
        yield turned


def _span(machine: str, dial: Dial) -> NDArray[np.float64]:
    """The legal values that are looked at."""
    low, high = FITTED[machine][dial[0]]
    legal = legal_values(dial[0])
    return legal[(legal >= low) & (legal <= high)]


def _coarse(legal: NDArray[np.float64]) -> list[float]:
    step = max(len(legal) // COARSE, 1)
    return [float(value) for value in legal[step // 2 :: step]]


def _dials(pieces: list[Piece], desk: Bench, machine: str, parameter: str) -> list[Dial]:
    if parameter == "cell_reselect_hysteresis_db" and len(np.unique(desk.arrays[machine]["area"])) < 2:
        return []
    if parameter != "cell_reselect_offset_db":
        return [(parameter, None)]
    served = np.bincount(np.concatenate([piece.server for piece in pieces]), minlength=len(desk.names))
    return [(parameter, int(c)) for c in np.argsort(-served, kind="stable")[:MOST_OFFSETS] if served[c] > 0]


def _climb(best: Bench, found: float, machine: str, dial: Dial, score: Callable[[Bench], float]) -> tuple[Bench, float]:
    """Look at coarse values over the whole range, then around the best of them in steps that halve."""
    legal = _span(machine, dial)
    best, found = _best(best, found, (_turned(best, machine, dial, value) for value in _coarse(legal)), score)
    step = max(len(legal) // COARSE, 1)
    while step >= 1:
        at = _place(legal, best, machine, dial)
        near = [float(legal[k]) for k in (at - step, at + step) if 0 <= k < len(legal)]
        best, found = _best(best, found, [_turned(best, machine, dial, value) for value in near], score)
        step //= 2
    return best, found


def _place(legal: NDArray[np.float64], desk: Bench, machine: str, dial: Dial) -> int:
    return int(np.argmin(np.abs(legal - _value(desk, machine, dial))))


def legal_values(parameter: str) -> NDArray[np.float64]:
    """Every legal value of a parameter, rising.

    >>> legal_values("cell_reselect_hysteresis_db").tolist()
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0]
    """
    column = (schema("cells") | schema("neighbours"))[parameter]
    spans = [np.arange(low, high + 0.5 * (step or 1.0), step or 1.0) for low, high, step in column.spans()]
    return np.unique(np.concatenate(spans))


def _value(desk: Bench, machine: str, dial: Dial) -> float:
    parameter, cell = dial
    values = desk.arrays[machine][parameter]
    return float(np.nanmedian(values) if cell is None else values[cell])


def _turned(desk: Bench, machine: str, dial: Dial, value: float) -> Bench:
    parameter, cell = dial
    values = desk.arrays[machine][parameter].copy()
    values[... if cell is None else cell] = value
    return desk.with_array(machine, parameter, values)


def _fitted(before: Bench, after: Bench, machine: str, dial: Dial) -> dict[str, Any]:
    return {
        "parameter": dial[0],
        "cell": None if dial[1] is None else str(before.names[dial[1]]),
        "default": _value(before, machine, dial),
        "value": _value(after, machine, dial),
    }
