"""The plans of many cases held against each other: what they agree on is merged, what they do not is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rfopt.batch.jobs import Record
from rfopt.network import Change

Key = tuple[str, str, str]
Proposal = tuple[Record, dict[str, Any]]


@dataclass(frozen=True)
class Contradiction:
    """One object for which cases want different things.

    Attributes
    ----------
    kind : str
        ``opposite`` where one raises what another lowers, or adds what another removes; ``size`` where they go the
        same way but not as far; ``gone`` where one sets a margin of a relation that another deletes.
    wants : tuple of (case name, change)
    """

    network: str
    kind: str
    wants: tuple[tuple[str, Change], ...]


@dataclass(frozen=True)
class Merged:
    """What the plans for one network come to: changes with the cases that ask for them, and contradictions."""

    network: str
    changes: tuple[tuple[Change, tuple[str, ...]], ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def plan(self) -> tuple[Change, ...]:
        """The changes that no case contradicts."""
        return tuple(change for change, _ in self.changes)


def merge(records: Sequence[Record]) -> list[Merged]:
    """The plans of all cases, network by network."""
    networks = sorted({r.network for r in records if r.plan})
    return [_merge(name, [r for r in records if r.network == name]) for name in networks]


def _merge(network: str, records: Sequence[Record]) -> Merged:
    wants: dict[Key, list[tuple[str, Change]]] = {}
    for record in records:
        for row in record.plan:
            change = Change(row["cell"], row["neighbour"], row["parameter"], row["old"], row["new"])
            wants.setdefault(change.key, []).append((record.name, change))
    gone = {
        (k[0], k[1]) for k, asked in wants.items() if k[2] == "neighbour" and any(c.new == "absent" for _, c in asked)
    }
    agreed, told = [], []
    for key, asked in sorted(wants.items()):
        kind = _kind(key, [change for _, change in asked], gone)
        if kind:
            told.append(Contradiction(network, kind, tuple(asked)))
        else:
            agreed.append((asked[0][1], tuple(name for name, _ in asked)))
    return Merged(network, tuple(agreed), tuple(told))


def _kind(key: Key, changes: Sequence[Change], gone: set[tuple[str, str]]) -> str:
    """How changes of one object contradict each other; '' if they do not."""
    if key[2] != "neighbour" and (key[0], key[1]) in gone:
        return "gone"
    if len({(c.old, c.new) for c in changes}) == 1:
        return ""
    numbers = [(c.old, c.new) for c in changes if isinstance(c.old, int | float) and isinstance(c.new, int | float)]
    same_way = len(numbers) == len(changes) and len({new > old for old, new in numbers}) == 1
    return "size" if same_way else "opposite"
