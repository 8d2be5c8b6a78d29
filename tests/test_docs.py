"""The pages in docs/: scripts draw their figures, links and files are there, code blocks run, and the site builds."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import rfopt as package
from rfopt.audits import audits
from rfopt.case import TUNABLE
from rfopt.cli import COMMANDS
from rfopt.fixes import fixes
from rfopt.kpis import kpis
from rfopt.radio.path_loss import path_losses
from rfopt.rules import rules
from rfopt.tables import schema
from rfopt.words import speak, spoken

DOCS = Path(__file__).parents[1] / "docs"
SCRIPTS = sorted(path for path in DOCS.glob("*.py") if path.with_suffix(".md").exists())
PAGES = sorted(DOCS.rglob("*.md"))
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = [page for page in PAGES if BLOCK.search(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_script_draws_its_figures(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location(script.stem, script)
    assert spec is not None and spec.loader is not None
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    if hasattr(page, "HOURS"):
        monkeypatch.setattr(page, "HOURS", 0.5)
    drawn = page.main(tmp_path)
    assert drawn and {path.suffix for path in drawn} <= {".svg", ".png"}
    assert all(path.parent == tmp_path and path.stat().st_size > 5000 for path in drawn)
    text = script.with_suffix(".md").read_text(encoding="utf-8")
    assert all(f"figures/{path.name}" in text for path in drawn)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_what_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", RUN, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_the_code_of_a_page_runs(page: Path, rfopt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All blocks of a page one after another in an empty folder: commands in this process, Python in one namespace."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    lang = spoken()
    for kind, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        if kind == "python":
            exec(compile(block, page.name, "exec"), names)
            continue
        for line in block.splitlines():
            program, *words = shlex.split(line, comments=True) or ["#"]
            assert program in ("rfopt", "#"), line
            if program == "rfopt":
                code, _, err = rfopt(*words)
                assert code == 0, err
    speak(lang)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with warnings as errors."""
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", str(DOCS), str(out)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(DOCS.parent)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out


def test_the_site_asks_nothing_of_the_network(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(PAGES)
    for page in pages:
        loaded = re.findall(
            r"<(?:link|script|img|iframe)\b[^>]*?(?:src|href)=\"([^\"]*)", page.read_text(encoding="utf-8")
        )
        assert [address for address in loaded if "//" in address] == []
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//", styles) == []


def test_the_reference_holds_what_the_code_has(site: Path) -> None:
    def text(name: str) -> str:
        return (site / "reference" / f"{name}.html").read_text(encoding="utf-8")

    for name, entries in {
        "rules": rules, "fixes": fixes, "audits": audits, "figures": kpis, "parameters": TUNABLE,
        "tables": [*schema("cells"), *schema("log")], "path_loss": path_losses, "commands": COMMANDS,
        "python": [name for name in package.__all__ if name != "plots"],
    }.items():  # fmt: skip
        page = text(name)
        assert [entry for entry in entries if entry not in page] == [], name
        assert "{{" not in page
