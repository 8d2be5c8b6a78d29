"""Give LTE cells the tracking area that stands for the location area their calls fall back to."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import change, fixes, lte_blamed, move
from rfopt.proofs.reuse import distances_km

RULES = ("area_boundary",)
NEAREST = 6
"""GSM cells about an LTE cell that tell which location area its other users land in."""


@fixes
def lte_tracking_area(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """TAC of the LTE cells blamed set to the wanted cell's LAC, all together, where the GSM cells about them have it.

    Elsewhere the cell's own users would land in another area for it, and the border stays.
    """
    homes = [area for cell in evidence.wanted if not math.isnan(area := evidence.number(cell, "lac"))]
    odd = [cell for cell in lte_blamed(evidence, findings, RULES) if evidence.number(cell, "tac") not in homes]
    changes = [change(evidence, cell, "tac", homes[0]) for cell in odd if homes and _lands_in(evidence, cell, homes[0])]
    return move("lte_tracking_area", tuple(changes), RULES)


def _lands_in(evidence: Evidence, cell: str, area: float) -> bool:
    """True if most of the GSM cells next to an LTE cell are of a location area."""
    gsm = evidence.network.of_rat("GSM")
    away = distances_km(evidence.network.cells.loc[[cell, *gsm.index]], cell)[1:]
    nearest = gsm["lac"].to_numpy(dtype=float)[away.argsort(kind="stable")[:NEAREST]]
    return bool((nearest == area).mean() > 0.5)
