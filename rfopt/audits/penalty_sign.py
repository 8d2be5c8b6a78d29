"""PENALTY_TIME 640 s turns a reselect offset from a reward into a penalty: a plan must mean it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rfopt.audits import Fault, audits, changes, number, rows_of
from rfopt.network import Network, Plan

SUBTRACTED_S = 640.0
NAMES = ("penalty_time_s", "cell_reselect_offset_db", "temporary_offset_db")


@audits
def penalty_sign(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Cells whose offset changes its sign, or gets one, without the plan setting both; and offsets without effect."""
    for cell in dict.fromkeys(plan[k].cell for k in rows_of(plan, NAMES)):
        if cell in before.cells.index and before.cells.at[cell, "rat"] == "GSM":
            kind = _kind(before, after, cell, tuple(change for change in plan if change.cell == cell))
            if kind:
                offset = f"{number(after, cell, 'cell_reselect_offset_db'):g}"
                yield Fault(kind, (cell,), {"offset": offset}, rows_of(plan, NAMES, (cell,)))


def _kind(before: Network, after: Network, cell: str, own: Plan) -> str:
    was, now = (number(network, cell, "penalty_time_s") == SUBTRACTED_S for network in (before, after))
    offset_was, offset = (number(network, cell, "cell_reselect_offset_db") for network in (before, after))
    if math.isnan(offset):
        return ""
    sets_offset = changes(own, "cell_reselect_offset_db")
    if was != now and offset > 0.0 and not sets_offset:
        return "sign_flipped"
    if now and not was and offset == 0.0:
        return "penalty_of_nothing"
    if was and now and offset_was == 0.0 and offset > 0.0:
        return "reward_is_penalty"
    if now and changes(own, "temporary_offset_db") and number(after, cell, "temporary_offset_db") > 0.0:
        return "temporary_ignored"
    return ""
