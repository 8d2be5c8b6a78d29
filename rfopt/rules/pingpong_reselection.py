"""An idle phone changes its cell again and again."""

from __future__ import annotations

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import moves, when
from rfopt.kpis import aim
from rfopt.rules import Figures, change_to, exchanges, rules

JUDGED = ("reselections_per_min",)


@rules
def pingpong_reselection(evidence: Evidence, figures: Figures) -> list[Finding]:
    """Fires where GSM idle reselections per minute miss their target or the wanted cell is camped on too little."""
    severity = figures.severity(*JUDGED)
    counts = exchanges(evidence.logged, "gsm_idle") + exchanges(evidence.replay, "gsm_idle")
    if severity < 0.5 or not counts:
        return []
    busiest = [cell for pair, _ in counts.most_common(4) for cell in pair]
    first = [cell for cell in evidence.wanted if cell in busiest]
    cells = tuple(dict.fromkeys([*first, *busiest]))
    return [
        Finding(
            "pingpong_reselection",
            severity,
            cells,
            evidence.points,
            {"reselections_per_min": round(figures.value("reselections_per_min"), 2),
             "target_per_min": aim("reselections_per_min").target, "between": " ↔ ".join(cells[:2]),
             "counted": sum(exchanges(evidence.logged, "gsm_idle").values()),
             "when": when(moves(evidence, "GSM", idle=True))},
            cure=tuple(change_to(evidence, cell, "cell_reselect_offset_db", 14.0) for cell in evidence.wanted),
            cause=False,
            figures=JUDGED,
        )
    ]  # fmt: skip
