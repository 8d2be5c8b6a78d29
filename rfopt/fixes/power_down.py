"""Turn a disturbing GSM cell down."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, culprits, fixes, ladder, move
from rfopt.rules import on_quantum

STEP_DB = 2.0
MOST_DB = {"das": 12.0, "micro": 6.0, "macro": 4.0}
"""A das may be turned down boldly, its estate is near; a macro's users are many and far."""
RULES = ("das_leakage", "overshoot", "cochannel_interference")


@fixes
def power_down(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Power down in steps of 2 dB, the quantum of a GSM transmitter's attenuation, by `MOST_DB` at most.

    Only cells that a finding blames: a cell that is merely as strong is kept at bay by offsets and margins.
    """
    moves = []
    gsm = evidence.network.of_rat("GSM").index
    for cell in (name for name in culprits(findings, RULES) if name in gsm):
        power = on_quantum("cells", "power_dbm", evidence.number(cell, "power_dbm"))
        most = MOST_DB[str(evidence.network.cells.at[cell, "kind"])]
        for new in ladder(power, power - most, -STEP_DB):
            moves += move("power_down", (change(evidence, cell, "power_dbm", new),), because(findings, RULES, cell))
    return moves
