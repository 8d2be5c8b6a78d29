"""`import rfopt`: nothing loaded before it is asked for, every name there, paths and values alike."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rfopt
from rfopt import front_door
from rfopt.errors import InputError
from rfopt.network import Change

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "drive_tests" / "baohu_tianxia"
SITE = ROOT / "site_configs" / "baohu_tianxia"


def test_importing_loads_no_science():
    code = "import sys, rfopt; dir(rfopt); print(sorted({'numpy', 'pandas', 'numba', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_is_there_and_is_documented():
    assert set(rfopt.__all__) <= set(dir(rfopt))
    for name in rfopt.__all__:
        assert getattr(rfopt, name).__doc__, name
    assert set(front_door.__all__) == set(rfopt.__all__) - set(rfopt.ROOMS)


def test_the_names_that_types_are_checked_by_are_those_that_are_loaded():
    tree = ast.parse(Path(rfopt.__file__).read_text(encoding="utf-8"))
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "rfopt.front_door"]
    assert {alias.name for node in froms for alias in node.names} == set(front_door.__all__)


def test_no_module_of_the_top_room_hides_a_name():
    rooms = {path.stem for path in (ROOT / "rfopt").iterdir() if path.suffix in ("", ".py")}
    assert set(front_door.__all__) & rooms == set()


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="no attribute 'recomend'"):
        _ = rfopt.recomend


def test_paths_and_values_alike(tmp_path):
    case = rfopt.read_case(str(CASE))
    network = rfopt.read_network(str(SITE))
    plan = rfopt.read_plan(CASE / "engineers_plan.csv", case)
    assert plan == rfopt.read_plan(str(CASE / "engineers_plan.csv"), SITE)
    after = rfopt.apply(network, plan)
    assert set(rfopt.diff(network, after)) == set(plan)
    assert rfopt.diff(rfopt.apply(after, rfopt.rollback(network, plan)), network) == ()
    written = rfopt.write_plan(plan, tmp_path / "plan.csv")
    assert rfopt.read_plan(written, network) == plan


def test_a_plan_is_checked_as_a_file_or_as_a_value(tmp_path):
    good = rfopt.read_plan(CASE / "engineers_plan.csv", SITE)
    stale = Change("宝湖湾二期NG2-6", None, "power_dbm", 20.0, 10.0)
    for given in ((stale,), rfopt.write_plan((stale,), tmp_path / "plan.csv")):
        verdict = rfopt.check(given, SITE)
        assert not verdict.passed
        assert "audit: stale" in [gate["gate"] for gate in verdict.failed]
        assert "audit: stale" in repr(verdict) and "stale" in verdict._repr_html_()
    assert {gate["gate"] for gate in rfopt.check(good, SITE).failed} == {
        gate["gate"] for gate in rfopt.check(CASE / "engineers_plan.csv", SITE).failed
    }


@pytest.mark.parametrize("given", [{}, {"building": "bhtx-1", "around": (38.495, 106.225)}])
def test_a_prediction_is_of_one_thing(given):
    with pytest.raises(InputError, match="one of building, around and points"):
        rfopt.predict(SITE, **given)


def test_a_prediction_of_some_floors():
    found = rfopt.predict(rfopt.read_case(CASE), building="bhtx-1", floors=[22, 23])
    assert sorted(found.places["floor"].unique()) == [22, 23]


def test_a_plan_shows_itself_a_line_a_change():
    change = Change("A", None, "power_dbm", 12.0, 4.0)
    assert repr(front_door.Changes([change, change])) == "A power_dbm 12 → 4\nA power_dbm 12 → 4"
    assert repr(front_door.Changes()) == "<no changes>"


def test_a_test_compared_with_itself_has_not_changed():
    case = rfopt.read_case(CASE)
    found = rfopt.compare(str(CASE), case)
    assert found.verdict.word == "no_change"
    assert found.before.case.id == found.after.case.id == case.id
    assert len(found.rooms) > 0
    assert found.promise is None
