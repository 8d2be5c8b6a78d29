"""Which cell an (ARFCN, BSIC) or an (EARFCN, PCI) is.

On a high floor the same channel and code are heard from several cells; distance, relation to the server, where the
antenna points and whether the level read is one that the cell could have there decide, and what they do not decide is
reported instead of guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import log_ndtr, logsumexp

from rfopt.network import Network
from rfopt.radio.predict import predict

FARTHEST_KM = 10.0
"""Cells beyond this are not considered; at floor 23 distant reuse is heard, so it is wide."""
CLEAR_MARGIN = 0.5
"""A cell is taken only if its cost is this much below the next one's."""
KM_PER_DEG = 111.195
STRANGER_COST = 0.5
UNSERVED_COST = 1.0
"""Of a cell that never served at a place where another of its identity did: that one is received there, and well."""
COST_PER_DEG = 0.2 / 60.0

CELL_ERROR_DB = 8.0
"""Standard error of a cell's prediction on its own, beside what all cells share at a place: an assumption."""
WALLS_DB = {True: (15.0, 10.0), False: (0.0, 5.0)}
"""What all predictions, made for outdoors, share at a place indoors or outdoors: mean (P.2109, traditional, near 1 GHz)
and standard deviation."""
WALL_STEPS = np.linspace(-3.0, 3.0, 13)
"""The shared loss is tried at these standard deviations."""
GEOMETRY_SHARE = 0.15
"""Weight of distance and azimuth where levels speak too: a prediction has most of both already."""
IMPOSSIBLE_DB = 40.0
"""A cell is not considered for levels this far above its prediction outdoors."""
OWN_HOUSE_KM = 0.15
"""A distribution this near may serve the phone's own rooms, which a prediction outdoors knows nothing of."""

COST_PER_NAT = CLEAR_MARGIN / np.log(4.0)
"""Cost of one unit of log likelihood: a cell four times as likely as its rival is just clearly cheaper."""
CONFIDENCE_SPREAD = 1.4
"""Costs say too much by this factor: with it, of names stated as 0.9 sure, 90 % are right (docs/identity.md)."""
UNLISTED_COST = 12.0
"""Of a cell that the table does not have; more than any plausible cell within reach costs."""
MOST_LINKS = 2_000_000


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
    named : DataFrame
        rat, channel, code, cell, samples, confidence: identities that were told, with the confidence 0…1 of the mean
        reading; 1 where the phone itself gave the name.
    """

    readings: pd.DataFrame
    ambiguous: pd.DataFrame
    unknown: pd.DataFrame
    named: pd.DataFrame


class Heard(NamedTuple):
    """What a reading says of its cell: identity, the name the phone gave, a neighbour's server, and its place."""

    rat: str
    channel: float
    code: str
    given: str
    server: str
    lat: float
    lon: float
    place: int


class Chosen(NamedTuple):
    """A cell with its confidence, or '' and the candidates if there are any."""

    cell: str
    candidates: str
    confidence: float


