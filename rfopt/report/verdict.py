"""The first screen: what is wrong, what to change, what it gains, whom it costs and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rfopt.finding import Finding
from rfopt.kpis import aim, kpis
from rfopt.network import Plan
from rfopt.planning.harm import Harm, limits_of
from rfopt.proofs.reuse import REUSE_KM, TWIN_KM
from rfopt.recommendation import FOUND, Recommendation
from rfopt.sentences import finding_text, group_text, inside, number, with_unit
from rfopt.words import say

FELT_LOSS = 0.05
"""Share of the refused limit below which a group's loss is not worth a word."""
FELT_GAIN = 0.005
"""Gain of the objective below which a figure is not named."""
MOST_NAMED = 3
RETUNED, RECODED = {"arfcn", "tch_arfcns"}, {"bsic"}
"""Parameters whose effect on others is not simulated: new ones are free where they could be heard."""


@dataclass(frozen=True)
class Verdict:
    """What the report says first. `kind` is ``plan``, ``healthy`` or ``no_help``; `lines` are labels and sentences."""

    kind: str
    title: str
    lines: tuple[tuple[str, str], ...]


def verdict_of(result: Recommendation, lang: str) -> Verdict:
    """The verdict on a case; "nothing to do" and "nothing permitted helps" are verdicts too."""
    serious, kind = serious_of(result), kind_of(result)
    title = say(
        f"verdict.{kind}", lang,
        before=_points(result.score_before.objective),
        after=_points(result.score_after.objective),
        changes=counted("changes", len(result.steps), lang),
    )  # fmt: skip
    says: dict[str, str] = {"wrong": _wrong(serious, lang) if serious else _fine(result, lang)}
    if kind == "plan":
        restore = restore_text(result, lang)
        says |= {"first": restore} if restore else {}
        cost = harm_text(result.harm, result.plan, lang, ours=True)
        says |= {"change": _change(result, lang), "gain": _gain(result, lang)}
        says |= {"loss": _loss(result, lang)} if result.given_up else {}
        says |= {"cost": cost}
        says |= {"sure": _sure(result, lang)}
    else:
        says |= {"change": _nothing(result, kind, lang)}
    return Verdict(kind, title, tuple((say(f"verdict.label.{key}", lang), text) for key, text in says.items()))


def serious_of(result: Recommendation) -> list[Finding]:
    """The findings that call for something, worst first."""
    return [finding for finding in result.diagnosis.findings if finding.severity >= FOUND]


def kind_of(result: Recommendation) -> str:
    """``plan``, or why there is none: ``no_help`` where something is wrong all the same, else ``healthy``."""
    return "plan" if result.steps else "no_help" if serious_of(result) else "healthy"


def out_of_order(result: Recommendation) -> list[str]:
    """Cells that seem to be off the air, where a plan is proposed all the same."""
    outages = [finding for finding in serious_of(result) if finding.rule == "outage"] if result.steps else []
    return list(dict.fromkeys(cell for finding in outages for cell in finding.cells))


def restore_text(result: Recommendation, lang: str) -> str:
    """That cells come back first and the plan is taken back then; '' where none is out of order."""
    cells = out_of_order(result)
    return say("verdict.restore", lang, cells=say("report.comma", lang).join(cells)) if cells else ""


def _points(objective: float) -> str:
    """A score of 0…1 as points of 100."""
    return number(100.0 * objective, 0)


def counted(key: str, count: int, lang: str) -> str:
    """A number with its noun, in the singular where there is one."""
    return say(f"count.{key}.one" if count == 1 else f"count.{key}", lang, count=count)


def _wrong(serious: Sequence[Finding], lang: str) -> str:
    """The worst finding in full, the others by name."""
    more = dict.fromkeys(f.rule for f in serious[1:] if f.rule != serious[0].rule)
    names = [inside(say(f"rule.{rule}.name", lang)) for rule in more]
    also = say("verdict.also", lang, rules=say("report.comma", lang).join(names)) if names else ""
    first = finding_text(serious[0], lang)
    return f"{first}{'' if first.endswith('。') else ' '}{also}".strip()


def _fine(result: Recommendation, lang: str) -> str:
    """That nothing serious was found; figures that are off their target all the same are named."""
    aims = {name: aim(name) for name in kpis if aim(name).weight}
    off = [name for name, goal in aims.items() if goal.utility(result.before[name]) < 1.0]
    texts = (
        f"{inside(say(f'kpi.{name}', lang))} {with_unit(result.before[name], aims[name].unit, lang)}" for name in off
    )
    key = "verdict.fine.but" if off else "verdict.fine"
    return say(key, lang, figures=say("report.semicolon", lang).join(texts))


