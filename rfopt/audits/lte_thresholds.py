"""Idle thresholds and priorities of LTE that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced, number, rows_of
from rfopt.audits.site_carriers import one_carrier, site_mates
from rfopt.network import Network, Plan

NAMES = ("s_intra_search_db", "s_non_intra_search_db", "thresh_serving_low_db", "cell_reselection_priority",
         "q_rxlevmin_dbm")  # fmt: skip
LEAST_SEARCH_DB = 6.0
"""A search that begins this near to the end of service begins too late to end."""


@audits
def lte_thresholds(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Search for other carriers that begins before that on the own one, or after the level at which to leave; a
    priority that a GSM layer has too, or that differs between the sectors of one carrier.
    """
    cells = sorted({plan[k].cell for k in rows_of(plan, NAMES)} & set(before.of_rat("LTE").index))
    return introduced(lambda network: (f for cell in cells for f in _odd(network, cell)), before, after, plan)


def _odd(network: Network, cell: str) -> Iterator[Fault]:
    intra, other, low, priority = (number(network, cell, name) for name in NAMES[:4])
    if other > intra:
        yield Fault("search_order", (cell,), {"value": f"{other:g}", "limit": f"{intra:g}"}, amount=other - intra)
    if low > other:
        yield Fault("search_too_late", (cell,), {"value": f"{other:g}", "limit": f"{low:g}"}, amount=low - other)
    if intra < LEAST_SEARCH_DB:
        facts = {"value": f"{intra:g}", "limit": f"{LEAST_SEARCH_DB:g}"}
        yield Fault("search_never", (cell,), facts, amount=LEAST_SEARCH_DB - intra)
    yield from _layers(network, cell, priority)
    for mate in site_mates(network, cell):
        theirs = number(network, mate, "cell_reselection_priority")
        if one_carrier(network, cell, mate) and abs(theirs - priority) > 1.0:
            facts = {"value": f"{priority:g}", "limit": f"{theirs:g}"}
            yield Fault("priority_split", tuple(sorted((cell, mate))), facts, amount=abs(theirs - priority))


def _layers(network: Network, cell: str, priority: float) -> Iterator[Fault]:
    layers = network.layers
    for row in layers[(layers["cell"] == cell) & (layers["target_rat"] == "GSM")].itertuples():
        if float(row.priority) >= priority:  # type: ignore[arg-type]
            kind = "priority_equal" if float(row.priority) == priority else "priority_below_gsm"  # type: ignore[arg-type]
            yield Fault(kind, (cell,), {"value": f"{priority:g}", "limit": f"{row.priority:g}"})
