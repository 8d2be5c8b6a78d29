"""The same ARFCN and BSIC, or EARFCN and PCI, stands for more than one cell heard here."""

from __future__ import annotations

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.rules import Figures, rules


@rules
def identity_confusion(evidence: Evidence, figures: Figures, least_share: float = 0.02) -> list[Finding]:
    """Fires for an identity that could not be told apart in at least `least_share` of its technology's readings."""
    findings = []
    columns = (evidence.ambiguous[name] for name in ("rat", "channel", "code", "candidates", "samples"))
    for rat, channel, code, candidates, samples in zip(*columns, strict=True):
        total = int((evidence.readings["rat"] == rat).sum())
        if total and samples / total >= least_share:
            findings.append(
                Finding(
                    "identity_confusion",
                    max(0.55, figures.severity("handovers_per_min", "csfb_success_share")),
                    tuple(candidates.split(" / ")),
                    evidence.points,
                    {"rat": rat, "channel": int(channel), "code": code, "samples": int(samples),
                     "share": round(samples / total, 3)},
                    basis="tables",
                )
            )  # fmt: skip
    return findings
