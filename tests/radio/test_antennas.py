"""Patterns: gains by hand, published tilt values, made antennas and families."""

import csv
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.errors import InputError
from rfopt.radio.antennas import (
    Pattern,
    array,
    array_factor_db,
    cell_gains_dbi,
    choose,
    gain_dbi,
    load_patterns,
    look_up,
    omni,
    parametric,
    pattern_of,
    rotate,
)
from rfopt.radio.links import link

REFERENCE = Path(__file__).parents[1] / "reference" / "antenna_gain.csv"
PUBLISHED = list(csv.DictReader(REFERENCE.read_text(encoding="utf-8").splitlines()))
FLAT = np.zeros(360)


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda r: f"{r['pattern']}-{r['tilt_deg']}-{r['elevation_deg']}")
def test_published(row):
    tilt, elevation = float(row["tilt_deg"]), float(row["elevation_deg"])
    if row["pattern"] == "array_factor":
        found = array_factor_db(elevation, tilt)
    else:
        found = gain_dbi(parametric(17.0, 65.0, 7.0), 0.0, elevation, elec_tilt_deg=tilt)
    assert float(found) == pytest.approx(float(row["expected_db"]), abs=float(row["tolerance_db"]))


@pytest.mark.parametrize(
    ("off", "elevation", "tilt", "expected_off", "expected_elevation"),
    [(0, 0, 8, 0, 8), (60, 0, 8, 60.242, 3.990), (90, 0, 8, 90, 0), (180, 0, 8, 180, -8), (30, 4.29, 6, 30.365, 9.478)],
)
def test_mechanical_tilt_worked_values(off, elevation, tilt, expected_off, expected_elevation):
    found = rotate(off, elevation, tilt)
    assert float(found[0]) == pytest.approx(expected_off, abs=0.001)
    assert float(found[1]) == pytest.approx(expected_elevation, abs=0.001)


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(-30, 30))
def test_tilting_back_is_the_identity(off, elevation, tilt):
    there = rotate(off, elevation, tilt)
    back = rotate(*there, -tilt)
    straight = [math.cos(math.radians(elevation)) * math.cos(math.radians(off)), math.sin(math.radians(elevation))]
    again = [math.cos(math.radians(back[1])) * math.cos(math.radians(back[0])), math.sin(math.radians(back[1]))]
    assert again == pytest.approx(straight, abs=1e-9)
    assert rotate(off, elevation, 0.0) == (off, elevation)


@given(st.floats(-180, 180), st.floats(-89, 89), st.floats(0, 15))
@settings(max_examples=50, deadline=None)
def test_rotation_keeps_angles_between_directions(off, elevation, tilt):
    def vector(azimuth, up):
        azimuth, up = math.radians(azimuth), math.radians(up)
        return np.array([math.cos(up) * math.cos(azimuth), math.cos(up) * math.sin(azimuth), math.sin(up)])

    other = rotate(20.0, -5.0, tilt)
    turned = rotate(off, elevation, tilt)
    assert vector(*turned) @ vector(*other) == pytest.approx(vector(off, elevation) @ vector(20.0, -5.0), abs=1e-9)


def wedge(slope, peak=0):
    """A cut that falls by `slope` dB a degree from its peak, to 40 dB at most."""
    away = np.abs((np.arange(360) - peak + 180) % 360 - 180)
    return np.minimum(slope * away, 40.0)


def test_composition_by_hand():
    pattern = Pattern("wedge", 15.0, wedge(0.2), wedge(1.0))
    assert float(gain_dbi(pattern, 0.0, -7.0)) == pytest.approx(15 - 7)
    assert float(gain_dbi(pattern, 0.0, 7.0)) == pytest.approx(15 - 7)
    # 60° off: 12 dB by azimuth, two thirds of the front's loss, a third of the (flat) back's
    assert float(gain_dbi(pattern, 60.0, -9.0)) == pytest.approx(15 - 12 - 9 * 2 / 3)
    assert float(gain_dbi(pattern, 180.0, -9.0)) == pytest.approx(15 - 36)


def test_back_lobe_comes_from_the_back_of_the_cut():
    vertical = wedge(1.0)
    vertical[180 - 10] = 0.0  # a hot spot 10° below the horizon behind
    pattern = Pattern("hot", 15.0, wedge(0.2), vertical)
    assert float(gain_dbi(pattern, 180.0, -10.0)) == pytest.approx(15.0)  # 36 + 0 − 40, not below full gain
    assert float(gain_dbi(pattern, 180.0, 10.0)) == pytest.approx(15 - 36)


def test_electrical_tilt_shifts_at_every_azimuth():
    pattern = Pattern("wedge", 15.0, wedge(0.2), wedge(1.0), electrical_tilt_deg=0.0)
    off = np.arange(-180.0, 180.0, 7.0)
    for tilt in (0.0, 3.0, 6.5):
        shifted = gain_dbi(pattern, off, 4.0 - tilt, elec_tilt_deg=tilt)
        assert shifted == pytest.approx(gain_dbi(pattern, off, 4.0))


