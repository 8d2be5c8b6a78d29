"""Whether what a case names stands in one region: a table or log with foreign or swapped places is found at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rfopt.errors import InputError

FARTHEST_KM = 150.0
"""No phone reaches a cell from so far: LTE's random access ends at 100 km, GSM's extended range at 120 km."""
MOST_PLACES = 100
"""Of a log, evenly spread: one of them near a cell is enough."""
GLOBE_KM = 6371.0
"""Mean radius of the Earth."""


def refuse_foreign_log(readings: pd.DataFrame, cells: pd.DataFrame, source: Path) -> None:
    """Refuse logs of which no place is near a cell.

    Parameters
    ----------
    readings : DataFrame
        With `lat`, `lon`, `file` and `line`.
    cells : DataFrame
        With `lat` and `lon`.
    source : Path
        Where the cells stand, for the message.

    Raises
    ------
    InputError
        Naming the log, a place of it and the distance.
    """
    placed = readings.dropna(subset=["lat", "lon"])
    for file, rows in placed.groupby("file", sort=False):
        some = rows.iloc[np.unique(np.linspace(0, len(rows) - 1, MOST_PLACES).astype(int))]
        refuse_foreign(some[["lat", "lon"]], Path(str(file)), int(some["line"].iloc[0]), cells, source)


def refuse_foreign(places: ArrayLike, file: Path, line: int | None, cells: pd.DataFrame, source: Path) -> None:
    """Refuse places (latitude and longitude in degrees, [2] or [n, 2]) of which none is near a cell.

    Raises
    ------
    InputError
        Naming where they are written, the first of them and the distance.
    """
    here = np.atleast_2d(np.asarray(places, dtype=float))
    stands = cells[["lat", "lon"]].drop_duplicates().to_numpy()
    least_km = _least_km(here, stands)
    if least_km <= FARTHEST_KM:
        return
    swapped = _least_km(here[:, ::-1], stands) <= FARTHEST_KM
    hint = " (latitude and longitude are swapped in one of them)" if swapped else ""
    place = f"place lat {here[0, 0]:.5g}, lon {here[0, 1]:.5g}"
    said = f"{place} is {least_km:.0f} km from the nearest cell of {source.name}, expected the same region{hint}"
    raise InputError(said, file, line)


def _least_km(places: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """The least distance along the globe between some places and others, to 100 m."""
    cosines = _on_sphere(places) @ _on_sphere(others).T
    return GLOBE_KM * float(np.arccos(np.clip(cosines.max(), -1.0, 1.0)))


def _on_sphere(places: NDArray[np.float64]) -> NDArray[np.float64]:
    phi, theta = np.radians(places).T
    return np.stack((np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)), axis=1)
