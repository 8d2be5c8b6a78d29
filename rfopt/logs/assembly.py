"""From what a tool reported, instant by instant, to the long table: what cannot be is unknown, and counted.

Readers of tools' files hand over two tables: the instants (when and where the phone was) and the cells heard in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.errors import printable
from rfopt.logs import LOG_COLUMNS, READING_COLUMNS
from rfopt.logs.identity import GSM, LTE, TECHS, foreign_channels
from rfopt.logs.instants import astray, fractions
from rfopt.logs.neighbours import Cells
from rfopt.logs.opening import refuse_odd_names
from rfopt.logs.running import Ordered, Running
from rfopt.tables import NUMERIC, schema

INSTANT = ("line", "clock", "lat", "lon", "floor", "sinr_db", "ci_db", "mode", "point", "event")
"""Columns of the instants: the row's line, seconds of the clock (NaN: broken), and what a server's reading holds."""
CELL = ("instant", "serving", "rat", "channel", "pci", "bsic", "level", "quality", "cell")
"""Columns of the cells: their instant by number, and what was heard; `rat` is of `TECHS`."""
WORDS = {"mode": "idle", "point": "", "event": "", "rat": "", "bsic": "", "cell": ""}


def table_of(columns: dict[str, Any], names: tuple[str, ...], count: int) -> pd.DataFrame:
    """A frame with all of `names`; what `columns` lacks is unknown."""
    return pd.DataFrame(
        {name: columns[name] if name in columns else [WORDS.get(name, np.nan)] * count for name in names}
    )


@dataclass(frozen=True)
class Gathered:
    """What was heard in some instants, but for the times and the servers' names, which depend on the rows around.

    Attributes
    ----------
    faults : ndarray[instant]
        What is wrong with each; '' if nothing.
    clock, point, key, name : ndarray[used instant]
        Of those with nothing wrong: clock, place, the server's channel and code as one number (below 0: not known or
        no GSM), its name.
    readings : DataFrame
        The readings without `time`, and with '' in `cell` of servers; `of` is the place among the used instants.
    passed : int
        Neighbours that were heard and passed over, as they cannot be told.
    nowhere : ndarray[some used instants, 2]
        Latitudes and longitudes that are none.
    """

    faults: NDArray[np.object_]
    clock: NDArray[np.float64]
    point: NDArray[np.object_]
    key: NDArray[np.int64]
    name: NDArray[np.object_]
    readings: pd.DataFrame
    passed: int
    nowhere: NDArray[np.float64]


def gather(instants: pd.DataFrame, cells: pd.DataFrame, middle: float | None = None) -> Gathered:
    """The readings of some instants.

    An instant without a clock, a server, its technology or (GSM, LTE) its level is at fault and left out, unless an
    event stands in it, which needs no level. A neighbour without a level or a channel and code is passed over, and
    so is one that repeats the server.

    Parameters
    ----------
    instants, cells : DataFrame
        Columns `INSTANT` and `CELL` (see `table_of`).
    middle : float, optional
        The day in the log's middle (see `rfopt.logs.instants.astray`), where these instants are not all of it.
    """
    cells = cells.astype({"instant": np.int64, "serving": bool})
    cells = cells.sort_values(["instant", "serving"], ascending=[True, False], kind="stable", ignore_index=True)
    heard = _possible(cells)
    server, faults = _servers(instants, cells, heard, middle)
    used = np.flatnonzero(faults == "")
    names = cells["cell"].to_numpy(dtype=object)
    mine = cells["instant"].to_numpy()
    serving = np.zeros(len(cells), dtype=bool)
    serving[server[server >= 0]] = True
    told = _told(cells, heard, names) & ~serving
    kept = (faults[mine] == "") & (serving | (told & ~_repeats(cells, heard, server, mine)))
    passed = (faults[mine] == "") & ~serving & ~kept & ~np.isnan(cells["level"].to_numpy(dtype=float))
    readings = _readings(instants, cells, heard, np.flatnonzero(kept), serving)
    places = instants[["lat", "lon"]].to_numpy(dtype=float)[used]
    place = np.full(len(instants), -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    return Gathered(
        faults,
        instants["clock"].to_numpy(dtype=float)[used],
        instants["point"].to_numpy(dtype=object)[used],
        _keys(cells, heard)[server[used]],
        names[server[used]],
        readings.assign(of=place[mine[kept]]),
        int(passed.sum()),
        places[(np.abs(places) > (90.0, 180.0)).any(axis=1)],
    )


_Item = TypeVar("_Item")


class Assembly(Generic[_Item]):
    """Readings of a log from what was gathered of its instants, some at a time.

    Instants that share a time at one point are spread over the clock's tick, and GSM names that came a row late are
    mended.

    Parameters
    ----------
    path : Path
        The file, for messages.
    zero_s : float
        Seconds of the clock at time 0.
    fine : bool
        Whether the clock has fractions of a second.
    """

    def __init__(self, path: Path, zero_s: float, fine: bool):
        self._path = path
        self._zero_s = zero_s
        self._running: Running[tuple[_Item, pd.DataFrame]] = Running(path, 0.001 if fine else 1.0)
        self._labels = {"": 0}
        self._points: dict[str, int] = {}
        self._others: Counter[str] = Counter()
        self._passed = self._nowhere = 0
        self._far = ""

    def push(self, item: _Item, some: Gathered) -> Iterator[tuple[_Item, pd.DataFrame]]:
        """Take some instants: the items whose readings are sure now, with their readings.

        Raises
        ------
        InputError
            If the name of a cell or point is one that a spreadsheet would run or holds control characters, or if too
            many rows share a time.
        """
        served = some.readings["rat"][some.readings["serving"]]
        self._others.update({rat: int((served == rat).sum()) for rat in ("3G", "5G")})
        self._passed += some.passed
        if len(some.nowhere):
            self._far = self._far or f"lat {some.nowhere[0, 0]:g}, lon {some.nowhere[0, 1]:g}"
            self._nowhere += len(some.nowhere)
        seconds = np.round(some.clock - self._zero_s, 6)
        label, point = _numbered(self._labels, some.name), _numbered(self._points, some.point)
        for ordered in self._running.push((item, some.readings), seconds, some.key, label, point):
            yield self._made(ordered)

    def finish(self) -> Iterator[tuple[_Item, pd.DataFrame]]:
        """The items that are left."""
        for ordered in self._running.finish():
            yield self._made(ordered)

    def remarks(self) -> list[str]:
        """What there is to know, once all have come out."""
        running = self._running
        return [
            *(f"rows on {rat}, kept without a level: {n}" for rat in ("3G", "5G") if (n := self._others[rat])),
            f"instants that share a time with the one before, spread over the clock's tick: {running.ties}"
            if running.ties
            else "",
            f"steps back of the clock, rows kept in the file's order: {running.steps}" if running.steps else "",
            f"cell names that came a row late, mended: {running.late}" if running.late else "",
            f"neighbours without a cell that can be told, passed over: {self._passed}" if self._passed else "",
            f"places that are none, left out: {self._nowhere}; the first is {self._far}, expected degrees, latitude "
            "and longitude not swapped"
            if self._nowhere
            else "",
        ]

    def _made(self, ordered: Ordered[tuple[_Item, pd.DataFrame]]) -> tuple[_Item, pd.DataFrame]:
        item, readings = ordered.item
        of = readings["of"].to_numpy()
        names = np.array(list(self._labels), dtype=object)[ordered.label]
        cell = np.where(readings["serving"], names[of] if len(names) else "", readings["cell"].to_numpy(dtype=object))
        readings = readings.assign(
            time=ordered.time_s[of], cell=pd.array(cell, dtype="str"),
            file=pd.array([str(self._path)], dtype="str").take(np.zeros(len(of), dtype=np.int64)),
        )[list(READING_COLUMNS)]  # fmt: skip
        refuse_odd_names(readings, self._path)
        return item, readings


def _numbered(known: dict[str, int], words: NDArray[np.object_]) -> NDArray[np.int64]:
    """A number for each word, the same whenever it comes."""
    codes, unique = pd.factorize(words)
    return np.array([known.setdefault(str(word), len(known)) for word in unique], dtype=np.int64)[codes]


def assemble(
    path: Path, instants: pd.DataFrame, cells: pd.DataFrame, counts: str
) -> tuple[pd.DataFrame, NDArray[np.object_], str, list[str]]:
    """The readings of a whole file, what is wrong with each instant, the clock's start as ISO text, and remarks.

    Parameters
    ----------
    path : Path
    instants, cells : DataFrame
        See `gather`.
    counts : str
        What the clock counts from, as `rfopt.logs.instants.moments_s` tells it.

    Raises
    ------
    InputError
        See `Assembly.push`.
    """
    some = gather(instants, cells)
    zero = 0.0 if counts == "start" else float(some.clock.min(initial=np.inf))
    low, high = fractions(some.clock, counts)
    assembly: Assembly[None] = Assembly(path, zero, high > low)
    ((_, readings),) = [*assembly.push(None, some), *assembly.finish()]
    return readings, some.faults, start_of(zero, counts), assembly.remarks()


def start_of(zero_s: float, counts: str) -> str:
    """Time 0 as ISO 8601 text; '' where the clock states no date."""
    if counts not in ("date", "epoch") or not np.isfinite(zero_s):
        return ""
    return datetime.fromtimestamp(round(zero_s, 3), UTC).replace(tzinfo=None).isoformat()


def notes_of(path: Path, remarks: Sequence[str]) -> tuple[str, ...]:
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
    instants: pd.DataFrame, cells: pd.DataFrame, heard: Cells, middle: float | None
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
        [np.isnan(clock), astray(clock, middle), ~known, tech == 0, foreign, bare],
        ["broken timestamp", "clock jump", "no serving cell", "no technology",
         "technology and cell of different instants", "no level"],
        default="",
    )  # fmt: skip
    return server, faults.astype(object)


def _keys(cells: pd.DataFrame, heard: Cells) -> NDArray[np.int64]:
    """Channel and BSIC of GSM cells as one number; −1 for the others."""
    codes, words = pd.factorize(cells["bsic"].to_numpy(dtype=object))
    numbers = np.array([int(word.replace("-", "")) if word else 99 for word in words], dtype=np.int64)
    gsm = (heard.tech == GSM) & ~np.isnan(heard.channel)
    return np.where(gsm, np.nan_to_num(heard.channel) * 1000 + numbers[codes], -1).astype(np.int64)


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
    instants: pd.DataFrame, cells: pd.DataFrame, heard: Cells, row: NDArray[np.int64], serving: NDArray[np.bool_]
) -> pd.DataFrame:
    of = cells["instant"].to_numpy()[row]
    gsm, lte, main = heard.tech[row] == GSM, heard.tech[row] == LTE, serving[row]
    here = instants.iloc[of]
    known: dict[str, Any] = {"mode": here["mode"], "point": here["point"], "serving": main}
    known |= {name: here[name].to_numpy(dtype=float) for name in ("lat", "lon", "floor")}
    known["rat"] = np.array(TECHS, dtype=object)[heard.tech[row]]
    known["cell"] = cells["cell"].to_numpy(dtype=object)[row]
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
    known["line"] = here["line"].to_numpy(dtype=np.int64)
    place = (known["lat"] != 0) & (known["lon"] != 0) & (np.abs(known["lat"]) <= 90) & (np.abs(known["lon"]) <= 180)
    known["lat"], known["lon"] = (np.where(place, known[name], np.nan) for name in ("lat", "lon"))
    return pd.DataFrame({name: _typed(name, known[name]) for name in READING_COLUMNS if name in known})


def _typed(name: str, values: Any) -> Any:
    if name in ("serving", "line"):
        return np.asarray(values)
    if name in LOG_COLUMNS and schema("log")[name].type in NUMERIC:
        return np.asarray(values, dtype=float)
    words: Any = values.array if isinstance(values, pd.Series) else values
    return pd.array(words, dtype="str")
