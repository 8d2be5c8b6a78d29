"""Columns of a measuring tool's delimited export, read by name and forgivingly.

A tool's file is no table of rfopt's own: a row of another length is set aside instead of refusing the file, a last
delimiter at the end of each row is allowed, and a value that is no number is an unknown one.
"""

from __future__ import annotations

import csv
import functools
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.kernels import fields
from rfopt.logs.streams import merged_words
from rfopt.logs.text_blocks import TextFile, in_order
from rfopt.tables import EMPTY, LONGEST_FIELD

BLANKS = frozenset(["", "-", "--", "n/a", "N/A", "nan", "NaN", "null", "NULL", "None"])
DECIMAL_COMMA = re.compile(r"\s*[-+]?\d+,\d+\s*")
PLAIN = frozenset("0123456789+-.eE")
OPENING_ROWS = 50
"""Rows that tell whether all of them end with a delimiter."""
OPENING_BYTES = 1 << 18

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Layout:
    """How the rows below a header are built: their delimiter, their number of fields, and the wanted columns' places.

    Columns of numbers and of words are given as name → place; a column may be both. `body` is the number of the first
    line below the header, counted from 0; `comma` tells that numbers may be written as 38,5.
    """

    file: TextFile
    delimiter: str
    width: int
    numbers: Mapping[str, int]
    texts: Mapping[str, int]
    body: int
    closed: bool
    comma: bool = False

    @functools.cached_property
    def number_of(self) -> dict[str, int]:
        """The column of a block's `numbers` that each name has; names of one place share it."""
        return _columns(self.numbers)

    @functools.cached_property
    def text_of(self) -> dict[str, int]:
        """The same for `begin` and `size`."""
        return _columns(self.texts)

    @property
    def quoted(self) -> bool:
        """Whether quotes stand around fields; in text with tabs they are part of it."""
        return self.delimiter != "\t"


def _columns(places: Mapping[str, int]) -> dict[str, int]:
    column = {place: k for k, place in enumerate(dict.fromkeys(places.values()))}
    return {name: column[place] for name, place in places.items()}


