"""plan.csv: read, checked against its network, written, and read back."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.network import Change, Plan, apply, diff, plan_text, read_plan, rollback
from rfopt.tables import schema

from .networks import network

NET = network(relations=(("A", "B"), ("B", "A"), ("L", "M")))
HEADER = "cell,neighbour,parameter,old,new\n"
PLAN: Plan = (
    Change("A", None, "power_dbm", 12.0, 4.5),
    Change("A", None, "azimuth_deg", math.nan, 90.0),
    Change("C", None, "azimuth_deg", 180.0, math.nan),
    Change("A", None, "site", "", '宝湖, "天下"'),
    Change("A", None, "bsic", "4-5", "7-7"),
    Change("C", None, "tch_arfcns", "", "81;83"),
    Change("A", None, "building", "b1", "b1;b2"),
    Change("A", "B", "ho_margin_pbgt_db", 6.0, 0.0),
    Change("C", "A", "neighbour", "absent", "present"),
    Change("C", "A", "ho_margin_lev_db", 3.0, 5.0),
    Change("B", "A", "neighbour", "present", "absent"),
    Change("L", "62", "redirect_arfcn", "present", "absent"),
    Change("M", "1003", "redirect_arfcn", "absent", "present"),
)


def written(folder: Path, text: str) -> Path:
    path = folder / "plan.csv"
    path.write_text(text, encoding="utf-8")
    return path


def comparable(plan: Plan) -> list[tuple[object, ...]]:
    """A plan with NaN as None, so that it equals itself."""
    return [
        (
            *c.key,
            *(v or None if isinstance(v, str) else None if v is None or math.isnan(v) else v for v in (c.old, c.new)),
        )
        for c in plan
    ]


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        read_plan(written(folder, text), NET)
    return str(caught.value).removeprefix(str(folder) + "/")


def test_a_plan_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    back = read_plan(written(tmp_path, plan_text(PLAN)), NET)
    assert comparable(back) == comparable(PLAN)
    assert [type(c.new) for c in back] == [type(c.new) for c in PLAN]
    assert plan_text(back) == plan_text(PLAN)


def test_the_text_of_a_plan_is_the_contracts(tmp_path: Path) -> None:
    assert plan_text(PLAN[:2] + PLAN[8:9]) == (
        HEADER + "A,,power_dbm,12,4.5\nA,,azimuth_deg,,90\nC,A,neighbour,absent,present\n"
    )
    assert plan_text(()) == HEADER
    assert read_plan(written(tmp_path, HEADER), NET) == ()


def test_the_rollback_of_a_plan_file_is_a_plan_file(tmp_path: Path) -> None:
    after = apply(NET, PLAN)
    back = read_plan(written(tmp_path, plan_text(rollback(NET, PLAN))), after)
    assert diff(NET, apply(after, back)) == ()


def test_rows_are_checked_in_their_order(tmp_path: Path) -> None:
    chain = HEADER + "A,,power_dbm,12,8\nA,,power_dbm,8,4\n"
    assert [c.new for c in read_plan(written(tmp_path, chain), NET)] == [8.0, 4.0]
    turned = HEADER + "A,,power_dbm,8,4\nA,,power_dbm,12,8\n"
    assert refusal(tmp_path, turned).startswith("plan.csv:2: A power_dbm 8 → 4: the network has 12")


def test_columns_that_are_not_needed_are_passed_over(tmp_path: Path) -> None:
    text = "reason,cell,neighbour,parameter,old,new,gain\nwhy,A,,power_dbm,12,8,0.2\n"
    assert read_plan(written(tmp_path, text), NET) == (Change("A", None, "power_dbm", 12.0, 8.0),)


STALE = "; it was made for another state of the network"
ROWS = {
    ",,power_dbm,12,8": "cell is empty, expected cell whose parameter changes",
    "A,,,12,8": "parameter is empty, expected column of cells.csv or neighbours.csv, or neighbour, or redirect_arfcn",
    "Z,,power_dbm,12,8": "cell 'Z' is not in the network",
    "A,,powr_dbm,12,8": "parameter 'powr_dbm' is unknown; did you mean 'power_dbm'?",
    "A,,cell,A,Z": "parameter 'cell' is the name of a cell, which no plan changes",
    "A,,ho_margin_pbgt_db,6,9": "parameter 'ho_margin_pbgt_db' is unknown",
    "A,B,power_dbm,12,8": "parameter 'power_dbm' is not one of a relation",
    "A,Z,ho_margin_pbgt_db,6,9": "cell 'Z' is not in the network",
    "B,C,ho_margin_pbgt_db,6,9": "B has no relation to C, so no ho_margin_pbgt_db to change",
    "A,B,neighbour,absent,present": "A→B neighbour absent → present: the network has present, the plan expected absent"
    + STALE,
    "A,B,neighbour,present,": "A→B neighbour present → : new value is neither 'present' nor 'absent'",
    "A,L,neighbour,absent,present": "A→L neighbour absent → present: a relation joins cells of one technology",
    "A,A,neighbour,absent,present": "A→A neighbour absent → present: a relation joins two cells",
    "A,,power_dbm,11,8": "A power_dbm 11 → 8: the network has 12, the plan expected 11" + STALE,
    "A,,power_dbm,,8": "A power_dbm → 8: the network has 12, the plan expected empty" + STALE,
    "A,,power_dbm,12,low": "power_dbm 'low' is not a number in dBm",
    "A,,power_dbm,twelve,8": "power_dbm 'twelve' is not a number in dBm",
    "A,,power_dbm,12,inf": "power_dbm 'inf' is not a number in dBm",
    "A,,lat,38.495,north": "lat 'north' is not a number in deg",
    "A,,lat,38.495,138": "lat 138 is out of range, expected -90 to 90 deg",
    "A,,lat,38.495,": "lat is empty, expected a number in deg",
    "A,,arfcn,62,300": "arfcn 300 is in no GSM band; expected 0…124, 128…251, 512…885 or 955…1023",
    "A,,arfcn,62,62.5": "arfcn 62.5 is not a whole number",
    "A,,arfcn,62,": "A arfcn 62 → : arfcn of a GSM cell cannot be empty",
    "A,,bsic,4-5,45": "bsic '45' is not a BSIC, expected NCC-BCC with digits 0 to 7 such as 4-5",
    "A,,kind,das,indoor": "kind 'indoor' is not one of macro, micro, das",
    "C,,tch_arfcns,,300": "tch_arfcns '300' is in no GSM band; expected 0…124, 128…251, 512…885 or 955…1023",
    "C,,tch_arfcns,,many": "tch_arfcns 'many' is not a whole number",
    "A,B,ho_margin_pbgt_db,6,nine": "ho_margin_pbgt_db 'nine' is not a number in dB",
    "L,300,redirect_arfcn,absent,present":
        "redirect_arfcn 300 is in no GSM band; expected 0…124, 128…251, 512…885 or 955…1023",
    "L,,redirect_arfcn,absent,present": "redirect_arfcn wants an ARFCN in 'neighbour', found ''",
    "L,A,redirect_arfcn,absent,present": "redirect_arfcn wants an ARFCN in 'neighbour', found 'A'",
    "A,80,redirect_arfcn,absent,present": "A is GSM; only an LTE cell has a redirect list",
    "L,80,redirect_arfcn,present,absent":
        "L→80 redirect_arfcn present → absent: the network has absent, the plan expected present" + STALE,
    "A,,power_dbm,12": "4 fields, expected 5 as in the header",
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_a_row_that_does_not_fit_is_refused_with_its_line(tmp_path: Path, row: str) -> None:
    good = "B,,power_dbm,12,8\n"
    assert refusal(tmp_path, f"{HEADER}{good}{row}\n") == f"plan.csv:3: {ROWS[row]}"


def test_files_that_are_no_plan(tmp_path: Path) -> None:
    assert refusal(tmp_path, "") == "plan.csv: is empty, expected a header line and rows"
    assert refusal(tmp_path, "cell,old,new\n") == "plan.csv:1: column 'parameter' is missing"
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path / "none.csv", NET)
    assert str(caught.value) == f"{tmp_path / 'none.csv'}: no such file"


WORDS = st.sampled_from(
    ["", "A", "B", "L", "Z", "power_dbm", "arfcn", "neighbour", "redirect_arfcn", "tch_arfcns", "building", "bsic",
     "rat",      "ho_margin_pbgt_db", "12", "62", "6", "absent", "present", "nan", "inf", "6²", "1e308", "4-5", "GSM",
     "b1", "9" * 300, "\x1b", "\u202e"]
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[WORDS | st.text(max_size=3)] * 5), max_size=3))
def test_any_plan_is_read_or_refused_in_one_line(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes((HEADER + "\n".join(",".join(row) for row in rows)).encode("utf-8", "surrogatepass"))
    try:
        plan = read_plan(path, NET)
    except InputError as error:
        assert "\n" not in str(error) and str(error).isprintable()
        return
    after = apply(NET, plan)
    assert diff(apply(after, rollback(NET, plan)), NET) == ()


@pytest.mark.parametrize(
    "name", [name for name, column in schema("cells").items() if column.need == "yes" and name != "cell"]
)
def test_what_every_cell_needs_cannot_be_emptied(tmp_path: Path, name: str) -> None:
    old = {"rat": "GSM", "kind": "das", "lat": "38.495", "lon": "106.225"}[name]
    assert refusal(tmp_path, f"{HEADER}A,,{name},{old},\n").startswith(f"plan.csv:2: {name} is empty, expected ")
