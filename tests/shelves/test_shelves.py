"""The contract of each shelf, over all that stands on it."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rfopt.fixes import fixes
from rfopt.kpis import kpis
from rfopt.registry import Shelf
from rfopt.rules import Figures, rules

from ..rules.flats import FAULTS, Flat, faulty, judged
from .contracts import check_finding, check_ladders, check_move

SHELVES = {"rfopt.kpis": kpis, "rfopt.rules": rules, "rfopt.fixes": fixes}
TAKES = {"rfopt.kpis": ["replay"], "rfopt.rules": ["evidence", "figures"], "rfopt.fixes": ["evidence", "findings"]}
ENTRIES = [(shelf, name) for shelf, entries in SHELVES.items() for name in entries]


@pytest.mark.parametrize(("shelf", "name"), ENTRIES)
def test_an_entry_is_a_documented_function_in_a_file_of_its_name(shelf: str, name: str) -> None:
    entry: Callable[..., object] = SHELVES[shelf][name]
    assert entry.__name__ == name and entry.__module__ == f"{shelf}.{name}"
    assert inspect.getdoc(entry) and sys.modules[entry.__module__].__doc__


@pytest.mark.parametrize(("shelf", "name"), ENTRIES)
def test_an_entry_takes_what_its_shelf_says(shelf: str, name: str) -> None:
    parameters = list(inspect.signature(SHELVES[shelf][name]).parameters.values())
    needed = [p.name.lstrip("_") for p in parameters if p.default is p.empty]
    assert needed == TAKES[shelf]
    thresholds = parameters[len(needed) :]
    assert all(isinstance(p.default, int | float) for p in thresholds)
    assert shelf == "rfopt.rules" or not thresholds


@pytest.mark.parametrize("shelf", SHELVES)
def test_every_file_of_a_shelf_holds_one_entry(shelf: str) -> None:
    package = sys.modules[shelf].__file__
    assert package is not None
    files = {path.stem for path in Path(package).parent.glob("*.py")} - {"__init__"}
    assert files == set(SHELVES[shelf])


@pytest.mark.parametrize("fault", FAULTS)
def test_findings_and_moves_keep_their_contract(fault: str) -> None:
    evidence, figures = faulty(fault)
    findings = [finding for rule in rules.values() for finding in rule(evidence, figures)]
    for finding in findings:
        check_finding(evidence, finding)
    moves = [move for fix in fixes.values() for move in fix(evidence, findings)]
    for move in moves:
        check_move(evidence, move)
    check_ladders(moves)
    assert all(move.fix in fixes for move in moves)


ODD_TABLE = Flat(
    cells={
        "A": {"power_dbm": 12.05, "max_power_dbm": 17.25, "cell_reselect_offset_db": 3, "temporary_offset_db": 10},
        "B": {"power_dbm": 13.33, "max_power_dbm": 20, "cell_reselect_offset_db": 5, "penalty_time_s": 640},
        "C": {"mech_tilt_deg": 9.3, "elec_tilt_deg": 11.7, "power_dbm": 40.01, "cell_reselect_offset_db": 6},
        "D": {"mech_tilt_deg": 12, "elec_tilt_deg": 0.2, "cell_reselect_offset_db": 130, "power_dbm": 80},
    },
    relations={
        ("A", "B"): {"ho_margin_pbgt_db": 7}, ("B", "A"): {"ho_margin_pbgt_db": 2.5},
        ("A", "C"): {"ho_margin_pbgt_db": -30}, ("C", "A"): {"ho_margin_pbgt_db": 15},
        ("A", "D"): {"ho_margin_pbgt_db": 3.5}, ("B", "C"): {},
    },
    gsm={"A": -76.0, "B": -77.0, "C": -77.0, "D": -78.0},
    server=None,
)  # fmt: skip


def test_moves_from_odd_values_are_legal_too() -> None:
    evidence, figures = judged(ODD_TABLE)
    cells = evidence.network.cells.assign(antenna="any")
    evidence = replace(evidence, network=replace(evidence.network, cells=cells))
    findings = [finding for rule in rules.values() for finding in rule(evidence, figures)]
    assert {"wrong_parameters", "no_dominant_server", "one_way_neighbour", "das_leakage"} <= {f.rule for f in findings}
    for finding in findings:
        check_finding(evidence, finding)
    moves = [move for fix in fixes.values() for move in fix(evidence, findings)]
    for move in moves:
        check_move(evidence, move)
    check_ladders(moves)
    made = {move.fix for move in moves}
    others = {fix for fix in fixes if fix.startswith(("lte_", "retune_", "redirect_", "downtilt_"))}
    # B's sign is flipped, and no area is found fault with
    assert made >= set(fixes) - others - {"temporary_offset", "area_hysteresis"}


def test_a_fix_proposes_nothing_where_nothing_was_found() -> None:
    evidence, _ = faulty("no_dominant_server")
    assert [move for fix in fixes.values() for move in fix(evidence, [])] == []


def test_rules_say_nothing_of_unknown_figures() -> None:
    """A log too poor for any figure: what remains is what the tables alone show."""
    evidence, _ = faulty("no_dominant_server")
    nothing = Figures({}, {})
    assert all(f.severity < 0.5 for rule in rules.values() for f in rule(evidence, nothing) if f.basis != "tables")


# ---- adding a file is adding an entry ----


def test_a_file_put_into_the_folder_is_on_the_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "odd_shelf"
    folder.mkdir()
    (folder / "__init__.py").write_text("from rfopt.registry import Shelf\nodds = Shelf('odd_shelf')\n")
    code = "from odd_shelf import odds\n@odds(of='{0}')\ndef {0}(x):\n    return x\n"
    for name in ("second", "first"):
        (folder / f"{name}.py").write_text(code.format(name))
    monkeypatch.syspath_prepend(str(tmp_path))
    shelf: Shelf = __import__("odd_shelf").odds
    assert list(shelf) == ["first", "second"] and shelf["second"](3) == 3
    assert shelf.facts["first"] == {"of": "first"} and len(shelf) == 2
    with pytest.raises(KeyError, match="no 'frist'; did you mean 'first'"):
        shelf["frist"]
    with pytest.raises(ValueError, match="two entries of odd_shelf are called first"):
        shelf(shelf["first"])


NEW = {
    "rfopt.kpis": "@kpis(of='gsm_idle', unit='x', weight=0.5, target=1.0, fail=0.0)\ndef zz(replay):\n    return 1.0\n",
    "rfopt.rules": "@rules\ndef zz(evidence, figures):\n    return ['found']\n",
    "rfopt.fixes": "@fixes\ndef zz(evidence, findings):\n    return ['move']\n",
}
ASK = """
import importlib, sys
from rfopt.mobility.timeline import Replay
for name in ("rfopt.kpis", "rfopt.rules", "rfopt.fixes"):
    importlib.import_module(name).__path__.append(f"{sys.argv[1]}/{name}")
from rfopt.kpis import compute, kpis, objective
from rfopt.rules import rules
from rfopt.fixes import fixes
print(compute(Replay((), (), None, (), ()))["zz"], objective({"zz": 0.25}), rules["zz"](0, 0), fixes["zz"](0, 0))
"""


def test_a_file_beside_rfopts_own_takes_part(tmp_path: Path) -> None:
    for package, code in NEW.items():
        (tmp_path / package).mkdir()
        shelf = package.split(".")[1]
        (tmp_path / package / "zz.py").write_text(f"from {package} import {shelf}\n{code}")
    asked = subprocess.run([sys.executable, "-c", ASK, str(tmp_path)], capture_output=True, text=True, check=True)
    assert asked.stdout.split() == ["1.0", "0.25", "['found']", "['move']"]
