"""Gain against cost: this plan among cheaper and dearer ones, and among the plans of others."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from rfopt.network import Plan
from rfopt.planning.score import Score, cost_of
from rfopt.recommendation import Recommendation
from rfopt.report.verdict import counted, harm_text
from rfopt.sentences import change_text, number, with_unit
from rfopt.words import in_words, say

LEAST_DIFFERENCE = 0.002
"""Objective by which plans of one cost must differ to be told apart."""


@dataclass(frozen=True)
class Option:
    """One plan beside others; `kind` is ``nothing``, ``own``, ``step`` (gain against cost) or ``rival``.

    `x` and `y` are places on the picture in per cent, from the left and from the top.
    """

    name: str
    kind: str
    changes: int
    visits: int
    cost: str
    objective: float
    score: str
    versus: str
    harm: str
    refused: str
    rows: tuple[str, ...]
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class Picture:
    """All plans by cost and score. `line` holds the points of the steps, `ticks` places and costs of the axis."""

    options: tuple[Option, ...]
    line: str
    ticks: tuple[tuple[float, str], ...]


def picture_of(result: Recommendation, lang: str) -> Picture:
    """Doing nothing, this plan, what costs less or more and gains accordingly, and the plans of others."""
    own, found = result.score_after, []
    found.append(_option(say("option.nothing", lang), "nothing", (), result.score_before, own, lang))
    if result.steps:
        found.append(_option(say("option.own", lang), "own", result.plan, own, None, lang))
    for option in result.options:
        if not option.plan or _equals(option.score, own):
            continue
        name = counted("changes", len(option.plan), lang)
        found.append(_option(name, "step", option.plan, option.score, own, lang))
    rivals = [(name, plan, score) for name, (plan, score) in result.rivals.items()]
    found += [_option(name, "rival", plan, score, own, lang) for name, plan, score in rivals]
    return _placed(found)


def _equals(a: Score, b: Score) -> bool:
    """A plan that costs and gains the same is not worth a row of its own."""
    return a.cost == b.cost and abs(a.objective - b.objective) < LEAST_DIFFERENCE


def _option(name: str, kind: str, plan: Plan, score: Score, own: Score | None, lang: str) -> Option:
    """A plan beside this report's; `own` is None for that one itself."""
    versus = "" if own is None else say("option.versus", lang, share=with_unit(own.helps(score), "share", lang))
    return Option(
        name, kind, len(plan), sum(change.visit for change in plan), number(cost_of(plan)),
        round(100.0 * score.objective, 2), number(100.0 * score.objective, 1), versus,
        harm_text(score.harm, plan, lang, ours=kind != "rival"),
        in_words(score.refused, lang), tuple(change_text(change, lang) for change in plan), cost_of(plan),
    )  # fmt: skip


def _placed(options: list[Option]) -> Picture:
    """The plans on one scale of cost and one of score, 0 to 100."""
    step = _round_step(max(option.x for option in options))
    end = step * (math.floor(max(option.x for option in options) / step) + 1)
    placed = tuple(
        replace(option, x=round(100.0 * option.x / end, 2), y=round(100.0 - option.objective, 2)) for option in options
    )
    steps = sorted((option for option in placed if option.kind != "rival"), key=lambda option: (option.x, -option.y))
    line = " ".join(f"{10.0 * option.x:.1f},{10.0 * option.y:.1f}" for option in steps)
    ticks = tuple((round(100.0 * k * step / end, 2), number(k * step)) for k in range(round(end / step) + 1))
    return Picture(placed, line, ticks)


def _round_step(highest: float) -> float:
    """A round distance of ticks, some five to the end."""
    rough = max(highest, 1.0) / 5.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(digit * power for digit in (1.0, 2.0, 5.0, 10.0) if digit * power >= rough)
