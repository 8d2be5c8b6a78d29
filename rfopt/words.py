"""What rfopt says, in English and Chinese: one catalogue, `rfopt/schema/words.csv`, one row a sentence."""

from __future__ import annotations

import csv
import functools
import io
import re
from importlib import resources
from typing import Any

from rich.cells import cell_len

from rfopt.errors import InputError, printable

LANGUAGES = ("en", "zh")
COMPOSED = ("error.", "note.", "audit.", "trap.", "doubt.", "why.mode.", "explain.steps")
"""Beginnings of the keys of what is composed before anybody knows in which language it will be read."""
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


@functools.cache
def _by_english() -> dict[str, dict[str, str]]:
    return {words["en"]: words for words in catalogue().values()}


def translated(text: str, lang: str) -> str:
    """A whole English text of the code, such as a docstring, in a language; itself where nobody wrote it."""
    return _by_english().get(text, {}).get(lang, text)


@functools.cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Patterns of the messages that rfopt composes, and their Chinese.

    First those that hold another message: after a fixed word and a colon, as ``harm: {why}``, or as their `first`.
    Of each kind those with most fixed text first.
    """
    rows = [words for key, words in catalogue().items() if key.startswith(COMPOSED) and not key.endswith(".name")]
    head = re.compile("[^{}]+: ")
    holds = {words["en"]: bool(head.match(words["en"])) or words["en"].startswith("{first}") for words in rows}
    rows.sort(key=lambda words: (not holds[words["en"]], -len(re.sub(r"\{\w+\}", "", words["en"]))))
    return [(_pattern(words["en"]), words["zh"]) for words in rows]


def _pattern(template: str) -> re.Pattern[str]:
    """What a template's English can become; a blank that stands twice is the same both times."""
    parts = re.split(r"\{(\w+)\}", template)
    pieces = [
        (f"(?P={part})" if part in parts[1:k:2] else f"(?P<{part}>.*?)") if k % 2 else re.escape(part)
        for k, part in enumerate(parts)
    ]
    return re.compile("".join(pieces), re.DOTALL)


def in_words(message: str, lang: str) -> str:
    """A composed English message in a language, found by its fixed text; as it is where the catalogue lacks it.

    Messages are composed where they arise, which knows no language; blanks may hold further messages, or a name that
    the catalogue has under theirs, as ``kpi.coverage_gsm`` for the blank `kpi`.

    >>> in_words("no such file", "en")
    'no such file'
    """
    if lang == "en":
        return message
    for pattern, said in _templates():
        found = pattern.fullmatch(message)
        if found:
            return said.format(**{name: _in_blank(name, value, lang) for name, value in found.groupdict().items()})
    return message


def _in_blank(name: str, value: str, lang: str) -> str:
    key = f"{name}.{value}"
    return say(key, lang) if key in catalogue() else in_words(value, lang)


def columns(rows: list[list[str]], left: int = 1) -> list[str]:
    """Rows of text in columns that know how wide a hanzi is; the first `left` columns are flush left, the rest right.

    >>> columns([["", "before"], ["电平", "-85"]])
    ['      before', '电平     -85']
    """
    widths = [max(cell_len(row[k]) for row in rows) for k in range(len(rows[0]))]
    out = []
    for row in rows:
        gaps = [" " * (width - cell_len(text)) for text, width in zip(row, widths, strict=True)]
        parts = [text + gap if k < left else gap + text for k, (text, gap) in enumerate(zip(row, gaps, strict=True))]
        out.append("  ".join(parts).rstrip())
    return out


def range_in_words(text: str, lang: str, choice: bool = False) -> str:
    """A range of the schema: ``0:7:1`` is 0 to 7 in steps of 1.

    >>> range_in_words("0:300:20 640", "en")
    '0 to 300 in steps of 20, or 640'
    >>> range_in_words("GSM LTE", "en", choice=True)
    'GSM | LTE'
    """
    if choice:
        return " | ".join(text.split())
    spans = []
    for word in text.split():
        low, high, step = (*word.split(":"), "", "")[:3]
        key = "explain.steps" if step else "explain.span"
        spans.append(say(key, lang, low=low, high=high, step=step) if high else low)
    return say("explain.or", lang).join(spans)
