"""The inside of an estate that a distribution serves: predicted, and known to have been designed.

No log was taken there, and a prediction indoors errs by ten decibels. But a distribution is built, and accepted, by its
coverage: that most of its estate hears it well is evidence, as strong as such acceptances are to be trusted. It counts
against the part of the prediction's error that is common to the estate; the scatter from room to room stays.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

FloatArray = NDArray[np.float64]

DESIGN_SHARE = 0.95
"""Share of an estate that its own distribution was to cover (acceptance of indoor systems)."""
KEPT = 0.9
"""Probability that a distribution on air does what it was designed for; that of one on air which does not is the rest.
An assumption: complaints come from the others."""
STEPS = np.linspace(-4.0, 4.0, 81)
PRIOR = np.exp(-0.5 * STEPS**2) / np.exp(-0.5 * STEPS**2).sum()


class Estate(NamedTuple):
    """Levels of a distribution's cells in its estate [dBm] and their standard deviations [dB], (places, cells)."""

    dbm: FloatArray
    error_db: FloatArray


def as_designed(dbm: FloatArray, error_db: FloatArray, room_db: float, covered_dbm: float) -> Estate:
    """A prediction with what the design says of it.

    Parameters
    ----------
    dbm, error_db : ndarray, shape (places, cells)
        Predicted levels of the distribution's cells and their standard deviations.
    room_db : float
        The part of these that differs from place to place.
    covered_dbm : float
        Level at which a place counts as covered.

    Notes
    -----
    What places and cells have in common, b times its standard deviation, is weighed by `KEPT` where the strongest cells
    meet the design and by the rest where they do not; the answer has the mean and the variance of that.

    Examples
    --------
    >>> estate = as_designed(np.full((20, 1), -95.0), np.full((20, 1), 10.0), 6.0, -90.0)
    >>> bool(estate.dbm[0, 0] > -95.0)  # a design speaks for more than the prediction says
    True
    """
    room = np.minimum(room_db, error_db)
    common = np.sqrt(error_db**2 - room**2)
    reserve = (dbm[:, :, None] + common[:, :, None] * STEPS - covered_dbm) / np.maximum(room, 0.1)[:, :, None]
    share = ndtr(reserve.max(axis=1)).mean(axis=0)
    weight = PRIOR * np.where(share >= DESIGN_SHARE, KEPT, 1.0 - KEPT)
    weight /= weight.sum()
    mean = float(weight @ STEPS)
    spread = float(weight @ (STEPS - mean) ** 2)
    return Estate(dbm + common * mean, np.sqrt(common**2 * spread + room**2))
