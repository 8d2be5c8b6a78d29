"""A site table (工参) as a grid of text, and the row of it that is the header."""

from __future__ import annotations

import csv
import functools
import io
import re
import unicodedata
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from rfopt.errors import InputError
from rfopt.files import read_text
from rfopt.tables import LONGEST_FIELD, MOST_COLUMNS
from rfopt.workbooks import Sheet, is_workbook, read_workbook

HEADER_WITHIN = 20
"""Rows in which the header must stand: titles and remarks come before it."""
ENDINGS = (".csv", ".txt", ".tsv")
LARGEST_BYTES = 512 << 20
MOST_ROWS = 1_048_576
"""Of an Excel sheet; no table of sites is longer."""
TABLES = ("cells", "neighbours", "redirects", "layers")
MEASURED = {"time", "timestamp", "时间", "rxlevdbm", "rsrpdbm", "rxlev", "rsrp", "ltescrsrp", "serving", "speed"}
"""Bare headers of logs: a walk test has cells, places and channels too."""
IDENTITY = {"cgi", "eci", "ci", "enb", "earfcn", "arfcn", "channel", "pci", "bsic"}


@dataclass(frozen=True)
class SiteTable:
    """A site table with its columns by field.

    Attributes
    ----------
    file : Path
    columns : dict
        Field of `site_headers.csv` to the column's place in a row.
    units : dict
        Field to what its header says in brackets, '' where it says nothing.
    rows : list of list of str
        Below the header, blank rows left out.
    lines : list of int
        Line of each row in its file.
    unused : list of str
        Headers of no field.
    """

    file: Path
    columns: dict[str, int]
    units: dict[str, str]
    rows: list[list[str]]
    lines: list[int]
    unused: list[str]

    def column(self, field: str) -> list[str]:
        """The text of one field; blanks where the table lacks it."""
        if field not in self.columns:
            return [""] * len(self.rows)
        k = self.columns[field]
        return [row[k].strip() if k < len(row) else "" for row in self.rows]


@functools.cache
def header_words() -> dict[str, tuple[str, int]]:
    """Bare header word to its field and its rank among the field's words."""
    text = resources.files("rfopt.sites").joinpath("site_headers.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return {bare(word): (row["field"], k) for row in rows for k, word in enumerate(row["words"].split("|"))}


def bare(word: str) -> str:
    """A header without case, blanks, zero-width characters, joints and what stands in brackets.

    >>> bare("天线挂高（米）"), bare(" E_Downtilt\\u200b "), bare("RS功率[dBm]")
    ('天线挂高', 'edowntilt', 'rs功率')
    """
    plain = unicodedata.normalize("NFKC", word).casefold()
    plain = re.sub(r"[(\[【].*?[)\]】]", "", plain)
    return re.sub(r"[\s_\-.:/\u200b-\u200f\ufeff*]", "", plain)


def unit_of(word: str) -> str:
    """What a header says in brackets, bare.

    >>> unit_of("RS功率（0.1 dBm）"), unit_of("经度")
    ('0.1dbm', '')
    """
    plain = unicodedata.normalize("NFKC", word).casefold()
    found = re.search(r"[(\[【](.*?)[)\]】]", plain)
    return re.sub(r"\s", "", found[1]) if found else ""


def read_site_tables(path: Path) -> list[SiteTable]:
    """The site tables of a file: one of a text file, any number of a workbook's sheets, none of another file.

    Raises
    ------
    InputError
        If the file looks like a site table and is broken.
    """
    if is_workbook(path):
        sheets = read_workbook(path)
        if contract_sheets(sheets):
            return []
        named = {name: path.with_name(f"{path.name} [{name}]") for name in sheets}
        found = [_site_table(sheet, named[name]) for name, sheet in sheets.items()]
    elif path.suffix.lower() in ENDINGS:
        found = [_site_table(_grid(read_text(path, LARGEST_BYTES), path), path)]
    else:
        found = []
    return [table for table in found if table is not None]


def contract_sheets(sheets: dict[str, Sheet]) -> dict[str, str]:
    """The contract's tables among a workbook's sheets: table to sheet; empty where none is called cells."""
    found = {name.strip().casefold(): name for name in sheets}
    return {table: found[table] for table in TABLES if table in found} if "cells" in found else {}


def _grid(text: str, path: Path) -> Sheet:
    """Delimited text as rows; a field over several lines moves what follows, as it does in Excel."""
    first = text.splitlines()[:HEADER_WITHIN]
    delimiter = max(",\t;|", key=lambda mark: max((line.count(mark) for line in first), default=0))
    limit = csv.field_size_limit(LONGEST_FIELD)
    grid: Sheet = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            grid += [[]] * (reader.line_num - len(grid) - 1)
            grid.append(row)
            if len(row) > MOST_COLUMNS or len(grid) > MOST_ROWS:
                raise InputError(
                    f"has {len(row)} columns, expected at most {MOST_COLUMNS} and {MOST_ROWS} rows", path, len(grid)
                )
    except csv.Error as error:
        reason = f"a field longer than {LONGEST_FIELD} characters" if "field larger" in str(error) else str(error)
        raise InputError(f"broken table text: {reason}", path, len(grid) + 1) from None
    finally:
        csv.field_size_limit(limit)
    return grid


def _site_table(grid: Sheet, file: Path) -> SiteTable | None:
    """The table below the first row that names cells, places and an identity."""
    for k, row in enumerate(grid[:HEADER_WITHIN]):
        columns = _fields(row)
        if MEASURED & set(map(bare, row)):
            return None
        if {"lon", "lat"} <= set(columns) and set(columns) & IDENTITY:
            kept = [(below, line) for line, below in enumerate(grid[k + 1 :], k + 2) if any(map(str.strip, below))]
            return SiteTable(
                file,
                columns,
                {field: unit_of(row[place]) for field, place in columns.items()},
                [below for below, _ in kept],
                [line for _, line in kept],
                [word.strip() for place, word in enumerate(row) if word.strip() and place not in columns.values()],
            )
    return None


def _fields(row: list[str]) -> dict[str, int]:
    """Field to column; of several headers of one field the one named first in `site_headers.csv`."""
    ranks: dict[str, tuple[int, int]] = {}
    for place, word in enumerate(row):
        if (known := header_words().get(bare(word))) is not None:
            field, rank = known
            ranks[field] = min(ranks.get(field, (rank, place)), (rank, place))
    return {field: place for field, (_, place) in ranks.items()}
