"""Where one cell's users hear another cell too loud for a shared carrier: predicted, as nobody measured there."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pandas as pd

from rfopt.geography.buildings import Building, centres_of
from rfopt.geography.served import around, floors_of, sector_of
from rfopt.network import Network
from rfopt.proofs.reuse import distances_km
from rfopt.radio.predict import predict

PROTECTION_DB = 9.0
"""Co-channel protection ratio (TS 45.005 §6.3, from memory)."""
MAP_KM = 2.0
"""The map further from the disturbed cell than this is left out: it costs more than it tells."""
FARTHEST_KM = 15.0
MAP_TELLS_DB = 30.0
"""Most that a map is taken to change of the distance between two cells' levels: a victim whose every place is this far
from being disturbed on open ground is not looked at further. Roofs and corners lose 20 to 25 dB in streets."""


def disturbed_share(network: Network, cell: str, others: list[str]) -> dict[str, float]:
    """Share of the places of a cell's users at which another cell is less than `PROTECTION_DB` below it.

    Places: the floors of the buildings that a distribution serves, else the sector in front of the antenna.
    Cells beyond `FARTHEST_KM` or without a place disturb nobody.
    """
    away = dict(zip(network.cells.index, distances_km(network.cells, cell).tolist(), strict=True))
    near = [name for name in others if away[name] <= FARTHEST_KM]
    if not near:
        return {}
    row = cast(pd.Series, network.cells.loc[cell])
    part = replace(network, cells=network.cells.loc[[cell, *near]], buildings=_map_near(network, row))
    dbm = predict(part, _places(part, row))
    disturbed = ~(dbm[:, :1] - dbm[:, 1:] >= PROTECTION_DB) & ~np.isnan(dbm[:, 1:])
    return dict(zip(near, disturbed.mean(axis=0).tolist(), strict=True))


def disturbed_by(network: Network, cell: str, others: list[str]) -> dict[str, float]:
    """`disturbed_share` of one cell with each of others, of which those that it cannot reach are left out."""
    shares = ((other, disturbed_share(network, other, [cell])) for other in _reached(network, cell, others))
    return {other: share[cell] for other, share in shares if share}


def _reached(network: Network, cell: str, others: list[str]) -> list[str]:
    """Of some cells those with a place where another is less than `PROTECTION_DB` and `MAP_TELLS_DB` below them."""
    away = dict(zip(network.cells.index, distances_km(network.cells, cell).tolist(), strict=True))
    near = [name for name in others if away[name] <= FARTHEST_KM]
    if not near:
        return []
    places = [_places(network, cast(pd.Series, network.cells.loc[name])) for name in near]
    owner = np.repeat(np.arange(len(near)), [len(part) for part in places])
    plain = replace(network, cells=network.cells.loc[[*near, cell]], buildings=(), terrain=None)
    dbm = predict(plain, pd.concat(places, ignore_index=True))
    apart = dbm[np.arange(len(owner)), owner] - dbm[:, -1]
    return [near[k] for k in np.unique(owner[~(apart >= PROTECTION_DB + MAP_TELLS_DB)])]


def _map_near(network: Network, row: pd.Series) -> tuple[Building, ...]:
    lat, lon = centres_of(network.buildings)
    north_deg, east_deg = lat - row["lat"], (lon - row["lon"]) * np.cos(np.radians(row["lat"]))
    near = np.maximum(abs(north_deg), abs(east_deg)) * 111.195 <= MAP_KM
    served = row["building"]
    return tuple(b for b, close in zip(network.buildings, near, strict=True) if close or b.id in served)


def _places(network: Network, row: pd.Series) -> pd.DataFrame:
    served = row["building"]
    home = [building for building in network.buildings if building.id in served]
    if home:
        return pd.concat([floors_of(building, None) for building in home], ignore_index=True)
    if row["kind"] == "das":
        return around(row["lat"], row["lon"], np.array([10.0, 20.0]), np.array([0.0, 180.0])).assign(
            height_m=row["height_m"]
        )
    return sector_of(row)
