"""Every notebook runs from top to bottom in a kernel of its own, from another folder, and tells its story with public
names only."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import rfopt

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))


def read(notebook: Path) -> nbformat.NotebookNode:
    return nbformat.read(notebook, as_version=4)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_another_folder(notebook, tmp_path):
    book = read(notebook)
    NotebookClient(book, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {"execute_result", "display_data", "stream"}
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    assert sum("text/html" in output.get("data", {}) for output in outputs) >= 2
    assert any("image/png" in output.get("data", {}) for output in outputs) or notebook.stem.startswith("5")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs_and_reads_like_a_story(notebook):
    cells = read(notebook).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")
    assert sum(cell.cell_type == "markdown" for cell in cells) >= 0.5 * len(code)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_only_public_names_are_used(notebook):
    for cell in read(notebook).cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("rfopt")
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_")
                if isinstance(node.value, ast.Name) and node.value.id == "rfopt":
                    assert node.attr in rfopt.__all__


def test_the_five_stories_are_there_and_lead_to_each_other():
    assert [path.stem[0] for path in NOTEBOOKS] == list("12345")
    for notebook, following in pairwise(NOTEBOOKS):
        assert f"]({following.name})" in read(notebook).cells[-1].source
