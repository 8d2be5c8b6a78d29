"""Tenth percentile of the serving LTE SINR."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import kpis
from rfopt.mobility.timeline import Replay


@kpis(of="lte_idle", unit="dB", target=3.0, fail=0.0, weight=0.1)
def sinr_p10_db(replay: Replay) -> float:
    """Idle mode, over samples with service."""
    values = np.concatenate([t.quality_db.ravel() for t in replay.of("lte_idle")] or [np.zeros(0, dtype=np.float32)])
    values = values[np.isfinite(values)]
    return float(np.percentile(values, 10)) if values.size else np.nan
