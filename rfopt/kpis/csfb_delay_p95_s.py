"""95th percentile of the fallback call's delay."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import kpis
from rfopt.mobility.timeline import Replay


@kpis(of="csfb", unit="s", target=10.0, fail=20.0)
def csfb_delay_p95_s(replay: Replay) -> float:
    """From the service request to alerting or to where the call failed on GSM, 20 s where a phone never came to GSM."""
    delays = np.concatenate([f.delay_s.ravel() for f in replay.fallbacks] or [np.zeros(0)])
    delays = delays[np.isfinite(delays)]
    return float(np.percentile(delays, 95)) if delays.size else np.nan
