"""Fallbacks that land in another location area than the tracking area stands for: how many of them fail.

A call from the phone only waits for the update, a call to it is lost unless one switch has both areas (TS 23.272 §7,
from memory). Neither what calls a customer gets nor the switches are known, so the log's own attempts tell; where it
has none that landed elsewhere, none is taken to fail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr

from rfopt.mobility.timeline import Fallbacks

ANYWAY = (1.0, 24.0)
"""Fallbacks that failed and that did not, taken as seen before the log is: 4 % fail wherever they land (drive tests
of whole networks lost 3 to 10 % for all reasons, from memory)."""
OPEN = 0.5
"""Added to what is counted of either outcome: Jeffreys' prior."""


@dataclass(frozen=True)
class Counted:
    """Attempts of a log that failed and succeeded, `elsewhere` in another area and at `home`.

    One that failed before it landed anywhere is shared out as those of its LTE cell that succeeded are.
    """

    elsewhere: tuple[float, float] = (0.0, 0.0)
    home: tuple[float, float] = (0.0, 0.0)


def count(attempts: Iterable[Fallbacks], tac: pd.Series, lac: pd.Series) -> Counted:
    """Count attempts; `tac` of the LTE cells and `lac` of the GSM cells in their numbering, NaN where unknown."""
    rows = pd.DataFrame(
        [
            (int(origin), int(cell), bool(good))
            for each in attempts
            for origin, cell, good in zip(
                each.lte_cell.ravel(), each.cell.ravel(), each.success.ravel(), strict=True
            )
        ],
        columns=["origin", "cell", "good"],
    ).astype({"origin": int, "cell": int, "good": bool})  # fmt: skip
    landed = rows[rows["cell"] >= 0]
    numbers = (pd.Series(each.to_numpy(dtype=float)) for each in (tac, lac))
    areas = [each.reindex(landed[of]).to_numpy() for each, of in zip(numbers, ("origin", "cell"), strict=True)]
    away = pd.Series(np.isfinite(areas[0]) & np.isfinite(areas[1]) & (areas[0] != areas[1]), index=landed.index)
    called = away[landed["good"]].astype(float)
    share = called.groupby(landed["origin"]).mean()
    lost = rows[~rows["good"]]
    by_origin = lost["origin"].map(share).fillna(called.mean() if len(called) else 0.0)
    failed = away.reindex(lost.index).astype(float).fillna(by_origin)
    good = float(called.sum())
    return Counted((float(failed.sum()), good), (float((1.0 - failed).sum()), len(called) - good))


def drawn(counted: Counted, unit: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the landings elsewhere that fail for being elsewhere, one for each pair of standard normal numbers.

    What fails anyway is taken off, so that a few failures are no more than chance:

    >>> few, many = (Counted((failed, 40.0 - failed), (0.0, 0.0)) for failed in (1.0, 8.0))
    >>> middle = np.zeros(1)
    >>> drawn(few, middle, middle).round(2).tolist(), drawn(many, middle, middle).round(2).tolist()
    ([0.0], [0.18])
    """
    failed, good = counted.elsewhere
    if good + failed == 0.0:
        return np.zeros(len(unit))
    there = betaincinv(failed + OPEN, good + OPEN, ndtr(unit))
    anyway = betaincinv(counted.home[0] + ANYWAY[0], counted.home[1] + ANYWAY[1], ndtr(other))
    return np.asarray(np.clip((there - anyway) / (1.0 - anyway), 0.0, 1.0))
