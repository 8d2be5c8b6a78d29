"""Phones here are served by cells of another region, or by none that the table knows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import when
from rfopt.rules import Figures, rules


@rules
def border_camping(evidence: Evidence, _figures: Figures, least_share: float = 0.05) -> list[Finding]:
    """Fires where at least `least_share` of a technology's serving rows are of cells that the table does not have."""
    findings = []
    for rat, channel in (("GSM", "arfcn"), ("LTE", "earfcn")):
        rows = evidence.readings[evidence.readings["serving"] & (evidence.readings["rat"] == rat)]
        nameless = rows[rows["cell"] == ""]
        strange = nameless[~_is_ambiguous(evidence, rat, nameless)]
        share = len(strange) / max(len(rows), 1)
        if share >= least_share:
            heard = strange[channel].dropna().mode()
            findings.append(
                Finding(
                    "border_camping",
                    min(1.0, 0.5 + share / 2),
                    (),
                    tuple(sorted(strange["point"].unique())),
                    {"rat": rat, "share": round(share, 3), "threshold": least_share, "samples": len(strange),
                     "channel": int(heard.iloc[0]) if len(heard) else "?", "when": when(strange)},
                )
            )  # fmt: skip
    return findings


def _is_ambiguous(evidence: Evidence, rat: str, rows: pd.DataFrame) -> NDArray[np.bool_]:
    table = evidence.ambiguous[evidence.ambiguous["rat"] == rat]
    known = set(zip(table["channel"], table["code"], strict=True))
    channel = rows["arfcn" if rat == "GSM" else "earfcn"]
    code = rows["bsic"] if rat == "GSM" else rows["pci"].map(lambda p: "" if np.isnan(p) else f"{p:.0f}")
    return np.array([key in known for key in zip(channel, code, strict=True)], dtype=bool)
