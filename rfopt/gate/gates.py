"""What a plan must meet: gates, written in a small exact language, and their defaults.

    gate       = test { " or " test }
    test       = figure ">=" number | figure "<=" number | figure "not worse" [ "by" number ]
    figure     = a key figure of `rfopt.kpis`, or objective

A gate holds if one of its tests does. ``not worse by`` compares with the network as it is, on the same fading, and
fails where the figure is worse by more than that and surely worse.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.files import read_text
from rfopt.kpis import TOLERANCE, aim, kpis

NUMBER = r"([-+]?\d+(?:\.\d+)?)"
LIMIT = re.compile(rf"(\S+)\s*(>=|<=)\s*{NUMBER}")
NOT_WORSE = re.compile(rf"(\S+)\s+not\s+worse(?:\s+by\s+{NUMBER})?")
FORMS = "expected such as 'idle_camp_wanted >= 0.95', 'drop_per_call not worse by 0.002', or several with 'or'"
DROPS = "drop_per_call not worse by 0.002"
LARGEST_BYTES = 1 << 20


@dataclass(frozen=True)
class Test:
    """One comparison; `sign` is ``>=``, ``<=`` or ``not worse``."""

    figure: str
    sign: str
    limit: float

    def holds(self, before: float, after: float, least_worse: float = math.inf) -> bool:
        """True if the figure meets it; a figure that is not known does.

        `least_worse` is the lower end of how much worse it is, draw by draw: at 0 or below chance may have made it so.
        """
        if math.isnan(after):
            return True
        if self.sign == "not worse":
            return (
                math.isnan(before) or least_worse <= 0.0 or worsening(self.figure, before, after) <= self.limit + 1e-12
            )
        return after >= self.limit if self.sign == ">=" else after <= self.limit


@dataclass(frozen=True)
class Gate:
    """Tests of which one must hold, in the cases whose id matches a pattern."""

    text: str
    tests: tuple[Test, ...]
    cases: tuple[str, ...] = ("*",)

    def concerns(self, case: str) -> bool:
        """True if the gate is meant for a case."""
        return any(fnmatchcase(case, pattern) for pattern in self.cases)


def higher_is_better(figure: str) -> bool:
    """Which way a figure is good.

    >>> higher_is_better("idle_camp_wanted"), higher_is_better("drop_per_call")
    (True, False)
    """
    if figure == "objective":
        return True
    known = aim(figure)
    return known.unit in ("share", "dB", "dBm") if math.isnan(known.target) else known.target > known.fail


def worsening(figure: str, before: float, after: float) -> float:
    """By how much a figure is worse, negative where it is better."""
    return before - after if higher_is_better(figure) else after - before


def parse_gate(text: str) -> tuple[Test, ...]:
    """The tests of a gate.

    Raises
    ------
    InputError
        If it is none, saying which part and what was expected.

    Examples
    --------
    >>> parse_gate("idle_camp_wanted >= 0.95 or not_there not worse")
    Traceback (most recent call last):
    rfopt.errors.InputError: gate 'idle_camp_wanted >= 0.95 or not_there not worse': 'not_there' is no key figure
    """
    tests = []
    for part in re.split(r"\s+or\s+", text.strip()):
        limit, worse = LIMIT.fullmatch(part), NOT_WORSE.fullmatch(part)
        found = limit or worse
        if found is None:
            raise InputError(f"gate '{printable(text, 120)}': '{printable(part)}' is no test, {FORMS}")
        names = [*kpis, "objective"]
        if found[1] not in names:
            near = did_you_mean(found[1], names)
            raise InputError(f"gate '{printable(text, 120)}': '{printable(found[1])}' is no key figure{near}")
        tests.append(
            Test(found[1], limit[2], float(limit[3])) if limit else Test(found[1], "not worse", float(found[2] or 0))
        )
    for test in tests:
        if test.sign == "not worse" and test.limit < 0.0:
            raise InputError(f"gate '{printable(text, 120)}': worse by {test.limit:g} is a gain, expected 0 or more")
    return tuple(tests)


def default_gates() -> list[Gate]:
    """For every figure with a target: it is met, or the plan does not worsen it by more than `TOLERANCE`; and drops."""
    texts = []
    for name in kpis:
        known = aim(name)
        if not math.isnan(known.target):
            allowed = round(TOLERANCE * abs(known.target - known.fail), 6)
            sign = ">=" if higher_is_better(name) else "<="
            texts.append(f"{name} {sign} {known.target:g} or {name} not worse by {allowed:g}")
    return [Gate(text, parse_gate(text)) for text in (*texts, DROPS)]


def read_gates(path: Path) -> list[Gate]:
    """Gates of a TOML file: ``gate`` is one, a list of them, or tables ``[[gate]]`` with `gate` and `cases`.

    Raises
    ------
    InputError
        With file and line.
    """
    text = read_text(path, LARGEST_BYTES)
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"is not TOML: {printable(error, 120)}", path) from None
    for key in tables:
        if key != "gate":
            near = did_you_mean(key, ["gate"]) or ", expected gate"
            raise InputError(f"'{printable(key)}' is not known{near}", path, _line_of(key, text))
    given = tables.get("gate", [])
    entries = given if isinstance(given, list) else [given]
    if not entries:
        raise InputError('holds no gate, expected such as gate = ["idle_camp_wanted >= 0.95"]', path)
    return [_gate(entry, path, text) for entry in entries]


def _gate(entry: Any, path: Path, text: str) -> Gate:
    table = {"gate": entry} if isinstance(entry, str) else entry
    if not isinstance(table, dict) or not isinstance(table.get("gate"), str):
        raise InputError(f"gate {printable(entry)} is no text, {FORMS}", path)
    for key in table:
        if key not in ("gate", "cases"):
            near = did_you_mean(key, ["gate", "cases"]) or ", expected gate or cases"
            raise InputError(f"'{printable(key)}' is not known in [[gate]]{near}", path, _line_of(key, text))
    cases = table.get("cases", ["*"])
    if not isinstance(cases, list) or not cases or not all(isinstance(name, str) for name in cases):
        raise InputError(f"cases {printable(cases)} is no list of case ids", path, _line_of("cases", text))
    try:
        return Gate(" ".join(table["gate"].split()), parse_gate(table["gate"]), tuple(cases))
    except InputError as error:
        raise InputError(error.message, path, _line_of(table["gate"], text)) from None


def _line_of(word: str, text: str) -> int | None:
    return next((k for k, line in enumerate(text.splitlines(), 1) if word in line), None)


def gates_for(gates: Iterable[Gate], case: str) -> list[Gate]:
    """The gates that concern a case."""
    return [gate for gate in gates if gate.concerns(case)]
