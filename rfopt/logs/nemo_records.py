"""Nemo's records: what the fields of each kind tell (see `rfopt.logs.nemo`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from rfopt.logs.identity import cell_label

RATS = {"1": "GSM", "5": "3G", "6": "3G", "7": "LTE", "8": "LTE", "9": "5G"}
VOICE = {"1"}
"""CAA's call type of a circuit-switched voice call."""
DROPPED = {"2", "3", "4"}
"""CAD's status of a dropped call, a call out of service and one dropped in a handover."""


class RecordError(ValueError):
    """A record whose fields do not add up."""


class Record(NamedTuple):
    """A line of the file in hand, cut into fields; the first is its kind, the second its time."""

    line: int
    fields: list[str]


class Walk:
    """What the records told so far."""

    def __init__(self) -> None:
        self.rows = 0
        self.rejects: list[tuple[int, str, str]] = []
        self.unused: Counter[str] = Counter()
        self.midnight = 0.0
        self.clock: list[float] = []
        self.instants: list[dict[str, Any]] = []
        self.cells: list[dict[str, Any]] = []
        self.told: dict[str, list[tuple[int, Any]]] = {
            name: [] for name in ("place", "sinr_db", "ci_db", "rxqual", "call", "rrc", "transfer", "lte", "3g")
        }
        self.calling = ""
        self.server: dict[str, Any] | None = None
        self.private = 0

    @property
    def moment(self) -> int:
        """The number of the record at hand among those whose kind is known."""
        return len(self.clock) - 1

    def tell(self, name: str, value: Any) -> None:
        """Note what holds from this record on."""
        self.told[name].append((self.moment, value))

    def hear(self, cell: dict[str, Any]) -> None:
        """Note a measured cell."""
        self.cells.append(cell)
        if cell["serving"] and (cell["rat"] in ("3G", "5G") or not np.isnan(cell["level"])):
            self.server = cell

    def event(self, line: int, word: str) -> None:
        """An event at a record's time, with the server that was last seen."""
        if self.server is None:
            raise RecordError("an event before any cell was measured")
        self.instants.append({"line": line, "record": self.moment, "event": word})
        bare = {"instant": len(self.instants) - 1, "level": np.nan, "quality": np.nan}
        self.cells.append(self.server | bare)


def _number(fields: list[str], place: int) -> float:
    """A field as a number; NaN where it is missing or none."""
    try:
        value = float(fields[place])
    except (ValueError, IndexError):
        return float("nan")
    return value if abs(value) < 1e12 else float("nan")


def _word(fields: list[str], place: int) -> str:
    return fields[place] if place < len(fields) else ""


def _count(fields: list[str], place: int) -> int:
    word = _word(fields, place)
    if not re.fullmatch(r"\d{1,4}", word):
        raise RecordError("a count is missing")
    return int(word)


def _cellmeas(walk: Walk, record: Record) -> bool:
    rat = RATS.get(_word(record.fields, 3))
    if rat is None:
        return False
    cells = [] if rat in ("3G", "5G") else _cells(record.fields)
    walk.instants.append({"line": record.line, "record": walk.moment, "event": ""})
    instant = len(walk.instants) - 1
    if rat in ("3G", "5G"):
        walk.hear(_cell(instant, True, rat))
    for cell in cells:
        walk.hear((_gsm_cell if rat == "GSM" else _lte_cell)(instant, cell))
    return True


def _cells(fields: list[str]) -> list[list[str]]:
    """The fields of each cell of a measurement: as many cells and fields a cell as the record itself says."""
    cells, size = _count(fields, 5), _count(fields, 6)
    body = fields[7:]
    while body and body[-1] == "" and len(body) > cells * size:
        body.pop()
    if size < 6 or not (cells - 1) * size < len(body) <= cells * size or not cells:
        raise RecordError(f"{cells} cells of {size} fields do not fit {len(body)} fields")
    return [body[k * size : (k + 1) * size] for k in range(cells)]


def _cell(instant: int, serving: bool, rat: str, **heard: Any) -> dict[str, Any]:
    nothing = {"channel": np.nan, "pci": np.nan, "bsic": "", "level": np.nan, "quality": np.nan, "cell": ""}
    return {"instant": instant, "serving": serving, "rat": rat, **nothing, **heard}


