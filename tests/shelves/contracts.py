"""What must hold of every finding and every move, whichever rule or fix made it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rfopt.case import TUNABLE
from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import downtilt_electrical, downtilt_mechanical
from rfopt.kpis import kpis
from rfopt.network import MOST_REDIRECTS, MOST_RELATIONS, Change, Network, apply, keys_of, same, value_of
from rfopt.rules import rules
from rfopt.tables import NUMERIC, schema

PLAIN = (str, int, float, bool)


def check_finding(evidence: Evidence, finding: Finding) -> None:
    """Severity, names and evidence of one finding."""
    assert finding.rule in rules
    assert 0.0 <= finding.severity <= 1.0
    assert set(finding.cells) <= set(evidence.network.cells.index)
    assert len(set(finding.cells)) == len(finding.cells)
    assert set(finding.points) <= set(evidence.points) and finding.points
    assert finding.basis in ("measured", "modelled", "tables")
    _check_facts(finding.evidence)
    assert all(change.old != change.new for change in finding.cure)
    apply(evidence.network, finding.cure)


def _check_facts(facts: Any) -> None:
    """Facts are plain values that JSON holds as they are; only a key figure may be unknown."""
    assert json.loads(json.dumps(dict(facts)))
    for name, value in facts.items():
        assert type(value) in PLAIN, f"{name}: {type(value)}"
        assert not isinstance(value, float) or math.isfinite(value) or name in kpis, name


def check_move(evidence: Evidence, move: Move) -> None:
    """One move: legal, no empty step, reasoned, and it can be taken."""
    assert move.because and set(move.because) <= set(rules)
    assert move.changes and len(set(keys_of(move.changes))) == len(move.changes)
    for k, change in enumerate(move.changes):
        _check_change(evidence, apply(evidence.network, move.changes[:k]), change)
    after = apply(evidence.network, move.changes)
    for change in move.changes:
        assert same(value_of(after, change.cell, change.neighbour, change.parameter), change.new)
    for made, most in ((after.neighbours.index, MOST_RELATIONS), (after.redirects, MOST_REDIRECTS)):
        assert max(Counter(cell for cell, _ in made).values(), default=0) <= most


def _check_change(evidence: Evidence, now: Network, change: Change) -> None:
    assert change.parameter in TUNABLE
    assert same(change.old, value_of(now, change.cell, change.neighbour, change.parameter))
    assert not same(change.old, change.new)
    if change.parameter in ("neighbour", "redirect_arfcn"):
        assert {change.old, change.new} == {"absent", "present"}
        return
    column = schema("cells" if change.neighbour is None else "neighbours")[change.parameter]
    if column.type not in NUMERIC:  # a colour code, a list of carriers: `apply` reads it
        return
    new = float(change.new or 0.0)
    assert column.legal(new), f"{change} is off the quantum or range {column.range}"
    if change.parameter == "power_dbm":
        assert new <= evidence.number(change.cell, "max_power_dbm") + 1e-9
    if change.parameter == "elec_tilt_deg":
        assert downtilt_electrical.LEAST_DEG <= new <= downtilt_electrical.MOST_DEG
    if change.parameter == "mech_tilt_deg":
        assert new <= downtilt_mechanical.MOST_DEG


def check_ladders(moves: Sequence[Move]) -> None:
    """Among the moves of one fix that set the same values the first is the smallest, and no two are equal."""
    ladders: dict[Any, list[Move]] = {}
    for move in moves:
        ladders.setdefault((move.fix, frozenset(keys_of(move.changes))), []).append(move)
    for steps in ladders.values():
        sizes = [_size(step) for step in steps]
        assert sizes[0] == min(sizes), [str(c) for step in steps for c in step.changes]
        assert len({step.changes for step in steps}) == len(steps)


def _size(move: Move) -> float:
    steps = ((c.old, c.new) for c in move.changes)
    return sum(abs(b - a) if isinstance(a, float) and isinstance(b, float) else 1.0 for a, b in steps)
