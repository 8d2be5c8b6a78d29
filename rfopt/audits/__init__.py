"""How a plan can be bad, one way per file.

Contract of the shelf: each entry is ``name(before: Network, after: Network, plan: Plan) -> Iterable[Fault]``, empty
where the plan is not bad in its way. `after` is the network with every row that can be taken, whatever its `old` says,
so an entry need not fear what another one refuses. What is wrong with a network itself an entry looks for before and
after (`introduced`): what was there before and is no worse is a note and fails nothing. An entry looks at values,
places and relations, never at names. Each kind of fault has its sentence in words.csv, ``audit.<kind>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from rfopt.drafts import LISTS, applied_as_far_as_possible, column_of
from rfopt.network import Change, Network, Plan
from rfopt.registry import Shelf
from rfopt.schema import Column
from rfopt.words import LANGUAGES, catalogue, range_in_words, say

audits = Shelf("rfopt.audits")

MACHINES = {"gsm_idle", "gsm_call", "lte_idle", "lte_call", "csfb", "channel"}
"""What a parameter touches if it is one of the machines'."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes
    ----------
    kind : str
        Names the sentence.
    cells : tuple of str
    facts : mapping
        What fills the blanks of the sentence.
    rows : tuple of int
        Changes of the plan at fault, by their place in it.
    amount : float
        How bad it is, on a scale of its kind: a fault that was there before and is no worse is only noted.
    new : bool
        False for a note.
    audit : str
        The entry of the shelf that found it.
    """

    kind: str
    cells: tuple[str, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[int, ...] = ()
    amount: float = 0.0
    new: bool = True
    audit: str = ""

    @property
    def key(self) -> tuple[str, tuple[str, ...], str]:
        """What makes it the same fault before and after."""
        return self.kind, self.cells, self.facts.get("what", "")

    def sentence(self, lang: str) -> str:
        """The fault in words; facts that end in a language are its own, parameters are called by their names too."""
        blanks = {"cell": self.cells[0] if self.cells else "", "other": self.cells[-1] if self.cells else ""}
        facts = {name.removesuffix(f"_{lang}"): value for name, value in self.facts.items()}
        key = f"parameter.{facts.get('what')}"
        if lang != "en" and key in catalogue():
            facts["what"] = f"{say(key, lang)}（{facts['what']}）"
        return say(f"audit.{self.kind}", lang, **blanks, **facts)


def expected_range(column: Column) -> dict[str, str]:
    """The facts that say which values a column has, by language."""
    ranges = {lang: range_in_words(column.range, lang, column.type == "choice") for lang in LANGUAGES}
    return {f"expected_{lang}": f"{text} {column.unit}".strip() for lang, text in ranges.items()}


def audit(before: Network, plan: Plan) -> list[Fault]:
    """Everything that is wrong with a plan for a network: faults in the plan's order, then notes."""
    after, everything = applied_as_far_as_possible(before, plan), tuple(range(len(plan)))
    found = [
        replace(fault, audit=name, rows=fault.rows or rows_on(plan, fault.cells) or everything)
        for name, entry in audits.items()
        for fault in entry(before, after, plan)
    ]
    return sorted(found, key=lambda fault: (not fault.new, fault.rows or (len(plan),)))


def refusals(before: Network, plan: Plan) -> list[Fault]:
    """The faults for which a plan is refused."""
    return [fault for fault in audit(before, plan) if fault.new]


def introduced(
    look: Callable[[Network], Iterable[Fault]], before: Network, after: Network, plan: Plan
) -> Iterator[Fault]:
    """What a look at a network finds after a plan: a fault where it is new or worse, else a note.

    Faults of other cells than the plan's are not told.
    """
    if not plan:
        return
    known = {fault.key: fault.amount for fault in look(before)}
    touched = cells_of(plan)
    for fault in look(after):
        worse = fault.key not in known or fault.amount > known[fault.key] + 1e-9
        if worse or touched & set(fault.cells):
            yield replace(fault, new=worse)


def cells_of(plan: Iterable[Change]) -> set[str]:
    """Every cell that changes name."""
    return {name for change in plan for name in (change.cell, change.neighbour) if name}


def moving(plan: Plan) -> Plan:
    """The changes that alter when a phone changes its cell: those that proofs over the machines depend on."""
    return tuple(change for change in plan if change.parameter == "neighbour" or _moves(change))


def _moves(change: Change) -> bool:
    column = column_of(change)
    return column is not None and bool(MACHINES & set(column.affects))


def rows_on(plan: Plan, cells: Iterable[str]) -> tuple[int, ...]:
    """Changes of some cells, and of relations to them; rows that set nothing known are none."""
    named = set(cells)
    known = ((k, c) for k, c in enumerate(plan) if c.parameter in LISTS or column_of(c) is not None)
    return tuple(k for k, change in known if change.cell in named or change.neighbour in named)


def rows_of(plan: Plan, parameters: Iterable[str], cells: Iterable[str] | None = None) -> tuple[int, ...]:
    """Changes of some parameters, of some cells if they are given."""
    wanted, named = set(parameters), None if cells is None else set(cells)
    return tuple(
        k for k, change in enumerate(plan) if change.parameter in wanted and (named is None or change.cell in named)
    )


def changes(plan: Plan, *parameters: str) -> bool:
    """True if a plan sets one of some parameters."""
    return bool(rows_of(plan, parameters))


def number(network: Network, cell: str, parameter: str) -> float:
    """A number of a cell; NaN where it is unknown."""
    return float(cast(float, network.cells.at[cell, parameter]))
