"""Measurement reports that a base station collected (MRO, MRE): XML, read as a stream.

One ``<object>`` is one report of one phone, one ``<v>`` in it one neighbour with the server repeated; the columns
stand in ``<smr>``, in an order of each vendor's own. Levels and qualities are report codes (TS 36.133, TS 45.008).
The names and ranges were checked against public tools that write and read such files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import pandas as pd

from rfopt.errors import InputError, printable
from rfopt.files import LARGEST_TEXT_BYTES, read_text
from rfopt.logs import Log, log_formats, reject_table
from rfopt.logs.assembly import CELL, INSTANT, assemble, notes_of, table_of
from rfopt.logs.identity import MOST_CELL
from rfopt.logs.instants import moments_s
from rfopt.logs.opening import hidden_numbers, opening

ROOT = re.compile(r"<(?:\w+:)?bulkPmMrDataFile[\s>]")
CHUNK_BYTES = 1 << 20
LONGEST_VALUES = 1 << 16
"""Characters in one ``<smr>`` or ``<v>``."""
DEEPEST = 32
LTE_BLOCKS = ("LteNc", "LteFddNc", "LteTddNc")
WANTED = ("ltescrsrp", "gsmncellcarrierrssi", "nrscssrsrp")


@log_formats
def mro(path: Path) -> Log | None:
    """Read measurement reports.

    `point` numbers the phones in the order in which they appear; their identities in the network stay in the file.
    The cell is called eNB-cell. A row is one ``<v>``; blocks without levels (uplink, losses) are counted and unused.

    Raises
    ------
    InputError
        If the XML is broken, defines entities, is too large or nests too deep.
    """
    if not ROOT.search(_beginning(path)):
        return None
    reader = _Reader(path)
    reader.read()
    return reader.log()


def _beginning(path: Path) -> str:
    raw = opening(path, 1 << 14)
    return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="replace")


@dataclass
class _Report:
    """One phone's report as it is being read."""

    line: int
    phone: tuple[str, ...]
    cell: str
    stamp: str
    lines: list[int]
    values: list[list[str]]


