"""The same ARFCN and BSIC, or EARFCN and PCI, stands for more than one cell heard here."""

from __future__ import annotations

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.rules import Figures, rules


@rules
def identity_confusion(evidence: Evidence, figures: Figures, least_share: float = 0.02) -> list[Finding]:
    """Fires for an identity that could not be told apart in at least `least_share` of its technology's readings."""
    findings = []
    for row in evidence.ambiguous.itertuples():
        total = int((evidence.readings["rat"] == row.rat).sum())
        if total and row.samples / total >= least_share:
            findings.append(
                Finding(
                    "identity_confusion",
                    max(0.55, figures.severity("handovers_per_min", "csfb_success_share")),
                    tuple(row.candidates.split(" / ")),
                    evidence.points,
                    {"rat": row.rat, "channel": int(row.channel), "code": row.code, "samples": int(row.samples),
                     "share": round(row.samples / total, 3)},
                    basis="tables",
                )
            )  # fmt: skip
    return findings
