"""Share of handovers that go back."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import count, kpis
from rfopt.mobility.pingpong import pingpong
from rfopt.mobility.reasons import HANDOVERS
from rfopt.mobility.timeline import Replay


@kpis(of="gsm_call", unit="share", target=0.05, fail=0.15, weight=0.05)
def pingpong_share(replay: Replay) -> float:
    """Handovers A→B→A within 10 s over all GSM handovers; 0 if there are none."""
    timelines = replay.of("gsm_call")
    if not timelines:
        return np.nan
    number = sum(count(t.reason, HANDOVERS) for t in timelines)
    back = sum(pingpong(t.server, t.time_s, 10.0).sum() for t in timelines)
    return float(back / number) if number else 0.0
