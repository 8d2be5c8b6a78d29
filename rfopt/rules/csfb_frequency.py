"""LTE cells that serve here do not list the wanted cell's carrier for fallback."""

from __future__ import annotations

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import served, when
from rfopt.kpis import aim
from rfopt.rules import Figures, change_to, rules, serving_share

JUDGED = ("csfb_wanted_share", "csfb_success_share")


@rules
def csfb_frequency(evidence: Evidence, figures: Figures, least_share: float = 0.02) -> list[Finding]:
    """Fires for LTE servers whose redirect list lacks every wanted GSM carrier."""
    wanted = [cell for cell in evidence.wanted if evidence.gsm.levels.measured(cell).any()]
    arfcns = {int(evidence.number(cell, "arfcn")) for cell in wanted}
    share = serving_share([evidence.logged, evidence.replay], "lte_idle")
    lacking = [
        cell
        for cell, part in share.items()
        if part >= least_share and arfcns and not arfcns & evidence.network.redirect_arfcns(cell)
    ]
    if not lacking:
        return []
    return [
        Finding(
            "csfb_frequency",
            figures.severity(*JUDGED),
            (*lacking, *wanted),
            evidence.points,
            {"arfcn": ";".join(str(a) for a in sorted(arfcns)), "lists_lacking": len(lacking),
             "serving_share": round(sum(share[cell] for cell in lacking), 2),
             "csfb_wanted_share": round(figures.value("csfb_wanted_share"), 3),
             "target_share": aim("csfb_wanted_share").target,
             "counted": int((served(evidence, *lacking)["event"] == "csfb_start").sum()),
             "when": when(served(evidence, *lacking))},
            cure=tuple(
                change_to(evidence, cell, "redirect_arfcn", "present", str(arfcn))
                for cell in lacking
                for arfcn in sorted(arfcns)
            ),
            figures=JUDGED,
        )
    ]  # fmt: skip
