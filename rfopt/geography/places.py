"""Places out of a drive: labels that wander are cut into squares, levels of many places are thinned and joined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.geography.buildings import Frame
from rfopt.levels import Levels, Source

SQUARE_M = 20.0
"""Side of a square: some 40 wavelengths at 900 MHz average the multipath (Lee 1985), shadowing hardly changes."""
MOST_PLACES = 400
STOREY_M = 3.0


def squares(x_m: NDArray[np.float64], y_m: NDArray[np.float64], apart: NDArray[np.integer], most: int) -> pd.DataFrame:
    """Squares over places, as small as `SQUARE_M` and doubled until there are no more than `most`.

    Parameters
    ----------
    x_m, y_m : ndarray, shape (places,)
    apart : ndarray of int, shape (places,)
        Places of different numbers never share a square, however few squares are wanted.
    most : int

    Returns
    -------
    DataFrame
        east, north (numbers of the square, from the south-west corner) and apart, a row a place.

    Examples
    --------
    >>> x = np.array([0.0, 5.0, 70.0])
    >>> squares(x, np.zeros(3), np.zeros(3, dtype=int), 9)["east"].tolist()
    [0, 0, 3]
    """
    side, from_x_m, from_y_m = SQUARE_M, np.min(x_m), np.min(y_m)
    while True:
        east, north = (np.floor(away / side).astype(np.int64) for away in (x_m - from_x_m, y_m - from_y_m))
        found = pd.DataFrame({"east": east, "north": north, "apart": apart})
        count = len(found.drop_duplicates())
        if count <= max(most, found["apart"].nunique()):
            return found
        side *= 2.0


def cut_into_places(readings: pd.DataFrame, most: int = MOST_PLACES) -> pd.DataFrame:
    """Readings with one label a place: a label on several floors is split, one that wanders outdoors cut into squares.

    Parameters
    ----------
    readings : DataFrame
        With point, lat, lon and floor, all placed and labelled.
    most : int
        Squares at most, all labels together.
    """
    label = readings["point"].astype(str).to_numpy(dtype=object)
    floor = readings["floor"].to_numpy(dtype=float)
    several = (readings.groupby("point")["floor"].transform("nunique").to_numpy() > 1) & ~np.isnan(floor)
    label[several] = [f"{name} {number:.0f}F" for name, number in zip(label[several], floor[several], strict=True)]
    lat, lon = readings["lat"].to_numpy(dtype=float), readings["lon"].to_numpy(dtype=float)
    x, y = Frame(float(np.median(lat)), float(np.median(lon))).to_xy(lat, lon)
    wide = np.isnan(floor) & _wander(label, x, y)
    if wide.any():
        cut = squares(x[wide], y[wide], pd.factorize(label[wide])[0], most)
        label[wide] = label[wide] + cut["east"].map(" E{}".format).to_numpy() + cut["north"].map(" N{}".format)
    return readings.assign(point=pd.array(label, dtype="str"))


def _wander(label: NDArray[np.object_], x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Rows whose label covers more than a square; the odd stray fix of a phone at rest does not count."""
    by_label = pd.DataFrame({"x": x_m, "y": y_m}).groupby(label)
    reach = by_label.quantile(0.95) - by_label.quantile(0.05)
    far = reach.index[(reach > SQUARE_M).any(axis=1)]
    return np.isin(label, far.to_numpy(dtype=object))


def thinned(levels: Levels, most: int = MOST_PLACES) -> Levels:
    """One place a square and storey, the one with the most levels reported, where there are more than `most`."""
    points = levels.points
    if len(points) <= most:
        return levels
    x, y = Frame(float(points["lat"].median()), float(points["lon"].median())).to_xy(points["lat"], points["lon"])
    storey = np.floor(points["height_m"].to_numpy(dtype=float) / STOREY_M).astype(int)
    cut = squares(x, y, storey, most)
    heard = (levels.source == Source.MEASURED).sum(axis=1)
    order = np.argsort(-heard, kind="stable")
    rows = np.sort(order[~cut.iloc[order].duplicated().to_numpy()])
    return Levels(points.iloc[rows], levels.cells, levels.dbm[rows], levels.error_db[rows], levels.source[rows])


def joined(parts: Sequence[Levels]) -> Levels:
    """Levels of different cells side by side, unknown where a part has no such place."""
    points = pd.concat([part.points for part in parts])
    points = points[~points.index.duplicated()]
    shape = len(points), sum(len(part.cells) for part in parts)
    dbm, error = np.full(shape, np.nan), np.full(shape, np.nan)
    source, first = np.zeros(shape, dtype=np.int8), 0
    for part in parts:
        rows, columns = points.index.get_indexer(part.points.index), np.arange(first, first + len(part.cells))
        at = np.ix_(rows, columns)
        dbm[at], error[at], source[at] = part.dbm, part.error_db, part.source
        first += len(part.cells)
    cells = pd.Index([cell for part in parts for cell in part.cells], name="cell")
    return Levels(points, cells, dbm, error, source)
