"""Values, names and findings as people read them, in the report's language."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rfopt.errors import printable
from rfopt.finding import Finding
from rfopt.kpis import aim
from rfopt.network import Change
from rfopt.planning.dependence import Dependence
from rfopt.planning.harm import Harm
from rfopt.recommendation import Step
from rfopt.tables import schema
from rfopt.words import catalogue, say

UNKNOWN = "–"
OUTSIDE = "†"
"""Stands after a value that lies outside of its interval; `show.outside` says what that means."""
OBJECTIVE = "objective"
MOST_OF_A_LINE = 400
SIGNED = ("excess_db", "gap_db")
"""Evidence keys that are differences between two cells."""
GROUPS = {"floors of ": "group.floors", "estate of ": "group.estate", "users of ": "group.users"}
PLACES = {"dB": 1, "dBm": 1, "s": 1, "1/call": 3}
CLOSE = ("%", "°")
"""Units that follow their number without a blank."""


def number(value: float, places: int | None = None, signed: bool = False) -> str:
    """A number with a real minus sign, as short as it goes or to some places; a dash if it is not known.

    >>> number(-3.25), number(2.0, 2), number(0.5, 1, signed=True), number(float("nan"))
    ('−3.25', '2.00', '+0.5', '–')
    """
    if not math.isfinite(value):
        return UNKNOWN
    sign = "+" if signed else ""
    if places is not None:
        text = f"{value:{sign}.{places}f}"
    elif float(value).is_integer():
        text = f"{int(value):{sign}d}"
    else:
        text = f"{round(float(value), 4):{sign}}"
    return text.lstrip("+-") if not text.strip("+-0.") else text.replace("-", "−")


def amount(value: float, unit: str, signed: bool = False) -> str:
    """A figure without its unit: shares in per cent, rates to as many places as they need.

    >>> amount(0.985, "share"), amount(0.9, "share"), amount(0.128, "1/min"), amount(2.01, "1/min")
    ('98.5', '90', '0.13', '2.0')
    """
    if unit == "share":
        return number(round(100.0 * value, 1), None, signed)
    if unit == "1/min":
        return number(value, 2 if abs(value) < 1.0 else 1, signed)
    return number(value, PLACES.get(unit), signed)


def with_unit(value: float, unit: str, lang: str, signed: bool = False) -> str:
    """A figure with its unit; a dash alone if it is not known."""
    if not math.isfinite(value):
        return UNKNOWN
    return join_unit(amount(value, unit, signed), unit_name(unit, lang))


def join_unit(text: str, unit: str) -> str:
    """A number and its unit, set as is usual.

    >>> join_unit("5", "°"), join_unit("5", "dB"), join_unit("5", "")
    ('5°', '5 dB', '5')
    """
    return f"{text}{unit}" if unit in CLOSE else f"{text} {unit}".strip()


def unit_name(unit: str, lang: str) -> str:
    """A unit as it is printed."""
    return say(f"unit.{unit}", lang) if f"unit.{unit}" in catalogue() else unit


def figure_label(name: str, lang: str) -> str:
    """A key figure, or the objective made of them, with its unit as the heading of a row.

    >>> figure_label("ci_p10_db", "en"), figure_label(OBJECTIVE, "en")
    ('C/I in calls, 10th percentile [dB]', 'score of 100')
    """
    if name == OBJECTIVE:
        return say("plot.score", lang)
    return f"{say(f'kpi.{name}', lang)} [{unit_name(aim(name).unit, lang)}]"


def figure_value(name: str, value: float | None, signed: bool = False) -> str:
    """A key figure, or the objective, in the unit of its label; a dash if it is not known.

    >>> figure_value("idle_camp_wanted", 0.9072), figure_value(OBJECTIVE, 0.957), figure_value("ci_p10_db", None)
    ('90.7', '95.7', '–')
    """
    return UNKNOWN if value is None else amount(value, "share" if name == OBJECTIVE else aim(name).unit, signed)


def outside(name: str, value: float | None, span: Sequence[float | None] | None) -> bool:
    """A figure lies, as it is shown, outside of its interval: the one is the model's, the other model's and log's.

    >>> outside("csfb_delay_p95_s", 8.19, (7.27, 8.13)), outside("csfb_delay_p95_s", 8.14, (7.27, 8.13))
    (True, False)
    """
    if value is None or not span or None in span:
        return False
    low, high = (float(end) for end in span if end is not None)
    end = low if value < low else high
    return (value < low or value > high) and figure_value(name, value) != figure_value(name, end)


def target_text(kpi: str, lang: str) -> str:
    """What a figure should be, as ≥ or ≤; '' where it is not judged."""
    goal = aim(kpi)
    if math.isnan(goal.target):
        return ""
    return f"{'≥' if goal.target > goal.fail else '≤'} {with_unit(goal.target, goal.unit, lang)}"


def fact_text(key: str, value: Any, lang: str) -> str:
    """One value of a finding's evidence, without its unit."""
    if key == "against" and f"against.{value}" in catalogue():
        return say(f"against.{value}", lang)
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return str(value).replace("; ", say("report.semicolon", lang)) or UNKNOWN
    share = key.endswith("share") or key == "threshold"
    return amount(float(value), "share") if share else number(float(value), signed=key.endswith(SIGNED))


