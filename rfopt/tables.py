"""Tables at the edges: CSV text against a schema, both ways.

A value off the range of a *parameter* is reported by the rule `wrong_parameters`; a *fact* outside its range is refused
(see `rfopt.schema`).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.bands import gsm_band, lte_band
from rfopt.errors import InputError, did_you_mean, found_instead, printable
from rfopt.files import read_text
from rfopt.schema import Column, Schema, schema

__all__ = [
    "Column", "Rows", "Schema", "is_formula", "parse_column", "read_rows", "read_table", "schema", "split_rows",
    "table_text", "type_rows", "value_text",
]  # fmt: skip

LONGEST_FIELD = 10_000
MOST_COLUMNS = 2_000
EMPTY = {"", "-", "--", "nan", "null", "none", "n/a", "无"}
NUMERIC = {"real", "int", "arfcn", "earfcn", "channel", "time"}
WHOLE = re.compile("[0-9]{1,9}")


@dataclass(frozen=True)
class Rows:
    """A delimited text file as it stands: header, cells of text, and the line each row began on."""

    file: Path
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def column(self, name: str) -> list[str]:
        """The text of one column; blanks where the file lacks the column."""
        if name not in self.header:
            return [""] * len(self.rows)
        k = self.header.index(name)
        return [row[k] for row in self.rows]


def read_rows(path: Path, delimiter: str = ",") -> Rows:
    """Read a delimited file; every row has as many fields as the header, or the file is refused.

    Raises
    ------
    InputError
        For an empty file, duplicate headers, rows of another length, huge fields or broken quoting.
    """
    return split_rows(read_text(path), path, delimiter)


def split_rows(text: str, path: Path, delimiter: str = ",", most: int | None = None) -> Rows:
    """`read_rows` on text already in hand; no more than so many rows of it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    limit = csv.field_size_limit(LONGEST_FIELD)
    before = 0
    try:
        for row in reader:
            line, before = before + 1, reader.line_num
            fields = list(map(str.strip, row))
            if not any(fields):
                continue
            if not header:
                header = _header(row, path, line)
            elif len(row) != len(header):
                raise InputError(f"{len(row)} fields, expected {len(header)} as in the header", path, line)
            else:
                rows.append(fields)
                lines.append(line)
                if len(rows) == most:
                    break
    except csv.Error as error:
        reason = f"a field longer than {LONGEST_FIELD} characters" if "field larger" in str(error) else str(error)
        raise InputError(f"broken table text: {reason}", path, before + 1) from None
    finally:
        csv.field_size_limit(limit)
    if not header:
        raise InputError("is empty, expected a header line and rows", path)
    return Rows(path, header, rows, lines)


def _header(row: list[str], path: Path, line: int) -> list[str]:
    if len(row) > MOST_COLUMNS:
        raise InputError(f"{len(row)} columns, expected at most {MOST_COLUMNS}", path, line)
    names = [re.sub(r"[\u200b-\u200f\ufeff]", "", name).strip() for name in row]
    for name in names:
        if name and names.count(name) > 1:
            raise InputError(f"column '{printable(name)}' stands twice in the header", path, line)
    return names


def type_rows(rows: Rows, table: str) -> tuple[pd.DataFrame, list[str]]:
    """Rows as a typed frame with every column of the schema, and notes on columns that were passed over.

    Numbers become float64 with NaN for empty, text becomes str with '' for empty, lists become tuples. The frame's
    index is the line of each row in its file.

    Raises
    ------
    InputError
        At the first value that does not fit its column, with file, line, value and what was expected.
    """
    columns = schema(table)
    require_columns(rows, table)
    notes = [
        f"{rows.file.name}: column '{printable(name)}' is not one of {table}.csv and was ignored"
        + did_you_mean(name, columns)
        for name in rows.header
        if name and name not in columns
    ]
    typed = {name: parse_column(rows.column(name), column, rows) for name, column in columns.items()}
    return pd.DataFrame(typed, index=pd.Index(rows.lines, name="line")), notes


def require_columns(rows: Rows, table: str) -> None:
    """Refuse rows without a column that the table cannot do without.

    Raises
    ------
    InputError
        With the column's name.
    """
    columns = schema(table)
    missing = [c.column for c in columns.values() if c.need == "yes" and c.column not in rows.header]
    if missing:
        near = found_instead(missing[0], [h for h in rows.header if h not in columns])
        other = next((mark for mark in ";\t|" if len(rows.header) == 1 and mark in rows.header[0]), "")
        if other:
            raise InputError(f"its columns are separated by {other!r}, expected commas", rows.file, 1)
        raise InputError(f"column '{missing[0]}' is missing{near}", rows.file, 1)


def parse_column(texts: Sequence[str], column: Column, rows: Rows) -> Any:
    """One column's text as an array of its type, checked; what stands in many rows is looked at once."""
    number, first = _distinct(texts)
    if column.type in NUMERIC:
        return _numbers(texts, first, column, rows)[number]
    if column.type in ("arfcns", "names"):
        values = pd.Series([_list(texts[k], rows.lines[k], column, rows) for k in first], dtype="object")
        return values.iloc[number].set_axis(pd.Index(rows.lines, name="line"))
    return pd.array(np.array([_text(texts[k], rows.lines[k], column, rows) for k in first], dtype=object), "str")[
        number
    ]


