"""A network is a value; a plan is a difference between two of them."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.geography.terrain import Terrain
from rfopt.shown import Shown
from rfopt.tables import (
    NUMERIC,
    WHOLE,
    Rows,
    channel_problem,
    parse_column,
    read_rows,
    schema,
    split_rows,
    table_text,
    type_rows,
    value_text,
)
from rfopt.workbooks import is_workbook, read_workbook

MOST_RELATIONS = 32
MOST_REDIRECTS = 32
RELATION_PARAMETERS = tuple(c for c, column in schema("neighbours").items() if column.tunable)


@dataclass(frozen=True)
class Network(Shown):
    """Cells, their relations and what surrounds them; never changed in place.

    Attributes
    ----------
    cells : DataFrame
        One row a cell, indexed by name, every column of the cells schema; numbers are float64 with NaN for unknown,
        text is '' for unknown, lists are tuples. Defaults are filled in.
    neighbours : DataFrame
        One row a directed relation, indexed by (cell, neighbour).
    redirects : frozenset of (cell, arfcn)
        Entries of the CSFB redirect lists of LTE cells.
    layers : DataFrame
        Inter-frequency and inter-RAT idle layers.
    buildings : tuple
        `rfopt.geography.scene.Building` values, empty where no map was given.
    antennas : mapping
        Pattern name to `rfopt.radio.antennas.Pattern`.
    notes : tuple of str
        Defaults taken and columns passed over, said once.
    hashes : mapping
        File name to SHA-256 of every file read.
    terrain : Terrain, optional
        Heights of the ground; flat without one.
    """

    cells: pd.DataFrame
    neighbours: pd.DataFrame
    redirects: frozenset[tuple[str, int]]
    layers: pd.DataFrame
    buildings: tuple[Any, ...] = ()
    antennas: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)
    terrain: Terrain | None = None

    def __repr__(self) -> str:
        counts = " and ".join(f"{len(self.of_rat(rat))} {rat}" for rat in ("GSM", "LTE"))
        return f"<Network: {counts} cells, {len(self.neighbours)} relations, {len(self.redirects)} redirect entries>"

    def of_rat(self, rat: str) -> pd.DataFrame:
        """The cells of one technology."""
        return self.cells[self.cells["rat"] == rat]

    def related(self, cell: str, neighbour: str) -> bool:
        """True if the directed relation exists."""
        return (cell, neighbour) in self.neighbours.index

    def redirect_arfcns(self, cell: str) -> set[int]:
        """The CSFB redirect list of an LTE cell."""
        return {arfcn for name, arfcn in self.redirects if name == cell}

    def ends_at(self, names: Collection[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """For every relation, whether its cell and whether its neighbour is one of some cells."""
        index = relation_index(self.neighbours)
        known = (np.append(level.isin(names), False) for level in index.levels)
        start, end = (of_level[codes] for of_level, codes in zip(known, index.codes, strict=True))
        return start, end

    def touching(self, names: Collection[str]) -> list[tuple[str, str]]:
        """The relations of some cells and those to them, in the network's order."""
        start, end = self.ends_at(names)
        return cast(list[tuple[str, str]], relation_index(self.neighbours)[start | end].tolist())

    def subset(self, names: Iterable[str]) -> Network:
        """The same network with only the named cells and what ties them to each other."""
        keep = set(names)
        start, end = self.ends_at(keep)
        neighbours = self.neighbours[start & end]
        return replace(
            self,
            cells=self.cells[self.cells.index.isin(keep)],
            neighbours=neighbours.set_axis(relation_index(neighbours).remove_unused_levels()),
            redirects=frozenset(entry for entry in self.redirects if entry[0] in keep),
            layers=self.layers[self.layers["cell"].isin(keep)],
        )


def relation_index(neighbours: pd.DataFrame) -> pd.MultiIndex:
    """The cells and neighbours that relations are indexed by."""
    assert isinstance(neighbours.index, pd.MultiIndex)
    return neighbours.index


Value = float | str | None


