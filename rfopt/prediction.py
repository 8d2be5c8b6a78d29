"""Coverage of a network at places: a tower floor by floor, the ground, or given points; as tables and pictures."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rfopt import __version__
from rfopt.coverage import LEVEL, coverage, ground_grid, tower
from rfopt.errors import InputError, did_you_mean, printable
from rfopt.files import write_whole
from rfopt.network import Network
from rfopt.plots import SCALES, antennas, facade, facade_servers, floor_bands, floor_shares, ground, lettering, unroll
from rfopt.radio.predict import predict
from rfopt.scene import Frame, Scene, build_scene, heights_m
from rfopt.tables import read_table, table_text
from rfopt.words import say

FloatArray = NDArray[np.float64]

HORIZON_M = 22.5
"""Above this UMa's own range ends, and what a phone hears depends on side lobes."""
DOTS_PER_INCH = 130


class Calibrated(Protocol):
    """What a calibration offers: corrected levels and their standard deviation."""

    @property
    def places(self) -> int:
        """Measured places it rests on."""
        ...

    def correct(
        self, network: Network, places: pd.DataFrame, dbm: FloatArray, scene: Scene
    ) -> tuple[FloatArray, FloatArray]:
        """Levels [dBm] and standard deviations [dB], shape (places, cells)."""
        ...


@dataclass(frozen=True, eq=False)
class Prediction:
    """Levels at places and what they mean.

    Attributes
    ----------
    kind : str
        ``tower``, ``ground`` or ``points``.
    name : str
        The tower's building, else ''.
    places : DataFrame
        One row a place: point, lat, lon, height_m, building, and floor and side where they are known.
    dbm : ndarray, shape (places, cells)
    figures : dict of str to DataFrame
        `rfopt.coverage.coverage` of each technology that the network has; with a calibration also ``error_db``, the
        standard deviation of the server's level.
    measured_places : int
        Places that a calibration rests on; 0 without one.
    """

    kind: str
    name: str
    network: Network
    scene: Scene
    places: pd.DataFrame
    dbm: FloatArray
    figures: dict[str, pd.DataFrame]
    measured_places: int
    notes: tuple[str, ...]


def predict_tower(
    network: Network, building: str, floors: Iterable[int] | None = None, calibration: Calibrated | None = None
) -> Prediction:
    """Predict just inside the façades of a building, floor by floor.

    Raises
    ------
    InputError
        If the network's map has no such building, or the building no such floor.
    """
    scene = build_scene(network.buildings)
    if building not in scene.index:
        near = did_you_mean(building, scene.index)
        raise InputError(f"building '{printable(building)}' is not in buildings.geojson{near}")
    highest = scene.buildings[scene.index[building]].floors
    chosen = list(range(1, highest + 1) if floors is None else floors)
    if odd := [floor for floor in chosen if not 1 <= floor <= highest]:
        raise InputError(f"floor {odd[0]} is not in building '{printable(building)}', expected 1 to {highest}")
    return _prediction("tower", building, network, scene, tower(scene, building, chosen), calibration)


def predict_ground(
    network: Network,
    lat: float,
    lon: float,
    radius_m: float,
    spacing_m: float,
    calibration: Calibrated | None = None,
) -> Prediction:
    """Predict on the ground in a square about a place.

    Raises
    ------
    InputError
        If the grid is too large.
    """
    scene = build_scene(network.buildings, None if network.buildings else Frame(lat, lon))
    try:
        places = ground_grid(scene, lat, lon, radius_m, spacing_m)
    except ValueError as error:
        raise InputError(f"{error}, expected at most a million; take a wider spacing or a smaller radius") from None
    return _prediction("ground", "", network, scene, places, calibration)


def predict_points(network: Network, path: Path, calibration: Calibrated | None = None) -> Prediction:
    """Predict at the points of a CSV file: lat, lon, and optionally point, floor, height_m, building.

    Raises
    ------
    InputError
        If the file cannot be read, with line and value.
    """
    places, notes = read_table(path, "points")
    unnamed = [f"point_{row}" for row in range(1, len(places) + 1)]
    places["point"] = np.where(places["point"] == "", unnamed, places["point"])
    places = places.reset_index(drop=True).assign(height_m=heights_m(places))
    scene = build_scene(network.buildings)
    return _prediction("points", "", network, scene, places, calibration, notes)


def _prediction(
    kind: str,
    name: str,
    network: Network,
    scene: Scene,
    places: pd.DataFrame,
    calibration: Calibrated | None,
    notes: Iterable[str] = (),
) -> Prediction:
    dbm = predict(network, places, scene)
    if calibration is not None:
        dbm, error_db = calibration.correct(network, places, dbm, scene)
    figures = {rat: coverage(network.cells, dbm, rat) for rat in SCALES if (network.cells["rat"] == rat).any()}
    if calibration is not None:
        figures = {rat: _with_error(network, figures[rat], error_db) for rat in figures}
    return Prediction(
        kind,
        name,
        network,
        scene,
        places,
        dbm,
        figures,
        calibration.places if calibration else 0,
        (*network.notes, *notes, *_doubts(network, places)),
    )


def _with_error(network: Network, figures: pd.DataFrame, error_db: FloatArray) -> pd.DataFrame:
    """Figures with the standard deviation of the server's level, as the calibration states it."""
    column = network.cells.index.get_indexer(pd.Index(figures["server"]))
    found = np.where(column >= 0, error_db[np.arange(len(figures)), column], np.nan)
    return figures.assign(error_db=found)


def _doubts(network: Network, places: pd.DataFrame) -> list[str]:
    """Where the models leave what their sources vouch for."""
    highest = float(np.nanmax(heights_m(places), initial=0.0))
    if highest <= HORIZON_M:
        return []
    doubts = [
        f"38.901 UMa vouches for phones up to 22.5 m and is used to {highest:g} m: line of sight by the map and "
        "P.1410, the height term held at 22.5 m"
    ]
    cells = network.cells
    plain = cells.index[(cells["kind"] != "das") & (cells["antenna"] == "")]
    if len(plain):
        doubts.append(
            f"{len(plain)} cells have no antenna file, {printable(plain[0])} for one: a pattern without side lobes "
            "cannot judge a downtilt at height"
        )
    return doubts


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
        told += ["", f"{rat}: {level} · {say('plot.dominance_db', lang)} · {quality} · {say('plot.server', lang)}"]
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
