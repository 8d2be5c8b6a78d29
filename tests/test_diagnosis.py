"""The diagnosis: every rule asked, every answer tested in simulation, the worst first."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rfopt import diagnosis
from rfopt.diagnosis import Diagnosis, diagnose, diagnose_log
from rfopt.doubts import note_on
from rfopt.evidence import Evidence, confidence_by_cell, gather
from rfopt.finding import Finding
from rfopt.fixes import fixes
from rfopt.instants import when
from rfopt.kpis import compute, objective
from rfopt.mobility.simulate import simulate
from rfopt.needed import LEAD_DB, needed_dbm
from rfopt.network import Change, apply
from rfopt.planning import notes
from rfopt.planning.score import score
from rfopt.radio.sector_errors import Doubt
from rfopt.rules import Figures, rules
from rfopt.sentences import finding_text
from rfopt.words import LANGUAGES

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
    assert result.objective == pytest.approx(score(evidence, None, ()).objective), "as a plan is scored"  # type: ignore[arg-type]


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
    found = objective(compute(evidence.replay))
    assert result.explained[at] == pytest.approx((cured - found) / (1.0 - found))
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
    result = asked(monkeypatch, finding(1.0, IDLE, rule="wrong_parameters"))
    assert result.explained == (0.0,) and result.findings[0].severity == pytest.approx(0.6)
    assert asked(monkeypatch, finding(1.0, WORSE)).explained == (0.0,)


def test_a_cell_whose_absence_leaves_most_of_the_trouble_is_one_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "_explained", lambda evidence, finding, start: 0.39)
    wrong, present = (asked(monkeypatch, finding(1.0, IDLE, rule=rule)) for rule in ("wrong_parameters", "overshoot"))
    assert present.findings[0].severity - 0.5 == pytest.approx(
        diagnosis.LESSER_WEIGHT * (wrong.findings[0].severity - 0.5)
    )
    monkeypatch.setattr(diagnosis, "_explained", lambda evidence, finding, start: 0.4)
    assert asked(monkeypatch, finding(1.0, IDLE)).findings[0].severity == pytest.approx(0.5 + 0.5 * 0.52)


@pytest.mark.parametrize(("tilt", "share", "first"), [(8.0, 0.6, "no_dominant_server"), (2.0, 0.6, "overshoot"),
                                                     (8.0, 0.7, "overshoot")])  # fmt: skip
def test_a_cell_tilted_as_usual_is_no_cause_where_the_trouble_explains_as_much(
    monkeypatch: pytest.MonkeyPatch, tilt: float, share: float, first: str
) -> None:
    monkeypatch.setattr(
        diagnosis, "_explained", lambda evidence, found, start: share if found.rule == "overshoot" else 0.6
    )
    trouble = finding(1.0, IDLE, rule="no_dominant_server", cells=("A", "B"), cause=False)
    result = asked(monkeypatch, finding(1.0, IDLE, evidence={"tilt_deg": tilt}), trouble)
    assert result.findings[0].rule == first


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


# ---- what a person can check, and where log and model part ----


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"wrong_parameters"}))
def test_every_finding_says_when_it_shows(fault: str) -> None:
    """Times that are in the log, in the file they are of."""
    evidence, figures = faulty(fault)
    times = set(evidence.readings["time"])
    for found in rules[fault](evidence, figures):
        if found.severity < 0.5:
            continue
        text = found.evidence["when"]
        assert text.startswith("log.csv "), text
        ends = [float(end) for span in text.removeprefix("log.csv ").split(", ") for end in span[:-2].split("–")]
        assert ends and set(ends) <= times


def test_spans_are_the_longest_in_order_of_time() -> None:
    rows = readings([{"time": t} for t in (0.0, 1.0, 2.0, 50.0, 60.0, 61.0, 90.0, 91.0, 92.0, 93.0)])
    assert when(rows) == "log.csv 0–2 s, 60–61 s, 90–93 s"
    assert when(rows.iloc[:0]) == "" and when(rows.iloc[3:4]) == "log.csv 50 s"
    assert when(rows.assign(file="/far/away/idle.csv").iloc[:1]) == "idle.csv 0 s"


def test_log_and_model_that_judge_apart_are_both_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = Figures({"reselections_per_min": 1.5, "idle_camp_wanted": 0.95}, {"reselections_per_min": 0.2})
    assert figures.disagreement("idle_camp_wanted", "reselections_per_min") == "reselections_per_min"
    assert figures.disagreement("idle_camp_wanted") == "" == figures.disagreement()
    near = Figures({"reselections_per_min": 1.2}, {"reselections_per_min": 1.0})
    assert near.disagreement("reselections_per_min") == ""
    monkeypatch.setattr(diagnosis, "compute", lambda replay: {"reselections_per_min": 2.0 if replay.modelled else 0.1})
    names = {"level_dbm": -70.0, "excess_db": 1.0, "against": "wanted", "distance_km": 2.0, "tilt_deg": 3.0}
    result = asked(monkeypatch, finding(0.9, figures=("reselections_per_min",), evidence=names))
    facts = result.findings[0].evidence
    assert (facts["figure"], facts["measured"], facts["modelled"]) == ("reselections_per_min", 0.1, 2.0)
    assert "2.0" in finding_text(result.findings[0], "en") and "0.10" in finding_text(result.findings[0], "zh")


@pytest.mark.parametrize(
    ("span", "measured", "severity"),
    [((0.3, 0.9), 0.5, 0.49), ((0.6, 0.9), 0.5, 0.55), ((0.3, 0.9), 1.5, 0.55), ((math.nan, math.nan), 0.5, 0.49)],
)
def test_what_may_be_chance_stays_below_half(span: tuple[float, float], measured: float, severity: float) -> None:
    """The target is 0.4 a minute: an interval that reaches it does not miss it for sure, unless the log does by far."""
    name = "reselections_per_min"
    figures = Figures({name: measured}, {name: 0.6})
    judged = diagnosis._unless_chance(finding(0.55, figures=(name,)), figures, {name: span})
    assert judged.severity == severity


def test_a_reason_of_the_rules_own_is_no_chance() -> None:
    assert diagnosis._unless_chance(finding(0.9, rule="outage"), Figures({}, {}), {}).severity == 0.9


DOUBT = Doubt(
    "S", "azimuth", ("B",), 0.999, 90.0, 200.0, 180.0, 220.0, ("B", "C"), measured_db=3.0, expected_db=25.0, places=4
)


def test_a_certain_error_of_the_table_is_a_finding_and_marks_what_rests_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "table_doubts", lambda evidence: (DOUBT,))
    result = asked(monkeypatch, finding(0.9, QUIETER), finding(0.8, cells=("C",)))
    wrong = result.findings[-1]
    assert (wrong.rule, wrong.cells) == ("wrong_parameters", ("B",)) and wrong.severity < 0.5
    assert wrong.evidence["value"] == "90°" and wrong.evidence["expected"] == "200° (180°…220°)"
    assert {found.cells: found.evidence.get("doubtful") for found in result.findings[:2]} == {("B",): "B", ("C",): None}
    for lang in LANGUAGES:
        assert all("25" in text for text in [finding_text(wrong, lang)])
    check_finding(leaking(), wrong)


@pytest.mark.parametrize("kind", ["azimuth", "power", "swapped", "unclear"])
def test_a_doubt_is_said_in_both_languages(kind: str) -> None:
    doubt = replace(DOUBT, kind=kind, **({"table": math.nan, "fitted": math.nan} if kind == "unclear" else {}))
    for lang in LANGUAGES:
        assert "+25" in note_on(doubt, lang) and "nan" not in note_on(doubt, lang)


def test_an_uncertain_doubt_is_a_note_and_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    unsure = replace(DOUBT, probability=0.96)
    monkeypatch.setattr(diagnosis, "table_doubts", lambda evidence: (unsure,))
    assert [found.rule for found in asked(monkeypatch, finding(0.9)).findings] == ["overshoot"]
    monkeypatch.setattr(notes, "table_doubts", lambda evidence: (unsure,))
    assert notes.notes_on(leaking(), ())[0] == note_on(unsure)


# ---- what no parameter can cure ----


def test_a_weak_flat_is_told_the_level_it_needs() -> None:
    evidence, figures = faulty("weak_indoor")
    (found,) = rules["weak_indoor"](evidence, figures)
    table = needed_dbm(evidence)
    sigma = evidence.gsm.fading.sigma_db
    assert table["coverage_dbm"].tolist() == pytest.approx([-85.0 + 1.2816 * sigma] * 2)
    assert found.evidence["needed_dbm"] == pytest.approx(table["needed_dbm"].max(), abs=0.1)
    assert found.evidence["short_db"] == pytest.approx((table["needed_dbm"] - table["present_dbm"]).max(), abs=0.1)
    for lang in LANGUAGES:
        assert "north −" in finding_text(found, lang) and " dB)" in finding_text(found, lang)


def test_a_loud_rival_and_its_reward_raise_what_is_needed() -> None:
    """C at −76 dBm: 10 dB above it in C2, less what A is rewarded over it."""
    evidence, _ = faulty("pingpong_reselection")
    level = evidence.gsm.levels.of("C")
    assert needed_dbm(evidence)["lead_dbm"].to_numpy() == pytest.approx(level + LEAD_DB)
    rewarded = apply(evidence.network, (Change("A", None, "cell_reselect_offset_db", 0.0, 6.0),))
    after = needed_dbm(replace(evidence, network=rewarded))["lead_dbm"].to_numpy()
    assert after == pytest.approx(level + LEAD_DB - 6.0)


def test_interference_on_the_wanted_carrier_raises_what_is_needed() -> None:
    evidence, _ = faulty("cochannel_interference")
    needed = needed_dbm(evidence)
    levels = evidence.gsm.levels
    seen_db = 10.0 * np.log10(evidence.gsm.floors.scale[:, levels.cells.get_loc("A")])
    assert (needed["quality_dbm"] >= levels.of("C") + seen_db + 12.0 - 0.1).all()
    clear = needed_dbm(faulty("weak_indoor")[0])
    assert (clear["quality_dbm"] < clear["coverage_dbm"]).all()


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


def test_a_finding_on_a_doubtful_identity_says_so_and_weighs_less() -> None:
    evidence = leaking()
    sure = diagnose(evidence)
    first = next(found for found in sure.findings if found.rule == "das_leakage")
    cell = first.cells[0]
    result = diagnose(replace(evidence, confidence={cell: 0.6}))
    found = next(found for found in result.findings if found.rule == "das_leakage")
    assert 0.5 < found.severity < first.severity
    assert (found.evidence["unsure_of"], found.evidence["identity_share"]) == (cell, 0.6)
    assert "60 % sure" in finding_text(found, "en") and "60%" in finding_text(found, "zh")
    assert diagnose(replace(evidence, confidence={cell: 0.95})).findings == sure.findings


def test_confidence_of_a_cell_is_the_mean_of_its_readings() -> None:
    named = pd.DataFrame({"cell": ["A", "A", "B"], "samples": [1, 3, 2], "confidence": [1.0, 0.6, 0.8]})
    assert confidence_by_cell(named) == pytest.approx({"A": 0.7, "B": 0.8})
    assert set(faulty("das_leakage")[0].confidence) >= {"A", "B"}
