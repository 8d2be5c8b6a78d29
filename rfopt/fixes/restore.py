"""Put an illegal or contradictory parameter right."""

from __future__ import annotations

from collections.abc import Sequence

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import fixes, move


@fixes
def restore(_evidence: Evidence, findings: Sequence[Finding]) -> list[Move]:
    """The legal value that the rule `wrong_parameters` names, and the usual one where that may have been meant."""
    return [
        m
        for finding in findings
        if finding.rule == "wrong_parameters"
        for cure in (finding.cure, finding.or_else)
        for m in move("restore", cure, (finding.rule,))
    ]
