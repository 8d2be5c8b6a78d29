"""What each fix proposes, in what steps, and what it leaves alone."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rfopt.evidence import Evidence
from rfopt.finding import Finding, Move
from rfopt.fixes import because, competitors, culprits, fixes, ladder, move
from rfopt.network import Change
from rfopt.rules import rules

from ..networks import ALL_RELATIONS
from ..rules.flats import FAULTS, RELATION, Flat, faulty, judged

EVERY_RULE = ("no_dominant_server", "overshoot", "das_leakage", "pingpong_handover", "csfb_frequency", "weak_indoor")
BLAMED = {"overshoot": ("C",), "das_leakage": ("B",)}
FOUND = tuple(Finding(rule, 1.0, BLAMED.get(rule, ()), ("north",)) for rule in EVERY_RULE)
Changes = Mapping[str, Mapping[str, Any]]


def crowded(cells: Changes | None = None, relations: Changes | None = None) -> Evidence:
    """A, B, C and D within 2 dB of each other, with other values in the tables."""
    evidence, _ = faulty("no_dominant_server")
    network = evidence.network
    table, pairs = network.cells.copy(), network.neighbours.copy()
    for cell, values in (cells or {}).items():
        for name, value in values.items():
            table.at[cell, name] = value
    for pair, values in (relations or {}).items():
        for name, value in values.items():
            pairs.loc[tuple(pair), name] = value
    return replace(evidence, network=replace(network, cells=table, neighbours=pairs))


def proposed(fix: str, evidence: Evidence, *findings: Finding) -> list[str]:
    """The changes of each move as text, in order."""
    moves: list[Move] = fixes[fix](evidence, findings or FOUND)
    assert {m.fix for m in moves} <= {fix}
    return [" + ".join(str(change) for change in m.changes) for m in moves]


def values(fix: str, evidence: Evidence, cell: str, parameter: str) -> list[Any]:
    """The new values a fix proposes for one parameter of a cell, alone."""
    moves = fixes[fix](evidence, FOUND)
    return [
        m.changes[0].new
        for m in moves
        if [(c.cell, c.neighbour, c.parameter) for c in m.changes] == [(cell, None, parameter)]
    ]


def test_ladders() -> None:
    assert ladder(0.0, 6.0, 2.0) == [2.0, 4.0, 6.0]
    assert ladder(0.0, 5.9, 2.0) == [2.0, 4.0]
    assert ladder(3.0, 0.0, -1.0) == [2.0, 1.0, 0.0]
    assert ladder(12.2, 12.5, 0.1) == [12.3, 12.4, 12.5]
    assert ladder(7.0, 6.0, 1.0) == ladder(6.0, 6.0, 1.0) == ladder(float("nan"), 6.0, 1.0) == []


def test_reasons_are_the_rules_that_found_something() -> None:
    findings = [
        Finding("overshoot", 1.0, ("D",), ()),
        Finding("das_leakage", 1.0, ("B",), ()),
        Finding("overshoot", 0.6, ("C",), ()),
    ]
    assert because(findings, ("overshoot", "das_leakage")) == ("overshoot", "das_leakage")
    assert because(findings, ("overshoot", "das_leakage"), "B") == ("das_leakage",)
    assert because(findings, ("outage",)) == ()
    assert culprits(findings, ("overshoot",)) == ["D", "C"]
    assert culprits(findings, ("overshoot", "das_leakage")) == ["D", "B", "C"]
    one = (Change("A", None, "power_dbm", 1.0, 2.0),)
    assert move("power_up", one, ()) == move("power_up", (), ("overshoot",)) == []
    assert move("power_up", one, ("overshoot",)) == [Move("power_up", one, ("overshoot",))]


def test_competitors_are_within_earshot_and_never_wanted() -> None:
    evidence, _ = faulty("no_dominant_server")
    assert sorted(competitors(evidence)) == ["B", "C", "D"]
    assert competitors(replace(evidence, case=replace(evidence.case, wanted=("A", "B", "C", "D")))) == []
    quiet, _ = judged(Flat(gsm={"B": -83.0, "C": -81.0, "D": -71.0}))
    assert competitors(quiet) == ["D", "C"]


OWN_TESTS = {"restore", "neighbour_add", "neighbour_delete", "redirect_add", "redirect_remove", "access_level"}
"""Fixes that take a finding's cure, or need more than one cell to be blamed."""