class _Reader:
    """Takes the XML piece by piece and keeps what is wanted of each report."""

    def __init__(self, path: Path):
        self.path = path
        self.depth = 0
        self.text: list[str] | None = None
        self.length = 0
        self.node = ""
        self.columns: dict[str, int] = {}
        self.width = 0
        self.report: _Report | None = None
        self.rows = 0
        self.unused = 0
        self.rejects: list[tuple[int, str, str]] = []
        self.phones: dict[tuple[str, ...], int] = {}
        self.instants: list[dict[str, Any]] = []
        self.cells: list[dict[str, Any]] = []
        self.members: list[list[int]] = []
        self.parser = self._parser(None)

    def _parser(self, encoding: str | None) -> expat.XMLParserType:
        parser = expat.ParserCreate(encoding)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        parser.buffer_text = True
        return parser

    def read(self) -> None:
        """Parse the file.

        Raises
        ------
        InputError
            As `mro`.
        """
        try:
            for chunk in self._chunks():
                self.parser.Parse(chunk, False)
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            said = expat.ErrorString(error.code)
            raise InputError(f"is broken XML: {said}", self.path, error.lineno) from None
        except (LookupError, ValueError) as error:
            raise InputError(f"is broken XML: {printable(error, 80)}", self.path) from None

    def _chunks(self) -> Iterator[bytes]:
        if (size := self.path.stat().st_size) > LARGEST_TEXT_BYTES:
            raise InputError(f"holds {size} bytes, expected at most {LARGEST_TEXT_BYTES}", self.path)
        if re.search(r"""encoding\s*=\s*["'](?:gb|GB)""", _beginning(self.path)[:200]):
            self.parser = self._parser("utf-8")
            yield read_text(self.path).encode("utf-8")  # expat knows no Chinese encodings
            return
        if opening(self.path, 2) in (b"\xff\xfe", b"\xfe\xff"):  # whatever the declaration still says
            self.parser = self._parser("utf-16")
        try:
            with self.path.open("rb") as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    yield chunk
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", self.path) from None

    def _refuse_doctype(self, *_: Any) -> None:
        raise InputError(
            "declares a document type or entities, expected plain measurement reports", self.path, self._line()
        )

    def _line(self) -> int:
        return self.parser.CurrentLineNumber

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise InputError("nests its elements too deep, expected measurement reports", self.path, self._line())
        name = tag.rpartition(":")[2]
        named = {key.rpartition(":")[2].lower(): value for key, value in attributes.items()}
        if name in ("eNB", "gNB"):
            self.node = re.sub(r"\D", "", named.get("id", ""))[:12]
        elif name == "measurement":
            self.columns, self.width = {}, 0
        elif name == "object":
            phone = tuple(named.get(key, "") for key in ("mmecode", "mmegroupid", "mmeues1apid", "amfuengapid"))
            self.report = _Report(
                self._line(), (self.node, *phone), self._cell_name(named.get("id", "")),
                named.get("timestamp", ""), [], [],
            )  # fmt: skip
        elif name in ("smr", "v"):
            self.text, self.length = [], 0

    def _cell_name(self, word: str) -> str:
        """eNB-cell from an object's id: the cell's number, eNB-cell, or the ECI."""
        numbers = [int(digits) if len(digits) <= 10 else MOST_CELL + 1 for digits in re.findall(r"\d+", word)]
        if not numbers or max(numbers) > MOST_CELL:  # no identity, perhaps a subscriber's
            return ""
        if len(numbers) >= 2:
            return f"{numbers[0]}-{numbers[1]}"
        number = numbers[0]
        if number >= 256:
            return f"{number // 256}-{number % 256}"
        return f"{int(self.node)}-{number}" if self.node else ""

    def _characters(self, piece: str) -> None:
        if self.text is None:
            return
        self.length += len(piece)
        if self.length > LONGEST_VALUES:
            raise InputError(f"holds a row longer than {LONGEST_VALUES} characters", self.path, self._line())
        self.text.append(piece)

    def _end(self, tag: str) -> None:
        self.depth -= 1
        name = tag.rpartition(":")[2]
        if name in ("smr", "v") and self.text is not None:
            words = "".join(self.text).split()
            self.text = None
            if name == "smr":
                self._take_columns(words)
            else:
                self._take_values(words)
        elif name == "object" and self.report is not None:
            self._take_report(self.report)
            self.report = None

    def _take_columns(self, words: Sequence[str]) -> None:
        names = [word.rpartition(".")[2].lower() for word in words]
        self.columns = {name: place for place, name in reversed(list(enumerate(names)))}
        self.width = len(names)
        if len(self.columns) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"column '{printable(twice)}' stands twice in <smr>", self.path, self._line())

    def _take_values(self, words: list[str]) -> None:
        self.rows += 1
        if self.report is None:
            self.rejects.append((self._line(), "values outside a report", ""))
        elif len(words) != self.width:
            said = f"{len(words)} values, expected {self.width}"
            self.rejects.append((self._line(), "wrong number of fields", said))
        elif not any(name in self.columns for name in WANTED):
            self.unused += 1
        else:
            self.report.lines.append(self._line())
            self.report.values.append(words)

    def _take_report(self, report: _Report) -> None:
        if not report.values:
            return
        phone = self.phones.setdefault(report.phone, len(self.phones) + 1)
        first = report.values[0]
        lte = "ltescrsrp" in self.columns
        place = [self._number(first, name) for name in ("latitude", "longitude")]
        instant = len(self.instants)
        self.instants.append(
            {"line": report.lines[0], "stamp": report.stamp, "point": f"phone {phone}", "phone": phone,
             "lat": place[0], "lon": place[1]}
        )  # fmt: skip
        self.members.append(report.lines)
        server = _cell(instant, True, "LTE" if lte else "5G", cell=report.cell)
        if lte:
            server |= self._heard(first, "LteSc")
        self.cells.append(server)
        for values in report.values:
            self._take_neighbours(instant, values)

    def _take_neighbours(self, instant: int, values: list[str]) -> None:
        for block in LTE_BLOCKS:
            heard = self._heard(values, block)
            if not np.isnan(heard["level"]):
                self.cells.append(_cell(instant, False, "LTE", **heard))
        level = self._number(values, "gsmncellcarrierrssi", 63)
        if not np.isnan(level):
            ncc, bcc = (self._number(values, name, 7) for name in ("gsmncellncc", "gsmncellbcc"))
            code = "" if np.isnan(ncc + bcc) else f"{ncc:.0f}-{bcc:.0f}"
            channel = self._number(values, "gsmncellbcch", 1023)
            self.cells.append(_cell(instant, False, "GSM", channel=channel, bsic=code, level=level - 110.0))

    def _heard(self, values: list[str], block: str) -> dict[str, float]:
        """One LTE cell of a row: report codes as dBm (code − 141) and dB (code / 2 − 20)."""
        name = block.lower()
        return {
            "channel": self._number(values, f"{name}earfcn", 262143),
            "pci": self._number(values, f"{name}pci", 503),
            "level": self._number(values, f"{name}rsrp", 97) - 141.0,
            "quality": self._number(values, f"{name}rsrq", 34) / 2.0 - 20.0,
        }

    def _number(self, values: list[str], name: str, highest: float = 1e9) -> float:
        """A value by its column's name; NaN for NIL, what is no number, and codes that do not exist."""
        place = self.columns.get(name)
        if place is None:
            return float("nan")
        try:
            number = float(values[place])
        except ValueError:
            return float("nan")
        low = 0.0 if highest < 1e9 else -1e9
        return number if low <= number <= highest else float("nan")

    def log(self) -> Log:
        """What was read as a log, phone by phone."""
        order = np.argsort(np.array([instant["phone"] for instant in self.instants], dtype=np.int64), kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        chosen = [self.instants[k] for k in order]
        stamps: pd.Categorical[str] = pd.Categorical([instant["stamp"] for instant in chosen])
        clock, counts = moments_s(stamps)
        columns: dict[str, Any] = {n: [i[n] for i in chosen] for n in ("line", "point", "lat", "lon")}
        columns |= {"clock": clock, "mode": ["data"] * len(chosen)}
        cells = table_of({name: [cell[name] for cell in self.cells] for name in CELL}, CELL, len(self.cells))
        cells["instant"] = rank[cells["instant"].to_numpy(dtype=np.int64)]
        instants = table_of(columns, INSTANT, len(chosen))
        readings, faults, start, remarks = assemble(self.path, instants, cells, counts)
        rejects = [*self.rejects]
        for k in np.flatnonzero(faults != ""):
            broken = faults[k] == "broken timestamp"
            text = f"TimeStamp '{printable(hidden_numbers(chosen[k]['stamp']), 30)}'" if broken else ""
            rejects += [(line, str(faults[k]), text) for line in self.members[order[k]]]
        remarks += [f"phones, by number in point: {len(self.phones)}"]
        unused = {"rows without levels": self.unused} if self.unused else {}
        return Log(readings, reject_table(rejects), self.rows, "mro", start, notes_of(self.path, remarks), unused)


def _cell(instant: int, serving: bool, rat: str, **heard: Any) -> dict[str, Any]:
    nothing = {"channel": np.nan, "pci": np.nan, "bsic": "", "level": np.nan, "quality": np.nan, "cell": ""}
    return {"instant": instant, "serving": serving, "rat": rat, **nothing, **heard}
