"""The verdict on a plan as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rfopt.errors import printable
from rfopt.shown import Shown

Table = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Verdict(Shown):
    """Whether a plan passes, and why not.

    Attributes
    ----------
    table : dict
        ``rfopt.check/1``, as `rfopt.gate.check.check` makes it.
    """

    table: Table

    @property
    def passed(self) -> bool:
        """True if every audit and every gate holds."""
        return bool(self.table["pass"])

    @property
    def failed(self) -> list[Table]:
        """The audits and gates that do not hold."""
        return [gate for gate in self.table["gates"] if not gate["pass"]]

    def __repr__(self) -> str:
        head = f"<Verdict: {'passes' if self.passed else 'fails'}, {self.table['changes']} changes>"
        return "\n".join(
            [head, *(f"  {printable(gate['gate'])}: {printable(gate['text'], 200)}" for gate in self.failed)]
        )
