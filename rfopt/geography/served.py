"""Where the users of a cell are taken to be, where nobody measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.geography.scene import Building, Frame, points_of_floor

SECTOR_M = (100.0, 200.0, 300.0, 450.0, 600.0)
SECTOR_DEG = (-40.0, 0.0, 40.0)


def around(lat: float, lon: float, distance_m: NDArray[np.float64], bearing_deg: NDArray[np.float64]) -> pd.DataFrame:
    """Places on the ground around a place."""
    turn = np.radians(bearing_deg)
    where = Frame(lat, lon).to_lat_lon(distance_m * np.sin(turn), distance_m * np.cos(turn))
    return pd.DataFrame({"lat": where[0], "lon": where[1], "height_m": 1.5, "building": ""})


def sector_of(row: pd.Series) -> pd.DataFrame:
    """Places on the ground in front of a cell's antenna, all around it where it has no azimuth."""
    azimuth = row["azimuth_deg"]
    spread = np.array(SECTOR_DEG) + azimuth if not np.isnan(azimuth) else np.arange(0.0, 360.0, 120.0)
    distance, bearing = np.meshgrid(SECTOR_M, spread)
    return around(row["lat"], row["lon"], distance.ravel(), bearing.ravel())


def floors_of(building: Building, but: int | None) -> pd.DataFrame:
    """Places on the second, fourth and every fifth floor from there, on the ground floor of a lower building."""
    floors = [f for f in (2, *range(4, building.floors + 1, 5)) if f <= building.floors and f != but] or [1]
    places = pd.concat([points_of_floor(building, floor, spacing_m=20.0) for floor in floors])
    return places.loc[places["floor"] != but, ["lat", "lon", "height_m", "building"]]
