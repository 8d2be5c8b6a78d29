"""Redirect entries that lead nowhere, and lists that lead nowhere any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rfopt.audits import Fault, audits, introduced, number, rows_of
from rfopt.network import Network, Plan
from rfopt.proofs.reuse import distances_km

REACH_KM = 10.0
"""A phone at height hears a BCCH no further than this."""


@audits
def redirect_target(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Entries on carriers that no GSM cell within `REACH_KM` has as its BCCH, and lists that the plan empties.

    An old carrier beside the new one of a cell that the plan retunes only costs the phone a glance.
    """
    retuned = {plan[k].cell for k in rows_of(plan, ("arfcn",))} & set(before.of_rat("GSM").index)
    left = {cell: number(before, cell, "arfcn") for cell in sorted(retuned)}
    lists = {plan[k].cell for k in rows_of(plan, ("redirect_arfcn",))}
    lists |= {cell for cell, arfcn in before.redirects if arfcn in left.values()}
    cells = sorted(lists & set(before.of_rat("LTE").index))
    if not cells:
        return
    moved = {f"{was:g}": int(number(after, cell, "arfcn")) for cell, was in left.items()}
    for fault in introduced(lambda network: (f for cell in cells for f in _lost(network, cell)), before, after, plan):
        follows = moved.get(fault.facts["what"]) in after.redirect_arfcns(fault.cells[0])
        yield replace(fault, new=fault.new and not follows)
    for cell in cells:
        if before.redirect_arfcns(cell) and not after.redirect_arfcns(cell):
            yield Fault("redirect_emptied", (cell,), {}, rows_of(plan, ("redirect_arfcn",), (cell,)))


def _lost(network: Network, cell: str) -> Iterator[Fault]:
    beacons = network.of_rat("GSM")["arfcn"]
    away = distances_km(network.cells.loc[[cell, *beacons.index]], cell)[1:]
    near = set(beacons[away <= REACH_KM])
    traffic = {int(arfcn) for arfcns in network.of_rat("GSM")["tch_arfcns"][away <= REACH_KM] for arfcn in arfcns}
    for arfcn in sorted(network.redirect_arfcns(cell) - near):
        kind = "redirect_to_traffic" if arfcn in traffic else "redirect_to_nobody"
        yield Fault(kind, (cell,), {"what": str(arfcn), "km": f"{REACH_KM:g}"})
