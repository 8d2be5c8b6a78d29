"""Columns of a measuring tool's delimited export, read by name and forgivingly.

A tool's file is no table of rfopt's own: a row of another length is set aside instead of refusing the file, a last
delimiter at the end of each row is allowed, and a value that is no number is an unknown one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from rfopt.errors import InputError, printable

BLOCK_BYTES = 1 << 22
"""Read at a time; a row longer than this is refused."""

BLANKS = ["", "-", "--", "n/a", "N/A", "nan", "NaN", "null", "NULL", "None"]


@dataclass(frozen=True)
class Columns:
    """The wanted columns of a file.

    Attributes
    ----------
    numbers : dict of name → ndarray[row]
        float64, NaN for unknown.
    texts : dict of name → ndarray[row]
        Text of each row, '' for unknown, as a pandas categorical.
    lines : ndarray[row]
        The line of each row.
    misfits : list of (line, fields)
        Rows of another length than the header's.
    """

    numbers: dict[str, NDArray[np.float64]]
    texts: dict[str, pd.Categorical[str]]
    lines: NDArray[np.int64]
    misfits: list[tuple[int, int]]

    def number(self, name: str) -> NDArray[np.float64]:
        """A column of numbers; NaN throughout where the file lacks it."""
        return self.numbers[name] if name in self.numbers else np.full(len(self.lines), np.nan)

    def text(self, name: str) -> pd.Categorical[str]:
        """A column of text; '' throughout where the file lacks it."""
        if name in self.texts:
            return self.texts[name]
        nothing: pd.Categorical[str] = pd.Categorical([""] * len(self.lines))
        return nothing


def read_columns(
    text: str, path: Path, delimiter: str, width: int, numeric: Mapping[str, int], textual: Mapping[str, int]
) -> Columns:
    """Read the wanted columns, given as name → place, of text whose header has `width` names.

    Raises
    ------
    InputError
        If a row is longer than `BLOCK_BYTES`.
    """
    body, above = _below_header(text)
    body = _without_last_delimiters(body, delimiter, width)
    places = {f"c{place}": place for place in {*numeric.values(), *textual.values()}}
    numbers = {f"c{place}" for place in {*numeric.values()} - {*textual.values()}}
    try:
        table, strays = _parse(body, delimiter, width, places, numbers)
    except pa.ArrowInvalid:  # some value is no number: each is looked at by itself then
        table, strays = _parse_words(body, path, delimiter, width, places)
    every = np.arange(1, len(table) + len(strays) + 1, dtype=np.int64)
    lines = np.delete(every, [number - 1 for number, _ in strays]) + above
    return Columns(
        {name: _numbers(table[f"c{place}"]) for name, place in numeric.items()},
        {name: _texts(table[f"c{place}"]) for name, place in textual.items()},
        lines,
        [(number + above, fields) for number, fields in strays],
    )


def _below_header(text: str) -> tuple[str, int]:
    """What stands below the first line that is not blank, and the number of lines above it."""
    header = re.match(r"(?:[\t,;| ]*(?:\r\n|\n|\r))*[^\r\n]*(?:\r\n|\n|\r|$)", text)
    end = header.end() if header else 0
    return text[end:], len(re.findall(r"\r\n|\n|\r", text[:end]))


def _without_last_delimiters(body: str, delimiter: str, width: int) -> str:
    """The rows without the delimiter that some tools write after the last field."""
    first = re.split(r"\r\n|\n|\r", body[: 1 << 18])[:50]
    closed = sum(line.count(delimiter) == width and line.endswith(delimiter) for line in first)
    if closed <= sum(line.count(delimiter) == width - 1 for line in first):
        return body
    for ending in "\r\n":
        body = body.replace(delimiter + ending, ending)
    return body.removesuffix(delimiter)


def _parse(
    body: str, delimiter: str, width: int, places: Mapping[str, int], numeric: Collection[str]
) -> tuple[pa.Table, list[tuple[int, int]]]:
    """The columns as Arrow arrays, and (row counted from 1, fields) of every row that has not `width` fields."""
    names = [f"f{k}" for k in range(width)]
    for name, place in places.items():
        names[place] = name
    types = {name: pa.float64() if name in numeric else pa.string() for name in places}
    if not body:
        return pa.table({name: pa.array([], type=types[name]) for name in places}), []
    table = None
    strays: list[tuple[int, int]] = []

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        strays.append((row.number or 0, row.actual_columns))
        return "skip"

    for threads in (True, False):  # rows are numbered only when read by one thread
        strays.clear()
        table = arrow_csv.read_csv(
            pa.py_buffer(body.encode("utf-8")),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=threads, block_size=BLOCK_BYTES),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter,
                quote_char=False if delimiter == "\t" else '"',
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=list(places), column_types=types, null_values=BLANKS, strings_can_be_null=False
            ),
        )
        if not strays:
            break
    return table, strays


def _parse_words(
    body: str, path: Path, delimiter: str, width: int, places: Mapping[str, int]
) -> tuple[pa.Table, list[tuple[int, int]]]:
    try:
        return _parse(body, delimiter, width, places, ())
    except pa.ArrowInvalid as error:
        long = "straddling" in str(error)
        reason = (
            f"has a row longer than {BLOCK_BYTES} bytes" if long else f"cannot be cut into rows: {printable(error)}"
        )
        raise InputError(reason, path) from None


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    if not pa.types.is_floating(column.type):
        column = pd.to_numeric(column.to_pandas().str.strip(), errors="coerce")
    numbers = np.array(column.to_numpy(), dtype=np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _texts(column: pa.ChunkedArray) -> pd.Categorical[str]:
    coded = column.combine_chunks().dictionary_encode()
    words = [(word or "").strip() for word in coded.dictionary.to_pylist()]
    unique = list(dict.fromkeys(words))
    places = {word: k for k, word in enumerate(unique)}
    codes = np.array([places[word] for word in words], dtype=np.int64)[coded.indices.to_numpy()]
    return pd.Categorical.from_codes(codes, pd.Index(unique))
