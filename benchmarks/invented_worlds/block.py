"""A healthy city block: one tower whose own distribution serves it well, and everything around."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .radio import METRES_PER_DEG, Mast, Places, free_space_db

HOME = (38.495, 106.225)
GSM_MHZ, LTE_MHZ = 940.0, 1895.0
SLOTS = [*range(1, 95, 2), *range(1001, 1024, 2)]
"""BCCH and traffic carriers, none adjacent to another."""
NAMES = ("阅海", "唐徕", "览山", "会展", "良田", "水厂", "森林公园", "永泰城", "正源街", "六盘山", "五里宜居",
         "康复中心", "典农河", "北塔湖", "新华联", "大阅城", "兴庆府", "金凤苑", "民生", "立达", "塞上骄子",
         "紫园", "湖畔", "平伏桥", "丽子园", "满城南街")  # fmt: skip
ROOMS = ("dining_north", "living_south", "bedroom_east", "bedroom_west", "study")
FACING = {"dining_north": 0.0, "living_south": 180.0, "bedroom_east": 90.0, "bedroom_west": 270.0, "study": 45.0}
COMPLAINTS = ("客户反映家中通话质差、掉话", "客户反映高层家中信号不稳定,经常无法接通", "用户投诉室内通话断续、上网慢")
BANDWIDTH_MHZ = 20
Row = dict[str, Any]


@dataclass
class World:
    """A block with its tables, its truth, and what was done to it."""

    kind: str
    seed: int
    attempt: int
    cells: dict[str, Row]
    relations: dict[tuple[str, str], Row]
    redirects: dict[str, set[int]]
    masts: dict[str, Mast]
    buildings: list[Row]
    floor: int
    wanted: list[str]
    rooms: list[str]
    places: dict[str, Places]
    owner: dict[str, str]
    text: str
    max_changes: int
    site_visits: bool
    parameters: list[str] = field(default_factory=list)
    labels: list[Row] = field(default_factory=list)
    undo: list[Row] = field(default_factory=list)
    table_error: Row | None = None
    silent: set[str] = field(default_factory=set)
    unlisted: set[str] = field(default_factory=set)
    sigma: dict[str, float] = field(default_factory=dict)
    tau_s: float = 5.0
    noise_db: float = 1.0
    more_sites: int = 0

    @property
    def name(self) -> str:
        """Name of the case: tells nothing of what is wrong with it."""
        return f"i{np.random.default_rng([77, self.seed, *self.kind.encode()]).integers(1 << 28):07x}"

    def of(self, rat: str) -> list[str]:
        """Cells of a technology."""
        return [name for name, row in self.cells.items() if row["rat"] == rat]

    def level(self, name: str) -> np.ndarray:
        """True levels of a cell in the rooms."""
        return self.places["rooms"].level_dbm(name, self.cells[name], self.masts[name])

    def shift(self, name: str, db: float) -> None:
        """Make a cell so much stronger in the tower, by the way there and not by its parameters."""
        for group in ("rooms", "tower"):
            self.places[group].loss_db[name] = self.places[group].loss_db[name] - db

    def gap(self, name: str, to: str = "") -> float:
        """Mean lead of a cell over the wanted one, or over another, in the rooms."""
        return float(np.mean(self.level(name) - self.level(to or self.wanted[0])))

    def set_gap(self, name: str, db: float, to: str = "") -> None:
        """Bring a cell to a mean lead over the wanted one or another."""
        self.shift(name, db - self.gap(name, to))

    def copy(self) -> World:
        """One to change."""
        return copy.deepcopy(self)


def healthy(rng: np.random.Generator, kind: str, seed: int, attempt: int, more_sites: int = 0) -> World:
    """Draw a block in which nothing is wrong, with four to six GSM sites about it and `more_sites`."""
    names = [str(n) for n in rng.permutation(NAMES)]
    floor = int(rng.integers(12, 31))
    cells: dict[str, Row] = {}
    masts: dict[str, Mast] = {}
    buildings = _buildings(rng, floor)
    area = int(rng.integers(10_000, 30_000))
    slots = [int(s) for s in rng.permutation(SLOTS)]
    site = iter(names)
    home = next(site)
    for building in buildings[:1] + buildings[1 : 1 + int(rng.integers(2, 5))]:
        own = building["id"] == "a-1"
        _add_das(rng, cells, masts, home if own else next(site), building, slots, area, own)
    wanted = next(iter(cells))
    for _ in range(int(rng.integers(4, 7)) + more_sites):
        _add_gsm_site(rng, cells, masts, next(site), slots, area)
    for k in range(int(rng.integers(4, 6))):
        _add_lte_site(rng, cells, masts, next(site), k, area)
    gsm = [name for name, row in cells.items() if row["rat"] == "GSM"]
    for twin in rng.choice([n for n in gsm if n != wanted], 2, replace=False):
        _add_far_reuse(rng, cells, masts, next(site), cells[str(twin)], area)
    world = World(
        kind, seed, attempt, cells, {}, {}, masts, buildings, floor, [wanted],
        [str(r) for r in rng.permutation(ROOMS)[: int(rng.integers(3, 5))]], {}, {}, str(rng.choice(COMPLAINTS)),
        int(rng.choice([8, 12])), bool(rng.random() < 0.5), more_sites=more_sites,
    )  # fmt: skip
    world.sigma = {name: float(rng.uniform(3.0, 4.3)) for name in cells}
    world.tau_s, world.noise_db = float(rng.uniform(3.5, 7.0)), float(rng.uniform(0.5, 1.2))
    _relate(rng, world)
    _places(rng, world)
    _calm(rng, world)
    return world


def _around(rng: np.random.Generator, near_m: float, far_m: float) -> tuple[float, float]:
    distance, turn = math.sqrt(rng.uniform(near_m**2, far_m**2)), rng.uniform(0.0, 2 * math.pi)
    north, east = distance * math.cos(turn), distance * math.sin(turn)
    return (
        round(HOME[0] + north / METRES_PER_DEG, 6),
        round(HOME[1] + east / METRES_PER_DEG / math.cos(math.radians(HOME[0])), 6),
    )


def _buildings(rng: np.random.Generator, floor: int) -> list[Row]:
    rows = [{"id": "a-1", "lat": HOME[0], "lon": HOME[1], "floors": floor + int(rng.integers(1, 8))}]
    for k in range(int(rng.integers(8, 14))):
        lat, lon = _around(rng, 70.0, 420.0)
        rows.append(
            {"id": f"{'bcdef'[k % 5]}-{k // 5 + 1}", "lat": lat, "lon": lon, "floors": int(rng.integers(6, 34))}
        )
    for row in rows:
        row["wall"] = str(rng.choice(["brick", "concrete", "glass", "irr_glass"]))
        row["turn"] = float(rng.uniform(-0.3, 0.3))
        row["size"] = (float(rng.uniform(22, 36)), float(rng.uniform(14, 22)))
    return rows


def _gsm_row(rng: np.random.Generator, site: str, kind: str, slots: list[int], area: int, n: int) -> Row:
    return {
        "site": site, "rat": "GSM", "kind": kind, "antenna": "", "building": "", "arfcn": slots.pop(),
        "bsic": f"{rng.integers(8)}-{rng.integers(8)}", "lac": area, "ci": 12_000 + 7 * n + int(rng.integers(6)),
        "tch_arfcns": ";".join(str(s) for s in rng.choice(slots, 2, replace=False)),
        "rxlev_access_min_dbm": int(rng.choice([-104, -102, -100])), "cell_reselect_offset_db": 0,
        "temporary_offset_db": 0, "penalty_time_s": 20, "cell_reselect_hysteresis_db": int(rng.choice([4, 6])),
        "ho_averaging_sacch": 8, "ho_period_pbgt_sacch": int(rng.choice([4, 6])), "radio_link_timeout": 20,
    }  # fmt: skip


def _add_das(
    rng: np.random.Generator, cells: dict[str, Row], masts: dict[str, Mast], site: str, building: Row,
    slots: list[int], area: int, own: bool,
) -> None:  # fmt: skip
    name = f"{site}NG{rng.integers(2, 4)}-{rng.integers(1, 8)}"
    row = _gsm_row(rng, site, "das", slots, area, len(cells))
    if own:
        row["tch_arfcns"] = f"{slots.pop()};{slots.pop()}"
    thrown = not own and rng.random() < 0.5  # antennas in the yard, pointed at façades
    azimuth = float(rng.integers(0, 36) * 10) if thrown else math.nan
    row |= {
        "lat": building["lat"], "lon": building["lon"], "azimuth_deg": azimuth, "building": building["id"],
        "height_m": round(3.0 * building["floors"] * rng.uniform(0.5, 0.9), 1), "mech_tilt_deg": 5 if thrown else 0,
        "elec_tilt_deg": 0, "gain_dbi": 9.0 if thrown else 2.0, "h_beamwidth_deg": 65 if thrown else 360,
        "v_beamwidth_deg": 35 if thrown else 80, "power_dbm": float(rng.choice([20.0, 22.0]) if thrown else 12.0),
        "max_power_dbm": 33.0 if thrown else float(rng.choice([12.0, 15.0, 18.0])),
    }  # fmt: skip
    cells[name], masts[name] = row, Mast(row["lat"], row["lon"], row["height_m"], azimuth)


def _add_gsm_site(
    rng: np.random.Generator, cells: dict[str, Row], masts: dict[str, Mast], site: str, slots: list[int], area: int
) -> None:
    lat, lon = _around(rng, 300.0, 2600.0)
    first, height = int(rng.integers(0, 12)) * 10, float(rng.integers(24, 42))
    for k in range(3):
        row = _gsm_row(rng, site, "macro", slots, area, len(cells))
        row |= {
            "lat": lat, "lon": lon, "height_m": height, "azimuth_deg": float((first + 120 * k) % 360),
            "mech_tilt_deg": int(rng.integers(0, 4)), "elec_tilt_deg": int(rng.integers(3, 8)), "gain_dbi": 16.5,
            "antenna": "G900-66-16.5", "h_beamwidth_deg": 66, "v_beamwidth_deg": 7, "power_dbm": 43.0,
            "max_power_dbm": 43.0,
        }  # fmt: skip
        name = f"{site}-NGH-{k + 1}"
        cells[name], masts[name] = row, Mast(lat, lon, height, row["azimuth_deg"])


def _add_lte_site(
    rng: np.random.Generator, cells: dict[str, Row], masts: dict[str, Mast], site: str, k: int, area: int
) -> None:
    lat, lon = _around(rng, 300.0, 1900.0)
    first, height = int(rng.integers(0, 12)) * 10, float(rng.integers(22, 42))
    earfcn, base = int(rng.choice([38400, 38400, 37900])), 3 * (20 * k + int(rng.integers(20)))
    for sector in range(int(rng.integers(2, 4))):
        azimuth = float((first + 120 * sector) % 360)
        row = {
            "site": site, "rat": "LTE", "kind": "macro", "lat": lat, "lon": lon, "height_m": height,
            "azimuth_deg": azimuth, "mech_tilt_deg": int(rng.integers(0, 4)), "elec_tilt_deg": int(rng.integers(2, 7)),
            "antenna": "TDL-65-17", "gain_dbi": 17.0, "h_beamwidth_deg": 65, "v_beamwidth_deg": 7, "power_dbm": 12.2,
            "max_power_dbm": 15.2, "building": "", "earfcn": earfcn, "pci": base + sector, "tac": area,
            "eci": (400_000 + 50 * k) * 256 + sector, "bandwidth_mhz": BANDWIDTH_MHZ,
            "load": round(float(rng.uniform(0.2, 0.4)), 2), "q_rxlevmin_dbm": -124, "q_hyst_db": 4,
            "s_intra_search_db": 62, "s_non_intra_search_db": 16, "cell_reselection_priority": 5,
            "thresh_serving_low_db": 4, "t_reselection_s": 1, "a3_offset_db": 3, "a3_hysteresis_db": 1,
            "a3_time_to_trigger_ms": 320,
        }  # fmt: skip
        name = f"{site}-NLH-{sector + 1}"
        cells[name], masts[name] = row, Mast(lat, lon, height, azimuth)


def _add_far_reuse(
    rng: np.random.Generator, cells: dict[str, Row], masts: dict[str, Mast], site: str, near: Row, area: int
) -> None:
    """A distant cell with the carrier and code of a near one: planned so, and no harm."""
    lat, lon = _around(rng, 5500.0, 9000.0)
    row = copy.deepcopy(near) | {
        "site": site, "kind": "macro", "lat": lat, "lon": lon, "height_m": 32.0, "building": "",
        "azimuth_deg": float(rng.integers(36) * 10), "mech_tilt_deg": 2, "elec_tilt_deg": 5, "gain_dbi": 16.5,
        "antenna": "G900-66-16.5", "h_beamwidth_deg": 66, "v_beamwidth_deg": 7, "power_dbm": 43.0,
        "max_power_dbm": 43.0, "lac": area + int(rng.integers(1, 4)), "ci": 31_000 + len(cells),
    }  # fmt: skip
    name = f"{site}-NGH-{rng.integers(1, 4)}"
    cells[name], masts[name] = row, Mast(lat, lon, 32.0, row["azimuth_deg"])


def margins(pbgt: float = 6.0) -> Row:
    """A GSM relation's parameters."""
    return {"ho_margin_pbgt_db": pbgt, "ho_margin_lev_db": 3, "ho_margin_qual_db": 0, "rxlev_min_cell_dbm": -98}


