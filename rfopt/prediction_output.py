"""A prediction as JSON, as lines for people, as tables and as pictures."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rfopt import __version__
from rfopt.coverage import LEVEL
from rfopt.errors import printable
from rfopt.files import write_whole
from rfopt.plots import antennas, facade, facade_servers, floor_bands, floor_shares, ground, lettering, unroll
from rfopt.prediction import Prediction
from rfopt.scales import SCALES
from rfopt.tables import table_text
from rfopt.words import say

DOTS_PER_INCH = 130


def by_floor(prediction: Prediction, rat: str) -> pd.DataFrame:
    """Figures of a tower's floors, highest first.

    Returns
    -------
    DataFrame
        floor, places, server (of most places), share (of places it serves), level_dbm, dominance_db, quality_db (C/I
        on the BCCH carrier, or SINR): medians over the floor; overlap: mean.
    """
    figures = prediction.figures[rat].assign(floor=prediction.places["floor"].to_numpy())
    rows = []
    for floor, group in figures.groupby("floor", sort=True):
        shares = _shares(group["server"])
        rows.append(
            {
                "floor": int(str(floor)),
                "places": len(group),
                "server": str(shares.index[0]),
                "share": float(shares.iloc[0]),
                "level_dbm": float(group[LEVEL[rat]].median()),
                "dominance_db": float(group["dominance_db"].median()),
                "overlap": float(group["overlap"].mean()),
                "quality_db": float(group[SCALES[rat][2].name].median()),
            }
        )
    return pd.DataFrame(rows[::-1])


def _shares(servers: pd.Series) -> pd.Series:
    """Share of each server, greatest first, ties by name."""
    return servers.value_counts(normalize=True).sort_index().sort_values(ascending=False, kind="stable")


def summary(prediction: Prediction) -> dict[str, Any]:
    """The prediction as JSON (schema ``rfopt.prediction/1``): by floor for a tower, over all places otherwise."""
    return {
        "schema": "rfopt.prediction/1",
        "version": __version__,
        "kind": prediction.kind,
        "building": prediction.name or None,
        "places": len(prediction.places),
        "calibrated_on_places": prediction.measured_places,
        "technologies": {rat: _summary_of(prediction, rat) for rat in prediction.figures},
        "warnings": list(prediction.notes),
        "inputs": dict(sorted(prediction.network.hashes.items())),
    }


def _summary_of(prediction: Prediction, rat: str) -> dict[str, Any]:
    figures = prediction.figures[rat]
    shares = _shares(figures["server"])
    columns = [LEVEL[rat], "dominance_db", "overlap", SCALES[rat][2].name]
    found: dict[str, Any] = {
        "servers": {str(name): round(float(share), 4) for name, share in shares.items()},
        **{f"{name}_p50": _number(figures[name].median()) for name in columns},
        **{f"{name}_p10": _number(figures[name].quantile(0.1)) for name in (LEVEL[rat], SCALES[rat][2].name)},
    }
    if prediction.kind == "tower":
        floors = by_floor(prediction, rat).to_dict("records")
        found["floors"] = [{key: _number(value) for key, value in row.items()} for row in floors]
    return found


def _number(value: Any) -> Any:
    if isinstance(value, str | int):
        return value
    return None if not math.isfinite(value) else round(float(value), 3)


def lines(prediction: Prediction, lang: str = "en") -> list[str]:
    """The prediction for people: a line a floor, or one for all places."""
    base = say("predict.calibrated", lang, places=prediction.measured_places) if prediction.measured_places else ""
    head = say(
        f"predict.{prediction.kind}",
        lang,
        building=printable(prediction.name),
        count=len(prediction.places),
        calibrated=base or say("predict.uncalibrated", lang),
    )
    told = [head]
    for rat, figures in prediction.figures.items():
        level, quality = say(f"plot.{LEVEL[rat]}", lang), say(f"plot.{SCALES[rat][2].name}", lang)
        what = " · ".join((level, say("plot.dominance_db", lang), quality, say("plot.server", lang)))
        told += ["", say("export.label", lang, label=rat) + what]
        if prediction.kind == "tower":
            told += [_line(f"{row['floor']:4}", row) for row in by_floor(prediction, rat).to_dict("records")]
        else:
            told.append(_line("    ", _all_places(figures, rat)))
    return told


def _all_places(figures: pd.DataFrame, rat: str) -> dict[str, Any]:
    shares = _shares(figures["server"])
    return {
        "level_dbm": figures[LEVEL[rat]].median(),
        "dominance_db": figures["dominance_db"].median(),
        "quality_db": figures[SCALES[rat][2].name].median(),
        "server": str(shares.index[0]) if len(shares) else "",
        "share": float(shares.iloc[0]) if len(shares) else math.nan,
    }


def _line(head: str, row: Mapping[Any, Any]) -> str:
    numbers = (row["level_dbm"], row["dominance_db"], row["quality_db"])
    told = "".join(f"{'–' if math.isnan(number) else f'{number:.1f}':>9}" for number in numbers)
    return f"{head}{told}   {row['server']} {row['share']:.0%}"


def write_prediction(prediction: Prediction, folder: Path, lang: str = "en") -> list[Path]:
    """Write coverage_<rat>.csv, levels.csv and the pictures; returns the paths, tables first.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    written = []
    for rat, figures in prediction.figures.items():
        table = pd.concat([prediction.places.reset_index(drop=True), figures.round(2)], axis=1)
        written.append(_write(folder / f"coverage_{rat.lower()}.csv", table_text(table, list(table.columns))))
    named = [name for name in ("point", "lat", "lon", "floor", "height_m", "building") if name in prediction.places]
    levels = pd.DataFrame(prediction.dbm.round(2), columns=prediction.network.cells.index)
    table = pd.concat([prediction.places[named].reset_index(drop=True), levels], axis=1)
    written.append(_write(folder / "levels.csv", table_text(table, list(table.columns))))
    for rat in prediction.figures:
        for name, figure in _pictures(prediction, rat, lang).items():
            written.append(_write(folder / f"{name}_{rat.lower()}.png", _png(figure)))
    return written


