"""The figures of the pages in docs/: every script draws them, and every page names files that are there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
SCRIPTS = sorted(DOCS.glob("*.py"))
PAGES = sorted(DOCS.glob("*.md"))


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


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
