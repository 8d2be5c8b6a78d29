"""A location or tracking area boundary runs through the flat."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.instants import moves, served, when
from rfopt.network import Plan
from rfopt.rules import Figures, change_to, exchanges, rules, serving_share

MOSTLY = 0.5
"""Share of all changes from which the border is what phones cross, and not one of several places where they change."""
HELD_DB = 14.0
"""Reward that keeps a phone in its own area where the tables stay as they are."""


@rules
def area_boundary(
    evidence: Evidence, figures: Figures, most_per_min: float = 0.2, least_share: float = 0.05
) -> list[Finding]:
    """Fires where idle phones change area more than `most_per_min`, or fall back to an area not the LTE cell's."""
    return [*_idle(evidence, figures, most_per_min), *_fallback(evidence, figures, least_share)]


def _idle(evidence: Evidence, figures: Figures, most_per_min: float) -> list[Finding]:
    lac = evidence.network.cells["lac"].to_dict()
    changes = exchanges(evidence.logged, "gsm_idle")
    across = {
        (a, b): n
        for (a, b), n in changes.items()
        if not math.isnan(lac[a]) and not math.isnan(lac[b]) and lac[a] != lac[b]
    }
    minutes = sum(t.minutes for t in evidence.logged.of("gsm_idle"))
    rate = sum(across.values()) / minutes if minutes else 0.0
    if rate <= most_per_min:
        return []
    mostly = sum(across.values()) >= MOSTLY * changes.total()
    cells = tuple(dict.fromkeys(cell for pair in sorted(across, key=lambda p: -across[p]) for cell in pair))
    return [
        Finding(
            "area_boundary",
            max(figures.severity("reselections_per_min"), min(1.0, 0.5 * rate / most_per_min)),
            cells,
            evidence.points,
            {"updates_per_min": round(rate, 2), "threshold_per_min": most_per_min,
             "areas": ";".join(sorted({f"{lac[c]:.0f}" for c in cells})), "counted": sum(across.values()),
             "when": when(_crossing(evidence, across))},
            cure=_kept_at_home(evidence, cells) if mostly else _one_area(evidence, cells),
            figures=("reselections_per_min",),
        )
    ]  # fmt: skip


def _crossing(evidence: Evidence, across: Mapping[tuple[str, str], int]) -> pd.DataFrame:
    """Changes of server between cells of two areas."""
    table = moves(evidence, "GSM", idle=True)
    pairs = zip(table["from_cell"], table["to_cell"], strict=True)
    return table[[pair in across for pair in pairs]]


def _kept_at_home(evidence: Evidence, cells: tuple[str, ...]) -> Plan:
    """Nobody crosses: the wanted cells rewarded, or one area where none is wanted."""
    reward = tuple(change_to(evidence, cell, "cell_reselect_offset_db", HELD_DB) for cell in evidence.wanted)
    return reward or _one_area(evidence, cells)


def _one_area(evidence: Evidence, cells: tuple[str, ...]) -> Plan:
    lac = {cell: evidence.number(cell, "lac") for cell in (*evidence.wanted, *cells)}
    home = next(area for area in lac.values() if not math.isnan(area))
    return tuple(change_to(evidence, cell, "lac", home) for cell in cells if lac[cell] != home)


def _fallback(evidence: Evidence, figures: Figures, least_share: float) -> list[Finding]:
    """LTE servers whose tracking area does not map to the location area of the wanted cells."""
    home = {area for cell in evidence.wanted if not math.isnan(area := evidence.number(cell, "lac"))}
    share = serving_share([evidence.logged, evidence.replay], "lte_idle")
    tac = {cell: evidence.number(cell, "tac") for cell, part in share.items() if part >= least_share}
    odd = [cell for cell, area in tac.items() if not math.isnan(area) and area not in home]
    if not odd or not home:
        return []
    return [
        Finding(
            "area_boundary",
            max(figures.severity("csfb_success_share"), min(0.5 + 0.5 * sum(share[c] for c in odd), 0.8)),
            (*odd, *evidence.wanted),
            evidence.points,
            {"updates_per_min": 0.0, "threshold_per_min": 0.0, "counted": len(odd),
             "areas": ";".join(sorted({f"{tac[cell]:.0f}" for cell in odd} | {f"{area:.0f}" for area in home})),
             "when": when(served(evidence, *odd))},
            basis="tables",
            cure=tuple(change_to(evidence, cell, "tac", min(home)) for cell in odd),
            figures=("csfb_success_share",),
        )
    ]  # fmt: skip
