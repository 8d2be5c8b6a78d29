"""LTE idle reselections per minute."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import kpis
from rfopt.mobility.reasons import RESELECTIONS
from rfopt.mobility.timeline import Replay


@kpis(unit="1/min")
def lte_reselections_per_min(replay: Replay) -> float:
    """Reselections per minute of LTE idle time."""
    timelines = replay.of("lte_idle")
    count = sum(np.isin(t.reason, list(RESELECTIONS)).sum() for t in timelines)
    minutes = sum(t.minutes for t in timelines)
    return count / minutes if minutes else np.nan
