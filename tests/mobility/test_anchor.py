"""From readings back to the means, the fading and the interference they were drawn from."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from rfopt.identify import identify
from rfopt.levels import Source
from rfopt.mobility.anchor import LEAST_ERROR_DB, Anchor, anchor, censored_mean
from rfopt.mobility.fading import IDLE_AVERAGE_S, SIGMA_DB, TAU_S, autocovariance
from rfopt.mobility.interference import PROTECTION_DB
from rfopt.mobility.setup import calls_as_seen, gsm_call_arrays
from rfopt.network import Network
from rfopt.units import GSM_NOISE_DBM, LTE_NOISE_DBM, dbm, mw

from ..networks import HOME, network, readings, walk

NET = network()
MANY = {
    name: {
        "rat": "GSM",
        "kind": "macro",
        "lat": HOME[0] + 0.001 * k,
        "lon": HOME[1],
        "arfcn": 10 + 5 * k,
        "bsic": f"1-{k % 8}",
    }
    for k, name in enumerate("EFGHIJ")
}
TEN = "".join([*"ABCD", *MANY])
WIDE = network(MANY, relations=[(a, b) for a in TEN for b in TEN if a != b])


def anchored(net: Network, rows: list[dict[str, object]], rat: str = "GSM") -> Anchor:
    return anchor(identify(readings(rows), net, *HOME).readings, net, rat)


def source(found: Anchor, cell: str, point: str = "north") -> Source:
    levels = found.levels
    return Source(levels.source[levels.points.index.get_loc(point), levels.cells.get_loc(cell)])


def error(found: Anchor, cell: str, point: str = "north") -> float:
    levels = found.levels
    return float(levels.error_db[levels.points.index.get_loc(point), levels.cells.get_loc(cell)])


# --- the censored mean ----------------------------------------------------------------------------------------------


def grid_mean(seen: np.ndarray, limits: np.ndarray, sigma: float) -> float:
    """The twin: the likelihood at every hundredth of a dB, the best of them."""
    tried = np.arange(-140.0, -40.0, 0.01)
    values, counts = np.unique(limits, return_counts=True)
    likelihood = norm.logpdf(seen[:, None], tried, sigma).sum(axis=0)
    likelihood += (norm.logcdf(values[:, None], tried, sigma) * counts[:, None]).sum(axis=0)
    return float(tried[int(np.argmax(likelihood))])


@pytest.mark.parametrize("seed", range(8))
def test_censored_mean_is_the_likeliest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seen = rng.normal(-85, 5, rng.integers(1, 12))
    limits = rng.uniform(-100, -80, rng.integers(0, 20))
    sigma = float(rng.uniform(2, 8))
    assert censored_mean(seen, limits, sigma) == pytest.approx(grid_mean(seen, limits, sigma), abs=0.011)


@pytest.mark.parametrize(
    ("seen", "limits"), [([-60.0], [-110.0] * 50), ([-110.0], [-60.0] * 50), ([-80.0, -81.0], [-80.0] * 500)]
)
def test_censored_mean_far_from_its_start(seen: list[float], limits: list[float]) -> None:
    """Newton's steps must not run away where nearly all is censored, or the limits lie far off."""
    found = censored_mean(np.array(seen), np.array(limits), 4.0)
    assert found == pytest.approx(grid_mean(np.array(seen), np.array(limits), 4.0), abs=0.011)


def test_limits_pull_the_mean_down_and_high_ones_do_not() -> None:
    seen = np.array([-80.0, -78.0, -82.0])
    assert censored_mean(seen, np.full(9, -30.0), 4.0) == pytest.approx(-80.0, abs=1e-3)
    assert censored_mean(seen, np.full(9, -80.0), 4.0) < -82.0


def test_the_plain_mean_of_a_censored_cell_is_too_high_and_the_censored_one_is_not() -> None:
    rng = np.random.default_rng(5)
    level = rng.normal(-92.0, 4.0, 4000)
    seen, limits = level[level > -90.0], np.full((level <= -90.0).sum(), -90.0)
    assert seen.mean() > -88.5
    assert censored_mean(seen, limits, 4.0) == pytest.approx(-92.0, abs=0.2)


