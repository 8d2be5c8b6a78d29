"""What a result looks like outside: the report a person opens, and JSON."""

from __future__ import annotations

from pathlib import Path

from rfopt.comparison.retest import Comparison
from rfopt.files import write_whole
from rfopt.prediction import Calibrated, Prediction
from rfopt.recommendation import Recommendation
from rfopt.report import retest
from rfopt.report.json_form import diagnosis_json, log_only_json, recommendation_json
from rfopt.report.page import HTML_LANG, page_of
from rfopt.report.rendering import rendered, still
from rfopt.report.retest import retest_json
from rfopt.report.views import views_of_building
from rfopt.words import in_words

__all__ = [
    "building_html",
    "diagnosis_json",
    "log_only_json",
    "recommendation_json",
    "report_html",
    "retest_json",
    "write_report",
    "write_retest",
]


def write_report(result: Recommendation, folder: Path, lang: str) -> Path:
    """Write ``report.html`` into a folder, whole or not at all, and return its path.

    Parameters
    ----------
    lang : str
        ``en`` or ``zh``.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    path = folder / "report.html"
    write_whole(path, report_html(result, lang))
    return path


def building_html(prediction: Prediction, calibration: Calibrated | None, lang: str) -> str:
    """A predicted tower as one page: in three dimensions, its façades, and the chosen floor in numbers.

    Parameters
    ----------
    prediction : Prediction
        Of the kind ``tower``.
    calibration : optional
        What the prediction was corrected with.
    """
    values = {
        "lang": HTML_LANG[lang],
        "title": f"rfopt: {prediction.name}",
        "case": None,
        "rows": [],
        "heard": [],
        "calibrated": prediction.measured_places,
        "views": views_of_building(prediction.network, prediction.name, calibration, lang),
        "warnings": [in_words(note, lang) for note in prediction.notes],
    }
    return rendered("building.html", values, lang)


def report_html(result: Recommendation, lang: str) -> str:
    """The report as one page that needs nothing outside itself and asks for nothing."""
    return rendered("report.html", page_of(result, lang), lang)


def write_retest(found: Comparison, folder: Path, lang: str) -> Path:
    """Write ``comparison.html`` into a folder, whole or not at all, and return its path.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    path = folder / "comparison.html"
    write_whole(path, still("retest.html", retest.page_of(found, lang), lang))
    return path
