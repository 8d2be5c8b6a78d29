"""Areas that do not fit each other: fallbacks that must register first, sites and neighbours torn apart."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced, number, rows_of
from rfopt.audits.redirect_target import REACH_KM
from rfopt.audits.site_carriers import site_mates
from rfopt.network import Network, Plan
from rfopt.proofs.reuse import distances_km

RESERVED = (0.0, 65534.0, 65535.0)
"""Area codes that stand for a deleted one (TS 23.003 §4.1), and the highest number."""


@audits
def location_area(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Reserved codes; sites in two areas; redirect entries whose every cell near by lies in another area.

    LAC and TAC are compared only where the cell's list leads into its own area too: elsewhere they are numbered apart.
    """
    coded = sorted({plan[k].cell for k in rows_of(plan, ("lac", "tac"))} & set(before.cells.index))
    yield from introduced(lambda network: (f for c in coded for f in _coded(network, c)), before, after, plan)
    lists = {plan[k].cell for k in rows_of(plan, ("redirect_arfcn", "tac"))}
    lists |= {cell for cell, arfcn in before.redirects if arfcn in {before.cells.at[c, "arfcn"] for c in coded}}
    cells = sorted(lists & set(before.of_rat("LTE").index))
    aligned = [cell for cell in cells if _aligned(before, cell)]
    yield from introduced(lambda network: (f for c in aligned for f in _away(network, c)), before, after, plan)


def _coded(network: Network, cell: str) -> Iterator[Fault]:
    name = "lac" if network.cells.at[cell, "rat"] == "GSM" else "tac"
    code = number(network, cell, name)
    if code in RESERVED:
        yield Fault("area_reserved", (cell,), {"what": name, "value": f"{code:g}"})
    for mate in site_mates(network, cell):
        theirs = number(network, mate, name)
        if not math.isnan(code - theirs) and code != theirs:
            facts = {"what": name, "value": f"{code:g}", "theirs": f"{theirs:g}"}
            yield Fault("site_in_two_areas", tuple(sorted((cell, mate))), facts)


def _areas_by_entry(network: Network, cell: str) -> dict[int, set[float]]:
    """Location areas of the GSM cells near by on each entry of a redirect list."""
    gsm = network.of_rat("GSM")
    away = distances_km(network.cells.loc[[cell, *gsm.index]], cell)[1:]
    near = gsm[(away <= REACH_KM) & gsm["lac"].notna().to_numpy()]
    entries = network.redirect_arfcns(cell)
    return {arfcn: set(near["lac"][near["arfcn"] == arfcn]) for arfcn in entries}


def _aligned(network: Network, cell: str) -> bool:
    return any(number(network, cell, "tac") in areas for areas in _areas_by_entry(network, cell).values())


def _away(network: Network, cell: str) -> Iterator[Fault]:
    own = number(network, cell, "tac")
    for arfcn, areas in sorted(_areas_by_entry(network, cell).items()):
        if areas and own not in areas:
            facts = {"what": str(arfcn), "lac": f"{min(areas):g}", "tac": f"{own:g}"}
            yield Fault("fallback_area", (cell,), facts)
