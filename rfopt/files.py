"""Files in and out: text decoded without guessing, outputs written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rfopt.errors import InputError, printable

LARGEST_TEXT_BYTES = 1 << 30
"""A text file above this is refused before it is read."""
MARKS = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file (Excel saves it as .xlsx or CSV)",
    b"PAR1": "Parquet",
    b"%PDF-": "a PDF",
}
"""First bytes of files that are often taken for text."""


def read_bytes(path: Path, largest: int = LARGEST_TEXT_BYTES) -> bytes:
    """The bytes of a regular file.

    Raises
    ------
    InputError
        As `file_size`, or if it is larger than `largest` bytes.
    """
    if (size := file_size(path)) > largest:
        raise InputError(f"holds {size} bytes, expected at most {largest}", path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path) from None


def first_bytes(path: Path, count: int) -> bytes:
    """The first `count` bytes of a regular file, or all that it holds.

    Raises
    ------
    InputError
        As `file_size`.
    """
    file_size(path)
    try:
        with path.open("rb") as stream:
            return stream.read(count)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path) from None


def file_size(path: Path) -> int:
    """Bytes of a regular file; nothing else is ever opened, because a pipe would wait and a device never end.

    Raises
    ------
    InputError
        If it is missing, a link to nowhere, a folder, a pipe or a device, or may not be looked at.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        raise InputError("is a link to nowhere" if path.is_symlink() else "no such file", path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path) from None
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise InputError(f"is {what}, expected a file", path)
    return found.st_size


def stands(path: Path) -> bool:
    """True if there is anything of that name, be it a link to nowhere: reading it will say what is wrong."""
    return os.path.lexists(path)


def same_file(a: Path, b: Path) -> bool:
    """True if two names are of one file, which need not be there yet."""
    try:
        return a.samefile(b)
    except OSError:
        return os.path.realpath(a) == os.path.realpath(b)


def refuse_marks(start: bytes, path: Path) -> None:
    """Refuse what by its first bytes is no text but another kind of file.

    Raises
    ------
    InputError
        With what it is.
    """
    for mark, what in MARKS.items():
        if start.startswith(mark):
            raise InputError(f"is {what}, expected text", path)


def decode(raw: bytes, path: Path) -> str:
    """Text from UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030, tried strictly in that order.

    Raises
    ------
    InputError
        If the bytes are none of these, with the line to which the best of them came, or hold a NUL, as a binary
        file does.
    """
    refuse_marks(raw, path)
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    good = 0
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            good = max(good, error.start)
            continue
        if "\0" in text:
            raise InputError("holds NUL bytes, expected text", path, text[: text.index("\0")].count("\n") + 1)
        return text
    raise InputError("is not text in UTF-8, UTF-16 or GB18030", path, raw[:good].count(b"\n") + 1)


def read_text(path: Path, largest: int = LARGEST_TEXT_BYTES) -> str:
    """A text file, decoded as `decode` does."""
    return decode(read_bytes(path, largest), path)


def toml_tables(text: str, path: Path) -> dict[str, Any]:
    """The tables of TOML text.

    Raises
    ------
    InputError
        If it is none, with the line.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InputError("is nested too deep for TOML", path) from None
    except ValueError as error:  # also for a number of thousands of digits
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else len(text.splitlines()) if "end of document" in str(error) else None
        raise InputError(f"is not TOML: {printable(error, 200)}", path, line) from None


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, for the provenance of a result."""
    file_size(path)
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path) from None


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file to write that appears under its name once it is complete, and not at all if anything goes wrong.

    Raises
    ------
    InputError
        If the folder is missing or cannot be written.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".rfopt-")
        os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        with writing(path):
            unfinished.chmod(0o644)
            unfinished.replace(path)
    except BaseException:
        unfinished.unlink()
        raise


def as_json(value: Any) -> str:
    """A value as rfopt writes JSON files: readable, in order, the same every time."""
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the system says against writing a file, as an `InputError` with the file's name."""
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", path) from None


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that it appears complete or not at all.

    Raises
    ------
    InputError
        As `whole_file`.
    """
    with whole_file(path) as unfinished, writing(path):
        unfinished.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
