"""A value that its parameter can have and nobody gives it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.network import Network, Plan
from rfopt.tables import value_text

PRACTICE: dict[str, tuple[float, float]] = {
    "cell_reselect_offset_db": (0, 20),
    "cell_reselect_hysteresis_db": (2, 14),
    "ho_margin_pbgt_db": (-10, 20),
    "ho_margin_lev_db": (-10, 20),
    "ho_margin_qual_db": (-10, 20),
    "rxlev_min_cell_dbm": (-110, -75),
    "q_offset_db": (-12, 12),
    "cio_db": (-12, 12),
    "ho_threshold_lev_dbm": (-106, -80),
    "ho_threshold_qual": (3, 7),
    "ho_averaging_sacch": (2, 20),
    "ho_period_pbgt_sacch": (1, 32),
    "radio_link_timeout": (12, 64),
    "q_hyst_db": (1, 12),
    "a3_offset_db": (-3, 10),
    "a3_hysteresis_db": (0, 8),
    "a3_time_to_trigger_ms": (40, 1280),
    "ho_level_umbrella_dbm": (-90, -47),
    "min_int_between_ho_s": (1, 30),
}
"""Offsets beyond 20 dB, margins that hold a call till it drops or send it away at once, a link given up within six
seconds, quality handovers on good quality: engineering limits, wider than what domain practice recommends."""


@audits
def beyond_practice(_before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows that set a value outside `PRACTICE`, unless they come from further out on that side."""
    for k, change in enumerate(plan):
        low, high = PRACTICE.get(change.parameter, (-math.inf, math.inf))
        new, old = change.new, change.old
        if isinstance(new, float) and isinstance(old, float) and (new < min(low, old) or new > max(high, old)):
            facts = {"what": change.parameter, "value": value_text(new), "low": f"{low:g}", "high": f"{high:g}"}
            yield Fault("beyond_practice", (change.cell,), facts, (k,))
