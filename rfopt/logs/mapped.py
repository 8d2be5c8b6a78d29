"""Exports of measuring tools, read through a column map: TEMS, QualiPoc, XCAL, Nemo, Chinese tools and a user's own.

Each map in `rfopt/logs/maps/` is a format by its name. Rows that share a time and do not contradict each other are one
instant: exports are sparse, each row filling one group of columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.errors import InputError, printable
from rfopt.logs import Log, log_formats, reject_table
from rfopt.logs.assembly import CELL, INSTANT, assemble, notes_of, table_of
from rfopt.logs.column_map import (
    MODES,
    MOST_NEIGHBOURS,
    NUMBERS,
    ColumnMap,
    Source,
    numbered,
    shipped_maps,
    spelling,
)
from rfopt.logs.delimited import Columns, read_columns
from rfopt.logs.identity import TECHNOLOGIES, bsic_words, cell_labels
from rfopt.logs.instants import moments_s
from rfopt.logs.opening import hidden_numbers, names_the_subscriber, without_subscribers
from rfopt.logs.sheets import Sheet, opened
from rfopt.logs.wide import Wide, held, merged

LEVELS = {"rsrp_dbm": "LTE", "rxlev_dbm": "GSM", "level_dbm": ""}
SAID = "said"
"""Among a file's numbers: 1 where a row says something of the server's level, known or not."""
NO_LEVEL = "rows without a level"
QUALITIES = {"LTE": "rsrq_db", "GSM": "rxqual"}
CHANNELS = {"LTE": "earfcn", "GSM": "arfcn"}


def _format(name: str, column_map: ColumnMap) -> None:
    def reader(path: Path) -> Log | None:
        sheet = opened(path, column_map)
        if sheet is None or not _is_of(column_map, sheet):
            return None
        return read_sheet(path, sheet, column_map)

    reader.__name__ = name
    reader.__doc__ = f"Read a file through the column map {name}.toml."
    log_formats(reader)


def read_mapped(path: Path, column_map: ColumnMap) -> Log:
    """Read a file through a column map, whether or not it has the names that the map says the tool's files have.

    Raises
    ------
    InputError
        If it is no text or Excel table, or has no column of the map for the time or for any level.
    """
    sheet = opened(path, column_map)
    if sheet is None:
        raise InputError("is no text table and no Excel file, expected what the column map describes", path)
    return read_sheet(path, sheet, column_map)


def _is_of(column_map: ColumnMap, sheet: Sheet) -> bool:
    have = {spelling(name) for name in sheet.names}
    return bool(column_map.needs) and all(any(spelling(n) in have for n in group) for group in column_map.needs)


def read_sheet(path: Path, sheet: Sheet, column_map: ColumnMap) -> Log:
    """A sheet's rows as a `Log`."""
    sources, places, twice = _places(sheet.names, column_map)
    if "time" not in places:
        wanted = ", ".join(column_map.columns["time"].names)
        raise InputError(f"column for the time is missing, expected one of: {printable(wanted, 200)}", path, 1)
    if not any(name.rpartition(".")[2] in LEVELS for name in places):
        wanted = ", ".join(n for name, s in column_map.columns.items() if name in LEVELS for n in s.names)
        raise InputError(f"column for a level is missing, expected one of: {printable(wanted, 200)}", path, 1)
    numeric = {name: place for name, place in places.items() if name.rpartition(".")[2] in NUMBERS}
    textual = {name: place for name, place in places.items() if name not in numeric}
    columns = read_columns(sheet.text(), sheet.delimiter, len(sheet.names), numeric, textual)
    clock, counts = moments_s(_stamps(columns), column_map.day_first)
    raw = {name: columns.numbers[name] for name in numeric}
    _refuse_codes(path, raw, sources, columns)
    numbers = {name: _scaled(values, sources[name], column_map.unknown) for name, values in raw.items()}
    said = np.zeros(len(clock), dtype=bool)
    for name in LEVELS:
        said |= np.isfinite(raw.get(name, np.full(len(clock), np.nan)))
    numbers[SAID] = np.where(said, 1.0, np.nan)
    words = {name: np.asarray(columns.texts[name], dtype=object) for name in textual if name not in ("time", "date")}
    named = {name: without_subscribers(words[name]) for name in words if name.rpartition(".")[2] in ("cell", "point")}
    words |= {name: kept for name, (kept, _) in named.items()}
    personal = sum(count for _, count in named.values())
    wide, group = merged(Wide(numbers, words, clock, columns.lines))
    instants, cells, seen, remarks = _tables(held(wide, column_map.hold_s), column_map)
    made = assemble(path, instants, cells, counts)
    faults = np.full(len(seen), "", dtype=object)
    faults[seen] = made.faults
    rejects = _rejects(columns, faults[group], len(sheet.names))
    silent = int((~seen)[group].sum())
    private = [printable(name) for name in sheet.names if names_the_subscriber(name)]
    remarks += [f"column '{printable(name)}' stands twice, the first is read" for name in twice]
    remarks += [f"{', '.join(private)} left out, they name the subscriber"] if private else []
    remarks += [f"names that hold a number as long as a subscriber's, left out: {personal}"] if personal else []
    rows = len(columns.lines) + len(columns.misfits)
    notes = notes_of(path, [*made.remarks, *remarks])
    return Log(made.readings, rejects, rows, column_map.name, made.start, notes, {NO_LEVEL: silent} if silent else {})