def of_gsm() -> list[str]:
    """Fixes that any GSM cell blamed is enough for."""
    return sorted(fix for fix in set(fixes) - OWN_TESTS if not fix.startswith(("lte_", "retune_")))


@pytest.mark.parametrize("fix", of_gsm())
def test_only_the_rules_of_a_fix_ask_for_it(fix: str) -> None:
    evidence = crowded({name: {"antenna": "any"} for name in "ABCD"} | {"A": {"max_power_dbm": 20.0}})
    rules_of = sys.modules[fixes[fix].__module__].RULES
    asking = {rule for name in fixes for rule in getattr(sys.modules[fixes[name].__module__], "RULES", ())}
    other = Finding(next(rule for rule in rules if rule not in {*rules_of}), 1.0, (), ("north",))
    assert asking <= set(rules) and fixes[fix](evidence, [other]) == []
    for rule in rules_of:
        moves = fixes[fix](evidence, [other, Finding(rule, 1.0, ("C",), ("north",))])
        assert moves and all(m.because == (rule,) for m in moves)


def test_area_hysteresis_holds_back_from_other_areas_in_legal_steps() -> None:
    finding = Finding("area_boundary", 1.0, ("A", "C"), ("north",))
    moves = proposed("area_hysteresis", crowded(), finding)
    assert moves == [f"A cell_reselect_hysteresis_db 4 → {db}" for db in (6, 8, 10, 12, 14)]


# ---- power ----


def test_power_down_in_steps_of_two_a_das_boldly_and_a_macro_with_care() -> None:
    assert values("power_down", crowded(), "B", "power_dbm") == [10.0, 8.0, 6.0, 4.0, 2.0, 0.0]
    assert values("power_down", crowded(), "C", "power_dbm") == [41.0, 39.0]
    assert values("power_down", crowded(), "A", "power_dbm") == []


def test_power_down_is_for_the_blamed_cell_only() -> None:
    evidence = crowded()
    assert fixes["power_down"](evidence, [Finding("no_dominant_server", 1.0, ("A", "B", "C"), ())]) == []
    for rule in ("overshoot", "cochannel_interference"):
        moves = fixes["power_down"](evidence, [Finding(rule, 1.0, ("D", "A"), ())])
        assert {m.changes[0].cell for m in moves} == {"D"}


@pytest.mark.parametrize(
    ("most", "steps"), [(12.0, []), (13.0, [13.0]), (14.0, [14.0]), (15.0, [14.0, 15.0]), (17.25, [14.0, 16.0, 17.2])]
)
def test_power_up_to_what_the_hardware_gives(most: float, steps: list[float]) -> None:
    assert values("power_up", crowded({"A": {"max_power_dbm": most}}), "A", "power_dbm") == steps


# ---- idle mode ----


def test_reward_in_steps_of_two_to_twenty() -> None:
    assert values("reselect_reward", crowded(), "A", "cell_reselect_offset_db") == [2.0 * k for k in range(1, 11)]
    some = crowded({"A": {"cell_reselect_offset_db": 14.0}})
    assert values("reselect_reward", some, "A", "cell_reselect_offset_db") == [16.0, 18.0, 20.0]
    assert proposed("reselect_reward", crowded({"A": {"cell_reselect_offset_db": 20.0}})) == []


