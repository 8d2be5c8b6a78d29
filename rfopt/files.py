"""Files in and out: text decoded without guessing, outputs written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rfopt.errors import InputError

LARGEST_TEXT_BYTES = 1 << 30
"""A text file above this is refused before it is read."""


def read_bytes(path: Path, largest: int = LARGEST_TEXT_BYTES) -> bytes:
    """The bytes of a regular file.

    Raises
    ------
    InputError
        If it is missing, no regular file, unreadable or larger than `largest` bytes.
    """
    try:
        if not path.exists():
            raise InputError("no such file", path)
        if not path.is_file():
            raise InputError("is not a file", path)
        if (size := path.stat().st_size) > largest:
            raise InputError(f"holds {size} bytes, expected at most {largest}", path)
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path) from None


def decode(raw: bytes, path: Path) -> str:
    """Text from UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030, tried strictly in that order.

    Raises
    ------
    InputError
        If the bytes are none of these or hold a NUL, as a binary file does.
    """
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise InputError("holds NUL bytes, expected text", path, text[: text.index("\0")].count("\n") + 1)
        return text
    raise InputError("is not text in UTF-8, UTF-16 or GB18030", path)


def read_text(path: Path, largest: int = LARGEST_TEXT_BYTES) -> str:
    """A text file, decoded as `decode` does."""
    return decode(read_bytes(path, largest), path)


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file, for the provenance of a result."""
    return hashlib.sha256(read_bytes(path)).hexdigest()


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
