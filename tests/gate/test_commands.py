"""The commands: exit codes, formats, files whole or not at all."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rfopt.gate.gates import default_gates
from rfopt.network import diff
from rfopt.reference import find
from rfopt.sites import read_network
from rfopt.words import catalogue

from ..audits.plans import BAD_BAOHU, NI, ROOT, W, plan_text

NET = ROOT / "site_configs" / "baohu_tianxia"
CASE = ROOT / "drive_tests" / "baohu_tianxia"
PLAN = CASE / "engineers_plan.csv"
HANZI = re.compile("[\u4e00-\u9fff]")


def written(folder: Path, rows: str, name: str = "plan.csv") -> Path:
    path = folder / name
    path.write_text(plan_text(rows), encoding="utf-8")
    return path


def test_a_good_plan_passes_and_improves_its_case(rfopt, tmp_path):
    out = tmp_path / "verdict.json"
    code, said, _ = rfopt("check", PLAN, "--network", NET, "--case", CASE, "--json", out)
    table = json.loads(out.read_text(encoding="utf-8"))
    assert code == 0 and said.startswith("PASS: ") and table["schema"] == "rfopt.check/1" and table["pass"] is True
    figures = table["cases"][0]["kpis"]
    assert figures["after"]["idle_camp_wanted"] > 0.9 > figures["before"]["idle_camp_wanted"]
    low, high = figures["worse_interval"]["reselections_per_min"]
    assert low < high < 0.0, "draw by draw it is better"
    assert any(gate["gate"].startswith("harm: ") for gate in table["gates"])
    assert any(gate["gate"] == "C1 of the wanted cell > 5 dB" and gate["pass"] for gate in table["gates"])


def test_a_harmful_plan_fails_by_its_figures(rfopt, tmp_path):
    plan = written(tmp_path, f"{W},,power_dbm,12,2\n{NI},,cell_reselect_offset_db,0,12")
    code, said, _ = rfopt("check", plan, "--network", NET, "--case", CASE, "--format", "markdown")
    assert code == 1 and "❌" in said and "idle\\_camp\\_wanted" in said


def test_a_bad_plan_fails_with_its_line_and_audit(rfopt, tmp_path):
    plan = written(tmp_path, f"{W},,cell_reselect_offset_db,0,10\n{BAD_BAOHU['power above the hardware'][1]}")
    forms = {"text": f"{plan}:3: [power] ", "github": "line=3,title=power::", "junit": 'failures="1"'}
    for form, expected in forms.items():
        code, said, _ = rfopt("check", plan, "--network", NET, "--format", form)
        assert code == 1 and expected in said
    code, said, _ = rfopt("check", plan, "--network", NET, "--lang", "zh")
    assert code == 1 and said.startswith("不通过：")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "plan.csv: is empty"),
        ("cell,old,new\n", "plan.csv:1: column 'parameter' is missing"),
        (plan_text(f"{W},,power_dbm,12"), "plan.csv:2: 4 fields, expected 5"),
        (plan_text(f"{W},,power_dbm,12,low"), "plan.csv:2: power_dbm 'low' is not a number in dBm"),
        (plan_text(f"{W},,power_dbm,12,inf"), "plan.csv:2: power_dbm 'inf' is not a number"),
        (plan_text(",,power_dbm,12,8"), "plan.csv:2: cell is empty"),
        (plan_text(f"{W},{NI},neighbour,present,gone"), "'gone' is neither 'present' nor 'absent'"),
        (plan_text(f"{W},,neighbour,present,absent"), "neighbour wants a cell in 'neighbour', found ''"),
        (plan_text(f"{W},,tch_arfcns,1007,many"), "tch_arfcns 'many' is not a whole number"),
    ],
)
def test_a_file_that_is_no_plan_is_bad_input(rfopt, tmp_path, text, said):
    plan = tmp_path / "plan.csv"
    plan.write_text(text, encoding="utf-8")
    code, _, error = rfopt("check", plan, "--network", NET)
    assert code == 2 and said in error and error.count("\n") == 1


def test_a_baseline_holds_what_was_won(rfopt, tmp_path):
    fixed, kept = tmp_path / "fixed", tmp_path / "baseline.json"
    assert rfopt("plan", "apply", NET, PLAN, "-o", fixed)[0] == 0
    assert rfopt("baseline", "update", kept, "--case", CASE, "--network", fixed)[0] == 0
    assert "idle_camp_wanted" in rfopt("baseline", "show", kept)[1]
    back = tmp_path / "back.csv"
    assert rfopt("plan", "diff", fixed, NET, "-o", back)[0] == 0
    code, said, _ = rfopt("check", back, "--network", fixed, "--case", CASE, "--baseline", kept)
    assert code == 1 and "baseline: idle_camp_wanted" in said


def test_difference_application_and_rollback_are_one(rfopt, tmp_path):
    made, again, back = tmp_path / "made", tmp_path / "plan.csv", tmp_path / "back.csv"
    assert rfopt("plan", "apply", NET, PLAN, "-o", made)[0] == 0
    assert rfopt("plan", "diff", NET, made, "-o", again)[0] == 0
    assert set(again.read_text(encoding="utf-8").splitlines()) == set(PLAN.read_text(encoding="utf-8").splitlines())
    assert rfopt("plan", "revert", PLAN, "--network", NET, "-o", back)[0] == 0
    assert rfopt("plan", "apply", made, back, "-o", tmp_path / "as_it_was")[0] == 0
    assert diff(read_network(NET), read_network(tmp_path / "as_it_was")) == ()
    code, _, error = rfopt("plan", "apply", made, PLAN, "-o", tmp_path / "twice")
    assert code == 2 and "another state of the network" in error and not (tmp_path / "twice").exists()


def test_a_nokia_plan_is_checked_as_the_plan_it_is(rfopt, tmp_path):
    xml, text = tmp_path / "plan.xml", tmp_path / "plan.txt"
    assert rfopt("plan", "convert", PLAN, "--network", NET, "-o", xml)[0] == 0
    assert rfopt("plan", "convert", PLAN, "--network", NET, "-o", text)[0] == 0
    assert "NEVER EXECUTED" in text.read_text(encoding="utf-8")
    code, said, _ = rfopt("check", xml, "--network", NET)
    assert code == 0 and "11 changes" in said
    assert "expected one of .csv" in rfopt("plan", "convert", PLAN, "--network", NET, "-o", tmp_path / "plan.doc")[2]


def test_an_order_is_printed_and_written(rfopt, tmp_path):
    out = tmp_path / "ordered.csv"
    code, said, _ = rfopt("plan", "order", PLAN, "--network", NET, "-o", out)
    assert code == 0 and "1. " in said and "11. 金凤五里宜居-NGH-2 mechanical tilt 1° → 4°" in said
    assert sorted(out.read_text(encoding="utf-8").splitlines()) == sorted(PLAN.read_text(encoding="utf-8").splitlines())
    code, said, _ = rfopt("plan", "order", PLAN, "--network", NET, "--lang", "zh")
    assert code == 0 and "11. 金凤五里宜居-NGH-2 机械下倾角 1° → 4°" in said and not re.search("[a-z]_[a-z]", said)
    bad = written(tmp_path, BAD_BAOHU["margins that circle"][1])
    code, said, _ = rfopt("plan", "order", bad, "--network", NET)
    assert code == 1 and "R-LOOP" in said


def test_every_name_that_a_verdict_prints_is_explained(rfopt, tmp_path):
    rows = f"{W},,penalty_time_s,20,640\n{W},,cell_reselect_offset_db,0,10\n{NI},,power_dbm,33,20"
    kept, plan = tmp_path / "baseline.json", written(tmp_path, rows)
    assert rfopt("baseline", "update", kept, "--case", CASE, "--network", NET)[0] == 0
    code, said, _ = rfopt("check", plan, "--network", NET, "--case", CASE, "--baseline", kept, "--json", "-")
    gates = {gate["gate"] for gate in json.loads(said)["gates"]}
    starts = ("audit: ", "harm: coverage_gsm", "baseline: ", "C1 of the", "the wanted cell is not")
    assert code == 1 and all(any(gate.startswith(start) for gate in gates) for start in starts)
    codes = {found[0] for words in catalogue().values() for found in [re.match(r"R-[A-Z]+(?=:)", words["en"])] if found}
    assert codes == {"R-ALIGN", "R-HYST", "R-LOOP", "R-TRAP"}
    for name in (*gates, *codes, *(gate.text for gate in default_gates()), "objective not worse", "objective"):
        first = find(name)[0]
        assert first.code == name or first.name in name or name in (first.label("en"), first.label("zh"))
    for name in codes:
        assert HANZI.search(rfopt("explain", name, "--lang", "zh")[1])
