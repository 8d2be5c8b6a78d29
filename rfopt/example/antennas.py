"""Antenna patterns of the example: array theory with lobes and filled nulls, written as MSI text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rfopt.radio.antennas import array_factor_db

NULL_FILL_DB = 26.0
"""Power added to the ideal array: real feeding errors fill the nulls to about this depth."""
DEEPEST_DB = 35.0
"""Nothing is weaker than this behind and beside a real antenna."""
ELEMENT_DEG = 75.0
"""Half-power width of one element in the vertical plane."""

ANTENNAS = {
    # name: gain [dBi], half-power width [deg], elements, spacing [wavelengths], electrical tilt [deg], frequency [MHz]
    "G900-65-15.5": (15.5, 65.0, 10, 0.8, 2.0, 940),
    "TD1900-65-17": (17.0, 65.0, 10, 0.8, 4.0, 1900),
}


def pattern_texts() -> dict[str, str]:
    """File name to the text of every pattern."""
    return {f"{name}.msi": _msi(name, *facts) for name, facts in ANTENNAS.items()}


def _msi(name: str, gain: float, width: float, elements: int, spacing: float, tilt: float, mhz: int) -> str:
    lines = [
        f"NAME {name}", "MAKE array model of rfopt", f"FREQUENCY {mhz}", f"H_WIDTH {width:g}", f"GAIN {gain:g} dBi",
        "TILT ELECTRICAL", f"ELECTRICAL_TILT {tilt:g}",
        f"COMMENT {elements} elements {spacing:g} wavelengths apart, nulls filled to {NULL_FILL_DB:g} dB",
    ]  # fmt: skip
    cuts = (("HORIZONTAL", horizontal_db(width)), ("VERTICAL", vertical_db(elements, spacing, tilt)))
    for cut, loss in cuts:
        lines += [f"{cut} 360", *(f"{angle} {value:.1f}" for angle, value in enumerate(loss))]
    return "\n".join(lines) + "\n"


def horizontal_db(width_deg: float) -> NDArray[np.float64]:
    """Attenuation at 360 whole degrees, half power at ± half of `width_deg`."""
    off = (np.arange(360.0) + 180.0) % 360.0 - 180.0
    return np.asarray(np.minimum(12.0 * (off / width_deg) ** 2, 27.0))


def vertical_db(elements: int, spacing_wavelengths: float, tilt_deg: float) -> NDArray[np.float64]:
    """Attenuation at 360 whole degrees, positive = below the horizon: array factor, filled nulls, element."""
    below = (np.arange(360.0) + 180.0) % 360.0 - 180.0
    ideal = 10.0 ** (array_factor_db(-below, tilt_deg, elements, spacing_wavelengths) / 10.0)
    filled = ideal + 10.0 ** (-NULL_FILL_DB / 10.0)
    loss = -10.0 * np.log10(filled) + np.minimum(12.0 * (below / ELEMENT_DEG) ** 2, 25.0)
    return np.asarray(np.clip(loss - loss.min(), 0.0, DEEPEST_DB))