def test_reward_takes_a_sign_flip_and_a_temporary_offset_off() -> None:
    flipped = proposed("reselect_reward", crowded({"A": {"penalty_time_s": 640.0, "cell_reselect_offset_db": 4.0}}))
    assert flipped[0] == "A penalty_time_s 640 → 20 + A cell_reselect_offset_db 4 → 2"
    assert flipped[1] == "A penalty_time_s 640 → 20"
    temporary = proposed(
        "reselect_reward", crowded({"A": {"temporary_offset_db": 30.0, "cell_reselect_offset_db": 16.0}})
    )
    assert temporary == [
        "A temporary_offset_db 30 → 0 + A cell_reselect_offset_db 16 → 18",
        "A temporary_offset_db 30 → 0 + A cell_reselect_offset_db 16 → 20",
    ]


def test_penalty_flips_the_sign_first() -> None:
    all_moves = proposed("reselect_penalty", crowded())
    of_b = [text for text in all_moves if text.startswith("B ")]
    assert of_b[0] == "B penalty_time_s 20 → 640 + B cell_reselect_offset_db 0 → 2"
    assert of_b[-1] == "B penalty_time_s 20 → 640 + B cell_reselect_offset_db 0 → 16" and len(of_b) == 8
    assert not any(text.startswith("A ") for text in all_moves)


def test_penalty_takes_a_reward_off_and_deepens_a_penalty() -> None:
    rewarded = [
        t for t in proposed("reselect_penalty", crowded({"B": {"cell_reselect_offset_db": 6.0}})) if t.startswith("B ")
    ]
    assert rewarded[0] == "B cell_reselect_offset_db 6 → 0"
    assert rewarded[1:4] == [
        "B penalty_time_s 20 → 640 + B cell_reselect_offset_db 6 → 2",
        "B penalty_time_s 20 → 640 + B cell_reselect_offset_db 6 → 4",
        "B penalty_time_s 20 → 640",
    ]
    punished = crowded({"B": {"cell_reselect_offset_db": 12.0, "penalty_time_s": 640.0}})
    assert values("reselect_penalty", punished, "B", "cell_reselect_offset_db") == [14.0, 16.0]


def test_a_macro_loses_its_reward_but_is_not_penalised() -> None:
    evidence = crowded({"C": {"cell_reselect_offset_db": 8.0}})
    moves = [text for text in proposed("reselect_penalty", evidence) if not text.startswith("B ")]
    assert moves == ["C cell_reselect_offset_db 8 → 0"]


# ---- calls ----


def margins(evidence: Evidence, cell: str, neighbour: str) -> list[Any]:
    """The margins proposed for one relation alone."""
    moves = fixes["handover_margin"](evidence, FOUND)
    return [m.changes[0].new for m in moves if [c.key for c in m.changes] == [(cell, neighbour, "ho_margin_pbgt_db")]]


def test_margins_from_the_wanted_cell_go_up_and_towards_it_down() -> None:
    evidence = crowded()
    assert margins(evidence, "A", "C") == [8.0, 10.0, 12.0]
    assert margins(evidence, "C", "A") == [4.0, 2.0, 0.0]
    assert margins(evidence, "C", "D") == []
    assert margins(crowded(relations={"AC": {"ho_margin_pbgt_db": 9.0}}), "A", "C") == [10.0, 11.0, 12.0]
    assert margins(crowded(relations={"AC": {"ho_margin_pbgt_db": 12.0}}), "A", "C") == []


@pytest.mark.parametrize(
    ("out", "steps"), [(6.0, [4.0, 2.0, 0.0]), (3.0, [4.0, 2.0]), (1.0, [4.0]), (0.0, [4.0]), (-1.0, []), (-30.0, [])]
)
def test_a_margin_towards_the_wanted_cell_leaves_the_pair_enough(out: float, steps: list[float]) -> None:
    assert margins(crowded(relations={"AC": {"ho_margin_pbgt_db": out}}), "C", "A") == steps


