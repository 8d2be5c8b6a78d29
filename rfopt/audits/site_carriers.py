"""Carriers of one site that disturb each other."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced, number, rows_of
from rfopt.network import Network, Plan
from rfopt.proofs.reuse import carriers_of, clashing, distances_km

NAMES = ("arfcn", "tch_arfcns")
SITE_KM, MAST_KM = 0.3, 0.03
"""Cells of one site's name this near, and cells of any name on one mast, stand on each other's carriers."""


@audits
def site_carriers(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """GSM cells retuned to a carrier that another cell of their site has, or to the one beside it."""
    cells = sorted({plan[k].cell for k in rows_of(plan, NAMES)} & set(before.of_rat("GSM").index))
    return introduced(lambda network: (f for cell in cells for f in _beside(network, cell)), before, after, plan)


def _beside(network: Network, cell: str) -> Iterator[Fault]:
    own = carriers_of(network, cell)
    for other in site_mates(network, cell):
        for arfcn in clashing(own, carriers_of(network, other)):
            yield Fault("site_carriers", (cell, other), {"what": str(arfcn)})


def site_mates(network: Network, cell: str) -> list[str]:
    """The other cells of a cell's technology on its site."""
    cells = network.of_rat(str(network.cells.at[cell, "rat"]))
    away, site = distances_km(cells, cell), str(cells.at[cell, "site"])
    named = (cells["site"] == site).to_numpy() & bool(site) & (away <= SITE_KM)
    return [str(name) for name in cells.index[named | (away <= MAST_KM)] if name != cell]


def one_carrier(network: Network, cell: str, other: str) -> bool:
    """True if two LTE cells are on one carrier."""
    return number(network, cell, "earfcn") == number(network, other, "earfcn")