def test_tilt_that_the_file_holds_is_not_added_again():
    held = Pattern("held", 15.0, wedge(0.2), wedge(1.0, peak=4), electrical_tilt_deg=4.0)
    assert float(gain_dbi(held, 0.0, -4.0, elec_tilt_deg=4.0)) == pytest.approx(15.0)
    assert float(gain_dbi(held, 0.0, -4.0)) == pytest.approx(15.0)
    assert float(gain_dbi(held, 0.0, -7.0, elec_tilt_deg=7.0)) == pytest.approx(15.0)
    assert float(gain_dbi(held, 0.0, 0.0, elec_tilt_deg=np.nan)) == pytest.approx(11.0)


def test_reference_direction_of_the_cuts():
    cone = Pattern("cut along the cone", 15.0, wedge(0.2), wedge(1.0, peak=6))
    assert cone.reference_deg == 6.0
    horizon = Pattern("cut at the horizon", 15.0, wedge(0.2) + 6.0, wedge(1.0, peak=6))
    assert horizon.reference_deg == 0.0
    for pattern in (cone, horizon):
        assert float(gain_dbi(pattern, 0.0, -6.0)) == pytest.approx(15.0)
        assert float(gain_dbi(pattern, 0.0, 0.0)) == pytest.approx(9.0)


def test_mechanical_tilt_lifts_the_back():
    pattern = parametric(17.0, 65.0, 7.0)
    assert gain_dbi(pattern, 0.0, -6.0, mech_tilt_deg=6.0) == pytest.approx(17.0)
    # the back of an electrically tilted antenna looks down, that of a mechanically tilted one up
    lobes = array(17.0, 65.0)
    assert gain_dbi(lobes, 180.0, 6.0, mech_tilt_deg=6.0) == pytest.approx(float(gain_dbi(lobes, 180.0, 0.0)))
    assert gain_dbi(lobes, 180.0, -6.0, elec_tilt_deg=6.0) == pytest.approx(float(gain_dbi(lobes, 180.0, 0.0)))


@given(st.floats(-720, 720), st.floats(-90, 90), st.floats(-10, 10), st.floats(-5, 15))
@settings(max_examples=100, deadline=None)
def test_gain_is_periodic_symmetric_and_never_above_the_peak(off, elevation, mech, elec):
    for pattern in (parametric(17.0, 65.0, 7.0), array(17.0, 65.0), Pattern("wedge", 17.0, wedge(0.2), wedge(1.0))):
        gain = float(gain_dbi(pattern, off, elevation, mech, elec))
        assert gain <= 17.0 + 1e-9
        assert gain >= 17.0 - 100.0
        for same in (off + 360.0, -off):
            assert float(gain_dbi(pattern, same, elevation, mech, elec)) == pytest.approx(gain, abs=1e-4)


def test_parametric_is_the_formula():
    rng = np.random.default_rng(1)
    off, elevation = rng.uniform(-180, 180, 200), rng.uniform(-60, 60, 200)
    horizontal = np.minimum(12 * (off / 65) ** 2, 25)
    vertical = np.minimum(12 * ((-elevation - 5) / 7) ** 2, 20)
    expected = 17 - np.minimum(horizontal + vertical, 25)
    assert gain_dbi(parametric(17.0, 65.0, 7.0), off, elevation, elec_tilt_deg=5.0) == pytest.approx(
        expected, abs=0.002
    )


def test_made_patterns_say_what_they_know():
    assert not parametric(17, 65, 7).has_side_lobes
    assert array(17, 65).has_side_lobes
    assert gain_dbi(omni(2.0), np.arange(-180, 180, 30), 60.0).tolist() == [2.0] * 12
    assert np.isfinite(array_factor_db(np.arange(-90, 91), 0.0)).all()
    assert float(array_factor_db(-5.0, 5.0)) == pytest.approx(0.0, abs=1e-9)


def test_array_holds_its_tilt():
    pattern = array(17.0, 65.0, electrical_tilt_deg=6.0)
    assert float(gain_dbi(pattern, 0.0, -6.0, elec_tilt_deg=6.0)) == pytest.approx(17.0, abs=0.01)
    assert float(gain_dbi(pattern, 0.0, 4.289)) == pytest.approx(17.0 - 13.0, abs=0.05)


def test_tilting_can_raise_a_side_lobe_towards_a_high_floor():
    antenna = array(17.0, 65.0)
    three, six = (float(gain_dbi(antenna, 0.0, 4.289, elec_tilt_deg=t)) for t in (3.0, 6.0))
    assert six - three > 15.0


