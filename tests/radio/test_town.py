"""The unmapped town: against P.1410's own rows, and what a map takes away from it."""

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from rfopt.geography.scene import Building, Frame, build_scene
from rfopt.radio.los import p_los_p1410
from rfopt.radio.town import mapped_ground, p_clear_town

FRAME = Frame(38.495, 106.225)
OPEN = build_scene((), FRAME)


def at(x, y, height_m):
    lat, lon = FRAME.to_lat_lon(np.atleast_1d(x).astype(float), np.atleast_1d(y).astype(float))
    return pd.DataFrame({"lat": lat, "lon": lon, "height_m": np.broadcast_to(height_m, lat.shape).astype(float)})


def house(x, y, side=10.0):
    lat, lon = FRAME.to_lat_lon(np.array([x, x + side]), np.array([y, y + side]))
    return Building(f"{x}/{y}", box(lon[0], lat[0], lon[1], lat[1]), 9.0)


@pytest.mark.parametrize("distance_m", [250.0, 500.0, 1000.0, 2000.0, 4000.0])
@pytest.mark.parametrize("height_m", [22.5, 45.0, 67.5, 99.0])
def test_spread_rows_agree_with_the_recommendations_own(distance_m, height_m):
    ours = float(p_clear_town(OPEN, at(0, 0, 30.0), at(0, distance_m, height_m))[0, 0])
    # its whole number of rows is rounded down, by half a row in the mean: between one row fewer and one more
    rows = [float(p_los_p1410(distance_m + more, 30.0, height_m)) for more in (-82.0, 0.0, 82.0)]
    assert min(rows) - 0.02 <= ours <= max(rows) + 0.02


def test_probability_falls_smoothly_with_distance_and_rises_with_height():
    far = at(np.zeros(300), np.linspace(100, 3000, 300), 67.5)
    likely = p_clear_town(OPEN, at(0, 0, 30.0), far)[:, 0]
    assert (np.diff(likely) < 1e-5).all()
    assert np.abs(np.diff(likely)).max() < 0.02
    tall = pd.concat([at(0, 800, h) for h in np.arange(1.5, 120, 3)])
    assert (np.diff(p_clear_town(OPEN, at(0, 0, 30.0), tall)[:, 0]) >= 0).all()


def test_only_what_no_map_shows_is_left_to_chance():
    street = [house(x, y) for x in (-40, 30) for y in range(-50, 1060, 150)]
    mast, floor_23 = at(0, 0, 30.0), at(0, 1000, 67.5)
    assert p_clear_town(build_scene(street, FRAME), mast, floor_23) == pytest.approx(1.0)
    estate = build_scene([house(x, y) for x in (-40, 30) for y in (900, 1050)], FRAME)
    nothing, partly = (float(p_clear_town(scene, mast, floor_23)[0, 0]) for scene in (OPEN, estate))
    assert nothing < partly < 1.0


def test_small_gaps_are_known_to_be_empty():
    near, apart = (mapped_ground(build_scene([house(0, 0), house(gap, 0)], FRAME)) for gap in (150.0, 400.0))
    for ground, known in ((near, True), (apart, False)):
        across = ground.squares[ground.squares.shape[0] // 2]
        assert across[5:-5].all() == known


def test_unknown_places_stay_unknown():
    nowhere = at(0, 500, 67.5).assign(lat=np.nan)
    assert np.isnan(p_clear_town(OPEN, at(0, 0, 30.0), nowhere)).all()
