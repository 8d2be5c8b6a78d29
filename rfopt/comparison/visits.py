"""One visit: what the phone did in each room, and what else can be said of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from rfopt.case import Case
from rfopt.errors import InputError
from rfopt.evidence import complaint_rows, label_points, place_points
from rfopt.identify import identify
from rfopt.mobility.logged import replay_of_log
from rfopt.mobility.strangers import RATS, name_cells
from rfopt.mobility.timeline import Replay

HEARD_NAMED = 0.05
"""Share of a technology's readings from which a cell that is heard in one log only is named."""


@dataclass(frozen=True)
class Visit:
    """A log at the complaint's rooms.

    Attributes
    ----------
    rooms : mapping
        Label of the room, as `room_key` spells it, to what the phone did there.
    labels : mapping
        The same keys to the labels as the log writes them.
    heard : mapping
        Technology to the share of its readings that each cell has.
    neighbours : mapping
        Technology to the mean number of neighbours reported at an instant.
    step_s : mapping
        Machine to the usual time between two of its rows in seconds.
    """

    case: Case
    rooms: Mapping[str, Replay]
    labels: Mapping[str, str]
    heard: Mapping[str, Mapping[str, float]]
    neighbours: Mapping[str, float]
    step_s: Mapping[str, float]


def room_key(label: str) -> str:
    """A room's label without what two people write differently: case and blanks.

    >>> room_key(" Dining_North ")
    'dining_north'
    """
    return " ".join(label.casefold().split())


def visit_of(case: Case, floor: int | None, wanted: tuple[str, ...]) -> Visit:
    """Read a case as a visit.

    Parameters
    ----------
    floor : int or None
        The complaint's floor, whose rows are taken; None takes all.
    wanted : tuple of str
        Cells meant to serve here.

    Raises
    ------
    InputError
        If no room of the log has a stretch that can be counted.
    """
    readings = place_points(label_points(case.readings), case)
    if case.network is None:
        named = name_cells(readings)
    else:
        named = identify(readings, case.network, case.lat, case.lon).readings
    rows = named if floor is None else named[complaint_rows(named, floor)[0]]
    cells = {rat: tuple(sorted(set(rows.loc[rows["rat"] == rat, "cell"]) - {""})) for rat in RATS}
    replay = replay_of_log(rows, cells["GSM"], cells["LTE"], wanted)
    labels: dict[str, str] = {}
    for point in [*(t.point for t in replay.timelines), *(f.point for f in replay.fallbacks)]:
        labels.setdefault(room_key(point), point)
    if not labels:
        raise InputError(
            f"the log of case {case.id} has no stretch that can be counted, expected serving rows in a row"
        )
    rooms = {key: _room(replay, key) for key in sorted(labels)}
    return Visit(case, rooms, labels, _heard(rows), _neighbours(rows), _steps(replay))


def _room(replay: Replay, key: str) -> Replay:
    return replace(
        replay,
        timelines=tuple(t for t in replay.timelines if room_key(t.point) == key),
        fallbacks=tuple(f for f in replay.fallbacks if room_key(f.point) == key),
    )


def joined(rooms: list[Replay]) -> Replay:
    """Several rooms of one visit as one replay."""
    return replace(
        rooms[0],
        timelines=tuple(t for room in rooms for t in room.timelines),
        fallbacks=tuple(f for room in rooms for f in room.fallbacks),
    )


def _heard(rows: pd.DataFrame) -> dict[str, dict[str, float]]:
    shares = {}
    for rat in RATS:
        cells = rows.loc[(rows["rat"] == rat) & (rows["cell"] != ""), "cell"]
        if len(cells):
            shares[rat] = {str(name): float(share) for name, share in cells.value_counts(normalize=True).items()}
    return shares


def _neighbours(rows: pd.DataFrame) -> dict[str, float]:
    counts = {}
    for rat in RATS:
        of_rat = rows[rows["rat"] == rat]
        served = int(of_rat["serving"].sum())
        if served:
            counts[rat] = float((~of_rat["serving"].to_numpy(dtype=bool)).sum()) / served
    return counts


def _steps(replay: Replay) -> dict[str, float]:
    gaps: dict[str, list[np.ndarray]] = {}
    for timeline in replay.timelines:
        gaps.setdefault(timeline.machine, []).append(np.diff(timeline.time_s))
    return {machine: float(np.median(np.concatenate(parts))) for machine, parts in sorted(gaps.items())}
