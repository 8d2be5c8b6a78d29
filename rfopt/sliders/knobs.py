"""What may be turned: the values that a case's own fixes propose, each with the values it may take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rfopt.diagnosis import Diagnosis
from rfopt.errors import InputError, did_you_mean, printable
from rfopt.finding import Move
from rfopt.network import Change, Changes, Network, Plan, Value, same, value_of
from rfopt.tables import schema, value_text

MOST_KNOBS = 40


@dataclass(frozen=True)
class Knob:
    """One value of the network.

    Attributes
    ----------
    change : Change
        Cell, neighbour and parameter, and the value as found (`old`) and at the start (`new`).
    values : tuple
        What it may be turned to, the value as found among them.
    """

    change: Change
    values: tuple[Value, ...]

    @property
    def name(self) -> str:
        """What `WhatIf.answer` calls it: ``cell parameter`` or ``cell→neighbour parameter``."""
        return name_of(self.change)


def name_of(change: Change) -> str:
    """The object and the parameter of a change.

    >>> name_of(Change("A", "B", "ho_margin_pbgt_db", 4.0, 8.0))
    'A→B ho_margin_pbgt_db'
    """
    towards = f"→{change.neighbour}" if change.neighbour is not None else ""
    return f"{change.cell}{towards} {change.parameter}"


def knobs_of(diagnosis: Diagnosis, moves: Iterable[Move], plan: Plan) -> tuple[Knob, ...]:
    """A knob for each value that a plan or a permitted move changes: the plan's first, then the gravest findings'."""
    grave = {finding.rule: finding.severity for finding in reversed(diagnosis.findings)}
    offered: dict[tuple[str, str, str], list[Change]] = {}
    rank: dict[tuple[str, str, str], float] = {}
    for change in plan:
        offered.setdefault(change.key, []).append(change)
        rank[change.key] = -2.0
    for move in moves:
        for change in move.changes:
            offered.setdefault(change.key, []).append(change)
            worst = max((grave.get(rule, 0.0) for rule in move.because), default=0.0)
            rank[change.key] = min(rank.get(change.key, 0.0), -worst)
    order = sorted(offered, key=lambda key: rank[key])[:MOST_KNOBS]
    return tuple(_knob(offered[key], key in {change.key for change in plan}) for key in order)


def _knob(changes: Sequence[Change], planned: bool) -> Knob:
    first = changes[0]
    values = {value_text(value): value for change in changes for value in (change.old, change.new)}
    start = first if planned else replace(first, new=first.old)
    return Knob(start, tuple(sorted(values.values(), key=_in_order)))


def _in_order(value: Value) -> tuple[float, str]:
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value))


def plan_of(network: Network, knobs: Sequence[Knob], values: Mapping[str, Value]) -> Changes:
    """The plan that sets some knobs, by name; the others stay as found.

    Raises
    ------
    InputError
        If no knob has such a name, or the value is not legal.
    """
    named = {knob.name: knob for knob in knobs}
    changes = []
    for name, value in values.items():
        if name not in named:
            raise InputError(f"there is no '{printable(name)}' to turn{did_you_mean(name, named)}")
        change = replace(named[name].change, new=_legal(named[name], value))
        found = value_of(network, change.cell, change.neighbour, change.parameter)
        changes += [] if same(found, change.new) else [change]
    return Changes(changes)


def _legal(knob: Knob, value: Value) -> Value:
    """A value of the knob's kind: any legal number, or one of the words it has."""
    if all(isinstance(known, str) for known in knob.values):
        if value not in knob.values:
            raise InputError(f"{knob.name} '{printable(value)}' is not one of {', '.join(map(str, knob.values))}")
        return value
    column = schema("cells" if knob.change.neighbour is None else "neighbours")[knob.change.parameter]
    if isinstance(value, bool) or not isinstance(value, int | float) or not column.legal(float(value)):
        raise InputError(f"{knob.name} '{printable(value)}' is not legal, expected {column.range or 'a number'}")
    return float(value)
