"""A network's own files with a plan in them: rows that the plan does not touch stay as they are, byte for byte."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rfopt.errors import InputError, printable
from rfopt.files import decode, read_bytes
from rfopt.network import RELATION_PARAMETERS, Change, Network, Plan, apply, diff
from rfopt.network_tables import write_network
from rfopt.sites import read_network
from rfopt.tables import schema, value_text

TABLES = {"cells": ("cell",), "neighbours": ("cell", "neighbour"), "redirects": ("cell", "arfcn")}
Key = tuple[str, ...]


def write_applied(network: Network, plan: Plan, source: Path, folder: Path) -> None:
    """Write the network after a plan to a new folder, whole or not at all.

    A folder of tables is copied with its rows changed; a network of another format is written as tables.

    Raises
    ------
    InputError
        If the plan does not fit, or the folder is there already and holds something.
    """
    after = apply(network, plan)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("is there already, expected a new folder to write to", folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".rfopt-") as unfinished:
            made = Path(unfinished) / "network"
            if (source / "cells.csv").is_file():
                shutil.copytree(source, made, ignore=shutil.ignore_patterns(".git"))
                _edit(made, plan, after)
            else:
                write_network(after, source, made)
            if odd := diff(read_network(made), after):
                raise ValueError(f"the network does not read back as it was changed: {odd[0]}")
            if folder.exists():
                folder.rmdir()
            made.rename(folder)
    except shutil.Error as error:
        raise InputError(f"cannot be written: {printable(error.args[0][0][2], 120)}", folder) from None
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", folder) from None


def _edit(folder: Path, plan: Plan, after: Network) -> None:
    """Change the rows of a folder's tables."""
    sheets = {name: _Sheet.read(folder / f"{name}.csv", keys) for name, keys in TABLES.items()}
    for change in plan:
        if change.parameter in ("neighbour", "redirect_arfcn"):
            sheet = sheets["neighbours" if change.parameter == "neighbour" else "redirects"]
            key = (change.cell, str(change.neighbour))
            sheet.add(key) if change.new == "present" else sheet.drop(key)
        elif change.neighbour is not None:
            sheets["neighbours"].put((change.cell, change.neighbour), change.parameter, value_text(change.new))
        else:
            _put_cell(sheets["cells"], change, after)
    _fill_added(sheets["neighbours"], plan, after)
    for name, sheet in sheets.items():
        if sheet.changed:
            (folder / f"{name}.csv").write_bytes(sheet.raw())


def _put_cell(sheet: _Sheet, change: Change, after: Network) -> None:
    sheet.put((change.cell,), change.parameter, value_text(change.new))
    if change.parameter == "power_dbm" and not sheet.get((change.cell,), "max_power_dbm"):
        sheet.put((change.cell,), "max_power_dbm", value_text(after.cells.at[change.cell, "max_power_dbm"]))


def _fill_added(sheet: _Sheet, plan: Plan, after: Network) -> None:
    """Write the parameters of relations that a plan adds, so that they don't hang on defaults."""
    for change in plan:
        pair = (change.cell, str(change.neighbour))
        if change.parameter == "neighbour" and pair in after.neighbours.index:
            for name in RELATION_PARAMETERS:
                value = value_text(after.neighbours.at[pair, name])
                if value:
                    sheet.put(pair, name, value)


