"""A network as a folder of CSV tables: cells, neighbours, redirects, layers, buildings and antennas."""

from __future__ import annotations

from pathlib import Path

from rfopt.errors import InputError
from rfopt.files import stands
from rfopt.network import Network
from rfopt.sites import network_formats
from rfopt.sites.assembly import TABLES, assemble
from rfopt.tables import read_rows


@network_formats
def folder(path: Path) -> Network | None:
    """The contract's folder of tables."""
    if path.name == "cells.csv" and path.is_file():
        raise InputError("is one table of a network, expected the folder it stands in", path)
    if not path.is_dir() or not stands(path / "cells.csv"):
        return None
    tables = {name: read_rows(path / f"{name}.csv") for name in TABLES if stands(path / f"{name}.csv")}
    return assemble(tables, path, list(path.glob("*.csv")))
