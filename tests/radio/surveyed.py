"""A town that was driven and climbed: true levels from the model plus all that a calibration should find."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from rfopt.geography.buildings import Frame
from rfopt.geography.scene import Scene, build_scene, points_of_floor
from rfopt.levels import Levels, Source
from rfopt.network import Network
from rfopt.radio.calibration import TERMS, decades_of, design, walls_of
from rfopt.radio.predict import at_home, predict
from rfopt.radio.shadowing import correlation, spots_of
from rfopt.sites import read_network

NETWORK_FOLDER = Path(__file__).resolve().parents[2] / "site_configs" / "baohu_tianxia"
LEAST_DBM = {"GSM": -100.0, "LTE": -118.0}
ERROR_DB = 0.8
SHADOW_DB = (7.0, 6.0)


@cache
def town() -> tuple[Network, Scene]:
    network = read_network(NETWORK_FOLDER)
    return network, build_scene(network.buildings)


@cache
def places(outdoors: int = 60, reach_m: float = 600.0) -> pd.DataFrame:
    """Street places on a jittered grid, and one corner of every fifth floor of each building."""
    network, scene = town()
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-reach_m, reach_m, (2, 3 * outdoors))
    lat, lon = Frame(38.495, 106.225).to_lat_lon(x, y)
    street = pd.DataFrame({"lat": lat, "lon": lon, "floor": np.nan, "height_m": 1.5, "building": ""})
    street = street[(scene.containing(lat, lon) < 0).all(axis=1)].head(outdoors)
    floors = [
        points_of_floor(building, floor, spacing_m=50.0)[["lat", "lon", "floor", "height_m", "building"]].head(2)
        for building in network.buildings
        for floor in range(2, building.floors + 1, 7)
    ]
    found = pd.concat([street, *floors], ignore_index=True)
    return found.set_axis([f"p{row}" for row in range(len(found))])


@dataclass(frozen=True)
class Survey:
    """What is true, and what was measured of it."""

    levels: Levels
    true_dbm: np.ndarray
    predicted_dbm: np.ndarray
    terms: dict[str, float]
    offsets: pd.Series

    def take(self, rows: np.ndarray) -> Levels:
        levels = self.levels
        return Levels(
            levels.points.iloc[rows], levels.cells, *(a[rows] for a in (levels.dbm, levels.error_db, levels.source))
        )


@cache
def predicted(outdoors: int = 60, reach_m: float = 600.0) -> np.ndarray:
    network, scene = town()
    return predict(network, places(outdoors, reach_m), scene)


@cache
def _shadow_root(outdoors: int, reach_m: float) -> np.ndarray:
    points = places(outdoors, reach_m)
    spots = spots_of(points, Frame(38.495, 106.225))
    sd = np.where(spots.indoors, SHADOW_DB[1], SHADOW_DB[0])
    return np.linalg.cholesky(sd[:, None] * correlation(spots, spots) * sd + 1e-9 * np.eye(len(points)))


def survey(seed: int, outdoors: int = 60, reach_m: float = 600.0, outliers: float = 0.02) -> Survey:
    """Offsets, slope, entry losses, correlated shadowing, noise, outliers, and phones that lose weak cells."""
    network, scene = town()
    rng, points, base = np.random.default_rng(seed), places(outdoors, reach_m), predicted(outdoors, reach_m)
    terms = {term: float(rng.normal(0.0, 8.0 if term.startswith("offset") else 6.0)) for term in TERMS}
    vector = np.array([terms[term] for term in TERMS])
    walls, decades = walls_of(points, scene), decades_of(network.cells, points, Frame(38.495, 106.225))
    home = at_home(scene, network.cells, points)
    true, offsets = base.copy(), {}
    for column, (name, cell) in enumerate(network.cells.iterrows()):
        own = rng.normal(0.0, 5.0)
        offsets[name] = own + terms[f"offset {cell['kind']} {cell['rat']}"]
        true[:, column] += design(cell["kind"], cell["rat"], decades[:, column], walls, home[:, column]) @ vector + own
        true[:, column] += _shadow_root(outdoors, reach_m) @ rng.normal(size=len(points))
    seen = true + ERROR_DB * rng.normal(size=true.shape)
    wrong = rng.random(true.shape) < outliers
    seen = seen + wrong * rng.choice([-1.0, 1.0], true.shape) * rng.uniform(15.0, 30.0, true.shape)
    limit = network.cells["rat"].map(LEAST_DBM).to_numpy() + rng.normal(0.0, 2.0, true.shape)
    lost = seen < limit
    levels = Levels(
        points, network.cells.index, np.where(lost, limit, seen), np.where(lost, 1.0, ERROR_DB),
        np.where(lost, Source.CENSORED, Source.MEASURED).astype(np.int8),
    )  # fmt: skip
    return Survey(levels, true, base, terms, pd.Series(offsets))


def retabled(network: Network, *changes: tuple[str, str, float]) -> Network:
    """The network with other values in its site table."""
    cells = network.cells.copy()
    for cell, column, value in changes:
        cells.loc[cell, column] = value
    return replace(network, cells=cells)
