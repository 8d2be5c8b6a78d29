"""Where fallback calls land, as shares of all attempts; and what strips and landings have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import SupportsFloat, cast

import numpy as np
from numpy.typing import NDArray

from rfopt.mobility.timeline import Replay
from rfopt.network import Network
from rfopt.recommendation import Recommendation
from rfopt.report.marks import Mark, Marks
from rfopt.sentences import number
from rfopt.words import say

LEAST_LABEL = 5.0
"""Width in per cent from which a stretch carries its cell's code."""
LEAST_ON_PHONE = 10.0


@dataclass(frozen=True)
class Segment:
    """A stretch of one server; `x` and `width` in per cent of the strip."""

    x: float
    width: float
    mark: Mark
    title: str

    @property
    def labelled(self) -> bool:
        """Wide enough for its code."""
        return self.width >= LEAST_LABEL

    @property
    def narrow(self) -> bool:
        """Too narrow for its code on a phone."""
        return self.width < LEAST_ON_PHONE


@dataclass(frozen=True)
class Landing:
    """Where fallback calls end: shares in per cent, by cell."""

    when: str
    basis: str
    tries: int
    segments: tuple[Segment, ...]


def replays_of(result: Recommendation) -> Iterable[tuple[str, str, Replay]]:
    """The log and the simulation, as found and after the plan."""
    yield "log", "measured", result.evidence.logged
    yield "before" if result.steps else "found", "modelled", result.evidence.replay
    if result.steps:
        yield "after", "modelled", result.replay_after


def server_text(mark: Mark, lang: str) -> str:
    """A server by code and name."""
    if mark.name:
        return f"{mark.code} {mark.name}"
    return say("strip.no_service" if mark.code == "–" else "strip.stranger", lang)


def landings_of(
    replays: Iterable[tuple[str, str, Replay]], point: str, marks: Marks, lang: str, networks: Mapping[str, Network]
) -> list[Landing]:
    """Landings at one point: in the log, before the plan and after it; `networks` by ``before`` and ``after``."""
    rows: list[Landing] = []
    for when, basis, replay in replays:
        here = [f for f in replay.fallbacks if f.point == point]
        tried = np.concatenate([f.tried.ravel() for f in here] or [np.zeros(0, dtype=bool)])
        if not tried.any():
            continue
        good = np.concatenate([f.success.ravel() for f in here])[tried]
        cell = np.concatenate([f.cell.ravel() for f in here])[tried]
        origins = sorted({k for f in here for k in f.lte_cell.ravel().tolist() if k >= 0})
        lists = _Lists(networks["after" if when == "after" else "before"], [marks.lte[k] for k in origins])
        segments = _shares(np.where(good, np.where(cell < 0, -2, cell), -1), marks, lang, lists)
        if rows and rows[-1].basis == basis and rows[-1].segments == segments:
            rows[-1] = replace(rows[-1], when="unchanged")
        else:
            rows.append(Landing(when, basis, int(tried.sum()), segments))
    return rows


@dataclass(frozen=True)
class _Lists:
    """The redirect lists of the LTE cells from which calls fell back."""

    network: Network
    origins: list[Mark]

    def told(self, mark: Mark, lang: str) -> str:
        """Which of them send calls to the carrier of a GSM cell."""
        arfcn = float(cast(SupportsFloat, self.network.cells.at[mark.name, "arfcn"]))
        listing = [lte.code for lte in self.origins if (lte.name, arfcn) in self.network.redirects]
        key = "strip.listed" if listing else "strip.unlisted"
        return say(key, lang, arfcn=number(arfcn), cells=say("report.comma", lang).join(listing))


def _shares(cells: NDArray[np.int64], marks: Marks, lang: str, lists: _Lists) -> tuple[Segment, ...]:
    """Landing cells as parts of all attempts; −1 stands for a failure, −2 for a cell that the table does not know."""
    counts = Counter(int(cell) for cell in cells)
    order = sorted(counts, key=lambda cell: (cell < 0, marks.of("csfb", cell).code))
    segments: list[Segment] = []
    x = 0.0
    for cell in order:
        mark, share = marks.of("csfb", cell), 100.0 * counts[cell] / len(cells)
        name = say("strip.failed", lang) if cell == -1 else server_text(mark, lang)
        title = say("strip.landing", lang, cell=name, share=number(share, 0), number=counts[cell], total=len(cells))
        title += f"\n{lists.told(mark, lang)}" if mark.name else ""
        segments.append(Segment(round(x, 2), round(share, 2), mark, title))
        x += share
    return tuple(segments)
