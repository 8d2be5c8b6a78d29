"""A column map: which column of a tool's export is which of the measurement table's, written in TOML.

::

    tool = "TEMS Investigation, text or Excel export"
    checked = "what of the spellings was seen in real files and what was not"
    rat = "LTE"                       # of all rows, where no column and no level tells
    needs = [["Time"], ["RSRP"]]      # a file is of this tool if it has one name of each group
    delimiter = "\\t"                  # else told from the header
    encoding = "gb18030"              # else UTF-8, UTF-16 or GB18030, tried in that order
    sheet = "Sheet1"                  # of an Excel file; else its first
    day_first = true                  # 03-04-2025 is the third of April; else told from the file
    hold_s = 2.0                      # a channel, code, name or place is good for so long where rows are sparse
    unknown = [-200, -340]            # numbers that mean "not known" in every column

    [columns]                         # any of several names; blanks, signs, case and zero-width characters do not count
    time = ["Time", "All-Time"]
    rsrp_dbm = {names = ["RSRP"], code = "rsrp"}      # a report code becomes dBm
    rxqual = {names = ["RxQual"], unknown = [99], scale = 1.0, offset = 0.0}

    [[neighbours]]                    # {i} stands for a number, {ith} for 1st, 2nd, 3rd …
    rat = "LTE"
    earfcn = ["N{i}_EARFCN"]          # or "serving": on the server's channel
    pci = ["N{i}_PCI"]
    rsrp_dbm = ["N{i}_RSRP"]

    [modes]                           # the tool's words for idle, call and data
    "Dedicated" = "call"
    [events]                          # and for the measurement table's events
    "Dropped Call" = "drop"
    [rats]                            # and for GSM, LTE, 3G and 5G, beside the usual ones
    "EN-DC" = "LTE"
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.files import decode, read_bytes, toml_tables
from rfopt.logs.identity import TECHS
from rfopt.logs.opening import clean_name
from rfopt.tables import schema

TEXTS = ("time", "date", "point", "mode", "rat", "operator", "cell", "bsic", "event")
NUMBERS = (
    "lat", "lon", "floor", "mcc", "mnc", "lac", "node", "ci", "eci", "arfcn", "earfcn", "pci", "rxlev_dbm", "rxqual",
    "ci_db", "rsrp_dbm", "rsrq_db", "sinr_db", "channel", "code", "level_dbm", "quality",
)  # fmt: skip
OF_NEIGHBOURS = (
    "cell",
    "bsic",
    "lac",
    "node",
    "ci",
    "eci",
    "arfcn",
    "earfcn",
    "pci",
    "rxlev_dbm",
    "rsrp_dbm",
    "rsrq_db",
)
CODES = {"rxlev": (1.0, -110.0, 63.0), "rsrp": (1.0, -141.0, 97.0), "rsrq": (0.5, -20.0, 34.0)}
"""Report codes as scale, offset and highest code: TS 45.008 §8.1.4, TS 36.133 §9.1.4 and §9.1.7 [M]."""
MODES = ("idle", "call", "data")
EVENTS = tuple(schema("log")["event"].range.split())
ORDINALS = ("0th", "1st", "2nd", "3rd", *(f"{k}th" for k in range(4, 33)))
MOST_NEIGHBOURS = 32
SIMPLE = {"tool": str, "checked": str, "rat": str, "delimiter": str, "encoding": str, "sheet": str, "day_first": bool}
TABLES = ("needs", "hold_s", "unknown", "columns", "neighbours", "modes", "events", "rats")


@dataclass(frozen=True)
class Source:
    """Where a value stands and what makes it the table's: value · scale + offset.

    Numbers in `unknown`, and of a report code those outside 0 to `highest`, are not known.
    """

    names: tuple[str, ...]
    scale: float = 1.0
    offset: float = 0.0
    unknown: tuple[float, ...] = ()
    highest: float | None = None


@dataclass(frozen=True)
class Block:
    """Columns of numbered neighbours; `rat` '' is told by the level's name, `shared` are the server's own values."""

    rat: str
    sources: Mapping[str, Source]
    shared: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnMap:
    """A column map (see the module)."""

    name: str
    columns: Mapping[str, Source]
    neighbours: tuple[Block, ...] = ()
    needs: tuple[tuple[str, ...], ...] = ()
    rat: str = ""
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""
    day_first: bool | None = None
    hold_s: float = 0.0
    unknown: tuple[float, ...] = ()
    modes: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    rats: Mapping[str, str] = field(default_factory=dict)


def spelling(name: str) -> str:
    """A header name as it is compared: letters and digits of any script, small.

    >>> spelling("All-Serving Cell RSRP (dBm)[1]"), spelling("小\\u200b区 ID")
    ('allservingcellrsrpdbm1', '小区id')
    """
    return re.sub(r"[\W_]", "", clean_name(name).lower())


def shipped_maps() -> dict[str, ColumnMap]:
    """The maps that come with rfopt, by name."""
    folder = resources.files("rfopt.logs").joinpath("maps")
    texts = {
        Path(item.name).stem: item.read_text(encoding="utf-8")
        for item in folder.iterdir()
        if item.name.endswith(".toml")
    }
    return {name: parse_map(texts[name], Path(f"{name}.toml")) for name in sorted(texts)}


def read_map(path: Path) -> ColumnMap:
    """Read a column map.

    Raises
    ------
    InputError
        With the file and what is wrong: TOML that cannot be read, a key, column or word that is not known.
    """
    return parse_map(decode(read_bytes(path, 1 << 20), path), path)


def parse_map(text: str, path: Path) -> ColumnMap:
    """`read_map` on text already in hand; the map bears the file's stem."""
    table = toml_tables(text, path)
    for key in table:
        _known(key, (*SIMPLE, *TABLES), "key", path)
    for key, kind in SIMPLE.items():
        if key in table and not isinstance(table[key], kind):
            raise InputError(f"{key} is not {'true or false' if kind is bool else 'text'}", path)
    hold = table.get("hold_s", 0.0)
    if isinstance(hold, bool) or not isinstance(hold, int | float) or not 0 <= hold <= 3600:
        raise InputError("hold_s is no number of seconds from 0 to 3600", path)
    if len(delimiter := table.get("delimiter", " ")) != 1 or delimiter in '\r\n"':
        raise InputError(f"delimiter '{printable(delimiter)}' is not one character such as ; or a tab", path)
    rat = table.get("rat", "")
    if rat:
        _known(rat, TECHS[1:], "rat", path)
    columns = _columns(table.get("columns", {}), (*TEXTS, *NUMBERS), path)
    made = ColumnMap(
        path.stem,
        columns,
        tuple(_block(block, path) for block in _list_of_tables(table.get("neighbours", []), path)),
        tuple(_names(group, "needs", path) for group in _list(table.get("needs", []), "needs", path)),
        rat,
        table.get("delimiter", ""),
        table.get("encoding", ""),
        table.get("sheet", ""),
        table.get("day_first"),
        float(hold),
        _numbers(table.get("unknown", []), path),
        _words(table.get("modes", {}), "modes", MODES, path),
        _words(table.get("events", {}), "events", EVENTS, path),
        _words(table.get("rats", {}), "rats", TECHS[1:], path),
    )
    if "time" not in columns:
        raise InputError("columns.time is missing, expected the names of the column that holds the time", path)
    return made