def _distinct(texts: Sequence[str]) -> tuple[NDArray[np.intp], list[int]]:
    """For every text the number of its kind, and for every kind the row that it first stands in."""
    number, kinds = pd.factorize(np.array(texts, dtype=object))
    first = np.full(len(kinds), len(texts))
    np.minimum.at(first, number, np.arange(len(texts)))
    return number, first.tolist()


def _text(text: str, line: int, column: Column, rows: Rows) -> str:
    blank = "" if text.lower() in EMPTY and column.type != "name" else text
    if blank == "" and column.need == "yes":
        raise InputError(f"{column.column} is empty, expected {column.meaning}", rows.file, line)
    problem = blank and _text_problem(blank, column)
    if problem:
        raise InputError(f"{column.column} '{printable(blank)}' {problem}", rows.file, line)
    return blank


def _text_problem(text: str, column: Column) -> str:
    if column.type == "choice" and text not in column.range.split():
        return f"is not one of {', '.join(column.range.split())}{did_you_mean(text, column.range.split())}"
    if column.type == "bsic" and not re.fullmatch(r"[0-7]-[0-7]", text):
        return "is not a BSIC, expected NCC-BCC with digits 0 to 7 such as 4-5"
    if column.type == "name" and not text.isprintable():
        return "holds control characters, expected a name"
    if column.type == "name" and is_formula(text):
        return "looks like a formula, expected a name"
    return ""


def is_formula(name: str) -> bool:
    """True for a name that a spreadsheet would run: a written table must be safe to open.

    >>> is_formula("=HYPERLINK(1)"), is_formula("-3F"), is_formula("宝湖天下NG2-5")
    (True, False, False)
    """
    return bool(re.match(r"\s*(?:[=@]|[+\-](?!\s*\d))", name))


def _numbers(texts: Sequence[str], first: list[int], column: Column, rows: Rows) -> NDArray[np.float64]:
    """The numbers that stand in some rows of a column."""
    written = pd.Series([texts[k] for k in first], dtype="object")
    numbers = pd.to_numeric(written, errors="coerce").to_numpy(dtype=float, copy=True)
    numbers[~np.isfinite(numbers)] = np.nan
    whole = column.type in ("int", "arfcn", "earfcn", "channel")
    fact = column.range if column.type in ("real", "int") and not column.tunable else ""
    for k, value in zip(first, numbers.tolist(), strict=True):
        if math.isnan(value):
            if texts[k].lower() not in EMPTY:
                raise InputError(
                    f"{column.column} '{printable(texts[k])}' is not {_wanted(column)}", rows.file, rows.lines[k]
                )
            if column.need == "yes":
                raise InputError(f"{column.column} is empty, expected {_wanted(column)}", rows.file, rows.lines[k])
        elif problem := _number_problem(value, column, whole, bool(fact)):
            raise InputError(f"{column.column} {value_text(value)} {problem}", rows.file, rows.lines[k])
    return numbers


def _number_problem(value: float, column: Column, whole: bool, fact: bool) -> str:
    if whole and value != round(value):
        return "is not a whole number"
    if fact and not column.legal(value):
        low, high = column.range.split(":")
        return f"is out of range, expected {low} to {high} {column.unit}".rstrip()
    return channel_problem(int(value), column.type) if column.type in ("arfcn", "earfcn") else ""


def channel_problem(channel: int, kind: str) -> str:
    """Why a number is no carrier, `kind` being ``arfcn`` or ``earfcn``; '' if it is one."""
    try:
        gsm_band(channel) if kind == "arfcn" else lte_band(channel)
    except ValueError as error:
        return str(error).split(" ", 2)[2]
    return ""


def _wanted(column: Column) -> str:
    kind = "a whole number" if column.type in ("int", "arfcn", "earfcn", "channel") else "a number"
    return f"{kind} in {column.unit}" if column.unit else kind


def _list(text: str, line: int, column: Column, rows: Rows) -> tuple[Any, ...]:
    if text.lower() in EMPTY:
        return ()
    words = tuple(word.strip() for word in text.split(";") if word.strip())
    if column.type == "names":
        return words
    for word in words:
        problem = "is not a whole number" if not WHOLE.fullmatch(word) else channel_problem(int(word), "arfcn")
        if problem:
            raise InputError(f"{column.column} '{printable(word)}' {problem}", rows.file, line)
    return tuple(int(word) for word in words)


def read_table(path: Path, table: str) -> tuple[pd.DataFrame, list[str]]:
    """Read one CSV table against its schema: the typed frame and notes (see `type_rows`)."""
    return type_rows(read_rows(path), table)


def table_text(frame: pd.DataFrame, columns: Sequence[str]) -> str:
    """A frame as CSV text with the given columns; NaN and '' both become empty, whole numbers lose their point.

    >>> table_text(pd.DataFrame({"a": [1.0, float("nan")], "b": ["x", "y"]}), ["a", "b"])
    'a,b\\n1,x\\n,y\\n'
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*(frame[c].tolist() for c in columns), strict=True):
        writer.writerow([value_text(value) for value in row])
    return out.getvalue()


def value_text(value: Any) -> str:
    """One value as it stands in a table: shortest number, ';' between list items, '' for unknown."""
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return ""
    if isinstance(value, tuple | list):
        return ";".join(str(v) for v in value)
    if isinstance(value, float | np.floating):
        number = float(value)
        whole = math.isfinite(number) and number == round(number) and abs(number) < 1e15
        return str(int(number)) if whole else repr(round(number, 9))
    return str(value)
