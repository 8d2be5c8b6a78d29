"""A plan sets a margin of a relation that is not there."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits
from rfopt.drafts import found_values
from rfopt.network import RELATION_PARAMETERS, Network, Plan


@audits
def missing_relation(before: Network, _after: Network, plan: Plan) -> Iterator[Fault]:
    """Rows with a parameter of a relation that the network lacks, and the rows before do not add, or delete."""
    known = before.cells.index
    for k, (change, found) in enumerate(zip(plan, found_values(before, plan), strict=True)):
        both = change.cell in known and change.neighbour in known
        if both and change.parameter in RELATION_PARAMETERS and found is None:
            later = ("neighbour", change.cell, change.neighbour) in {
                (other.parameter, other.cell, other.neighbour) for other in plan[k:] if other.new == "present"
            }
            kind = "relation_added_later" if later else "missing_relation"
            yield Fault(kind, (change.cell, str(change.neighbour)), {"what": change.parameter}, (k,))
