"""A plan as it stands in a file: read without a network, and as much of it applied as can be.

`rfopt.network.read_plan` refuses the first row that does not fit. A gate has to say everything that is wrong at once,
so it takes rows as they are, whether the network knows them or not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from rfopt.errors import InputError, printable
from rfopt.network import (
    RELATION_PARAMETERS,
    Change,
    Network,
    Plan,
    Value,
    apply,
    entry_text,
    relation_default,
    same,
    typed,
    value_of,
)
from rfopt.tables import NUMERIC, WHOLE, Column, read_rows, schema, type_rows

PRESENCE = ("absent", "present")
LISTS = ("neighbour", "redirect_arfcn")


@dataclass(frozen=True)
class Draft:
    """The rows of a plan file, each with the line it stands on."""

    file: Path
    plan: Plan
    lines: tuple[int, ...]


def read_draft(path: Path) -> Draft:
    """Read a plan.csv without asking whether a network agrees with it.

    Raises
    ------
    InputError
        With file and line, if it is no plan: a column missing, a cell or parameter empty, text where a number belongs.
    """
    rows = read_rows(path)
    frame, _ = type_rows(rows, "plan")
    plan = []
    for line, row in zip(rows.lines, frame.itertuples(index=False), strict=True):
        change = Change(str(row.cell), str(row.neighbour) or None, str(row.parameter), str(row.old), str(row.new))
        try:
            plan.append(_with_numbers(change))
        except InputError as error:
            raise InputError(error.message, path, line) from None
    return Draft(path, tuple(plan), tuple(rows.lines))


def column_of(change: Change) -> Column | None:
    """The schema of what a change sets; None for a list's entry and for a parameter that its table lacks."""
    if change.parameter in LISTS:
        return None
    column = schema("cells" if change.neighbour is None else "neighbours").get(change.parameter)
    return None if column is None or column.column in ("cell", "neighbour") else column


def _with_numbers(change: Change) -> Change:
    """The change with numbers where its column has numbers."""
    if change.parameter in LISTS:
        for value in (change.old, change.new):
            if value not in PRESENCE:
                raise InputError(f"{change}: '{printable(value)}' is neither 'present' nor 'absent'")
        if change.neighbour is None or (change.parameter == "redirect_arfcn" and not WHOLE.fullmatch(change.neighbour)):
            wanted = "an ARFCN" if change.parameter == "redirect_arfcn" else "a cell"
            raise InputError(
                f"{change.parameter} wants {wanted} in 'neighbour', found '{printable(change.neighbour or '')}'"
            )
        return replace(change, neighbour=entry_text(change))
    column = column_of(change)
    if column is None:
        return change
    old, new = (_value(str(text), column) for text in (change.old, change.new))
    return replace(change, old=old, new=new)


def _value(text: str, column: Column) -> Value:
    if column.type == "arfcns":
        for word in filter(None, (word.strip() for word in text.split(";"))):
            if not WHOLE.fullmatch(word):
                raise InputError(f"{column.column} '{printable(word)}' is not a whole number")
        return text
    if column.type not in NUMERIC:
        return text
    try:
        value = float(text) if text else math.nan
    except ValueError:
        value = math.inf
    if math.isinf(value) or (text and math.isnan(value)):
        raise InputError(
            f"{column.column} '{printable(text)}' is not a number {f'in {column.unit}' * bool(column.unit)}"
        )
    return value


def found_values(network: Network, plan: Plan) -> list[Value]:
    """What the network has at each row of a plan, the rows before it taken; None where there is no such thing.

    An unknown value is NaN or '', so that None always means: no such cell, relation or parameter.
    """
    now: dict[tuple[str, str, str], Value] = {}
    found: list[Value] = []
    for change in plan:
        found.append(_found(network, change, now))
        now[change.key] = change.new
    return found


def _found(network: Network, change: Change, now: dict[tuple[str, str, str], Value]) -> Value:
    if change.key in now:
        return now[change.key]
    relation = now.get((change.cell, change.neighbour or "", "neighbour"))
    if change.parameter in RELATION_PARAMETERS and change.neighbour is not None and relation is not None:
        if relation == "absent" or change.cell not in network.cells.index:
            return None
        return relation_default(change.parameter, str(network.cells.at[change.cell, "rat"]))
    try:
        return value_of(network, change.cell, change.neighbour, change.parameter)
    except InputError:
        return None


def applied_as_far_as_possible(network: Network, plan: Plan) -> Network:
    """The network after every row that can be taken, whatever its `old` says; the other rows are passed over.

    So is a row that makes another technology of a cell: nothing else of it would fit.
    """
    for change in plan:
        if change.parameter == "rat":
            continue
        try:
            found = value_of(network, change.cell, change.neighbour, change.parameter)
            if not same(found, change.new):
                network = apply(network, (replace(typed(change), old=found),))
        except InputError:
            continue
    return network
