"""What can be wrong with a block, one function a kind: it spoils a healthy block and says who is to blame.

Each takes the block and a source of chance and raises `UnfitError` where this block does not lend itself to the fault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .block import World, near_gsm

Fault = Callable[[World, np.random.Generator], None]
FAULTS: dict[str, Fault] = {}


class UnfitError(Exception):
    """This block does not lend itself to this fault."""


def fault(make: Fault) -> Fault:
    """Register a kind under its function's name."""
    FAULTS[make.__name__] = make
    return make


def blame(world: World, rules: list[str], cells: list[str]) -> None:
    """Say who is to blame."""
    world.labels.append({"rules": rules, "cells": cells})


def spoil(world: World, cell: str, parameter: str, new: Any, neighbour: str | None = None) -> None:
    """Set a parameter wrongly; the undo sets it back."""
    row = world.relations[(cell, neighbour)] if neighbour else world.cells[cell]
    old, row[parameter] = row[parameter], new
    if old != new:
        undo(world, cell, parameter, new, old, neighbour)


def undo(world: World, cell: str, parameter: str, old: Any, new: Any, neighbour: str | None = None) -> None:
    """Add a change to the undo."""
    world.undo.append({"cell": cell, "neighbour": neighbour, "parameter": parameter, "old": old, "new": new})


def mend(world: World, cell: str, parameter: str, new: Any, neighbour: str | None = None) -> None:
    """Add to the undo what should be set, present value as it is."""
    row = world.relations[(cell, neighbour)] if neighbour else world.cells[cell]
    undo(world, cell, parameter, row[parameter], new, neighbour)


def set_now(world: World, cell: str, parameter: str, new: Any, neighbour: str | None = None) -> None:
    """Set a parameter for good."""
    (world.relations[(cell, neighbour)] if neighbour else world.cells[cell])[parameter] = new


def rivals(world: World, rng: np.random.Generator, count: int, kinds: tuple[str, ...] = ("macro", "das")) -> list[str]:
    """Some near GSM cells with relations both ways to the wanted one, of different sites."""
    wanted = world.wanted[0]
    names = [n for n in near_gsm(world) if n != wanted and world.cells[n]["kind"] in kinds]
    chosen: list[str] = []
    for name in rng.permutation(names):
        sites = {world.cells[c]["site"] for c in chosen}
        blamed = {cell for label in world.labels for cell in label["cells"]}
        if world.cells[str(name)]["site"] not in sites and str(name) not in blamed:
            chosen.append(str(name))
    if len(chosen) < count:
        raise UnfitError
    return chosen[:count]


def servers(world: World, within_db: float = 10.0) -> list[str]:
    """LTE cells that serve in the flat, the strongest first."""
    level = {n: float(world.level(n).mean()) for n in world.of("LTE")}
    top = max(level.values())
    return sorted((n for n, v in level.items() if v >= top - within_db), key=lambda n: -level[n])


@fault
def healthy(_world: World, _rng: np.random.Generator) -> None:
    """Nothing."""


@fault
def healthy_tuned(world: World, rng: np.random.Generator) -> None:
    """Nothing: strong neighbours that are kept at bay by a reward and by margins; harmless oddities elsewhere."""
    wanted = world.wanted[0]
    set_now(world, wanted, "cell_reselect_offset_db", int(rng.choice([12, 14, 16])))
    for name in rivals(world, rng, 2):
        world.set_gap(name, float(rng.uniform(-5.0, -2.5)))
        set_now(world, wanted, "ho_margin_pbgt_db", 14, name)
        set_now(world, name, "ho_margin_pbgt_db", int(rng.choice([0, 1, 2])), wanted)
    oddities(world)


def oddities(world: World) -> None:
    """What a rule must not mind: a one-way relation, another area, a list, a code, all of cells too weak to matter."""
    wanted = world.wanted[0]
    weak = [n for n in near_gsm(world) if n != wanted and float(np.max(world.level(n) - world.level(wanted))) < -17.0]
    for name in weak[:1]:
        world.relations.pop((name, wanted), None)
    for name in weak[1:2]:
        world.cells[name]["lac"] += 3
    level = {n: float(world.level(n).mean()) for n in world.of("LTE")}
    for name in [n for n, v in level.items() if v < max(level.values()) - 24.0][:1]:
        world.redirects[name].discard(int(world.cells[wanted]["arfcn"]))