def test_autocovariance_of_a_window() -> None:
    """Against the average of the covariance over all pairs of instants of two windows."""
    tau, window = 5.0, 5.0
    u = (np.arange(400) + 0.5) / 400 * window
    for lag in (0.0, 1.0, 4.0, 12.0):
        pairs = np.exp(-np.abs(lag + u[:, None] - u[None, :]) / tau).mean()
        assert autocovariance(np.array([lag]), tau, window)[0] == pytest.approx(pairs, abs=2e-3)
        assert autocovariance(np.array([lag]), tau, 0.0)[0] == pytest.approx(math.exp(-lag / tau))


# --- what a log was drawn from --------------------------------------------------------------------------------------

TRUTH = {"A": -75.0, "B": -78.0, "C": -84.0, "D": -90.0}


@pytest.fixture(scope="module")
def long_call() -> Anchor:
    """Twenty minutes of a call on A, σ 5 dB, τ 4 s, one report a SACCH."""
    rows = walk(NET, TRUTH, mode="call", server="A", seconds=1200, step_s=0.48, sigma_db=5.0, tau_s=4.0, rng=3)
    return anchored(NET, rows)


def test_means_are_recovered(long_call: Anchor) -> None:
    """Standard error of a mean of 1200 s with τ = 4 s and σ = 5 dB is 0.41 dB: within 2.5 of it."""
    for cell, truth in TRUTH.items():
        assert long_call.levels.at("north", cell) == pytest.approx(truth, abs=1.0), cell
        assert source(long_call, cell) is Source.MEASURED
        assert LEAST_ERROR_DB <= error(long_call, cell) < 1.0


def test_spread_and_memory_are_recovered(long_call: Anchor) -> None:
    assert long_call.fading.sigma_db == pytest.approx(5.0, rel=0.1)
    assert long_call.fading.tau_s == pytest.approx(4.0, rel=0.3)


def test_errors_are_as_large_as_they_say() -> None:
    """Over many short logs the scatter of the means is what their error states, within a factor of 1.5."""
    logs = [
        anchored(NET, walk(NET, {"A": -75.0, "B": -80.0}, mode="call", server="A", seconds=60, rng=k))
        for k in range(25)
    ]
    means = np.array([log.levels.dbm[0] for log in logs])
    stated = np.mean([log.levels.error_db[0] for log in logs])
    assert np.abs(means.mean(axis=0) - [-75.0, -80.0]).max() < 1.0
    assert stated / 1.5 < means.std(axis=0).mean() < stated * 1.5


def test_idle_reports_count_as_averages_over_five_seconds() -> None:
    """The same spread of averaged reports means a wider spread of the level itself."""
    rng = np.random.default_rng(4)
    fine = walk(NET, TRUTH, mode="call", server="A", seconds=1500, step_s=0.5, sigma_db=5.0, tau_s=4.0, rng=rng)
    frame = readings(fine)
    window = round(IDLE_AVERAGE_S / 0.5)
    frame["rxlev_dbm"] = frame.groupby("arfcn")["rxlev_dbm"].transform(
        lambda level: level.rolling(window).mean().round()
    )
    averaged = frame[frame["rxlev_dbm"].notna()].assign(mode="idle")
    found = anchor(identify(averaged, NET, *HOME).readings, NET, "GSM")
    assert found.fading.sigma_db == pytest.approx(5.0, rel=0.06)
    assert found.fading.tau_s == pytest.approx(4.0, rel=0.25)
    assert found.levels.at("north", "B") == pytest.approx(-78.0, abs=1.0)


def test_a_short_log_takes_the_defaults() -> None:
    found = anchored(NET, walk(NET, TRUTH, seconds=20, server="A"))
    assert (found.fading.sigma_db, found.fading.tau_s) == (SIGMA_DB, TAU_S)