@dataclass(frozen=True)
class Change:
    """One changed value, remembering what it replaces.

    `neighbour` is None for a column of cells.csv, the target cell for a relation, the ARFCN as text for a redirect
    entry (parameter ``redirect_arfcn``). `old` and `new` are numbers, text, or ``absent``/``present``.

    Examples
    --------
    >>> print(Change("A", None, "power_dbm", 12.0, 4.0))
    A power_dbm 12 → 4
    """

    cell: str
    neighbour: str | None
    parameter: str
    old: Value
    new: Value

    def __str__(self) -> str:
        target = f"→{self.neighbour} " if self.neighbour is not None else " "
        return printable(f"{self.cell}{target}{self.parameter} {value_text(self.old)} → {value_text(self.new)}", 400)

    @property
    def key(self) -> tuple[str, str, str]:
        """What the change touches: cell, neighbour ('' if none) and parameter."""
        return self.cell, self.neighbour or "", self.parameter

    @property
    def table(self) -> str:
        """The part of a `Network` that it is in: ``cells``, ``neighbours`` or ``redirects``."""
        if self.parameter == "redirect_arfcn":
            return "redirects"
        return "cells" if self.neighbour is None else "neighbours"

    @property
    def visit(self) -> bool:
        """True if a crew must go to the site."""
        column = schema("cells").get(self.parameter)
        return self.neighbour is None and column is not None and column.visit


Plan = tuple[Change, ...]


class Changes(Plan, Shown):
    """A plan that shows itself: the tuple of its changes, one a line."""

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or "<no changes>"


def keys_of(plan: Plan) -> tuple[tuple[str, str, str], ...]:
    """What a plan touches, in its order: something to sort plans by."""
    return tuple(change.key for change in plan)


def value_of(network: Network, cell: str, neighbour: str | None, parameter: str) -> Value:
    """The present value of what a change would touch.

    Raises
    ------
    InputError
        If the network has no such cell, relation or parameter.
    """
    _known_cell(network, cell)
    if parameter == "redirect_arfcn":
        if (rat := str(network.cells.at[cell, "rat"])) != "LTE":
            raise InputError(f"{cell} is {rat}; only an LTE cell has a redirect list")
        return "present" if (cell, _arfcn(neighbour)) in network.redirects else "absent"
    if neighbour is None:
        if parameter == "cell":
            raise InputError("parameter 'cell' is the name of a cell, which no plan changes")
        if parameter not in schema("cells"):
            raise InputError(f"parameter '{printable(parameter)}' is unknown{did_you_mean(parameter, schema('cells'))}")
        return _plain(network.cells.at[cell, parameter])
    _known_cell(network, neighbour)
    if parameter == "neighbour":
        return "present" if network.related(cell, neighbour) else "absent"
    if parameter not in RELATION_PARAMETERS:
        near = did_you_mean(parameter, [*RELATION_PARAMETERS, "neighbour", "redirect_arfcn"])
        raise InputError(f"parameter '{printable(parameter)}' is not one of a relation{near}")
    if not network.related(cell, neighbour):
        raise InputError(f"{cell} has no relation to {neighbour}, so no {parameter} to change")
    return float(cast(float, network.neighbours.at[(cell, neighbour), parameter]))


def _settings(network: Network, cell: str, neighbour: str) -> dict[str, float]:
    """The parameters of one relation."""
    return {name: float(cast(float, network.neighbours.at[(cell, neighbour), name])) for name in RELATION_PARAMETERS}


def _known_cell(network: Network, name: str) -> None:
    if name not in network.cells.index:
        near = did_you_mean(name, network.cells.index)
        raise InputError(f"cell '{printable(name)}' is not in the network{near}")


def _arfcn(text: str | None) -> int:
    if text is None or not WHOLE.fullmatch(text):
        raise InputError(f"redirect_arfcn wants an ARFCN in 'neighbour', found '{printable(text or '')}'")
    problem = channel_problem(int(text), "arfcn")
    if problem:
        raise InputError(f"redirect_arfcn {text} {problem}")
    return int(text)


def same(a: Value, b: Value) -> bool:
    """Equal as table values: numbers within 1e-9, unknown equal to unknown, '12' equal to 12, lists in any order."""
    try:
        x, y = _number(a), _number(b)
    except ValueError:
        first, second = (sorted(str(value or "").split(";")) for value in (a, b))
        return first == second
    return (math.isnan(x) and math.isnan(y)) or abs(x - y) < 1e-9


def _number(value: Value) -> float:
    return math.nan if value is None or value == "" else float(value)


