"""From a kind and a seed to a block that is fit to be judged by, and what is true of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import truth
from .block import World, healthy
from .faults import FORBIDDEN, UnfitError, commit

MOST_TRIES = 60
LEAST_LOSS = 0.04
"""Objective that a fault must cost, and that its undo must bring back."""
WELL = 0.985
INCURABLE = ("weak_indoor", "outage", "border_camping")
HARMLESS = ("identity_confusion",)
"""Kinds whose fault the objective need not show."""


def invent(kind: str, seed: int, more_sites: int = 0) -> World:
    """Draw a block of a kind, with some GSM sites more than usual; the same of all three give the same one.

    Raises
    ------
    RuntimeError
        If no block drawn from the seed lends itself to the kind.
    """
    for attempt in range(MOST_TRIES):
        try:
            world = again(kind, seed, attempt, more_sites)
        except UnfitError:
            continue
        if _fit(world):
            return world
    raise RuntimeError(f"no block of kind {kind} comes of seed {seed}")


def again(kind: str, seed: int, attempt: int, more_sites: int = 0) -> World:
    """The block that one attempt gives, fit or not.

    Raises
    ------
    UnfitError
        If the block drawn does not lend itself to the kind.
    """
    rng = np.random.default_rng([attempt, seed, *kind.encode()])
    world = healthy(rng, kind, seed, attempt, more_sites)
    commit(world, rng)
    return world


def _fit(world: World) -> bool:
    """True if the fault shows, its undo cures it, and a healthy block misses no target."""
    found = truth.seen(world)
    if not world.labels:
        return all(truth.severity(found, name) < 0.5 for name in truth.AIMS)
    if world.kind in INCURABLE:
        return truth.objective(found) < WELL - LEAST_LOSS
    cured = truth.objective(truth.seen(world, world.undo))
    lost = cured - truth.objective(found)
    return cured >= WELL - 0.03 and lost >= (0.0 if world.kind in HARMLESS else LEAST_LOSS)


def facts(world: World) -> dict[str, Any]:
    """The truth as it is written beside a case."""
    found = truth.seen(world)
    curable = world.kind not in INCURABLE and world.kind != FORBIDDEN
    cured = truth.seen(world, world.undo) if curable else found
    as_found, after = truth.objective(found), truth.objective(cured)
    return {
        "id": world.name, "kind": world.kind, "labels": world.labels, "wanted": world.wanted,
        "table_error": world.table_error, "undo": world.undo,
        "objective": {"as_found": as_found, "after_undo": after, "best_known": max(after, as_found)},
        "best_known_plan": world.undo if after > as_found else [], "kpis_as_found": found, "kpis_best_known": cured,
        "invented": {"kind": world.kind, "seed": world.seed, "attempt": world.attempt,
                     "more_sites": world.more_sites},
    }  # fmt: skip