def near_gsm(world: World) -> list[str]:
    """GSM cells that are not kilometres away."""
    home = Places(np.array([HOME[0]]), np.array([HOME[1]]), np.array([1.5]))
    return [n for n in world.of("GSM") if home.directions(world.masts[n])[2][0] < 5000.0]


def _relate(rng: np.random.Generator, world: World) -> None:
    """Relations all round, but for a few pairs of cells that do not meet; every list has the wanted carrier."""
    gsm, lte = near_gsm(world), world.of("LTE")
    wanted = world.wanted[0]
    usual = float(rng.choice([5, 6, 7]))
    for k, a in enumerate(gsm):
        for b in gsm[k + 1 :]:
            if wanted in (a, b) or rng.random() < 0.85:
                world.relations[(a, b)] = margins(usual)
                world.relations[(b, a)] = margins(usual)
    for a in lte:
        for b in lte:
            if a != b and world.cells[a]["earfcn"] == world.cells[b]["earfcn"]:
                world.relations[(a, b)] = {"q_offset_db": 0, "cio_db": 0}
    others = [world.cells[n]["arfcn"] for n in gsm if n != wanted]
    for a in lte:
        chosen = rng.choice(others, int(rng.integers(5, 11)), replace=False)
        world.redirects[a] = {int(world.cells[wanted]["arfcn"]), *(int(c) for c in chosen)}


