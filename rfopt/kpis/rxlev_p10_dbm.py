"""Tenth percentile of the serving GSM level."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import kpis
from rfopt.mobility.timeline import Replay
from rfopt.units import GSM_NOISE_DBM


@kpis(of="gsm_idle", unit="dBm", target=-85.0, fail=-94.0)
def rxlev_p10_dbm(replay: Replay) -> float:
    """Idle mode; an instant without service counts as the noise floor."""
    values = np.concatenate([t.level_dbm.ravel() for t in replay.of("gsm_idle")] or [np.zeros(0, dtype=np.float32)])
    values = np.where(np.isfinite(values), values, GSM_NOISE_DBM)
    return float(np.percentile(values, 10)) if values.size else np.nan
