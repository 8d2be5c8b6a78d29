"""Levels of cells at points, and how much a change of parameters moves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rfopt.bands import gsm_downlink_mhz, lte_downlink_mhz
from rfopt.errors import InputError, printable
from rfopt.geography.scene import Building, Scene, build_scene
from rfopt.geography.terrain import Terrain
from rfopt.kernels.link_level import link_level_dbm
from rfopt.radio.antennas import Pattern, cell_gains_dbi, load_patterns, pattern_of
from rfopt.radio.diffraction import knife_edge_db
from rfopt.radio.entry_loss import facade_db, p2109_db
from rfopt.radio.links import Links, ground_of, link, link_from
from rfopt.radio.los import entries, p_los_uma, sight
from rfopt.radio.path_loss.free_space import free_space
from rfopt.radio.path_loss.uma import HIGHEST_PHONE_M
from rfopt.radio.town import p_clear_town

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

DEFAULT_MHZ = {"GSM": 942.5, "LTE": 1890.0}
"""Where a cell's channel is unknown: the middles of P-GSM 900 and of band 39."""

FIRST_WALLS = 1.0
ROOM_M = 8.0
"""Inside, a path crosses the wall or steel door between lobby and flat and one more load-bearing wall every 8 m."""

CEILING_M = 1.2
"""Height of an indoor antenna above the phones of its floor."""

WALL_MHZ, WALL_DB = (900.0, 1800.0, 2600.0), (15.0, 18.0, 20.0)
"""Loss of one 20 cm concrete wall: an engineering value."""

LEVEL_COLUMNS = (
    "kind",
    "lat",
    "lon",
    "height_m",
    "azimuth_deg",
    "mech_tilt_deg",
    "elec_tilt_deg",
    "antenna",
    "gain_dbi",
    "h_beamwidth_deg",
    "v_beamwidth_deg",
    "power_dbm",
)
"""Columns of cells.csv that a level depends on."""

PLACE_COLUMNS = ["lat", "lon", "height_m"]


class RadioNetwork(Protocol):
    """What `predict` reads of a network."""

    @property
    def cells(self) -> pd.DataFrame:
        """One row a cell, columns as in cells.csv."""
        ...

    @property
    def buildings(self) -> Sequence[Building]:
        """The map; empty where there is none."""
        ...

    @property
    def antennas(self) -> Mapping[str, Pattern | Path | str]:
        """Patterns by name."""
        ...

    @property
    def terrain(self) -> Terrain | None:
        """Heights of the ground; None: flat."""
        ...


def predict(network: RadioNetwork, points: pd.DataFrame, scene: Scene | None = None) -> FloatArray:
    """Median level of every cell at every point: power + gain − path loss − entry loss.

    Macro and micro cells: 38.901 UMa. With a map a path loses the line-of-sight formula and its worst roof edge
    (P.526), at most the formula without line of sight; where it runs outside the map P.1410's statistics say how
    likely it is clear. Without a map: 38.901's probability to 22.5 m, P.1410's above. Points with a `building` add
    the median P.2109 entry loss at the path's elevation, `irr_glass` as thermally efficient, and as far as the path
    is clear what the room's depth and façade make of it (`facade_db`). A distribution
    (`das`) reaches its own building through walls, from antennas taken to hang on every floor alike; any other point
    through its own wall, free space and the entry loss. With an azimuth it is an outdoor panel: nothing of its own
    building is in its way.

    Parameters
    ----------
    network : object
        With `cells` (contract columns, NaN = unknown), `buildings` and `antennas`.
    points : DataFrame
        lat, lon, height_m or floor, and optionally building (empty outdoors).
    scene : Scene, optional
        Of the network's buildings, where it was made before.

    Returns
    -------
    ndarray, shape (points, cells)
        dBm: GSM of the BCCH carrier, LTE of one reference-signal resource element. NaN where power or place is
        unknown.

    Raises
    ------
    InputError
        If a cell's channel lies in no band or its antenna is not there.
    """
    scene = build_scene(network.buildings, terrain=network.terrain) if scene is None else scene
    cells, indoor = network.cells, _indoor(scene, points)
    links, frequency = link(cells, points, terrain=scene.terrain), frequencies_mhz(network.cells)
    patterns, das = load_patterns(network.antennas), (cells["kind"] == "das").to_numpy()
    level = np.empty(links.distance_m.shape)
    level[:, ~das] = _outdoor_dbm(scene, cells[~das], points, _columns(links, ~das), frequency[~das], patterns, indoor)
    level[:, das] = _distribution_dbm(scene, cells[das], _columns(links, das), frequency[das], patterns, indoor)
    return level


def frequencies_mhz(cells: pd.DataFrame) -> FloatArray:
    """Downlink frequency of every cell; unknown: 942.5 MHz for GSM, 1890 MHz for LTE.

    Raises
    ------
    InputError
        If a channel number lies in no band, naming the cell.
    """
    found = np.empty(len(cells))
    for rat, column, downlink_mhz in (("GSM", "arfcn", gsm_downlink_mhz), ("LTE", "earfcn", lte_downlink_mhz)):
        rows = np.flatnonzero(cells["rat"] == rat)
        found[rows] = DEFAULT_MHZ[rat]
        for channel, at in (cells.iloc[rows].groupby(column).indices if column in cells else {}).items():
            try:
                found[rows[at]] = downlink_mhz(int(cast(float, channel)))
            except ValueError as error:
                raise InputError(f"cell {printable(cells.index[rows[at[0]]])}: {error}") from None
    return found


@dataclass(frozen=True, eq=False)
class _Indoor:
    """Which points are in a building, and what it is like; arrays of shape (points,)."""

    inside: BoolArray
    names: list[str]
    efficient: BoolArray


def _indoor(scene: Scene, points: pd.DataFrame) -> _Indoor:
    given = points["building"] if "building" in points else [""] * len(points)
    names = ["" if pd.isna(name) else str(name) for name in given]
    known = [scene.buildings[scene.index[name]] if name in scene.index else None for name in names]
    return _Indoor(
        np.array([bool(name) for name in names], dtype=bool),
        names,
        np.array([building is not None and building.wall == "irr_glass" for building in known], dtype=bool),
    )


def _outdoor_dbm(
    scene: Scene,
    cells: pd.DataFrame,
    points: pd.DataFrame,
    links: Links,
    frequency_mhz: FloatArray,
    patterns: Mapping[str, Pattern],
    indoor: _Indoor,
) -> FloatArray:
    """Levels of macro and micro cells."""
    likely, phone = p_clear_town(scene, cells, points), links.height_m[:, None]
    if not scene.buildings:
        likely = np.where(phone <= HIGHEST_PHONE_M, p_los_uma(links.distance_m, phone), likely)
    if not scene.buildings and scene.terrain is None:
        outdoors = _uma_dbm(cells, links, frequency_mhz, patterns, likely)
    else:
        clear, blocked = (_uma_dbm(cells, links, frequency_mhz, patterns, share) for share in (1.0, 0.0))
        seen = sight(scene, cells, points, frequency_mhz)
        over_roofs = np.maximum(clear - knife_edge_db(seen.v), blocked)
        facade = np.where(seen.line_of_sight & indoor.inside[:, None], facade_db(*entries(scene, cells, points)), 0.0)
        # a hill shades whatever way the wave takes through the town behind it
        outdoors = likely * (over_roofs - facade) + (1.0 - likely) * blocked - knife_edge_db(seen.hill_v)
    return outdoors - _entry_db(links, frequency_mhz, indoor)


def _uma_dbm(
    cells: pd.DataFrame,
    links: Links,
    frequency_mhz: FloatArray,
    patterns: Mapping[str, Pattern],
    line_of_sight: ArrayLike,
) -> FloatArray:
    """Levels outdoors by UMa, with a share of line of sight of shape (points, cells) or one for all."""
    antennas = [pattern_of(cell, patterns) for _, cell in cells.iterrows()]
    x, y = links.frame.to_xy(cells["lat"], cells["lon"])
    columns = ("power_dbm", "azimuth_deg", "mech_tilt_deg", "elec_tilt_deg")
    level = link_level_dbm(
        links.x_m,
        links.y_m,
        links.height_m,
        np.asarray(line_of_sight).T,
        cell_x_m=x,
        cell_y_m=y,
        cell_height_m=cells["height_m"],
        frequency_mhz=frequency_mhz,
        **{name: cells[name].to_numpy(np.float64) for name in columns},
        gain_dbi=[antenna.gain_dbi for antenna in antennas],
        horizontal_db=[antenna.horizontal_db for antenna in antennas],
        vertical_db=[antenna.vertical_db for antenna in antennas],
        electrical_tilt_deg=[antenna.electrical_tilt_deg for antenna in antennas],
        reference_deg=[antenna.reference_deg for antenna in antennas],
        ceiling_db=[np.nan if antenna.ceiling_db is None else antenna.ceiling_db for antenna in antennas],
        ground_m=links.ground_m,
        cell_ground_m=ground_of(links.frame, x, y, links.terrain),
    )
    return level.T.astype(np.float64)


def _entry_db(links: Links, frequency_mhz: FloatArray, indoor: _Indoor) -> FloatArray:
    """Median entry loss; 0 outdoors."""
    entry = p2109_db(frequency_mhz, links.elevation_deg, indoor.efficient[:, None])
    return np.where(indoor.inside[:, None], entry, 0.0)


def _distribution_dbm(
    scene: Scene,
    cells: pd.DataFrame,
    links: Links,
    frequency_mhz: FloatArray,
    patterns: Mapping[str, Pattern],
    indoor: _Indoor,
) -> FloatArray:
    """Levels of distributions, from the inside of their buildings and from the outside."""
    homes = _homes(scene, cells)
    panel = cells["azimuth_deg"].notna().to_numpy()
    efficient = np.array([_efficient(scene, home) for home in homes], dtype=bool)
    walled = np.array([bool(home) for home in homes], dtype=bool) & ~panel
    leaving = np.where(walled, p2109_db(frequency_mhz, links.elevation_deg, efficient), 0.0)
    entry = _entry_db(links, frequency_mhz, indoor)
    beyond = leaving + free_space(frequency_mhz, links.distance_3d_m) + entry
    within = _home_loss_db(links, frequency_mhz)
    loss = np.where(_served(scene, cells, homes, indoor), within, beyond)
    return np.asarray(cells["power_dbm"].to_numpy(np.float64) + cell_gains_dbi(cells, links, patterns) - loss)


def at_home(scene: Scene, cells: pd.DataFrame, points: pd.DataFrame) -> BoolArray:
    """Where a distribution reaches a point from within the point's own building; bool, shape (points, cells)."""
    das = (cells["kind"] == "das").to_numpy()
    found = np.zeros((len(points), len(cells)), dtype=bool)
    found[:, das] = _served(scene, cells[das], _homes(scene, cells[das]), _indoor(scene, points))
    return found


def _served(scene: Scene, cells: pd.DataFrame, homes: list[set[str]], indoor: _Indoor) -> BoolArray:
    outdoors = cells["azimuth_deg"].notna().to_numpy() & _stands_outside(scene, cells, homes)
    named = [[name in home for home in homes] for name in indoor.names]
    served = np.array(named, dtype=bool).reshape(len(indoor.names), len(cells))
    return np.asarray(indoor.inside[:, None] & served & ~outdoors)


def _homes(scene: Scene, cells: pd.DataFrame) -> list[set[str]]:
    """Ids of the buildings that each distribution serves from inside: by its `building`, and where it stands."""
    given = cells["building"] if "building" in cells else [""] * len(cells)
    beneath = scene.containing(cells["lat"], cells["lon"])
    stands = [{scene.buildings[b].id for b in row if b >= 0} for row in beneath]
    return [_names(value) | here for value, here in zip(given, stands, strict=True)]


def _names(value: Any) -> set[str]:
    if isinstance(value, str):
        value = value.split(";")
    return {name.strip() for name in value if name.strip()} if isinstance(value, list | tuple) else set()


def _stands_outside(scene: Scene, cells: pd.DataFrame, homes: list[set[str]]) -> BoolArray:
    """True where the map knows a distribution's building and its antenna stands beside it."""
    mapped = np.array([any(name in scene.index for name in home) for home in homes], dtype=bool)
    return mapped & (scene.containing(cells["lat"], cells["lon"]) < 0).all(axis=1)


def _efficient(scene: Scene, home: set[str]) -> bool:
    return any(scene.buildings[scene.index[name]].wall == "irr_glass" for name in home if name in scene.index)


def _home_loss_db(links: Links, frequency_mhz: FloatArray) -> FloatArray:
    """From a distribution's antenna to a room of the same building, through walls by distance.

    The table places one antenna; a distribution has one on every floor or two, and this is taken for each floor.
    """
    walls = FIRST_WALLS + links.distance_m / ROOM_M
    through_walls = walls * np.interp(frequency_mhz, WALL_MHZ, WALL_DB)
    return np.asarray(free_space(frequency_mhz, np.hypot(links.distance_m, CEILING_M)) + through_walls)


