"""The diagnosis of whole cases whose faults are known.

The cases are not part of this project; where they are absent these tests skip.
"""

from __future__ import annotations

import functools
import json
import math
from pathlib import Path
from typing import Any

import pytest

from rfopt.case import read_case
from rfopt.diagnose import Diagnosis, diagnose
from rfopt.evidence import Evidence, gather
from rfopt.fixes import fixes
from rfopt.kpis import aim
from rfopt.mobility.simulate import Budget
from rfopt.recommend import needed_network

from .shelves.contracts import check_finding, check_ladders, check_move

WORLDS = Path(__file__).resolve().parents[1] / ".." / "shared" / "worlds"
TRUTHS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(WORLDS.glob("truth/*.json"))}
pytestmark = pytest.mark.skipif(not TRUTHS, reason="the worlds with known faults are not beside this checkout")
BUDGET = Budget(runs=40, draws=8, idle_s=160.0, call_s=90.0, lte_call_s=30.0)


@functools.cache
def diagnosed(world: str) -> tuple[Evidence, Diagnosis]:
    """A world's evidence and diagnosis."""
    case = read_case(WORLDS / "drive_tests" / world)
    evidence = gather(case, needed_network(case), 0, BUDGET)
    return evidence, diagnose(evidence)


def of_kind(kind: str) -> list[str]:
    return [world for world, truth in TRUTHS.items() if truth["kind"] == kind]


def labelled(labels: list[dict[str, Any]], rule: str, cells: tuple[str, ...]) -> bool:
    """True if a finding's rule and at least one of its cells are on one label."""
    return any(rule in label["rules"] and set(cells) & set(label["cells"]) for label in labels)


@pytest.mark.parametrize("world", TRUTHS)
def test_the_first_finding_is_the_fault(world: str) -> None:
    _, result = diagnosed(world)
    labels = TRUTHS[world]["labels"]
    if not labels:
        assert [f for f in result.findings if f.severity >= 0.5] == []
        return
    first = result.findings[0]
    assert labelled(labels, first.rule, first.cells), [(f.rule, f.severity, f.cells) for f in result.findings[:3]]
    assert first.severity >= 0.5
    severities = [finding.severity for finding in result.findings]
    assert severities == sorted(severities, reverse=True)


@pytest.mark.parametrize("world", TRUTHS)
def test_findings_and_moves_keep_their_contract(world: str) -> None:
    evidence, result = diagnosed(world)
    for finding in result.findings:
        check_finding(evidence, finding)
    serious = [finding for finding in result.findings if finding.severity >= 0.5]
    moves = [move for fix in fixes.values() for move in fix(evidence, serious)]
    for move in moves:
        check_move(evidence, move)
    check_ladders(moves)
    if not TRUTHS[world]["labels"]:
        assert moves == []


@pytest.mark.parametrize("world", [world for world, truth in TRUTHS.items() if truth["best_known_plan"]])
def test_a_cure_is_within_reach(world: str) -> None:
    """Some move sets what a change of the exact undo or of the best plan known sets, in the same direction."""
    evidence, result = diagnosed(world)
    serious = [finding for finding in result.findings if finding.severity >= 0.5]
    reach = {
        (c.key, direction(c.old, c.new)) for fix in fixes.values() for m in fix(evidence, serious) for c in m.changes
    }
    cures = {
        ((c["cell"], c["neighbour"] or "", c["parameter"]), direction(c["old"], c["new"]))
        for c in TRUTHS[world]["best_known_plan"] + TRUTHS[world]["undo"]
    }
    assert reach & cures, cures


def direction(old: Any, new: Any) -> object:
    """Up or down for numbers, the new value for the rest."""
    return new > old if isinstance(old, int | float) else new


@pytest.mark.parametrize("world", of_kind("combined") + of_kind("csfb_trap"))
def test_every_fault_of_several_is_found(world: str) -> None:
    _, result = diagnosed(world)
    found = [(f.rule, f.cells) for f in result.findings if f.severity >= 0.5]
    for label in TRUTHS[world]["labels"]:
        assert any(labelled([label], rule, cells) for rule, cells in found), label


MEASURED = {"reselections_per_min": 0.6, "idle_camp_wanted": 0.12, "rxlev_p10_dbm": 3.0, "csfb_wanted_share": 0.12}
"""How far a figure of a log of some minutes may be from the truth of hours."""


@pytest.mark.parametrize("world", TRUTHS)
def test_figures_agree_with_the_truth(world: str) -> None:
    """Within what a short log and a rough replay allow; where no wanted cell is on air nothing is compared."""
    _, result = diagnosed(world)
    truth = TRUTHS[world]["kpis_as_found"]
    if TRUTHS[world]["kind"] in ("outage", "cochannel_interference"):
        pytest.skip("the log hears too little of what is on the shared carrier, or of the wanted cell")
    for name, off in MEASURED.items():
        both = (result.figures.measured[name], result.figures.modelled[name])
        known = [value for value in both if not math.isnan(value)]
        assert min(abs(value - truth[name]) for value in known) <= off, (name, both, truth[name])
        assert aim(name).severity(truth[name]) == pytest.approx(result.figures.severity(name), abs=0.45)
