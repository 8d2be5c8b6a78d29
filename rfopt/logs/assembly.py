"""From what a tool reported, instant by instant, to the long table: what cannot be is unknown, and counted.

Readers of tools' files hand over two tables: the instants (when and where the phone was) and the cells heard in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.errors import printable
from rfopt.logs import LOG_COLUMNS, READING_COLUMNS
from rfopt.logs.identity import GSM, LTE, TECHS, foreign_channels, lagging
from rfopt.logs.instants import astray, spread_s
from rfopt.logs.neighbours import Cells
from rfopt.logs.opening import refuse_odd_names
from rfopt.tables import NUMERIC, schema

INSTANT = ("line", "clock", "lat", "lon", "floor", "sinr_db", "ci_db", "mode", "point", "event")
"""Columns of the instants: the row's line, seconds of the clock (NaN: broken), and what a server's reading holds."""
CELL = ("instant", "serving", "rat", "channel", "pci", "bsic", "level", "quality", "cell")
"""Columns of the cells: their instant by number, and what was heard; `rat` is of `TECHS`."""
WORDS = {"mode": "idle", "point": "", "event": "", "rat": "", "bsic": "", "cell": ""}


@dataclass(frozen=True)
class Assembled:
    """Readings of a file, what is wrong with each instant ('' if nothing), the clock's start, and remarks."""

    readings: pd.DataFrame
    faults: NDArray[np.object_]
    start: str
    remarks: tuple[str, ...]


def table_of(columns: dict[str, Any], names: tuple[str, ...], count: int) -> pd.DataFrame:
    """A frame with all of `names`; what `columns` lacks is unknown."""
    return pd.DataFrame(
        {name: columns[name] if name in columns else [WORDS.get(name, np.nan)] * count for name in names}
    )


def assemble(path: Path, instants: pd.DataFrame, cells: pd.DataFrame, counts: str) -> Assembled:
    """The long table.

    An instant without a clock, a server, its technology or (GSM, LTE) its level is at fault and left out, unless an
    event stands in it, which needs no level. A neighbour without a level or a channel and code is passed over, and
    so is one that repeats the server. Instants that share a time at one point are spread over the clock's tick.

    Parameters
    ----------
    path : Path
        The file, for the readings' `file`.
    instants, cells : DataFrame
        Columns `INSTANT` and `CELL` (see `table_of`).
    counts : str
        What the clock counts from, as `rfopt.logs.instants.moments_s` tells it.

    Raises
    ------
    InputError
        If the name of a cell or point is one that a spreadsheet would run or holds control characters.
    """
    cells = cells.astype({"instant": np.int64, "serving": bool})
    cells = cells.sort_values(["instant", "serving"], ascending=[True, False], kind="stable", ignore_index=True)
    heard = _possible(cells)
    server, faults = _servers(instants, cells, heard)
    clock = instants["clock"].to_numpy(dtype=float)
    used = np.flatnonzero(faults == "")
    zero = float(clock[used].min()) if len(used) else 0.0
    seconds = np.round(clock[used] - (0.0 if counts == "start" else zero), 6)
    time, ties, steps = _times(instants["point"].to_numpy()[used], seconds)
    names = cells["cell"].to_numpy(dtype=object).copy()
    late = _mend(cells, heard, server[used], time, names)
    mine = cells["instant"].to_numpy()
    serving = np.zeros(len(cells), dtype=bool)
    serving[server[server >= 0]] = True
    told = _told(cells, heard, names) & ~serving
    same = told & _repeats(cells, heard, server, mine)
    kept = (faults[mine] == "") & (serving | (told & ~same))
    passed = int(((faults[mine] == "") & ~serving & ~kept & ~np.isnan(cells["level"].to_numpy(dtype=float))).sum())
    row = np.flatnonzero(kept)
    times = np.full(len(instants), np.nan)
    times[used] = time
    readings = _readings(path, instants, cells, heard, row, serving, times, names)
    refuse_odd_names(readings, path)
    remarks = [
        *(
            f"rows on {rat}, kept without a level: {count}"
            for rat in ("3G", "5G")
            if (count := int((readings["serving"] & (readings["rat"] == rat)).sum()))
        ),
        f"instants that share a time with the one before, spread over the clock's tick: {ties}" if ties else "",
        f"steps back of the clock, rows kept in the file's order: {steps}" if steps else "",
        f"cell names that came a row late, mended: {late}" if late else "",
        f"neighbours without a cell that can be told, passed over: {passed}" if passed else "",
    ]
    moment = (
        datetime.fromtimestamp(round(zero, 3), UTC).replace(tzinfo=None) if counts == "date" and len(used) else None
    )
    start = moment.isoformat() if moment else ""
    return Assembled(readings, faults, start, tuple(remark for remark in remarks if remark))


