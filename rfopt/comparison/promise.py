"""The re-test against what a plan promised: was it carried out, and did the figures come?"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rfopt.comparison.pairing import Difference, sign_of
from rfopt.errors import InputError, printable
from rfopt.files import read_text
from rfopt.kpis import kpis
from rfopt.network import Change, Network, same, value_of

SCHEMA = "rfopt.recommendation/1"
LARGEST = 64 << 20

State = Literal["kept", "open", "exceeded", "broken"]


@dataclass(frozen=True)
class Promise:
    """What recommendation.json says of the figures after its plan, and the plan."""

    interval: Mapping[str, tuple[float, float]]
    plan: tuple[Change, ...]


@dataclass(frozen=True)
class Kept:
    """One promised figure: ``kept`` inside the interval, ``open`` outside but within the log's own chance,
    ``exceeded`` better and ``broken`` worse than promised."""

    name: str
    low: float
    high: float
    state: State


def read_promise(path: Path) -> Promise:
    """Read recommendation.json as `rfopt recommend` writes it.

    Raises
    ------
    InputError
        If the file is not one.
    """
    try:
        table = json.loads(read_text(path, LARGEST))
    except RecursionError:
        raise InputError("is nested too deep for a recommendation", path) from None
    except ValueError as error:
        raise InputError(f"is not JSON: {error}", path) from None
    if not isinstance(table, dict) or table.get("schema") != SCHEMA or not isinstance(table.get("kpis"), dict):
        raise InputError(f"is no recommendation, expected schema {SCHEMA} as rfopt recommend writes it", path)
    spans = table["kpis"].get("interval")
    spans = spans if isinstance(spans, dict) else {}
    interval = {name: tuple(map(float, span)) for name, span in spans.items() if name in kpis and _is_span(span)}
    if not interval:
        raise InputError("promises no figure, expected kpis.interval with the figures of a plan", path)
    plan = table.get("plan")
    rows = plan if isinstance(plan, list) else []
    return Promise({n: (s[0], s[1]) for n, s in interval.items()}, tuple(_change(row, path) for row in rows))


def _is_span(span: Any) -> bool:
    return (
        isinstance(span, list)
        and len(span) == 2
        and all(isinstance(end, int | float) and not isinstance(end, bool) and math.isfinite(end) for end in span)
    )


def _change(row: Any, path: Path) -> Change:
    texts = isinstance(row, dict) and all(isinstance(row.get(key), str) for key in ("cell", "parameter"))
    if not texts or not all(isinstance(row.get(key), str | int | float | None) for key in ("neighbour", "old", "new")):
        raise InputError(f"plan holds {printable(row)}, expected changes with cell, parameter, old and new", path)
    neighbour = row.get("neighbour")
    return Change(row["cell"], None if neighbour is None else str(neighbour), row["parameter"], row["old"], row["new"])


def kept_of(promise: Promise, overall: tuple[Difference, ...]) -> list[Kept]:
    """How each promised figure that the re-test gives came out."""
    out = []
    for one in overall:
        if one.name in promise.interval and math.isfinite(one.after.value):
            low, high = promise.interval[one.name]
            out.append(Kept(one.name, low, high, _state(one, low, high)))
    return out


def _state(one: Difference, low: float, high: float) -> State:
    value = one.after.value
    if low <= value <= high:
        return "kept"
    if not math.isfinite(one.after.low) or (one.after.low <= high and one.after.high >= low):
        return "open"
    return "exceeded" if (value - high if value > high else value - low) * sign_of(one.name) > 0 else "broken"


def not_carried_out(promise: Promise, network: Network) -> list[Change]:
    """Changes of the plan whose new value the re-test's network does not have."""
    return [change for change in promise.plan if not _has(network, change)]


def _has(network: Network, change: Change) -> bool:
    try:
        return same(value_of(network, change.cell, change.neighbour, change.parameter), change.new)
    except InputError:  # a cell or a relation that the network of the re-test does not have
        return False
