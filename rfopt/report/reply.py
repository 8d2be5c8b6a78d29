"""A short reply to the customer in plain words: no cell, no parameter, no figure that needs explaining."""

from __future__ import annotations

from collections.abc import Iterator

from rfopt.kpis import aim
from rfopt.recommendation import FOUND, Recommendation
from rfopt.report.verdict import FELT_GAIN, gained
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
"""Figure → what a customer notices when it gets better."""
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
    yield say("reply.plan.crew" if crew else "reply.plan", lang)
    effects = [say(f"reply.gain.{effect}", lang) for effect in _effects(result)]
    if effects:
        yield say("reply.gain", lang, effects=say("report.comma", lang).join(effects))
    yield say("reply.retest", lang)


def _effects(result: Recommendation) -> list[str]:
    """What the customer will notice, most first."""
    gains = {name: gained(result, name) for name in EFFECTS if aim(name).weight}
    order = sorted(gains, key=lambda name: (-gains[name], name))
    return list(dict.fromkeys(EFFECTS[name] for name in order if gains[name] >= FELT_GAIN))
