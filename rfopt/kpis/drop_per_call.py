"""Dropped calls per call."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import kpis
from rfopt.mobility.reasons import DROPS
from rfopt.mobility.timeline import Replay

CALL_S = 90.0


@kpis(unit="1/call")
def drop_per_call(replay: Replay) -> float:
    """Radio link timeouts per GSM call of 90 s."""
    timelines = replay.of("gsm_call")
    count = sum(np.isin(t.reason, list(DROPS)).sum() for t in timelines)
    calls = sum((t.server >= 0).sum() * t.step_s for t in timelines) / CALL_S
    return float(count / calls) if calls else np.nan
