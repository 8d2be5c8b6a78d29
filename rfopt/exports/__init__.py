"""Results in the formats that others work with, one format per file.

Contract of the shelf: each entry is ``name(subject, lang: str) -> bytes``, the whole file, the same bytes for the same
subject. It is registered with what it is made of and what it needs::

    @exports(of="recommendation", file="plan.xlsx", needs="xlsxwriter", extra="xlsx")

`of` is ``recommendation`` or ``prediction``; `file` is what it is called in the output folder; `needs` is the module of
the extra `extra` that writes it, both '' where none is needed. Names from logs and tables are hostile: no cell of a
sheet may run as a formula, no text as HTML.
"""

from __future__ import annotations

import importlib.util
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.files import write_whole
from rfopt.registry import Shelf

exports = Shelf("rfopt.exports")

ALL = "all"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""When every part of an archive says it was written: the same content is the same bytes."""


def formats(of: str) -> list[str]:
    """Names of the formats for a recommendation or a prediction."""
    exports.load()
    return [name for name in exports if exports.facts[name]["of"] == of]


def asked_for(texts: Sequence[str], of: str) -> list[str]:
    """Formats asked for as ``xlsx,kml`` or ``all``, each once; what they need is installed.

    Raises
    ------
    InputError
        For an unknown format, or one whose extra is not installed.
    """
    known = formats(of)
    words = [word.strip().lower() for text in texts for word in text.split(",") if word.strip()]
    for word in words:
        if word != ALL and word not in known:
            near = did_you_mean(word, known)
            raise InputError(f"export '{printable(word)}' is unknown, expected {', '.join(known)} or {ALL}{near}")
    chosen = list(dict.fromkeys(name for word in words for name in (known if word == ALL else [word])))
    for name in chosen:
        needs, extra = exports.facts[name]["needs"], exports.facts[name]["extra"]
        if needs and importlib.util.find_spec(needs) is None:
            raise InputError(f"export {name} needs a package that is not installed: pip install 'rfopt[{extra}]'")
    return chosen


def write_exports(names: Sequence[str], subject: Any, folder: Path, lang: str) -> list[Path]:
    """Write a result in some formats into a folder; returns the paths.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    written = []
    for name in names:
        path = folder / exports.facts[name]["file"]
        write_whole(path, exports[name](subject, lang))
        written.append(path)
    return written


def steady(archive: bytes) -> bytes:
    """A zip archive, such as a Word document, with the same parts and no trace of when they were written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            entry = zipfile.ZipInfo(part.filename, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, old.read(part))
    return out.getvalue()
