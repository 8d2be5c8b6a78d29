"""The verdict on a plan: every audit, every gate of every case, and the baseline, as one table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rfopt import __version__
from rfopt.audits import Fault, audit, audits
from rfopt.case import Case
from rfopt.drafts import Draft
from rfopt.errors import InputError, printable
from rfopt.gate.baseline import Kept, below
from rfopt.gate.cases import Simulated, simulate_plan
from rfopt.gate.gates import Gate, Test, gates_for, worsening
from rfopt.network import Network, Plan, apply, typed
from rfopt.planning.harm import limits_of
from rfopt.sentences import figure_label, figure_value, group_text, harm_values
from rfopt.words import say

LEAST_C1_DB = 5.0
"""C1 of the wanted cell at the complaint's worst point (domain practice): below it phones drop off as levels fade."""
C1_WORSE_DB = 0.5
MOST_NOTES = 200
Progress = Callable[[str, float], None]
Table = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What a plan is checked against.

    Attributes
    ----------
    baseline : tuple of (file, figures by case, whether it is committed), optional
    """

    network: Network
    cases: Sequence[Case] = ()
    gates: Sequence[Gate] = ()
    baseline: tuple[Path, Kept, bool | None] | None = None
    seed: int = 0


def check(draft: Draft, request: Request, lang: str, progress: Progress) -> Table:
    """Audit a plan, simulate it on every case, and judge it.

    Returns
    -------
    dict
        ``rfopt.check/1``: ``pass``, ``gates`` (each audit is one too), ``faults`` and ``notes`` with their lines,
        ``cases`` with key figures and harm.

    Raises
    ------
    InputError
        If a case cannot be simulated in the network.
    """
    faults = audit(request.network, draft.plan)
    gates = [_of_audit(name, faults, lang) for name in audits]
    plan = _applicable(request.network, draft.plan)
    warnings: list[str] = []
    simulated = []
    if plan is None and request.cases:
        warnings.append(say("check.not_simulated", lang))
    for k, case in enumerate(request.cases if plan is not None else ()):
        progress("simulate", k / len(request.cases))
        simulated.append(simulate_plan(case, request.network, plan or (), request.seed))
    for one in simulated:
        gates += of_case(one, request.gates, lang)
        warnings += [f"{one.case}: {note}" for note in one.notes]
    gates += _of_baseline(request, simulated, lang)
    return {
        "schema": "rfopt.check/1",
        "pass": all(gate["pass"] for gate in gates),
        "plan": printable(draft.file, 4096),
        "changes": len(draft.plan),
        "seed": request.seed,
        "version": __version__,
        "gates": gates,
        "faults": [_row(fault, draft, lang) for fault in faults if fault.new],
        "notes": [_row(fault, draft, lang) for fault in faults if not fault.new][:MOST_NOTES],
        "cases": [_case(one) for one in simulated],
        "warnings": warnings,
    }  # fmt: skip


def _applicable(network: Network, plan: Plan) -> Plan | None:
    """The plan with values as the network has them; None where it cannot be applied."""
    try:
        made = tuple(typed(change) for change in plan)
        apply(network, made)
    except InputError:
        return None
    return made


def _row(fault: Fault, draft: Draft, lang: str) -> Table:
    return {
        "audit": fault.audit,
        "kind": fault.kind,
        "cells": list(fault.cells),
        "lines": [draft.lines[row] for row in fault.rows],
        "changes": [str(draft.plan[row]) for row in fault.rows],
        "text": fault.sentence(lang),
    }


def _outcome(gate: str, passed: bool, value: float, limit: float, text: str, case: str = "") -> Table:
    row: Table = {"gate": gate, "pass": passed, "value": _number(value), "limit": _number(limit), "text": text}
    return row | ({"case": case} if case else {})


def _of_audit(name: str, faults: Sequence[Fault], lang: str) -> Table:
    new = [fault.sentence(lang) for fault in faults if fault.new and fault.audit == name]
    text = " ".join(dict.fromkeys(new)) or say("check.audit.passed", lang)
    return _outcome(f"audit: {name}", not new, len(new), 0, text)


def of_case(one: Simulated, gates: Sequence[Gate], lang: str) -> list[Table]:
    """Every gate that concerns a simulated case: those given, the wanted cell's, harm."""
    judged = [_of_gate(gate, one, lang) for gate in gates_for(gates, one.case)]
    return [*judged, *_of_wanted(one, lang), *_of_harm(one, lang)]


def _of_gate(gate: Gate, one: Simulated, lang: str) -> Table:
    """A gate in one case: the value and limit are those of the test that holds, else of the first."""
    held = [test for test in gate.tests if _holds(test, one)]
    passed, test = bool(held), (held or gate.tests)[0]
    before, after = one.before[test.figure], one.after[test.figure]
    value = worsening(test.figure, before, after) if test.sign == "not worse" else after
    text = (
        say("check.gate.unknown", lang, figure=figure_label(test.figure, lang))
        if math.isnan(after)
        else _said(test, before, after, one, lang)
    )
    return _outcome(gate.text, passed, value, test.limit, text, one.case)


