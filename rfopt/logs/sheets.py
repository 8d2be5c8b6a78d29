"""A tool's export as one text table: text files as they are, Excel files as the text of one sheet."""

from __future__ import annotations

import csv
import functools
import io
from dataclasses import dataclass
from pathlib import Path

from rfopt.archives import is_workbook
from rfopt.errors import InputError, printable
from rfopt.logs.column_map import ColumnMap
from rfopt.logs.opening import header_names, header_of, opening
from rfopt.logs.text_blocks import TextFile, text_file
from rfopt.workbooks import read_workbook


@dataclass(frozen=True)
class Sheet:
    """A table: where it stands, its header's names, their delimiter, and its text if that is not the file's own."""

    path: Path
    names: list[str]
    delimiter: str
    encoding: str = ""
    content: str | None = None

    def text(self) -> TextFile:
        """All of the text with the header.

        Raises
        ------
        InputError
            If the file cannot be read in its encoding.
        """
        if self.content is not None:
            content = self.content.encode("utf-8", "replace")
            return TextFile(self.path, "utf-8", len(content), content)
        return text_file(self.path, self.encoding)


def opened(path: Path, column_map: ColumnMap) -> Sheet | None:
    """The table in a file, or None if it is neither text nor an Excel file.

    Raises
    ------
    InputError
        If an Excel file cannot be read, the map's encoding is unknown, or a header has too many names.
    """
    if is_workbook(path):
        stat = path.stat()
        content = workbook_text(path, column_map.sheet, (stat.st_size, stat.st_mtime_ns))
        return _without_last_blanks(Sheet(path, header_of(content.partition("\n")[0], ",")[0], ",", content=content))
    if opening(path, 4)[:2] in (b"PK", b"\x1f\x8b", b"PA"):
        return None
    encoding, delimiter = column_map.encoding, column_map.delimiter
    names, told = header_names(path, encoding, delimiter)
    return _without_last_blanks(Sheet(path, names, told, encoding)) if names else None


def _without_last_blanks(sheet: Sheet) -> Sheet:
    names = list(sheet.names)
    while names and names[-1] == "":
        names.pop()
    return Sheet(sheet.path, names, sheet.delimiter, sheet.encoding, sheet.content)


@functools.lru_cache(maxsize=2)
def workbook_text(path: Path, sheet: str, state: tuple[int, int]) -> str:  # noqa: ARG001  for the cache
    """One sheet of an Excel file as CSV text, a row a line; `state`, size and time, tells when it has changed.

    Raises
    ------
    InputError
        As `rfopt.workbooks.read_workbook`, or if it has no such sheet.
    """
    sheets = read_workbook(path)
    if not sheets or (sheet and sheet not in sheets):
        known = printable(", ".join(sheets), 200)
        raise InputError(f"has no sheet '{printable(sheet)}', expected one of: {known}", path)
    rows = sheets[sheet] if sheet else next(iter(sheets.values()))
    out = io.StringIO()
    lines = ([" ".join(value.replace("\0", "\ufffd").split()) for value in row] for row in rows)
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue()
