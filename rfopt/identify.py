"""Which cell an (ARFCN, BSIC) or an (EARFCN, PCI) is.

On a high floor the same channel and code are heard from several cells; distance, relation to the server and where the
antenna points decide, and what they do not decide is reported instead of guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.network import Network

FARTHEST_KM = 10.0
"""Cells beyond this are not considered; at floor 23 distant reuse is heard, so it is wide."""
CLEAR_MARGIN = 0.5
"""A cell is taken only if its cost is this much below the next one's."""
KM_PER_DEG = 111.195


@dataclass(frozen=True)
class Identified:
    """Readings with their cells, and what could not be told.

    Attributes
    ----------
    readings : DataFrame
        The readings with `cell` filled where it is known, '' elsewhere.
    ambiguous : DataFrame
        rat, channel, code, samples, candidates: identities that several cells share here.
    unknown : DataFrame
        rat, channel, code, samples: identities that no cell of the table has nearby.
    """

    readings: pd.DataFrame
    ambiguous: pd.DataFrame
    unknown: pd.DataFrame


class Heard(NamedTuple):
    """What a reading says of its cell: identity, the name the phone gave, its server, and where the phone was."""

    rat: str
    channel: float
    code: str
    given: str
    server: str
    lat: float
    lon: float


def identify(readings: pd.DataFrame, network: Network, lat: float, lon: float) -> Identified:
    """Name the cell of every reading.

    Cost of a candidate: distance in km + 0.5 if the server has no relation to it + 0.2 per 60° between its azimuth
    and the phone (0 for an omnidirectional one); the cheapest wins if the next is `CLEAR_MARGIN` dearer. A name that
    the phone gave is kept when the table has the cell on that channel. Servers are named first.

    Parameters
    ----------
    readings : DataFrame
        Log rows with rat, serving, cell, arfcn, bsic, earfcn, pci, lat, lon, point, mode, time, file.
    network : Network
        The cells to choose from.
    lat, lon : float
        Where the phone is if its row does not say.
    """
    channel, code = _identity(readings)
    keys = pd.DataFrame(
        {
            "rat": readings["rat"].astype(str),
            "channel": channel,
            "code": code,
            "given": readings["cell"].astype(str),
            "server": "",
            "lat": readings["lat"].fillna(lat).round(4),
            "lon": readings["lon"].fillna(lon).round(4),
        }
    )
    shelf = _shelve(network)
    serving = readings["serving"].to_numpy(dtype=bool)
    servers = readings[serving].assign(cell=_name(keys[serving], shelf, network)["cell"].array)
    named = _name(keys.assign(server=_servers(readings, servers)), shelf, network)
    unnamed = named[(named["cell"] == "") & named["rat"].isin(["GSM", "LTE"]) & named["channel"].notna()]
    several = unnamed["candidates"] != ""
    return Identified(
        readings.assign(cell=named["cell"].array), _counted(unnamed[several]), _counted(unnamed[~several])
    )


def _name(keys: pd.DataFrame, shelf: dict[tuple[str, float, str], list[str]], network: Network) -> pd.DataFrame:
    """The keys with `cell` and `candidates`; rows that say the same are looked up once."""
    number = keys.groupby(list(keys.columns), sort=False, dropna=False).ngroup().to_numpy()
    chosen = [_choose(Heard(*key), shelf, network) for key in keys.drop_duplicates().itertuples(index=False)]
    cell, candidates = (np.array([choice[k] for choice in chosen], dtype=object)[number] for k in (0, 1))
    return keys.assign(cell=pd.array(cell, dtype="str"), candidates=pd.array(candidates, dtype="str"))


def _counted(unnamed: pd.DataFrame) -> pd.DataFrame:
    return unnamed.groupby(["rat", "channel", "code", "candidates"]).size().reset_index(name="samples")


def _identity(readings: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    lte = readings["rat"] == "LTE"
    channel = readings["earfcn"].where(lte, readings["arfcn"])
    pci = readings["pci"].map(lambda p: "" if np.isnan(p) else f"{p:.0f}")
    return channel, pci.where(lte, readings["bsic"]).astype(str)


def _servers(readings: pd.DataFrame, servers: pd.DataFrame) -> NDArray[np.object_]:
    """The server's name at each row's instant; '' where it is not known."""
    instant = ["file", "point", "mode", "rat", "time"]
    names = servers[servers["cell"] != ""].drop_duplicates(instant).set_index(instant)["cell"]
    of_rows = names.reindex(pd.MultiIndex.from_frame(readings[instant])).fillna("")
    return np.asarray(of_rows.to_numpy(dtype=object))


def _shelve(network: Network) -> dict[tuple[str, float, str], list[str]]:
    shelf: dict[tuple[str, float, str], list[str]] = {}
    cells = network.cells
    for name, rat, arfcn, bsic, earfcn, pci in zip(
        cells.index, cells["rat"], cells["arfcn"], cells["bsic"], cells["earfcn"], cells["pci"], strict=True
    ):
        key = (rat, arfcn, bsic) if rat == "GSM" else (rat, earfcn, f"{pci:.0f}")
        shelf.setdefault(key, []).append(name)
    return shelf


def _choose(heard: Heard, shelf: dict[tuple[str, float, str], list[str]], network: Network) -> tuple[str, str]:
    """(cell, candidates): one of them is '' — a cell if it is clear, else the candidates if there are any."""
    if heard.given in network.cells.index and (np.isnan(heard.channel) or _on_channel(network, heard)):
        return heard.given, ""
    names = shelf.get((heard.rat, heard.channel, heard.code), [])
    costs = sorted((_cost(network, name, heard.server, heard.lat, heard.lon), name) for name in names)
    costs = [(cost, name) for cost, name in costs if cost[1] <= FARTHEST_KM]
    if not costs:
        return "", ""
    if len(costs) > 1 and costs[1][0][0] - costs[0][0][0] < CLEAR_MARGIN:
        return "", " / ".join(name for _, name in costs)
    return costs[0][1], ""


def _on_channel(network: Network, heard: Heard) -> bool:
    row = network.cells.loc[heard.given]
    return bool(row["rat"] == heard.rat and row["arfcn" if heard.rat == "GSM" else "earfcn"] == heard.channel)


def _cost(network: Network, cell: str, server: str, lat: float, lon: float) -> tuple[float, float]:
    """(cost, distance in km) of taking `cell` for what was heard at lat, lon."""
    row = network.cells.loc[cell]
    north = (lat - row["lat"]) * KM_PER_DEG
    east = (lon - row["lon"]) * KM_PER_DEG * np.cos(np.radians(lat))
    distance = float(np.hypot(north, east))
    off = 0.0
    if not np.isnan(row["azimuth_deg"]) and distance > 0.01:
        off = abs((np.degrees(np.arctan2(east, north)) - row["azimuth_deg"] + 180.0) % 360.0 - 180.0)
    stranger = server not in ("", cell) and not network.related(server, cell)
    return distance + 0.5 * stranger + 0.2 * off / 60.0, distance
