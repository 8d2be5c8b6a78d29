"""Key figures: as counted in the log, as modelled before and after, with intervals and targets."""

from __future__ import annotations

import math
from collections.abc import Mapping

from markupsafe import Markup

from rfopt.kpis import aim, kpis
from rfopt.report.verdict import harm_text
from rfopt.sentences import OUTSIDE, amount, join_unit, number, outside, target_text, unit_name, with_unit
from rfopt.showing.pieces import line, small, table, title
from rfopt.simulation import Simulation
from rfopt.sliders.answers import Answer
from rfopt.words import say

COLUMNS = (
    "show.column.figure",
    "cli.measured",
    "cli.before",
    "cli.after",
    "show.column.interval",
    "report.target",
)


def figures_table(
    measured: Mapping[str, float],
    before: Mapping[str, float],
    after: Mapping[str, float],
    interval: Mapping[str, tuple[float, float]],
    lang: str,
) -> Markup:
    """A row for each figure that is known at all, most weight first; a value beyond its interval is marked."""
    order = sorted(kpis, key=lambda name: (-aim(name).weight, name))
    rows, marked = [], False
    for name in order:
        values = [table.get(name, math.nan) for table in (measured, before, after)]
        if not all(map(math.isnan, values)):
            unit = aim(name).unit
            shown = [with_unit(value, unit, lang) for value in values]
            span = span_text(interval.get(name, (math.nan, math.nan)), unit, lang)
            if outside(name, after.get(name), interval.get(name)):
                shown[-1] += OUTSIDE
                marked = True
            rows.append([say(f"kpi.{name}", lang), *shown, span, target_text(name, lang)])
    note = line(say("show.outside", lang)) if marked else Markup("")
    return table([say(key, lang) for key in COLUMNS], rows) + note


def span_text(interval: tuple[float, float], unit: str, lang: str) -> str:
    """An interval with its unit; '' where it is not known."""
    low, high = interval
    if math.isnan(low) or math.isnan(high):
        return ""
    return join_unit(f"{amount(low, unit)} … {amount(high, unit)}", unit_name(unit, lang))


def simulation_html(found: Simulation, lang: str) -> Markup:
    """The score before and after, and the figures."""
    before, after = (number(100.0 * value, 0) for value in found.objective)
    return (
        title(say("show.simulated", lang, changes=len(found.plan), before=before, after=after))
        + figures_table(found.measured, found.before, found.after, found.interval, lang)
        + small(found.warnings, say("show.notes", lang, count=len(found.warnings)))
    )


def answer_html(found: Answer, lang: str) -> Markup:
    """The score before and after, whom it harms, and the figures."""
    before, after = (number(100.0 * value, 0) for value in found.objective)
    harm = line(harm_text(found.harm, found.plan, lang), say("verdict.label.cost", lang))
    return (
        title(say("show.simulated", lang, changes=len(found.plan), before=before, after=after))
        + harm
        + figures_table(found.measured, found.before, found.after, found.interval, lang)
    )
