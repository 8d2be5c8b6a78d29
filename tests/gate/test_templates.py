"""The script for a repository of networks and plans: what differs from a commit is checked, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..audits.plans import ROOT, W, plan_text

SCRIPT = ROOT / "docs" / "templates" / "check_changes.sh"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the shipped network, and an rfopt on the path that is this one."""
    tools, root = tmp_path / "tools", tmp_path / "repository"
    tools.mkdir()
    (tools / "rfopt").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rfopt "$@"\n', encoding="utf-8")
    (tools / "rfopt").chmod(0o755)
    shutil.copytree(ROOT / "site_configs", root / "site_configs")
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "networks")):
        git(root, *words)
    return root


def git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    subprocess.run(["git", *identity, "-C", str(root), *words], check=True, capture_output=True)


def checked(root: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{root.parent / 'tools'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["sh", str(SCRIPT), "HEAD"], cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def test_plans_and_networks_that_differ_are_checked(repository: Path) -> None:
    nothing = checked(repository)
    assert (nothing.returncode, nothing.stdout) == (0, "")
    plans = repository / "plans" / "baohu_tianxia"
    plans.mkdir(parents=True)
    (plans / "good one.csv").write_text(plan_text(f"{W},,cell_reselect_offset_db,0,10"), encoding="utf-8")
    good = checked(repository)
    assert good.returncode == 0 and "PASS: plans/baohu_tianxia/good one.csv" in good.stdout, good.stderr
    cells = repository / "site_configs" / "baohu_tianxia" / "cells.csv"
    cells.write_text(cells.read_text(encoding="utf-8").replace("4-5,22817,41004", "4-5,65534,41004"), encoding="utf-8")
    bad = checked(repository)
    assert bad.returncode == 1 and "[location_area]" in bad.stdout and "PASS: plans" in bad.stdout
