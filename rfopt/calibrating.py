"""A case to a calibrated model: what the log says of the propagation model, and of the site table."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rfopt import __version__
from rfopt.case import Case
from rfopt.case_levels import case_levels
from rfopt.errors import InputError, printable
from rfopt.geography.scene import build_scene
from rfopt.radio.calibration import Calibration, calibrate, lengths_m
from rfopt.radio.calibration_file import SCHEMA, model_as_json, read_model
from rfopt.radio.held_back import HeldBack, held_back
from rfopt.radio.site_errors import Check, check_sites
from rfopt.recommendation import Progress, needed_network, quiet
from rfopt.shown import Shown

__all__ = ["CalibratedCase", "calibrate_case", "read_calibration", "with_model"]

DECIMALS = 3


@dataclass(frozen=True)
class CalibratedCase(Shown):
    """A calibration with what speaks for and against it.

    Attributes
    ----------
    unnamed : int
        Readings whose cell is not known or not clear; they count for nothing.
    """

    case: Case
    calibration: Calibration
    held_back: HeldBack
    check: Check
    unnamed: int

    def __repr__(self) -> str:
        before, after = self.held_back.rmse_db
        places, cells = self.calibration.places, len(self.calibration.cells)
        held = f"error at held-back places {before:.1f} → {after:.1f} dB"
        return f"<CalibratedCase {printable(self.case.id)}: {places} places, {cells} cells, {held}>"

    def as_json(self) -> dict[str, Any]:
        """The result without the model; NaN is None."""
        rows, held = self.calibration.rows, self.held_back
        return {
            "schema": SCHEMA,
            "case": self.case.id,
            "version": __version__,
            "used": {
                "places": self.calibration.places,
                "cells": len(self.calibration.cells),
                "measured": int((~rows["censored"]).sum()),
                "censored": int(rows["censored"].sum()),
                "readings_without_cell": self.unnamed,
            },
            "cells": _records(self.calibration.offsets(), "cell"),
            "terms": _records(self.calibration.terms(), "term"),
            "shadowing": {
                setting: {"sd_db": _number(sd_db), "correlation_m": lengths_m()[setting]}
                for setting, sd_db in self.calibration.shadow_sd_db.items()
            },
            "held_back": {
                "blocks": held.blocks,
                "levels": held.levels,
                "rmse_db": {"before": _number(held.rmse_db[0]), "after": _number(held.rmse_db[1])},
                "median_db": {"before": _number(held.median_db[0]), "after": _number(held.median_db[1])},
                "inside_90": _number(held.inside),
            },
            "suspects": [_plain(asdict(suspect)) for suspect in self.check.suspects],
            "site_table": {"tested": list(self.check.tested), "not_separable": list(self.check.untold)},
            "warnings": list(self.case.notes),
            "inputs": dict(sorted(self.case.hashes.items())),
        }


def calibrate_case(case: Case, progress: Progress = quiet) -> CalibratedCase:
    """Calibrate the model on all logs of a case.

    Raises
    ------
    InputError
        If the case has no network or no reading is of a cell of it.
    """
    network = needed_network(case)
    scene = build_scene(network.buildings, terrain=network.terrain)
    progress("levels", 0.1)
    levels, unnamed = case_levels(case, network, scene)
    if not levels.cells.size:
        raise InputError(f"no reading of case {case.id} matches a cell of the network: are they of the same place?")
    progress("calibrate", 0.4)
    calibration = calibrate(network, levels, scene)
    if calibration.rows.empty:
        raise InputError(f"no level of case {case.id} can be predicted: have its cells a place and a power?")
    progress("check", 0.7)
    return CalibratedCase(case, calibration, held_back(calibration), check_sites(calibration, network, scene), unnamed)


def read_calibration(path: Path) -> Calibration:
    """The calibration that `rfopt calibrate -o` wrote.

    Raises
    ------
    InputError
        If the file is something else or was spoilt.
    """
    return read_model(path)


def with_model(result: CalibratedCase) -> dict[str, Any]:
    """The result with the model, as `read_calibration` wants it."""
    return {**result.as_json(), "model": model_as_json(result.calibration)}


def _records(table: pd.DataFrame, index: str) -> list[dict[str, Any]]:
    return [_plain(row) for row in table.rename_axis(index).reset_index().to_dict("records")]


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    return _number(float(value)) if isinstance(value, float | np.floating) else str(value)


def _number(value: float) -> float | None:
    return round(value, DECIMALS) if math.isfinite(value) else None