def identify(readings: pd.DataFrame, network: Network, lat: float, lon: float) -> Identified:
    """Name the cell of every reading.

    Cost of a candidate: distance in km + 0.5 if the server has no relation to it + 0.2 per 60° between its azimuth
    and the phone (0 for an omnidirectional one). Where the level is known distance and azimuth count a seventh, and
    the rest of their say goes to the likelihood that this cell is received so and every other candidate weaker: at 2
    to 8 km the nearer cell is often not the louder one. The cheapest wins if the next is `CLEAR_MARGIN` dearer. A name
    that the phone gave is kept when the table has the cell on that channel. Servers are named first; what is reported
    beside a server is another cell of its identity where there is one, and else rather one that has served there too.

    Parameters
    ----------
    readings : DataFrame
        Log rows with rat, serving, cell, arfcn, bsic, earfcn, pci, lat, lon, floor, point, mode, time, file and the
        levels rxlev_dbm and rsrp_dbm.
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
    table = _Table(network)
    keys["place"], table.above_db, table.indoors = _above(readings, keys, table)
    serving = readings["serving"].to_numpy(dtype=bool)
    named = _name(keys[serving], table)
    servers = readings[serving].assign(cell=named["cell"].array)
    table.served = set(zip(named["place"].tolist(), named["cell"].tolist(), strict=True))
    named = _name(keys.assign(server=np.where(serving, "", _servers(readings, servers))), table)
    known = named["cell"] != ""
    unnamed = named[~known & named["rat"].isin(["GSM", "LTE"]) & named["channel"].notna()]
    several = unnamed["candidates"] != ""
    return Identified(
        readings.assign(cell=named["cell"].array),
        _counted(unnamed[several]),
        _counted(unnamed[~several]),
        _confidences(named[known]),
    )


def _name(keys: pd.DataFrame, table: _Table) -> pd.DataFrame:
    """The keys with `cell`, `candidates` and `confidence`; rows that say the same are looked up once."""
    number = keys.groupby(list(keys.columns), sort=False, dropna=False).ngroup().to_numpy()
    chosen = [table.choose(Heard(*key)) for key in keys.drop_duplicates().itertuples(index=False)]
    cell, candidates = (np.array([choice[k] for choice in chosen], dtype=object)[number] for k in (0, 1))
    confidence = np.array([choice.confidence for choice in chosen], dtype=float)[number]
    return keys.assign(
        cell=pd.array(cell, dtype="str"), candidates=pd.array(candidates, dtype="str"), confidence=confidence
    )


def _counted(unnamed: pd.DataFrame) -> pd.DataFrame:
    return unnamed.groupby(["rat", "channel", "code", "candidates"]).size().reset_index(name="samples")


def _confidences(named: pd.DataFrame) -> pd.DataFrame:
    by_cell = named.groupby(["rat", "channel", "code", "cell"], dropna=False)["confidence"]
    return by_cell.agg(samples="size", confidence="mean").reset_index()


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


def _above(
    readings: pd.DataFrame, keys: pd.DataFrame, table: _Table
) -> tuple[NDArray[np.int64], Mapping[tuple[int, str], float], Mapping[int, bool]]:
    """The place of every reading, how far an identity's level is above the cell's prediction, and which are indoors.

    A place is some 100 m and a floor; of an identity read there the median level counts. Predictions are for outdoors
    at the floor's height, without the map of buildings.
    """
    where = pd.DataFrame({"lat": keys["lat"].round(3), "lon": keys["lon"].round(3), "floor": readings["floor"]})
    place = where.groupby(["lat", "lon", "floor"], sort=False, dropna=False).ngroup().to_numpy().astype(np.int64)
    level = readings["rsrp_dbm"].where(readings["rat"] == "LTE", readings["rxlev_dbm"])
    read = keys.assign(place=place, level=level).dropna(subset=["level", "channel", "lat", "lon"])
    medians = read.groupby(["place", "rat", "channel", "code"], sort=False)["level"].median()
    heard = zip(*(medians.index.get_level_values(k) for k in range(4)), medians, strict=True)
    wanted = {(int(at), name): float(dbm) for at, *identity, dbm in heard for name in table.of(*identity)}
    if not wanted:
        return place, {}, {}
    points = where.assign(place=place).drop_duplicates("place").set_index("place").sort_index()
    predicted = _predicted(table.network, points, sorted({name for _, name in wanted}))
    above = {(at, name): dbm - predicted[at, name] for (at, name), dbm in wanted.items()}
    return place, above, dict(zip(points.index, points["floor"].notna(), strict=True))


def _predicted(network: Network, points: pd.DataFrame, names: Sequence[str]) -> dict[tuple[int, str], float]:
    """Predicted level by place and cell."""
    near = replace(network, cells=network.cells.loc[list(names)], buildings=())
    step = max(1, MOST_LINKS // len(names))
    found: dict[tuple[int, str], float] = {}
    for k in range(0, len(points), step):
        part = points.iloc[k : k + step]
        levels = predict(near, part)
        found |= {(int(p), name): float(v) for p, row in zip(part.index, levels, strict=True)
                  for name, v in zip(names, row, strict=True)}  # fmt: skip
    return found


class _Table:
    """A network's cells as costs need them."""

    def __init__(self, network: Network):
        self.network = network
        self.above_db: Mapping[tuple[int, str], float] = {}
        self.indoors: Mapping[int, bool] = {}
        self.served: set[tuple[int, str]] = set()
        cells = network.cells
        columns = ("rat", "kind", "lat", "lon", "azimuth_deg")
        rows = zip(*(cells[name] for name in columns), cells["arfcn"], cells["earfcn"], strict=True)
        self._row = dict(zip(cells.index, rows, strict=True))
        self._shelf: dict[tuple[str, float, str], list[str]] = {}
        for name, rat, arfcn, bsic, earfcn, pci in zip(
            cells.index, cells["rat"], cells["arfcn"], cells["bsic"], cells["earfcn"], cells["pci"], strict=True
        ):
            key = (rat, arfcn, bsic) if rat == "GSM" else (rat, earfcn, f"{pci:.0f}")
            self._shelf.setdefault(key, []).append(name)

    def of(self, rat: str, channel: float, code: str) -> list[str]:
        """The cells of an identity."""
        return self._shelf.get((rat, channel, code), [])

    def choose(self, heard: Heard) -> Chosen:
        """The cell of a reading if it is clear, else the candidates."""
        if heard.given in self._row and (np.isnan(heard.channel) or self._on_channel(heard)):
            return Chosen(heard.given, "", 1.0)
        names = [name for name in self.of(heard.rat, heard.channel, heard.code) if self._may_be(name, heard)]
        names = [name for name in names if name != heard.server] or names
        costs = sorted(zip(self._costs(names, heard), names, strict=True))
        if not costs:
            return Chosen("", "", 0.0)
        if len(costs) > 1 and costs[1][0] - costs[0][0] < CLEAR_MARGIN:
            return Chosen("", " / ".join(name for _, name in costs), 0.0)
        return Chosen(costs[0][1], "", _confidence([cost for cost, _ in costs]))

    def _on_channel(self, heard: Heard) -> bool:
        rat, *_, arfcn, earfcn = self._row[heard.given]
        return bool(rat == heard.rat and (arfcn if rat == "GSM" else earfcn) == heard.channel)

    def _away(self, cell: str, heard: Heard) -> tuple[float, float]:
        """North and east kilometres from a cell to the phone."""
        _, _, lat, lon, *_ = self._row[cell]
        return (heard.lat - lat) * KM_PER_DEG, (heard.lon - lon) * KM_PER_DEG * np.cos(np.radians(heard.lat))

    def _may_be(self, cell: str, heard: Heard) -> bool:
        """False for a cell too far away, or too weak there by all that is known."""
        return bool(np.hypot(*self._away(cell, heard)) <= FARTHEST_KM) and not (
            self._above_db(cell, heard) > IMPOSSIBLE_DB
        )

    def _above_db(self, cell: str, heard: Heard) -> float:
        """How far the level is above the prediction; NaN where a prediction says nothing."""
        own = self._row[cell][1] == "das" and np.hypot(*self._away(cell, heard)) < OWN_HOUSE_KM
        return np.nan if own else self.above_db.get((heard.place, cell), np.nan)

    def _costs(self, names: Sequence[str], heard: Heard) -> list[float]:
        """Cost of taking each cell for what was heard."""
        read = any((heard.place, name) in self.above_db for name in names)
        share, levels = 1.0, [0.0] * len(names)
        if read:
            above = [self._above_db(name, heard) for name in names]
            share, levels = GEOMETRY_SHARE, _level_costs(above, self.indoors[heard.place])
        served = [(heard.place, name) in self.served for name in names]
        idle = [UNSERVED_COST * (any(served) and not here) for here in served]
        rows = zip(names, levels, idle, strict=True)
        return [self._cost(name, heard, share) + level + unserved for name, level, unserved in rows]

    def _cost(self, cell: str, heard: Heard, share: float) -> float:
        """What distance, azimuth and relation say against a cell."""
        north, east = self._away(cell, heard)
        distance, azimuth, off = float(np.hypot(north, east)), self._row[cell][4], 0.0
        if not np.isnan(azimuth) and distance > 0.01:
            off = abs((np.degrees(np.arctan2(east, north)) - azimuth + 180.0) % 360.0 - 180.0)
        stranger = heard.server not in ("", cell) and not self.network.related(heard.server, cell)
        return share * (distance + COST_PER_DEG * off) + STRANGER_COST * stranger


