"""The worlds that recommendations are scored on: that they are sound, and what rfopt says of kinds nobody else has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from invented_worlds import making, truth
from invented_worlds import phone as ph
from invented_worlds.faults import KINDS
from invented_worlds.folder import write
from invented_worlds.phone import Gsm, idle, wander

from rfopt.case import read_case
from rfopt.diagnosis import diagnose
from rfopt.evidence import gather
from rfopt.mobility.situation import Budget
from rfopt.recommendation import needed_network

from .rules.flats import one_thread

FIT = {"missing_neighbour": (21, 2), "pci_mod3": (1, 0), "area_boundary": (1, 0), "wrong_access": (1, 0)}
"""Seed and attempt of a block that lends itself to the kind."""
BUDGET = Budget(runs=30, draws=6, idle_s=150.0, call_s=90.0, lte_call_s=20.0)


def competitors(margin_db: float) -> Gsm:
    """A wanted cell and five others at 0, −1, −2, −2, −3 dB on carriers of their own (domain sheet B.6)."""
    row = {"rxlev_access_min_dbm": -104, "penalty_time_s": 20, "lac": 1, "bsic": "0-0", "tch_arfcns": ""}
    cells = {
        name: row | {"arfcn": 3 * k + 1, "cell_reselect_offset_db": margin_db if k == 0 else 0}
        for k, name in enumerate("WABCDE")
    }
    pairs = {(a, b): {} for a in cells for b in cells if a != b}
    return ph.gsm_cells(list(cells), cells, pairs)


@pytest.mark.parametrize(("margin_db", "low", "high"), [(0.0, 0.2, 0.34), (6.0, 0.73, 0.87), (10.0, 0.92, 0.99)])
def test_idle_phones_camp_as_the_reference_says(margin_db: float, low: float, high: float) -> None:
    mean = np.tile(np.array([-70.0, -70.0, -71.0, -72.0, -72.0, -73.0]), (40, 1))
    raw = wander(np.random.default_rng(4), mean, np.full(6, 4.0), 5.0, 0.0, 1200, ph.IDLE_S)
    server = idle(competitors(margin_db), raw).server[:, 100:]
    assert low <= float((server == 0).mean()) <= high


def test_a_world_is_the_same_again_and_its_name_gives_nothing_away() -> None:
    one, two = (making.again("das_leakage", 5, 0) for _ in range(2))
    assert one.cells == two.cells and one.name == two.name
    assert truth.seen(one) == truth.seen(two)
    assert not any(kind in one.name for kind in KINDS)
    blamed, others = one.labels[0]["cells"], [n for n, row in one.cells.items() if row["kind"] == "das"]
    assert set(blamed) < set(others)


def test_the_undo_takes_the_fault_away_and_harms_nobody() -> None:
    world = making.again("wrong_access", *FIT["wrong_access"])
    found, cured = (truth.objective(truth.seen(world, plan)) for plan in ([], world.undo))
    assert cured > found + 0.1 and truth.harm(world, world.undo) == []


def test_a_plan_that_silences_an_estate_is_harm() -> None:
    """All cells that reach it, not its own alone: macros cover most of an estate without its distribution."""
    world = making.again("das_leakage", 5, 0)
    cell = world.labels[0]["cells"][0]
    plan = [
        {"cell": name, "neighbour": None, "parameter": "power_dbm", "new": world.cells[name]["power_dbm"] - 60}
        for name in world.of("GSM")
    ]
    assert any(f"estate of {cell}" in line for line in truth.harm(world, plan))


@pytest.mark.parametrize("kind", sorted(FIT))
def test_the_first_finding_is_the_fault_of_a_world_that_no_example_has(kind: str, tmp_path: Path) -> None:
    world = making.again(kind, *FIT[kind])
    write(world, tmp_path, {"labels": world.labels})
    assert json.loads((tmp_path / "truth" / f"{world.name}.json").read_text(encoding="utf-8"))["labels"]
    case = read_case(tmp_path / "drive_tests" / world.name)
    with one_thread():
        findings = diagnose(gather(case, needed_network(case), 0, BUDGET)).findings
    (label,) = world.labels
    assert findings[0].severity >= 0.5
    assert findings[0].rule in label["rules"] and set(findings[0].cells) & set(label["cells"]), findings[0]
