"""A network is a value: what a plan does to it, and what a difference is."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.network import (
    RELATION_PARAMETERS,
    Change,
    Network,
    Plan,
    apply,
    diff,
    keys_of,
    relation_default,
    rollback,
    same,
    value_of,
)
from rfopt.tables import schema

from .networks import network

NET = network(
    {"C": {"antenna": "", "tch_arfcns": "81;83"}},
    relations={("A", "B"): {"ho_margin_pbgt_db": 4}, ("B", "A"): {}, ("A", "C"): {}, ("L", "M"): {"cio_db": 2}},
)

ONE_OF_EACH_KIND: dict[str, Change] = {
    "number": Change("A", None, "power_dbm", 12.0, 4.0),
    "number from unknown": Change("A", None, "azimuth_deg", math.nan, 90.0),
    "number to unknown": Change("C", None, "azimuth_deg", 180.0, math.nan),
    "from nought": Change("A", None, "cell_reselect_offset_db", 0.0, 10.0),
    "to nought": Change("C", None, "mech_tilt_deg", 3.0, 0.0),
    "text": Change("A", None, "bsic", "4-5", "7-7"),
    "text from empty": Change("A", None, "site", "", "宝湖天下"),
    "channel": Change("A", None, "arfcn", 62.0, 1003.0),
    "carriers": Change("C", None, "tch_arfcns", "81;83", "85"),
    "carriers to none": Change("C", None, "tch_arfcns", "81;83", ""),
    "buildings": Change("A", None, "building", "b1", "b1;b2"),
    "relation": Change("A", "B", "ho_margin_pbgt_db", 4.0, 10.0),
    "relation to nought": Change("A", "B", "ho_margin_pbgt_db", 4.0, 0.0),
    "LTE relation": Change("L", "M", "cio_db", 2.0, -3.0),
    "relation added": Change("C", "A", "neighbour", "absent", "present"),
    "redirect added": Change("L", "80", "redirect_arfcn", "absent", "present"),
    "redirect removed": Change("L", "62", "redirect_arfcn", "present", "absent"),
}


def frames_equal(a: Network, b: Network) -> None:
    pd.testing.assert_frame_equal(a.cells, b.cells)
    pd.testing.assert_frame_equal(a.neighbours.sort_index(), b.neighbours.sort_index())
    assert a.redirects == b.redirects
    pd.testing.assert_frame_equal(a.layers, b.layers)


def snapshot(net: Network) -> Network:
    return Network(net.cells.copy(), net.neighbours.copy(), frozenset(net.redirects), net.layers.copy())


@pytest.mark.parametrize("kind", ONE_OF_EACH_KIND)
def test_apply_leaves_the_original_and_rollback_brings_it_back(kind: str) -> None:
    change = ONE_OF_EACH_KIND[kind]
    before = snapshot(NET)
    after = apply(NET, (change,))
    frames_equal(NET, before)
    assert same(value_of(after, change.cell, change.neighbour, change.parameter), change.new)
    assert not same(value_of(after, change.cell, change.neighbour, change.parameter), change.old)
    frames_equal(apply(after, rollback(NET, (change,))), before)


@pytest.mark.parametrize("kind", ONE_OF_EACH_KIND)
def test_the_difference_of_two_networks_is_the_plan_between_them(kind: str) -> None:
    change = ONE_OF_EACH_KIND[kind]
    found = diff(NET, apply(NET, (change,)))
    assert [(c.key, type(c.new)) for c in found] == [(change.key, type(change.new))]
    assert same(found[0].old, change.old) and same(found[0].new, change.new)


@pytest.mark.parametrize("kind", ONE_OF_EACH_KIND)
def test_a_change_touches_nothing_else(kind: str) -> None:
    change = ONE_OF_EACH_KIND[kind]
    after = apply(NET, (change,))
    moved = [
        (cell, name)
        for name in NET.cells
        for cell in NET.cells.index
        if not same(value_of(NET, cell, None, name), value_of(after, cell, None, name))
    ]
    assert moved == ([(change.cell, change.parameter)] if change.neighbour is None else [])
    assert set(after.neighbours.index) ^ set(NET.neighbours.index) == (
        {(change.cell, change.neighbour)} if change.parameter == "neighbour" else set()
    )
    assert len(after.redirects ^ NET.redirects) == (change.parameter == "redirect_arfcn")
    assert after.cells.dtypes.equals(NET.cells.dtypes)


def test_a_relation_removed_comes_back_with_the_usual_values() -> None:
    gone = apply(NET, (Change("B", "A", "neighbour", "present", "absent"),))
    assert not gone.related("B", "A") and gone.related("A", "B")
    frames_equal(apply(gone, (Change("B", "A", "neighbour", "absent", "present"),)), NET)


def test_rollback_restores_the_values_of_a_removed_relation() -> None:
    plan = (Change("A", "B", "ho_margin_lev_db", 3.0, 5.0), Change("A", "B", "neighbour", "present", "absent"))
    back = rollback(NET, plan)
    frames_equal(apply(apply(NET, plan), back), NET)
    assert [c.key for c in back] == [("A", "B", "neighbour"), ("A", "B", "ho_margin_pbgt_db")]


def test_a_relation_added_takes_the_defaults_of_the_contract() -> None:
    gsm = apply(NET, (Change("C", "A", "neighbour", "absent", "present"),)).neighbours.loc[("C", "A")]
    assert gsm[:4].to_dict() == {
        "ho_margin_pbgt_db": 6, "ho_margin_lev_db": 3, "ho_margin_qual_db": 0, "rxlev_min_cell_dbm": -98
    }  # fmt: skip
    assert gsm[4:].isna().all()
    lte = apply(NET, (Change("M", "L", "neighbour", "absent", "present"),)).neighbours.loc[("M", "L")]
    assert lte[["q_offset_db", "cio_db"]].to_dict() == {"q_offset_db": 0, "cio_db": 0}
    assert lte[:4].isna().all()
    assert tuple(gsm.index) == RELATION_PARAMETERS


def test_values_set_beside_an_added_relation_replace_the_defaults() -> None:
    plan = (Change("C", "A", "neighbour", "absent", "present"), Change("C", "A", "ho_margin_pbgt_db", 6.0, 9.0))
    after = apply(NET, plan)
    assert after.neighbours.at[("C", "A"), "ho_margin_pbgt_db"] == 9.0
    assert diff(NET, after) == plan
    assert diff(after, NET) == (Change("C", "A", "neighbour", "present", "absent"),)


def test_diff_of_equals_is_empty_whatever_the_order_of_rows() -> None:
    shuffled = Network(NET.cells.iloc[::-1], NET.neighbours.iloc[::-1], NET.redirects, NET.layers)
    assert diff(NET, NET) == diff(NET, shuffled) == diff(shuffled, NET) == ()


def test_a_whole_plan_is_its_own_difference() -> None:
    """Applied in any order the contract's kinds of change, told apart again by `diff`."""
    plan = tuple(
        change for kind, change in ONE_OF_EACH_KIND.items() if kind not in ("relation to nought", "carriers to none")
    )
    found = diff(NET, apply(NET, plan))
    assert sorted(keys_of(found)) == sorted(keys_of(plan))
    assert {c.key: str(c) for c in found} == {c.key: str(c) for c in plan}
    frames_equal(apply(NET, found), apply(NET, plan))


