"""How a cell looks in every picture of the report: a short code, a colour, and whether it is wanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rfopt.mobility.timeline import Replay
from rfopt.recommendation import Recommendation
from rfopt.rules import serving_share

COLOURS = (
    ("#0072b2", "#fff"),
    ("#e69f00", "#000"),
    ("#009e73", "#000"),
    ("#cc79a7", "#000"),
    ("#56b4e9", "#000"),
    ("#d55e00", "#000"),
    ("#f0e442", "#000"),
)
"""Okabe and Ito's colours, told apart by the colour-blind, each with the ink that reads on it."""
LTE_COLOURS = (*COLOURS[4:], *COLOURS[1:4])
"""In another order, so that the first cells of both technologies look different; blue is left to GSM."""
REST = (("#8c8c8c", "#000"), ("#c4c4c4", "#000"))
"""For cells beyond the colours; their codes tell them apart."""


@dataclass(frozen=True)
class Mark:
    """One cell's looks. `served` is False for cells that never serve, before or after."""

    code: str
    name: str
    colour: str
    ink: str
    wanted: bool
    served: bool


NO_SERVICE = Mark("–", "", "url(#unserved)", "#000", False, True)
STRANGER = Mark("?", "", "#4d4d4d", "#fff", False, True)


@dataclass(frozen=True)
class Marks:
    """The looks of all cells, by the indices that timelines use."""

    gsm: tuple[Mark, ...]
    lte: tuple[Mark, ...]

    def of(self, machine: str, server: int) -> Mark:
        """The looks of a timeline's server."""
        if server < 0:
            return NO_SERVICE if server == -1 else STRANGER
        return (self.gsm if machine.startswith(("gsm", "csfb")) else self.lte)[server]

    def named(self, name: str) -> Mark | None:
        """The looks of a cell by its name; None for one that was not heard here."""
        return next((mark for mark in (*self.gsm, *self.lte) if mark.name == name), None)


def marks_of(result: Recommendation) -> Marks:
    """Codes and colours: wanted cells first, then by the time each serves, then by its level."""
    replays = [result.evidence.logged, result.evidence.replay, result.replay_after]
    return Marks(_marks(result, replays, "gsm"), _marks(result, replays, "lte"))


def _marks(result: Recommendation, replays: list[Replay], rat: str) -> tuple[Mark, ...]:
    levels = (result.evidence.gsm if rat == "gsm" else result.evidence.lte).levels
    names = replays[0].gsm_cells if rat == "gsm" else replays[0].lte_cells
    shares = [serving_share(replays, f"{rat}_{mode}") for mode in ("idle", "call")]
    time = {name: sum(share.get(name, 0.0) for share in shares) for name in names}
    landed = {names[k] for replay in replays for k in _landings(replay)} if rat == "gsm" else set()
    highest = {name: np.nan_to_num(levels.of(name), nan=-200.0).max(initial=-200.0) for name in names}
    wanted = result.evidence.case.wanted
    order = sorted(names, key=lambda name: (name not in wanted, -time[name], name not in landed, -highest[name], name))
    place = {name: k for k, name in enumerate(order)}
    return tuple(mark_at(rat, place[name], name, name in wanted, time[name] > 0 or name in landed) for name in names)


def mark_at(rat: str, place: int, name: str, wanted: bool = False, served: bool = True) -> Mark:
    """The looks of the cell at a place of its technology, ``gsm`` or ``lte``, 0 = first."""
    colours = COLOURS if rat == "gsm" else LTE_COLOURS
    looks = colours[place] if place < len(colours) else REST[place % 2]
    return Mark(f"{rat[0].upper()}{place + 1}", name, *looks, wanted, served)


def _landings(replay: Replay) -> set[int]:
    return {int(k) for fallbacks in replay.fallbacks for k in np.unique(fallbacks.cell) if k >= 0}
