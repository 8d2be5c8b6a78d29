"""What a result looks like outside: the report a person opens, and JSON."""

from __future__ import annotations

import functools
from importlib import resources
from pathlib import Path
from typing import Any
from unicodedata import category

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from rfopt.files import write_whole
from rfopt.recommendation import Recommendation
from rfopt.report.json_form import diagnosis_json, log_only_json, recommendation_json
from rfopt.report.page import page_of
from rfopt.words import say

__all__ = ["diagnosis_json", "log_only_json", "recommendation_json", "report_html", "write_report"]


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


def report_html(result: Recommendation, lang: str) -> str:
    """The report as one page that needs nothing outside itself and runs no script."""
    words = functools.partial(_say, lang)
    return _templates().get_template("report.html").render(page_of(result, lang), t=words)


def _say(lang: str, key: str, **values: Any) -> str:
    return say(key, lang, **values)


@functools.cache
def _templates() -> Environment:
    """Templates that escape everything and fail on a name that is not there."""
    return Environment(
        loader=FunctionLoader(_source), autoescape=True, undefined=StrictUndefined, finalize=_visible,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def _source(name: str) -> str:
    return resources.files("rfopt.report").joinpath("templates", name).read_text(encoding="utf-8")


def _visible(value: Any) -> Any:
    """Text without characters that are not seen but act: controls and marks that turn the reading direction."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join("\ufffd" if c not in "\n\t" and category(c)[0] == "C" else c for c in value)
