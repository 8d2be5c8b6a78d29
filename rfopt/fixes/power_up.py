"""Turn the wanted GSM cell up, as far as its hardware goes."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, fixes, ladder, move
from rfopt.rules import on_quantum

STEP_DB = 2.0
RULES = (
    "weak_indoor",
    "no_dominant_server",
    "das_leakage",
    "overshoot",
    "cochannel_interference",
    "pingpong_reselection",
)


@fixes
def power_up(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Power in steps of 2 dB to `max_power_dbm`; the last step takes what is left."""
    moves = []
    for cell in evidence.wanted:
        power, most = (
            on_quantum("cells", "power_dbm", evidence.number(cell, name)) for name in ("power_dbm", "max_power_dbm")
        )
        steps = ladder(power, most, STEP_DB)
        if most > power and (not steps or steps[-1] < most):
            steps.append(most)
        for new in steps:
            moves += move("power_up", (change(evidence, cell, "power_dbm", new),), because(findings, RULES))
    return moves
