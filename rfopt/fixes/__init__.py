"""What might cure it, one kind of fix per file.

Contract of the shelf: each entry is ``name(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]``: legal
moves on their parameters' own quantum and range, smallest step first, each saying which findings it is for. A fix
proposes; whether a move helps and whom it harms is for `rfopt.planning.score` to say, and what a case permits for its
limits.
An entry registered with ``later=True`` is a lever that engineers reach for last: its moves are tried where the others
leave something to be gained.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.network import Change, Plan, value_of
from rfopt.registry import Shelf
from rfopt.rules import rivals
from rfopt.tables import schema

fixes = Shelf("rfopt.fixes")

EARSHOT_DB = 12.0
"""Cells further below the wanted one than this are left alone."""
KINDS = ("das", "macro", "micro")


def because(findings: Sequence[Finding], names: Iterable[str], cell: str | None = None) -> tuple[str, ...]:
    """Rules among `names` that found something, of `cell` if one is given."""
    wanted = set(names)
    return tuple(dict.fromkeys(f.rule for f in findings if f.rule in wanted and (cell is None or cell in f.cells)))


def change(evidence: Evidence, cell: str, parameter: str, new: float | str, neighbour: str | None = None) -> Change:
    """A change from the network's present value."""
    return Change(cell, neighbour, parameter, value_of(evidence.network, cell, neighbour, parameter), new)


def competitors(evidence: Evidence) -> list[str]:
    """GSM cells within earshot that are not wanted, most disturbing first."""
    return list(rivals(evidence, EARSHOT_DB, KINDS))


def culprits(findings: Sequence[Finding], rules: Iterable[str]) -> list[str]:
    """The cells that findings of some rules blame first, worst first."""
    wanted = set(rules)
    return list(dict.fromkeys(f.cells[0] for f in findings if f.rule in wanted and f.cells))


def ladder(start: float, stop: float, step: float) -> list[float]:
    """Values after `start` up to and including `stop`, on a step of either sign; none after an unknown start.

    >>> ladder(12.0, 4.0, -2.0)
    [10.0, 8.0, 6.0, 4.0]
    """
    count = 0 if np.isnan(start) else int(np.floor((stop - start) / step + 1e-9))
    return [round(start + step * k, 6) for k in range(1, count + 1)]


def above(table: str, parameter: str, now: float, most: float) -> list[float]:
    """Legal values of a parameter above the present one up to `most`, lowest first; none above an unknown one.

    >>> above("neighbours", "q_offset_db", 4.0, 10.0), above("cells", "a3_time_to_trigger_ms", 320.0, 640.0)
    ([5.0, 6.0, 8.0, 10.0], [480.0, 512.0, 640.0])
    """
    return [value for value in _legal(table, parameter) if now < value <= most]


def below(table: str, parameter: str, now: float, least: float) -> list[float]:
    """Legal values of a parameter below the present one down to `least`, highest first; none below an unknown one.

    >>> below("cells", "rxlev_access_min_dbm", -100.0, -102.0)
    [-101.0, -102.0]
    """
    return [value for value in reversed(_legal(table, parameter)) if least <= value < now]


@functools.cache
def _legal(table: str, parameter: str) -> list[float]:
    """The legal values of a parameter, rising."""
    spans = schema(table)[parameter].spans()
    return sorted({value for low, high, step in spans for value in (low, *ladder(low, high, step or 1.0))})


def lte_blamed(evidence: Evidence, findings: Sequence[Finding], rules: Iterable[str]) -> list[str]:
    """The LTE cells heard here that findings of some rules name, in their order."""
    wanted, heard = set(rules), set(evidence.heard("LTE"))
    named = (cell for f in findings if f.rule in wanted for cell in f.cells)
    return [cell for cell in dict.fromkeys(named) if cell in heard]


def settings(
    fix: str, evidence: Evidence, cell: str, parameter: str, values: Iterable[float], reasons: tuple[str, ...]
) -> list[Move]:
    """One move a value of one parameter of a cell."""
    return [m for new in values for m in move(fix, (change(evidence, cell, parameter, new),), reasons)]


def move(fix: str, changes: Plan, reasons: tuple[str, ...]) -> list[Move]:
    """One move, or none where nothing would change or no finding asks for it."""
    return [Move(fix, changes, reasons)] if changes and reasons else []
