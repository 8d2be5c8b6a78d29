"""What rules share: figures, shares of time, exchanges, rivals; and ping-pong on replays made by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from rfopt.evidence import Evidence
from rfopt.kpis import aim
from rfopt.mobility.timeline import Replay, Timeline
from rfopt.rules import (
    Figures,
    against,
    distance_km,
    excess_db,
    exchanges,
    highest_dbm,
    points_where,
    rivals,
    rules,
    serving_share,
)

from .flats import (
    CLOSE,
    FAULTS,
    Flat,
    faulty,
    judged,
)

KNOWN = Figures({}, {})


def test_figures_mean_log_and_model() -> None:
    goal = aim("reselections_per_min")
    both = Figures({"reselections_per_min": goal.fail}, {"reselections_per_min": goal.target})
    assert both.severity("reselections_per_min") == pytest.approx(0.75)
    assert (
        Figures({"reselections_per_min": math.nan}, {"reselections_per_min": goal.fail}).severity(
            "reselections_per_min"
        )
        == 1.0
    )
    assert Figures({"reselections_per_min": goal.fail}, {}).severity("reselections_per_min") == 1.0
    assert KNOWN.severity("reselections_per_min", "ci_p10_db") == 0.0
    assert both.severity("ci_p10_db", "reselections_per_min") == pytest.approx(0.75)
    assert both.value("reselections_per_min") == goal.fail
    assert Figures({"ci_p10_db": math.nan}, {"ci_p10_db": 5.0}).value("ci_p10_db") == 5.0


def hand_replay(*rows: tuple[float, list[int]]) -> Replay:
    """Idle timelines of some step and servers, over cells A and B."""
    lines = []
    for step_s, servers in rows:
        server = np.array([servers], dtype=np.int16)
        blank = np.full(server.shape, np.nan, dtype=np.float32)
        zero = np.zeros(server.shape, dtype=np.int8)
        lines.append(Timeline("gsm_idle", "north", np.arange(len(servers)) * step_s, server, zero, blank, blank, zero))
    return Replay(("A", "B"), ("L",), frozenset({0}), tuple(lines), ())


def test_serving_share_is_of_time_and_a_short_log_is_not_drowned() -> None:
    log = hand_replay((1.0, [0, 0, 0, 1]))
    assert serving_share([log], "gsm_idle") == {"A": 0.75, "B": 0.25}
    assert serving_share([hand_replay((1.0, [0] * 10), (3.0, [1] * 10))], "gsm_idle") == {"B": 0.75, "A": 0.25}
    assert serving_share([hand_replay((1.0, [0, -1, -2, -2]))], "gsm_idle") == {"A": 0.25}
    long = hand_replay((1.0, [1] * 4000))
    assert serving_share([log, long], "gsm_idle") == {"B": 0.625, "A": 0.375}
    assert serving_share([log, replace(long, timelines=())], "gsm_idle") == {"A": 0.75, "B": 0.25}
    assert serving_share([log], "lte_idle") == {}


def test_exchanges_count_each_way_and_pass_over_strangers() -> None:
    counts = exchanges(hand_replay((1.0, [0, 1, 0, 1, 1, -1, 0, -2, 1])), "gsm_idle")
    assert counts == {("A", "B"): 2, ("B", "A"): 1}


def test_rivals_are_measured_against_the_wanted_cell_or_the_strongest() -> None:
    evidence, _ = faulty("no_dominant_server")
    close = rivals(evidence, 6.0, ("das", "macro"))
    assert set(close) == {"B", "C", "D"} and list(close.values()) == sorted(close.values(), reverse=True)
    assert set(rivals(evidence, 6.0, ("das",))) == {"B"}
    assert rivals(evidence, -6.0, ("das", "macro")) == {}
    lonely, _ = judged(replace(FAULTS["no_dominant_server"], gsm={**CLOSE, "A": math.nan}, server="B"))
    assert max(rivals(lonely, 6.0, ("das", "macro")).values()) == pytest.approx(0.0)
    assert points_where(lonely, "B", 6.0) == ("north", "south")
    assert against(evidence, "B") == "wanted" and against(lonely, "B") == "strongest"


def test_excess_is_only_known_where_a_cell_was_reported() -> None:
    evidence, _ = judged(Flat(gsm={"A": -76.0, "B": math.nan}, south={"B": -72.0}))
    excess = excess_db(evidence, "B")
    assert excess[0] == -math.inf and excess[1] == pytest.approx(4.0, abs=3.0)
    assert highest_dbm(evidence, "B") == pytest.approx(-72.0, abs=2.0)
    assert list(excess_db(evidence, "nobody")) == [-math.inf, -math.inf]


def test_distance_is_along_the_ground() -> None:
    evidence, _ = faulty("overshoot")
    assert distance_km(evidence, "D") == pytest.approx(0.015 * 111.195, rel=0.01)


def circling(evidence: Evidence, machine: str, order: list[int], steps: int = 240) -> Replay:
    """A replay in which the server goes through an order of cells, a cell a second."""
    server = np.array([[order[t % len(order)] for t in range(steps)]], dtype=np.int16)
    blank = np.full(server.shape, np.nan, dtype=np.float32)
    reason = np.full(server.shape, 1 if machine == "gsm_idle" else 8, dtype=np.int8)
    line = Timeline(machine, "north", np.arange(steps) * 1.0, server, reason, blank, blank, np.zeros_like(reason))
    return replace(evidence.replay, timelines=(line,), fallbacks=())


def test_ping_pong_spread_evenly_over_many_pairs_is_still_named() -> None:
    """Twelve pairs, none with a tenth of the handovers."""
    evidence, _ = faulty("no_dominant_server")
    tour = [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3]
    both = circling(evidence, "gsm_call", [*tour, *tour[::-1]])
    counts = exchanges(both, "gsm_call")
    assert max(counts.values()) < 0.1 * counts.total()
    many = replace(evidence, logged=both, replay=both)
    figures = Figures({"handovers_per_min": 5.0}, {"handovers_per_min": 5.0, "pingpong_share": 0.0})
    (finding,) = rules["pingpong_handover"](many, figures)
    assert set(finding.cells) <= {"A", "B", "C", "D"} and finding.evidence["between"]


@pytest.mark.parametrize(("rule", "machine"), [("pingpong_reselection", "gsm_idle"), ("pingpong_handover", "gsm_call")])
def test_ping_pong_names_the_wanted_cell_first_and_then_the_busiest(rule: str, machine: str) -> None:
    evidence, _ = faulty("no_dominant_server")
    order = [1, 2, 1, 2, 1, 2, 1, 0]  # B and C mostly, A now and then
    busy = replace(evidence, logged=circling(evidence, machine, order), replay=circling(evidence, machine, order))
    table = {"handovers_per_min": 9.0, "reselections_per_min": 9.0, "pingpong_share": 0.5}
    (finding,) = rules[rule](busy, Figures(table, table))
    assert finding.cells == ("A", "B", "C") and finding.severity == 1.0 and not finding.cause
