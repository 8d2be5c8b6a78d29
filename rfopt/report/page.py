"""What stands where in the report: everything the template prints, as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rfopt.diagnosis import Diagnosis
from rfopt.needed import needed_dbm
from rfopt.network import Change, rollback
from rfopt.planning.harm import GOOD_DBM, GOOD_SINR_DB, Harm
from rfopt.planning.score import COSTS, VISIT_COST, cost_of
from rfopt.recommendation import FOUND, Recommendation, Step
from rfopt.report.bars import LEAST_SHIFT_DB, Part, figures_of, ladder_of, levels_of, parts_of_plan, together_text
from rfopt.report.margins import margins_of
from rfopt.report.marks import Mark, Marks, marks_of
from rfopt.report.options import picture_of
from rfopt.report.reply import reply_of
from rfopt.report.strips import MOST_ROOMS, rooms_of
from rfopt.report.surroundings import Heard
from rfopt.report.verdict import harm_text, limit_text, loss_text, verdict_of
from rfopt.report.views import views_of
from rfopt.sentences import (
    depends_text,
    fact_text,
    fact_unit,
    finding_text,
    group_text,
    harm_values,
    join_unit,
    number,
    parameter_text,
    reason_text,
    value_of_change,
    with_unit,
)
from rfopt.words import catalogue, in_words, say

HTML_LANG = {"en": "en", "zh": "zh-CN"}


@dataclass(frozen=True)
class Found:
    """A finding as the report shows it; `severity` and `explained` in per cent."""

    name: str
    text: str
    serious: bool
    severity: float
    severity_text: str
    basis: str
    cause: bool
    cells: tuple[tuple[str, Mark | None], ...]
    points: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    explained: float | None


@dataclass(frozen=True)
class Row:
    """A change as the report shows it."""

    place: int
    cell: str
    mark: Mark | None
    neighbour: str
    towards: Mark | None
    parameter: str
    column: str
    old: str
    new: str
    visit: bool
    gain: str = ""
    alone: str = ""
    without: str = ""
    why: str = ""
    sure: str = ""
    cost: str = ""
    depends: str = ""
    together: str = ""


def page_of(result: Recommendation, lang: str) -> dict[str, Any]:
    """Everything the template needs, by name."""
    marks = marks_of(result)
    case, points = result.evidence.case, result.evidence.points
    notes = set(case.notes)
    views, verdict = views_of(result, marks, lang), verdict_of(result, lang)
    places = {step.change: k for k, step in enumerate(result.steps, 1)}
    return {
        "lang": HTML_LANG[lang],
        "case": case,
        "title": say("report.title", lang, case=case.id),
        "verdict": verdict,
        "figures": figures_of(result, lang),
        "findings": _findings(result.diagnosis, marks, lang),
        "rows": [_plan_row(k, step, part, places, marks, lang) for part in parts_of_plan(result) for k, step in part],
        "rollback": [
            _row(k, change, marks, lang) for k, change in enumerate(rollback(result.evidence.network, result.plan), 1)
        ],
        "ladder": ladder_of(result, lang) if result.steps else [],
        "rooms": rooms_of(result, marks, lang),
        "rooms_left_out": max(len(points) - MOST_ROOMS, 0),
        "levels": levels_of(result, marks),
        "views": views,
        "heard": [_heard(cell, lang) for cell in views.heard],
        "calibrated": result.groups.calibration.places,
        "legend": [mark for mark in _in_order(marks) if mark.served],
        "harm": [_harm(row, lang) for row in result.harm],
        "harm_text": harm_text(result.harm, result.plan, lang, ours=True),
        "picture": picture_of(result, lang),
        "margins": margins_of(result, marks),
        "needed": _needed(result) if _lacks_level(result, verdict.kind) else [],
        "reply": reply_of(result, verdict.kind, lang),
        "bound_by": result.bound_by,
        "bound": number(100.0 * result.bound, 1),
        "rejected": [_rejected(row, marks, lang) for row in result.rejected],
        "warnings": [in_words(note, lang) for note in result.warnings if note not in notes],
        "defaults": [in_words(note, lang) for note in case.notes],
        "hashes": case.hashes,
        "versions": result.versions,
        "seed": result.seed,
        "tried": result.tried,
        "costs": {
            "power": number(COSTS.get("power_dbm", 1.0)),
            "tilt": number(COSTS.get("elec_tilt_deg", 1.0)),
            "visit": number(VISIT_COST),
        },
        "good": {rat.lower(): number(dbm) for rat, dbm in GOOD_DBM.items()} | {"sinr": number(GOOD_SINR_DB)},
        "budget": result.evidence.situation.budget,
    }


def _heard(cell: Heard, lang: str) -> dict[str, Any]:
    """A cell's place and level as text; '' after the plan where that moves nothing."""
    moved = abs(cell.after_dbm - cell.level_dbm) > LEAST_SHIFT_DB
    degrees = {"bearing": cell.bearing_deg, "azimuth": cell.azimuth_deg, "off": cell.off_deg}
    tilts = dict.fromkeys(number(round(tilt, 1)) for tilt in (cell.tilt_deg, cell.tilt_after_deg))
    return {
        "mark": cell.mark,
        "kind": say(f"network.kind.{cell.kind}", lang) if f"network.kind.{cell.kind}" in catalogue() else cell.kind,
        "distance": number(round(cell.distance_m / 1000.0, 2)),
        **{name: number(value, 0, signed=name == "off") for name, value in degrees.items()},
        "tilt": " → ".join(tilts),
        "height": number(cell.height_m, 0),
        "level": number(cell.level_dbm, 1),
        "after": number(cell.after_dbm, 1) if moved else "",
    }


