"""What rules and fixes hand on: a finding with its evidence, a move with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rfopt.network import Plan


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes
    ----------
    rule : str
        One of the contract's rule names.
    severity : float
        0…1: 0.5 = a figure misses its target, 1 = it fails hard.
    cells : tuple of str
        The cells to blame, worst first.
    points : tuple of str
        Where it shows.
    evidence : mapping
        Values, thresholds and sample counts that a person can check; blanks of the rule's sentence.
    basis : str
        ``measured``, ``modelled`` or ``tables``: what the finding rests on.
    cure : Plan
        What would take the fault away in simulation, legal or not; empty where a plan cannot.
    or_else : Plan
        Another cure, where it is not known which was meant.
    cause : bool
        True for a fault of the network, False for a symptom of one.
    figures : tuple of str
        The key figures that its severity was judged by.
    """

    rule: str
    severity: float
    cells: tuple[str, ...]
    points: tuple[str, ...]
    evidence: Mapping[str, Any] = field(default_factory=dict)
    basis: str = "measured"
    cure: Plan = ()
    or_else: Plan = ()
    cause: bool = True
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Move:
    """One legal step a plan may take: one or more changes that belong together, and why it was proposed."""

    fix: str
    changes: Plan
    because: tuple[str, ...]
