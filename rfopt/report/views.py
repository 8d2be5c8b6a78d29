"""The pictures that a reader can turn and choose from: tower, façade, surroundings; their values as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from rfopt.geography.scene import Frame, Scene, build_scene
from rfopt.levels import Levels
from rfopt.network import Network
from rfopt.prediction import Calibrated
from rfopt.recommendation import Recommendation
from rfopt.report.embedded import rounded
from rfopt.report.marks import Mark, Marks, mark_at
from rfopt.report.surroundings import Heard, buildings_json, frame_of, heard_json, heard_of
from rfopt.report.tower import Tower, predicted_tower, tower_json, tower_of
from rfopt.scales import CIVIDIS, SCALES
from rfopt.words import catalogue, say


@dataclass(frozen=True)
class Views:
    """What the page draws by script. `json` goes into the page; the others say what is there to draw."""

    json: dict[str, Any]
    tower: Tower | None
    heard: tuple[Heard, ...]
    states: tuple[str, ...]
    rats: tuple[str, ...]

    @property
    def placed(self) -> bool:
        """Some cell heard stands somewhere."""
        return any(cell.placed for cell in self.heard)


def views_of(result: Recommendation, marks: Marks, lang: str) -> Views:
    """The pictures of a case; the tower is None where the map lacks the building."""
    tower, heard, frame = tower_of(result), heard_of(result, marks), frame_of(result)
    states = ("before", "after") if result.steps else ("found",)
    case = result.evidence.case
    return _views(
        tower, marks, heard, result.groups.scene, frame, states, case.floor, lang,
        rooms=_rooms((result.evidence.gsm.levels, result.evidence.lte.levels), frame), home=case.building,
    )  # fmt: skip


def views_of_building(network: Network, building: str, calibration: Calibrated | None, lang: str) -> Views:
    """The pictures of one building of a network as it is.

    Raises
    ------
    KeyError
        If the network's map has no such building.
    """
    scene = build_scene(network.buildings, terrain=network.terrain)
    home = scene.buildings[scene.index[building]]
    tower = predicted_tower(home, scene, {"found": network}, calibration)
    return _views(tower, Marks((), ()), [], scene, home.frame, ("found",), None, lang, rooms=[], home=building)


def _views(
    tower: Tower | None,
    marks: Marks,
    heard: list[Heard],
    scene: Scene,
    frame: Frame,
    states: tuple[str, ...],
    floor: int | None,
    lang: str,
    rooms: list[list[float | None]],
    home: str,
) -> Views:
    unheard = _unheard(tower, marks) if tower else []
    cells = [*marks.gsm, *marks.lte, *unheard]
    numbers = {mark.name: number for number, mark in enumerate(cells)}
    modes = {rat: _modes(rat) for rat in (tower.states if tower else ())}
    rats = tuple(dict.fromkeys([*(cell.rat for cell in heard if cell.placed), *modes]))
    values = {
        "words": _words(lang),
        "cells": [_cell_json(mark, bool(heard) and mark in unheard) for mark in cells],
        "colours": CIVIDIS,
        "scales": {scale.name: scale.steps for scales in SCALES.values() for scale in scales},
        "rats": rats,
        "states": states,
        "modes": modes,
        "tower": tower_json(tower, frame, numbers, floor) if tower else None,
        "buildings": buildings_json(scene, frame, home),
        "heard": [heard_json(cell, numbers) for cell in heard if cell.placed],
        "rooms": rooms,
    }
    return Views(values, tower, tuple(heard), states, rats)


def _modes(rat: str) -> tuple[str, ...]:
    """What a façade may be coloured by."""
    return (*(("idle",) if rat == "GSM" else ()), "server", *(scale.name for scale in SCALES[rat]))


def _cell_json(mark: Mark, unheard: bool) -> dict[str, Any]:
    looks = asdict(mark)
    return {name: looks[name] for name in ("code", "name", "colour", "ink", "wanted")} | {"unheard": unheard}


def _unheard(tower: Tower, marks: Marks) -> list[Mark]:
    """Cells that serve some floor of the tower and were not heard in the flat, those of most places first."""
    found = []
    for rat, own in (("GSM", marks.gsm), ("LTE", marks.lte)):
        tables = tower.states.get(rat, {}).values()
        columns = [table[name] for table in tables for name in ("idle", "server") if name in table]
        counts = Counter(str(name) for column in columns for name in column)
        names = sorted(counts.keys() - {mark.name for mark in own} - {""}, key=lambda name: (-counts[name], name))
        found += [mark_at(rat.lower(), len(own) + k, name) for k, name in enumerate(names)]
    return found


def _rooms(levels: Iterable[Levels], frame: Frame) -> list[list[float | None]]:
    """Where was measured: east and north of the flat, each room once."""
    places = {
        str(point): rounded(float(axis) for axis in frame.to_xy(row["lat"], row["lon"]))
        for some in levels
        for point, row in some.points.iterrows()
    }
    return [places[point] for point in sorted(places)]


def _words(lang: str) -> dict[str, str]:
    """What the scripts say, by the key without its first part."""
    own = {key.removeprefix("view."): say_raw(key, lang) for key in catalogue() if key.startswith("view.")}
    scales = {scale.name for scales in SCALES.values() for scale in scales}
    return own | {name: say(f"plot.{name}", lang) for name in sorted(scales)}


def say_raw(key: str, lang: str) -> str:
    """A sentence of the catalogue with its blanks open, for a script to fill."""
    return catalogue()[key][lang]