@fault
def weak_indoor(world: World, rng: np.random.Generator) -> None:
    """The distribution does not get into the flat, and nothing else does."""
    wanted = world.wanted[0]
    level = float(rng.uniform(-101.0, -93.0))
    world.shift(wanted, level - float(world.level(wanted).mean()))
    for name in world.of("GSM"):
        if name != wanted:
            worst = float(np.max(world.level(name) - world.level(wanted)))
            world.shift(name, min(0.0, -rng.uniform(8.0, 14.0) - worst))
    world.cells[wanted]["max_power_dbm"] = world.cells[wanted]["power_dbm"]
    if rng.random() < 0.5:
        for name in world.of("LTE"):
            world.shift(name, -float(rng.uniform(14.0, 20.0)))
    blame(world, ["weak_indoor"], [wanted])


@fault
def no_dominant_server(world: World, rng: np.random.Generator) -> None:
    """Several cells of about one level, margins and offsets as delivered."""
    wanted, others = world.wanted[0], rivals(world, rng, int(rng.integers(3, 5)))
    for name in others:
        world.set_gap(name, float(rng.uniform(-5.0, -0.5)))
        mend(world, wanted, "ho_margin_pbgt_db", 14, name)
    mend(world, wanted, "cell_reselect_offset_db", 16)
    blame(world, ["no_dominant_server", "pingpong_reselection", "pingpong_handover"], [wanted, *others])


@fault
def das_leakage(world: World, rng: np.random.Generator) -> None:
    """Another estate's distribution was turned up and fills the flat."""
    (name,) = rivals(world, rng, 1, ("das",))
    rise, row = int(rng.choice([12, 14, 16])), world.cells[name]
    row["max_power_dbm"] = max(row["max_power_dbm"], row["power_dbm"] + rise)
    world.set_gap(name, float(rng.uniform(-15.5, -13.0)))
    spoil(world, name, "power_dbm", row["power_dbm"] + rise)
    blame(world, ["das_leakage"], [name])


@fault
def overshoot(world: World, rng: np.random.Generator) -> None:
    """A macro far away was tilted up and reaches the flat."""
    home = world.places["rooms"]
    for name in rivals(world, rng, 3, ("macro",)):
        row, mast = world.cells[name], world.masts[name]
        away = float(home.directions(mast)[2].mean())
        before = float(world.level(name).mean())
        trial = world.copy()
        trial.cells[name] |= {"elec_tilt_deg": int(rng.integers(0, 3)), "mech_tilt_deg": int(rng.integers(0, 2))}
        rise = float(trial.level(name).mean()) - before
        if away < 1100.0 or rise < 9.0:
            continue
        world.set_gap(name, -float(rng.uniform(11.0, 13.0)))
        for parameter in ("elec_tilt_deg", "mech_tilt_deg"):
            if trial.cells[name][parameter] != row[parameter]:
                spoil(world, name, parameter, trial.cells[name][parameter])
        world.shift(name, min(0.0, float(rng.uniform(2.0, 4.0)) - world.gap(name)))
        blame(world, ["overshoot"], [name])
        return
    raise UnfitError


@fault
def pingpong_reselection(world: World, rng: np.random.Generator) -> None:
    """Idle phones go to and fro; calls are held by their margins."""
    wanted, others = world.wanted[0], rivals(world, rng, 2)
    for name in others:
        world.set_gap(name, float(rng.uniform(-3.5, 0.0)))
        set_now(world, wanted, "ho_margin_pbgt_db", 14, name)
        set_now(world, name, "ho_margin_pbgt_db", 0, wanted)
    if rng.random() < 0.5:
        spoil(world, others[0], "cell_reselect_offset_db", 2)
    mend(world, wanted, "cell_reselect_offset_db", 16)
    blame(world, ["pingpong_reselection", "no_dominant_server"], [wanted, *others])


@fault
def pingpong_handover(world: World, rng: np.random.Generator) -> None:
    """Calls are handed to and fro; idle phones are held by a reward."""
    wanted = world.wanted[0]
    others = rivals(world, rng, int(rng.integers(1, 3)))
    set_now(world, wanted, "cell_reselect_offset_db", 14)
    for name in others:
        world.set_gap(name, float(rng.uniform(-6.0, -2.5)))
        set_now(world, wanted, "ho_margin_pbgt_db", 14, name)
        spoil(world, wanted, "ho_margin_pbgt_db", int(rng.integers(-1, 3)), name)
        set_now(world, name, "ho_margin_pbgt_db", int(rng.integers(2, 5)), wanted)
    blame(world, ["pingpong_handover"], [wanted, *others])


