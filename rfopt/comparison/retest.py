"""From two cases to a comparison."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rfopt.case import Case
from rfopt.comparison.comparable import warnings_of
from rfopt.comparison.pairing import Paired, pair
from rfopt.comparison.promise import Kept, Promise, kept_of, not_carried_out
from rfopt.comparison.verdicts import Verdict, verdict_of
from rfopt.comparison.visits import Visit, visit_of
from rfopt.errors import InputError, did_you_mean, printable
from rfopt.network import Change, Network
from rfopt.shown import Shown

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Comparison(Shown):
    """The re-test beside the test.

    Attributes
    ----------
    rooms : tuple of str
        Labels of the rooms that both logs have.
    warnings : tuple of (key, blanks)
        Where the logs are not alike, as keys of the catalogue.
    kept : tuple of Kept
        How the promised figures came out; empty where nothing was promised.
    undone : tuple of Change or None
        Changes of the promised plan that the re-test's network lacks; None where that is not known.
    """

    before: Visit
    after: Visit
    seed: int
    rooms: tuple[str, ...]
    paired: Paired
    verdict: Verdict
    warnings: tuple[tuple[str, dict[str, Any]], ...]
    promise: Promise | None
    kept: tuple[Kept, ...]
    undone: tuple[Change, ...] | None

    def __repr__(self) -> str:
        names = [printable(visit.case.id, 60) for visit in (self.before, self.after)]
        return f"<Comparison: {names[0]} and its re-test {names[1]} in {len(self.rooms)} rooms: {self.verdict.word}>"

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on the inputs of both."""
        return tuple(dict.fromkeys((*self.before.case.notes, *self.after.case.notes)))


def compare_cases(before: Case, after: Case, seed: int, promise: Promise | None, progress: Progress) -> Comparison:
    """Compare the walk test before a fix with the one after it.

    Parameters
    ----------
    before, after : Case
        Either may be a bare log; without a network its servers are told apart by the log's own names.
    promise : Promise or None
        What `rfopt recommend` said the figures would be.

    Raises
    ------
    InputError
        If the two logs have no room in common, or one cannot be counted.
    """
    wanted = before.wanted or after.wanted
    floor = before.floor if before.network is not None else None
    progress("visits", 0.0)
    visits = visit_of(before, floor, wanted), visit_of(after, floor, wanted)
    rooms = _common(*visits)
    progress("figures", 0.3)
    paired = pair(*visits, rooms, seed)
    kept = kept_of(promise, paired.overall) if promise else []
    undone = tuple(not_carried_out(promise, after.network)) if promise and after.network is not None else None
    return Comparison(
        visits[0], visits[1], seed, tuple(visits[1].labels[room] for room in rooms), paired, verdict_of(paired),
        tuple(warnings_of(*visits, rooms)), promise, tuple(kept), undone,
    )  # fmt: skip


def _common(before: Visit, after: Visit) -> list[str]:
    rooms = [room for room in before.rooms if room in after.rooms]
    if rooms:
        return rooms
    told = ["; ".join(printable(label) for label in list(visit.labels.values())[:8]) for visit in (before, after)]
    near = next((did_you_mean(room, before.rooms) for room in after.rooms if did_you_mean(room, before.rooms)), "")
    raise InputError(f"the two logs share no room: before has {told[0]}, after has {told[1]}{near}")


def with_network(case: Case, network: Network, wanted: tuple[str, ...], path: Path) -> Case:
    """A bare log with a network and the cells that are meant to serve; a case that has a network keeps its own.

    Raises
    ------
    InputError
        If a wanted cell is not in the network.
    """
    if case.network is not None:
        return case
    for name in wanted:
        if name not in network.cells.index:
            near = did_you_mean(name, network.cells.index)
            raise InputError(f"wanted cell '{printable(name)}' is not in the network{near}", path)
    return replace(case, network=network, wanted=wanted, notes=(*case.notes, *network.notes))