def test_points_are_kept_apart() -> None:
    rows = walk(NET, {"A": -70.0, "B": -80.0}, point="north", sigma_db=1.0, rng=1)
    rows += walk(NET, {"A": -85.0, "B": -75.0}, point="south", sigma_db=1.0, rng=2, floor=3, lat=38.49, lon=106.22)
    levels = anchored(NET, rows).levels
    assert list(levels.points.index) == ["north", "south"]
    assert levels.at("north", "A") == pytest.approx(-70, abs=1) and levels.at("south", "A") == pytest.approx(-85, abs=1)
    assert levels.points.loc["south", ["lat", "lon", "floor", "height_m"]].tolist() == [38.49, 106.22, 3, 7.5]
    assert levels.points.at["north", "height_m"] == 58.5


def test_outdoors_the_phone_is_at_one_and_a_half_metres() -> None:
    rows = walk(NET, {"A": -70.0, "B": -80.0}, floor=math.nan)
    assert anchored(NET, rows).levels.points["height_m"].tolist() == [1.5]


@pytest.mark.parametrize(
    ("rat", "means", "centre"), [("GSM", {"A": -75.3, "B": -80.0}, -75.5), ("LTE", {"L": -100.3, "M": -104.0}, -100.5)]
)
def test_codes_are_read_at_their_centre(rat: str, means: dict[str, float], centre: float) -> None:
    """RXLEV states the upper edge of its 1 dB, RSRP the lower: both mean the middle."""
    rows = walk(NET, means, sigma_db=0.0, seconds=30)
    assert anchored(NET, rows, rat).levels.dbm[0, 0] == centre


# --- what is not reported -------------------------------------------------------------------------------------------

CROWD = {name: -70.0 - 2.0 * k for k, name in enumerate(TEN)}
"""A −70, B −72, … J −88: with A serving, six of nine neighbours are reported, B to G mostly."""


@pytest.fixture(scope="module")
def crowd() -> Anchor:
    return anchored(WIDE, walk(WIDE, CROWD, mode="call", server="A", seconds=1500, step_s=0.48, sigma_db=4.0, rng=8))


def test_cells_that_come_and_go_are_not_overrated(crowd: Anchor) -> None:
    """A cell seen only when it is among the six strongest: the mean of what was seen is up to 6 dB too high."""
    for cell in "ABCDEFGH":
        assert crowd.levels.at("north", cell) == pytest.approx(CROWD[cell], abs=1.5), cell
        assert source(crowd, cell) is Source.MEASURED


def test_the_order_of_the_crowd_is_kept(crowd: Anchor) -> None:
    heard = [cell for cell in TEN if cell in crowd.levels.cells]
    levels = [crowd.levels.at("north", cell) for cell in heard]
    assert levels == sorted(levels, reverse=True)


def test_a_cell_reported_elsewhere_is_below_the_weakest_reported_here() -> None:
    """Heard in the south only: in the north it is censored at the most it can have been."""
    rows = walk(
        WIDE, {name: CROWD[name] for name in "ABCDEFG"}, server="A", mode="call", seconds=300, rng=1, sigma_db=2.0
    )
    rows += walk(
        WIDE, {"A": -70.0, "J": -75.0}, server="A", mode="call", seconds=300, point="south", rng=2, sigma_db=2.0
    )
    found = anchored(WIDE, rows)
    weakest = min(row["rxlev_dbm"] for row in rows if row["point"] == "north")
    assert source(found, "J") is Source.CENSORED and source(found, "J", "south") is Source.MEASURED
    assert found.levels.at("north", "J") < CROWD["G"], "below what fills the list"
    assert found.levels.at("north", "J") < np.median([row["rxlev_dbm"] for row in rows if row["point"] == "north"])
    assert weakest < -82 and error(found, "J") == 3.0
    assert found.levels.measured("J").tolist() == [False, True]


def test_a_list_that_is_not_full_censors_at_the_weakest_report_of_all() -> None:
    rows = walk(NET, {"A": -70.0, "B": -80.0}, server="A", mode="call", seconds=120, rng=1, sigma_db=1.0)
    rows += walk(
        NET, {"A": -70.0, "C": -100.0}, server="A", mode="call", seconds=120, point="south", rng=2, sigma_db=1.0
    )
    found = anchored(NET, rows)
    weakest = min(row["rxlev_dbm"] for row in rows)
    assert weakest < -101
    assert source(found, "B", "south") is Source.CENSORED
    assert found.levels.at("south", "B") < weakest + 1.0


