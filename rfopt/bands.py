"""Channel numbers and frequencies: ARFCN (TS 45.005 §2) and EARFCN (TS 36.101 §5.7.3)."""

from __future__ import annotations

from typing import NamedTuple


class GsmBand(NamedTuple):
    """One span of ARFCNs: uplink = `uplink_mhz` + 0.2·(n − `first`), downlink = uplink + `duplex_mhz`."""

    name: str
    low: int
    high: int
    uplink_mhz: float
    first: int
    duplex_mhz: float


class LteBand(NamedTuple):
    """One EARFCN span: downlink = `downlink_mhz` + 0.1·(N − `low`)."""

    band: int
    low: int
    high: int
    downlink_mhz: float
    duplex: str


GSM_BANDS = (
    GsmBand("P-GSM 900", 1, 124, 890.0, 0, 45.0),
    GsmBand("E-GSM 900", 0, 0, 890.0, 0, 45.0),
    GsmBand("E-GSM 900", 975, 1023, 890.0, 1024, 45.0),
    GsmBand("R-GSM 900", 955, 974, 890.0, 1024, 45.0),
    GsmBand("GSM 850", 128, 251, 824.2, 128, 45.0),
    GsmBand("DCS 1800", 512, 885, 1710.2, 512, 95.0),
)

LTE_BANDS = (
    LteBand(1, 0, 599, 2110.0, "FDD"),
    LteBand(3, 1200, 1949, 1805.0, "FDD"),
    LteBand(5, 2400, 2649, 869.0, "FDD"),
    LteBand(7, 2750, 3449, 2620.0, "FDD"),
    LteBand(8, 3450, 3799, 925.0, "FDD"),
    LteBand(20, 6150, 6449, 791.0, "FDD"),
    LteBand(28, 9210, 9659, 758.0, "FDD"),
    LteBand(34, 36200, 36349, 2010.0, "TDD"),
    LteBand(38, 37750, 38249, 2570.0, "TDD"),
    LteBand(39, 38250, 38649, 1880.0, "TDD"),
    LteBand(40, 38650, 39649, 2300.0, "TDD"),
    LteBand(41, 39650, 41589, 2496.0, "TDD"),
)


def gsm_band(arfcn: int) -> GsmBand:
    """The band of an ARFCN; 512…810 is read as DCS 1800 (band indicator dcs1800).

    Raises
    ------
    ValueError
        If no GSM band has the number.
    """
    for band in GSM_BANDS:
        if band.low <= arfcn <= band.high:
            return band
    raise ValueError(f"ARFCN {arfcn} is in no GSM band; expected 0…124, 128…251, 512…885 or 955…1023")


def gsm_downlink_mhz(arfcn: int) -> float:
    """Downlink carrier frequency of an ARFCN in MHz (TS 45.005 §2).

    >>> gsm_downlink_mhz(1003)
    930.8
    """
    return round(gsm_uplink_mhz(arfcn) + gsm_band(arfcn).duplex_mhz, 1)


def gsm_uplink_mhz(arfcn: int) -> float:
    """Uplink carrier frequency of an ARFCN in MHz.

    >>> gsm_uplink_mhz(1003)
    885.8
    """
    band = gsm_band(arfcn)
    return round(band.uplink_mhz + 0.2 * (arfcn - band.first), 1)


def arfcn_of_downlink(mhz: float) -> int:
    """The ARFCN of a downlink frequency on the 0.2 MHz raster.

    >>> arfcn_of_downlink(930.8)
    1003

    Raises
    ------
    ValueError
        If the frequency is no GSM downlink carrier.
    """
    for band in GSM_BANDS:
        arfcn = band.first + round((mhz - band.duplex_mhz - band.uplink_mhz) / 0.2)
        if band.low <= arfcn <= band.high and abs(gsm_downlink_mhz(arfcn) - mhz) < 0.01:
            return arfcn
    raise ValueError(f"{mhz} MHz is no GSM downlink carrier")


def lte_band(earfcn: int) -> LteBand:
    """The band of a downlink EARFCN.

    Raises
    ------
    ValueError
        If rfopt knows no band with the number.
    """
    for band in LTE_BANDS:
        if band.low <= earfcn <= band.high:
            return band
    raise ValueError(f"EARFCN {earfcn} is in no LTE band rfopt knows; expected a downlink number such as 1300 or 38400")


def lte_downlink_mhz(earfcn: int) -> float:
    """Downlink carrier frequency of an EARFCN in MHz (TS 36.101 §5.7.3).

    >>> lte_downlink_mhz(38400)
    1895.0
    """
    band = lte_band(earfcn)
    return round(band.downlink_mhz + 0.1 * (earfcn - band.low), 1)
