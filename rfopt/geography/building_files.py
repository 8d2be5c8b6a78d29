"""Building polygons from GeoJSON, GeoPackage and Shapefile, with the oddities of real maps."""

from __future__ import annotations

import json
import math
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.files import read_bytes, read_text
from rfopt.geography.buildings import FLOOR_HEIGHT_M, WALLS, Building

UNKNOWN_FLOORS = 6
"""Floors of a building of which neither height nor floors is known: an assumption."""

TALLEST_M = 1000.0
LARGEST_MAP_BYTES = 2 << 30
MOST_FLOORS = 300.0
MAP_ENDINGS = (".geojson", ".gpkg", ".shp")
HEIGHT_KEYS = ("height_m", "height")
FLOORS_KEYS = ("floors", "building:levels")
WGS84 = ("EPSG:4326", "EPSG:4490", "EPSG:4979", "OGC:CRS84", "WGS 84", "WGS_1984", "CGCS2000", "CGCS_2000")
"""Names of WGS84, and of China's CGCS2000, which differs by centimetres."""
SPELT = {
    "floor_heig": "floor_height_m",
    "building_levels": "building:levels",
    "building_l": "building:levels",
    "floor": "floors",
    "levels": "floors",
    "fid": "id",
}
"""How property names come out of a Shapefile, cut to ten characters, or of a database."""
INSTALL = "pip install 'rfopt[maps]'"


def read_buildings(path: Path | str) -> tuple[list[Building], list[str]]:
    """Read a map of buildings: GeoJSON (contract §1), or GeoPackage and Shapefile with the same properties.

    Features that are no polygons (label points) are passed over. Pieces that share an id are one building, as high as
    its highest piece. Without a height: floors × floor height, and without floors an assumed six. The spellings
    ``height`` and ``building:levels`` of public maps are read too.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    buildings : list of Building
        In the order of the file.
    notes : list of str
        What was assumed, mended or passed over, and how often.

    Raises
    ------
    InputError
        For bad JSON with its line; for a bad feature with its index, counted from 0.
    """
    path = Path(path)
    counts: Counter[str] = Counter()
    pieces: dict[str, Building] = {}
    features = _features(path) if path.suffix.lower() not in (".gpkg", ".shp") else _map_features(path, counts)
    for number, feature in enumerate(features):
        try:
            building = _building(feature, number, counts)
        except InputError as error:
            raise InputError(f"features[{number}]: {error.message}", path) from None
        if building is None:
            continue
        if building.id in pieces:
            counts["shared an id and were joined"] += 1
            building = _joined(pieces[building.id], building)
        pieces[building.id] = building
    notes = [f"{path.name}: {count} features {what}" for what, count in counts.items()]
    unknown = sum(math.isnan(building.height_m) for building in pieces.values())
    if unknown:
        notes.append(f"{path.name}: {unknown} buildings have no height and no floors, taken as {UNKNOWN_FLOORS} floors")
    return [_with_height(building) for building in pieces.values()], notes


def _features(path: Path) -> list[Any]:
    try:
        collection = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"is not JSON: {error.msg}", path, error.lineno) from None
    except ValueError:
        raise InputError("is not GeoJSON: it holds a number of thousands of digits", path) from None
    except RecursionError:
        raise InputError("is nested too deep for GeoJSON", path) from None
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        raise InputError("has no list 'features', expected a GeoJSON FeatureCollection", path)
    return features


def _map_features(path: Path, counts: Counter[str]) -> list[dict[str, Any]]:
    """The features of a GeoPackage or Shapefile as GeoJSON has them."""
    try:
        import pyogrio  # noqa: PLC0415  an extra
    except ImportError:
        raise InputError(f"is a map whose reader is not installed, expected {INSTALL} or a GeoJSON map", path) from None
    read_bytes(path, LARGEST_MAP_BYTES)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's own remarks
            layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is None or "Polygon" in str(kind)]
            layer = _layer(layers, path)
            meta, fids, shapes, fields = pyogrio.raw.read(path, layer=layer, return_fids=True, force_2d=True)
            outlines = shapely.from_wkb(shapes, on_invalid="ignore")
    except (RuntimeError, ValueError, UnicodeDecodeError) as error:  # what GDAL says
        raise InputError(f"is no map that can be read: {printable(error, 120)}", path) from None
    _refuse_system(meta["crs"], path, counts, len(fids))
    names = [SPELT.get(str(name).lower(), str(name).lower()) for name in meta["fields"]]
    columns = [[_plain(value) for value in column.tolist()] for column in fields]
    return [
        {
            "id": int(fid),
            "properties": {name: column[k] for name, column in zip(names, columns, strict=True)},
            "geometry": json.loads(shapely.to_geojson(outlines[k])) if outlines[k] is not None else None,
        }
        for k, fid in enumerate(fids)
    ]


def _layer(layers: list[str], path: Path) -> str:
    """The layer of buildings: the only one of polygons, or the one of that name."""
    if len(layers) == 1:
        return layers[0]
    if "buildings" in layers:
        return "buildings"
    names = printable(", ".join(layers), 200) or "none"
    raise InputError(f"has the polygon layers {names}, expected one, or one called buildings", path)


