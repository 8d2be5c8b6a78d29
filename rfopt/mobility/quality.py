"""Interference, quality and rate: what a level is worth among others.

GSM: 3GPP TS 45.005 §6.3 (protection ratios, from memory). LTE: TS 36.214 §5.1 (RSRP, RSRQ), TR 36.942 annex A.2
(attenuated Shannon, from memory). Checked against published vectors.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rfopt.units import GSM_NOISE_DBM, LTE_NOISE_DBM, dbm, mw

FloatArray = NDArray[np.float64]

CHANNEL_LOSS_DB = (0.0, 18.0, 50.0, 58.0)
"""What a GSM receiver takes off a carrier 0, 200, 400 and 600 kHz away: 9 dB less the ratio C/I = 9, −9, −41, −49."""

SACCH_MIDPOINT_DB, SACCH_SCALE_DB = 4.5, 1.2
"""C/I of one lost SACCH block in two, and the spread around it; an engineering assumption, no hopping."""

SHANNON = {"dl": (0.6, 4.4), "ul": (0.4, 2.0)}
"""Attenuation and cap [bit/s/Hz] of TR 36.942."""


def effective_interference_dbm(
    co: ArrayLike = (),
    first: ArrayLike = (),
    second: ArrayLike = (),
    third: ArrayLike = (),
    noise_dbm: float = GSM_NOISE_DBM,
) -> float:
    """Co-channel equivalent [dBm] of GSM carriers 0, 200, 400 and 600 kHz away, and noise.

    >>> round(effective_interference_dbm([-92], [-75], [-60]), 2)
    -89.39
    """
    total = mw(noise_dbm)
    for levels, loss_db in zip((co, first, second, third), CHANNEL_LOSS_DB, strict=True):
        total = total + mw(np.asarray(levels, float) - loss_db).sum()
    return float(dbm(total))


def sacch_fer(ci_db: ArrayLike) -> FloatArray:
    """Share of SACCH blocks lost at a C/I; an engineering assumption, see `SACCH_MIDPOINT_DB`.

    >>> float(sacch_fer(4.5))
    0.5
    """
    return np.asarray(1.0 / (1.0 + np.exp((np.asarray(ci_db, float) - SACCH_MIDPOINT_DB) / SACCH_SCALE_DB)))


def handover_failure_share(ci_db: ArrayLike) -> FloatArray:
    """Share of GSM handovers that fail at the C/I of the target; an engineering assumption.

    >>> handover_failure_share([5, 8, 12]).tolist()
    [0.3, 0.1, 0.01]
    """
    ci = np.asarray(ci_db, float)
    return np.where(ci < 6.0, 0.3, np.where(ci < 9.0, 0.1, 0.01))


def sinr_db(
    serving_dbm: float, interferers_dbm: ArrayLike, load: ArrayLike = 1.0, noise_dbm: float = LTE_NOISE_DBM
) -> float:
    """SINR of one LTE resource element; `load` weighs each interferer.

    >>> round(sinr_db(-90, [-93, -96], load=0.5), 3)
    4.242
    """
    total = (mw(interferers_dbm) * np.asarray(load, float)).sum() + mw(noise_dbm)
    return float(serving_dbm - dbm(total))


def rsrq_db(
    rsrp_dbm: ArrayLike,
    load: ArrayLike,
    serving: int = 0,
    ports: Literal[1, 2] = 2,
    noise_dbm: float = LTE_NOISE_DBM,
) -> FloatArray:
    """RSRQ of the cell `serving`, from the RSRP of all cells (last axis) and their loads (TS 36.214 §5.1.3).

    On a symbol with reference signals, 2·`ports` of 12 elements are always sent and the rest by load.

    >>> round(float(rsrq_db([-90, -93, -96], 0.5)), 3)
    -11.468
    """
    levels = np.asarray(rsrp_dbm, float)
    sent = 2 * ports + (12 - 2 * ports) * np.broadcast_to(np.asarray(load, float), levels.shape)
    block = (mw(levels) * sent).sum(axis=-1) + 12.0 * mw(noise_dbm)
    return np.asarray(levels[..., serving] - dbm(block))


def spectral_efficiency(sinr: ArrayLike, link: Literal["dl", "ul"] = "dl") -> FloatArray:
    """Rate per bandwidth [bit/s/Hz] of one layer: attenuated, truncated Shannon; 0 below −10 dB.

    >>> round(float(spectral_efficiency(14.0)), 4)
    2.8242
    """
    attenuation, cap = SHANNON[link]
    ratio = np.asarray(sinr, float)
    rate = np.minimum(attenuation * np.log2(1.0 + mw(ratio)), cap)
    return np.where(ratio < -10.0, 0.0, rate)


def throughput_mbps(sinr: ArrayLike, resource_blocks: float, downlink_share: float = 1.0) -> FloatArray:
    """Downlink rate of one layer [Mbit/s]; `downlink_share` is below 1 for TDD, 0.74 for configuration 2.

    >>> round(float(throughput_mbps(14.0, 100, 0.74)), 1)
    37.6
    """
    return spectral_efficiency(sinr) * 0.18 * resource_blocks * downlink_share


def rs_power_dbm(port_dbm: ArrayLike, resource_blocks: float, p_b: int = 0) -> FloatArray:
    """Power of one reference signal element; `p_b` 1 lends the reference signals 3 dB.

    >>> round(float(rs_power_dbm(43.0, 100)), 3)
    12.208
    """
    return np.asarray(np.asarray(port_dbm, float) - 10.0 * np.log10(12.0 * resource_blocks) + 10.0 * np.log10(1 + p_b))
