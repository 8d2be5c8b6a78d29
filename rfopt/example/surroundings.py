"""Buildings of the example and the levels assumed in the flat and on the street, as found."""

from __future__ import annotations

import json

import pandas as pd

from rfopt.example.sites import place

FLOOR = 23
FLOOR_M = 3.0

BUILDINGS = [
    # id, east [m], north [m], length [m], depth [m], floors, wall
    ("bhtx-1", 0.0, 0.0, 44.0, 18.0, 33, "concrete"),
    ("bhtx-2", -80.0, -48.0, 44.0, 18.0, 33, "concrete"),
    ("bhtx-3", 0.0, -94.0, 44.0, 18.0, 26, "concrete"),
    ("bhtx-4", -82.0, -140.0, 44.0, 18.0, 26, "concrete"),
    ("bhw-1", 150.0, 52.0, 50.0, 16.0, 24, "concrete"),
    ("bhw-2", 218.0, 52.0, 50.0, 16.0, 24, "concrete"),
    ("bhw-26", 330.0, 210.0, 40.0, 16.0, 17, "brick"),
    ("bhw-27", -260.0, 400.0, 40.0, 16.0, 16, "brick"),
]

POINTS = {
    # point: east [m], north [m], floor (None: on the street)
    "dining_north": (3.0, 6.0, FLOOR),
    "living_south": (3.0, -6.0, FLOOR),
    "street_1": (-35.0, -52.0, None),
    "street_2": (70.0, 60.0, None),
    "street_3": (150.0, -150.0, None),
}
ROOMS = ("dining_north", "living_south")
STREET = ("street_1", "street_2", "street_3")

GSM_DBM = {
    # cell: dining_north, living_south, street_1, street_2, street_3
    "宝湖天下NG2-5": (-75.0, -75.0, -82.0, -83.0, -86.0),
    "宝湖天下NG2-4": (-97.0, -93.0, -80.0, -86.0, -82.0),
    "宝湖湾二期NG2-6": (-73.0, -71.0, -68.0, -59.0, -66.0),
    "金凤自来水厂NG1-1": (-75.5, -76.5, -77.0, -75.0, -78.0),
    "金凤自来水厂NG1-2": (-89.0, -94.0, -88.0, -91.0, -93.0),
    "金凤自来水厂NG1-3": (-93.0, -98.0, -97.0, -97.0, -98.0),
    "公安康复中心NG-1": (-77.5, -76.5, -79.0, -82.0, -76.0),
    "公安康复中心NG-2": (-97.0, -92.0, -98.0, -96.0, -90.0),
    "公安康复中心NG-3": (-94.0, -89.0, -100.0, -102.0, -98.0),
    "艾依水郡NG1-1": (-74.5, -81.5, -82.0, -81.0, -85.0),
    "艾依水郡NG1-2": (-90.0, -93.0, -97.0, -101.0, -100.0),
    "金凤五里宜居-NGH-1": (-97.0, -96.0, -108.0, -107.0, -107.0),
    "金凤五里宜居-NGH-2": (-77.0, -75.0, -96.0, -95.0, -95.0),
    "金凤五里宜居-NGH-3": (-97.0, -95.0, -108.0, -108.0, -106.0),
    "金凤正源街-NGH-2": (-81.0, -84.0, -107.0, -107.0, -108.0),
}
LTE_DBM = {
    "金凤宝湖湾26号楼-NLH-1": (-100.5, -112.0, -76.0, -77.0, -74.0),
    "金凤宝湖湾26号楼-NLH-2": (-114.0, -117.0, -84.0, -85.0, -94.0),
    "金凤宝湖湾二区27号楼-NLH-1": (-99.5, -114.0, -78.0, -79.0, -82.0),
    "金凤宝湖湾二区27号楼-NLH-2": (-115.0, -117.0, -99.0, -101.0, -99.0),
    "建华中学-NLH-1": (-119.0, -116.0, -118.0, -116.0, -112.0),
    "建华中学-NLH-3": (-113.0, -100.0, -105.0, -103.0, -98.0),
    "金凤艾依水郡-NLH-1": (-113.0, -100.0, -110.0, -111.0, -115.0),
    "金凤艾依水郡-NLH-2": (-119.0, -118.0, -118.0, -119.0, -121.0),
}


def level_table() -> pd.DataFrame:
    """Mean levels as found [dBm], points × cells of both technologies."""
    return pd.DataFrame(GSM_DBM | LTE_DBM, index=list(POINTS))


def point_table() -> pd.DataFrame:
    """lat, lon and floor of every point."""
    rows = {name: (*place(east, north), floor) for name, (east, north, floor) in POINTS.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["lat", "lon", "floor"]).astype(float)


def height_m(point: str) -> float:
    """Height of the phone above ground, 1.5 m above its floor."""
    floor = POINTS[point][2]
    return 1.5 if floor is None else FLOOR_M * (floor - 1) + 1.5


def buildings_text() -> str:
    """The buildings as GeoJSON, one feature a line."""
    lines = ",\n".join(json.dumps(_feature(*facts)) for facts in BUILDINGS)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def _feature(
    name: str, east: float, north: float, length: float, depth: float, floors: int, wall: str
) -> dict[str, object]:
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    ring = [place(east + x * length / 2.0, north + y * depth / 2.0) for x, y in corners]
    height = {"floors": floors, "floor_height_m": FLOOR_M, "height_m": floors * FLOOR_M, "ground_m": 0}
    return {
        "type": "Feature",
        "properties": {"id": name, **height, "wall": wall},
        "geometry": {"type": "Polygon", "coordinates": [[[lon, lat] for lat, lon in ring]]},
    }
