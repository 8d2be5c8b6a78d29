"""A beacon on a carrier that is heard where its users are."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced, rows_of
from rfopt.network import Network, Plan
from rfopt.proofs.earshot import disturbed_by, disturbed_share

MOST_SHARE = 0.10
"""Share of a cell's places without protection from which it is a fault."""
PLACE = ("lat", "lon", "height_m", "azimuth_deg")


@audits
def cochannel(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """GSM cells retuned to the BCCH of a related cell, or of one that its own or that one's users hear too loud.

    A BCCH is on the air at full power all the time. Who hears whom is predicted (`rfopt.proofs.earshot`).
    """
    retuned = rows_of(plan, ("arfcn",))
    cells = sorted({plan[k].cell for k in retuned} & set(before.of_rat("GSM").index))
    added = {(c.cell, str(c.neighbour)) for c in plan if c.parameter == "neighbour" and c.new == "present"}
    if cells:
        yield from introduced(lambda network: _heard(network, cells), before, after, plan)
    if cells or added:
        yield from introduced(lambda network: _related(network, set(cells), added), before, after, plan)


def _heard(network: Network, cells: list[str]) -> Iterator[Fault]:
    beacons = network.of_rat("GSM")["arfcn"]
    for cell in cells:
        others = [str(name) for name in beacons.index[beacons == beacons[cell]] if name != cell]
        shares = {(cell, other): share for other, share in disturbed_share(network, cell, others).items()}
        shares |= {(other, cell): share for other, share in disturbed_by(network, cell, others).items()}
        for (victim, loud), share in shares.items():
            if share > MOST_SHARE:
                facts = {"arfcn": f"{beacons[cell]:g}", "share": f"{share:.0%}"}
                yield Fault("cochannel", (victim, loud), facts, amount=round(share, 2))


def _related(network: Network, cells: set[str], added: set[tuple[str, str]]) -> Iterator[Fault]:
    """Relations between cells of one BCCH: a phone on one cannot measure the other."""
    beacons, named = network.cells["arfcn"], {a for a, _ in added}
    touched = (p for p in network.touching(cells | named) if p in added or not cells.isdisjoint(p))
    for a, b in sorted({(min(pair), max(pair)) for pair in touched}):
        if beacons[a] == beacons[b]:
            yield Fault("cochannel_related", (str(a), str(b)), {"arfcn": f"{beacons[a]:g}"})
