"""LTE handovers per minute of a call."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import connected_s, count, kpis
from rfopt.mobility.reasons import HANDOVERS
from rfopt.mobility.timeline import Replay


@kpis(of="lte_call", unit="1/min")
def lte_handovers_per_min(replay: Replay) -> float:
    """Handovers per minute of LTE connected time."""
    timelines = replay.of("lte_call")
    number = sum(count(t.reason, HANDOVERS) for t in timelines)
    minutes = connected_s(timelines) / 60.0
    return float(number / minutes) if minutes else np.nan