def _reward(world: World) -> None:
    """What keeps idle phones on the wanted cell beside a neighbour as strong."""
    set_now(world, world.wanted[0], "cell_reselect_offset_db", 16)


@fault
def missing_neighbour(world: World, rng: np.random.Generator) -> None:
    """A cell as strong as the wanted one, with no relation either way: who begins there stays there."""
    wanted, (name,) = world.wanted[0], rivals(world, rng, 1)
    _reward(world)
    world.set_gap(name, float(rng.uniform(-3.0, 2.0)))
    for a, b in ((name, wanted), (wanted, name)):
        world.relations.pop((a, b))
        undo(world, a, "neighbour", "absent", "present", b)
    undo(world, wanted, "ho_margin_pbgt_db", 6, 14, name)
    undo(world, name, "ho_margin_pbgt_db", 6, 2, wanted)
    blame(world, ["missing_neighbour"], [name, wanted])


@fault
def one_way_neighbour(world: World, rng: np.random.Generator) -> None:
    """Phones go over and cannot come back."""
    wanted, (name,) = world.wanted[0], rivals(world, rng, 1)
    _reward(world)
    world.set_gap(name, float(rng.uniform(-2.5, 3.5)))
    set_now(world, wanted, "ho_margin_pbgt_db", 12, name)
    world.relations.pop((name, wanted))
    undo(world, name, "neighbour", "absent", "present", wanted)
    undo(world, name, "ho_margin_pbgt_db", 6, 2, wanted)
    blame(world, ["one_way_neighbour"], [name, wanted])


@fault
def csfb_frequency(world: World, rng: np.random.Generator) -> None:
    """The lists of the LTE cells that serve here lack the wanted carrier."""
    wanted, lacking = world.wanted[0], servers(world)
    carrier = int(world.cells[wanted]["arfcn"])
    for name in lacking:
        world.redirects[name].discard(carrier)
        undo(world, name, "redirect_arfcn", "absent", "present", str(carrier))
    other = rivals(world, rng, 1)[0]
    world.redirects[lacking[0]].add(int(world.cells[other]["arfcn"]))
    blame(world, ["csfb_frequency"], [*lacking, wanted])


@fault
def cochannel_interference(world: World, rng: np.random.Generator) -> None:
    """A macro was given the wanted cell's carriers, or the wanted cell's traffic carriers fall on its BCCH."""
    wanted, (name,) = world.wanted[0], rivals(world, rng, 1, ("macro",))
    _reward(world)
    set_now(world, wanted, "ho_margin_pbgt_db", 12, name)
    if rng.random() < 0.65:
        world.set_gap(name, float(rng.uniform(-9.0, -4.0)))
        spoil(world, name, "arfcn", world.cells[wanted]["arfcn"])
        if rng.random() < 0.5:
            spoil(world, name, "tch_arfcns", world.cells[wanted]["tch_arfcns"])
    else:
        world.set_gap(name, float(rng.uniform(-10.0, -7.5)))
        own = str(world.cells[wanted]["tch_arfcns"]).split(";")
        spoil(world, wanted, "tch_arfcns", f"{world.cells[name]['arfcn']};{own[1]}")
    blame(world, ["cochannel_interference"], [name, wanted])