def _known(word: Any, known: Sequence[str], kind: str, path: Path) -> None:
    if word not in known:
        near = did_you_mean(str(word), known) or f"; expected one of {', '.join(known)}"
        raise InputError(f"{kind} '{printable(word)}' is unknown{near}", path)


def _columns(table: Any, known: Sequence[str], path: Path) -> dict[str, Source]:
    if not isinstance(table, dict):
        raise InputError("columns is no table of column = [names]", path)
    for name in table:
        _known(name, known, "column", path)
    return {name: _source(value, name, path) for name, value in table.items()}


def _source(value: Any, name: str, path: Path) -> Source:
    if not isinstance(value, dict):
        return Source(_names(value, name, path))
    for key in value:
        _known(key, ("names", "code", "scale", "offset", "unknown"), f"key of {name}", path)
    scale, offset = (_numbers([value.get(key, default)], path)[0] for key, default in (("scale", 1.0), ("offset", 0.0)))
    highest = None
    if "code" in value:
        _known(value["code"], tuple(CODES), f"code of {name}", path)
        scale, offset, highest = CODES[value["code"]]
    unknown = _numbers(value.get("unknown", []), path)
    return Source(_names(value.get("names", []), name, path), scale, offset, unknown, highest)


def _names(value: Any, name: str, path: Path) -> tuple[str, ...]:
    words = [value] if isinstance(value, str) else _list(value, name, path)
    if not words or not all(isinstance(word, str) and (spelling(word) or word == "serving") for word in words):
        raise InputError(f"{printable(name)} is no list of header names", path)
    return tuple(words)


def _list(value: Any, name: str, path: Path) -> list[Any]:
    if not isinstance(value, list):
        raise InputError(f"{printable(name)} is no list", path)
    return value


def _list_of_tables(value: Any, path: Path) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise InputError("neighbours are no [[neighbours]] tables", path)
    return value


def _numbers(value: Any, path: Path) -> tuple[float, ...]:
    items = _list(value, "unknown", path)
    if not all(isinstance(item, int | float) and not isinstance(item, bool) and abs(item) < 1e300 for item in items):
        raise InputError("unknown, scale and offset are numbers", path)
    return tuple(float(item) for item in items)


def _words(value: Any, key: str, known: Sequence[str], path: Path) -> dict[str, str]:
    if not isinstance(value, dict):
        raise InputError(f"{key} is no table of word = word", path)
    for word in value.values():
        _known(word, known, key, path)
    return {word.strip().lower(): str(value[word]) for word in value}


def _block(table: dict[str, Any], path: Path) -> Block:
    rat = table.get("rat", "")
    if rat:
        _known(rat, TECHS[1:], "rat", path)
    columns = {name: value for name, value in table.items() if name != "rat"}
    shared = tuple(name for name, value in columns.items() if value == "serving")
    sources = _columns({n: v for n, v in columns.items() if n not in shared}, OF_NEIGHBOURS, path)
    for name in shared:
        _known(name, ("arfcn", "earfcn"), "column that neighbours share with the server", path)
    for name, source in sources.items():
        if not all("{i}" in word or "{ith}" in word for word in source.names):
            raise InputError(f"neighbours' {name} holds a name without {{i}} or {{ith}}", path)
    return Block(rat, sources, shared)


def numbered(word: str, number: int) -> str:
    """A neighbour's header name.

    >>> numbered("N{i}_PCI", 2), numbered("{ith} PCI in Detected Cells", 2)
    ('N2_PCI', '2nd PCI in Detected Cells')
    """
    return word.replace("{ith}", ORDINALS[number]).replace("{i}", str(number))
