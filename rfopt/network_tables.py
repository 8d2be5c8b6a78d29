"""A network as the contract's folder of tables, written so that reading it back gives the same network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from rfopt.errors import InputError
from rfopt.files import as_json, read_bytes, same_file, write_whole
from rfopt.geography.buildings import Building
from rfopt.network import RELATION_PARAMETERS, Network
from rfopt.sites.surroundings import pattern_files
from rfopt.tables import schema, table_text


def write_network(network: Network, source: Path, folder: Path) -> list[Path]:
    """Write a network's tables, its map as GeoJSON, and copies of the antenna files and of the ground.

    Parameters
    ----------
    network : Network
    source : Path
        What it was read from; antenna files and terrain stand there or beside it.
    folder : Path
        To write to; what stands there under other names stays.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        If the folder is the network itself or cannot be written.
    """
    home = source if source.is_dir() else source.parent
    if same_file(folder, home):
        raise InputError("holds the network itself, expected another folder to write to", folder)
    contents: dict[str, str | bytes] = {
        "cells.csv": table_text(_text_of(network.cells.reset_index()), list(schema("cells"))),
        "neighbours.csv": table_text(network.neighbours.reset_index(), ["cell", "neighbour", *RELATION_PARAMETERS]),
        "redirects.csv": table_text(_redirects(network), ["cell", "arfcn"]),
    }
    if len(network.layers):
        contents["layers.csv"] = table_text(network.layers, list(schema("layers")))
    if network.buildings:
        contents["buildings.geojson"] = buildings_text(network.buildings)
    named = set(network.antennas)
    contents |= {f"antennas/{f.name}": read_bytes(f) for f in pattern_files(home) if f.stem in named}
    if network.terrain is not None:
        contents["terrain.asc"] = read_bytes(home / "terrain.asc")
    for name, content in contents.items():
        write_whole(folder / name, content)
    return [folder / name for name in contents]


def _text_of(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with degrees in full: a table's nine decimals are a tenth of a millimetre."""
    return cells.assign(**{name: np.round(cells[name], 9) for name in ("lat", "lon")})


def _redirects(network: Network) -> pd.DataFrame:
    return pd.DataFrame(sorted(network.redirects), columns=["cell", "arfcn"])


def buildings_text(buildings: tuple[Building, ...]) -> str:
    """A map of buildings as GeoJSON (contract §1)."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": building.id,
                "height_m": building.height_m,
                "floor_height_m": building.floor_height_m,
                "wall": building.wall,
                "ground_m": building.ground_m,
            },
            "geometry": json.loads(shapely.to_geojson(building.polygon)),
        }
        for building in buildings
    ]
    return as_json({"type": "FeatureCollection", "features": features})
