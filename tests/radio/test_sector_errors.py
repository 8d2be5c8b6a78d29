"""Sectors of one mast against each other: wrong rows are told from few places, right ones are left in peace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from rfopt.geography.buildings import Frame
from rfopt.levels import Levels, Source
from rfopt.network import Network
from rfopt.radio.antennas import parametric
from rfopt.radio.pattern import look_up
from rfopt.radio.sector_errors import LEAST_DBM, Doubt, sector_doubts

from ..networks import network

MASTS, SECTORS = 5, 3
HERE = Frame(38.495, 106.225)
CONSTANT_DB, OWN_DB, SHARED_DB, ERROR_DB = 4.0, 2.5, 9.0, 0.7
FILLED_DB, SPREAD_DEG = -22.0, 12.0
"""Echoes: the pattern is smeared over this, and nothing is farther below the best than that."""


@cache
def empty() -> Network:
    return network()


def town(seed: int) -> tuple[Network, Levels]:
    """Masts of three sectors around a flat of three rooms and three spots of street, the tables right.

    The truth is not the model's: echoes fill the pattern, sectors have constants, a tenth of shadowing is their own.
    """
    rng = np.random.default_rng(seed)
    points = flat_and_street(rng)
    upright = {"v_beamwidth_deg": 70.0, "mech_tilt_deg": 0.0, "elec_tilt_deg": 0.0, "gain_dbi": 15.5}
    base = empty().cells.loc["C"].to_dict() | upright
    rows, columns = {}, {}
    for mast in range(MASTS):
        x, y = rng.uniform(300.0, 1500.0) * np.array([np.cos(a := rng.uniform(0, 2 * np.pi)), np.sin(a)])
        first, height = rng.uniform(0.0, 360.0), rng.uniform(20.0, 40.0)
        lat, lon = (float(v[0]) for v in HERE.to_lat_lon(np.array([x]), np.array([y])))
        shared = SHARED_DB * rng.normal(size=len(points))
        for sector in range(SECTORS):
            azimuth = (first + 120.0 * sector + rng.uniform(-20.0, 20.0)) % 360.0
            at = {"site": f"S{mast}", "lat": lat, "lon": lon, "height_m": height, "azimuth_deg": azimuth}
            rows[f"S{mast}-{sector}"] = base | at | {"arfcn": 20.0 + 3 * (SECTORS * mast + sector)}
            gain = echoed_gain_dbi(points, x, y, azimuth)
            own = CONSTANT_DB * rng.normal() + OWN_DB * rng.normal(size=len(points))
            apart = np.hypot(points["x"] - x, points["y"] - y).to_numpy()
            columns[f"S{mast}-{sector}"] = -60.0 - 30.0 * np.log10(apart / 300.0) + gain - 15.5 + shared + own
    dbm = pd.DataFrame(columns).to_numpy() + ERROR_DB * rng.normal(size=(len(points), len(columns)))
    return replace(empty(), cells=pd.DataFrame.from_dict(rows, orient="index")), seen(points, list(columns), dbm)


def flat_and_street(rng: np.random.Generator) -> pd.DataFrame:
    x = np.concatenate([rng.uniform(-8, 8, 3), rng.uniform(-300, 300, 3)])
    y = np.concatenate([rng.uniform(-8, 8, 3), rng.uniform(-300, 300, 3)])
    lat, lon = HERE.to_lat_lon(x, y)
    height = [62.0] * 3 + [1.5] * 3
    return pd.DataFrame({"x": x, "y": y, "lat": lat, "lon": lon, "height_m": height,
                         "building": ["b1"] * 3 + [""] * 3}, index=list("abcdef"))  # fmt: skip


def echoed_gain_dbi(points: pd.DataFrame, x: float, y: float, azimuth_deg: float) -> np.ndarray:
    """Horizontal gain of the parametric antenna as echoes leave it."""
    cut = parametric(15.5, 65.0, 7.0).horizontal_db
    bearing = np.degrees(np.arctan2(points["x"] - x, points["y"] - y)).to_numpy()
    smear = SPREAD_DEG * np.linspace(-2.0, 2.0, 21)
    weight = np.exp(-0.5 * (smear / SPREAD_DEG) ** 2)
    power = (10 ** (-look_up(cut, bearing[:, None] - azimuth_deg + smear) / 10.0)) @ (weight / weight.sum())
    return np.asarray(15.5 + 10.0 * np.log10(power + 10 ** (FILLED_DB / 10.0)))


def seen(points: pd.DataFrame, names: list[str], dbm: np.ndarray) -> Levels:
    lost = dbm < LEAST_DBM["GSM"]
    source = np.where(lost, Source.CENSORED, Source.MEASURED).astype(np.int8)
    kept = np.where(lost, LEAST_DBM["GSM"], dbm)
    return Levels(points, pd.Index(names), kept, np.full(dbm.shape, ERROR_DB), source)


def judged(seed: int, wrong: Callable[[pd.DataFrame], None] | None = None, places: int = 6) -> tuple[Doubt, ...]:
    """What is said of a town whose tables were made wrong in some way."""
    net, levels = town(seed)
    cells = net.cells.copy()
    if wrong is not None:
        wrong(cells)
    rows = [getattr(levels, name)[:places] for name in ("dbm", "error_db", "source")]
    return sector_doubts([Levels(levels.points.iloc[:places], levels.cells, *rows)], replace(net, cells=cells))


def turned(by_deg: float) -> Callable[[pd.DataFrame], None]:
    def change(cells: pd.DataFrame) -> None:
        cells.loc["S0-0", "azimuth_deg"] = (cells.at["S0-0", "azimuth_deg"] + by_deg) % 360.0

    return change


def swapped(cells: pd.DataFrame) -> None:
    cells.loc[["S0-0", "S0-1"], "azimuth_deg"] = cells.loc[["S0-1", "S0-0"], "azimuth_deg"].to_numpy()


def underpowered(cells: pd.DataFrame) -> None:
    cells.loc["S0-0", "power_dbm"] += 25.0


@pytest.mark.parametrize(("seeds", "places"), [(range(15), 3), (range(15, 40), 6)])
def test_right_tables_are_left_in_peace(seeds: range, places: int) -> None:
    """200 masts, from a flat alone or with three spots of street: at most one in a hundred is doubted."""
    doubts = [doubt for seed in seeds for doubt in judged(seed, None, places)]
    assert len(doubts) <= 1
    assert not any(doubt.certain for doubt in doubts)


@pytest.mark.parametrize(("wrong", "least"), [(swapped, 0.35), (underpowered, 0.35)])
def test_a_wrong_row_is_told_and_no_other(wrong: Callable[[pd.DataFrame], None], least: float) -> None:
    told = [judged(seed, wrong) for seed in range(10)]
    assert np.mean([any(doubt.site == "S0" for doubt in doubts) for doubts in told]) >= least
    found = [doubt for doubts in told for doubt in doubts]
    assert all(doubt.site == "S0" and {"S0-0", "S0-1"} & set(doubt.cells) for doubt in found)
    assert all(doubt.kind in ("unclear", "swapped" if wrong is swapped else "power") for doubt in found)


def test_a_turned_sector_is_held_against_nobody_else() -> None:
    """Seen from one side an azimuth is hardly told from power and pattern, and then nothing is said."""
    doubts = [doubt for seed in range(6) for by in (60.0, 150.0) for doubt in judged(seed, turned(by))]
    assert all(doubt.site == "S0" and "S0-0" in doubt.cells for doubt in doubts)
    assert all(doubt.kind in ("azimuth", "unclear") for doubt in doubts)


def test_one_sector_alone_or_a_mast_without_levels_tells_nothing() -> None:
    net, levels = town(0)
    alone = [k for k, name in enumerate(levels.cells) if name.endswith("-0")]
    one = Levels(levels.points, levels.cells[alone], levels.dbm[:, alone], levels.error_db[:, alone],
                 levels.source[:, alone])  # fmt: skip
    assert sector_doubts([one], net) == ()
    assert sector_doubts([], net) == ()
    silent = replace(levels, source=np.zeros_like(levels.source))
    assert sector_doubts([silent], net) == ()


def test_a_doubt_says_the_two_levels_that_tell_it() -> None:
    doubts = [doubt for seed in range(10) for doubt in judged(seed, underpowered) if doubt.kind == "power"]
    assert doubts
    for doubt in doubts:
        assert doubt.pair[0] == "S0-0" == doubt.cells[0] and doubt.places >= 3
        assert doubt.table == 68.0 and doubt.low <= doubt.fitted <= doubt.high < 68.0
        assert doubt.expected_db - doubt.measured_db > 10.0
        assert 0.95 <= doubt.probability <= 1.0
