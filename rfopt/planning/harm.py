"""Who pays for a change: the street, the tower's other floors, the estates and sectors whose cells are changed.

These places are not measured, so their levels are predicted, corrected by what the case's own logs say of the model and
what an estate's distribution was designed for (`rfopt.planning.estates`); a plan moves them by the same differences as
the measured ones. Coverage is the share of places where some cell is above a threshold, with the calibration's standard
deviation about each prediction. What a group loses weighs by the traffic there, where the table knows it; a limit is a
limit whatever the traffic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from rfopt.case_levels import case_levels
from rfopt.evidence import Evidence
from rfopt.geography.buildings import centres_of
from rfopt.geography.scene import Scene, build_scene
from rfopt.geography.served import around, floors_of, sector_of
from rfopt.mobility.interference import lte_coupling
from rfopt.network import MOST_RELATIONS, Network, Plan
from rfopt.planning.estates import as_designed
from rfopt.radio.calibration import Calibration, calibrate
from rfopt.radio.calibration_fit import SETTINGS
from rfopt.radio.links import link
from rfopt.radio.predict import LevelChange, predict
from rfopt.units import LTE_NOISE_DBM, mw

COVERED_DBM = {"GSM": -90.0, "LTE": -105.0}
COMMON = 0.5
"""Correlation of the errors of two masts at one place, as shadowing has it between sites (TR 36.814, from memory)."""
FACTOR, WEIGHT = np.polynomial.hermite_e.hermegauss(9)
WEIGHT = WEIGHT / WEIGHT.sum()
COVERAGE_LOSS = (0.01, 0.03)
"""Accepted and refused loss of coverage of a group, as a share."""
LEVEL_LOSS_DB = (2.0, 4.0)
"""Accepted and refused loss of the tenth percentile of the level on the ground."""
GOOD_DBM = {"GSM": -75.0, "LTE": -95.0}
"""A level above this is as good as this: what is lost there is no harm."""
SINR_LOSS_DB = (0.5, 1.5)
"""Accepted and refused loss of the tenth percentile of LTE SINR on the ground."""
GOOD_SINR_DB = 3.0
"""The acceptance value: somebody always collides where three remainders serve a town."""
HARMING = ("power_dbm", "mech_tilt_deg", "elec_tilt_deg", "azimuth_deg", "pci", "earfcn")
"""Parameters of a cell that others than its complaint's users feel."""
NEAR_KM = 5.0
MOST_HEARD = MOST_RELATIONS
"""Cells of a technology that are asked at a place, the strongest: no phone is told to measure more neighbours. Others
would cover it only as the strongest of hundreds of errors, which no network is planned on."""
ESTATE = "estate of "
STREET_M = (60.0, 120.0, 200.0)


@dataclass(frozen=True)
class Harm:
    """One figure of one group, before and after.

    `loss` is 0 at no loss and 1 at the refused limit; `excess` is 0 up to the accepted limit and 1 at the refused one.
    `weight` is the traffic there over that of a usual cell; 1 where it is not known.
    """

    group: str
    kpi: str
    before: float
    after: float
    loss: float
    excess: float = 0.0
    weight: float = 1.0


