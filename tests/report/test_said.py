"""What the report, the reply and the text output say is so: on the example case, turned to what each is about."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rfopt.cli.output import finding_lines
from rfopt.cli.recommend import plan_lines
from rfopt.finding import Finding
from rfopt.kpis import aim
from rfopt.network import Change
from rfopt.planning.score import Loss
from rfopt.recommendation import Recommendation
from rfopt.report import recommendation_json, report_html
from rfopt.report.page import page_of
from rfopt.report.reply import EFFECTS, reply_of
from rfopt.report.verdict import harm_text, verdict_of
from rfopt.sentences import finding_text, outside, reason_text
from rfopt.showing.plans import recommendation_html
from rfopt.words import LANGUAGES, say

from .cases import emptied

WORST = {name: aim(name).fail for name in EFFECTS}
BEST = {name: aim(name).target for name in EFFECTS}
OUTAGE = Finding(
    "outage", 1.0, ("gone",), (),
    {"expected_dbm": -60.0, "threshold_dbm": -90.0, "samples": 90, "reports": 0, "when": ""}
)  # fmt: skip


def with_findings(result: Recommendation, *findings: Finding) -> Recommendation:
    explained = (math.nan,) * len(findings)
    return replace(result, diagnosis=replace(result.diagnosis, findings=findings, explained=explained))


def with_change(result: Recommendation, change: Change, fix: str = "") -> Recommendation:
    """A plan of one change."""
    step = replace(result.steps[0], change=change, fix=fix, depends_on=())
    return replace(result, steps=(step,), ladder=(result.ladder[0], ((change,), 0.9)))


def reply_after(result: Recommendation, lang: str, **after: float) -> str:
    """The reply where all was at its worst and everything not named is then as it should be."""
    return reply_of(replace(result, before={**result.before, **WORST}, after={**BEST, **after}), "plan", lang)[1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_only_what_meets_its_target_is_promised(result: Recommendation, lang: str) -> None:
    promise, better = say("reply.gain.calls", lang), say("reply.better.calls", lang)
    whole = reply_after(result, lang)
    assert promise in whole and better not in whole
    for name, after in (("handovers_per_min", 0.36), ("rxqual_0_4_share", 0.917)):
        part = reply_after(result, lang, **{name: after})
        assert promise not in part and better in part
        assert say("reply.gain.steady", lang) in part


def test_an_effect_that_nothing_gains_is_not_named(result: Recommendation) -> None:
    lost = reply_after(result, "en", **{name: WORST[name] for name in EFFECTS if EFFECTS[name] == "calls"})
    assert say("reply.gain.calls", "en") not in lost and say("reply.better.calls", "en") not in lost


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_plan_gives_up_stands_beside_what_it_gains(result: Recommendation, lang: str) -> None:
    label, lost = say("verdict.label.loss", lang), Loss("rxqual_0_4_share", 0.8905, 0.8538)
    assert label not in dict(verdict_of(replace(result, given_up=()), lang).lines)
    worse = replace(result, given_up=(lost,))
    assert "85.4" in dict(verdict_of(worse, lang).lines)[label]
    assert sum("0.8538" in line for line in plan_lines(worse, lang)) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_interference_of_new_carriers_is_not_said_to_be_none(result: Recommendation, lang: str) -> None:
    cell = result.plan[0].cell
    new, code = Change(cell, None, "arfcn", 48.0, 21.0), Change(cell, None, "bsic", "1-1", "1-2")
    untouched, margin = say("harm.untouched", lang), Change(cell, None, "cell_reselect_offset_db", 0.0, 10.0)
    assert harm_text((), (margin,), lang) == untouched
    for change in (new, code):
        bare = replace(with_change(result, change), harm=())
        cost = dict(verdict_of(bare, lang).lines)[say("verdict.label.cost", lang)]
        assert untouched not in cost and say("harm.levels", lang) in cost
    assert say("harm.retuned.free", lang, km="2") in harm_text((), (new,), lang, ours=True)
    assert harm_text((), (new,), lang).endswith(say("harm.retuned", lang)), "nobody looked whether others use them"
    assert harm_text(result.harm, (new,), lang) != harm_text(result.harm, (margin,), lang)


def test_an_antenna_that_is_tilted_up_is_said_to_be(result: Recommendation) -> None:
    def reason(old: float, new: float, lang: str) -> str:
        change = Change(result.plan[0].cell, None, "elec_tilt_deg", old, new)
        return reason_text(with_change(result, change, "downtilt_electrical").steps[0], lang)

    assert "up" in reason(4.0, 2.0, "en").split() and "减小" in reason(4.0, 2.0, "zh")
    assert "up" not in reason(2.0, 4.0, "en").split() and "减小" not in reason(2.0, 4.0, "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_cell_off_the_air_comes_back_before_anything_else(result: Recommendation, lang: str) -> None:
    out = with_findings(result, OUTAGE)
    first = say("verdict.restore", lang, cells="gone")
    assert first in report_html(out, lang) and first in plan_lines(out, lang)
    assert say("reply.restore", lang) in reply_of(out, "plan", lang)[1]
    for other in (result, emptied(result, (OUTAGE,))):
        assert first not in report_html(other, lang) and first not in plan_lines(other, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_plan_says_why(result: Recommendation, lang: str) -> None:
    serious, slight = result.diagnosis.findings[0], replace(result.diagnosis.findings[0], severity=0.2)
    assert plan_lines(emptied(result, (serious,)), lang) == [say("no_plan.no_help", lang)]
    for findings in ((), (slight,)):
        assert plan_lines(emptied(result, findings), lang) == [say("no_plan.healthy", lang)]
    assert finding_lines({"diagnosis": []}, lang) == [say("report.findings.none", lang)]


def test_outside_is_what_is_seen_to_be_outside() -> None:
    assert outside("csfb_success_share", 1.0, (0.964, 0.999))
    assert not outside("csfb_success_share", 0.99904, (0.964, 0.999)), "both are shown as 99.9"
    assert not outside("csfb_success_share", 0.98, (0.964, 0.999))
    assert not outside("csfb_success_share", math.nan, (0.964, 0.999))
    assert not outside("csfb_success_share", 0.5, (math.nan, math.nan)) and not outside("csfb_success_share", 0.5, None)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_value_outside_of_its_interval_is_marked(result: Recommendation, lang: str) -> None:
    inside = {name: (value - 9.0, value + 9.0) for name, value in result.after.items()}
    within = replace(result, before=result.after, interval=inside, interval_before=inside)
    beyond = replace(within, interval={**inside, "ci_p10_db": (-9.0, -7.0)})
    far = {**inside, "sinr_p10_db": (-99.0, -97.0)}
    note = say("show.outside", lang)
    for made in (report_html, lambda one, said: str(recommendation_html(one, said))):
        assert note not in made(within, lang) and "†" not in made(within, lang)
        assert note in made(beyond, lang) and "†" in made(beyond, lang).replace(note, "")
    weightless, judged = (report_html(one, lang).count(note) for one in (beyond, replace(beyond, interval=far)))
    assert (weightless, judged) == (1, 2), "the first screen shows figures of the score only"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_changes_proposed_together_say_that_they_share(result: Recommendation, lang: str) -> None:
    parts = [((change,), 0.5) for change in result.plan]
    apart = replace(result, ladder=(result.ladder[0], *parts))
    joined = replace(result, ladder=(result.ladder[0], (tuple(result.plan[:2]), 0.5), *parts[2:]))
    assert not any(row.together for row in page_of(apart, lang)["rows"])
    rows = page_of(joined, lang)["rows"]
    assert [row.together for row in rows[:2]] == [say("report.together", lang, others=k) for k in ("2", "1")]
    assert not any(row.together for row in rows[2:]) and rows[0].together in report_html(joined, lang)
    note = say("cli.together", lang)
    assert not any("*" in line.split()[0] for line in plan_lines(apart, lang))
    marked = [line.split()[0].endswith("*") for line in plan_lines(joined, lang)[1 : len(result.steps) + 1]]
    assert marked == [True, True] + [False] * (len(result.steps) - 2)
    assert any(note in line for line in plan_lines(joined, lang))
    assert not any(note in line for line in plan_lines(apart, lang))


def test_the_tilt_is_as_found_and_after_where_it_changes(result: Recommendation) -> None:
    cells = result.evidence.network.cells
    cell = next(one for one in page_of(result, "en")["heard"] if "macro" in one["kind"].lower())["mark"].name
    old = float(cells.at[cell, "elec_tilt_deg"])
    total = old + float(cells.at[cell, "mech_tilt_deg"])
    tilted = with_change(result, Change(cell, None, "elec_tilt_deg", old, old + 4.0))
    shown = {one["mark"].name: one["tilt"] for one in page_of(tilted, "en")["heard"]}
    assert shown[cell] == f"{total:g} → {total + 4.0:g}"
    assert not any("→" in tilt for name, tilt in shown.items() if name != cell)


def test_one_list_is_not_spoken_of_as_several() -> None:
    facts = {"lists_lacking": 1, "arfcn": 75, "csfb_wanted_share": 0.1, "target_share": 0.9}
    text = finding_text(Finding("csfb_frequency", 0.6, ("a", "b"), (), facts), "en")
    assert "1 LTE cells" not in text and "fallback list: 1." in text


def test_what_is_rejected_names_no_neighbour_as_null(result: Recommendation) -> None:
    names = [row["neighbour"] for row in recommendation_json(result, "en")["rejected"]]
    assert None in names and "" not in names