def test_margins_towards_all_competitors_at_once() -> None:
    evidence = crowded(relations={"AB": {"ho_margin_pbgt_db": 10.0}})
    moves = [m for m in fixes["handover_margin"](evidence, FOUND) if len(m.changes) > 1]
    assert [{c.neighbour: c.new for c in m.changes} for m in moves] == [
        {"C": 8.0, "D": 8.0}, {"C": 10.0, "D": 10.0}, {"B": 12.0, "C": 12.0, "D": 12.0},
    ]  # fmt: skip


# ---- tilts ----


def tilts(fix: str, **row: float | str) -> list[Any]:
    """The tilts proposed for C."""
    name = "elec_tilt_deg" if fix == "downtilt_electrical" else "mech_tilt_deg"
    return values(fix, crowded({"C": {"antenna": "any", **row}}), "C", name)


def test_electrical_tilt_goes_six_down_and_two_up() -> None:
    assert tilts("downtilt_electrical", elec_tilt_deg=3.0) == [4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 2.0, 1.0]
    assert tilts("downtilt_electrical", elec_tilt_deg=10.0) == [11.0, 12.0, 9.0, 8.0]
    assert tilts("downtilt_electrical", elec_tilt_deg=0.0) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert tilts("downtilt_electrical", elec_tilt_deg=12.0) == [11.0, 10.0]


def test_mechanical_tilt_goes_down_only_and_needs_a_crew() -> None:
    assert tilts("downtilt_mechanical", mech_tilt_deg=3.0) == [4.0, 5.0, 6.0, 7.0, 8.0]
    assert tilts("downtilt_mechanical", mech_tilt_deg=8.5) == [9.5]
    assert tilts("downtilt_mechanical", mech_tilt_deg=10.0) == tilts("downtilt_mechanical", mech_tilt_deg=14.0) == []
    moves = fixes["downtilt_mechanical"](crowded({"C": {"antenna": "any"}}), FOUND)
    assert moves and all(change.visit for m in moves for change in m.changes)


@pytest.mark.parametrize("fix", ["downtilt_electrical", "downtilt_mechanical"])
def test_only_macros_with_a_pattern_are_tilted(fix: str) -> None:
    assert proposed(fix, crowded()) == []
    assert proposed(fix, crowded({"B": {"antenna": "any"}})) == []


# ---- neighbours, fallback, repairs ----


def test_a_one_way_neighbour_is_deleted_or_made_mutual() -> None:
    evidence, figures = faulty("one_way_neighbour")
    findings = rules["one_way_neighbour"](evidence, figures)
    assert proposed("neighbour_delete", evidence, *findings) == ["A→C neighbour present → absent"]
    assert proposed("neighbour_add", evidence, *findings) == ["C→A neighbour absent → present"]


def test_a_relation_to_the_wanted_cell_is_kept() -> None:
    towards = Finding("one_way_neighbour", 1.0, ("A", "C"), ("north",))
    assert proposed("neighbour_delete", crowded(), towards) == []


def test_a_missing_pair_is_added_both_ways_and_never_by_half() -> None:
    evidence, figures = faulty("missing_neighbour")
    findings = rules["missing_neighbour"](evidence, figures)
    out, back = "A→C neighbour absent → present", "C→A neighbour absent → present"
    assert proposed("neighbour_add", evidence, *findings) == [f"{out} + {back}"]


def test_a_missing_relation_is_added_in_line_with_the_idle_boundary_too() -> None:
    """A is rewarded 10 dB over C: its calls go no sooner, and come back at −4 dB, no lower than 0."""
    flat = replace(FAULTS["missing_neighbour"], cells={"A": {"cell_reselect_offset_db": 10}})
    evidence, figures = judged(flat)
    findings = rules["missing_neighbour"](evidence, figures)
    out, back = "A→C neighbour absent → present", "C→A neighbour absent → present"
    stays, returns = f"{out} + A→C ho_margin_pbgt_db 6 → 10", f"{back} + C→A ho_margin_pbgt_db 6 → 0"
    moves = proposed("neighbour_add", evidence, *findings)
    assert moves == [f"{a} + {b}" for a in (out, stays) for b in (back, returns)]


