"""Share of fallback calls that succeed."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import kpis
from rfopt.mobility.timeline import Replay


@kpis(of="csfb", unit="share", target=0.98, fail=0.95, weight=0.12)
def csfb_success_share(replay: Replay) -> float:
    """Successful CSFB attempts over all attempts."""
    tried = np.concatenate([f.tried.ravel() for f in replay.fallbacks] or [np.zeros(0, dtype=bool)])
    good = np.concatenate([f.success.ravel() for f in replay.fallbacks] or [tried])
    return float(good[tried].mean()) if tried.any() else np.nan
