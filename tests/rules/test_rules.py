"""Every rule on a flat with its fault and on the same flat without it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from rfopt.evidence import Evidence
from rfopt.finding import Finding
from rfopt.kpis import aim
from rfopt.mobility.timeline import Replay, Timeline
from rfopt.network import apply
from rfopt.rules import (
    Figures,
    distance_km,
    excess_db,
    exchanges,
    highest_dbm,
    on_quantum,
    points_where,
    rivals,
    rules,
    serving_share,
)

from .flats import (
    BLAMED,
    CLOSE,
    FAULTS,
    RELATION,
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
KNOWN = Figures({}, {})


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


def test_the_cure_of_a_boundary_puts_all_into_the_wanted_cells_area() -> None:
    evidence, figures = faulty("area_boundary")
    (finding,) = rules["area_boundary"](evidence, figures)
    assert [str(change) for change in finding.cure] == ["C lac 2 → 1"]
    assert finding.evidence["updates_per_min"] == pytest.approx(6.0, rel=0.1)


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


# ---- wrong parameters ----


@pytest.mark.parametrize(
    ("cells", "relations", "said", "cure"),
    [
        (
            {"C": {"cell_reselect_offset_db": 3}},
            {},
            ("cell_reselect_offset_db", 3.0),
            ["C cell_reselect_offset_db 3 → 2"],
        ),
        ({"C": {"penalty_time_s": 700}}, {}, ("penalty_time_s", 700.0), ["C penalty_time_s 700 → 20"]),
        ({"C": {"elec_tilt_deg": 25}}, {}, ("elec_tilt_deg", 25.0), ["C elec_tilt_deg 25 → 3"]),
        ({"A": {"power_dbm": 14, "max_power_dbm": 12}}, {}, ("power_dbm", 14.0), ["A power_dbm 14 → 12"]),
        (
            {"L": {"a3_time_to_trigger_ms": 300}},
            {},
            ("a3_time_to_trigger_ms", 300.0),
            ["L a3_time_to_trigger_ms 300 → 320"],
        ),
        ({}, {("A", "C"): {"ho_margin_pbgt_db": 70}}, ("ho_margin_pbgt_db", 70.0), ["A→C ho_margin_pbgt_db 70 → 6"]),
        ({}, {("A", "C"): {"ho_margin_lev_db": 2.5}}, ("ho_margin_lev_db", 2.5), ["A→C ho_margin_lev_db 2.5 → 2"]),
        (
            {},
            {("A", "C"): {"ho_margin_pbgt_db": -3}, ("C", "A"): {"ho_margin_pbgt_db": 2}},
            ("ho_margin_pbgt_db + ho_margin_pbgt_db", -1.0),
            ["A→C ho_margin_pbgt_db -3 → 6", "C→A ho_margin_pbgt_db 2 → 6"],
        ),
        (
            {},
            {("A", "C"): {"ho_margin_pbgt_db": 6}, ("C", "A"): {"ho_margin_pbgt_db": -7}},
            ("ho_margin_pbgt_db + ho_margin_pbgt_db", -1.0),
            ["C→A ho_margin_pbgt_db -7 → 6"],
        ),
    ],
)
def test_wrong_parameters_say_what_and_mend_it(cells, relations, said, cure) -> None:
    (finding,) = found("wrong_parameters", Flat(cells=cells, relations={**RELATION, **relations}))
    assert (finding.evidence["parameter"], finding.evidence["value"]) == said
    assert [str(change) for change in finding.cure] == cure
    assert finding.severity >= 0.5 and finding.basis == "tables"


def test_power_off_its_quantum_is_mended_without_more_power() -> None:
    (finding,) = found("wrong_parameters", Flat(cells={"C": {"power_dbm": 37.05, "max_power_dbm": 37.05}}))
    assert [str(change) for change in finding.cure] == ["C power_dbm 37.05 → 37"]


def test_parameters_of_cells_that_nobody_hears_are_not_looked_at() -> None:
    far = {"E": {**FAULTS["identity_confusion"].cells["E"], "bsic": "7-7", "cell_reselect_hysteresis_db": 40}}
    assert found("wrong_parameters", Flat(cells=far)) == []


def test_margins_that_just_meet_do_not_circle() -> None:
    pair = {("A", "C"): {"ho_margin_pbgt_db": -3}, ("C", "A"): {"ho_margin_pbgt_db": 3}}
    assert found("wrong_parameters", Flat(relations={**RELATION, **pair})) == []


@pytest.mark.parametrize(
    ("parameter", "value", "legal"),
    [
        ("power_dbm", 12.2, 12.2), ("power_dbm", 12.25, 12.2), ("power_dbm", -15.8, -15.8),
        ("power_dbm", 70.0, math.nan), ("power_dbm", math.nan, math.nan), ("mech_tilt_deg", -0.3, -0.5),
        ("cell_reselect_offset_db", 125.9, 124.0), ("q_hyst_db", 7.0, math.nan), ("q_hyst_db", 9.0, 8.0),
        ("a3_time_to_trigger_ms", 320.0, 320.0),
    ],
)  # fmt: skip
def test_down_to_the_quantum(parameter: str, value: float, legal: float) -> None:
    assert on_quantum("cells", parameter, value) == pytest.approx(legal, nan_ok=True)


# ---- ping-pong ----


def circling(evidence: Evidence, machine: str, order: list[int], steps: int = 240) -> Replay:
    """A replay in which the server goes through an order of cells, a cell a second."""
    server = np.array([[order[t % len(order)] for t in range(steps)]], dtype=np.int16)
    blank = np.full(server.shape, np.nan, dtype=np.float32)
    reason = np.full(server.shape, 1 if machine == "gsm_idle" else 8, dtype=np.int8)
    line = Timeline(machine, "north", np.arange(steps) * 1.0, server, reason, blank, blank, np.zeros_like(reason))
    return replace(evidence.replay, timelines=(line,), fallbacks=())


def test_ping_pong_spread_evenly_over_many_pairs_is_still_named() -> None:
    """Twelve pairs, none with a tenth of the handovers."""
    evidence, _ = faulty("no_dominant_server")
    tour = [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3]
    both = circling(evidence, "gsm_call", [*tour, *tour[::-1]])
    counts = exchanges(both, "gsm_call")
    assert max(counts.values()) < 0.1 * counts.total()
    many = replace(evidence, logged=both, replay=both)
    figures = Figures({"handovers_per_min": 5.0}, {"handovers_per_min": 5.0, "pingpong_share": 0.0})
    (finding,) = rules["pingpong_handover"](many, figures)
    assert set(finding.cells) <= {"A", "B", "C", "D"} and finding.evidence["between"]


@pytest.mark.parametrize(("rule", "machine"), [("pingpong_reselection", "gsm_idle"), ("pingpong_handover", "gsm_call")])
def test_ping_pong_names_the_wanted_cell_first_and_then_the_busiest(rule: str, machine: str) -> None:
    evidence, _ = faulty("no_dominant_server")
    order = [1, 2, 1, 2, 1, 2, 1, 0]  # B and C mostly, A now and then
    busy = replace(evidence, logged=circling(evidence, machine, order), replay=circling(evidence, machine, order))
    table = {"handovers_per_min": 9.0, "reselections_per_min": 9.0, "pingpong_share": 0.5}
    (finding,) = rules[rule](busy, Figures(table, table))
    assert finding.cells == ("A", "B", "C") and finding.severity == 1.0 and not finding.cause


# ---- what rules share ----


def test_figures_mean_log_and_model() -> None:
    goal = aim("reselections_per_min")
    both = Figures({"reselections_per_min": goal.fail}, {"reselections_per_min": goal.target})
    assert both.severity("reselections_per_min") == pytest.approx(0.75)
    assert (
        Figures({"reselections_per_min": math.nan}, {"reselections_per_min": goal.fail}).severity(
            "reselections_per_min"
        )
        == 1.0
    )
    assert Figures({"reselections_per_min": goal.fail}, {}).severity("reselections_per_min") == 1.0
    assert KNOWN.severity("reselections_per_min", "ci_p10_db") == 0.0
    assert both.severity("ci_p10_db", "reselections_per_min") == pytest.approx(0.75)
    assert both.value("reselections_per_min") == goal.fail
    assert Figures({"ci_p10_db": math.nan}, {"ci_p10_db": 5.0}).value("ci_p10_db") == 5.0


def hand_replay(*rows: tuple[float, list[int]]) -> Replay:
    """Idle timelines of some step and servers, over cells A and B."""
    lines = []
    for step_s, servers in rows:
        server = np.array([servers], dtype=np.int16)
        blank = np.full(server.shape, np.nan, dtype=np.float32)
        zero = np.zeros(server.shape, dtype=np.int8)
        lines.append(Timeline("gsm_idle", "north", np.arange(len(servers)) * step_s, server, zero, blank, blank, zero))
    return Replay(("A", "B"), ("L",), frozenset({0}), tuple(lines), ())


def test_serving_share_is_of_time_and_a_short_log_is_not_drowned() -> None:
    log = hand_replay((1.0, [0, 0, 0, 1]))
    assert serving_share([log], "gsm_idle") == {"A": 0.75, "B": 0.25}
    assert serving_share([hand_replay((1.0, [0] * 10), (3.0, [1] * 10))], "gsm_idle") == {"B": 0.75, "A": 0.25}
    assert serving_share([hand_replay((1.0, [0, -1, -2, -2]))], "gsm_idle") == {"A": 0.25}
    long = hand_replay((1.0, [1] * 4000))
    assert serving_share([log, long], "gsm_idle") == {"B": 0.625, "A": 0.375}
    assert serving_share([log, replace(long, timelines=())], "gsm_idle") == {"A": 0.75, "B": 0.25}
    assert serving_share([log], "lte_idle") == {}


def test_exchanges_count_each_way_and_pass_over_strangers() -> None:
    counts = exchanges(hand_replay((1.0, [0, 1, 0, 1, 1, -1, 0, -2, 1])), "gsm_idle")
    assert counts == {("A", "B"): 2, ("B", "A"): 1}


def test_rivals_are_measured_against_the_wanted_cell_or_the_strongest() -> None:
    evidence, _ = faulty("no_dominant_server")
    close = rivals(evidence, 6.0, ("das", "macro"))
    assert set(close) == {"B", "C", "D"} and list(close.values()) == sorted(close.values(), reverse=True)
    assert set(rivals(evidence, 6.0, ("das",))) == {"B"}
    assert rivals(evidence, -6.0, ("das", "macro")) == {}
    lonely, _ = judged(replace(FAULTS["no_dominant_server"], gsm={**CLOSE, "A": math.nan}, server="B"))
    assert max(rivals(lonely, 6.0, ("das", "macro")).values()) == pytest.approx(0.0)
    assert points_where(lonely, "B", 6.0) == ("north", "south")


def test_excess_is_only_known_where_a_cell_was_reported() -> None:
    evidence, _ = judged(Flat(gsm={"A": -76.0, "B": math.nan}, south={"B": -72.0}))
    excess = excess_db(evidence, "B")
    assert excess[0] == -math.inf and excess[1] == pytest.approx(4.0, abs=3.0)
    assert highest_dbm(evidence, "B") == pytest.approx(-72.0, abs=2.0)
    assert list(excess_db(evidence, "nobody")) == [-math.inf, -math.inf]


def test_distance_is_along_the_ground() -> None:
    evidence, _ = faulty("overshoot")
    assert distance_km(evidence, "D") == pytest.approx(0.015 * 111.195, rel=0.01)
