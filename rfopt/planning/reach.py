"""What a change can reach: the machines whose figures it may move, and so the most that it can add.

A figure that nothing in a plan touches keeps its value, and none is better than its target. The objective of any plan
is therefore at most the mean over the draws of what it would be with every touched figure at its target: proven, cheap
and often far above what can be had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from rfopt.evidence import Evidence
from rfopt.finding import Move
from rfopt.kpis import Aim, aim
from rfopt.mobility.setup import lists_gsm
from rfopt.mobility.simulate import simulate
from rfopt.network import Change, Plan, apply
from rfopt.planning.draws import figures_by_draw, weighted
from rfopt.tables import schema

ALL_OF = {"GSM": frozenset({"gsm_idle", "gsm_call", "csfb"}), "LTE": frozenset({"lte_idle", "lte_call", "csfb"})}
"""What levels, channels and codes of a technology reach."""
REACHED = {
    "gsm_idle": frozenset({"gsm_idle", "gsm_call"}),
    "gsm_call": frozenset({"gsm_call"}),
    "lte_idle": frozenset({"lte_idle", "lte_call", "csfb"}),
    "lte_call": frozenset({"lte_call"}),
    "csfb": frozenset({"csfb"}),
}
"""A call begins where the phone camped, and so does a fallback."""

Machines = frozenset[str]


def machines_of(evidence: Evidence, changes: Iterable[Change]) -> Machines:
    """The machines whose figures some changes may move."""
    return frozenset().union(*(_machines(evidence, change) for change in changes))


def _machines(evidence: Evidence, change: Change) -> Machines:
    rat = str(evidence.network.cells.at[change.cell, "rat"])
    column = schema("cells" if change.neighbour is None else "neighbours").get(change.parameter)
    if change.parameter == "redirect_arfcn":
        return REACHED["csfb"]
    affects = column.affects if column else ()
    known = all(name in REACHED for name in affects) and affects
    reached = frozenset().union(*(REACHED[name] for name in affects)) if known else ALL_OF[rat]
    if rat == "GSM" and reached & {"gsm_idle"} and lists_gsm(evidence.network, evidence.lte.levels.cells):
        return reached | ALL_OF["LTE"]  # one idle phone goes to and fro between both
    return reached


def ceiling(figures: Sequence[Mapping[str, float]], machines: Machines) -> float:
    """The most that the objective can be while figures of other machines stay as they are, mean over the draws.

    Parameters
    ----------
    figures : sequence of mapping
        The weighted figures in each draw (`rfopt.planning.draws.figures_by_draw`).
    machines : frozenset of str
        Machines whose figures may become anything, one that is not known now included.

    Examples
    --------
    >>> ceiling([{"reselections_per_min": 1.5, "handovers_per_min": 1.0}], frozenset({"gsm_idle"}))
    0.5
    """
    aims = {name: aim(name) for name in figures[0]}
    return float(np.mean([_ceiling(draw, aims, machines) for draw in figures]))


def _ceiling(draw: Mapping[str, float], aims: Mapping[str, Aim], machines: Machines) -> float:
    touched = sum(a.weight for a in aims.values() if a.of in machines)
    still = {name: a for name, a in aims.items() if a.of not in machines and draw[name] == draw[name]}
    total = touched + sum(a.weight for a in still.values())
    return (touched + sum(a.weight * a.utility(draw[name]) for name, a in still.items())) / total if total else 1.0


def ceiling_of(evidence: Evidence, changes: Iterable[Change]) -> float:
    """What no plan of some changes exceeds: the `ceiling` of the network as found with all that they touch."""
    names = weighted()
    return ceiling(figures_by_draw(evidence.replay, evidence, names), machines_of(evidence, changes))


def ceilings(evidence: Evidence) -> Callable[[Plan, Move], float]:
    """`ceiling` of any plan with one more move, remembering the figures of the last plan asked for."""
    names = weighted()
    last: dict[Plan, list[dict[str, float]]] = {}
    known: dict[tuple[Plan, Machines], float] = {}
    reached: dict[Plan, Machines] = {}

    def of(plan: Plan, move: Move) -> float:
        if plan not in last:
            last.clear()
            known.clear()
            last[plan] = figures_by_draw(simulate(evidence.situation, apply(evidence.network, plan)), evidence, names)
        if move.changes not in reached:
            reached[move.changes] = machines_of(evidence, move.changes)
        key = plan, reached[move.changes]
        if key not in known:
            known[key] = ceiling(last[plan], key[1])
        return known[key]

    return of
