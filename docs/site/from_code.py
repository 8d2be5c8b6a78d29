"""A Sphinx extension: a line ``{{ kind name }}`` of a page becomes what the code itself says.

Nothing is listed twice: columns come from the schemas the program reads, rules, figures, fixes and formats from their
shelves, sentences from the catalogue, commands from their own help.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import click
from sphinx.application import Sphinx

import rfopt
from rfopt.kpis import aim, kpis
from rfopt.tables import Column, schema
from rfopt.words import catalogue, say

LINE = re.compile(r"^\{\{ (\w+) ?([\w.]*) \}\}$", re.MULTILINE)


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; bars and line breaks in cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;") or " "


def code(text: str) -> str:
    """Text as code; nothing where it is empty."""
    return f"`{text}`" if text else ""


def columns(name: str) -> str:
    """A table of tables: one row a column."""
    rows = [[code(c.column), c.meaning, c.unit, c.need, code(c.default), code(c.range)] for c in schema(name).values()]
    return table(["column", "meaning", "unit", "needed", "default", "range"], rows)


def parameters(name: str) -> str:
    """What a plan may change in a table."""
    rows = [_parameter(column) for column in schema(name).values() if column.affects]
    return table(["parameter", "", "", "range", "unit", "touches", "crew"], rows)


def _parameter(column: Column) -> list[str]:
    key = f"parameter.{column.column}"
    names = [say(key, "en"), say(key, "zh")] if key in catalogue() else ["", ""]
    visit = "yes" if column.visit else ""
    return [code(column.column), *names, code(column.range), column.unit, ", ".join(column.affects), visit]


def figures(_: str) -> str:
    """The key figures with what they should be."""
    rows = []
    for name in sorted(kpis, key=lambda name: (-aim(name).weight, name)):
        goal = aim(name)
        limits = ["" if math.isnan(value) else f"{value:g}" for value in (goal.target, goal.fail)]
        rows.append([code(name), summary(kpis[name]), say(f"kpi.{name}", "zh"), goal.unit, *limits, f"{goal.weight:g}"])
    return table(["figure", "definition", "", "unit", "target", "hard fail", "weight"], rows)


def shelf(name: str) -> str:
    """The entries of a shelf, each with its words, its docstring and its thresholds."""
    module, attribute = name.rsplit(".", 1)
    entries = getattr(import_module(f"rfopt.{module}"), attribute)
    return "\n\n".join(_entry(attribute, key, entries[key]) for key in entries)


def _entry(shelf_name: str, key: str, entry: Callable[..., Any]) -> str:
    parts = [f"## {key}", "", *_words({"rules": "rule", "fixes": "fix"}.get(shelf_name, ""), key)]
    parts += ["", _prose(inspect.getdoc(entry) or inspect.getdoc(import_module(entry.__module__)) or "")]
    knobs = [p for p in inspect.signature(entry).parameters.values() if isinstance(p.default, int | float)]
    knobs = [p for p in knobs if not isinstance(p.default, bool)]
    if knobs:
        parts += ["", "Thresholds: " + ", ".join(f"`{p.name}` {p.default:g}" for p in knobs) + "."]
    return "\n".join(parts)


def _words(kind: str, key: str) -> Iterator[str]:
    name, sentence = f"{kind}.{key}.name", f"{kind}.{key}"
    if kind and name in catalogue():
        yield f"**{say_plain(name, 'en')}** · {say_plain(name, 'zh')}\n"
    if kind and sentence in catalogue():
        yield f"“{say_plain(sentence, 'en')}”\n"
        yield f"“{say_plain(sentence, 'zh')}”\n"


def say_plain(key: str, lang: str) -> str:
    """A sentence of the catalogue with its blanks as they stand."""
    return catalogue()[key][lang].replace("{", "‹").replace("}", "›").replace("*", "\\*")


def _prose(docstring: str) -> str:
    """The paragraphs of a docstring before its sections; a reStructuredText literal becomes a Markdown one."""
    prose = re.split(r"\n\n?(?:Parameters|Returns|Raises|Examples|Notes)\n-+\n", "\n" + docstring)[0].strip()
    return re.sub(r"``(.+?)``", r"`\1`", prose.split("\n\n>>>")[0]).replace("::\n", ":\n")


def summary(entry: Callable[..., Any]) -> str:
    """The first sentence of a docstring."""
    return _prose(inspect.getdoc(entry) or "").split("\n\n")[0]


def commands(_: str) -> str:
    """Every command's own help."""
    cli = import_module("rfopt.cli")
    parts = []
    with click.Context(cli.cli, info_name="rfopt") as context:
        for name in cli.COMMANDS:
            command = cli.cli.get_command(context, name)
            assert command is not None
            with click.Context(command, info_name=name, parent=context, max_content_width=100) as inner:
                parts.append(f"## {name}\n\n```text\n{command.get_help(inner)}\n```")
    return "\n\n".join(parts)


def api(which: str) -> str:
    """The public names: those of `import rfopt`, of its pictures, or the values they give back."""
    if which == "functions":
        names = [f"rfopt.front_door.{name}" for name in rfopt.front_door.__all__ if name.islower()]
        return _autodoc("autofunction", names)
    if which == "plots":
        return _autodoc("autofunction", [f"rfopt.plots.{name}" for name in rfopt.plots.__all__ if name.islower()])
    looks = import_module("rfopt.showing").LOOKS
    values = [f"{kind.__module__}.{kind.__name__}" for kind in looks]
    return _autodoc("autoclass", [*values, "rfopt.sliders.answers.WhatIf", "rfopt.errors.InputError"])


def _autodoc(directive: str, names: list[str]) -> str:
    members = "   :members:\n   :exclude-members: __init__\n" if directive == "autoclass" else ""
    return "```{eval-rst}\n" + "\n".join(f".. {directive}:: {name}\n{members}" for name in names) + "\n```"


MAKERS: dict[str, Callable[[str], str]] = {
    "columns": columns, "parameters": parameters, "figures": figures, "shelf": shelf, "commands": commands, "api": api,
}  # fmt: skip


def filled(_app: Sphinx, _docname: str, source: list[str]) -> None:
    """Replace the lines of a page that ask for something of the code."""
    source[0] = LINE.sub(lambda match: MAKERS[match[1]](match[2]), source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    import_module("rfopt.front_door")
    import_module("rfopt.plots")
    app.connect("source-read", filled)
    return {"parallel_read_safe": True}
