"""What is stated of each figure follows the log and the draws, and says where neither can tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rfopt.kpis import aim, compute, kpis
from rfopt.mobility.csfb import FAILED_S
from rfopt.mobility.simulate import simulate
from rfopt.mobility.timeline import ELSEWHERE, Timeline
from rfopt.network import apply
from rfopt.planning.stated import NO_LEVEL_DBM, intervals

from .test_score import MARGIN, leaking


def test_every_figure_has_an_interval_in_its_bounds() -> None:
    evidence, _ = leaking()
    spans = intervals(evidence.replay, evidence)
    assert set(spans) == set(kpis)
    for name, (low, high) in spans.items():
        assert low <= high or np.isnan(low), name
        if aim(name).unit == "share":
            assert np.isnan(low) or 0.0 <= low <= high <= 1.0, name


def test_an_interval_believes_a_log_that_contradicts_the_model() -> None:
    """The scripted phone changes its cell every ten seconds, which levels like these do not explain."""
    evidence, _ = leaking()
    name = "reselections_per_min"
    counted, modelled = compute(evidence.logged)[name], compute(evidence.replay)[name]
    low, high = intervals(evidence.replay, evidence)[name]
    silent = replace(evidence, logged=replace(evidence.logged, timelines=()))
    alone = intervals(evidence.replay, silent)[name]
    assert counted > 4 * modelled
    assert alone[0] <= modelled <= alone[1]
    assert alone[1] < low < counted < high


@pytest.mark.parametrize(("share", "told"), [(0.02, False), (0.3, True)])
def test_a_level_is_the_logs_where_cells_of_no_table_serve(share: float, told: bool) -> None:
    evidence, _ = leaking()

    def strange(timeline: Timeline) -> Timeline:
        server = timeline.server.copy()
        server[:, : round(share * server.shape[1])] = ELSEWHERE
        louder = np.where(server == ELSEWHERE, timeline.level_dbm, timeline.level_dbm + 20.0)
        return replace(timeline, server=server, level_dbm=louder) if timeline.machine == "lte_idle" else timeline

    logged = replace(evidence.logged, timelines=tuple(strange(t) for t in evidence.logged.timelines))
    found, other = (intervals(evidence.replay, case) for case in (evidence, replace(evidence, logged=logged)))
    assert (found["rsrp_p10_dbm"] != other["rsrp_p10_dbm"]) is told
    assert found["rxlev_p10_dbm"] == other["rxlev_p10_dbm"]


@pytest.mark.parametrize(("share", "low"), [(0.05, False), (0.3, True)])
def test_a_level_may_be_anything_low_where_a_tenth_of_the_time_is_without_service(share: float, low: bool) -> None:
    evidence, _ = leaking()

    def lost(timeline: Timeline) -> Timeline:
        server = timeline.server.copy()
        server[:, : round(share * server.shape[1])] = -1
        return replace(timeline, server=server) if timeline.machine == "gsm_idle" else timeline

    replay = replace(evidence.replay, timelines=tuple(lost(t) for t in evidence.replay.timelines))
    ends = intervals(replay, replace(evidence, replay=replay))["rxlev_p10_dbm"]
    assert (ends[0] <= NO_LEVEL_DBM) is low


@pytest.mark.parametrize(("pause_s", "told"), [(2.0, True), (30.0, False), (300.0, True)])
def test_a_log_that_falls_silent_does_not_tell_where_the_phone_camped(pause_s: float, told: bool) -> None:
    """Half a minute without a report may be one without service; five minutes are a log that was stopped."""
    evidence, _ = leaking()
    first = next(t for t in evidence.logged.of("gsm_idle"))
    step = first.step_s
    names = ("server", "reason", "level_dbm", "quality_db", "rxqual")
    still = {name: np.repeat(getattr(first, name)[:, :1], 100, axis=1) for name in names}
    began = [k * (100.0 * step + pause_s) for k in range(4)]
    parts = [replace(first, time_s=start + step * np.arange(100.0), **still) for start in began]
    logged = replace(evidence.logged, timelines=tuple(parts))
    alone = replace(evidence, logged=replace(evidence.logged, timelines=()))
    name = "idle_camp_wanted"
    spans = [intervals(evidence.replay, case)[name] for case in (replace(evidence, logged=logged), alone)]
    assert (spans[0] != spans[1]) is told


def test_what_a_plan_left_alone_keeps_its_interval() -> None:
    evidence, _ = leaking()
    after = simulate(evidence.situation, apply(evidence.network, (MARGIN,)))
    spans, same = intervals(evidence.replay, evidence), intervals(after, evidence)
    for name in ("reselections_per_min", "rxlev_p10_dbm", "csfb_wanted_share", "sinr_p10_db"):
        assert spans[name] == same[name]


def test_an_unknown_figure_has_no_interval() -> None:
    evidence, _ = leaking()
    spans = intervals(replace(evidence.replay, timelines=(), fallbacks=()), evidence)
    assert np.isnan(list(spans.values())).all()


def test_a_call_that_failed_on_a_cell_of_no_table_has_come_to_gsm() -> None:
    """All calls of the log failed, there after 7 s or without ever coming to GSM."""
    evidence, _ = leaking()

    def delay_if_all_took(seconds: float) -> tuple[float, float]:
        failed = tuple(
            replace(
                f, success=np.zeros_like(f.success), cell=np.full_like(f.cell, -1), delay_s=0.0 * f.delay_s + seconds
            )
            for f in evidence.replay.fallbacks
        )
        logged = replace(evidence.logged, fallbacks=failed)
        return intervals(evidence.replay, replace(evidence, logged=logged))["csfb_delay_p95_s"]

    assert delay_if_all_took(7.0)[1] < 10.0 and delay_if_all_took(FAILED_S) == (FAILED_S, FAILED_S)
