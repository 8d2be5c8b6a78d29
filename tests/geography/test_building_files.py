"""Building maps: what the contract says, what real maps hold, what is refused."""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import shapely

from rfopt.errors import InputError
from rfopt.geography.scene import build_scene, read_buildings
from rfopt.sites import read_network

from ..networks import write_network

REAL = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "buildings-lujiazui"

SQUARE = [[106.0, 38.0], [106.001, 38.0], [106.001, 38.001], [106.0, 38.001], [106.0, 38.0]]


def feature(properties=None, coordinates=None, kind="Polygon", **more):
    coordinates = [SQUARE] if coordinates is None else coordinates
    properties = {"id": "a", "height_m": 30.0, **(properties or {})}
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}, **more}


def shifted(ring, east):
    return [[lon + east, lat] for lon, lat in ring]


def save(folder, *features):
    path = folder / "buildings.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8"
    )
    return path


def read(folder, *features):
    return read_buildings(save(folder, *features))


def test_every_property(tmp_path):
    given = {"id": "一号楼", "height_m": 99, "floor_height_m": 3.3, "wall": "irr_glass", "ground_m": 1100}
    (building,), notes = read(tmp_path, feature(given))
    assert (building.id, building.height_m, building.floor_height_m) == ("一号楼", 99.0, 3.3)
    assert (building.wall, building.ground_m, building.floors, notes) == ("irr_glass", 1100.0, 30, [])


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"height_m": None, "floors": 20}, 60.0),
        ({"height_m": 0, "floors": 20, "floor_height_m": 2.8}, 56.0),
        ({"height_m": "45"}, 45.0),
        ({"height_m": None, "height": 26}, 26.0),
        ({"height_m": None, "building:levels": "7"}, 21.0),
        ({"height_m": 50, "floors": 20}, 50.0),
        ({"height_m": "", "floors": 0}, 18.0),
        ({"height_m": 0}, 18.0),
    ],
)
def test_height(tmp_path, properties, expected):
    (building,), notes = read(tmp_path, feature(properties))
    assert building.height_m == pytest.approx(expected)
    assert building.wall == "concrete"
    assert bool(notes) == (expected == 18.0)


def test_points_lines_and_empty_geometries_are_counted(tmp_path):
    label = {"type": "Feature", "properties": None, "geometry": {"type": "Point", "coordinates": [106.0, 38.0]}}
    nothing = {"type": "Feature", "properties": {}, "geometry": None}
    buildings, notes = read(tmp_path, label, feature(), nothing, feature({"id": "b"}, kind="LineString"))
    assert [b.id for b in buildings] == ["a"]
    assert notes == ["buildings.geojson: 3 features are no polygons and were passed over"]


def test_multipolygon_and_holes(tmp_path):
    hole = [[106.0004, 38.0004], [106.0006, 38.0004], [106.0006, 38.0006], [106.0004, 38.0006], [106.0004, 38.0004]]
    both = [[SQUARE, hole], [shifted(SQUARE, 0.01)]]
    (building,), notes = read(tmp_path, feature(coordinates=both, kind="MultiPolygon"))
    assert building.polygon.area == pytest.approx(2e-6 - 4e-8)
    assert notes == []
    assert build_scene([building]).edges.shape == (12, 4)


def test_pieces_of_one_building_are_joined(tmp_path):
    low, high = feature({"height_m": 0}), feature({"height_m": 60}, [shifted(SQUARE, 0.001)])
    (building,), notes = read(tmp_path, low, high)
    assert building.height_m == 60.0
    assert building.polygon.area == pytest.approx(2e-6)
    assert notes == ["buildings.geojson: 1 features shared an id and were joined"]
    (other,), _ = read(tmp_path, high, low)
    assert other.height_m == 60.0


def test_identities(tmp_path):
    nameless = feature({"id": None}, [shifted(SQUARE, 0.01)])
    outer = feature({"id": ""}, [shifted(SQUARE, 0.02)], id=17)
    buildings, notes = read(tmp_path, feature({"id": 40778072}), nameless, outer)
    assert [b.id for b in buildings] == ["40778072", "feature-1", "17"]
    assert notes == ["buildings.geojson: 1 features have no id and were numbered"]


