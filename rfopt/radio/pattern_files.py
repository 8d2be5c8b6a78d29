"""MSI/Planet pattern files (.msi, .pln, .txt) into patterns, with the oddities of real ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rfopt.errors import InputError, printable
from rfopt.files import decode, read_bytes
from rfopt.radio.pattern import FloatArray, Pattern

DBD_TO_DBI = 2.15
WIDEST_GAP_DEG = 10.0
LARGEST_BYTES = 1 << 22
GAIN_DBI = (-30.0, 60.0)
TILT_IN_NAME = re.compile(r"[-_](\d{1,2}(?:\.\d)?)[TtEe](?=[-_.]|$)")
"""``_04T`` or ``-4E`` inside a name: the electrical tilt of one file of a family."""

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
GAIN = re.compile(r"([-+]?\d+(?:\.\d*)?)\s*(dBd|dBi)?\s*$", re.IGNORECASE)


@dataclass
class _Sheet:
    """What stands in a file: header words with their lines, and the two cuts' rows."""

    header: dict[str, tuple[int, str]] = field(default_factory=dict)
    rows: dict[str, list[tuple[float, float]]] = field(default_factory=dict)


def read_pattern(path: Path | str) -> Pattern:
    """Read one antenna file.

    The gain is dBd unless the line says dBi. The electrical tilt is what ``ELECTRICAL_TILT`` (or a number after
    ``TILT``) states; a file without such a number may carry it in its name (``_04T``, ``-4E``); otherwise it is 0.
    The peak need not lie at 0° nor the least attenuation be 0 dB: `gain_dbi` copes with both.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    Pattern
        Named after the file, cuts at whole degrees.

    Raises
    ------
    InputError
        With the line: no GAIN, a cut missing, cut short, with a gap, or not numbers.
    """
    path = Path(path)
    sheet = _sheet(_text(path), path)
    return Pattern(
        path.stem,
        _gain(sheet, path),
        _cut(sheet, "HORIZONTAL", path),
        _cut(sheet, "VERTICAL", path),
        _electrical_tilt(sheet, path),
    )


def _text(path: Path) -> str:
    raw = read_bytes(path, LARGEST_BYTES)
    try:
        return decode(raw, path)
    except InputError:
        if b"\0" in raw:
            raise
        return raw.decode("latin-1")  # a degree sign in a comment; all that counts is ASCII


def _sheet(text: str, path: Path) -> _Sheet:
    sheet, cut = _Sheet(), ""
    for line, content in enumerate(text.splitlines(), start=1):
        words = content.split()
        if not words:
            continue
        if words[0][0].isalpha():
            key = words[0].upper()
            sheet.header.setdefault(key, (line, " ".join(words[1:])))
            if key in ("HORIZONTAL", "VERTICAL"):
                cut = key
                sheet.rows.setdefault(cut, [])
        elif not cut:
            raise InputError(f"'{printable(content.strip())}' stands before HORIZONTAL or VERTICAL", path, line)
        else:
            sheet.rows[cut].append(_row(words, content, path, line))
    return sheet


def _row(words: list[str], content: str, path: Path, line: int) -> tuple[float, float]:
    try:
        angle, loss = float(words[0]), float(words[1])
    except (ValueError, IndexError):
        raise InputError(
            f"'{printable(content.strip())}' is not an angle and an attenuation in dB", path, line
        ) from None
    if not (abs(angle) <= 360.0 and abs(loss) <= 500.0):
        raise InputError(f"angle {angle:g} or attenuation {loss:g} dB is out of range", path, line)
    return angle, loss


def _gain(sheet: _Sheet, path: Path) -> float:
    if "GAIN" not in sheet.header:
        raise InputError("has no GAIN line, expected e.g. 'GAIN 15.5 dBi'", path, 1)
    line, text = sheet.header["GAIN"]
    found = GAIN.match(text)
    if found is None:
        raise InputError(f"GAIN '{printable(text)}' is not a number in dBd or dBi", path, line)
    gain = float(found[1]) + (0.0 if (found[2] or "dBd").lower() == "dbi" else DBD_TO_DBI)
    if not GAIN_DBI[0] <= gain <= GAIN_DBI[1]:
        raise InputError(f"GAIN {gain:g} dBi is out of range, expected {GAIN_DBI[0]:g}…{GAIN_DBI[1]:g}", path, line)
    return gain


def _cut(sheet: _Sheet, name: str, path: Path) -> FloatArray:
    if name not in sheet.rows:
        raise InputError(f"has no {name} cut", path, 1)
    line, stated = sheet.header[name]
    rows = sheet.rows[name]
    wanted = NUMBER.search(stated)
    if wanted and len(rows) < float(wanted[0]):
        raise InputError(f"{name} states {wanted[0]} values and holds {len(rows)}", path, line)
    if not rows:
        raise InputError(f"{name} holds no values", path, line)
    angle, loss = np.array(rows).T
    angle, first = np.unique(angle % 360.0, return_index=True)
    if np.diff(angle, append=angle[0] + 360.0).max() > WIDEST_GAP_DEG:
        raise InputError(f"{name} leaves a gap of more than {WIDEST_GAP_DEG:g}°", path, line)
    attenuation = _attenuation(loss[first], name, path, line)
    return np.asarray(np.interp(np.arange(360.0), angle, attenuation, period=360.0))


def _attenuation(loss_db: FloatArray, name: str, path: Path, line: int) -> FloatArray:
    if loss_db.max() <= 0.0:
        return np.abs(loss_db)  # written as gain relative to the peak
    if loss_db.min() < -FLAT_DB:
        raise InputError(f"{name} mixes gains and attenuations ({loss_db.min():g}…{loss_db.max():g} dB)", path, line)
    return np.maximum(loss_db, 0.0)


FLAT_DB = 0.5
"""A ripple this far above the stated gain is measurement noise, not another sign convention."""


def _electrical_tilt(sheet: _Sheet, path: Path) -> float:
    for key in ("ELECTRICAL_TILT", "TILT"):
        stated = NUMBER.search(sheet.header.get(key, (0, ""))[1])
        if stated:
            return float(stated[0])
    for name in (path.stem, sheet.header.get("NAME", (0, ""))[1]):
        written = TILT_IN_NAME.search(name)
        if written:
            return float(written[1])
    return 0.0
