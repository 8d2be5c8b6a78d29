"""Share of fallback calls that land on a wanted cell."""

from __future__ import annotations

import numpy as np

from rfopt.kpis import kpis
from rfopt.mobility.timeline import Replay


@kpis(of="csfb", unit="share", target=0.9, fail=0.0, weight=0.08)
def csfb_wanted_share(replay: Replay) -> float:
    """CSFB attempts that succeed on a wanted cell over all attempts."""
    tried = np.concatenate([f.tried.ravel() for f in replay.fallbacks] or [np.zeros(0, dtype=bool)])
    landed = np.concatenate(
        [(np.isin(f.cell, list(replay.wanted or ())) & f.success).ravel() for f in replay.fallbacks] or [tried]
    )
    return float(landed[tried].mean()) if tried.any() and replay.wanted is not None else np.nan