def test_a_cell_off_the_servers_list_is_as_in_the_other_rooms_and_not_weak() -> None:
    """A has no relation to C, so its phone cannot report C; in the south B serves, whose list holds it."""
    net = network(relations=[("A", "B"), ("B", "A"), ("B", "C")])
    rows = walk(net, {"A": -70.0, "B": -80.0}, server="A", mode="call", seconds=60, rng=1)
    rows += walk(net, {"B": -70.0, "A": -75.0, "C": -80.0}, server="B", mode="call", seconds=60, point="south", rng=2)
    found = anchored(net, rows)
    assert source(found, "C") is Source.PREDICTED and error(found, "C") > 5.0
    assert found.levels.at("north", "C") == found.levels.at("south", "C")
    assert source(found, "C", "south") is Source.MEASURED


def test_a_cell_whose_carrier_another_neighbour_puts_on_the_list_is_censored() -> None:
    """The BA list holds carriers, not cells: D has the ARFCN of B, which A lists."""
    net = network({"D": {"arfcn": 70}}, relations=[("A", "B"), ("B", "A")])
    rows = walk(net, {"A": -70.0, "B": -80.0}, server="A", mode="call", seconds=60, rng=1)
    rows += walk(net, {"A": -70.0, "D": -80.0}, server="A", mode="call", seconds=60, point="south", rng=2)
    assert source(anchored(net, rows), "D") is Source.CENSORED


def test_strangers_in_the_list_fill_it_too() -> None:
    """Six neighbours were reported, four of them in no table: J was below the sixth, not below the weakest ever."""
    known = network(
        {name: row for name, row in MANY.items() if name not in "EFGH"}, relations=[("A", x) for x in "BCDIJ"]
    )
    rows = walk(
        WIDE, {"A": -70.0, "J": -99.0}, server="A", mode="call", seconds=240, point="south", rng=2, sigma_db=1.0
    )
    rows += walk(WIDE, dict.fromkeys("ABCEFGH", -70.0), server="A", mode="call", seconds=240, rng=1, sigma_db=1.0)
    found = anchored(known, rows)
    assert source(found, "J") is Source.CENSORED
    assert -76.0 < found.levels.at("north", "J") < -71.0
    assert anchored(WIDE, rows).levels.at("north", "J") == pytest.approx(found.levels.at("north", "J"), abs=0.5)


def test_where_the_server_is_a_stranger_its_list_is_not_known() -> None:
    rows = walk(NET, {"A": -70.0, "B": -80.0}, server="A", mode="call", seconds=60, rng=1)
    south = walk(NET, {"A": -70.0, "C": -80.0}, server="A", mode="call", seconds=60, point="south", rng=2)
    unnamed = [{**row, "cell": "", "arfcn": 33} if row.get("serving") else row for row in south]
    assert source(anchored(NET, rows + south), "B", "south") is Source.CENSORED
    assert source(anchored(NET, rows + unnamed), "B", "south") is Source.PREDICTED


def test_logs_whose_clocks_overlap_are_not_mixed() -> None:
    """Two files of one room both start at second 0, one 0.25 s later: their fading has nothing in common."""
    rows = []
    for k in range(2):
        options = {"mode": "call", "server": "A", "seconds": 600, "step_s": 0.5, "sigma_db": 5.0, "tau_s": 4.0}
        rows += walk(NET, TRUTH, rng=k, start_s=0.25 * k, file=f"{k}.csv", **options)
    found = anchored(NET, rows)
    assert found.fading.sigma_db == pytest.approx(5.0, rel=0.12)
    assert found.fading.tau_s == pytest.approx(4.0, rel=0.35)
    apart = [{**row, "time": row["time"] + (2000.0 if row["file"] == "1.csv" else 0.0)} for row in rows]
    assert anchored(NET, apart).fading == found.fading
    np.testing.assert_allclose(anchored(NET, apart).levels.error_db, found.levels.error_db, rtol=1e-12)