def _refuse_system(system: str | None, path: Path, counts: Counter[str], features: int) -> None:
    """Refuse a map that is not in degrees of WGS84."""
    if system is None:
        counts["have no coordinate system and were taken as WGS84"] += features
    elif not any(name in system for name in WGS84) or system.startswith("PROJC"):
        name = printable(system.split(",")[0], 60)
        raise InputError(f"is in {name}, expected WGS84 degrees (ogr2ogr -t_srs EPSG:4326 converts it)", path)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _building(feature: Any, number: int, counts: Counter[str]) -> Building | None:
    if not isinstance(feature, dict):
        raise InputError("is not an object")
    geometry, properties = feature.get("geometry") or {}, feature.get("properties") or {}
    if not (isinstance(geometry, dict) and isinstance(properties, dict)):
        raise InputError("'geometry' or 'properties' is not an object")
    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon"):
        counts["are no polygons and were passed over"] += 1
        return None
    outline = _outline(kind, geometry.get("coordinates"), counts)
    if outline is None:
        counts["have no area and were passed over"] += 1
        return None
    floor_height = _positive(properties, ("floor_height_m",), 30.0) or FLOOR_HEIGHT_M
    return Building(
        _identity(feature, properties, number, counts),
        outline,
        _height_m(properties, floor_height),
        floor_height,
        _wall(properties),
        _number(properties, "ground_m") or 0.0,
    )


def _identity(feature: Mapping[str, Any], properties: Mapping[str, Any], number: int, counts: Counter[str]) -> str:
    for value in (properties.get("id"), feature.get("id")):
        if isinstance(value, (str, int)) and str(value).strip():
            return str(value).strip()
    counts["have no id and were numbered"] += 1
    return f"feature-{number}"


def _wall(properties: Mapping[str, Any]) -> str:
    wall = properties.get("wall")
    if wall is None or wall == "":
        return "concrete"
    if wall not in WALLS:
        raise InputError(
            f"wall '{printable(wall)}' is unknown, expected {', '.join(WALLS)}{did_you_mean(str(wall), WALLS)}"
        )
    return str(wall)


def _height_m(properties: Mapping[str, Any], floor_height_m: float) -> float:
    height = _positive(properties, HEIGHT_KEYS, TALLEST_M)
    return height or (_positive(properties, FLOORS_KEYS, MOST_FLOORS) or math.nan) * floor_height_m


def _with_height(building: Building) -> Building:
    if math.isnan(building.height_m):
        return replace(building, height_m=UNKNOWN_FLOORS * building.floor_height_m)
    return building


def _positive(properties: Mapping[str, Any], keys: tuple[str, ...], most: float) -> float | None:
    """The first of several spellings that holds a number above 0; 0 means unknown in public maps."""
    for key in keys:
        value = _number(properties, key)
        if value is not None and not 0.0 <= value <= most:
            raise InputError(f"{key} {value:g} is out of range, expected 0…{most:g}")
        if value:
            return value
    return None


def _number(properties: Mapping[str, Any], key: str) -> float | None:
    value = properties.get(key)
    if value is None or value == "":
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{key} '{printable(value)}' is not a number")
    return number


def _outline(kind: str, coordinates: Any, counts: Counter[str]) -> Polygon | MultiPolygon | None:
    parts = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(parts, list) or not parts:
        raise InputError(f"{kind} has no coordinates")
    return _areas(shapely.union_all([_valid(_polygon(rings), counts) for rings in parts]))


def _areas(outline: BaseGeometry) -> Polygon | MultiPolygon | None:
    """What of a geometry has an area."""
    pieces = [g for g in getattr(outline, "geoms", [outline]) if isinstance(g, Polygon) and g.area > 0.0]
    if not pieces:
        return None
    return pieces[0] if len(pieces) == 1 else MultiPolygon(pieces)


def _polygon(rings: Any) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise InputError("polygon has no rings")
    shell, *holes = [_ring(ring) for ring in rings]
    return Polygon(shell, holes)


def _ring(ring: Any) -> list[tuple[float, float]]:
    try:
        places = [(float(place[0]), float(place[1])) for place in ring]
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise InputError("a ring is not a list of [lon, lat] positions") from None
    for lon, lat in places:
        if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
            raise InputError(f"position [{lon:g}, {lat:g}] is no [lon, lat] in degrees")
    if len(places) < 3:
        raise InputError(f"a ring has {len(places)} positions, expected at least 4")
    return places


def _valid(polygon: Polygon, counts: Counter[str]) -> Any:
    if polygon.is_valid:
        return polygon
    counts["cross themselves and were mended"] += 1
    return shapely.make_valid(polygon)


def _joined(a: Building, b: Building) -> Building:
    outline = _areas(shapely.union_all([a.polygon, b.polygon])) or a.polygon
    highest = b if math.isnan(a.height_m) or b.height_m > a.height_m else a
    return replace(highest, polygon=outline)
