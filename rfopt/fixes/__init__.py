"""What might cure it, one kind of fix per file.

Contract of the shelf: each entry is ``name(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]``: legal
moves on their parameters' own quantum and range, smallest step first, each saying which findings it is for. A fix
proposes; whether a move helps and whom it harms is for `rfopt.score` to say, and what a case permits for its limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.network import Change, Plan, value_of
from rfopt.registry import Shelf
from rfopt.rules import rivals

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


def move(fix: str, changes: Plan, reasons: tuple[str, ...]) -> list[Move]:
    """One move, or none where nothing would change or no finding asks for it."""
    return [Move(fix, changes, reasons)] if changes and reasons else []