def test_a_point_without_a_level_is_none() -> None:
    rows = walk(NET, TRUTH, server="A", rng=1)
    rows += [
        {"cell": "A", "arfcn": 62, "bsic": "4-5", "point": "lift", "event": "drop", "mode": "call", "serving": True}
    ]
    assert list(anchored(NET, rows).levels.points.index) == ["north"]


def test_of_two_cells_on_one_carrier_only_the_stronger_is_read() -> None:
    """D was never read while B, on its ARFCN, was: D lies below B's own level, however strong that is."""
    net = network({"D": {"arfcn": 70}})
    strong = walk(net, {"A": -60.0, "B": -65.0, "C": -100.0}, server="A", mode="call", seconds=240, rng=1, sigma_db=1.0)
    strong += walk(
        net, {"A": -60.0, "D": -80.0}, server="A", mode="call", seconds=240, point="south", rng=2, sigma_db=1.0
    )
    found = anchored(net, strong)
    assert source(found, "D") is Source.CENSORED
    apart = network({"D": {"arfcn": 90}})
    plain = anchored(apart, [{**row, "arfcn": 90} if row.get("bsic") == "4-3" else row for row in strong])
    assert plain.levels.at("north", "D") < -95.0, "off the carrier it is just weaker than the weakest report"
    assert -80.0 < found.levels.at("north", "D") < -65.0, "on the carrier it may be up to B's level"


def test_lte_cells_of_a_carrier_the_phone_measures_are_censored_others_unknown() -> None:
    macro = {"rat": "LTE", "kind": "macro", "lat": 38.49, "lon": 106.2, "tac": 1}
    net = network({"N": {**macro, "earfcn": 1300, "pci": 20}, "O": {**macro, "earfcn": 38400, "pci": 21}})
    rows = walk(net, {"L": -100.0, "M": -110.0}, seconds=60, rng=1)
    rows += walk(net, {"L": -100.0, "N": -105.0, "O": -106.0}, seconds=60, rng=2, point="south")
    found = anchored(net, rows, "LTE")
    assert source(found, "N") is Source.UNKNOWN and source(found, "O") is Source.CENSORED
    assert source(found, "M", "south") is Source.CENSORED


def test_rows_that_name_no_cell_change_nothing() -> None:
    rows = walk(NET, TRUTH, server="A", rng=1)
    stranger = [{"time": float(t), "arfcn": 33, "bsic": "0-0", "rxlev_dbm": -60} for t in range(120)]
    with_stranger = anchored(NET, rows + stranger)
    assert "A" in with_stranger.levels.cells and len(with_stranger.levels.cells) == 4
    np.testing.assert_array_equal(with_stranger.levels.dbm, anchored(NET, rows).levels.dbm)


def test_fallback_events_are_not_levels_of_a_camped_phone() -> None:
    rows = walk(NET, {"A": -75.0, "B": -80.0}, server="A", sigma_db=0.0, seconds=30)
    odd = [
        {
            "time": 100.0 + k,
            "cell": "A",
            "serving": True,
            "arfcn": 62,
            "bsic": "4-5",
            "rxlev_dbm": -50,
            "event": "csfb_ok",
        }
        for k in range(30)
    ]
    assert anchored(NET, rows + odd).levels.at("north", "A") == anchored(NET, rows).levels.at("north", "A")


def test_no_rows_of_a_technology() -> None:
    found = anchored(NET, walk(NET, {"A": -75.0, "B": -80.0}), "LTE")
    assert found.levels.dbm.shape == (0, 0) and found.floor_mw.shape == (0, 0)


