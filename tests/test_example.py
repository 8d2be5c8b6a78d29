"""The shipped example: what it says of itself, byte for byte, and what a phone could have written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rfopt.case import Case, read_case
from rfopt.errors import InputError
from rfopt.example import FAULTS, write_example
from rfopt.example.antennas import ANTENNAS, array_power
from rfopt.example.relations import SERVING_LTE
from rfopt.mobility.setup import ba_matrix
from rfopt.network import apply, diff, plan_text, read_plan
from rfopt.radio.antennas import array_factor_db, cell_gains_dbi
from rfopt.radio.links import link
from rfopt.sites import read_network

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "drive_tests" / "baohu_tianxia"
NETWORK = ROOT / "site_configs" / "baohu_tianxia"
WANTED = "宝湖天下NG2-5"


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case(CASE)


@pytest.fixture(scope="module")
def log(case: Case) -> pd.DataFrame:
    return case.readings


def files_under(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_the_shipped_files_are_what_the_generator_writes(tmp_path):
    write_example(tmp_path)
    assert files_under(tmp_path / "drive_tests" / "baohu_tianxia") == files_under(CASE)
    assert files_under(tmp_path / "site_configs" / "baohu_tianxia") == files_under(NETWORK)


def test_another_seed_gives_other_logs_about_the_same_network(tmp_path):
    other = write_example(tmp_path, seed=1)
    assert (other / "idle_2g.csv").read_bytes() != (CASE / "idle_2g.csv").read_bytes()
    assert files_under(tmp_path / "site_configs" / "baohu_tianxia") == files_under(NETWORK)


def test_bytes_do_not_depend_on_the_number_of_threads(tmp_path):
    numba = pytest.importorskip("numba")
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        one = files_under(write_example(tmp_path))
    finally:
        numba.set_num_threads(before)
    assert one == files_under(CASE)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_without_a_fault_the_network_differs_by_that_fault_alone(fault, tmp_path):
    write_example(tmp_path, without=frozenset({fault}))
    cured = read_network(tmp_path / "site_configs" / "baohu_tianxia")
    assert apply(cured, FAULTS[fault]).cells.equals(read_network(NETWORK).cells)
    expected = {change.key for change in FAULTS[fault]} - {(WANTED, "艾依水郡NG1-1", "ho_margin_pbgt_db")}
    assert {change.key for change in diff(cured, read_network(NETWORK))} >= expected
    assert {c.key[0] for c in diff(cured, read_network(NETWORK))} == {key[0] for key in expected}


def test_a_name_that_is_no_fault_is_refused(tmp_path):
    with pytest.raises(InputError, match="'leek' is not a fault of the example; did you mean 'leak'"):
        write_example(tmp_path, without=frozenset({"leek"}))


def test_levels_are_those_of_the_case(log):
    """The fact of the case, and the means usually assumed for it, over both rooms."""
    rooms = log[(log["floor"] == 23) & (log["mode"] == "idle") & (log["rat"] == "GSM")]
    means = rooms.groupby("arfcn")["rxlev_dbm"].mean() - 0.5
    expected = {1003: -75.0, 1006: -72.0, 62: -76.0, 74: -77.0, 90: -76.0}
    assert {k: pytest.approx(v, abs=1.2) for k, v in expected.items()} == {k: means[k] for k in expected}


def test_lte_is_at_about_minus_100_dbm_with_sinr_14(log):
    serving = log[(log["floor"] == 23) & (log["rat"] == "LTE") & log["serving"]]
    assert serving["rsrp_dbm"].median() == pytest.approx(-99.0, abs=2.0)
    assert serving["sinr_db"].median() == pytest.approx(14.0, abs=2.0)
    share = serving["cell"].value_counts(normalize=True)
    assert set(share.index) >= set(SERVING_LTE)
    assert (share[list(SERVING_LTE)] >= 0.05).all()


def test_a_row_says_no_more_than_a_phone_knows(log, case):
    assert (log.loc[~log["serving"], "cell"] == "").all()
    assert (log.loc[log["serving"], "cell"] != "").all()
    assert (log["rxlev_dbm"].dropna() % 1 == 0).all()
    assert (log["rsrp_dbm"].dropna() % 1 == 0).all()
    assert (log["rsrq_db"].dropna() % 0.5 == 0).all()
    tenths = pd.concat([log["sinr_db"].dropna(), log["ci_db"].dropna()]) * 10
    assert np.allclose(tenths, tenths.round())
    assert log.loc[~log["serving"], ["ci_db", "sinr_db", "rxqual"]].isna().all().all()


@pytest.mark.parametrize(("rat", "most"), [("GSM", 6), ("LTE", 8)])
def test_no_more_neighbours_than_a_report_holds(log, rat, most):
    rows = log[(log["rat"] == rat) & ~log["event"].isin(["csfb_ok"])]
    instant = rows.groupby(["file", "point", "time"])["serving"].agg(["size", "sum"])
    assert (instant["sum"] == 1).all()
    assert instant["size"].max() <= most + 1
    if rat == "GSM":
        assert (instant["size"] == most + 1).any()


def test_neighbours_are_on_the_servers_list(log, case):
    """GSM neighbours are of the server's BA list, strongest first."""
    network = case.network
    names = network.of_rat("GSM").index
    listed = ba_matrix(network, names)
    arfcn = network.cells.loc[names, "arfcn"].to_numpy()
    rows = log[(log["rat"] == "GSM") & (log["event"] != "csfb_ok")]
    for (server,), group in rows.assign(
        server=rows["cell"]
        .where(rows["serving"])
        .groupby([rows["file"], rows["point"], rows["time"]])
        .transform("first")
    ).groupby(["server"]):
        assert set(group["arfcn"]) <= set(arfcn[listed[names.get_loc(server)]])