def test_pattern_refuses_nonsense():
    for bad in (np.zeros(300), np.full(360, np.nan), np.full(360, -1.0), np.zeros((2, 360))):
        with pytest.raises(ValueError, match="360 finite"):
            Pattern("bad", 10.0, bad, FLAT)
    kept = Pattern("kept", 10.0, FLAT, FLAT)
    with pytest.raises(ValueError, match="read-only"):
        kept.horizontal_db[0] = 3.0


@given(st.floats(-1e6, 1e6))
def test_look_up_is_periodic_and_linear(angle):
    cut = np.abs(np.arange(720) - 360.0)
    expected = abs((angle % 360.0) * 2.0 - 360.0)
    assert float(look_up(cut, angle)) == pytest.approx(expected, abs=1e-6) or angle % 360.0 > 359.5


FAMILY = {
    name: Pattern(name, 15.0, FLAT, FLAT, tilt)
    for name, tilt in (("X_00T", 0.0), ("X_04T", 4.0), ("X_08T", 8.0), ("X_04T_P45", 4.0), ("Y", 0.0), ("X-Long", 0.0))
}


@pytest.mark.parametrize(
    ("name", "tilt", "expected"),
    [
        ("X", 3.0, "X_04T"),
        ("X", 9.0, "X_08T"),
        ("X", -3.0, "X_00T"),
        ("X", 2.0, "X_00T"),
        ("X_04T", 2.0, "X_04T"),
        ("X_04T", 8.0, "X_08T"),
        ("X_P45", 0.0, "X_04T_P45"),
        ("Y", 6.0, "Y"),
        ("X_04T", np.nan, "X_04T"),
        ("X", np.nan, "X_00T"),
    ],
)
def test_choose_takes_the_nearest_of_the_family(name, tilt, expected):
    assert choose(FAMILY, name, tilt).name == expected


def test_choose_names_what_is_missing():
    with pytest.raises(InputError, match="antenna 'X-Lon' is not in antennas/; did you mean 'X-Long'"):
        choose(FAMILY, "X-Lon", 0.0)


def cell(**columns):
    given = {"kind": "macro", "azimuth_deg": 0.0, "antenna": "", "gain_dbi": 15.0, "h_beamwidth_deg": 65.0}
    return pd.Series({**given, "v_beamwidth_deg": 7.0, "elec_tilt_deg": 0.0, **columns})


def test_pattern_of_a_cell():
    assert pattern_of(cell(antenna="X", elec_tilt_deg=7.0), FAMILY).name == "X_08T"
    for unknown in ("", np.nan, None):
        assert pattern_of(cell(antenna=unknown), FAMILY).gain_dbi == 15.0
    collinear = pattern_of(cell(azimuth_deg=np.nan), {})
    assert gain_dbi(collinear, [0.0, 90.0, 180.0], 0.0).tolist() == [15.0] * 3
    assert float(gain_dbi(collinear, 0.0, -3.5)) == pytest.approx(12.0, abs=0.01)
    ceiling = pattern_of(cell(kind="das", azimuth_deg=np.nan, gain_dbi=np.nan, v_beamwidth_deg=70.0), {})
    assert gain_dbi(ceiling, 0.0, [-90.0, 0.0, 90.0]).tolist() == [2.0] * 3
    assert pattern_of(cell(gain_dbi=np.nan), {}).gain_dbi == 15.5
    assert pattern_of(pd.Series({"kind": "macro"}), {}).gain_dbi == 15.5


def test_gains_of_cells_towards_points():
    cells = pd.DataFrame(
        [cell(), cell(azimuth_deg=90.0), cell(azimuth_deg=np.nan, mech_tilt_deg=9.0)], index=list("ABC")
    )
    cells = cells.assign(lat=38.0, lon=106.0, height_m=30.0)
    points = pd.DataFrame({"lat": [38.01, 38.0], "lon": [106.0, 106.01], "height_m": [30.0, 30.0]})
    gains = cell_gains_dbi(cells, link(cells, points), {})
    assert gains[0, 0] == gains[1, 1] == gains[0, 2] == gains[1, 2] == 15.0
    side = 15.0 - min(12 * (90 / 65) ** 2, 25)
    assert gains[1, 0] == pytest.approx(side, abs=0.01)
    assert gains[0, 1] == pytest.approx(side, abs=0.01)


def test_load_patterns_reads_only_paths(tmp_path):
    rows = "\n".join(f"{a} 0.0" for a in range(360))
    (tmp_path / "A.msi").write_text(f"GAIN 10 dBi\nHORIZONTAL 360\n{rows}\nVERTICAL 360\n{rows}\n", encoding="utf-8")
    found = load_patterns({"A": tmp_path / "A.msi", "X": FAMILY["Y"]})
    assert found["A"].gain_dbi == 10.0
    assert found["X"] is FAMILY["Y"]
