"""What one case pays for the city around it: `python benchmarks/city.py FOLDER [CELLS [BUILDINGS [CASE]]]`.

A city is written into FOLDER about a case's own network (the shipped case's, or CASE's): a grid of three-sector sites,
GSM and LTE in turn, with the sixteen nearest cells of the same technology as neighbours, and rectangular buildings.
Both keep 1.5 km off the case, whose log knows nothing of them, and 600 m off its network's sites. Printed: seconds to
read the whole and to find what lies around the case; then, in rounds that alternate, what `recommend` costs for the
case in the city and for the same case with its network alone.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from rfopt.case import Case, inputs_of, read_case
from rfopt.neighbourhood import neighbourhood
from rfopt.recommendation import recommend
from rfopt.sites import read_network

SHIPPED = Path(__file__).resolve().parents[1] / "drive_tests" / "baohu_tianxia"
SPACING_M, KEPT_M, NEIGHBOURS, ROUNDS = 600.0, 1500.0, 16, 3
KM_PER_DEG = 111.195
RELATION = {"ho_margin_pbgt_db": 6, "ho_margin_lev_db": 3, "ho_margin_qual_db": 0, "rxlev_min_cell_dbm": -98,
            "q_offset_db": 0, "cio_db": 0}  # fmt: skip
Row = dict[str, object]


class Plain:
    """A plane in metres about a case, and what of it is kept free: the case's surroundings and its network's sites."""

    def __init__(self, case: Case) -> None:
        assert case.network is not None, "a case with a network"
        self.lat, self.lon = case.lat, case.lon
        self.per_deg_m = 1000 * KM_PER_DEG * np.array([math.cos(math.radians(case.lat)), 1.0])
        sites = case.network.cells[["lon", "lat"]].drop_duplicates().to_numpy(dtype=float)
        self.sites = cKDTree((sites - (case.lon, case.lat)) * self.per_deg_m)

    def place(self, east: float, north: float) -> tuple[float, float]:
        """Latitude and longitude."""
        lon, lat = np.array([self.lon, self.lat]) + np.array([east, north]) / self.per_deg_m
        return float(lat), float(lon)

    def free(self, east: float, north: float) -> bool:
        """True where the city may build."""
        return math.hypot(east, north) > KEPT_M and self.sites.query((east, north))[0] > SPACING_M


def write_city(folder: Path, case: Path, cells: int, buildings: int) -> None:
    """A network of so many cells and at most so many buildings around a case's own, the same every time."""
    own, plain = inputs_of(case).network, Plain(read_case(case))
    assert own is not None
    shutil.copytree(own, folder, dirs_exist_ok=True)
    side = math.ceil(math.sqrt(cells / 3)) + 2
    rows, where = _cells(plain, cells, (np.arange(side) - side / 2) * SPACING_M)
    _append(folder / "cells.csv", rows)
    _append(folder / "neighbours.csv", _relations(rows, where))
    _append_buildings(folder / "buildings.geojson", plain, buildings, side * SPACING_M / 2)


def _cells(plain: Plain, count: int, line: np.ndarray) -> tuple[list[Row], np.ndarray]:
    """Sectors on a grid, and where each is: metres east and north, and a number of its technology."""
    sites = [(float(east), float(north)) for north in line for east in line if plain.free(east, north)]
    rows: list[Row] = []
    where = []
    for k in range(min(count, 3 * len(sites))):
        site, sector = divmod(k, 3)
        lat, lon = plain.place(*sites[site])
        gsm = site % 2
        area = 1 + site // 400
        of_gsm: Row = {"rat": "GSM", "arfcn": 1 + k % 94, "bsic": f"{k % 8}-{k // 8 % 8}", "lac": area, "ci": k}
        of_lte: Row = {"rat": "LTE", "earfcn": 38400 if sector else 37900, "pci": k % 504, "tac": area, "eci": k}
        rows.append({
            "cell": f"小区{k}", "site": f"站{site}", "kind": "macro", "lat": f"{lat:.6f}", "lon": f"{lon:.6f}",
            "height_m": 30, "azimuth_deg": 120 * sector, "mech_tilt_deg": 3, "elec_tilt_deg": 3,
            "power_dbm": 43 if gsm else 12, **(of_gsm if gsm else of_lte),
        })  # fmt: skip
        where.append((*sites[site], gsm))
    return rows, np.array(where, dtype=float)


