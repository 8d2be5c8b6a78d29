"""A map for Google Earth: cells with their azimuths, the buildings, the complaint, and what the plan changes."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np

from rfopt.exports import exports
from rfopt.network import Change, Network
from rfopt.recommendation import Recommendation
from rfopt.schema import schema
from rfopt.sentences import change_text, finding_text, join_unit, number, parameter_text, unit_name
from rfopt.words import catalogue, say

METRES_PER_DEG = 111_195.0
WEDGE_M = {"GSM": 160.0, "LTE": 120.0}
HALF_DEG = 25.0
"""Half the angle of a drawn sector; an antenna's own beam would cover the map."""
STYLES = {"GSM": "b2b27200", "LTE": "b2739e00", "plan": "d9005ed5", "building": "99bbbbbb", "complaint": "ff0000ff"}
"""aabbggrr, as KML wants it."""


@exports(of="recommendation", file="map.kml", needs="", extra="")
def kml(result: Recommendation, lang: str) -> bytes:
    """Folders of cells, buildings and the complaint; cells that the plan touches stand out and say how."""
    root = ET.Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    document = ET.SubElement(root, "Document")
    case, network = result.evidence.case, result.evidence.network
    ET.SubElement(document, "name").text = plain(case.id)
    for name, colour in STYLES.items():
        _style(document, name, colour)
    _complaint(document, result, lang)
    _cells(_folder(document, say("export.cells", lang)), network, result.plan, lang)
    _buildings(_folder(document, say("export.buildings", lang)), network)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def plain(text: str) -> str:
    """A name that no viewer takes for markup, without characters that XML forbids.

    >>> plain("<b>A&B</b>")
    '‹b›A＆B‹/b›'
    """
    swapped = text.translate({ord("<"): "‹", ord(">"): "›", ord("&"): "＆"})
    return "".join(c if c.isprintable() else "\ufffd" for c in swapped)


def described(lines: Iterable[str]) -> str:
    """Lines as the HTML that Google Earth takes a description for: escaped here, and as XML when written."""
    clean = ("".join(c if c.isprintable() else "\ufffd" for c in line) for line in lines)
    return "<br/>".join(html.escape(line) for line in clean)


def _style(document: ET.Element, name: str, colour: str) -> None:
    style = ET.SubElement(document, "Style", id=name)
    ET.SubElement(ET.SubElement(style, "IconStyle"), "color").text = colour
    line = ET.SubElement(style, "LineStyle")
    ET.SubElement(line, "color").text = "ff" + colour[2:]
    ET.SubElement(line, "width").text = "1.5"
    ET.SubElement(ET.SubElement(style, "PolyStyle"), "color").text = colour


def _folder(parent: ET.Element, name: str) -> ET.Element:
    folder = ET.SubElement(parent, "Folder")
    ET.SubElement(folder, "name").text = name
    return folder


def _placemark(parent: ET.Element, name: str, lines: Iterable[str], style: str) -> ET.Element:
    mark = ET.SubElement(parent, "Placemark")
    ET.SubElement(mark, "name").text = plain(name)
    ET.SubElement(mark, "description").text = described(lines)
    ET.SubElement(mark, "styleUrl").text = f"#{style}"
    return mark


def _complaint(document: ET.Element, result: Recommendation, lang: str) -> None:
    case = result.evidence.case
    serious = [finding for finding in result.diagnosis.findings if finding.severity >= 0.5]
    lines = [case.text, say("export.floor", lang, floor=case.floor), *(finding_text(f, lang) for f in serious)]
    mark = _placemark(document, case.id, lines, "complaint")
    _point(mark, case.lat, case.lon, 3.0 * case.floor)


def _cells(folder: ET.Element, network: Network, plan: Iterable[Change], lang: str) -> None:
    changes: dict[str, list[str]] = {}
    for change in plan:
        changes.setdefault(change.cell, []).append(change_text(change, lang))
    placed = network.cells.dropna(subset=["lat", "lon"])
    for name, row in zip(placed.index, placed.to_dict("records"), strict=True):
        lines = [*_facts(row, lang), *changes.get(str(name), [])]
        style = "plan" if name in changes else str(row["rat"])
        mark = _placemark(folder, str(name), lines, style)
        shapes = ET.SubElement(mark, "MultiGeometry")
        _point(shapes, row["lat"], row["lon"], _height(row))
        if math.isfinite(row["azimuth_deg"]) and row["kind"] != "das":
            _polygon(shapes, wedge(row), _height(row), extrude=False)


def _facts(row: dict[Any, Any], lang: str) -> list[str]:
    """What the tables say of a cell."""
    names = ("site", "rat", "kind", "height_m", "azimuth_deg", "mech_tilt_deg", "elec_tilt_deg", "power_dbm", "arfcn",
             "bsic", "earfcn", "pci")  # fmt: skip
    known = ((name, row[name]) for name in names if row[name] == row[name] and row[name] != "")
    return [
        say("export.label", lang, label=parameter_text(name, lang)) + _value_text(name, value, lang)
        for name, value in known
    ]


def _value_text(name: str, value: Any, lang: str) -> str:
    """A value of the cells' table with its unit."""
    if isinstance(value, float):
        return join_unit(number(value), unit_name(schema("cells")[name].unit, lang))
    key = f"network.kind.{value}"
    return say(key, lang) if key in catalogue() else str(value)


def wedge(row: dict[Any, Any]) -> list[tuple[float, float]]:
    """Corners (lon, lat) of a sector's wedge."""
    bearings = np.radians(row["azimuth_deg"] + np.linspace(-HALF_DEG, HALF_DEG, 7))
    length = WEDGE_M[row["rat"]] / METRES_PER_DEG
    squeeze = math.cos(math.radians(row["lat"]))
    arc = [(row["lon"] + length * math.sin(b) / squeeze, row["lat"] + length * math.cos(b)) for b in bearings]
    return [(row["lon"], row["lat"]), *arc, (row["lon"], row["lat"])]


def _height(row: dict[Any, Any]) -> float:
    height = float(row["height_m"])
    return height if math.isfinite(height) else 0.0


def _buildings(folder: ET.Element, network: Network) -> None:
    for building in network.buildings:
        mark = _placemark(folder, building.id, [f"{building.height_m:g} m"], "building")
        shapes = ET.SubElement(mark, "MultiGeometry")
        for part in getattr(building.polygon, "geoms", [building.polygon]):
            _polygon(shapes, [(x, y) for x, y, *_ in part.exterior.coords], building.height_m, extrude=True)


def _point(parent: ET.Element, lat: float, lon: float, height_m: float) -> None:
    point = ET.SubElement(parent, "Point")
    ET.SubElement(point, "altitudeMode").text = "relativeToGround"
    ET.SubElement(point, "coordinates").text = f"{lon:.7f},{lat:.7f},{height_m:.1f}"


def _polygon(parent: ET.Element, ring: Iterable[tuple[float, float]], height_m: float, extrude: bool) -> None:
    shape = ET.SubElement(parent, "Polygon")
    ET.SubElement(shape, "extrude").text = str(int(extrude))
    ET.SubElement(shape, "altitudeMode").text = "relativeToGround"
    line = ET.SubElement(ET.SubElement(shape, "outerBoundaryIs"), "LinearRing")
    ET.SubElement(line, "coordinates").text = " ".join(f"{x:.7f},{y:.7f},{height_m:.1f}" for x, y in ring)
