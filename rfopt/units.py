"""Units and report codings: dBm and mW, RXLEV, RXQUAL, RSRP, RSRQ; degrees as people write them.

Sources: 3GPP TS 45.008 §8.1.4 and §8.2.4 (RXLEV, RXQUAL), TS 36.133 §9.1 (RSRP, RSRQ), TS 36.104.
"""

from __future__ import annotations

import math
import re
import unicodedata

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

GSM_NOISE_DBM = -111.0
"""Noise in a 200 kHz GSM channel: kT·B −121 dBm and a noise figure of about 10 dB."""

LTE_NOISE_DBM = -125.24
"""Noise in one 15 kHz LTE resource element with a noise figure of 7 dB."""

RXQUAL_FLOOR_DB = np.array([21.0, 18.0, 16.0, 14.0, 12.0, 9.5, 6.0])
"""Lowest C/I [dB] of RXQUAL 0…6 without hopping; below the last it is 7. An engineering table:
mid-points between the centres 23, 19, 17, 15, 13, 11, 8, 4 dB of a vendor's power-control table."""

HALVES = {"n": 1.0, "e": 1.0, "s": -1.0, "w": -1.0, "北": 1.0, "东": 1.0, "南": -1.0, "西": -1.0}
"""Letters of a half of the globe, and the sign of a degree there."""
DEGREES = re.compile(
    rf"(?:([{''.join(HALVES)}])[经纬]?\s*)?(-?\d{{1,3}}(?:\.\d+)?)"
    r"(?:\s*[°度: ]\s*(?:(\d{1,2}(?:\.\d+)?)(?:\s*['′’分: ]\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:[\"”秒]|''|′′)?)?)?)?)?"
    rf"\s*([{''.join(HALVES)}])?"
)


def mw(dbm: ArrayLike) -> FloatArray:
    """Power in mW.

    >>> float(mw(30.0))
    1000.0
    """
    return np.asarray(10.0 ** (np.asarray(dbm, dtype=float) / 10.0))


def dbm(milliwatt: ArrayLike) -> FloatArray:
    """Power in dBm; −inf for zero.

    >>> float(dbm(0.001))
    -30.0
    """
    with np.errstate(divide="ignore"):
        return np.asarray(10.0 * np.log10(np.asarray(milliwatt, dtype=float)))


def power_sum_dbm(levels_dbm: ArrayLike, axis: int | None = None) -> FloatArray:
    """Sum of powers given in dBm; NaN counts as no power.

    >>> round(float(power_sum_dbm([-90.0, -90.0])), 2)
    -86.99
    """
    return dbm(np.nansum(mw(levels_dbm), axis=axis))


def rxlev_code(level_dbm: ArrayLike) -> IntArray:
    """RXLEV code 0…63 of a level (TS 45.008 §8.1.4).

    >>> rxlev_code([-110.1, -110, -75, -48]).tolist()
    [0, 1, 36, 63]
    """
    return np.asarray(np.clip(np.floor(np.asarray(level_dbm, dtype=float) + 110.0) + 1, 0, 63), dtype=np.int64)


def rxlev_dbm(code: ArrayLike) -> IntArray:
    """The level a log states for an RXLEV code: its upper edge, code − 110.

    >>> rxlev_dbm(36).item()
    -74
    """
    return np.asarray(code, dtype=np.int64) - 110


def rsrp_code(rsrp: ArrayLike) -> IntArray:
    """RSRP code 0…97 (TS 36.133 §9.1.4).

    >>> rsrp_code([-140.01, -140, -100, -44]).tolist()
    [0, 1, 41, 97]
    """
    return np.clip(np.floor(np.asarray(rsrp, dtype=float) + 141.0), 0, 97).astype(np.int64)


def rsrp_dbm(code: ArrayLike) -> IntArray:
    """The level a log states for an RSRP code: its lower edge, code − 141."""
    return np.asarray(code, dtype=np.int64) - 141


def rsrq_code(rsrq_db: ArrayLike) -> IntArray:
    """RSRQ code 0…34 (TS 36.133 §9.1.7).

    >>> rsrq_code([-19.5, -10, -3]).tolist()
    [1, 20, 34]
    """
    return np.clip(np.floor(2.0 * np.asarray(rsrq_db, dtype=float) + 40.0), 0, 34).astype(np.int64)


def rsrq_db(code: ArrayLike) -> FloatArray:
    """The lower edge of an RSRQ code: (code − 40) / 2 dB."""
    return (np.asarray(code, dtype=float) - 40.0) / 2.0


def rxqual(ci_db: ArrayLike) -> IntArray:
    """RXQUAL 0…7 expected at a carrier-to-interference ratio, by `RXQUAL_FLOOR_DB`.

    >>> rxqual([25, 20, 13, 9, 5.9]).tolist()
    [0, 1, 4, 6, 7]
    """
    return np.asarray(len(RXQUAL_FLOOR_DB) - np.searchsorted(RXQUAL_FLOOR_DB[::-1], ci_db, side="right"))


def enb_and_cell(eci: int) -> tuple[int, int]:
    """The eNodeB and the cell in it that a 28-bit E-UTRAN cell identity names (TS 36.413 §9.2.1.38).

    >>> enb_and_cell(123727107)
    (483309, 3)
    """
    return divmod(int(eci), 256)


def bsic_code(bsic: str) -> int:
    """The decimal number 0…63 of a BSIC written NCC-BCC (TS 23.003 §4.3.2): 8·NCC + BCC.

    >>> bsic_code("4-5")
    37
    """
    ncc, bcc = bsic.split("-")
    return 8 * int(ncc) + int(bcc)


def degrees_of(text: str) -> float:
    """A latitude or longitude with minutes and seconds, or a letter for the half of the globe; NaN if it is none.

    >>> degrees_of("E106°13′30″"), degrees_of("38度29分42秒"), degrees_of("38°29.7′S"), degrees_of("38.495N")
    (106.225, 38.495, -38.495, 38.495)
    >>> degrees_of("106 13 30"), degrees_of("38°75′")
    (106.225, nan)
    """
    bare = re.sub(r"[\u200b-\u200f\ufeff]", "", unicodedata.normalize("NFKC", text).casefold()).strip()
    found = DEGREES.fullmatch(bare)
    whole, minutes, seconds = (float(found[k] or 0.0) for k in (2, 3, 4)) if found else (0.0, 60.0, 0.0)
    if found is None or max(minutes, seconds) >= 60.0 or (found[3] and whole % 1.0):
        return math.nan
    sign = -1.0 if found[2].startswith("-") else HALVES[found[1] or found[5] or "n"]
    return round(sign * (abs(whole) + minutes / 60.0 + seconds / 3600.0), 9)
