"""A call is handed over again and again."""

from __future__ import annotations

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import moves, when
from rfopt.kpis import aim
from rfopt.rules import Figures, change_to, exchanges, rules

JUDGED = ("handovers_per_min",)
FAR_BELOW_DB = 3.0
"""A margin this far below the network's usual one is a setting that makes calls circle, not a symptom of levels."""


@rules
def pingpong_handover(evidence: Evidence, figures: Figures, calm_margin_db: float = 14.0) -> list[Finding]:
    """Fires where GSM handovers per minute miss their target."""
    severity = figures.severity(*JUDGED)
    counts = exchanges(evidence.logged, "gsm_call") + exchanges(evidence.replay, "gsm_call")
    if severity < 0.5 or not counts:
        return []
    leading = counts.most_common(6)
    busiest = [pair for pair, number in leading if number >= 0.1 * counts.total()] or [leading[0][0]]
    names = [cell for pair in busiest for cell in pair]
    cells = tuple(dict.fromkeys([*(cell for cell in evidence.wanted if cell in names), *names]))
    cure = tuple(
        change_to(evidence, a, "ho_margin_pbgt_db", calm_margin_db, b)
        for a, b in busiest
        if evidence.network.related(a, b) and a in evidence.wanted
    )
    return [
        Finding(
            "pingpong_handover",
            severity,
            cells,
            evidence.points,
            {"handovers_per_min": round(figures.value("handovers_per_min"), 2),
             "target_per_min": aim("handovers_per_min").target, "between": " → ".join(busiest[0]),
             "pingpong_share": round(figures.modelled["pingpong_share"], 3),
             "counted": sum(exchanges(evidence.logged, "gsm_call").values()),
             "when": when(moves(evidence, "GSM", idle=False))},
            cure=cure,
            cause=_below_usual(evidence, busiest),
            figures=JUDGED,
        )
    ]  # fmt: skip


def _below_usual(evidence: Evidence, pairs: list[tuple[str, str]]) -> bool:
    """True if calls leave a wanted cell by a margin far below the median of the network's."""
    margins = evidence.network.neighbours["ho_margin_pbgt_db"]
    usual = float(margins.median())
    out = [float(margins[pair]) for pair in pairs if pair in margins.index and pair[0] in evidence.wanted]
    return any(margin <= usual - FAR_BELOW_DB for margin in out)
