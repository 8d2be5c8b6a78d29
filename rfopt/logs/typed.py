"""Rows of a measurement table as numbers and words, and which of them cannot be: column by column, at once."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rfopt.logs import streams
from rfopt.logs.checks import LATEST_S, LEVELS
from rfopt.logs.opening import name_oddity
from rfopt.tables import EMPTY, NUMERIC, Column, schema

NUMBERS = tuple(name for name, column in schema("log").items() if column.type in NUMERIC and name != "time")
WORDS = tuple(name for name, column in schema("log").items() if column.type not in NUMERIC)
LEVEL_OF = {"GSM": "rxlev_dbm", "LTE": "rsrp_dbm"}


@dataclass(frozen=True)
class Typed:
    """Some rows of a measurement table.

    Attributes
    ----------
    time_s : ndarray[row]
        Seconds, NaN where it is none.
    numbers : dict of name → ndarray[row]
        NaN for unknown; without the columns that the file lacks.
    words : dict of name → Words
        All columns of words; '' for unknown.
    odd : ndarray[row]
        Rows with something in them that is no number.
    lines : ndarray[row]
    """

    time_s: NDArray[np.float64]
    numbers: Mapping[str, NDArray[np.float64]]
    words: Mapping[str, streams.Words]
    odd: NDArray[np.bool_]
    lines: NDArray[np.int64]

    def number(self, name: str) -> NDArray[np.float64]:
        """A column of numbers."""
        return self.numbers[name] if name in self.numbers else np.full(len(self.lines), np.nan)

    def is_word(self, name: str, word: str) -> NDArray[np.bool_]:
        """Where a column holds a word."""
        return self._of_words(name, lambda own: own == word)

    def _of_words(self, name: str, test: Callable[[str], bool]) -> NDArray[np.bool_]:
        codes, words = self.words[name]
        told = np.array([test(word) for word in words], dtype=bool)
        return told[codes] if told.any() else np.zeros(len(codes), dtype=bool)

    def nameless(self) -> NDArray[np.bool_]:
        """Rows from which no cell can be told."""
        gsm = self.is_word("rat", "GSM") & np.isnan(self.number("arfcn"))
        lte = self.is_word("rat", "LTE") & (np.isnan(self.number("earfcn")) | np.isnan(self.number("pci")))
        return (gsm | lte) & self.is_word("cell", "") & self.is_word("event", "")

    def faulty(self) -> NDArray[np.bool_]:
        """Rows that cannot be in a measurement table (see `rfopt.logs.checks.refuse`, which says why)."""
        faults = self.odd | ~((self.time_s >= 0) & (self.time_s < LATEST_S))
        for name, values in self.numbers.items():
            faults |= _beyond(values, schema("log")[name])
        for name in WORDS:
            column = schema("log")[name]
            faults |= self._of_words(name, functools.partial(_misfit, column))
        bare = np.zeros(len(faults), dtype=bool)
        for rat, level in LEVEL_OF.items():
            bare |= self.is_word("rat", rat) & np.isnan(self.number(level))
        return faults | (bare & self.is_word("event", "")) | (self.nameless() & self.is_word("serving", "0"))

    def table(self) -> pa.Table:
        """The rows as a part's readings."""
        columns: dict[str, Any] = {"time": streams.numbers(self.time_s), "line": pa.array(self.lines)}
        for name, values in self.numbers.items():
            whole = streams.PART_SCHEMA.field(name).type == pa.int32()
            columns[name] = streams.whole_numbers(values) if whole else streams.numbers(values)
        for name, (codes, words) in self.words.items():
            if name == "mode":
                columns[name] = streams.words(*streams.merged_words(codes, [word or "idle" for word in words]))
            elif name != "serving":
                columns[name] = streams.words(codes, words)
        columns["serving"] = pa.array(self.is_word("serving", "1"))
        return streams.part_table(len(self.lines), columns)


def _beyond(values: NDArray[np.float64], column: Column) -> NDArray[np.bool_]:
    """Numbers that are out of a column's range, or fractions where it has whole numbers."""
    (low, high, _), *_ = column.spans()
    beyond = (values < low - 1e-9) | (values > high + 1e-9)
    if column.type == "int":
        beyond |= values != np.round(values)
        beyond &= ~np.isnan(values)
    if column.column in LEVELS:
        beyond |= values >= 0
    return np.asarray(beyond)


def _misfit(column: Column, word: str) -> bool:
    """Whether a word may not stand in a column."""
    if word == "":
        return column.need == "yes"
    if column.type == "choice":
        return word not in column.range.split()
    if column.type == "bsic":
        return not re.fullmatch(r"[0-7]-[0-7]", word)
    return bool(name_oddity(word))


def meant(words: list[str], column: Column) -> list[str]:
    """Words, '' for those that mean "not known"; a name may be any word."""
    return words if column.type == "name" else ["" if word.lower() in EMPTY else word for word in words]
