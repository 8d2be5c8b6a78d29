"""How much the shadowing at one place says of that at another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from rfopt.geography.buildings import Frame
from rfopt.geography.scene import heights_m

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

OUTDOOR_M, INDOOR_M = 50.0, 7.0
"""Distance over which the correlation falls to 1/e (TR 38.901 Table 7.5-6, UMa NLOS and O2I; 37 m in line of sight).

From memory, checked against the project's notes on the clause.
"""


@dataclass(frozen=True, eq=False)
class Spots:
    """Places as shadowing sees them; arrays of shape (places,), metres in one frame."""

    x_m: FloatArray
    y_m: FloatArray
    height_m: FloatArray
    indoors: BoolArray

    def __len__(self) -> int:
        return len(self.x_m)

    def take(self, rows: NDArray[np.integer] | slice) -> Spots:
        """Some of the places."""
        return Spots(self.x_m[rows], self.y_m[rows], self.height_m[rows], self.indoors[rows])


def spots_of(points: pd.DataFrame, frame: Frame) -> Spots:
    """Places of a table with lat, lon, height_m or floor, and building ('' or absent: outdoors)."""
    x, y = frame.to_xy(points["lat"], points["lon"])
    return Spots(x, y, heights_m(points), names_of_buildings(points) != "")


def names_of_buildings(points: pd.DataFrame) -> NDArray[np.object_]:
    """The building that every point is in; '' outdoors."""
    if "building" not in points:
        return np.full(len(points), "", dtype=object)
    return np.array(["" if pd.isna(name) else str(name) for name in points["building"]], dtype=object)


def correlation(a: Spots, b: Spots) -> FloatArray:
    """Correlation of one cell's shadowing between places: exp(−d/L), d straight, L by where both places are.

    The exponential of TR 38.901 §7.4.4. A place indoors and one outdoors have nothing in common: walls and rooms differ
    from all that the street knows. Block by block it is a covariance, so any set of places gives a valid one.

    Returns
    -------
    ndarray, shape (places of a, places of b)

    Examples
    --------
    >>> away = np.array([0.0, 50.0, 50.0])
    >>> spots = Spots(away, np.zeros(3), np.full(3, 1.5), np.array([False, False, True]))
    >>> correlation(spots, spots)[0].round(3).tolist()
    [1.0, 0.368, 0.0]
    """
    here, there = (np.column_stack([s.x_m, s.y_m, s.height_m]) for s in (a, b))
    apart = cdist(here, there)
    length = np.where(a.indoors, INDOOR_M, OUTDOOR_M)[:, None]
    return np.where(a.indoors[:, None] == b.indoors, np.exp(-apart / length), 0.0)
