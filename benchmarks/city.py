"""A city's network, and what one case pays for it: `python benchmarks/city.py FOLDER [CELLS [BUILDINGS]]`.

The network is laid on a grid of three-sector sites, GSM and LTE in turn, with the sixteen nearest cells of the same
technology as neighbours; buildings are rectangles between them. Printed: seconds to read the whole, and to read what
lies around one place.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

LAT, LON = 38.49, 106.22
SPACING_M, NEIGHBOURS = 600.0, 16
KM_PER_DEG = 111.195
CELLS = (
    "cell,site,rat,kind,lat,lon,height_m,azimuth_deg,mech_tilt_deg,elec_tilt_deg,"
    "arfcn,bsic,lac,ci,earfcn,pci,tac,eci,power_dbm"
)


def write_city(folder: Path, cells: int, buildings: int) -> None:
    """A network of about so many cells and buildings, the same every time."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    sites = -(-cells // 3)
    side = math.ceil(math.sqrt(sites))
    east, north = (k.ravel()[:sites] * SPACING_M for k in np.meshgrid(np.arange(side), np.arange(side)))
    rows, where = [], []
    for k in range(cells):
        site, sector = divmod(k, 3)
        rat = "GSM" if site % 2 else "LTE"
        lat, lon = _lat_lon(east[site], north[site])
        where.append((east[site], north[site], 0 if rat == "GSM" else 1))
        radio = f"{1 + k % 94},{k % 8}-{k // 8 % 8},{1 + site // 400},{k},,,,,43" if rat == "GSM" else \
            f",,,,{38400 if sector else 37900},{k % 504},{1 + site // 400},{k},12"  # fmt: skip
        rows.append(f"小区{k},站{site},{rat},macro,{lat:.6f},{lon:.6f},30,{120 * sector},3,3,{radio}")
    (folder / "cells.csv").write_text("\n".join([CELLS, *rows]) + "\n", encoding="utf-8")
    _write_neighbours(folder, np.array(where))
    _write_buildings(folder, buildings, side * SPACING_M, rng)


def _lat_lon(east: float, north: float) -> tuple[float, float]:
    return LAT + north / 1000 / KM_PER_DEG, LON + east / 1000 / KM_PER_DEG / math.cos(math.radians(LAT))


def _write_neighbours(folder: Path, where: np.ndarray) -> None:
    """Relations to the nearest cells of the same technology."""
    apart = where * (1.0, 1.0, 1e9)
    _, near = cKDTree(apart).query(apart, k=NEIGHBOURS + 1)
    lines = [f"小区{a},小区{b},6,3,0,-98,0,0" for a, row in enumerate(near) for b in row if a != b]
    head = "cell,neighbour,ho_margin_pbgt_db,ho_margin_lev_db,ho_margin_qual_db,rxlev_min_cell_dbm,q_offset_db,cio_db"
    (folder / "neighbours.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


def _write_buildings(folder: Path, count: int, extent_m: float, rng: np.random.Generator) -> None:
    features = []
    for k in range(count):
        east, north = rng.uniform(0.0, extent_m, 2)
        wide, deep = rng.uniform(15.0, 60.0, 2)
        ring = [_lat_lon(east + x * wide, north + y * deep) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
        shape = {"type": "Polygon", "coordinates": [[[lon, lat] for lat, lon in ring]]}
        properties = {"id": f"b-{k}", "floors": int(rng.integers(3, 34))}
        features.append({"type": "Feature", "properties": properties, "geometry": shape})
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "buildings.geojson").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_city(Path(sys.argv[1]), *(int(word) for word in sys.argv[2:] or (10_000, 5_000)))
