"""R-HYST: margins of a pair that sum to so little that fading sends calls to and fro."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits, cells_of, introduced, moving
from rfopt.audits.circle import as_fault
from rfopt.network import Network, Plan
from rfopt.proofs.traps import traps, ways_of
from rfopt.proofs.vicinity import Sets, about, vicinities

LEAST_A3_DB = 2.0
"""Leads of event A3 both ways must sum to this."""


@audits
def hysteresis(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """GSM pairs whose power-budget margins, LTE pairs whose A3 leads sum to too little."""
    sets = vicinities(after, cells_of(moving(plan)))
    return introduced(lambda network: _narrow(about(network, sets), sets), before, after, plan)


def _narrow(network: Network, sets: Sets) -> Iterator[Fault]:
    for names in sets:
        yield from (as_fault(trap, "hysteresis") for trap in traps(network, names) if trap.kind == "narrow")
        rat = network.cells["rat"].loc[list(names)]
        lte = rat.index[rat == "LTE"]
        if len(lte) > 1:
            [a3] = ways_of("lte_call", network, lte, lte[:0], 0.5)
            both = a3.lead_db + a3.lead_db.T
            for j in range(len(lte)):
                for k in range(j):
                    if 0.0 < both[j, k] - 1.0 < LEAST_A3_DB:
                        facts = {"what": "lte_call", "sum": f"{both[j, k] - 1.0:g}", "least": f"{LEAST_A3_DB:g}"}
                        yield Fault("hysteresis_lte", (str(lte[k]), str(lte[j])), facts, amount=-float(both[j, k]))