def test_times_are_those_of_the_instruments(log):
    idle = log[(log["rat"] == "GSM") & (log["mode"] == "idle") & (log["point"] == "dining_north")]
    assert sorted(idle["time"].unique()) == pytest.approx(np.arange(2.0, 601.0, 2.0))
    call = log[(log["mode"] == "call") & (log["event"] != "csfb_ok") & (log["point"] == "dining_north")]
    steps = np.diff(call["time"].drop_duplicates().to_numpy())
    assert np.isclose(steps[steps < 2.0], 0.96).all()
    assert (steps > 2.0).sum() == 5
    starts = log[(log["event"] == "csfb_start") & (log["point"] == "living_south")]["time"]
    assert starts.tolist() == pytest.approx(np.arange(40.0, 561.0, 40.0))
    ends = log[log["event"].isin(["csfb_ok", "csfb_fail"])]
    assert len(ends) == (log["event"] == "csfb_start").sum()


def test_the_engineers_plan_fits_the_shipped_network(case):
    plan = read_plan(CASE / "engineers_plan.csv", case.network)
    assert plan_text(plan) == (CASE / "engineers_plan.csv").read_text(encoding="utf-8")
    assert len(plan) == 12
    assert sum(change.visit for change in plan) == 1


def test_more_tilt_weakens_the_flat_and_spares_its_own_users(case):
    """The domain's rule for a downtilt, met here by 6 dB or more at the flat."""
    network, cell = case.network, "金凤五里宜居-NGH-2"
    before = network.cells.loc[[cell]]
    tilted = before.assign(mech_tilt_deg=before["mech_tilt_deg"] + 3.0)
    flat = pd.DataFrame({"lat": [38.49505, 38.49495], "lon": 106.22503, "height_m": 67.5})
    row = before.iloc[0]
    turn, metres = np.radians(row["azimuth_deg"]), np.array([100.0, 200.0, 300.0, 450.0, 600.0])
    ground = pd.DataFrame(
        {
            "lat": row["lat"] + metres * np.cos(turn) / 111_195.0,
            "lon": row["lon"] + metres * np.sin(turn) / (111_195.0 * np.cos(np.radians(row["lat"]))),
            "height_m": 1.5,
        }
    )
    change = [
        cell_gains_dbi(tilted, link(before, places), network.antennas)
        - cell_gains_dbi(before, link(before, places), network.antennas)
        for places in (flat, ground)
    ]
    assert change[0].max() <= -6.0
    assert np.median(change[1]) >= -2.0


def test_a_uniform_column_is_the_textbook_array():
    column = ANTENNAS["G900-65-15.5"]
    below = np.linspace(-30.0, 30.0, 121)
    expected = array_factor_db(-below, column.tilt_deg, column.elements, column.spacing_wavelengths)
    assert 10.0 * np.log10(np.maximum(array_power(column, below), 1e-6)) == pytest.approx(expected, abs=1e-6)


def test_every_named_value_is_labelled():
    """Both READMEs tell facts from assumptions, in both languages."""
    for text in ((CASE / "README.md").read_text(encoding="utf-8"), (NETWORK / "README.md").read_text(encoding="utf-8")):
        assert "[S]" in text
        assert "[A]" in text
        assert "假设" in text
        assert "事实" in text
