"""GSM idle reselections per minute."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import count, kpis
from rfopt.mobility.reasons import RESELECTIONS
from rfopt.mobility.timeline import Replay


@kpis(of="gsm_idle", unit="1/min", target=0.4, fail=1.5, weight=0.15)
def reselections_per_min(replay: Replay) -> float:
    """Reselections per minute of GSM idle time."""
    timelines = replay.of("gsm_idle")
    number = sum(count(t.reason, RESELECTIONS) for t in timelines)
    minutes = sum(t.minutes for t in timelines)
    return number / minutes if minutes else np.nan
