"""Going back at once: A → B → A."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def pingpong(server: ArrayLike, time_s: ArrayLike, within_s: float) -> NDArray[np.bool_]:
    """Mark every return to the cell that was left less than `within_s` ago.

    Parameters
    ----------
    server : array_like of int, shape (R, T)
        Serving cell; −1 = none.
    time_s : array_like, shape (T,)
        Instants [s].
    within_s : float
        Shortest stay in between that is no ping-pong: 10 s for GSM calls, 1 s for LTE (TR 36.839 §5.2.3 from memory).

    Returns
    -------
    bool array, shape (R, T)
        True at the step of the return.

    Examples
    --------
    >>> pingpong([[0, 1, 1, 0, 0, 1]], [0, 1, 2, 3, 4, 14], within_s=10.0)[0].tolist()
    [False, False, False, True, False, False]
    """
    servers, times = np.asarray(server), np.asarray(time_s, dtype=float)
    returns = np.zeros(servers.shape, dtype=bool)
    changed = servers[:, 1:] != servers[:, :-1]
    for run in np.flatnonzero(changed.sum(axis=1) > 1):
        row = servers[run]
        change = np.flatnonzero(changed[run]) + 1
        before = row[change - 1]
        back = (row[change[1:]] == before[:-1]) & (before[:-1] >= 0) & (row[change[:-1]] >= 0)
        returns[run, change[1:]] = back & (np.diff(times[change]) < within_s)
    return returns
