"""Tenth percentile of C/I in calls."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import kpis
from rfopt.mobility.timeline import Replay


@kpis(of="gsm_call", unit="dB", target=12.0, fail=9.0)
def ci_p10_db(replay: Replay) -> float:
    """Over all samples of GSM calls with a known C/I."""
    values = np.concatenate([t.quality_db.ravel() for t in replay.of("gsm_call")] or [np.zeros(0, dtype=np.float32)])
    values = values[np.isfinite(values)]
    return float(np.percentile(values, 10)) if values.size else np.nan
