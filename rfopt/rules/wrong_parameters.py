"""Parameters of cells heard here that are out of range, off their quantum or contradict each other."""

from __future__ import annotations

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.network import RELATION_PARAMETERS, Change
from rfopt.rules import Figures, change_to, rules
from rfopt.tables import schema


@rules
def wrong_parameters(evidence: Evidence, figures: Figures, least_pair_db: float = 0.0) -> list[Finding]:
    """Fires for each cell or relation heard here with an illegal value, power above the hardware's, or margins that circle.

    Handover margins of a pair that sum below `least_pair_db` send a call back at the levels that sent it over.
    """
    return [
        *_illegal_cells(evidence, figures),
        *_illegal_relations(evidence, figures),
        *_circling(evidence, figures, least_pair_db),
    ]


def _heard(evidence: Evidence) -> list[str]:
    return [*evidence.heard("GSM"), *evidence.heard("LTE")]


def _finding(evidence: Evidence, figures: Figures, cells: tuple[str, ...], what: str, value: float, expected: str,
             cure: tuple[Change, ...]) -> Finding:  # fmt: skip
    severity = max(
        0.55, figures.severity("idle_camp_wanted", "reselections_per_min", "handovers_per_min", "rxqual_0_4_share")
    )
    facts = {"parameter": what, "value": value, "expected": expected}
    return Finding("wrong_parameters", severity, cells, evidence.points, facts, basis="tables", cure=cure)


def _illegal_cells(evidence: Evidence, figures: Figures) -> list[Finding]:
    cells = evidence.network.cells
    findings = []
    for cell in _heard(evidence):
        for name, column in schema("cells").items():
            value = cells.at[cell, name] if column.tunable else 0.0
            if column.tunable and not column.legal(float(value)):
                default = column.default_for(cells.at[cell, "rat"], cells.at[cell, "kind"])
                cure = (change_to(evidence, cell, name, float(default)),) if default else ()
                findings.append(_finding(evidence, figures, (cell,), name, float(value), column.range, cure))
        power, most = float(cells.at[cell, "power_dbm"]), float(cells.at[cell, "max_power_dbm"])
        if power > most + 1e-9:
            cure = (change_to(evidence, cell, "power_dbm", most),)
            findings.append(_finding(evidence, figures, (cell,), "power_dbm", power, f"≤ max_power_dbm {most:g}", cure))
    return findings


def _illegal_relations(evidence: Evidence, figures: Figures) -> list[Finding]:
    findings = []
    heard = set(_heard(evidence))
    for (cell, other), row in evidence.network.neighbours.iterrows():
        if not {cell, other} <= heard:
            continue
        for name in RELATION_PARAMETERS:
            column = schema("neighbours")[name]
            if not column.legal(float(row[name])):
                default = column.default_for(evidence.network.cells.at[cell, "rat"], "")
                cure = (change_to(evidence, cell, name, float(default), other),) if default else ()
                findings.append(_finding(evidence, figures, (cell, other), name, float(row[name]), column.range, cure))
    return findings


def _circling(evidence: Evidence, figures: Figures, least_pair_db: float) -> list[Finding]:
    margins = evidence.network.neighbours["ho_margin_pbgt_db"]
    heard = set(evidence.heard("GSM"))
    findings = []
    for cell, other in margins.index:
        back = (other, cell)
        if cell < other and {cell, other} <= heard and back in margins.index:
            total = float(margins[(cell, other)] + margins[back])
            if total < least_pair_db:
                cure = (
                    change_to(evidence, cell, "ho_margin_pbgt_db", 6.0, other),
                    change_to(evidence, other, "ho_margin_pbgt_db", 6.0, cell),
                )
                what = "ho_margin_pbgt_db + ho_margin_pbgt_db"
                findings.append(
                    _finding(evidence, figures, (cell, other), what, total, f"≥ {least_pair_db:g} dB", cure)
                )
    return findings