def _level_costs(above_db: Sequence[float], indoors: bool) -> list[float]:
    """What the level says against each candidate, in the units of cost.

    Minus the logarithm of: this one has the level and all others are below it, for a loss by walls that all share and
    that is known roughly, and errors of their own. NaN is an even guess.

    >>> [round(cost, 2) for cost in _level_costs([-15.0, -15.0], True)]
    [0.42, 0.42]
    >>> [round(cost, 2) for cost in _level_costs([-15.0, 15.0], True)]
    [0.17, 2.36]
    """
    mean, spread = WALLS_DB[indoors]
    error = (np.asarray(above_db, dtype=float)[:, None] + mean + spread * WALL_STEPS) / CELL_ERROR_DB
    fit = np.where(np.isnan(error), -0.5, -0.5 * error**2)
    below = np.where(np.isnan(error), 0.0, log_ndtr(error))
    chance = logsumexp(fit + below.sum(axis=0) - below - 0.5 * WALL_STEPS**2, axis=1)
    costs: list[float] = (-COST_PER_NAT * (chance - logsumexp(-0.5 * WALL_STEPS**2))).tolist()
    return costs


def _confidence(costs: Sequence[float]) -> float:
    """Share of the cheapest among all candidates and a cell that no table has.

    >>> round(_confidence([1.0, 1.5]), 3), round(_confidence([1.0]), 3)
    (0.729, 1.0)
    """
    weights = [np.exp((costs[0] - cost) / (CONFIDENCE_SPREAD * COST_PER_NAT)) for cost in (*costs, UNLISTED_COST)]
    return float(weights[0] / sum(weights))
