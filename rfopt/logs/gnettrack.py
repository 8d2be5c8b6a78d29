"""G-NetTrack and G-NetTrack Pro text logs.

One row an instant: the server's measurements, then blocks for its neighbours. Columns are found by name: versions
differ in order and number. Every row yields readings or a reject, so nothing gets lost unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rfopt.errors import InputError, printable
from rfopt.logs import log_formats, streams
from rfopt.logs.delimited import Block, Layout, layout_of, read_blocks
from rfopt.logs.events import MODES, is_event_header, plain, read_events
from rfopt.logs.gnettrack_survey import Survey, clock_of, sinr_of, survey
from rfopt.logs.identity import GSM, LTE, TECHS, cell_labels, foreign_channels, technology
from rfopt.logs.instants import astray
from rfopt.logs.neighbours import Cells, Heard, heard_readings
from rfopt.logs.opening import header_names, hidden_numbers, names_the_subscriber
from rfopt.logs.running import Ordered, Running
from rfopt.logs.streams import Part, Rejects, Stream
from rfopt.logs.text_blocks import text_file

NUMBERS = {
    "longitude": "lon", "latitude": "lat", "node": "node", "cellid": "ci", "lac": "lac", "lactac": "lac", "tac": "lac",
    "level": "level", "qual": "qual", "snr": "snr", "arfcn": "channel", "psc": "code", "pscpci": "code", "pci": "code",
}  # fmt: skip
TEXTS = {"timestamp": "timestamp", "operator": "operator", "networktech": "tech", "state": "state"}
NEIGHBOUR = re.compile(r"n(tech|cellid|lac|cell|arfcn|rxlev|qual)(\d{1,2})")
MODE_WORDS = ("idle", "data", "call")


FAULTS = (
    "",
    "broken timestamp",
    "clock jump",
    "no technology",
    "technology and cell of different instants",
    "no level",
)


@log_formats
def gnettrack(path: Path) -> Stream | None:
    """Read a G-NetTrack log; its event file, where one lies beside it, tells what the phone was doing.

    `cell` is operator-area-node-cell (see `rfopt.logs.identity.cell_label`). Rows of 3G and 5G are kept for the
    server's sake, without a level. Rows that share a second are spread over it in their order, so that every
    instant has one server. The file is gone through twice: for what holds of all of it, then for its readings.

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
    places = _places(plains, path)
    texts = {name: place for name, place in places.items() if name in TEXTS.values() or name.startswith("tech.")}
    numbers = {name: place for name, place in places.items() if name not in texts}
    layout = layout_of(text_file(path), delimiter, len(plains), numbers, texts)
    private = [name for name in names if names_the_subscriber(name)]
    stream = Stream(path, "gnettrack", layout.file.size)
    stream.parts = _parts(stream, layout, ", ".join(private))
    return stream


def _log_beside(path: Path) -> str:
    log = path.with_name(path.stem.removesuffix("_events") + path.suffix)
    return f": {printable(log.name)}" if log != path and log.exists() else ""


def _places(plains: list[str], path: Path) -> dict[str, int]:
    """Where each wanted column stands. A neighbour's are called ``rxlev.3``."""
    places: dict[str, int] = {}
    for place, name in enumerate(plains):
        block = NEIGHBOUR.fullmatch(name)
        wanted = f"{block[1]}.{int(block[2])}" if block else NUMBERS.get(name) or TEXTS.get(name)
        if wanted is None:
            continue
        if plains.index(name) != place:
            raise InputError(f"column '{name}' stands twice in the header", path, 1)
        places.setdefault(wanted, place)
    if "level" not in places:
        raise InputError("column 'Level' is missing, expected Timestamp, NetworkTech and Level", path, 1)
    return places


@dataclass(frozen=True)
class _Rows:
    """What one block holds, but for the times, which depend on the rows before and after."""

    seconds: NDArray[np.float64]
    key: NDArray[np.int64]
    server: Cells
    heard: Heard
    rejects: Rejects
    done: int


