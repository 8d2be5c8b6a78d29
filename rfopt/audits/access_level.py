"""Users shut out: the level from which a phone may camp set above what it has."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.network import Network, Plan
from rfopt.tables import value_text

MOST_DBM = {"rxlev_access_min_dbm": -90.0, "q_rxlevmin_dbm": -110.0}
"""Above these an estate's own flats, and the edge of a macro cell, are without service."""


@audits
def access_level(_before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows that raise RXLEV_ACCESS_MIN or Qrxlevmin above `MOST_DBM`."""
    for k, change in enumerate(plan):
        most, new, old = MOST_DBM.get(change.parameter, math.nan), change.new, change.old
        if math.isnan(most):
            continue
        if isinstance(new, float) and isinstance(old, float) and max(old, most) < new:
            facts = {"what": change.parameter, "value": value_text(new), "most": f"{most:g}"}
            yield Fault("access_level", (change.cell,), facts, (k,))