def test_a_network_is_not_needed_by_name_order() -> None:
    """Permuting the tables permutes the columns of the result and nothing else."""
    rows = walk(NET, TRUTH, mode="call", server="A", quality_db=12.0, rng=4)
    found = anchored(NET, rows)
    turned_net = Network(NET.cells.iloc[::-1], NET.neighbours.iloc[::-1], NET.redirects, NET.layers)
    turned = anchored(turned_net, list(reversed(rows)))
    assert list(turned.levels.cells) == list(found.levels.cells)[::-1]
    np.testing.assert_allclose(turned.levels.dbm[:, ::-1], found.levels.dbm, rtol=1e-12)
    np.testing.assert_allclose(turned.floor_mw[:, ::-1], found.floor_mw, rtol=1e-9)


# --- interference ---------------------------------------------------------------------------------------------------


def test_a_planted_interference_floor_is_found() -> None:
    """C/I of the server as it would be with a jammer of −90 dBm that no table knows."""
    rng = np.random.default_rng(2)
    rows = walk(NET, {"A": -75.0, "B": -80.0}, mode="call", server="A", seconds=600, step_s=0.5, rng=rng)
    for row in rows:
        if row.get("serving"):
            row["ci_db"] = float(np.round(row["rxlev_dbm"] - 0.5 + 90.0))
    floor = anchored(NET, rows).floor_mw
    assert float(dbm(floor[0, 0])) == pytest.approx(-90.0, abs=0.5)
    assert float(dbm(floor[0, 1])) == pytest.approx(GSM_NOISE_DBM), "B never served, so noise alone is known of it"


def test_the_floor_is_a_mean_of_powers_not_of_decibels() -> None:
    """A jammer that is −80 dBm half of the time and gone otherwise counts −83 dBm."""
    rows = walk(NET, {"A": -70.0, "B": -80.0}, mode="call", server="A", seconds=200, sigma_db=0.0)
    for k, row in enumerate([row for row in rows if row.get("serving")]):
        row["ci_db"] = row["rxlev_dbm"] - 0.5 - (-80.0 if k % 2 else -110.0)
    assert float(dbm(anchored(NET, rows).floor_mw[0, 0])) == pytest.approx(-83.0, abs=0.1)


CLASH_MW = float(mw(-88.0)) * math.exp(0.5 * (SIGMA_DB * math.log(10) / 10) ** 2)
"""The mean power of B at −88 dBm, which fades."""


def calls_of_a(net: Network, interference_dbm: float) -> list[dict[str, object]]:
    """Calls on A under an interference of so much, and some on C, where B is heard."""
    rng = np.random.default_rng(2)
    rows = walk(net, {"A": -75.0, "C": -84.0}, mode="call", server="A", seconds=600, step_s=0.5, rng=rng)
    rows += walk(net, {"C": -70.0, "B": -88.0}, mode="call", server="C", seconds=600, step_s=0.5, rng=rng, start_s=700)
    for row in rows:
        if row.get("serving") and row["cell"] == "A":
            row["ci_db"] = float(row["rxlev_dbm"] - 0.5 - interference_dbm)
    return rows


def test_interference_of_known_cells_is_not_counted_twice() -> None:
    """B on A's own carrier explains all the C/I tells; what stays is no more than a tenth of it."""
    net = network({"B": {"arfcn": 62, "bsic": "4-1"}})
    found = anchored(net, calls_of_a(net, float(dbm(CLASH_MW))))
    floor = found.floor_mw[0, found.levels.cells.get_loc("A")]
    assert floor < 0.35 * CLASH_MW
    assert PROTECTION_DB[0] == 0.0


@pytest.mark.parametrize("traffic", ["", "30"])
def test_calls_are_on_the_carrier_that_explains_their_quality(traffic: str) -> None:
    """A and B share their BCCH carrier; on traffic carriers of its own A's calls are clear, unless C/I says no."""
    net = network({"A": {"tch_arfcns": traffic}, "B": {"arfcn": 62, "bsic": "4-1", "tch_arfcns": "40"}})
    found = anchored(net, calls_of_a(net, float(dbm(CLASH_MW))))
    at = found.levels.cells.get_loc("A")
    on_beacon = (found.floors.beacon_share > 0).tolist()
    assert on_beacon == [name == "A" and bool(traffic) for name in found.levels.cells]
    assert found.floor_mw[0, at] < 0.35 * CLASH_MW
    clear = anchored(net, calls_of_a(net, -108.0))
    assert not clear.floors.beacon_share.any(), "clear calls are on other carriers"


