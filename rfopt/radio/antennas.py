"""The antenna of a cell: made patterns, families of tilt files, and gains of cells towards points."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.radio.pattern import FloatArray, Pattern, gain_dbi, look_up, rotate
from rfopt.radio.pattern_files import TILT_IN_NAME, read_pattern

if TYPE_CHECKING:
    from rfopt.radio.links import Links

__all__ = [
    "Pattern",
    "array",
    "array_factor_db",
    "cell_gains_dbi",
    "choose",
    "gain_dbi",
    "load_patterns",
    "look_up",
    "omni",
    "parametric",
    "pattern_of",
    "read_pattern",
    "rotate",
]

LEAST_DB = 20.0
"""Greatest attenuation of the vertical formula (TR 36.814 Table A.2.1.1-2, SLA_v)."""

CEILING_DB = 25.0
"""Greatest attenuation of the horizontal formula and of the sum (TR 36.814, A_m)."""

DEEPEST_NULL_DB = 60.0
STEPS = 3600
"""Steps of a made cut: 0.1°, so that reading between them errs by less than 0.001 dB for a 7° beam."""

TURN_DEG = (np.arange(STEPS) * (360.0 / STEPS) + 180.0) % 360.0 - 180.0

SECTOR_GAIN_DBI = 15.5
INDOOR_GAIN_DBI = 2.0


def parametric(gain_dbi: float, h_beamwidth_deg: float, v_beamwidth_deg: float) -> Pattern:
    """The beam formula of 3GPP TR 36.814 (Table A.2.1.1-2): two parabolas in dB and no side lobes.

    Outside the main lobe the vertical loss is a constant 20 dB whatever the tilt; `Pattern.has_side_lobes` says so.

    Parameters
    ----------
    gain_dbi, h_beamwidth_deg, v_beamwidth_deg : float
        A beamwidth of NaN makes that cut flat.

    Examples
    --------
    >>> sector = parametric(17.0, 65.0, 7.0)
    >>> round(float(gain_dbi(sector, 0.0, 4.289, elec_tilt_deg=3.0)), 3)
    3.988
    """
    return _parametric(float(gain_dbi), _width(h_beamwidth_deg), _width(v_beamwidth_deg))


def _width(beamwidth_deg: float) -> float | None:
    return None if np.isnan(beamwidth_deg) else float(beamwidth_deg)


@lru_cache(maxsize=512)
def _parametric(gain_dbi: float, h_beamwidth_deg: float | None, v_beamwidth_deg: float | None) -> Pattern:
    return Pattern(
        f"{gain_dbi:g} dBi {h_beamwidth_deg}° × {v_beamwidth_deg}°",
        gain_dbi,
        _parabola_db(h_beamwidth_deg, CEILING_DB),
        _parabola_db(v_beamwidth_deg, LEAST_DB),
        has_side_lobes=False,
        ceiling_db=CEILING_DB,
    )


def _parabola_db(beamwidth_deg: float | None, most_db: float) -> FloatArray:
    if beamwidth_deg is None:
        return np.zeros(STEPS)
    return np.asarray(np.minimum(12.0 * (TURN_DEG / beamwidth_deg) ** 2, most_db))


def omni(gain_dbi: float) -> Pattern:
    """The same gain in all directions, as assumed of a ceiling antenna."""
    return parametric(gain_dbi, np.nan, np.nan)


def array_factor_db(
    elevation_deg: ArrayLike, tilt_deg: float, elements: int = 10, spacing_wavelengths: float = 0.8
) -> FloatArray:
    """Relative gain [dB, ≤ 0] of a uniform vertical array steered down by phase.

    |sin(Nψ/2) / (N sin(ψ/2))|, ψ = 2π (d/λ) (sin elevation + sin tilt); array theory, any textbook.

    >>> array_factor_db([4.289, -5.43], 6.0).round(1).tolist()
    [-13.0, -0.1]
    """
    sine = np.sin(np.radians(np.asarray(elevation_deg, dtype=np.float64)))
    half = np.pi * spacing_wavelengths * (sine + np.sin(np.radians(tilt_deg)))
    below = elements * np.sin(half)
    peak = np.abs(np.sin(half)) < 1e-12
    ratio = np.where(peak, 1.0, np.abs(np.sin(elements * half)) / np.where(peak, 1.0, np.abs(below)))
    return np.asarray(20.0 * np.log10(np.maximum(ratio, 10.0 ** (-DEEPEST_NULL_DB / 20.0))))


def array(
    gain_dbi: float,
    h_beamwidth_deg: float,
    elements: int = 10,
    spacing_wavelengths: float = 0.8,
    electrical_tilt_deg: float = 0.0,
) -> Pattern:
    """A uniform vertical array, with the side lobes and nulls that the beam formula lacks.

    Ideal and unsuppressed: real antennas fill nulls and damp the lobes above the horizon to 15…18 dB.
    """
    return Pattern(
        f"{gain_dbi:g} dBi array of {elements}",
        float(gain_dbi),
        _parabola_db(_width(h_beamwidth_deg), CEILING_DB),
        -array_factor_db(-TURN_DEG, electrical_tilt_deg, elements, spacing_wavelengths),
        electrical_tilt_deg,
    )


def load_patterns(antennas: Mapping[str, Pattern | Path | str]) -> dict[str, Pattern]:
    """Patterns by name, reading those that are still paths."""
    return {name: a if isinstance(a, Pattern) else read_pattern(a) for name, a in antennas.items()}


def choose(patterns: Mapping[str, Pattern], name: str, elec_tilt_deg: float) -> Pattern:
    """The file of an antenna's family nearest to an electrical tilt.

    A family is one name with and without ``_04T``-like tilts in it; the rest of the way is a shift of the vertical
    cut, which `gain_dbi` makes. On a tie the file so named wins, then the smaller tilt.

    Raises
    ------
    InputError
        If no pattern of the family is there.
    """
    family = TILT_IN_NAME.sub("", name)
    members = [key for key in patterns if TILT_IN_NAME.sub("", key) == family]
    if not members:
        raise InputError(f"antenna '{printable(name)}' is not in antennas/{did_you_mean(name, patterns)}")
    if np.isnan(elec_tilt_deg):
        return patterns[name if name in members else members[0]]

    def distance(key: str) -> tuple[float, bool, float]:
        tilt = patterns[key].electrical_tilt_deg
        return abs(tilt - elec_tilt_deg), key != name, tilt

    return patterns[min(members, key=distance)]


def pattern_of(cell: pd.Series[Any], patterns: Mapping[str, Pattern]) -> Pattern:
    """The pattern of one row of cells.csv.

    A named antenna is taken from `patterns`. Otherwise the beam formula with the row's gain and beamwidths, flat in
    azimuth if the cell has none; a distribution antenna without an azimuth is the same in all directions.
    Gain unknown: 15.5 dBi, for a distribution 2 dBi.

    Raises
    ------
    InputError
        If the cell names an antenna that is not there.
    """
    name = cell.get("antenna")
    if isinstance(name, str) and name:
        return choose(patterns, name, number(cell, "elec_tilt_deg"))
    indoor, turning = cell.get("kind") == "das", np.isnan(number(cell, "azimuth_deg"))
    gain = number(cell, "gain_dbi", INDOOR_GAIN_DBI if indoor else SECTOR_GAIN_DBI)
    if indoor and turning:
        return omni(gain)
    width = np.nan if turning else number(cell, "h_beamwidth_deg")
    return parametric(gain, width, number(cell, "v_beamwidth_deg"))


def number(cell: pd.Series[Any], column: str, default: float = np.nan) -> float:
    """A number of a row, or the default where it is unknown."""
    value = cell.get(column)
    value = np.nan if value is None or value == "" else float(value)
    return default if np.isnan(value) else value


def cell_gains_dbi(cells: pd.DataFrame, links: Links, patterns: Mapping[str, Pattern]) -> FloatArray:
    """Antenna gain of every cell towards every point.

    Parameters
    ----------
    cells : DataFrame
        Indexed by cell, in the order of `links`.
    links : Links
    patterns : mapping of str to Pattern

    Returns
    -------
    ndarray, shape (points, cells)
        dBi. A cell without an azimuth faces every point, and its mechanical tilt does not count.
    """
    gains = np.empty_like(links.bearing_deg)
    for column, (_, cell) in enumerate(cells.iterrows()):
        azimuth = number(cell, "azimuth_deg")
        faced = np.isnan(azimuth)
        off = np.zeros(len(gains)) if faced else links.bearing_deg[:, column] - azimuth
        tilt = 0.0 if faced else number(cell, "mech_tilt_deg", 0.0)
        pattern = pattern_of(cell, patterns)
        elec = number(cell, "elec_tilt_deg")
        gains[:, column] = gain_dbi(pattern, off, links.elevation_deg[:, column], tilt, elec)
    return gains