def _places(names: list[str], column_map: ColumnMap) -> tuple[dict[str, Source], dict[str, int], list[str]]:
    """What each wanted column is made of, where it stands, and the wanted names that stand twice."""
    spelt = [spelling(name) for name in names]
    first = {word: place for place, word in reversed(list(enumerate(spelt)))}
    wanted = {name: (source, source.names) for name, source in column_map.columns.items()}
    for b, block in enumerate(column_map.neighbours):
        for number in range(1, MOST_NEIGHBOURS + 1):
            for name, source in block.sources.items():
                wanted[f"{b}.{number}.{name}"] = (source, tuple(numbered(word, number) for word in source.names))
    places = {}
    for name, (_, words) in wanted.items():
        found = [first[spelling(word)] for word in words if spelling(word) in first]
        if found:
            places[name] = found[0]
    counts = Counter(spelt)
    twice = sorted({names[place] for place in places.values() if counts[spelt[place]] > 1})
    return {name: wanted[name][0] for name in places}, places, twice


def _stamps(columns: Columns) -> pd.Categorical[str]:
    if "date" not in columns.texts:
        return columns.texts["time"]
    both = pd.Series(columns.texts["date"]).astype(str) + " " + pd.Series(columns.texts["time"]).astype(str)
    joined: pd.Categorical[str] = pd.Categorical(both.str.strip())
    return joined


def _refuse_codes(
    path: Path, raw: Mapping[str, NDArray[np.float64]], sources: Mapping[str, Source], columns: Columns
) -> None:
    """A level column without one negative number is no dBm, unless its map says how it becomes dBm."""
    for name in LEVELS:
        source = sources.get(name, Source((), offset=1.0))
        if name not in raw or (source.scale, source.offset) != (1.0, 0.0):
            continue
        known = np.flatnonzero(np.isfinite(raw[name]) & ~np.isin(raw[name], source.unknown))
        values = raw[name][known]
        if len(values) and (values >= 0).all() and (values > 0).any():
            code = name.removesuffix("_dbm")
            hint = f'; if it is the report code, a map says code = "{code}"' if code != "level" else ""
            said = f"{name} is {values[0]:g} and never negative, expected dBm{hint}"
            raise InputError(said, path, int(columns.lines[known[0]]))


def _scaled(values: NDArray[np.float64], source: Source, unknown: tuple[float, ...]) -> NDArray[np.float64]:
    known = np.where(np.isin(values, [*unknown, *source.unknown]), np.nan, values)
    if source.highest is not None:
        known = np.where((known >= 0) & (known <= source.highest), known, np.nan)
    return np.asarray(known * source.scale + source.offset)


