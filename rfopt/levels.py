"""Levels: points × cells in dBm. Measured and predicted wear the same shape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Source(IntEnum):
    """Where a level comes from."""

    UNKNOWN = 0
    PREDICTED = 1
    CENSORED = 2
    MEASURED = 3


@dataclass(frozen=True)
class Levels:
    """Mean level of each cell at each point.

    Attributes
    ----------
    points : DataFrame
        One row a point, indexed by label: lat, lon, floor, height_m.
    cells : Index
        Cell names, in the order of the columns of `dbm`.
    dbm : ndarray (points, cells)
        Mean level in dBm; NaN = not known, which is never the same as weak.
    error_db : ndarray (points, cells)
        Standard error of the mean in dB.
    source : ndarray (points, cells) of `Source`
        MEASURED: reported by the phone. CENSORED: never reported where it would have been if strong, `dbm` then is
        the most it can have been. PREDICTED: by the propagation model, or from the flat's other
        rooms (`rfopt.mobility.unlisted`).
    """

    points: pd.DataFrame
    cells: pd.Index
    dbm: NDArray[np.float64]
    error_db: NDArray[np.float64]
    source: NDArray[np.int8]

    def at(self, point: str, cell: str) -> float:
        """The mean level of one cell at one point in dBm."""
        return float(self.dbm[self.points.index.get_loc(point), self.cells.get_loc(cell)])

    def of(self, cell: str) -> NDArray[np.float64]:
        """The mean level of one cell at every point in dBm; NaN everywhere if the cell is not among them."""
        if cell not in self.cells:
            return np.full(len(self.points), np.nan)
        return self.dbm[:, self.cells.get_loc(cell)]

    def measured(self, cell: str) -> NDArray[np.bool_]:
        """Points where the phone reported the cell."""
        if cell not in self.cells:
            return np.zeros(len(self.points), dtype=bool)
        return np.asarray(self.source[:, self.cells.get_loc(cell)] == Source.MEASURED)

    def shifted(self, delta_db: NDArray[np.float64]) -> Levels:
        """The same levels moved by `delta_db` (points, cells): a change moves a level, never replaces it."""
        return replace(self, dbm=self.dbm + delta_db)
