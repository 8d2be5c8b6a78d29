"""Network formats, one per file.

Contract of the shelf: each entry is ``name(path: Path) -> Network | None``: None if the path is not of its kind, a
`Network` if it is, an `InputError` with file and line if it is and cannot be read. Files without an entry are what
entries share: `assembly` makes a network of the contract's tables wherever they came from, so that a format only has
to turn its file into those.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from rfopt.errors import InputError
from rfopt.files import stands
from rfopt.geography.buildings import Building
from rfopt.geography.coordinates import to_wgs84
from rfopt.network import Network
from rfopt.registry import Shelf

EXPECTED = "a folder with cells.csv, an .xlsx with a sheet cells, a site table (工参) or a folder with a Nokia dump"

network_formats = Shelf("rfopt.sites")


def read_network(path: Path, coordinates: str = "wgs84", map_coordinates: str = "wgs84") -> Network:
    """Read a network in any format of the shelf.

    Parameters
    ----------
    path : Path
        File or folder.
    coordinates, map_coordinates : str
        What the places of the cells and of the map of buildings are given in: ``wgs84``, ``gcj02`` or ``bd09``.
        The network has them in WGS84.

    Raises
    ------
    InputError
        If no format knows the path, or the one that does finds it broken.
    """
    try:
        if not path.exists():
            what = "is a link to nowhere, expected a network" if stands(path) else "no such network folder"
            raise InputError(what, path)
        for reader in network_formats.values():
            network: Network | None = reader(path)
            if network is not None:
                return _in_wgs84(network, coordinates, map_coordinates)
    except OSError as error:  # a name too long, a folder that may not be looked into
        raise InputError(f"cannot be read: {error.strerror}", path) from None
    raise InputError(f"is no network rfopt can read, expected {EXPECTED}", path)


def _in_wgs84(network: Network, coordinates: str, map_coordinates: str) -> Network:
    """The network with its places turned to WGS84."""
    lat, lon = to_wgs84(network.cells["lat"], network.cells["lon"], coordinates)
    buildings = tuple(_moved(building, map_coordinates) for building in network.buildings)
    if coordinates == map_coordinates == "wgs84":
        return network
    systems = {"cells": coordinates, "buildings": map_coordinates}
    notes = [f"{what} were turned from {name} to WGS84" for what, name in systems.items() if name != "wgs84"]
    cells = network.cells.assign(lat=lat, lon=lon)
    return replace(network, cells=cells, buildings=buildings, notes=(*notes, *network.notes))


def _moved(building: Building, system: str) -> Building:
    def turned(places: np.ndarray) -> np.ndarray:
        lat, lon = to_wgs84(places[:, 1], places[:, 0], system)
        return np.stack((lon, lat), axis=1)

    return building if system == "wgs84" else replace(building, polygon=shapely.transform(building.polygon, turned))