STALE = [
    (Change("A", None, "power_dbm", 11.0, 4.0), "A power_dbm 11 → 4: the network has 12, the plan expected 11"),
    (Change("A", None, "power_dbm", math.nan, 4.0), "A power_dbm → 4: the network has 12, the plan expected empty"),
    (Change("A", None, "azimuth_deg", 0.0, 4.0), "A azimuth_deg 0 → 4: the network has empty, the plan expected 0"),
    (Change("A", None, "bsic", "4-4", "4-6"), "A bsic 4-4 → 4-6: the network has 4-5, the plan expected 4-4"),
    (Change("A", "B", "ho_margin_pbgt_db", 6.0, 9.0),
     "A→B ho_margin_pbgt_db 6 → 9: the network has 4, the plan expected 6"),
    (Change("A", "B", "neighbour", "absent", "present"),
     "A→B neighbour absent → present: the network has present, the plan expected absent"),
    (Change("L", "62", "redirect_arfcn", "absent", "present"),
     "L→62 redirect_arfcn absent → present: the network has present, the plan expected absent"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), STALE, ids=[str(change) for change, _ in STALE])
def test_a_stale_plan_is_refused(change: Change, message: str) -> None:
    with pytest.raises(InputError) as caught:
        apply(NET, (change,))
    assert str(caught.value) == f"{message}; it was made for another state of the network"


def test_the_second_of_two_equal_changes_is_stale() -> None:
    with pytest.raises(InputError, match="the network has 4, the plan expected 12"):
        apply(NET, (ONE_OF_EACH_KIND["number"],) * 2)