def _parts(stream: Stream, layout: Layout, private: str) -> Iterator[Part]:
    """The readings of a file, block by block."""
    facts = survey(layout)
    modes, source = _modes(stream.path, layout, facts)
    stream.start = facts.start
    running: Running[_Rows] = Running(stream.path, 0.001 if facts.fine else 1.0)
    labels = {"": 0}
    others = np.zeros(len(TECHS), dtype=np.int64)
    passed = 0
    for rows in read_blocks(layout, lambda block: _rows(block, facts, modes, layout.width)):
        passed += rows.heard.passed
        others += np.bincount(rows.server.tech, minlength=len(TECHS))
        stream.rows += len(rows.seconds) + len(rows.rejects)
        own = np.array([labels.setdefault(word, len(labels)) for word in rows.server.labels], dtype=np.int64)
        yield from (_part(o, labels) for o in running.push(rows, rows.seconds, rows.key, own[rows.server.label]))
    yield from (_part(ordered, labels) for ordered in running.finish())
    remarks = [
        *(f"rows on {rat}, kept without a level: {n}" for rat in ("3G", "5G") if (n := others[TECHS.index(rat)])),
        f"rows in the same second as the row before, spread over it: {running.ties}" if running.ties else "",
        f"steps back of the clock, rows kept in the file's order: {running.steps}" if running.steps else "",
        f"cell names that came a row late, mended: {running.late}" if running.late else "",
        "SNR is 0 throughout and was taken as not known" if facts.flat else "",
        f"neighbours without a cell that can be told, passed over: {passed}" if passed else "",
        source,
        f"{private} left out, they name the subscriber" if private else "",
    ]
    stream.notes = tuple(f"{stream.path.name}: {remark}" for remark in remarks if remark)


def _part(ordered: Ordered[_Rows], labels: dict[str, int]) -> Part:
    """A block's readings with their times and names."""
    heard = ordered.item.heard
    known = list(labels)
    used, place = np.unique(ordered.label, return_inverse=True)
    names = [known[k] for k in used.tolist()]
    spot = {name: k for k, name in enumerate(names)}
    around = [spot.setdefault(name, len(spot)) for name in heard.labels]
    cell = np.array(around, dtype=np.int32)[heard.label]
    cell[heard.servers] = place
    columns = heard.columns | {"time": streams.numbers(np.repeat(ordered.time_s, heard.count))}
    columns["cell"] = streams.words(cell, list(spot))
    return Part(streams.part_table(len(cell), columns), ordered.item.rejects, ordered.item.done)


def _rows(block: Block, facts: Survey, modes: Modes, width: int) -> _Rows:
    clock = clock_of(block, facts)
    tech = technology(*block.codes("tech"))
    server, faults = _server(block, tech, clock, facts)
    blank = np.zeros(len(faults), dtype=bool)
    blank[faults > 0] = _blank(block, np.flatnonzero(faults > 0))
    used = np.flatnonzero(faults == 0)
    mine = server.take(used)
    seconds = clock - facts.zero_s
    lat, lon = _position(block)
    sinr = np.full(len(tech), np.nan) if facts.flat else sinr_of(block, tech)
    instants = {"lat": lat[used], "lon": lon[used], "sinr_db": sinr[used]}
    heard = heard_readings(block, used, mine, instants, modes(block, seconds)[used], MODE_WORDS)
    rejects = [
        (int(block.lines[k]), FAULTS[faults[k]], _detail(block, FAULTS[faults[k]], k))
        for k in np.flatnonzero((faults > 0) & ~blank).tolist()
    ]
    rejects += [(line, "wrong number of fields", f"{n} fields, expected {width}") for line, n in block.misfits]
    code = np.nan_to_num(block.number("code")[used], nan=-1.0)
    known = (mine.tech == GSM) & (mine.channel > 0)
    key = np.where(known, np.nan_to_num(mine.channel) * 1000 + code, -1).astype(np.int64)
    return _Rows(seconds[used], key, mine, heard, sorted(rejects), block.last_byte)


