"""R-LOOP: phones that change cells for ever at levels that never change."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

from rfopt.audits import Fault, audits, cells_of, introduced, moving
from rfopt.network import Network, Plan
from rfopt.proofs.traps import Trap, by_rat, circles_and_traps, long_circles
from rfopt.proofs.vicinity import Sets, about, vicinities


@audits
def circle(before: Network, after: Network, plan: Plan) -> Iterator[Fault]:
    """Circles of the idle and connected machines, proven from parameters, with levels at which they happen."""
    sets = vicinities(after, cells_of(moving(plan)))
    for fault in introduced(lambda network: _circles(about(network, sets), sets), before, after, plan):
        yield replace(fault, new=fault.new and not _hidden(fault, before, sets))


def _hidden(fault: Fault, before: Network, sets: Sets) -> bool:
    """True for a circle on bad quality where there was one at any quality: worse, and told in its place."""
    if fault.kind != "circle_quality":
        return False
    known = (frozenset(one.cells) for one in _circles(about(before, sets), sets) if one.kind == "circle")
    return frozenset(fault.cells) in known


def _circles(network: Network, sets: Sets) -> Iterator[Fault]:
    for names in sets:
        short = [
            trap for trap in circles_and_traps(network, *by_rat(network, names)) if trap.kind in ("circle", "quality")
        ]
        for trap in short + long_circles(network, names, short):
            yield as_fault(trap, f"circle_{trap.kind}" if trap.kind == "quality" else "circle")


@functools.lru_cache(maxsize=1024)
def as_fault(trap: Trap, kind: str) -> Fault:
    """A proof as a fault: its sentence in both languages rides along."""
    facts = {"what": trap.machine, "proof_en": trap.sentence("en"), "proof_zh": trap.sentence("zh")}
    return Fault(kind, trap.cells, facts, amount=_badness(trap))


def _badness(trap: Trap) -> float:
    """How deep a circle or a narrow pair is; how wide a zone."""
    if trap.amount_db != trap.amount_db:
        return 0.0
    return trap.amount_db if trap.kind == "align" else -trap.amount_db
