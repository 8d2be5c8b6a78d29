"""What levels at many places mean: who serves, how clearly, and against how much interference."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.geography.scene import Scene, points_of_floor
from rfopt.mobility.interference import gsm_coupling, interference_mw, lte_coupling
from rfopt.units import GSM_NOISE_DBM, LTE_NOISE_DBM, dbm, mw

FloatArray = NDArray[np.float64]

OVERLAP_DB = 6.0
"""Cells this near the strongest overlap with it, the strongest included (domain practice, G.1)."""

LEVEL = {"GSM": "rxlev_dbm", "LTE": "rsrp_dbm"}
MOST_PLACES = 1_000_000


def coverage(cells: pd.DataFrame, level_dbm: FloatArray, rat: str) -> pd.DataFrame:
    """Figures of one technology at every place, where phones use its strongest cell.

    Parameters
    ----------
    cells : DataFrame
        Cells as in cells.csv, of any technology.
    level_dbm : ndarray, shape (places, cells)
        NaN = not known: no power.
    rat : str
        ``GSM`` or ``LTE``.

    Returns
    -------
    DataFrame
        One row a place. ``server``; ``rxlev_dbm`` or ``rsrp_dbm`` of the server; ``dominance_db`` over the second
        strongest cell, for LTE of its frequency; ``overlap``, cells within 6 dB of the server, itself included, for
        LTE of its frequency. GSM: ``ci_bcch_db`` and ``ci_tch_db``, C/(I+N) of the BCCH carrier and averaged over all
        carriers by load and DTX, co- and adjacent-channel (TS 45.005 §6.3). LTE: ``sinr_db`` as the reference signal
        sees it (PCI mod 3 equal: full interference, else by load) and ``rsrq_db`` for two ports. Where no cell is
        known: server '' and NaN.

    Raises
    ------
    ValueError
        If there is no cell of the technology.

    Examples
    --------
    >>> cells = pd.DataFrame({"rat": "GSM", "arfcn": [1, 1], "tch_arfcns": [(), ()], "load": 0.5}, index=["A", "B"])
    >>> found = coverage(cells, np.array([[-70.0, -82.0]]), "GSM").iloc[0]
    >>> found["server"], float(found["dominance_db"]), round(float(found["ci_bcch_db"]), 2)
    ('A', 12.0, 11.99)
    """
    of_rat = (cells["rat"] == rat).to_numpy()
    if not of_rat.any():
        raise ValueError(f"no cell of {rat}")
    cells, levels = cells[of_rat], np.asarray(level_dbm, dtype=np.float64)[:, of_rat]
    power = np.where(np.isnan(levels), -np.inf, levels)
    best = power.argmax(axis=1)
    rows = np.arange(len(power))
    level = power[rows, best]
    rivals = _same_layer(cells, rat)[best]
    second = np.where(rivals & (np.arange(power.shape[1]) != best[:, None]), power, -np.inf).max(
        axis=1, initial=-np.inf
    )
    known = np.isfinite(level)
    found = pd.DataFrame(
        {
            "server": pd.array(np.where(known, cells.index.astype(str)[best], ""), dtype="str"),
            LEVEL[rat]: np.where(known, level, np.nan),
            "dominance_db": np.where(known, level - np.where(np.isfinite(second), second, np.nan), np.nan),
            "overlap": (rivals & known[:, None] & (power >= level[:, None] - OVERLAP_DB)).sum(axis=1),
        }
    )
    quality = _gsm_quality if rat == "GSM" else _lte_quality
    for name, values in (quality(cells, power, best) if len(power) else {}).items():
        found[name] = np.where(known, values, np.nan)
    return found


def _same_layer(cells: pd.DataFrame, rat: str) -> NDArray[np.bool_]:
    """Which cells compete with which: all of GSM, of LTE those of one frequency."""
    if rat == "GSM":
        return np.ones((len(cells), len(cells)), dtype=bool)
    earfcn = cells["earfcn"].to_numpy(np.float64)
    return np.asarray((earfcn[:, None] == earfcn) | np.eye(len(cells), dtype=bool))


def _gsm_quality(cells: pd.DataFrame, power: FloatArray, best: NDArray[np.int64]) -> dict[str, FloatArray]:
    rows = np.arange(len(power))
    found = {}
    for name, traffic in (("ci_bcch_db", False), ("ci_tch_db", True)):
        disturbance = interference_mw(power, gsm_coupling(cells, traffic))[rows, best] + mw(GSM_NOISE_DBM)
        found[name] = power[rows, best] - dbm(disturbance)
    return found


def _lte_quality(cells: pd.DataFrame, power: FloatArray, best: NDArray[np.int64]) -> dict[str, FloatArray]:
    rows = np.arange(len(power))
    disturbance = interference_mw(power, lte_coupling(cells))[rows, best] + mw(LTE_NOISE_DBM)
    load = cells["load"].to_numpy(np.float64)
    # of the 12 elements of a block, 4 always carry reference signals of two ports, and the rest data by load
    received = (mw(power) * (4.0 + 8.0 * load) * _same_layer(cells, "LTE")[best]).sum(axis=1) + 12.0 * mw(LTE_NOISE_DBM)
    return {"sinr_db": power[rows, best] - dbm(disturbance), "rsrq_db": power[rows, best] - dbm(received)}


def tower(scene: Scene, building: str, floors: Iterable[int] | None = None, spacing_m: float = 5.0) -> pd.DataFrame:
    """Places just inside the façades of a building, floor by floor.

    Parameters
    ----------
    building : str
        Its id in the scene.
    floors : iterable of int, optional
        1 = ground floor; default all.

    Returns
    -------
    DataFrame
        As of `rfopt.geography.scene.points_of_floor`.

    Raises
    ------
    KeyError
        If the scene has no such building.
    """
    home = scene.buildings[scene.index[building]]
    chosen = range(1, home.floors + 1) if floors is None else floors
    return pd.concat([points_of_floor(home, floor, spacing_m=spacing_m) for floor in chosen], ignore_index=True)


def ground_grid(scene: Scene, lat: float, lon: float, radius_m: float, spacing_m: float) -> pd.DataFrame:
    """Places 1.5 m above the ground in a square about a place, those under buildings left out.

    Returns
    -------
    DataFrame
        point, lat, lon, height_m, building ('').

    Raises
    ------
    ValueError
        If the square holds more than a million places.
    """
    steps = np.arange(-np.floor(radius_m / spacing_m), np.floor(radius_m / spacing_m) + 1) * spacing_m
    if len(steps) ** 2 > MOST_PLACES:
        raise ValueError(f"{len(steps) ** 2:,} places in a square of {2 * radius_m:g} m at {spacing_m:g} m")
    middle_x, middle_y = scene.frame.to_xy(lat, lon)
    x, y = (axis.ravel() for axis in np.meshgrid(middle_x + steps, middle_y + steps))
    places_lat, places_lon = scene.frame.to_lat_lon(x, y)
    open_air = (scene.containing(places_lat, places_lon) < 0).all(axis=1) if scene.buildings else np.ones(len(x), bool)
    numbers = np.arange(1, len(x) + 1)[open_air]
    return pd.DataFrame(
        {
            "point": [f"ground_{number}" for number in numbers],
            "lat": places_lat[open_air],
            "lon": places_lon[open_air],
            "height_m": 1.5,
            "building": "",
        }
    )
