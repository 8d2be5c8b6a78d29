"""Archives of logs, opened within limits: nothing is believed of what an archive says about itself."""

from __future__ import annotations

import gzip
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import IO

from rfopt.errors import InputError, printable
from rfopt.files import first_bytes

LARGEST_UNPACKED_BYTES = 1 << 32
"""All that an archive holds together."""
MOST_MEMBERS = 10_000
HIGHEST_RATIO = 250
"""Unpacked to packed bytes. Measurement reports shrink to a thirtieth or so; only bombs go far beyond a hundredth."""
FREE_BYTES = 1 << 20
"""So much may come out of anything, whatever its ratio."""
CHUNK_BYTES = 1 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What the standard library's readers raise on hostile bytes: broken structure, data or length, an unknown way of
packing, a password, places outside the file."""
DEEPEST = 2
"""Archives in an archive that are unpacked too."""
UNPACKING = "unpack"
Progress = Callable[[str, float], None]
"""Told a stage of the work and the share of it that is done."""


def quiet(stage: str, share: float) -> None:
    """No progress shown."""


def archive_kind(path: Path) -> str:
    """``zip`` or ``gz`` by a file's first bytes, '' for another; an Excel file is no archive of logs.

    Raises
    ------
    InputError
        If the file is missing or unreadable.
    """
    start = first_bytes(path, 4)
    if start[:2] == b"\x1f\x8b":
        return "gz"
    return "zip" if start == b"PK\x03\x04" and not is_workbook(path) else ""


def is_workbook(path: Path) -> bool:
    """True for an Excel file (.xlsx): a zip archive with a workbook in it.

    Raises
    ------
    InputError
        If the file is missing or unreadable.
    """
    if first_bytes(path, 4) != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except BROKEN:
        return False  # no workbook, and whoever unpacks it says what is broken


def unpacked(path: Path, progress: Progress = quiet) -> Generator[tuple[str, Path], None, None]:
    """The files in an archive, one after the other: name within the archive, and a temporary file of its content.

    A temporary file is gone once the next is asked for. ``__MACOSX/`` and ``._*`` members, which hold no content of
    their own, are passed over, and archives in the archive are unpacked too, within the same limits. `progress` is told
    which part is unpacked of what the archive says that it holds, which may be untrue and is used for nothing else.

    Raises
    ------
    InputError
        If the archive is broken or encrypted, has too many members or one whose name leads out of it, or unpacks to
        more than `LARGEST_UNPACKED_BYTES` or `HIGHEST_RATIO` times its size.
    """
    budget = _Budget(path, path.stat().st_size, progress)
    with tempfile.TemporaryDirectory(prefix="rfopt-") as folder:
        yield from _unpacked(path, path, budget, Path(folder), 0)


def _unpacked(shown: Path, path: Path, budget: _Budget, folder: Path, depth: int) -> Iterator[tuple[str, Path]]:
    kind = archive_kind(path)
    if kind == "gz":
        name = shown.name.removesuffix(".gz") if depth == 0 else shown.stem
        budget.claimed = budget.claimed or _claimed_of_gz(path)
        with gzip.GzipFile(path, "rb") as stream:
            yield from _emptied(stream, name or "log", budget, folder, depth)
        return
    with _zip(path) as archive:
        members = _members(archive, shown)
        budget.claimed = budget.claimed or sum(member.file_size for member in members)
        for member in members:
            if member.is_dir() or is_shadow(member.filename):
                continue
            with _opened(archive, member, shown) as stream:
                yield from _emptied(stream, member.filename, budget, folder, depth)


def _emptied(
    stream: IO[bytes] | gzip.GzipFile, name: str, budget: _Budget, folder: Path, depth: int
) -> Iterator[tuple[str, Path]]:
    """One member in a temporary file; if it is an archive itself, what that holds."""
    ending = re.sub(r"[^A-Za-z0-9.]", "", Path(name).suffix)[:12]
    handle, place = tempfile.mkstemp(dir=folder, suffix=ending)
    file = Path(place)
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in _chunks(stream, budget, name):
                out.write(chunk)
        if not archive_kind(file):
            yield name, file
        elif depth >= DEEPEST:
            raise InputError("holds archives within archives within archives, expected logs", budget.path)
        else:
            for inner, place_of_inner in _unpacked(Path(name), file, budget, folder, depth + 1):
                yield f"{name}/{inner}", place_of_inner
    finally:
        file.unlink(missing_ok=True)


class _Budget:
    """How much an archive may still unpack to."""

    def __init__(self, path: Path, size: int, progress: Progress):
        self.path, self.progress, self.claimed = path, progress, 0
        self.most = min(LARGEST_UNPACKED_BYTES, max(FREE_BYTES, HIGHEST_RATIO * size))
        self.spent = 0

    def spend(self, count: int) -> None:
        self.spent += count
        if self.spent > self.most:
            raise InputError(
                f"unpacks to more than {self.most} bytes, expected at most {HIGHEST_RATIO} times its size "
                f"and {LARGEST_UNPACKED_BYTES} bytes",
                self.path,
            )
        self.progress(UNPACKING, min(self.spent / max(self.claimed, 1), 1.0))


def _claimed_of_gz(path: Path) -> int:
    """Bytes that a gzip file says it holds, at its end."""
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - 4, 0))
        return int.from_bytes(stream.read(4), "little")


def _chunks(stream: IO[bytes] | gzip.GzipFile, budget: _Budget, name: str) -> Iterator[bytes]:
    while chunk := _read(stream, budget.path, name):
        budget.spend(len(chunk))
        yield chunk


def _read(stream: IO[bytes] | gzip.GzipFile, path: Path, name: str) -> bytes:
    try:
        return stream.read(CHUNK_BYTES)
    except BROKEN as error:
        raise InputError(f"is broken at '{printable(name)}': {printable(error, 80)}", path) from None


def _zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except BROKEN as error:
        raise InputError(f"is a broken zip archive: {printable(error, 80)}", path) from None


def _opened(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> IO[bytes]:
    try:
        return archive.open(member)
    except BROKEN as error:
        raise InputError(f"cannot open '{printable(member.filename)}': {printable(error, 80)}", path) from None


def _members(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise InputError(f"holds {len(members)} files, expected at most {MOST_MEMBERS}", path)
    for member in members:
        parts = re.split(r"[/\\]", member.filename)
        if ".." in parts or parts[0] == "" or ":" in parts[0] or "\0" in member.orig_filename:
            raise InputError(f"holds '{printable(member.filename)}', a name that leads out of the archive", path)
        if member.flag_bits & 1:
            raise InputError(f"'{printable(member.filename)}' is encrypted, expected a plain archive", path)
    return members


def is_shadow(name: str) -> bool:
    """True for a file that macOS puts beside another in an archive; it holds nothing of the log.

    >>> is_shadow("__MACOSX/logs/._a.csv"), is_shadow("logs/a.csv")
    (True, False)
    """
    return "__MACOSX" in name.split("/") or name.rsplit("/", 1)[-1].startswith("._")