def layout_of(
    file: TextFile, delimiter: str, width: int, numbers: Mapping[str, int], texts: Mapping[str, int]
) -> Layout:
    """The layout of a file whose header has `width` names, given the places of the wanted columns."""
    lines = file.opening(OPENING_BYTES)[:OPENING_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    header = next((k for k, line in enumerate(lines) if line.strip(b"\t,;| ")), len(lines))
    mark = delimiter.encode()
    first = lines[header + 1 : header + 1 + OPENING_ROWS]
    closed = sum(line.count(mark) == width and line.endswith(mark) for line in first)
    plain = sum(line.count(mark) == width - 1 for line in first)
    return Layout(file, delimiter, width, numbers, texts, header + 1, closed > plain)


@dataclass(frozen=True)
class Block:
    """The wanted fields of some rows.

    Attributes
    ----------
    layout : Layout
    text : ndarray[byte]
    numbers : ndarray[number, row]
        NaN for unknown; the layout's `number_of` tells the columns.
    strange : list of (number, row, word)
        What stands where neither a number nor a blank does.
    begin, size : ndarray[text, row]
        Where in `text` the fields of words stand (see `rfopt.kernels.fields`).
    extent : ndarray[2, row]
        Begin and end of each row.
    rough : ndarray[row]
        Rows with a field longer than `LONGEST_FIELD` bytes, or with quotes that are not plain.
    lines : ndarray[row]
        The line of each row in the file.
    misfits : list of (line, fields)
        Rows of another length than the header's.
    hollow : set of int
        Lines of those that hold nothing but delimiters.
    last_byte : int
        How far into the file the block reaches, for progress.
    """

    layout: Layout
    text: NDArray[np.uint8]
    numbers: NDArray[np.float64]
    strange: list[tuple[int, int, str]]
    begin: NDArray[np.int32]
    size: NDArray[np.int32]
    extent: NDArray[np.int32]
    rough: NDArray[np.bool_]
    lines: NDArray[np.int64]
    misfits: list[tuple[int, int]]
    hollow: frozenset[int] = frozenset()
    last_byte: int = 0

    def take(self, rows: NDArray[np.int64]) -> Block:
        """Some of the rows."""
        place = {row: k for k, row in enumerate(rows.tolist())}
        strange = [(number, place[row], word) for number, row, word in self.strange if row in place]
        parts = {
            name: getattr(self, name)[..., rows] for name in ("numbers", "begin", "size", "extent", "rough", "lines")
        }
        return replace(self, strange=strange, **parts)

    def number(self, name: str) -> NDArray[np.float64]:
        """One column of numbers: NaN throughout one that the file lacks."""
        column = self.layout.number_of.get(name, -1)
        return self.numbers[column] if column >= 0 else np.full(len(self.lines), np.nan)

    def codes(self, name: str) -> tuple[NDArray[np.int32], list[str]]:
        """A column of words as numbers of a list, in which each word stands once; blanks around them are off."""
        if name not in self.layout.texts or not len(self.lines):
            return np.zeros(len(self.lines), dtype=np.int32), [""]
        begin, size = self._column(name)
        codes, first = np.empty((2, len(self.lines)), dtype=np.int32)
        table = np.full(1 << (2 * len(codes)).bit_length(), -1, dtype=np.int32)
        count = fields.words(self.text, begin, size, codes, first, table)
        return merged_words(codes, [self.word(row, name).strip() for row in first[:count].tolist()])

    def word(self, row: int, name: str) -> str:
        """A field's text, freed of quotes."""
        begin, size = (int(values[row]) for values in self._column(name))
        word = _text(self.text[begin : begin + abs(size)])
        return word if size >= 0 else _cut(word, self.layout.delimiter)[0]

    def fields(self, row: int, strict: bool = False) -> list[str]:
        """All fields of a row.

        Raises
        ------
        csv.Error
            Where `strict` is set and its quotes are not written as they have to be.
        """
        text = _text(self.text[self.extent[0, row] : self.extent[1, row]])
        if self.layout.quoted and '"' in text:
            return _cut(text, self.layout.delimiter, strict)
        return text.split(self.layout.delimiter)

    def moments_us(self, name: str, marks: str) -> tuple[NDArray[np.int64], int]:
        """Microseconds since 1970 of stamps of one shape (see `rfopt.kernels.fields.moments`); how many have not."""
        out = np.full(len(self.lines), fields.NO_MOMENT, dtype=np.int64)
        if name not in self.layout.texts:
            return out, len(out)
        bytes_of = np.frombuffer(marks.encode(), dtype=np.uint8).astype(np.int64)
        return out, int(fields.moments(self.text, *self._column(name), bytes_of, out))

    def _column(self, name: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        column = self.layout.text_of[name]
        return self.begin[column], self.size[column]


def _text(raw: NDArray[np.uint8]) -> str:
    return raw.tobytes().decode("utf-8", "replace")


def _cut(text: str, delimiter: str, strict: bool = False) -> list[str]:
    """The fields of a row with quotes; the row as it stands if a field is too long for that."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict), [""])
    except csv.Error:
        if strict:
            raise
        return text.split(delimiter)


@functools.lru_cache(maxsize=1 << 12)
def number_of(word: str) -> float:
    """The number that an odd field states; NaN for none, and for what is not finite.

    >>> number_of(" 1e3 "), number_of("weak"), number_of("1e999")
    (1000.0, nan, nan)
    """
    word = word.strip()
    if word in BLANKS:
        return float("nan")
    if set(word) <= PLAIN:
        try:
            value = float(word)
        except ValueError:
            value = float("nan")
        return value if np.isfinite(value) else float("nan")
    value = float(pd.to_numeric(pd.Series([word], dtype="object"), errors="coerce").iloc[0])
    return value if np.isfinite(value) else float("nan")


def means_nothing(word: str) -> bool:
    """Whether a word in a column of numbers says that none is known.

    >>> means_nothing(" n/a "), means_nothing("nan")
    (True, False)
    """
    return word.strip().lower() in EMPTY - {"nan"}


def read_blocks(layout: Layout, make: Callable[[Block], _Made]) -> Iterator[_Made]:
    """What `make` makes of each block of rows below the header, in order; it may run on several blocks at once.

    Raises
    ------
    InputError
        If a row is too long (see `rfopt.logs.text_blocks.TextFile.blocks`).
    """

    yield from in_order(lambda item: make(_block(layout, *item)), _below_header(layout))


def first_blocks(layout: Layout) -> Iterator[Block]:
    """The blocks from the first on, none read ahead."""
    return (_block(layout, *item) for item in _below_header(layout))


def _below_header(layout: Layout) -> Iterator[tuple[bytes, int, int, int]]:
    """Blocks, the lines above each, the most line ends in it, and the bytes of the file read with it."""
    for text, lines, ends, done in layout.file.blocks(layout.delimiter, layout.quoted):
        body = text
        for _ in range(layout.body - lines):
            body = body[_line_length(body) :]
        if body:
            yield body, max(lines, layout.body), ends, done


def _line_length(text: bytes) -> int:
    ends = [k for k in (text.find(b"\n"), text.find(b"\r")) if k >= 0]
    if not ends:
        return len(text)
    return min(ends) + (2 if text[min(ends) : min(ends) + 2] == b"\r\n" else 1)


def _block(layout: Layout, raw: bytes, lines: int, ends: int, done: int) -> Block:
    text = np.frombuffer(raw, dtype=np.uint8)
    most = ends + 1
    number_at, text_at = _at_places(layout.numbers, layout.width), _at_places(layout.texts, layout.width)
    values, odd = np.empty((number_at.max() + 1, most)), np.zeros((number_at.max() + 1, most), dtype=np.uint8)
    begin, size = np.empty((2, text_at.max() + 1, most), dtype=np.int32)
    extent, rough = np.empty((2, most), dtype=np.int32), np.empty(most, dtype=np.uint8)
    line, stray = np.empty(most, dtype=np.int64), np.empty((most, 4), dtype=np.int64)
    rows, strays, odds = fields.cut(
        text, ord(layout.delimiter), fields.QUOTE if layout.quoted else -1, layout.closed, layout.width, LONGEST_FIELD,
        number_at, text_at, values, odd, begin, size, extent, rough, line, stray,
    )  # fmt: skip
    misfits = [(at + lines + 1, count) for at, count in stray[:strays, :2].tolist()]
    hollow = frozenset(
        at + lines + 1 for at, _, start, end in stray[:strays].tolist() if is_blank(raw[start:end], layout.delimiter)
    )
    block = Block(
        layout, text, values[:, :rows], [], begin[:, :rows], size[:, :rows], extent[:, :rows], rough[:rows] > 0,
        line[:rows] + lines + 1, misfits, hollow, done,
    )  # fmt: skip
    if odds:
        _read_odd(block, odd[:, :rows])
    return block


def _at_places(places: Mapping[str, int], width: int) -> NDArray[np.int64]:
    """The column of each place; −1 for the unwanted."""
    columns = np.full(width, -1, dtype=np.int64)
    for name, column in _columns(places).items():
        columns[places[name]] = column
    return columns


def _read_odd(block: Block, odd: NDArray[np.uint8]) -> None:
    """Read the numbers of unusual form one by one."""
    places = list(dict.fromkeys(block.layout.numbers.values()))
    for row in np.flatnonzero(odd.any(axis=0)).tolist():
        words = block.fields(row)
        for number in np.flatnonzero(odd[:, row]).tolist():
            word = words[places[number]]
            if block.layout.comma and DECIMAL_COMMA.fullmatch(word):
                word = word.replace(",", ".")
            block.numbers[number, row] = number_of(word)
            if np.isnan(block.numbers[number, row]) and not means_nothing(word):
                block.strange.append((number, row, word))


@dataclass(frozen=True)
class Columns:
    """The wanted columns of a whole file.

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


def read_columns(
    file: TextFile, delimiter: str, width: int, numeric: Mapping[str, int], textual: Mapping[str, int]
) -> Columns:
    """Read the wanted columns, given as name → place, of a file whose header has `width` names.

    Raises
    ------
    InputError
        If a row is too long.
    """
    layout = layout_of(file, delimiter, width, numeric, textual)

    def made(block: Block) -> tuple[Any, ...]:
        return block.numbers, [block.codes(name) for name in textual], block.lines, block.misfits

    parts = list(read_blocks(layout, made))
    numbers = np.concatenate([np.empty((len(set(numeric.values())), 0)), *(part[0] for part in parts)], axis=1)
    lines = np.concatenate([np.empty(0, dtype=np.int64), *(part[2] for part in parts)])
    return Columns(
        {name: numbers[column] for name, column in layout.number_of.items()},
        {name: _joined([part[1][k] for part in parts]) for k, name in enumerate(textual)},
        lines,
        [misfit for part in parts for misfit in part[3]],
    )


def _joined(parts: Sequence[tuple[NDArray[np.int32], list[str]]]) -> pd.Categorical[str]:
    """One column of text out of those of the blocks."""
    places: dict[str, int] = {}
    codes = [
        np.array([places.setdefault(word, len(places)) for word in words], dtype=np.int32)[own] for own, words in parts
    ]
    together = np.concatenate(codes) if codes else np.empty(0, dtype=np.int32)
    return pd.Categorical.from_codes(together, pd.Index(list(places), dtype="str"))


def is_blank(row: bytes, delimiter: str) -> bool:
    """Whether a row has nothing in its fields."""
    return not row.decode("utf-8", "replace").replace(delimiter, "").replace('"', "").strip()


def header_text(layout: Layout) -> str:
    """The text down to the header's end."""
    text, end = layout.file.opening(OPENING_BYTES), 0
    for _ in range(layout.body):
        end += _line_length(text[end:])
    return text[:end].decode("utf-8", "replace")


def text_from(layout: Layout, line: int) -> str:
    """The text from a row on that begins on a line, to the end of its block at most."""
    for text, above, ends, _ in layout.file.blocks(layout.delimiter, layout.quoted):
        if above < line <= above + ends + 1:
            rest = text
            for _ in range(line - 1 - above):
                rest = rest[_line_length(rest) :]
            if rest:
                return rest.decode("utf-8", "replace")
    return ""
