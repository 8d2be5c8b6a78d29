"""The verdict in every format: shape, and names that would break it."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from rfopt.verdicts import verdicts
from rfopt.words import say

HOSTILE = 'A"<b>|`::error file=x::%0A\u202e]]>&,\x07'
FAULT = {"audit": "power", "kind": "power_cut", "cells": [HOSTILE], "lines": [3, 4], "changes": ["x"],
         "text": f"{HOSTILE} falls"}  # fmt: skip


def table(passed: bool = False) -> dict[str, Any]:
    gates = [
        {"gate": "audit: power", "pass": passed, "value": 1, "limit": 0, "text": f"{HOSTILE} falls"},
        {"gate": "audit: tilt", "pass": True, "value": 0, "limit": 0, "text": "nothing found"},
        {"gate": "objective not worse", "pass": passed, "value": 0.1, "limit": 0.0, "text": "worse", "case": HOSTILE},
    ]
    kpis = {"before": {"objective": 0.5, "drop_per_call": None}, "after": {"objective": 0.4, "drop_per_call": None},
            "interval": {"objective": [0.3, 0.5], "drop_per_call": [None, None]}, "worse_interval": {}}  # fmt: skip
    return {
        "schema": "rfopt.check/1", "pass": passed, "plan": f"plans/{HOSTILE}.csv", "changes": 2, "seed": 0,
        "version": "1",
        "gates": gates, "faults": [] if passed else [FAULT], "notes": [FAULT], "warnings": [],
        "cases": [{"case": HOSTILE, "kpis": kpis, "harm": []}],
    }  # fmt: skip


@pytest.mark.parametrize("form", list(verdicts))
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("passed", [True, False])
def test_every_format_is_plain_text_of_any_name(form: str, lang: str, passed: bool) -> None:
    text = verdicts[form](table(passed), lang)
    assert text == verdicts[form](table(passed), lang) and text.endswith("\n")
    if form != "json":
        assert all(c.isprintable() or c == "\n" for c in text)


def test_json_is_the_contracts() -> None:
    back = json.loads(verdicts["json"](table(), "en"))
    assert back == table()
    assert all({"gate", "pass", "value", "limit", "text"} <= gate.keys() for gate in back["gates"])


def test_junit_counts_its_cases() -> None:
    root = ET.fromstring(verdicts["junit"](table(), "en"))
    [suite] = root.findall("testsuite")
    assert suite.get("tests") == "3" and suite.get("failures") == "2" == str(len(suite.findall(".//failure")))
    failure = suite.find("testcase/failure")
    assert failure is not None and ":3,4: " in str(failure.text)


def test_sarif_has_the_shape_of_2_1_0() -> None:
    log = json.loads(verdicts["sarif"](table(), "en"))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    [run] = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules) and rules[-1] == "gate"
    for rule in run["tool"]["driver"]["rules"]:
        assert all(rule[part]["text"] for part in ("shortDescription", "fullDescription", "help"))
    assert [result["level"] for result in run["results"]] == ["error", "note", "error"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"] and result["message"]["text"]
        for place in result["locations"]:
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[\w./%~-]+", uri) and place["physicalLocation"]["region"]["startLine"] >= 1


def test_a_plan_is_named_from_where_the_check_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code scanning finds files by their path in the repository."""
    monkeypatch.chdir(tmp_path)
    named = {"plans/a b.csv": "plans/a%20b.csv", str(tmp_path / "plans" / "c.csv"): "plans/c.csv",
             "/elsewhere/d.csv": "file:///elsewhere/d.csv"}  # fmt: skip
    for plan, uri in named.items():
        [run] = json.loads(verdicts["sarif"](table() | {"plan": plan}, "zh"))["runs"]
        places = [place["physicalLocation"] for result in run["results"] for place in result["locations"]]
        assert {place["artifactLocation"]["uri"] for place in places} == {uri}


def test_github_commands_are_one_line_each() -> None:
    lines = verdicts["github"](table(), "en").splitlines()
    assert [line.split(" ")[0] for line in lines[:-1]] == ["::error", "::error", "::notice"]
    for line in lines[:-1]:
        properties = line.split("::")[1].partition(" ")[2]
        assert [p.partition("=")[0] for p in properties.split(",")] == ["file", "line", "title"]


def test_markdown_tables_keep_their_columns() -> None:
    text = verdicts["markdown"](table(), "en")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    widths = [len(next(csv.reader(io.StringIO(row.replace("\\|", "")), delimiter="|"))) for row in rows]
    assert widths == [5, 5, 5, 4, 4, 4, 7, 7, 7]
    assert "<b>" not in text.replace("\\<b\\>", "")


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_value_outside_of_its_interval_is_marked(form: str, lang: str) -> None:
    made, note = table(), say("show.outside", lang)
    assert note not in verdicts[form](made, lang)
    made["cases"][0]["kpis"]["interval"]["objective"] = [0.45, 0.5]
    marked = verdicts[form](made, lang)
    assert note in marked and "40†" in marked
