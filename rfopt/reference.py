"""What can be explained, read from the shelves' sources and the schema without importing them.

The shelf's file is the only place that defines an entry: its docstrings say what it is, its decorator what it should
be, its defaults which thresholds it has.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.schema import Column, schema
from rfopt.words import catalogue, say, translated

SHELVES = {"rule": "rules", "kpi": "kpis", "audit": "audits"}
MOST_SUGGESTED = 5
GATE = re.compile(r"^(audit|harm|baseline):|>=|<=|not worse")
"""What a whole gate looks like, as a verdict prints it."""
LITERAL = (ast.Dict, ast.Tuple, ast.Constant, ast.UnaryOp, ast.USub, ast.Load)
TABLES = ("cells", "neighbours", "redirects", "layers", "log", "points", "plan")


@dataclass(frozen=True)
class Entry:
    """One thing that can be explained.

    Attributes
    ----------
    kind : str
        ``rule``, ``kpi``, ``audit``, ``gate`` or ``parameter``.
    definition : str
        In English, as the source has it.
    source : str
        The file that defines it, relative to the package.
    facts : mapping
        Of a rule its thresholds, of an audit its limits, of a figure what its decorator says.
    column : Column or None
        Of a parameter: its row of the schema; `table` names it.
    """

    kind: str
    name: str
    definition: str
    source: str
    facts: dict[str, Any] = field(default_factory=dict)
    column: Column | None = None
    table: str = ""

    def label(self, lang: str) -> str:
        """The short name for people; '' where it has none."""
        key = f"{self.kind}.{self.name}" + (".name" if self.kind in ("rule", "audit") else "")
        return say(key, lang) if key in catalogue() else ""

    @property
    def code(self) -> str:
        """What stands before its sentences, such as R-LOOP; '' where nothing does."""
        found = re.match(r"R-[A-Z]+(?=:)", self.definition)
        return found[0] if found else ""

    def told(self, lang: str) -> str:
        """The definition in a language; in English where the catalogue does not translate it."""
        return translated(self.definition, lang)


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Everything that can be explained: rules, figures, audits, gates, then the columns table by table."""
    found = [entry for kind, folder in SHELVES.items() for entry in _of_shelf(kind, folder)]
    return (*found, *_gates(), *_parameters())


def _gates() -> Iterator[Entry]:
    """What a gate asks beside key figures: the catalogue alone defines it."""
    start = "definition.gate."
    for key, words in catalogue().items():
        if key.startswith(start):
            yield Entry("gate", key.removeprefix(start), words["en"], "rfopt/gate/check.py")


def _of_shelf(kind: str, folder: str) -> Iterator[Entry]:
    here = Path(__file__).parent
    for path in sorted((here / folder).glob("[a-z]*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        for node in module.body:
            if isinstance(node, ast.FunctionDef) and node.name == path.stem and node.decorator_list:
                texts = (ast.get_docstring(module) or "", ast.get_docstring(node) or "")
                definition = " ".join(" ".join(texts).split())
                source = path.relative_to(here.parent).as_posix()
                limits = _limits(module) if kind == "audit" else {}
                yield Entry(kind, node.name, definition, source, {**_decorated(node), **_thresholds(node), **limits})


def _decorated(node: ast.FunctionDef) -> dict[str, Any]:
    calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
    return {word.arg: ast.literal_eval(word.value) for call in calls for word in call.keywords if word.arg}


def _thresholds(node: ast.FunctionDef) -> dict[str, Any]:
    names = [one.arg for one in node.args.args[len(node.args.args) - len(node.args.defaults) :]]
    return {name: ast.literal_eval(value) for name, value in zip(names, node.args.defaults, strict=True)}


def _limits(module: ast.Module) -> dict[str, Any]:
    """The numbers that a file names, each alone or several by what they are for."""
    found: dict[str, Any] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and all(isinstance(part, LITERAL) for part in ast.walk(node.value)):
            names, value = ast.unparse(node.targets[0]).strip("()").split(", "), ast.literal_eval(node.value)
            found |= zip(names, value, strict=True) if len(names) > 1 else {names[0]: value}
    return {name: value for name, value in found.items() if isinstance(value, int | float | dict)}


def _parameters() -> Iterator[Entry]:
    for table in TABLES:
        for name, column in schema(table).items():
            yield Entry("parameter", name, column.meaning, f"rfopt/schema/{table}.csv", {}, column, table)


def find(word: str) -> list[Entry]:
    """The entries of a name, whatever its case, of a label in either language, or of the names in a whole gate.

    Raises
    ------
    InputError
        If nothing has the name; the nearest names are suggested.

    Examples
    --------
    >>> [entry.name for entry in find("R-LOOP")]
    ['circle']
    >>> [entry.name for entry in find("harm: coverage_gsm loses at most 0.03")]
    ['harm', 'coverage_gsm']
    """
    folded = word.strip().casefold().replace("-", "_").replace(" ", "_")
    if found := _called(word.strip()):
        return found
    if GATE.search(word):
        names = dict.fromkeys(re.findall(r"[a-z]\w+", word))
        if found := [entry for name in names for entry in _called(name) if entry.kind != "parameter"]:
            return found
    hint = _suggestion(word.strip(), folded) or "; rfopt explain lists them"
    raise InputError(f"no rule, figure, audit, gate or parameter is called '{printable(word)}'{hint}")


def _called(word: str) -> list[Entry]:
    """The entries whose name, else whose code or label, is a word."""
    folded, known = word.casefold(), entries()
    name = folded.replace("-", "_").replace(" ", "_")
    return [entry for entry in known if entry.name.casefold() == name] or [
        entry for entry in known if folded and folded in map(str.casefold, (entry.code, *_labels(entry)))
    ]


def _suggestion(word: str, folded: str) -> str:
    """The nearest name, else names or labels that hold the word."""
    known = entries()
    codes = {entry.code for entry in known} - {""}
    if near := did_you_mean(folded, [entry.name for entry in known]) or did_you_mean(word.upper(), codes):
        return near
    inside = {entry.name for entry in known if folded in entry.name}
    some = sorted(inside or {entry.name for entry in known if any(word in label for label in _labels(entry))})
    return f"; did you mean {' or '.join(some[:MOST_SUGGESTED])}?" if word and some else ""


def _labels(entry: Entry) -> list[str]:
    return [label for lang in ("en", "zh") for label in [entry.label(lang)] if label]
