"""A value between two that its parameter can have."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rfopt.audits import Fault, audits, expected_range
from rfopt.drafts import column_of
from rfopt.network import Network, Plan
from rfopt.tables import Column, value_text

WHOLE = ("int", "arfcn", "earfcn")
WHOLE_NUMBER = {"expected_en": "a whole number", "expected_zh": "整数"}


@audits
def off_quantum(_before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows whose new value is off the steps of its column.

    What comes out of a feeder is on no step; a power that moves from there by whole steps is right.
    """
    for k, change in enumerate(plan):
        column = column_of(change)
        if column is None or not isinstance(change.new, float) or math.isnan(change.new):
            continue
        moved = isinstance(change.old, float) and change.parameter == "power_dbm"
        start = float(change.old or 0.0) if moved and not math.isnan(float(change.old or 0.0)) else None
        if not _on(column, change.new, start):
            expected = WHOLE_NUMBER if column.type in WHOLE else expected_range(column)
            facts = {"what": change.parameter, "value": value_text(change.new), **expected}
            yield Fault("off_quantum", (change.cell,), facts, (k,))


def _on(column: Column, new: float, start: float | None) -> bool:
    if column.type in WHOLE:
        return new == round(new)
    spans = column.spans()
    if not any(step for _, _, step in spans) or not spans[0][0] <= new <= spans[-1][1]:
        return True
    if column.legal(new):
        return True
    step = spans[0][2]
    return start is not None and abs((new - start) / step - round((new - start) / step)) < 1e-6
