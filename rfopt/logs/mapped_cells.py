"""What the merged rows of a tool's export say: the instants and the cells heard in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.logs.assembly import CELL, INSTANT, table_of
from rfopt.logs.column_map import MODES, MOST_NEIGHBOURS, ColumnMap
from rfopt.logs.identity import TECHNOLOGIES, bsic_words, cell_labels
from rfopt.logs.wide import Wide

LEVELS = {"rsrp_dbm": "LTE", "rxlev_dbm": "GSM", "level_dbm": ""}
SAID = "said"
"""Among a file's numbers: 1 where a row says something of the server's level, known or not."""
ODD_MODES = "words for the mode that are not known, taken as idle"
ODD_RATS = "technologies that are not known"
QUALITIES = {"LTE": "rsrq_db", "GSM": "rxqual"}
CHANNELS = {"LTE": "earfcn", "GSM": "arfcn"}


def heard_in(
    wide: Wide, column_map: ColumnMap, octal: bool
) -> tuple[pd.DataFrame, pd.DataFrame, NDArray[np.bool_], Counter[str]]:
    """The instants and the cells (see `rfopt.logs.assembly`), which instants have any, and counted remarks."""
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
    cells["bsic"], _ = bsic_words(cells["bsic"], octal)
    number = np.cumsum(seen) - 1
    cells = cells[seen[cells["instant"].to_numpy()]]
    cells = cells.assign(instant=number[cells["instant"].to_numpy()])
    remarks = Counter({ODD_MODES: odd_modes, ODD_RATS: strange})
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