def test_a_full_neighbour_list_takes_no_more() -> None:
    many = {f"N{k}": {**SPARE, "bsic": f"{k // 8}-{k % 8}"} for k in range(29)}
    full = [*(pair for pair in ALL_RELATIONS if pair != ("C", "A")), *(("C", name) for name in many)]
    evidence, _ = judged(Flat(cells=many, relations=full))
    assert evidence.network.neighbours.loc["C"].shape[0] == 31
    one_way = Finding(
        "one_way_neighbour", 1.0, ("C", "A"), (), cure=(Change("C", "A", "neighbour", "absent", "present"),)
    )
    assert len(proposed("neighbour_add", evidence, one_way)) == 1
    more = {**many, "N29": {**SPARE, "bsic": "3-7"}}
    evidence, _ = judged(Flat(cells=more, relations=[*full, ("C", "N29")]))
    assert evidence.network.neighbours.loc["C"].shape[0] == 32
    assert proposed("neighbour_add", evidence, one_way) == []


SPARE = {"rat": "GSM", "kind": "macro", "lat": 38.6, "lon": 106.3, "power_dbm": 43, "arfcn": 20}


def test_the_lacking_carrier_is_listed_everywhere_together() -> None:
    cure = tuple(Change(cell, "62", "redirect_arfcn", "absent", "present") for cell in "LM")
    asked = Finding("csfb_frequency", 1.0, ("L", "M", "A"), ("north",), cure=cure)
    (both,) = fixes["redirect_add"](crowded(), [asked])
    assert both.changes == cure and both.because == ("csfb_frequency",)


@pytest.mark.parametrize(("held", "added"), [(30, 2), (31, 1), (32, 0)])
def test_a_redirect_list_holds_32(held: int, added: int) -> None:
    evidence = crowded()
    entries = frozenset(("L", 100 + k) for k in range(held))
    evidence = replace(evidence, network=replace(evidence.network, redirects=entries))
    cure = tuple(Change("L", arfcn, "redirect_arfcn", "absent", "present") for arfcn in ("62", "70"))
    moves = fixes["redirect_add"](evidence, [Finding("csfb_frequency", 1.0, ("L", "A"), (), cure=cure)])
    assert [len(m.changes) for m in moves] == ([added] if added else [])


def test_restoring_takes_the_rules_word() -> None:
    cure = (Change("C", None, "cell_reselect_hysteresis_db", 40.0, 4.0),)
    wrong = Finding("wrong_parameters", 0.6, ("C",), ("north",), cure=cure)
    assert [m.changes for m in fixes["restore"](crowded(), [wrong, *FOUND])] == [cure]
    assert fixes["restore"](crowded(), [replace(wrong, cure=())]) == []


def test_relations_that_are_not_there_get_no_margin() -> None:
    evidence, _ = judged(Flat(gsm={"C": -74.0}, relations={pair: {} for pair in RELATION if "C" not in pair}))
    assert not any("C" in text for text in proposed("handover_margin", evidence))


# ---- carriers and codes ----


def test_clashing_carriers_move_to_free_ones() -> None:
    """C is on A's carrier; every value moved to is clear of all that is heard."""
    evidence, figures = faulty("cochannel_interference")
    findings = rules["cochannel_interference"](evidence, figures)
    moves = fixes["retune_carriers"](evidence, findings)
    assert {m.changes[0].cell for m in moves} == {"A", "C"}
    for found in moves:
        new = float(found.changes[0].new or 0.0)
        others = evidence.network.of_rat("GSM")["arfcn"].drop(found.changes[0].cell)
        assert found.changes[0].old == 62.0 and (abs(others - new) > 2).all()


def test_the_lists_follow_the_wanted_cells_carrier_and_no_others() -> None:
    evidence, figures = faulty("cochannel_interference")
    findings = rules["cochannel_interference"](evidence, figures)
    lists = {m.changes[0].cell: [c.cell for c in m.changes[1:]] for m in fixes["retune_carriers"](evidence, findings)}
    assert lists == {"A": ["L", "M"], "C": []}


