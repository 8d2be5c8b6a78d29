"""Keenan-Motley: free space and a fixed loss for every wall and floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from rfopt.radio.path_loss import FloatArray, path_losses
from rfopt.radio.path_loss.free_space import free_space

VALID = {"frequency_mhz": (800.0, 2600.0), "distance_m": (1.0, 100.0)}


@path_losses
def keenan_motley(
    frequency_mhz: ArrayLike,
    distance_m: ArrayLike,
    walls: ArrayLike = 0.0,
    floors: ArrayLike = 0.0,
    wall_loss_db: float = 10.0,
    floor_loss_db: float = 20.0,
) -> FloatArray:
    """Free space + walls·L_w + floors·L_f (Keenan and Motley, 1990).

    The default losses are those of brick walls and concrete slabs in Chinese flats, an engineering assumption.

    Parameters
    ----------
    frequency_mhz, distance_m, walls, floors : array_like
        The distance is the straight one; walls and floors are counts.
    wall_loss_db, floor_loss_db : float

    Examples
    --------
    >>> round(float(keenan_motley(930.8, 10.0, walls=2) - free_space(930.8, 10.0)), 6)
    20.0
    """
    through = wall_loss_db * np.asarray(walls, dtype=np.float64) + floor_loss_db * np.asarray(floors, dtype=np.float64)
    return np.asarray(free_space(frequency_mhz, distance_m) + through)
