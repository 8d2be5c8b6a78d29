"""LTE idle reselections per minute."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import count, kpis
from rfopt.mobility.reasons import RESELECTIONS
from rfopt.mobility.timeline import Replay


@kpis(of="lte_idle", unit="1/min")
def lte_reselections_per_min(replay: Replay) -> float:
    """Reselections per minute of LTE idle time."""
    timelines = replay.of("lte_idle")
    number = sum(count(t.reason, RESELECTIONS) for t in timelines)
    minutes = sum(t.minutes for t in timelines)
    return number / minutes if minutes else np.nan
