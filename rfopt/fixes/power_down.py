"""Turn a disturbing GSM cell down."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, change, competitors, culprits, fixes, ladder, move
from rfopt.rules import on_quantum

STEP_DB, MOST_DB = 2.0, 12.0
RULES = (
    "das_leakage", "overshoot", "no_dominant_server", "cochannel_interference", "pingpong_reselection",
    "pingpong_handover", "csfb_frequency",
)  # fmt: skip


@fixes
def power_down(evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """Power −2 to −12 dB in steps of 2 dB, the quantum of a GSM transmitter's attenuation."""
    moves = []
    for cell in dict.fromkeys([*competitors(evidence), *culprits(findings, "cochannel_interference")]):
        power = on_quantum("cells", "power_dbm", evidence.number(cell, "power_dbm"))
        for new in ladder(power, power - MOST_DB, -STEP_DB):
            moves += move("power_down", (change(evidence, cell, "power_dbm", new),), because(findings, RULES))
    return moves
