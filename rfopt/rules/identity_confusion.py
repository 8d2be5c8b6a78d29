"""The same ARFCN and BSIC, or EARFCN and PCI, stands for more than one cell heard here."""

from __future__ import annotations

import pandas as pd

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import when
from rfopt.rules import Figures, rules

JUDGED = ("handovers_per_min", "csfb_success_share")


@rules
def identity_confusion(evidence: Evidence, figures: Figures, least_share: float = 0.02) -> list[Finding]:
    """Fires for an identity that could not be told apart in at least `least_share` of its technology's readings."""
    findings = []
    columns = (evidence.ambiguous[name] for name in ("rat", "channel", "code", "candidates", "samples"))
    for rat, channel, code, candidates, samples in zip(*columns, strict=True):
        total = int((evidence.readings["rat"] == rat).sum())
        if total and samples / total >= least_share:
            rows = _rows(evidence, rat, channel, code)
            findings.append(
                Finding(
                    "identity_confusion",
                    max(0.55, figures.severity(*JUDGED)),
                    tuple(candidates.split(" / ")),
                    evidence.points,
                    {"rat": rat, "channel": int(channel), "code": code, "samples": int(samples),
                     "share": round(samples / total, 3), "when": when(rows)},
                    basis="tables",
                    figures=JUDGED,
                )
            )  # fmt: skip
    return findings


def _rows(evidence: Evidence, rat: str, channel: float, code: str) -> pd.DataFrame:
    """Readings of an identity."""
    rows = evidence.readings[evidence.readings["rat"] == rat]
    if rat == "GSM":
        return rows[(rows["arfcn"] == channel) & (rows["bsic"] == code)]
    return rows[(rows["earfcn"] == channel) & (rows["pci"].map("{:.0f}".format) == code)]
