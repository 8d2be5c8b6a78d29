"""The diagnosis of whole cases whose faults are known.

The cases are not part of this project; where they are absent these tests skip.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rfopt.case import read_case
from rfopt.diagnosis import Diagnosis, diagnose
from rfopt.evidence import Evidence, gather
from rfopt.finding import Finding, Move
from rfopt.fixes import fixes
from rfopt.mobility.situation import Budget
from rfopt.recommendation import needed_network

from .rules.flats import one_thread
from .shelves.contracts import check_finding, check_ladders, check_move

WORLDS = Path(__file__).resolve().parents[1] / ".." / "shared" / "worlds"
TRUTHS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(WORLDS.glob("truth/*.json"))}
pytestmark = pytest.mark.skipif(not TRUTHS, reason="the worlds with known faults are not beside this checkout")
BUDGET = Budget(runs=40, draws=8, idle_s=160.0, call_s=90.0, lte_call_s=30.0)


@dataclass(frozen=True)
class World:
    """A case, what rfopt says of it, and what is true."""

    evidence: Evidence
    diagnosis: Diagnosis
    truth: dict[str, Any]

    @property
    def serious(self) -> list[Finding]:
        """Findings of half or more."""
        return [finding for finding in self.diagnosis.findings if finding.severity >= 0.5]

    def moves(self) -> list[Move]:
        """What the fixes propose."""
        return [move for fix in fixes.values() for move in fix(self.evidence, self.serious)]


@pytest.fixture(scope="module", params=TRUTHS)
def world(request: pytest.FixtureRequest) -> World:
    case = read_case(WORLDS / "drive_tests" / request.param)
    with one_thread():
        evidence = gather(case, needed_network(case), 0, BUDGET)
        return World(evidence, diagnose(evidence), TRUTHS[request.param])


def labelled(labels: list[dict[str, Any]], finding: Finding) -> bool:
    """True if a finding's rule and at least one of its cells are on one label."""
    return any(finding.rule in label["rules"] and set(finding.cells) & set(label["cells"]) for label in labels)


def test_the_first_finding_is_the_fault(world: World) -> None:
    findings, labels = world.diagnosis.findings, world.truth["labels"]
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities, reverse=True)
    if labels:
        assert labelled(labels, findings[0]), [(f.rule, f.severity, f.cells) for f in findings[:3]]
        assert findings[0].severity >= 0.5
    else:
        assert world.serious == []


def test_every_fault_of_several_is_found(world: World) -> None:
    if world.truth["kind"] in ("combined", "csfb_trap"):
        for label in world.truth["labels"]:
            assert any(labelled([label], finding) for finding in world.serious), label


def test_findings_and_moves_keep_their_contract(world: World) -> None:
    for finding in world.diagnosis.findings:
        check_finding(world.evidence, finding)
    moves = world.moves()
    for move in moves:
        check_move(world.evidence, move)
    check_ladders(moves)
    assert world.truth["labels"] or moves == []


def test_a_cure_is_within_reach(world: World) -> None:
    """Some move sets what a change of the exact undo or of the best plan known sets, in the same direction."""
    if not world.truth["best_known_plan"]:
        return
    reach = {(change.key, direction(change.old, change.new)) for move in world.moves() for change in move.changes}
    cures = {
        ((c["cell"], c["neighbour"] or "", c["parameter"]), direction(c["old"], c["new"]))
        for c in world.truth["best_known_plan"] + world.truth["undo"]
    }
    assert reach & cures, cures


def direction(old: Any, new: Any) -> object:
    """Up or down for numbers, the new value for the rest."""
    return new > old if isinstance(old, int | float) else new


NEAR = {"reselections_per_min": 0.6, "idle_camp_wanted": 0.12, "rxlev_p10_dbm": 3.0, "csfb_wanted_share": 0.12}
"""How far a figure may be from the truth of hours, in a log of minutes or in the replay, whichever is nearer."""


def test_figures_agree_with_the_truth(world: World) -> None:
    """Not where the log hears little of a shared carrier, or nothing of the wanted cell."""
    if world.truth["kind"] in ("outage", "cochannel_interference"):
        return
    figures, truth = world.diagnosis.figures, world.truth["kpis_as_found"]
    for name, off in NEAR.items():
        values = [value for value in (figures.measured[name], figures.modelled[name]) if not math.isnan(value)]
        assert min(abs(value - truth[name]) for value in values) <= off, (name, values, truth[name])