def fact_unit(key: str, lang: str) -> str:
    """The unit that an evidence key names at its end; '' if none."""
    if key.endswith("share") or key == "threshold":
        return "%"
    for ending, unit in (("_per_min", "1/min"), ("_dbm", "dBm"), ("_db", "dB"), ("_km", "km"), ("_deg", "°")):
        if key.endswith(ending):
            return unit_name(unit, lang)
    return ""


def finding_text(finding: Finding, lang: str) -> str:
    """What a rule found, in one sentence.

    The catalogue's `rule.<rule>` is filled from the finding's evidence and with ``{cell}``, ``{other}``, ``{cells}``
    and ``{points}``; `rule.<rule>.<basis>` takes its place where there is one.
    """
    special = f"rule.{finding.rule}.{finding.basis}"
    key = special if special in catalogue() else f"rule.{finding.rule}"
    blanks = {name: fact_text(name, value, lang) for name, value in finding.evidence.items()}
    names = [*finding.cells, UNKNOWN, UNKNOWN]
    comma = say("report.comma", lang)
    places = {"cells": comma.join(finding.cells), "points": comma.join(finding.points)}
    text = say(key, lang, **{**places, "cell": names[0], "other": names[1], **blanks})
    return text + "".join(_more(finding.evidence, blanks, lang))


def _more(evidence: Mapping[str, Any], blanks: Mapping[str, str], lang: str) -> Iterator[str]:
    """What is added to any finding: what would cure it, that log and model disagree, that the table is in doubt."""
    gap = " " if lang == "en" else ""
    if evidence.get("needed"):
        yield gap + say("rule.more.needed", lang, needed=blanks["needed"])
    if "compared" in evidence:
        yield gap + say("rule.more.compared", lang, **blanks)
    if "figure" in evidence:
        name = str(evidence["figure"])
        unit = aim(name).unit
        both = {k: with_unit(float(evidence[k]), unit, lang) for k in ("measured", "modelled")}
        yield gap + say("rule.more.disagree", lang, figure=inside(say(f"kpi.{name}", lang)), **both)
    if "doubtful" in evidence:
        yield gap + say("rule.more.doubtful", lang, cells=blanks["doubtful"])
    if "unsure_of" in evidence:
        yield gap + say("rule.more.identity", lang, cells=blanks["unsure_of"], sure=blanks["identity_share"])


def inside(name: str) -> str:
    """A name as it stands inside a sentence; abbreviations keep their capitals.

    >>> inside("Frequent handovers"), inside("PCI modulo 3 collision")
    ('frequent handovers', 'PCI modulo 3 collision')
    """
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def reason_text(step: Step, lang: str) -> str:
    """Why a change is in the plan: what it does and which findings asked for it."""
    does = _does(step, lang)
    rules = say("report.comma", lang).join(inside(say(f"rule.{rule}.name", lang)) for rule in step.because)
    return say("report.reason", lang, does=does, rules=rules) if does and rules else does or rules


