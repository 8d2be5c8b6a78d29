"""A recommendation as a folder of files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rfopt.files import as_json, write_whole
from rfopt.network import plan_text, rollback
from rfopt.recommendation import Recommendation
from rfopt.report import write_report


def write_results(result: Recommendation, table: dict[str, Any], folder: Path, lang: str) -> Path:
    """Write plan.csv, rollback.csv, recommendation.json and report.html; returns the report's path.

    Parameters
    ----------
    table : dict
        The recommendation as `rfopt.report.recommendation_json` gives it.
    lang : str
        ``en`` or ``zh``.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    write_whole(folder / "plan.csv", plan_text(result.plan))
    write_whole(folder / "rollback.csv", plan_text(rollback(result.evidence.network, result.plan)))
    write_whole(folder / "recommendation.json", as_json(table))
    return write_report(result, folder, lang)
