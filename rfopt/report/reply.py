"""A short reply to the customer in plain words: no cell, no parameter, no figure that needs explaining."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.kpis import aim
from rfopt.recommendation import FOUND, Recommendation
from rfopt.report.verdict import FELT_GAIN, gained, out_of_order
from rfopt.words import say

CAUSES = {
    "weak_indoor": "weak", "outage": "outage", "no_dominant_server": "many", "overshoot": "many",
    "das_leakage": "many", "pingpong_reselection": "many", "pingpong_handover": "many", "csfb_frequency": "fallback",
    "cochannel_interference": "disturbed", "pci_mod3": "disturbed", "identity_confusion": "settings",
    "missing_neighbour": "settings", "one_way_neighbour": "settings", "area_boundary": "settings",
    "border_camping": "settings", "wrong_parameters": "settings",
}  # fmt: skip
"""Rule → what a customer can be told of it."""
EFFECTS = {
    "idle_camp_wanted": "steady", "reselections_per_min": "steady", "handovers_per_min": "calls",
    "pingpong_share": "calls", "rxqual_0_4_share": "calls", "csfb_success_share": "fallback",
    "csfb_wanted_share": "fallback", "sinr_p10_db": "speed",
}  # fmt: skip
"""Figure → what a customer notices of it."""
MOST_CAUSES = 2


def reply_of(result: Recommendation, kind: str, lang: str) -> list[str]:
    """The reply in paragraphs; `kind` is that of the verdict."""
    return [
        say("reply.greeting", lang),
        " ".join(_body(result, kind, lang)) if lang == "en" else "".join(_body(result, kind, lang)),
        say("reply.closing", lang),
    ]


def _body(result: Recommendation, kind: str, lang: str) -> Iterator[str]:
    yield say("reply.tested", lang)
    if kind == "healthy":
        yield say("reply.healthy", lang)
        return
    serious = [finding.rule for finding in result.diagnosis.findings if finding.severity >= FOUND]
    for cause in list(dict.fromkeys(CAUSES[rule] for rule in serious))[:MOST_CAUSES]:
        yield say(f"reply.cause.{cause}", lang)
    if kind == "no_help":
        yield say("reply.no_help", lang)
        return
    crew = any(step.change.visit for step in result.steps)
    if out_of_order(result):
        yield say("reply.restore", lang)
    yield say("reply.plan.crew" if crew else "reply.plan", lang)
    cured, better = _effects(result)
    for key, effects in (("reply.gain", cured), ("reply.better", better)):
        if effects:
            comma = say("report.comma", lang)
            yield say(key, lang, effects=comma.join(say(f"{key}.{effect}", lang) for effect in effects))
    yield say("reply.retest", lang)


def _effects(result: Recommendation) -> tuple[list[str], list[str]]:
    """What the customer will notice, most first: what is then as it should be, and what only gets better.

    An effect may be promised where every one of its figures meets its target after the plan.
    """
    gains: dict[str, float] = {}
    for name, effect in EFFECTS.items():
        gains[effect] = gains.get(effect, 0.0) + gained(result, name)
    felt = sorted((e for e in gains if gains[e] >= FELT_GAIN), key=lambda effect: (-gains[effect], effect))
    missed = {effect for name, effect in EFFECTS.items() if aim(name).utility(result.after[name]) < 1.0}
    return [effect for effect in felt if effect not in missed], [effect for effect in felt if effect in missed]
