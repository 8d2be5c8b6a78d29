"""Results as JSON: the contract's keys, and what the report knows beyond them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from rfopt import __version__
from rfopt.case import Case
from rfopt.diagnosis import Diagnosis
from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.network import Plan
from rfopt.planning.dependence import Dependence, Option
from rfopt.planning.harm import Harm
from rfopt.planning.notes import notes_on
from rfopt.planning.score import Score
from rfopt.recommendation import Recommendation, Step
from rfopt.sentences import finding_text, reason_text

SCHEMA = "rfopt.recommendation/1"


def recommendation_json(result: Recommendation, lang: str) -> dict[str, Any]:
    """A recommendation as JSON-ready values; what is not known is None.

    Parameters
    ----------
    lang : str
        ``en`` or ``zh``: language of the sentences.
    """
    kpis = {
        "before": result.before,
        "after": result.after,
        "interval": result.interval,
        "measured": result.measured,
        "interval_before": result.interval_before,
    }
    table = {
        **_head(result.evidence.case, result.seed),
        "diagnosis": _diagnosis(result.diagnosis.findings, result.diagnosis.explained, lang),
        "plan": [_step(step, lang) for step in result.steps],
        "kpis": kpis,
        "harm": _harm(result.harm),
        "rejected": [{**row, "neighbour": row["neighbour"] or None} for row in result.rejected],
        "warnings": result.warnings,
        "objective": {"before": result.score_before.objective, "after": result.score_after.objective},
        "ladder": [{"changes": " · ".join(map(str, part)), "objective": value} for part, value in result.ladder],
        "rivals": {name: _rival(plan, score) for name, (plan, score) in result.rivals.items()},
        "tried": result.tried,
        "bound": {"objective": result.bound, "gap": result.gap, "by": result.bound_by},
        "options": [_option(option) for option in result.options],
        "hashes": result.evidence.case.hashes,
        "versions": result.versions,
    }
    return {key: _known(value) for key, value in table.items()}


def diagnosis_json(evidence: Evidence, diagnosis: Diagnosis, seed: int, lang: str) -> dict[str, Any]:
    """A diagnosis as JSON-ready values: as a recommendation, without plan, kpis and harm."""
    table = {
        **_head(evidence.case, seed),
        "diagnosis": _diagnosis(diagnosis.findings, diagnosis.explained, lang),
        "figures": {"measured": diagnosis.figures.measured, "modelled": diagnosis.figures.modelled},
        "objective": {"before": diagnosis.objective},
        "rejected": [],
        "warnings": notes_on(evidence, (), diagnosis.doubts),
        "hashes": evidence.case.hashes,
    }
    return {key: _known(value) for key, value in table.items()}


def log_only_json(case: Case, findings: Sequence[Finding], seed: int, lang: str) -> dict[str, Any]:
    """What a log without a network shows, as JSON-ready values."""
    table = {
        **_head(case, seed),
        "diagnosis": _diagnosis(findings, [math.nan] * len(findings), lang),
        "rejected": [],
        "warnings": case.notes,
        "hashes": case.hashes,
    }
    return {key: _known(value) for key, value in table.items()}


def _head(case: Case, seed: int) -> dict[str, Any]:
    return {"schema": SCHEMA, "case": case.id, "seed": seed, "version": __version__}


def _diagnosis(findings: Iterable[Finding], explained: Iterable[float], lang: str) -> list[dict[str, Any]]:
    return [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "cells": finding.cells,
            "points": finding.points,
            "evidence": finding.evidence,
            "text": finding_text(finding, lang),
            "basis": finding.basis,
            "cause": finding.cause,
            "explained": share,
        }
        for finding, share in zip(findings, explained, strict=True)
    ]


def _step(step: Step, lang: str) -> dict[str, Any]:
    return {
        **asdict(step.change),
        "gain": step.gain,
        "visit": step.change.visit,
        "reason": reason_text(step, lang),
        "alone": step.alone,
        "without": step.without,
        "sure": step.sure,
        "because": step.because,
        "fix": step.fix,
        "depends_on": [_dependence(other) for other in step.depends_on],
    }


def _dependence(pair: Dependence) -> dict[str, Any]:
    """What a step's part adds to the rest of the plan with another part, and without it."""
    on = [asdict(change) for change in pair.on]
    return {"on": on, "gain_with": pair.gain_with, "gain_without": pair.gain_without}


def _option(option: Option) -> dict[str, Any]:
    """One plan of the list of gain against cost."""
    return {
        "plan": [asdict(change) for change in option.plan],
        "objective": option.score.objective,
        "cost": option.score.cost,
        "visits": len({change.cell for change in option.plan if change.visit}),
    }


def _harm(rows: Iterable[Harm]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def _rival(plan: Plan, score: Score) -> dict[str, Any]:
    return {
        "plan": [{**asdict(change), "visit": change.visit} for change in plan],
        "objective": score.objective,
        "cost": score.cost,
        "harm": _harm(score.harm),
        "refused": score.refused,
    }


def _known(value: Any) -> Any:
    """Plain Python values all the way down; NaN and infinity become None."""
    if isinstance(value, Mapping):
        return {str(key): _known(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_known(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