def _relations(rows: list[Row], where: np.ndarray) -> list[Row]:
    """Relations to the nearest cells of the same technology."""
    apart = where * (1.0, 1.0, 1e9)
    _, near = cKDTree(apart).query(apart, k=NEIGHBOURS + 1)
    return [
        {"cell": rows[a]["cell"], "neighbour": rows[b]["cell"], **RELATION}
        for a, row in enumerate(near) for b in row if a != b
    ]  # fmt: skip


def _append(file: Path, rows: list[Row]) -> None:
    """Rows below those that a table has; columns that it lacks are put behind its own."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        table: list[Row] = [dict(row) for row in csv.DictReader(opened)]
    columns = list(dict.fromkeys(name for row in (*table[:1], *rows) for name in row))
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows([*table, *rows])


def _append_buildings(file: Path, plain: Plain, count: int, half_m: float) -> None:
    rng = np.random.default_rng(1)
    table = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"type": "FeatureCollection"}
    features = table.setdefault("features", [])
    for k in range(count):
        east, north = rng.uniform(-half_m, half_m, 2)
        wide, deep = rng.uniform(15.0, 60.0, 2)
        ring = [plain.place(east + x * wide, north + y * deep) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
        shape = {"type": "Polygon", "coordinates": [[[lon, lat] for lat, lon in ring]]}
        properties = {"id": f"city-{k}", "floors": int(rng.integers(3, 34))}
        if plain.free(east, north):
            features.append({"type": "Feature", "properties": properties, "geometry": shape})
    file.write_text(json.dumps(table, ensure_ascii=False), encoding="utf-8")


def main(folder: Path, cells: int = 10_000, buildings: int = 5_000, case: Path = SHIPPED) -> None:
    """Write the city and print what it costs."""
    write_city(folder, case, cells, buildings)
    alone = read_case(case)
    city, wall_s, cpu_s = _timed(lambda: read_network(folder))
    print(f"{city!r}, {len(city.buildings)} buildings")
    print(f"read: {wall_s:.2f} s, {cpu_s:.2f} s of processor time")
    places = (alone.readings[name].fillna(at).to_numpy(dtype=float)
              for name, at in (("lat", alone.lat), ("lon", alone.lon)))  # fmt: skip
    near, wall_s, cpu_s = _timed(lambda: neighbourhood(city, *places))
    print(
        f"neighbourhood of {len(near.cells)} cells and {len(near.buildings)} buildings: {wall_s:.2f} s, {cpu_s:.2f} s"
    )
    _compare({"alone": alone, "in the city": replace(alone, network=city)})


def _compare(forms: dict[str, Case]) -> None:
    """Processor seconds of one case in its forms; the first round, which compiles, is not counted."""
    spent: dict[str, list[float]] = {name: [] for name in forms}
    for round_ in range(ROUNDS + 1):
        for name, case in forms.items():
            made, wall_s, cpu_s = _timed(lambda case=case: recommend(case, 0))
            print(f"  {name}: {wall_s:.1f} s, {cpu_s:.1f} s of processor time, {len(made.plan)} changes, objective "
                  f"{made.score_before.objective:.4f} to {made.score_after.objective:.4f}")  # fmt: skip
            if round_:
                spent[name].append(cpu_s)
    middle = {name: float(np.median(times)) for name, times in spent.items()}
    few, many = middle.values()
    print("  ".join(f"{name} {seconds:.1f} s" for name, seconds in middle.items()), f" ratio {many / few:.2f}")


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What some work answers, its seconds, and its seconds of processor time."""
    began, spent = time.perf_counter(), time.process_time()
    answer = work()
    return answer, time.perf_counter() - began, time.process_time() - spent


if __name__ == "__main__":
    words = sys.argv[1:]
    main(Path(words[0]), *map(int, words[1:3]), *map(Path, words[3:4]))
