"""Power that the hardware does not give, or that nobody would set."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits, number, rows_of
from rfopt.network import Network, Plan
from rfopt.suspicions import FAINTEST_DBM, LOUDEST_DBM
from rfopt.tables import value_text

MOST_CUT_DB = {"das": 20.0, "micro": 12.0, "macro": 12.0}
"""A distribution may be turned down boldly, its estate is near; a macro 12 dB down is as good as switched off."""


@audits
def power(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Cells set above `max_power_dbm`, off the scale of their technology, or down by more than `MOST_CUT_DB`."""
    for cell in dict.fromkeys(plan[k].cell for k in rows_of(plan, ("power_dbm",))):
        if cell in before.cells.index:
            kind, limit = _kind(before, after, cell)
            if kind:
                facts = {"value": value_text(number(after, cell, "power_dbm")), "limit": f"{limit:g}"}
                yield Fault(kind, (cell,), facts, rows_of(plan, ("power_dbm",), (cell,)))


def _kind(before: Network, after: Network, cell: str) -> tuple[str, float]:
    was, now = (number(network, cell, "power_dbm") for network in (before, after))
    rat, most = str(before.cells.at[cell, "rat"]), number(before, cell, "max_power_dbm")
    cut = MOST_CUT_DB[str(before.cells.at[cell, "kind"])]
    if now > max(most, was if was > most else most) + 1e-9:
        return "power_above_most", most
    if now > LOUDEST_DBM[rat] and now > was:
        return "power_above_scale", LOUDEST_DBM[rat]
    if now < FAINTEST_DBM[rat] and now < was:
        return "power_below_scale", FAINTEST_DBM[rat]
    return ("power_cut", cut) if was - now > cut + 1e-9 else ("", 0.0)
