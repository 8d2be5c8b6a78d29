"""The fused level kernel against the slow path it replaces: gains by `cell_gains_dbi`, losses by `uma`, in float64."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import numba
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.geography.scene import Frame
from rfopt.kernels.link_level import link_level_dbm
from rfopt.radio.antennas import Pattern, array, cell_gains_dbi, parametric, pattern_of, read_pattern
from rfopt.radio.links import Links, link
from rfopt.radio.los import p_los_uma
from rfopt.radio.path_loss.uma import uma
from rfopt.radio.predict import predict

REFERENCE = Path(__file__).parents[1] / "reference"
REAL = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "antennas"
FLAT = np.zeros(360)
CELL = {
    "kind": "macro",
    "rat": "GSM",
    "x": 0.0,
    "y": 0.0,
    "height_m": 30.0,
    "azimuth_deg": 0.0,
    "mech_tilt_deg": 0.0,
    "elec_tilt_deg": np.nan,
    "antenna": "flat",
    "gain_dbi": np.nan,
    "h_beamwidth_deg": np.nan,
    "v_beamwidth_deg": np.nan,
    "power_dbm": 43.0,
    "frequency_mhz": 930.8,
}


def cells(*rows):
    return pd.DataFrame([CELL | row for row in rows], index=[f"C{n}" for n in range(len(rows))])


def fast(table, patterns, x, y, height, share):
    """The kernel with every cell's pattern, as a caller makes the call."""
    found = [pattern_of(row, patterns) for _, row in table.iterrows()]
    names = ("power_dbm", "frequency_mhz", "azimuth_deg", "mech_tilt_deg", "elec_tilt_deg")
    return link_level_dbm(
        x,
        y,
        height,
        share,
        cell_x_m=table["x"],
        cell_y_m=table["y"],
        cell_height_m=table["height_m"],
        **{name: table[name].to_numpy(float) for name in names},
        gain_dbi=[pattern.gain_dbi for pattern in found],
        horizontal_db=[pattern.horizontal_db for pattern in found],
        vertical_db=[pattern.vertical_db for pattern in found],
        electrical_tilt_deg=[pattern.electrical_tilt_deg for pattern in found],
        reference_deg=[pattern.reference_deg for pattern in found],
        ceiling_db=[np.nan if pattern.ceiling_db is None else pattern.ceiling_db for pattern in found],
    )


def slow(table, patterns, x, y, height, share):
    """The same from the parts, shape (cells, points)."""
    x, y, height = (np.asarray(values, dtype=float) for values in (x, y, height))
    east, north = x[:, None] - table["x"].to_numpy(), y[:, None] - table["y"].to_numpy()
    up, along = height[:, None] - table["height_m"].to_numpy(), np.hypot(east, north)
    bearing, elevation = np.degrees(np.arctan2(east, north)) % 360.0, np.degrees(np.arctan2(up, along))
    links = Links(table.index, Frame(0, 0), x, y, height, along, np.hypot(along, up), bearing, elevation)
    clear, blocked = (
        uma(table["frequency_mhz"], along, table["height_m"], height[:, None], sight) for sight in (True, False)
    )
    loss = np.asarray(share).T * clear + (1.0 - np.asarray(share).T) * blocked
    return (table["power_dbm"].to_numpy() + cell_gains_dbi(table, links, patterns) - loss).T


def rough(rng, steps=360, deepest_db=40.0, **more):
    """A pattern that no antenna has: every sample by itself."""
    return Pattern("rough", 17.0, *rng.uniform(0, deepest_db, (2, steps)), **more)


def family():
    rng = np.random.default_rng(5)
    return {
        "flat": Pattern("flat", 0.0, FLAT, FLAT),
        "rough": rough(rng),
        "fine": Pattern("fine", 15.0, *(20 + 15 * np.sin(np.arange(3600)[None] / [[90.0], [40.0]])), 2.0),
        "ceiling": rough(rng, electrical_tilt_deg=3.0, ceiling_db=25.0),
        "middle": rough(rng, 720, 30.0, electrical_tilt_deg=4.0),
        "array": array(15.5, 65.0, electrical_tilt_deg=2.0),
        "beam": parametric(17.0, 65.0, 7.0),
    }


PATTERNS = family()


def random_cells(rng, count, names):
    def some(low, high, unknown=0.2):
        return np.where(rng.random(count) < unknown, np.nan, rng.uniform(low, high, count).round(2))

    rows = cells(*[{}] * count)
    return rows.assign(
        x=rng.uniform(-3000, 3000, count),
        y=rng.uniform(-3000, 3000, count),
        height_m=rng.uniform(0.5, 90, count),
        azimuth_deg=some(0, 360),
        mech_tilt_deg=some(-10, 20),
        elec_tilt_deg=some(-4, 12),
        antenna=rng.choice([*names, ""], count),
        gain_dbi=some(5, 18),
        h_beamwidth_deg=some(30, 120),
        v_beamwidth_deg=some(4, 20),
        power_dbm=rng.uniform(10, 46, count),
        frequency_mhz=rng.uniform(450, 2690, count),
    )


