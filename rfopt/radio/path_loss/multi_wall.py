"""COST 231 multi-wall: walls by kind, and floors that cost less the more there are."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rfopt.radio.path_loss import FloatArray, path_losses
from rfopt.radio.path_loss.free_space import free_space

VALID = {"frequency_mhz": (800.0, 2600.0), "distance_m": (1.0, 100.0)}

FLOOR_DB = 18.3
FLOOR_BEND = 0.46


@path_losses
def multi_wall(
    frequency_mhz: ArrayLike,
    distance_m: ArrayLike,
    light_walls: ArrayLike = 0.0,
    heavy_walls: ArrayLike = 0.0,
    floors: ArrayLike = 0.0,
    light_wall_db: float = 3.4,
    heavy_wall_db: float = 6.9,
    constant_db: float = 0.0,
) -> FloatArray:
    """Free space + walls + n^((n+2)/(n+1) − 0.46)·18.3 dB (COST 231 final report §4.7.2).

    From memory of the report; the floor term checked: 18.30, 33.52, 43.59, 51.05 dB for 1…4 floors.

    Parameters
    ----------
    frequency_mhz, distance_m, light_walls, heavy_walls, floors : array_like
        The distance is the straight one; walls and floors are counts.
    light_wall_db, heavy_wall_db, constant_db : float
    """
    walls = light_wall_db * np.asarray(light_walls, dtype=np.float64)
    walls = walls + heavy_wall_db * np.asarray(heavy_walls, dtype=np.float64)
    return np.asarray(free_space(frequency_mhz, distance_m) + constant_db + walls + floors_db(floors))


def floors_db(floors: ArrayLike) -> FloatArray:
    """Loss of n floors; 0 for none.

    >>> floors_db([0, 1, 2, 3, 4]).round(2).tolist()
    [0.0, 18.3, 33.52, 43.59, 51.05]
    """
    n = np.asarray(floors, dtype=np.float64)
    return np.asarray(FLOOR_DB * n ** ((n + 2.0) / (n + 1.0) - FLOOR_BEND))
