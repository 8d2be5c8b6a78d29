"""The reports of one technology at one place, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Stretch:
    """Reports of one technology at one point: level[instant, cell] in dBm with NaN where not reported.

    `log` numbers the files, whose clocks have nothing to do with each other; `reported` counts neighbours.
    """

    point: str
    time_s: NDArray[np.float64]
    log: NDArray[np.int64]
    idle: NDArray[np.bool_]
    server: NDArray[np.int64]
    level_dbm: NDArray[np.float64]
    reported: NDArray[np.int64]
    weakest_dbm: NDArray[np.float64]
    interference_dbm: NDArray[np.float64]
