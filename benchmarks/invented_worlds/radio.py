"""Antennas and true levels: what a cell gives at a place, however wrong the tables are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
METRES_PER_DEG = 111_195.0
ELEMENTS, SPACING = 8, 0.8
"""Vertical array: elements and their distance in wavelengths."""
MOST_DB = 30.0
NULL_FILL, DEEPEST_DB = 0.05, 24.0


def vertical_db(off_deg: Floats) -> Floats:
    """Loss of the vertical pattern at an angle off its boresight, dB; a uniform array with its nulls filled."""
    psi = math.pi * SPACING * np.sin(np.radians(off_deg))
    ratio = np.abs(np.sin(ELEMENTS * psi)) / (ELEMENTS * np.maximum(np.abs(np.sin(psi)), 1e-9))
    ratio = np.where(np.abs(psi) < 1e-6, 1.0, ratio)
    return np.asarray(np.minimum(-20.0 * np.log10(np.maximum(ratio, NULL_FILL)), DEEPEST_DB))


def horizontal_db(off_deg: Floats, beamwidth_deg: float) -> Floats:
    """Loss of the horizontal pattern, dB."""
    return np.asarray(np.minimum(12.0 * (off_deg / beamwidth_deg) ** 2, 25.0))


def gain_dbi(cell: dict[str, Any], azimuth_deg: float, bearing_deg: Floats, down_deg: Floats) -> Floats:
    """Gain of a cell towards directions given by bearing and depression; mechanical tilt fades to the sides."""
    if math.isnan(azimuth_deg):
        return np.full(bearing_deg.shape, float(cell["gain_dbi"]))
    off = (bearing_deg - azimuth_deg + 180.0) % 360.0 - 180.0
    tilt = cell["elec_tilt_deg"] + cell["mech_tilt_deg"] * np.cos(np.radians(off))
    if not cell["antenna"]:
        vertical = np.minimum(12.0 * ((down_deg - tilt) / cell["v_beamwidth_deg"]) ** 2, 18.0)
    else:
        vertical = vertical_db(down_deg - tilt)
    loss = horizontal_db(off, float(cell["h_beamwidth_deg"])) + vertical
    return np.asarray(cell["gain_dbi"] - np.minimum(loss, MOST_DB))


@dataclass
class Mast:
    """Where a cell truly stands and points."""

    lat: float
    lon: float
    height_m: float
    azimuth_deg: float


@dataclass
class Places:
    """Places and what every cell loses on the way there, antenna apart.

    `loss_db` maps a cell to an array (places,).
    """

    lat: Floats
    lon: Floats
    height_m: Floats
    loss_db: dict[str, Floats] = field(default_factory=dict)

    def directions(self, mast: Mast) -> tuple[Floats, Floats, Floats]:
        """Bearing, depression and distance in metres from a mast."""
        north = (self.lat - mast.lat) * METRES_PER_DEG
        east = (self.lon - mast.lon) * METRES_PER_DEG * math.cos(math.radians(mast.lat))
        flat = np.hypot(north, east)
        down = np.degrees(np.arctan2(mast.height_m - self.height_m, np.maximum(flat, 1.0)))
        away = np.sqrt(flat**2 + (mast.height_m - self.height_m) ** 2)
        return np.degrees(np.arctan2(east, north)), down, np.maximum(away, 5.0)

    def level_dbm(self, name: str, cell: dict[str, Any], mast: Mast) -> Floats:
        """True level of a cell at every place with the parameters that it has now."""
        bearing, down, _ = self.directions(mast)
        gain = gain_dbi(cell, mast.azimuth_deg, bearing, down)
        return np.asarray(cell["power_dbm"] + gain - self.loss_db[name])

    def levels_dbm(self, cells: dict[str, dict[str, Any]], masts: dict[str, Mast], names: list[str]) -> Floats:
        """Levels (places, cells)."""
        return np.array([self.level_dbm(name, cells[name], masts[name]) for name in names]).T


def free_space_db(distance_m: Floats, mhz: float) -> Floats:
    """Free-space loss."""
    return np.asarray(20.0 * np.log10(distance_m / 1000.0) + 20.0 * math.log10(mhz) + 32.44)


def pattern_file(name: str, gain: float, beamwidth_deg: float, mhz: int) -> str:
    """The macro antenna as an MSI file, without electrical tilt."""
    angle = np.arange(360.0)
    off = (angle + 180.0) % 360.0 - 180.0
    front = np.abs(off) <= 90.0
    folded = np.where(front, off, np.sign(off) * 180.0 - off)
    vertical = vertical_db(folded) + np.where(front, 0.0, 25.0)
    cuts = (("HORIZONTAL", horizontal_db(off, beamwidth_deg)), ("VERTICAL", np.minimum(vertical, MOST_DB)))
    lines = [f"NAME {name}", "MAKE INVENTED", f"FREQUENCY {mhz}", f"GAIN {gain:g} dBi", "TILT ELECTRICAL",
             "ELECTRICAL_TILT 0"]  # fmt: skip
    for title, cut in cuts:
        lines += [f"{title} 360", *(f"{k} {value:.1f}" for k, value in enumerate(cut.tolist()))]
    return "\n".join(lines) + "\n"
