"""The first bytes of a file: what a format looks at to know its own."""

from __future__ import annotations

import re
from pathlib import Path

from rfopt.errors import InputError

OPENING_BYTES = 1 << 18
"""A header line longer than this is no header."""

DELIMITERS = "\t,;|"


def opening(path: Path, count: int = OPENING_BYTES) -> bytes:
    """The first `count` bytes of a file.

    Raises
    ------
    InputError
        If it is missing, no regular file or unreadable.
    """
    if not path.exists():
        raise InputError("no such file", path)
    if not path.is_file():
        raise InputError("is not a file", path)
    try:
        with path.open("rb") as stream:
            return stream.read(count)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path) from None


def header_names(path: Path) -> tuple[list[str], str]:
    """The names in a text file's first line that is not blank, and their delimiter; no names for a binary file.

    The delimiter is the one of tab, comma, semicolon and bar that occurs most. Names lose quotes, blanks and
    zero-width characters.
    """
    raw = opening(path)
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = raw.decode(encoding, errors="replace")
    line = next((line for line in re.split(r"\r\n|\n|\r", text) if line.strip("\t,;| ")), "")
    if "\0" in line:
        return [], ""
    delimiter = max(DELIMITERS, key=line.count)
    return [clean_name(name) for name in line.split(delimiter)], delimiter


def clean_name(name: str) -> str:
    """A column name without quotes, blanks around it and zero-width characters.

    >>> clean_name(' "Le\\u200bvel" ')
    'Level'
    """
    return re.sub(r"[\u200b-\u200f\ufeff]", "", name).strip().strip('"').strip()
