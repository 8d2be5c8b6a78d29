"""Excel workbooks as sheets of text, read only after a look at how far they would swell."""

from __future__ import annotations

import copy
import datetime
import re
import zipfile
from pathlib import Path
from typing import Any

from rfopt.archives import BROKEN
from rfopt.errors import InputError, printable

Sheet = list[list[str]]
"""Rows of text; row k of the sheet is line k + 1, blanks included."""

LARGEST_BYTES = 256 << 20
"""Of a workbook's parts together, once inflated."""
MOST_PARTS = 10_000
MOST_CELLS = 20_000_000
MOST_SHEETS = 200
CHUNK = 1 << 20
PLACE = re.compile(rb'\sr="([A-Z]{0,3})([0-9]{1,8})"')
INSTALL = "pip install 'rfopt[xlsx]'"


def is_workbook(path: Path) -> bool:
    """True for a file that begins as an .xlsx does and is called one."""
    if path.suffix.lower() not in (".xlsx", ".xlsm") or not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(2) == b"PK"


def read_workbook(path: Path) -> dict[str, Sheet]:
    """All sheets of an .xlsx file, by name, in their order.

    Raises
    ------
    InputError
        If the reader is not installed, or the file is broken, protected or would swell beyond the limits.
    """
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  an extra
    except ImportError:
        raise InputError(f"is an Excel workbook and its reader is not installed, expected {INSTALL}", path) from None
    _measure(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            if len(book.sheet_names) > MOST_SHEETS:
                raise InputError(f"has {len(book.sheet_names)} sheets, expected at most {MOST_SHEETS}", path)
            return {name: _texts(book.get_sheet_by_name(name)) for name in book.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(f"is no Excel workbook that can be read: {printable(error, 120)}", path) from None


def _texts(sheet: Any) -> Sheet:
    return [[cell_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]


def cell_text(value: Any) -> str:
    """A cell's value as a table would hold it.

    >>> [cell_text(v) for v in (62.0, 1.5, True, " 4-5 ", datetime.date(2024, 4, 5))]
    ['62', '1.5', '1', '4-5', '2024-04-05']
    """
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    return str(value).strip()


def _measure(path: Path) -> None:
    """Refuse a file whose parts inflate too far, or whose sheets reach too far to be held."""
    left = LARGEST_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if "[Content_Types].xml" not in archive.namelist():
                raise InputError("is a zip archive and no Excel workbook", path)
            if len(parts) > MOST_PARTS:
                raise InputError(f"has {len(parts)} parts, expected at most {MOST_PARTS}", path)
            for part in parts:
                sheet = "worksheets/" in part.filename
                left -= _inflated(archive, part, left, path, sheet)
    except BROKEN:
        raise InputError("is no whole Excel workbook: its archive is broken or protected", path) from None


def _inflated(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int, path: Path, sheet: bool) -> int:
    """Bytes of one part, counted and not believed: what the archive says of itself may be a lie."""
    honest = copy.copy(part)
    honest.file_size = 1 << 62
    size, rows, columns, tail = 0, 0, 0, b""
    with archive.open(honest) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > most:
                raise InputError(f"inflates to more than {LARGEST_BYTES >> 20} MiB, expected a smaller workbook", path)
            if sheet:
                rows, columns = _reach(tail + chunk, rows, columns)
                tail = chunk[-32:]
    if rows * columns > MOST_CELLS:
        raise InputError(
            f"has a sheet of {rows} rows by {columns} columns, expected at most {MOST_CELLS} cells in all", path
        )
    return size


def _reach(text: bytes, rows: int, columns: int) -> tuple[int, int]:
    """Farthest row and column that a piece of a sheet names, or what was known before."""
    for letters, digits in PLACE.findall(text):
        rows = max(rows, int(digits))
        columns = max(columns, _column(letters))
    return rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
