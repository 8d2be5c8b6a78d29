"""A location or tracking area boundary runs through the flat."""

from __future__ import annotations

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.network import Plan
from rfopt.rules import Figures, change_to, exchanges, rules, serving_share


@rules
def area_boundary(
    evidence: Evidence, figures: Figures, most_per_min: float = 0.2, least_share: float = 0.05
) -> list[Finding]:
    """Fires where idle phones change area more than `most_per_min`, or fall back to an area that is not the LTE cell's."""
    return [*_idle(evidence, figures, most_per_min), *_fallback(evidence, figures, least_share)]


def _idle(evidence: Evidence, figures: Figures, most_per_min: float) -> list[Finding]:
    lac = evidence.network.cells["lac"]
    across = {pair: n for pair, n in exchanges(evidence.logged, "gsm_idle").items() if lac[pair[0]] != lac[pair[1]]}
    minutes = sum(t.minutes for t in evidence.logged.of("gsm_idle"))
    rate = sum(across.values()) / minutes if minutes else 0.0
    if rate <= most_per_min:
        return []
    cells = tuple(dict.fromkeys(cell for pair in sorted(across, key=lambda p: -across[p]) for cell in pair))
    return [
        Finding(
            "area_boundary",
            max(figures.severity("reselections_per_min"), min(1.0, 0.5 * rate / most_per_min)),
            cells,
            evidence.points,
            {"updates_per_min": round(rate, 2), "threshold_per_min": most_per_min,
             "areas": ";".join(sorted({f"{lac[c]:.0f}" for c in cells})), "counted": sum(across.values())},
            cure=_one_area(evidence, cells),
        )
    ]  # fmt: skip


def _one_area(evidence: Evidence, cells: tuple[str, ...]) -> Plan:
    home = next(
        (evidence.network.cells.at[c, "lac"] for c in evidence.wanted), evidence.network.cells.at[cells[0], "lac"]
    )
    return tuple(
        change_to(evidence, c, "lac", float(home)) for c in cells if evidence.network.cells.at[c, "lac"] != home
    )


def _fallback(evidence: Evidence, figures: Figures, least_share: float) -> list[Finding]:
    """LTE servers whose tracking area does not map to the location area of the wanted cells."""
    cells = evidence.network.cells
    home = {cells.at[cell, "lac"] for cell in evidence.wanted} - {float("nan")}
    share = serving_share([evidence.logged, evidence.replay], "lte_idle")
    odd = [c for c, part in share.items() if part >= least_share and home and cells.at[c, "tac"] not in home]
    odd = [c for c in odd if cells.at[c, "tac"] == cells.at[c, "tac"]]
    if not odd:
        return []
    return [
        Finding(
            "area_boundary",
            max(figures.severity("csfb_success_share"), min(0.5 + 0.5 * sum(share[c] for c in odd), 0.8)),
            (*odd, *evidence.wanted),
            evidence.points,
            {"updates_per_min": 0.0, "threshold_per_min": 0.0, "counted": len(odd),
             "areas": ";".join(sorted({f"{cells.at[c, 'tac']:.0f}" for c in odd} | {f"{a:.0f}" for a in home}))},
            basis="tables",
        )
    ]  # fmt: skip
