"""What a case.toml says of the part of its logs that it wants: around_m, from, to, floors."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from rfopt.errors import InputError, printable
from rfopt.logs.picking import OUTDOORS, Pick

FLOORS = (-10, 200)
LineOf = Callable[[str], int | None]


def read_pick(complaint: dict[str, Any], inputs: dict[str, Any], line_of: LineOf, path: Path) -> Pick:
    """The part of the logs that a case wants; all of them where it says nothing.

    Raises
    ------
    InputError
        With the key, its line, what it says and what was expected.
    """
    around = inputs.get("around_m")
    if around is not None and not 0 < around < math.inf:
        raise InputError(
            f"around_m {printable(around)} is out of range, expected metres above 0", path, line_of("around_m")
        )
    begin, end = (_time(key, inputs.get(key), line_of, path) for key in ("from", "to"))
    _refuse_odd_span(begin, end, line_of, path)
    floors = _floors(inputs.get("floors"), line_of, path)
    middle = (float(complaint["lat"]), float(complaint["lon"]))
    return Pick(*middle, None if around is None else float(around), begin, end, floors)


def _refuse_odd_span(begin: Any, end: Any, line_of: LineOf, path: Path) -> None:
    if begin is None or end is None:
        return
    if _kind(begin) != _kind(end):
        said = "from and to are of two kinds, expected both as seconds or both as dates"
        raise InputError(said, path, line_of("to"))
    if end < begin:
        raise InputError(f"to {printable(end)} lies before from {printable(begin)}", path, line_of("to"))


def _kind(when: float | datetime) -> str:
    if not isinstance(when, datetime):
        return "seconds"
    return "with a zone" if when.tzinfo else "without a zone"


def _time(key: str, value: Any, line_of: LineOf, path: Path) -> float | datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        wanted = "expected seconds from the log's start or a date such as 2025-07-18T22:00:00"
        raise InputError(f"{key} {printable(value)} is no time, {wanted}", path, line_of(key))
    return float(value)


def _floors(value: Any, line_of: LineOf, path: Path) -> tuple[int | str, ...]:
    if value is None:
        return ()
    wanted = f'expected a list such as [22, 23, "{OUTDOORS}"]'
    if not isinstance(value, list) or not value:
        raise InputError(f"floors {printable(value)} is no list of floors, {wanted}", path, line_of("floors"))
    for floor in value:
        if floor == OUTDOORS:
            continue
        if isinstance(floor, bool) or not isinstance(floor, int) or floor == 0:
            raise InputError(f"floor {printable(floor)} does not exist, {wanted}", path, line_of("floors"))
        if not FLOORS[0] <= floor <= FLOORS[1]:
            low, high = FLOORS
            said = f"floor {floor} is out of range, expected {low} to {high}"
            raise InputError(said, path, line_of("floors"))
    return tuple(value)
