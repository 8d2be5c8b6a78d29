"""Parameters of cells heard here that are out of range, off their quantum or contradict each other."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.network import RELATION_PARAMETERS, Change
from rfopt.proofs.traps import Trap, traps
from rfopt.rules import Figures, change_to, on_quantum, rules
from rfopt.tables import Column, schema

JUDGED = ("idle_camp_wanted", "reselections_per_min", "handovers_per_min", "rxqual_0_4_share")
USUAL_MARGIN_DB = 6.0
"""What a margin that takes part in a circle is set to."""
SUBTRACTED_S, USUAL_PENALTY_S = 640.0, 20.0
RESERVE_DB = 5.0
"""C1 that a cell meant to serve must have where it serves (domain: the regression checks of a plan)."""
LEVELS = ("rxlev_access_min_dbm", "ho_threshold_lev_dbm")
"""Thresholds of a cell's own level: admission in idle mode, and when a call looks for another cell."""


@rules
def wrong_parameters(evidence: Evidence, figures: Figures, least_pair_db: float = 0.0) -> list[Finding]:
    """Fires for cells and relations heard here with an illegal value, power above the hardware's, or a contradiction.

    Handover margins of a pair that sum below `least_pair_db` send a call back at the levels that sent it over. A cell
    meant to serve contradicts itself where its reward is subtracted, or where it asks for levels that it does not have
    here though the network's usual value is met.
    """
    pairs = _circling(evidence, figures, least_pair_db)
    return [
        *_illegal_cells(evidence, figures),
        *_illegal_relations(evidence, figures),
        *_penalised(evidence, figures),
        *_out_of_reach(evidence, figures),
        *pairs,
        *_circles(evidence, figures, [set(finding.cells) for finding in pairs]),
    ]


def _heard(evidence: Evidence) -> list[str]:
    return [*evidence.heard("GSM"), *evidence.heard("LTE")]


def _finding(evidence: Evidence, figures: Figures, cells: tuple[str, ...], what: str, value: float | str, expected: str,
             cure: tuple[Change, ...]) -> Finding:  # fmt: skip
    severity = max(0.55, figures.severity(*JUDGED))
    facts = {"parameter": what, "value": value, "expected": expected}
    return Finding(
        "wrong_parameters", severity, cells, evidence.points, facts, basis="tables", cure=cure, figures=JUDGED
    )


def _illegal_cells(evidence: Evidence, figures: Figures) -> list[Finding]:
    cells = evidence.network.cells
    findings = []
    for cell in _heard(evidence):
        power, most = evidence.number(cell, "power_dbm"), evidence.number(cell, "max_power_dbm")
        for name in (name for name, column in schema("cells").items() if column.tunable):
            column, value = schema("cells")[name], evidence.number(cell, name)
            if not (_in_range(column, value) if name == "power_dbm" else column.legal(value)):
                default = column.default_for(str(cells["rat"][cell]), str(cells["kind"][cell]))
                legal = _legal("cells", name, value, default)
                legal = min(legal, on_quantum("cells", name, most)) if name == "power_dbm" else legal
                cure = () if math.isnan(legal) else (change_to(evidence, cell, name, legal),)
                found = _finding(evidence, figures, (cell,), name, value, column.range, cure)
                usual = float(default or "nan") if "level" not in column.affects else math.nan
                other = () if math.isnan(usual) or usual == legal else (change_to(evidence, cell, name, usual),)
                findings.append(replace(found, or_else=other))
        if power > most + 1e-9:
            cure = (change_to(evidence, cell, "power_dbm", on_quantum("cells", "power_dbm", most)),)
            findings.append(_finding(evidence, figures, (cell,), "power_dbm", power, f"≤ max_power_dbm {most:g}", cure))
    return findings


def _illegal_relations(evidence: Evidence, figures: Figures) -> list[Finding]:
    findings = []
    heard = set(_heard(evidence))
    for name in RELATION_PARAMETERS:
        column, values = schema("neighbours")[name], evidence.network.neighbours[name]
        for (cell, other), value in zip(values.index, values.to_numpy(dtype=float).tolist(), strict=True):
            if not {cell, other} <= heard or column.legal(value):
                continue
            default = column.default_for(str(evidence.network.cells["rat"][cell]), "")
            legal = _legal("neighbours", name, value, default)
            cure = () if math.isnan(legal) else (change_to(evidence, cell, name, legal, other),)
            findings.append(_finding(evidence, figures, (cell, other), name, value, column.range, cure))
    return findings


