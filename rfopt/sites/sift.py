"""Rows of a field table that a network can use, the others passed over and said.

A folder of the contract's tables is written for rfopt and refused at its first fault. A site table of thousands of
rows is not: one bad row must not cost the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rfopt.errors import InputError, printable
from rfopt.sites.remarks import Remarks
from rfopt.tables import EMPTY, Column, Rows, parse_column, schema

Row = dict[str, str]
"""Values of one row as text, by the contract's columns."""

FEWEST_OF_OTHER_UNIT = 3
IDENTITY = ("rat", "arfcn", "bsic", "earfcn", "pci")


def sift(rows: list[Row], lines: list[int], file: Path, table: str, remarks: Remarks) -> Rows:
    """The rows that fit a table's schema, with values that do not fit emptied where the table can do without.

    Parameters
    ----------
    rows : list of dict
    lines : list of int
        Where each row stands in its file.
    file : Path
    table : str
        ``cells``, ``neighbours``, ``redirects`` or ``layers``.
    remarks : Remarks
        Gets a word on everything that was emptied or passed over.

    Raises
    ------
    InputError
        If every value of a column that the table can do without is out of range.
    """
    columns = schema(table)
    names = [name for name in columns if any(name in row for row in rows)]
    bad = {name: _misfits(columns[name], sorted({row.get(name, "") for row in rows})) for name in names}
    for name in names:
        _refuse_other_unit(columns[name], [row.get(name, "") for row in rows], lines, bad[name], file)
    kept, kept_lines = [], []
    for row, line in zip(rows, lines, strict=True):
        texts = {name: row.get(name, "") for name in names}
        problem = ""
        for name in names:
            if (why := bad[name].get(texts[name])) is None:
                continue
            if _needed(columns[name], row):
                problem = problem or why
            elif texts[name]:
                remarks.add(f"{why}; taken as not known", line)
            texts[name] = ""
        if problem:
            remarks.add(f"passed over: {problem}", line)
        else:
            kept.append([texts[name] for name in names])
            kept_lines.append(line)
    return Rows(file, names, kept, kept_lines)


def _refuse_other_unit(
    column: Column, texts: Sequence[str], lines: Sequence[int], bad: Mapping[str, str], file: Path
) -> None:
    """Refuse a column of numbers of which all are out of range: one may be a slip, all are another unit."""
    given = [(text, line) for text, line in zip(texts, lines, strict=True) if text]
    why = [bad.get(text, "") for text, _ in given]
    if column.need == "" and len(given) >= FEWEST_OF_OTHER_UNIT and all("out of range" in word for word in why):
        raise InputError(f"{why[0]}, and so are all {len(given)} values: is it another unit?", file, given[0][1])


def _misfits(column: Column, texts: Sequence[str]) -> dict[str, str]:
    """The texts that a column does not take, and why; found by halves, because nearly all are taken."""
    try:
        parse_column(texts, column, Rows(Path(), [], [], [1] * len(texts)))
    except InputError as error:
        if len(texts) == 1:
            return {texts[0]: error.message}
        half = len(texts) // 2
        return _misfits(column, texts[:half]) | _misfits(column, texts[half:])
    if column.need not in ("GSM", "LTE"):
        return {}
    why = f"{column.column} is empty, expected one for a {column.need} cell"
    return {text: why for text in texts if text.lower() in EMPTY}


def _needed(column: Column, row: Row) -> bool:
    return column.need == "yes" or column.need == row.get("rat")


def once(rows: list[Row], lines: list[int], remarks: Remarks) -> tuple[list[Row], list[int]]:
    """Rows with every cell's name once: a repeated row is dropped, a name of two cells is told apart by a number."""
    kept: list[Row] = []
    kept_lines: list[int] = []
    seen: dict[str, list[Row]] = {}
    taken = Counter(row.get("cell", "") for row in rows)
    for row, line in zip(rows, lines, strict=True):
        name = row.get("cell", "")
        twins = seen.setdefault(name, [])
        if name and any(_same(row, twin) for twin in twins):
            remarks.add("repeats a row above and was dropped", line)
            continue
        twins.append(row)
        if name and len(twins) > 1:
            number = len(twins)
            while taken[f"{name}#{number}"]:
                number += 1
            taken[f"{name}#{number}"] += 1
            remarks.add(f"'{printable(name)}' names another cell above; taken as '{printable(name)}#{number}'", line)
            name = f"{name}#{number}"
        kept.append({**row, "cell": name})
        kept_lines.append(line)
    return kept, kept_lines


def _same(a: Row, b: Row) -> bool:
    """One cell: no part of the identity disagrees."""
    return all(a.get(name, "") == b.get(name, "") for name in IDENTITY)
