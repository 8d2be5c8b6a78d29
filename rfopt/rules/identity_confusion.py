"""The same ARFCN and BSIC, or EARFCN and PCI, stands for more than one cell heard here."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import when
from rfopt.rules import Figures, distance_between_km, rules, serving_share

JUDGED = ("handovers_per_min", "csfb_success_share")
NEAR_KM = 2.0
"""Cells of one identity closer together than this are heard in the same places, whatever was planned."""


@rules
def identity_confusion(evidence: Evidence, figures: Figures, least_share: float = 0.02) -> list[Finding]:
    """Fires for an identity heard in at least `least_share` of its technology's readings that stands for two cells.

    Either the readings do not tell which, or the network cannot: a server's list holds both, or both are near by.
    """
    findings: list[Finding] = []
    for rat, channel, code, cells, samples in _doubtful(evidence):
        rows = _rows(evidence, rat, channel, code)
        total = int((evidence.readings["rat"] == rat).sum())
        if total and samples / total >= least_share and not any(set(f.cells) == set(cells) for f in findings):
            failed = evidence.readings["event"] == "handover_fail"
            findings.append(
                Finding(
                    "identity_confusion",
                    max(0.55, figures.severity(*JUDGED)),
                    cells,
                    evidence.points,
                    {"rat": rat, "channel": int(channel), "code": code, "samples": samples,
                     "share": round(samples / total, 3), "counted": int(failed.sum()), "when": when(rows)},
                    basis="tables",
                    figures=JUDGED,
                )
            )  # fmt: skip
    return findings


def _doubtful(evidence: Evidence) -> Iterator[tuple[str, float, str, tuple[str, ...], int]]:
    """Identities of several cells, with these and the readings in doubt: what the log leaves open, then the tables."""
    columns = (evidence.ambiguous[name] for name in ("rat", "channel", "code", "candidates", "samples"))
    for rat, channel, code, candidates, samples in zip(*columns, strict=True):
        yield rat, channel, code, tuple(candidates.split(" / ")), int(samples)
    cells = evidence.network.cells
    for rat, channel, code in (("GSM", "arfcn", "bsic"), ("LTE", "earfcn", "pci")):
        table = cells[cells["rat"] == rat]
        for cell in evidence.heard(rat):
            same = table[(table[channel] == cells.at[cell, channel]) & (table[code] == cells.at[cell, code])]
            twins = [str(other) for other in same.index if other != cell and _confused(evidence, cell, str(other), rat)]
            text = str(cells.at[cell, code]) if rat == "GSM" else f"{evidence.number(cell, code):.0f}"
            if twins:
                number = evidence.number(cell, channel)
                yield rat, number, text, tuple(sorted((cell, *twins))), len(_rows(evidence, rat, number, text))


def _confused(evidence: Evidence, cell: str, other: str, rat: str) -> bool:
    """True if one server's list holds both cells, or they are so near that planning cannot have meant it."""
    share = serving_share([evidence.logged, evidence.replay], "gsm_idle" if rat == "GSM" else "lte_idle")
    related = evidence.network.related
    listed = any(related(server, cell) and related(server, other) for server in (*share, *evidence.wanted))
    return listed or distance_between_km(evidence, cell, other) < NEAR_KM


def _rows(evidence: Evidence, rat: str, channel: float, code: str) -> pd.DataFrame:
    """Readings of an identity."""
    rows = evidence.readings[evidence.readings["rat"] == rat]
    if rat == "GSM":
        return rows[(rows["arfcn"] == channel) & (rows["bsic"] == code)]
    return rows[(rows["earfcn"] == channel) & (rows["pci"].map("{:.0f}".format) == code)]
