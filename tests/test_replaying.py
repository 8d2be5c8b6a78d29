"""A case or a bare log against the machines, from the command line down to the JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from rfopt.case import read_case
from rfopt.cli import cli
from rfopt.cli.simulate import replay_lines
from rfopt.errors import InputError
from rfopt.explaining import explain_case
from rfopt.logs import write_log
from rfopt.mobility.agreement import count, figures
from rfopt.mobility.replay import account
from rfopt.replaying import logged_case, replay_case

from .networks import LEVELS, LTE_LEVELS, network, readings, walk, write_network

ROOT = Path(__file__).parents[1]
BAOHU = ROOT / "drive_tests" / "baohu_tianxia"
SHARED = ROOT / ".." / "shared"
TOML = """
[complaint]
id = "case"
lat = 38.495
lon = 106.225
floor = 20
building = "b1"
[inputs]
network = "net"
logs = ["log.csv"]
"""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case")
    write_network(folder / "net", {"A": {"cell_reselect_hysteresis_db": 6}})
    (folder / "case.toml").write_text(TOML, encoding="utf-8")
    net, rng = network(), 0
    rows = walk(net, LEVELS, seconds=330.0, rng=rng)
    rows += walk(net, LEVELS, mode="call", seconds=60.0, start_s=400.0, quality_db=14.0, rxqual=2, rng=rng)
    for mode, start in (("idle", 500.0), ("data", 600.0)):
        rows += walk(net, LTE_LEVELS, mode=mode, seconds=60.0, start_s=start, quality_db=10.0, rng=rng)
    write_log(readings(rows), folder / "log.csv")
    return folder


@pytest.fixture(scope="module")
def replayed(case: Path) -> dict[str, Any]:
    return table(case, "--replay")


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, ["simulate", *map(str, words)])


def table(*words: object) -> dict[str, Any]:
    result = run(*words, "--json", "-", "-q")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_comparison_as_json(case: Path, replayed: dict[str, Any]) -> None:
    found = replayed
    assert (found["schema"], found["case"], found["strangers"]) == ("rfopt.replay/1", "case", [])
    assert list(found["modes"]) == ["gsm_idle", "gsm_call", "lte_idle", "lte_call"]
    for mode in found["modes"].values():
        assert {"machine", "machine_ahead", "strongest", "never"} <= set(mode["accounts"])
        for one in mode["accounts"].values():
            assert one["matched"] + one["near"] + one["missed"] == mode["phone_events"]
            assert 0.0 <= one["same_share"] <= 1.0
    assert found == table(case, "--replay"), "the same every time"


def test_what_no_table_gives_is_fitted(replayed: dict[str, Any]) -> None:
    fitted = {one["parameter"] for one in replayed["modes"]["gsm_idle"]["fit"]["parameters"]}
    assert "rxlev_access_min_dbm" in fitted, "empty in the table"


def test_fit_and_score_share_nothing(replayed: dict[str, Any]) -> None:
    mode = replayed["modes"]["gsm_idle"]
    fit = mode["fit"]
    assert fit["first_minutes"] == pytest.approx(2.75, abs=0.1) == mode["minutes"]
    assert fit["rest_minutes"] == pytest.approx(mode["minutes"], abs=0.1)


def test_the_machine_beats_both_baselines_on_the_shipped_case() -> None:
    """Its logs come from other fading than any simulation here draws, so this is no identity."""
    modes = table(BAOHU, "--replay")["modes"]
    assert all(mode["fit"] is None for mode in modes.values()), "its tables give everything"
    for name in ("gsm_idle", "gsm_call", "lte_idle"):
        machine = modes[name]["accounts"]["machine"]
        for base in ("strongest", "never"):
            assert machine["lead"][base]["same_share"][0] > 0.0, (name, base)
            assert machine["lead"][base]["event_score"][0] > 0.0, (name, base)
        assert modes[name]["accounts"]["machine_ahead"]["same_share"] > 0.95


def test_a_bare_log_and_a_log_for_a_case(case: Path, replayed: dict[str, Any]) -> None:
    assert len(table("--replay", case / "log.csv")["strangers"]) == 6
    other = table(case, "--replay", case / "log.csv")
    assert other["strangers"] == [] and other["modes"] == replayed["modes"]
    assert (
        table(case / "log.csv", "--why", "60")["answers"]
        == table("--replay", case / "log.csv", "--why", "60")["answers"]
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_lines_for_people(case: Path, replayed: dict[str, Any], lang: str) -> None:
    lines = "\n".join(replay_lines(replayed["modes"], lang))
    assert {"en": "time on the same cell", "zh": "同小区时长占比"}[lang] in lines
    why = run(case, "--why", "60", "--lang", lang, "-q")
    assert why.exit_code == 0 and {"en": "At ", "zh": "秒"}[lang] in why.stdout


def test_why_as_json(case: Path) -> None:
    found = table(case, "--why", "60")
    (answer,) = found["answers"]
    assert found["schema"] == "rfopt.why/1" and answer["machine"] == "gsm_idle" and answer["point"] == "north"
    assert answer["candidates"][0]["needed_db"] >= 0.0 and answer["text"].startswith("At ")


@pytest.mark.parametrize(("when", "told"), [
    ("9999", "expected 0 to"), ("12:03:07", "does not say when it began"), ("noon", "does not say when it began"),
    ("nan", "does not say when it began"), ("-5", "expected 0 to"),
])  # fmt: skip
def test_a_time_outside_the_log_is_refused(case: Path, when: str, told: str) -> None:
    log = logged_case(read_case(case))
    with pytest.raises(InputError, match=told):
        explain_case(log, when)


def dated(folder: Path) -> Path:
    """A log of two minutes that begins a minute before midnight."""
    net = network()
    path = folder / "dated.csv"
    write_log(readings(walk(net, {"A": -75.0, "B": -78.0}, seconds=120.0)), path)
    lines = path.read_text(encoding="utf-8").splitlines()
    clock = [f"2025-03-01T23:59:{s:02d}" if s < 60 else f"2025-03-02T00:00:{s - 60:02d}" for s in range(120)]
    rows = [line.split(",", 1) for line in lines[1:]]
    path.write_text("\n".join([lines[0], *(f"{clock[int(t)]},{rest}" for t, rest in rows)]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("when", "seconds"), [
    ("23:59:30", 30.0), ("00:00:30", 90.0), ("0:00", 60.0), ("2025-03-02T00:00:10", 70.0),
    ("2025.03.02_00.00.10", 70.0), ("2025-03-01 23:59:00", 0.0), ("45.5", 45.5),
])  # fmt: skip
def test_times_as_people_write_them(tmp_path: Path, when: str, seconds: float) -> None:
    (answer,) = explain_case(logged_case(read_case(dated(tmp_path))), when)
    assert abs(answer.time_s - seconds) <= 10.0
    assert answer.target or answer.time_s == seconds


@pytest.mark.parametrize("when", ["12:00:00", "2025-03-03T00:00:10", "24:00:00", "noon"])
def test_other_times_of_a_dated_log_are_refused(tmp_path: Path, when: str) -> None:
    with pytest.raises(InputError, match=r"began 2025-03-01T23:59:00"):
        explain_case(logged_case(read_case(dated(tmp_path))), when)


def test_nothing_to_replay_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    write_log(readings([{"serving": True, "rat": "3G", "time": float(t)} for t in range(9)]), tmp_path / "log.csv")
    with pytest.raises(InputError, match="no stretch of GSM or LTE that can be replayed"):
        logged_case(read_case(tmp_path / "log.csv"))


def test_usage(case: Path) -> None:
    assert run("--replay").exit_code == 2 and run().exit_code == 2
    assert run(case, "--replay", "--plan", "plan.csv").exit_code == 2


def test_an_excursion_to_another_technology_ends_a_stretch(tmp_path: Path) -> None:
    rows = walk(network(), {"A": -75.0, "B": -78.0}, seconds=60.0)
    rows = [row for row in rows if not 29.0 < float(str(row["time"])) < 33.0]
    rows += [{"time": 31.0, "rat": "3G", "serving": True, "point": "north", "mode": "idle"}]
    write_log(readings(sorted(rows, key=lambda row: float(str(row["time"])))), tmp_path / "log.csv")
    assert [piece.seconds for piece in logged_case(read_case(tmp_path / "log.csv")).pieces] == [29.0, 26.0]


def test_without_neighbours_nothing_is_scored(tmp_path: Path) -> None:
    rows = [row for row in walk(network(), {"A": -75.0, "B": -78.0}) if row.get("serving")]
    write_log(readings(rows), tmp_path / "log.csv")
    mode = replay_case(logged_case(read_case(tmp_path / "log.csv")))["modes"]["gsm_idle"]
    assert mode["accounts"] is None and mode["neighbours_share"] == 0.0 and mode["unreported_targets"] > 0
    assert "no neighbour was reported" in run(tmp_path / "log.csv", "--replay", "-q").stdout


def test_a_server_below_its_tables_least_level_is_believed(tmp_path: Path) -> None:
    net = network()
    write_network(tmp_path / "net", {"L": {"q_rxlevmin_dbm": -90}, "M": {"q_rxlevmin_dbm": -90}})
    (tmp_path / "case.toml").write_text(TOML, encoding="utf-8")
    write_log(readings(walk(net, {"L": -100.0, "M": -112.0}, server="L")), tmp_path / "log.csv")
    found = replay_case(logged_case(read_case(tmp_path)))
    assert found["modes"]["lte_idle"]["accounts"]["machine"]["same_share"] > 0.9
    assert any("below its q_rxlevmin_dbm -90" in note for note in found["warnings"])


@pytest.mark.skipif(not (SHARED / "worlds").exists(), reason="the worlds are not beside this checkout")
def test_logs_of_a_simulator_that_is_not_ours() -> None:
    log = logged_case(read_case(SHARED / "worlds" / "drive_tests" / "w82e0f"))
    for machine in ("gsm_idle", "gsm_call"):
        desk = log.bench_of(machine)
        found = {}
        for kind in ("free", "strongest", "never"):
            told = [(piece, account(kind, piece, desk)) for piece in log.of(machine)]
            found[kind] = figures(np.sum([count(p, one.server, one.moves).sum(axis=0) for p, one in told], axis=0))
        assert found["free"]["same_share"] > max(found["strongest"]["same_share"], found["never"]["same_share"]) + 0.1
        assert found["free"]["event_score"] > 0.7 and found["strongest"]["event_score"] < 0.5


@pytest.mark.skipif(not (SHARED / "data").exists(), reason="the Dakar logs are not beside this checkout")
def test_real_drive_logs_without_neighbours() -> None:
    for name in ("Orange", "Yas"):
        found = replay_case(logged_case(read_case(SHARED / "data" / "gnettrack-dakar" / f"{name}_log.txt")))
        assert set(found["modes"]) == {"lte_idle", "lte_call"}
        assert all(mode["accounts"] is None for mode in found["modes"].values())
        assert any("3G" in note and "not replayed" in note for note in found["warnings"])
