"""The first bytes of a file: what a format looks at to know its own."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.errors import SUBSCRIBER as SUBSCRIBERS_NUMBER
from rfopt.errors import InputError, printable
from rfopt.files import first_bytes
from rfopt.tables import is_formula

OPENING_BYTES = 1 << 18
"""A header line longer than this is no header."""

DELIMITERS = "\t,;|"
MOST_COLUMNS = 20_000


def opening(path: Path, count: int = OPENING_BYTES) -> bytes:
    """The first `count` bytes of a file.

    Raises
    ------
    InputError
        If it is missing, no regular file or unreadable.
    """
    return first_bytes(path, count)


def header_names(path: Path, encoding: str = "", delimiter: str = "") -> tuple[list[str], str]:
    """The names in a text file's first line that is not blank, and their delimiter; no names for a binary file.

    The delimiter is the one of tab, comma, semicolon and bar that occurs most, unless it is given. Names lose quotes,
    blanks and zero-width characters.

    Raises
    ------
    InputError
        If the file cannot be read, the stated encoding is unknown, or the line has more than `MOST_COLUMNS` names.
    """
    raw = opening(path)
    if not encoding:
        encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else _encoding(raw)
    try:
        text = raw.decode(encoding, errors="replace").removeprefix("\ufeff")
    except LookupError:
        raise InputError(f"encoding '{printable(encoding)}' is unknown, expected one such as gb18030", path) from None
    line = next((found[0] for found in re.finditer(r"[^\r\n]+", text) if found[0].strip("\t,;| ")), "")
    if "\0" in line:
        return [], ""
    if max(line.count(mark) for mark in DELIMITERS) >= MOST_COLUMNS:
        raise InputError(f"has more than {MOST_COLUMNS} columns, expected a drive-test log", path, 1)
    return header_of(line, delimiter)


def _encoding(raw: bytes) -> str:
    """UTF-8 if the first lines are, else GB18030; the last line may be cut in the middle of a character."""
    whole = raw[: raw.rfind(b"\n") + 1] or raw
    try:
        whole.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def header_of(line: str, delimiter: str = "") -> tuple[list[str], str]:
    """The names in a header line, and their delimiter if it is not given.

    >>> header_of('Time,"RSRP, dBm"')
    (['Time', 'RSRP, dBm'], ',')
    """
    delimiter = delimiter or max(DELIMITERS, key=line.count)
    names = line.split(delimiter)
    if '"' in line and delimiter != "\t":
        try:
            names = next(csv.reader([line], delimiter=delimiter))
        except csv.Error:  # quotes that are part of a name
            names = line.split(delimiter)
    return [clean_name(name) for name in names], delimiter


SUBSCRIBER = re.compile(r"imsi|imei|msisdn|iccid|phone_?number|calledparty|callingparty|手机号|主叫号码|被叫号码")


def names_the_subscriber(name: str) -> bool:
    """True for the name of a column that holds a subscriber's identity.

    >>> names_the_subscriber("Phone Number"), names_the_subscriber("RSRP")
    (True, False)
    """
    return bool(SUBSCRIBER.search(re.sub(r"[\s\-.]", "", clean_name(name).lower())))


def hidden_numbers(text: str) -> str:
    """A text whose runs of digits as long as a subscriber's number are hidden.

    >>> hidden_numbers("call 608020123456789")
    'call …'
    """
    return re.sub(r"\d(?:[\s\-]?\d){7,}", "…", text)


def without_subscribers(names: NDArray[np.object_]) -> tuple[NDArray[np.object_], int]:
    """Names of cells or points without those that hold a number as long as a subscriber's, and how many did.

    >>> without_subscribers(np.array(["A", "UE 460001234567890"], dtype=object))
    (array(['A', ''], dtype=object), 1)
    """
    codes, words = pd.factorize(names)
    personal = np.array([bool(SUBSCRIBERS_NUMBER.search(str(word))) for word in words], dtype=bool)[codes]
    return np.where(personal, "", names), int(personal.sum())


def clean_name(name: str) -> str:
    """A column name without quotes, blanks around it and zero-width characters.

    >>> clean_name(' "Le\\u200bvel" ')
    'Level'
    """
    return re.sub(r"[\u200b-\u200f\ufeff]", "", name).strip().strip('"').strip()


def refuse_odd_names(readings: pd.DataFrame, path: Path) -> None:
    """Refuse names of cells and points that are unsafe in a table.

    Raises
    ------
    InputError
        At the first that a spreadsheet would run, that holds control characters or a number as long as a subscriber's.
    """
    odd = [
        (int(readings["line"][readings[column] == name].iloc[0]), f"{column} '{printable(name)}' {what}")
        for column in ("cell", "point")
        for name in readings[column].unique()
        if (what := name_oddity(name))
    ]
    if odd:
        line, said = min(odd)
        raise InputError(f"{said}, expected a name", path, line)


def name_oddity(name: str) -> str:
    """Why a name of a cell or point may not stand in a table; '' if it may.

    >>> name_oddity("=1+1"), name_oddity("UE 460001234567890"), name_oddity("宝湖天下NG2-5")
    ('looks like a formula', "holds a number as long as a subscriber's", '')
    """
    if is_formula(name):
        return "looks like a formula"
    if not name.isprintable():
        return "holds control characters"
    return "holds a number as long as a subscriber's" if SUBSCRIBERS_NUMBER.search(name) else ""
