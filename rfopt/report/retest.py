"""A comparison of two walk tests as JSON, as lines for people, and as a page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rfopt import __version__
from rfopt.comparison.chance import unit_of
from rfopt.comparison.pairing import Difference, Side
from rfopt.comparison.promise import Kept
from rfopt.comparison.retest import Comparison
from rfopt.comparison.verdicts import LEAST_OBJECTIVE, off_target, word_of
from rfopt.kpis import aim
from rfopt.report.bars import place
from rfopt.sentences import UNKNOWN, amount, change_line, inside, number, target_text, unit_name, with_unit
from rfopt.words import in_words, say

SCHEMA = "rfopt.comparison/1"
HTML_LANG = {"en": "en", "zh": "zh-CN"}
CERTAIN = 0.99


def retest_json(found: Comparison, lang: str) -> dict[str, Any]:
    """A comparison as JSON-ready values (schema ``rfopt.comparison/1``); what is not known is None."""
    verdict = found.verdict
    return {
        "schema": SCHEMA,
        "version": __version__,
        "seed": found.seed,
        "before": found.before.case.id,
        "after": found.after.case.id,
        "verdict": {
            "word": verdict.word,
            "better": _share(found.paired.objective.better),
            "figures_better": list(verdict.better),
            "figures_worse": list(verdict.worse),
            "figures_off_target": list(verdict.off_target),
            "text": verdict_text(found, lang),
        },
        "objective": _difference(found.paired.objective, word=False),
        "rooms": list(found.rooms),
        "kpis": {one.name: _difference(one) for one in found.paired.overall},
        "by_room": [{"room": one.room, "kpi": one.name, **_difference(one)} for one in found.paired.by_room],
        "promised": _promised(found),
        "warnings": warning_texts(found, lang),
        "notes": list(found.notes),
        "hashes": {"before": dict(found.before.case.hashes), "after": dict(found.after.case.hashes)},
    }


def _difference(one: Difference, word: bool = True) -> dict[str, Any]:
    told = {
        "before": _side(one.before),
        "after": _side(one.after),
        "change": _number(one.change),
        "interval": [_number(one.low), _number(one.high)],
        "better": _share(one.better),
    }
    return {**told, "verdict": word_of(one)} if word else told


def _side(side: Side) -> dict[str, Any]:
    return {
        "value": _number(side.value),
        "interval": [_number(side.low), _number(side.high)],
        "exposure": _number(side.exposure),
    }


def _number(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def _share(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _promised(found: Comparison) -> dict[str, Any] | None:
    if found.promise is None:
        return None
    undone = None if found.undone is None else [asdict(change) for change in found.undone]
    return {
        "figures": {one.name: {"interval": [one.low, one.high], "state": one.state} for one in found.kept},
        "changes": len(found.promise.plan),
        "not_carried_out": undone,
    }


def verdict_text(found: Comparison, lang: str) -> str:
    """The verdict in a sentence or three, with its evidence."""
    verdict, objective = found.verdict, found.paired.objective
    blanks = {
        "before": number(100.0 * objective.before.value, 0),
        "after": number(100.0 * objective.after.value, 0),
        "chance": chance_text(1.0 - objective.better if verdict.word == "worse" else objective.better),
        "span": number(50.0 * (objective.high - objective.low), 0),
    }
    parts = [say(f"compare.verdict.{verdict.word}", lang, **blanks)]
    for key, names in (("better", verdict.better), ("worse", verdict.worse), ("off", verdict.off_target)):
        if names and not (key == "off" and verdict.word == "fixed"):
            parts.append(say(f"compare.verdict.{key}_figures", lang, figures=_figures(names, lang)))
    if verdict.word == "no_change" and objective.high - objective.low > 2.0 * LEAST_OBJECTIVE:
        parts.append(say("compare.verdict.blind", lang, **blanks))
    return (" " if lang == "en" else "").join(parts)


def _title(found: Comparison, lang: str) -> str:
    before, after = found.before.case.id, found.after.case.id
    if before == after:
        return say("compare.title.one", lang, before=before)
    return say("compare.title", lang, before=before, after=after)


def _figures(names: tuple[str, ...], lang: str) -> str:
    return say("report.comma", lang).join(inside(say(f"kpi.{name}", lang)) for name in names)


def chance_text(value: float) -> str:
    """A probability as it is honest to print: never 0 or 100 %.

    >>> chance_text(0.999), chance_text(0.5), chance_text(0.002)
    ('> 99%', '50%', '< 1%')
    """
    if not math.isfinite(value):
        return UNKNOWN
    if value > CERTAIN:
        return "> 99%"
    return "< 1%" if value < 1.0 - CERTAIN else f"{100.0 * value:.0f}%"


def warning_texts(found: Comparison, lang: str) -> list[str]:
    """Where the logs are not alike, in words."""
    machines = {m: say(f"machine.{m}.short", lang) for m in ("gsm_idle", "gsm_call", "lte_idle", "lte_call")}
    return [
        say(key, lang, **{name: machines.get(value, value) for name, value in blanks.items()})
        for key, blanks in found.warnings
    ]


def promise_texts(found: Comparison, lang: str) -> list[str]:
    """Whether the plan was carried out and its promise kept, in words."""
    if found.promise is None:
        return []
    out = []
    if found.undone is not None:
        done = len(found.promise.plan) - len(found.undone)
        out.append(say("compare.promise.done", lang, done=done, count=len(found.promise.plan)))
        out += [say("compare.promise.undone", lang, change=change_line(change, lang)) for change in found.undone]
    states = [one.state for one in found.kept]
    counts = {state: states.count(state) for state in ("kept", "open", "exceeded", "broken")}
    out.append(say("compare.promise.figures", lang, total=len(states), **counts))
    values = {one.name: one.after.value for one in found.paired.overall}
    out += [_kept_text(one, values[one.name], lang) for one in found.kept if one.state != "kept"]
    return out


def _kept_text(one: Kept, value: float, lang: str) -> str:
    unit = aim(one.name).unit
    low, high, now = (with_unit(v, unit, lang) for v in (one.low, one.high, value))
    name = say(f"kpi.{one.name}", lang)
    return say(f"compare.promise.{one.state}", lang, figure=name, low=low, high=high, value=now)


def rows_of(differences: tuple[Difference, ...], lang: str) -> Iterator[dict[str, Any]]:
    """Figures as a table shows them: those that both logs give, those with a target first."""
    known = [one for one in differences if one.known]
    for one in sorted(
        known, key=lambda one: (not math.isfinite(aim(one.name).target), -aim(one.name).weight, one.name)
    ):
        goal, unit = aim(one.name), unit_of(one.name)
        yield {
            "name": one.name,
            "room": one.room,
            "label": say(f"kpi.{one.name}", lang),
            "unit": unit_name(unit, lang),
            "before": amount(one.before.value, unit),
            "before_span": _span(one.before.low, one.before.high, unit),
            "after": amount(one.after.value, unit),
            "after_span": _span(one.after.low, one.after.high, unit),
            "change": amount(one.change, unit, signed=True),
            "change_span": _span(one.low, one.high, unit, signed=True),
            "better": chance_text(one.better),
            "target": target_text(one.name, lang),
            "verdict": word_of(one),
            "off": off_target(one.name, one.after.value),
            "marks": [[place(v, goal) for v in (side.low, side.value, side.high)] for side in (one.before, one.after)],
        }


def _span(low: float, high: float, unit: str, signed: bool = False) -> str:
    return f"[{amount(low, unit, signed)}, {amount(high, unit, signed)}]"


def table_rows(found: Comparison, lang: str) -> list[list[str]]:
    """The figures as rows of text for a terminal, heading first."""
    head = ["", *(say(f"compare.head.{name}", lang) for name in ("before", "after", "change", "better", "verdict"))]
    return [
        head,
        *(
            [
                f"{row['label']} [{row['unit']}]",
                f"{row['before']} {row['before_span']}",
                f"{row['after']} {row['after_span']}",
                f"{row['change']} {row['change_span']}",
                row["better"],
                say(f"compare.word.{row['verdict']}", lang),
            ]
            for row in rows_of(found.paired.overall, lang)
        ),
    ]


def page_of(found: Comparison, lang: str) -> dict[str, Any]:
    """Everything the page's template needs, by name."""
    rooms = [
        (room, list(rows_of(tuple(o for o in found.paired.by_room if o.room == room), lang))) for room in found.rooms
    ]
    return {
        "lang": HTML_LANG[lang],
        "title": _title(found, lang),
        "before": found.before.case,
        "after": found.after.case,
        "word": found.verdict.word,
        "text": verdict_text(found, lang),
        "rows": list(rows_of(found.paired.overall, lang)),
        "rooms": rooms,
        "promise": promise_texts(found, lang),
        "warnings": warning_texts(found, lang),
        "notes": [in_words(note, lang) for note in found.notes],
        "hashes": [*found.before.case.hashes.items()], "hashes_after": [*found.after.case.hashes.items()],
        "seed": found.seed,
        "version": __version__,
    }  # fmt: skip
