"""A plan names a parameter that there is not, or not there."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.drafts import LISTS, column_of
from rfopt.errors import did_you_mean, printable
from rfopt.network import RELATION_PARAMETERS, Change, Network, Plan
from rfopt.tables import schema


@audits
def unknown_parameter(_before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows whose parameter is no column of its table; the name of a cell is none that a plan can set."""
    for k, change in enumerate(plan):
        if change.parameter not in LISTS and column_of(change) is None:
            what = printable(change.parameter)
            yield Fault(_kind(change), (change.cell,), {"what": what, "near": _near(change)}, (k,))


def _kind(change: Change) -> str:
    if change.neighbour is None and change.parameter in RELATION_PARAMETERS:
        return "of_a_relation"
    if change.neighbour is not None and change.parameter in schema("cells") and change.parameter != "cell":
        return "of_a_cell"
    return "unknown_parameter"


def _near(change: Change) -> str:
    table = schema("cells") if change.neighbour is None else RELATION_PARAMETERS
    return did_you_mean(change.parameter, [*table, *LISTS])
