"""What the key figures of solved cases are, kept in a repository: a plan may not take them back.

A changed baseline is accepted by committing it, so that somebody has looked at it.
"""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rfopt.errors import InputError, printable
from rfopt.files import as_json, read_text, write_whole
from rfopt.gate.gates import worsening
from rfopt.kpis import kpis

SCHEMA = "rfopt.baseline/1"
LARGEST_BYTES = 1 << 26
Kept = dict[str, dict[str, dict[str, float]]]
"""Case to figure to value, low and high."""


def read_baseline(path: Path) -> Kept:
    """The figures of a baseline file by case.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        table = json.loads(read_text(path, LARGEST_BYTES))
    except (ValueError, RecursionError) as error:
        raise InputError(f"is not JSON: {printable(error, 120)}", path) from None
    if not isinstance(table, dict) or table.get("schema") != SCHEMA:
        raise InputError(f"is no baseline, expected one that rfopt baseline update wrote ({SCHEMA})", path)
    cases = table.get("cases")
    if not isinstance(cases, dict) or not all(isinstance(figures, dict) for figures in cases.values()):
        raise InputError("holds no cases, expected what rfopt baseline update wrote", path)
    return {str(case): _figures(figures, path) for case, figures in cases.items()}


def _figures(figures: Mapping[str, Any], path: Path) -> dict[str, dict[str, float]]:
    for name, row in figures.items():
        whole = isinstance(row, dict) and all(isinstance(row.get(key), int | float) for key in ("value", "low", "high"))
        if not whole or not all(math.isfinite(row[key]) for key in ("value", "low", "high")):
            raise InputError(f"{printable(name)} {printable(row)} is no figure with value, low and high", path)
    return {name: {key: float(row[key]) for key in ("value", "low", "high")} for name, row in figures.items()}


def write_baseline(path: Path, kept: Kept) -> None:
    """Write a baseline, in order, the same every time."""
    table = {"schema": SCHEMA, "cases": {case: dict(sorted(kept[case].items())) for case in sorted(kept)}}
    write_whole(path, as_json(table))


def below(kept: Mapping[str, Mapping[str, float]], now: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Figures that have fallen below a case's baseline beyond its interval: name to value and the end it passed."""
    fallen = {}
    for name, row in kept.items():
        value = now.get(name, math.nan)
        if name in kpis and not math.isnan(value) and worsening(name, row["value"], value) > 0.0:
            end = row["low"] if value < row["value"] else row["high"]
            if worsening(name, end, value) > 0.0:
                fallen[name] = value, end
    return fallen


def is_committed(path: Path) -> bool | None:
    """True if the file is what the repository's last commit has; None where there is no repository, or no git."""
    folder = path.resolve().parent
    try:
        found = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(folder), "status", "--porcelain", "--ignored", "--", path.name],
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if found.returncode else not found.stdout.strip()
