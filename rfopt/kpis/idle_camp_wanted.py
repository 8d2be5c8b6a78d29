"""Share of idle time camped on a wanted cell."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import kpis
from rfopt.mobility.timeline import Replay


@kpis(of="gsm_idle", unit="share", target=0.95, fail=0.8, weight=0.15)
def idle_camp_wanted(replay: Replay) -> float:
    """Share 0…1 of GSM idle time, time without service included."""
    servers = np.concatenate([t.server.ravel() for t in replay.of("gsm_idle")] or [np.zeros(0)])
    return (
        float(np.isin(servers, list(replay.wanted or ())).mean())
        if servers.size and replay.wanted is not None
        else np.nan
    )
