"""What is wrong, and how much of the complaint each fault explains."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.kpis import compute, objective
from rfopt.mobility.simulate import simulate
from rfopt.network import apply
from rfopt.rules import Figures, rules

LEAST_LACK = 0.02
"""An objective this close to 1 leaves nothing to explain."""
LEAST_WEIGHT = 0.2
SYMPTOM_WEIGHT = 0.9


@dataclass(frozen=True)
class Diagnosis:
    """Findings, worst first, with the figures they were judged by.

    `explained` gives, per finding, the share of what the objective lacks that goes away with the fault in
    simulation; NaN where a fault has no cure that parameters can express.
    """

    findings: tuple[Finding, ...]
    explained: tuple[float, ...]
    figures: Figures
    objective: float


def diagnose(evidence: Evidence) -> Diagnosis:
    """Ask every rule, test every answer in simulation, and rank."""
    figures = Figures(compute(evidence.logged), compute(evidence.replay))
    start = objective(dict(figures.modelled))
    found = [finding for rule in rules.values() for finding in rule(evidence, figures)]
    judged = [(finding, _explained(evidence, finding, start)) for finding in found]
    weighed = [(replace(f, severity=round(_weigh(f, share), 4)), share) for f, share in judged]
    weighed.sort(key=lambda item: (-item[0].severity, not item[0].cause, item[0].rule, item[0].cells))
    return Diagnosis(tuple(f for f, _ in weighed), tuple(share for _, share in weighed), figures, start)


def _explained(evidence: Evidence, finding: Finding, start: float) -> float:
    if not finding.cure or finding.severity < 0.5:
        return math.nan
    if 1.0 - start < LEAST_LACK:
        return 0.0
    cured = simulate(evidence.situation, apply(evidence.network, finding.cure))
    share = (objective(compute(cured)) - start) / (1.0 - start)
    return min(max(share, 0.0), 1.0)


def _weigh(finding: Finding, share: float) -> float:
    """Severity above 0.5 scaled by what the fault explains, so that causes come before what they cause."""
    if finding.severity < 0.5 or math.isnan(share):
        return finding.severity
    weight = LEAST_WEIGHT + (1.0 - LEAST_WEIGHT) * share
    return 0.5 + (finding.severity - 0.5) * weight * (1.0 if finding.cause else SYMPTOM_WEIGHT)