def test_traffic_carriers_move_alone_and_with_the_beacon() -> None:
    evidence, figures = faulty("cochannel_interference")
    cells = evidence.network.cells.copy()
    cells.at["C", "tch_arfcns"] = (63, 85)
    evidence = replace(evidence, network=replace(evidence.network, cells=cells))
    moves = fixes["retune_carriers"](evidence, rules["cochannel_interference"](evidence, figures))
    of_c = [{c.parameter: c.new for c in m.changes} for m in moves if m.changes[0].cell == "C"]
    assert [set(move) for move in of_c] == [{"arfcn"}, {"tch_arfcns"}, {"arfcn", "tch_arfcns"}]
    moved, kept = str(of_c[1]["tch_arfcns"]).split(";")
    assert kept == "85" and abs(float(moved) - 62.0) > 2


def test_a_colour_code_for_cells_that_cannot_be_told_apart() -> None:
    evidence, figures = faulty("identity_confusion")
    findings = rules["identity_confusion"](evidence, figures)
    assert proposed("retune_bsic", evidence, *findings) == ["C bsic 4-2 → 4-0", "E bsic 4-2 → 4-0"]


def test_a_pci_of_another_remainder() -> None:
    evidence, figures = faulty("pci_mod3")
    moves = fixes["retune_pci"](evidence, rules["pci_mod3"](evidence, figures))
    assert {m.changes[0].cell for m in moves} == {"L", "M"}
    assert all(float(m.changes[0].new or 0.0) % 3 != 1 for m in moves) and len(moves) == 4


# ---- fallback ----


def test_a_carrier_that_leads_fallback_astray_is_taken_off_the_lists_that_hold_the_wanted_one() -> None:
    evidence, _ = judged(Flat(gsm={"A": -84.0, "B": -70.0}))
    leak = Finding("das_leakage", 1.0, ("B",), ("north",))
    assert proposed("redirect_remove", evidence, leak) == ["L→70 redirect_arfcn present → absent"]
    lone = replace(evidence, network=replace(evidence.network, redirects=frozenset({("L", 70)})))
    assert proposed("redirect_remove", lone, leak) == []
    assert proposed("redirect_remove", evidence, Finding("overshoot", 1.0, ("C",), ("north",))) == []


def test_a_macros_carrier_stays_on_the_lists() -> None:
    """Its users elsewhere may have nothing else to land on."""
    evidence, _ = judged(Flat(gsm={"A": -84.0, "C": -70.0}, redirects=(("L", 62), ("L", 80), ("M", 62))))
    assert proposed("redirect_remove", evidence, Finding("das_leakage", 1.0, ("B",), ("north",))) == []


# ---- LTE ----

BOTH = Finding("pingpong_reselection", 1.0, ("L", "M"), ("north",))


def related() -> Evidence:
    """L and M with relations both ways."""
    evidence, _ = judged(Flat(relations={**{pair: {} for pair in ALL_RELATIONS}, ("L", "M"): {}, ("M", "L"): {}}))
    return evidence


def test_lte_fixes_ask_for_lte_cells_that_were_heard() -> None:
    evidence = related()
    gsm, unheard = (Finding("pingpong_reselection", 1.0, cells, ("north",)) for cells in (("A", "C"), ("N",)))
    for fix in ("lte_ranking", "lte_priority"):
        assert fixes[fix](evidence, [gsm, unheard]) == [] and fixes[fix](evidence, [BOTH])
    calls = replace(BOTH, rule="pingpong_handover")
    assert fixes["lte_event"](evidence, [BOTH]) == [] and fixes["lte_event"](evidence, [calls])
    assert (
        fixes["lte_power"](evidence, [BOTH]) == [] == fixes["power_down"](evidence, [replace(BOTH, rule="overshoot")])
    )


