"""A propagation model corrected by a log, and how sure it is anywhere.

Level of cell c at place p = prediction + mean offset of the cell's kind and technology + its own offset
+ slope of its kind · log10(d / 500 m) + entry correction of the wall (macros and micros, indoors)
+ leakage (distributions, beyond the buildings that they serve) + shadowing.
`rfopt.radio.calibration_fit` infers all of it together; the shadowing stays as a field, kriged to new places.

Assumed: shadowing is a cell's own. Sectors of one mast share part of it, so what is common to cells, the slope above
all, is a little less sure than its interval says. A cell that no log ever named is not known to be weak.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.geography.buildings import WALLS, Frame
from rfopt.geography.places import thinned
from rfopt.geography.scene import Scene, build_scene
from rfopt.levels import Levels, Source
from rfopt.network import Network
from rfopt.radio.calibration_fit import SETTINGS, Block, Solution, Spread, Stand, fit, solve
from rfopt.radio.links import link
from rfopt.radio.predict import at_home, predict
from rfopt.radio.shadowing import INDOOR_M, OUTDOOR_M, Spots, correlation, names_of_buildings, spots_of

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

GROUPS = tuple((kind, rat) for kind in ("macro", "micro", "das") for rat in ("GSM", "LTE"))
SLOPED = ("macro", "micro")
"""Kinds whose level is a law of distance; a distribution's is that of its own floors and walls."""
UNMAPPED = "unmapped"
"""The wall of a building that the map does not have."""
ENTERED = (*WALLS, UNMAPPED)
LEAKAGE = "leakage das"
TERMS = (
    *(f"offset {kind} {rat}" for kind, rat in GROUPS),
    *(f"slope {kind}" for kind in SLOPED),
    *(f"entry {wall}" for wall in ENTERED),
    LEAKAGE,
)
OPTIONAL = np.array([not term.startswith("offset") for term in TERMS])
PRIOR_DB = np.array([12.0] * len(GROUPS) + [10.0] * len(SLOPED) + [8.0] * len(ENTERED) + [10.0])
"""Before a log is seen: a kind's offset (models err by 8 to 12 dB indoors), dB per decade, an entry loss, a leakage."""
REFERENCE_M, NEAREST_M = 500.0, 10.0
NORMAL_90 = 1.6449
CHUNK = 8192
FAR = 1e-3
"""Shadowing correlated less than this with every measured place is not kriged."""
ROW_COLUMNS = (
    "place", "cell", "level_dbm", "error_db", "censored", "predicted_dbm", "decades", "home", "stand_db", "stand_db2",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Calibration:
    """What a log says about the model.

    Attributes
    ----------
    points : DataFrame
        The places it rests on: lat, lon, height_m, building, wall.
    cells : DataFrame
        The cells it rests on: kind, rat.
    rows : DataFrame
        A row a level: number of its place and cell, the level or limit and its error, whether it is censored, the
        prediction, log10(d / 500 m), whether the cell serves the place's building from inside, and the value and
        variance of the level's Gaussian stand-in, relative to the prediction.
    spread : Spread
        Variances.
    kept : ndarray of bool, shape (terms,)
        Terms of `TERMS` that the log separates; the others are left at 0.
    """

    points: pd.DataFrame
    cells: pd.DataFrame
    rows: pd.DataFrame
    spread: Spread
    kept: BoolArray

    @property
    def places(self) -> int:
        """Number of measured places."""
        return len(self.points)

    @cached_property
    def frame(self) -> Frame:
        """About the middle of the places."""
        return _middle(self.points)

    @cached_property
    def spots(self) -> Spots:
        """The places as shadowing sees them."""
        return spots_of(self.points, self.frame)

    @cached_property
    def members(self) -> tuple[NDArray[np.int64], ...]:
        """Positions in `rows` of each cell's rows."""
        owner = self.rows["cell"].to_numpy()
        return tuple(np.flatnonzero(owner == cell) for cell in range(len(self.cells)))

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The rows of each cell as the inference takes them."""
        return _blocks(self.points, self.cells, self.rows, self.spots)

    @cached_property
    def stands(self) -> tuple[Stand, ...]:
        """Gaussian stand-ins of each cell's rows."""
        value, variance = (self.rows[name].to_numpy() for name in ("stand_db", "stand_db2"))
        return tuple(Stand(value[rows], variance[rows]) for rows in self.members)

    @cached_property
    def solution(self) -> Solution:
        """Terms and each cell's part of the solution."""
        return solve(self.blocks, self.stands, self.spread, PRIOR_DB, self.kept)

    @property
    def shadow_sd_db(self) -> dict[str, float]:
        """Standard deviation of the shadowing in each of `rfopt.radio.calibration_fit.SETTINGS`."""
        return dict(zip(SETTINGS, np.sqrt(self.spread.shadow_db2).tolist(), strict=True))

    @cached_property
    def settings(self) -> NDArray[np.int64]:
        """Number of the setting of every row."""
        return setting_of(self.spots.indoors[self.rows["place"].to_numpy()], self.rows["home"].to_numpy(dtype=bool))

    def levels(self, network: Network, points: pd.DataFrame, scene: Scene | None = None) -> Levels:
        """Corrected levels at any places, with their full standard deviation.

        Parameters
        ----------
        network : Network
            Cells that the calibration does not know take the mean of their kind and technology.
        points : DataFrame
            As for `rfopt.radio.predict.predict`.
        scene : Scene, optional
            Of the network's buildings, where it was made before.
        """
        scene = build_scene(network.buildings, terrain=network.terrain) if scene is None else scene
        dbm, error = self.correct(network, points, predict(network, points, scene), scene)
        return Levels(points, network.cells.index, dbm, error, np.full(dbm.shape, Source.PREDICTED, dtype=np.int8))

    def correct(
        self, network: Network, points: pd.DataFrame, dbm: FloatArray, scene: Scene
    ) -> tuple[FloatArray, FloatArray]:
        """Predicted levels corrected [dBm] and their standard deviation [dB], shape (places, cells).

        Levels of one place or of places near each other err together; the standard deviation is that of one level.
        """
        mean, error = np.empty(dbm.shape), np.empty(dbm.shape)
        for first in range(0, len(points), CHUNK):
            rows = slice(first, first + CHUNK)
            mean[rows], error[rows] = self._correction(network, points.iloc[rows], scene)
        return dbm + mean, np.where(np.isnan(dbm), np.nan, error)

    def _correction(self, network: Network, points: pd.DataFrame, scene: Scene) -> tuple[FloatArray, FloatArray]:
        spots, walls = spots_of(points, self.frame), walls_of(points, scene)
        near = correlation(spots, self.spots)
        heard = np.flatnonzero(near.max(axis=1, initial=0.0) > FAR)
        table = network.cells
        decades, number = decades_of(table, points, self.frame), self.cells.index.get_indexer(table.index)
        mean, error = np.empty(decades.shape), np.empty(decades.shape)
        home = at_home(scene, table, points)
        for column, (kind, rat) in enumerate(zip(table["kind"], table["rat"], strict=True)):
            x = design(kind, rat, decades[:, column], walls, home[:, column])
            of_cell = _Ask(GROUPS.index((kind, rat)), x, setting_of(spots.indoors, home[:, column]), near, heard)
            mean[:, column], error[:, column] = self._of_cell(of_cell, int(number[column]))
        return mean, error

    def _of_cell(self, ask: _Ask, cell: int) -> tuple[FloatArray, FloatArray]:
        solution = self.solution
        mean = ask.x @ solution.terms
        own = self.spread.offset_db2[ask.group] + self.spread.shadow_db2[ask.setting]
        left = ask.x
        if cell >= 0:
            shared, kriged = self._shared_db2(ask, cell), np.full(len(ask.x), len(ask.heard))
            kriged[ask.heard] = np.arange(len(ask.heard))
            part = solution.parts[cell]
            mean = mean + (shared @ part.weights)[kriged]
            own = own - np.einsum("pr,pr->p", shared @ part.inverse, shared)[kriged]
            left = ask.x - (shared @ part.slopes)[kriged]
        return mean, np.sqrt(np.maximum(own, 0.0) + np.einsum("pi,ij,pj->p", left, solution.covariance, left))

    def _shared_db2(self, ask: _Ask, cell: int) -> FloatArray:
        """Covariance of a cell's levels at the places heard nearby, and at any other place, with its rows."""
        at = self.rows["place"].to_numpy()[self.members[cell]]
        sd = np.sqrt(self.spread.shadow_db2)
        here, there = sd[ask.setting[ask.heard]], sd[self.settings[self.members[cell]]]
        near = here[:, None] * ask.near[np.ix_(ask.heard, at)] * there
        return np.asarray(np.vstack([near, np.zeros(len(at))]) + self.spread.offset_db2[ask.group])

    def terms(self) -> pd.DataFrame:
        """Slopes, entry corrections and mean offsets that the log bears on, with 90 % intervals.

        Returns
        -------
        DataFrame
            Indexed by term: value, low, high, separable. One that is not separable is at 0 with its prior's width,
            hardly less.
        """
        sd = np.sqrt(np.diag(self.solution.covariance))
        borne = np.any([np.any(block.x != 0.0, axis=0) for block in self.blocks], axis=0)
        table = pd.DataFrame(_interval(self.solution.terms, sd) | {"separable": self.kept}, index=list(TERMS))
        return table[borne]

    def offsets(self) -> pd.DataFrame:
        """What to add to the prediction of each cell, its kind's mean included, at 500 m and outdoors.

        Returns
        -------
        DataFrame
            Indexed by cell: kind, rat, value, low, high (90 %), heard and censored (number of places).
        """
        values, sds = np.empty(len(self.cells)), np.empty(len(self.cells))
        for cell, (block, part) in enumerate(zip(self.blocks, self.solution.parts, strict=True)):
            own = self.spread.offset_db2[block.group]
            left = np.eye(len(TERMS))[block.group] - own * part.slopes.sum(axis=0)
            values[cell] = self.solution.terms[block.group] + own * part.weights.sum()
            variance = own - own**2 * part.inverse.sum() + left @ self.solution.covariance @ left
            sds[cell] = np.sqrt(max(variance, 0.0))
        censored = np.array([int(block.censored.sum()) for block in self.blocks], dtype=int)
        rows = np.array([len(block.x) for block in self.blocks], dtype=int)
        return self.cells.assign(**_interval(values, sds), heard=rows - censored, censored=censored)


@dataclass(frozen=True, eq=False)
class _Ask:
    """Places to correct one cell at: its group, its design, and how near they are to the measured places."""

    group: int
    x: FloatArray
    setting: NDArray[np.int64]
    near: FloatArray
    heard: NDArray[np.int64]


def calibrate(network: Network, levels: Levels, scene: Scene | None = None) -> Calibration:
    """Correct the model by levels.

    Parameters
    ----------
    network : Network
        Has the cells of the levels, and more.
    levels : Levels
        MEASURED and CENSORED ones count. `points` may have a `building`, '' outdoors. More than
        `rfopt.geography.places.MOST_PLACES` places are thinned.
    scene : Scene, optional
        Of the network's buildings, where it was made before.
    """
    scene = build_scene(network.buildings, terrain=network.terrain) if scene is None else scene
    levels = thinned(levels)
    names = levels.cells[levels.cells.isin(network.cells.index)]
    heard = network.subset(names)
    points = _places(levels.points, scene)
    rows = _rows(heard, levels, points, scene)
    cells = heard.cells[["kind", "rat"]]
    used = np.unique(rows["cell"].to_numpy())
    cells, rows = cells.iloc[used], rows.assign(cell=np.searchsorted(used, rows["cell"].to_numpy()))
    blocks = _blocks(points, cells, rows, spots_of(points, _middle(points)))
    found = fit(blocks, PRIOR_DB, OPTIONAL, len(GROUPS))
    stands = {"stand_db": [s.value_db for s in found.stands], "stand_db2": [s.variance_db2 for s in found.stands]}
    rows = rows.assign(**{name: np.concatenate([np.empty(0), *parts]) for name, parts in stands.items()})
    return Calibration(points, cells, rows, found.spread, found.kept)


def _middle(points: pd.DataFrame) -> Frame:
    return Frame(float(points["lat"].median()), float(points["lon"].median()))


def _places(points: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    names, height = names_of_buildings(points), spots_of(points, Frame(0.0, 0.0)).height_m
    return points[["lat", "lon"]].assign(height_m=height, building=names, wall=walls_of(points, scene))


def _rows(network: Network, levels: Levels, points: pd.DataFrame, scene: Scene) -> pd.DataFrame:
    """A row a level that counts, cell by cell."""
    column = levels.cells.get_indexer(network.cells.index)
    predicted, decades = predict(network, points, scene), decades_of(network.cells, points, _middle(points))
    dbm, error, source = (array[:, column] for array in (levels.dbm, levels.error_db, levels.source))
    counts = np.isin(source, (Source.MEASURED, Source.CENSORED)) & np.isfinite(dbm) & np.isfinite(predicted)
    cell, place = np.nonzero(counts.T)
    at = place, cell
    return pd.DataFrame(
        {
            "place": place,
            "cell": cell,
            "level_dbm": dbm[at],
            "error_db": np.nan_to_num(error[at]),
            "censored": source[at] == Source.CENSORED,
            "predicted_dbm": predicted[at],
            "decades": decades[at],
            "home": at_home(scene, network.cells, points)[at],
        }
    )


def _blocks(points: pd.DataFrame, cells: pd.DataFrame, rows: pd.DataFrame, spots: Spots) -> tuple[Block, ...]:
    walls, near = points["wall"].to_numpy(dtype=object), correlation(spots, spots)
    owner, blocks = rows["cell"].to_numpy(), []
    for number, (kind, rat) in enumerate(zip(cells["kind"], cells["rat"], strict=True)):
        mine = rows[owner == number]
        place = mine["place"].to_numpy()
        blocks.append(
            Block(
                GROUPS.index((kind, rat)),
                design(kind, rat, mine["decades"].to_numpy(), walls[place], mine["home"].to_numpy(dtype=bool)),
                near[np.ix_(place, place)],
                setting_of(spots.indoors[place], mine["home"].to_numpy(dtype=bool)),
                (mine["level_dbm"] - mine["predicted_dbm"]).to_numpy(),
                mine["error_db"].to_numpy(),
                mine["censored"].to_numpy(dtype=bool),
            )
        )
    return tuple(blocks)


def setting_of(indoors: BoolArray, home: BoolArray) -> NDArray[np.int64]:
    """Number of the setting of places towards one cell."""
    return np.asarray(np.where(home, SETTINGS.index("home"), indoors), dtype=np.int64)


def design(kind: str, rat: str, decades: FloatArray, walls: NDArray[np.object_], home: BoolArray) -> FloatArray:
    """What each of `TERMS` adds per dB of it to a cell's level, shape (places, terms).

    Parameters
    ----------
    kind, rat : str
        Of the cell.
    decades : ndarray, shape (places,)
        log10(d / 500 m).
    walls : ndarray of str, shape (places,)
        '' outdoors.
    home : ndarray of bool, shape (places,)
        Where a distribution serves from inside.
    """
    x = np.zeros((len(decades), len(TERMS)))
    x[:, TERMS.index(f"offset {kind} {rat}")] = 1.0
    if kind in SLOPED:
        x[:, TERMS.index(f"slope {kind}")] = decades
        for wall in ENTERED:
            x[:, TERMS.index(f"entry {wall}")] = walls == wall
    if kind == "das":
        x[:, TERMS.index(LEAKAGE)] = ~home
    return x


def decades_of(cells: pd.DataFrame, points: pd.DataFrame, frame: Frame) -> FloatArray:
    """log10 of the straight distance over 500 m, shape (places, cells); within 10 m as at 10 m."""
    return np.asarray(np.log10(np.maximum(link(cells, points, frame).distance_3d_m, NEAREST_M) / REFERENCE_M))


def walls_of(points: pd.DataFrame, scene: Scene) -> NDArray[np.object_]:
    """The wall of the building that every point is in; '' outdoors, ``unmapped`` where the map lacks the building."""
    known: dict[Any, str] = {"": ""} | {name: scene.buildings[k].wall for name, k in scene.index.items()}
    return np.array([known.get(name, UNMAPPED) for name in names_of_buildings(points)], dtype=object)


def _interval(value: FloatArray, sd: FloatArray) -> dict[str, Any]:
    return {"value": value, "low": value - NORMAL_90 * sd, "high": value + NORMAL_90 * sd}


def lengths_m() -> dict[str, float]:
    """Correlation lengths in use, stated with every result."""
    return {"outdoors": OUTDOOR_M, "indoors": INDOOR_M, "home": INDOOR_M}
