"""What rules, fixes and figures may ask for: the case read, identified, anchored and replayed."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import SupportsFloat, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.case import Case
from rfopt.identify import identify
from rfopt.levels import Levels
from rfopt.mobility.anchor import Anchor, anchor
from rfopt.mobility.elsewhere import count
from rfopt.mobility.logged import replay_of_log
from rfopt.mobility.simulate import simulate
from rfopt.mobility.situation import Budget, Situation, prepare
from rfopt.mobility.timeline import Replay
from rfopt.neighbourhood import neighbourhood
from rfopt.network import Network


@dataclass(frozen=True)
class Evidence:
    """Everything known about a complaint before anything is judged.

    Attributes
    ----------
    readings : DataFrame
        Identified readings at the complaint's points.
    outside : DataFrame
        Identified readings elsewhere, for instance in the street.
    gsm, lte : Anchor
        Levels at the complaint's points.
    logged : Replay
        What the phone did.
    situation, replay : Situation, Replay
        What the machines do on the same levels, long enough to count on.
    ambiguous, unknown : DataFrame
        Identities that could not be told (`rfopt.identify.Identified`).
    confidence : mapping
        How sure it is, 0…1, that what was read as a cell is that cell; mean over its readings.
    """

    case: Case
    network: Network
    readings: pd.DataFrame
    outside: pd.DataFrame
    gsm: Anchor
    lte: Anchor
    logged: Replay
    situation: Situation
    replay: Replay
    ambiguous: pd.DataFrame
    unknown: pd.DataFrame
    confidence: Mapping[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        heard = " and ".join(f"{len(self.heard(rat))} {rat}" for rat in ("GSM", "LTE"))
        return f"<Evidence: {len(self.readings)} readings at {len(self.points)} points, {heard} cells heard>"

    @property
    def wanted(self) -> tuple[str, ...]:
        """The GSM cells meant to serve here."""
        cells = self.network.cells
        return tuple(name for name in self.case.wanted if name in cells.index and cells.at[name, "rat"] == "GSM")

    @property
    def points(self) -> tuple[str, ...]:
        """Labels of the complaint's points."""
        return tuple(self.situation.points)

    def number(self, cell: str, parameter: str) -> float:
        """A number of a cell as the table has it; NaN where it is not known."""
        return float(cast(SupportsFloat, self.network.cells.at[cell, parameter]))

    def heard(self, rat: str) -> list[str]:
        """Cells reported at the complaint's points, strongest first."""
        levels = (self.gsm if rat == "GSM" else self.lte).levels
        measured = [cell for cell in levels.cells if levels.measured(cell).any()]
        return sorted(measured, key=lambda cell: (-float(np.nanmax(levels.of(cell))), cell))

    def wanted_dbm(self) -> NDArray[np.float64]:
        """Level of the strongest wanted GSM cell at each point; NaN where none was heard."""
        return strongest(self.gsm.levels, self.wanted)


def strongest(levels: Levels, cells: tuple[str, ...]) -> NDArray[np.float64]:
    """The highest level of some cells at each point; NaN where none is known."""
    if not cells:
        return np.full(len(levels.points), np.nan)
    stack = np.array([levels.of(cell) for cell in cells])
    return np.asarray(
        np.where(np.isnan(stack).all(axis=0), np.nan, np.nanmax(np.nan_to_num(stack, nan=-math.inf), axis=0))
    )


def complaint_rows(readings: pd.DataFrame, floor: int) -> tuple[NDArray[np.bool_], str]:
    """Rows taken on the complaint's floor; where the log names no such floor, all rows and a note."""
    here = (readings["floor"] == floor).to_numpy()
    if here.any():
        return here, ""
    return np.ones(len(readings), dtype=bool), f"no reading is on floor {floor}; all points of the log were taken"


def gather(case: Case, network: Network, seed: int, budget: Budget | None = None) -> Evidence:
    """Identify, anchor and replay a case.

    Parameters
    ----------
    network : Network
        The case's network; the evidence has the part of it that the case is about.
    seed : int
        Of the fading.
    """
    readings = place_points(label_points(case.readings), case)
    network = neighbourhood(network, readings["lat"].to_numpy(dtype=float), readings["lon"].to_numpy(dtype=float))
    identified = identify(readings, network, case.lat, case.lon)
    here, _ = complaint_rows(identified.readings, case.floor)
    rows, outside = identified.readings[here], identified.readings[~here]
    gsm, lte = anchor(rows, network, "GSM"), anchor(rows, network, "LTE")
    names = tuple(gsm.levels.cells), tuple(lte.levels.cells)
    logged = replay_of_log(rows, *names, case.wanted)
    areas = network.cells.loc[list(names[1]), "tac"], network.cells.loc[list(names[0]), "lac"]
    situation = prepare(network, gsm, lte, case.wanted, seed, budget, count(logged.fallbacks, *areas))
    return Evidence(
        case, network, rows, outside, gsm, lte, logged, situation, simulate(situation, network),
        identified.ambiguous, identified.unknown, confidence_by_cell(identified.named),
    )  # fmt: skip


def narrowed(evidence: Evidence, cells: Collection[str]) -> Evidence:
    """The same evidence with as much of its network as the machines ask: what phones heard, what that is related to,
    and some cells more.

    Plans are simulated on it at the price of a small network, whatever the city around; those for other cells do not
    fit it.
    """
    heard = set(evidence.situation.network.cells.index)
    network = evidence.network.subset(heard.union(cells, *evidence.network.touching(heard)))
    return replace(evidence, network=network, situation=replace(evidence.situation, whole=network))


def confidence_by_cell(named: pd.DataFrame) -> dict[str, float]:
    """Mean confidence over the readings of each cell, from `rfopt.identify.Identified.named`."""
    total = (named["confidence"] * named["samples"]).groupby(named["cell"].astype(object)).sum()
    samples = named["samples"].groupby(named["cell"].astype(object)).sum()
    return {str(cell): float(share) for cell, share in (total / samples).items()}


def place_points(readings: pd.DataFrame, case: Case) -> pd.DataFrame:
    """Every reading with a place: one that a log does not place was taken where the complaint is."""
    return readings.assign(lat=readings["lat"].fillna(case.lat), lon=readings["lon"].fillna(case.lon))


def label_points(readings: pd.DataFrame) -> pd.DataFrame:
    """Every reading with a point label: rows without one are gathered by floor."""
    missing = readings["point"] == ""
    if not missing.any():
        return readings
    label = readings["floor"].map(lambda floor: "outdoors" if np.isnan(floor) else f"floor_{floor:.0f}")
    return readings.assign(point=pd.array(np.where(missing, label, readings["point"]), dtype="str"))
