"""Plans in other formats: what is written comes back, and what is hostile stays text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from rfopt.drafts import read_draft
from rfopt.errors import InputError
from rfopt.network import Change, Network, Plan, apply, diff, plan_text, typed
from rfopt.plan_files import plan_files, read_names, read_plan_file

from ..audits.plans import GOOD_BAOHU, ROOT, W, baohu
from ..audits.plans import plan_text as text_of

NS = {"r": "raml20.xsd"}
NET = baohu()
KINDS = [name for name, rows in GOOD_BAOHU.items() if rows]
NOT_RAML = {"mech_tilt_deg", "elec_tilt_deg", "azimuth_deg", "height_m", "antenna", "lac"}


def made(folder: Path, rows: str) -> Plan:
    path = folder / "plan.csv"
    path.write_text(text_of(rows), encoding="utf-8")
    return tuple(typed(change) for change in read_draft(path).plan)


def engineers() -> Plan:
    return read_draft(ROOT / "drive_tests" / "baohu_tianxia" / "engineers_plan.csv").plan


def xml(net: Network, plan: Plan) -> ET.Element:
    return ET.fromstring(plan_files["raml"](net, plan, {}))


@pytest.mark.parametrize("name", KINDS)
def test_a_nokia_plan_comes_back_as_the_plan(tmp_path: Path, name: str) -> None:
    plan = made(tmp_path, GOOD_BAOHU[name])
    path = tmp_path / "plan.xml"
    path.write_text(plan_files["raml"](NET, plan, {}), encoding="utf-8")
    back = read_plan_file(path, NET).plan
    carried = tuple(change for change in plan if change.parameter not in NOT_RAML)
    assert diff(apply(NET, back), apply(NET, carried)) == ()
    assert plan_files["csv"](NET, plan, {}) == plan_text(plan)


def test_the_engineers_plan_in_nokias_words() -> None:
    root = xml(NET, engineers())
    data = root.find("r:cmData", NS)
    assert data is not None and data.get("type") == "plan"
    objects = {(o.get("class"), o.get("operation")): o for o in data.findall("r:managedObject", NS)}
    values = lambda o: {p.get("name"): p.text for p in o.findall("r:p", NS)}  # noqa: E731
    assert values(objects["POC", "update"]) == {"bsTxPwrMax": "8"}
    bts = [values(o) for o in data.findall("r:managedObject", NS) if o.get("class") == "BTS"]
    assert {"cellReselectOffset": "10", "penaltyTime": "640", "cellReselectParamInd": "1"}.items() <= bts[0].items()
    assert objects["ADCE", "delete"].get("distName", "").endswith("/ADCE-22817  10217")
    assert values(objects["ADCE", "update"])["hoMarginPbgt"] == "8"
    lists = [[p.text for p in one.findall("r:p", NS)] for one in data.iterfind(".//r:list", NS)]
    assert len(lists) == 4 and all("1003" in entries for entries in lists)
    assert "mech_tilt_deg" in plan_files["raml"](NET, engineers(), {})


def test_names_are_taken_where_they_are_given(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text(f"cell,dn\n{W},PLMN-PLMN/BSC-7/BCF-8/BTS-9\n", encoding="utf-8")
    names = read_names(path, NET)
    plan = (Change(W, None, "cell_reselect_offset_db", 0.0, 10.0),)
    made = plan_files["raml"](NET, plan, names)
    assert 'distName="PLMN-PLMN/BSC-7/BCF-8/BTS-9"' in made
    file = tmp_path / "plan.xml"
    file.write_text(made.replace("locationAreaIdLAC", "unknown"), encoding="utf-8")
    assert read_plan_file(file, NET, names).plan == plan
    with pytest.raises(InputError, match="is of no cell of the network"):
        read_plan_file(file, NET)


@pytest.mark.parametrize(
    ("text", "said"),
    [("cell,name\n", "column 'dn' is missing"), ("cell,dn\nZ,BTS-1\n", "names.csv:2: cell 'Z' is not"),
     (f"cell,dn\n{W},\n", "names.csv:2: dn '' is no distinguished name")],
)  # fmt: skip
def test_files_of_names_that_are_none(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "names.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_names(path, NET)
    assert said in str(caught.value)


def test_a_dump_is_no_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.xml"
    path.write_text(plan_files["raml"](NET, engineers(), {}).replace('type="plan"', 'type="actual"'), encoding="utf-8")
    with pytest.raises(InputError, match="is of the type 'actual', expected a plan"):
        read_plan_file(path, NET)


def test_mml_says_that_it_is_for_reading() -> None:
    text = plan_files["mml"](NET, engineers(), {})
    assert text.startswith("/* Written by rfopt for reading. NEVER EXECUTED") and "FROM MEMORY" in text
    assert "ZEAD:SEG=41004::LAC=22817,CI=10217;" in text and "ZEQG:SEG=41004:REO=10;" in text
    body = text.splitlines()[4:]
    assert len(body) == len(engineers()) and all(line.endswith("*/") for line in body)
    assert sum(line.startswith("/* by another way: ") for line in body) == 5


def test_hostile_names_stay_text() -> None:
    name = 'x"]]><!-- -->*/&</raml>'
    net = Network(NET.cells.rename(index={W: name}), NET.neighbours.rename(index={W: name}), NET.redirects, NET.layers)
    plan = (Change(name, None, "mech_tilt_deg", 0.0, 2.0), Change(name, None, "bsic", "4-5", "4-3"))
    root = ET.fromstring(plan_files["raml"](net, plan, {}))
    assert len(root.findall(".//r:managedObject", NS)) == 1
    mml = plan_files["mml"](net, plan, {}).splitlines()[4:]
    assert all(line.count("*/") == 1 and line.endswith("*/") for line in mml)
