"""A value that its parameter cannot have."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from rfopt.audits import Fault, audits, expected_range
from rfopt.drafts import column_of
from rfopt.errors import printable
from rfopt.network import Change, Network, Plan
from rfopt.tables import Column, value_text

BSIC = re.compile("[0-7]-[0-7]")
CARRIERS = ("arfcn", "earfcn", "arfcns")


@audits
def out_of_range(_before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows whose new value is outside the range of its column, or none of its choices; carriers are another audit's."""
    for k, change in enumerate(plan):
        column = column_of(change)
        if column is not None and column.type not in CARRIERS and not _possible(change, column):
            expected = {"expected": "NCC-BCC, 0…7"} if column.type == "bsic" else expected_range(column)
            facts = {"what": change.parameter, "value": printable(value_text(change.new)), **expected}
            yield Fault("out_of_range", (change.cell,), facts, (k,))


def _possible(change: Change, column: Column) -> bool:
    new = change.new
    if isinstance(new, str):
        if column.type == "choice":
            return new in column.range.split()
        return column.type != "bsic" or not new or BSIC.fullmatch(new) is not None
    if new is None or math.isnan(new) or not column.range:
        return True
    return any(low - 1e-9 <= new <= high + 1e-9 for low, high, _ in _hull(column))


def _hull(column: Column) -> list[tuple[float, float, float]]:
    """One span over all: what lies between two of them is off the quantum, not out of range."""
    spans = column.spans()
    return [(min(low for low, _, _ in spans), max(high for _, high, _ in spans), 0.0)]
