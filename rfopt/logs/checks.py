"""What must hold in a measurement table, whichever file it stands in."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from rfopt.errors import InputError, printable
from rfopt.logs.instants import LONGEST_LOG_S
from rfopt.logs.opening import refuse_odd_names
from rfopt.logs.writing import number_text
from rfopt.tables import NUMERIC, Rows, schema, type_rows

LATEST_S = 1e8
"""Three years: a larger number is a calendar time, not seconds from a log's start."""

ISO_TIME = re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d\d(:?\d\d){1,2}([.,]\d+)?(Z|[+-]\d\d:?\d\d)?")
WANTED_TIME = "expected seconds from the log's start or ISO 8601 such as 2025-07-18T22:11:08"

LEVELS = {"rxlev_dbm": ("RXLEV", 63, "-74"), "rsrp_dbm": ("RSRP", 97, "-100")}
"""Level column: its report code, the code's highest value, an example in dBm."""


def is_table(names: Sequence[str]) -> bool:
    """True if a header is of a measurement table: at least two of time, rat and serving."""
    return len({"time", "rat", "serving"} & {name.lower() for name in names}) >= 2


def refuse(rows: Rows) -> None:
    """Refuse what cannot be in a measurement table: the slow, plain form of `rfopt.logs.typed.faulty`.

    Beyond the schema's types and ranges: times all seconds or all ISO 8601, none negative; no NaN or infinity in
    words; no level of 0 dBm or more; a neighbour names its channel (LTE: and PCI) or its cell; a GSM or LTE row
    has its level unless it is an event.

    Raises
    ------
    InputError
        At the first value that does not fit, with file, line, value and what was expected.
    """
    _refuse_odd_numbers(rows)
    frame, _ = type_rows(_with_seconds(rows), "log")
    frame["serving"] = (frame["serving"] == "1").to_numpy()
    refuse_odd_names(frame.assign(line=frame.index), rows.file)
    _refuse_unidentified(frame, rows.file)
    _refuse_level_less(frame, rows.file)


def _refuse_odd_numbers(rows: Rows) -> None:
    """NaN in words, and levels that are no dBm: what a reader of tables would let pass or not name well."""
    for name, column in schema("log").items():
        if column.type not in NUMERIC or name not in rows.header:
            continue
        texts = rows.column(name)
        for text in dict.fromkeys(texts):
            problem = _odd_number(name, text)
            if problem:
                raise InputError(f"{name} {problem}", rows.file, rows.lines[texts.index(text)])


def _odd_number(name: str, text: str) -> str:
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return f"'{printable(text)}' is no number, expected a number or an empty field"
    if name not in LEVELS:
        return ""
    try:
        value = float(text)
    except ValueError:
        return ""
    code, highest, example = LEVELS[name]
    if value < 0 or math.isnan(value):
        return ""
    guess = f"is this the {code} code?" if value <= highest and value == round(value) else "is its sign missing?"
    return f"{number_text(value)} is out of range, expected dBm such as {example} ({guess})"


def _with_seconds(rows: Rows) -> Rows:
    """The rows with `time` as text of seconds."""
    if "time" not in rows.header:
        return rows
    texts = rows.column("time")
    dated = [bool(ISO_TIME.fullmatch(text)) for text in texts]
    if not any(dated):
        _refuse_odd_seconds(texts, rows)
        return rows
    if not all(dated):
        k = dated.index(not dated[0])
        raise InputError(
            f"time '{printable(texts[k])}' is of another kind than line {rows.lines[0]}'s; {WANTED_TIME}, not both",
            rows.file,
            rows.lines[k],
        )
    moments = [_moment(text, rows, k) for k, text in enumerate(texts)]
    for k, moment in enumerate(moments):
        if (moment.tzinfo is None) != (moments[0].tzinfo is None):
            raise InputError(
                f"time '{printable(texts[k])}' and line {rows.lines[0]}'s do not both state a time zone",
                rows.file,
                rows.lines[k],
            )
    start = min(moments)
    for k, moment in enumerate(moments):
        if abs((moment - moments[0]).total_seconds()) > LONGEST_LOG_S:
            days = abs((moment - moments[0]).days)
            said = f"time '{printable(texts[k])}' is {days} days from line {rows.lines[0]}'s"
            raise InputError(f"{said}, expected the times of one log", rows.file, rows.lines[k])
    place = rows.header.index("time")
    seconds = [number_text((moment - start).total_seconds()) for moment in moments]
    timed = [[*row[:place], text, *row[place + 1 :]] for row, text in zip(rows.rows, seconds, strict=True)]
    return replace(rows, rows=timed)


def _moment(text: str, rows: Rows, k: int) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"time '{printable(text)}' is no time, {WANTED_TIME}", rows.file, rows.lines[k]) from None


def _refuse_odd_seconds(texts: list[str], rows: Rows) -> None:
    for k, text in enumerate(texts):
        try:
            seconds = float(text)
        except ValueError:
            raise InputError(f"time '{printable(text)}' is no time, {WANTED_TIME}", rows.file, rows.lines[k]) from None
        if not 0 <= seconds < LATEST_S:
            hint = " (is this an epoch time?)" if seconds >= LATEST_S else ""
            raise InputError(f"time {printable(text)} is out of range, {WANTED_TIME}{hint}", rows.file, rows.lines[k])


def _nameless(frame: pd.DataFrame) -> pd.Series:
    """Rows from which no cell can be told."""
    gsm = (frame["rat"] == "GSM") & frame["arfcn"].isna()
    lte = (frame["rat"] == "LTE") & (frame["earfcn"].isna() | frame["pci"].isna())
    return (gsm | lte) & (frame["cell"] == "") & (frame["event"] == "")


def _refuse_unidentified(frame: pd.DataFrame, file: Path) -> None:
    """A neighbour that names no cell is worth nothing; a server's level without its name still is."""
    nameless = frame[_nameless(frame) & ~frame["serving"]]
    if not nameless.empty:
        rat = nameless["rat"].iloc[0]
        wanted = "arfcn" if rat == "GSM" else "earfcn and pci"
        line = int(nameless.index[0])
        raise InputError(f"{rat} reading without {wanted} and without cell, expected one of them", file, line)


def _refuse_level_less(frame: pd.DataFrame, file: Path) -> None:
    for rat, name in (("GSM", "rxlev_dbm"), ("LTE", "rsrp_dbm")):
        bare = frame.index[(frame["rat"] == rat) & frame[name].isna() & (frame["event"] == "")]
        if len(bare):
            raise InputError(
                f"{name} is empty in a {rat} reading, expected a level in dBm (only an event row may lack it)",
                file,
                int(bare[0]),
            )