@dataclass(frozen=True)
class Groups:
    """The places that may be harmed, with predicted levels before any change and their standard deviations.

    `members` maps a group to its rows of `points`; `owner` to the cell whose users they are ('' for everybody's);
    `ground` names groups on the ground, for which the level itself is judged too. `scene` and `calibration` are
    what the levels were predicted with; `before` and `harmed` (by the changes of levels) remember what was asked.
    """

    points: pd.DataFrame
    network: Network
    change: LevelChange
    dbm: NDArray[np.float64]
    error_db: NDArray[np.float64]
    members: dict[str, NDArray[np.int64]]
    owner: dict[str, str]
    ground: frozenset[str]
    scene: Scene
    calibration: Calibration
    before: dict[tuple[str, str], tuple[NDArray[np.float64], float]] = field(default_factory=dict)
    harmed: dict[Plan, tuple[Harm, ...]] = field(default_factory=dict)

    @cached_property
    def weights(self) -> dict[tuple[str, str], float]:
        """Traffic of the cells of a technology that serve a group over that of a usual cell, by (group, technology).

        A group that is a cell's own users has that cell's traffic, another one that of the best servers of its places.
        A cell whose traffic is not known is a usual one.
        """
        return {(group, rat): self._weight(group, rat) for group in self.members for rat in COVERED_DBM}

    def _weight(self, group: str, rat: str) -> float:
        cells = self.network.cells[self.network.cells["rat"] == rat]
        usual = cells["traffic_erl"].mean()
        if not usual > 0.0:
            return 1.0
        relative = (cells["traffic_erl"] / usual).fillna(1.0)
        if self.owner[group] in relative.index:
            return float(relative[self.owner[group]])
        level = self.dbm[np.ix_(self.members[group], self.network.cells.index.get_indexer(cells.index))]
        return float(relative.to_numpy()[np.nan_to_num(level, nan=-np.inf).argmax(axis=1)].mean())

    def served(
        self, group: str, rat: str, delta_db: NDArray[np.float64] | None = None
    ) -> tuple[NDArray[np.float64], float]:
        """`_served` of a group before any change, remembered, or with levels moved so far, shape (points, cells)."""
        if delta_db is None and (group, rat) in self.before:
            return self.before[group, rat]
        columns = (self.network.cells["rat"] == rat).to_numpy()
        of_rat = np.ix_(self.members[group], np.flatnonzero(columns))
        level = self.dbm[of_rat] if delta_db is None else self.dbm[of_rat] + delta_db[of_rat]
        found = _served(level, self.error_db[of_rat], self.mast[columns], rat)
        if delta_db is None:
            self.before[group, rat] = found
        return found

    @cached_property
    def mast(self) -> NDArray[np.int64]:
        """Number of the mast of each cell of the network."""
        return masts_of(self.network.cells)


def groups_of(evidence: Evidence, cells: Sequence[str]) -> Groups:
    """Predict the places that changes of some cells could harm."""
    network = _near(evidence)
    frames = {"street": _street(evidence)}
    owner = {"street": ""}
    home = next((b for b in network.buildings if b.id == evidence.case.building), None)
    if home is not None:
        frames[f"floors of {home.id}"] = floors_of(home, evidence.case.floor)
        owner[f"floors of {home.id}"] = ""
    for cell in cells:
        row = network.cells.loc[cell]
        served = [b for b in network.buildings if b.id in row["building"] and b.id != evidence.case.building]
        if row["kind"] == "das" and served:
            frames[ESTATE + cell] = pd.concat([floors_of(b, None) for b in served])
            owner[ESTATE + cell] = cell
        elif row["kind"] != "das":
            frames[f"users of {cell}"] = sector_of(cast(pd.Series, row))
            owner[f"users of {cell}"] = cell
    frames = {group: places for group, places in frames.items() if len(places)}
    points = pd.concat(frames, names=["group", "row"]).reset_index(level="group").reset_index(drop=True)
    members = {group: np.flatnonzero(points["group"] == group) for group in frames}
    ground = frozenset(group for group in frames if group == "street" or group.startswith("users of "))
    network = network.subset({*_strongest(network, points), *evidence.situation.network.cells.index, *cells})
    change = LevelChange(network.cells, link(network.cells, points, terrain=network.terrain), network.antennas)
    scene = build_scene(network.buildings, terrain=network.terrain)
    measured, _ = case_levels(evidence.case, evidence.network, scene)
    calibration = calibrate(evidence.network, measured, scene)
    dbm, error_db = calibration.correct(network, points, predict(network, points, scene), scene)
    room_db = math.sqrt(calibration.spread.shadow_db2[SETTINGS.index("home")])
    _design(network, dbm, error_db, members, owner, room_db)
    return Groups(points, network, change, dbm, error_db, members, owner, ground, scene, calibration)


