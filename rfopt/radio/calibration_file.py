"""A calibration as plain values for JSON, and back from a file that anybody may have touched."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rfopt.errors import InputError, printable
from rfopt.files import read_text
from rfopt.radio.calibration import ENTERED, GROUPS, ROW_COLUMNS, TERMS, Calibration
from rfopt.radio.calibration_fit import SETTINGS, Spread

SCHEMA = "rfopt.calibration/1"
PLACE_DIGITS, DIGITS = 9, 10
"""Decimals of degrees, and significant digits of all else: a tenth of a millimetre, a nanodecibel."""
MOST_ROWS, MOST_BYTES = 1_000_000, 1 << 28

POINT_COLUMNS = {"lat": (-90.0, 90.0), "lon": (-180.0, 180.0), "height_m": (-1000.0, 10000.0)}
ROW_RANGES = {
    "level_dbm": (-400.0, 400.0), "error_db": (0.0, 1000.0), "predicted_dbm": (-1000.0, 400.0),
    "decades": (-3.0, 6.0), "stand_db": (-1e6, 1e6), "stand_db2": (1e-9, 1e9),
}  # fmt: skip
"""What a reader accepts, wider than anything that a log gives."""


def model_as_json(calibration: Calibration) -> dict[str, Any]:
    """Everything that `model_from_json` needs, as lists of numbers and texts."""
    points, cells, rows = calibration.points, calibration.cells, calibration.rows
    return {
        "terms": list(TERMS),
        "kept": [bool(kept) for kept in calibration.kept],
        "shadow_db2": _numbers(calibration.spread.shadow_db2),
        "offset_db2": _numbers(calibration.spread.offset_db2),
        "points": {"point": [str(name) for name in points.index]}
        | {name: [round(float(value), PLACE_DIGITS) for value in points[name]] for name in POINT_COLUMNS}
        | {name: [str(value) for value in points[name]] for name in ("building", "wall")},
        "cells": {"cell": [str(name) for name in cells.index]}
        | {name: [str(value) for value in cells[name]] for name in ("kind", "rat")},
        "rows": {name: _row_values(rows[name]) for name in ROW_COLUMNS},
    }


def _numbers(values: Any) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values]


def _row_values(column: pd.Series) -> list[Any]:
    return _numbers(column) if column.dtype.kind == "f" else column.tolist()


def read_model(path: Path) -> Calibration:
    """The calibration that a file holds.

    Raises
    ------
    InputError
        If the file is not what `rfopt calibrate` writes, naming the first value that is not.
    """
    try:
        table = json.loads(read_text(path, MOST_BYTES), parse_constant=_refused)
    except RecursionError:
        raise InputError("is nested too deep for a calibration", path) from None
    except ValueError as error:
        raise InputError(f"is not JSON: {printable(error)}", path, getattr(error, "lineno", None)) from None
    if not isinstance(table, dict) or table.get("schema") != SCHEMA:
        raise InputError(f"is no calibration, expected schema {SCHEMA} as rfopt calibrate writes it", path)
    try:
        return model_from_json(table.get("model"))
    except InputError as error:
        raise InputError(error.message, path) from None


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def model_from_json(model: Any) -> Calibration:
    """The calibration of `model_as_json`, every value checked.

    Raises
    ------
    InputError
        Naming the first value that does not fit.
    """
    model = _table(model, "model")
    if model.get("terms") != list(TERMS):
        raise InputError("terms are not those of this version of rfopt; calibrate again")
    kept = _column(model, "kept", len(TERMS), _flag)
    shadow = _column(model, "shadow_db2", len(SETTINGS), _within(1e-6, 1e6))
    offset = _column(model, "offset_db2", len(GROUPS), _within(1e-6, 1e6))
    points, cells = _points(_table(model.get("points"), "points")), _cells(_table(model.get("cells"), "cells"))
    rows = _rows(_table(model.get("rows"), "rows"), len(points), len(cells))
    return Calibration(points, cells, rows, Spread(np.array(shadow), np.array(offset)), np.array(kept, dtype=bool))


def _points(table: Mapping[str, Any]) -> pd.DataFrame:
    count = _length(table, "point")
    columns: dict[str, list[Any]] = {
        name: _column(table, name, count, _within(*limits)) for name, limits in POINT_COLUMNS.items()
    }
    columns["building"] = _column(table, "building", count, _text)
    columns["wall"] = _column(table, "wall", count, _one_of(("", *ENTERED)))
    for building, wall in zip(columns["building"], columns["wall"], strict=True):
        if bool(building) != bool(wall):
            raise InputError(f"a place in building '{printable(building)}' has wall '{wall}': both or none")
    return pd.DataFrame(columns, index=pd.Index(_column(table, "point", count, _text), dtype=object))


def _cells(table: Mapping[str, Any]) -> pd.DataFrame:
    count = _length(table, "cell")
    names = _column(table, "cell", count, _text)
    if len(set(names)) < count:
        raise InputError("a cell stands twice in the calibration")
    known = {name: sorted({group[k] for group in GROUPS}) for k, name in enumerate(("kind", "rat"))}
    columns = {name: _column(table, name, count, _one_of(words)) for name, words in known.items()}
    return pd.DataFrame(columns, index=pd.Index(names, dtype=object, name="cell"))


def _rows(table: Mapping[str, Any], places: int, cells: int) -> pd.DataFrame:
    count = _length(table, "place")
    columns: dict[str, Any] = {
        "place": _column(table, "place", count, _below(places)),
        "cell": _column(table, "cell", count, _below(cells)),
        "censored": _column(table, "censored", count, _flag),
        "home": _column(table, "home", count, _flag),
    }
    columns |= {name: _column(table, name, count, _within(*limits)) for name, limits in ROW_RANGES.items()}
    rows = pd.DataFrame(columns)[list(ROW_COLUMNS)]
    if rows.duplicated(["place", "cell"]).any():
        raise InputError("a cell stands twice at one place")
    if len(set(columns["cell"])) < cells:
        raise InputError("a cell of the calibration has no level")
    types = dict.fromkeys(ROW_RANGES, float) | {"place": np.int64, "cell": np.int64, "censored": bool, "home": bool}
    return rows.astype(types)


def _table(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{name} {printable(value)} is not a table")
    return value


def _length(table: Mapping[str, Any], name: str) -> int:
    values = table.get(name)
    if not isinstance(values, list):
        raise InputError(f"{name} {printable(values)} is not a list")
    if not 1 <= len(values) <= MOST_ROWS:
        raise InputError(f"{name} holds {len(values)} values, expected 1 to {MOST_ROWS}")
    return len(values)


def _column(table: Mapping[str, Any], name: str, count: int, fits: Callable[[Any], str]) -> list[Any]:
    """A list of `count` values that all fit; `fits` says what was expected, '' if it does."""
    values = table.get(name)
    if not isinstance(values, list) or len(values) != count:
        raise InputError(f"{name} is not a list of {count} values")
    for value in values:
        if expected := fits(value):
            raise InputError(f"{name} {printable(value)} is not {expected}")
    return values


def _within(low: float, high: float) -> Callable[[Any], str]:
    def fits(value: Any) -> str:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if number and math.isfinite(value) and low <= value <= high else f"a number from {low:g} to {high:g}"

    return fits


def _below(count: int) -> Callable[[Any], str]:
    def fits(value: Any) -> str:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if whole and 0 <= value < count else f"a whole number from 0 to {count - 1}"

    return fits


def _one_of(words: Any) -> Callable[[Any], str]:
    return lambda value: "" if isinstance(value, str) and value in words else f"one of {', '.join(words)}"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value.isprintable() else "a text"
