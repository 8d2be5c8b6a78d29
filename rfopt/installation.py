"""What this installation has: versions, extras, caches, fonts, and whether the example runs."""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from rfopt import __version__
from rfopt.errors import InputError
from rfopt.fonts.shipped import SUBSET

State = Literal["ok", "missing", "broken"]

OF_DEVELOPERS = ("docs", "fuzz", "dev")
"""Extras that nobody needs to use rfopt."""
PACKAGE = Path(__file__).parent
LEAST_FONT_BYTES = 1 << 20


@dataclass(frozen=True)
class Check:
    """One line of the doctor's: a key of the catalogue with its blanks. `missing` is a wish, `broken` a fault."""

    key: str
    state: State
    blanks: dict[str, str]


def checks(diagnose: Callable[[Path], int] | None) -> Iterator[Check]:
    """Look at everything.

    Parameters
    ----------
    diagnose : function or None
        Writes the example into a folder and counts its findings, which takes time; None leaves that out. It is handed
        in so that a broken package spoils this check and no other.
    """
    yield Check("doctor.rfopt", "ok", {"version": __version__, "where": str(PACKAGE)})
    python = {"version": platform.python_version(), "where": sys.executable, "system": platform.platform(terse=True)}
    yield Check("doctor.python", "ok", python)
    yield Check("doctor.cores", "ok", {"count": str(os.cpu_count() or 1), "used": _threads()})
    yield from _packages()
    yield _font()
    yield _cache()
    if diagnose is not None:
        yield _example(diagnose)


def _threads() -> str:
    return os.environ.get("NUMBA_NUM_THREADS") or str(os.cpu_count() or 1)


def _packages() -> Iterator[Check]:
    """The needed packages, then each extra: installed, or what installs it."""
    for extra, names in _requirements().items():
        found = {name: _version(name) for name in names}
        have = ", ".join(f"{name} {version}" for name, version in found.items() if version)
        lacking = ", ".join(name for name, version in found.items() if not version)
        if not extra:
            state: State = "broken" if lacking else "ok"
            key = "doctor.needed.missing" if lacking else "doctor.needed"
            yield Check(key, state, {"have": have, "lacking": lacking})
        elif lacking:
            blanks = {"extra": extra, "lacking": lacking, "command": pip_line(extra)}
            yield Check("doctor.extra.missing", "missing", blanks)
        else:
            yield Check("doctor.extra", "ok", {"extra": extra, "have": have})


def pip_line(extra: str) -> str:
    """The command that installs an extra.

    >>> pip_line("xlsx")
    "pip install 'rfopt[xlsx]'"
    """
    return f"pip install 'rfopt[{extra}]'"


def _requirements() -> dict[str, list[str]]:
    """Names of the packages needed, by extra; '' for those that rfopt cannot do without."""
    found: dict[str, list[str]] = {"": []}
    for line in metadata.requires("rfopt") or ():
        name = re.split(r"[^\w.-]", line, maxsplit=1)[0]
        extra = re.search(r"extra\s*==\s*['\"](\w+)['\"]", line)
        if name != "rfopt" and (extra is None or extra[1] not in OF_DEVELOPERS):
            found.setdefault(extra[1] if extra else "", []).append(name)
    return found


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _font() -> Check:
    whole = SUBSET.is_file() and SUBSET.stat().st_size >= LEAST_FONT_BYTES
    return Check("doctor.font" if whole else "doctor.font.missing", "ok" if whole else "broken", {"file": SUBSET.name})


def _cache() -> Check:
    """Where compiled kernels are kept: without a cache every run compiles for a minute."""
    given = os.environ.get("NUMBA_CACHE_DIR", "")
    folder = Path(given) if given else PACKAGE / "kernels" / "__pycache__"
    kept = sum(1 for _ in folder.rglob("*.nbc")) if folder.is_dir() else 0
    place = folder if folder.is_dir() else folder.parent
    if not os.access(place, os.W_OK):
        return Check("doctor.cache.missing", "missing", {"where": str(folder)})
    return Check("doctor.cache" if kept else "doctor.cache.empty", "ok", {"count": str(kept), "where": str(folder)})


def _example(diagnose: Callable[[Path], int]) -> Check:
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as folder:
            findings = diagnose(Path(folder))
    except (ImportError, InputError, OSError) as error:
        return Check("doctor.example.broken", "broken", {"what": str(error)})
    seconds = f"{time.monotonic() - started:.0f}"
    return Check("doctor.example", "ok", {"findings": str(findings), "seconds": seconds})