def _in_order(marks: Marks) -> Iterable[Mark]:
    for some in (marks.gsm, marks.lte):
        yield from sorted(some, key=lambda mark: int(mark.code[1:]))


def _findings(diagnosis: Diagnosis, marks: Marks, lang: str) -> list[Found]:
    return [
        Found(
            say(f"rule.{finding.rule}.name", lang),
            finding_text(finding, lang),
            finding.severity >= FOUND,
            round(100.0 * finding.severity, 2),
            number(finding.severity, 2),
            finding.basis,
            finding.cause,
            tuple((cell, marks.named(cell)) for cell in finding.cells),
            finding.points,
            tuple(_facts(finding.evidence, lang)),
            None if math.isnan(share) else round(100.0 * share, 1),
        )
        for finding, share in zip(diagnosis.findings, diagnosis.explained, strict=True)
    ]


def _facts(evidence: Mapping[str, Any], lang: str) -> Iterable[tuple[str, str]]:
    for key, value in evidence.items():
        label = say(f"evidence.{key}", lang) if f"evidence.{key}" in catalogue() else key
        text, unit = fact_text(key, value, lang), fact_unit(key, lang)
        yield label, join_unit(text, unit)


def _row(place: int, change: Change, marks: Marks, lang: str) -> Row:
    old, new = (value_of_change(value, change, lang) for value in (change.old, change.new))
    neighbour = change.neighbour or ""
    return Row(
        place, change.cell, marks.named(change.cell), neighbour, marks.named(neighbour),
        parameter_text(change.parameter, lang), change.parameter, old, new, change.visit,
    )  # fmt: skip


def _plan_row(place: int, step: Step, part: Part, places: Mapping[Change, int], marks: Marks, lang: str) -> Row:
    gain, alone, without = (number(100.0 * value, 1, signed=True) for value in (step.gain, step.alone, step.without))
    return replace(
        _row(place, step.change, marks, lang),
        gain=gain, alone=alone, without=without, why=reason_text(step, lang), sure=with_unit(step.sure, "share", lang),
        cost=number(cost_of((step.change,))), depends=depends_text(step.depends_on, places, lang),
        together=together_text(place, part, lang),
    )  # fmt: skip


def _harm(row: Harm, lang: str) -> dict[str, Any]:
    """One group's figure; a level has no aim of its own here, only a limit to its loss."""
    before, after = harm_values(row, lang)
    return {
        "group": group_text(row.group, lang),
        "kpi": say(f"kpi.{row.kpi}", lang),
        "before": before,
        "after": after,
        "change": loss_text(row, lang),
        "limit": limit_text(row, lang),
        "share": round(min(100.0 * row.loss, 100.0), 2),
    }


def _lacks_level(result: Recommendation, kind: str) -> bool:
    """No permitted change helps, and there is a wanted GSM cell that could be stronger."""
    return kind == "no_help" and bool(result.evidence.wanted) and bool(result.evidence.gsm.levels.cells.size)


def _needed(result: Recommendation) -> list[dict[str, str]]:
    """The level that the wanted cell lacks at every room, where no parameter brings it."""
    names = ("present", "coverage", "lead", "quality", "needed")
    return [
        {
            "point": str(point),
            **{name: number(float(row[f"{name}_dbm"]), 0) for name in names},
            "lacking": number(float(row["needed_dbm"] - row["present_dbm"]), 0, signed=True),
        }
        for point, row in needed_dbm(result.evidence).iterrows()
    ]


def _rejected(row: Mapping[str, str], marks: Marks, lang: str) -> dict[str, Any]:
    neighbour, parameter = row.get("neighbour", ""), parameter_text(row["parameter"], lang)
    why = in_words(row["why"], lang)
    begun = row["parameter"] + (" " if lang == "en" else "")
    return {
        "cell": row["cell"],
        "mark": marks.named(row["cell"]),
        "neighbour": neighbour,
        "towards": marks.named(neighbour),
        "parameter": parameter,
        "why": parameter + why.removeprefix(row["parameter"]) if why.startswith(begun) else why,
    }
