"""Antennas moved farther than a crew moves one, or to where none hangs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rfopt.audits import Fault, audits, number, rows_of
from rfopt.network import Network, Plan
from rfopt.tables import value_text

MOST_MOVED_M, MOST_RAISED_M, HIGHEST_M = 200.0, 30.0, 300.0
LEAST_M = {"macro": 3.0, "micro": 2.0, "das": -30.0}


@audits
def position(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Cells moved by more than `MOST_MOVED_M`, raised or lowered by more than `MOST_RAISED_M`, or hung impossibly."""
    for cell in dict.fromkeys(plan[k].cell for k in rows_of(plan, ("lat", "lon", "height_m"))):
        if cell not in before.cells.index:
            continue
        north, east, up = (number(after, cell, n) - number(before, cell, n) for n in ("lat", "lon", "height_m"))
        moved = 111_195.0 * math.hypot(north, east * math.cos(math.radians(number(before, cell, "lat"))))
        height, least = number(after, cell, "height_m"), LEAST_M[str(before.cells.at[cell, "kind"])]
        if moved > MOST_MOVED_M:
            facts = {"value": f"{moved:.0f}", "limit": f"{MOST_MOVED_M:g}"}
            yield Fault("moved_far", (cell,), facts, rows_of(plan, ("lat", "lon"), (cell,)))
        rows = rows_of(plan, ("height_m",), (cell,))
        facts = {"old": value_text(number(before, cell, "height_m")), "value": value_text(height)}
        if rows and not least <= height <= HIGHEST_M:
            yield Fault("height_impossible", (cell,), facts | {"least": f"{least:g}", "most": f"{HIGHEST_M:g}"}, rows)
        elif rows and abs(up) > MOST_RAISED_M:
            yield Fault("height_changed", (cell,), facts | {"limit": f"{MOST_RAISED_M:g}"}, rows)
