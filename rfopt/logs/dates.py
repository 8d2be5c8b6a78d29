"""The times of a measurement table: seconds from its start, or dates in ISO 8601."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from rfopt.logs.checks import ISO_TIME
from rfopt.logs.instants import LONGEST_LOG_S


@dataclass(frozen=True)
class Clock:
    """How a file tells the time: in seconds, or in dates with a zone or without, the earliest and the first of them.

    `zero_us` and `first_us` are microseconds since 1970; `start` is the earliest as ISO 8601 text.
    """

    dated: bool = False
    zoned: bool = False
    zero_us: int = 0
    first_us: int = 0
    start: str = ""

    def from_earliest(self, zero_us: int, word: str) -> Clock:
        """The clock with its earliest date."""
        return replace(self, zero_us=zero_us, start=datetime.fromisoformat(word).isoformat())

    def moment_us(self, word: str) -> int | None:
        """Microseconds since 1970 of a date that is of the file's kind and of one log with its first."""
        moment = moment_of(word)
        if moment is None or (moment.tzinfo is not None) != self.zoned:
            return None
        return us_of(moment) if abs(us_of(moment) - self.first_us) <= LONGEST_LOG_S * 1e6 else None

    def seconds(self, word: str) -> float:
        """Seconds from the start of a date; NaN where `moment_us` knows none."""
        us = self.moment_us(word)
        return float("nan") if us is None else (us - self.zero_us) / 1e6


def moment_of(text: str) -> datetime | None:
    """The moment that ISO 8601 text states; None for another text.

    >>> moment_of("2025-07-18T22:11:08Z").hour, moment_of("soon")
    (22, None)
    """
    try:
        return datetime.fromisoformat(text) if ISO_TIME.fullmatch(text) else None
    except ValueError:
        return None


def us_of(moment: datetime) -> int:
    """Microseconds since 1970; a moment without a zone is taken as UTC."""
    since = moment.replace(tzinfo=moment.tzinfo or UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds
