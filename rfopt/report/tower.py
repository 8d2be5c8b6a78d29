"""The complaint's building as the report draws it: every piece of its façade on every floor, before and after the plan.

Levels are predicted, corrected by what the case's logs say of the model, and moved by the plan as measured ones are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rfopt.coverage import LEVEL, coverage
from rfopt.geography.scene import SIDES, Building, Frame, Panel, Scene, floor_height_m, panels_of
from rfopt.mobility.criteria import c1, c2
from rfopt.network import Network, apply
from rfopt.prediction import Calibrated
from rfopt.radio.links import link
from rfopt.radio.predict import LevelChange, predict
from rfopt.recommendation import Recommendation
from rfopt.report.embedded import rounded
from rfopt.scales import SCALES

MOST_PANELS = 24
"""Pieces of the outer wall on one floor, more where the building has more walls."""
MOST_PLACES = 3000
"""Predicted places; of a tower with more, some floors are left out."""
LONG_ON_LIST_S = 1e6
"""A neighbour listed for so long has lost its temporary offset."""


@dataclass(frozen=True)
class Tower:
    """One building's façade and what a network does there.

    Attributes
    ----------
    floors : tuple of int
        Predicted floors, lowest first.
    panels : tuple of Panel
        Pieces of the outer walls, sides in the order of `SIDES`.
    states : mapping
        Technology → state (``before``, ``after`` or ``found``) → a table with a row a place, floor by floor:
        ``server``, ``idle`` (GSM: the cell that an idle phone prefers by C2), and the figures of its `SCALES`.
    """

    building: Building
    floors: tuple[int, ...]
    panels: tuple[Panel, ...]
    states: dict[str, dict[str, pd.DataFrame]]


def tower_of(result: Recommendation) -> Tower | None:
    """The complaint's building before and after the plan; None if the map lacks it."""
    groups, case = result.groups, result.evidence.case
    if case.building not in groups.scene.index:
        return None
    home = groups.scene.buildings[groups.scene.index[case.building]]
    before = groups.network
    networks = {"before" if result.steps else "found": before}
    if result.steps:
        after = apply(result.evidence.network, result.plan)
        networks["after"] = after.subset(before.cells.index)
    return predicted_tower(home, groups.scene, networks, groups.calibration, case.floor)


def predicted_tower(
    home: Building, scene: Scene, networks: dict[str, Network], calibration: Calibrated | None, floor: int | None = None
) -> Tower | None:
    """A building in several states of one network; None if its walls enclose no room.

    Parameters
    ----------
    networks : dict of str to Network
        State → network; all have the cells of the first, whose levels are predicted and then moved.
    floor : int, optional
        A floor that is never left out.
    """
    panels = sorted(panels_of(home, _spacing_m(home)), key=lambda panel: SIDES.index(panel.side))
    if not panels:
        return None
    floors = _floors(home.floors, len(panels), floor)
    places = _places(home, floors, panels)
    first = next(iter(networks.values()))
    dbm = predict(first, places, scene)
    if calibration is not None:
        dbm, _ = calibration.correct(first, places, dbm, scene)
    change = LevelChange(first.cells, link(first.cells, places, terrain=scene.terrain), first.antennas)
    rats = [rat for rat in LEVEL if (first.cells["rat"] == rat).any()]
    states: dict[str, dict[str, pd.DataFrame]] = {rat: {} for rat in rats}
    for state, network in networks.items():
        moved = dbm + change(network.cells)
        for rat in rats:
            states[rat][state] = _figures(network, moved, rat)
    return Tower(home, floors, tuple(panels), states)


def _spacing_m(home: Building) -> float:
    walls = sum(math.dist(panel.wall_m[:2], panel.wall_m[2:]) for panel in panels_of(home, 1e9))
    return max(walls / MOST_PANELS, 5.0)


def _floors(highest: int, panels: int, always: int | None) -> tuple[int, ...]:
    """All floors, or of very many every second, third …, and the complaint's."""
    step = math.ceil(highest * panels / MOST_PLACES)
    chosen = set(range(1, highest + 1, step)) | ({always} if always and 1 <= always <= highest else set())
    return tuple(sorted(chosen))


def _places(home: Building, floors: tuple[int, ...], panels: list[Panel]) -> pd.DataFrame:
    lat, lon = home.frame.to_lat_lon([panel.x_m for panel in panels], [panel.y_m for panel in panels])
    number = np.repeat(floors, len(panels))
    return pd.DataFrame(
        {
            "lat": np.tile(lat, len(floors)),
            "lon": np.tile(lon, len(floors)),
            "floor": number,
            "height_m": floor_height_m(number, home.floor_height_m),
            "building": home.id,
        }
    )


def _figures(network: Network, dbm: NDArray[np.float64], rat: str) -> pd.DataFrame:
    found = coverage(network.cells, dbm, rat)
    return found.assign(idle=_preferred(network, dbm)) if rat == "GSM" else found


def _preferred(network: Network, dbm: NDArray[np.float64]) -> NDArray[np.object_]:
    """The GSM cell of highest C2 among the suitable ones at every place; '' where none is."""
    of_gsm = (network.cells["rat"] == "GSM").to_numpy()
    cells, level = network.cells[of_gsm], dbm[:, of_gsm]
    reward, temporary = cells["cell_reselect_offset_db"], cells["temporary_offset_db"]
    path = c1(level, cells["rxlev_access_min_dbm"])
    score = c2(path, reward, temporary, cells["penalty_time_s"], LONG_ON_LIST_S)
    score = np.where(np.isfinite(score) & (path > 0.0), score, -np.inf)
    best = score.argmax(axis=1)
    return np.where(np.isfinite(score.max(axis=1)), cells.index.to_numpy(dtype=object)[best], "")


def tower_json(tower: Tower, frame: Frame, numbers: dict[str, int], floor: int | None) -> dict[str, Any]:
    """A tower for the viewer.

    Parameters
    ----------
    frame : Frame
        Of all metres in the viewer.
    numbers : dict of str to int
        Number of every cell in the viewer's list; −1 stands for none.
    floor : int or None
        The complaint's floor.
    """
    shift_x, shift_y = (float(v) for v in frame.to_xy(tower.building.frame.lat, tower.building.frame.lon))
    shift = (shift_x, shift_y, shift_x, shift_y)
    return {
        "name": tower.building.id,
        "floors": tower.floors,
        "highest": tower.building.floors,
        "floor_m": tower.building.floor_height_m,
        "complaint": floor,
        "panels": [rounded(a + b for a, b in zip(panel.wall_m, shift, strict=True)) for panel in tower.panels],
        "sides": [panel.side for panel in tower.panels],
        "states": {
            rat: {state: _table_json(table, rat, numbers) for state, table in states.items()}
            for rat, states in tower.states.items()
        },
    }


def _table_json(table: pd.DataFrame, rat: str, numbers: dict[str, int]) -> dict[str, Any]:
    cells = [name for name in ("idle", "server") if name in table]
    found: dict[str, Any] = {name: [numbers.get(str(cell), -1) for cell in table[name]] for name in cells}
    return found | {scale.name: rounded(table[scale.name]) for scale in SCALES[rat]}