def _first_big(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _change(result: Recommendation, lang: str) -> str:
    """What to change, where, and whether a crew must go."""
    fixes = dict.fromkeys(f"fix.{step.fix}.name" if step.fix else "fix.other.name" for step in result.steps)
    cells = list(dict.fromkeys(step.change.cell for step in result.steps))
    comma = say("report.comma", lang)
    named, left = comma.join(cells[:MOST_NAMED]), len(cells) - MOST_NAMED
    crew = sum(step.change.visit for step in result.steps)
    return say(
        "verdict.change", lang,
        fixes=_first_big(comma.join(say(key, lang) for key in fixes)),
        cells=say("verdict.more", lang, cells=named, count=left) if left > 0 else named,
        crew=counted("crew", crew, lang) if crew else say("verdict.remote", lang),
    )  # fmt: skip


def _gain(result: Recommendation, lang: str) -> str:
    """The figures that gain most of the score."""
    gains = {name: gained(result, name) for name in kpis}
    best = sorted((name for name in kpis if gains[name] >= FELT_GAIN), key=lambda name: (-gains[name], name))
    texts = (_from_to(name, result.before[name], result.after[name], lang) for name in best[:MOST_NAMED])
    named = say("report.semicolon", lang).join(texts)
    return _first_big(named) if named else say("verdict.gain.small", lang)


def _loss(result: Recommendation, lang: str) -> str:
    """The figures that get worse for what is gained."""
    texts = (_from_to(loss.kpi, loss.before, loss.after, lang) for loss in result.given_up)
    return _first_big(say("verdict.loss", lang, figures=say("report.semicolon", lang).join(texts)))


def _from_to(name: str, before: float, after: float, lang: str) -> str:
    was, now = (with_unit(value, aim(name).unit, lang) for value in (before, after))
    return f"{inside(say(f'kpi.{name}', lang))} {was} → {now}"


def gained(result: Recommendation, name: str) -> float:
    """What one figure adds to the objective."""
    goal = aim(name)
    gain = goal.weight * (goal.utility(result.after[name]) - goal.utility(result.before[name])) if goal.weight else 0.0
    return 0.0 if math.isnan(gain) else gain


def _nothing(result: Recommendation, kind: str, lang: str) -> str:
    """Why the plan is empty."""
    if kind == "healthy":
        return say("verdict.healthy.why", lang, score=_points(result.score_before.objective))
    if result.tried <= 1:
        return say("verdict.no_help.none", lang)
    return say("verdict.no_help.tried", lang, tried=result.tried - 1)


def _sure(result: Recommendation, lang: str) -> str:
    draws = len(result.score_after.by_draw)
    better = round(result.score_after.helps(result.score_before) * draws)
    return say("verdict.sure", lang, better=better, draws=draws)


def worst_of(harm: Sequence[Harm]) -> Harm | None:
    """The group that loses most, if any loses noticeably."""
    worst = max(harm, key=lambda row: row.loss, default=None)
    return worst if worst is not None and worst.loss >= FELT_LOSS else None


def harm_text(harm: Sequence[Harm], plan: Plan, lang: str, ours: bool = False) -> str:
    """Whom a plan costs most, in a few words; of `ours` it is known that new carriers and codes are free."""
    worst, unsimulated = worst_of(harm), _unsimulated(plan, lang, ours)
    if worst is None:
        key = "harm.none" if harm else "harm.levels" if unsimulated else "harm.untouched"
        return say("report.semicolon", lang).join([say(key, lang), *unsimulated])
    group = group_text(worst.group, lang)
    loss = say("harm.worst", lang, group=group, loss=loss_text(worst, lang), share=number(100.0 * worst.loss, 0))
    return say("report.semicolon", lang).join([loss, *unsimulated])


def _unsimulated(plan: Plan, lang: str, ours: bool) -> list[str]:
    """What a retune may do to others, for which only the choice of what is free answers."""
    touched = {change.parameter for change in plan}
    free = ".free" if ours else ""
    retuned = [say(f"harm.retuned{free}", lang, km=number(REUSE_KM))] if touched & RETUNED else []
    return retuned + ([say(f"harm.recoded{free}", lang, km=number(TWIN_KM))] if touched & RECODED else [])


def loss_text(row: Harm, lang: str) -> str:
    """What a group loses (or gains), with its unit."""
    change = row.after - row.before
    if row.kpi.startswith("coverage"):
        return say("harm.coverage", lang, change=number(100.0 * change, 1, signed=True))
    return say("harm.level", lang, change=number(change, 1, signed=True))


def limit_text(row: Harm, lang: str) -> str:
    """The loss from which a plan is refused."""
    share, limit = row.kpi.startswith("coverage"), limits_of(row.kpi)[1]
    return say("harm.coverage" if share else "harm.level", lang, change=number(-limit * (100.0 if share else 1.0)))
