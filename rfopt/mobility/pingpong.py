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
    run, step = np.nonzero(servers[:, 1:] != servers[:, :-1])  # the last step on the server that is left
    one_run = run[1:] == run[:-1]
    left, via = servers[run[:-1], step[:-1]], servers[run[1:], step[1:]]
    back = one_run & (servers[run[1:], step[1:] + 1] == left) & (left >= 0) & (via >= 0)
    soon = times[step[1:] + 1] - times[step[:-1] + 1] < within_s
    returns[run[1:][back & soon], step[1:][back & soon] + 1] = True
    return returns
