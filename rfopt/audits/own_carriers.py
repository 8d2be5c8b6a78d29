"""Carriers of one cell that disturb each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from rfopt.audits import Fault, audits, introduced, rows_of
from rfopt.network import Network, Plan
from rfopt.proofs.reuse import ADJACENT, carriers_of

NAMES = ("arfcn", "tch_arfcns")


@audits
def own_carriers(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """GSM cells retuned so that the BCCH is among their own traffic carriers, or two carriers are equal or adjacent."""
    cells = sorted({plan[k].cell for k in rows_of(plan, NAMES)} & set(before.of_rat("GSM").index))
    return introduced(lambda network: (f for cell in cells for f in _within(network, cell)), before, after, plan)


def _within(network: Network, cell: str) -> Iterator[Fault]:
    beacon, *traffic = carriers_of(network, cell)
    if beacon in traffic:
        yield Fault("beacon_is_traffic", (cell,), {"what": str(beacon)})
    others = [arfcn for arfcn in traffic if arfcn != beacon]
    for a, b in combinations(sorted([beacon, *others]), 2):
        if b - a <= ADJACENT:
            yield Fault("carriers_side_by_side", (cell,), {"what": f"{a} / {b}"})
