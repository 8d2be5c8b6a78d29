"""Levels of cells that a server's list kept from being reported: silence there says nothing of them.

A phone on a cell whose list lacks a carrier never reports it, however strong it is. What fallback calls found when they
landed on such a cell tells its level at that point; else the flat's other rooms do, as far as rooms of one flat agree.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.levels import Source

ROOM_DB = 5.0
"""Standard deviation of one cell's level between the rooms of a flat: walls face other ways (an assumption)."""
LEAST_LANDINGS = 3
CHOSEN_DB = 1.5
"""Landings are made on the strongest of a list, and so at the cell's better moments: an assumption."""

FloatArray = NDArray[np.float64]


def fill_unlisted(
    dbm: FloatArray, error: FloatArray, source: NDArray[np.int8], points: pd.DataFrame, landed: FloatArray,
    landings: FloatArray, sigma_db: float,
) -> None:  # fmt: skip
    """Give levels that are not known their landings' mean, or that of the other points of the floor; in place.

    Parameters
    ----------
    dbm, error, source : ndarray (points, cells)
        As the reports alone tell them; only what is UNKNOWN is filled.
    points : DataFrame
        With floor, NaN outdoors: streets say nothing of rooms.
    landed, landings : ndarray (points, cells)
        Mean level of fallback calls that landed there, dBm, and their number.
    sigma_db : float
        Of the fading.
    """
    known = (source == Source.MEASURED) & points["floor"].notna().to_numpy()[:, None]
    measured = np.where(known, dbm, np.nan)
    floor = points["floor"].to_numpy(dtype=float)
    for p, c in zip(*np.nonzero(source == Source.UNKNOWN), strict=True):
        others = measured[floor == floor[p], c]
        others = others[np.isfinite(others)]
        if landings[p, c] >= LEAST_LANDINGS:
            spread = np.hypot(sigma_db / np.sqrt(landings[p, c]), CHOSEN_DB)
            dbm[p, c], error[p, c], source[p, c] = landed[p, c], spread, Source.MEASURED
        elif others.size:
            spread = ROOM_DB * np.sqrt(1.0 + 1.0 / others.size)
            dbm[p, c], error[p, c], source[p, c] = others.mean(), spread, Source.PREDICTED


def landings_of(rows: pd.DataFrame, points: pd.Index, cells: pd.Index, level: str) -> tuple[FloatArray, FloatArray]:
    """Mean level and number of some rows at each point and of each cell, (points, cells); NaN where there is none.

    >>> rows = pd.DataFrame({"point": ["a", "a"], "cell": ["A", "A"], "rxlev_dbm": [-70.0, -72.0]})
    >>> mean, number = landings_of(rows, pd.Index(["a", "b"]), pd.Index(["A"]), "rxlev_dbm")
    >>> mean.tolist(), number.tolist()
    ([[-71.0], [nan]], [[2.0], [0.0]])
    """
    mean, number = np.full((len(points), len(cells)), np.nan), np.zeros((len(points), len(cells)))
    at, of = points.get_indexer(pd.Index(rows["point"])), cells.get_indexer(pd.Index(rows["cell"]))
    dbm = rows[level].to_numpy(dtype=float)
    for p, c in {(p, c) for p, c in zip(at.tolist(), of.tolist(), strict=True) if p >= 0 and c >= 0}:
        here = dbm[(at == p) & (of == c)]
        mean[p, c], number[p, c] = here.mean(), here.size
    return mean, number