def _floor_places(building: Row, floors: list[int]) -> list[tuple[float, float, float]]:
    """Four places on each of some floors of a building."""
    out = []
    for floor in floors:
        for dx, dy in ((-8, -4), (8, -4), (-8, 4), (8, 4)):
            out.append((building["lat"] + dy / METRES_PER_DEG, building["lon"] + dx / METRES_PER_DEG / 0.783,
                        3.0 * (floor - 1) + 1.5))  # fmt: skip
    return out


def _places(rng: np.random.Generator, world: World) -> None:
    """Places in the flat and wherever a plan may harm, and the way from every cell to each."""
    height, home = 3.0 * (world.floor - 1) + 1.5, world.buildings[0]
    spots = {
        "rooms": [(HOME[0] + 6.0 * math.cos(math.radians(FACING[r])) / METRES_PER_DEG,
                   HOME[1] + 10.0 * math.sin(math.radians(FACING[r])) / METRES_PER_DEG / 0.783, height)
                  for r in world.rooms],
        "tower": _floor_places(home, [f for f in range(2, home["floors"], 4) if f != world.floor]),
        "street": [(*_around(rng, 40.0, 260.0), 1.5) for _ in range(40)],
    }  # fmt: skip
    for name, row in world.cells.items():
        mast = world.masts[name]
        if row["kind"] == "das" and name not in world.wanted:
            served = next(b for b in world.buildings if b["id"] == row["building"])
            spots[f"estate of {name}"] = _floor_places(served, list(range(1, served["floors"] + 1, 4)))
            world.owner[f"estate of {name}"] = name
        elif row["kind"] == "macro":
            spots[f"users of {name}"] = _sector(rng, mast)
            world.owner[f"users of {name}"] = name
    for group, where in spots.items():
        lat, lon, high = (np.array(column, dtype=float) for column in zip(*where, strict=True))
        places = Places(lat, lon, high)
        site_part = {row["site"]: rng.normal(0.0, 4.0, len(lat)) for row in world.cells.values()}
        for name, row in world.cells.items():
            places.loss_db[name] = _loss(rng, world, group, places, name) + site_part[row["site"]]
        world.places[group] = places


