"""The first screen: what is wrong, what to change, what it gains, whom it costs and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rfopt.harm import COVERAGE_LOSS, LEVEL_LOSS_DB, Harm
from rfopt.recommend import FOUND, Recommendation
from rfopt.report.sentences import change_text, finding_text, group_text, number
from rfopt.words import say

FELT_LOSS = 0.05
"""Share of the refused limit below which a group's loss is not worth a word."""
MOST_NAMED = 3


@dataclass(frozen=True)
class Verdict:
    """What the report says first. `kind` is ``plan``, ``healthy`` or ``no_help``."""

    kind: str
    title: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


def verdict_of(result: Recommendation, lang: str) -> Verdict:
    """The verdict on a case; "nothing to do" and "nothing permitted helps" are verdicts too."""
    serious = [f for f in result.diagnosis.findings if f.severity >= FOUND]
    kind = "plan" if result.steps else "no_help" if serious else "healthy"
    blanks = {
        "before": _points(result.score_before.objective),
        "after": _points(result.score_after.objective),
        "changes": _counted("changes", len(result.steps), lang),
        "tried": result.tried,
    }
    wrong = [finding_text(finding, lang) for finding in serious[:1]]
    if len(serious) > 1:
        more = list(dict.fromkeys(f.rule for f in serious[1:] if f.rule != serious[0].rule))
        wrong += [_also(more, lang)] if more else []
    does = {"plan": _doing, "healthy": _nothing, "no_help": _no_help}[kind](result, lang)
    return Verdict(kind, say(f"verdict.{kind}", lang, **blanks), (*wrong, does), tuple(_facts(result, lang)))


def _points(objective: float) -> str:
    """A score of 0…1 as points of 100."""
    return number(100.0 * objective, 0)


def _counted(key: str, count: int, lang: str) -> str:
    """A number with its noun, in the singular where there is one."""
    return say(f"count.{key}.one" if count == 1 else f"count.{key}", lang, count=count)


def _also(rules: Sequence[str], lang: str) -> str:
    names = say("report.comma", lang).join(say(f"rule.{rule}.name", lang) for rule in rules)
    return say("verdict.also", lang, rules=names)


def _doing(result: Recommendation, lang: str) -> str:
    """What to change, and what it gains and costs."""
    fixes = list(dict.fromkeys(f"fix.{step.fix}.name" if step.fix else "fix.other.name" for step in result.steps))
    cells = list(dict.fromkeys(step.change.cell for step in result.steps))
    comma = say("report.comma", lang)
    named = comma.join(cells[:MOST_NAMED])
    return say(
        "verdict.do", lang,
        fixes=comma.join(say(key, lang) for key in fixes),
        cells=named if len(cells) <= MOST_NAMED else say("verdict.more", lang, cells=named, count=len(cells) - MOST_NAMED),
        before=_points(result.score_before.objective),
        after=_points(result.score_after.objective),
        harm=harm_text(result.harm, lang),
        sure=_sure(result, lang),
    )  # fmt: skip


def _nothing(result: Recommendation, lang: str) -> str:
    return say("verdict.healthy.why", lang, score=_points(result.score_before.objective))


def _no_help(result: Recommendation, lang: str) -> str:
    if not result.tried or result.tried == 1:
        return say("verdict.no_help.none", lang)
    return say("verdict.no_help.tried", lang, tried=result.tried)


def _facts(result: Recommendation, lang: str) -> Iterable[tuple[str, str]]:
    """Short labelled facts under the sentences."""
    before, after = _points(result.score_before.objective), _points(result.score_after.objective)
    score = f"{before} → {after}" if result.steps else before
    yield say("fact.score", lang), say("fact.of_100", lang, score=score)
    if not result.steps:
        yield say("fact.tried", lang), str(max(result.tried - 1, 0))
        return
    crew = [step for step in result.steps if step.change.visit]
    yield say("fact.changes", lang), str(len(result.steps))
    yield say("fact.crew", lang), _counted("crew", len(crew), lang) if crew else say("fact.remote", lang)
    yield say("fact.sure", lang), _sure(result, lang)
    yield say("fact.cost", lang), harm_text(result.harm, lang)
    yield say("fact.first", lang), change_text(result.steps[0].change, lang)


def _sure(result: Recommendation, lang: str) -> str:
    draws = len(result.score_after.by_draw)
    better = round(result.score_after.helps(result.score_before) * draws)
    return say("verdict.sure", lang, better=better, draws=draws)


def worst_of(harm: Sequence[Harm]) -> Harm | None:
    """The group that loses most, if any loses noticeably."""
    worst = max(harm, key=lambda row: row.loss, default=None)
    return worst if worst is not None and worst.loss >= FELT_LOSS else None


def harm_text(harm: Sequence[Harm], lang: str) -> str:
    """Whom a plan costs most, in a few words."""
    worst = worst_of(harm)
    if worst is None:
        return say("harm.none" if harm else "harm.untouched", lang)
    group = group_text(worst.group, lang)
    return say("harm.worst", lang, group=group, loss=loss_text(worst, lang), share=number(100.0 * worst.loss, 0))


def loss_text(row: Harm, lang: str) -> str:
    """What a group loses (or gains), with its unit."""
    change = row.after - row.before
    if row.kpi.endswith("_dbm"):
        return say("harm.level", lang, change=number(change, 1, signed=True))
    return say("harm.coverage", lang, change=number(100.0 * change, 1, signed=True))


def limit_text(row: Harm, lang: str) -> str:
    """The loss from which a plan is refused."""
    limit = LEVEL_LOSS_DB[1] if row.kpi.endswith("_dbm") else 100.0 * COVERAGE_LOSS[1]
    key = "harm.level" if row.kpi.endswith("_dbm") else "harm.coverage"
    return say(key, lang, change=number(-limit))
