"""What stands beside a network's tables: the map of buildings, the ground and the antenna files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rfopt.errors import InputError, did_you_mean, printable
from rfopt.files import stands
from rfopt.geography.building_files import MAP_ENDINGS
from rfopt.geography.scene import Building, read_buildings
from rfopt.geography.terrain import Terrain, read_terrain
from rfopt.radio.antennas import Pattern, read_pattern

PATTERN_ENDINGS = (".msi", ".pln", ".txt")


@dataclass(frozen=True)
class Surroundings:
    """Map and ground of a network, with the files they were read from."""

    buildings: list[Building]
    terrain: Terrain | None
    notes: list[str]
    files: list[Path]


def read_surroundings(home: Path) -> Surroundings:
    """The map ``buildings.…`` and the ground ``terrain.asc`` of a folder, where it has them.

    Raises
    ------
    InputError
        If there are two maps, or one that cannot be read.
    """
    maps = [home / f"buildings{ending}" for ending in MAP_ENDINGS if stands(home / f"buildings{ending}")]
    if len(maps) > 1:
        raise InputError(f"stands beside {maps[0].name}, expected one map of buildings", maps[1])
    buildings, notes = read_buildings(maps[0]) if maps else ([], [])
    ground = home / "terrain.asc"
    terrain, found = read_terrain(ground) if stands(ground) else (None, [])
    return Surroundings(buildings, terrain, [*notes, *found], [*maps, *([ground] if stands(ground) else [])])


def pattern_files(home: Path) -> list[Path]:
    """Antenna files of a folder, in the order of their names."""
    return sorted(f for f in home.glob("antennas/*") if f.suffix.lower() in PATTERN_ENDINGS and f.is_file())


def family(files: list[Path], name: str) -> list[Path]:
    """The files of an antenna: of its name, and one a tilt (``name_04T``)."""
    return [f for f in files if f.stem == name or f.stem.startswith(f"{name}_")]


def antennas_of(home: Path, cells: pd.DataFrame, source: Path) -> tuple[dict[str, Pattern], list[Path]]:
    """The patterns that cells name, each with its `name_…T` family, and all antenna files.

    A file nobody names is not read.
    """
    files = pattern_files(home)
    patterns: dict[str, Pattern] = {}
    for line, name in zip(cells.index, cells["antenna"], strict=True):
        if not name or name in patterns:
            continue
        found = family(files, name)
        if not found:
            near = did_you_mean(name, [f.stem for f in files])
            raise InputError(f"antenna '{printable(name)}' has no file in antennas/{near}", source, int(line))
        patterns.update({f.stem: read_pattern(f) for f in found})
    return patterns, files
