"""Coverage of a network at places: a tower floor by floor, the ground, or given points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.coverage import LEVEL, coverage, ground_grid, tower
from rfopt.errors import InputError, did_you_mean, printable
from rfopt.geography.scene import Frame, Scene, build_scene, heights_m
from rfopt.network import Network
from rfopt.radio.predict import predict
from rfopt.shown import Shown
from rfopt.tables import read_table

FloatArray = NDArray[np.float64]

HORIZON_M = 22.5
"""Above this UMa's own range ends, and what a phone hears depends on side lobes."""


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
class Prediction(Shown):
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

    def __repr__(self) -> str:
        basis = f"calibrated at {self.measured_places} places" if self.measured_places else "not calibrated"
        where = f"{self.kind} {printable(self.name)}".strip()
        return f"<Prediction: {where}, {len(self.places)} places, {' and '.join(self.figures)}, {basis}>"


def predict_tower(
    network: Network, building: str, floors: Iterable[int] | None = None, calibration: Calibrated | None = None
) -> Prediction:
    """Predict just inside the façades of a building, floor by floor.

    Raises
    ------
    InputError
        If the network's map has no such building, or the building no such floor.
    """
    scene = build_scene(network.buildings, terrain=network.terrain)
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
    scene = build_scene(network.buildings, None if network.buildings else Frame(lat, lon), network.terrain)
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
    if places.empty:
        raise InputError("holds a header and no rows, expected one row a point", path)
    unnamed = [f"point_{row}" for row in range(1, len(places) + 1)]
    places["point"] = np.where(places["point"] == "", unnamed, places["point"])
    places = places.reset_index(drop=True).assign(height_m=heights_m(places))
    scene = build_scene(network.buildings, terrain=network.terrain)
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
    figures = {rat: coverage(network.cells, dbm, rat) for rat in LEVEL if (network.cells["rat"] == rat).any()}
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