def _penalised(evidence: Evidence, figures: Figures) -> list[Finding]:
    """Wanted cells whose CELL_RESELECT_OFFSET is subtracted: what was meant as a reward drives phones away."""
    findings = []
    for cell in evidence.wanted:
        offset, penalty = (evidence.number(cell, name) for name in ("cell_reselect_offset_db", "penalty_time_s"))
        if penalty == SUBTRACTED_S and offset > 0:
            cure = (change_to(evidence, cell, "penalty_time_s", USUAL_PENALTY_S),)
            expected = f"≤ {SUBTRACTED_S - USUAL_PENALTY_S:g} (C2 = C1 − {offset:g} dB)"
            findings.append(_finding(evidence, figures, (cell,), "penalty_time_s", penalty, expected, cure))
    return findings


def _out_of_reach(evidence: Evidence, figures: Figures) -> list[Finding]:
    """Wanted cells whose own threshold lies above the level that they have at half of the points or more."""
    levels, findings = evidence.gsm.levels, []
    rows = evidence.network.cells.loc[levels.cells]
    for cell in (name for name in evidence.wanted if levels.measured(name).any()):
        level = float(np.nanmedian(np.where(levels.measured(cell), levels.of(cell), np.nan)))
        for name in LEVELS:
            value, usual = evidence.number(cell, name), float(rows[name].astype(float).median())
            if value > level - RESERVE_DB >= usual:
                cure = (change_to(evidence, cell, name, usual),)
                expected = f"≤ {level - RESERVE_DB:.0f} ({level:.0f} dBm here)"
                findings.append(_finding(evidence, figures, (cell,), name, value, expected, cure))
    return findings


def _in_range(column: Column, value: float) -> bool:
    """A power is a fact: what comes out of a feeder, or of a sum over resource blocks, is on no quantum."""
    return math.isnan(value) or any(low <= value <= high for low, high, _ in column.spans())


def _legal(table: str, parameter: str, value: float, default: str) -> float:
    """Down to the parameter's quantum; the default where the value is out of range, NaN where there is none."""
    legal = on_quantum(table, parameter, value)
    return float(default or "nan") if math.isnan(legal) else legal


def _circling(evidence: Evidence, figures: Figures, least_pair_db: float) -> list[Finding]:
    margins = evidence.network.neighbours["ho_margin_pbgt_db"]
    heard = set(evidence.heard("GSM"))
    findings = []
    for cell, other in margins.index:
        back = (other, cell)
        if cell < other and {cell, other} <= heard and back in margins.index:
            total = float(margins[(cell, other)] + margins[back])
            if total < least_pair_db:
                pairs = (
                    change_to(evidence, a, "ho_margin_pbgt_db", USUAL_MARGIN_DB, b) for a, b in ((cell, other), back)
                )
                cure = tuple(change for change in pairs if change.old != change.new)
                what = "ho_margin_pbgt_db + ho_margin_pbgt_db"
                findings.append(
                    _finding(evidence, figures, (cell, other), what, total, f"≥ {least_pair_db:g} dB", cure)
                )
    return findings


def _circles(evidence: Evidence, figures: Figures, said: list[set[str]]) -> list[Finding]:
    """What a static proof adds to the pairs above: longer circles, and those of idle LTE, of A3 and of priorities."""
    found = (trap for trap in traps(evidence.network, _heard(evidence)) if trap.kind == "circle")
    return [_of_trap(evidence, figures, trap) for trap in found if not any(pair <= set(trap.cells) for pair in said)]


def _of_trap(evidence: Evidence, figures: Figures, trap: Trap) -> Finding:
    around = zip(trap.cells, (*trap.cells[1:], trap.cells[0]), trap.causes, strict=True)
    margins = evidence.network.neighbours["ho_margin_pbgt_db"]
    cure = tuple(
        change_to(evidence, a, "ho_margin_pbgt_db", USUAL_MARGIN_DB, b)
        for a, b, cause in around
        if cause == "power_budget" and margins[(a, b)] < USUAL_MARGIN_DB
    )
    what = f"{' → '.join((*trap.cells, trap.cells[0]))} ({', '.join(dict.fromkeys(trap.causes))})"
    levels = ", ".join(f"{level:.4g} dBm" for level in trap.levels_dbm)
    return _finding(evidence, figures, trap.cells, what, levels, "a level at rest", cure)