def _tables(wide: Wide, column_map: ColumnMap) -> tuple[pd.DataFrame, pd.DataFrame, NDArray[np.bool_], list[str]]:
    """The instants and the cells of a file (see `rfopt.logs.assembly`), which instants have any, and remarks."""
    count = len(wide.clock)
    rat, strange = _technology(wide, column_map)
    mode, odd_modes = _translated(wide.words.get("mode"), {**{m: m for m in MODES}, **column_map.modes}, "idle", count)
    event, _ = _translated(wide.words.get("event"), column_map.events, "", count)
    seen = np.zeros(count, dtype=bool)
    for name, values in wide.numbers.items():
        if name == SAID or name.rpartition(".")[2] in LEVELS:
            seen |= ~np.isnan(values)
    seen |= (event != "") | np.isin(rat, ["3G", "5G"]) | np.isnan(wide.clock)
    columns: dict[str, Any] = {name: wide.numbers[name] for name in INSTANT if name in wide.numbers}
    columns |= {"line": wide.lines, "clock": wide.clock, "mode": mode, "event": event}
    columns["point"] = wide.words.get("point", np.full(count, "", dtype=object))
    parts = [_server(wide, rat, count), *_around(wide, rat, column_map)]
    cells = pd.concat(parts, ignore_index=True)
    cells["bsic"], octal = bsic_words(cells["bsic"])
    number = np.cumsum(seen) - 1
    cells = cells[seen[cells["instant"].to_numpy()]]
    cells = cells.assign(instant=number[cells["instant"].to_numpy()])
    remarks = [
        "BSICs are written in octal" if octal else "",
        f"words for the mode that are not known, taken as idle: {odd_modes}" if odd_modes else "",
        f"technologies that are not known: {strange}" if strange else "",
    ]
    instants = table_of(columns, INSTANT, count)[seen].reset_index(drop=True)
    return instants, table_of({name: cells[name].array for name in cells}, CELL, len(cells)), seen, remarks


def _translated(
    words: NDArray[np.object_] | None, known: Mapping[str, str], default: str, count: int
) -> tuple[NDArray[np.object_], int]:
    if words is None:
        return np.full(count, default, dtype=object), 0
    said = {word: known.get(str(word).strip().lower()) for word in set(words.tolist())}
    strange = sum(1 for word in words if word and said[word] is None)
    return np.array([said[word] or default for word in words], dtype=object), strange


def _technology(wide: Wide, column_map: ColumnMap) -> tuple[NDArray[np.object_], int]:
    """The technology of each row: the column's word, else the level that is there, else the map's."""
    count = len(wide.clock)
    named = {word.lower(): rat for word, rat in TECHNOLOGIES.items()} | dict(column_map.rats)
    rat, strange = _translated(wide.words.get("rat"), named, "", count)
    for name in ("rsrp_dbm", "rxlev_dbm"):
        if name in wide.numbers:
            rat[(rat == "") & ~np.isnan(wide.numbers[name])] = LEVELS[name]
    only = {LEVELS[name] for name in LEVELS if name in wide.numbers}
    rat[rat == ""] = column_map.rat or (only.pop() if len(only) == 1 else "")
    return rat, strange


def _pick(wide: Wide, rat: NDArray[np.object_], prefix: str, by_rat: Mapping[str, str], common: str) -> Any:
    """A number that each technology has in a column of its own, or all in a common one."""
    out = wide.numbers.get(prefix + common, np.full(len(rat), np.nan)).copy()
    for technology, name in by_rat.items():
        own = wide.numbers.get(prefix + name)
        if own is not None:
            np.copyto(out, own, where=(rat == technology) & ~np.isnan(own))
    return out


def _heard(wide: Wide, rat: NDArray[np.object_], prefix: str) -> dict[str, Any]:
    nothing = np.full(len(rat), "", dtype=object)
    return {
        "rat": rat,
        "channel": _pick(wide, rat, prefix, CHANNELS, "channel"),
        "pci": _pick(wide, rat, prefix, {"LTE": "pci"}, "code"),
        "bsic": np.where(rat == "GSM", wide.words.get(f"{prefix}bsic", nothing), ""),
        "level": _pick(wide, rat, prefix, {rat: name for name, rat in LEVELS.items() if rat}, "level_dbm"),
        "quality": _pick(wide, rat, prefix, QUALITIES, "quality"),
        "cell": _names(wide, rat, prefix),
    }


