"""The summary as a page that needs nothing outside itself; it links to the cases' own reports beside it."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined

from rfopt.words import say

MOST_ROWS = 2_000
"""Rows that the page shows of each table; summary.csv and summary.json have all."""


def summary_html(table: dict[str, Any], lang: str) -> str:
    """The page of a batch's summary, in ``en`` or ``zh``."""
    source = resources.files("rfopt.batch").joinpath("summary.html").read_text(encoding="utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    words = functools.partial(_say, lang)
    failed = [case for case in table["cases"] if case["error"]]
    done = [case for case in table["cases"] if not case["error"]]
    worst = sorted(done, key=lambda case: (case["before"], case["name"]))
    return page.from_string(source).render(
        t=words, lang=lang, table=table, done=worst[:MOST_ROWS], failed=failed[:MOST_ROWS], counted=len(done),
        report=lambda name: f"cases/{quote(name)}/report.html", most=MOST_ROWS,
        largest=max((len(cell["cases"]) for cell in table["cells"]), default=1),
    )  # fmt: skip


def _say(lang: str, key: str, **values: Any) -> str:
    return say(key, lang, **values)
