"""Why a phone did what it did at a time of its log."""

from __future__ import annotations

import math
import re
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from rfopt import __version__
from rfopt.errors import InputError, printable
from rfopt.logs.events import moment_of
from rfopt.mobility.logged import Piece
from rfopt.mobility.why import Explanation, explain
from rfopt.replaying import LoggedCase


def explain_case(log: LoggedCase, when: str) -> list[Explanation]:
    """Why the phone did what it did at a time: an answer for every part of the log that covers it.

    Parameters
    ----------
    when : str
        Seconds from the log's start, a time of day (``12:03:07``), ISO 8601, or a date and time as the log writes it.

    Raises
    ------
    InputError
        If the time cannot be read or lies outside the log.
    """
    return [explain(piece, log.bench_of(piece.machine), time) for piece, time in _covering(log, when)]


def _covering(log: LoggedCase, when: str) -> list[tuple[Piece, float]]:
    """The pieces that cover a time, with that time in seconds of their file."""
    seconds = _seconds(when)
    found = []
    for piece in log.pieces:
        time = _clock(when, log.starts[piece.file], piece) if seconds is None else seconds
        if time is not None and piece.time_s[0] - 1e-6 <= time <= piece.time_s[-1] + 1e-6:
            found.append((piece, time))
    if not found:
        raise InputError(f"time '{printable(when)}' {_outside(log, seconds is None)}")
    return found


def _seconds(when: str) -> float | None:
    try:
        value = float(when)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _clock(when: str, start: str, piece: Piece) -> float | None:
    """A time in seconds of a file that began at `start`; None if the file or the text does not tell."""
    if not start:
        return None
    zero = datetime.fromisoformat(start).replace(tzinfo=None)
    moment = moment_of(when) or _of_day(when.strip(), zero + timedelta(seconds=float(piece.time_s[-1])))
    if moment is None:
        try:
            moment = datetime.fromisoformat(when.strip()).replace(tzinfo=None)
        except ValueError:
            return None
    return (moment - zero).total_seconds()


def _of_day(when: str, end: datetime) -> datetime | None:
    """The last moment up to `end` at which the clock shows that; None if it is no time of day."""
    found = re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d(?:\.\d{1,6})?))?", when)
    if not found or int(found[1]) > 23:
        return None
    clock = timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=float(found[3] or 0.0))
    midnight = datetime(end.year, end.month, end.day)
    return midnight + clock if midnight + clock <= end else midnight + clock - timedelta(days=1)


def _outside(log: LoggedCase, clock: bool) -> str:
    first, last = min(p.time_s[0] for p in log.pieces), max(p.time_s[-1] for p in log.pieces)
    span = f"expected {first:g} to {last:g} s from the log's start"
    starts = sorted({start for start in log.starts.values() if start})
    if clock and not starts:
        return f"cannot be placed: the log does not say when it began, {span}"
    return f"is in no replayed part of the log, {span}" + (f", which began {starts[0]}" if starts else "")


def explanation_json(log: LoggedCase, when: str, found: list[Explanation], lang: str) -> dict[str, Any]:
    """Explanations as JSON holds them, schema ``rfopt.why/1``."""
    return {
        "schema": "rfopt.why/1",
        "case": log.case.id,
        "version": __version__,
        "time": when,
        "answers": [_plain(asdict(one)) | {"text": one.sentence(lang)} for one in found],
        "warnings": [*log.case.notes, *log.notes],
    }


def _plain(value: Any) -> Any:
    """A value as JSON can hold it: NaN is None, numbers are rounded."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return (round(value, 4) if math.isfinite(value) else None) if isinstance(value, float) else value
