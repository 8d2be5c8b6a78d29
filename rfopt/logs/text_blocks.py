"""A text file as blocks of whole rows in UTF-8, so that a file of any size passes through bounded memory."""

from __future__ import annotations

import codecs
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from rfopt.errors import InputError, printable
from rfopt.files import file_size, first_bytes, refuse_marks
from rfopt.kernels.fields import NEWLINE, QUOTE, whole_rows

BLOCK_BYTES = 1 << 22
"""Read at a time."""
LONGEST_ROW_BYTES = 1 << 22
"""A row longer than this is refused."""
WORKERS = 2
"""Blocks taken apart at the same time."""

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class TextFile:
    """A text file whose every byte is known to be text in one encoding (see `text_file`).

    `content` is a text made from the file, in UTF-8, that is read in its place.
    """

    path: Path
    encoding: str
    size: int
    content: bytes | None = None

    def opening(self, count: int) -> bytes:
        """The first bytes of the text, `count` or more if it has as many."""
        first = b""
        for piece, _ in self.pieces():
            first += piece
            if len(first) >= count:
                break
        return first

    def pieces(self) -> Iterator[tuple[bytes, int]]:
        """The text in UTF-8 without a byte order mark, cut anywhere, and the bytes of the file read so far."""
        if self.content is not None:
            for at in range(0, len(self.content), BLOCK_BYTES):
                yield self.content[at : at + BLOCK_BYTES], min(at + BLOCK_BYTES, len(self.content))
            return
        decoder = codecs.getincrementaldecoder(self.encoding)()
        plain = self.encoding == "utf-8-sig"
        with self.path.open("rb") as stream:
            fresh, done = True, 0
            while raw := stream.read(BLOCK_BYTES):
                done += len(raw)
                if plain and not fresh:
                    yield raw, done
                    continue
                text = raw.removeprefix(codecs.BOM_UTF8) if plain else decoder.decode(raw).encode("utf-8", "replace")
                yield text.removeprefix(codecs.BOM_UTF8), done
                fresh = False

    def blocks(self, delimiter: str, quote: bool) -> Iterator[tuple[bytes, int, int, int]]:
        """Blocks of whole rows, the lines above each, the line ends in it, and the bytes of the file read so far.

        The last block may lack its line end. Bytes are those of the file in its own encoding, as `size` is.

        Raises
        ------
        InputError
            If a row is longer than `LONGEST_ROW_BYTES`.
        """
        lines, rest, done = 0, b"", 0
        for piece, done in self.pieces():
            text = rest + piece if rest else piece
            end = _whole(text, delimiter, quote)
            if end == 0 and len(text) > LONGEST_ROW_BYTES:
                raise InputError(f"has a row longer than {LONGEST_ROW_BYTES} bytes", self.path)
            if end:
                block = text[:end]
                ends = line_ends(block)
                yield block, lines, ends, done
                lines += ends
            rest = text[end:]
        if rest:
            yield rest, lines, line_ends(rest), done


def text_file(path: Path, encoding: str = "") -> TextFile:
    """A file as text: in the stated encoding, else UTF-8 (with or without BOM), UTF-16 with BOM or GB18030.

    Raises
    ------
    InputError
        If it is missing, no regular file, unreadable, in none of these encodings, or holds a NUL.
    """
    size, start = file_size(path), first_bytes(path, 8)
    refuse_marks(start, path)
    marked = start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    tried = (encoding,) if encoding else ("utf-16",) if marked else ("utf-8-sig", "gb18030")
    farthest = 1
    try:
        for name in tried:
            line = _odd_line(path, name)
            if not line:
                return TextFile(path, name, size)
            farthest = max(farthest, line)
    except LookupError:
        raise InputError(f"encoding '{printable(encoding)}' is unknown, expected one such as gb18030", path) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path) from None
    raise InputError(f"is not text in {printable(encoding) or 'UTF-8, UTF-16 or GB18030'}", path, farthest)


def _odd_line(path: Path, encoding: str) -> int:
    """The first line of a file that is not in an encoding; 0 if all are.

    Raises
    ------
    InputError
        If the text holds a NUL.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    wide = encoding.startswith("utf-16")
    whole = True  # the bytes so far end with a character
    done = 0
    with path.open("rb") as stream:
        while raw := stream.read(BLOCK_BYTES):
            text = raw
            if wide or not whole or not raw.isascii():
                try:
                    decoded = decoder.decode(raw)
                except UnicodeDecodeError as error:
                    return _line_at(path, done + error.start)
                except UnicodeError:
                    return _line_at(path, done)
                text = decoded.encode("utf-8", "replace") if wide else raw
                whole = not decoder.getstate()[0]
            if b"\0" in text:
                line = _line_at(path, done) + text[: text.index(b"\0")].count(b"\n")
                raise InputError("holds NUL bytes, expected text", path, line)
            done += len(raw)
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        return _line_at(path, done)
    return 0


def _line_at(path: Path, end: int) -> int:
    """The line on which a byte of a file stands."""
    lines = 1
    with path.open("rb") as stream:
        while end > 0 and (raw := stream.read(min(BLOCK_BYTES, end))):
            lines += raw.count(b"\n")
            end -= len(raw)
    return lines


def line_ends(text: bytes) -> int:
    """Line ends in a block: newlines, returns and both together."""
    newlines = int(np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == NEWLINE))
    return newlines if b"\r" not in text else newlines + text.count(b"\r") - text.count(b"\r\n")


def _whole(text: bytes, delimiter: str, quote: bool) -> int:
    """Bytes up to the end of the last whole row."""
    if quote and b'"' in text:
        return int(whole_rows(np.frombuffer(text, dtype=np.uint8), ord(delimiter), QUOTE))
    return max(text.rfind(b"\n"), text.rfind(b"\r", 0, len(text) - 1)) + 1


def in_order(make: Callable[[_Item], _Made], items: Iterable[_Item]) -> Iterator[_Made]:
    """What is made of each item, in their order, some at the same time; a few are made ahead and no more."""
    waiting: deque[Future[_Made]] = deque()
    with ThreadPoolExecutor(min(WORKERS, len(os.sched_getaffinity(0)))) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(make, item))
                if len(waiting) > WORKERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
