"""What lies around the flat: outlines of buildings, masts with their sectors, and what reaches the flat from where."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.polygon import orient

from rfopt.geography.scene import Frame, Scene
from rfopt.mobility.anchor import Anchor
from rfopt.network import Network, apply
from rfopt.radio.antennas import load_patterns, pattern_of
from rfopt.radio.pattern import Pattern, look_up
from rfopt.recommendation import Recommendation
from rfopt.report.bars import shifts_of
from rfopt.report.embedded import rounded
from rfopt.report.marks import Mark, Marks

NEAR_M = 450.0
MOST_BUILDINGS = 120
LOBE_STEP_DEG = 10
LOBE_DEPTH_DB, LEAST_LOBE = 25.0, 0.08
"""Attenuation at which a lobe is drawn at its smallest, and how small that is."""


@dataclass(frozen=True)
class Heard:
    """A cell reported in the flat, where it stands, and its level at the room where it is strongest.

    Metres and bearings are from the flat and NaN where the table gives no place; `after_dbm` is `level_dbm` where the
    plan does not move it, and `tilt_after_deg` likewise. `lobe` is a radius of 0…1 every `LOBE_STEP_DEG` clockwise
    from the azimuth.
    """

    mark: Mark
    rat: str
    kind: str
    x_m: float
    y_m: float
    azimuth_deg: float
    tilt_deg: float
    tilt_after_deg: float
    height_m: float
    level_dbm: float
    after_dbm: float
    lobe: tuple[float, ...]

    @property
    def placed(self) -> bool:
        """The table says where it stands."""
        return math.isfinite(self.x_m) and math.isfinite(self.y_m)

    @property
    def distance_m(self) -> float:
        """Along the ground from the flat."""
        return math.hypot(self.x_m, self.y_m)

    @property
    def bearing_deg(self) -> float:
        """From the flat, clockwise from north."""
        return math.degrees(math.atan2(self.x_m, self.y_m)) % 360.0

    @property
    def off_deg(self) -> float:
        """How far the flat lies beside the azimuth, −180…180; NaN for a cell that radiates all round."""
        return (self.bearing_deg + 180.0 - self.azimuth_deg + 180.0) % 360.0 - 180.0


def frame_of(result: Recommendation) -> Frame:
    """Metres about the flat."""
    return Frame(result.evidence.case.lat, result.evidence.case.lon)


def heard_of(result: Recommendation, marks: Marks) -> list[Heard]:
    """Every cell reported at the complaint's points, by code."""
    shift = shifts_of(result)
    after = apply(result.evidence.network, result.plan) if result.plan else result.evidence.network
    patterns = load_patterns(result.evidence.network.antennas)
    frame = frame_of(result)
    found = [
        _heard(anchor, mark, result.evidence.network, after, patterns, frame, shift)
        for anchor, some in ((result.evidence.gsm, marks.gsm), (result.evidence.lte, marks.lte))
        for mark in some
        if anchor.levels.measured(mark.name).any()
    ]
    return sorted(found, key=lambda cell: (cell.rat, int(cell.mark.code[1:])))


def _heard(
    anchor: Anchor,
    mark: Mark,
    found: Network,
    after: Network,
    patterns: Mapping[str, Pattern],
    frame: Frame,
    shift: Mapping[tuple[str, str], float],
) -> Heard:
    row = cast("pd.Series[Any]", after.cells.loc[mark.name])
    x, y = (float(value) for value in frame.to_xy(row["lat"], row["lon"]))
    level = np.where(anchor.levels.measured(mark.name), anchor.levels.of(mark.name), -np.inf)
    best = int(level.argmax())
    moved = shift.get((str(anchor.levels.points.index[best]), mark.name), 0.0)
    return Heard(
        mark, anchor.rat, str(row["kind"]), x, y, float(row["azimuth_deg"]),
        _tilt_deg(found, mark.name), _tilt_deg(after, mark.name),
        float(row["height_m"]), float(level[best]), float(level[best]) + moved, _lobe(row, patterns),
    )  # fmt: skip


def _tilt_deg(network: Network, cell: str) -> float:
    """Mechanical and electrical together."""
    return float(np.nansum(network.cells.loc[cell, ["mech_tilt_deg", "elec_tilt_deg"]].to_numpy(dtype=float)))


def _lobe(row: pd.Series[Any], patterns: Mapping[str, Pattern]) -> tuple[float, ...]:
    loss = look_up(pattern_of(row, patterns).horizontal_db, np.arange(0, 360, LOBE_STEP_DEG))
    radius = np.maximum(1.0 - (loss - loss.min()) / LOBE_DEPTH_DB, LEAST_LOBE)
    return tuple(round(float(value), 2) for value in radius)


def buildings_json(scene: Scene, frame: Frame, home: str) -> list[dict[str, Any]]:
    """The buildings about the flat, nearest first: ring in metres, counter-clockwise, heights, whether it is home."""
    near = sorted(_rings(scene, frame), key=lambda found: (found[0], found[1]))
    ground_m = float(scene.base_m[scene.index[home]]) if home in scene.index else 0.0
    return [
        {
            "ring": [rounded(corner) for corner in ring],
            "height": round(scene.buildings[number].height_m, 1),
            "base": round(float(scene.base_m[number]) - ground_m, 1),
            "home": scene.buildings[number].id == home,
        }
        for distance, number, ring in near[:MOST_BUILDINGS]
        if distance <= NEAR_M or scene.buildings[number].id == home
    ]


def _rings(scene: Scene, frame: Frame) -> Iterator[tuple[float, int, list[tuple[float, float]]]]:
    """Distance from the flat, number of the building and outer ring of every part."""
    for number, outline in enumerate(scene.outlines):
        for part in getattr(outline, "geoms", [outline]):
            corners = shapely.get_coordinates(orient(part).exterior)[:-1]
            lat, lon = scene.frame.to_lat_lon(corners[:, 0], corners[:, 1])
            x, y = frame.to_xy(lat, lon)
            yield float(np.hypot(x, y).min()), number, list(zip(x.tolist(), y.tolist(), strict=True))


def heard_json(cell: Heard, numbers: Mapping[str, int]) -> dict[str, Any]:
    """A cell for the viewer; None where something is not known."""
    names = ("x_m", "y_m", "azimuth_deg", "distance_m", "level_dbm", "after_dbm", "height_m")
    values = dict(zip(names, rounded(getattr(cell, name) for name in names), strict=True))
    return {"cell": numbers[cell.mark.name], "rat": cell.rat, "kind": cell.kind, "lobe": cell.lobe, **values}