def _sector(rng: np.random.Generator, mast: Mast) -> list[tuple[float, float, float]]:
    distance = rng.uniform(80.0, 420.0, 24)
    turn = np.radians(mast.azimuth_deg + rng.uniform(-45.0, 45.0, 24))
    lat = mast.lat + distance * np.cos(turn) / METRES_PER_DEG
    lon = mast.lon + distance * np.sin(turn) / METRES_PER_DEG / 0.783
    return [(float(a), float(b), 1.5) for a, b in zip(lat, lon, strict=True)]


def _loss(rng: np.random.Generator, world: World, group: str, places: Places, name: str) -> np.ndarray:
    """Loss on the way: free space, what stands between, a wall, and shadowing that no table tells."""
    row, mast = world.cells[name], world.masts[name]
    bearing, _, away = places.directions(mast)
    free, shadow = free_space_db(away, GSM_MHZ if row["rat"] == "GSM" else LTE_MHZ), rng.normal(0.0, 3.0, len(bearing))
    if row["kind"] == "das" and (
        world.owner.get(group) == name or (name in world.wanted and group in ("rooms", "tower"))
    ):
        target = row["power_dbm"] + row["gain_dbi"] + (60.0 if name in world.wanted else 62.0) + rng.uniform(0.0, 8.0)
        return np.asarray(np.full(len(bearing), target) + rng.normal(0.0, 2.5, len(bearing)))
    if group == "rooms":
        facing = np.array([FACING[r] for r in world.rooms])
        turned = np.cos(np.radians(bearing + 180.0 - facing))  # 1 where the wall looks at the mast
        return np.asarray(free + 14.0 - 5.0 * turned + rng.uniform(2.0, 16.0) + shadow)
    if group == "tower":
        return np.asarray(free + 14.0 + rng.uniform(2.0, 16.0) + shadow)
    if group.startswith("estate"):
        return np.asarray(free + 40.0 + rng.uniform(0.0, 10.0) + shadow)
    return np.asarray(free + (20.0 if row["kind"] == "macro" else 30.0) + 6.0 * np.log10(away / 100.0).clip(0) + shadow)


def _calm(rng: np.random.Generator, world: World) -> None:
    """No other cell near the wanted one in the flat; one LTE cell ahead of the others; nothing too loud."""
    wanted = world.wanted[0]
    for name in world.of("GSM"):
        if name != wanted:
            worst = float(np.max(world.level(name) - world.level(wanted)))
            world.shift(name, min(0.0, -rng.uniform(12.0, 17.0) - worst))
    lte = world.of("LTE")
    best = max(lte, key=lambda n: float(world.level(n).mean()))
    world.shift(best, rng.uniform(-101.0, -88.0) - float(world.level(best).mean()))
    for name in lte:
        if name != best:
            clash = world.cells[name]["pci"] % 3 == world.cells[best]["pci"] % 3
            least = rng.uniform(14.0, 18.0) if clash else rng.uniform(5.0, 12.0)
            world.shift(name, min(0.0, -least - float(np.max(world.level(name) - world.level(best)))))
