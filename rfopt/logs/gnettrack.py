"""G-NetTrack and G-NetTrack Pro text logs.

One row an instant: the server's measurements, then blocks for its neighbours. Columns are found by name: versions
differ in order and number. Every row yields readings or a reject, so nothing gets lost unseen.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.errors import InputError, printable
from rfopt.files import read_text
from rfopt.logs import Log, log_formats
from rfopt.logs.delimited import Columns, read_columns
from rfopt.logs.events import MODES, is_event_header, plain, read_events
from rfopt.logs.identity import GSM, LTE, TECHS, cell_labels, foreign_channels, lagging, technology
from rfopt.logs.instants import astray, clock_s, moments_s, spread_s
from rfopt.logs.neighbours import Cells, long_readings, neighbours
from rfopt.logs.opening import header_names, hidden_numbers, names_the_subscriber

NUMBERS = {
    "longitude": "lon", "latitude": "lat", "node": "node", "cellid": "ci", "lac": "lac", "lactac": "lac", "tac": "lac",
    "level": "level", "qual": "qual", "snr": "snr", "arfcn": "channel", "psc": "code", "pscpci": "code", "pci": "code",
}  # fmt: skip
TEXTS = {"timestamp": "timestamp", "operator": "operator", "networktech": "tech", "state": "state"}
NEIGHBOUR = re.compile(r"n(tech|cellid|lac|cell|arfcn|rxlev|qual)(\d{1,2})")
MODE_WORDS = ("idle", "data", "call")


@log_formats
def gnettrack(path: Path) -> Log | None:
    """Read a G-NetTrack log; its event file, where one lies beside it, tells what the phone was doing.

    `cell` is operator-area-node-cell (see `rfopt.logs.identity.cell_label`). Rows of 3G and 5G are kept for the
    server's sake, without a level. Rows that share a second are spread over it in their order, so that every
    instant has one server.

    Raises
    ------
    InputError
        If it is an event file, a needed column is missing or stands twice, or the text cannot be read.
    """
    names, delimiter = header_names(path)
    plains = [plain(name) for name in names]
    if not {"timestamp", "networktech"} <= set(plains):
        return None
    if is_event_header(names):
        raise InputError(f"is a G-NetTrack event file, expected the log beside it{_log_beside(path)}", path)
    while plains[-1] == "":
        plains.pop()
    numeric, textual = _places(plains, path)
    columns = read_columns(read_text(path), path, delimiter, len(plains), numeric, textual)
    log = _log(path, columns, len(plains))
    private = [name for name in names if names_the_subscriber(name)]
    notes = [f"{path.name}: {', '.join(private)} left out, they name the subscriber"] if private else []
    return Log(log.readings, log.rejects, log.rows, log.format, log.start, (*log.notes, *notes))


def _log_beside(path: Path) -> str:
    log = path.with_name(path.stem.removesuffix("_events") + path.suffix)
    return f": {printable(log.name)}" if log != path and log.exists() else ""


def _places(plains: list[str], path: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Where each wanted column stands: numbers and texts. A neighbour's are called ``rxlev.3``."""
    numeric: dict[str, int] = {}
    textual: dict[str, int] = {}
    for place, name in enumerate(plains):
        block = NEIGHBOUR.fullmatch(name)
        wanted = f"{block[1]}.{int(block[2])}" if block else NUMBERS.get(name) or TEXTS.get(name)
        if wanted is None:
            continue
        if plains.index(name) != place:
            raise InputError(f"column '{name}' stands twice in the header", path, 1)
        (textual if name in TEXTS or wanted.startswith("tech.") else numeric).setdefault(wanted, place)
    if "level" not in numeric:
        raise InputError("column 'Level' is missing, expected Timestamp, NetworkTech and Level", path, 1)
    return numeric, textual


