"""Nemo ``.nmf`` logs (Keysight, formerly Anite): one record a line, its kind first, then the time of day.

The layouts of CELLMEAS (GSM, UMTS, LTE), CHI, CI, RXQ, GPS, CAA, CAC, CAF, CAD, HOF, LUS and TUS agree with public
parsers of such files and with the few lines of real ones that stand in them; that system 9 is 5G is from memory [M].
"""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.errors import printable
from rfopt.files import read_text
from rfopt.logs import Log, log_formats, reject_table
from rfopt.logs.assembly import CELL, INSTANT, assemble, notes_of, table_of
from rfopt.logs.identity import bsic_words
from rfopt.logs.instants import OverMidnight
from rfopt.logs.nemo_records import HANDLERS, Record, RecordError, Walk
from rfopt.logs.opening import hidden_numbers, opening

OWN = re.compile(r"^(?:#START|#FF|CELLMEAS|CHI|GPS)\s*,\s*(?:\d{1,2}:\d\d:\d\d|,)", re.MULTILINE)
RECORD = re.compile(r"[A-Z][A-Z_]{0,11}\d{0,2}[A-Z]{0,4}")
"""Kinds of records: no number as long as a subscriber's can be one."""
CLOCK = re.compile(r"(\d{1,2}):(\d\d):(\d\d(?:\.\d{1,6})?)")
LONGEST_LINE = 1 << 20
HOLD_S = 2.0
"""A quality goes with levels not more than this older or newer."""
PLACE_S = 10.0


