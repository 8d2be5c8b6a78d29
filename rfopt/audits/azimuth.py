"""Antennas turned where they should not look."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced, number, rows_of
from rfopt.network import Network, Plan
from rfopt.tables import value_text

MOST_TURN_DEG, LEAST_APART_DEG = 60.0, 30.0


@audits
def azimuth(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Sectors turned by more than `MOST_TURN_DEG`, an omnidirectional antenna turned, sectors upon each other."""
    rows = rows_of(plan, ("azimuth_deg",))
    turned = [cell for cell in dict.fromkeys(plan[k].cell for k in rows) if cell in before.cells.index]
    for cell in turned:
        was, now = (number(network, cell, "azimuth_deg") for network in (before, after))
        own = rows_of(plan, ("azimuth_deg",), (cell,))
        facts = {"old": value_text(was), "value": value_text(now), "limit": f"{MOST_TURN_DEG:g}"}
        if math.isnan(was) != math.isnan(now):
            if not rows_of(plan, ("antenna", "h_beamwidth_deg"), (cell,)):
                yield Fault("omni_turned", (cell,), facts, own)
        elif between_deg(was, now) > MOST_TURN_DEG:
            yield Fault("azimuth_turn", (cell,), facts, own)
    if turned:
        yield from introduced(lambda network: _upon_each_other(network, set(turned)), before, after, plan)


def between_deg(a: float, b: float) -> float:
    """The angle between two directions.

    >>> between_deg(350.0, 10.0)
    20.0
    """
    return abs((a - b + 180.0) % 360.0 - 180.0)


def _upon_each_other(network: Network, turned: set[str]) -> Iterator[Fault]:
    cells = network.cells
    for cell in sorted(turned):
        row = cells.loc[cell]
        beside = cells[(cells["site"] == row["site"]) & (cells["rat"] == row["rat"]) & (cells["kind"] == row["kind"])]
        if not row["site"]:
            continue
        same = beside[beside["earfcn"].fillna(-1.0) == (row["earfcn"] if row["rat"] == "LTE" else -1.0)]
        for other in same.index:
            apart = between_deg(*(number(network, str(name), "azimuth_deg") for name in (cell, other)))
            if other != cell and apart < LEAST_APART_DEG:
                pair = tuple(sorted((cell, str(other))))
                facts = {"value": f"{apart:g}", "limit": f"{LEAST_APART_DEG:g}"}
                yield Fault("sectors_upon_each_other", pair, facts, amount=LEAST_APART_DEG - apart)
