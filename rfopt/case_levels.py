"""Every level that a case's logs hold: both technologies, all places, indoors and out."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from rfopt.case import Case
from rfopt.evidence import label_points, place_points
from rfopt.geography.places import cut_into_places, joined
from rfopt.geography.scene import Scene
from rfopt.identify import identify
from rfopt.levels import Levels
from rfopt.mobility.anchor import anchor
from rfopt.network import Network
from rfopt.radio.calibration import UNMAPPED


def case_levels(case: Case, network: Network, scene: Scene) -> tuple[Levels, int]:
    """Levels of both technologies at every place of a case's logs, and how many readings have no cell."""
    readings = cut_into_places(place_points(label_points(case.readings), case))
    named = identify(readings, network, case.lat, case.lon).readings
    levels = joined([anchor(named, network, rat).levels for rat in ("GSM", "LTE")])
    points = levels.points.assign(building=_buildings(levels.points, case, scene))
    return replace(levels, points=points), int((named["cell"] == "").sum())


def _buildings(points: pd.DataFrame, case: Case, scene: Scene) -> list[str]:
    """The building of each place on a floor: by the map, else the complaint's; '' for places without a floor."""
    under = scene.containing(points["lat"], points["lon"])[:, 0]
    elsewhere = case.building or UNMAPPED
    mapped = [scene.buildings[k].id if k >= 0 else elsewhere for k in under]
    return [name if inside else "" for name, inside in zip(mapped, points["floor"].notna(), strict=True)]
