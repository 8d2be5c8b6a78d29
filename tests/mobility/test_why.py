"""Why it moved: the numbers at an instant are those of the levels, and the rule is the one that applies."""

from __future__ import annotations

import numpy as np
import pytest

from rfopt.mobility.replay import Bench, account, bench
from rfopt.mobility.why import Explanation, explain
from rfopt.words import LANGUAGES

from ..networks import network
from .test_replay import NAMES, NAN, drive, gsm, piece


def steps(before: list[float], after: list[float], n: int = 40, m: int = 40) -> np.ndarray:
    """Constant levels of four cells, then others."""
    return np.array([before] * n + [after] * m, dtype=float)


def asked(level: np.ndarray, server: np.ndarray, time_s: float, desk: Bench, machine: str = "gsm_idle",
          step_s: float = 0.5, **values: np.ndarray) -> Explanation:  # fmt: skip
    found = explain(piece(level, server, step_s, machine, **values), desk, time_s)
    assert all(found.sentence(lang) for lang in LANGUAGES)
    return found


def moved(at: int, count: int = 80, to: int = 1) -> np.ndarray:
    return np.where(np.arange(count) >= at, to, 0)


FLAT = steps([-75, -80, NAN, NAN], [-75, -69, NAN, NAN])


def test_better_by_c2_for_5_s() -> None:
    found = asked(FLAT, moved(52), 27.0, gsm())
    best = found.candidates[0]
    assert (found.time_s, found.server, found.target, found.rule) == (26.0, "A", "B", "c2")
    assert (best.cell, best.lead_db, best.needed_db) == ("B", 6.0, 0.0)
    assert found.server_numbers == {"c1_db": 25.0, "c2_db": 25.0} and best.numbers["c2_db"] == 31.0
    assert best.since_s == pytest.approx(19.5, abs=2.6), "the reports' averages cross in the middle of the step"
    assert "a lead of +6.0 dB" in found.sentence("en") and "C2" in found.sentence("zh")
    assert found.replayed is not None and found.replayed[1:] == ("A", "B", "c2")


def test_into_another_area_the_hysteresis_counts() -> None:
    found = asked(FLAT, moved(52), 26.0, gsm(B={"lac": 2}, A={"cell_reselect_hysteresis_db": 6}))
    assert found.rule == "c2_area" and found.candidates[0].needed_db == 6.0
    assert asked(FLAT, moved(52), 26.0, gsm(B={"lac": 2}, A={"cell_reselect_hysteresis_db": 8})).rule == "unexplained"


def test_soon_after_a_reselection_5_db_are_needed() -> None:
    level = steps([-75, -80, -90, NAN], [-75, -69, -90, NAN])
    server = np.where(np.arange(80) < 36, 2, moved(52))
    found = asked(level, server, 26.0, gsm())
    assert found.rule == "c2_recent" and found.candidates[0].needed_db == 5.0


def test_a_server_too_weak() -> None:
    found = asked(steps([-75, -108, NAN, NAN], [-105, -108, NAN, NAN]), moved(56), 28.0, gsm())
    assert found.rule == "c1" and found.server_numbers["c1_db"] == -5.0
    assert "−5.0 dB" in found.sentence("en")


def test_what_the_levels_do_not_explain_is_said_so() -> None:
    found = asked(FLAT, moved(20), 10.0, gsm())
    assert found.rule == "unexplained" and found.candidates[0].lead_db == -5.0
    assert "does not explain" in found.sentence("en")


def test_what_the_rounding_of_reports_hides_is_said_so() -> None:
    level = np.tile([-75.0, -75.0, NAN, NAN], (80, 1))
    found = asked(level, moved(52), 26.0, gsm())
    assert found.rule == "close" and "rounding" in found.sentence("en")


def test_nobody_reported() -> None:
    level = np.full((80, 4), NAN)
    level[:, 0] = -75.0
    found = asked(level, moved(80), 20.0, gsm())
    assert found.rule == "none" and found.candidates == ()
    assert "No neighbour was reported" in found.sentence("en")