def _does(step: Step, lang: str) -> str:
    """What the fix of a change does; an antenna may be tilted up too."""
    old, new = step.change.old, step.change.new
    up = step.change.parameter.endswith("tilt_deg") and isinstance(old, float) and isinstance(new, float) and new < old
    names = ([f"fix.{step.fix}.up"] if up else []) + [f"fix.{step.fix}"]
    return next((say(name, lang) for name in names if name in catalogue()), "")


def needs_text(pairs: Sequence[Dependence], places: Mapping[Change, int], lang: str) -> str:
    """Which parts of a plan a part needs, by their places in the plan; '' if it stands alone."""
    if not pairs:
        return ""
    order = sorted(pairs, key=lambda pair: places[pair.on[0]])
    return say("report.needs", lang, on=say("report.comma", lang).join(_places_text(pair, places) for pair in order))


def depends_text(pairs: Sequence[Dependence], places: Mapping[Change, int], lang: str) -> str:
    """What a part of a plan is worth without each of the parts that it needs; '' if it stands alone."""
    if not pairs:
        return ""
    parts = [
        say("report.without_part", lang, on=_places_text(pair, places),
            gain=number(100.0 * pair.gain_without, 1, signed=True))
        for pair in sorted(pairs, key=lambda pair: places[pair.on[0]])
    ]  # fmt: skip
    full = number(100.0 * max(pair.gain_with for pair in pairs), 1, signed=True)
    return say("report.depends", lang, full=full, without=say("report.semicolon", lang).join(parts))


def _places_text(pair: Dependence, places: Mapping[Change, int]) -> str:
    numbers = [places[change] for change in pair.on]
    return f"{numbers[0]}" if len(numbers) == 1 else f"{min(numbers)}–{max(numbers)}"


def group_text(group: str, lang: str) -> str:
    """Who may be harmed, by name."""
    for start, key in GROUPS.items():
        if group.startswith(start):
            return say(key, lang, name=group.removeprefix(start))
    return say(f"group.{group}", lang) if f"group.{group}" in catalogue() else group


def harm_unit(row: Harm) -> str:
    """The unit of a group's figure: a level, a ratio, or a share of places."""
    return "share" if row.kpi.startswith("coverage") else "dBm" if row.kpi.endswith("_dbm") else "dB"


def harm_values(row: Harm, lang: str) -> tuple[str, str]:
    """A figure of a group before and after, with its unit."""
    unit = harm_unit(row)
    return with_unit(row.before, unit, lang), with_unit(row.after, unit, lang)


def object_text(change: Change) -> str:
    """What a change is made at: a cell, or a cell and where it points to."""
    return change.cell if change.neighbour is None else f"{change.cell} → {change.neighbour}"


def parameter_text(parameter: str, lang: str) -> str:
    """A parameter's short label."""
    key = f"parameter.{parameter}"
    return say(key, lang) if key in catalogue() else parameter


def value_of_change(value: float | str | None, change: Change, lang: str) -> str:
    """An old or new value with its unit."""
    if isinstance(value, str):
        key = f"value.{value}"
        return say(key, lang) if key in catalogue() else value or UNKNOWN
    if value is None or not math.isfinite(value):
        return UNKNOWN
    column = schema("cells").get(change.parameter) or schema("neighbours").get(change.parameter)
    unit = unit_name(column.unit, lang) if column else ""
    return join_unit(number(float(value)), unit)


def change_text(change: Change, lang: str) -> str:
    """One change in full."""
    return f"{object_text(change)} {made_text(change, lang)}"


def change_line(change: Change, lang: str) -> str:
    """One change in full for a terminal, whatever its names hold."""
    return printable(change_text(change, lang), MOST_OF_A_LINE)


def made_text(change: Change, lang: str) -> str:
    """What one change does, without where."""
    old, new = (value_of_change(value, change, lang) for value in (change.old, change.new))
    return f"{parameter_text(change.parameter, lang)} {old} → {new}"