REFUSED = [
    (Change("ZZ", None, "power_dbm", 1.0, 2.0), "cell 'ZZ' is not in the network"),
    (Change("A", None, "powr_dbm", 1.0, 2.0), "parameter 'powr_dbm' is unknown; did you mean 'power_dbm'?"),
    (Change("A", None, "cell", "A", "Z"), "parameter 'cell' is the name of a cell, which no plan changes"),
    (Change("A", "Z", "neighbour", "absent", "present"), "cell 'Z' is not in the network"),
    (Change("A", "B", "power_dbm", 1.0, 2.0), "parameter 'power_dbm' is not one of a relation"),
    (Change("A", "B", "ho_margin_db", 1.0, 2.0),
     "parameter 'ho_margin_db' is not one of a relation; did you mean 'ho_margin_lev_db'?"),
    (Change("C", "A", "ho_margin_pbgt_db", 6.0, 9.0), "C has no relation to A, so no ho_margin_pbgt_db to change"),
    (Change("A", "L", "neighbour", "absent", "present"),
     "A→L neighbour absent → present: a relation joins cells of one technology"),
    (Change("A", "A", "neighbour", "absent", "present"),
     "A→A neighbour absent → present: a relation joins two cells"),
    (Change("L", "sixty", "redirect_arfcn", "absent", "present"),
     "redirect_arfcn wants an ARFCN in 'neighbour', found 'sixty'"),
    (Change("L", None, "redirect_arfcn", "absent", "present"),
     "redirect_arfcn wants an ARFCN in 'neighbour', found ''"),
    (Change("L", "300", "redirect_arfcn", "absent", "present"),
     "redirect_arfcn 300 is in no GSM band; expected 0…124, 128…251, 512…885 or 955…1023"),
    (Change("A", "80", "redirect_arfcn", "absent", "present"), "A is GSM; only an LTE cell has a redirect list"),
    (Change("A", None, "arfcn", 62.0, math.nan), "A arfcn 62 → : arfcn of a GSM cell cannot be empty"),
    (Change("L", None, "pci", 10.0, None), "L pci 10 → : pci of a LTE cell cannot be empty"),
    (Change("A", None, "bsic", "4-5", ""), "A bsic 4-5 → : bsic of a GSM cell cannot be empty"),
    (Change("A", None, "lat", 38.495, None), "A lat 38.495 → : lat of a GSM cell cannot be empty"),
    (Change("L", "9" * 5000, "redirect_arfcn", "absent", "present"),
     "redirect_arfcn wants an ARFCN in 'neighbour', found '…'"),
    (Change("L", "6²", "redirect_arfcn", "absent", "present"),
     "redirect_arfcn wants an ARFCN in 'neighbour', found '6²'"),
    (Change("A", "B", "neighbour", "present", "gone"),
     "A→B neighbour present → gone: new value is neither 'present' nor 'absent'"),
    (Change("L", "62", "redirect_arfcn", "present", ""),
     "L→62 redirect_arfcn present → : new value is neither 'present' nor 'absent'"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), REFUSED, ids=[str(change)[:40] for change, _ in REFUSED])
def test_a_change_that_cannot_be_is_refused(change: Change, message: str) -> None:
    with pytest.raises(InputError) as caught:
        apply(NET, (change,))
    assert str(caught.value) == message


def test_networks_of_other_cells_have_no_difference() -> None:
    with pytest.raises(InputError) as caught:
        diff(NET, NET.subset(["A", "B", "C", "L", "M"]))
    assert str(caught.value) == "cell 'D' is in one network only; a plan changes cells, it adds none"


VISITS = {"mech_tilt_deg", "azimuth_deg", "height_m", "antenna", "lat", "lon"}


def test_what_needs_a_crew() -> None:
    """Contract §4 names six columns; those that only a new antenna changes go with it."""
    needing = {name for name in schema("cells") if Change("A", None, name, None, None).visit}
    assert needing == VISITS | {"gain_dbi", "h_beamwidth_deg", "v_beamwidth_deg"}
    assert not any(Change("A", "B", name, None, None).visit for name in (*RELATION_PARAMETERS, "neighbour"))
    assert not Change("L", "62", "redirect_arfcn", "absent", "present").visit
    assert not Change("A", "B", "antenna", None, None).visit


def test_subset_keeps_what_ties_the_kept_cells() -> None:
    part = NET.subset(["A", "B", "L"])
    assert list(part.cells.index) == ["A", "B", "L"]
    assert set(part.neighbours.index) == {("A", "B"), ("B", "A")}
    assert part.redirects == frozenset({("L", 62), ("L", 70)})
    assert part.redirect_arfcns("L") == {62, 70} and part.redirect_arfcns("M") == set()


