"""What rfopt says, in English and Chinese: one catalogue, `rfopt/schema/words.csv`, one row a sentence."""

from __future__ import annotations

import csv
import functools
import io
from importlib import resources
from typing import Any

from rfopt.errors import InputError, printable

LANGUAGES = ("en", "zh")
_chosen = {"lang": "en"}


def speak(lang: str) -> None:
    """Choose the language in which values show themselves in notebooks: ``en`` or ``zh``.

    Raises
    ------
    InputError
        For another language.
    """
    if lang not in LANGUAGES:
        raise InputError(f"language '{printable(lang)}' is unknown, expected one of {', '.join(LANGUAGES)}")
    _chosen["lang"] = lang


def spoken() -> str:
    """The language chosen by `speak`; English at first."""
    return _chosen["lang"]


@functools.cache
def catalogue() -> dict[str, dict[str, str]]:
    """Key to sentence by language."""
    text = resources.files("rfopt.schema").joinpath("words.csv").read_text(encoding="utf-8")
    return {row["key"]: {lang: row[lang] for lang in LANGUAGES} for row in csv.DictReader(io.StringIO(text))}


def say(key: str, lang: str, /, **values: Any) -> str:
    """A sentence of the catalogue with its blanks filled.

    Raises
    ------
    KeyError
        If the catalogue lacks the key: a bug, found by a test.
    """
    return catalogue()[key][lang].format(**values)
