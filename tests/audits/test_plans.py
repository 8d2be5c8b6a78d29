"""Bad plans are refused by the audit that knows their fault; good plans are refused by none."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from rfopt.audits import audit, audits
from rfopt.drafts import read_draft
from rfopt.errors import InputError
from rfopt.network import Change, Network, Plan
from rfopt.sites import read_network

from ..networks import HOME, network
from .plans import BAD_BAOHU, BAD_ESTATE, GOOD_BAOHU, GOOD_ESTATE, ROOT, baohu, estate, plan_text

WORLDS = ROOT.parent / "shared" / "worlds"
NETWORKS = {"baohu": cache(baohu), "estate": cache(estate)}
BAD = [("baohu", name) for name in BAD_BAOHU] + [("estate", name) for name in BAD_ESTATE]
GOOD = [("baohu", name) for name in GOOD_BAOHU] + [("estate", name) for name in GOOD_ESTATE]


def drafted(folder: Path, rows: str) -> Plan:
    path = folder / "plan.csv"
    path.write_text(plan_text(rows), encoding="utf-8")
    return read_draft(path).plan


def refused(net: Network, plan: Plan) -> list[str]:
    return [f"{fault.audit}: {fault.sentence('en')}" for fault in audit(net, plan) if fault.new]


@pytest.mark.parametrize(("place", "name"), BAD)
def test_a_bad_plan_is_refused_for_its_fault(tmp_path: Path, place: str, name: str) -> None:
    expected, rows = (BAD_BAOHU if place == "baohu" else BAD_ESTATE)[name]
    plan = drafted(tmp_path, rows)
    found = [fault for fault in audit(NETWORKS[place](), plan) if fault.new]
    assert expected in {fault.audit for fault in found}, [f"{f.audit}: {f.sentence('en')}" for f in found]
    for fault in found:
        assert fault.rows and all(0 <= row < len(plan) for row in fault.rows)
        assert fault.sentence("zh") and "{" not in fault.sentence("en") + fault.sentence("zh")


@pytest.mark.parametrize(("place", "name"), GOOD)
def test_a_good_plan_is_passed(tmp_path: Path, place: str, name: str) -> None:
    rows = (GOOD_BAOHU if place == "baohu" else GOOD_ESTATE)[name]
    assert refused(NETWORKS[place](), drafted(tmp_path, rows)) == []


FORMS = {
    "a byte order mark": (",", "utf-8-sig", "\n"),
    "lines of Windows": (",", "utf-8", "\r\n"),
    "GB18030": (",", "gb18030", "\n"),
    "semicolons": (";", "utf-8", "\n"),
    "tabs of Excel": ("\t", "utf-16", "\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_plan_saved_by_another_program_is_the_same_or_refused(tmp_path: Path, form: str) -> None:
    mark, encoding, ending = FORMS[form]
    text = plan_text('宝湖湾二期NG2-6 , , power_dbm ,"33", 25.0').replace(",", mark).replace("\n", ending)
    (tmp_path / "plan.csv").write_bytes(text.encode(encoding))
    if mark == ",":
        assert read_draft(tmp_path / "plan.csv").plan == (Change("宝湖湾二期NG2-6", None, "power_dbm", 33.0, 25.0),)
        return
    with pytest.raises(InputError, match=r"plan.csv:1: its columns are separated by"):
        read_draft(tmp_path / "plan.csv")


@pytest.mark.parametrize("value", ["25,0", "−25", "25 dBm", "#VALUE!", "1e999"])
def test_a_number_mangled_on_the_way_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    with pytest.raises(InputError, match=r"plan.csv:2: power_dbm '.*' is not a number in dBm"):
        drafted(tmp_path, f'宝湖湾二期NG2-6,,power_dbm,33,"{value}"')


def test_a_priority_that_closes_a_circle_over_three_layers_is_refused(tmp_path: Path) -> None:
    site = {"rat": "LTE", "kind": "macro", "lat": HOME[0], "lon": HOME[1], "height_m": 40, "azimuth_deg": 180,
            "power_dbm": 15, "tac": 1}  # fmt: skip
    carriers, names = (38400, 37900, 1300), ("P", "Q", "R")
    cells = {name: {**site, "earfcn": earfcn, "pci": 10 + k, "cell_reselection_priority": 5 + k}
             for k, (name, earfcn) in enumerate(zip(names, carriers, strict=True))}  # fmt: skip
    limits = {"target_rat": "LTE", "thresh_x_high_db": 10, "thresh_x_low_db": 6, "q_rxlevmin_dbm": -124}
    layers = [{**limits, "cell": name, "target_channel": carriers[k - 2], "priority": (6, 7, 5)[k]}
              for k, name in enumerate(names)]  # fmt: skip
    net = network({"L": None, "M": None, **cells}, redirects=(), layers=layers)
    assert refused(net, drafted(tmp_path, "R,,cell_reselection_priority,7,6")) == []
    [circle] = refused(net, drafted(tmp_path, "R,,cell_reselection_priority,7,4"))
    assert circle.startswith("circle: R-LOOP") and "P → Q → R → P" in circle


def test_every_audit_has_a_plan_that_it_must_refuse() -> None:
    expected = {audit for audit, _ in (*BAD_BAOHU.values(), *BAD_ESTATE.values())}
    assert set(audits) == expected
    assert len(BAD_BAOHU) + len(BAD_ESTATE) >= 60 and len(GOOD_BAOHU) + len(GOOD_ESTATE) >= 20


def test_the_engineers_plan_is_passed() -> None:
    plan = read_draft(ROOT / "drive_tests" / "baohu_tianxia" / "engineers_plan.csv").plan
    assert refused(NETWORKS["baohu"](), plan) == []


@pytest.mark.skipif(not WORLDS.exists(), reason="the example worlds are not here")
def test_what_mends_the_worlds_is_passed() -> None:
    """The exact undo of every fault, and the best plan known but one that leaves a relation without its return."""
    for truth in sorted((WORLDS / "truth").glob("*.json")):
        told = json.loads(truth.read_text(encoding="utf-8"))
        net = _world(truth.stem)
        for rows in filter(None, (told["undo"], told["best_known_plan"])):
            plan = tuple(_change(row) for row in rows)
            one_way = any(c.parameter == "neighbour" and c.new == "absent" for c in plan)
            assert {fault.split(":")[0] for fault in refused(net, plan)} <= ({"one_way"} if one_way else set()), (
                truth.stem
            )


def _world(name: str) -> Network:
    return read_network(WORLDS / "site_configs" / name)


def _change(row: dict[str, object]) -> Change:
    old, new = (float(v) if isinstance(v, int | float) else v for v in (row["old"], row["new"]))
    return Change(str(row["cell"]), row["neighbour"], str(row["parameter"]), old, new)  # type: ignore[arg-type]


def test_a_circle_on_bad_quality_is_not_new_where_a_circle_at_any_quality_was_cured() -> None:
    back = {("B", "A"): {"ho_margin_pbgt_db": 0}}
    circling = network(relations={("A", "B"): {"ho_margin_pbgt_db": -4, "ho_margin_qual_db": -4}, **back})
    cure = (Change("A", "B", "ho_margin_pbgt_db", -4.0, 12.0),)
    assert refused(circling, cure) == []
    assert {fault.kind for fault in audit(circling, cure)} == {"circle_quality"}
    calm = network(relations={("A", "B"): {"ho_margin_pbgt_db": 12, "ho_margin_qual_db": 6}, **back})
    made = (Change("A", "B", "ho_margin_qual_db", 6.0, -4.0),)
    assert [fault.kind for fault in audit(calm, made) if fault.new] == ["circle_quality"]


def test_a_remainder_shared_already_may_be_shared_with_up_to_half_of_the_relations() -> None:
    def around(*pcis: int) -> Network:
        far = {
            "rat": "LTE",
            "kind": "macro",
            "lon": 106.225,
            "height_m": 40,
            "power_dbm": 15,
            "earfcn": 38400,
            "tac": 1,
        }
        cells = {f"N{k}": {**far, "lat": 38.51 + 0.01 * k, "pci": pci} for k, pci in enumerate(pcis)}
        return network(cells, relations=[pair for name in cells for pair in (("L", name), (name, "L"))])

    def faults(net: Network) -> list[bool]:
        plan = (Change("L", None, "pci", 10.0, 17.0),)
        return [fault.new for fault in audit(net, plan) if fault.kind == "mod3_related"]

    assert faults(around(13, 14, 20, 12)) == [False], "one of four before, two after"
    assert faults(around(13, 14, 20)) == [True], "two of three"
    assert faults(around(12, 14, 15, 18)) == [True], "none before"
