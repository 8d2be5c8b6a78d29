"""GSM handovers per minute of a call."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import connected_s, count, kpis
from rfopt.mobility.reasons import HANDOVERS
from rfopt.mobility.timeline import Replay


@kpis(of="gsm_call", unit="1/min", target=0.3, fail=1.0, weight=0.15)
def handovers_per_min(replay: Replay) -> float:
    """Handovers per minute of GSM connected time."""
    timelines = replay.of("gsm_call")
    number = sum(count(t.reason, HANDOVERS) for t in timelines)
    minutes = connected_s(timelines) / 60.0
    return float(number / minutes) if minutes else np.nan
