"""Timing advance as a distance (TS 45.010 §6.4: half a bit of 48/13 µs a step; TS 36.213 §4.2.3: 16 Ts a step)."""

from __future__ import annotations

LIGHT_M_S = 299_792_458.0
GSM_STEP_M = LIGHT_M_S * 48e-6 / 13.0 / 2.0
LTE_STEP_M = LIGHT_M_S * 16.0 / 30.72e6 / 2.0


def gsm_distance_m(steps: float) -> float:
    """Distance that a GSM timing advance stands for.

    >>> round(gsm_distance_m(1), 2)
    553.46
    """
    return steps * GSM_STEP_M


def lte_distance_m(steps: float) -> float:
    """Distance that an LTE timing advance stands for.

    >>> round(lte_distance_m(1), 2)
    78.07
    """
    return steps * LTE_STEP_M