@fault
def pci_mod3(world: World, rng: np.random.Generator) -> None:
    """Reference signals of the LTE server and of a neighbour collide."""
    server = servers(world)[0]
    own = world.cells[server]
    others = [
        n
        for n in world.of("LTE")
        if world.cells[n]["earfcn"] == own["earfcn"] and world.cells[n]["site"] != own["site"]
    ]
    if not others:
        raise UnfitError
    name = str(rng.choice(others))
    world.set_gap(name, float(rng.uniform(-4.0, -1.0)), server)
    for cell in (name, server):
        world.cells[cell]["load"] = 0.15
    world.cells[name]["pci"] = 3 * (world.cells[name]["pci"] // 3) + (own["pci"] + 1) % 3
    spoil(world, name, "pci", 3 * (world.cells[name]["pci"] // 3) + own["pci"] % 3)
    blame(world, ["pci_mod3"], [server, name])


@fault
def identity_confusion(world: World, rng: np.random.Generator) -> None:
    """Two cells near by have one carrier and one code; handovers to one are sent to the other."""
    wanted, (name, twin) = world.wanted[0], rivals(world, rng, 2, ("macro",))
    _reward(world)
    world.set_gap(name, float(rng.uniform(-4.0, -1.0)))
    world.set_gap(twin, world.gap(name) - float(rng.uniform(9.0, 13.0)))
    spoil(world, wanted, "ho_margin_pbgt_db", 5, name)
    spoil(world, twin, "arfcn", world.cells[name]["arfcn"])
    spoil(world, twin, "bsic", world.cells[name]["bsic"])
    mend(world, wanted, "ho_margin_pbgt_db", 14, name)
    blame(world, ["identity_confusion"], [name, twin])


@fault
def area_boundary(world: World, rng: np.random.Generator) -> None:
    """Idle phones cross from one location area to another and back."""
    wanted, (name,) = world.wanted[0], rivals(world, rng, 1)
    site = world.cells[name]["site"]
    area = world.cells[name]["lac"] + int(rng.integers(1, 5))
    for other in near_gsm(world):
        if world.cells[other]["site"] == site:
            set_now(world, other, "lac", area)
        set_now(world, other, "cell_reselect_hysteresis_db", 2)
    world.set_gap(name, float(rng.uniform(-3.0, 1.0)))
    set_now(world, wanted, "ho_margin_pbgt_db", 14, name)
    set_now(world, name, "ho_margin_pbgt_db", 0, wanted)
    mend(world, wanted, "cell_reselect_offset_db", 16)
    blame(world, ["area_boundary"], [name, wanted])


@fault
def area_of_lte(world: World, rng: np.random.Generator) -> None:
    """The LTE servers' tracking area is not the wanted cell's location area: every fallback updates, some fail."""
    area = int(world.cells[world.wanted[0]]["lac"]) + int(rng.integers(1, 6))
    odd = servers(world, 14.0)
    for name in odd:
        spoil(world, name, "tac", area)
    blame(world, ["area_boundary"], [*odd, world.wanted[0]])


@fault
def outage(world: World, rng: np.random.Generator) -> None:
    """The wanted cell is off the air."""
    for name in rivals(world, rng, 3):
        world.set_gap(name, float(rng.uniform(-22.0, -12.0)))
    world.silent.add(world.wanted[0])
    blame(world, ["outage"], list(world.wanted))


@fault
def border_camping(world: World, rng: np.random.Generator) -> None:
    """Phones are served by a cell of another region that the tables do not have."""
    if rng.random() < 0.5:
        name = str(rng.choice(servers(world, 40.0)[1:]))
        world.cells[name]["earfcn"] = world.cells[servers(world)[0]]["earfcn"]
        world.cells[name]["pci"] = 3 * int(rng.integers(100, 160)) + (world.cells[servers(world)[0]]["pci"] + 1) % 3
        world.set_gap(name, float(rng.uniform(0.0, 4.0)), servers(world)[0])
        world.cells[name]["tac"] += 4000
        world.redirects[name] = {int(c) for c in rng.choice(range(600, 640), 4)}
    else:
        name, listed = rivals(world, rng, 2, ("macro",))
        world.set_gap(name, float(rng.uniform(0.0, 4.0)))
        world.cells[name] |= {"arfcn": world.cells[listed]["arfcn"], "lac": world.cells[name]["lac"] + 4000}
        world.shift(listed, -10.0)
        for pair in [p for p in world.relations if p == (name, world.wanted[0])]:
            del world.relations[pair]
    world.unlisted.add(name)
    blame(world, ["border_camping"], [])


@fault
def border_region(world: World, rng: np.random.Generator) -> None:
    """Phones are served by a listed cell of another region, far off and with area codes of its own, and stay there."""
    wanted, (name,) = world.wanted[0], rivals(world, rng, 1, ("macro",))
    for other in near_gsm(world):
        if world.cells[other]["site"] == world.cells[name]["site"]:
            set_now(world, other, "lac", world.cells[other]["lac"] + 5000)
    world.set_gap(name, float(rng.uniform(0.0, 3.5)))
    set_now(world, wanted, "ho_margin_pbgt_db", 14, name)
    set_now(world, name, "cell_reselect_hysteresis_db", 14)
    mend(world, wanted, "cell_reselect_offset_db", 20)
    mend(world, name, "ho_margin_pbgt_db", 0, wanted)
    blame(world, ["border_camping", "area_boundary"], [name])


@fault
def wrong_sign(world: World, rng: np.random.Generator) -> None:
    """The wanted cell's reward is subtracted: penalty time 640 s."""
    wanted, (name,) = world.wanted[0], rivals(world, rng, 1)
    world.set_gap(name, float(rng.uniform(-9.0, -4.0)))
    set_now(world, wanted, "cell_reselect_offset_db", int(rng.choice([10, 12, 14])))
    set_now(world, wanted, "ho_margin_pbgt_db", 14, name)
    spoil(world, wanted, "penalty_time_s", 640)
    blame(world, ["wrong_parameters"], [wanted])


@fault
def wrong_access(world: World, rng: np.random.Generator) -> None:
    """The wanted cell admits phones only at levels that it does not have here."""
    wanted, (name,) = world.wanted[0], rivals(world, rng, 1)
    world.set_gap(name, float(rng.uniform(-12.0, -8.0)))
    spoil(world, wanted, "rxlev_access_min_dbm", round(float(world.level(wanted).mean()) + rng.uniform(-1.0, 6.0)))
    blame(world, ["wrong_parameters"], [wanted])


@fault
def wrong_margins(world: World, rng: np.random.Generator) -> None:
    """Margins of a pair sum below nothing: calls circle."""
    wanted, (name,) = world.wanted[0], rivals(world, rng, 1)
    _reward(world)
    world.set_gap(name, float(rng.uniform(-6.0, -2.0)))
    set_now(world, wanted, "ho_margin_pbgt_db", 14, name)
    spoil(world, wanted, "ho_margin_pbgt_db", int(rng.integers(-4, -1)), name)
    spoil(world, name, "ho_margin_pbgt_db", int(rng.integers(-3, 1)), wanted)
    blame(world, ["wrong_parameters", "pingpong_handover"], [wanted, name])


@fault
def wrong_quantum(world: World, rng: np.random.Generator) -> None:
    """A neighbour broadcasts a reward that no code stands for, and draws idle phones."""
    wanted, (name,) = world.wanted[0], rivals(world, rng, 1)
    world.set_gap(name, float(rng.uniform(-13.0, -10.0)))
    set_now(world, wanted, "ho_margin_pbgt_db", 14, name)
    spoil(world, name, "cell_reselect_offset_db", int(rng.choice([15, 17, 13])))
    blame(world, ["wrong_parameters"], [name])


def _wrong_table(world: World, rng: np.random.Generator) -> None:
    """One row of the table is wrong of a cell that is heard: an antenna points elsewhere, or hangs higher."""
    heard = [n for n in near_gsm(world) + world.of("LTE") if world.cells[n]["kind"] == "macro"]
    name = str(rng.choice(heard))
    row = world.cells[name]
    if rng.random() < 0.6:
        row["azimuth_deg"] = float((row["azimuth_deg"] + rng.choice([-1, 1]) * rng.uniform(40, 150)) % 360 // 1)
        off = (row["azimuth_deg"] - world.masts[name].azimuth_deg + 180) % 360 - 180
        world.table_error = {"cell": name, "az": off, "h": 0.0}
    else:
        row["height_m"] = round(row["height_m"] * rng.uniform(0.5, 0.8), 1)
        world.table_error = {"cell": name, "az": 0.0, "h": row["height_m"] - world.masts[name].height_m}


WRONG_TABLE_SHARE = 0.3


def wrong_table(world: World, rng: np.random.Generator) -> None:
    """In some blocks a row of the table is wrong besides."""
    if rng.random() < WRONG_TABLE_SHARE:
        _wrong_table(world, rng)


COMBINED: dict[str, tuple[str, ...]] = {
    "leak_and_list": ("das_leakage", "csfb_frequency"),
    "leak_and_handover": ("das_leakage", "pingpong_handover"),
    "overshoot_and_list": ("overshoot", "csfb_frequency"),
    "one_way_and_leak": ("one_way_neighbour", "das_leakage"),
    "clash_and_mod3": ("cochannel_interference", "pci_mod3"),
    "sign_and_list": ("wrong_sign", "csfb_frequency"),
}
FORBIDDEN = "forbidden"
"""A leaking distribution in a case whose limits permit nothing that would help."""
KINDS = (*FAULTS, *COMBINED, FORBIDDEN)


def commit(world: World, rng: np.random.Generator) -> None:
    """Do to a healthy block what its kind says."""
    parts = COMBINED.get(world.kind, ("das_leakage",) if world.kind == FORBIDDEN else (world.kind,))
    for part in parts:
        FAULTS[part](world, rng)
    if world.kind == FORBIDDEN:
        world.parameters = ["bsic", "radio_link_timeout"]
    wrong_table(world, rng)
