"""Share of call samples of good quality."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import kpis
from rfopt.mobility.timeline import Replay


@kpis(of="gsm_call", unit="share", target=0.97, fail=0.92, weight=0.2)
def rxqual_0_4_share(replay: Replay) -> float:
    """Samples with RXQUAL 0 to 4 over all samples of GSM calls."""
    values = np.concatenate([t.rxqual.ravel() for t in replay.of("gsm_call")] or [np.zeros(0, dtype=np.int8)])
    values = values[values >= 0]
    return float((values <= 4).mean()) if values.size else np.nan