def apply(network: Network, plan: Plan) -> Network:
    """The network after a plan, taken in its order; the given network stays as it is.

    Raises
    ------
    InputError
        If an `old` value does not match: the plan was made for another state of the network.
    """
    touched = {change.table for change in plan}
    cells = network.cells.copy() if "cells" in touched else network.cells
    neighbours = network.neighbours.copy() if "neighbours" in touched else network.neighbours
    redirects = set(network.redirects)
    for change in plan:
        now = replace(network, cells=cells, neighbours=neighbours, redirects=frozenset(redirects))
        found = value_of(now, change.cell, change.neighbour, change.parameter)
        if not same(found, change.old):
            raise InputError(
                f"{change}: the network has {value_text(found) or 'empty'}, the plan expected "
                f"{printable(value_text(change.old)) or 'empty'}; it was made for another state of the network"
            )
        if change.table == "redirects":
            entry = (change.cell, _arfcn(change.neighbour))
            (redirects.add if _present(change) else redirects.discard)(entry)
        elif change.parameter == "neighbour":
            neighbours = _with_relation(neighbours, cells, change)
        elif change.table == "neighbours":
            neighbours.loc[(change.cell, change.neighbour), change.parameter] = _number(change.new)
        else:
            _set_cell(cells, change)
    return replace(network, cells=cells, neighbours=neighbours, redirects=frozenset(redirects))


def _present(change: Change) -> bool:
    if change.new not in ("present", "absent"):
        raise InputError(f"{change}: new value is neither 'present' nor 'absent'")
    return change.new == "present"


def _with_relation(neighbours: pd.DataFrame, cells: pd.DataFrame, change: Change) -> pd.DataFrame:
    key = (change.cell, change.neighbour)
    if not _present(change):
        return neighbours.drop(index=[key])
    if change.cell == change.neighbour:
        raise InputError(f"{change}: a relation joins two cells")
    rat, other = (str(cells.at[name, "rat"]) for name in key)
    if rat != other:
        raise InputError(f"{change}: a relation joins cells of one technology")
    row = {name: relation_default(name, rat) for name in RELATION_PARAMETERS}
    added = pd.DataFrame([row], index=pd.MultiIndex.from_tuples([key], names=neighbours.index.names))
    return pd.concat([neighbours, added])


def relation_default(parameter: str, rat: str) -> float:
    """The value a relation has where the table or a plan gives none; NaN if the technology lacks it."""
    return float(schema("neighbours")[parameter].default_for(rat, "") or "nan")


def _set_cell(cells: pd.DataFrame, change: Change) -> None:
    column = schema("cells")[change.parameter]
    new: Any = change.new
    if column.type == "arfcns":
        new = tuple(int(word) for word in str(new or "").split(";") if word)
    elif column.type == "names":
        new = tuple(word for word in str(new or "").split(";") if word)
    elif column.type in NUMERIC:
        new = _number(new)
    rat = str(cells.at[change.cell, "rat"])
    if column.need in ("yes", rat) and same(new, None):
        raise InputError(f"{change}: {column.column} of a {rat} cell cannot be empty")
    cells.at[change.cell, change.parameter] = new


def rollback(network: Network, plan: Plan) -> Changes:
    """The plan that turns the network after a plan back into what it was, last change first.

    A relation that the plan removed comes back with its parameters, not with the defaults of an added one.
    """
    back = list(diff(apply(network, plan), network))
    ordered: list[Change] = []
    for change in reversed(plan):
        again = (change.cell, change.neighbour) if change.parameter == "neighbour" else None
        ordered += [c for c in back if c.key == change.key]
        ordered += [c for c in back if (c.cell, c.neighbour) == again and c.parameter != "neighbour"]
        back = [c for c in back if c not in ordered]
    return Changes(ordered + back)


def diff(before: Network, after: Network) -> Changes:
    """The plan that turns one network into the other; both must hold the same cells.

    Raises
    ------
    InputError
        If one network has a cell that the other lacks.
    """
    odd = set(before.cells.index) ^ set(after.cells.index)
    if odd:
        raise InputError(f"cell '{printable(min(odd))}' is in one network only; a plan changes cells, it adds none")
    plan = [
        Change(cell, None, name, old, new)
        for name in schema("cells")
        if name != "cell"
        for cell, old, new in _cell_differences(before.cells[name], after.cells[name])
    ]
    return Changes(plan + _relation_differences(before, after) + _redirect_differences(before, after))


def _cell_differences(old: pd.Series, new: pd.Series) -> list[tuple[str, Value, Value]]:
    rows = zip(old.index, old.tolist(), new.loc[old.index].tolist(), strict=True)
    pairs = [(str(cell), _plain(a), _plain(b)) for cell, a, b in rows if a != b]
    return [(cell, a, b) for cell, a, b in pairs if not same(a, b)]