@pytest.mark.parametrize(("load", "left"), [(1.0, 0.5), (0.2, 0.0)])
def test_where_calls_may_be_on_either_carrier_each_causes_half(load: float, left: float) -> None:
    """B shares all carriers of A; its traffic carrier sends too little to explain A's calls, or about enough."""
    net = network({"A": {"tch_arfcns": "30"}, "B": {"arfcn": 62, "bsic": "4-1", "tch_arfcns": "30", "load": load}})
    found = anchored(net, calls_of_a(net, float(dbm(5.0 * CLASH_MW))))
    a, b = (found.levels.cells.get_loc(name) for name in "AB")
    retuned = network({"A": {"tch_arfcns": "30"}, "B": {"arfcn": 90, "bsic": "4-1", "tch_arfcns": "30", "load": load}})
    coupling = []
    for one in (net, retuned):
        arrays = gsm_call_arrays(one, found.levels.cells)
        of = tuple(tuple(each.tolist()) for each in (found.floors.beacon_share, found.floors.scale[0]))
        coupling.append(calls_as_seen(arrays, *of)["tch_coupling"][a, b])
    assert coupling[1] / coupling[0] == pytest.approx(left, abs=0.05)


@pytest.mark.parametrize("rat", ["GSM", "LTE"])
def test_the_floor_is_never_below_noise(rat: str) -> None:
    means = {"A": -75.0, "B": -80.0} if rat == "GSM" else {"L": -100.0, "M": -104.0}
    found = anchored(NET, walk(NET, means, mode="call", quality_db=30.0, rng=3), rat)
    noise = GSM_NOISE_DBM if rat == "GSM" else LTE_NOISE_DBM
    assert (found.floor_mw >= float(mw(noise)) * (1 - 1e-9)).all()


def test_where_a_cell_never_served_the_floor_is_that_of_other_points() -> None:
    rows = walk(
        NET, {"A": -75.0, "B": -80.0}, mode="call", server="A", seconds=120, quality_db=10.0, rng=1, sigma_db=0.5
    )
    rows += walk(
        NET, {"B": -75.0, "A": -80.0}, mode="call", server="B", seconds=120, point="south", rng=2, sigma_db=0.5
    )
    found = anchored(NET, rows)
    assert float(dbm(found.floor_mw[0, 0])) == pytest.approx(-85.0, abs=0.5)
    assert found.floor_mw[1, 0] == found.floor_mw[0, 0]


def test_stated_qualities_of_too_few_reports_are_not_taken() -> None:
    rows = walk(NET, {"A": -75.0, "B": -80.0}, mode="call", server="A", seconds=120, rng=1)
    for row in [row for row in rows if row.get("serving")][:4]:
        row["ci_db"] = 1.0
    assert float(dbm(anchored(NET, rows).floor_mw[0, 0])) == pytest.approx(GSM_NOISE_DBM)


def test_a_cell_that_cannot_be_decoded_half_the_time_has_a_floor() -> None:
    """D is as strong as B but is reported in a third of the instants only: something is on its carrier."""
    rows = walk(NET, {"A": -70.0, "B": -84.0, "D": -84.0}, mode="call", server="A", seconds=600, rng=6)
    rng = np.random.default_rng(1)
    kept = [row for row in rows if row.get("bsic") != "4-3" or (row["rxlev_dbm"] > -86 and rng.random() < 0.7)]
    floor = anchored(NET, kept).floor_mw[0]
    noise = float(mw(GSM_NOISE_DBM))
    assert floor[2] > 10 * noise and floor[0] == pytest.approx(noise) and floor[1] == pytest.approx(noise)


def test_readings_are_not_changed() -> None:
    rows = identify(readings(walk(NET, TRUTH, rng=1)), NET, *HOME).readings
    before = rows.copy()
    anchor(rows, NET, "GSM")
    pd.testing.assert_frame_equal(rows, before)
