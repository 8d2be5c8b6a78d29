"""One case with hostile names for all tests of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from rfopt.recommendation import Recommendation
from rfopt.report import report_html

from .cases import hostile_folder, hostile_result


@pytest.fixture(scope="session")
def case_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The case's folder."""
    return hostile_folder(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="session")
def result(case_folder: Path) -> Recommendation:
    """What is recommended for it."""
    return hostile_result(case_folder)


@pytest.fixture(scope="session")
def english(result: Recommendation) -> str:
    """Its report."""
    return report_html(result, "en")