def _log(path: Path, columns: Columns, width: int) -> Log:
    clock = _clock(columns)
    server, faults = _server(columns, clock)
    blank = _blank(columns)
    used = np.flatnonzero((faults == "") & ~blank)
    rejects = _rejects(columns, faults, np.flatnonzero((faults != "") & ~blank), width)
    timed = np.flatnonzero(np.isfinite(clock) & ~astray(clock) & ~blank)
    zero = clock[timed[0]] if len(timed) else 0.0
    start = pd.Timestamp(zero, unit="s").isoformat() if len(timed) else ""
    time, ties, steps = spread_s(clock[used] - zero)
    mode, source = _modes(path, columns, clock - zero, start)
    around, passed = neighbours(columns, server, used)
    mine, late = _mended(columns, server.take(used), used, time)
    sinr, flat = _sinr(columns, server)
    places = _position(columns)
    rows = {"time": time, "lat": places[0][used], "lon": places[1][used], "sinr_db": sinr[used]}
    readings = long_readings(path, rows, MODE_WORDS, mode[used], columns.lines[used], mine, around)
    others = {rat: int((server.tech[used] == TECHS.index(rat)).sum()) for rat in ("3G", "5G")}
    remarks = [
        *(f"rows on {rat}, kept without a level: {count}" for rat, count in others.items() if count),
        f"rows in the same second as the row before, spread over it: {ties}" if ties else "",
        f"steps back of the clock, rows kept in the file's order: {steps}" if steps else "",
        f"cell names that came a row late, mended: {late}" if late else "",
        "SNR is 0 throughout and was taken as not known" if flat else "",
        f"neighbours without a cell that can be told, passed over: {passed}" if passed else "",
        source,
    ]
    notes = tuple(f"{path.name}: {remark}" for remark in remarks if remark)
    return Log(readings, rejects, len(used) + len(rejects), "gnettrack", start, notes)


def _clock(columns: Columns) -> NDArray[np.float64]:
    """Seconds since 1970; versions and conversions that write other timestamps than the tool's own are read too."""
    clock = clock_s(columns.texts["timestamp"])
    return clock if np.isfinite(clock).any() else moments_s(columns.texts["timestamp"])[0]


def _mended(columns: Columns, server: Cells, rows: NDArray[np.int64], time: NDArray[np.float64]) -> tuple[Cells, int]:
    """GSM servers whose name came a row late, with their own (see `lagging`), and how many."""
    code = np.nan_to_num(columns.number("code")[rows], nan=-1.0)
    known = (server.tech == GSM) & (server.channel > 0)
    key = np.where(known, np.nan_to_num(server.channel) * 1000 + code, -1).astype(np.int64)
    label = np.array(server.labels, dtype=object)[server.label]
    late = np.flatnonzero(lagging(key, label, time))
    mended = server.label.copy()
    mended[late] = server.label[late + 1]
    return replace(server, label=mended), len(late)


def _server(columns: Columns, clock: NDArray[np.float64]) -> tuple[Cells, NDArray[np.object_]]:
    """The server of each row, and what is wrong with the row ('' if nothing is)."""
    tech = technology(columns.texts["tech"])
    channel = columns.number("channel")
    raw = Cells.heard(tech, columns.number("level"), columns.number("qual"), channel, columns.number("code"))
    faults = np.select(
        [
            np.isnan(clock),
            astray(clock),
            tech == 0,
            foreign_channels(tech, channel),
            np.isnan(raw.level) & np.isin(tech, (GSM, LTE)),
        ],
        ["broken timestamp", "clock jump", "no technology", "technology and cell of different instants", "no level"],
        default="",
    )
    who: dict[str, Any] = {
        "operator": columns.text("operator"),
        "rat": pd.Categorical.from_codes(tech, pd.Index(TECHS)),
    }
    who |= {name: columns.number(name) for name in ("lac", "node", "ci")}
    label, labels = cell_labels(pd.DataFrame(who))
    return raw.named(label, labels), faults.astype(object)


