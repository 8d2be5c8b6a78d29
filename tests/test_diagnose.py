"""The diagnosis: every rule asked, every answer tested in simulation, the worst first."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rfopt import diagnose as diagnosis
from rfopt.diagnose import Diagnosis, diagnose, diagnose_log
from rfopt.evidence import Evidence, gather
from rfopt.finding import Finding
from rfopt.fixes import fixes
from rfopt.kpis import compute, objective
from rfopt.mobility.simulate import simulate
from rfopt.network import Change, apply
from rfopt.rules import rules

from .networks import HOME, case, readings
from .rules.flats import BUDGET, FAULTS, Flat, faulty, one_thread
from .shelves.contracts import check_finding, check_move

FIRST = (
    "weak_indoor", "no_dominant_server", "das_leakage", "overshoot", "pingpong_reselection", "one_way_neighbour",
    "csfb_frequency", "cochannel_interference", "pci_mod3", "identity_confusion", "outage", "border_camping",
    "wrong_parameters",
)  # fmt: skip
"""Faults that stand first in their own flat; the others come with worse ones there."""


def leaking() -> Evidence:
    return faulty("das_leakage")[0]


@pytest.mark.parametrize("fault", FIRST)
def test_the_fault_comes_first(fault: str) -> None:
    result = diagnose(faulty(fault)[0])
    assert result.findings[0].rule == fault
    assert result.findings[0].severity >= 0.5


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - set(FIRST)))
def test_a_fault_beside_worse_ones_is_found_too(fault: str) -> None:
    assert fault in {finding.rule for finding in diagnose(faulty(fault)[0]).findings if finding.severity >= 0.5}


@pytest.mark.parametrize("fault", ["no_dominant_server", "missing_neighbour", "outage"])
def test_findings_fall_by_severity_and_say_what_they_explain(fault: str) -> None:
    evidence, _ = faulty(fault)
    result = diagnose(evidence)
    severities = [finding.severity for finding in result.findings]
    assert severities == sorted(severities, reverse=True) and len(severities) > 2
    assert len(result.explained) == len(result.findings)
    assert all(math.isnan(share) or 0.0 <= share <= 1.0 for share in result.explained)
    assert result.figures.measured == pytest.approx(compute(evidence.logged), nan_ok=True)
    assert result.figures.modelled == pytest.approx(compute(evidence.replay), nan_ok=True)
    assert result.objective == pytest.approx(objective(compute(evidence.replay)))


def test_a_healthy_flat_has_nothing_of_half_or_more() -> None:
    assert [f for f in diagnose(Flat().evidence()).findings if f.severity >= 0.5] == []


def test_the_same_case_gives_the_same_diagnosis() -> None:
    first, second = (diagnose(FAULTS["das_leakage"].evidence()) for _ in range(2))
    assert [(f.rule, f.severity, f.cells, dict(f.evidence)) for f in first.findings] == [
        (f.rule, f.severity, f.cells, dict(f.evidence)) for f in second.findings
    ]


def test_what_a_fault_explains_is_what_its_cure_brings_in_simulation() -> None:
    evidence = leaking()
    result = diagnose(evidence)
    (at,) = (k for k, finding in enumerate(result.findings) if finding.rule == "das_leakage")
    cured = objective(compute(simulate(evidence.situation, apply(evidence.network, result.findings[at].cure))))
    assert result.explained[at] == pytest.approx((cured - result.objective) / (1.0 - result.objective))
    assert result.explained[at] > 0.5


# ---- weighing, with rules made for the purpose ----

QUIETER = (Change("B", None, "power_dbm", 12.0, -18.0),)
"""Takes the leak away."""
IDLE = (Change("L", None, "a3_offset_db", 3.0, 5.0),)
"""Changes nothing that is judged."""
WORSE = tuple(Change(cell, arfcn, "redirect_arfcn", "present", "absent") for cell in "LM" for arfcn in ("62", "70"))
"""Makes it worse: fallback finds nothing on its list."""


def asked(monkeypatch: pytest.MonkeyPatch, *findings: Finding, evidence: Evidence | None = None) -> Diagnosis:
    """The diagnosis when one rule says all this."""
    monkeypatch.setattr(diagnosis, "rules", {"rule": lambda evidence, figures: list(findings)})
    return diagnose(evidence or leaking())


def finding(severity: float, cure: tuple[Change, ...] = (), **values: object) -> Finding:
    return Finding(
        **{"rule": "overshoot", "severity": severity, "cells": ("B",), "points": ("north",), "cure": cure} | values
    )


def test_a_fault_that_explains_nothing_keeps_a_fifth(monkeypatch: pytest.MonkeyPatch) -> None:
    result = asked(monkeypatch, finding(1.0, IDLE))
    assert result.explained == (0.0,) and result.findings[0].severity == pytest.approx(0.6)
    assert asked(monkeypatch, finding(1.0, WORSE)).explained == (0.0,)


def test_a_fault_that_explains_much_keeps_its_severity(monkeypatch: pytest.MonkeyPatch) -> None:
    result = asked(monkeypatch, finding(0.9, IDLE), finding(0.8, QUIETER, rule="das_leakage"))
    assert [f.rule for f in result.findings] == ["das_leakage", "overshoot"]
    share = result.explained[0]
    assert result.findings[0].severity == pytest.approx(0.5 + 0.3 * (0.2 + 0.8 * share), abs=1e-4)


def test_a_symptom_weighs_less_than_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    symptom = finding(1.0, QUIETER, rule="pingpong_reselection", cause=False)
    result = asked(monkeypatch, symptom, finding(1.0, QUIETER, rule="das_leakage"))
    assert [f.rule for f in result.findings] == ["das_leakage", "pingpong_reselection"]
    above = [f.severity - 0.5 for f in result.findings]
    assert above[1] == pytest.approx(0.9 * above[0], abs=1e-4)


def test_what_is_below_half_or_has_no_cure_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    result = asked(monkeypatch, finding(0.49, QUIETER), finding(0.7))
    assert [f.severity for f in result.findings] == [0.7, 0.49]
    assert all(math.isnan(share) for share in result.explained)


def test_equal_severities_put_causes_first_and_then_go_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        ("area_boundary", False, "A"),
        ("outage", True, "B"),
        ("das_leakage", True, "D"),
        ("das_leakage", True, "C"),
    ]
    mixed = [finding(0.4, rule=rule, cause=cause, cells=(cell,)) for rule, cause, cell in names]
    result = asked(monkeypatch, *mixed)
    assert [f.cells[0] for f in result.findings] == ["C", "D", "B", "A"]


def test_where_nothing_lacks_no_fault_explains_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "LEAST_LACK", 1.0)
    assert asked(monkeypatch, finding(1.0, QUIETER)).explained == (0.0,)


def test_every_rule_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    fakes = {name: (lambda evidence, figures, name=name: heard.append(name) or []) for name in rules}
    monkeypatch.setattr(diagnosis, "rules", fakes)
    diagnose(leaking())
    assert heard == list(rules)


# ---- evidence ----


def test_a_log_that_names_no_place_is_taken_where_the_complaint_is() -> None:
    """Without places a change of power would move levels by nobody knows what."""
    flat = FAULTS["das_leakage"]
    net = flat.network()
    bare = [row | {"lat": math.nan, "lon": math.nan} for row in flat.rows(net)]
    evidence = gather(case(net, bare), net, 0, BUDGET)
    assert evidence.gsm.levels.points[["lat", "lon"]].to_numpy().tolist() == [[*HOME]] * 2
    before, after = diagnose(leaking()), diagnose(evidence)
    assert [(f.rule, f.severity) for f in after.findings] == [(f.rule, f.severity) for f in before.findings]
    assert after.explained == pytest.approx(before.explained, nan_ok=True)


def test_readings_of_other_floors_are_kept_apart() -> None:
    flat = Flat()
    net = flat.network()
    rows = flat.rows(net)
    street = [row | {"floor": math.nan, "point": ""} for row in rows[:40]]
    evidence = gather(case(net, rows + street), net, 0, BUDGET)
    assert evidence.points == ("north", "south")
    assert len(evidence.outside) == 40 and set(evidence.outside["point"]) == {"outdoors"}
    assert (evidence.readings["floor"] == 20).all()


def test_without_a_reading_on_the_floor_all_points_are_taken() -> None:
    flat = Flat()
    net = flat.network()
    rows = [row | {"floor": 3, "point": ""} for row in flat.rows(net)]
    evidence = gather(case(net, rows), net, 0, BUDGET)
    assert evidence.points == ("floor_3",) and evidence.outside.empty


def test_what_evidence_knows_of_cells() -> None:
    evidence = leaking()
    assert evidence.heard("GSM")[:2] == ["B", "A"] and evidence.heard("LTE") == ["L", "M"]
    assert evidence.number("C", "power_dbm") == 43.0 and math.isnan(evidence.number("A", "azimuth_deg"))
    assert evidence.wanted == ("A",)
    assert evidence.wanted_dbm() == pytest.approx(evidence.gsm.levels.of("A"))
    lonely = gather(
        case(evidence.network, FAULTS["das_leakage"].rows(evidence.network), ()), evidence.network, 0, BUDGET
    )
    assert all(math.isnan(level) for level in lonely.wanted_dbm())


POOR = {
    "LTE only": lambda row: row if row["rat"] == "LTE" else None,
    "GSM only": lambda row: row if row["rat"] == "GSM" else None,
    "calls only": lambda row: row if row["mode"] == "call" else None,
    "one instant": lambda row: row if row["time"] in (0.0, 400.0) else None,
    "servers only": lambda row: row if row.get("serving") else None,
    "neighbours only": lambda row: None if row.get("serving") else row,
    "GSM of strangers": lambda row: row if row["rat"] == "LTE" else row | {"arfcn": 3, "bsic": "0-0", "cell": ""},
    "LTE of strangers": lambda row: row if row["rat"] == "GSM" else row | {"earfcn": 1300, "pci": 9, "cell": ""},
}
"""What is left of a whole log."""


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("wanted", [("A",), (), ("A", "L")], ids=["A", "none", "A and L"])
@pytest.mark.parametrize("poor", POOR)
def test_a_poor_log_is_diagnosed_as_far_as_it_goes(poor: str, wanted: tuple[str, ...]) -> None:
    flat = FAULTS["no_dominant_server"]
    net = flat.network()
    rows = [kept for row in flat.rows(net) if (kept := POOR[poor](row)) is not None]
    with one_thread():
        evidence = gather(case(net, rows, wanted), net, 0, replace(BUDGET, runs=4, idle_s=80.0))
        result = diagnose(evidence)
    for found in result.findings:
        check_finding(evidence, found)
    moves = [move for fix in fixes.values() for move in fix(evidence, result.findings)]
    for move in moves:
        check_move(evidence, move)
    strangers = {"GSM of strangers": "GSM", "LTE of strangers": "LTE"}
    camping = [found.evidence["rat"] for found in result.findings if found.rule == "border_camping"]
    assert camping == ([strangers[poor]] if poor in strangers else [])


# ---- a log alone ----


def serving(time: float, rat: str, cell: str, mode: str = "idle", point: str = "") -> dict[str, object]:
    """One serving row."""
    level = {"rxlev_dbm": -80.0, "arfcn": 1} if rat == "GSM" else {"rsrp_dbm": -95.0, "earfcn": 1300, "pci": 1}
    return {"time": time, "rat": rat, "cell": cell, "mode": mode, "serving": True, "point": point, **level}


def log_of(*rows: dict[str, object]) -> list[Finding]:
    """What a log of some serving rows shows by itself."""
    empty = case(FAULTS["das_leakage"].network(), rows)
    return diagnose_log(replace(empty, network=None, readings=readings(rows)))


def test_a_log_alone_shows_changes_and_returns() -> None:
    """One minute of idle time, six changes between technologies, all but the first a return within 10 s."""
    order = ["L", "G"] * 3 + ["L"]
    rows = [serving(10.0 * k, "LTE" if cell == "L" else "GSM", cell) for k, cell in enumerate(order)]
    (found,) = log_of(*rows)
    assert found.rule == "pingpong_reselection" and found.severity == 1.0 and not found.cause
    facts = found.evidence
    assert facts["counted"] == 6 and facts["minutes"] == 1.0 and facts["reselections_per_min"] == 6.0
    assert facts["returns"] == 5 and facts["pingpong_share"] == pytest.approx(5 / 6, abs=1e-3)
    assert set(found.cells) == {"L", "G"}


def test_a_return_is_to_what_the_phone_just_left() -> None:
    """L → G1 → G2 → L is no return between technologies, and G1 → L → G1 one, whatever else is of one kind."""
    steps = [(0, "LTE", "L"), (5, "GSM", "G1"), (10, "GSM", "G2"), (15, "LTE", "L"), (20, "GSM", "G2")]
    found = {f.evidence["between"]: f.evidence for f in log_of(*(serving(t, rat, cell) for t, rat, cell in steps))}
    across = next(facts for facts in found.values() if facts["counted"] == 3)
    within = next(facts for facts in found.values() if facts["counted"] == 1)
    assert across["returns"] == 1 and within["returns"] == 0


def test_idle_and_busy_changes_are_judged_apart() -> None:
    idle = [serving(5.0 * k, "LTE", "LM"[k % 2], point="a") for k in range(5)]
    busy = [serving(100.0 + 5.0 * k, "LTE", "LM"[k % 2], "data", point="b") for k in range(9)]
    found = {f.rule: f for f in log_of(*idle, *busy)}
    assert found["pingpong_reselection"].evidence["counted"] == 4
    assert found["pingpong_handover"].evidence["counted"] == 8
    assert found["pingpong_handover"].evidence["handovers_per_min"] == pytest.approx(8 / (40 / 60), abs=0.01)
    assert found["pingpong_handover"].points == ("a", "b")


def test_a_log_without_changes_shows_nothing() -> None:
    assert log_of(*(serving(float(t), "LTE", "L") for t in range(20))) == []