@dataclass
class _Sheet:
    """A table's text by records: those that nobody touches keep their very text."""

    header: list[str]
    keys: tuple[str, ...]
    head: str
    records: list[tuple[str, list[str] | None]]
    row_of: dict[Key, int]
    newline: str
    encode: Callable[[str], bytes]
    changed: bool = False

    @classmethod
    def read(cls, path: Path, keys: tuple[str, ...]) -> _Sheet:
        """A table, or an empty one where there is no file."""
        if not path.exists():
            columns = list(schema(path.stem))
            return cls(columns, keys, ",".join(columns) + "\n", [], {}, "\n", lambda text: text.encode())
        raw = read_bytes(path)
        text = decode(raw, path)
        newline = "\r\n" if "\r\n" in text else "\n"
        pieces = _records(text)
        k = next(k for k, (_, fields) in enumerate(pieces) if any(field.strip() for field in fields))
        header = [name.strip().lstrip("\ufeff") for name in pieces[k][1]]
        head = "".join(piece for piece, _ in pieces[: k + 1])
        records: list[tuple[str, list[str] | None]] = [(piece, None) for piece, _ in pieces[k + 1 :]]
        made = cls(header, keys, head, records, {}, newline, _encoder(raw))
        for row, (_, fields) in enumerate(pieces[k + 1 :]):
            if any(field.strip() for field in fields):
                made.row_of[made._key([field.strip() for field in fields])] = row
        return made

    def _key(self, fields: list[str]) -> Key:
        key = tuple(fields[self.header.index(name)] for name in self.keys)
        return (key[0], value_text(float(key[1]))) if self.keys[-1] == "arfcn" else key

    def _fields(self, key: Key) -> list[str]:
        text, fields = self.records[self.row_of[key]]
        return fields if fields is not None else next(csv.reader(io.StringIO(text, newline=""))) if text else []

    def get(self, key: Key, column: str) -> str:
        """A value as text; '' where the table lacks its column."""
        return self._fields(key)[self.header.index(column)].strip() if column in self.header else ""

    def put(self, key: Key, column: str, value: str) -> None:
        """Set a value; a column that the table lacks is added at its end."""
        if key not in self.row_of:
            return
        if column not in self.header:
            self._widen(column)
        fields = self._fields(key)
        fields[self.header.index(column)] = value
        self.records[self.row_of[key]] = self.records[self.row_of[key]][0], fields
        self.changed = True

    def _widen(self, column: str) -> None:
        ends = len(self.head.rstrip("\r\n"))
        self.head = f"{self.head[:ends]},{column}{self.head[ends:]}"
        self.header.append(column)
        used = set(self.row_of.values())
        for row, (text, fields) in enumerate(self.records):
            if row in used:
                ends = len(text.rstrip("\r\n"))
                self.records[row] = f"{text[:ends]},{text[ends:]}", None if fields is None else [*fields, ""]

    def add(self, key: Key) -> None:
        """A row with nothing but its key, at the end."""
        self.row_of[key] = len(self.records)
        row: Mapping[str, str] = dict(zip(self.keys, key, strict=True))
        self.records.append(("", [row.get(name, "") for name in self.header]))
        self.changed = True

    def drop(self, key: Key) -> None:
        """Take a row out."""
        self.records[self.row_of.pop(key)] = ("", None)
        self.changed = True

    def raw(self) -> bytes:
        """The table's bytes, in the encoding it came in."""
        parts = [self.head if self.head.endswith("\n") else self.head + self.newline]
        last = len(self.records) - 1
        for row, (text, fields) in enumerate(self.records):
            piece = text if fields is None else _line(fields) + self.newline
            parts.append(piece if not piece or piece.endswith("\n") or row == last else piece + self.newline)
        return self.encode("".join(parts))


def _line(fields: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(fields)
    return out.getvalue()


def _records(text: str) -> list[tuple[str, list[str]]]:
    """Each record's own text, its line end with it, and its fields."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(iter(lines), strict=True)
    found, before = [], 0
    for fields in reader:
        found.append(("".join(lines[before : reader.line_num]), fields))
        before = reader.line_num
    return found


def _encoder(raw: bytes) -> Callable[[str], bytes]:
    """Text back to the encoding that bytes are in, their mark with it."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return lambda text: text.encode("utf-16")
    if raw[:3] == b"\xef\xbb\xbf":
        return lambda text: text.encode("utf-8-sig")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return lambda text: text.encode("gb18030")
    return lambda text: text.encode("utf-8")


def reversed_rows(plan: Plan) -> Plan:
    """The rows of a plan turned round, last first: the rollback as far as the plan alone tells it.

    Raises
    ------
    InputError
        If it deletes a relation, whose margins only the network knows.
    """
    gone = next((c for c in plan if c.parameter == "neighbour" and c.new == "absent"), None)
    if gone is not None:
        raise InputError(
            f"{printable(gone, 200)}: its margins are in the network, expected --network with the one before it"
        )
    kept = {(c.cell, c.neighbour) for c in plan if c.parameter == "neighbour" and c.new == "present"}
    own = [c for c in plan if c.parameter == "neighbour" or (c.cell, c.neighbour) not in kept or c.neighbour is None]
    return tuple(Change(c.cell, c.neighbour, c.parameter, c.new, c.old) for c in reversed(own))