def test_crossed_and_flat_outlines(tmp_path):
    bow = [[106.0, 38.0], [106.001, 38.001], [106.001, 38.0], [106.0, 38.001], [106.0, 38.0]]
    flat = [[106.0, 38.0], [106.001, 38.0], [106.002, 38.0], [106.0, 38.0]]
    buildings, notes = read(tmp_path, feature(coordinates=[bow]), feature({"id": "b"}, [flat]))
    assert [b.id for b in buildings] == ["a"]
    assert buildings[0].polygon.is_valid
    assert buildings[0].polygon.area == pytest.approx(0.5e-6)
    assert any("cross themselves" in note for note in notes)
    assert any("no area" in note for note in notes)


def test_open_rings_and_altitudes(tmp_path):
    tall = [[*place, 12.0] for place in SQUARE[:-1]]
    (building,), _ = read(tmp_path, feature(coordinates=[tall]))
    assert building.polygon.area == pytest.approx(1e-6)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (feature(coordinates=[]), "polygon has no rings"),
        (feature(coordinates=[[[106, 38], [107, 38]]]), "a ring has 2 positions"),
        (feature(coordinates=[[[106, 38], ["x", 38], [107, 38]]]), "a ring is not a list"),
        (feature(coordinates=[[[38, 106], [38, 107], [39, 106]]]), r"position \[38, 106\] is no \[lon, lat\]"),
        (feature(coordinates=[[[106, float("nan")], [38, 107], [39, 106]]]), "is no"),
        (feature(coordinates="round"), "polygon has no rings"),
        (feature(coordinates=[], kind="MultiPolygon"), "MultiPolygon has no coordinates"),
        (feature(coordinates=[SQUARE, 7]), "a ring is not a list"),
        (feature(coordinates=[7], kind="MultiPolygon"), "polygon has no rings"),
        (feature({"height_m": "tall"}), "height_m 'tall' is not a number"),
        (feature({"height_m": True}), "height_m 'True' is not a number"),
        (feature({"height_m": -5}), "height_m -5 is out of range, expected 0…1000"),
        (feature({"height_m": 1e6}), "height_m 1e.06 is out of range"),
        (feature({"height_m": None, "floors": -1}), "floors -1 is out of range"),
        (feature({"ground_m": "low"}), "ground_m 'low'"),
        (feature({"wall": "concret"}), "wall 'concret' is unknown.*did you mean 'concrete'"),
        (feature({"wall": ["concrete"]}), "is unknown"),
        ("not an object", "is not an object"),
        (
            {"type": "Feature", "properties": 3, "geometry": {"type": "Polygon", "coordinates": [SQUARE]}},
            "not an object",
        ),
        ({"type": "Feature", "properties": {}, "geometry": "square"}, "not an object"),
    ],
)
def test_a_bad_feature_is_named(tmp_path, bad, message):
    path = save(tmp_path, feature({"id": "good"}), bad)
    with pytest.raises(InputError, match=rf"features\[1\]: .*{message}") as caught:
        read_buildings(path)
    assert caught.value.file == str(path)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{"type": "FeatureCollection",\n "features": [,]}', 2, "is not JSON"),
        ("", 1, "is not JSON"),
        ("[]", None, "has no list 'features'"),
        ('{"features": {}}', None, "has no list 'features'"),
        ("[" * 200_000, None, "nested too deep"),
    ],
)
def test_bad_files(tmp_path, text, line, message):
    path = tmp_path / "buildings.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        read_buildings(path)
    assert caught.value.line == line


def test_an_empty_map(tmp_path):
    assert read(tmp_path) == ([], [])


@pytest.mark.skipif(not REAL.exists(), reason="the map of Lujiazui is not on this machine")
def test_real_map_with_all_its_oddities():
    buildings, notes = read_buildings(REAL / "shanghai_lujiazui_raw.geojson")
    assert len(buildings) == 1450
    assert len({b.id for b in buildings}) == 1450
    assert max(b.height_m for b in buildings) > 600.0
    assert all(b.height_m > 0 and b.polygon.is_valid for b in buildings)
    assert any(note.endswith("409 features are no polygons and were passed over") for note in notes)
    clean, _ = read_buildings(REAL / "shanghai_lujiazui_clean.geojson")
    assert {b.id: b.height_m for b in clean} == {b.id: b.height_m for b in buildings}
    scene = build_scene(buildings)
    assert scene.bounds[:, 2].max() - scene.bounds[:, 0].min() < 5000.0
    assert (scene.first[1:] - scene.first[:-1] >= 3).all()


# --- GeoPackage and Shapefile ---------------------------------------------------------------------------------------

DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile"}