def _gsm_cell(instant: int, cell: list[str]) -> dict[str, Any]:
    """type (1 serving), band, ARFCN, BSIC, RxLev full, RxLev sub, C1, C2, C31, C32, priority, threshold, CI, LAC."""
    level = _number(cell, 4)
    return _cell(
        instant,
        _word(cell, 0) == "1",
        "GSM",
        channel=_number(cell, 2),
        bsic=_word(cell, 3),
        level=_number(cell, 5) if np.isnan(level) else level,
        cell=cell_label("", "GSM", _number(cell, 13), float("nan"), _number(cell, 12)),
    )


def _lte_cell(instant: int, cell: list[str]) -> dict[str, Any]:
    """type (0 serving), band, EARFCN, PCI, RSSI, RSRP, RSRQ, timing, path loss …"""
    heard = {name: _number(cell, k) for name, k in (("channel", 2), ("pci", 3), ("level", 5), ("quality", 6))}
    return _cell(instant, _word(cell, 0) == "0", "LTE", **heard)


def _chi(walk: Walk, record: Record) -> bool:
    rat = RATS.get(_word(record.fields, 3))
    if rat == "LTE":
        eci = _number(record.fields, 9)
        name = cell_label("", "LTE", _number(record.fields, 10), eci // 256, eci % 256)
        walk.tell("lte", (_number(record.fields, 7), _number(record.fields, 8), name))
        walk.tell("rrc", _word(record.fields, 5) == "2")
    elif rat == "3G":
        walk.tell("3g", _umts_name(_number(record.fields, 8), _number(record.fields, 7)))
    return rat in ("LTE", "3G")


def _umts_name(lac: float, ci: float) -> str:
    node = ci // 65536 if ci >= 65536 else float("nan")
    return cell_label("", "3G", lac, node, ci % 65536)


def _ci(walk: Walk, record: Record) -> bool:
    rat = RATS.get(_word(record.fields, 3))
    if rat == "GSM":
        walk.tell("ci_db", _number(record.fields, 4))
    elif rat == "LTE" and _word(record.fields, 6) in ("", "0"):
        walk.tell("sinr_db", _number(record.fields, 5))
    else:
        return False
    return True


def _rxq(walk: Walk, record: Record) -> bool:
    if _word(record.fields, 3) != "1":
        return False
    full = _number(record.fields, 4)
    walk.tell("rxqual", _number(record.fields, 5) if np.isnan(full) else full)
    return True


def _gps(walk: Walk, record: Record) -> bool:
    walk.tell("place", (_number(record.fields, 4), _number(record.fields, 3)))
    return True


def _call_attempt(walk: Walk, record: Record) -> bool:
    walk.tell("call", True)
    walk.calling = "csfb" if RATS.get(_word(record.fields, 4)) == "LTE" and _word(record.fields, 5) in VOICE else "call"
    if walk.calling == "csfb":
        walk.event(record.line, "csfb_start")
    return True


def _call_connected(walk: Walk, record: Record) -> bool:
    if walk.calling == "csfb" and _word(record.fields, 6) in ("2", "3"):
        walk.calling = "call"
        walk.event(record.line, "csfb_ok")
    walk.tell("call", True)
    return True


def _call_failed(walk: Walk, record: Record) -> bool:
    walk.tell("call", False)
    calling, walk.calling = walk.calling, ""
    walk.event(record.line, "csfb_fail" if calling == "csfb" else "setup_fail")
    return True


def _call_ended(walk: Walk, record: Record) -> bool:
    walk.tell("call", False)
    walk.calling = ""
    if _word(record.fields, 6) in DROPPED:
        walk.event(record.line, "drop")
    return True


def _event(word: str) -> Callable[[Walk, Record], bool]:
    def handler(walk: Walk, record: Record) -> bool:
        walk.event(record.line, word)
        return True

    return handler


def _transfer(going: bool) -> Callable[[Walk, Record], bool]:
    def handler(walk: Walk, _: Record) -> bool:
        walk.tell("transfer", going)
        return True

    return handler


HANDLERS: dict[str, Callable[[Walk, Record], bool]] = {
    "CELLMEAS": _cellmeas,
    "CHI": _chi,
    "CI": _ci,
    "RXQ": _rxq,
    "GPS": _gps,
    "CAA": _call_attempt,
    "CAC": _call_connected,
    "CAF": _call_failed,
    "CAD": _call_ended,
    "HOF": _event("handover_fail"),
    "LUS": _event("lau"),
    "TUS": _event("tau"),
    "DAC": _transfer(True),
    "DAD": _transfer(False),
    "DAF": _transfer(False),
}