def _write(path: Path, content: str | bytes) -> Path:
    write_whole(path, content)
    return path


def _png(draw: Callable[[], Figure]) -> bytes:
    out = io.BytesIO()
    with lettering():
        draw().savefig(out, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return out.getvalue()


def _pictures(prediction: Prediction, rat: str, lang: str) -> dict[str, Callable[[], Figure]]:
    if prediction.kind == "tower":
        return {
            "facade": lambda: facade_figure(prediction, rat, lang),
            "floors": lambda: floors_figure(prediction, rat, lang),
        }
    return {"ground": lambda: ground_figure(prediction, rat, lang)} if prediction.kind == "ground" else {}


def facade_figure(prediction: Prediction, rat: str, lang: str = "en") -> Figure:
    """Best server, level, dominance and C/I or SINR of a tower, floors upwards and sides side by side."""
    figure = Figure(figsize=(11.0, 11.0), layout="constrained")
    axes = figure.subplots(2, 2)
    unrolled, figures = unroll(prediction.places), prediction.figures[rat]
    facade_servers(axes[0, 0], unrolled, list(figures["server"]), lang)
    for ax, scale in zip((axes[0, 1], axes[1, 0], axes[1, 1]), SCALES[rat], strict=True):
        facade(ax, unrolled, figures[scale.name].to_numpy(np.float64), scale, lang)
    figure.suptitle(f"{prediction.name}  {rat}")
    return figure


def floors_figure(prediction: Prediction, rat: str, lang: str = "en") -> Figure:
    """By floor: who serves, and the level, dominance and C/I or SINR with their spread over the floor."""
    figure = Figure(figsize=(13.0, 6.5), layout="constrained")
    axes = figure.subplots(1, 4, sharey=True, width_ratios=(1.3, 1, 1, 1))
    floors, figures = list(prediction.places["floor"]), prediction.figures[rat]
    floor_shares(axes[0], floors, list(figures["server"]), lang)
    for ax, scale in zip(axes[1:], SCALES[rat], strict=True):
        label = say(f"plot.{scale.name}", lang)
        floor_bands(ax, floors, figures[scale.name].to_numpy(np.float64), label, scale.steps[2:3])
    figure.suptitle(f"{prediction.name}  {rat}")
    return figure


def ground_figure(prediction: Prediction, rat: str, lang: str = "en") -> Figure:
    """Best server, level, dominance and C/I or SINR on the ground, with buildings and antennas."""
    figure = Figure(figsize=(13.0, 11.0), layout="constrained")
    cells = prediction.network.cells[prediction.network.cells["rat"] == rat]
    figures = prediction.figures[rat]
    for ax, scale in zip(figure.subplots(2, 2).ravel(), (None, *SCALES[rat]), strict=True):
        name = "server" if scale is None else scale.name
        values: Any = list(figures[name]) if scale is None else figures[name].to_numpy(np.float64)
        ground(ax, prediction.scene, prediction.places, values, scale, lang)
        antennas(ax, prediction.scene, cells, 40.0)
    figure.suptitle(rat)
    return figure