def notes_of(path: Path, remarks: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Remarks with the file's name before them."""
    return tuple(f"{printable(path.name)}: {remark}" for remark in remarks if remark)


def _possible(cells: pd.DataFrame) -> Cells:
    """What was heard, freed of what cannot be."""
    codes, words = pd.factorize(cells["rat"])
    tech = np.array([TECHS.index(word) for word in words], dtype=np.int64)[codes]
    level, quality, channel, pci = (
        cells[name].to_numpy(dtype=float) for name in ("level", "quality", "channel", "pci")
    )
    return Cells.heard(tech, level, quality, channel, pci)


def _servers(
    instants: pd.DataFrame, cells: pd.DataFrame, heard: Cells
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """The place of each instant's server in `cells` (−1: none) and what is wrong with the instant."""
    serving = np.flatnonzero(cells["serving"].to_numpy(dtype=bool))
    of = cells["instant"].to_numpy()[serving]
    first = np.unique(of, return_index=True)[1]
    server = np.full(len(instants), -1, dtype=np.int64)
    server[of[first]] = serving[first]
    if not len(cells):
        return server, np.full(len(instants), "no serving cell", dtype=object)
    known = server >= 0
    tech, level = (np.where(known, values[server], 0) for values in (heard.tech, heard.level))
    bare = np.isnan(level) & np.isin(tech, (GSM, LTE)) & (instants["event"].to_numpy(dtype=object) == "")
    foreign = foreign_channels(tech, np.where(known, cells["channel"].to_numpy(dtype=float)[server], np.nan))
    clock = instants["clock"].to_numpy(dtype=float)
    faults = np.select(
        [np.isnan(clock), astray(clock), ~known, tech == 0, foreign, bare],
        ["broken timestamp", "clock jump", "no serving cell", "no technology",
         "technology and cell of different instants", "no level"],
        default="",
    )  # fmt: skip
    return server, faults.astype(object)


def _times(points: NDArray[np.object_], seconds: NDArray[np.float64]) -> tuple[NDArray[np.float64], int, int]:
    """Rising times at each point (see `spread_s`), and how often its clock repeated or stepped back."""
    out = np.zeros(len(seconds))
    ties = steps = 0
    order = np.argsort(pd.factorize(points)[0], kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(pd.factorize(points)[0][order])) + 1):
        out[rows], again, back = spread_s(seconds[rows])
        ties, steps = ties + again, steps + back
    return out, ties, steps


def _mend(
    cells: pd.DataFrame, heard: Cells, server: NDArray[np.int64], time: NDArray[np.float64], names: NDArray[np.object_]
) -> int:
    """Mend the names of GSM servers that came a row late (see `lagging`), in `names`; how many."""
    gsm = (heard.tech[server] == GSM) & ~np.isnan(heard.channel[server])
    bsic = pd.factorize(cells["bsic"].to_numpy(dtype=object)[server])[0]
    key = np.where(gsm, np.nan_to_num(heard.channel[server]) * 1000 + bsic, -1).astype(np.int64)
    label = np.where(names[server] == "", 0, pd.factorize(names[server])[0] + 1)
    late = np.flatnonzero(lagging(key, label, time))
    names[server[late]] = names[server[late + 1]]
    return len(late)


def _told(cells: pd.DataFrame, heard: Cells, names: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Cells with a level that can be told from others."""
    coded = np.where(heard.tech == LTE, np.isfinite(heard.pci), heard.tech == GSM)
    foreign = foreign_channels(heard.tech, cells["channel"].to_numpy(dtype=float))
    return np.asarray(np.isfinite(heard.level) & ((np.isfinite(heard.channel) & coded) | (names != "")) & ~foreign)


def _repeats(
    cells: pd.DataFrame, heard: Cells, server: NDArray[np.int64], mine: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Cells that are their instant's server once more, or one that stands there already."""
    own = server[mine]
    bsic = cells["bsic"].to_numpy(dtype=object)
    same = np.ones(len(cells), dtype=bool)
    for values in (heard.tech, heard.channel, np.nan_to_num(heard.pci, nan=-1.0)):
        same &= values == values[own]
    key = pd.DataFrame({"of": mine, "tech": heard.tech, "channel": heard.channel, "pci": heard.pci, "bsic": bsic})
    twice = key.duplicated().to_numpy() & np.isfinite(heard.channel)
    return np.asarray(((own >= 0) & same & (bsic == bsic[own])) | twice)


def _readings(
    path: Path, instants: pd.DataFrame, cells: pd.DataFrame, heard: Cells, row: NDArray[np.int64],
    serving: NDArray[np.bool_], times: NDArray[np.float64], names: NDArray[np.object_],
) -> pd.DataFrame:  # fmt: skip
    of = cells["instant"].to_numpy()[row]
    gsm, lte, main = heard.tech[row] == GSM, heard.tech[row] == LTE, serving[row]
    here = instants.iloc[of]
    known: dict[str, Any] = {"time": times[of], "mode": here["mode"], "point": here["point"], "serving": main}
    known |= {name: here[name].to_numpy(dtype=float) for name in ("lat", "lon", "floor")}
    known["rat"] = np.array(TECHS, dtype=object)[heard.tech[row]]
    known["cell"] = names[row]
    known["bsic"] = np.where(gsm, cells["bsic"].to_numpy(dtype=object)[row], "")
    for name, values in (("arfcn", heard.channel), ("rxlev_dbm", heard.level), ("rxqual", heard.quality)):
        known[name] = np.where(gsm, values[row], np.nan)
    for name, values in (
        ("earfcn", heard.channel), ("pci", heard.pci), ("rsrp_dbm", heard.level), ("rsrq_db", heard.quality),
    ):  # fmt: skip
        known[name] = np.where(lte, values[row], np.nan)
    for name, rat, limit in (("sinr_db", lte, 60.0), ("ci_db", gsm, 40.0)):
        values = here[name].to_numpy(dtype=float)
        known[name] = np.where(main & rat & (np.abs(values) <= limit), values, np.nan)
    floor = known["floor"]
    known["floor"] = np.where((floor >= -10) & (floor <= 200) & (floor == np.round(floor)), floor, np.nan)
    known["event"] = np.where(main, here["event"].to_numpy(dtype=object), "")
    known |= {
        "file": pd.array([str(path)], dtype="str").take(np.zeros(len(row), dtype=np.int64)),
        "line": here["line"].to_numpy(dtype=np.int64),
    }
    place = (known["lat"] != 0) & (known["lon"] != 0) & (np.abs(known["lat"]) <= 90) & (np.abs(known["lon"]) <= 180)
    known["lat"], known["lon"] = (np.where(place, known[name], np.nan) for name in ("lat", "lon"))
    return pd.DataFrame({name: _typed(name, known[name]) for name in READING_COLUMNS})


def _typed(name: str, values: Any) -> Any:
    if name in ("serving", "line"):
        return np.asarray(values)
    if name in LOG_COLUMNS and schema("log")[name].type in NUMERIC:
        return np.asarray(values, dtype=float)
    words: Any = values.array if isinstance(values, pd.Series) else values
    return pd.array(words, dtype="str")
