"""Columns of a measuring tool's delimited export, read by name and forgivingly.

A tool's file is no table of rfopt's own: a row of another length is set aside instead of refusing the file, a last
delimiter at the end of each row is allowed, and a value that is no number is an unknown one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.kernels import fields
from rfopt.logs.text_blocks import TextFile, in_order

BLANKS = frozenset(["", "-", "--", "n/a", "N/A", "nan", "NaN", "null", "NULL", "None"])
PLAIN = frozenset("0123456789+-.eE")
OPENING_ROWS = 50
"""Rows that tell whether all of them end with a delimiter."""
OPENING_BYTES = 1 << 18

_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Layout:
    """How the rows below a header are built: their delimiter, their number of fields, and the wanted columns' places.

    Columns stand in blocks in the order in which they are wanted, so that those wanted side by side can be read at
    once. `body` is the number of the first line below the header, counted from 0.
    """

    file: TextFile
    delimiter: str
    width: int
    wanted: Mapping[str, int]
    body: int
    closed: bool

    @property
    def quoted(self) -> bool:
        """Whether quotes stand around fields; in text with tabs they are part of it."""
        return self.delimiter != "\t"

    @property
    def places(self) -> tuple[int, ...]:
        """The places of the wanted columns, each once."""
        return tuple(dict.fromkeys(self.wanted.values()))

    @property
    def slots(self) -> dict[str, int]:
        """Where each wanted column stands in a block."""
        slot = {place: k for k, place in enumerate(self.places)}
        return {name: slot[place] for name, place in self.wanted.items()}


def layout_of(file: TextFile, delimiter: str, width: int, wanted: Mapping[str, int]) -> Layout:
    """The layout of a file whose header has `width` names, given the places of the wanted columns."""
    lines = file.opening(OPENING_BYTES)[:OPENING_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    header = next((k for k, line in enumerate(lines) if line.strip(b"\t,;| ")), len(lines))
    mark = delimiter.encode()
    first = lines[header + 1 : header + 1 + OPENING_ROWS]
    closed = sum(line.count(mark) == width and line.endswith(mark) for line in first)
    plain = sum(line.count(mark) == width - 1 for line in first)
    return Layout(file, delimiter, width, wanted, header + 1, closed > plain)


@dataclass(frozen=True)
class Block:
    """The wanted fields of some rows.

    Attributes
    ----------
    slots : dict of name → column
        Where the wanted columns stand in `begin` and `size`.
    text : ndarray[byte]
    begin, size : ndarray[row, column]
        Where in `text` each wanted field stands (see `rfopt.kernels.fields`).
    lines : ndarray[row]
        The line of each row in the file.
    misfits : list of (line, fields)
        Rows of another length than the header's.
    hollow : set of int
        Lines of those that hold nothing but delimiters.
    last_byte : int
        How far into the file the block reaches, for progress.
    """

    slots: Mapping[str, int]
    delimiter: str
    text: NDArray[np.uint8]
    begin: NDArray[np.int32]
    size: NDArray[np.int32]
    lines: NDArray[np.int64]
    misfits: list[tuple[int, int]]
    hollow: frozenset[int] = frozenset()
    last_byte: int = 0

    def take(self, rows: NDArray[np.int64]) -> Block:
        """Some of the rows."""
        return replace(self, begin=self.begin[rows], size=self.size[rows], lines=self.lines[rows], misfits=[])

    def numbers(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Columns of numbers, [row, name]: NaN for unknown and throughout a column that the file lacks."""
        values, odd = self.checked_numbers(names)
        for (row, column), word in odd.items():
            values[row, column] = number_of(word)
        return values

    def number(self, name: str) -> NDArray[np.float64]:
        """One column of numbers."""
        return self.numbers([name])[:, 0]

    def checked_numbers(self, names: Sequence[str]) -> tuple[NDArray[np.float64], dict[tuple[int, int], str]]:
        """Columns of numbers, and the words that stand where no plain number does; those read as NaN."""
        out = np.full((len(self.lines), len(names)), np.nan)
        odd = np.zeros(out.shape, dtype=np.uint8)
        slots = [self.slots.get(name, -1) for name in names]
        count = 0
        for first, slot, width in _side_by_side(slots):
            here, there = slice(first, first + width), slice(slot, slot + width)
            count += fields.numbers(self.text, self.begin[:, there], self.size[:, there], out[:, here], odd[:, here])
        if not count:
            return out, {}
        return out, {(row, k): self.word(row, slots[k]) for row, k in np.argwhere(odd).tolist()}

    def codes(self, name: str) -> tuple[NDArray[np.int32], list[str]]:
        """A column of words as numbers of a list, in which each word stands once; blanks around them are off."""
        slot = self.slots.get(name, -1)
        if slot < 0 or not len(self.lines):
            return np.zeros(len(self.lines), dtype=np.int32), [""]
        codes, first = np.empty((2, len(self.lines)), dtype=np.int32)
        table = np.full(1 << (2 * len(codes)).bit_length(), -1, dtype=np.int32)
        count = fields.words(self.text, self.begin[:, slot], self.size[:, slot], codes, first, table)
        found = [self.word(row, slot).strip() for row in first[:count].tolist()]
        unique = list(dict.fromkeys(found))
        if len(unique) == len(found):
            return codes, unique
        places = {word: k for k, word in enumerate(unique)}
        return np.array([places[word] for word in found], dtype=np.int32)[codes], unique

    def word(self, row: int, slot: int) -> str:
        """A field's text, freed of quotes."""
        begin, size = int(self.begin[row, slot]), int(self.size[row, slot])
        word = self.text[begin : begin + abs(size)].tobytes().decode("utf-8", "replace")
        if size >= 0:
            return word
        try:
            return next(csv.reader(io.StringIO(word, newline=""), delimiter=self.delimiter), [""])[0]
        except csv.Error:
            return word

    def well_quoted(self, row: int) -> bool:
        """Whether what stands in a row's quotes that are not plain is written as quotes have to be."""
        for begin, size in zip(self.begin[row].tolist(), self.size[row].tolist(), strict=True):
            if size < 0:
                word = self.text[begin : begin - size].tobytes().decode("utf-8", "replace")
                try:
                    list(csv.reader(io.StringIO(word, newline=""), delimiter=self.delimiter, strict=True))
                except csv.Error:
                    return False
        return True

    def moments_us(self, name: str, marks: str) -> tuple[NDArray[np.int64], int]:
        """Microseconds since 1970 of stamps of one shape (see `rfopt.kernels.fields.moments`); how many have not."""
        out = np.full(len(self.lines), fields.NO_MOMENT, dtype=np.int64)
        if name not in self.slots:
            return out, len(out)
        slot = self.slots[name]
        bytes_of = np.frombuffer(marks.encode(), dtype=np.uint8).astype(np.int64)
        return out, int(fields.moments(self.text, self.begin[:, slot], self.size[:, slot], bytes_of, out))


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