def level_change_db(
    before_cells: pd.DataFrame, after_cells: pd.DataFrame, links: Links, patterns: Mapping[str, Pattern]
) -> FloatArray:
    """How much every level moves when cells change: Δpower + Δgain, and Δ free-space loss of an antenna moved.

    Measured levels take this difference, never a new absolute level: models err by 8…12 dB indoors, differences
    of one model at one place by far less.

    Parameters
    ----------
    before_cells, after_cells : DataFrame
        Indexed by cell; both hold every cell of `links`.
    links : Links
        Of `before_cells`.
    patterns : mapping of str to Pattern

    Returns
    -------
    ndarray, shape (points, cells)
        dB; exactly 0 in the columns of cells that have not changed, NaN where a power or a place is unknown.

    Raises
    ------
    InputError
        If a changed cell names an antenna that is not there.
    """
    change = np.zeros(links.bearing_deg.shape)
    before, after = _of_links(before_cells, links), _of_links(after_cells, links)
    changed = np.flatnonzero(_changed(before, after))
    if changed.size:
        then, now = before.iloc[changed], after.iloc[changed]
        change[:, changed] = _parameter_change_db(then, now, _columns(links, changed), patterns)
    return change


@dataclass(frozen=True)
class LevelChange:
    """`level_change_db` against one network at fixed points, remembering every cell's column.

    Plans that share a change of a cell share its column: only what is new is computed.
    """

    before: pd.DataFrame
    links: Links
    patterns: Mapping[str, Pattern]
    known: dict[tuple[Any, ...], FloatArray] = field(default_factory=dict)

    def __call__(self, after_cells: pd.DataFrame) -> FloatArray:
        """dB, shape (points, cells); exactly 0 in the columns of cells that have not changed."""
        change = np.zeros(self.links.bearing_deg.shape)
        before, after = _of_links(self.before, self.links), _of_links(after_cells, self.links)
        for k in map(int, np.flatnonzero(_changed(before, after))):
            key = (k, *(after[name].iat[k] for name in LEVEL_COLUMNS if name in after))
            if key not in self.known:
                one = np.array([k])
                column = _parameter_change_db(
                    before.iloc[one], after.iloc[one], _columns(self.links, one), self.patterns
                )
                self.known[key] = column[:, 0]
            change[:, k] = self.known[key]
        return change


def _of_links(cells: pd.DataFrame, links: Links) -> pd.DataFrame:
    return cells if cells.index.equals(links.cells) else cells.loc[links.cells]


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> BoolArray:
    """True for the cells of which a level column differs; unknown is equal to unknown."""
    changed = np.zeros(len(before), dtype=bool)
    for name in LEVEL_COLUMNS:
        if name in before and name in after:
            old, new = before[name].to_numpy(), after[name].to_numpy()
            other = np.asarray(old != new, dtype=bool)
            if other.any():
                changed |= other & ~(pd.isna(old) & pd.isna(new))
    return changed


def _columns(links: Links, columns: np.ndarray) -> Links:
    pair = (links.distance_m, links.distance_3d_m, links.bearing_deg, links.elevation_deg)
    distance, straight, bearing, elevation = (array[:, columns] for array in pair)
    return replace(
        links,
        cells=links.cells[columns],
        distance_m=distance,
        distance_3d_m=straight,
        bearing_deg=bearing,
        elevation_deg=elevation,
    )


def _parameter_change_db(
    before: pd.DataFrame, after: pd.DataFrame, links: Links, patterns: Mapping[str, Pattern]
) -> FloatArray:
    power = after["power_dbm"].to_numpy(np.float64) - before["power_dbm"].to_numpy(np.float64)
    moved = (before[PLACE_COLUMNS].to_numpy(np.float64) != after[PLACE_COLUMNS].to_numpy(np.float64)).any()
    new_links = _moved(after, links) if moved else links
    gain = cell_gains_dbi(after, new_links, patterns) - cell_gains_dbi(before, links, patterns)
    near, far = np.maximum(links.distance_3d_m, 1.0), np.maximum(new_links.distance_3d_m, 1.0)
    return np.asarray(power + gain - 20.0 * np.log10(far / near))


def _moved(cells: pd.DataFrame, links: Links) -> Links:
    return link_from(cells, links.frame, links.x_m, links.y_m, links.height_m, links.terrain)