def _server(
    block: Block, tech: NDArray[np.int64], clock: NDArray[np.float64], facts: Survey
) -> tuple[Cells, NDArray[np.int64]]:
    """The server of each row, and what is wrong with the row, as a place in `FAULTS`."""
    level, quality, channel, code = (block.number(name) for name in ("level", "qual", "channel", "code"))
    raw = Cells.heard(tech, level, quality, channel, code)
    wrong = [
        np.isnan(clock),
        astray(clock, facts.middle),
        tech == 0,
        foreign_channels(tech, channel),
        np.isnan(raw.level) & np.isin(tech, (GSM, LTE)),
    ]
    faults = np.select(wrong, list(range(1, len(FAULTS))), default=0)
    operators, known = block.codes("operator")
    who: dict[str, Any] = {name: block.number(name) for name in ("lac", "node", "ci")}
    who |= {"operator": np.array(known, dtype=object)[operators], "rat": np.array(TECHS, dtype=object)[tech]}
    return raw.named(*cell_labels(who)), faults


def _blank(block: Block, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of some rows hold nothing at all."""
    some = block.take(rows)
    empty = np.isnan(some.numbers).all(axis=0)
    for name in block.layout.texts:
        codes, words = some.codes(name)
        empty &= np.array([word == "" for word in words])[codes]
    return np.asarray(empty)


def _detail(block: Block, fault: str, k: int) -> str:
    """What was found in row `k`, of what rfopt reads alone; digits as many as a subscriber's number has are hidden."""
    stamp, tech = (hidden_numbers(block.word(k, name).strip()) for name in ("timestamp", "tech"))
    if fault in ("broken timestamp", "clock jump"):
        return f"Timestamp '{printable(stamp, 30)}'"
    if fault == "no technology":
        return f"NetworkTech '{printable(tech, 30)}'"
    if fault == "no level":
        level = block.number("level")[k]
        return hidden_numbers(f"{tech} with Level {'empty' if np.isnan(level) else f'{level:g}'}")
    return hidden_numbers(f"{tech} with channel {block.number('channel')[k]:.0f}")


Modes = Callable[[Block, NDArray[np.float64]], NDArray[np.int32]]
"""What the phone was doing at each row of a block, given its seconds, as a place in `MODE_WORDS`."""


def _modes(path: Path, layout: Layout, facts: Survey) -> tuple[Modes, str]:
    """What tells the modes, and where that is known from."""
    if "state" in layout.texts:
        return _stated, ""
    beside = path.with_name(f"{path.stem}_events{path.suffix}")
    if not beside.exists():
        return _all_idle, "mode is taken as idle throughout, no event file lies beside it"
    try:
        events = read_events(beside, facts.start)
    except InputError as error:
        return _all_idle, f"mode is taken as idle throughout; {printable(beside.name)} {error.message}"
    order = np.argsort(events["time"].to_numpy(), kind="stable")
    times = events["time"].to_numpy()[order]
    coded = np.array([0, *(MODE_WORDS.index(events["mode"].iloc[k]) for k in order)], dtype=np.int32)
    return lambda _, seconds: coded[np.searchsorted(times, seconds, side="right")], (
        f"mode is from {printable(beside.name)}"
    )


def _stated(block: Block, seconds: NDArray[np.float64]) -> NDArray[np.int32]:  # noqa: ARG001  as `Modes` says
    codes, words = block.codes("state")
    return np.array([MODE_WORDS.index(MODES.get(word.upper(), "idle")) for word in words], dtype=np.int32)[codes]


def _all_idle(block: Block, seconds: NDArray[np.float64]) -> NDArray[np.int32]:  # noqa: ARG001  as `Modes` says
    return np.zeros(len(seconds), dtype=np.int32)


def _position(block: Block) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitude and longitude; exactly 0 is how the tool writes that it has none."""
    lat, lon = block.number("lat"), block.number("lon")
    known = (np.abs(lat) <= 90) & (np.abs(lon) <= 180) & (lat != 0) & (lon != 0)
    return np.where(known, lat, np.nan), np.where(known, lon, np.nan)
