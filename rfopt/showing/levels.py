"""What the propagation model says: a prediction, and a calibration with its error on places held back."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from rfopt.calibrating import CalibratedCase
from rfopt.coverage import LEVEL
from rfopt.prediction import Prediction
from rfopt.sentences import number
from rfopt.showing.pieces import line, small, table, title
from rfopt.words import say

QUALITY = {"GSM": "ci_bcch_db", "LTE": "sinr_db"}
MOST_SERVERS, MOST_CELLS = 3, 12


def prediction_html(found: Prediction, lang: str) -> Markup:
    """A row for each technology: who serves, level, dominance and C/I or SINR as median and 10th percentile."""
    key = "calibrated" if found.measured_places else "uncalibrated"
    basis = say(f"predict.{key}", lang, places=found.measured_places)
    head = say(f"predict.{found.kind}", lang, building=found.name, count=len(found.places), calibrated=basis)
    columns = ["", *(say(f"show.column.{name}", lang) for name in ("servers", "level", "dominance", "quality"))]
    rows = [[rat, *_coverage_row(found, rat, lang)] for rat in found.figures]
    notes = small(found.notes, say("show.notes", lang, count=len(found.notes)))
    return title(head) + table(columns, rows) + line(say("show.quantiles", lang)) + notes


def _coverage_row(found: Prediction, rat: str, lang: str) -> list[str]:
    figures = found.figures[rat]
    shares = figures["server"][figures["server"] != ""].value_counts(normalize=True).head(MOST_SERVERS)
    servers = say("report.comma", lang).join(f"{name} {100.0 * share:.0f}%" for name, share in shares.items())
    names = (LEVEL[rat], "dominance_db", QUALITY[rat])
    values = ([float(figures[name].quantile(q)) for q in (0.5, 0.1)] for name in names)
    units = ("dBm", "dB", "dB")
    spans = (
        f"{number(middle, 1)} ({number(low, 1)}) {unit}" for (middle, low), unit in zip(values, units, strict=True)
    )
    return [servers, *spans]


def calibration_html(found: CalibratedCase, lang: str) -> Markup:
    """What it rests on, its error where it did not look, and each cell's correction."""
    told = found.as_json()
    held = told["held_back"]
    error = say("calibrate.held_back.none", lang)
    if held["inside_90"] is not None and held["blocks"] >= 2:
        error = say(
            "calibrate.held_back", lang, blocks=held["blocks"], levels=held["levels"], inside=100.0 * held["inside_90"],
            rmse_before=held["rmse_db"]["before"], rmse_after=held["rmse_db"]["after"],
            median_before=held["median_db"]["before"], median_after=held["median_db"]["after"],
        )  # fmt: skip
    cells = sorted(told["cells"], key=lambda row: (-row["heard"], row["censored"], row["cell"]))[:MOST_CELLS]
    head = ["", "", *(say(f"show.column.{name}", lang) for name in ("correction", "heard", "censored"))]
    rows = [[row["cell"], row["rat"], _plus_minus(row), row["heard"], row["censored"]] for row in cells]
    suspects = say("calibrate.site_table", lang, tested=len(found.check.tested), count=len(found.check.suspects))
    return title(say("calibrate.used", lang, **told["used"])) + line(error) + table(head, rows) + line(suspects)


def _plus_minus(row: dict[str, Any]) -> str:
    value, low, high = row["value"], row["low"], row["high"]
    if value is None or low is None or high is None:
        return number(math.nan)
    return f"{number(value, 1, signed=True)} ± {number((high - low) / 2.0, 1)} dB"
