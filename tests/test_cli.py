"""The command line: exit codes, one-line errors, JSON, determinism, and a help that answers at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "drive_tests" / "baohu_tianxia"
COMMANDS = ("example", "ingest", "diagnose", "recommend", "simulate", "predict", "calibrate")


def one_line(error: str) -> str:
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error
    return error


def test_help_loads_no_science():
    code = (
        "import sys; sys.argv = ['rfopt', '--help']\n"
        "import rfopt.cli\n"
        "try: rfopt.cli.main()\nexcept SystemExit: pass\n"
        "heavy = {'numpy', 'pandas', 'numba', 'scipy', 'matplotlib', 'shapely', 'pyarrow', 'jinja2', 'rich'}\n"
        "sys.exit(str(sorted(heavy & set(sys.modules))) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in COMMANDS:
        assert command in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_the_common_options(rfopt, command):
    code, out, _ = rfopt(command, "--help")
    assert code == 0
    for option in ("--json", "--seed", "--lang", "-q", "-v"):
        assert option in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("recomend", "x"), "did you mean 'recommend'?"),
        (("recommend",), "Missing argument 'CASE'"),
        (("recommend", "nowhere"), "nowhere: no such case"),
        (("diagnose", "nowhere"), "nowhere: no such case"),
        (("simulate", "nowhere"), "nowhere: no such case"),
        (("ingest", "nowhere.csv", "-o", "x.csv"), "nowhere.csv: no such file"),
        (("recommend", CASE, "--seed", "-1"), "-1 is not in the range"),
        (("recommend", CASE, "--seed", "x"), "'x' is not a valid integer"),
        (("recommend", CASE, "--lang", "de"), "'de' is not one of 'en', 'zh'"),
        (("recommend", CASE, "--frobnicate"), "No such option"),
        (("recommend", ROOT / "rfopt"), "has no case.toml"),
        (("recommend", CASE, "--compare", "nowhere.csv"), "nowhere.csv: no such file"),
        (("simulate", CASE, "--plan", CASE / "idle_2g.csv"), "column 'parameter' is missing"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_2(rfopt, words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = rfopt(*words)
    assert code == 2
    assert said in one_line(err)
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def broken(tmp_path: Path, name: str, line: int, old: str, new: str) -> Path:
    """A copy of the shipped case with one spot of one file spoilt."""
    for folder in ("drive_tests", "site_configs"):
        shutil.copytree(ROOT / folder / "baohu_tianxia", tmp_path / folder / "baohu_tianxia")
    file = next(tmp_path.glob(f"*/baohu_tianxia/{name}"))
    rows = file.read_text(encoding="utf-8").split("\n")
    assert old in rows[line - 1]
    rows[line - 1] = rows[line - 1].replace(old, new, 1)
    file.write_text("\n".join(rows), encoding="utf-8")
    return tmp_path / "drive_tests" / "baohu_tianxia"


@pytest.mark.parametrize(
    ("name", "line", "old", "new", "said"),
    [
        ("cells.csv", 2, "GSM", "GMS", "rat 'GMS' is not one of GSM, LTE"),
        ("cells.csv", 1, "height_m", "hight_m", "ignored; did you mean 'height_m'?"),
        ("case.toml", 1, "[complaint]", "[complaint", "is not TOML"),
        ("idle_2g.csv", 2, "GSM", "GSN", "rat 'GSN'"),
        ("neighbours.csv", 2, ",", "x,", "is not in cells.csv"),
    ],
)
def test_bad_files_are_named_with_file_and_line(rfopt, tmp_path, name, line, old, new, said):
    case = broken(tmp_path, name, line, old, new)
    code, _, err = rfopt("diagnose", case, "-v")
    if "ignored" in said:
        assert code == 0
        assert said in err
    else:
        assert code == 2
        assert f"{name}:{line}: " in one_line(err) or f"{name}: " in err
        assert said in err


def test_a_stale_plan_is_refused_with_its_line(rfopt, tmp_path):
    plan = tmp_path / "plan.csv"
    rows = (CASE / "engineers_plan.csv").read_text(encoding="utf-8").splitlines()
    row = next(k for k, text in enumerate(rows) if "power_dbm" in text)
    fields = rows[row].split(",")
    fields[3] = "1"
    plan.write_text("\n".join([rows[0], ",".join(fields)]) + "\n", encoding="utf-8")
    code, _, err = rfopt("simulate", CASE, "--plan", plan)
    assert code == 2
    assert "plan.csv:2: " in one_line(err)
    assert "made for another state of the network" in err


def test_outputs_are_whole_and_the_same_whatever_the_threads(tmp_path):
    """The contract's determinism: same input and seed, same bytes, with one thread and with two."""
    outputs = []
    for threads in ("1", "2"):
        folder = tmp_path / threads
        environment = {**os.environ, "NUMBA_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        words = [sys.executable, "-m", "rfopt", "recommend", str(CASE), "-o", str(folder), "--json", "-"]
        done = subprocess.run(words, capture_output=True, check=True, env=environment)
        files = {file.name: file.read_bytes() for file in sorted(folder.iterdir())}
        outputs.append((done.stdout, files))
    assert set(outputs[0][1]) == {"plan.csv", "rollback.csv", "recommendation.json", "report.html"}
    assert outputs[0] == outputs[1]
    table = json.loads(outputs[0][0])
    assert table["schema"] == "rfopt.recommendation/1"
    assert table["plan"]


def test_the_seed_matters_and_is_stated(rfopt):
    _, first, _ = rfopt("simulate", CASE, "--json", "-", "--seed", "1")
    _, second, _ = rfopt("simulate", CASE, "--json", "-", "--seed", "2")
    assert json.loads(first)["seed"] == 1
    assert json.loads(first)["kpis"]["before"] != json.loads(second)["kpis"]["before"]
    assert json.loads(first)["kpis"]["measured"] == json.loads(second)["kpis"]["measured"]


def test_example_writes_the_shipped_case(rfopt, tmp_path):
    code, _out, _ = rfopt("example", tmp_path, "-q")
    assert code == 0
    for file in sorted(CASE.rglob("*")):
        if file.is_file():
            assert (tmp_path / file.relative_to(ROOT)).read_bytes() == file.read_bytes(), file.name


def test_ingest_counts_and_round_trip(rfopt, tmp_path):
    code, out, _ = rfopt("ingest", CASE / "idle_2g.csv", "-o", tmp_path / "a.csv", "--json", "-")
    assert code == 0
    counts = json.loads(out)["files"][0]
    assert counts["rows"] == counts["readings"] + counts["rejected"]
    assert rfopt("ingest", tmp_path / "a.csv", "-o", tmp_path / "b.parquet", "-q")[0] == 0
    assert rfopt("ingest", tmp_path / "b.parquet", "-o", tmp_path / "c.csv", "-q")[0] == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "c.csv").read_bytes()


def test_ingest_never_overwrites_its_input(rfopt, tmp_path):
    log = tmp_path / "log.csv"
    log.write_bytes((CASE / "idle_2g.csv").read_bytes())
    before = log.read_bytes()
    code, _, err = rfopt("ingest", log, "-o", log)
    assert code == 2
    assert "would be overwritten" in one_line(err)
    assert log.read_bytes() == before


def test_diagnose_of_a_bare_log_needs_no_network(rfopt):
    code, out, _ = rfopt("diagnose", CASE / "idle_2g.csv", "--json", "-")
    assert code == 0
    rules = [finding["rule"] for finding in json.loads(out)["diagnosis"]]
    assert "pingpong_reselection" in rules


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_both_languages_speak(rfopt, lang):
    code, out, _ = rfopt("diagnose", CASE, "--lang", lang)
    assert code == 0
    assert any("\u4e00" <= c <= "\u9fff" for c in out.replace("宝湖天下", "")) or lang == "en"