def of(fix: str, evidence: Evidence, parameter: str, finding: Finding) -> list[Any]:
    """The values proposed for one parameter of L."""
    changes = [m.changes[0] for m in fixes[fix](evidence, [finding])]
    return [c.new for c in changes if c.cell == "L" and c.parameter == parameter]


def test_lte_steps_are_on_the_standards_own_values() -> None:
    evidence, calls = related(), replace(BOTH, rule="pingpong_handover")
    assert of("lte_ranking", evidence, "q_offset_db", BOTH) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert of("lte_ranking", evidence, "q_hyst_db", BOTH) == [5.0, 6.0, 8.0]
    assert of("lte_ranking", evidence, "t_reselection_s", BOTH) == [2.0, 3.0]
    assert of("lte_event", evidence, "cio_db", calls) == [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0]
    assert of("lte_event", evidence, "a3_offset_db", calls) == [3.5, 4.5, 5.5]
    assert of("lte_event", evidence, "a3_time_to_trigger_ms", calls) == [480.0, 640.0]
    assert of("lte_priority", evidence, "cell_reselection_priority", BOTH) == [6.0, 4.0]
    assert of("lte_priority", evidence, "thresh_serving_low_db", BOTH) == [0.0]
    assert of("lte_power", evidence, "power_dbm", replace(BOTH, rule="pci_mod3")) == [14.0, 13.0, 12.0]


# ---- the last resort ----


def test_levers_of_last_resort_go_no_further_than_is_safe() -> None:
    evidence = crowded()
    assert values("handover_threshold", evidence, "A", "ho_threshold_lev_dbm") == [-97.0, -99.0, -101.0]
    assert values("handover_threshold", evidence, "A", "ho_threshold_qual") == [6.0]
    assert values("handover_averaging", evidence, "A", "ho_averaging_sacch") == [12.0, 16.0]
    assert values("temporary_offset", evidence, "B", "temporary_offset_db") == [10.0, 20.0, 30.0, 40.0]
    assert values("temporary_offset", evidence, "C", "temporary_offset_db") == []
    flipped = crowded({"B": {"penalty_time_s": 640.0}})
    assert values("temporary_offset", flipped, "B", "temporary_offset_db") == []


def test_demands_on_targets_are_of_the_wanted_cells_relations() -> None:
    moves = fixes["handover_target"](crowded(), FOUND)
    assert {m.changes[0].cell for m in moves} == {"A"} and {m.changes[0].neighbour for m in moves} == {"B", "C", "D"}
    towards_b = {c.parameter: c.new for m in moves for c in m.changes if c.neighbour == "B"}
    assert towards_b == {"ho_margin_lev_db": 9.0, "ho_margin_qual_db": 6.0, "rxlev_min_cell_dbm": -74.0}


def test_access_is_eased_where_it_is_weak_and_tightened_where_a_distribution_leaks() -> None:
    evidence = crowded()
    assert values("access_level", evidence, "A", "rxlev_access_min_dbm") == [-102.0, -104.0, -106.0, -108.0, -110.0]
    assert values("access_level", evidence, "B", "rxlev_access_min_dbm") == [-98.0, -96.0, -94.0, -92.0, -90.0]
    assert fixes["access_level"](evidence, [Finding("das_leakage", 1.0, ("C",), ())]) == []


def test_a_tracking_area_only_where_the_cells_about_are_of_the_location_area() -> None:
    evidence, figures = judged(Flat(cells={"L": {"tac": 9}}))
    findings = rules["area_boundary"](evidence, figures)
    assert proposed("lte_tracking_area", evidence, *findings) == ["L tac 9 → 1"]
    elsewhere = evidence.network.cells.copy()
    elsewhere.loc[elsewhere.index != "A", "lac"] = 9.0
    evidence = replace(evidence, network=replace(evidence.network, cells=elsewhere))
    assert proposed("lte_tracking_area", evidence, *findings) == []
