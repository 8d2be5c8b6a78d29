"""Places out of a drive."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rfopt.geography.buildings import Frame
from rfopt.geography.places import SQUARE_M, cut_into_places, joined, squares, thinned
from rfopt.levels import Levels, Source

FRAME = Frame(38.495, 106.225)
METRES = st.floats(-5000, 5000)


def rows(*places: tuple[str, float, float, float]) -> pd.DataFrame:
    """Readings of label, east, north [m] and floor."""
    label, east, north, floor = zip(*places, strict=True)
    lat, lon = FRAME.to_lat_lon(east, north)
    return pd.DataFrame(
        {"point": pd.array(label, dtype="str"), "lat": lat, "lon": lon, "floor": np.array(floor, dtype=float)}
    )


def labels(frame: pd.DataFrame) -> list[str]:
    return cut_into_places(frame)["point"].tolist()


def test_a_phone_at_rest_keeps_its_label():
    """A metre of jitter, and one stray fix in a hundred."""
    rest = [("street_1", 0.3 * (k % 5), 0.2 * (k % 3), np.nan) for k in range(99)]
    assert set(labels(rows(*rest, ("street_1", 900.0, 0.0, np.nan)))) == {"street_1"}
    wanders = [("room", 12.0 * k, 0.0, 23.0) for k in range(9)]
    assert set(labels(rows(*wanders))) == {"room"}


def test_a_drive_is_cut_into_squares():
    """A kilometre at 5 m a row: 20 m squares, each of at most a diagonal."""
    drive = rows(*[("outdoors", 5.0 * k, 0.0, np.nan) for k in range(200)], ("flat", 0.0, 0.0, 5.0))
    cut = cut_into_places(drive)
    assert 50 <= cut["point"].nunique() - 1 <= 52
    x, y = FRAME.to_xy(cut["lat"], cut["lon"])
    spread = pd.DataFrame({"x": x, "y": y}).groupby(cut["point"].to_numpy()).agg(np.ptp)
    assert (spread <= SQUARE_M + 0.01).all(axis=None)
    assert cut["point"].iloc[-1] == "flat"
    assert drive["point"].nunique() == 2


def test_a_label_on_several_floors_is_several_places():
    frame = rows(("lift", 0, 0, 1), ("lift", 0, 0, 2), ("lift", 0, 0, np.nan), ("hall", 0, 0, 1))
    assert labels(frame) == ["lift 1F", "lift 2F", "lift", "hall"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(METRES, METRES, st.integers(0, 2)), min_size=1, max_size=60), st.integers(1, 30))
def test_squares_are_few_enough_and_keep_apart(places, most):
    x, y, apart = (np.array(column) for column in zip(*places, strict=True))
    cut = squares(x.astype(float), y.astype(float), apart, most)
    keys = cut.drop_duplicates()
    assert len(cut) == len(places)
    assert len(keys) <= max(most, len(np.unique(apart)))
    assert (cut["apart"].to_numpy() == apart).all()
    same = (cut[["east", "north", "apart"]].to_numpy()[:, None] == cut[["east", "north", "apart"]].to_numpy()).all(
        axis=2
    )
    assert all(same[a, b] for a in range(len(places)) for b in range(len(places)) if places[a] == places[b])


def levels(points: pd.DataFrame, cells: list[str], seed: int = 0) -> Levels:
    rng, shape = np.random.default_rng(seed), (len(points), len(cells))
    source = np.where(rng.random(shape) < 0.5, Source.MEASURED, Source.CENSORED).astype(np.int8)
    return Levels(points, pd.Index(cells), rng.normal(-80, 5, shape), np.ones(shape), source)


def many(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    lat, lon = FRAME.to_lat_lon(rng.uniform(0, 2000, count), rng.uniform(0, 2000, count))
    return pd.DataFrame(
        {"lat": lat, "lon": lon, "floor": np.nan, "height_m": 1.5}, index=[f"p{k}" for k in range(count)]
    )


def test_tens_of_thousands_of_places_are_thinned_to_the_best_heard():
    found = levels(many(20_000), ["A", "B", "C"])
    thin = thinned(found, 400)
    assert 100 <= len(thin.points) <= 400
    rows_of = found.points.index.get_indexer(thin.points.index)
    np.testing.assert_array_equal(thin.dbm, found.dbm[rows_of])
    assert (thin.source == Source.MEASURED).all(axis=1).mean() > 0.95
    assert thinned(thin, 400) is thin


def test_storeys_are_not_thinned_into_one():
    points = many(50).assign(lat=38.495, lon=106.225, height_m=1.5 + 3.0 * np.arange(50))
    assert len(thinned(levels(points, ["A"]), 10).points) == 50


def test_parts_are_joined_by_place():
    points = many(3)
    one, two = levels(points.iloc[:2], ["A", "B"]), levels(points.iloc[[2, 1]], ["L"], seed=1)
    whole = joined([one, two])
    assert whole.points.index.tolist() == ["p0", "p1", "p2"] and whole.cells.tolist() == ["A", "B", "L"]
    np.testing.assert_array_equal(whole.dbm[:2, :2], one.dbm)
    assert whole.at("p2", "L") == two.at("p2", "L") and whole.at("p1", "L") == two.at("p1", "L")
    assert np.isnan(whole.at("p0", "L")) and np.isnan(whole.at("p2", "A"))
    assert whole.source[0, 2] == whole.source[2, 0] == Source.UNKNOWN
    assert len(joined([one, levels(points.iloc[:0], [])]).points) == 2
    with pytest.raises(KeyError):
        whole.at("p9", "A")