def save_map(path, system="EPSG:4326", layer=None, append=False, **fields):
    """Two squares in a map that GDAL writes, with the given fields."""
    pyogrio = pytest.importorskip("pyogrio")
    corners = [shapely.box(106.0, 38.0, 106.001, 38.001), shapely.box(106.01, 38.0, 106.011, 38.001)]
    shapes = np.array([shapely.to_wkb(shape) for shape in corners], dtype=object)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        pyogrio.raw.write(
            path, shapes, [np.array(values) for values in fields.values()], list(fields), geometry_type="Polygon",
            crs=system, driver=DRIVERS[path.suffix], layer=layer, append=append,
        )  # fmt: skip
    return path


@pytest.mark.parametrize("ending", DRIVERS)
def test_a_map_of_another_format_is_the_same_map(tmp_path, ending):
    fields = {"id": ["一号楼", "b"], "height_m": [99.0, np.nan], "floors": [33, 20], "wall": ["irr_glass", "concrete"]}
    path = save_map(tmp_path / f"buildings{ending}", floor_height_m=[3.0, 3.3], **fields)
    buildings, notes = read_buildings(path)
    assert [(b.id, b.height_m, b.wall) for b in buildings] == [("一号楼", 99.0, "irr_glass"), ("b", 66.0, "concrete")]
    assert buildings[1].floor_height_m == 3.3, "a Shapefile cuts floor_height_m to floor_heig"
    assert buildings[0].polygon.area == pytest.approx(1e-6) and notes == []


@pytest.mark.parametrize("ending", DRIVERS)
def test_a_map_without_a_coordinate_system_is_taken_as_wgs84(tmp_path, ending):
    path = save_map(tmp_path / f"buildings{ending}", None, Height=[30.0, 0.0], Floor=[0, 4])
    buildings, notes = read_buildings(path)
    assert [b.height_m for b in buildings] == [30.0, 12.0]
    assert f"{path.name}: 2 features have no coordinate system and were taken as WGS84" in notes


@pytest.mark.parametrize("ending", DRIVERS)
@pytest.mark.parametrize("system", ["EPSG:32648", "EPSG:3857", "EPSG:4214"])
def test_a_map_in_metres_or_on_another_datum_is_refused(tmp_path, ending, system):
    path = save_map(tmp_path / f"buildings{ending}", system, height_m=[30.0, 20.0])
    with pytest.raises(InputError, match="expected WGS84 degrees"):
        read_buildings(path)


def test_the_layer_of_buildings_is_taken(tmp_path):
    path = save_map(tmp_path / "buildings.gpkg", layer="roads", height_m=[1.0, 1.0])
    assert [b.height_m for b in read_buildings(path)[0]] == [1.0, 1.0]
    save_map(path, layer="parks", append=True, height_m=[2.0, 2.0])
    with pytest.raises(InputError, match="has the polygon layers roads, parks, expected one, or one called buildings"):
        read_buildings(path)
    save_map(path, layer="buildings", append=True, height_m=[30.0, 20.0])
    assert [b.height_m for b in read_buildings(path)[0]] == [30.0, 20.0]


@pytest.mark.parametrize("ending", DRIVERS)
@pytest.mark.parametrize("raw", [b"", b"junk" * 50, b"SQLite format 3\0" + b"x" * 300])
def test_junk_called_a_map_is_refused(tmp_path, ending, raw):
    pytest.importorskip("pyogrio")
    path = tmp_path / f"buildings{ending}"
    path.write_bytes(raw)
    with pytest.raises(InputError, match="is no map that can be read") as caught:
        read_buildings(path)
    assert "\n" not in str(caught.value)


def test_without_the_reader_one_line_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "buildings.gpkg"
    path.write_bytes(b"x")
    monkeypatch.setitem(sys.modules, "pyogrio", None)
    with pytest.raises(InputError, match=r"reader is not installed, expected pip install 'rfopt\[maps\]' or a GeoJSON"):
        read_buildings(path)


def test_one_map_of_buildings_stands_beside_a_network(tmp_path):
    folder = write_network(tmp_path / "net")
    save_map(folder / "buildings.gpkg", height_m=[30.0, 20.0])
    net = read_network(folder)
    assert len(net.buildings) == 2 and "buildings.gpkg" in net.hashes
    save(folder, feature())
    with pytest.raises(InputError, match=r"buildings.gpkg: stands beside buildings.geojson, expected one map"):
        read_network(folder)