def _design(
    network: Network, dbm: NDArray[np.float64], error_db: NDArray[np.float64],
    members: dict[str, NDArray[np.int64]], owner: dict[str, str], room_db: float,
) -> None:  # fmt: skip
    """Levels of distributions in their own estates, with what their design says of them, in place."""
    cells = network.cells
    for group, cell in owner.items():
        if group.startswith(ESTATE) and group in members:
            estate, rat = set(cast(tuple[str, ...], cells.at[cell, "building"])), cells.at[cell, "rat"]
            serves = np.array([bool(estate & set(homes)) for homes in cells["building"]])
            indoor = ((cells["kind"] == "das") & (cells["rat"] == rat)).to_numpy()
            columns = serves & indoor & np.isfinite(dbm[members[group]]).all(axis=0)
            places = np.ix_(members[group], np.flatnonzero(columns))
            if columns.any():
                dbm[places], error_db[places] = as_designed(
                    dbm[places], error_db[places], room_db, COVERED_DBM[str(rat)]
                )


def _near(evidence: Evidence) -> Network:
    """The network and the map within `NEAR_KM` of the case, and the cells that its logs hold."""
    whole, case = evidence.network, evidence.case

    def near(lat: ArrayLike, lon: ArrayLike) -> NDArray[np.bool_]:
        north, east = np.asarray(lat) - case.lat, np.asarray(lon) - case.lon
        return np.asarray(np.hypot(north, east * math.cos(math.radians(case.lat))) * 111.195 <= NEAR_KM)

    heard = whole.cells.index.isin(evidence.situation.network.cells.index)
    kept = whole.subset(whole.cells.index[near(whole.cells["lat"], whole.cells["lon"]) | heard])
    standing = near(*centres_of(whole.buildings))
    return replace(kept, buildings=tuple(b for b, here in zip(whole.buildings, standing, strict=True) if here))


def _strongest(network: Network, points: pd.DataFrame) -> set[str]:
    """Cells among the `MOST_HEARD` strongest of their technology at some place, as predicted without the map."""
    if len(network.cells) <= MOST_HEARD:
        return set(network.cells.index)
    plain = replace(network, buildings=(), terrain=None)
    level = np.nan_to_num(predict(plain, points), nan=-np.inf)
    found: set[str] = set()
    for rat in COVERED_DBM:
        columns = np.flatnonzero(network.cells["rat"] == rat)
        first = np.argsort(-level[:, columns], axis=1, kind="stable")[:, :MOST_HEARD]
        found |= set(network.cells.index[columns[np.unique(first)]])
    return found


def _street(evidence: Evidence) -> pd.DataFrame:
    distance, bearing = np.meshgrid(STREET_M, np.arange(0.0, 360.0, 45.0))
    return around(evidence.case.lat, evidence.case.lon, distance.ravel(), bearing.ravel())


def harm(groups: Groups, after: Network) -> list[Harm]:
    """What a changed network does to each group; groups that no change reaches are left out."""
    names = groups.network.cells.index
    cells = after.cells.loc[names]
    delta = groups.change(cells)
    rows: list[Harm] = []
    for rat in ("GSM", "LTE"):
        columns = (groups.network.cells["rat"] == rat).to_numpy()
        touched = set(names[columns & (delta != 0.0).any(axis=0)])
        if touched:
            rows += _of_rat(groups, delta, touched, rat)
    return rows + _of_sinr(groups, delta, cells)


def _of_rat(groups: Groups, delta: NDArray[np.float64], touched: set[str], rat: str) -> list[Harm]:
    rows = []
    for group in groups.members:
        if groups.owner[group] and groups.owner[group] not in touched:
            continue
        before, covered = groups.served(group, rat)
        after, still_covered = groups.served(group, rat, delta)
        weight = groups.weights[group, rat]
        rows.append(_row(group, f"coverage_{rat.lower()}", covered, still_covered, weight))
        if group in groups.ground:
            level = "rxlev_p10_dbm" if rat == "GSM" else "rsrp_p10_dbm"
            needed = [float(min(np.percentile(best, 10), GOOD_DBM[rat])) for best in (before, after)]
            rows.append(_row(group, level, needed[0], needed[1], weight))
    return rows


