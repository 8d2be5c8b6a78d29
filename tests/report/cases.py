"""Cases for the report: hostile names, nothing to change, one technology only, no map."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from rfopt.case import read_case
from rfopt.example import write_example
from rfopt.files import read_text
from rfopt.finding import Finding
from rfopt.geography.scene import build_scene
from rfopt.mobility.situation import Budget
from rfopt.network import read_plan
from rfopt.recommendation import Recommendation, recommend

HOSTILE = {
    "宝湖天下NG2-5": "<script>alert(1)</script>",
    "宝湖湾二期NG2-6": '"onload="alert(2)',
    "金凤自来水厂NG1-1": "]]>--></style><b>",
    "公安康复中心NG-1": "cmd|' /C calc'!A0",
    "艾依水郡NG1-1": "{{ 7*7 }}{% x %}${y}",
    "金凤五里宜居-NGH-2": "javascript:" + "很长的名字" * 30,
    "金凤正源街-NGH-2": "</script><img src=x onerror=alert(5)>",
    "金凤宝湖湾26号楼-NLH-1": '"><svg onload=alert(6)>\\u003c/script>\u2028',
    "建华中学-NLH-3": "'><img src=x onerror=alert(3)>",
}
ROOM = "<svg/onload=alert(4)>"
TEXT = "</title><iframe src=//evil.example>\u202ereversed"
LIMITS = """[limits]
parameters = ["cell_reselect_offset_db", "redirect_arfcn", "ho_margin_pbgt_db", "power_dbm"]
max_changes = 6
"""
FEW = Budget(runs=24, draws=4)
QUICK = '[limits]\nparameters = ["cell_reselect_offset_db"]\nmax_changes = 1\n'


def rename(folder: Path, names: Mapping[str, str]) -> None:
    """Give cells other names in every table of a folder."""
    for path in folder.rglob("*.csv"):
        rows = list(csv.reader(read_text(path).splitlines()))
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[names.get(word, word) for word in row] for row in rows])


def hostile_folder(root: Path) -> Path:
    """The example with hostile names of cells, rooms and the complaint."""
    folder = write_example(root)
    rename(root, {**HOSTILE, "dining_north": ROOM})
    toml = with_limits(folder, LIMITS)
    for name, other in HOSTILE.items():
        toml = toml.replace(f'"{name}"', json.dumps(other))
    toml = re.sub(r"^text = .*$", lambda _: f"text = {json.dumps(TEXT)}", toml, flags=re.M)
    (folder / "case.toml").write_text(toml, encoding="utf-8")
    return folder


def with_limits(folder: Path, limits: str) -> str:
    """The text of case.toml under other limits."""
    return (folder / "case.toml").read_text(encoding="utf-8").split("[limits]")[0] + limits


def hostile_result(folder: Path) -> Recommendation:
    """What is recommended there, beside the engineers' plan."""
    case = read_case(folder)
    plan = read_plan(folder / "engineers_plan.csv", case.network)
    return recommend(case, rivals={"<i>engineers</i>": plan}, budget=FEW)


def of_one_technology(root: Path, rat: str) -> Recommendation:
    """The example as a phone of one technology logs it."""
    folder = write_example(root)
    for path in folder.glob("*.csv"):
        if path.name != "engineers_plan.csv":
            rows = pd.read_csv(path, dtype=str, keep_default_na=False)
            rows[rows["rat"] == rat].to_csv(path, index=False)
    logs = ["idle_2g.csv", "call_2g.csv"] if rat == "GSM" else ["lte_idle_csfb.csv"]
    toml = re.sub(r"^logs = .*$", f"logs = {json.dumps(logs)}", with_limits(folder, QUICK), flags=re.M)
    (folder / "case.toml").write_text(toml, encoding="utf-8")
    return recommend(read_case(folder), budget=replace(FEW, runs=16, draws=2))


def emptied(result: Recommendation, findings: tuple[Finding, ...]) -> Recommendation:
    """The same case with nothing to change."""
    return replace(
        result,
        steps=(),
        score_after=result.score_before,
        after=result.before,
        interval=result.interval_before,
        harm=(),
        ladder=result.ladder[:1],
        replay_after=result.evidence.replay,
        rivals={},
        diagnosis=replace(result.diagnosis, findings=findings, explained=(math.nan,) * len(findings)),
    )


def without_map(result: Recommendation) -> Recommendation:
    """The same case where nobody has a map."""
    return replace(result, groups=replace(result.groups, scene=build_scene((), result.groups.scene.frame)))


def without_places(result: Recommendation) -> Recommendation:
    """The same case where neither map nor places of cells are known."""
    network = result.evidence.network
    nowhere = replace(network, cells=network.cells.assign(lat=math.nan, lon=math.nan), buildings=())
    bare = without_map(result)
    return replace(bare, evidence=replace(bare.evidence, network=nowhere))
