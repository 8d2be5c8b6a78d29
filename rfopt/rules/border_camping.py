"""Phones here are served by cells of another region, or by none that the table knows."""

from __future__ import annotations

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.rules import Figures, rules


@rules
def border_camping(evidence: Evidence, figures: Figures, least_share: float = 0.05) -> list[Finding]:
    """Fires where at least `least_share` of a technology's serving rows are of cells that the table does not have."""
    findings = []
    serving = evidence.readings[evidence.readings["serving"] & evidence.readings["rat"].isin(["GSM", "LTE"])]
    for rat, rows in serving.groupby("rat", sort=True):
        stranger = rows[rows["cell"] == ""]
        ambiguous = _is_ambiguous(evidence, rat, stranger)
        strange = int((~ambiguous).sum())
        share = strange / len(rows)
        if share >= least_share:
            channel = stranger["arfcn" if rat == "GSM" else "earfcn"].dropna().mode()
            findings.append(
                Finding(
                    "border_camping",
                    min(1.0, 0.5 + share / 2),
                    (),
                    tuple(sorted(stranger["point"].unique())),
                    {"rat": rat, "share": round(share, 3), "threshold": least_share, "samples": strange,
                     "channel": int(channel.iloc[0]) if len(channel) else "?"},
                )
            )  # fmt: skip
    return findings


def _is_ambiguous(evidence: Evidence, rat: str, rows: np.ndarray) -> np.ndarray:
    known = {(r.channel, r.code) for r in evidence.ambiguous.itertuples() if r.rat == rat}
    channel = rows["arfcn" if rat == "GSM" else "earfcn"]
    code = rows["bsic"] if rat == "GSM" else rows["pci"].map(lambda p: "" if np.isnan(p) else f"{p:.0f}")
    return np.array([key in known for key in zip(channel, code, strict=True)], dtype=bool)
