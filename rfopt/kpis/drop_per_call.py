"""Dropped calls per call."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import connected_s, count, kpis
from rfopt.mobility.reasons import DROPS
from rfopt.mobility.timeline import Replay

CALL_S = 90.0


@kpis(of="gsm_call", unit="1/call")
def drop_per_call(replay: Replay) -> float:
    """Radio link timeouts per GSM call of 90 s."""
    timelines = replay.of("gsm_call")
    number = sum(count(t.reason, DROPS) for t in timelines)
    calls = connected_s(timelines) / CALL_S
    return float(number / calls) if calls else np.nan