@log_formats
def nemo(path: Path) -> Log | None:
    """Read a Nemo log.

    Each CELLMEAS is an instant; place, quality and identity are those that the other records told last. Calls tell
    the mode; HOF, CAF, CAD, LUS, TUS and calls that leave LTE are the events. Records that name the subscriber
    (``#SI``, ``#EI``, the numbers in CAA) go nowhere.

    Raises
    ------
    InputError
        If the text cannot be read.
    """
    start = opening(path, 1 << 16)
    text = start.decode("utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="replace")
    if "\0" in text[:4096] or not OWN.search(text.replace("\r", "\n")):
        return None
    walk = Walk()
    for line, record in enumerate(re.split(r"\r\n|\n|\r", read_text(path)), 1):
        if record.strip():
            _take(walk, line, record)
    return _log(walk, path)


def _take(walk: Walk, line: int, text: str) -> None:
    """One record."""
    walk.rows += 1
    if len(text) > LONGEST_LINE:
        walk.rejects.append((line, "line too long", f"{len(text)} characters"))
        return
    if text.lstrip().startswith("#"):
        _header(walk, text)
        return
    try:
        fields = next(csv.reader([text], strict=True)) if '"' in text else text.split(",")
    except csv.Error:
        fields = []
    fields = [field.strip() for field in fields]
    kind = fields[0] if fields else ""
    if not RECORD.fullmatch(kind):
        walk.rejects.append((line, "no record", ""))
        return
    handler = HANDLERS.get(kind)
    if handler is None:
        walk.unused[kind] += 1
        return
    moment = CLOCK.fullmatch(fields[1]) if len(fields) > 1 else None
    if moment is None or int(moment[1]) > 23 or int(moment[2]) > 59 or float(moment[3]) >= 61:
        stamp = hidden_numbers(fields[1]) if len(fields) > 1 else ""
        walk.rejects.append((line, "broken timestamp", f"{kind} at '{printable(stamp, 30)}'"))
        return
    now = int(moment[1]) * 3600.0 + int(moment[2]) * 60.0 + float(moment[3])
    walk.clock.append(now)
    try:
        if not handler(walk, Record(line, fields)):
            walk.unused[kind] += 1
    except RecordError as error:
        walk.rejects.append((line, "broken record", f"{kind}: {error}"))


def _header(walk: Walk, text: str) -> None:
    kind = text.lstrip().partition(",")[0]
    walk.unused["#"] += 1
    if kind in ("#SI", "#EI"):
        walk.private += 1
    found = re.match(r'\s*#START,[^,]*,[^,]*,"?(\d{1,2})\.(\d{1,2})\.(\d{4})', text)
    if found and not walk.midnight and not walk.clock:
        try:
            walk.midnight = datetime(int(found[3]), int(found[2]), int(found[1]), tzinfo=UTC).timestamp()
        except ValueError:
            walk.midnight = 0.0


def _log(walk: Walk, path: Path) -> Log:
    """The log of all records."""
    clock = OverMidnight().run(np.array(walk.clock, dtype=float)) + walk.midnight
    instants, cells, octal = _tables(walk, clock)
    readings, faults, start, remarks = assemble(path, instants, cells, "date" if walk.midnight else "day")
    faulty = np.flatnonzero(faults != "")
    rejects = [*walk.rejects, *((int(instants["line"].iloc[k]), str(faults[k]), "") for k in faulty)]
    remarks += [
        "BSICs are written in octal" if octal else "",
        f"rows that name the subscriber, left out: {walk.private}" if walk.private else "",
        "" if walk.midnight else "the log states no date",
    ]
    unused = {("header lines" if kind == "#" else f"{kind} records"): n for kind, n in sorted(walk.unused.items())}
    return Log(readings, reject_table(rejects), walk.rows, "nemo", start, notes_of(path, remarks), unused)


def _tables(walk: Walk, clock: NDArray[np.float64]) -> tuple[pd.DataFrame, pd.DataFrame, bool]:
    """The instants and the cells (see `rfopt.logs.assembly`), and whether BSICs were octal."""
    count = len(walk.instants)
    record = np.array([instant["record"] for instant in walk.instants], dtype=np.int64)
    columns: dict[str, Any] = {
        "line": np.array([instant["line"] for instant in walk.instants], dtype=np.int64),
        "clock": clock[record] if count else np.array([]),
        "event": [instant["event"] for instant in walk.instants],
        "mode": _modes(walk, clock, record),
    }
    places = _latest(walk, "place", clock, record, PLACE_S)
    columns["lat"], columns["lon"] = ([p[k] if p else np.nan for p in places] for k in (0, 1))
    for name in ("sinr_db", "ci_db"):
        columns[name] = [np.nan if v is None else v for v in _latest(walk, name, clock, record, HOLD_S)]
    cells = table_of({name: [cell[name] for cell in walk.cells] for name in CELL}, CELL, len(walk.cells))
    cells["bsic"], octal = bsic_words(cells["bsic"])
    _qualities(walk, cells, clock, record)
    _names(walk, cells, clock, record)
    return table_of(columns, INSTANT, count), cells, octal


def _latest(walk: Walk, name: str, clock: NDArray[np.float64], record: NDArray[np.int64], hold_s: float) -> list[Any]:
    """What was told last at each record, or within its very time just after; None if that is too old."""
    at = np.array([moment for moment, _ in walk.told[name]], dtype=np.int64)
    values = [value for _, value in walk.told[name]]
    if not len(at) or not len(record):
        return [None] * len(record)
    last = np.searchsorted(clock, clock[record], side="right") if (np.diff(clock) >= 0).all() else record + 1
    place = np.searchsorted(at, last) - 1
    age = np.where(place >= 0, clock[record] - clock[at[place]], np.inf)
    return [values[k] if k >= 0 and a <= hold_s else None for k, a in zip(place.tolist(), age.tolist(), strict=True)]


def _modes(walk: Walk, clock: NDArray[np.float64], record: NDArray[np.int64]) -> list[str]:
    states = [_latest(walk, name, clock, record, np.inf) for name in ("call", "rrc", "transfer")]
    return [
        "call" if call else "data" if rrc or transfer else "idle" for call, rrc, transfer in zip(*states, strict=True)
    ]


def _qualities(walk: Walk, cells: pd.DataFrame, clock: NDArray[np.float64], record: NDArray[np.int64]) -> None:
    """RXQUAL of GSM servers, which has a record of its own."""
    told = _latest(walk, "rxqual", clock, record, HOLD_S)
    gsm = (cells["serving"].to_numpy(dtype=bool)) & (cells["rat"] == "GSM").to_numpy()
    of = cells["instant"].to_numpy()
    measured = gsm & ~np.isnan(cells["level"].to_numpy(dtype=float))
    quality = cells["quality"].to_numpy(dtype=float).copy()
    for k in np.flatnonzero(measured):
        quality[k] = np.nan if told[of[k]] is None else told[of[k]]
    cells["quality"] = quality


def _names(walk: Walk, cells: pd.DataFrame, clock: NDArray[np.float64], record: NDArray[np.int64]) -> None:
    """Names of LTE and UMTS servers, which the records of the channel tell."""
    lte, umts = (_latest(walk, name, clock, record, np.inf) for name in ("lte", "3g"))
    names = cells["cell"].to_numpy(dtype=object).copy()
    rows = zip(*(cells[name] for name in ("instant", "rat", "channel", "pci", "serving")), strict=True)
    for k, (of, rat, channel, pci, serving) in enumerate(rows):
        if not serving or names[k]:
            continue
        if rat == "LTE" and lte[of] is not None and lte[of][:2] == (channel, pci):
            names[k] = lte[of][2]
        elif rat == "3G" and umts[of] is not None:
            names[k] = umts[of]
    cells["cell"] = names
