"""Every key figure against timelines that were counted by hand, one table a figure."""

import math

import numpy as np
import pytest

from rfopt.kpis import Aim, aim, compute, connected_s, count, kpis, objective
from rfopt.mobility.reasons import Reason
from rfopt.mobility.timeline import Replay

from .by_hand import falls, line, replay

NAN = math.nan
C2, C1, SIGNALLING, SELECTED, LOST = Reason.C2, Reason.C1, Reason.SIGNALLING, Reason.SELECTED, Reason.LOST
PBGT, LEVEL, QUALITY, FAILED = Reason.POWER_BUDGET, Reason.LEVEL, Reason.QUALITY, Reason.HANDOVER_FAILED
DROP, A3, RANK, HIGHER, LOWER = (
    Reason.RADIO_LINK_TIMEOUT, Reason.A3, Reason.R_CRITERION, Reason.HIGHER_PRIORITY, Reason.LOWER_PRIORITY,
)  # fmt: skip

CONTRACT = {
    "idle_camp_wanted", "reselections_per_min", "handovers_per_min", "pingpong_share", "rxlev_p10_dbm", "ci_p10_db",
    "rxqual_0_4_share", "rsrp_p10_dbm", "sinr_p10_db", "csfb_success_share", "csfb_wanted_share", "csfb_delay_p95_s",
    "drop_per_call",
}  # fmt: skip


def ramp(low: int, steps: int = 11) -> list[list[int]]:
    """One run of whole values from `low` up: with 11 of them the tenth percentile is the second."""
    return [list(range(low, low + steps))]