def _side_by_side(slots: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Runs of slots that follow each other, as first, slot of the first, count; slots below 0 are passed over."""
    first = 0
    for k in range(1, len(slots) + 1):
        if k == len(slots) or slots[k] != slots[k - 1] + 1 or slots[first] < 0:
            if slots[first] >= 0:
                yield first, slots[first], k - first
            first = k


def read_blocks(layout: Layout, make: Callable[[Block], _Made]) -> Iterator[_Made]:
    """What `make` makes of each block of rows below the header, in order; it may run on several blocks at once.

    Raises
    ------
    InputError
        If a row is too long (see `rfopt.logs.text_blocks.TextFile.blocks`).
    """

    def parsed(item: tuple[bytes, int, int, int]) -> _Made:
        return make(_block(layout, *item))

    yield from in_order(parsed, _below_header(layout))


def _below_header(layout: Layout) -> Iterator[tuple[bytes, int, int, int]]:
    """Blocks, the lines above each, the most line ends in it, and the bytes read with it."""
    done = 0
    for text, lines, ends in layout.file.blocks(layout.delimiter, layout.quoted):
        done += len(text)
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
    slot_of = np.full(layout.width, -1, dtype=np.int64)
    slot_of[list(layout.places)] = np.arange(len(layout.places))
    begin, size = np.empty((2, most, len(layout.places)), dtype=np.int32)
    line, stray = np.empty(most, dtype=np.int64), np.empty((most, 4), dtype=np.int64)
    quote = fields.QUOTE if layout.quoted else -1
    rows, strays = fields.cut(
        text, ord(layout.delimiter), quote, layout.closed, layout.width, slot_of, begin, size, line, stray
    )
    misfits = [(at + lines + 1, count) for at, count in stray[:strays, :2].tolist()]
    hollow = frozenset(
        at + lines + 1 for at, _, start, end in stray[:strays].tolist() if is_blank(raw[start:end], layout.delimiter)
    )
    return Block(
        layout.slots, layout.delimiter, text, begin[:rows], size[:rows], line[:rows] + lines + 1, misfits, hollow, done
    )


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
    layout = layout_of(file, delimiter, width, {**numeric, **textual})

    def made(block: Block) -> tuple[Any, ...]:
        texts = [block.codes(name) for name in textual]
        return block.numbers(list(numeric)), texts, block.lines, block.misfits

    parts = list(read_blocks(layout, made))
    numbers = np.concatenate([part[0] for part in parts] or [np.empty((0, len(numeric)))])
    lines = np.concatenate([part[2] for part in parts] or [np.empty(0, dtype=np.int64)])
    return Columns(
        {name: numbers[:, k] for k, name in enumerate(numeric)},
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
    for text, above, ends in layout.file.blocks(layout.delimiter, layout.quoted):
        if above < line <= above + ends + 1:
            rest = text
            for _ in range(line - 1 - above):
                rest = rest[_line_length(rest) :]
            if rest:
                return rest.decode("utf-8", "replace")
    return ""