def _server(wide: Wide, rat: NDArray[np.object_], count: int) -> pd.DataFrame:
    heard = _heard(wide, rat, "")
    return pd.DataFrame({"instant": np.arange(count), "serving": np.ones(count, dtype=bool), **heard})


def _names(wide: Wide, rat: NDArray[np.object_], prefix: str) -> NDArray[np.object_]:
    """The tool's name of each cell, else operator-area-node-cell (see `rfopt.logs.identity.cell_label`)."""
    count = len(rat)
    given = wide.words.get(f"{prefix}cell", np.full(count, "", dtype=object))
    unknown = np.full(count, np.nan)
    lac, node, ci, eci = (wide.numbers.get(prefix + name, unknown) for name in ("lac", "node", "ci", "eci"))
    whole = np.where(np.isnan(eci) & np.isnan(node), ci, eci)
    parts = np.where(rat == "3G", 65536.0, 256.0)
    split = ~np.isnan(whole) & np.isin(rat, ["LTE", "3G"]) & (whole >= parts)
    node, ci = np.where(split, whole // parts, node), np.where(split, whole % parts, ci)
    operator = wide.words.get("operator", _network_code(wide, count)) if not prefix else _network_code(wide, count)
    labels, words = cell_labels({"operator": operator, "rat": rat, "lac": lac, "node": node, "ci": ci})
    return np.where(given == "", np.array(words, dtype=object)[labels], given)


def _network_code(wide: Wide, count: int) -> NDArray[np.object_]:
    mcc, mnc = (wide.numbers.get(name, np.full(count, np.nan)) for name in ("mcc", "mnc"))
    return np.array(
        [f"{a:.0f}{b:02.0f}" if a >= 1 and b >= 0 else "" for a, b in zip(mcc, mnc, strict=True)], dtype=object
    )


def _around(wide: Wide, server: NDArray[np.object_], column_map: ColumnMap) -> list[pd.DataFrame]:
    """The neighbours of every row, number by number."""
    parts = []
    own = _pick(wide, server, "", CHANNELS, "channel")
    for b, block in enumerate(column_map.neighbours):
        for number in range(1, MOST_NEIGHBOURS + 1):
            prefix = f"{b}.{number}."
            levels = [name for name in LEVELS if prefix + name in wide.numbers]
            if not levels or _elsewhere(wide, column_map, b, number):
                continue
            rat = np.full(len(server), block.rat or LEVELS[levels[0]], dtype=object)
            heard = _heard(wide, rat, prefix)
            if block.shared:
                heard["channel"] = np.where(server == rat, own, np.nan)
            part = pd.DataFrame({"instant": np.arange(len(server)), "serving": False, **heard})
            parts.append(part[~np.isnan(heard["level"])])
    return parts


def _elsewhere(wide: Wide, column_map: ColumnMap, b: int, number: int) -> bool:
    """True if another block of the technology holds this neighbour better: with its channel, or on the server's."""
    block = column_map.neighbours[b]
    others = [(k, other) for k, other in enumerate(column_map.neighbours) if k != b and other.rat == block.rat]
    channel = CHANNELS.get(block.rat, "channel")
    if block.shared:
        return any(f"{k}.{number}.{channel}" in wide.numbers for k, _ in others)
    return f"{b}.{number}.{channel}" not in wide.numbers and any(other.shared for _, other in others)


def _rejects(columns: Columns, faults: NDArray[np.object_], width: int) -> pd.DataFrame:
    """line, reason, text; no text of the file stands in it but a timestamp without its long numbers."""
    rejects = [(line, "wrong number of fields", f"{k} fields, expected {width}") for line, k in columns.misfits]
    stamps = columns.texts["time"]
    for k in np.flatnonzero(faults != ""):
        broken = faults[k] == "broken timestamp"
        text = f"time '{printable(hidden_numbers(str(stamps[k])), 30)}'" if broken else ""
        rejects.append((int(columns.lines[k]), str(faults[k]), text))
    return reject_table(rejects)


for _name, _map in shipped_maps().items():
    _format(_name, _map)
