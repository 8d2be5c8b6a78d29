"""Whether a phone leaves an LTE cell that falls below its minimum, as its own log shows it.

By the standard a phone whose server fails the S criterion looks for another cell for ten seconds and then gives its
service up (TS 36.304 §5.2.6 and 36.133 §4.2.2.1, from memory). Where nothing better is to be found many stay: the log
says so when it shows one served below the minimum for much longer.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rfopt.mobility.stretch import Stretch

SEARCH_S = 10.0
LONG_S = 2.0 * SEARCH_S
"""Served below the minimum for longer than this, a phone does not give up: the search, and the averages before it."""
PAUSE_S = 10.0
"""A log silent for longer says nothing of the time between."""


def holds_on(stretches: Iterable[Stretch], minimum_dbm: NDArray[np.float64]) -> bool:
    """True if somewhere an idle phone was served below the minimum of its cells for longer than `LONG_S`.

    Parameters
    ----------
    stretches : iterable of Stretch
    minimum_dbm : ndarray (cells,)
        Least level of each cell (q_rxlevmin).
    """
    return any(_longest_below_s(stretch, minimum_dbm) > LONG_S for stretch in stretches)


def _longest_below_s(stretch: Stretch, minimum_dbm: NDArray[np.float64]) -> float:
    """Longest time through which every report of the server is below its minimum [s]."""
    longest, began, last, log = 0.0, np.nan, np.nan, -1
    order = np.lexsort((stretch.time_s, stretch.log))
    for k in order[stretch.idle[order] & (stretch.server[order] >= 0)]:
        server, now = stretch.server[k], float(stretch.time_s[k])
        if stretch.log[k] != log or now - last > PAUSE_S:
            began = np.nan
        last, log = now, stretch.log[k]
        below = stretch.level_dbm[k, server] < minimum_dbm[server]
        began = (now if np.isnan(began) else began) if below else np.nan
        longest = max(longest, now - began) if below else longest
    return longest