def _blank(columns: Columns) -> NDArray[np.bool_]:
    """Rows that hold nothing at all."""
    empty = np.ones(len(columns.lines), dtype=bool)
    for texts in columns.texts.values():
        empty &= np.asarray(texts == "")
    for numbers in columns.numbers.values():
        empty &= np.isnan(numbers)
    return empty


def _rejects(columns: Columns, faults: NDArray[np.object_], rows: NDArray[np.int64], width: int) -> pd.DataFrame:
    """line, reason, text; the text is made of what rfopt read, so no other column of the file can stand in it."""
    found = [(int(columns.lines[k]), str(faults[k]), _detail(columns, str(faults[k]), int(k))) for k in rows]
    found += [
        (line, "wrong number of fields", f"{fields} fields, expected {width}") for line, fields in columns.misfits
    ]
    line, reason, text = zip(*sorted(found), strict=True) if found else ((), (), ())
    words = {"reason": pd.array(list(reason), dtype="str"), "text": pd.array(list(text), dtype="str")}
    return pd.DataFrame({"line": np.array(line, dtype=np.int64), **words})


def _detail(columns: Columns, fault: str, k: int) -> str:
    """What was found in row `k`; runs of digits as long as a subscriber's number are hidden."""
    stamp, tech = (hidden_numbers(str(columns.texts[name][k])) for name in ("timestamp", "tech"))
    if fault in ("broken timestamp", "clock jump"):
        return f"Timestamp '{printable(stamp, 30)}'"
    if fault == "no technology":
        return f"NetworkTech '{printable(tech, 30)}'"
    if fault == "no level":
        level = columns.number("level")[k]
        return f"{tech} with Level {'empty' if np.isnan(level) else f'{level:g}'}"
    return f"{tech} with channel {columns.number('channel')[k]:.0f}"


def _modes(path: Path, columns: Columns, seconds: NDArray[np.float64], start: str) -> tuple[NDArray[np.int64], str]:
    """What the phone was doing at each row, as a place in `MODE_WORDS`, and where that is known from."""
    if "state" in columns.texts:
        states = columns.texts["state"]
        words = [MODE_WORDS.index(MODES.get(word.upper(), "idle")) for word in states.categories]
        return np.array(words, dtype=np.int64)[states.codes], ""
    beside = path.with_name(f"{path.stem}_events{path.suffix}")
    idle = np.zeros(len(seconds), dtype=np.int64)
    if not beside.exists():
        return idle, "mode is taken as idle throughout, no event file lies beside it"
    try:
        events = read_events(beside, start)
    except InputError as error:
        return idle, f"mode is taken as idle throughout; {printable(beside.name)} {error.message}"
    order = np.argsort(events["time"].to_numpy(), kind="stable")
    coded = np.array([0, *(MODE_WORDS.index(events["mode"].iloc[k]) for k in order)])
    return coded[
        np.searchsorted(events["time"].to_numpy()[order], seconds, side="right")
    ], f"mode is from {printable(beside.name)}"


def _sinr(columns: Columns, server: Cells) -> tuple[NDArray[np.float64], bool]:
    """SINR of LTE servers in dB, and whether the column only ever said 0, as phones do that cannot tell."""
    sinr = np.where(server.tech == LTE, columns.number("snr"), np.nan)
    sinr[~(np.abs(sinr) <= 60.0)] = np.nan
    known = sinr[np.isfinite(sinr)]
    flat = len(known) > 1 and not known.any()
    return (np.full_like(sinr, np.nan) if flat else sinr), flat


def _position(columns: Columns) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitude and longitude; exactly 0 is how the tool writes that it has none."""
    lat, lon = columns.number("lat"), columns.number("lon")
    known = (np.abs(lat) <= 90) & (np.abs(lon) <= 180) & (lat != 0) & (lon != 0)
    return np.where(known, lat, np.nan), np.where(known, lon, np.nan)