def _of_sinr(groups: Groups, delta: NDArray[np.float64], after: pd.DataFrame) -> list[Harm]:
    """What LTE loses on the ground where signals are louder or weaker, or other reference signals collide."""
    cells = groups.network.cells
    columns = np.flatnonzero(cells["rat"] == "LTE")
    before, now = (lte_coupling(table.iloc[columns]) for table in (cells, after))
    if not (delta[:, columns] != 0.0).any() and np.array_equal(before, now):
        return []
    rows = []
    for group in sorted(groups.ground):
        if not groups.owner[group] or groups.owner[group] in cells.index[columns]:
            places = np.ix_(groups.members[group], columns)
            level = groups.dbm[places]
            then, still = _sinr_p10_db(level, before), _sinr_p10_db(level + delta[places], now)
            rows.append(_row(group, "sinr_p10_db", then, still, groups.weights[group, "LTE"]))
    return rows


def _sinr_p10_db(dbm: NDArray[np.float64], coupling: NDArray[np.float64]) -> float:
    """Tenth percentile over the places of the strongest cell's SINR, up to `GOOD_SINR_DB`."""
    power = np.nan_to_num(mw(dbm), nan=0.0)
    best, place = power.argmax(axis=1), np.arange(len(power))
    disturbed = (power @ coupling.T)[place, best] + mw(LTE_NOISE_DBM)
    ratio = np.maximum(power[place, best], 1e-30) / disturbed
    return float(min(np.percentile(10.0 * np.log10(ratio), 10), GOOD_SINR_DB))


def limits_of(kpi: str) -> tuple[float, float]:
    """Accepted and refused loss of a figure of a group.

    >>> limits_of("coverage_gsm"), limits_of("rxlev_p10_dbm"), limits_of("sinr_p10_db")
    ((0.01, 0.03), (2.0, 4.0), (0.5, 1.5))
    """
    return COVERAGE_LOSS if kpi.startswith("coverage") else LEVEL_LOSS_DB if kpi.endswith("dbm") else SINR_LOSS_DB


def masts_of(cells: pd.DataFrame) -> NDArray[np.int64]:
    """Number of the place that each cell radiates from: its sectors share what lies between."""
    return np.asarray(cells.groupby(["lat", "lon"], dropna=False, sort=False).ngroup(), dtype=np.int64)


def _served(
    dbm: NDArray[np.float64], error_db: NDArray[np.float64], mast: NDArray[np.int64], rat: str
) -> tuple[NDArray[np.float64], float]:
    """Level of the strongest cell at each place, and the share of the places where some cell is strong enough.

    Errors at one place are the same for the cells of one mast and correlated by `COMMON` between masts: what one factor
    has in common is averaged over (Gauss and Hermite), given it the masts err by themselves.
    """
    known = np.where(np.isnan(dbm), -200.0, dbm)
    of_cell = (known - COVERED_DBM[rat]) / np.nan_to_num(error_db, nan=1.0)
    order = np.argsort(mast, kind="stable")
    reserve = np.maximum.reduceat(of_cell[:, order], np.unique(mast[order], return_index=True)[1], axis=1)
    shift = math.sqrt(COMMON) * FACTOR[:, None, None]
    bare = ndtr(-(reserve + shift) / math.sqrt(1.0 - COMMON)).prod(axis=2).mean(axis=1)
    return known.max(axis=1), float(1.0 - WEIGHT @ bare)


def _row(group: str, kpi: str, before: float, after: float, weight: float) -> Harm:
    accepted, refused = limits_of(kpi)
    lost = max(before - after, 0.0)
    excess = max(lost - accepted, 0.0) / (refused - accepted)
    return Harm(group, kpi, round(before, 4), round(after, 4), round(lost / refused, 4), round(excess, 4), weight)
