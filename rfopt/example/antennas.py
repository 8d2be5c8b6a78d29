"""Antenna patterns of the example: array theory with lobes and filled nulls, written as MSI text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

BACK_DB = 27.0
"""Attenuation behind, in the horizontal cut."""
DEEPEST_DB = 35.0
ELEMENT_DEG = 75.0
"""Half-power width of one element in the vertical plane."""


@dataclass(frozen=True)
class Column:
    """A column of elements, and how it is fed.

    `pedestal` is the amplitude of its ends (1: uniform, strong side lobes; less: weak ones and a wider main lobe),
    `null_fill_db` the depth to which feeding errors fill the nulls.
    """

    mhz: int
    gain_dbi: float
    width_deg: float
    tilt_deg: float
    elements: int
    spacing_wavelengths: float
    pedestal: float
    null_fill_db: float


PLAIN_GSM, SHAPED_GSM, LTE_COLUMN = "G900-65-15.5", "G900-65-15N", "TD1900-65-17"
ANTENNAS = {
    PLAIN_GSM: Column(940, 15.5, 65.0, 2.0, 10, 0.8, 1.0, 26.0),
    SHAPED_GSM: Column(940, 15.0, 65.0, 3.0, 10, 0.8, 0.3, 20.0),
    LTE_COLUMN: Column(1900, 17.0, 65.0, 4.0, 10, 0.8, 1.0, 26.0),
}


def pattern_texts() -> dict[str, str]:
    """File name to the text of every pattern."""
    return {f"{name}.msi": _msi(name, column) for name, column in ANTENNAS.items()}


def _msi(name: str, column: Column) -> str:
    lines = [
        f"NAME {name}", "MAKE array model of rfopt", f"FREQUENCY {column.mhz}", f"H_WIDTH {column.width_deg:g}",
        f"GAIN {column.gain_dbi:g} dBi", "TILT ELECTRICAL", f"ELECTRICAL_TILT {column.tilt_deg:g}",
        f"COMMENT {column.elements} elements {column.spacing_wavelengths:g} wavelengths apart, pedestal "
        f"{column.pedestal:g}, nulls filled to {column.null_fill_db:g} dB",
    ]  # fmt: skip
    for cut, loss in (("HORIZONTAL", horizontal_db(column)), ("VERTICAL", vertical_db(column))):
        lines += [f"{cut} 360", *(f"{angle} {value:.1f}" for angle, value in enumerate(loss))]
    return "\n".join(lines) + "\n"


def horizontal_db(column: Column) -> FloatArray:
    """Attenuation at 360 whole degrees, half power at half of the width to either side."""
    off = (np.arange(360.0) + 180.0) % 360.0 - 180.0
    return np.asarray(np.minimum(12.0 * (off / column.width_deg) ** 2, BACK_DB))


def vertical_db(column: Column) -> FloatArray:
    """Attenuation at 360 whole degrees, positive = below the horizon: array factor, filled nulls, element."""
    below = (np.arange(360.0) + 180.0) % 360.0 - 180.0
    filled = array_power(column, below) + 10.0 ** (-column.null_fill_db / 10.0)
    loss = -10.0 * np.log10(filled) + np.minimum(12.0 * (below / ELEMENT_DEG) ** 2, 25.0)
    return np.asarray(np.clip(loss - loss.min(), 0.0, DEEPEST_DB))


def array_power(column: Column, below_deg: FloatArray) -> FloatArray:
    """Power of a tapered column relative to its peak, 1 at its electrical tilt; array theory, any textbook."""
    place = np.arange(column.elements) - (column.elements - 1) / 2.0
    weight = column.pedestal + (1.0 - column.pedestal) * np.cos(np.pi * place / column.elements)
    step = np.sin(np.radians(below_deg)) - np.sin(np.radians(column.tilt_deg))
    turn = 2.0 * np.pi * column.spacing_wavelengths * place[:, None] * step
    return np.asarray(np.abs((weight[:, None] * np.exp(1j * turn)).sum(axis=0) / weight.sum()) ** 2)
