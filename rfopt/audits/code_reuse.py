"""Two cells of one carrier and code within hearing of one phone."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.audits import Fault, audits, introduced, number, rows_of
from rfopt.network import Network, Plan
from rfopt.proofs.reuse import distances_km, near_in_relations

CODES = {"GSM": ("arfcn", "bsic"), "LTE": ("earfcn", "pci")}
NEAR_KM = {"GSM": 5.0, "LTE": 3.0}
STEPS = {"GSM": 6, "LTE": 3}
"""Relations between twins below which a phone or a base station takes one for the other."""
FARTHEST_KM = 35.0


@audits
def code_reuse(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Cells given the ARFCN and BSIC, or EARFCN and PCI, of another near them, on the ground or over relations."""
    rows = rows_of(plan, (*CODES["GSM"], *CODES["LTE"]))
    cells = sorted({plan[k].cell for k in rows} & set(before.cells.index))
    return introduced(lambda network: (f for cell in cells for f in _twins(network, cell)), before, after, plan)


def _twins(network: Network, cell: str) -> Iterator[Fault]:
    rat = str(network.cells.at[cell, "rat"])
    cells, (channel, code) = network.of_rat(rat), CODES[rat]
    alike = ((cells[channel] == cells.at[cell, channel]) & (cells[code] == cells.at[cell, code])).to_numpy()
    if alike.sum() < 2:
        return
    away = distances_km(cells, cell)
    steps = near_in_relations(network, cell, STEPS[rat])
    for other, distance in zip(cells.index[alike], away[alike], strict=True):
        if other != cell and (distance <= NEAR_KM[rat] or (other in steps and distance <= FARTHEST_KM)):
            pair = tuple(sorted((cell, str(other))))
            what = f"{number(network, cell, channel):g}/{_text(cells.at[cell, code])}"
            facts = {"what": what, "km": f"{distance:.1f}", "steps": str(steps.get(str(other), "–"))}
            yield Fault("code_reuse", pair, facts)


def _text(code: object) -> str:
    return f"{code:g}" if isinstance(code, float) else str(code)
