"""Many cases: each alone in its process, nothing lost, nothing twice, one summary."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rfopt.batch.jobs import Record, Settings, find_jobs, read_record, write_record
from rfopt.batch.merging import merge
from rfopt.batch.pool import local, run_all
from rfopt.batch.summary import summarise, worst_cells
from rfopt.batch.work import work
from rfopt.errors import InputError
from rfopt.network import Change
from rfopt.words import say

from .cases import poisoned, started, write_cases


@pytest.fixture
def poison(tmp_path, monkeypatch):
    for name, value in poisoned(tmp_path).items():
        monkeypatch.setenv(name, value)


def settings(folder, **values):
    return replace(Settings(str(folder / "out")), **values)


def test_cases_are_found_below_folders_each_once(tmp_path):
    cases = write_cases(tmp_path, ["b", "a"])
    jobs = find_jobs([cases, cases / "a"], settings(tmp_path))
    assert [job.name for job in jobs] == ["a", "b"]
    with pytest.raises(InputError, match=r"holds no case"):
        find_jobs([tmp_path / "site_configs"], settings(tmp_path))


def test_cases_of_one_name_are_told_apart_by_their_parents(tmp_path):
    for part in ("north", "south"):
        write_cases(tmp_path / part, ["flat"])
    jobs = find_jobs([tmp_path], settings(tmp_path))
    assert [job.name for job in jobs] == ["north~drive_tests~flat", "south~drive_tests~flat"]


def test_a_record_holds_until_an_input_the_seed_or_the_language_changes(tmp_path):
    cases = write_cases(tmp_path, ["a"])
    kept = settings(tmp_path)
    (job,) = find_jobs([cases], kept)
    write_record(kept.output, Record(job.name, job.case, job.fingerprint))
    assert read_record(kept.output, job) is not None
    for other in (replace(kept, seed=1), replace(kept, lang="zh")):
        assert read_record(kept.output, find_jobs([cases], other)[0]) is None
    table = tmp_path / "site_configs" / "net" / "cells.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("D,", "D ,"), encoding="utf-8")
    assert read_record(kept.output, find_jobs([cases], kept)[0]) is None


def test_a_case_whose_log_is_missing_is_a_job_that_says_so(tmp_path):
    folder = write_cases(tmp_path, ["a"])
    (folder / "a" / "log.csv").unlink()
    [job] = find_jobs([folder], settings(tmp_path))
    record = work(job, settings(tmp_path))
    assert job.fingerprint == "" and not record.done and "log.csv" in record.error


def test_a_broken_record_or_one_of_a_failure_is_done_again(tmp_path):
    kept = settings(tmp_path)
    (job,) = find_jobs([write_cases(tmp_path, ["a"])], kept)
    write_record(kept.output, Record(job.name, job.case, job.fingerprint, error="died"))
    assert read_record(kept.output, job) is None
    path = Path(kept.output) / "records" / "a.json"
    for text in ("{", "[]", '{"name": "a"}'):
        path.write_text(text, encoding="utf-8")
        assert read_record(kept.output, job) is None


def test_poison_fails_alone_and_the_next_run_does_only_what_is_left(tmp_path, poison):
    cases = write_cases(tmp_path, ["a", "crash", "hog", "bug", "hang", "b"])
    (cases / "b" / "case.toml").write_text("[complaint", encoding="utf-8")
    kept = settings(tmp_path, memory_mb=2000, seconds=600.0)
    jobs = find_jobs([cases], kept)
    with local(2) as executor:
        hang = [job for job in jobs if job.name == "hang"]
        records = {r.name: r for r in run_all([job for job in jobs if job.name != "hang"], kept, executor)}
        records |= {r.name: r for r in run_all(hang, replace(kept, seconds=10.0), executor)}
    assert records["a"].done
    assert "signal 11" in records["crash"].error
    assert "2000 MB" in records["hog"].error
    assert "an error of rfopt itself" in records["bug"].error
    assert "longer than 10 s" in records["hang"].error
    assert "case.toml:1: is not TOML" in records["b"].error
    last_words = Path(kept.output) / "cases" / "bug" / "error.txt"
    assert "ZeroDivisionError" in last_words.read_text(encoding="utf-8")
    assert (Path(kept.output) / "cases" / "a" / "report.html").exists()
    table = summarise(list(records.values()), kept)
    assert [case["name"] for case in table["cases"] if case["error"]] == ["b", "bug", "crash", "hang", "hog"]

    before = started(tmp_path)
    with local(1) as executor:
        again = list(run_all([job for job in jobs if job.name in ("a", "bug")], kept, executor))
    assert started(tmp_path)[len(before) :] == ["bug"]
    assert sorted(record.done for record in again) == [False, True]


CHANGE = {"cell": "A", "neighbour": None, "parameter": "power_dbm", "old": 12.0, "new": 8.0, "visit": False}


def record(name, *changes, network="net", findings=()):
    return Record(name, name, "", name, network, objective=(0.5, 0.9), plan=changes, findings=findings)


def test_plans_that_agree_are_merged_with_the_cases_that_ask():
    (merged,) = merge([record("x", CHANGE), record("y", CHANGE)])
    assert merged.changes == ((Change("A", None, "power_dbm", 12.0, 8.0), ("x", "y")),)
    assert not merged.contradictions


@pytest.mark.parametrize(
    ("other", "kind"),
    [({**CHANGE, "new": 6.0}, "size"), ({**CHANGE, "new": 14.0}, "opposite")],
)
def test_plans_that_want_different_values_contradict(other, kind):
    (merged,) = merge([record("x", CHANGE), record("y", other)])
    assert merged.changes == ()
    assert [told.kind for told in merged.contradictions] == [kind]


def test_a_margin_of_a_relation_that_another_case_deletes_is_told():
    margin = {**CHANGE, "neighbour": "B", "parameter": "ho_margin_pbgt_db", "old": 6.0, "new": 10.0}
    gone = {**CHANGE, "neighbour": "B", "parameter": "neighbour", "old": "present", "new": "absent"}
    (merged,) = merge([record("x", margin), record("y", gone)])
    assert [told.kind for told in merged.contradictions] == ["gone"]
    assert [str(change) for change in merged.plan] == ["A→B neighbour present → absent"]


def test_plans_of_different_networks_do_not_meet():
    merged = merge([record("x", CHANGE, network="n1"), record("y", {**CHANGE, "new": 6.0}, network="n2")])
    assert [len(network.plan) for network in merged] == [1, 1]


def test_the_cells_behind_most_complaints_come_first():
    blame = {"rule": "das_leakage", "severity": 0.8, "cells": ["B"], "text": ""}
    mild = {"rule": "overshoot", "severity": 0.3, "cells": ["C"], "text": ""}
    worst = worst_cells([record("x", findings=(blame, mild)), record("y", findings=({**blame, "cells": ["B", "A"]},))])
    assert [(cell["cell"], cell["cases"]) for cell in worst] == [("B", ["x", "y"]), ("A", ["y"])]


HOSTILE = '<script>alert(1)</script>{{ 7*7 }}"><img src=x onerror=alert(1)>'


def test_a_hostile_name_is_text_in_the_summary(tmp_path):
    change = {**CHANGE, "cell": HOSTILE}
    found = {"rule": "das_leakage", "severity": 0.9, "cells": [HOSTILE], "text": HOSTILE}
    other = {**change, "new": 14.0}
    records = [record(HOSTILE, change, findings=(found,)), record("y", other), Record("z", "z", "", error=HOSTILE)]
    for lang in ("en", "zh"):
        summarise(records, settings(tmp_path, lang=lang))
        page = (tmp_path / "out" / "summary.html").read_text(encoding="utf-8")
        assert "<script" not in page
        assert "<img" not in page
        assert "49" not in page.split("</style>")[1].split("{{")[0][:200]


def test_the_summary_calls_parameters_as_its_language_does(tmp_path):
    for lang in ("en", "zh"):
        summarise([record("x", CHANGE)], settings(tmp_path, lang=lang))
        page = (tmp_path / "out" / "summary.html").read_text(encoding="utf-8")
        assert say(f"parameter.{CHANGE['parameter']}", lang) in page and CHANGE["parameter"] not in page


def test_the_summary_does_not_depend_on_the_order_of_the_records(tmp_path):
    records = [record("x", CHANGE), record("y", {**CHANGE, "new": 6.0}), Record("z", "z", "", error="e", seconds=3.0)]
    summarise(records, settings(tmp_path))
    first = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    summarise(records[::-1], settings(tmp_path))
    assert first == {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["schema"] == "rfopt.batch/1"


def test_the_command_says_what_failed_and_exits_with_1(tmp_path, rfopt, poison):
    cases = write_cases(tmp_path, ["a", "bug"])
    code, out, err = rfopt("batch", cases, "-o", tmp_path / "out", "--workers", 2)
    assert code == 1
    assert "1 cases done, 1 failed" in out
    assert "bug: an error of rfopt itself" in out
    assert not err
    assert rfopt("batch", tmp_path / "site_configs", "-o", tmp_path / "out")[0] == 2
    assert rfopt("batch", cases, "-o", tmp_path / "o", "--cluster", 2, "--scheduler", "tcp://127.0.0.1:1")[0] == 2