def random_points(rng, count, table):
    """Anywhere, and some around, above, below and on the antennas; exact in float32 about their middle."""
    x, y = rng.uniform(-3000, 3000, (2, count))
    height = np.float64(np.float32(rng.uniform(0, 120, count)))
    near = rng.integers(0, len(table), count // 2)
    reach = rng.choice([0.0, 0.3, 5.0, 60.0], near.size)
    for place, name in ((x, "x"), (y, "y"), (height, "height_m")):
        place[: near.size] = table[name].to_numpy()[near] + reach * rng.normal(size=near.size)
    height[near.size // 2 : near.size] += rng.uniform(-20, 60, near.size - near.size // 2)
    return x, y, np.float64(np.float32(height))


def exact(table, x, y):
    """Places and antennas as float32 about the middle of the points holds them.

    The points are balanced about (0, 0) so that rounding them does not move their middle.
    """
    x, y = (np.float64(np.float32(np.concatenate([place, -place]))) for place in (x, y))
    table = table.assign(**{name: np.float64(np.float32(table[name])) for name in ("x", "y", "height_m")})
    return table, x, y


@pytest.mark.parametrize("seed", range(4))
def test_random_cells_points_and_patterns_agree_with_the_slow_path(seed):
    rng, patterns = np.random.default_rng(seed), PATTERNS
    table = random_cells(rng, 40, patterns)
    x, y, height = random_points(rng, 2000, table)
    table, x, y = exact(table, x, y)
    height = np.tile(height, 2)
    share = np.where(rng.random((len(table), x.size)) < 0.5, rng.random((len(table), x.size)), rng.random() < 0.5)
    expected = slow(table, patterns, x, y, height, share)
    found = fast(table, patterns, x, y, height, share)
    assert found.dtype == np.float32
    assert np.isfinite(expected).all()
    assert np.abs(found - expected).max() < 0.01


@given(
    st.sampled_from([name for name in PATTERNS if name != "array"]),
    st.floats(-180, 540),
    st.sampled_from([0.0, 8.0, -3.5, 45.0]),
    st.sampled_from([np.nan, 0.0, 6.05]),
    st.sampled_from([0.0, 1e-6, 0.5, 300.0]),
    st.sampled_from([-180.0, 0.0, 90.0, 180.0, 37.0]),
    st.sampled_from([-30.0, 0.0, 30.0, 250.0]),
)
@settings(deadline=None, max_examples=150)
def test_seams_and_poles_agree(name, azimuth, mech, elec, along, bearing, up):
    """Straight ahead, behind, at either side, above, below and on the antenna; azimuths turn the seam anywhere."""
    row = {"antenna": name, "azimuth_deg": azimuth, "mech_tilt_deg": mech, "elec_tilt_deg": elec}
    east, north = along * np.sin(np.radians(bearing)), along * np.cos(np.radians(bearing))
    x, y = (np.float64(np.float32([place, -place])) + 0.0 for place in (east, north))  # no −0: arctan2 knows it
    arguments = cells(row), PATTERNS, x, y, [30.0 + up] * 2, [[0.3, 0.3]]
    reach = 2e-5 * 400.0  # degrees times the greatest slope of these cuts, for angles that lie on a sample
    assert fast(*arguments) == pytest.approx(slow(*arguments), abs=0.002 + reach)


def test_the_pole_of_a_tilted_antenna_has_a_level():
    """There every azimuth is as good as another; what matters is that one is taken."""
    level = fast(cells({"antenna": "rough", "mech_tilt_deg": 45.0}), PATTERNS, [0.0, 0.0], [-1.0, 1.0], [29.0, 31.0], 1)
    assert np.isfinite(level).all()


def test_real_antennas_agree():
    """Every pattern of the shared set, tilted both ways, towards a street and a tower."""
    if not REAL.exists():
        pytest.skip("needs the shared antenna files beside the repository")
    patterns = {path.stem: read_pattern(path) for path in sorted(REAL.iterdir()) if path.suffix in (".msi", ".pln")}
    rng = np.random.default_rng(2)
    rows = [
        {"antenna": name, "azimuth_deg": a, "mech_tilt_deg": m, "elec_tilt_deg": e}
        for name in patterns
        for a, m, e in ((0.0, 0.0, np.nan), (123.0, 4.0, 2.0), (350.0, 10.0, 6.0))
    ]
    table = cells(*rows)
    table, x, y = exact(table, *rng.uniform(-600, 600, (2, 3000)))
    height = np.float64(np.float32(rng.uniform(1.5, 110, x.size)))
    arguments = table, patterns, x, y, height, np.full((len(table), x.size), 0.5)
    assert np.abs(fast(*arguments) - slow(*arguments)).max() < 0.01


def test_map_coordinates_need_no_rounding_by_the_caller():
    """Northings of four million metres: their float32 would be 0.25 m off."""
    rng, patterns = np.random.default_rng(3), PATTERNS
    table = random_cells(rng, 30, ["flat", "rough", "ceiling", "middle"])
    x, y = rng.uniform(-3000, 3000, (2, 3000))
    away = (np.hypot(x[:, None] - table["x"].to_numpy(), y[:, None] - table["y"].to_numpy()) > 100).all(axis=1)
    x, y, table = (
        x[away] + 431000.1,
        y[away] + 4264000.2,
        table.assign(x=table["x"] + 431000.1, y=table["y"] + 4264000.2),
    )
    arguments = table, patterns, x, y, rng.uniform(1.5, 100, x.size), np.full((len(table), x.size), 0.5)
    assert np.abs(fast(*arguments) - slow(*arguments)).max() < 0.01


def test_predict_without_a_map_is_the_kernel():
    """The levels that `predict` computes in float64, from the arrays that it has; to the height of 38.901's P(LOS)."""
    frame, patterns = Frame(38.5, 106.2), PATTERNS
    rng = np.random.default_rng(4)
    table = random_cells(rng, 12, [name for name in patterns if name != "array"])
    table = table.assign(arfcn=60.0, earfcn=np.nan, building="", frequency_mhz=947.0)
    table["lat"], table["lon"] = frame.to_lat_lon(table["x"], table["y"])
    lat, lon = frame.to_lat_lon(*rng.uniform(-2000, 2000, (2, 60)))
    points = pd.DataFrame({"lat": lat, "lon": lon, "height_m": rng.uniform(1.5, 22, 60)})
    links = link(table, points)
    share = p_los_uma(links.distance_m, links.height_m[:, None])
    table["x"], table["y"] = links.frame.to_xy(table["lat"], table["lon"])
    network = SimpleNamespace(cells=table, buildings=(), antennas=patterns, terrain=None)
    found = fast(table, patterns, links.x_m, links.y_m, links.height_m, share.T)
    assert np.abs(found - predict(network, points).T).max() < 0.01


def published(name, model):
    with (REFERENCE / name).open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row[model[0]] == model[1]]


@pytest.mark.parametrize("row", published("path_loss.csv", ("model", "uma")), ids=lambda row: row["arguments"])
def test_published_path_loss(row):
    """domain.md J 20."""
    given = json.loads(row["arguments"])
    table = cells({"height_m": given["antenna_height_m"], "frequency_mhz": given["frequency_mhz"], "power_dbm": 0.0})
    share = float(given["line_of_sight"])
    level = fast(table, PATTERNS, [0.0], [given["distance_m"]], [given["phone_height_m"]], share)[0, 0]
    assert -level == pytest.approx(float(row["expected_db"]), abs=float(row["tolerance_db"]))


@pytest.mark.parametrize("row", published("antenna_gain.csv", ("pattern", "parametric")), ids=lambda r: r["tilt_deg"])
def test_published_gain_of_the_beam_formula(row):
    """domain.md J 28: what the pattern adds to an antenna of 0 dBi at the same place."""
    elevation = np.radians(float(row["elevation_deg"]))
    beam = {"antenna": "", "gain_dbi": 17.0, "v_beamwidth_deg": 7.0, "h_beamwidth_deg": 65.0}
    table = cells({}, beam | {"elec_tilt_deg": float(row["tilt_deg"])})
    none, some = fast(table, PATTERNS, [0.0], [300.0], [30.0 + 300.0 * np.tan(elevation)], 1.0)[:, 0]
    assert some - none == pytest.approx(float(row["expected_db"]), abs=float(row["tolerance_db"]))


@pytest.mark.parametrize(
    ("off", "elevation", "tilt", "turned", "raised"),
    [(0, 0, 8, 0, 8), (60, 0, 8, 60.242, 3.99), (90, 0, 8, 90, 0), (180, 0, 8, 180, -8), (30, 4.29, 6, 30.365, 9.478)],
)
def test_mechanical_tilt_turns_the_direction(off, elevation, tilt, turned, raised):
    """domain.md J 29, read from ramps: one cut that tells the azimuth, one that tells the elevation."""
    angle = (np.arange(3600) / 10.0 + 180.0) % 360.0 - 180.0
    ramps = {
        "azimuth": Pattern("azimuth", 0.0, np.abs(angle) / 4, FLAT, ceiling_db=999.0),
        "elevation": Pattern("elevation", 0.0, FLAT, np.maximum(angle + 90.0, 0.0) / 4, ceiling_db=999.0),
        **PATTERNS,
    }
    table = cells({}, *({"antenna": name, "mech_tilt_deg": tilt} for name in ("azimuth", "elevation")))
    away = np.radians(off)
    place = [400 * np.sin(away)], [400 * np.cos(away)], [30.0 + 400.0 * np.tan(np.radians(elevation))]
    none, azimuth, below = fast(table, ramps, *place, 1.0)[:, 0]
    assert (none - azimuth) * 4 == pytest.approx(turned, abs=0.006)
    assert 90.0 - (none - below) * 4 == pytest.approx(raised, abs=0.006)


def test_one_db_of_power_is_one_db_of_level():
    rng, patterns = np.random.default_rng(7), PATTERNS
    table = random_cells(rng, 10, patterns)
    x, y, height = random_points(rng, 500, table)
    change = fast(table.assign(power_dbm=table["power_dbm"] + 1.0), patterns, x, y, height, 0.5)
    change -= fast(table, patterns, x, y, height, 0.5)
    assert change == pytest.approx(1.0, abs=1e-4)


def test_unknown_places_and_numbers_stay_unknown():
    unset = [{name: np.nan} for name in ("power_dbm", "frequency_mhz", "x", "y", "height_m")]
    table = cells({}, *unset, {"antenna": "rough", "mech_tilt_deg": np.nan})
    x, y, height = np.tile([1.0, 101.0], (3, 40))
    x[3], y[50], height[66], share = np.nan, np.inf, np.nan, np.full((len(table), 80), 0.5)
    share[0, 7] = np.nan
    found = fast(table, PATTERNS, x, y, height, share)
    unknown = np.isnan(found)
    assert unknown[1:6].all()
    assert np.flatnonzero(unknown[0]).tolist() == [3, 7, 50, 66]
    assert np.flatnonzero(unknown[6]).tolist() == [3, 50, 66]
    known = ~unknown[6]
    same = slow(table[6:].fillna({"mech_tilt_deg": 0.0}), PATTERNS, x[known], y[known], height[known], share[6:, known])
    assert found[6:, known] == pytest.approx(same, abs=0.01)


def test_the_number_of_threads_changes_nothing():
    rng, patterns = np.random.default_rng(8), PATTERNS
    table = random_cells(rng, 7, patterns)
    x, y, height = random_points(rng, 9001, table)
    share = rng.random((7, 9001))
    before = numba.get_num_threads()
    try:
        found = []
        for threads in range(1, before + 1):
            numba.set_num_threads(threads)
            found.append(fast(table, patterns, x, y, height, share))
    finally:
        numba.set_num_threads(before)
    assert len({level.tobytes() for level in found}) == 1


def test_cuts_of_an_odd_count_keep_the_stated_error():
    """A quarter of a step of 0.1° times the change of slope, for either cut."""
    rng = np.random.default_rng(9)
    odd = rough(rng, 361, 5.0, ceiling_db=999.0)
    table = cells({"antenna": "odd"}).assign(gain_dbi=0.0)
    table, x, y = exact(table, *rng.uniform(-300, 300, (2, 4000)))
    arguments = table, {"odd": odd}, x, y, rng.uniform(1.5, 300, x.size).astype(np.float32), np.ones((1, x.size))
    kinks = sum(
        np.abs(np.diff(cut, 2, append=cut[0], prepend=cut[-1])).max() / (360 / 361)
        for cut in (odd.horizontal_db, odd.vertical_db)
    )
    worst = np.abs(fast(*arguments) - slow(*arguments)).max()
    assert 0.05 < worst < 0.025 * kinks + 0.002


def test_no_points_or_no_cells_are_no_levels():
    assert fast(cells({}), PATTERNS, [], [], [], 1.0).shape == (1, 0)
    assert fast(cells({})[:0], PATTERNS, [0.0], [0.0], [1.5], 1.0).shape == (0, 1)


def test_shapes_that_do_not_agree_are_refused():
    with pytest.raises(ValueError, match="broadcast"):
        fast(cells({}, {}), PATTERNS, [0.0], [0.0], [1.5], [[1.0, 1.0]])
    with pytest.raises(ValueError, match="same shape"):
        fast(cells({}), PATTERNS, [0.0, 1.0], [0.0], [1.5], 1.0)
