"""Where a phone camps when a GSM call ends: on the last server or one of the strongest cells it measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rfopt.kernels.gsm_dedicated import LIST_LENGTH


def after_call(
    rxlev_dbm: ArrayLike,
    ci_db: ArrayLike,
    server: ArrayLike,
    *,
    relation: ArrayLike,
    rxlev_access_min_dbm: ArrayLike,
    decode_ci_db: float,
) -> NDArray[np.int64]:
    """The cell camped on after the release of a channel: the largest positive C1 (TS 45.008 §6.7.1, from memory).

    Parameters
    ----------
    rxlev_dbm, ci_db : array_like, shape (A, C)
        Averaged levels and BCCH C/I of the GSM cells at the ends of A calls; NaN = not heard.
    server : array_like of int, shape (A,)
        Last serving cell; −1 after a drop: then any cell will do.
    relation : array_like of bool, shape (C, C)
        ``[server, neighbour]``: the neighbours a phone measures in a call.
    rxlev_access_min_dbm : array_like, shape (C,)
        Access thresholds of the cells.
    decode_ci_db : float
        Lowest C/I at which a BCCH can be decoded.

    Returns
    -------
    int64 array, shape (A,)
        Tried are the last server and the six strongest of its neighbours that can be decoded; where none of them is
        suitable, all cells; −1 where none at all is. It is where `rfopt.kernels.gsm_idle.camp` then starts: C2 and
        its 5 s apply from there on.

    Raises
    ------
    ValueError
        If shapes do not agree.

    Examples
    --------
    >>> after_call([[-80.0, -75.0, -60.0]], [[20.0] * 3], [0], relation=[[0, 1, 0], [0] * 3, [0] * 3],
    ...            rxlev_access_min_dbm=[-100.0] * 3, decode_ci_db=4.5).tolist()
    [1]
    """
    level, ci, last = np.asarray(rxlev_dbm, float), np.asarray(ci_db, float), np.asarray(server, np.int64)
    if level.shape != ci.shape or last.shape != level.shape[:1]:
        raise ValueError(f"shapes do not agree: {level.shape}, {ci.shape}, {last.shape}")
    c1 = level - np.asarray(rxlev_access_min_dbm, float)
    heard = (ci >= decode_ci_db) & np.isfinite(level)
    known = heard & np.asarray(relation, bool)[np.maximum(last, 0)] & (last >= 0)[:, None]
    measured = np.where(known, level, -np.inf)
    order = np.argsort(-measured, axis=1, kind="stable")
    tried = np.zeros(level.shape, bool)
    np.put_along_axis(tried, order[:, :LIST_LENGTH], True, axis=1)
    tried &= known
    tried[np.arange(len(last)), np.maximum(last, 0)] |= last >= 0
    near = _largest(c1, tried & heard)
    return np.where(near >= 0, near, _largest(c1, heard))


def _largest(c1_db: NDArray[np.float64], allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Index of the largest positive C1 among the allowed cells of each row, −1 where there is none."""
    masked = np.where(allowed & (c1_db > 0), c1_db, -np.inf)
    return np.where((masked > -np.inf).any(axis=1), masked.argmax(axis=1), -1)
