"""What rfopt refuses, and why.

Everything a user can mend is an `InputError`; a bug stays a bare Python error.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

SUBSCRIBER = re.compile(r"(?<!\d)(?<!\d\.)\d{11,}…?")
"""Digits as many as a subscriber's identity has (MSISDN 11 and more, IMSI and IMEI 15); decimals are spared."""


class InputError(Exception):
    """Something a user can mend, said in one line.

    Numbers as long as a subscriber's are hidden: what stands in a log by mistake must not reach a message.

    Parameters
    ----------
    message : str
        What is wrong, the value found, and what was expected.
    file : Path or str, optional
        The file at fault.
    line : int, optional
        Its line, counted from 1 with the header as line 1.

    Examples
    --------
    >>> print(InputError("lat 'abc' is not a number", "cells.csv", 3))
    cells.csv:3: lat 'abc' is not a number
    >>> print(InputError("arfcn 460001234567890 is out of range", "walk.csv", 2))
    walk.csv:2: arfcn … is out of range
    """

    def __init__(self, message: str, file: Path | str | None = None, line: int | None = None):
        self.message = SUBSCRIBER.sub("…", " ".join(message.split()))
        self.file = None if file is None else str(file)
        self.line = line
        super().__init__(self.message)

    @property
    def place(self) -> str:
        """``FILE:LINE:``, as far as it is known."""
        place = "" if self.file is None else printable(self.file, 4096) + ":"
        return place if self.line is None else f"{place}{self.line}:"

    def __str__(self) -> str:
        return f"{self.place} {self.message}".strip()


def printable(text: object, longest: int = 60) -> str:
    """A value as it may stand in a message: one line, no control characters, not too long.

    >>> printable("a\\x1b[31mb")
    'a�[31mb'
    """
    clean = "".join(c if c.isprintable() else "\ufffd" for c in str(text))
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion to append to a message, or nothing.

    >>> did_you_mean("azimut_deg", ["azimuth_deg", "lat"])
    "; did you mean 'azimuth_deg'?"
    """
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"; did you mean '{printable(near[0])}'?" if near else ""


def found_instead(word: str, given: Iterable[str]) -> str:
    """What a file has in the place of a missing name, to append to a message, or nothing.

    >>> found_instead("azimuth_deg", ["azimut_deg", "lat"])
    "; is 'azimut_deg' meant for it?"
    """
    near = difflib.get_close_matches(word, list(given), n=1, cutoff=0.7)
    return f"; is '{printable(near[0])}' meant for it?" if near else ""
