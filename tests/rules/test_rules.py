"""Every rule on a flat with its fault and on the same flat without it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from rfopt.finding import Finding
from rfopt.network import apply
from rfopt.rules import (
    rules,
)
from rfopt.sentences import finding_text

from ..networks import ALL_RELATIONS
from .flats import (
    BLAMED,
    FAULTS,
    TWINS,
    Flat,
    Rows,
    between,
    faulty,
    judged,
    strangers,
    without_relations,
)

CONTRACT = (
    "weak_indoor", "no_dominant_server", "das_leakage", "overshoot", "pingpong_reselection", "pingpong_handover",
    "missing_neighbour", "one_way_neighbour", "csfb_frequency", "cochannel_interference", "pci_mod3",
    "identity_confusion", "area_boundary", "outage", "border_camping", "wrong_parameters",
)  # fmt: skip


def found(rule: str, flat: Flat) -> list[Finding]:
    """What one rule says of a flat."""
    return rules[rule](*judged(flat))


def test_the_rules_are_the_contracts() -> None:
    assert sorted(rules) == sorted(CONTRACT)
    assert set(FAULTS) == set(TWINS) == set(BLAMED) == set(CONTRACT)


@pytest.mark.parametrize("rule", CONTRACT)
def test_fires_where_its_fault_is(rule: str) -> None:
    evidence, figures = faulty(rule)
    findings = rules[rule](evidence, figures)
    assert findings
    assert {finding.rule for finding in findings} == {rule}
    assert max(finding.severity for finding in findings) >= 0.5
    assert {cell for finding in findings for cell in finding.cells} == BLAMED[rule]
    assert set(findings[0].points) == {"north", "south"}
    for finding in findings:
        apply(evidence.network, finding.cure)


@pytest.mark.parametrize("rule", CONTRACT)
def test_is_quiet_on_the_healthy_twin(rule: str) -> None:
    assert all(finding.severity < 0.5 for finding in found(rule, TWINS[rule]))


def test_a_healthy_flat_has_no_finding() -> None:
    evidence, figures = judged(Flat())
    assert [(f.rule, f.severity) for rule in rules.values() for f in rule(evidence, figures) if f.severity >= 0.5] == []


# ---- where it shows, and what is said of it ----


def test_points_are_those_where_it_shows() -> None:
    flat = replace(FAULTS["das_leakage"], gsm={"A": -72.0, "B": -92.0}, south={"A": -76.0, "B": -72.0})
    (finding,) = found("das_leakage", flat)
    assert finding.points == ("south",)
    assert finding.evidence["level_dbm"] == pytest.approx(-72.0, abs=2.0)
    assert finding.evidence["excess_db"] == pytest.approx(4.0, abs=3.0)
    assert finding.evidence["distance_km"] == pytest.approx(0.03, abs=0.01)


@pytest.mark.parametrize("rule", ["das_leakage", "overshoot"])
def test_a_level_that_is_not_known_at_one_point_does_not_hide_the_other(rule: str) -> None:
    name = {"das_leakage": "B", "overshoot": "D"}[rule]
    flat = replace(FAULTS[rule], gsm={**FAULTS[rule].gsm, name: math.nan}, south=FAULTS[rule].gsm)
    evidence, figures = judged(flat)
    assert not evidence.gsm.levels.measured(name)[0]
    dbm = evidence.gsm.levels.dbm.copy()
    dbm[0, evidence.gsm.levels.cells.get_loc(name)] = np.nan
    unknown = replace(evidence, gsm=replace(evidence.gsm, levels=replace(evidence.gsm.levels, dbm=dbm)))
    (finding,) = (f for f in rules[rule](unknown, figures) if f.cells == (name,))
    assert finding.points == ("south",)
    assert math.isfinite(finding.evidence["level_dbm"]) and math.isfinite(finding.evidence["excess_db"])


def test_a_near_macro_is_no_overshoot_unless_it_is_flat() -> None:
    near = Flat(gsm={"A": -76.0, "C": -72.0}, server=None)
    assert all("C" not in finding.cells for finding in found("overshoot", near))
    flat = replace(near, cells={"C": {"mech_tilt_deg": 1, "elec_tilt_deg": 0}})
    assert [finding.cells for finding in found("overshoot", flat)] == [("C",)]


@pytest.mark.parametrize("rule", ["overshoot", "das_leakage"])
def test_nothing_is_measured_against_a_wanted_cell_that_nobody_heard(rule: str) -> None:
    heard = FAULTS[rule]
    texts = [finding_text(f, "en") for f in found(rule, heard)]
    assert texts and all("against the wanted cell" in text for text in texts)
    unheard = replace(heard, gsm={**heard.gsm, "A": np.nan}, server="C")
    texts = [finding_text(f, "en") for f in found(rule, unheard)]
    assert texts and all("against the strongest cell" in text for text in texts)


def test_a_das_that_serves_this_building_too_does_not_leak() -> None:
    assert found("das_leakage", replace(FAULTS["das_leakage"], cells={"B": {"building": "b1;b2"}})) == []


def test_the_wanted_cell_is_never_a_leak_or_an_overshoot() -> None:
    wanted = replace(FAULTS["no_dominant_server"], wanted=("A", "B", "D"))
    assert all("B" not in f.cells for f in found("das_leakage", wanted))
    assert all("D" not in f.cells for f in found("overshoot", wanted))


def test_weak_at_one_point_of_three_is_not_weak_indoor() -> None:
    half = Flat(gsm={"A": -98.0, "C": -108.0}, south={"A": -70.0})
    assert [f.points for f in found("weak_indoor", half)] == [("north",)]
    assert found("weak_indoor", replace(half, gsm={"A": -70.0})) == []


def test_a_wanted_cell_that_nobody_heard_is_not_weak_but_out() -> None:
    assert rules["weak_indoor"](*faulty("outage")) == []


def test_an_outage_needs_a_log_long_enough_and_a_cell_that_should_be_loud() -> None:
    evidence, figures = faulty("outage")
    assert rules["outage"](evidence, figures, least_samples=10**6) == []
    assert rules["outage"](evidence, figures, audible_dbm=-20.0) == []
    far = replace(FAULTS["outage"], cells={"A": {"lat": 38.53, "building": "", "kind": "macro", "power_dbm": 0}})
    assert found("outage", far) == []


def test_a_cell_heard_in_the_street_is_not_out() -> None:
    evidence, figures = faulty("outage")
    street = evidence.readings.iloc[:1].assign(cell="A", floor=np.nan)
    assert rules["outage"](replace(evidence, outside=street), figures) == []


def test_no_dominant_server_counts_reported_cells_only() -> None:
    evidence, figures = faulty("no_dominant_server")
    levels = evidence.gsm.levels
    silent = replace(levels, source=np.full_like(levels.source, 2))
    nobody = replace(evidence, gsm=replace(evidence.gsm, levels=silent))
    assert rules["no_dominant_server"](nobody, figures) == []


def test_two_close_cells_are_not_a_crowd() -> None:
    two = Flat(gsm={"A": -76.0, "C": -77.0, "B": -95.0, "D": -95.0}, server=None)
    assert found("no_dominant_server", two) == []


def test_a_server_in_idle_mode_is_one_though_calls_leave_it_at_once() -> None:
    """A serves all idle time and a hundredth of the calls."""
    rows = FAULTS["missing_neighbour"].rows(FAULTS["missing_neighbour"].network())
    calls = [k for k, row in enumerate(rows) if row["mode"] == "call" and row["time"] != 200.0]

    def edit(rows: Rows) -> Rows:
        for k in calls:
            rows[k] = rows[k] | {"serving": rows[k]["arfcn"] == 80, "cell": ""}
        return rows

    flat = replace(FAULTS["missing_neighbour"], edit=edit)
    assert found("missing_neighbour", flat)[0].cells == ("A", "C")


def test_a_pair_of_which_one_is_far_weaker_is_not_missed() -> None:
    """Nothing is well, but a relation to C would not mend it: where A serves, C is 20 dB below it."""
    flat = replace(FAULTS["missing_neighbour"], gsm={"A": -84.0, "B": -104.0, "C": -104.0, "D": -104.0})
    assert found("missing_neighbour", flat) == []


def test_relations_between_cells_that_are_not_wanted_are_left_alone() -> None:
    lost = without_relations(("C", "D"), ("D", "C"))
    assert found("missing_neighbour", Flat(gsm={"C": -71.0, "D": -71.0}, relations=lost, rxqual=6)) == []
    one_way = without_relations(("C", "D"))
    assert found("one_way_neighbour", Flat(gsm={"C": -71.0, "D": -71.0}, relations=one_way, rxqual=6)) == []


def test_a_one_way_neighbour_that_is_too_weak_to_go_to_is_left_alone() -> None:
    weak = replace(FAULTS["one_way_neighbour"], gsm={"A": -70.0, "C": -86.0})
    assert found("one_way_neighbour", weak) == []


def test_one_way_names_the_cell_without_the_way_back_first() -> None:
    (away,) = rules["one_way_neighbour"](*faulty("one_way_neighbour"))
    assert away.cells == ("C", "A") and away.evidence["from"] == "A" and away.evidence["to"] == "C"
    assert [str(change) for change in away.cure] == ["C→A neighbour absent → present"]
    (towards,) = found(
        "one_way_neighbour", replace(FAULTS["one_way_neighbour"], relations=without_relations(("A", "C")))
    )
    assert towards.cells == ("A", "C")


def test_one_listed_carrier_of_several_wanted_is_enough_for_fallback() -> None:
    two = Flat(wanted=("A", "B"), redirects=(("L", 70), ("M", 62)))
    assert found("csfb_frequency", two) == []


def test_adjacent_carriers_disturb_only_when_much_stronger() -> None:
    near = {"C": {"arfcn": 63}}
    assert found("cochannel_interference", replace(FAULTS["cochannel_interference"], cells=near)) == []
    loud = replace(FAULTS["cochannel_interference"], cells=near, gsm={"A": -84.0, "C": -70.0}, server=None)
    assert [f.cells for f in found("cochannel_interference", loud)] == [("C", "A")]
    assert found("cochannel_interference", loud)[0].evidence["shared_arfcns"] == "adjacent"


def test_a_retuned_culprit_shares_no_carrier_with_anyone() -> None:
    evidence, figures = faulty("cochannel_interference")
    (finding,) = rules["cochannel_interference"](evidence, figures)
    cured = apply(evidence.network, finding.cure).cells["arfcn"]
    assert all(abs(cured["C"] - cured[other]) > 3 for other in ("A", "B", "D"))


def test_mod3_needs_one_carrier_and_a_neighbour_close_enough() -> None:
    base = FAULTS["pci_mod3"]
    assert found("pci_mod3", replace(base, cells={"M": {"pci": 13, "earfcn": 37900}})) == []
    assert found("pci_mod3", replace(base, lte={"L": -90.0, "M": -104.0})) == []


def test_a_pair_that_collides_is_named_once() -> None:
    evidence, figures = faulty("pci_mod3")
    assert len(rules["pci_mod3"](evidence, figures, least_share=0.0)) == 1


def test_few_ambiguous_readings_are_passed_over() -> None:
    evidence, figures = faulty("identity_confusion")
    assert rules["identity_confusion"](evidence, figures, least_share=0.9) == []
    (finding,) = rules["identity_confusion"](evidence, figures)
    assert finding.evidence["channel"] == 80 and finding.evidence["code"] == "4-2"
    assert finding.evidence["samples"] == int(evidence.ambiguous["samples"].sum())


@pytest.mark.parametrize("lac", ["", 1])
def test_an_area_that_is_not_known_is_no_boundary(lac: object) -> None:
    base = FAULTS["area_boundary"]
    cells = {"A": {"lac": lac}, "C": {"lac": ""}}
    assert found("area_boundary", replace(base, cells=cells)) == []


def test_fallback_into_another_area() -> None:
    odd = Flat(cells={"L": {"tac": 9}})
    (finding,) = found("area_boundary", odd)
    assert finding.cells == ("L", "A") and finding.evidence["areas"] == "1;9" and finding.severity >= 0.5
    assert found("area_boundary", Flat(cells={"L": {"tac": ""}})) == []
    assert found("area_boundary", Flat(cells={"L": {"tac": 9}, "A": {"lac": ""}})) == []


def test_the_cure_of_a_boundary_keeps_phones_at_home_or_puts_all_into_one_area() -> None:
    evidence, figures = faulty("area_boundary")
    (finding,) = rules["area_boundary"](evidence, figures)
    assert [str(change) for change in finding.cure] == ["A cell_reselect_offset_db 0 → 14"]
    nobody = rules["area_boundary"](*judged(replace(FAULTS["area_boundary"], wanted=())))
    assert [str(change) for change in nobody[0].cure] == ["C lac 2 → 1"]
    assert finding.evidence["updates_per_min"] == pytest.approx(6.0, rel=0.1)


@pytest.mark.parametrize(("area", "seconds", "fires"), [(900, None, True), (2, None, False), (900, 10, False)])
def test_border_camping_is_a_long_stay_in_another_region(area: int, seconds: int | None, fires: bool) -> None:
    """A phone that stays on C camps in its region; one that goes to and fro crosses a border."""
    stay = Flat(cells={"C": {"lac": area}}, gsm={"A": -76.0, "C": -72.0}, server="C")
    flat = replace(stay, edit=between(62, 80)) if seconds else stay
    findings = found("border_camping", flat)
    assert [finding.cells for finding in findings] == ([("C",)] if fires else [])
    if fires:
        assert findings[0].evidence["areas"] == "900" and findings[0].evidence["home"] == "1"
        assert findings[0].basis == "tables" and findings[0].severity >= 0.9


def test_border_camping_counts_the_servers_the_table_lacks() -> None:
    evidence, figures = faulty("border_camping")
    (finding,) = rules["border_camping"](evidence, figures)
    share = finding.evidence["share"]
    assert share == pytest.approx(1 / 3, abs=0.02) and finding.severity == pytest.approx(0.5 + share / 2, abs=1e-3)
    assert finding.evidence["channel"] == 5 and finding.evidence["rat"] == "GSM"


def test_border_camping_on_lte() -> None:
    (finding,) = found("border_camping", Flat(edit=strangers(0.5, "LTE")))
    assert finding.evidence["rat"] == "LTE" and finding.evidence["channel"] == 1300


def test_a_server_that_could_be_either_of_two_is_not_a_stranger() -> None:
    flat = replace(FAULTS["identity_confusion"], gsm={"C": -60.0}, edit=between(80))
    evidence, figures = judged(flat)
    assert (evidence.readings["serving"] & (evidence.readings["cell"] == "")).sum() > 100
    assert rules["border_camping"](evidence, figures) == []


def test_an_identity_that_the_network_confuses_is_said_though_the_log_tells_the_cells_apart() -> None:
    """E has C's carrier and code; it is too weak to be taken for C, but A's list holds both."""
    far = {"rat": "GSM", "kind": "macro", "lat": 38.54, "lon": 106.225, "height_m": 30, "power_dbm": 43, "lac": 1,
           "arfcn": 80, "bsic": "4-2"}  # fmt: skip
    listed = Flat(cells={"E": far}, relations=(*ALL_RELATIONS, ("A", "E"), ("E", "A")), server="C")
    assert [f.cells for f in found("identity_confusion", listed)] == [("C", "E")]
    assert found("identity_confusion", replace(listed, relations=ALL_RELATIONS)) == []