def _relation_differences(before: Network, after: Network) -> list[Change]:
    old, new = (cast(set[tuple[str, str]], set(network.neighbours.index)) for network in (before, after))
    changes = [Change(a, b, "neighbour", "present", "absent") for a, b in sorted(old - new)]
    for cell, neighbour in sorted(new - old):
        changes.append(Change(cell, neighbour, "neighbour", "absent", "present"))
        rat = str(after.cells.at[cell, "rat"])
        start = {name: relation_default(name, rat) for name in RELATION_PARAMETERS}
        changes += _setting_differences(cell, neighbour, start, _settings(after, cell, neighbour))
    for cell, neighbour in sorted(_set_otherwise(before, after) & old & new):
        was, is_now = (_settings(network, cell, neighbour) for network in (before, after))
        changes += _setting_differences(cell, neighbour, was, is_now)
    return changes


def _set_otherwise(before: Network, after: Network) -> set[tuple[str, str]]:
    """Relations of a network whose parameters are not to the bit those of another."""
    was = before.neighbours[list(RELATION_PARAMETERS)]
    is_now = after.neighbours[list(RELATION_PARAMETERS)].reindex(was.index)
    alike = (was == is_now) | (was.isna() & is_now.isna())
    return set(was.index[~alike.all(axis=1)])


def _setting_differences(cell: str, neighbour: str, old: dict[str, float], new: dict[str, float]) -> list[Change]:
    return [Change(cell, neighbour, name, old[name], new[name]) for name in old if not same(old[name], new[name])]


def _redirect_differences(before: Network, after: Network) -> list[Change]:
    gone = [
        Change(c, str(a), "redirect_arfcn", "present", "absent") for c, a in sorted(before.redirects - after.redirects)
    ]
    added = [
        Change(c, str(a), "redirect_arfcn", "absent", "present") for c, a in sorted(after.redirects - before.redirects)
    ]
    return gone + added


def read_plan(path: Path, network: Network) -> Changes:
    """Read a plan.csv, or the plan's sheet of a workbook, and check every row against the network it is for.

    Raises
    ------
    InputError
        With file and line, for an unknown cell or parameter, a value of the wrong type, or a stale `old`.
    """
    rows = _plan_sheet(path) if is_workbook(path) else read_rows(path)
    frame, _ = type_rows(rows, "plan")
    plan: list[Change] = []
    for line, row in zip(rows.lines, frame.itertuples(index=False), strict=True):
        change = Change(str(row.cell), str(row.neighbour) or None, str(row.parameter), str(row.old), str(row.new))
        try:
            plan.append(typed(change))
            network = apply(network, (plan[-1],))
        except InputError as error:
            raise InputError(error.message, path, line) from None
    return Changes(plan)


def _plan_sheet(path: Path) -> Rows:
    """The first sheet of a workbook whose heading is that of a plan."""
    sheets = read_workbook(path)
    needed = [name for name, column in schema("plan").items() if column.need == "yes"]
    for sheet in sheets.values():
        if sheet and set(needed) <= set(sheet[0]):
            out = io.StringIO()
            csv.writer(out).writerows(sheet)
            return split_rows(out.getvalue(), path)
    raise InputError(f"has no sheet with the columns {', '.join(needed)} of a plan", path)


def typed(change: Change) -> Change:
    """The change with values of its column's type.

    Raises
    ------
    InputError
        If a value is none of the column's: no number, no carrier, a fact out of range.
    """
    if change.parameter in ("neighbour", "redirect_arfcn"):
        _present(change)
        return replace(change, neighbour=entry_text(change))
    column = schema("cells" if change.neighbour is None else "neighbours").get(change.parameter)
    if column is None:
        return change
    place = Rows(Path(), [], [], [1])
    old, new = (_plain(next(iter(parse_column([value_text(v)], column, place)))) for v in (change.old, change.new))
    return replace(change, old=old, new=new)


def entry_text(change: Change) -> str | None:
    """The `neighbour` of a change as it is written once: the ARFCN of a redirect entry has no leading zeros."""
    name = change.neighbour
    return str(int(name)) if change.parameter == "redirect_arfcn" and name and WHOLE.fullmatch(name) else name


def _plain(value: Any) -> Value:
    return value_text(value) if isinstance(value, tuple) else value if isinstance(value, str) else float(value)


def plan_text(plan: Plan) -> str:
    """A plan as the text of plan.csv."""
    rows = [
        {"cell": c.cell, "neighbour": c.neighbour or "", "parameter": c.parameter, "old": c.old, "new": c.new}
        for c in plan
    ]
    return table_text(pd.DataFrame(rows, columns=list(schema("plan"))), list(schema("plan")))
