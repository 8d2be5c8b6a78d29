"""R-TRAP: cells that phones enter and that nothing leads out of again."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits, cells_of, introduced, moving
from rfopt.audits.circle import as_fault
from rfopt.network import Network, Plan
from rfopt.proofs.traps import by_rat, circles_and_traps
from rfopt.proofs.vicinity import Sets, about, vicinities


@audits
def dead_end(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """One-way traps, proven from the parameters alone: the only way back deleted, or closed by a threshold."""
    sets = vicinities(after, cells_of(moving(plan)))
    return introduced(lambda network: _one_way(about(network, sets), sets), before, after, plan)


def _one_way(network: Network, sets: Sets) -> Iterator[Fault]:
    for names in sets:
        yield from (
            as_fault(trap, "dead_end")
            for trap in circles_and_traps(network, *by_rat(network, names))
            if trap.kind == "one_way"
        )