def test_a_target_never_reported_before() -> None:
    level = np.full((80, 4), NAN)
    level[:60, 0], level[60:, 1], level[:, 2] = -75.0, -70.0, -80.0
    found = asked(level, moved(60), 30.0, gsm())
    assert found.rule == "unreported" and "had not been reported" in found.sentence("en")


def test_a_target_that_is_no_neighbour() -> None:
    desk = bench(network(relations=[("A", "C"), ("C", "A")]), NAMES["GSM"], "GSM")
    found = asked(FLAT, moved(52), 26.0, desk)
    assert found.rule == "unrelated" and "no neighbour of A" in found.sentence("en")
    level = np.tile([-75.0, -67.0, NAN, NAN], (60, 1))
    assert asked(level, moved(40, 60), 19.2, desk, "gsm_call", 0.48).rule == "unrelated"


def test_no_change_near_tells_the_margin() -> None:
    found = asked(FLAT, moved(80), 5.0, gsm())
    assert (found.rule, found.target, found.replayed_server) == ("none", "", "A")
    assert found.candidates[0].lead_db == -5.0 and found.candidates[0].since_s is None


@pytest.mark.parametrize(("rule", "server_dbm", "quality"),
                         [("power_budget", -75, 0.0), ("quality", -75, 6.0), ("level", -99, 0.0)])  # fmt: skip
def test_calls(rule: str, server_dbm: float, quality: float) -> None:
    level = np.tile([server_dbm, server_dbm + 8.0, NAN, NAN], (60, 1))
    found = asked(level, moved(40, 60), 19.2, gsm(), "gsm_call", 0.48, rxqual=np.full(60, quality))
    best = found.candidates[0]
    assert (found.rule, best.cell, best.numbers["pbgt_db"], best.needed_db) == (rule, "B", 8.0, 6.0)


def test_lte_idle_and_connected() -> None:
    desk = bench(network(), NAMES["LTE"], "LTE")
    level = np.tile([-100.0, -94.0], (60, 1))
    idle = asked(level, moved(30, 60), 30.0, desk, "lte_idle", 1.0)
    assert idle.rule == "rank" and idle.candidates[0].lead_db == pytest.approx(2.0) and idle.hold_s == 1.0
    busy = asked(level, moved(30, 60), 6.0, desk, "lte_call", 0.2)
    assert busy.rule == "a3" and busy.candidates[0].lead_db == pytest.approx(6.0) and busy.hold_s == 0.32
    assert busy.candidates[0].needed_db == 4.0


def test_another_priority_is_no_matter_of_rank() -> None:
    layers = [{"cell": "L", "target_rat": "LTE", "target_channel": 37900, "priority": 7, "thresh_x_high_db": 10}]
    other = network({"M": {"earfcn": 37900}, "L": {"cell_reselection_priority": 5}}, layers=layers)
    level = np.tile([-90.0, -95.0], (60, 1))
    found = asked(level, moved(30, 60), 30.0, bench(other, NAMES["LTE"], "LTE"), "lte_idle", 1.0)
    assert found.rule == "priority" and found.candidates[0].numbers["priority"] == 7.0
    assert "priority 7, the server's 5" in found.sentence("en")


@pytest.mark.parametrize("machine", ["gsm_idle", "gsm_call"])
def test_the_numbers_explain_what_the_machine_does(machine: str) -> None:
    """An independent check of kernel and criteria: nearly every move of the machine satisfies a rule by the numbers."""
    walked, desk = drive(11, 400.0, 0.5 if machine == "gsm_idle" else 0.48, machine), gsm()
    told = account("free", walked, desk)
    phone = piece(walked.level_dbm, told.server, walked.time_s[1], machine)
    found = [explain(phone, desk, time) for time, _, _ in told.moves]
    explained = [one.rule in ("c2", "c2_recent", "c1", "power_budget") for one in found]
    assert len(found) > 8 and np.mean(explained) > 0.95
