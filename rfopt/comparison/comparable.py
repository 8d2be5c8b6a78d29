"""Where two logs are not alike: other rooms, cells, phones or lengths; each a key of the catalogue and its blanks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rfopt.comparison.visits import HEARD_NAMED, Visit

Warning_ = tuple[str, dict[str, Any]]

LEAST_MIN = 3.0
"""Minutes of one mode at one room below which hardly any change can show."""
MOST_LENGTH, MOST_STEP, MOST_NEIGHBOURS = 3.0, 1.5, 2.0
"""Ratios of length, of time between rows, and difference in reported neighbours, from which logs are not alike."""
MOST_NAMED = 5


def warnings_of(before: Visit, after: Visit, rooms: Sequence[str]) -> Iterator[Warning_]:
    """Everything that makes a difference between the logs another one than between the networks."""
    yield from _same_files(before, after)
    yield from _rooms(before, after)
    yield from _minutes(before, after, rooms)
    yield from _phones(before, after)
    yield from _cells(before, after)
    if before.case.network is not None and after.case.network is not None:
        if set(before.case.wanted) != set(after.case.wanted) and before.case.wanted and after.case.wanted:
            yield "compare.warn.wanted", {"before": _names(before.case.wanted), "after": _names(after.case.wanted)}
        if before.case.floor != after.case.floor:
            yield "compare.warn.floor", {"before": before.case.floor, "after": after.case.floor}


def _names(names: Sequence[str]) -> str:
    more = f" … ({len(names)})" if len(names) > MOST_NAMED else ""
    return "; ".join(names[:MOST_NAMED]) + more


def _same_files(before: Visit, after: Visit) -> Iterator[Warning_]:
    logs = [
        {v: n for n, v in visit.case.hashes.items() if not n.startswith("network/") and n != "case.toml"}
        for visit in (before, after)
    ]
    both = sorted(logs[1][value] for value in logs[0].keys() & logs[1].keys())
    if both:
        yield "compare.warn.same_file", {"files": _names(both)}


def _rooms(before: Visit, after: Visit) -> Iterator[Warning_]:
    for one, other, when in ((before, after, "before"), (after, before, "after")):
        only = [one.labels[room] for room in one.rooms if room not in other.rooms]
        if only:
            yield f"compare.warn.rooms_{when}", {"rooms": _names(only)}


def _minutes(before: Visit, after: Visit, rooms: Sequence[str]) -> Iterator[Warning_]:
    for room in rooms:
        minutes = [
            {machine: sum(t.minutes for t in visit.rooms[room].of(machine)) for machine in visit.step_s}
            for visit in (before, after)
        ]
        for machine in sorted(minutes[0].keys() | minutes[1].keys()):
            long = [each.get(machine, 0.0) for each in minutes]
            blanks = {
                "room": after.labels[room],
                "machine": machine,
                "before": f"{long[0]:.1f}",
                "after": f"{long[1]:.1f}",
            }
            if min(long) == 0.0 < max(long):
                yield "compare.warn.one_sided", blanks
            elif 0.0 < min(long) < LEAST_MIN:
                yield "compare.warn.short", blanks
            elif min(long) > 0.0 and max(long) > MOST_LENGTH * min(long):
                yield "compare.warn.length", blanks


def _phones(before: Visit, after: Visit) -> Iterator[Warning_]:
    for machine in sorted(before.step_s.keys() & after.step_s.keys()):
        steps = before.step_s[machine], after.step_s[machine]
        if max(steps) > MOST_STEP * min(steps):
            yield "compare.warn.step", {"machine": machine, "before": f"{steps[0]:.2g}", "after": f"{steps[1]:.2g}"}
    for rat in sorted(before.neighbours.keys() & after.neighbours.keys()):
        counts = before.neighbours[rat], after.neighbours[rat]
        if np.ptp(counts) > MOST_NEIGHBOURS:
            yield "compare.warn.neighbours", {"rat": rat, "before": f"{counts[0]:.1f}", "after": f"{counts[1]:.1f}"}


def _cells(before: Visit, after: Visit) -> Iterator[Warning_]:
    for rat in sorted(before.heard.keys() & after.heard.keys()):
        for one, other, when in ((before, after, "before"), (after, before, "after")):
            only = [
                cell for cell, share in one.heard[rat].items() if share >= HEARD_NAMED and cell not in other.heard[rat]
            ]
            if only:
                yield f"compare.warn.cells_{when}", {"rat": rat, "cells": _names(only)}
