"""The criteria of idle and connected mode, one formula each, for numbers and for arrays.

GSM: 3GPP TS 45.008 §6.4 (C1, C2), §6.5 (signalling failure), annex A (power budget), TS 45.005 §4.1.1 (power codes).
LTE: TS 36.304 §5.2.3.2 (S), §5.2.4.6 (R); TS 36.331 §5.5.3.2 (filter), §5.5.4 (events). C1, C2, the power budget and
the event inequalities are cross-checked with a second source; the other clauses are from memory and checked against
published vectors only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rfopt.errors import InputError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

NEGATIVE_PENALTY_S = 640.0
"""PENALTY_TIME code 31: the reselect offset is subtracted."""

INFINITE_OFFSET_DB = 70.0
"""TEMPORARY_OFFSET code 7."""


def _float(values: ArrayLike) -> FloatArray:
    return np.asarray(values, dtype=float)


def c1(
    rla_dbm: ArrayLike,
    rxlev_access_min_dbm: ArrayLike,
    ms_txpwr_max_cch_dbm: ArrayLike = 33.0,
    ms_power_dbm: ArrayLike = 33.0,
) -> FloatArray:
    """Path loss criterion C1 [dB]; a cell is suitable above 0 (TS 45.008 §6.4).

    >>> float(c1(-75, -100)), float(c1(-75, -100, ms_power_dbm=29))
    (25.0, 21.0)
    """
    lacking = _float(ms_txpwr_max_cch_dbm) - _float(ms_power_dbm)
    return _float(_float(rla_dbm) - _float(rxlev_access_min_dbm) - np.maximum(lacking, 0.0))


def c2(
    c1_db: ArrayLike,
    cell_reselect_offset_db: ArrayLike,
    temporary_offset_db: ArrayLike,
    penalty_time_s: ArrayLike,
    on_list_s: ArrayLike,
    *,
    serving: bool = False,
) -> FloatArray:
    """Reselection criterion C2 [dB] of a cell that has been on the list for `on_list_s` (TS 45.008 §6.4).

    A penalty time of 640 s is code 31: the offset is subtracted and no temporary offset applies. A temporary offset
    of 70 dB and more is infinite. A serving cell carries no temporary offset.

    >>> float(c2(25, 10, 20, 80, on_list_s=40)), float(c2(25, 10, 20, 80, on_list_s=80.01))
    (15.0, 35.0)
    """
    reward, penalty = _float(cell_reselect_offset_db), _float(penalty_time_s)
    temporary = _float(temporary_offset_db)
    temporary = np.where(temporary >= INFINITE_OFFSET_DB, np.inf, temporary)
    held_back = (penalty >= _float(on_list_s)) & (not serving)
    positive = reward - np.where(held_back, temporary, 0.0)
    return _float(c1_db) + np.where(penalty >= NEGATIVE_PENALTY_S, -reward, positive)


def power_budget(
    rxlev_dl_dbm: ArrayLike,
    rxlev_ncell_dbm: ArrayLike,
    *,
    pwr_c_d_db: ArrayLike = 0.0,
    ms_power_dbm: ArrayLike = 33.0,
    ms_txpwr_max_dbm: ArrayLike = 33.0,
    ms_txpwr_max_ncell_dbm: ArrayLike = 33.0,
) -> FloatArray:
    """Power budget of a neighbour [dB]: how much less path loss it has than the server (TS 45.008 annex A).

    `pwr_c_d_db` is the reduction of the server's downlink power by power control; 0 on the BCCH carrier.

    >>> float(power_budget(-78, -70)), float(power_budget(-78, -70, pwr_c_d_db=4))
    (8.0, 4.0)
    """
    limit = _float(ms_power_dbm)
    server = np.minimum(_float(ms_txpwr_max_dbm), limit) - _float(rxlev_dl_dbm) - _float(pwr_c_d_db)
    return _float(server - np.minimum(_float(ms_txpwr_max_ncell_dbm), limit) + _float(rxlev_ncell_dbm))


def signalling_credit(bs_pa_mfrms: int) -> int:
    """Start of the downlink signalling counter: the nearest whole number to 90/BS_PA_MFRMS (TS 45.008 §6.5).

    >>> [signalling_credit(n) for n in (2, 5, 9)]
    [45, 18, 10]
    """
    return int(90.0 / bs_pa_mfrms + 0.5)


def ms_power_dbm(code: int, band: str = "900") -> float:
    """Output power of a phone for a GSM power control level, band ``"900"`` or ``"1800"`` (TS 45.005 §4.1.1, [M]).

    Checked against the published levels 2, 5 and 19 of GSM 900.

    >>> ms_power_dbm(5), ms_power_dbm(19), ms_power_dbm(2), ms_power_dbm(0, "1800")
    (33.0, 5.0, 39.0, 30.0)
    """
    if band not in ("900", "1800") or not 0 <= code <= 31:
        raise InputError(f"power level {code} in band '{band}': expected 0 to 31 in band 900 or 1800")
    if band == "900":
        return float(np.clip(43 - 2 * code, 5, 39))
    return {29: 36.0, 30: 34.0, 31: 32.0}.get(code, float(max(30 - 2 * code, 0)))


def s_rxlev(
    q_rxlevmeas_dbm: ArrayLike, q_rxlevmin_dbm: ArrayLike, p_max_dbm: ArrayLike = 23.0, ms_power_dbm: ArrayLike = 23.0
) -> FloatArray:
    """Srxlev [dB]; a cell is suitable above 0 (TS 36.304 §5.2.3.2).

    >>> float(s_rxlev(-110, -120))
    10.0
    """
    compensation = np.maximum(_float(p_max_dbm) - _float(ms_power_dbm), 0.0)
    return _float(_float(q_rxlevmeas_dbm) - _float(q_rxlevmin_dbm) - compensation)


def rank_serving(q_meas_dbm: ArrayLike, q_hyst_db: ArrayLike) -> FloatArray:
    """Rs, the rank of the serving cell [dBm] (TS 36.304 §5.2.4.6).

    >>> float(rank_serving(-100, 2))
    -98.0
    """
    return _float(_float(q_meas_dbm) + _float(q_hyst_db))


def rank_neighbour(q_meas_dbm: ArrayLike, q_offset_db: ArrayLike) -> FloatArray:
    """Rn, the rank of a neighbour [dBm] (TS 36.304 §5.2.4.6)."""
    return _float(_float(q_meas_dbm) - _float(q_offset_db))


def l3_filter(filtered: ArrayLike, measured: ArrayLike, k: float = 4.0, spacing_ms: float = 200.0) -> FloatArray:
    """Next value of the layer 3 filter (TS 36.331 §5.5.3.2): F = (1 − a)·F + a·M with a = 2^(−k/4).

    That is for one input every 200 ms; other spacings keep the time constant. k = 0 does not filter.

    >>> float(l3_filter(-90, -80))
    -85.0
    """
    gain = 1.0 - (1.0 - 0.5 ** (k / 4.0)) ** (spacing_ms / 200.0)
    before = _float(filtered)
    return _float(before + gain * (_float(measured) - before))


def a1(serving: ArrayLike, threshold: ArrayLike, hysteresis_db: ArrayLike) -> BoolArray:
    """Entering A1: the server becomes better than a threshold."""
    return np.asarray(_float(serving) - _float(hysteresis_db) > _float(threshold))


def a2(serving: ArrayLike, threshold: ArrayLike, hysteresis_db: ArrayLike) -> BoolArray:
    """Entering A2: the server becomes worse than a threshold."""
    return np.asarray(_float(serving) + _float(hysteresis_db) < _float(threshold))


def a3(
    serving: ArrayLike,
    neighbour: ArrayLike,
    a3_offset_db: ArrayLike,
    a3_hysteresis_db: ArrayLike,
    cio_db: ArrayLike = 0.0,
) -> BoolArray:
    """Entering A3: a neighbour becomes better than the server by an offset; `cio_db` is Ofn + Ocn − Ofs − Ocs.

    >>> bool(a3(-99, -95, 3, 1)), bool(a3(-99, -94.5, 3, 1))
    (False, True)
    """
    lead = _float(neighbour) + _float(cio_db) - _float(a3_hysteresis_db)
    return np.asarray(lead > _float(serving) + _float(a3_offset_db))


def a4(neighbour: ArrayLike, threshold: ArrayLike, hysteresis_db: ArrayLike, offset_db: ArrayLike = 0.0) -> BoolArray:
    """Entering A4: a neighbour becomes better than a threshold; `offset_db` is Ofn + Ocn."""
    return np.asarray(_float(neighbour) + _float(offset_db) - _float(hysteresis_db) > _float(threshold))


def a5(
    serving: ArrayLike,
    neighbour: ArrayLike,
    threshold_1: ArrayLike,
    threshold_2: ArrayLike,
    hysteresis_db: ArrayLike,
    offset_db: ArrayLike = 0.0,
) -> BoolArray:
    """Entering A5: the server worse than one threshold while a neighbour is better than another."""
    return a2(serving, threshold_1, hysteresis_db) & a4(neighbour, threshold_2, hysteresis_db, offset_db)


def b1(neighbour: ArrayLike, threshold: ArrayLike, hysteresis_db: ArrayLike, offset_db: ArrayLike = 0.0) -> BoolArray:
    """Entering B1: a cell of another technology becomes better than a threshold; `offset_db` is Ofn."""
    return a4(neighbour, threshold, hysteresis_db, offset_db)


def b2(
    serving: ArrayLike,
    neighbour: ArrayLike,
    threshold_1: ArrayLike,
    threshold_2: ArrayLike,
    hysteresis_db: ArrayLike,
    offset_db: ArrayLike = 0.0,
) -> BoolArray:
    """Entering B2: the server worse than one threshold while a cell of another technology is better than another."""
    return a5(serving, neighbour, threshold_1, threshold_2, hysteresis_db, offset_db)
