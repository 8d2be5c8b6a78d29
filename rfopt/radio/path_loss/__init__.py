"""Path-loss models, one a file.

The contract of the shelf: ``model(frequency_mhz, distance_m, …) -> loss in dB``, numbers or arrays that broadcast,
never NaN for finite arguments; distances under 1 m count as 1 m. Arguments without a default are what a model needs,
those with one may be tuned. A model's file holds ``VALID``, the range of each argument for which its source vouches;
outside it the model still answers and `validity` says what was left.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rfopt.registry import Shelf

FloatArray = NDArray[np.float64]

path_losses = Shelf("rfopt.radio.path_loss")

NEAREST_M = 1.0
"""A phone nearer to the antenna than this is as far as this: the models hold in the far field."""


def far_enough_m(distance_m: ArrayLike) -> FloatArray:
    """Distances, at least `NEAREST_M`."""
    return np.maximum(np.asarray(distance_m, dtype=np.float64), NEAREST_M)


def validity(model: Callable[..., Any], **values: ArrayLike) -> list[str]:
    """What a model's source does not vouch for.

    Parameters
    ----------
    model : callable
        An entry of `path_losses`.
    **values : array_like
        Arguments by name; those without a stated range are passed over.

    Returns
    -------
    list of str
        One line an argument that leaves its range; empty if all is well.

    Examples
    --------
    >>> validity(path_losses["okumura_hata"], frequency_mhz=1800.0, distance_m=2000.0)
    ['okumura_hata: frequency_mhz 1800…1800 leaves 150…1500']
    """
    warnings = []
    for name, (low, high) in sys.modules[model.__module__].VALID.items():
        given = np.asarray(values.get(name, np.nan), dtype=np.float64)
        given = given[np.isfinite(given)]
        if given.size and (given.min() < low or given.max() > high):
            found = f"{given.min():g}…{given.max():g}"
            warnings.append(f"{model.__name__}: {name} {found} leaves {low:g}…{high:g}")
    return warnings