def test_relations_of_some_cells_are_found_either_way() -> None:
    pairs = [("A", "B"), ("B", "C"), ("C", "D"), ("D", "A")]
    net = network(relations=pairs)
    assert net.touching(["B"]) == [("A", "B"), ("B", "C")]
    assert net.touching({"A", "C", "nobody"}) == pairs
    assert net.touching([]) == [] and network(relations=[]).touching(["A"]) == []
    start, end = net.ends_at(["A"])
    assert start.tolist() == [True, False, False, False] and end.tolist() == [False, False, False, True]


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (12.0, "12", True), (12.0, 12.0 + 1e-10, True), (12.0, 12.1, False), (0.0, "0", True), (0.0, "", False),
        (0.0, math.nan, False), ("", math.nan, True), (None, "", True), (None, math.nan, True), ("x", "x", True),
        ("x", "", False), ("62;70", "62;70", True), ("62;70", "62;80", False), ("4-5", "4-5", True), (0, 0.0, True),
        (5.0, 0.0, False), ("", "present", False),
    ],
)  # fmt: skip
def test_same(a: object, b: object, equal: bool) -> None:
    assert same(a, b) is equal and same(b, a) is equal  # type: ignore[arg-type]


def test_defaults_of_a_relation() -> None:
    assert relation_default("ho_margin_pbgt_db", "GSM") == 6.0
    assert relation_default("cio_db", "LTE") == 0.0
    assert math.isnan(relation_default("cio_db", "GSM")) and math.isnan(relation_default("ho_margin_lev_db", "LTE"))


NUMBERS = [name for name, column in schema("cells").items() if column.tunable]
CELL_CHANGES = st.tuples(
    st.sampled_from(list(NET.cells.index)), st.none(), st.sampled_from(NUMBERS), st.integers(-20, 60)
)
PAIRS = st.sampled_from([(a, b) for a in "ABCD" for b in "ABCD" if a != b])
RELATION_CHANGES = PAIRS.flatmap(
    lambda pair: st.tuples(
        st.just(pair[0]), st.just(pair[1]), st.sampled_from(RELATION_PARAMETERS[:4]), st.integers(-20, 60)
    )
)
RELATIONS = PAIRS.map(lambda pair: (*pair, "neighbour", None))
REDIRECTS = st.tuples(
    st.sampled_from("LM"), st.sampled_from(["62", "80", "1003"]), st.just("redirect_arfcn"), st.none()
)


def planned(draws: list[tuple[str, str | None, str, int | None]]) -> Plan:
    """Draws as a plan that fits NET: old values as they are when their turn comes; what cannot be is left out."""
    net, plan = NET, []
    for cell, neighbour, parameter, new in draws:
        try:
            old = value_of(net, cell, neighbour, parameter)
        except InputError:
            continue
        turned = {"present": "absent", "absent": "present"}.get(str(old))
        change = Change(cell, neighbour, parameter, old, turned or float(new or 0))
        net = apply(net, (change,))
        plan.append(change)
    return tuple(plan)


@settings(max_examples=30, deadline=None)
@given(st.lists(CELL_CHANGES | RELATION_CHANGES | RELATIONS | REDIRECTS, max_size=12))
def test_any_plan_is_the_difference_it_makes(draws: list[tuple[str, str | None, str, int | None]]) -> None:
    plan = planned(draws)
    after = apply(NET, plan)
    found = diff(NET, after)
    frames_equal(apply(NET, found), after)
    frames_equal(apply(after, rollback(NET, plan)), NET)
    assert len({change.key for change in found}) == len(found)
    assert {change.key for change in found} <= {change.key for change in plan} | {
        (c.cell, c.neighbour or "", name) for c in plan if c.parameter == "neighbour" for name in RELATION_PARAMETERS
    }


@settings(max_examples=30, deadline=None)
@given(st.lists(CELL_CHANGES | RELATION_CHANGES | REDIRECTS, max_size=12))
def test_rollback_takes_any_plan_back_last_change_first(draws: list[tuple[str, str | None, str, int | None]]) -> None:
    plan = planned(draws)
    back = rollback(NET, plan)
    frames_equal(apply(apply(NET, plan), back), NET)
    keys = [change.key for change in back]
    assert keys == [key for key in dict.fromkeys(change.key for change in reversed(plan)) if key in keys]


def test_numbers_in_a_network_are_numbers() -> None:
    """An applied plan of text values, as a table gives them, leaves no text in a column of numbers."""
    after = apply(NET, (Change("A", None, "power_dbm", "12", "4.5"), Change("A", "B", "ho_margin_pbgt_db", "4", "0")))
    assert after.cells.at["A", "power_dbm"] == 4.5 and after.cells["power_dbm"].dtype == np.float64
    assert after.neighbours.at[("A", "B"), "ho_margin_pbgt_db"] == 0.0