MINUTE = [0] * 60
TABLES: dict[str, list[tuple[Replay, float]]] = {
    "idle_camp_wanted": [
        (replay(line("gsm_idle", [[0, 0, 1, 0]])), 0.75),
        (replay(line("gsm_idle", [[0, -1, -1, -1]])), 0.25),
        (replay(line("gsm_idle", [[0, 0], [1, 1]])), 0.5),
        (replay(line("gsm_idle", [[0, 1, 2, -2]]), wanted=frozenset({0, 2})), 0.5),
        # 10 s on the wanted cell in steps of 1 s, 30 s off it in steps of 3 s: a quarter of the time
        (replay(line("gsm_idle", [[0] * 10]), line("gsm_idle", [[1] * 10], step_s=3.0, point="south")), 0.25),
        (replay(line("gsm_idle", [[0, 0]]), line("gsm_call", [[1] * 9])), 1.0),
        (replay(line("gsm_idle", [[0, 1]]), wanted=frozenset()), 0.0),
        (replay(line("gsm_idle", [[0, 1]]), wanted=None), NAN),
        (replay(line("gsm_call", [[0, 0]])), NAN),
    ],
    "reselections_per_min": [
        (replay(line("gsm_idle", [MINUTE, MINUTE], {(0, 5): C2, (0, 9): C1, (1, 3): SIGNALLING, (1, 4): C2})), 2.0),
        (replay(line("gsm_idle", [MINUTE], {(0, 0): SELECTED, (0, 7): LOST, (0, 8): SELECTED})), 0.0),
        # one in 60 s and three in 30 s
        (
            replay(
                line("gsm_idle", [MINUTE], {(0, 5): C2}),
                line("gsm_idle", [MINUTE], {(0, 5): C2, (0, 6): C2, (0, 7): C2}, step_s=0.5, point="south"),
            ),
            4.0 / 1.5,
        ),
        (replay(line("gsm_idle", [[-1] * 30 + [0] * 30], {(0, 40): C2})), 1.0),
        (replay(line("lte_idle", [MINUTE], {(0, 5): RANK})), NAN),
    ],
    "lte_reselections_per_min": [
        (replay(line("lte_idle", [MINUTE], {(0, 5): RANK, (0, 9): HIGHER, (0, 12): LOWER, (0, 0): SELECTED})), 3.0),
        (replay(line("gsm_idle", [MINUTE], {(0, 5): C2})), NAN),
    ],
    "handovers_per_min": [
        (replay(line("gsm_call", [MINUTE, MINUTE], {(0, 5): PBGT, (0, 9): LEVEL, (1, 3): QUALITY})), 1.5),
        (replay(line("gsm_call", [MINUTE], {(0, 5): FAILED, (0, 20): DROP})), 0.0),
        # dropped half way: half a minute of call
        (replay(line("gsm_call", [[0] * 30 + [-1] * 30], {(0, 5): PBGT, (0, 30): DROP})), 2.0),
        # on a cell that the table does not know the call goes on
        (replay(line("gsm_call", [[0] * 30 + [-2] * 30], {(0, 30): PBGT})), 1.0),
        (replay(line("gsm_call", [[-1] * 60])), NAN),
        (replay(line("lte_call", [MINUTE], {(0, 5): A3})), NAN),
    ],
    "lte_handovers_per_min": [
        (replay(line("lte_call", [MINUTE], {(0, 5): A3, (0, 9): A3, (0, 30): Reason.RADIO_LINK_FAILURE})), 2.0),
        (replay(line("lte_call", [[0] * 20 + [-2] * 40], {(0, 20): A3})), 1.0),
        (replay(line("gsm_call", [MINUTE], {(0, 5): PBGT})), NAN),
    ],
    "pingpong_share": [
        (replay(line("gsm_call", [[0, 1, 0, 0]], {(0, 1): PBGT, (0, 2): PBGT})), 0.5),
        (replay(line("gsm_call", [[0, 1, 2, 0]], {(0, 1): PBGT, (0, 2): PBGT, (0, 3): PBGT})), 0.0),
        # a stay of 9 s is one, a stay of 10 s is none
        (replay(line("gsm_call", [[0] + [1] * 9 + [0]], {(0, 1): PBGT, (0, 10): PBGT})), 0.5),
        (replay(line("gsm_call", [[0] + [1] * 10 + [0]], {(0, 1): PBGT, (0, 11): PBGT})), 0.0),
        (replay(line("gsm_call", [[0, 1, 0]], {(0, 1): PBGT, (0, 2): PBGT}, step_s=10.0)), 0.0),
        (
            replay(
                line("gsm_call", [[0, 1, 0, 1]], {(0, 1): PBGT, (0, 2): PBGT, (0, 3): PBGT}),
                line("gsm_call", [[0, 1, 1, 1]], {(0, 1): PBGT}, point="south"),
            ),
            0.5,
        ),
        (replay(line("gsm_call", [MINUTE])), 0.0),
        (replay(line("gsm_idle", [[0, 1, 0]], {(0, 1): C2, (0, 2): C2})), NAN),
    ],
    "rxlev_p10_dbm": [
        (replay(line("gsm_idle", [[0] * 11], level_dbm=ramp(-90))), -89.0),
        (replay(line("gsm_idle", [[0] * 5 + [-1] * 5], level_dbm=[[-70] * 5 + [NAN] * 5])), -111.0),
        (replay(line("gsm_idle", [[0] * 11], level_dbm=ramp(-90)), line("gsm_call", [[0]], level_dbm=-120)), -89.0),
        (replay(line("lte_idle", [[0] * 11], level_dbm=ramp(-90))), NAN),
    ],
    "rsrp_p10_dbm": [
        (replay(line("lte_idle", [[0] * 11], level_dbm=ramp(-120))), -119.0),
        (replay(line("lte_idle", [[0] * 11 + [-1]], level_dbm=[[*range(-120, -109), NAN]])), -119.0),
        (replay(line("lte_idle", [[-1, -1]])), NAN),
        (replay(line("gsm_idle", [[0]], level_dbm=-70)), NAN),
    ],
    "ci_p10_db": [
        (replay(line("gsm_call", [[0] * 11], quality_db=ramp(5))), 6.0),
        (
            replay(
                line("gsm_call", [[0] * 6], quality_db=ramp(5, 6)),
                line("gsm_call", [[0] * 5], quality_db=ramp(11, 5), point="south"),
            ),
            6.0,
        ),
        (replay(line("gsm_call", [[0, 0]])), NAN),
        (replay(line("lte_idle", [[0]], quality_db=5)), NAN),
    ],
    "sinr_p10_db": [
        (replay(line("lte_idle", [[0] * 11], quality_db=ramp(-3))), -2.0),
        (replay(line("lte_idle", [[0] * 11], quality_db=ramp(-3)), line("lte_call", [[0]], quality_db=-30)), -2.0),
        (replay(line("gsm_call", [[0]], quality_db=5)), NAN),
    ],
    "rxqual_0_4_share": [
        (replay(line("gsm_call", [[0] * 8], rxqual=[[0, 1, 2, 3, 4, 5, 6, 7]])), 0.625),
        (replay(line("gsm_call", [[0] * 4], rxqual=[[4, 5, -1, -1]])), 0.5),
        (replay(line("gsm_call", [[0, 0]])), NAN),
        (replay(line("gsm_idle", [[0]], rxqual=3)), NAN),
    ],
    "drop_per_call": [
        # two calls of 90 s, one dropped at its end
        (replay(line("gsm_call", [[0] * 90, [0] * 90], {(0, 89): DROP})), 0.5),
        # one drop in 45 s of call
        (replay(line("gsm_call", [[0] * 45 + [-1] * 45], {(0, 45): DROP})), 2.0),
        (replay(line("gsm_call", [[-2] * 90])), 0.0),
        (replay(line("gsm_call", [[0] * 90], {(0, 5): FAILED, (0, 9): PBGT})), 0.0),
        (replay(line("gsm_idle", [[0] * 90])), NAN),
    ],
    "csfb_success_share": [
        (replay(falls([[0, 1, -1, 2]], [[True, True, False, False]])), 0.5),
        # no attempt was made where there was no LTE server
        (replay(falls([[0, 1, -1, -1]], [[True, False, False, False]], lte_cell=[[0, 1, -1, -1]])), 0.5),
        (replay(falls([[0]], [[True]]), falls([[0, 0, 0]], [[True, False, False]], point="south")), 0.5),
        (replay(falls([[-1]], [[False]], lte_cell=-1)), NAN),
        (replay(line("lte_idle", [[0]])), NAN),
    ],
    "csfb_wanted_share": [
        (replay(falls([[0, 0, 1, -1]], [[True, False, True, False]])), 0.25),
        (replay(falls([[0, 2]], [[True, True]]), wanted=frozenset({0, 2})), 1.0),
        (replay(falls([[0, 1]], [[True, True]]), wanted=frozenset()), 0.0),
        (replay(falls([[0, -1]], [[True, False]], lte_cell=[[0, -1]])), 1.0),
        (replay(falls([[0, 1]], [[True, True]]), wanted=None), NAN),
        (replay(line("lte_idle", [[0]])), NAN),
    ],
    "csfb_delay_p95_s": [
        (replay(falls([[0] * 21], [[True] * 21], delay_s=[[float(k) for k in range(21)]])), 19.0),
        (replay(falls([[0, 0, 0]], [[True] * 3], delay_s=[[6.0, NAN, 6.0]])), 6.0),
        (replay(falls([[0]], [[True]], delay_s=NAN)), NAN),
        (replay(line("lte_idle", [[0]])), NAN),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("name", "number"), [(name, k) for name, table in TABLES.items() for k in range(len(table))])
def test_counted_by_hand(name: str, number: int) -> None:
    case, expected = TABLES[name][number]
    assert kpis[name](case) == pytest.approx(expected, rel=1e-6, nan_ok=True)


def test_every_figure_has_its_table() -> None:
    assert set(TABLES) == set(kpis)


def test_names_are_the_contracts() -> None:
    assert set(kpis) >= CONTRACT
    assert all(name.startswith("lte_") for name in set(kpis) - CONTRACT)


def test_figures_are_plain_numbers_and_unknown_without_timelines() -> None:
    empty = compute(Replay((), (), None, (), ()))
    assert set(empty) == set(kpis)
    assert all(type(value) is float and math.isnan(value) for value in empty.values())
    some = compute(replay(line("gsm_idle", [[0, 1]], level_dbm=-80), falls([[0]], [[True]])))
    assert all(type(value) is float for value in some.values())


def test_the_order_of_points_and_runs_does_not_matter() -> None:
    north = line("gsm_idle", [[0, 0, 1], [1, 1, 1]], {(0, 2): C2}, level_dbm=[[-70, -71, -80], [-81, -82, -83]])
    south = line("gsm_idle", [[0, 0, 0]], point="south", level_dbm=-60)
    turned = north.runs(np.array([1, 0]))
    there, back = compute(replay(north, south)), compute(replay(south, turned))
    assert there == pytest.approx(back, nan_ok=True)


# ---- aims ----

ACCEPTANCE = {
    "reselections_per_min": (0.4, 1.5, 0.15),
    "handovers_per_min": (0.3, 1.0, 0.15),
    "pingpong_share": (0.05, 0.15, 0.05),
    "idle_camp_wanted": (0.95, 0.8, 0.15),
    "rxqual_0_4_share": (0.97, 0.92, 0.2),
    "ci_p10_db": (12.0, 9.0, 0.0),
    "rxlev_p10_dbm": (-85.0, -94.0, 0.0),
    "sinr_p10_db": (3.0, 0.0, 0.1),
    "csfb_success_share": (0.98, 0.95, 0.12),
}
"""Target, hard fail and weight of domain I.2 and I.3; the weight of CSFB, 0.2, is shared by success and landing."""
JUDGED = [name for name in kpis if not math.isnan(aim(name).target)]


@pytest.mark.parametrize("name", ACCEPTANCE)
def test_aims_are_the_accepted_ones(name: str) -> None:
    goal = aim(name)
    assert (goal.target, goal.fail, goal.weight) == ACCEPTANCE[name]


def test_weights_make_one_whole() -> None:
    assert sum(aim(name).weight for name in kpis) == pytest.approx(1.0)
    assert aim("csfb_success_share").weight + aim("csfb_wanted_share").weight == pytest.approx(0.2)
    assert all(aim(name).weight == 0.0 for name in kpis if name not in JUDGED)


@pytest.mark.parametrize("name", JUDGED)
def test_utility_and_severity_of_an_aim(name: str) -> None:
    goal = aim(name)
    middle, step = 0.5 * (goal.target + goal.fail), goal.target - goal.fail
    at = [goal.target + 2 * step, goal.target, middle, goal.fail, goal.fail - step]
    assert [goal.utility(value) for value in at] == pytest.approx([1.0, 1.0, 0.5, 0.0, 0.0])
    assert [goal.severity(value) for value in at] == pytest.approx([0.0, 0.5, 0.75, 1.0, 1.0])
    assert 0.0 < goal.severity(goal.target + 0.5 * step) < 0.5
    assert math.isnan(goal.utility(NAN)) and goal.severity(NAN) == 0.0


def test_a_figure_without_target_is_not_judged() -> None:
    goal = Aim("gsm_call", "1/call")
    assert math.isnan(goal.utility(3.0)) and goal.severity(3.0) == 0.0


@pytest.mark.parametrize("name", list(kpis))
def test_an_aim_names_the_machine_that_its_figure_reads(name: str) -> None:
    of = aim(name).of
    known = [case for case, value in TABLES[name] if not math.isnan(value)]
    for case in known:
        kept = Replay(
            case.gsm_cells, case.lte_cells, case.wanted, tuple(case.of(of)), case.fallbacks if of == "csfb" else ()
        )
        assert kpis[name](kept) == pytest.approx(kpis[name](case))


def test_objective_is_the_weighted_mean_over_what_is_known() -> None:
    full = {name: aim(name).target for name in kpis}
    assert objective(full) == pytest.approx(1.0)
    assert objective({name: aim(name).fail for name in kpis}) == pytest.approx(0.0)
    # half of 0.15, all of 0.2, nothing of 0.05, and a figure that nobody knows
    mixed = {"reselections_per_min": 0.95, "rxqual_0_4_share": 1.0, "pingpong_share": 0.5, "sinr_p10_db": NAN}
    assert objective(mixed) == pytest.approx((0.5 * 0.15 + 0.2) / 0.4)
    assert math.isnan(objective({"sinr_p10_db": NAN, "drop_per_call": 0.0}))


def test_counting_reasons_and_connected_time() -> None:
    reason = np.array([[0, 8, 10], [7, 127, 8]], dtype=np.int8)
    assert count(reason, {8}) == 2 and count(reason, {7, 10, 127}) == 3 and count(reason, set()) == 0
    assert connected_s([line("gsm_call", [[0, -1, -2, 1]], step_s=0.5)]) == 1.5
