"""Illegal and contradictory values: what is said of them, and what would mend them."""

from __future__ import annotations

import math

import pytest

from rfopt.finding import Finding
from rfopt.rules import (
    on_quantum,
    rules,
)

from .flats import (
    FAULTS,
    RELATION,
    Flat,
    judged,
)


def found(rule: str, flat: Flat) -> list[Finding]:
    """What one rule says of a flat."""
    return rules[rule](*judged(flat))


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


@pytest.mark.parametrize("power_dbm", [37.05, 12.208, -15.792])
def test_a_power_is_a_fact_and_off_no_quantum(power_dbm: float) -> None:
    """43 dBm over 1200 subcarriers are 12.208 dBm a resource element: nobody set that wrong."""
    row = {"power_dbm": power_dbm, "max_power_dbm": power_dbm}
    assert found("wrong_parameters", Flat(cells={"C": row})) == []
    assert found("wrong_parameters", Flat(cells={"L": row})) == []


def test_a_power_out_of_range_or_above_the_hardware_is_said() -> None:
    (beyond,) = found("wrong_parameters", Flat(cells={"C": {"power_dbm": 80}}))
    assert beyond.evidence["value"] == 80.0
    (above,) = found("wrong_parameters", Flat(cells={"C": {"power_dbm": 43.05, "max_power_dbm": 43}}))
    assert [str(change) for change in above.cure] == ["C power_dbm 43.05 → 43"]


def test_three_margins_that_circle_are_said_though_no_pair_does() -> None:
    margins = {("A", "B"): -2, ("B", "C"): -2, ("C", "A"): 1}
    relations = {**RELATION, **{pair: {"ho_margin_pbgt_db": value} for pair, value in margins.items()}}
    (finding,) = found("wrong_parameters", Flat(relations=relations))
    assert set(finding.cells) == {"A", "B", "C"} and "dBm" in finding.evidence["value"]
    assert {str(change) for change in finding.cure} == {
        "A→B ho_margin_pbgt_db -2 → 6", "B→C ho_margin_pbgt_db -2 → 6", "C→A ho_margin_pbgt_db 1 → 6"
    }  # fmt: skip


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


@pytest.mark.parametrize(
    ("cells", "said", "cure"),
    [
        (
            {"penalty_time_s": 640, "cell_reselect_offset_db": 10},
            ("penalty_time_s", 640.0),
            ["A penalty_time_s 640 → 20"],
        ),
        ({"rxlev_access_min_dbm": -72}, ("rxlev_access_min_dbm", -72.0), ["A rxlev_access_min_dbm -72 → -100"]),
        ({"ho_threshold_lev_dbm": -66}, ("ho_threshold_lev_dbm", -66.0), ["A ho_threshold_lev_dbm -66 → -95"]),
    ],
)
def test_a_wanted_cell_that_contradicts_itself(cells, said, cure) -> None:
    """A is heard at −70 dBm: it must not ask for more, and a reward must not be subtracted."""
    (finding,) = found("wrong_parameters", Flat(cells={"A": cells}))
    assert (finding.evidence["parameter"], finding.evidence["value"]) == said
    assert [str(change) for change in finding.cure] == cure


@pytest.mark.parametrize(
    "flat",
    [
        Flat(cells={"C": {"penalty_time_s": 640, "cell_reselect_offset_db": 10}}),
        Flat(cells={"A": {"penalty_time_s": 640}}),
        Flat(cells={"A": {"rxlev_access_min_dbm": -80}}),
        Flat(gsm={"A": -98.0}),
    ],
)
def test_penalties_of_others_and_thresholds_in_reach_are_no_contradiction(flat: Flat) -> None:
    """A weak cell under the network's usual thresholds is weak, not wrong."""
    assert found("wrong_parameters", flat) == []
