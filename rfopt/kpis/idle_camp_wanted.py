"""Share of idle time camped on a wanted cell."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import kpis
from rfopt.mobility.timeline import Replay


@kpis(of="gsm_idle", unit="share", target=0.95, fail=0.8, weight=0.15)
def idle_camp_wanted(replay: Replay) -> float:
    """Share 0…1 of GSM idle time, time without service included."""
    timelines = replay.of("gsm_idle")
    seconds = sum(t.server.size * t.step_s for t in timelines)
    if replay.wanted is None or not seconds:
        return np.nan
    wanted = list(replay.wanted)
    return float(sum(np.isin(t.server, wanted).sum() * t.step_s for t in timelines) / seconds)
