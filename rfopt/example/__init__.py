"""The shipped example: the Baohu Tianxia complaint, rebuilt from its published facts by a seeded generator."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rfopt.errors import InputError, did_you_mean
from rfopt.example.antennas import pattern_texts
from rfopt.example.phone import World, as_readings, call_2g, idle_2g, lte_idle_csfb
from rfopt.example.readme import case_text, case_toml, network_text
from rfopt.example.relations import ENGINEERS_PLAN, FAULTS, redirect_table, relation_table
from rfopt.example.sites import COLUMNS, cell_table
from rfopt.example.surroundings import GSM_DBM, LTE_DBM, ROOMS, STREET, buildings_text, level_table, point_table
from rfopt.files import write_whole
from rfopt.logs import log_text
from rfopt.network import RELATION_PARAMETERS, Network, apply, plan_text
from rfopt.radio.links import link
from rfopt.radio.predict import level_change_db
from rfopt.sites import read_network
from rfopt.tables import table_text

__all__ = ["FAULTS", "write_example"]

NAME = "baohu_tianxia"
ROOM_S, STREET_S = 600.0, 120.0


def write_example(folder: Path, seed: int = 0, without: frozenset[str] = frozenset()) -> Path:
    """Write the case and its network under a folder, as ``drive_tests/`` and ``site_configs/``.

    Parameters
    ----------
    folder : Path
        Made if it is missing; files of the same names are written over.
    seed : int
        Of the fading. The same seed gives the same bytes.
    without : frozenset of str
        Names from `FAULTS` that this world is free of; all of them make a healthy network.

    Returns
    -------
    Path
        The case's folder.

    Raises
    ------
    InputError
        For a name that is no fault, or a folder that cannot be written.
    """
    for name in sorted(without - set(FAULTS)):
        raise InputError(f"'{name}' is not a fault of the example{did_you_mean(name, FAULTS)}")
    case, site = folder / "drive_tests" / NAME, folder / "site_configs" / NAME
    network, as_found = _write_network(site, without)
    world = _world(network, as_found, seed)
    lengths = dict.fromkeys(ROOMS, ROOM_S) | dict.fromkeys(STREET, STREET_S)
    for file, rows in (
        ("idle_2g.csv", idle_2g(world, lengths)),
        ("call_2g.csv", call_2g(world, ROOMS)),
        ("lte_idle_csfb.csv", lte_idle_csfb(world, lengths, ROOMS)),
    ):
        write_whole(case / file, log_text(as_readings(rows)))
    write_whole(case / "case.toml", case_toml())
    write_whole(case / "README.md", case_text(seed, without))
    if without:
        (case / "engineers_plan.csv").unlink(missing_ok=True)  # it is for the network as found
    else:
        write_whole(case / "engineers_plan.csv", plan_text(ENGINEERS_PLAN))
    return case


def _write_network(folder: Path, without: frozenset[str]) -> tuple[Network, Network]:
    """Write the tables; the network written, and the one with every fault."""
    for name, text in pattern_texts().items():
        write_whole(folder / "antennas" / name, text)
    write_whole(folder / "buildings.geojson", buildings_text())
    write_whole(folder / "README.md", network_text(without))
    _write_tables(folder, cell_table(), relation_table(), redirect_table())
    healthy = read_network(folder)
    present = tuple(change for name, plan in FAULTS.items() if name not in without for change in plan)
    network = apply(healthy, present)
    redirects = pd.DataFrame(sorted(network.redirects), columns=["cell", "arfcn"])
    given = cell_table().set_index("cell").notna()
    cells = network.cells[given.columns].where(given).reset_index()  # a default filled in while reading stays unsaid
    _write_tables(folder, cells, network.neighbours.reset_index(), redirects)
    return network, apply(healthy, tuple(change for plan in FAULTS.values() for change in plan))


def _write_tables(folder: Path, cells: pd.DataFrame, neighbours: pd.DataFrame, redirects: pd.DataFrame) -> None:
    write_whole(folder / "cells.csv", table_text(cells, COLUMNS))
    write_whole(folder / "neighbours.csv", table_text(neighbours, ["cell", "neighbour", *RELATION_PARAMETERS]))
    write_whole(folder / "redirects.csv", table_text(redirects, ["cell", "arfcn"]))


def _world(network: Network, as_found: Network, seed: int) -> World:
    """The assumed levels are those of the network as found; another one's differ by what its changes do."""
    points = point_table()
    found = level_table()
    cells = network.cells.loc[found.columns]
    links = link(cells, points)
    moved = found + level_change_db(as_found.cells.loc[found.columns], cells, links, network.antennas)
    return World(network, moved[list(GSM_DBM)], moved[list(LTE_DBM)], points, seed)
