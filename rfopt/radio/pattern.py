"""An antenna's pattern as two cuts, and its gain in any direction under mechanical and electrical tilt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

FULL_GAIN_DB = 0.5
"""A cut whose least attenuation is within this reaches full gain."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """Two cuts of an antenna's pattern, as attenuation below `gain_dbi`.

    Parameters
    ----------
    name : str
        The file's name without its ending, or what a made pattern is made of.
    gain_dbi : float
        Greatest gain.
    horizontal_db, vertical_db : array of float, shape (n,)
        Attenuation [dB, ≥ 0] at n even steps of a full turn, n ≥ 360. Horizontal: clockwise from boresight.
        Vertical: 0 = horizon ahead, positive = below the horizon, 180 = behind.
    electrical_tilt_deg : float
        The electrical tilt the cuts already hold, positive = down.
    has_side_lobes : bool
        False for a beam formula without lobes and nulls: it says nothing of what tilt does outside the main lobe.
    ceiling_db : float, optional
        None: the cuts are composed by the weighted sum of planning tools, which knows a back side.
        A number: as 3GPP TR 36.814 has it, min(horizontal + vertical, ceiling).
    """

    name: str
    gain_dbi: float
    horizontal_db: FloatArray
    vertical_db: FloatArray
    electrical_tilt_deg: float = 0.0
    has_side_lobes: bool = True
    ceiling_db: float | None = None

    def __post_init__(self) -> None:
        for cut in ("horizontal_db", "vertical_db"):
            values = np.array(getattr(self, cut), dtype=np.float64)
            if values.ndim != 1 or len(values) < 360 or not np.isfinite(values).all() or values.min() < 0.0:
                raise ValueError(f"{cut} of pattern {self.name} is not at least 360 finite attenuations ≥ 0 dB")
            values.setflags(write=False)
            object.__setattr__(self, cut, values)

    @cached_property
    def reference_deg(self) -> float:
        """The vertical angle of the direction that both cuts share at boresight.

        A maker cuts a tilted antenna along the cone of its tilt: then the horizontal cut reaches full gain and the
        reference is the vertical cut's peak ahead. A horizontal cut that never does was taken at the horizon.
        """
        if self.horizontal_db.min() > FULL_GAIN_DB:
            return 0.0
        ahead = np.arange(-90, 91)
        loss = look_up(self.vertical_db, ahead)
        return float(ahead[np.lexsort((np.abs(ahead), loss))[0]])


def look_up(cut_db: FloatArray, angle_deg: ArrayLike) -> FloatArray:
    """Attenuation of a cut at any angle, linear between its steps and periodic.

    >>> look_up(np.arange(360.0), [1.5, -1.0, 719.0]).tolist()
    [1.5, 359.0, 359.0]
    """
    steps = len(cut_db)
    position = (np.asarray(angle_deg, dtype=np.float64) * (steps / 360.0)) % steps
    low = np.floor(np.nan_to_num(position))
    share = position - low
    first = low.astype(np.int64) % steps
    return np.asarray((1.0 - share) * cut_db[first] + share * cut_db[(first + 1) % steps])


def rotate(
    azimuth_off_deg: ArrayLike, elevation_deg: ArrayLike, mech_tilt_deg: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """A direction seen in the frame of an antenna tilted mechanically, a rotation about its horizontal axis.

    Parameters
    ----------
    azimuth_off_deg, elevation_deg : array_like
        Direction from boresight, clockwise, and above the horizon.
    mech_tilt_deg : array_like
        Tilt, positive = down ahead and therefore up behind.

    Returns
    -------
    azimuth_off_deg, elevation_deg : ndarray
        The same direction as the antenna sees it.

    Examples
    --------
    >>> [round(float(angle), 3) for angle in rotate(60.0, 0.0, 8.0)]
    [60.242, 3.99]
    """
    azimuth, elevation, tilt = np.broadcast_arrays(
        *(np.radians(np.asarray(a, dtype=np.float64)) for a in (azimuth_off_deg, elevation_deg, mech_tilt_deg))
    )
    x, y, z = np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)
    ahead = x * np.cos(tilt) - z * np.sin(tilt)
    up = x * np.sin(tilt) + z * np.cos(tilt)
    still = tilt == 0.0  # no rotation must give back the very same angles, not nearly the same
    turned = np.degrees(np.arctan2(y, ahead)), np.degrees(np.arcsin(np.clip(up, -1.0, 1.0)))
    given = np.asarray(azimuth_off_deg, dtype=np.float64), np.asarray(elevation_deg, dtype=np.float64)
    return np.where(still, given[0], turned[0]), np.where(still, given[1], turned[1])


def gain_dbi(
    pattern: Pattern,
    azimuth_off_deg: ArrayLike,
    elevation_deg: ArrayLike,
    mech_tilt_deg: float = 0.0,
    elec_tilt_deg: float | None = None,
) -> FloatArray:
    """Gain of an antenna towards given directions.

    Parameters
    ----------
    pattern : Pattern
    azimuth_off_deg : array_like
        Bearing of the point less the antenna's azimuth.
    elevation_deg : array_like
        Of the point seen from the antenna, positive = above the horizon.
    mech_tilt_deg, elec_tilt_deg : float
        Positive = down. Mechanical tilt rotates the antenna; electrical tilt shifts the vertical cut at every
        azimuth, the back included, by what it exceeds `pattern.electrical_tilt_deg`; None or NaN: no shift.

    Returns
    -------
    ndarray
        Gain in dBi, the broadcast shape of the directions.

    Notes
    -----
    Composition of two cuts: weighted sum, attenuation = H(φ) + (1 − |φ|/180)·(V(θ) − V(θ₀))
    + |φ|/180·(V(180 − θ) − V(180 − θ₀)), at least 0, θ₀ = `Pattern.reference_deg`. The form is that of common planning
    tools, from memory; checked by its limits: on boresight and straight behind it gives back the vertical cut, at θ₀
    the horizontal cut.

    Examples
    --------
    >>> flat = np.zeros(360)
    >>> gain_dbi(Pattern("even", 2.0, flat, flat), [0.0, 90.0], 10.0).tolist()
    [2.0, 2.0]
    """
    off, elevation = rotate(azimuth_off_deg, elevation_deg, mech_tilt_deg)
    off = (off + 180.0) % 360.0 - 180.0
    shift = 0.0 if elec_tilt_deg is None or np.isnan(elec_tilt_deg) else elec_tilt_deg - pattern.electrical_tilt_deg
    below = -elevation - shift
    horizontal = look_up(pattern.horizontal_db, off)
    if pattern.ceiling_db is not None:
        loss = np.minimum(horizontal + look_up(pattern.vertical_db, below), pattern.ceiling_db)
    else:
        loss = np.maximum(horizontal + _vertical_part(pattern, off, below), 0.0)
    return np.asarray(pattern.gain_dbi - loss)


def _vertical_part(pattern: Pattern, off_deg: FloatArray, below_deg: FloatArray) -> FloatArray:
    cut, reference = pattern.vertical_db, pattern.reference_deg
    behind = np.abs(off_deg) / 180.0
    front = look_up(cut, below_deg) - look_up(cut, reference)
    back = look_up(cut, 180.0 - below_deg) - look_up(cut, 180.0 - reference)
    return np.asarray((1.0 - behind) * front + behind * back)