def _holds(test: Test, one: Simulated) -> bool:
    least = one.worse.get(test.figure, (math.inf, math.inf))[0]
    return test.holds(one.before[test.figure], one.after[test.figure], math.inf if math.isnan(least) else least)


def _said(test: Test, before: float, after: float, one: Simulated, lang: str) -> str:
    low, high = one.interval.get(test.figure, (math.nan, math.nan))
    worse = one.worse.get(test.figure, (math.nan, math.nan))
    ends = [figure_value(test.figure, end) for end in (low, high)]
    span = "" if math.isnan(low + high) else say("check.gate.interval", lang, low=ends[0], high=ends[1])
    lost = [figure_value(test.figure, end, signed=True) for end in worse]
    pair = "" if math.isnan(sum(worse)) else say("check.gate.paired", lang, low=lost[0], high=lost[1])
    both = [figure_value(test.figure, value) for value in (before, after)]
    return f"{figure_label(test.figure, lang)} {both[0]} → {both[1]}" + span + pair


def _of_wanted(one: Simulated, lang: str) -> list[Table]:
    before, after = one.wanted_c1_db
    rows = []
    if not math.isnan(after):
        passed = after > LEAST_C1_DB or before - after <= C1_WORSE_DB
        text = say("check.wanted_c1", lang, before=f"{before:.1f}", after=f"{after:.1f}")
        rows.append(_outcome("C1 of the wanted cell > 5 dB", passed, after, LEAST_C1_DB, text, one.case))
    if one.penalised:
        text = say("check.penalised", lang, cells=say("report.comma", lang).join(one.penalised))
        rows.append(_outcome("the wanted cell is not penalised", False, len(one.penalised), 0, text, one.case))
    return rows


def _of_harm(one: Simulated, lang: str) -> list[Table]:
    """The worst group of each figure of harm."""
    rows = []
    for kpi in dict.fromkeys(row.kpi for row in one.harm):
        worst = max((row for row in one.harm if row.kpi == kpi), key=lambda row: row.loss)
        limit = limits_of(kpi)[1]
        before, after = harm_values(worst, lang)
        text = say("check.harm", lang, group=group_text(worst.group, lang), before=before, after=after)
        lost = max(worst.before - worst.after, 0.0)
        rows.append(_outcome(f"harm: {kpi} loses at most {limit:g}", worst.loss < 1.0, lost, limit, text, one.case))
    return rows


def _of_baseline(request: Request, simulated: Sequence[Simulated], lang: str) -> list[Table]:
    if request.baseline is None:
        return []
    path, kept, committed = request.baseline
    rows = []
    if committed is not None:
        key = "check.baseline.committed" if committed else "check.baseline.uncommitted"
        text = say(key, lang, file=printable(path.name))
        rows.append(_outcome("baseline is committed", committed, float(committed), 1, text))
    for one in simulated:
        fallen = below(kept.get(one.case, {}), one.after)
        if one.case not in kept:
            rows.append(_outcome("baseline", True, math.nan, math.nan, say("check.baseline.none", lang), one.case))
        elif not fallen:
            rows.append(_outcome("baseline", True, 0, 0, say("check.baseline.held", lang), one.case))
        for name, (value, end) in fallen.items():
            text = say(
                "check.baseline.fallen",
                lang,
                figure=figure_label(name, lang),
                value=figure_value(name, value),
                end=figure_value(name, end),
            )
            rows.append(_outcome(f"baseline: {name}", False, value, end, text, one.case))
    return rows


def _case(one: Simulated) -> Table:
    def table(figures: Mapping[str, float]) -> Table:
        return {name: _number(value) for name, value in figures.items()}

    def spans(figures: Mapping[str, tuple[float, float]]) -> Table:
        return {name: [_number(low), _number(high)] for name, (low, high) in figures.items()}

    return {
        "case": one.case,
        "kpis": {
            "before": table(one.before),
            "after": table(one.after),
            "interval": spans(one.interval),
            "worse_interval": spans(one.worse),
        },
        "harm": [{"group": h.group, "kpi": h.kpi, "before": h.before, "after": h.after} for h in one.harm],
    }


def _number(value: float) -> float | None:
    """A number as JSON can hold it."""
    return None if not math.isfinite(value) else round(float(value), 6)


def kept_of(simulated: Simulated) -> dict[str, dict[str, float]]:
    """What a baseline keeps of a case: figures that are known, with their intervals."""
    return {
        name: {"value": round(value, 6), "low": round(low, 6), "high": round(high, 6)}
        for name, value in simulated.after.items()
        for low, high in (simulated.interval.get(name, (math.nan, math.nan)),)
        if math.isfinite(value + low + high)
    }
